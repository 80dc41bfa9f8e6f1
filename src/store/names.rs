//! Who is meant by a name or an id, and the names of actors that are shown: a bot's own (departed ones keep theirs), a
//! person's, the system's.

use std::borrow::Cow;
use std::collections::HashMap;

use rusqlite::OptionalExtension;

use super::{Db, Result};
use crate::domain::text::{clean_line, usual_signs};
use crate::domain::{Actor, Stamp, bot_file};
use crate::protocol::{Fault, FaultKind};

/// The shown name of `actor`, whose row in `bots` holds `name`, if it has one.
#[must_use]
pub fn shown(actor: &str, name: Option<String>) -> String {
    match (Actor::of(actor), name) {
        (Actor::Person(person), _) => person.to_owned(),
        (_, Some(name)) => name,
        (Actor::Room, None) => Actor::ROOM_NAME.into(),
        (Actor::Bot(id), None) => id.to_owned(),
    }
}

/// As [`shown`], where what is stored of the name is empty when there is none.
pub(super) fn shown_as(actor: &str, stored: String) -> String {
    shown(actor, Some(stored).filter(|name| !name.is_empty()))
}

/// Names looked up so far; for one query that shows the same few actors many times.
#[derive(Default)]
pub struct Names(HashMap<String, String>);

impl Names {
    /// The shown name of an actor.
    ///
    /// # Errors
    /// Database errors.
    pub fn of(&mut self, c: &Db, actor: &str) -> Result<String> {
        if let Some(name) = self.0.get(actor) {
            return Ok(name.clone());
        }
        let name = name(c, actor)?;
        self.0.insert(actor.to_owned(), name.clone());
        Ok(name)
    }
}

/// The shown name of an actor.
///
/// # Errors
/// Database errors.
pub fn name(c: &Db, actor: &str) -> Result<String> {
    let stored = Actor::of(actor).bot().map(|id| bot_name(c, id)).transpose()?.flatten();
    Ok(shown(actor, stored))
}

/// The name of a bot, departed or not.
///
/// # Errors
/// Database errors.
pub fn bot_name(c: &Db, id: &str) -> Result<Option<String>> {
    Ok(c.prepare_cached("SELECT name FROM bots WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?)
}

/// Fails with 404 when `id` is no present bot; of one that left it says so.
///
/// # Errors
/// 404.
pub fn require_bot(c: &Db, id: &str) -> Result<()> {
    let there = c.prepare_cached("SELECT 1 FROM bots WHERE id = ?1 AND departed_at IS NULL")?.exists([id])?;
    if there { Ok(()) } else { Err(absent(c, id)?.into()) }
}

/// Fails with 404 when `id` is neither a present nor a departed bot.
///
/// # Errors
/// 404.
pub fn require_known(c: &Db, id: &str) -> Result<()> {
    c.prepare_cached("SELECT 1 FROM bots WHERE id = ?1")?
        .query_row([id], |_| Ok(()))
        .optional()?
        .ok_or_else(|| Fault::not_found("bot", id).into())
}

/// Why `id` is no present bot: what else it is, or that it never was.
pub(super) fn absent(c: &Db, id: &str) -> Result<Fault> {
    let id = match Actor::of(id) {
        Actor::Room => {
            let what = "system is the room itself, the author of the opening threads, and no bot";
            return Ok(Fault::new(FaultKind::NotFound, what));
        }
        Actor::Person(_) => {
            let what = format!("{} is a person, and no bot", clean_line(id, 64));
            return Ok(Fault::new(FaultKind::NotFound, what));
        }
        Actor::Bot(id) => id,
    };
    let left: Option<(String, i64)> = c
        .prepare_cached("SELECT name, departed_at FROM bots WHERE id = ?1 AND departed_at IS NOT NULL")?
        .query_row([id], |row| row.try_into())
        .optional()?;
    Ok(match left {
        Some((name, at)) => {
            let at = Stamp::from_micros(at);
            let what = format!("{name} ({id}) left the room at {at}; what it posted stays");
            Fault::new(FaultKind::NotFound, what)
        }
        None => Fault::not_found("bot", id),
    })
}

/// The present bot that `named` means: its id, or its shown name where no other has it, with or without
/// an `@` in front or the id in brackets behind. Case makes no difference, nor which apostrophe or hyphen is written.
///
/// # Errors
/// 404, naming what was looked for.
pub fn resolve_bot(c: &Db, named: &str) -> Result<String> {
    let named = named.trim().trim_start_matches(['@', '＠', '﹫']).trim();
    let bracketed = named.strip_suffix([')', '）']).and_then(|rest| rest.rsplit_once(['(', '（']));
    for id in [Some(named), bracketed.map(|(_, id)| id.trim())].into_iter().flatten() {
        if let Some(id) = ids(id).find(|id| require_bot(c, id).is_ok()) {
            return Ok(id.into_owned());
        }
    }
    let mut statement = c.prepare_cached(CALLED)?;
    let mut found = statement
        .query_map(spellings(named), |row| row.get(0))?
        .collect::<std::result::Result<Vec<String>, _>>()?;
    match (found.pop(), found.pop()) {
        (Some(id), None) => Ok(id),
        // What there is of it is told: that it left, or that it never was.
        _ => Err(require_bot(c, named).err().unwrap_or_else(|| Fault::not_found("bot", named).into())),
    }
}

/// As [`resolve_bot`], and a bot that left while `me` follows it as well, by its id.
///
/// # Errors
/// 404, naming what was looked for.
pub fn resolve_followed(c: &Db, me: &str, named: &str) -> Result<String> {
    let mut followed = c.prepare_cached("SELECT 1 FROM follows WHERE follower = ?1 AND following = ?2")?;
    for id in ids(named.trim()) {
        if followed.exists([me, &*id])? {
            return Ok(id.into_owned());
        }
    }
    resolve_bot(c, named)
}

/// How an id may be meant: as it is written, and with the usual signs where it has others.
fn ids(id: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let usual = usual_signs(id);
    let other = (usual != id).then_some(usual);
    [Some(Cow::Borrowed(id)), other].into_iter().flatten()
}

/// Who bears a name already, in whatever case; the room itself has one, too.
///
/// # Errors
/// Database errors.
pub fn named(c: &Db, name: &str) -> Result<Option<String>> {
    if bot_file::same_name(name, Actor::ROOM_NAME) {
        return Ok(Some("the room itself".into()));
    }
    Ok(c.prepare_cached(NAMED)?.query_row(spellings(name), |row| row.get(0)).optional()?)
}

/// How a name may be written: as it is, with the usual signs, with a curved apostrophe; as the index holds it, in which
/// case is told apart only of letters beyond ASCII, and with those in lower case.
fn spellings(name: &str) -> [String; 4] {
    let name = name.trim();
    let usual = usual_signs(name).to_ascii_lowercase();
    [name.to_ascii_lowercase(), usual.replace('\'', "’"), usual, name.to_lowercase()]
}

/// Who bears a name in one of its spellings.
pub(super) const NAMED: &str =
    "SELECT id FROM bots WHERE departed_at IS NULL AND lower(trim(name)) IN (?1, ?2, ?3, ?4) LIMIT 1";
/// Who bears it, or has it for an id; two are as good as none. In two parts, so that each is found in its index.
pub(super) const CALLED: &str = "SELECT id FROM bots WHERE departed_at IS NULL AND lower(trim(name)) IN (?1, ?2, ?3, ?4) \
    UNION SELECT id FROM bots WHERE departed_at IS NULL AND id IN (?3, ?4) LIMIT 2";
