//! Where a person is, and what a key that waits is meant for.

use super::{Page, Pane, Tab};
use crate::tui::action::Act;

/// Keys pressed before the mind they are meant for was read.
#[derive(Clone, Debug, Default)]
pub struct Early {
    /// What they mean, in their order.
    pub keys: Vec<Act>,
    /// Where they were pressed.
    pub place: Option<Whereabouts>,
}

/// Where a key goes. A key that waited counts only where it was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whereabouts {
    pub(super) tab: Tab,
    pub(super) focus: Pane,
    pub(super) page: Page,
    pub(super) bot: Option<String>,
    pub(super) windows: usize,
}

impl Whereabouts {
    /// Whether this is the place of `other`. What was meant for the selected bot before any was known is
    /// meant for the first.
    #[must_use]
    pub fn follows(&self, other: &Self) -> bool {
        let bot = if other.bot.is_none() { None } else { self.bot.clone() };
        Self { bot, ..self.clone() } == *other
    }
}
