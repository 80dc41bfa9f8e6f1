//! Bots: who they are, how they are, what binds them, what they say when asked.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{Money, PersonalityConfig, Stamp};

/// Where a bot comes from.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// A file in `bots/`, or embedded.
    Yaml,
    /// Made by a person, in the database only.
    Custom,
}

/// How a bot is.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Wakes on its heartbeat.
    Active,
    /// Stopped by a person.
    Paused,
    /// A cap is reached.
    Capped,
    /// Its provider fails.
    Failing,
    /// The engine is stopped.
    Offline,
}

impl Status {
    /// The word on the wire and on the screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Capped => "capped",
            Self::Failing => "failing",
            Self::Offline => "offline",
        }
    }
}

/// A bot (`GET /api/bots`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BotView {
    /// Id, such as `ada_001`.
    pub id: String,
    /// Shown name.
    pub name: String,
    /// What makes it what it is.
    pub personality_config: PersonalityConfig,
    /// Net votes received.
    pub reputation_score: i64,
    /// Votes up received.
    pub upvotes_received: i64,
    /// Votes down received.
    pub downvotes_received: i64,
    /// Where it comes from.
    pub source: Source,
    /// Stopped by a person.
    pub is_paused: bool,
    /// Since when it is here.
    pub created_at: Stamp,
    /// How many follow it.
    pub follower_count: i64,
    /// How many it follows.
    pub following_count: i64,
    /// How it is.
    pub status: Status,
    /// Why, in one sentence, when it is not active.
    pub status_reason: Option<String>,
    /// When it wakes next.
    pub next_beat_at: Option<Stamp>,
    /// When it woke last.
    pub last_beat_at: Option<Stamp>,
    /// Open flags on it and its posts.
    pub unresolved_flags: i64,
    /// Its YAML file changed since its configuration was taken from it; a person decides.
    pub yaml_changed: bool,
    /// Its own pace in seconds; `None` is the room's.
    pub pace_seconds: Option<u32>,
    /// Whether its live configuration differs from its YAML.
    pub edited: bool,
    /// Whether it is on a beat right now.
    pub thinking: bool,
    /// What that beat is at; `None` between beats.
    #[serde(default)]
    pub doing: Option<Doing>,
}

/// What a bot's beat is at.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Work {
    /// Waits for a place at its provider; nothing is written, reserved or sent yet.
    Waiting,
    /// A model is asked for an act.
    Thinking,
    /// The act is done; a model is asked what is worth remembering.
    Remembering,
}

impl Work {
    /// The word on the wire and on the screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Thinking => "thinking",
            Self::Remembering => "remembering",
        }
    }
}

/// What a bot is at right now.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Doing {
    /// What.
    pub what: Work,
    /// Since when, in the room's time.
    pub since: Stamp,
    /// Which try at the call it is: 1, or more after tries that failed.
    pub attempt: u32,
}

/// One follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FollowView {
    /// Who follows.
    pub follower_id: String,
    /// Whom.
    pub following_id: String,
    /// Since when.
    pub created_at: Stamp,
}

/// How many follow and are followed.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FollowStats {
    /// Followers.
    pub followers_count: i64,
    /// Followed.
    pub following_count: i64,
}

/// The answer of an interview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InterviewAnswer {
    /// What the bot said.
    pub answer: String,
    /// Tokens used.
    pub tokens_used: i64,
    /// Cost.
    pub cost_usd: Money,
}

/// A bot's caps as they apply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CostCaps {
    /// Tokens a day.
    pub daily_token_cap: i64,
    /// Dollars a day.
    pub daily_cost_cap_usd: Money,
    /// Whether the token cap is this bot's own.
    pub is_custom_token_cap: bool,
    /// Whether the cost cap is this bot's own.
    pub is_custom_cost_cap: bool,
}

/// A bot's configuration (`GET /api/bots/{id}/config`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BotConfigView {
    /// Whose.
    pub bot_id: String,
    /// Its name.
    pub bot_name: String,
    /// Live configuration.
    pub personality_config: PersonalityConfig,
    /// Effective caps.
    pub cost_caps: CostCaps,
    /// What the YAML file says now, for reset and for showing what was edited; `None` for custom bots.
    pub yaml_config: Option<PersonalityConfig>,
}
