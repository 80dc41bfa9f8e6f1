//! What an engine is started with. Made from the effective configuration; plain data.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::clock::Clock;
use crate::config::{Config, Origin, PromptConfig};
use crate::domain::{Money, Price, PriceList};
use crate::embedded;
use crate::llm::{ProviderKind, ProviderSpec};
use crate::logs::LogRing;
pub use crate::society::frame::PromptSections;
use crate::store::Durability;
use crate::tools::{Offline, Tool};

/// Everything an engine needs to know.
#[derive(Clone)]
pub struct Settings {
    /// The society's home, for showing.
    pub home: PathBuf,
    /// The database file.
    pub database: PathBuf,
    /// The bots' YAML: file name and text. Read again at every start.
    pub bots: Vec<(String, String)>,
    /// How safe a commit is.
    pub durability: Durability,
    /// The room's time.
    pub clock: Clock,
    /// Seed of every draw; `None` = the room's own random one, made at its first start.
    pub seed: Option<u64>,
    /// The providers, the embedded `scripted` among them.
    pub providers: Vec<ProviderSetup>,
    /// The provider of bots that name none, unless the room remembers another choice.
    pub default_provider: String,
    /// Seconds between beats, when configured.
    pub pace_seconds: Option<u32>,
    /// Whether `default_provider` was asked for now, and holds against what the room remembers.
    pub insists_on_provider: bool,
    /// Whether `pace_seconds` was asked for now, and holds against what the room remembers.
    pub insists_on_pace: bool,
    /// Some bot files could not be read: whose file is not among `bots` stays.
    pub lacks_bots: bool,
    /// Default caps.
    pub budget: BudgetSettings,
    /// Provider and model for extraction and compression; `None` = the bot's own.
    pub memory_provider: Option<String>,
    /// Model for extraction and compression; `None` = the provider's default.
    pub memory_model: Option<String>,
    /// Recent summaries a bot recalls from.
    pub summaries: usize,
    /// Eras a bot recalls from.
    pub eras: usize,
    /// Thought records kept.
    pub thoughts_keep: i64,
    /// Bytes of the journal kept; `None` keeps all.
    pub journal_keep: Option<u64>,
    /// Whether snapshots are taken for the past; not in a copy that is only looked at.
    pub takes_snapshots: bool,
    /// Most custom bots; 0 = no limit.
    pub max_bot_count: u32,
    /// Tokens of a whole prompt at most.
    pub prompt_tokens: usize,
    /// Tokens of its sections at most.
    pub prompt_sections: PromptSections,
    /// What `web_search` asks; the scripted provider always asks the offline encyclopedia.
    pub search: Arc<dyn Tool>,
    /// How long search results are kept, in seconds.
    pub search_cache_seconds: i64,
    /// The price list.
    pub prices: PriceList,
    /// Log level, for `GET /api/config`.
    pub log_level: String,
    /// The newest log lines, which the subscriber's layer of the same name fills.
    pub log: LogRing,
    /// Price the embedded provider's tokens as if they were this model's, for demonstrations; shown as simulated.
    pub pretend_model: Option<String>,
}

impl Settings {
    /// The defaults for a society in `home`: the embedded bots and provider, the system's clock in UTC.
    #[must_use]
    pub fn new(home: &Path) -> Self {
        Self::sized(home, &Config::default())
    }

    /// As [`Settings::new`], with the caps and sizes of a configuration.
    #[must_use]
    pub fn sized(home: &Path, config: &Config) -> Self {
        Self {
            home: home.to_path_buf(),
            database: home.join("data").join("botarium.db"),
            bots: embedded::bots()
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
            durability: Durability::Full,
            clock: Clock::system(jiff::tz::TimeZone::UTC),
            seed: None,
            providers: vec![ProviderSetup {
                spec: ProviderSpec::new("scripted", ProviderKind::Scripted),
                price: None,
            }],
            default_provider: "scripted".into(),
            pace_seconds: None,
            insists_on_provider: false,
            insists_on_pace: false,
            lacks_bots: false,
            budget: BudgetSettings {
                daily_tokens: config.budget.daily_tokens,
                tokens_are_set: config.origin("budget.daily_tokens") != Origin::Default,
                daily_cost: config.budget.daily_cost_usd,
                room_daily_tokens: config.budget.room_daily_tokens,
                room_daily_cost: config.budget.room_daily_cost_usd,
            },
            memory_provider: None,
            memory_model: None,
            summaries: config.memory.summaries as usize,
            eras: config.memory.eras as usize,
            thoughts_keep: i64::from(config.thoughts.keep),
            journal_keep: config.journal.keep,
            takes_snapshots: true,
            max_bot_count: config.max_bot_count,
            prompt_tokens: config.prompt.total_tokens as usize,
            prompt_sections: sections(&config.prompt),
            search: Arc::new(Offline),
            search_cache_seconds: i64::from(config.search.cache_hours) * 3_600,
            prices: PriceList::default(),
            log_level: "info".into(),
            log: LogRing::new(|| Clock::system(jiff::tz::TimeZone::UTC).now()),
            pretend_model: None,
        }
    }
}

const fn sections(prompt: &PromptConfig) -> PromptSections {
    PromptSections {
        identity: prompt.identity_tokens as usize,
        guidance: prompt.guidance_tokens as usize,
        reputation: prompt.reputation_tokens as usize,
        roster: prompt.roster_tokens as usize,
        recent: prompt.recent_tokens as usize,
        memories: prompt.memories_tokens as usize,
        own_posts: prompt.own_posts_tokens as usize,
        events: prompt.events_tokens as usize,
        feed: prompt.feed_tokens as usize,
    }
}

/// A provider as configured.
#[derive(Clone)]
pub struct ProviderSetup {
    /// How it is reached.
    pub spec: ProviderSpec,
    /// A price given in the configuration, which goes before the list's.
    pub price: Option<Price>,
}

/// The caps that bind where a bot has none of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetSettings {
    /// Tokens a day and bot.
    pub daily_tokens: i64,
    /// Whether somebody set them: then they bind models that cost nothing, too.
    pub tokens_are_set: bool,
    /// Cost a day and bot.
    pub daily_cost: Money,
    /// Tokens a day of the whole room.
    pub room_daily_tokens: Option<i64>,
    /// Cost a day of the whole room.
    pub room_daily_cost: Option<Money>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::budget::{DEFAULT_COST_CAP, DEFAULT_TOKEN_CAP};
    use crate::domain::memory::{ERAS_MAX, SUMMARIES_MAX};

    #[test]
    fn what_is_not_configured_is_what_the_rules_are_written_for() {
        let settings = Settings::new(Path::new("."));
        assert_eq!(settings.prompt_sections, PromptSections::default());
        assert_eq!((settings.summaries, settings.eras), (SUMMARIES_MAX, ERAS_MAX));
        assert_eq!(
            (settings.budget.daily_tokens, settings.budget.daily_cost),
            (DEFAULT_TOKEN_CAP, DEFAULT_COST_CAP)
        );
    }
}
