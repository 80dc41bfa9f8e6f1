//! What a bot remembers, row by row: as a beat reads and writes it.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::columns::columns;
use super::{Db, Result};
use crate::domain::{MemoryKind, Sentiment, Stamp};
use crate::protocol::Fault;

/// A memory as stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// Row id.
    pub id: i64,
    /// Kind.
    pub kind: MemoryKind,
    /// The other bot, the topic or the interest; empty for facts, moments and summaries.
    pub key: String,
    /// The text.
    pub text: String,
    /// Where a fact comes from.
    pub source: String,
    /// Relationships only.
    pub sentiment: Option<Sentiment>,
    /// Opinions only, 0–1.
    pub confidence: f64,
    /// 0–1.
    pub importance: f64,
    /// Relationship: interactions. Cold and era: facts compressed.
    pub count: i64,
    /// Cold and era: moments compressed.
    pub moments: i64,
    /// Relationship: dated events, JSON.
    pub history: Option<String>,
    /// Cold and era: first moment covered.
    pub period_start: Option<Stamp>,
    /// Cold and era: last moment covered.
    pub period_end: Option<Stamp>,
    /// The thread it belongs to.
    pub thread_id: Option<i64>,
    /// The act it comes from.
    pub activity_id: Option<i64>,
    /// Pinned by a person.
    pub pinned: bool,
    /// When it was formed.
    pub created_at: Stamp,
    /// When it was last touched.
    pub updated_at: Stamp,
}

impl Memory {
    /// A memory of `kind` with `text`, formed now, with defaults for the rest; not stored yet.
    #[must_use]
    pub fn new(kind: MemoryKind, text: String, at: Stamp) -> Self {
        Self {
            id: 0,
            kind,
            key: String::new(),
            text,
            source: String::new(),
            sentiment: None,
            confidence: 0.0,
            importance: 0.5,
            count: 0,
            moments: 0,
            history: None,
            period_start: None,
            period_end: None,
            thread_id: None,
            activity_id: None,
            pinned: false,
            created_at: at,
            updated_at: at,
        }
    }
}

columns! {
    pub(super) MEMORY, memory -> Memory {
        id, kind,
        key => Option::unwrap_or_default,
        text, source,
        sentiment => |word: Option<String>| word.and_then(|word| sentiment_of(&word)),
        confidence => Option::unwrap_or_default,
        importance, count, moments, history, period_start, period_end, thread_id, activity_id, pinned, created_at,
        updated_at,
    }
}

/// The stored word of a sentiment.
#[must_use]
pub const fn sentiment_word(sentiment: Sentiment) -> &'static str {
    match sentiment {
        Sentiment::Friendly => "friendly",
        Sentiment::Neutral => "neutral",
        Sentiment::Rival => "rival",
        Sentiment::Curious => "curious",
    }
}

/// The sentiment of a stored word.
#[must_use]
pub fn sentiment_of(word: &str) -> Option<Sentiment> {
    [Sentiment::Friendly, Sentiment::Neutral, Sentiment::Rival, Sentiment::Curious]
        .into_iter()
        .find(|sentiment| sentiment_word(*sentiment) == word)
}

/// Everything a bot remembers, oldest first within a kind.
///
/// # Errors
/// Database errors.
pub fn memories(c: &Db, bot: &str) -> Result<Vec<Memory>> {
    let mut statement =
        c.prepare_cached(&format!("SELECT {MEMORY} FROM memories WHERE bot_id = ?1 ORDER BY kind, id"))?;
    let rows = statement.query_map([bot], memory)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Stores a new memory and answers its id.
///
/// # Errors
/// Database errors.
pub fn insert_memory(c: &Db, bot: &str, m: &Memory) -> Result<i64> {
    c.prepare_cached(
        "INSERT INTO memories (bot_id, kind, key, text, source, sentiment, confidence, importance, count, moments, \
         history, period_start, period_end, thread_id, activity_id, pinned, created_at, updated_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
    )?
    .execute(params![
        bot,
        m.kind,
        (!m.key.is_empty()).then_some(&m.key),
        m.text,
        m.source,
        m.sentiment.map(sentiment_word),
        m.confidence,
        m.importance,
        m.count,
        m.moments,
        m.history,
        m.period_start,
        m.period_end,
        m.thread_id,
        m.activity_id,
        m.pinned,
        m.created_at,
        m.updated_at
    ])?;
    Ok(c.last_insert_rowid())
}

/// Stores a changed memory.
///
/// # Errors
/// Database errors.
pub fn update_memory(c: &Db, m: &Memory) -> Result<()> {
    c.prepare_cached(
        "UPDATE memories SET text = ?2, sentiment = ?3, confidence = ?4, importance = ?5, count = ?6, history = ?7, \
         thread_id = ?8, activity_id = ?9, pinned = ?10, updated_at = ?11 WHERE id = ?1",
    )?
    .execute(params![
        m.id,
        m.text,
        m.sentiment.map(sentiment_word),
        m.confidence,
        m.importance,
        m.count,
        m.history,
        m.thread_id,
        m.activity_id,
        m.pinned,
        m.updated_at
    ])?;
    Ok(())
}

/// Gives an interest another word.
///
/// # Errors
/// 409 where the bot has that one already.
pub fn set_key(c: &Db, bot: &str, m: &Memory, key: &str) -> Result<()> {
    let taken = c
        .prepare_cached("SELECT 1 FROM memories WHERE bot_id = ?1 AND kind = ?2 AND key = ?3 AND id <> ?4")?
        .exists(params![bot, m.kind, key, m.id])?;
    if taken {
        return Err(Fault::conflict(format!("{bot} has the interest {key} already")).into());
    }
    c.prepare_cached("UPDATE memories SET key = ?2 WHERE id = ?1")?.execute(params![m.id, key])?;
    Ok(())
}

/// Forgets a memory; `false` when it is not there.
///
/// # Errors
/// Database errors.
pub fn delete_memory(c: &Db, id: i64) -> Result<bool> {
    Ok(c.prepare_cached("DELETE FROM memories WHERE id = ?1")?.execute([id])? == 1)
}

/// One memory with the bot it belongs to.
///
/// # Errors
/// Database errors.
pub fn memory_by_id(c: &Db, id: i64) -> Result<Option<(String, Memory)>> {
    Ok(c.prepare_cached(&format!("SELECT {MEMORY}, bot_id FROM memories WHERE id = ?1"))?
        .query_row([id], |row| Ok((row.get("bot_id")?, memory(row)?)))
        .optional()?)
}
