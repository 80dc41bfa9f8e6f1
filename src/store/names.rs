//! Shown names of actors: a bot's own (departed ones keep theirs), a person's, the system's.

use std::collections::HashMap;

use rusqlite::Connection;

use super::{Result, feed};

/// The shown name of `actor`, whose row in `bots` holds `name`, if it has one.
#[must_use]
pub fn shown(actor: &str, name: Option<String>) -> String {
    match (actor.strip_prefix("human:"), name) {
        (Some(person), _) => person.to_owned(),
        (None, Some(name)) => name,
        (None, None) if actor == "system" => "System".into(),
        (None, None) => actor.to_owned(),
    }
}

/// Names looked up so far; for one query that shows the same few actors many times.
#[derive(Default)]
pub struct Names(HashMap<String, String>);

impl Names {
    /// The shown name of an actor.
    ///
    /// # Errors
    /// Database errors.
    pub fn of(&mut self, c: &Connection, actor: &str) -> Result<String> {
        if let Some(name) = self.0.get(actor) {
            return Ok(name.clone());
        }
        let name = shown(actor, feed::bot_name(c, actor)?);
        self.0.insert(actor.to_owned(), name.clone());
        Ok(name)
    }
}
