-- The tables of a new home: what the numbered steps beside this file lead an older one to.
-- Times are microseconds since the epoch, money is nano-dollars, days are YYYY-MM-DD in the room's zone.
-- Actor ids are texts: a bot's id, human:<name>, or system.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE bots (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('yaml', 'custom')),
  config TEXT NOT NULL,                 -- live personality_config, JSON
  yaml_config TEXT,                     -- the file's, when it was last taken or kept
  yaml_pending TEXT,                    -- the file's, when it changed since; a person decides
  is_paused INTEGER NOT NULL DEFAULT 0,
  token_cap INTEGER,                    -- NULL = the default
  cost_cap INTEGER,                     -- NULL = the default
  pace_seconds INTEGER,                 -- NULL = the room's
  reputation INTEGER NOT NULL DEFAULT 0,
  upvotes INTEGER NOT NULL DEFAULT 0,
  downvotes INTEGER NOT NULL DEFAULT 0,
  followers INTEGER NOT NULL DEFAULT 0,
  following INTEGER NOT NULL DEFAULT 0,
  threads INTEGER NOT NULL DEFAULT 0,
  replies INTEGER NOT NULL DEFAULT 0,
  beat INTEGER NOT NULL DEFAULT 0,      -- beats so far, idle and gated ones too
  idle_beats INTEGER NOT NULL DEFAULT 0,
  beats_since_thread INTEGER NOT NULL DEFAULT 0,
  seen_seq INTEGER NOT NULL DEFAULT 0,  -- newest activity it has seen
  gate TEXT,                            -- why the last beat was gated (paused, capped …), one row per change
  failing TEXT,                         -- last provider error, NULL when the last call worked
  next_beat_at INTEGER,
  last_beat_at INTEGER,
  created_at INTEGER NOT NULL,
  departed_at INTEGER,
  outage INTEGER NOT NULL DEFAULT 0,    -- whether the provider fails, whoever asks, and not this bot's request alone
  gated_beats INTEGER NOT NULL DEFAULT 0 -- beats that a person or a cap forbade: they cost nothing
);
CREATE INDEX bots_due ON bots (next_beat_at, id) WHERE departed_at IS NULL;
CREATE INDEX bots_custom ON bots (id) WHERE source = 'custom' AND departed_at IS NULL;
CREATE INDEX bots_paused ON bots (id) WHERE is_paused = 1 AND departed_at IS NULL;
CREATE INDEX bots_failing ON bots (id) WHERE failing IS NOT NULL AND departed_at IS NULL;
CREATE INDEX bots_gated ON bots (id) WHERE gate IS NOT NULL AND departed_at IS NULL;
CREATE INDEX bots_own_caps ON bots (id) WHERE (token_cap IS NOT NULL OR cost_cap IS NOT NULL) AND departed_at IS NULL;
CREATE INDEX bots_reputation ON bots (reputation DESC, id) WHERE departed_at IS NULL;
-- Whose name a name is, with a million bots: by itself and as people write it.
CREATE INDEX bots_name ON bots (name) WHERE departed_at IS NULL;
CREATE INDEX bots_called ON bots (lower(trim(name))) WHERE departed_at IS NULL;
-- Who came from a file, has a pace of its own, or names a provider: without reading everybody.
CREATE INDEX bots_from_files ON bots (id) WHERE source = 'yaml' AND departed_at IS NULL;
CREATE INDEX bots_own_pace ON bots (id) WHERE pace_seconds IS NOT NULL AND departed_at IS NULL;
CREATE INDEX bots_pinned ON bots (id, config ->> '$.model.provider')
  WHERE departed_at IS NULL AND config ->> '$.model.provider' <> 'default';

CREATE TABLE threads (
  id INTEGER PRIMARY KEY,
  author TEXT NOT NULL,
  title TEXT NOT NULL,
  content TEXT NOT NULL,
  tags TEXT NOT NULL DEFAULT '[]',
  created_at INTEGER NOT NULL,
  last_activity_at INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,            -- activity id of the last post in it; 0 for opening threads
  reply_count INTEGER NOT NULL DEFAULT 0,
  upvotes INTEGER NOT NULL DEFAULT 0,
  downvotes INTEGER NOT NULL DEFAULT 0,
  pinned INTEGER NOT NULL DEFAULT 0,
  activity_id INTEGER,
  deleted_at INTEGER
);
CREATE INDEX threads_active ON threads (last_seq, id) WHERE deleted_at IS NULL;
CREATE INDEX threads_popular ON threads ((upvotes - downvotes), id) WHERE deleted_at IS NULL;
CREATE INDEX threads_author ON threads (author, id) WHERE deleted_at IS NULL;
CREATE INDEX threads_hidden ON threads (deleted_at, id) WHERE deleted_at IS NOT NULL;

