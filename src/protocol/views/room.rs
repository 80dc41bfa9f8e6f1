//! The room: pace, health, providers, tokens, log lines, who looks at it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::pace::short_span;
use crate::domain::speed::Speed;
use crate::domain::{Money, Stamp};

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
    /// Seconds between two beats of a bot as they really came lately, where that is noticeably more.
    #[serde(default)]
    pub really_seconds: Option<u32>,
    /// Bots that wait for a place at their provider right now.
    #[serde(default)]
    pub waiting: u32,
}

impl PaceView {
    /// How it is really kept where bots wait for each other: `really 1m20s · 5 wait`.
    #[must_use]
    pub fn kept(&self) -> Option<String> {
        let really = self.really_seconds.map(|seconds| format!("really {}", short_span(seconds)));
        let waiting = (self.waiting > 0).then(|| format!("{} wait", self.waiting));
        let parts: Vec<_> = [really, waiting].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" · "))
    }
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
    /// `healthy`, or `failing` while nothing can be stored.
    pub status: String,
    /// Why it is failing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
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
    /// Which society this is: random, and another one for every other society.
    #[serde(default)]
    pub society: Option<String>,
}

/// Where a society parted from another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Lineage {
    /// Which society that was.
    pub society: String,
    /// Its newest activity then.
    pub activity: i64,
    /// The last entry of its journal then.
    pub entry: i64,
    /// The room's time then.
    pub at: Stamp,
}

/// What the header and the room's panels show, in one query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RoomView {
    /// Path of the society's home.
    pub home: String,
    /// Where it comes from, newest first; empty for a society that was begun from nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lineage: Vec<Lineage>,
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
    /// scripted, ollama, anthropic, openai, nats.
    pub kind: String,
    /// Whether it is the room's.
    pub is_default: bool,
    /// ready, failing, not_configured.
    pub state: String,
    /// What is wrong and what to do.
    pub message: Option<String>,
    /// Where it is reached, without credentials; several addresses have commas between.
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
    /// How answers about memories were read, per model.
    #[serde(default)]
    pub extractions: Vec<ExtractionCount>,
    /// How the line for its places stands.
    #[serde(default)]
    pub queue: QueueView,
    /// What was read and how much of it came from the provider's cache, per model.
    #[serde(default)]
    pub cache: Vec<CacheCount>,
    /// Who answers behind it; absent where that is one server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolView>,
}

/// Who answers behind a provider: workers of a queue, or several servers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PoolView {
    /// Who answers, by name.
    pub members: Vec<MemberView>,
    /// Calls somebody is at.
    pub in_flight: u32,
    /// Calls that nobody has begun yet.
    pub waiting: u32,
    /// Why nobody can be asked, and what to do; absent where somebody can.
    pub trouble: Option<String>,
}

/// A worker, or one of several servers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MemberView {
    /// What it calls itself, or its address without credentials.
    pub name: String,
    /// Its models, its own first; empty where they are not known.
    pub models: Vec<String>,
    /// Calls it takes at once; 0 where that is not known.
    pub concurrency: u32,
    /// Calls of this room that it is at.
    pub in_flight: u32,
    /// Calls of this room that it answered.
    pub answered: u64,
    /// Calls of this room that it failed.
    pub failed: u64,
    /// Tokens a second it wrote lately; absent before its first answer.
    pub tokens_a_second: Option<f64>,
    /// Milliseconds since it was heard of; absent before that.
    pub heard_ms: Option<u64>,
    /// Milliseconds that it is left alone after it failed; absent while it is asked.
    pub resting_ms: Option<u64>,
}

/// What a model has read so far, and how much of it its provider had in a cache.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CacheCount {
    /// Provider name.
    pub provider: String,
    /// Model name.
    pub model: String,
    /// Tokens read.
    pub input: i64,
    /// Of these, from a cache.
    pub cached: i64,
}

/// The line for the places at a provider.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueView {
    /// Calls under way.
    pub under_way: u32,
    /// Who waits for a place.
    pub waiting: u32,
    /// Places taken since the engine started.
    pub taken: u64,
    /// Milliseconds that were waited for them in all.
    pub waited_ms: u64,
}

/// How often a model's answers about memories could be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExtractionCount {
    /// Provider name.
    pub provider: String,
    /// Model name.
    pub model: String,
    /// Answers that were read.
    pub read: i64,
    /// Answers that were not: cut off, or no memories in them.
    pub failed: i64,
    /// Of those, the ones in a row up to now.
    pub failed_in_a_row: i64,
    /// Until when it is not asked, and memories are noted by rule; `None` when it is asked.
    pub rests_until: Option<Stamp>,
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
    /// How fast the model is, where that was asked for and could be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed: Option<Speed>,
}

/// What was found at an address of the machine the room is on (`POST /api/providers/look`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NearView {
    /// Where was looked, such as `http://127.0.0.1:11434`.
    pub address: String,
    /// Ollama, llama.cpp, LM Studio, or an OpenAI-compatible server; absent where no engine for models answers.
    pub engine: Option<String>,
    /// The provider to choose for it; absent where none can be.
    pub provider: Option<String>,
    /// The models it has that write.
    pub models: Vec<String>,
    /// Why it cannot be chosen, and what to do.
    pub message: Option<String>,
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

/// The `target` of log lines about what happens in the room; others are of the program.
pub const ROOM_LOG: &str = "botarium::room";

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
