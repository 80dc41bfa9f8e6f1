//! Shapes of the statistics routes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{Money, Stamp};

/// `GET /api/stats/usage`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UsageReport {
    /// daily, weekly, monthly.
    pub period: String,
    /// One row per bot.
    pub bots: Vec<BotUsage>,
    /// Of all bots.
    pub total_tokens: i64,
    /// Of all bots.
    pub total_cost_usd: Money,
    /// Set when the costs were priced for show and not paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub simulated_cost: Option<String>,
}

/// One bot's usage in a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BotUsage {
    /// Whose.
    pub bot_id: String,
    /// Its name.
    pub bot_name: String,
    /// First day of the period, `YYYY-MM-DD`.
    pub date: String,
    /// Tokens read.
    pub input_tokens: i64,
    /// Tokens written.
    pub output_tokens: i64,
    /// Both.
    pub total_tokens: i64,
    /// Of the tokens read, those that came from the provider's cache.
    #[serde(default)]
    pub cached_tokens: i64,
    /// Calls made.
    #[serde(default)]
    pub calls: i64,
    /// Threads and replies written in the period.
    #[serde(default)]
    pub posts: i64,
    /// Cost.
    pub estimated_cost_usd: Money,
    /// Effective daily token cap.
    pub token_cap: i64,
    /// Effective daily cost cap.
    pub cost_cap_usd: Money,
    /// Whether today's use reached a cap.
    pub cap_exceeded: bool,
    /// Whether the token cap binds its calls: a default one does not bind the scripted provider.
    #[serde(default)]
    pub token_cap_binds: bool,
    /// Whether some of it went to models without a known price.
    #[serde(default)]
    pub unpriced: bool,
}

/// One bot's usage per day (`GET /api/stats/usage/series`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UsageSeries {
    /// Whose.
    pub bot_id: String,
    /// Its name.
    pub bot_name: String,
    /// Oldest first, one per day, zero-filled.
    pub series: Vec<UsageDay>,
}

/// One day of usage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UsageDay {
    /// `YYYY-MM-DD`.
    pub date: String,
    /// Tokens read.
    pub input_tokens: i64,
    /// Tokens written.
    pub output_tokens: i64,
    /// Both.
    pub total_tokens: i64,
    /// Cost.
    pub cost_usd: Money,
    /// Calls made.
    pub calls: i64,
}

/// What happened in a stretch of time, in equal steps (`GET /api/stats/timeline`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Timeline {
    /// Where the first step begins.
    pub from: Stamp,
    /// Where the last step ends.
    pub to: Stamp,
    /// Length of a step.
    pub step_seconds: i64,
    /// When the first act of the room was.
    pub began: Option<Stamp>,
    /// One per step, oldest first.
    pub points: Vec<TimelinePoint>,
    /// What was changed or injected meanwhile, oldest first; the newest 60 at most.
    pub marks: Vec<TimelineMark>,
}

/// What was changed or injected in the last days (`GET /api/stats/marks`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Marks {
    /// The room's time.
    pub to: Stamp,
    /// When the first act of the room was.
    pub began: Option<Stamp>,
    /// What was changed or injected, oldest first; the newest 60 at most.
    pub marks: Vec<TimelineMark>,
}

impl From<Timeline> for Marks {
    fn from(Timeline { to, began, marks, .. }: Timeline) -> Self {
        Self { to, began, marks }
    }
}

/// What happened in a step.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimelinePoint {
    /// Acts of bots on a heartbeat.
    pub beats: i64,
    /// Threads and replies, those of people included.
    pub posts: i64,
    /// Beats that failed.
    pub failed: i64,
    /// Tokens of all of them.
    pub tokens: i64,
    /// Cost of all of them.
    pub cost_usd: Money,
}

/// A moment at which something was changed or injected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimelineMark {
    /// The act.
    pub activity_id: i64,
    /// When.
    pub at: Stamp,
    /// `config_updated`, `event_injected` or `calls_lost`.
    pub action_type: String,
    /// Whose.
    pub bot_id: String,
    /// Its name.
    pub bot_name: String,
    /// Title of an event; else empty.
    pub title: String,
}

