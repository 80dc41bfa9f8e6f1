//! The Society tab's state and its share of `update` (the pattern is in [`super`]).

use crate::protocol::Event;
use crate::tui::action::Act;
use crate::tui::model::Model;
use crate::tui::msg::{Command, Data, Effect, Load, Outcome};
use crate::tui::overlays::Answer;

/// What the tab shows.
#[derive(Debug, Default)]
pub struct Society {
    /// Whether anything was read.
    pub loaded: bool,
}

/// The tab came into view.
pub fn shown(_model: &mut Model) -> Vec<Effect> {
    Vec::new()
}

/// An action on this tab.
pub fn act(_model: &mut Model, _act: Act) -> Option<Vec<Effect>> {
    None
}

/// A read came back.
pub fn loaded(_model: &mut Model, _load: &Load, _data: &Data) -> Vec<Effect> {
    Vec::new()
}

/// A change came back.
pub fn ran(_model: &mut Model, _command: &Command, _outcome: &Outcome) -> Vec<Effect> {
    Vec::new()
}

/// Something happened.
pub fn event(_model: &mut Model, _event: &Event) {}

/// Something this tab shows is stale.
pub fn refresh(_model: &mut Model) -> Vec<Effect> {
    Vec::new()
}

/// A window was answered.
///
/// # Errors
/// A sentence for the person who typed it.
pub fn answered(_model: &mut Model, _what: &str, _id: i64, _answer: &Answer) -> Result<Vec<Effect>, String> {
    Ok(Vec::new())
}

/// A click.
pub fn click(_model: &mut Model, _x: u16, _y: u16) -> Vec<Effect> {
    Vec::new()
}
