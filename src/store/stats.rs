//! Statistics for charts, from the per-day counters: what they cost depends on the days and the
//! bots shown, not on how much ever happened.
//!
//! Days are the room's. Where a list has a row per bot and the room is a crowd, the [`CROWD`]
//! bots of highest reputation stand for it.

use std::collections::{BTreeMap, HashMap};

use jiff::ToSpan;
use jiff::civil::Date;
use rusqlite::params;

use super::columns::columns;
use super::lens::Lens;
use super::{Db, Result};
use crate::domain::Money;
use crate::protocol::{
    ActionCount, ActionMix, GraphEdge, GraphNode, RelationshipGraph, ReputationDay, ReputationHistory,
    ReputationView, UsageDay, UsageSeries,
};

/// Most bots in a list that has one row per bot.
pub const CROWD: u32 = 500;

/// The last `days` days of the room, oldest first, today last.
#[must_use]
pub fn days(lens: &Lens, days: u32) -> Vec<String> {
    let today = lens.now.date_in(&lens.zone);
    (0..days).rev().map(|back| back_from(today, back).to_string()).collect()
}

fn back_from(today: Date, days: u32) -> Date {
    today.saturating_sub(i64::from(days).days())
}

/// The first of the last `days` days, and today.
#[must_use]
pub fn span(lens: &Lens, days: u32) -> (String, String) {
    let today = lens.now.date_in(&lens.zone);
    (back_from(today, days.saturating_sub(1)).to_string(), today.to_string())
}

/// A bot as a chart names it.
pub(super) struct Charted {
    pub(super) id: String,
    pub(super) name: String,
}

columns! {
    CHARTED, charted_row -> Charted {
        id,
        name,
    }
}

/// The bots a chart shows, by id.
pub(super) fn charted(c: &Db) -> Result<Vec<Charted>> {
    let mut statement = c.prepare_cached(&format!(
        "SELECT {CHARTED} FROM bots WHERE departed_at IS NULL ORDER BY reputation DESC, id LIMIT ?1"
    ))?;
    let rows = statement.query_map([CROWD], charted_row)?;
    let mut bots = rows.collect::<std::result::Result<Vec<_>, _>>()?;
    bots.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(bots)
}

/// Ids of the bots a chart shows.
///
/// # Errors
/// Database errors.
pub fn charted_ids(c: &Db) -> Result<Vec<String>> {
    Ok(charted(c)?.into_iter().map(|bot| bot.id).collect())
}

columns! {
    REPUTATION, reputation_row -> ReputationView {
        bot_id = "id",
        bot_name = "name",
        reputation_score = "reputation",
        upvotes_received = "upvotes",
        downvotes_received = "downvotes",
    }
}

