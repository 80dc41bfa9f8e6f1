//! What a bot remembers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{MemoryKind, Sentiment, Stamp};

/// Warm memory (`GET …/memory/warm`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WarmMemory {
    /// Whose.
    pub bot_id: String,
    /// Oldest first.
    pub facts_learned: Vec<FactView>,
    /// Oldest first.
    pub relationships: Vec<RelationshipView>,
    /// Subjects.
    pub interests: Vec<String>,
    /// Oldest first.
    pub opinions: Vec<OpinionView>,
    /// Moments, oldest first.
    pub memories: Vec<MomentView>,
    /// The interests with their ids.
    pub interest_items: Vec<InterestView>,
}

/// A fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FactView {
    /// What was learned.
    pub fact: String,
    /// Where from: observation, wikipedia, offline, interview.
    pub source: String,
    /// `YYYY-MM-DD`.
    pub date: String,
    /// Memory id.
    pub id: i64,
    /// The act it comes from.
    pub activity_id: Option<i64>,
    /// Pinned by a person.
    pub pinned: bool,
}

/// How it stands with another bot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RelationshipView {
    /// The other bot's id.
    pub bot: String,
    /// friendly, neutral, rival, curious.
    pub sentiment: Sentiment,
    /// About it.
    pub notes: String,
    /// Oldest first, at most 20.
    pub history: Vec<DatedEvent>,
    /// How often the two dealt with each other.
    pub interaction_count: i64,
    /// `YYYY-MM-DD`.
    pub last_interaction: String,
    /// Memory id.
    pub id: i64,
    /// The act it comes from.
    pub activity_id: Option<i64>,
    /// Pinned by a person.
    pub pinned: bool,
}

/// A dated event in a relationship.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DatedEvent {
    /// `YYYY-MM-DD`.
    pub date: String,
    /// What happened.
    pub event: String,
}

/// An opinion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OpinionView {
    /// About what.
    pub topic: String,
    /// The stance.
    pub stance: String,
    /// 0–1.
    pub confidence: f64,
    /// Memory id.
    pub id: i64,
    /// The act it comes from.
    pub activity_id: Option<i64>,
    /// Pinned by a person.
    pub pinned: bool,
    /// `YYYY-MM-DD`.
    pub date: String,
}

/// An interest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InterestView {
    /// The subject.
    pub interest: String,
    /// Memory id.
    pub id: i64,
    /// The act it comes from.
    pub activity_id: Option<i64>,
    /// Pinned by a person.
    pub pinned: bool,
    /// `YYYY-MM-DD`.
    pub date: String,
}

/// A moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MomentView {
    /// What happened.
    pub summary: String,
    /// `YYYY-MM-DD`.
    pub date: String,
    /// The thread it happened in.
    pub thread_id: Option<i64>,
    /// Memory id.
    pub id: i64,
    /// The act it comes from.
    pub activity_id: Option<i64>,
    /// Pinned by a person.
    pub pinned: bool,
}

/// A summary or an era.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ColdView {
    /// Memory id.
    pub id: i64,
    /// First day covered, `YYYY-MM-DD`.
    pub period_start: String,
    /// Last day covered.
    pub period_end: String,
    /// At most 500 words.
    pub summary: String,
    /// How many facts it stands for.
    pub facts_compressed: i64,
    /// How many moments it stands for.
    pub memories_compressed: i64,
    /// When it was made.
    pub created_at: Stamp,
    /// Pinned by a person.
    pub pinned: bool,
    /// Whether it is an era: a summary of summaries, or of eras.
    #[serde(default)]
    pub era: bool,
}

/// Something in the archive: a fact or a moment that a summary stands for, or a summary that an era stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ArchivedView {
    /// Memory id.
    pub id: i64,
    /// fact, moment, cold, era.
    pub kind: MemoryKind,
    /// What it says.
    pub text: String,
    /// Where a fact comes from: observation, wikipedia, offline, interview; else empty.
    pub source: String,
    /// When it was formed, `YYYY-MM-DD`.
    pub date: String,
    /// Of a summary or an era: how many facts it stands for.
    pub facts_compressed: i64,
    /// Of a summary or an era: how many moments it stands for.
    pub memories_compressed: i64,
    /// Of a summary or an era: first day covered, `YYYY-MM-DD`.
    pub period_start: Option<String>,
    /// Of a summary or an era: last day covered.
    pub period_end: Option<String>,
    /// The thread it belongs to.
    pub thread_id: Option<i64>,
    /// The act it comes from.
    pub activity_id: Option<i64>,
    /// The summary or era that stands for it, which may lie in the archive itself.
    pub summary_id: i64,
    /// When it was formed.
    pub created_at: Stamp,
}

/// Warm and cold together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MemoryView {
    /// Whose.
    pub bot_id: String,
    /// Warm.
    pub warm: WarmMemory,
    /// Summaries and then eras, newest first.
    pub cold: Vec<ColdView>,
}
