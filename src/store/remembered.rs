//! What a bot remembers, as people read it.

use jiff::tz::TimeZone;
use rusqlite::Row;

use super::fulltext::Words;
use super::memories::{MEMORY, Memory, memory};
use super::names::require_known;
use super::{Db, Result};
use crate::domain::{MemoryKind, Stamp};
use crate::protocol::{
    Category, ColdView, DatedEvent, FactView, InterestView, MemoryQuery, MemoryView, MomentView, OpinionView,
    RelationshipView, WarmMemory,
};

/// Items per category shown where nothing else is asked for.
pub const WARM_LIMIT: u32 = 50;
/// Summaries and eras shown where nothing else is asked for.
pub const COLD_LIMIT: u32 = 10;

/// The categories of warm memory.
const CATEGORIES: [(Category, MemoryKind); 5] = [
    (Category::Facts, MemoryKind::Fact),
    (Category::Relationships, MemoryKind::Relationship),
    (Category::Interests, MemoryKind::Interest),
    (Category::Opinions, MemoryKind::Opinion),
    (Category::Memories, MemoryKind::Moment),
];

/// Warm memory: of each category the newest items, oldest first.
///
/// # Errors
/// 404 for a bot that never was.
pub fn warm(c: &Db, zone: &TimeZone, bot: &str, q: &MemoryQuery) -> Result<WarmMemory> {
    require_known(c, bot)?;
    let mut warm = WarmMemory { bot_id: bot.to_owned(), ..WarmMemory::default() };
    for (category, kind) in CATEGORIES {
        if q.category.is_none_or(|wanted| wanted == category) {
            for item in newest(c, bot, kind, q)? {
                put(&mut warm, zone, item);
            }
        }
    }
    Ok(warm)
}

/// The newest items of a kind, oldest first. They are few, so with words each of them is read.
fn newest(c: &Db, bot: &str, kind: MemoryKind, q: &MemoryQuery) -> Result<Vec<Memory>> {
    let asked = q.q.as_deref().map(str::trim).filter(|words| !words.is_empty());
    let words = match asked.map(Words::new) {
        Some(None) => return Ok(Vec::new()),
        words => words.flatten(),
    };
    let mut statement = c.prepare_cached(&newest_sql())?;
    let rows = statement.query_map((bot, kind), memory)?;
    let fits = |memory: &rusqlite::Result<Memory>| match (&words, memory) {
        (Some(words), Ok(memory)) => words.are_in([&memory.key, &memory.text]),
        _ => true,
    };
    let mut items = rows
        .filter(fits)
        .skip(q.offset as usize)
        .take(q.limit as usize)
        .collect::<std::result::Result<Vec<_>, _>>()?;
    items.reverse();
    Ok(items)
}

pub(super) fn newest_sql() -> String {
    format!("SELECT {MEMORY} FROM memories WHERE bot_id = ?1 AND kind = ?2 ORDER BY id DESC")
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
        MemoryKind::Cold | MemoryKind::Era => {}
    }
}

/// Dated events as stored; a damaged list shows as none.
fn history(json: &str) -> Vec<DatedEvent> {
    serde_json::from_str(json).unwrap_or_default()
}

/// Summaries and eras, those of the newest period first.
///
/// # Errors
/// 404 for a bot that never was.
pub fn cold(c: &Db, zone: &TimeZone, bot: &str, limit: u32, offset: u32) -> Result<Vec<ColdView>> {
    require_known(c, bot)?;
    let mut statement = c.prepare_cached(
        "SELECT id, period_start, period_end, text, count, moments, created_at, pinned, kind FROM memories \
         WHERE bot_id = ?1 AND kind IN (?2, ?3) ORDER BY kind, ifnull(period_end, created_at) DESC, id DESC LIMIT ?4 OFFSET ?5",
    )?;
    let kinds = (MemoryKind::Cold, MemoryKind::Era);
    let rows = statement.query_map((bot, kinds.0, kinds.1, limit, offset), |row| cold_view(row, zone))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

fn cold_view(row: &Row<'_>, zone: &TimeZone) -> rusqlite::Result<ColdView> {
    let created_at: Stamp = row.get("created_at")?;
    let day = |at: Option<Stamp>| at.unwrap_or(created_at).date_in(zone).to_string();
    let kind: MemoryKind = row.get("kind")?;
    Ok(ColdView {
        id: row.get("id")?,
        period_start: day(row.get("period_start")?),
        period_end: day(row.get("period_end")?),
        summary: row.get("text")?,
        facts_compressed: row.get("count")?,
        memories_compressed: row.get("moments")?,
        created_at,
        pinned: row.get("pinned")?,
        era: kind == MemoryKind::Era,
    })
}

/// Warm and cold together, with the usual limits.
///
/// # Errors
/// 404 for a bot that never was.
pub fn both(c: &Db, zone: &TimeZone, bot: &str) -> Result<MemoryView> {
    let q = MemoryQuery { limit: WARM_LIMIT, ..MemoryQuery::default() };
    Ok(MemoryView {
        bot_id: bot.to_owned(),
        warm: warm(c, zone, bot, &q)?,
        cold: cold(c, zone, bot, COLD_LIMIT, 0)?,
    })
}
