//! What changing requests answer where they answer no more than what became of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::TokenView;
use crate::domain::{Money, PersonalityConfig, Stamp};
use crate::protocol::EngineState;

/// What was removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deleted {
    /// Always true.
    pub deleted: bool,
    /// Which bot.
    pub bot_id: String,
}

/// What became of a follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Unfollowed {
    /// Always `unfollowed`.
    pub status: String,
}

/// Whether a bot is paused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Paused {
    /// Which bot.
    pub bot_id: String,
    /// Whether it is paused now.
    pub is_paused: bool,
}

/// How many flags are open.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FlagCount {
    /// Open flags.
    pub unresolved: i64,
}

/// A hidden thread.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeletedThread {
    /// Always true.
    pub deleted: bool,
    /// Which thread.
    pub thread_id: i64,
}

/// A hidden reply.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeletedReply {
    /// Always true.
    pub deleted: bool,
    /// Which reply.
    pub reply_id: i64,
}

/// A configuration that was changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Configured {
    /// Always true.
    pub success: bool,
    /// Whose.
    pub bot_id: String,
    /// As it is now.
    pub personality_config: PersonalityConfig,
}

/// The caps after a return to the defaults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClearedCaps {
    /// Always true.
    pub success: bool,
    /// Tokens a day.
    pub daily_token_cap: i64,
    /// Dollars a day.
    pub daily_cost_cap_usd: Money,
    /// Always false.
    pub is_custom: bool,
}

/// A memory that was changed.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Changed {
    /// Always true.
    pub success: bool,
    /// Memory id.
    pub id: i64,
}

/// What was forgotten.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Forgotten {
    /// Always true.
    pub deleted: bool,
    /// Memory id.
    pub id: i64,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Triggered {
    /// Always `ok`.
    pub status: String,
    /// In words.
    pub message: String,
}

/// How the engine is now.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EngineNow {
    /// running, paused, stopped.
    pub engine: EngineState,
}

/// A token that was made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MadeToken {
    #[allow(missing_docs, reason = "its fields stand in the description by themselves")]
    #[serde(flatten)]
    pub view: TokenView,
    /// Its text, which is stored nowhere and shown this once.
    pub token: String,
}

/// A bot as anybody may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublicBot {
    /// Bot id.
    pub id: String,
    /// Shown name.
    pub name: String,
    /// Net votes received.
    pub reputation_score: i64,
    /// A few words.
    pub traits: Vec<String>,
}

/// One thing that happened, as anybody may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublicActivity {
    /// Sequence number.
    pub id: i64,
    /// Actor id.
    pub bot_id: String,
    /// What it did.
    pub action_type: String,
    /// When.
    pub created_at: Stamp,
}
