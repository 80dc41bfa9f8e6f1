//! Language models behind one small trait.
//!
//! A provider turns a [`Request`] into a [`Completion`]; it knows nothing of bots, budgets or
//! the store. What differs between servers' protocols is described (`openai`, `anthropic`, `ollama`);
//! one `driver` asks, streams and reads for all of them. [`guard`] wraps every call that leaves the process: time-outs, retries,
//! circuit breaker, concurrency. [`scripted`] is the provider in the binary, [`nats`] the one behind a queue, [`several`] one
//! of many servers. Only this module and `tools` speak HTTP to the outside.

mod answer;
mod anthropic;
mod breaker;
mod build;
mod context;
mod counts;
mod detail;
mod driver;
mod failure;
mod finish;
mod frames;
pub mod guard;
pub mod loose;
mod meter;
pub(crate) mod nats;
pub mod near;
mod ollama;
mod openai;
mod places;
mod pool;
mod quirks;
mod reasoning;
mod refusal;
mod schema;
pub mod scripted;
mod several;
mod spec;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

pub use self::build::build;
pub use self::finish::Finish;
pub use self::guard::{Account, Attempt, BreakerState, Guard, GuardSettings, Outcome, Place, Queue, Rank};
pub use self::meter::Measured;
pub use self::nats::NatsServer;
pub use self::pool::{Member, Pool};
pub(crate) use self::spec::ANY_MODEL;
pub use self::spec::{ProviderKind, ProviderSpec, Reasoning, home_of_foreign};
pub use crate::domain::Secret;
use crate::domain::{Scene, Usage};

/// Why a model is asked. Each kind is charged to the bot.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Choosing an act.
    Think,
    /// Mending an answer that could not be read.
    Repair,
    /// Extracting memories after an act.
    Extract,
    /// Compressing warm memories into a cold summary.
    Compress,
    /// Answering a person out of band.
    Interview,
    /// A tiny call that proves the set-up.
    Test,
}

impl Purpose {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Think => "think",
            Self::Repair => "repair",
            Self::Extract => "extract",
            Self::Compress => "compress",
            Self::Interview => "interview",
            Self::Test => "test",
        }
    }
}

/// In how many seconds the stable parts of a request are expected to be read again: a cache that
/// forgets sooner would be filled for nothing.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    /// What all bots share, by any of them.
    pub shared: u32,
    /// All of it, by the same bot.
    pub own: u32,
}

impl Again {
    /// Not within any cache's life.
    pub const NEVER: Self = Self { shared: u32::MAX, own: u32::MAX };
    /// At once.
    pub const SOON: Self = Self { shared: 0, own: 0 };
}

/// One exchange with a model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// Why.
    pub purpose: Purpose,
    /// The model's name.
    pub model: String,
    /// The stable part. Comes first, so that a prompt cache can hit.
    pub system: String,
    /// How many bytes at its beginning are the same for every bot of the room.
    pub shared: usize,
    /// When it will be read again, for caches that cost something to fill.
    pub again: Again,
    /// The part that changes with every beat.
    pub prompt: String,
    /// JSON schema of the answer, for providers that can enforce one.
    pub schema: Option<Arc<serde_json::Value>>,
    /// 0–2.
    pub temperature: f64,
    /// Longest answer, in tokens.
    pub max_tokens: u32,
    /// The prompt's material in structured form, for the provider that needs no prose.
    #[serde(skip)]
    pub scene: Option<Arc<Scene>>,
    /// Seed of every draw that belongs to this call.
    pub seed: u64,
}

/// A model's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Completion {
    /// The answer without the model's reasoning, not gated yet.
    pub text: String,
    /// Whether the model reasoned beside its answer, wherever the server put that.
    pub reasoned: bool,
    /// Tokens as the provider reported them; `None` when it reported none.
    pub usage: Option<Usage>,
    /// The model that answered, as the provider names it.
    pub model: String,
    /// From the first byte sent to the last byte read (simulated for `scripted`).
    pub latency: Duration,
    /// Why the answer ended.
    pub finish: Finish,
}

/// Receives live text while a model answers. Never blocks; losing a delta is allowed.
pub type DeltaSink = Arc<dyn Fn(&str) + Send + Sync>;

/// One way of reaching models.
#[async_trait]
pub trait Provider: Send + Sync {
    /// The configured name, such as `ollama` or `openai:lmstudio`.
    fn name(&self) -> &str;

    /// The model used where a bot names none.
    fn default_model(&self) -> &str;