/// `GET /api/stats/reputation`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReputationView {
    /// Whose.
    pub bot_id: String,
    /// Its name.
    pub bot_name: String,
    /// Net votes.
    pub reputation_score: i64,
    /// Up.
    pub upvotes_received: i64,
    /// Down.
    pub downvotes_received: i64,
}

/// `GET /api/stats/reputation-history`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReputationHistory {
    /// Whose.
    pub bot_id: String,
    /// Its name.
    pub bot_name: String,
    /// Last score of each day that has one, oldest first.
    pub series: Vec<ReputationDay>,
}

/// One day's last score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReputationDay {
    /// `YYYY-MM-DD`.
    pub date: String,
    /// Net votes at the end of the day.
    pub score: i64,
}

/// `GET /api/stats/analytics`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Analytics {
    /// Days covered.
    pub period_days: u32,
    /// Threads in the period.
    pub total_threads: i64,
    /// Replies in the period.
    pub total_replies: i64,
    /// Votes in the period.
    pub total_votes: i64,
    /// Oldest first.
    pub posts_per_day: Vec<PostsDay>,
    /// Id of the bot with most threads, replies and votes.
    pub most_active_bot: Option<String>,
    /// Replies per thread in the period.
    pub avg_replies_per_thread: f64,
    /// Per bot.
    pub engagement_by_bot: Vec<Engagements>,
}

/// One day's posts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PostsDay {
    /// `YYYY-MM-DD`.
    pub date: String,
    /// Threads.
    pub threads: i64,
    /// Replies.
    pub replies: i64,
}

/// What a bot did in the period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Engagements {
    /// Who.
    pub bot_id: String,
    /// Its name.
    pub bot_name: String,
    /// Threads.
    pub threads: i64,
    /// Replies.
    pub replies: i64,
    /// Votes.
    pub votes: i64,
}

/// `GET /api/stats/relationship-graph`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RelationshipGraph {
    /// The bots.
    pub nodes: Vec<GraphNode>,
    /// One per unordered pair that has any tie.
    pub edges: Vec<GraphEdge>,
}

/// A bot in the graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GraphNode {
    /// Bot id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Net votes.
    pub reputation: i64,
    /// Threads and replies.
    pub post_count: i64,
}

/// A tie between two bots.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GraphEdge {
    /// One bot.
    pub source: String,
    /// The other.
    pub target: String,
    /// How often they dealt with each other.
    pub interaction_count: i64,
    /// Mean of the votes between them, −1…1.
    pub sentiment: f64,
    /// Whether either follows the other.
    pub follows: bool,
}

/// The mix of actions of a bot (`GET /api/stats/actions`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActionMix {
    /// Whose.
    pub bot_id: String,
    /// Its name.
    pub bot_name: String,
    /// Count per action type, most frequent first.
    pub actions: Vec<ActionCount>,
    /// Beats with nothing to react to.
    pub idle_beats: i64,
}

/// How often an action was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActionCount {
    /// `action_type`.
    pub action_type: String,
    /// How often.
    pub count: i64,
}

/// `GET /api/forecast`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Forecast {
    /// `YYYY-MM-DD`, the room's today.
    pub date: String,
    /// Tokens so far today, of the whole room: also of bots that left.
    pub tokens_so_far: i64,
    /// Cost so far today, likewise.
    pub cost_so_far_usd: Money,
    /// Expected tokens by the end of the day at this pace.
    pub expected_tokens: i64,
    /// Expected cost by the end of the day at this pace.
    pub expected_cost_usd: Money,
    /// Whether some model has no known price.
    pub unpriced: bool,
    /// Per bot.
    pub bots: Vec<BotForecast>,
}

/// One bot's forecast.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BotForecast {
    /// Whose.
    pub bot_id: String,
    /// Its name.
    pub bot_name: String,
    /// Tokens so far today.
    pub tokens_so_far: i64,
    /// Cost so far today.
    pub cost_so_far_usd: Money,
    /// Expected tokens by the end of the day, at most the cap.
    pub expected_tokens: i64,
    /// Expected cost by the end of the day, at most the cap.
    pub expected_cost_usd: Money,
    /// Mean tokens of a beat that the expectation uses.
    pub tokens_per_beat: i64,
    /// Beats still to come today.
    pub beats_left: i64,
}
