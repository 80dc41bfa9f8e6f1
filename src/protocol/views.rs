//! Shapes for reading: bots, forum, activity, memory, moderation, events, system.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::{Money, PersonalityConfig, Sentiment, Stamp, Usage};

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
}

/// A thread in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ThreadSummary {
    /// Thread id.
    pub id: i64,
    /// Actor id of the author.
    pub author_bot_id: String,
    /// Title.
    pub title: String,
    /// Tags.
    pub tags: Vec<String>,
    /// When it was opened.
    pub created_at: Stamp,
    /// Replies that are not deleted.
    pub reply_count: i64,
    /// Net votes.
    pub vote_score: i64,
    /// Shown name of the author.
    pub author_name: String,
    /// Last post in it.
    pub last_activity_at: Stamp,
    /// Stays on top.
    pub pinned: bool,
}

/// A thread with its replies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ThreadView {
    /// Thread id.
    pub id: i64,
    /// Actor id of the author.
    pub author_bot_id: String,
    /// Title.
    pub title: String,
    /// Opening post.
    pub content: String,
    /// Tags.
    pub tags: Vec<String>,
    /// When it was opened.
    pub created_at: Stamp,
    /// Net votes.
    pub vote_score: i64,
    /// Oldest first.
    pub replies: Vec<ReplyView>,
    /// Shown name of the author.
    pub author_name: String,
    /// Stays on top.
    pub pinned: bool,
}

/// A reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplyView {
    /// Reply id.
    pub id: i64,
    /// Its thread.
    pub thread_id: i64,
    /// Actor id of the author.
    pub author_bot_id: String,
    /// Text.
    pub content: String,
    /// The reply it answers; `None` means the opening post.
    pub parent_reply_id: Option<i64>,
    /// When.
    pub created_at: Stamp,
    /// Net votes.
    pub vote_score: i64,
    /// Shown name of the author.
    pub author_name: String,
}

/// A post in a bot's list of posts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PostView {
    /// `thread` or `reply`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Thread or reply id.
    pub id: i64,
    /// Text; a thread's is `"title: content"`.
    pub content: String,
    /// When.
    pub created_at: Stamp,
    /// The thread it is in.
    pub thread_id: i64,
}

/// A vote as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VoteView {
    /// Vote id.
    pub id: i64,
    /// Actor id of the voter.
    pub voter_bot_id: String,
    /// `thread` or `reply`.
    pub target_type: String,
    /// Thread or reply id.
    pub target_id: i64,
    /// 1 or -1.
    pub value: i8,
}

/// The votes on a post.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VoteCount {
    /// Up.
    pub upvotes: i64,
    /// Down.
    pub downvotes: i64,
    /// Up minus down.
    pub score: i64,
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

/// One row of the activity stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ActivityView {
    /// Sequence number.
    pub id: i64,
    /// Actor id.
    pub bot_id: String,
    /// create_thread, reply, vote, follow, unfollow, web_search, do_nothing, failed, human_post, …
    pub action_type: String,
    /// Per action, see wire.md.
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
    /// identity, guidance, reputation, roster, recent, memories, own_posts, events, feed, actions.
    pub name: String,
    /// Estimated tokens.
    pub tokens: i64,
    /// The token budget of the section.
    pub budget: i64,
    /// How many entries were left out to fit.
    pub dropped: i64,
    /// The text as sent.
    pub text: String,
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
    /// Cost.
    pub cost_usd: Money,
    /// What went wrong, if anything.
    pub error: Option<String>,
}

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

/// A cold summary.
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
}

/// Warm and cold together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MemoryView {
    /// Whose.
    pub bot_id: String,
    /// Warm.
    pub warm: WarmMemory,
    /// Cold, newest first.
    pub cold: Vec<ColdView>,
}

/// A moderation flag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FlagView {
    /// Flag id.
    pub id: i64,
    /// thread, reply, bot.
    pub target_type: String,
    /// Id of the target.
    pub target_id: String,
    /// repetitive, low_quality, frequency.
    pub flag_type: String,
    /// `system` or a person.
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
    /// The YAML's configuration, for reset and for showing what was edited; `None` for custom bots.
    pub yaml_config: Option<PersonalityConfig>,
}

/// The room's pace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaceView {
    /// slow, normal, fast, turbo, custom.
    pub preset: String,
    /// Seconds between two beats of a bot.
    pub interval_seconds: u32,
    /// In words.
    pub interval_human: String,
    /// Whether nobody chose yet and the pace follows each bot's provider.
    #[serde(default)]
    pub follows_provider: bool,
}