/// Present bots by reputation, highest first.
///
/// # Errors
/// Database errors.
pub fn reputation(c: &Db) -> Result<Vec<ReputationView>> {
    let mut statement = c.prepare_cached(&format!(
        "SELECT {REPUTATION} FROM bots WHERE departed_at IS NULL ORDER BY reputation DESC, id LIMIT ?1"
    ))?;
    let rows = statement.query_map([CROWD], reputation_row)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// The last score of each day that has one, per bot, by id.
///
/// # Errors
/// Database errors.
pub fn reputation_history(c: &Db, lens: &Lens, days: u32) -> Result<Vec<ReputationHistory>> {
    let (first, last) = span(lens, days);
    let mut statement = c.prepare_cached(
        "SELECT day, score FROM reputation_daily WHERE bot_id = ?1 AND day BETWEEN ?2 AND ?3 ORDER BY day",
    )?;
    let mut histories = Vec::new();
    for Charted { id, name } in charted(c)? {
        let rows = statement.query_map(params![id, first, last], |row| {
            let (date, score) = row.try_into()?;
            Ok(ReputationDay { date, score })
        })?;
        let series = rows.collect::<std::result::Result<_, _>>()?;
        histories.push(ReputationHistory { bot_id: id, bot_name: name, series });
    }
    Ok(histories)
}

/// Usage per bot and day, zero-filled, by bot id.
///
/// # Errors
/// 404 for a bot that never was.
pub fn usage_series(c: &Db, lens: &Lens, days: u32, bot: Option<&str>) -> Result<Vec<UsageSeries>> {
    let bots = match bot {
        None => charted(c)?,
        Some(id) => {
            super::names::require_known(c, id)?;
            vec![Charted { id: id.to_owned(), name: super::names::shown(id, super::names::bot_name(c, id)?) }]
        }
    };
    let dates = self::days(lens, days);
    let (first, last) = span(lens, days);
    let mut statement = c.prepare_cached(
        "SELECT day, sum(input), sum(output), sum(cost), sum(calls) FROM usage_daily \
         WHERE bot_id = ?1 AND day BETWEEN ?2 AND ?3 GROUP BY day",
    )?;
    let mut all = Vec::with_capacity(bots.len());
    for Charted { id, name } in bots {
        let mut used: HashMap<String, UsageDay> = HashMap::new();
        let mut rows = statement.query(params![id, first, last])?;
        while let Some(row) = rows.next()? {
            let (date, input_tokens, output_tokens, cost_usd, calls): (String, i64, i64, Money, i64) =
                row.try_into()?;
            let day = UsageDay {
                date: date.clone(),
                input_tokens,
                output_tokens,
                total_tokens: input_tokens + output_tokens,
                cost_usd,
                calls,
            };
            used.insert(date, day);
        }
        let series = dates
            .iter()
            .map(|date| {
                used.remove(date).unwrap_or_else(|| UsageDay {
                    date: date.clone(),
                    input_tokens: 0,
                    output_tokens: 0,
                    total_tokens: 0,
                    cost_usd: Money::ZERO,
                    calls: 0,
                })
            })
            .collect();
        all.push(UsageSeries { bot_id: id, bot_name: name, series });
    }
    Ok(all)
}

/// The mix of actions per bot by id, the most frequent first.
///
/// # Errors
/// Database errors.
pub fn actions(c: &Db, lens: &Lens, days: u32) -> Result<Vec<ActionMix>> {
    let (first, last) = span(lens, days);
    let mut counts: BTreeMap<String, Vec<ActionCount>> = BTreeMap::new();
    let mut statement = c.prepare_cached(
        "SELECT bot_id, action_type, sum(count) AS total FROM actions_daily WHERE day BETWEEN ?1 AND ?2 \
         GROUP BY bot_id, action_type ORDER BY total DESC, action_type",
    )?;
    let mut rows = statement.query([&first, &last])?;
    while let Some(row) = rows.next()? {
        let (bot, action_type, count) = row.try_into()?;
        counts.entry(bot).or_default().push(ActionCount { action_type, count });
    }
    let mut idle = c.prepare_cached("SELECT idle_beats FROM bots WHERE id = ?1")?;
    charted(c)?
        .into_iter()
        .map(|Charted { id, name }| {
            Ok(ActionMix {
                actions: counts.remove(&id).unwrap_or_default(),
                idle_beats: idle.query_row([&id], |row| row.get(0))?,
                bot_id: id,
                bot_name: name,
            })
        })
        .collect()
}

/// The bots and the ties between them.
///
/// # Errors
/// Database errors.
pub fn graph(c: &Db) -> Result<RelationshipGraph> {
    let mut nodes = Vec::new();
    let mut statement = c.prepare_cached("SELECT reputation, threads + replies FROM bots WHERE id = ?1")?;
    for Charted { id, name } in charted(c)? {
        let (reputation, post_count) = statement.query_row([&id], |row| row.try_into())?;
        nodes.push(GraphNode { id, name, reputation, post_count });
    }
    let shown: std::collections::HashSet<&str> = nodes.iter().map(|node| node.id.as_str()).collect();
    let mut edges = Vec::new();
    let mut statement =
        c.prepare_cached("SELECT b, interactions, ups, downs, follows FROM ties WHERE a = ?1 ORDER BY b")?;
    for node in &nodes {
        let mut rows = statement.query([&node.id])?;
        while let Some(row) = rows.next()? {
            let target: String = row.get("b")?;
            if shown.contains(target.as_str()) {
                edges.extend(edge(node.id.clone(), target, row)?);
            }
        }
    }
    Ok(RelationshipGraph { nodes, edges })
}

/// A tie as an edge; none when nothing is left of it.
#[allow(clippy::cast_precision_loss)] // a share of votes
fn edge(source: String, target: String, row: &rusqlite::Row<'_>) -> Result<Option<GraphEdge>> {
    let (count, ups, downs): (i64, i64, i64) = (row.get("interactions")?, row.get("ups")?, row.get("downs")?);
    let follows: i64 = row.get("follows")?;
    let votes = ups + downs;
    if count == 0 && votes == 0 && follows == 0 {
        return Ok(None);
    }
    let sentiment = if votes > 0 { rounded((ups - downs) as f64 / votes as f64, 2) } else { 0.0 };
    Ok(Some(GraphEdge { source, target, interaction_count: count, sentiment, follows: follows > 0 }))
}

/// A figure with so many decimals; what is shown as zero has no sign.
pub(super) fn rounded(figure: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    let rounded = (figure * scale).round() / scale;
    if rounded == 0.0 { 0.0 } else { rounded }
}
