//! The Society tab's share of `update` (the pattern is in [`super`]).

use crate::domain::ActivityKind;
use crate::protocol::{Event, Notice};
use crate::tui::action::Act;
use crate::tui::msg::{Command, Data, Effect, Load, Outcome};
use crate::tui::overlays::Answer;
use crate::tui::state::Model;
use crate::tui::state::stats::Saved;
use crate::tui::update::charts;
use crate::tui::update::go;
use crate::tui::widgets::Scroll;

/// Selects in the room what was selected here.
fn choose(model: &mut Model) {
    if let Some(id) = model.society.selected().map(|node| node.id.clone())
        && model.bots.show(&id)
    {
        model.society.scroll = Scroll::default();
        model.society.follows = Some(id);
    }
}

/// An action on this tab.
pub fn act(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    let society = &mut model.society;
    match act {
        Act::NextPane | Act::PrevPane => {
            society.on_ties = !society.on_ties;
            return Some(Vec::new());
        }
        Act::Back if society.on_ties => {
            society.on_ties = false;
            return Some(Vec::new());
        }
        Act::Open if society.on_ties => {
            let id = society.other()?;
            society.on_ties = false;
            return Some(go::show_bot(model, &id));
        }
        _ if society.on_ties => {
            let len = society.selected().map_or(0, |node| society.ties(&node.id).len());
            if society.scroll.act(act, len) {
                return Some(Vec::new());
            }
        }
        _ => {}
    }
    let list = &mut society.list;
    match act {
        Act::Open => {
            let id = list.selected()?.id.clone();
            return Some(go::show_bot(model, &id));
        }
        Act::SaveChart => charts::save(model, Saved::Society),
        Act::Back if list.back() => choose(model),
        act if list.act(act) => choose(model),
        _ => return None,
    }
    Some(Vec::new())
}

/// A read came back.
pub fn loaded(model: &mut Model, load: &Load, data: &Data) -> Vec<Effect> {
    if let (Load::Graph, Data::Graph(graph)) = (load, data) {
        model.society.take(graph);
    }
    Vec::new()
}

/// A change came back.
pub fn ran(_model: &mut Model, _command: &Command, _outcome: &Outcome) -> Vec<Effect> {
    Vec::new()
}

/// Something happened.
pub fn event(model: &mut Model, event: &Event) {
    let ties = |action: &str| ActivityKind::of(action).is_some_and(ActivityKind::is_tie);
    if matches!(&event.notice, Notice::HeartbeatComplete { action, .. } if ties(action)) {
        model.stale.tab = true;
    }
}

/// Something this tab shows is stale.
pub fn refresh(model: &mut Model) -> Vec<Effect> {
    model.society.came()
}

/// A window was answered.
///
/// # Errors
/// Never.
pub fn answered(model: &mut Model, what: &str, _id: i64, answer: &Answer) -> Result<Vec<Effect>, String> {
    if what == "filter" {
        model.society.list.set_filter(answer.text());
        choose(model);
    }
    Ok(Vec::new())
}

/// A click selects a bot of the list; on its title it orders the list by the next column.
pub fn click(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    let list = crate::tui::view::society::list_area(model.layout().body);
    if y + 1 == list.y && x >= list.x {
        return act(model, Act::OrderNext).unwrap_or_default();
    }
    let ties = crate::tui::view::society::ties_area(model.layout().body);
    if ties.contains((x, y).into()) {
        let society = &mut model.society;
        let len = society.selected().map_or(0, |node| society.ties(&node.id).len());
        let (had, before) = (std::mem::replace(&mut society.on_ties, true), society.scroll.selected);
        if society.scroll.click(y, len) && had && before == society.scroll.selected {
            return act(model, Act::Open).unwrap_or_default();
        }
        return Vec::new();
    }
    if list.contains((x, y).into()) {
        model.society.on_ties = false;
        let before = model.society.list.scroll.selected;
        if model.society.list.click(y) {
            if before == model.society.list.scroll.selected {
                return act(model, Act::Open).unwrap_or_default();
            }
            choose(model);
        }
    }
    Vec::new()
}
