//! The configuration: defaults < `botarium.yaml` < environment < flags, and where each value came
//! from.
//!
//! Each key is declared once, in [`table`]; reading, errors, `botarium config` and the example
//! file all come from there. It reads one file and the key files it names, knows no provider,
//! no store and no terminal, and never shows a secret.

mod check;
mod example;
mod home;
mod kind;
mod load;
mod origin;
mod table;
pub mod zone;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use jiff::tz::TimeZone;

use crate::domain::{Money, Price, Secret};

pub use check::key_file;
pub use example::example;
pub use home::{Home, HomeReason};
pub use load::{LoadArgs, SET};
pub use origin::{ConfigError, ConfigProblem, EffectiveSetting, Origin};
pub use table::{DEFAULT_LISTEN, THEMES};

/// Everything that can be configured, checked and ready to use.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the society lives.
    pub home: Home,
    /// Seed of every draw; `None` draws a new one for a new room.
    pub seed: Option<u64>,
    /// `system`, `UTC` or an IANA name; see [`Config::zone`].
    pub timezone: String,
    /// The room's provider, one of `providers`.
    pub provider: String,
    /// The providers by name, the built-in ones included.
    pub providers: BTreeMap<String, ProviderConfig>,
    /// Seconds between two beats of a bot; `None` follows the bot's provider.
    pub pace: Option<u32>,
    /// Most bots when a custom one is created; 0 means no limit.
    pub max_bot_count: u32,
    /// How commits are synced.
    pub durability: Durability,
    /// A price list instead of the built-in one.
    pub prices_file: Option<PathBuf>,
    /// The default caps.
    pub budget: BudgetConfig,
    /// Who extracts memories.
    pub memory: MemoryConfig,
    /// The thought records.
    pub thoughts: ThoughtsConfig,
    /// The journal.
    pub journal: JournalConfig,
    /// How long prompts are.
    pub prompt: PromptConfig,
    /// Where bots look things up.
    pub search: SearchConfig,
    /// The log files.
    pub log: LogConfig,
    /// The JSON and WebSocket port.
    pub port: PortConfig,
    /// The control room.
    pub ui: UiConfig,
    /// Word to the outside.
    pub notify: NotifyConfig,
    /// What was set, by dotted key: the value as text, and where it came from.
    set: BTreeMap<String, (String, Origin)>,
}

/// One provider (`providers.<name>`).
#[derive(Clone, Debug, Default)]
pub struct ProviderConfig {
    /// What bots call it.
    pub name: String,
    /// The protocol: `scripted`, `ollama`, `anthropic`, `openai` or `nats`.
    pub kind: String,
    /// Where the server is, without a trailing slash; empty for `scripted`. Several have commas between.
    pub base_url: String,
    /// The model for bots that name none.
    pub model: String,
    /// The environment variable that holds the key.
    pub api_key_env: Option<String>,
    /// The file that holds the key, made absolute.
    pub api_key_file: Option<PathBuf>,
    /// The key, when one was found.
    pub api_key: Option<Secret>,
    /// How long a connection may take, in seconds.
    pub connect_timeout_seconds: u32,
    /// How long until the first token, in seconds.
    pub first_token_timeout_seconds: u32,
    /// How long one attempt may take, in seconds.
    pub total_timeout_seconds: u32,
    /// Calls under way at once.
    pub concurrency: u32,
    /// How much its models may reason: off, low, medium or high; `None` leaves it to the server.
    pub reasoning: Option<String>,
    /// Parameters that are sent with every question as they are.
    pub extra: serde_json::Map<String, serde_json::Value>,
    /// Of `nats`: the pool whose workers are asked.
    pub pool: Option<String>,
    /// Of `nats`: as whom to speak to the server.
    pub user: Option<String>,
    /// Of `nats`: a certificate authority to trust, made absolute.
    pub ca_file: Option<PathBuf>,
    price_input: Option<Money>,
    price_output: Option<Money>,
    price_cached: Option<Money>,
}

impl ProviderConfig {
    /// The price a person gave for this provider's models, if any.
    #[must_use]
    pub fn price(&self) -> Option<Price> {
        let (input, output) = (self.price_input?.nanos(), self.price_output?.nanos());
        let cached = self.price_cached.map_or(input, Money::nanos);
        Some(Price { input, output, cached, cache_write: input })
    }
}

/// How commits are synced.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// What was announced survives a power loss.
    #[default]
    Full,
    /// What was announced survives a crash of the process.
    Normal,
}

impl Durability {
    const ALL: [Self; 2] = [Self::Full, Self::Normal];
}

/// Where `web_search` looks.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum SearchBackend {
    /// Offline with the scripted provider, Wikipedia with every other.
    #[default]
    Auto,
    /// Wikipedia.
    Wikipedia,
    /// The built-in lexicon.
    Offline,
}

impl SearchBackend {
    const ALL: [Self; 3] = [Self::Auto, Self::Wikipedia, Self::Offline];
}

/// How many colours are used.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Colors {
    /// What the terminal says it can.
    #[default]
    Auto,
    /// 24 bits.
    TrueColor,
    /// The palette of 256.
    Ansi256,
    /// The 16 the terminal's theme defines.
    Ansi16,
    /// None.
    None,
}

impl Colors {
    const ALL: [Self; 5] = [Self::Auto, Self::TrueColor, Self::Ansi256, Self::Ansi16, Self::None];
}

