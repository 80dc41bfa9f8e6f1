//! Where one can go: the tabs, the panes of the Live tab, the pages of the inspector.

use serde::{Deserialize, Serialize};

use crate::tui::action::Scope;

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

/// The pages.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Page {
    /// Who it is.
    #[default]
    Profile,
    /// Sliders and texts.
    Mind,
    /// Caps and use.
    Budget,
    /// What it remembers.
    Memory,
    /// Why it did what it did.
    Why,
}

impl Page {
    /// Every page.
    pub const ALL: [Self; 5] = [Self::Profile, Self::Mind, Self::Budget, Self::Memory, Self::Why];

    /// Its name on the screen.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Profile => "Profile",
            Self::Mind => "Mind",
            Self::Budget => "Budget",
            Self::Memory => "Memory",
            Self::Why => "Why",
        }
    }

    /// Its name in files.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Mind => "mind",
            Self::Budget => "budget",
            Self::Memory => "memory",
            Self::Why => "why",
        }
    }

    /// The scope of its keys, if it has some of its own.
    #[must_use]
    pub const fn scope(self) -> Option<Scope> {
        match self {
            Self::Profile => None,
            Self::Mind => Some(Scope::Mind),
            Self::Budget => Some(Scope::Budget),
            Self::Memory => Some(Scope::Recall),
            Self::Why => Some(Scope::Why),
        }
    }

    /// The page that a second inspector shows beside this one.
    #[must_use]
    pub const fn beside(self) -> Self {
        match self {
            Self::Why => Self::Profile,
            _ => Self::Why,
        }
    }

    /// The page `by` places further, round and round.
    #[must_use]
    pub fn step(self, by: isize) -> Self {
        let at = Self::ALL.iter().position(|page| *page == self).unwrap_or(0);
        let len = Self::ALL.len();
        Self::ALL[(at + len).wrapping_add_signed(by) % len]
    }
}
