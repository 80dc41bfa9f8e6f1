//! The Moderation tab's share of `update` (the pattern is in [`super`]).

use super::forum;
use crate::protocol::{Event, FlagView, Notice, Status};
use crate::tui::action::Act;
use crate::tui::msg::{Command, Data, Effect, Load, Outcome};
use crate::tui::overlays::{Answer, Confirm, Overlay};
use crate::tui::state::moderation::reply_of;
use crate::tui::state::{Model, Tab, Tone};
use crate::tui::update::go::show_bot;
use crate::tui::view::moderation::split;

/// Reads the thread of the selected flag.
fn follow(model: &mut Model) -> Vec<Effect> {
    let state = &mut model.moderation;
    let thread = state.selected().and_then(|flag| flag.thread_id);
    if thread == state.wanted {
        return Vec::new();
    }
    state.wanted = thread;
    state.thread = None;
    state.missing = false;
    thread.map(|id| Effect::Load(Load::Thread(id))).into_iter().collect()
}

/// An action on this tab.
pub fn act(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    let state = &mut model.moderation;
    if state.list.act(act) || act == Act::Back && state.list.back() {
        return Some(follow(model));
    }
    if act == Act::Narrow || (act == Act::Back && state.resolved) {
        state.resolved = !state.resolved;
        state.loaded = false;
        state.list.clear();
        let read = state.read();
        let mut effects = follow(model);
        effects.push(read);
        return Some(effects);
    }
    if !matches!(act, Act::Open | Act::Resolve | Act::DeletePost | Act::PauseBot | Act::Author | Act::Copy) {
        return None;
    }
    let Some(flag) = state.selected().cloned() else {
        model.toast(Tone::Info, "no flag is selected");
        return Some(Vec::new());
    };
    Some(on_flag(model, act, &flag))
}

fn on_flag(model: &mut Model, act: Act, flag: &FlagView) -> Vec<Effect> {
    match act {
        Act::Open => match flag.thread_id {
            Some(thread) => return forum::open(model, thread, reply_of(flag)),
            None => return show_bot(model, &flag.bot_id),
        },
        Act::Author => return show_bot(model, &flag.bot_id),
        Act::Copy => return vec![Effect::Copy(flag.reason.clone())],
        Act::Resolve if flag.resolved => model.toast(Tone::Info, "this flag is settled already"),
        Act::Resolve => {
            let yes = vec![Effect::Run(Command::ResolveFlag(flag.id))];
            ask(model, "Settle this flag?", &flag.reason, yes, false);
        }
        Act::DeletePost => match model.moderation.post(flag) {
            Some(post) => forum::delete(model, &post),
            None if model.moderation.missing || model.moderation.thread.is_some() => {
                model.toast(Tone::Info, "the post was deleted already");
            }
            None => model.toast(Tone::Info, "the post is still being read"),
        },
        Act::PauseBot => pause(model, flag),
        _ => {}
    }
    Vec::new()
}

fn pause(model: &mut Model, flag: &FlagView) {
    let Some(row) = model.bots.get(&flag.bot_id) else {
        model.toast(Tone::Info, format!("{} is no bot of this room", model.name(&flag.bot_id)));
        return;
    };
    let (name, pause) = (row.name.clone(), row.status != Status::Paused);
    let yes = vec![Effect::Run(Command::SetPaused(flag.bot_id.clone(), pause))];
    if pause {
        let body = "It takes no beat until it is resumed. What it wrote stays.";
        ask(model, &format!("Pause {name}?"), body, yes, false);
    } else {
        ask(model, &format!("Let {name} go on?"), "It is paused now.", yes, false);
    }
}

fn ask(model: &mut Model, title: &str, body: &str, yes: Vec<Effect>, danger: bool) {
    let confirm = Confirm { title: title.into(), body: body.into(), yes, danger, ..Confirm::default() };
    model.overlays.push(Overlay::Confirm(confirm));
}

/// A read came back.
pub fn loaded(model: &mut Model, load: &Load, data: &Data) -> Vec<Effect> {
    let state = &mut model.moderation;
    match (load, data) {
        (Load::Flags(resolved, _), Data::Flags(flags)) if *resolved == state.resolved => {
            state.list.set(flags.clone());
            state.loaded = true;
            if model.tab == Tab::Moderation { follow(model) } else { Vec::new() }
        }
        (Load::Thread(id), Data::Thread(thread)) if state.wanted == Some(*id) => {
            state.thread = Some((**thread).clone());
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// A change came back.
pub fn ran(model: &mut Model, command: &Command, outcome: &Outcome) -> Vec<Effect> {
    match (command, outcome) {
        (Command::ResolveFlag(_), Outcome::Flag(_)) => {
            model.toast(Tone::Good, "settled");
            model.stale.room = true;
            vec![model.moderation.read()]
        }
        (Command::DeleteThread(_) | Command::DeleteReply(_), _) if model.tab == Tab::Moderation => {
            model.moderation.wanted = None;
            vec![model.moderation.read()]
        }
        _ => Vec::new(),
    }
}

/// Something happened.
pub fn event(model: &mut Model, event: &Event) {
    let settled = matches!(&event.notice, Notice::Changed { what, .. } if what == "flags");
    let news = settled || matches!(event.notice, Notice::FlagRaised { .. } | Notice::Resync { .. });
    model.stale.tab |= news && model.tab == Tab::Moderation;
}

/// Something this tab shows is stale.
pub fn refresh(model: &mut Model) -> Vec<Effect> {
    vec![model.moderation.read()]
}

/// A window was answered.
///
/// # Errors
/// A sentence for the person who typed it.
pub fn answered(model: &mut Model, what: &str, _id: i64, answer: &Answer) -> Result<Vec<Effect>, String> {
    if what == "filter" {
        model.moderation.list.set_filter(answer.text());
    }
    Ok(follow(model))
}

/// A click.
pub fn click(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    let (list, _) = split(model.layout().body);
    if y == list.y && list.contains((x, y).into()) {
        return act(model, Act::OrderNext).unwrap_or_default();
    }
    let state = &mut model.moderation;
    let before = state.list.scroll.selected;
    if list.contains((x, y).into()) && state.list.click(y) {
        let again = before == state.list.scroll.selected;
        return if again { act(model, Act::Open).unwrap_or_default() } else { follow(model) };
    }
    Vec::new()
}
