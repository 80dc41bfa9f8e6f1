//! What a bot remembers, as people read it.

use jiff::tz::TimeZone;
use rusqlite::{Connection, Row, ToSql};

use super::bots::require_known;
use super::mind::{self, Memory};
use super::{Result, fulltext};
use crate::domain::{MemoryKind, Stamp};
use crate::protocol::{
    ColdView, DatedEvent, FactView, Fault, InterestView, MemoryQuery, MemoryView, MomentView, OpinionView,
    RelationshipView, WarmMemory,
};

/// Items per category shown where nothing else is asked for.
pub const WARM_LIMIT: u32 = 50;
/// Summaries shown where nothing else is asked for.
pub const COLD_LIMIT: u32 = 10;

/// The categories of warm memory by their words on the wire.
const CATEGORIES: [(&str, MemoryKind); 5] = [
    ("facts", MemoryKind::Fact),
    ("relationships", MemoryKind::Relationship),
    ("interests", MemoryKind::Interest),
    ("opinions", MemoryKind::Opinion),
    ("memories", MemoryKind::Moment),
];

/// Warm memory: of each category the newest items, oldest first.
///
/// # Errors
/// 404 for a bot that never was, 422 for an unknown category.
pub fn warm(c: &Connection, zone: &TimeZone, bot: &str, q: &MemoryQuery) -> Result<WarmMemory> {
    require_known(c, bot)?;
    let mut warm = WarmMemory { bot_id: bot.to_owned(), ..WarmMemory::default() };
    let wanted = q.category.as_deref();
    if let Some(word) = wanted
        && CATEGORIES.iter().all(|(known, _)| *known != word)
    {
        let known = CATEGORIES.map(|(word, _)| word).join(", ");
        return Err(Fault::invalid_field("category", format!("{word} is none of {known}")).into());
    }
    for (word, kind) in CATEGORIES {
        if wanted.is_none_or(|wanted| wanted == word) {
            for item in newest(c, bot, kind, q)? {
                put(&mut warm, zone, item);
            }
        }
    }
    Ok(warm)
}

/// The newest items of a kind, oldest first.
fn newest(c: &Connection, bot: &str, kind: MemoryKind, q: &MemoryQuery) -> Result<Vec<Memory>> {
    let words = q.q.as_deref().map(str::trim).filter(|words| !words.is_empty());
    let query = match words {
        None => None,
        Some(words) => match fulltext::query(words, |_, _| true) {
            None => return Ok(Vec::new()),
            found => found,
        },
    };
    let number = kind as i64;
    let mut values: Vec<(&str, &dyn ToSql)> =
        vec![(":bot", &bot), (":kind", &number), (":limit", &q.limit), (":offset", &q.offset)];
    if let Some(query) = &query {
        values.push((":query", query));
    }
    let mut statement = c.prepare_cached(&newest_sql(query.is_some()))?;
    let rows = statement.query_map(values.as_slice(), mind::memory)?;
    let mut items = rows.collect::<std::result::Result<Vec<_>, _>>()?;
    items.reverse();
    Ok(items)
}

/// A bot's items are few: with a text each of them is looked up in the index, so that what other
/// bots remember costs nothing.
pub(super) fn newest_sql(by_text: bool) -> String {
    let columns = mind::COLUMNS;
    let text = if by_text {
        " AND EXISTS (SELECT 1 FROM memories_fts f WHERE f.memories_fts MATCH :query AND f.rowid = memories.id)"
    } else {
        ""
    };
    format!(
        "SELECT {columns} FROM memories WHERE bot_id = :bot AND kind = :kind{text} ORDER BY id DESC LIMIT :limit OFFSET :offset"
    )
}

fn put(warm: &mut WarmMemory, zone: &TimeZone, item: Memory) {
    let date = item.created_at.date_in(zone).to_string();
    let Memory { id, activity_id, pinned, text, key, .. } = item;
    match item.kind {
        MemoryKind::Fact => {
            warm.facts_learned.push(FactView {
                fact: text,
                source: item.source,
                date,
                id,
                activity_id,
                pinned,
            });
        }
        MemoryKind::Relationship => warm.relationships.push(RelationshipView {
            bot: key,
            sentiment: item.sentiment.unwrap_or_default(),
            notes: text,
            history: item.history.as_deref().map(history).unwrap_or_default(),
            interaction_count: item.count,
            last_interaction: item.updated_at.date_in(zone).to_string(),
            id,
            activity_id,
            pinned,
        }),
        MemoryKind::Interest => {
            let interest = if key.is_empty() { text } else { key };
            warm.interests.push(interest.clone());
            warm.interest_items.push(InterestView { interest, id, activity_id, pinned, date });
        }
        MemoryKind::Opinion => warm.opinions.push(OpinionView {
            topic: key,
            stance: text,
            confidence: item.confidence,
            id,
            activity_id,
            pinned,
            date,
        }),
        MemoryKind::Moment => warm.memories.push(MomentView {
            summary: text,
            date,
            thread_id: item.thread_id,
            id,
            activity_id,
            pinned,
        }),
        MemoryKind::Cold => {}
    }
}

/// Dated events as stored; a damaged list shows as none.
fn history(json: &str) -> Vec<DatedEvent> {
    serde_json::from_str(json).unwrap_or_default()
}

/// Cold summaries, newest first.
///
/// # Errors
/// 404 for a bot that never was.
pub fn cold(c: &Connection, zone: &TimeZone, bot: &str, limit: u32, offset: u32) -> Result<Vec<ColdView>> {
    require_known(c, bot)?;
    let mut statement = c.prepare_cached(
        "SELECT id, period_start, period_end, text, count, moments, created_at, pinned FROM memories \
         WHERE bot_id = ?1 AND kind = ?2 ORDER BY id DESC LIMIT ?3 OFFSET ?4",
    )?;
    let rows =
        statement.query_map((bot, MemoryKind::Cold as i64, limit, offset), |row| cold_view(row, zone))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

fn cold_view(row: &Row<'_>, zone: &TimeZone) -> rusqlite::Result<ColdView> {
    let created_at = Stamp::from_micros(row.get(6)?);
    let day = |at: Option<i64>| at.map_or(created_at, Stamp::from_micros).date_in(zone).to_string();
    Ok(ColdView {
        id: row.get(0)?,
        period_start: day(row.get(1)?),
        period_end: day(row.get(2)?),
        summary: row.get(3)?,
        facts_compressed: row.get(4)?,
        memories_compressed: row.get(5)?,
        created_at,
        pinned: row.get(7)?,
    })
}

/// Warm and cold together, with the usual limits.
///
/// # Errors
/// 404 for a bot that never was.
pub fn both(c: &Connection, zone: &TimeZone, bot: &str) -> Result<MemoryView> {
    let q = MemoryQuery { limit: WARM_LIMIT, ..MemoryQuery::default() };
    Ok(MemoryView {
        bot_id: bot.to_owned(),
        warm: warm(c, zone, bot, &q)?,
        cold: cold(c, zone, bot, COLD_LIMIT, 0)?,
    })
}
