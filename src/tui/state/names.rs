//! How actors are called: bots, people, and the room itself.

use std::collections::BTreeMap;

/// The room itself, as an actor, is called so.
const THE_ROOM: &str = "The room";

/// The shown name of an author, who had this name when it was told.
#[must_use]
pub fn author_of<'a>(id: &str, name: &'a str) -> &'a str {
    if id == "system" { THE_ROOM } else { name }
}

/// The shown name of an actor: a bot, a person, or the room itself.
#[must_use]
pub fn name_of<'a>(names: &'a BTreeMap<String, String>, id: &'a str) -> &'a str {
    if id == "system" {
        return THE_ROOM;
    }
    names.get(id).map_or_else(|| id.strip_prefix("human:").unwrap_or(id), String::as_str)
}
