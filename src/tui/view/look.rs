//! What every pane may look at beside its own part of the model.

use std::collections::BTreeMap;

use crate::domain::Stamp;
use crate::domain::activity::Names;
use crate::protocol::{EngineState, Role};
use crate::tui::state::{Model, name_of};
use crate::tui::theme::Theme;

/// Said where a filter lets nothing through.
pub(super) const NOTHING_MATCHES: &str = "nothing matches; Esc shows all";

/// What every pane may look at beside its own part of the model.
pub struct View<'a> {
    /// Styles and glyphs.
    pub theme: &'a Theme,
    /// The room's time.
    pub now: Stamp,
    /// Shown names by actor id.
    pub names: &'a BTreeMap<String, String>,
    /// Titles of threads.
    pub titles: &'a BTreeMap<i64, String>,
    /// The zone of the room's days.
    pub zone: &'a jiff::tz::TimeZone,
    /// Where the spinner is.
    pub frame: usize,
    /// What the person may do.
    pub role: Role,
    /// Whether a moment of the past is shown.
    pub past: bool,
    /// Whether the room is paused, so that nobody wakes.
    pub paused: bool,
}

impl Names for View<'_> {
    fn name(&self, id: &str) -> String {
        Self::name(self, id).to_owned()
    }

    fn title(&self, thread: i64) -> Option<String> {
        self.titles.get(&thread).cloned()
    }
}

impl<'a> View<'a> {
    /// What panes may look at of a model.
    #[must_use]
    pub fn of(model: &'a Model) -> Self {
        Self {
            theme: &model.theme,
            now: model.now,
            names: &model.names,
            titles: &model.titles,
            zone: &model.zone,
            frame: model.frame,
            role: model.role,
            past: model.walk.is_some(),
            paused: model.room.as_ref().is_some_and(|room| room.engine == EngineState::Paused),
        }
    }

    /// The shown name of an actor.
    #[must_use]
    pub fn name<'b>(&'b self, id: &'b str) -> &'b str {
        name_of(self.names, id)
    }

    /// The shown name of who did something; the one they had then where they are not here any more.
    #[must_use]
    pub fn who<'b>(&'b self, id: &'b str, then: &'b str) -> &'b str {
        let name = self.name(id);
        if name == id && !then.is_empty() { then } else { name }
    }

    /// `14:02`; of another day with it: `11-25 14:02`.
    #[must_use]
    pub fn clock(&self, at: Stamp) -> String {
        let form = if self.is_today(at) { "%H:%M" } else { "%m-%d %H:%M" };
        at.timestamp().to_zoned(self.zone.clone()).strftime(form).to_string()
    }

    /// Whether it is on the day that the room has now.
    #[must_use]
    pub fn is_today(&self, at: Stamp) -> bool {
        at.date_in(self.zone) == self.now.date_in(self.zone)
    }

    /// `2026-11-21 14:02`
    #[must_use]
    pub fn date(&self, at: Stamp) -> String {
        at.timestamp().to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }
}

/// A list's order as its title tells it: by which column, and whether it is turned round.
pub(super) fn ordered((column, turned): (&str, bool), theme: &Theme) -> String {
    let gap = if theme.glyphs.ascii { " " } else { "" }; // a letter would be read as one of the word
    let first_is_least = column == "name";
    let way = if first_is_least == turned { theme.glyphs.down } else { theme.glyphs.up };
    format!("{column}{gap}{way}")
}