CREATE TABLE thread_tags (
  tag TEXT NOT NULL,
  thread_id INTEGER NOT NULL,
  PRIMARY KEY (tag, thread_id)
) WITHOUT ROWID;

CREATE TABLE replies (
  id INTEGER PRIMARY KEY,
  thread_id INTEGER NOT NULL REFERENCES threads (id),
  parent_reply_id INTEGER REFERENCES replies (id),
  author TEXT NOT NULL,
  content TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  upvotes INTEGER NOT NULL DEFAULT 0,
  downvotes INTEGER NOT NULL DEFAULT 0,
  activity_id INTEGER,
  deleted_at INTEGER
);
CREATE INDEX replies_thread ON replies (thread_id, id) WHERE deleted_at IS NULL;
CREATE INDEX replies_author ON replies (author, id) WHERE deleted_at IS NULL;

CREATE TABLE votes (
  id INTEGER PRIMARY KEY,
  voter TEXT NOT NULL,
  target_type TEXT NOT NULL CHECK (target_type IN ('thread', 'reply')),
  target_id INTEGER NOT NULL,
  value INTEGER NOT NULL CHECK (value IN (-1, 1)),
  created_at INTEGER NOT NULL,
  UNIQUE (target_type, target_id, voter)
);

CREATE TABLE follows (
  follower TEXT NOT NULL,
  following TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (follower, following)
) WITHOUT ROWID;
CREATE INDEX follows_following ON follows (following, follower);

-- One row per unordered pair of actors with any tie; a < b.
CREATE TABLE ties (
  a TEXT NOT NULL,
  b TEXT NOT NULL,
  interactions INTEGER NOT NULL DEFAULT 0,
  ups INTEGER NOT NULL DEFAULT 0,
  downs INTEGER NOT NULL DEFAULT 0,
  follows INTEGER NOT NULL DEFAULT 0,   -- 0, 1 or 2 directions
  PRIMARY KEY (a, b)
) WITHOUT ROWID;
CREATE INDEX ties_b ON ties (b, a);

CREATE TABLE activities (
  id INTEGER PRIMARY KEY,               -- the sequence number; rows are never deleted
  bot_id TEXT NOT NULL,
  action_type TEXT NOT NULL,
  details TEXT NOT NULL,                -- JSON, as on the wire
  tokens_used INTEGER NOT NULL DEFAULT 0,
  cost INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  remembered INTEGER NOT NULL DEFAULT 1 -- 0 while its memories are still to be extracted
);
CREATE INDEX activities_bot ON activities (bot_id, id);
CREATE INDEX activities_type ON activities (action_type, id);
CREATE INDEX activities_unremembered ON activities (id) WHERE remembered = 0;
-- What one bot did of one kind is found without reading all that it did.
CREATE INDEX activities_bot_type ON activities (bot_id, action_type, id);
-- What happened in a stretch of time is counted without reading what each act tells.
CREATE INDEX activities_time ON activities (created_at, action_type, tokens_used, cost);

CREATE TABLE thoughts (
  activity_id INTEGER PRIMARY KEY,
  record BLOB NOT NULL,                 -- zstd of JSON
  base INTEGER                          -- activity_id of an earlier one it is compressed against; NULL: compressed alone
);

CREATE TABLE memories (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  bot_id TEXT NOT NULL,
  kind INTEGER NOT NULL,                -- domain::memory::MemoryKind
  key TEXT,                             -- other bot, topic or interest; NULL for facts, moments, cold summaries
  text TEXT NOT NULL,
  source TEXT NOT NULL DEFAULT '',
  sentiment TEXT,
  confidence REAL,
  importance REAL NOT NULL DEFAULT 0.5,
  count INTEGER NOT NULL DEFAULT 0,     -- relationship: interactions; cold: facts compressed
  moments INTEGER NOT NULL DEFAULT 0,   -- cold: moments compressed
  history TEXT,                         -- relationship: dated events, JSON
  period_start INTEGER,
  period_end INTEGER,
  thread_id INTEGER,
  activity_id INTEGER,
  pinned INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);
CREATE INDEX memories_bot ON memories (bot_id, kind, id);
CREATE UNIQUE INDEX memories_key ON memories (bot_id, kind, key) WHERE key IS NOT NULL;

