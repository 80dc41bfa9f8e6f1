//! How actors are called: bots, people, and the room itself.

use std::collections::BTreeMap;

use crate::domain::Actor;

/// The room itself, as an actor, is called so.
const THE_ROOM: &str = "The room";

/// The shown name of an author, who had this name when it was told.
#[must_use]
pub fn author_of<'a>(id: &str, name: &'a str) -> &'a str {
    if Actor::of(id).is_room() { THE_ROOM } else { name }
}

/// The shown name of an actor: a bot, a person, or the room itself.
#[must_use]
pub fn name_of<'a>(names: &'a BTreeMap<String, String>, id: &'a str) -> &'a str {
    match (Actor::of(id), names.get(id)) {
        (Actor::Room, _) => THE_ROOM,
        (_, Some(name)) => name,
        (Actor::Person(name) | Actor::Bot(name), None) => name,
    }
}
