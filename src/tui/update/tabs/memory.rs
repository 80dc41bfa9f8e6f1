//! The Memory tab's share of `update` (the pattern is in [`super`]).

use crate::domain::text::folded;
use crate::protocol::{EditMemory, Event, Notice};
use crate::tui::action::Act;
use crate::tui::msg::{Command, Data, Effect, Load, Outcome};
use crate::tui::overlays::{Answer, Overlay, TextEdit, Then};
use crate::tui::state::memory::{ARCHIVED, COLD, PAGE};
use crate::tui::state::{Model, Tab, Tone};
use crate::tui::update::{go, live, open};

/// An action on this tab.
pub fn act(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    match act {
        Act::Less | Act::More => {
            model.explorer.in_bots = act == Act::Less;
            return Some(Vec::new());
        }
        Act::NextPane | Act::PrevPane => {
            model.explorer.in_bots = !model.explorer.in_bots;
            return Some(Vec::new());
        }
        Act::Open if model.explorer.in_bots => {
            model.explorer.in_bots = false;
            return Some(Vec::new());
        }
        Act::Back if !model.explorer.filter.is_empty() => {
            model.explorer.filter.clear();
            model.explorer.recall.drop_archive();
            return Some(model.explorer.read());
        }
        _ => {}
    }
    if model.explorer.in_bots {
        return in_bots(model, act);
    }
    in_memories(model, act)
}

/// The list is that of the Live tab, in the same order and with the same keys.
fn in_bots(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    if matches!(act, Act::PauseBot | Act::Trigger | Act::BotPace | Act::DeleteBot)
        && model.bots.selected().is_none()
    {
        return None;
    }
    live::in_bots(model, act)
}

fn in_memories(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    let recall = &mut model.explorer.recall;
    if act == Act::OrderNext {
        recall.reorder();
        return Some(Vec::new());
    }
    if recall.act(act) {
        return Some(model.explorer.read_on());
    }
    if !matches!(act, Act::Open | Act::PinMemory | Act::EditMemory | Act::ForgetMemory | Act::Copy) {
        return None;
    }
    let Some(item) = recall.selected().cloned() else { return Some(Vec::new()) };
    Some(match act {
        Act::PinMemory | Act::EditMemory if item.archived => {
            model.toast(Tone::Info, "nothing is changed in the archive; it can be forgotten");
            Vec::new()
        }
        Act::Open => match item.activity_id {
            Some(id) => go::show_why(model, id),
            None => {
                model.toast(Tone::Info, "it comes from no single act");
                Vec::new()
            }
        },
        Act::PinMemory => {
            vec![Effect::Run(Command::EditMemory(
                item.id,
                EditMemory { pinned: Some(!item.pinned), text: None },
            ))]
        }
        Act::EditMemory => {
            let edit = TextEdit::new("Edit what is remembered", &item.text, Then::EditMemory(item.id));
            model.overlays.push(Overlay::Text(Box::new(edit)));
            Vec::new()
        }
        Act::ForgetMemory => {
            open::forget(model, &item);
            Vec::new()
        }
        _ => vec![Effect::Copy(item.told().into_owned())],
    })
}

/// A read came back.
pub fn loaded(model: &mut Model, load: &Load, data: &Data) -> Vec<Effect> {
    let explorer = &mut model.explorer;
    match (load, data) {
        (Load::Warm(bot, query), Data::Warm(warm))
            if explorer.of.as_ref() == Some(bot)
                && query.limit == PAGE
                && query.q.clone().unwrap_or_default() == explorer.filter =>
        {
            explorer.recall.load_warm((**warm).clone());
        }
        (Load::Cold(bot, COLD, 0), Data::Cold(cold)) if explorer.of.as_ref() == Some(bot) => {
            let wanted = folded(&explorer.filter);
            let found =
                cold.iter().filter(|c| wanted.is_empty() || folded(&c.summary).contains(&wanted)).cloned();
            explorer.recall.load_cold(found.collect());
        }
        (Load::Archive(bot, query), Data::Archive(page))
            if explorer.of.as_ref() == Some(bot) && *query == explorer.archive_query(query.after) =>
        {
            // A page that was overtaken is not taken in: what was read anew begins with the newest.
            let fits = match query.after {
                None => explorer.recall.archived() <= ARCHIVED as usize,
                after => explorer.recall.wants_more() == after,
            };
            if fits {
                let more = page.len() == ARCHIVED as usize;
                explorer.recall.load_archive(page.clone(), query.after.is_none(), more);
            }
        }
        _ => {}
    }
    Vec::new()
}

/// A change came back.
pub fn ran(model: &mut Model, command: &Command, _outcome: &Outcome) -> Vec<Effect> {
    match command {
        Command::ForgetMemory(id) => {
            model.explorer.recall.forget(*id);
            Vec::new()
        }
        Command::EditMemory(..) if model.tab == Tab::Memory => model.explorer.read(),
        _ => Vec::new(),
    }
}

/// Something happened.
pub fn event(model: &mut Model, event: &Event) {
    let whose = match &event.notice {
        Notice::HeartbeatComplete { bot_id, .. } => Some(bot_id),
        Notice::Changed { what, bot_id } if what == "memories" => bot_id.as_ref(),
        _ => None,
    };
    if whose.is_some() && model.explorer.of.as_ref() == whose && model.tab == Tab::Memory {
        model.stale.tab = true;
    }
}

/// Something this tab shows is stale.
pub fn refresh(model: &mut Model) -> Vec<Effect> {
    model.explorer.read()
}

/// The search was typed.
///
/// # Errors
/// Never.
pub fn answered(model: &mut Model, what: &str, _id: i64, answer: &Answer) -> Result<Vec<Effect>, String> {
    if what != "filter" {
        return Ok(Vec::new());
    }
    answer.text().clone_into(&mut model.explorer.filter);
    model.explorer.recall.drop_archive();
    model.explorer.in_bots = false;
    Ok(model.explorer.read())
}

/// A click selects a bot or a memory.
pub fn click(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    let (left, right) = crate::tui::view::memory::areas(model.layout().body);
    let explorer = &mut model.explorer;
    if y + 1 == left.y {
        explorer.in_bots = x < left.right();
        return act(model, Act::OrderNext).unwrap_or_default();
    }
    if left.contains((x, y).into()) {
        explorer.in_bots = true;
        model.bots.click(y);
    } else if right.contains((x, y).into()) {
        let again = !std::mem::replace(&mut explorer.in_bots, false);
        let before = explorer.recall.scroll.selected;
        if explorer.recall.click(y) && again && before == explorer.recall.scroll.selected {
            return act(model, Act::Open).unwrap_or_default();
        }
    }
    Vec::new()
}
