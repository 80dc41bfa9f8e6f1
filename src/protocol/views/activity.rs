//! The activity stream and the reason behind each act.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::{Money, Stamp, Usage};

/// One row of the activity stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ActivityView {
    /// Sequence number.
    pub id: i64,
    /// Actor id.
    pub bot_id: String,
    /// create_thread, reply, vote, follow, unfollow, web_search, do_nothing, failed, human_post, …
    pub action_type: String,
    /// What the act was about; the keys depend on `action_type`.
    #[schema(value_type = Object)]
    pub details: Value,
    /// Tokens of all calls.
    pub tokens_used: i64,
    /// When.
    pub created_at: Stamp,
    /// Shown name of the actor.
    pub bot_name: String,
    /// Cost of all calls.
    pub cost_usd: Money,
    /// Whether the cost is for show and nothing was paid. Left out when it is not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cost_simulated: bool,
}

/// The reason behind an act (`GET /api/activity/{id}/why`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WhyView {
    /// The act.
    pub activity: ActivityView,
    /// Provider that answered.
    pub provider: String,
    /// Model that answered.
    pub model: String,
    /// The prompt's sections in order.
    pub sections: Vec<PromptSection>,
    /// Memories that were recalled, best first.
    pub memories: Vec<RecalledMemory>,
    /// Every exchange of the beat, in order.
    pub exchanges: Vec<Exchange>,
    /// The rung of the ladder that read the answer: schema, embedded, repaired, failed, none.
    pub rung: String,
    /// Sum of the exchanges' cost.
    pub cost_usd: Money,
}

/// A section of the prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PromptSection {
    /// rules, identity, guidance, roster, events, own_posts, recent, memories, feed, asks, question.
    pub name: String,
    /// Estimated tokens.
    pub tokens: i64,
    /// The token budget of the section.
    pub budget: i64,
    /// How many entries were left out to fit.
    pub dropped: i64,
    /// The text as sent.
    pub text: String,
    /// What was cut or left out, and why; only of what a number names (memories, threads, events).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<SectionNote>,
}

/// What became of an entry that is not in its section as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SectionNote {
    /// Number of the memory, the thread or the event.
    pub id: i64,
    /// cut (in part in the prompt), no_room, too_large.
    pub fate: String,
    /// Estimated tokens of what went in, or would have.
    pub tokens: i64,
}

/// A memory with the scores that chose it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RecalledMemory {
    /// Memory id.
    pub id: i64,
    /// fact, relationship, opinion, interest, moment, cold.
    pub kind: String,
    /// As shown to the model.
    pub text: String,
    /// Pinned by a person.
    pub pinned: bool,
    /// 0–1.
    pub relevance: f64,
    /// 0–1.
    pub recency: f64,
    /// 0–1.
    pub importance: f64,
    /// Weighted sum.
    pub score: f64,
    /// Whether it is in the prompt: whole, cut, no_room, too_large; empty in records of earlier versions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fate: String,
}

/// One exchange with a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Exchange {
    /// think, repair, extract, compress, interview.
    pub purpose: String,
    /// Provider name.
    pub provider: String,
    /// Model name.
    pub model: String,
    /// What was sent; empty where it is the sections above.
    pub request: String,
    /// The raw answer, gated.
    pub answer: String,
    /// Tokens.
    pub usage: Usage,
    /// Whether the provider reported the tokens (else the reservation was charged).
    pub reported: bool,
    /// Milliseconds.
    pub latency_ms: i64,
    /// Milliseconds it waited for a place at the provider before it was sent.
    #[serde(default)]
    pub waited_ms: i64,
    /// Cost.
    pub cost_usd: Money,
    /// What went wrong, if anything.
    pub error: Option<String>,
}

/// The result of a beat that was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BeatResult {
    /// Whether the beat did what the bot wanted.
    pub success: bool,
    /// The act, `idle` when there was nothing to react to, or `failed`.
    pub action: String,
    /// The activity's id, if it left one.
    pub activity_id: Option<i64>,
    /// As in the activity, without `raw_response`; laid out beside `success` and `action`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub details: serde_json::Map<String, Value>,
}

impl BeatResult {
    /// Whether there was nothing to react to.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.action == crate::domain::activity::IDLE
    }
}