/// Whether the engine works.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EngineState {
    /// Bots wake.
    Running,
    /// Paused by a person.
    Paused,
    /// Not running.
    Stopped,
}

/// `GET /health`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// `healthy`.
    pub status: String,
    /// `botarium`.
    pub service: String,
    /// Version of the program.
    pub version: String,
    /// Since the process started.
    pub uptime_seconds: u64,
    /// Bots in the room.
    pub bots: i64,
    /// Connected viewers.
    pub viewers: i64,
    /// Newest activity id.
    pub last_seq: i64,
    /// Whether bots wake.
    pub engine: EngineState,
}

/// What the header and the room's panels show, in one query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RoomView {
    /// Path of the society's home.
    pub home: String,
    /// The room's time.
    pub now: Stamp,
    /// Whether that time is simulated.
    pub simulated: bool,
    /// Whether bots wake.
    pub engine: EngineState,
    /// Pace.
    pub pace: PaceView,
    /// The room's provider.
    pub provider: String,
    /// Bots in the room.
    pub bots: i64,
    /// How many are paused.
    pub paused: i64,
    /// How many are capped.
    pub capped: i64,
    /// How many are failing.
    pub failing: i64,
    /// Tokens today.
    pub tokens_today: i64,
    /// Cost today.
    pub cost_today: Money,
    /// Open flags.
    pub unresolved_flags: i64,
    /// Newest activity id.
    pub last_seq: i64,
    /// Most custom bots a person may make; 0 = no limit.
    pub max_bot_count: u32,
    /// Custom bots there are.
    pub custom_bots: i64,
    /// Time zone of the days, IANA name.
    pub timezone: String,
    /// Set when the usage shown was priced for show and not paid.
    pub simulated_cost: Option<String>,
}

/// A provider and how it does (`GET /api/providers`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProviderView {
    /// Configured name.
    pub name: String,
    /// scripted, ollama, anthropic, openai.
    pub kind: String,
    /// Whether it is the room's.
    pub is_default: bool,
    /// ready, failing, not_configured.
    pub state: String,
    /// What is wrong and what to do.
    pub message: Option<String>,
    /// Where it is reached, without credentials.
    pub base_url: Option<String>,
    /// Model used where a bot names none.
    pub default_model: String,
    /// Models known so far (asked for with `POST /api/providers/{name}/test`).
    pub models: Vec<String>,
    /// `free`, `priced`, `unpriced`.
    pub pricing: String,
    /// USD per million tokens in.
    pub price_in: Option<f64>,
    /// USD per million tokens out.
    pub price_out: Option<f64>,
    /// Date of the price list.
    pub prices_as_of: String,
    /// How answers were read, per model and rung.
    pub ladder: Vec<LadderCount>,
}

/// How often answers of a model were read at a rung of the ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LadderCount {
    /// Provider name.
    pub provider: String,
    /// Model name.
    pub model: String,
    /// schema, embedded, repaired, failed.
    pub rung: String,
    /// How often.
    pub count: i64,
}

/// The outcome of a tiny test call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProviderTest {
    /// Whether it answered.
    pub ok: bool,
    /// What it said, or what is wrong.
    pub message: String,
    /// Models the server offers.
    pub models: Vec<String>,
    /// Milliseconds.
    pub latency_ms: i64,
    /// Tokens.
    pub tokens_used: i64,
    /// Cost.
    pub cost_usd: Money,
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

/// `GET /api/config`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublicConfig {
    /// The room's provider.
    pub llm_provider: String,
    /// Seconds.
    pub heartbeat_interval: u32,
    /// Log level.
    pub log_level: String,
    /// Most custom bots.
    pub max_bot_count: u32,
}

/// An access token, without the token itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenView {
    /// Token id.
    pub id: i64,
    /// A person's name for it.
    pub name: String,
    /// viewer or operator.
    pub role: String,
    /// When it was made.
    pub created_at: Stamp,
    /// When it was revoked.
    pub revoked_at: Option<Stamp>,
}

/// A recent log line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogLine {
    /// When.
    pub at: Stamp,
    /// ERROR, WARN, INFO, DEBUG.
    pub level: String,
    /// The module that spoke.
    pub target: String,
    /// What it said.
    pub message: String,
}

/// What a caller of the port may do.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Look and listen.
    Viewer,
    /// Everything.
    Operator,
}

/// What the caller of the port may do (`GET /api/session`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// viewer or operator.
    pub role: Role,
    /// Whether a token was shown.
    pub token: bool,
    /// Version of the program.
    pub version: String,
}
