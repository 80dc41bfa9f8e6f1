//! The archive: what summaries stand for. People search it; no beat reads it.
//!
//! A memory keeps its id when it moves here, so that ids are unique over both tables and a person
//! who forgets one need not say where it lies.

use jiff::tz::TimeZone;
use rusqlite::{OptionalExtension, Row, ToSql, params};

use super::indexing::{self, Indexed};
use super::names::require_known;
use super::{Db, Result, StoreError, fulltext, memories};
use crate::domain::Stamp;
use crate::protocol::{ArchiveQuery, ArchivedView};

/// Letters from which on the start of a word is enough. Fewer begin too many words, which are gathered at every search,
/// and an index of beginnings would be larger than the rest of the index.
const OPEN: usize = 4;

/// Moves memories to the archive: `summary` stands for them from now on.
///
/// # Errors
/// Database errors.
pub fn keep(c: &Db, ids: &[i64], summary: i64) -> Result<()> {
    let mut insert = c.prepare_cached(
        "INSERT INTO archive (id, bot_id, kind, text, source, importance, count, moments, period_start, period_end, \
         thread_id, activity_id, summary_id, created_at, updated_at) \
         SELECT id, bot_id, kind, text, source, importance, count, moments, period_start, period_end, \
         thread_id, activity_id, ?2, created_at, updated_at FROM memories WHERE id = ?1",
    )?;
    for id in ids {
        if insert.execute(params![id, summary])? == 1 {
            indexing::note(c, Indexed::Archived(*id), false)?;
            memories::delete_memory(c, *id)?;
        }
    }
    Ok(())
}

/// Whose archived memory this is.
///
/// # Errors
/// Database errors.
pub fn owner(c: &Db, id: i64) -> Result<Option<String>> {
    Ok(c.prepare_cached("SELECT bot_id FROM archive WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?)
}

/// Forgets what lies in the archive under `id`: the memory of that id, and everything it stands for.
/// Answers how many were forgotten.
///
/// # Errors
/// Database errors.
pub fn forget(c: &Db, id: i64) -> Result<usize> {
    let gone: Vec<i64> = c
        .prepare_cached(
            "WITH RECURSIVE gone(id) AS (VALUES (?1) UNION \
             SELECT archive.id FROM gone JOIN archive ON archive.summary_id = gone.id) \
             SELECT id FROM archive WHERE id IN gone",
        )?
        .query_map([id], |row| row.get(0))?
        .collect::<std::result::Result<_, _>>()?;
    for id in &gone {
        indexing::forget_archived(c, *id)?;
        c.prepare_cached("DELETE FROM archive WHERE id = ?1")?.execute([id])?;
    }
    Ok(gone.len())
}

/// A page of a bot's archive, newest first. With words, only what holds all of them: each as it is typed where
/// something in the bot's archive holds that word, else, from four letters on, as the start of a word.
///
/// # Errors
/// 404 for a bot that never was.
pub fn page(c: &Db, zone: &TimeZone, bot: &str, q: &ArchiveQuery) -> Result<Vec<ArchivedView>> {
    require_known(c, bot)?;
    let words = q.q.as_deref().map(str::trim).filter(|words| !words.is_empty());
    let before = q.after.unwrap_or(i64::MAX);
    let mut values: Vec<(&str, &dyn ToSql)> =
        vec![(":bot", &bot), (":before", &before), (":limit", &q.limit)];
    let query = match words {
        None => None,
        Some(words) => match matching(c, bot, words)? {
            None => return Ok(Vec::new()),
            found => found,
        },
    };
    if let Some(query) = &query {
        values.push((":query", query));
    }
    let mut statement = c.prepare_cached(page_sql(query.is_some()))?;
    let rows = statement.query_map(values.as_slice(), |row| view(row, zone))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Either index is walked downwards from the place asked for, and only as far as the page goes.
pub(super) const fn page_sql(by_text: bool) -> &'static str {
    if by_text {
        "SELECT a.id, a.kind, a.text, a.source, a.count, a.moments, a.period_start, a.period_end, a.thread_id, \
         a.activity_id, a.summary_id, a.created_at FROM archive_fts f CROSS JOIN archive a ON a.id = f.rowid \
         WHERE f.archive_fts MATCH :query AND f.rowid < :before AND a.bot_id = :bot ORDER BY f.rowid DESC LIMIT :limit"
    } else {
        "SELECT id, kind, text, source, count, moments, period_start, period_end, thread_id, \
         activity_id, summary_id, created_at FROM archive \
         WHERE bot_id = :bot AND id < :before ORDER BY id DESC LIMIT :limit"
    }
}

/// The words as a query of the index, within what the bot itself holds; `None` when nothing is asked for.
fn matching(c: &Db, bot: &str, words: &str) -> Result<Option<String>> {
    let own = format!("bot : {}", indexing::sign(bot));
    let held = |word: &str| {
        c.prepare_cached("SELECT 1 FROM archive_fts WHERE archive_fts MATCH ?1 LIMIT 1")
            .and_then(|mut statement| statement.exists([format!("{own} AND text : \"{word}\"")]))
            .unwrap_or(false) // a failing look-up makes it the start of a word
    };
    let told = fulltext::query(words, |word, _| {
        let begun = word.chars().nth(OPEN - 1).is_some() && !held(word);
        begun.then(|| fulltext::beginning(c, "archive_fts", word)).transpose()
    })?;
    Ok(told.map(|told| format!("{own} AND text : ({told})")))
}

fn view(row: &Row<'_>, zone: &TimeZone) -> rusqlite::Result<ArchivedView> {
    let created_at: Stamp = row.get("created_at")?;
    let day = |at: Stamp| at.date_in(zone).to_string();
    let bound = |at: Option<Stamp>| at.map(day);
    Ok(ArchivedView {
        id: row.get("id")?,
        kind: row.get("kind")?,
        text: row.get("text")?,
        source: row.get("source")?,
        facts_compressed: row.get("count")?,
        memories_compressed: row.get("moments")?,
        period_start: bound(row.get("period_start")?),
        period_end: bound(row.get("period_end")?),
        thread_id: row.get("thread_id")?,
        activity_id: row.get("activity_id")?,
        summary_id: row.get("summary_id")?,
        date: day(created_at),
        created_at,
    })
}

/// How many memories there are, and how many in the archive.
///
/// # Errors
/// Database errors.
pub fn counts(c: &Db) -> Result<(i64, i64), StoreError> {
    Ok(c.query_row("SELECT (SELECT count(*) FROM memories), (SELECT count(*) FROM archive)", [], |row| {
        row.try_into()
    })?)
}
