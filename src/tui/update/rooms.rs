//! Going to another room.

use crate::tui::msg::Effect;
use crate::tui::overlays::{Choice, Item, Line, Overlay, Then};
use crate::tui::rooms::{Looked, Room};
use crate::tui::state::{Model, Tone};

/// Lists the rooms.
pub fn list(model: &mut Model) {
    let Some((here, known)) = &model.rooms else {
        let said = "from here no other room is opened: quit, then botarium --home DIR or botarium attach URL";
        model.toast(Tone::Info, said);
        return;
    };
    let item = |room: &Room| Item {
        title: room.to_string(),
        note: if room == here {
            "this room"
        } else if room.is_port() {
            "port"
        } else {
            "home"
        }
        .into(),
        about: if room == here {
            "You are here.".into()
        } else if room.is_port() {
            "Attaches to it. The token of this room is not handed on.".into()
        } else {
            "Leaves this room as by quitting, and opens that one.".into()
        },
        current: room == here,
    };
    let others = known.iter().filter(|room| *room != here);
    let mut items: Vec<Item> = others.chain([here]).map(item).collect();
    items.push(Item {
        title: "another one…".into(),
        about: "A directory, or the address of a port such as http://127.0.0.1:8000.".into(),
        ..Item::default()
    });
    let mut choice = Choice::new("Go to another room", items, Then::Room);
    choice.scroll.selected = 0;
    model.overlays.push(Overlay::Choice(choice));
}

/// A line of the list was chosen, the last one to type another.
pub fn chosen(model: &mut Model, at: usize) -> Vec<Effect> {
    let Some((here, known)) = &model.rooms else { return Vec::new() };
    let room = known.iter().filter(|room| *room != here).chain([here]).nth(at).cloned();
    match room {
        Some(room) => look_at(model, room),
        None => {
            model.overlays.push(Overlay::Line(Line::new("home or address", "", Then::RoomName)));
            Vec::new()
        }
    }
}

/// A room was typed.
///
/// # Errors
/// Nothing was.
pub fn typed(model: &mut Model, name: &str) -> Result<Vec<Effect>, String> {
    if name.trim().is_empty() {
        return Err("which home or address?".into());
    }
    Ok(look_at(model, Room::named(name)))
}

fn look_at(model: &mut Model, room: Room) -> Vec<Effect> {
    if model.rooms.as_ref().is_some_and(|(here, _)| *here == room) {
        model.toast(Tone::Info, "you are in this room");
        return Vec::new();
    }
    model.toast(Tone::Info, format!("looking at {room}…"));
    vec![Effect::LookAt(room)]
}

/// It was looked at: this room is left for it, after a question where something is not saved.
pub fn looked_at(model: &mut Model, looked: Looked) -> Vec<Effect> {
    match looked {
        Ok(room) => super::mind::leave(model, Effect::GoTo(room)),
        Err(why) => {
            model.toast(Tone::Bad, why);
            Vec::new()
        }
    }
}
