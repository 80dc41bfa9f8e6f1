//! Actions on the Live tab.

use super::go::{choose_used, focus, follow_act, older, turn_page, turn_to_act};
use super::tabs::forum;
use super::{inspector, open};
use crate::protocol::Status;
use crate::tui::action::Act;
use crate::tui::msg::{Command, Effect, Load};
use crate::tui::overlays::{Line, Overlay, Then};
use crate::tui::state::stream::StreamFilter;
use crate::tui::state::{Model, Order, Page, Pane, Tone, budget};

/// An action on the Live tab; `None` if it means nothing there.
pub fn act(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    let by_focus = match model.focus {
        Pane::Bots => in_bots(model, act),
        Pane::Activity => in_stream(model, act),
        Pane::Inspector => inspector::act(model, act),
        Pane::Usage => {
            let moved = model.lower.used.act(act);
            moved.then(|| {
                choose_used(model);
                Vec::new()
            })
        }
        Pane::Log => model.lower.log.act(act).then(Vec::new),
        Pane::Reputation => None,
    };
    by_focus.or_else(|| on_tab(model, act))
}

fn on_tab(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    let page = |page| (Pane::Inspector, Some(page));
    let (pane, page) = match act {
        Act::Pane1 => (Pane::Bots, None),
        Act::Pane2 => (Pane::Activity, None),
        Act::Pane3 => (Pane::Inspector, None),
        Act::Pane4 => (Pane::Usage, None),
        Act::Pane5 => (Pane::Reputation, None),
        Act::Pane6 => (Pane::Log, None),
        Act::NextPane => (step_pane(model, 1), None),
        Act::PrevPane => (step_pane(model, -1), None),
        Act::InspectProfile => page(Page::Profile),
        Act::InspectMind => page(Page::Mind),
        Act::InspectBudget => page(Page::Budget),
        Act::InspectMemory => page(Page::Memory),
        Act::InspectWhy => return Some(why(model)),
        Act::NextInspect => page(model.inspector.page.step(1)),
        Act::PrevInspect => page(model.inspector.page.step(-1)),
        Act::PinInspector => {
            let pinned = !model.inspector.pinned;
            model.inspector.pinned = pinned;
            let said = if pinned {
                "the inspector stays while you move through the activity"
            } else {
                "the inspector follows the activity"
            };
            model.toast(Tone::Info, said);
            return Some(Vec::new());
        }
        Act::Zoom => {
            model.zoomed = !model.zoomed;
            return Some(Vec::new());
        }
        Act::Back | Act::DiscardMind => return Some(back(model)),
        Act::SaveChart => {
            match super::charts::of_pane(model.focus) {
                Some(chart) => super::charts::save(model, chart),
                None => model.toast(Tone::Info, "no chart has the focus: 4 and 5 are charts"),
            }
            return Some(Vec::new());
        }
        Act::OrderNext | Act::OrderTurn => {
            model.toast(Tone::Info, "the lines here stand in the one order they have");
            return Some(Vec::new());
        }
        _ if super::arrange::act(model, act) => return Some(Vec::new()),
        Act::Trigger
        | Act::PauseBot
        | Act::BotPace
        | Act::Interview
        | Act::DeleteBot
        | Act::YamlChoice
        | Act::Compare => {
            return Some(on_bot(model, act));
        }
        _ => return None,
    };
    focus(model, pane);
    match page {
        Some(page) => Some(turn_page(model, page)),
        None => Some(Vec::new()),
    }
}

fn step_pane(model: &Model, by: isize) -> Pane {
    let shown: Vec<Pane> = if model.zoomed {
        Pane::ALL.to_vec()
    } else {
        let layout = model.layout();
        Pane::ALL.into_iter().filter(|pane| layout.pane(*pane).is_some()).collect()
    };
    let at = shown.iter().position(|pane| *pane == model.focus).unwrap_or(0);
    shown[(at + shown.len()).wrapping_add_signed(by) % shown.len()]
}

/// Leaves zoom, filter or pane.
fn back(model: &mut Model) -> Vec<Effect> {
    if model.zoomed {
        model.zoomed = false;
    } else if model.focus != Pane::Activity && super::filter::let_go(model) {
        // The list is whole again.
    } else if model.focus == Pane::Bots && model.bots.unmark() {
        // That was all: the list stays as it is ordered.
    } else if model.focus == Pane::Activity && !model.stream.filter().is_empty() {
        model.stream.set_filter(StreamFilter::default());
    } else if model.focus == Pane::Activity && model.stream.is_frozen() {
        model.stream.act(Act::Top);
    } else if model.focus != Pane::Bots {
        focus(model, Pane::Bots);
    }
    Vec::new()
}