/// `budget.*`: the default caps for a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BudgetConfig {
    /// Tokens per bot.
    pub daily_tokens: i64,
    /// Cost per bot.
    pub daily_cost_usd: Money,
    /// Tokens of all bots together.
    pub room_daily_tokens: Option<i64>,
    /// Cost of all bots together.
    pub room_daily_cost_usd: Option<Money>,
}

/// `memory.*`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryConfig {
    /// `default` (the bot's own provider) or a provider's name.
    pub provider: String,
    /// The model; `None` means the provider's.
    pub model: Option<String>,
    /// Recent summaries a bot recalls from.
    pub summaries: u32,
    /// Eras a bot recalls from.
    pub eras: u32,
}

/// `thoughts.*`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThoughtsConfig {
    /// How many records are kept.
    pub keep: u32,
}

/// `journal.*`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JournalConfig {
    /// Bytes of entries kept; `None` keeps all.
    pub keep: Option<u64>,
}

/// `prompt.*`: budgets in tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PromptConfig {
    /// The whole prompt.
    pub total_tokens: u32,
    /// Who the bot is.
    pub identity_tokens: u32,
    /// What its traits ask of it.
    pub guidance_tokens: u32,
    /// Its standing.
    pub reputation_tokens: u32,
    /// The bots it knows.
    pub roster_tokens: u32,
    /// What it did lately.
    pub recent_tokens: u32,
    /// What it remembers.
    pub memories_tokens: u32,
    /// Its last posts.
    pub own_posts_tokens: u32,
    /// Events in force.
    pub events_tokens: u32,
    /// The threads it sees.
    pub feed_tokens: u32,
}

/// `search.*`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchConfig {
    /// Where `web_search` looks.
    pub backend: SearchBackend,
    /// The MediaWiki asked.
    pub base_url: String,
    /// How long an answer is used again.
    pub cache_hours: u32,
}

/// `log.*`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogConfig {
    /// off, error, warn, info, debug or trace.
    pub level: String,
    /// Days after which a file is removed.
    pub keep_days: u32,
}

/// `port.*`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PortConfig {
    /// Where it listens; `None` means closed.
    pub listen: Option<SocketAddr>,
    /// Origins allowed besides loopback ones.
    pub allowed_origins: Vec<String>,
    /// Host names allowed besides loopback ones.
    pub allowed_hosts: Vec<String>,
    /// Whether the public routes need no token.
    pub public: bool,
    /// Changing or refused requests a minute from one caller; 0 means no limit.
    pub rate_limit: u32,
    /// Connections at once.
    pub max_connections: u32,
}

/// `ui.*`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UiConfig {
    /// auto, or a theme's name.
    pub theme: String,
    /// Plain ASCII only.
    pub ascii: bool,
    /// Whether the mouse is used.
    pub mouse: bool,
    /// Whether addresses and threads are links in terminals that know them.
    pub links: bool,
    /// How many colours.
    pub colors: Colors,
    /// Keys by action id; an empty list unbinds.
    pub keys: BTreeMap<String, Vec<String>>,
}

/// Word to the outside of what needs a person (`notify`).
#[derive(Clone, Debug, Default)]
pub struct NotifyConfig {
    /// The kinds of which word is sent.
    pub kinds: Vec<String>,
    /// Whether the terminal's bell rings.
    pub bell: bool,
    /// How the terminal is asked for a desktop notification.
    pub desktop: Desktop,
    /// Whether the window's title says how much needs a person.
    pub title: bool,
    /// A program that is run, with its arguments.
    pub command: Vec<String>,
    /// Where JSON is posted; empty is nowhere.
    pub webhook: String,
    /// The environment variable that holds the secret which signs it.
    pub webhook_secret_env: Option<String>,
    /// When nothing is sent, such as `22:00-07:00`; minutes after midnight.
    pub quiet: Option<(u16, u16)>,
    /// Words a minute at most.
    pub per_minute: u32,
}

/// The sequence that asks a terminal for a desktop notification.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Desktop {
    /// None.
    #[default]
    Off,
    /// `OSC 9`: iTerm2, kitty, WezTerm, Windows Terminal.
    Osc9,
    /// `OSC 777`: urxvt, foot, Ghostty.
    Osc777,
}

impl Desktop {
    /// Every one, in the order of the words of `notify.desktop`.
    pub(crate) const ALL: [Self; 3] = [Self::Off, Self::Osc9, Self::Osc777];
}

impl Config {
    /// The zone in which days begin.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        match self.timezone.as_str() {
            "UTC" => TimeZone::UTC,
            "system" => zone::system(),
            // Was found when the configuration was loaded.
            name => zone::named(name).unwrap_or(TimeZone::UTC),
        }
    }

    /// The provider a bot means by `name`: `default` is the room's. `None` when it is not set up.
    #[must_use]
    pub fn provider_named(&self, name: &str) -> Option<&ProviderConfig> {
        match name {
            "default" | "" => self.providers.get(&self.provider),
            name => self.providers.get(crate::domain::personality::meant_provider(name)),
        }
    }

    /// Where the value of a dotted key came from.
    #[must_use]
    pub fn origin(&self, key: &str) -> Origin {
        self.set.get(key).map_or(Origin::Default, |(_, origin)| origin.clone())
    }
}

#[cfg(test)]
mod tests;
