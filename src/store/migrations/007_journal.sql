-- What came from outside, in the order in which it was applied: with it the society can be run again.
CREATE TABLE journal (
  number INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,                  -- the room's time
  through INTEGER NOT NULL,             -- the newest activity after it
  input BLOB NOT NULL                   -- JSON of engine::Input, or zstd of it where that is shorter
);

-- Beats and interviews that wait for a server: all that is needed to go on when it answers.
CREATE TABLE in_flight (
  id INTEGER PRIMARY KEY,               -- the number of the journal's entry that began it
  bot_id TEXT NOT NULL,
  state BLOB NOT NULL                   -- zstd of JSON of engine::Flight
);
CREATE INDEX in_flight_bot ON in_flight (bot_id, id);

-- The state after an entry: where the journal begins, and moments from which the past is near.
CREATE TABLE snapshots (
  number INTEGER PRIMARY KEY,           -- the entry; 0 before the first
  at INTEGER NOT NULL,                  -- the room's time
  through INTEGER NOT NULL,             -- the newest activity then
  rules INTEGER NOT NULL,               -- the number of the rules that its future follows
  base INTEGER NOT NULL,                -- 1: nothing before it can be applied again
  opened INTEGER NOT NULL,              -- the entry that opened the room last
  entries INTEGER NOT NULL,             -- bytes of the entries since the snapshot before it
  state BLOB NOT NULL                   -- zstd of what store::snapshot writes
);
