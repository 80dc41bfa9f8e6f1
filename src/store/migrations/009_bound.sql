-- Of a row's tokens, those the default caps count: every kind of provider but the embedded one, whatever its name. Of older
-- rows the name is all that is known, and that a day without any has none.
ALTER TABLE usage_daily ADD COLUMN bound_tokens INTEGER NOT NULL DEFAULT 0;
UPDATE usage_daily SET bound_tokens = input + output
  WHERE provider <> 'scripted' AND day IN (SELECT day FROM usage_room WHERE bound_tokens > 0);
