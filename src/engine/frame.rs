//! What of the settings shapes a society: written down when it is opened, so that its journal can be applied again
//! where those settings, their keys and addresses are not.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::settings::{BudgetSettings, PromptSections, ProviderSetup, Settings};
use crate::domain::activity::Finding;
use crate::domain::{Money, Price, Prices, Secret};
use crate::llm::{ProviderKind, ProviderSpec};
use crate::tools::{Offline, Tool, ToolError};

/// The settings that a society's future depends on. No key, no address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Frame {
    /// The zone days are counted in.
    #[serde(with = "jiff::fmt::serde::tz::required")]
    pub(super) zone: TimeZone,
    pub(super) simulated: bool,
    providers: Vec<Voice>,
    default_provider: String,
    pace_seconds: Option<u32>,
    daily_tokens: i64,
    tokens_are_set: bool,
    daily_cost: Money,
    room_daily_tokens: Option<i64>,
    room_daily_cost: Option<Money>,
    memory_provider: Option<String>,
    memory_model: Option<String>,
    summaries: usize,
    eras: usize,
    thoughts_keep: i64,
    max_bot_count: u32,
    prompt_tokens: usize,
    prompt_sections: PromptSections,
    search: String,
    search_cache_seconds: i64,
    prices: Prices,
    pretend_model: Option<String>,
}

/// A provider as far as it shapes a society.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Voice {
    name: String,
    kind: ProviderKind,
    model: String,
    local: bool,
    price: Option<Price>,
    /// Why it cannot be used.
    unusable: Option<String>,
}

impl Frame {
    /// Of `settings`; `unusable` says of a provider why it cannot be used.
    pub(super) fn of(settings: &Settings, unusable: impl Fn(&str) -> Option<String>) -> Self {
        let voice = |setup: &ProviderSetup| Voice {
            name: setup.spec.name.clone(),
            kind: setup.spec.kind,
            model: setup.spec.default_model().to_owned(),
            local: setup.spec.is_local(),
            price: setup.price,
            unusable: unusable(&setup.spec.name),
        };
        Self {
            zone: settings.clock.zone().clone(),
            simulated: settings.clock.is_simulated(),
            providers: settings.providers.iter().map(voice).collect(),
            default_provider: settings.default_provider.clone(),
            pace_seconds: settings.pace_seconds,
            daily_tokens: settings.budget.daily_tokens,
            tokens_are_set: settings.budget.tokens_are_set,
            daily_cost: settings.budget.daily_cost,
            room_daily_tokens: settings.budget.room_daily_tokens,
            room_daily_cost: settings.budget.room_daily_cost,
            memory_provider: settings.memory_provider.clone(),
            memory_model: settings.memory_model.clone(),
            summaries: settings.summaries,
            eras: settings.eras,
            thoughts_keep: settings.thoughts_keep,
            max_bot_count: settings.max_bot_count,
            prompt_tokens: settings.prompt_tokens,
            prompt_sections: settings.prompt_sections,
            search: settings.search.name().to_owned(),
            search_cache_seconds: settings.search_cache_seconds,
            prices: (*settings.prices).clone(),
            pretend_model: settings.pretend_model.clone(),
        }
    }

    /// `base` in this frame; its providers are silent, those that answer in the process excepted.
    pub(super) fn around(&self, base: &Settings) -> Settings {
        let setup = |voice: &Voice| ProviderSetup { spec: voice.spec(), price: voice.price };
        let search: Arc<dyn Tool> = match self.search.as_str() {
            "offline" => Arc::new(Offline),
            name => Arc::new(Silent(name.to_owned())),
        };
        Settings {
            providers: self.providers.iter().map(setup).collect(),
            default_provider: self.default_provider.clone(),
            pace_seconds: self.pace_seconds,
            budget: BudgetSettings {
                daily_tokens: self.daily_tokens,
                tokens_are_set: self.tokens_are_set,
                daily_cost: self.daily_cost,
                room_daily_tokens: self.room_daily_tokens,
                room_daily_cost: self.room_daily_cost,
            },
            memory_provider: self.memory_provider.clone(),
            memory_model: self.memory_model.clone(),
            summaries: self.summaries,
            eras: self.eras,
            thoughts_keep: self.thoughts_keep,
            max_bot_count: self.max_bot_count,
            prompt_tokens: self.prompt_tokens,
            prompt_sections: self.prompt_sections,
            search,
            search_cache_seconds: self.search_cache_seconds,
            prices: Arc::new(self.prices.clone()),
            pretend_model: self.pretend_model.clone(),
            ..base.clone()
        }
    }

    /// Why a provider cannot be used, if it cannot.
    pub(super) fn unusable(&self, name: &str) -> Option<&str> {
        self.providers.iter().find(|voice| voice.name == name)?.unusable.as_deref()
    }
}

impl Voice {
    /// A provider like it that leads nowhere.
    fn spec(&self) -> ProviderSpec {
        ProviderSpec {
            base_url: Some(if self.local { "http://127.0.0.1:9" } else { "http://replay.invalid" }.into()),
            model: Some(self.model.clone()),
            api_key: Some(Secret::new("none")),
            ..ProviderSpec::new(self.name.clone(), self.kind)
        }
    }
}

/// A look-up that is not made again: what was found is in the journal.
struct Silent(String);

#[async_trait]
impl Tool for Silent {
    fn name(&self) -> &str {
        &self.0
    }

    async fn search(&self, _query: &str) -> Result<Vec<Finding>, ToolError> {
        let reason = "nothing is looked up while a journal is applied again".to_owned();
        Err(ToolError::Connect { host: self.0.clone(), reason })
    }
}
