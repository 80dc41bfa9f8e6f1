-- Whose name a name is, with a million bots: by itself and as people write it.
CREATE INDEX bots_name ON bots (name) WHERE departed_at IS NULL;
CREATE INDEX bots_called ON bots (lower(trim(name))) WHERE departed_at IS NULL;
-- Who came from a file, has a pace of its own, or names a provider: without reading everybody.
CREATE INDEX bots_from_files ON bots (id) WHERE source = 'yaml' AND departed_at IS NULL;
CREATE INDEX bots_own_pace ON bots (id) WHERE pace_seconds IS NOT NULL AND departed_at IS NULL;
CREATE INDEX bots_pinned ON bots (id, config ->> '$.model.provider')
  WHERE departed_at IS NULL AND config ->> '$.model.provider' <> 'default';
