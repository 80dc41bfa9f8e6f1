-- What happened in a stretch of time is counted without reading what each act tells.
CREATE INDEX activities_time ON activities (created_at, action_type, tokens_used, cost);