    /// Answers at once, in the process, without waiting. `None` for providers that must be awaited.
    fn answer_at_once(&self, _request: &Request) -> Option<Completion> {
        None
    }

    /// Asks the model, streaming live text into `deltas` where the server can.
    ///
    /// # Errors
    /// See [`ProviderError`]; an error carries the usage already spent, if the server told it.
    async fn complete(&self, request: &Request, deltas: DeltaSink) -> Result<Completion, ProviderError>;

    /// Whether calls lie in a queue before a model is asked: each try then begins when [`Handover::begins`] says so,
    /// and not when the call is handed in.
    fn tells_its_beginnings(&self) -> bool {
        false
    }

    /// As [`Provider::complete`], for providers whose calls can pass from one server to another: `handover`
    /// hears before a try begins, and of one that was lost before it.
    ///
    /// # Errors
    /// As for `complete`.
    async fn complete_with(
        &self,
        request: &Request,
        deltas: DeltaSink,
        _handover: &mut dyn Handover,
    ) -> Result<Completion, ProviderError> {
        self.complete(request, deltas).await
    }

    /// Who answers behind it; `None` where it is one server.
    async fn pool(&self) -> Option<Pool> {
        None
    }

    /// Names of the models the server offers.
    ///
    /// # Errors
    /// As for `complete`.
    async fn models(&self) -> Result<Vec<String>, ProviderError>;
}

/// Hears of the tries of a call that lies in a queue and may pass from one server to another.
#[async_trait]
pub trait Handover: Send {
    /// A server is about to ask its model; `lost` is the try before, which may have been charged. `false` ends the
    /// call.
    async fn begins(&mut self, lost: Option<ProviderError>) -> bool;
}

/// What can go wrong with a call. Messages name the provider and the way out, never a key.
#[derive(Clone, Debug, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct ProviderError {
    /// What kind of failure, which decides about retries and the breaker.
    pub kind: FailureKind,
    /// One sentence for a person: what happened and what to do.
    pub message: String,
    /// When the server said to come back.
    pub retry_after: Option<Duration>,
    /// Tokens that were spent all the same.
    pub usage: Option<Usage>,
    /// Whether the request may have reached the model, so that it must be charged.
    pub maybe_charged: bool,
    /// Bytes of the model's text that had come by then: what came back is known to have been written.
    pub received: usize,
    /// The size of the server's context in tokens, where the failure told it.
    pub context: Option<u32>,
}

impl ProviderError {
    /// A failure before anything reached the model.
    #[must_use]
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            retry_after: None,
            usage: None,
            maybe_charged: false,
            received: 0,
            context: None,
        }
    }

    /// The same failure of a request that may have reached the model.
    #[must_use]
    pub fn charged(mut self) -> Self {
        self.maybe_charged = true;
        self
    }
}

/// The kinds of failure.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// Nobody listens there, or the name does not resolve.
    Connect,
    /// Connect, first-token or total time-out.
    Timeout,
    /// 408, 425, 429.
    RateLimited,
    /// 5xx, 529, a stream that broke off.
    Server,
    /// 401, 403, or no key set up.
    Auth,
    /// Quota or credit used up.
    Quota,
    /// 400, 404, 413, 422: asking again will not help.
    Refused,
    /// The request is longer than the server's context: a shorter one will do.
    TooLong,
    /// The server answered something that is not its protocol.
    Protocol,
    /// The breaker is open; nothing was sent.
    Open,
    /// The provider is not set up.
    NotConfigured,
}

impl FailureKind {
    /// All of them, in order.
    pub const ALL: [Self; 11] = [
        Self::Connect,
        Self::Timeout,
        Self::RateLimited,
        Self::Server,
        Self::Auth,
        Self::Quota,
        Self::Refused,
        Self::TooLong,
        Self::Protocol,
        Self::Open,
        Self::NotConfigured,
    ];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::RateLimited => "rate_limited",
            Self::Server => "server",
            Self::Auth => "auth",
            Self::Quota => "quota",
            Self::Refused => "refused",
            Self::TooLong => "too_long",
            Self::Protocol => "protocol",
            Self::Open => "open",
            Self::NotConfigured => "not_configured",
        }
    }

    /// Whether it is the server that fails, whoever asks; not this request alone.
    #[must_use]
    pub const fn is_outage(self) -> bool {
        !matches!(self, Self::Refused | Self::TooLong | Self::Protocol)
    }

    /// Whether asking again within the same call can help: 408, 429, 5xx, time-outs. Where nobody
    /// listens, the next beat is soon enough.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(self, Self::Timeout | Self::RateLimited | Self::Server)
    }
}
