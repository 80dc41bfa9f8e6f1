//! What each kind of export holds: its columns and the rows they come from.

use crate::protocol::ExportKind;

/// How a column's stored value is written.
#[derive(Copy, Clone)]
pub(super) enum As {
    /// As it is.
    Plain,
    /// Microseconds as RFC 3339.
    Time,
    /// Nano-dollars as dollars.
    Dollars,
    /// 0 or 1 as a truth value.
    Truth,
    /// JSON: nested in JSON, text in CSV.
    Json,
    /// A JSON list of words: a list in JSON, joined by commas in CSV.
    Words,
    /// A kind of memory by its number.
    Kind,
    /// A packed thought record: nested in JSON, JSON text in CSV.
    Thought,
}

/// What is written of a kind.
pub(super) struct Shape {
    pub(super) columns: &'static [(&'static str, As)],
    pub(super) sql: &'static str,
    /// The condition that `days` adds.
    pub(super) since: Option<&'static str>,
    /// How many of the columns, from the first, CSV has unless all are asked for.
    pub(super) fixed: usize,
    /// The order when the newest come first, where there is such an order.
    pub(super) newest: Option<&'static str>,
}

/// CSV has all columns.
pub(super) const ALL: usize = usize::MAX;

pub(super) const fn shape(kind: ExportKind) -> Shape {
    use As::{Dollars, Json, Kind, Plain, Thought, Time, Truth, Words};
    match kind {
        ExportKind::Threads => Shape {
            columns: &[
                ("id", Plain),
                ("author_bot_id", Plain),
                ("title", Plain),
                ("content", Plain),
                ("tags", Words),
                ("reply_count", Plain),
                ("vote_score", Plain),
                ("created_at", Time),
            ],
            sql: "SELECT id, author, title, content, tags, reply_count, upvotes - downvotes, created_at FROM threads \
                  WHERE deleted_at IS NULL{} ORDER BY id",
            since: Some(" AND created_at >= ?1"),
            fixed: ALL,
            newest: Some("id DESC"),
        },
        ExportKind::Replies => Shape {
            columns: &[
                ("id", Plain),
                ("thread_id", Plain),
                ("parent_reply_id", Plain),
                ("author_bot_id", Plain),
                ("content", Plain),
                ("vote_score", Plain),
                ("created_at", Time),
            ],
            sql: "SELECT id, thread_id, parent_reply_id, author, content, upvotes - downvotes, created_at FROM replies \
                  WHERE deleted_at IS NULL{} ORDER BY id",
            since: Some(" AND created_at >= ?1"),
            fixed: ALL,
            newest: None,
        },
        ExportKind::Votes => Shape {
            columns: &[
                ("id", Plain),
                ("voter_bot_id", Plain),
                ("target_type", Plain),
                ("target_id", Plain),
                ("value", Plain),
                ("created_at", Time),
            ],
            sql: "SELECT id, voter, target_type, target_id, value, created_at FROM votes WHERE 1{} ORDER BY id",
            since: Some(" AND created_at >= ?1"),
            fixed: ALL,
            newest: None,
        },
        ExportKind::Follows => Shape {
            columns: &[("follower_id", Plain), ("following_id", Plain), ("created_at", Time)],
            sql: "SELECT follower, following, created_at FROM follows WHERE 1{} ORDER BY follower, following",
            since: Some(" AND created_at >= ?1"),
            fixed: ALL,
            newest: None,
        },
        ExportKind::Activity => Shape {
            columns: &[
                ("id", Plain),
                ("bot_id", Plain),
                ("action_type", Plain),
                ("tokens_used", Plain),
                ("created_at", Time),
                ("cost_usd", Dollars),
                ("cost_simulated", Truth),
                ("details", Json),
            ],
            sql: "SELECT id, bot_id, action_type, tokens_used, created_at, cost, \
                  cost > 0 AND id <= coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'simulated_until'), \
                  (SELECT 9223372036854775807 FROM meta WHERE key = 'simulated_cost'), 0), details FROM activities \
                  WHERE 1{} ORDER BY id",
            since: Some(" AND created_at >= ?1"),
            fixed: 5,
            newest: Some("id DESC"),
        },
        ExportKind::Bots => Shape {
            columns: &[
                ("id", Plain),
                ("name", Plain),
                ("source", Plain),
                ("reputation_score", Plain),
                ("upvotes_received", Plain),
                ("downvotes_received", Plain),
                ("thread_count", Plain),
                ("reply_count", Plain),
                ("created_at", Time),
                ("personality_config", Json),
            ],
            sql: "SELECT id, name, source, reputation, upvotes, downvotes, threads, replies, created_at, config \
                  FROM bots WHERE departed_at IS NULL{} ORDER BY id",
            since: None,
            fixed: 9,
            newest: Some("created_at DESC, id"),
        },
        ExportKind::Memories => Shape {
            columns: &[
                ("id", Plain),
                ("bot_id", Plain),
                ("kind", Kind),
                ("key", Plain),
                ("text", Plain),
                ("source", Plain),
                ("sentiment", Plain),
                ("confidence", Plain),
                ("importance", Plain),
                ("count", Plain),
                ("moments", Plain),
                ("history", Json),
                ("period_start", Time),
                ("period_end", Time),
                ("thread_id", Plain),
                ("activity_id", Plain),
                ("pinned", Truth),
                ("created_at", Time),
                ("updated_at", Time),
            ],
            sql: "SELECT id, bot_id, kind, key, text, source, sentiment, confidence, importance, count, moments, \
                  history, period_start, period_end, thread_id, activity_id, pinned, created_at, updated_at \
                  FROM memories WHERE 1{} ORDER BY id",
            since: Some(" AND created_at >= ?1"),
            fixed: ALL,
            newest: None,
        },
        ExportKind::Archive => Shape {
            columns: &[
                ("id", Plain),
                ("bot_id", Plain),
                ("kind", Kind),
                ("text", Plain),
                ("source", Plain),
                ("importance", Plain),
                ("count", Plain),
                ("moments", Plain),
                ("period_start", Time),
                ("period_end", Time),
                ("thread_id", Plain),
                ("activity_id", Plain),
                ("summary_id", Plain),
                ("created_at", Time),
                ("updated_at", Time),
            ],
            sql: "SELECT id, bot_id, kind, text, source, importance, count, moments, period_start, period_end, \
                  thread_id, activity_id, summary_id, created_at, updated_at FROM archive WHERE 1{} ORDER BY id",
            since: Some(" AND created_at >= ?1"),
            fixed: ALL,
            newest: None,
        },
        ExportKind::Usage => Shape {
            columns: &[
                ("bot_id", Plain),
                ("date", Plain),
                ("provider", Plain),
                ("model", Plain),
                ("calls", Plain),
                ("input_tokens", Plain),
                ("output_tokens", Plain),
                ("cached_tokens", Plain),
                ("cost_usd", Dollars),
                ("cost_simulated", Truth),
                ("priced", Truth),
            ],
            sql: "SELECT bot_id, day, provider, model, calls, input, output, cached, cost, \
                  cost > 0 AND bound_tokens < input + output AND EXISTS (SELECT 1 FROM meta WHERE key = 'simulated_cost'), \
                  priced FROM usage_daily \
                  WHERE 1{} ORDER BY bot_id, day, provider, model",
            since: Some(" AND day >= ?2"),
            fixed: ALL,
            newest: None,
        },
        ExportKind::Thoughts => Shape {
            columns: &[("activity_id", Plain), ("record", Thought)],
            sql: "SELECT t.activity_id, t.record, b.record FROM thoughts t \
                  LEFT JOIN thoughts b ON b.activity_id = t.base \
                  WHERE (t.base IS NULL OR b.activity_id IS NOT NULL){} ORDER BY t.activity_id",
            since: Some(" AND t.activity_id IN (SELECT id FROM activities WHERE created_at >= ?1)"),
            fixed: ALL,
            newest: None,
        },
        // Its entries are packed: they are not read by this.
        ExportKind::Journal => Shape {
            columns: &[("number", Plain), ("at", Time), ("through", Plain), ("input", Json)],
            sql: "",
            since: None,
            fixed: ALL,
            newest: None,
        },
    }
}
