//! What happened in a stretch of time, step by step, from the acts themselves.
//!
//! An index holds all that is counted, in the order of time.

use rusqlite::OptionalExtension;
use serde_json::Value;

use super::columns::Json;
use super::lens::Lens;
use super::names::Names;
use super::{Db, Result};
use crate::domain::activity::Told;
use crate::domain::text::clean_line;
use crate::domain::{ActivityKind, Money, Stamp};
use crate::protocol::{Marks, Timeline, TimelineMark, TimelinePoint};

/// Longest stretch, in minutes: longer ones are told by the days.
pub const MINUTES_MAX: u32 = 4_320;
/// Marks told at most, the newest first.
const MARKS: usize = 60;

/// The stretch of `minutes` that ended `ago` minutes before now, in at most `points` steps; 0 minutes are
/// all since the first act, as far as a stretch may reach.
///
/// # Errors
/// Database errors.
pub fn timeline(c: &Db, lens: &Lens, minutes: u32, ago: u32, points: u32) -> Result<Timeline> {
    let to = lens.now.plus_seconds(-60 * i64::from(ago));
    let began = began(c)?;
    let seconds = match (minutes, began) {
        (0, Some(began)) => to.seconds_since(began).clamp(60, 60 * i64::from(MINUTES_MAX)),
        (0, None) => 60,
        (minutes, _) => 60 * i64::from(minutes),
    };
    let most = i64::from(points.max(1)).min(seconds);
    let step = (seconds + most - 1) / most;
    let count = (seconds + step - 1) / step;
    let from = to.plus_seconds(-step * count);
    let points = steps(c, (from, to), step, count)?;
    Ok(Timeline { from, to, step_seconds: step, began, points, marks: marked(c, from, to)? })
}

/// The room's age, and what was changed or injected in the last `days`.
///
/// # Errors
/// Database errors.
pub fn marks(c: &Db, lens: &Lens, days: u32) -> Result<Marks> {
    let from = lens.now.plus_seconds(-86_400 * i64::from(days));
    Ok(Marks { to: lens.now, began: began(c)?, marks: marked(c, from, lens.now)? })
}

/// When the first act was.
fn began(c: &Db) -> Result<Option<Stamp>> {
    let mut first = c.prepare_cached("SELECT created_at FROM activities ORDER BY id LIMIT 1")?;
    Ok(first.query_row([], |row| row.get(0)).optional()?)
}

/// What happened between two moments, in so many steps of `step` seconds.
fn steps(c: &Db, (from, to): (Stamp, Stamp), step: i64, count: i64) -> Result<Vec<TimelinePoint>> {
    let mut steps = vec![TimelinePoint::default(); usize::try_from(count).unwrap_or(1)];
    // In the order of the index: what is grouped is sorted first, which takes as long as reading it.
    let mut statement = c.prepare_cached(
        "SELECT created_at, action_type, tokens_used, cost FROM activities INDEXED BY activities_time \
         WHERE created_at >= ?1 AND created_at < ?2",
    )?;
    let mut rows = statement.query([from, to])?;
    while let Some(row) = rows.next()? {
        let (at, kind, tokens, cost): (Stamp, String, i64, Money) = row.try_into()?;
        let place = at.seconds_since(from) / step;
        let Some(point) = usize::try_from(place).ok().and_then(|place| steps.get_mut(place)) else {
            continue;
        };
        if let Some(kind) = ActivityKind::of(&kind) {
            point.beats += i64::from(kind.is_beat());
            point.posts += i64::from(kind.is_said());
            point.failed += i64::from(kind == ActivityKind::Failed);
        }
        point.tokens += tokens;
        point.cost_usd += cost;
    }
    Ok(steps)
}

/// What was changed or injected between two moments, oldest first.
fn marked(c: &Db, from: Stamp, to: Stamp) -> Result<Vec<TimelineMark>> {
    // Kind by kind, from the newest on: there are few of these among very many acts.
    let mut statement = c.prepare_cached(
        "SELECT id, bot_id, created_at, details FROM activities INDEXED BY activities_type \
         WHERE action_type = ?1 ORDER BY id DESC",
    )?;
    let mut names = Names::default();
    let mut marks = Vec::new();
    for kind in ActivityKind::ALL.into_iter().filter(|kind| kind.is_mark()) {
        let (mut rows, mut found) = (statement.query([kind.as_str()])?, 0);
        while let Some(row) = rows.next()? {
            let at: Stamp = row.get("created_at")?;
            if at < from || found == MARKS {
                break;
            }
            if at >= to {
                continue;
            }
            found += 1;
            let bot: String = row.get("bot_id")?;
            let Json(details): Json<Value> = row.get("details")?;
            marks.push(TimelineMark {
                activity_id: row.get("id")?,
                bot_name: names.of(c, &bot)?,
                bot_id: bot,
                action_type: kind.as_str().into(),
                at,
                title: clean_line(&Told::of(kind.as_str(), &details).about, 120),
            });
        }
    }
    marks.sort_by_key(|mark| (mark.at, mark.activity_id));
    marks.drain(..marks.len().saturating_sub(MARKS));
    Ok(marks)
}
