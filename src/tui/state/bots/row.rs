//! A bot as a line of a list.

use crate::domain::Stamp;
use crate::protocol::{BotView, Doing, Source, Status};

/// What the list shows of a bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedBot {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// How it is.
    pub status: Status,
    /// Why.
    pub reason: Option<String>,
    /// Net votes.
    pub reputation: i64,
    /// When it wakes next.
    pub next_beat_at: Option<Stamp>,
    /// On a beat right now.
    pub thinking: bool,
    /// What that beat is at, as the engine tells it.
    pub doing: Option<Doing>,
    /// Open flags.
    pub flags: i64,
    /// Its file changed.
    pub yaml_changed: bool,
    /// Differs from its file.
    pub edited: bool,
    /// Made by a person.
    pub custom: bool,
}

impl From<&BotView> for ListedBot {
    fn from(bot: &BotView) -> Self {
        Self {
            id: bot.id.clone(),
            name: bot.name.clone(),
            status: bot.status,
            reason: bot.status_reason.clone(),
            reputation: bot.reputation_score,
            next_beat_at: bot.next_beat_at,
            thinking: bot.thinking || bot.doing.is_some(),
            doing: bot.doing,
            flags: bot.unresolved_flags,
            yaml_changed: bot.yaml_changed,
            edited: bot.edited,
            custom: bot.source == Source::Custom,
        }
    }
}
