-- What summaries stand for, and older summaries: searched by people, never read by a beat.
CREATE TABLE archive (
  id INTEGER PRIMARY KEY,               -- the id it had among the memories
  bot_id TEXT NOT NULL,
  kind INTEGER NOT NULL,                -- domain::memory::MemoryKind: fact, moment, cold or era
  text TEXT NOT NULL,
  source TEXT NOT NULL,
  importance REAL NOT NULL,
  count INTEGER NOT NULL,               -- cold, era: facts compressed
  moments INTEGER NOT NULL,             -- cold, era: moments compressed
  period_start INTEGER,
  period_end INTEGER,
  thread_id INTEGER,
  activity_id INTEGER,
  summary_id INTEGER NOT NULL,          -- what stands for it: a summary or an era, archived itself or not
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);
CREATE INDEX archive_bot ON archive (bot_id, id);
CREATE INDEX archive_summary ON archive (summary_id);

-- One word for the bot, so that what others remember costs nothing: its id in hexadecimal digits.
CREATE VIRTUAL TABLE archive_fts USING fts5 (
  bot, text, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 2"
);
INSERT INTO archive_fts (archive_fts, rank) VALUES ('automerge', 8);

-- What a bot remembers now is bounded, and read as it is by who searches it. In the queue, kind 2 is the archive's.
DELETE FROM index_queue WHERE kind = 2;
DROP TABLE memories_fts;

-- What one bot did of one kind is found without reading all that it did.
CREATE INDEX activities_bot_type ON activities (bot_id, action_type, id);

-- Results of look-ups are let go when they are too old to be used.
CREATE INDEX search_cache_age ON search_cache (fetched_at);
