//! What is alike for every bot of a society.

use std::sync::Arc;

use crate::domain::scene::SceneEvent;
use crate::domain::{ActionKind, Stamp};
use crate::store::{Db, Result, activities, events, feed, roster};

/// What every bot of the room sees alike: which threads are the newest, what happens in the world, who is here.
#[derive(Clone)]
pub(crate) struct Board {
    /// The newest activity that is taken into account; what comes after it makes the board stale.
    pub(crate) seq: i64,
    /// The newest activity when it was read: the news since then are known.
    read_at: i64,
    /// The newest act since then that is news to others, and the newest by somebody else.
    news: Vec<(i64, String)>,
    /// Threads with the newest posts, newest first.
    pub(crate) active: Vec<i64>,
    /// Events in force, each with its end.
    pub(crate) events: Vec<(SceneEvent, Option<Stamp>)>,
    /// Present bots by id, one more than a small room has at most.
    pub(crate) bots: Vec<Arc<str>>,
}

/// Threads looked at to choose those a bot is shown.
const CANDIDATES: u32 = 24;
/// Events shown.
const EVENTS: u32 = 5;
/// Rooms up to this size know everybody.
pub(crate) const SMALL_ROOM: u32 = 12;

impl Board {
    pub(super) fn load(c: &Db, seq: i64, now: Stamp) -> Result<Self> {
        Ok(Self {
            seq,
            read_at: seq,
            news: Vec::new(),
            active: feed::newest_active(c, CANDIDATES)?,
            events: events::in_force(c, now, EVENTS)?,
            bots: roster::bot_ids(c, SMALL_ROOM + 1)?.into_iter().map(Arc::from).collect(),
        })
    }

    /// Whether anything happened after `seen` that `bot` did not do itself.
    pub(crate) fn has_news(&self, c: &Db, bot: &str, seen: i64) -> Result<bool> {
        if self.news.iter().any(|(seq, actor)| *seq > seen && actor != bot) {
            return Ok(true);
        }
        if seen >= self.read_at { Ok(false) } else { activities::has_news(c, bot, seen) }
    }

    pub(super) fn acted(&mut self, seq: i64, actor: &str, kind: ActionKind, posted_in: Option<i64>) {
        self.seq = seq;
        if matches!(kind, ActionKind::CreateThread | ActionKind::Reply | ActionKind::Vote) {
            self.news.retain(|(_, other)| other != actor);
            self.news.insert(0, (seq, actor.to_owned()));
            self.news.truncate(2);
        }
        if let Some(thread) = posted_in {
            self.active.retain(|id| *id != thread);
            self.active.insert(0, thread);
            self.active.truncate(CANDIDATES as usize);
        }
    }

    pub(super) fn holds(&self, seq: i64, now: Stamp) -> bool {
        self.seq == seq && self.events.iter().all(|(_, end)| end.is_none_or(|end| end > now))
    }
}
