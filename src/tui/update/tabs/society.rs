//! The Society tab's share of `update` (the pattern is in [`super`]).

use crate::domain::ActivityKind;
use crate::protocol::{Event, Notice};
use crate::tui::action::Act;
use crate::tui::msg::{Command, Data, Effect, Load, Outcome};
use crate::tui::overlays::Answer;
use crate::tui::state::Model;

/// The tab came into view.
pub fn shown(_model: &mut Model) -> Vec<Effect> {
    vec![Effect::Load(Load::Graph)]
}

/// Turns to the selected bot, where it is shown.
pub fn follow(model: &mut Model) {
    let society = &mut model.society;
    if society.follows.as_deref() == model.bots.chosen() {
        return;
    }
    society.follows = model.bots.chosen().map(str::to_owned);
    if let Some(at) = society.nodes.iter().position(|node| Some(&node.id) == society.follows.as_ref()) {
        society.scroll.selected = at;
    }
}

/// Selects in the room what was selected here.
fn choose(model: &mut Model) {
    if let Some(id) = model.society.selected().map(|node| node.id.clone())
        && model.bots.show(&id)
    {
        model.society.follows = Some(id);
    }
}

/// An action on this tab.
pub fn act(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    let len = model.society.nodes.len();
    if act == Act::Open {
        let id = model.society.nodes.get(model.society.scroll.selected)?.id.clone();
        return Some(crate::tui::update::show_bot(model, &id));
    }
    if !model.society.scroll.act(act, len) {
        return None;
    }
    choose(model);
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
    shown(model)
}

/// A window was answered.
///
/// # Errors
/// Never: the tab opens no windows.
pub fn answered(_model: &mut Model, _what: &str, _id: i64, _answer: &Answer) -> Result<Vec<Effect>, String> {
    Ok(Vec::new())
}

/// A click selects a bot of the list.
pub fn click(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    let list = crate::tui::view::society::list_area(model.layout().body);
    if list.contains((x, y).into()) {
        let (before, len) = (model.society.scroll.selected, model.society.nodes.len());
        if model.society.scroll.click(y - list.y, len) {
            if before == model.society.scroll.selected {
                return act(model, Act::Open).unwrap_or_default();
            }
            choose(model);
        }
    }
    Vec::new()
}
