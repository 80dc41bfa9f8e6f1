//! Looking for moments: what comes next of a kind, and what stands out.

use rusqlite::params;

use super::compare::by_people;
use super::{Db, Result};
use crate::domain::{ActivityKind, Stamp};
use crate::protocol::{Mark, MarkKind, Sought};

/// Marks of one kind that are told at most, the newest.
const MARKS: u32 = 2_000;

/// The newest activity at the next moment of what is sought after activity `from`, or at the one before it.
///
/// # Errors
/// Database errors.
pub fn seek(c: &Db, sought: &Sought, from: i64, back: bool) -> Result<Option<i64>> {
    let (of, side, order) = if back { ("max(id)", "<", "DESC") } else { ("min(id)", ">", "") };
    Ok(match sought {
        Sought::Bot(bot) => c
            .prepare_cached(&format!("SELECT {of} FROM activities WHERE bot_id = ?1 AND id {side} ?2"))?
            .query_row(params![bot, from], |row| row.get(0))?,
        Sought::Failure => c
            .prepare_cached(&format!("SELECT {of} FROM activities WHERE {} AND id {side} ?1", failed()))?
            .query_row([from], |row| row.get(0))?,
        Sought::Person => first(
            c,
            &format!(
                "SELECT id FROM activities WHERE id {side} ?1 AND ({}) ORDER BY id {order} LIMIT 1",
                by_people()
            ),
            from,
        )?,
        Sought::Flag => {
            let mut flagged = flags(c)?.into_iter();
            if back { flagged.rfind(|id| *id < from) } else { flagged.find(|id| *id > from) }
        }
    })
}

/// The word stands in the condition, so that the index of its kind is seen to fit.
fn failed() -> String {
    format!("action_type = '{}'", ActivityKind::Failed.as_str())
}

fn first(c: &Db, sql: &str, from: i64) -> Result<Option<i64>> {
    let mut statement = c.prepare_cached(sql)?;
    let mut rows = statement.query([from])?;
    Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
}

/// The activities at which flags were raised, in their order.
fn flags(c: &Db) -> Result<Vec<i64>> {
    let mut statement = c.prepare_cached("SELECT created_at FROM flags ORDER BY id DESC LIMIT ?1")?;
    let raised: Vec<Stamp> =
        statement.query_map([MARKS], |row| row.get(0))?.collect::<std::result::Result<_, _>>()?;
    let mut ids = raised.into_iter().rev().map(|at| until(c, at)).collect::<Result<Vec<_>>>()?;
    ids.dedup();
    Ok(ids)
}

/// The last activity at `at` or before, found by halving: their times hardly ever fall.
///
/// # Errors
/// Database errors.
pub fn until(c: &Db, at: Stamp) -> Result<i64> {
    let mut time = c.prepare_cached("SELECT created_at FROM activities WHERE id = ?1")?;
    let (mut low, mut high) = (0, super::activities::last_seq(c)?);
    while low < high {
        let middle = low + (high - low + 1) / 2;
        let is_before = time.query_row([middle], |row| row.get::<_, i64>(0))? <= at.micros();
        if is_before { low = middle } else { high = middle - 1 }
    }
    Ok(low)
}

/// What stands out, in its order.
///
/// # Errors
/// Database errors.
pub fn marks(c: &Db) -> Result<Vec<Mark>> {
    let ids = |condition: &str| -> Result<Vec<i64>> {
        let mut statement = c.prepare_cached(&format!(
            "SELECT id FROM activities WHERE {condition} ORDER BY id DESC LIMIT {MARKS}"
        ))?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<std::result::Result<_, _>>()?)
    };
    let of = |kind: MarkKind, ids: Vec<i64>| ids.into_iter().map(move |activity| Mark { activity, kind });
    let mut marks: Vec<Mark> = of(MarkKind::Person, ids(&by_people())?)
        .chain(of(MarkKind::Flag, flags(c)?))
        .chain(of(MarkKind::Failure, ids(&failed())?))
        .collect();
    marks.sort_by_key(|mark| (mark.activity, mark.kind));
    Ok(marks)
}