pub(super) fn in_bots(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    if model.bots.act(act) {
        return Some(Vec::new());
    }
    let order = model.bots.order();
    match act {
        Act::OrderByCost => Some(put_in_order(model, order.by_cost())),
        Act::OrderNext => Some(put_in_order(model, order.next())),
        Act::OrderTurn => Some(put_in_order(model, order.chosen(order.column))),
        Act::OrderPeriod => {
            let period = crate::tui::state::order::next_period(order.period);
            Some(put_in_order(model, Order { period, ..order }))
        }
        Act::Mark => {
            model.bots.mark();
            Some(Vec::new())
        }
        Act::MarkAll => {
            model.bots.mark_all();
            Some(Vec::new())
        }
        Act::Tags => {
            super::marks::tags(model);
            Some(Vec::new())
        }
        Act::ChangeMarked => {
            super::crowd::choose(model);
            Some(Vec::new())
        }
        Act::PauseBot | Act::Trigger | Act::BotPace | Act::DeleteBot => super::crowd::act(model, act),
        Act::Open => {
            focus(model, Pane::Inspector);
            Some(model.inspector.read_page())
        }
        Act::Copy => model.bots.selected().map(|row| vec![Effect::Copy(row.id.clone())]),
        _ => None,
    }
}

/// Orders the list of bots anew; figures of another period are read.
pub fn put_in_order(model: &mut Model, order: Order) -> Vec<Effect> {
    if model.bots.set_order(order) { vec![Effect::Load(Load::Usage(order.period))] } else { Vec::new() }
}

fn in_stream(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    if model.stream.act(act) {
        let mut effects = older(model);
        effects.extend(follow_act(model));
        return Some(effects);
    }
    let row = model.stream.selected().cloned();
    Some(match act {
        Act::Open => why(model),
        Act::FilterKind => {
            open::stream_kind(model);
            Vec::new()
        }
        Act::FilterBot => {
            let bot = match model.stream.filter().bot {
                Some(_) => None,
                None => row.map(|row| row.bot_id),
            };
            let filter = StreamFilter { bot, ..model.stream.filter().clone() };
            model.stream.set_filter(filter);
            older(model)
        }
        Act::OpenThread => forum::open_of(model, row.as_ref()),
        Act::Copy => row.map_or_else(Vec::new, |row| {
            let text =
                [row.told.about.as_str(), row.told.quote.as_str()].into_iter().filter(|t| !t.is_empty());
            vec![Effect::Copy(text.collect::<Vec<_>>().join("\n"))]
        }),
        _ => return None,
    })
}

/// Shows the reason of the selected act, or of the selected bot's last one.
fn why(model: &mut Model) -> Vec<Effect> {
    let selected = (model.focus == Pane::Activity).then(|| model.stream.selected().cloned()).flatten();
    if let Some(row) = selected {
        model.bots.show(&row.bot_id);
        model.stream.freeze();
        focus(model, Pane::Inspector);
        let mut effects = turn_to_act(model, row.seq);
        // Asked for once more, it may have grown by what the bot remembered of it.
        if effects.is_empty() {
            effects.push(Effect::Load(Load::Why(row.seq)));
        }
        return effects;
    }
    // Asked again, the last act may be another one by now.
    model.inspector.why = crate::tui::state::why::Why::default();
    focus(model, Pane::Inspector);
    turn_page(model, Page::Why)
}

/// An action on the selected bot.
pub fn on_bot(model: &mut Model, act: Act) -> Vec<Effect> {
    let Some(row) = model.bots.selected().cloned() else {
        let said = if model.bots.total() == 0 { "there is no bot yet" } else { "no bot is selected" };
        model.toast(Tone::Info, said);
        return Vec::new();
    };
    match act {
        Act::Trigger => return vec![Effect::Run(Command::Trigger(row.id))],
        Act::PauseBot => return vec![Effect::Run(Command::SetPaused(row.id, row.status != Status::Paused))],
        Act::BotPace => {
            let line = budget::Limit::Pace;
            let title = format!("{}: {}", row.name, line.prompt());
            let now = inspector::own_value(model, line, &row.id);
            model.overlays.push(Overlay::Line(Line::over(title, &now, Then::BudgetLine(2, row.id))));
        }
        Act::Interview => open::interview(model, &row.id),
        Act::DeleteBot => open::delete_bot(model, &row),
        Act::YamlChoice => return open::yaml_choice(model, &row),
        Act::Compare => return super::compare::begin(model, &row.id),
        _ => {}
    }
    Vec::new()
}
