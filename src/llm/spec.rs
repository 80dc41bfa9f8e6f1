//! What a configuration says about a provider.
//!
//! It knows the kinds and their defaults; it does not read files or the environment.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use serde_json::{Map, Value};

use super::{FailureKind, NatsServer, ProviderError};
use crate::domain::Secret;
use crate::domain::place::{addresses, are_local};

/// The model of a call that leaves the choice to the worker.
pub(crate) const ANY_MODEL: &str = "any";

/// The protocols spoken here.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderKind {
    /// The embedded player that needs no model. The old name `mock` reads as this.
    #[serde(alias = "mock")]
    Scripted,
    /// Ollama's `/api/chat`.
    Ollama,
    /// Anthropic's Messages API.
    Anthropic,
    /// Any OpenAI-compatible `/v1/chat/completions`.
    OpenAi,
    /// Workers on other machines, behind a NATS server.
    Nats,
}

impl ProviderKind {
    /// Every kind, in the order they are offered.
    pub const ALL: [Self; 5] = [Self::Scripted, Self::Ollama, Self::Anthropic, Self::OpenAi, Self::Nats];

    /// The word for it in files and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scripted => "scripted",
            Self::Ollama => "ollama",
            Self::Anthropic => "anthropic",
            Self::OpenAi => "openai",
            Self::Nats => "nats",
        }
    }

    /// Where it is reached unless something else is configured; `None` for what needs no address.
    #[must_use]
    pub const fn default_base_url(self) -> Option<&'static str> {
        match self {
            Self::Scripted => None,
            Self::Ollama => Some("http://127.0.0.1:11434"),
            Self::Anthropic => Some("https://api.anthropic.com"),
            Self::OpenAi => Some("https://api.openai.com/v1"),
            Self::Nats => Some("nats://127.0.0.1:4222"),
        }
    }

    /// The model used unless something else is configured.
    #[must_use]
    pub const fn default_model(self) -> &'static str {
        match self {
            Self::Scripted => "scripted",
            Self::Ollama => "llama3.2",
            Self::Anthropic => "claude-haiku-4-5",
            Self::OpenAi => "gpt-4.1-mini",
            Self::Nats => ANY_MODEL,
        }
    }

    /// The usual name of the key in the environment.
    #[must_use]
    pub const fn key_variable(self) -> Option<&'static str> {
        match self {
            Self::Scripted | Self::Ollama | Self::Nats => None,
            Self::Anthropic => Some("ANTHROPIC_API_KEY"),
            Self::OpenAi => Some("OPENAI_API_KEY"),
        }
    }
}

impl fmt::Display for ProviderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ProviderKind {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let word = crate::domain::personality::meant_provider(word);
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| {
            format!("no such kind of provider: {word} ({})", Self::ALL.map(Self::as_str).join(", "))
        })
    }
}

/// How much a model is asked to reason before it answers.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reasoning {
    /// Not at all, where the model lets itself be stopped.
    Off,
    /// A little.
    Low,
    /// Somewhat.
    Medium,
    /// Much.
    High,
}

impl Reasoning {
    /// Every choice, in the order they are offered.
    pub const ALL: [Self; 4] = [Self::Off, Self::Low, Self::Medium, Self::High];

    /// The word for it in files and in most protocols.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// One configured provider.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderSpec {
    /// What bots call it: `ollama`, `openai:lmstudio`, …
    pub name: String,
    /// The protocol.
    pub kind: ProviderKind,
    /// Where it is; `None` for the kind's own address. With or without a trailing `/v1`.
    pub base_url: Option<String>,
    /// The model for bots that name none; `None` for the kind's default.
    pub model: Option<String>,
    /// The key, where one is needed.
    pub api_key: Option<Secret>,
    /// The environment variable in which the key is looked for, if any.
    pub key_variable: Option<String>,
    /// How long a connection may take to stand.
    pub connect: Duration,
    /// How long until the first token, and between any two parts of an answer.
    pub first_token: Duration,
    /// How long one attempt may take while no text flows.
    pub total: Duration,
    /// Calls under way at once, at each of several servers.
    pub concurrency: usize,
    /// How much the models are asked to reason; `None` leaves it to the server.
    pub reasoning: Option<Reasoning>,
    /// Parameters that go with every question as they are.
    pub extra: Map<String, Value>,
    /// Of `nats`: the pool whose workers are asked; `None` for `main`.
    pub pool: Option<String>,
    /// Of `nats`: as whom to speak to the server; the key is then the password, and a token otherwise.
    pub user: Option<String>,
    /// Of `nats`: a certificate authority to trust besides the system's.
    pub ca: Option<PathBuf>,
}

