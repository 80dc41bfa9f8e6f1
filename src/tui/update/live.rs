//! Actions on the Live tab.

use super::act::focus;
use super::{inspector, open};
use crate::link::Connection;
use crate::protocol::Status;
use crate::tui::action::Act;
use crate::tui::msg::{Command, Effect, Load};
use crate::tui::overlays::{Line, Overlay, Then};
use crate::tui::state::stream::StreamFilter;
use crate::tui::state::{Model, Pane, Tab, Tone};
use crate::tui::state::{Order, Page, Row, budget};

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
        Act::Back => return Some(back(model)),
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

/// Turns the inspector's page.
pub fn turn_page(model: &mut Model, page: Page) -> Vec<Effect> {
    model.inspector.turn_page(page);
    if page == Page::Why {
        ask_newest(model);
    }
    model.inspector.read_page()
}

/// Where no act is asked for yet, the bot's newest is, if the stream holds it.
fn ask_newest(model: &mut Model) {
    if model.inspector.why.wanted.is_none()
        && let Some(act) = model.inspector.wanted.as_deref().and_then(|bot| newest_of(model, bot))
    {
        model.inspector.why.ask(act);
    }
}

/// A bot's newest act as the stream tells it, far away, where the list of its acts costs more than the reason itself. Here
/// that list is read: what was done this moment is in it before it is told.
fn newest_of(model: &Model, bot: &str) -> Option<i64> {
    (model.connection != Connection::Local).then(|| model.stream.newest_of(bot)).flatten()
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
pub fn back(model: &mut Model) -> Vec<Effect> {
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

/// Turns the inspector to the selected bot.
pub fn follow_selection(model: &mut Model) -> Vec<Effect> {
    // Far away it is asked for what is seen.
    let unseen = model.tab != Tab::Live && model.connection != Connection::Local;
    if unseen || model.bots.chosen() == model.inspector.wanted.as_deref() {
        return Vec::new();
    }
    match model.bots.chosen().map(str::to_owned) {
        Some(id) => turn_to(model, &id, None),
        None => {
            model.inspector.leave();
            Vec::new()
        }
    }
}

/// Vast screens show another page beside the inspector's: what it needs is read once for each bot and page.
pub fn read_beside(model: &mut Model) -> Vec<Effect> {
    if model.layout().beside.is_empty() {
        return Vec::new();
    }
    let page = model.inspector.page.beside();
    let shown = model.inspector.wanted.clone().map(|id| (id, page));
    if shown == model.inspector.beside {
        return Vec::new();
    }
    model.inspector.beside = shown;
    if page == Page::Why {
        ask_newest(model);
    }
    model.inspector.read(page)
}

/// A bot is no more: nothing is selected in its place, and what was not saved of it is dropped.
pub fn left(model: &mut Model, id: &str) {
    let inspector = &mut model.inspector;
    let shown = inspector.wanted.as_deref() == Some(id);
    let unsaved = inspector.kept.remove(id).is_some() | (shown && inspector.mind.is_dirty());
    if shown {
        inspector.leave();
    }
    if shown || model.bots.get(id).is_some() {
        let dropped = if unsaved { "; what was not saved of it is dropped" } else { "" };
        model.toast(Tone::Info, format!("{} has left the room{dropped}", model.name(id)));
    }
    model.bots.remove(id);
    model.stale.room = true;
}

/// Turns the inspector to a bot; what is not saved of the one before is kept, and that is said.
fn turn_to(model: &mut Model, id: &str, act: Option<i64>) -> Vec<Effect> {
    if let Some(before) = model.inspector.wanted.clone().filter(|before| before != id)
        && model.inspector.mind.is_dirty()
    {
        let said = format!("the changes to {} are kept, not saved", model.name(&before));
        model.toast(Tone::Info, said);
    }
    let newest = || newest_of(model, id).filter(|_| model.inspector.page == Page::Why);
    let act = act.or_else(newest);
    model.inspector.turn_to(id, act)
}

/// Turns the inspector to the reason of an act, and to the chosen bot.
fn turn_to_act(model: &mut Model, act: i64) -> Vec<Effect> {
    let chosen = model.bots.chosen().map(str::to_owned);
    model.inspector.turn_page(Page::Why);
    match chosen.filter(|id| model.inspector.wanted.as_ref() != Some(id)) {
        Some(id) => turn_to(model, &id, Some(act)),
        None => {
            model.inspector.why.ask(act);
            model.inspector.read_page()
        }
    }
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
        Act::OpenThread => open_thread(model, row.as_ref()),
        Act::Copy => row.map_or_else(Vec::new, |row| {
            let text =
                [row.told.about.as_str(), row.told.quote.as_str()].into_iter().filter(|t| !t.is_empty());
            vec![Effect::Copy(text.collect::<Vec<_>>().join("\n"))]
        }),
        _ => return None,
    })
}

/// The inspector shows the selected act: whose it is, and why. Pinned it stays as it is, and so it does
/// over changes that are not saved.
pub fn follow_act(model: &mut Model) -> Vec<Effect> {
    let inspector = &model.inspector;
    if inspector.pinned || inspector.mind.is_dirty() {
        return Vec::new();
    }
    let Some((id, seq)) = model.stream.selected().map(|row| (row.bot_id.clone(), row.seq)) else {
        return Vec::new();
    };
    let shown = inspector.page == Page::Why && inspector.why.wanted == Some(seq);
    if shown || !model.bots.choose(&id) {
        return Vec::new();
    }
    turn_to_act(model, seq)
}

/// The bot of the selected line of the usage is the selected one.
pub fn choose_used(model: &mut Model) {
    if let Some(id) = model.lower.used.selected().map(|bot| bot.bot_id.clone()) {
        model.bots.choose(&id);
    }
}

/// Opens what an act wrote or was about in the Forum tab.
pub(super) fn open_thread(model: &mut Model, row: Option<&Row>) -> Vec<Effect> {
    match row.and_then(|row| Some((row.told.thread?, row.told.reply))) {
        Some((thread, reply)) => crate::tui::update::tabs::forum::open(model, thread, reply),
        None => {
            model.toast(Tone::Info, "this act is about no thread");
            Vec::new()
        }
    }
}

/// Reads older rows when the end is near.
pub fn older(model: &mut Model) -> Vec<Effect> {
    if !model.stream.wants_more() {
        return Vec::new();
    }
    model.stream.loading = true;
    let query = crate::protocol::ActivityQuery {
        limit: 200,
        after: model.stream.oldest(),
        ..crate::protocol::ActivityQuery::default()
    };
    vec![Effect::Load(Load::Activity(query))]
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
            let line = budget::Line::Pace;
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
