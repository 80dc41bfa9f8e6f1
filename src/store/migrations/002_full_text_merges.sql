-- Parts of a full-text index are merged when eight of a size have gathered, not four: each commit adds one,
-- and every post is rewritten less often.
INSERT INTO posts_fts (posts_fts, rank) VALUES ('automerge', 8);
INSERT INTO memories_fts (memories_fts, rank) VALUES ('automerge', 8);