impl ProviderSpec {
    /// A provider of `kind` with every other value at its default. A local model gets more time
    /// (it may have to be loaded first) and fewer calls at once.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: ProviderKind) -> Self {
        let local = kind == ProviderKind::Ollama;
        // Workers keep their own time; a call may lie in the queue until one is free.
        let queued = kind == ProviderKind::Nats;
        Self {
            name: name.into(),
            kind,
            base_url: None,
            model: None,
            api_key: None,
            key_variable: kind.key_variable().map(str::to_owned),
            connect: Duration::from_secs(if local { 5 } else { 10 }),
            first_token: Duration::from_secs(if local { 600 } else { 60 }),
            total: Duration::from_secs(if local {
                1_200
            } else if queued {
                600
            } else {
                180
            }),
            concurrency: if local {
                2
            } else if queued {
                64
            } else {
                4
            },
            reasoning: None,
            extra: Map::new(),
            pool: None,
            user: None,
            ca: None,
        }
    }

    /// Where a person sets its key.
    pub(super) fn key_place(&self) -> String {
        let settings = || format!("api_key_env or api_key_file of providers.{}", self.name);
        self.key_variable.clone().unwrap_or_else(settings)
    }

    /// The NATS server of a provider of that kind.
    pub(super) fn nats(&self) -> NatsServer {
        NatsServer {
            url: self.address().to_owned(),
            user: self.user.clone(),
            key: self.api_key.clone(),
            ca: self.ca.clone(),
            connect: self.connect,
        }
    }

    /// Whether it can be asked often, and at no cost, whether it is back after it failed: a server on this
    /// machine or a private network, and workers behind a queue.
    #[must_use]
    pub fn is_asked_for_free(&self) -> bool {
        self.kind == ProviderKind::Nats || self.is_local()
    }

    /// How many servers share the calls.
    #[must_use]
    pub fn servers(&self) -> usize {
        addresses(self.address()).count()
    }

    /// The address in force, without a trailing slash; empty for `scripted`. Several have commas between.
    #[must_use]
    pub fn address(&self) -> &str {
        let url = self.base_url.as_deref().or(self.kind.default_base_url()).unwrap_or_default();
        url.trim().trim_end_matches('/')
    }

    /// Whether it may have a model of any service, as an OpenAI-compatible address that is not OpenAI's.
    #[must_use]
    pub fn is_gateway(&self) -> bool {
        let is_own = self.base_url.is_none() || self.kind.default_base_url() == Some(self.address());
        self.kind == ProviderKind::Nats || (self.kind != ProviderKind::Ollama && !is_own)
    }

    /// Whether the address, or each of several, is on this machine or a private network.
    #[must_use]
    pub fn is_local(&self) -> bool {
        are_local(self.address())
    }

    /// The default model in force.
    #[must_use]
    pub fn default_model(&self) -> &str {
        self.model.as_deref().unwrap_or(self.kind.default_model())
    }
}

/// The service that alone has a model of this name, where a provider of this kind is another one and no gateway. What is
/// embedded has no models.
#[must_use]
pub fn home_of_foreign(kind: ProviderKind, is_gateway: bool, model: &str) -> Option<&'static str> {
    let (home, own) = home_of(model)?;
    (!is_gateway && kind != ProviderKind::Scripted && own != Some(kind)).then_some(home)
}

/// The service that alone has a model of this name, and its kind where it is spoken here.
fn home_of(model: &str) -> Option<(&'static str, Option<ProviderKind>)> {
    let name = model.to_ascii_lowercase();
    let begins = |starts: &[&str]| starts.iter().any(|start| name.starts_with(start));
    if begins(&["claude-"]) {
        Some(("Anthropic", Some(ProviderKind::Anthropic)))
    } else if !name.starts_with("gpt-oss") && begins(&["gpt-", "chatgpt-", "o1-", "o3-", "o4-"]) {
        Some(("OpenAI", Some(ProviderKind::OpenAi)))
    } else if begins(&["gemini-"]) {
        Some(("Google", None))
    } else {
        None
    }
}

/// The error of a provider that lacks something.
pub(super) fn not_configured(message: String) -> ProviderError {
    ProviderError::new(FailureKind::NotConfigured, message)
}
