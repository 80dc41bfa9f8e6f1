//! What the Events tab shows: injected events, and the templates for new ones.

use std::cmp::Ordering;

use crate::domain::text::folded;
use crate::protocol::{EventTemplateView, EventView, InjectEvent};
use crate::tui::msg::{Effect, Load};
use crate::tui::widgets::Listing;
use crate::tui::widgets::listing::ListLine;

/// The kinds of event.
pub const KINDS: [&str; 4] = InjectEvent::KINDS;
/// How much an event matters.
pub const SEVERITIES: [&str; 4] = InjectEvent::SEVERITIES;
/// Longest description, in characters.
pub(in crate::tui) const DESCRIPTION_MAX: usize = InjectEvent::DESCRIPTION_MAX;
/// Bots offered for an interview.
pub(in crate::tui) const BOTS_MAX: usize = 500;

/// Which events are shown.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// All.
    #[default]
    All,
    /// Those in force.
    Active,
    /// Those that are over.
    Over,
}

impl Shown {
    pub(in crate::tui) const fn next(self) -> Self {
        match self {
            Self::All => Self::Active,
            Self::Active => Self::Over,
            Self::Over => Self::All,
        }
    }

    pub(in crate::tui) const fn active(self) -> Option<bool> {
        match self {
            Self::All => None,
            Self::Active => Some(true),
            Self::Over => Some(false),
        }
    }
}

/// What the tab shows.
#[derive(Debug, Default)]
pub struct Events {
    /// Whether the events were read.
    pub loaded: bool,
    /// Which ones.
    pub shown: Shown,
    /// The events, newest first unless ordered otherwise.
    pub list: Listing<EventView>,
    /// Ready-made events.
    pub templates: Vec<EventTemplateView>,
    /// Whether they were read.
    pub(in crate::tui) known: bool,
    /// Whether they were asked for before that, and are shown once they are.
    pub(in crate::tui) awaited: bool,
    /// The bots offered for an interview.
    pub(in crate::tui) bots: Vec<String>,
}

impl ListLine for EventView {
    const COLUMNS: &'static [&'static str] = &["age", "severity", "kind", "title", "end"];

    fn is_same(&self, other: &Self) -> bool {
        self.id == other.id
    }

    fn holds(&self, words: &str) -> bool {
        [&self.title, &self.description, &self.event_type, &self.severity]
            .iter()
            .any(|text| folded(text).contains(words))
    }

    fn compare(&self, other: &Self, column: usize) -> Ordering {
        let weight = |of: &Self| SEVERITIES.iter().position(|known| *known == of.severity);
        // What has ended stands last, what ends by itself before what does not.
        let end = |of: &Self| (!of.active, of.expires_at.is_none(), of.expires_at);
        match column {
            1 => weight(other).cmp(&weight(self)),
            2 => self.event_type.cmp(&other.event_type),
            3 => self.title.cmp(&other.title),
            _ => end(self).cmp(&end(other)),
        }
    }
}

impl Events {
    /// The tab came into view: what it reads.
    pub(in crate::tui) fn came(&self) -> Vec<Effect> {
        vec![self.read(), Effect::Load(Load::Templates)]
    }

    /// The selected event.
    #[must_use]
    pub fn selected(&self) -> Option<&EventView> {
        self.list.selected()
    }

    pub(in crate::tui) fn read(&self) -> Effect {
        Effect::Load(Load::Events(self.shown.active()))
    }
}
