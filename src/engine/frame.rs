//! What of the settings shapes a society ([`Frame`]), taken out of them and put around others.

use std::sync::Arc;

use async_trait::async_trait;

use super::settings::{BudgetSettings, ProviderSetup, Settings};
use crate::domain::Secret;
use crate::domain::activity::Finding;
use crate::llm::{ProviderKind, ProviderSpec};
use crate::society::frame::{Frame, ProviderFrame};
use crate::tools::{Offline, Tool, ToolError};

impl Frame {
    /// Of `settings`; `unusable` says of a provider why it cannot be used.
    #[must_use]
    pub fn of(settings: &Settings, unusable: impl Fn(&str) -> Option<String>) -> Self {
        let voice = |setup: &ProviderSetup| ProviderFrame {
            name: setup.spec.name.clone(),
            kind: setup.spec.kind,
            model: setup.spec.default_model().to_owned(),
            local: setup.spec.is_local(),
            price: setup.price,
            gateway: setup.spec.is_gateway(),
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
            prices: settings.prices.clone(),
            pretend_model: settings.pretend_model.clone(),
        }
    }

    /// `base` in this frame; its providers are silent, those that answer in the process excepted.
    pub(super) fn around(&self, base: &Settings) -> Settings {
        let setup = |voice: &ProviderFrame| ProviderSetup { spec: silent(voice), price: voice.price };
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
            prices: self.prices.clone(),
            pretend_model: self.pretend_model.clone(),
            ..base.clone()
        }
    }
}

/// A provider like it that leads nowhere.
fn silent(voice: &ProviderFrame) -> ProviderSpec {
    ProviderSpec {
        base_url: Some(match (voice.kind, voice.local) {
            (ProviderKind::Nats, true) => "nats://127.0.0.1:9".into(),
            (ProviderKind::Nats, false) => "nats://replay.invalid".into(),
            (_, true) => "http://127.0.0.1:9".into(),
            (_, false) => "http://replay.invalid".into(),
        }),
        model: Some(voice.model.clone()),
        api_key: Some(Secret::new("none")),
        ..ProviderSpec::new(voice.name.clone(), voice.kind)
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

#[cfg(test)]
impl Frame {
    /// That of the settings' defaults.
    pub(crate) fn of_defaults() -> Self {
        Self::of(&Settings::new(std::path::Path::new(".")), |_| None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::ProviderKind;

    #[test]
    fn a_model_of_another_service_is_told_from_one_that_may_be_there() {
        let mut settings = Settings::new(std::path::Path::new("."));
        for (name, kind, base_url) in [
            ("ollama", ProviderKind::Ollama, None),
            ("anthropic", ProviderKind::Anthropic, None),
            ("router", ProviderKind::OpenAi, Some("http://127.0.0.1:9/v1")),
        ] {
            let base_url = base_url.map(str::to_owned);
            let spec = ProviderSpec { base_url, ..ProviderSpec::new(name, kind) };
            settings.providers.push(ProviderSetup { spec, price: None });
        }
        let frame = Frame::of(&settings, |_| None);
        for (provider, model, foreign) in [
            ("ollama", "claude-sonnet-4-5", true),
            ("ollama", "gpt-4o", true),
            ("ollama", "gpt-oss:20b", false),
            ("ollama", "llama3.2", false),
            ("anthropic", "claude-sonnet-4-5", false),
            ("anthropic", "gpt-4o", true),
            ("router", "claude-sonnet-4-5", false),
            ("scripted", "claude-sonnet-4-5", false),
            ("nobody", "claude-sonnet-4-5", false),
        ] {
            assert_eq!(frame.is_foreign(provider, model), foreign, "{model} at {provider}");
        }
    }
}
