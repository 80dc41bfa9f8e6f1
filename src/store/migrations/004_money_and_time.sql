-- Whether the call was sent: what never left the process costs nothing. Of older rows nobody knows.
ALTER TABLE reservations ADD COLUMN sent INTEGER NOT NULL DEFAULT 1;
-- Whether it is the provider that fails, whoever asks, and not this bot's request alone.
ALTER TABLE bots ADD COLUMN outage INTEGER NOT NULL DEFAULT 0;
-- Beats that a person or a cap forbade: they cost nothing.
ALTER TABLE bots ADD COLUMN gated_beats INTEGER NOT NULL DEFAULT 0;

-- What beats that asked a model used, without interviews and the like: what a forecast goes by.
CREATE TABLE beats_daily (
  day TEXT NOT NULL,
  bot_id TEXT NOT NULL,
  beats INTEGER NOT NULL DEFAULT 0,
  tokens INTEGER NOT NULL DEFAULT 0,
  cost INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (bot_id, day)
) WITHOUT ROWID;

-- How a model's answers about memories were read.
CREATE TABLE extractions (
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  read INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  in_row INTEGER NOT NULL DEFAULT 0,    -- failures since one was read
  rests_until INTEGER,                  -- not asked before; the rules do it meanwhile
  PRIMARY KEY (provider, model)
) WITHOUT ROWID;
