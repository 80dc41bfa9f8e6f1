//! What of the settings shapes a society: written down when it is opened, so that its journal can be applied again
//! where those settings, their keys and addresses are not.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::domain::pace::{MODEL_SECONDS, SCRIPTED_SECONDS};
use crate::domain::{Money, Price, PriceList, Stamp};
use crate::llm::{ProviderKind, home_of_foreign};

/// The settings that a society's future depends on. No key, no address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// The zone days are counted in.
    #[serde(with = "jiff::fmt::serde::tz::required")]
    pub(crate) zone: TimeZone,
    pub(crate) simulated: bool,
    pub(crate) providers: Vec<ProviderFrame>,
    pub(crate) default_provider: String,
    pub(crate) pace_seconds: Option<u32>,
    pub(crate) daily_tokens: i64,
    pub(crate) tokens_are_set: bool,
    pub(crate) daily_cost: Money,
    pub(crate) room_daily_tokens: Option<i64>,
    pub(crate) room_daily_cost: Option<Money>,
    pub(crate) memory_provider: Option<String>,
    pub(crate) memory_model: Option<String>,
    pub(crate) summaries: usize,
    pub(crate) eras: usize,
    pub(crate) thoughts_keep: i64,
    pub(crate) max_bot_count: u32,
    pub(crate) prompt_tokens: usize,
    pub(crate) prompt_sections: PromptSections,
    pub(crate) search: String,
    pub(crate) search_cache_seconds: i64,
    pub(crate) prices: PriceList,
    pub(crate) pretend_model: Option<String>,
}

/// A provider as far as it shapes a society.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ProviderFrame {
    pub(crate) name: String,
    pub(crate) kind: ProviderKind,
    pub(crate) model: String,
    pub(crate) local: bool,
    pub(crate) price: Option<Price>,
    /// Whether it may have a model of any service.
    #[serde(default)]
    pub(crate) gateway: bool,
    /// Why it cannot be used.
    pub(crate) unusable: Option<String>,
}

impl Frame {
    /// The room's day of `at`, as `YYYY-MM-DD`.
    pub(crate) fn day(&self, at: Stamp) -> String {
        at.date_in(&self.zone).to_string()
    }

    /// A provider by name.
    pub(crate) fn provider(&self, name: &str) -> Option<&ProviderFrame> {
        self.providers.iter().find(|provider| provider.name == name)
    }

    /// Whether a model is one that another service alone has.
    pub(crate) fn is_foreign(&self, provider: &str, model: &str) -> bool {
        self.provider(provider).is_some_and(|provider| {
            provider.model != model && home_of_foreign(provider.kind, provider.gateway, model).is_some()
        })
    }

    /// Seconds between two beats of a bot of this provider where nobody chose a pace.
    pub(crate) fn pace_with(&self, provider: &str) -> u32 {
        if self.is_embedded(provider) { SCRIPTED_SECONDS } else { MODEL_SECONDS }
    }

    /// Whether a provider is the one in the binary.
    pub(crate) fn is_embedded(&self, name: &str) -> bool {
        self.provider(name).is_some_and(|provider| provider.kind == ProviderKind::Scripted)
    }

    /// Why a provider cannot be used, if it cannot.
    pub(crate) fn unusable(&self, name: &str) -> Option<&str> {
        self.provider(name)?.unusable.as_deref()
    }

    /// Whether a model of its own is asked what is to be remembered.
    pub(crate) const fn has_memory_voice(&self) -> bool {
        self.memory_provider.is_some() || self.memory_model.is_some()
    }

    /// This frame for a model whose context holds so many tokens, an answer of `answer` tokens
    /// included; `None` where the prompts are short enough as it is. A quarter is left for what a server
    /// adds and for texts with more tokens than are counted here.
    pub(crate) fn within_context(&self, context: Option<u32>, answer: u32) -> Option<Self> {
        let room = usize::try_from(context?.saturating_sub(answer)).unwrap_or(usize::MAX) / 4 * 3;
        (room < self.prompt_tokens).then(|| Self { prompt_tokens: room.max(SHORTEST_PROMPT), ..self.clone() })
    }
}

/// Tokens that no prompt can do without.
const SHORTEST_PROMPT: usize = 500;

/// Tokens of each section of a prompt at most; all of them shrink alike where together they are
/// more than the whole may have.
#[derive(Copy, Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PromptSections {
    /// Who the bot is.
    pub identity: usize,
    /// What its traits ask of it.
    pub guidance: usize,
    /// Its standing.
    pub reputation: usize,
    /// The bots it knows.
    pub roster: usize,
    /// What it did lately.
    pub recent: usize,
    /// What comes to mind.
    pub memories: usize,
    /// Its last posts.
    pub own_posts: usize,
    /// Events in force.
    pub events: usize,
    /// The threads it sees.
    pub feed: usize,
}

impl Default for PromptSections {
    fn default() -> Self {
        Self {
            identity: 330,
            guidance: 270,
            reputation: 40,
            roster: 130,
            recent: 80,
            memories: 650,
            own_posts: 250,
            events: 150,
            feed: 1_150,
        }
    }
}

impl PromptSections {
    /// These sections within `whole` tokens.
    #[must_use]
    pub fn within(self, whole: usize) -> Self {
        let sum = self.identity
            + self.guidance
            + self.reputation
            + self.roster
            + self.recent
            + self.memories
            + self.own_posts
            + self.events
            + self.feed;
        if sum <= whole {
            return self;
        }
        let part = |tokens: usize| tokens * whole / sum;
        Self {
            identity: part(self.identity),
            guidance: part(self.guidance),
            reputation: part(self.reputation),
            roster: part(self.roster),
            recent: part(self.recent),
            memories: part(self.memories),
            own_posts: part(self.own_posts),
            events: part(self.events),
            feed: part(self.feed),
        }
    }
}
