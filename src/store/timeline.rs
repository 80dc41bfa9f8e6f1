//! What happened in a stretch of time, step by step, from the acts themselves.
//!
//! An index holds all that is counted, in the order of time.

use rusqlite::{OptionalExtension, params};
use serde_json::Value;

use super::columns::Json;
use super::lens::Lens;
use super::names::Names;
use super::{Db, Result};
use crate::domain::ActivityKind;
use crate::domain::Stamp;
use crate::domain::activity::Told;
use crate::domain::text::clean_line;
use crate::protocol::{Timeline, TimelineMark, TimelinePoint};

/// Longest stretch, in minutes: longer ones are told by the days.
pub const MINUTES_MAX: u32 = 4_320;
/// Marks told at most, the newest first.
const MARKS: u32 = 60;

/// The stretch of `minutes` that ended `ago` minutes before now, in at most `points` steps; 0 minutes are
/// all since the first act, as far as a stretch may reach.
///
/// # Errors
/// Database errors.
pub fn timeline(c: &Db, lens: &Lens, minutes: u32, ago: u32, points: u32) -> Result<Timeline> {
    let to = lens.now.plus_seconds(-60 * i64::from(ago));
    let began = c
        .prepare_cached("SELECT created_at FROM activities ORDER BY id LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let seconds = match (minutes, began) {
        (0, Some(began)) => to.seconds_since(began).clamp(60, 60 * i64::from(MINUTES_MAX)),
        (0, None) => 60,
        (minutes, _) => 60 * i64::from(minutes),
    };
    let points = i64::from(points.max(1)).min(seconds);
    let step = (seconds + points - 1) / points;
    let count = (seconds + step - 1) / step;
    let from = to.plus_seconds(-step * count);
    let mut steps = vec![TimelinePoint::default(); usize::try_from(count).unwrap_or(1)];
    let [beats, said, failed] = [
        ActivityKind::sql(ActivityKind::is_beat),
        ActivityKind::sql(ActivityKind::is_said),
        ActivityKind::sql(|kind| kind == ActivityKind::Failed),
    ];
    let mut statement = c.prepare_cached(&format!(
        "SELECT (created_at - ?1) / ?2 AS step, sum(action_type IN {beats}) AS beats, \
         sum(action_type IN {said}) AS posts, sum(action_type IN {failed}) AS failed, sum(tokens_used) AS tokens, \
         sum(cost) AS cost FROM activities INDEXED BY activities_time \
         WHERE created_at >= ?1 AND created_at < ?3 GROUP BY step",
    ))?;
    let mut rows = statement.query(params![from, step * 1_000_000, to])?;
    while let Some(row) = rows.next()? {
        let at: i64 = row.get("step")?;
        if let Some(point) = usize::try_from(at).ok().and_then(|at| steps.get_mut(at)) {
            *point = TimelinePoint {
                beats: row.get("beats")?,
                posts: row.get("posts")?,
                failed: row.get("failed")?,
                tokens: row.get("tokens")?,
                cost_usd: row.get("cost")?,
            };
        }
    }
    Ok(Timeline { from, to, step_seconds: step, began, points: steps, marks: marks(c, from, to)? })
}

/// What was changed or injected between two moments, oldest first.
fn marks(c: &Db, from: Stamp, to: Stamp) -> Result<Vec<TimelineMark>> {
    let marked = ActivityKind::sql(ActivityKind::is_mark);
    let mut statement = c.prepare_cached(&format!(
        "SELECT id, bot_id, action_type, created_at, details \
         FROM activities INDEXED BY activities_time WHERE action_type IN {marked} AND created_at >= ?1 AND created_at < ?2 \
         ORDER BY created_at DESC, id DESC LIMIT ?3",
    ))?;
    let mut names = Names::default();
    let mut marks = Vec::new();
    let mut rows = statement.query(params![from, to, MARKS])?;
    while let Some(row) = rows.next()? {
        let (activity_id, bot, kind, at, Json(details)): (i64, String, String, Stamp, Json<Value>) =
            row.try_into()?;
        let told = Told::of(&kind, &details);
        marks.push(TimelineMark {
            activity_id,
            bot_name: names.of(c, &bot)?,
            bot_id: bot,
            action_type: kind,
            at,
            title: clean_line(&told.about, 120),
        });
    }
    marks.reverse();
    Ok(marks)
}
