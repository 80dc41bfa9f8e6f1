//! The queries against rooms with known numbers, made here by plain inserts.

mod bots;
mod check;
mod export;
mod forum;
pub(crate) mod harm;
mod large;
mod memories;
mod stats;
mod stream;
mod timeline;
mod tokens;

use jiff::tz::TimeZone;
use rusqlite::Params;

use super::books::Charge;
use super::indexing::Indexed;
use super::lens::Lens;
use super::{Db, Durability, books, indexing, open_connection, schema};
use crate::domain::status::{Bound, RoomCaps};
use crate::domain::{Money, PersonalityConfig, Stamp, Usage};
use crate::protocol::EngineState;

/// A room in a temporary file.
struct Room {
    dir: tempfile::TempDir,
    c: Db,
}

impl std::ops::Deref for Room {
    type Target = Db;
    fn deref(&self) -> &Db {
        &self.c
    }
}

impl Room {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let mut c = open_connection(&path, false).unwrap();
        schema::prepare(&mut c, &path, Durability::Normal).unwrap();
        Self { dir, c }
    }

    fn path(&self) -> std::path::PathBuf {
        self.dir.path().join("a.db")
    }

    fn put(&self, sql: &str, values: impl Params) {
        self.c.prepare_cached(sql).unwrap().execute(values).unwrap();
    }

    /// A bot of the room's provider, made from a file.
    fn bot(&self, id: &str, name: &str) {
        self.bot_with(id, name, "default");
    }

    fn bot_with(&self, id: &str, name: &str, provider: &str) {
        let mut config: PersonalityConfig =
            serde_json::from_value(serde_json::json!({"id": id, "name": name})).unwrap();
        config.model.provider = provider.into();
        let json = serde_json::to_string(&config).unwrap();
        self.put(
            "INSERT INTO bots (id, name, source, config, yaml_config, created_at) VALUES (?1, ?2, 'yaml', ?3, ?3, 0)",
            (id, name, json),
        );
    }

    /// A thread with the given score and place in the order of last posts, indexed as acts index it.
    fn thread(&self, id: i64, author: &str, title: &str, content: &str, score: i64, last_seq: i64) {
        self.put(
            "INSERT INTO threads (id, author, title, content, created_at, last_activity_at, last_seq, upvotes) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7)",
            (id, author, title, content, id * 1_000_000, last_seq, score),
        );
        self.index(Indexed::Thread(id));
    }

    fn index(&self, post: Indexed) {
        indexing::note(self, post, false).unwrap();
        indexing::take_in(self).unwrap();
    }

    fn tag(&self, thread: i64, tag: &str) {
        self.put("INSERT INTO thread_tags VALUES (?1, ?2)", (tag, thread));
        self.put("UPDATE threads SET tags = json_insert(tags, '$[#]', ?1) WHERE id = ?2", (tag, thread));
    }

    fn reply(&self, id: i64, thread: i64, author: &str, content: &str) {
        self.put(
            "INSERT INTO replies (id, thread_id, author, content, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            (id, thread, author, content, id * 1_000_000),
        );
        self.put("UPDATE threads SET reply_count = reply_count + 1 WHERE id = ?1", [thread]);
        self.index(Indexed::Reply(id));
    }

    fn act(&self, id: i64, bot: &str, kind: &str, at: Stamp) {
        self.put(
            "INSERT INTO activities (id, bot_id, action_type, details, tokens_used, cost, created_at) \
             VALUES (?1, ?2, ?3, '{\"success\":true}', 7, 1000, ?4)",
            (id, bot, kind, at.micros()),
        );
    }

    /// A charge; `bound` unless the provider's kind is the embedded one.
    fn charged(&self, bot: &str, day: &str, provider: &str, tokens: i64, cost: i64, bound: bool) {
        let usage = Usage { input: tokens, ..Usage::default() };
        let cost = Money::from_nanos(cost);
        let charge = Charge { bot, day, provider, model: "m", usage, cost, priced: true, bound };
        books::charge(self, &charge).unwrap();
    }

    fn used(&self, bot: &str, day: &str, provider: &str, tokens: i64, cost: i64) {
        self.charged(bot, day, provider, tokens, cost, provider != "scripted");
    }
}

/// 2026-03-10, noon, in UTC, with the usual caps.
pub(super) fn lens() -> Lens {
    Lens {
        now: stamp("2026-03-10T12:00:00Z"),
        zone: TimeZone::UTC,
        engine: EngineState::Running,
        doing: std::collections::BTreeMap::new(),
        provider: "ollama".into(),
        bound: [("scripted".to_owned(), Bound::OwnCaps)].into(),
        tokens: 1_000,
        cost: Money::from_nanos(1_000_000_000),
        room: RoomCaps::default(),
    }
}

fn stamp(text: &str) -> Stamp {
    text.parse().unwrap()
}
