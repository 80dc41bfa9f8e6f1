//! The tabs beside Live. Each has its share of `update` in one file here; what it holds, and what it reads when it comes
//! into view (`came`), is in `state`, under the same name (`model.forum`, …), and how it looks in `view`. The pattern,
//! which every file here follows:
//!
//! - `act(model, act)`: an action of its scope, or a moving one; `None` if it means nothing here;
//! - `loaded(model, load, data)`: a read came back (each tab takes what is its own);
//! - `event(model, event)`: something happened; mark what is stale, do not read at once;
//! - `refresh(model)`: at the tick after something was marked stale, while the tab is shown;
//! - `answered(model, what, id, answer)`: a window opened with `Then::Tab` was answered;
//! - `click(model, x, y)`: the mouse, in screen cells; the body is `model.layout().body`.
//!
//! Keys are rows of `ACTIONS` with the tab's scope. Changes go out as [`Effect::Run`]; their success
//! or refusal is told by a toast in `update`, and whatever a tab wants to do then goes into `ran`.

pub mod events;
pub mod forum;
pub mod log;
pub mod memory;
pub mod moderation;
pub mod society;
pub mod stats;

use crate::protocol::Event;
use crate::tui::action::Act;
use crate::tui::msg::{Command, Data, Effect, Load, Outcome};
use crate::tui::overlays::Answer;
use crate::tui::state::{Model, Tab};

/// Calls the function of the tab that is meant.
macro_rules! of_tab {
    ($tab:expr, $live:expr, $function:ident($($arg:expr),*)) => {
        match $tab {
            Tab::Live => $live,
            Tab::Forum => forum::$function($($arg),*),
            Tab::Stats => stats::$function($($arg),*),
            Tab::Memory => memory::$function($($arg),*),
            Tab::Society => society::$function($($arg),*),
            Tab::Moderation => moderation::$function($($arg),*),
            Tab::Events => events::$function($($arg),*),
            Tab::Log => log::$function($($arg),*),
        }
    };
}

/// An action on the open tab; `None` if it means nothing there.
pub fn act(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    of_tab!(model.tab, None, act(model, act))
}

/// What the open tab reads anew after something made it stale.
pub fn refresh(model: &mut Model) -> Vec<Effect> {
    of_tab!(model.tab, Vec::new(), refresh(model))
}

/// A click on the open tab.
pub fn click(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    of_tab!(model.tab, Vec::new(), click(model, x, y))
}

/// Gives the side under the pointer the focus, on tabs with two; the side that had it.
pub fn point(model: &mut Model, x: u16, y: u16) -> Option<bool> {
    let (body, at) = (model.layout().body, (x, y).into());
    match model.tab {
        Tab::Forum => {
            let (_, reader) = crate::tui::view::forum::split(body, &model.forum);
            let reading = reader.contains(at) && model.forum.reader.view.is_some();
            Some(std::mem::replace(&mut model.forum.reading, reading))
        }
        Tab::Memory => {
            let (bots, _) = crate::tui::view::memory::areas(body);
            Some(std::mem::replace(&mut model.explorer.in_bots, bots.contains(at)))
        }
        _ => None,
    }
}

/// Gives a side the focus back that [`point`] took it from.
pub const fn focus_side(model: &mut Model, side: bool) {
    match model.tab {
        Tab::Forum => model.forum.reading = side,
        Tab::Memory => model.explorer.in_bots = side,
        _ => {}
    }
}

/// The answer to a window that a tab opened, or why it is not right yet.
///
/// # Errors
/// A sentence for the person who typed it.
pub fn answered(
    model: &mut Model,
    tab: Tab,
    what: &str,
    id: i64,
    answer: &Answer,
) -> Result<Vec<Effect>, String> {
    of_tab!(tab, Ok(Vec::new()), answered(model, what, id, answer))
}

/// A read came back: every tab takes what is its own.
pub fn loaded(model: &mut Model, load: &Load, data: &Data) -> Vec<Effect> {
    let mut effects = Vec::new();
    for tab in &Tab::ALL[1..] {
        effects.extend(of_tab!(tab, Vec::new(), loaded(model, load, data)));
    }
    effects
}

/// A change came back.
pub fn ran(model: &mut Model, command: &Command, outcome: &Outcome) -> Vec<Effect> {
    let mut effects = Vec::new();
    for tab in &Tab::ALL[1..] {
        effects.extend(of_tab!(tab, Vec::new(), ran(model, command, outcome)));
    }
    effects
}

/// Something happened: every tab marks what is stale.
pub fn event(model: &mut Model, event: &Event) {
    for tab in &Tab::ALL[1..] {
        of_tab!(tab, (), event(model, event));
    }
}
