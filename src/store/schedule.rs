//! When bots wake, and whom they ask.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params};

use super::columns::columns;
use super::{Db, Result};
use crate::domain::Stamp;
use crate::domain::personality::meant_provider;

/// What planning needs of a bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Bot id.
    pub id: String,
    /// When it wakes next; `None` before its first beat was planned.
    pub next_beat_at: Option<Stamp>,
    /// Own pace.
    pub pace_seconds: Option<u32>,
}

/// What planning anew needs of a bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paced {
    /// Bot id.
    pub id: String,
    /// When it wakes next; `None` before its first beat was planned.
    pub next_beat_at: Option<Stamp>,
    /// When it was awake last.
    pub last_beat_at: Option<Stamp>,
    /// Own pace.
    pub pace_seconds: Option<u32>,
}

columns! {
    DUE, due -> Due { id, next_beat_at, pace_seconds }
}

columns! {
    PACED, paced -> Paced { id, next_beat_at, last_beat_at, pace_seconds }
}

/// Every present bot, by id.
///
/// # Errors
/// Database errors.
pub fn all_due(c: &Db) -> Result<Vec<Due>> {
    let mut statement =
        c.prepare_cached(&format!("SELECT {DUE} FROM bots WHERE departed_at IS NULL ORDER BY id"))?;
    let rows = statement.query_map([], due)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Every present bot, by id, with what planning anew needs.
///
/// # Errors
/// Database errors.
pub fn all_paced(c: &Db) -> Result<Vec<Paced>> {
    let mut statement =
        c.prepare_cached(&format!("SELECT {PACED} FROM bots WHERE departed_at IS NULL ORDER BY id"))?;
    let rows = statement.query_map([], paced)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

pub(super) const MAYBE_ASTRAY: &str = "SELECT id, next_beat_at, pace_seconds FROM bots WHERE departed_at IS NULL AND next_beat_at IS NULL \
         UNION SELECT id, next_beat_at, pace_seconds FROM bots WHERE departed_at IS NULL AND next_beat_at < ?1 \
         UNION SELECT id, next_beat_at, pace_seconds FROM bots WHERE departed_at IS NULL AND next_beat_at > ?2 \
         UNION SELECT id, next_beat_at, pace_seconds FROM bots WHERE departed_at IS NULL AND pace_seconds IS NOT NULL \
         ORDER BY id";

/// Present bots, by id, that may have to be planned anew: planned not at all, before `now` or after `latest`, or with a
/// pace of their own. With a million bots the others are not read.
///
/// # Errors
/// Database errors.
pub fn maybe_astray(c: &Db, now: Stamp, latest: Stamp) -> Result<Vec<Due>> {
    let mut statement = c.prepare_cached(MAYBE_ASTRAY)?;
    let rows = statement.query_map([now, latest], due)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

pub(super) const PLANS: &str = "SELECT next_beat_at, id FROM bots WHERE departed_at IS NULL AND next_beat_at IS NOT NULL \
         ORDER BY next_beat_at, id";

/// Every beat that is planned, the next first.
///
/// # Errors
/// Database errors; what `each` answers.
pub fn plans(c: &Db, mut each: impl FnMut(Stamp, &str)) -> Result<()> {
    let mut statement = c.prepare_cached(PLANS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(row.get("next_beat_at")?, row.get_ref("id")?.as_str().map_err(rusqlite::Error::from)?);
    }
    Ok(())
}

/// Plans a bot's next beat.
///
/// # Errors
/// Database errors.
pub fn plan(c: &Db, bot: &str, next: Stamp) -> Result<()> {
    c.prepare_cached("UPDATE bots SET next_beat_at = ?2 WHERE id = ?1")?.execute(params![bot, next])?;
    Ok(())
}

/// A present bot's own pace now; `None` for the room's.
///
/// # Errors
/// Database errors.
pub fn own_pace(c: &Db, id: &str) -> Result<Option<u32>> {
    Ok(c.prepare_cached("SELECT pace_seconds FROM bots WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?
        .flatten())
}

/// The provider that a configuration names: `default` where it names none.
pub(super) fn named_provider(name: Option<String>) -> String {
    name.map_or_else(|| "default".to_owned(), |name| meant_provider(&name).to_owned())
}

pub(super) const PINNED: &str = "SELECT id, config ->> '$.model.provider' FROM bots \
         WHERE departed_at IS NULL AND config ->> '$.model.provider' <> 'default'";

/// Present bots that name a provider, with its name.
///
/// # Errors
/// Database errors.
pub fn pinned(c: &Db) -> Result<BTreeMap<String, String>> {
    let mut statement = c.prepare_cached(PINNED)?;
    let rows = statement.query_map([], |row| {
        let (bot, provider) = row.try_into()?;
        Ok((bot, named_provider(provider)))
    })?;
    let named: BTreeMap<String, String> = rows.collect::<std::result::Result<_, _>>()?;
    Ok(named.into_iter().filter(|(_, provider)| provider != "default").collect())
}