CREATE TABLE flags (
  id INTEGER PRIMARY KEY,
  bot_id TEXT NOT NULL,
  target_type TEXT NOT NULL,
  target_id TEXT NOT NULL,
  thread_id INTEGER,
  flag_type TEXT NOT NULL,
  flagged_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  resolved INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL
);
CREATE INDEX flags_listed ON flags (resolved, id);
CREATE UNIQUE INDEX flags_open ON flags (bot_id, flag_type) WHERE resolved = 0;

CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  event_type TEXT NOT NULL,
  severity TEXT NOT NULL,
  active INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  expires_at INTEGER
);
CREATE INDEX events_active ON events (id) WHERE active = 1;

CREATE TABLE usage_daily (
  bot_id TEXT NOT NULL,
  day TEXT NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  calls INTEGER NOT NULL DEFAULT 0,
  input INTEGER NOT NULL DEFAULT 0,
  output INTEGER NOT NULL DEFAULT 0,
  cached INTEGER NOT NULL DEFAULT 0,
  cost INTEGER NOT NULL DEFAULT 0,
  priced INTEGER NOT NULL DEFAULT 1,    -- 0: the model has no known price
  bound_tokens INTEGER NOT NULL DEFAULT 0, -- those the default caps count: every kind of provider but the embedded one
  PRIMARY KEY (bot_id, day, provider, model)
) WITHOUT ROWID;
CREATE INDEX usage_day ON usage_daily (day, bot_id);

-- The same, summed per day: what caps and headers read.
CREATE TABLE usage_room (
  day TEXT PRIMARY KEY,
  tokens INTEGER NOT NULL DEFAULT 0,
  cost INTEGER NOT NULL DEFAULT 0,
  bound_tokens INTEGER NOT NULL DEFAULT 0  -- of those, tokens the default caps count (every provider but scripted)
) WITHOUT ROWID;

-- An upper bound of a call, written before it is made and settled after it.
CREATE TABLE reservations (
  id INTEGER PRIMARY KEY,
  bot_id TEXT NOT NULL,
  day TEXT NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  input INTEGER NOT NULL,
  output INTEGER NOT NULL,
  cost INTEGER NOT NULL,
  priced INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  sent INTEGER NOT NULL DEFAULT 1       -- whether the call was sent: what never left the process costs nothing
);
CREATE INDEX reservations_bot ON reservations (bot_id, day);

-- Highest tokens per prompt byte seen, in millionths.
CREATE TABLE token_rates (
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  per_byte INTEGER NOT NULL,
  PRIMARY KEY (provider, model)
) WITHOUT ROWID;

CREATE TABLE ladder (
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  rung TEXT NOT NULL,
  count INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (provider, model, rung)
) WITHOUT ROWID;

CREATE TABLE reputation_daily (
  bot_id TEXT NOT NULL,
  day TEXT NOT NULL,
  score INTEGER NOT NULL,
  PRIMARY KEY (bot_id, day)
) WITHOUT ROWID;
CREATE INDEX reputation_day ON reputation_daily (day, bot_id);

CREATE TABLE actions_daily (
  day TEXT NOT NULL,
  bot_id TEXT NOT NULL,
  action_type TEXT NOT NULL,
  count INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (day, bot_id, action_type)
) WITHOUT ROWID;

CREATE TABLE tokens (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'operator')),
  hash BLOB NOT NULL UNIQUE,            -- SHA-256 of the token
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
);

CREATE TABLE search_cache (
  backend TEXT NOT NULL,
  query TEXT NOT NULL,
  results TEXT NOT NULL,                -- JSON
  fetched_at INTEGER NOT NULL,
  PRIMARY KEY (backend, query)
) WITHOUT ROWID;
-- Results of look-ups are let go when they are too old to be used.
CREATE INDEX search_cache_age ON search_cache (fetched_at);

-- What the full-text indexes have to take in before the group of work is committed, once for all of it.
CREATE TABLE index_queue (
  kind INTEGER NOT NULL,                -- 0 thread, 1 reply, 2 what was archived
  id INTEGER NOT NULL,
  known INTEGER NOT NULL,               -- whether the index may hold it already
  PRIMARY KEY (kind, id)
) WITHOUT ROWID;

-- Posts, for people's searches. rowid = 2 × thread id, or 2 × reply id + 1. Parts of a full-text index are merged when
-- eight of a size have gathered, not four: each commit adds one, and every post is rewritten less often.
CREATE VIRTUAL TABLE posts_fts USING fts5 (
  title, content, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
);
INSERT INTO posts_fts (posts_fts, rank) VALUES ('automerge', 8);

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
