//! Where a person is: tabs, panes, and what a key that waits is meant for.

use serde::{Deserialize, Serialize};

use super::{Model, Page};
use crate::tui::action::{Act, Scope};

/// The tabs, from left to right.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tab {
    /// Bots, activity, inspector.
    #[default]
    Live,
    /// Threads.
    Forum,
    /// Numbers over time.
    Stats,
    /// The memory explorer.
    Memory,
    /// The relationship graph.
    Society,
    /// Flags.
    Moderation,
    /// Injected events and interviews.
    Events,
    /// The engine's log.
    Log,
}

impl Tab {
    /// Every tab.
    pub const ALL: [Self; 8] = [
        Self::Live,
        Self::Forum,
        Self::Stats,
        Self::Memory,
        Self::Society,
        Self::Moderation,
        Self::Events,
        Self::Log,
    ];

    /// Its name on the screen.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Live => "Live",
            Self::Forum => "Forum",
            Self::Stats => "Stats",
            Self::Memory => "Memory",
            Self::Society => "Society",
            Self::Moderation => "Moderation",
            Self::Events => "Events",
            Self::Log => "Log",
        }
    }

    /// Its name in files: whatever it is called on the screen, this stays.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Forum => "forum",
            Self::Stats => "stats",
            Self::Memory => "memory",
            Self::Society => "society",
            Self::Moderation => "moderation",
            Self::Events => "events",
            Self::Log => "log",
        }
    }

    /// Its place.
    #[must_use]
    pub fn index(self) -> usize {
        Self::ALL.iter().position(|tab| *tab == self).unwrap_or(0)
    }

    /// The tab `by` places further, round and round.
    #[must_use]
    pub fn step(self, by: isize) -> Self {
        Self::ALL[self.index().wrapping_add_signed(by) % Self::ALL.len()]
    }

    /// The scope of its keys.
    #[must_use]
    pub const fn scope(self) -> Scope {
        match self {
            Self::Live => Scope::Live,
            Self::Forum => Scope::Forum,
            Self::Stats => Scope::Stats,
            Self::Memory => Scope::Memory,
            Self::Society => Scope::Society,
            Self::Moderation => Scope::Moderation,
            Self::Events => Scope::Events,
            Self::Log => Scope::Log,
        }
    }
}

/// The panes of the Live tab.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pane {
    /// 1
    #[default]
    Bots,
    /// 2
    Activity,
    /// 3
    Inspector,
    /// 4
    Usage,
    /// 5
    Reputation,
    /// 6
    Log,
}

impl Pane {
    /// Every pane, by its number.
    pub const ALL: [Self; 6] =
        [Self::Bots, Self::Activity, Self::Inspector, Self::Usage, Self::Reputation, Self::Log];

    /// Its place.
    #[must_use]
    pub fn index(self) -> usize {
        Self::ALL.iter().position(|pane| *pane == self).unwrap_or(0)
    }

    /// Its name on the screen.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Bots => "Bots",
            Self::Activity => "Activity",
            Self::Inspector => "Inspector",
            Self::Usage => "Usage today",
            Self::Reputation => "Reputation",
            Self::Log => "Log",
        }
    }
}

/// Keys pressed before the mind they are meant for was read.
#[derive(Clone, Debug, Default)]
pub struct Early {
    /// What they mean, in their order.
    pub keys: Vec<Act>,
    /// Where they were pressed.
    pub place: Option<Place>,
}

/// Where a key goes. A key that waited counts only where it was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    tab: Tab,
    focus: Pane,
    page: Page,
    bot: Option<String>,
    windows: usize,
}

impl Place {
    /// Whether this is the place of `other`. What was meant for the selected bot before any was known is
    /// meant for the first.
    #[must_use]
    pub fn follows(&self, other: &Self) -> bool {
        let bot = if other.bot.is_none() { None } else { self.bot.clone() };
        Self { bot, ..self.clone() } == *other
    }
}

impl Model {
    /// Where keys go now.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            tab: self.tab,
            focus: self.focus,
            page: self.inspector.page,
            bot: self.inspector.wanted.clone(),
            windows: self.overlays.len(),
        }
    }
}
