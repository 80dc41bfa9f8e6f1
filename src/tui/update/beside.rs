//! What is asked about the selection of a room far away: once the cursor rests, no more than once, and no longer than
//! somebody looks at it. A room in this process answers at once and is asked at once.

use std::collections::VecDeque;

use super::arrive;
use crate::link::Connection;
use crate::tui::msg::{Effect, Load, Msg};
use crate::tui::state::known::{bot_of, is_beside};
use crate::tui::state::{Model, Pane, Tab};

/// Where the cursor is.
#[derive(PartialEq, Eq)]
struct CursorAt {
    tab: Tab,
    focus: Pane,
    windows: usize,
    reading: bool,
}

/// What is under it.
#[derive(PartialEq, Eq)]
struct Under {
    bot: Option<String>,
    act: Option<i64>,
    thread: Option<i64>,
    flag: Option<i64>,
}

/// The cursor before a message, and whether that is a person's.
pub struct Before {
    by_hand: bool,
    place: CursorAt,
    under: Under,
}

impl Before {
    /// As it is now; `None` where every question is asked at once.
    pub fn of(model: &Model, msg: &Msg) -> Option<Self> {
        let by_hand = matches!(msg, Msg::Key(_) | Msg::Mouse(_) | Msg::Act(_) | Msg::Select(_) | Msg::Rested);
        (model.connection != Connection::Local).then(|| Self {
            by_hand,
            place: place(model),
            under: under(model),
        })
    }
}

fn place(model: &Model) -> CursorAt {
    CursorAt {
        tab: model.tab,
        focus: model.focus,
        windows: model.overlays.len(),
        reading: model.forum.reading,
    }
}

fn under(model: &Model) -> Under {
    Under {
        bot: model.bots.chosen().map(str::to_owned),
        act: model.stream.selected().map(|row| row.seq).filter(|_| model.focus == Pane::Activity),
        thread: model.forum.reader.wanted,
        flag: model.moderation.wanted,
    }
}

/// The cursor rests: what waited for that is asked.
pub fn rested(model: &mut Model) -> Vec<Effect> {
    model.known.rest().into_iter().map(Effect::Load).collect()
}

/// Of what is to be done, what is done now.
pub fn thin(model: &mut Model, before: &Before, rested: bool, effects: Vec<Effect>) -> Vec<Effect> {
    let moved = before.by_hand && before.place == place(model) && before.under != under(model);
    let mut effects = VecDeque::from(effects);
    let mut now = Vec::with_capacity(effects.len());
    while let Some(effect) = effects.pop_front() {
        let load = match effect {
            Effect::Load(load) if is_beside(&load) => load,
            other => {
                now.push(other);
                continue;
            }
        };
        if before.by_hand
            && let Some(data) = model.known.answer(&load, model.now)
        {
            effects.extend(arrive::on_loaded(model, load, data));
        } else if moved {
            model.known.wait(load);
        } else if model.known.ask(&load, rested) {
            now.push(Effect::Load(load));
        }
    }
    if moved {
        let late = supersede(model);
        if !late.is_empty() {
            now.push(Effect::Drop(late));
        }
    }
    now
}

/// Lets go of what was asked about what is selected no more.
fn supersede(model: &mut Model) -> Vec<Load> {
    let mut known = std::mem::take(&mut model.known);
    let late = known.supersede(|load| is_wanted(model, load));
    model.known = known;
    late
}

/// Whether somebody looks at what a question is about.
fn is_wanted(model: &Model, load: &Load) -> bool {
    match load {
        Load::Why(id) => model.inspector.why.wanted == Some(*id),
        Load::Thread(id) => [model.forum.reader.wanted, model.moderation.wanted].contains(&Some(*id)),
        load => bot_of(load).is_none_or(|bot| model.bots.chosen() == Some(bot)),
    }
}
