//! Moderation and events.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::Stamp;

/// A moderation flag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FlagView {
    /// Flag id.
    pub id: i64,
    /// thread or reply.
    pub target_type: String,
    /// Id of the target.
    pub target_id: i64,
    /// repetitive, low_quality, frequency.
    pub flag_type: String,
    /// `auto`, or the actor who raised it.
    pub flagged_by: String,
    /// Settled by a person.
    pub resolved: bool,
    /// When it was raised.
    pub created_at: Stamp,
    /// The author of the target.
    pub bot_id: String,
    /// Why, in one sentence.
    pub reason: String,
    /// The thread to look at.
    pub thread_id: Option<i64>,
}

/// An injected event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventView {
    /// Event id.
    pub id: i64,
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// news, challenge, dilemma, announcement.
    pub event_type: String,
    /// minor, normal, major, crisis.
    pub severity: String,
    /// In force.
    pub active: bool,
    /// When it was injected.
    pub created_at: Stamp,
    /// When it ends by itself.
    pub expires_at: Option<Stamp>,
}

/// A ready-made event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventTemplateView {
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// news, challenge, dilemma, announcement.
    pub event_type: String,
    /// minor, normal, major, crisis.
    pub severity: String,
}
