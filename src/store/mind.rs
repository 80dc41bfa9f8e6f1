//! What one bot remembers, as a beat reads and writes it: memories of every kind, its own
//! posts, its votes, its doings, whom it follows.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::Result;
use crate::domain::ActivityKind;
use crate::domain::scene::OwnPost;
use crate::domain::{MemoryKind, Sentiment, Stamp};

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

pub(super) const COLUMNS: &str = "id, kind, key, text, source, sentiment, confidence, importance, count, moments, history, \
     period_start, period_end, thread_id, activity_id, pinned, created_at, updated_at";

pub(super) fn memory(row: &Row<'_>) -> rusqlite::Result<Memory> {
    let sentiment: Option<String> = row.get(5)?;
    Ok(Memory {
        id: row.get(0)?,
        kind: kind(row.get(1)?),
        key: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
        text: row.get(3)?,
        source: row.get(4)?,
        sentiment: sentiment.and_then(|word| sentiment_of(&word)),
        confidence: row.get::<_, Option<f64>>(6)?.unwrap_or(0.0),
        importance: row.get(7)?,
        count: row.get(8)?,
        moments: row.get(9)?,
        history: row.get(10)?,
        period_start: row.get::<_, Option<i64>>(11)?.map(Stamp::from_micros),
        period_end: row.get::<_, Option<i64>>(12)?.map(Stamp::from_micros),
        thread_id: row.get(13)?,
        activity_id: row.get(14)?,
        pinned: row.get(15)?,
        created_at: Stamp::from_micros(row.get(16)?),
        updated_at: Stamp::from_micros(row.get(17)?),
    })
}

/// The kind of a stored number.
pub(super) fn kind(number: u8) -> MemoryKind {
    MemoryKind::ALL.get(usize::from(number)).copied().unwrap_or(MemoryKind::Moment)
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
pub fn memories(c: &Connection, bot: &str) -> Result<Vec<Memory>> {
    let mut statement =
        c.prepare_cached(&format!("SELECT {COLUMNS} FROM memories WHERE bot_id = ?1 ORDER BY kind, id"))?;
    let rows = statement.query_map([bot], memory)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Stores a new memory and answers its id.
///
/// # Errors
/// Database errors.
pub fn insert_memory(c: &Connection, bot: &str, m: &Memory) -> Result<i64> {
    c.prepare_cached(
        "INSERT INTO memories (bot_id, kind, key, text, source, sentiment, confidence, importance, count, moments, \
         history, period_start, period_end, thread_id, activity_id, pinned, created_at, updated_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
    )?
    .execute(params![
        bot,
        m.kind as i64,
        (!m.key.is_empty()).then_some(&m.key),
        m.text,
        m.source,
        m.sentiment.map(sentiment_word),
        m.confidence,
        m.importance,
        m.count,
        m.moments,
        m.history,
        m.period_start.map(Stamp::micros),
        m.period_end.map(Stamp::micros),
        m.thread_id,
        m.activity_id,
        m.pinned,
        m.created_at.micros(),
        m.updated_at.micros()
    ])?;
    Ok(c.last_insert_rowid())
}

/// Stores a changed memory.
///
/// # Errors
/// Database errors.
pub fn update_memory(c: &Connection, m: &Memory) -> Result<()> {
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
        m.updated_at.micros()
    ])?;
    Ok(())
}

/// Forgets a memory; `false` when it is not there.
///
/// # Errors
/// Database errors.
pub fn delete_memory(c: &Connection, id: i64) -> Result<bool> {
    Ok(c.prepare_cached("DELETE FROM memories WHERE id = ?1")?.execute([id])? == 1)
}

/// One memory with the bot it belongs to.
///
/// # Errors
/// Database errors.
pub fn memory_by_id(c: &Connection, id: i64) -> Result<Option<(String, Memory)>> {
    Ok(c.prepare_cached(&format!("SELECT {COLUMNS}, bot_id FROM memories WHERE id = ?1"))?
        .query_row([id], |row| Ok((row.get(18)?, memory(row)?)))
        .optional()?)
}

/// A post of the bot's own with its time.
#[derive(Clone, Debug, PartialEq)]
pub struct DatedPost {
    /// The post.
    pub post: OwnPost,
    /// When.
    pub at: Stamp,
}

/// What bots wrote last, newest first, at most `limit` posts.
///
/// # Errors
/// Database errors.
pub fn bots_posts(c: &Connection, limit: u32) -> Result<Vec<String>> {
    let mut statement = c.prepare_cached(
        "SELECT content FROM ( \
         SELECT * FROM (SELECT content, created_at, activity_id FROM threads \
         WHERE activity_id IS NOT NULL AND deleted_at IS NULL AND author NOT LIKE 'human:%' ORDER BY id DESC LIMIT ?1) \
         UNION ALL \
         SELECT * FROM (SELECT content, created_at, activity_id FROM replies \
         WHERE activity_id IS NOT NULL AND deleted_at IS NULL AND author NOT LIKE 'human:%' ORDER BY id DESC LIMIT ?1)) \
         ORDER BY activity_id DESC LIMIT ?1",
    )?;
    let rows = statement.query_map([limit], |row| row.get(0))?;
    rows.map(|row| Ok(row?)).collect()
}

/// The bot's newest posts, newest first.
///
/// # Errors
/// Database errors.
pub fn own_posts(c: &Connection, bot: &str, limit: u32) -> Result<Vec<DatedPost>> {
    let mut posts = Vec::new();
    let mut statement = c.prepare_cached(
        "SELECT id, title, content, created_at FROM threads WHERE author = ?1 AND deleted_at IS NULL \
         ORDER BY id DESC LIMIT ?2",
    )?;
    let rows = statement.query_map(params![bot, limit], |row| {
        Ok(DatedPost {
            post: OwnPost {
                thread_id: row.get(0)?,
                reply_id: None,
                title: row.get(1)?,
                content: row.get(2)?,
            },
            at: Stamp::from_micros(row.get(3)?),
        })
    })?;
    for row in rows {
        posts.push(row?);
    }
    let mut statement = c.prepare_cached(
        "SELECT r.id, r.thread_id, t.title, r.content, r.created_at FROM replies r JOIN threads t ON t.id = r.thread_id \
         WHERE r.author = ?1 AND r.deleted_at IS NULL ORDER BY r.id DESC LIMIT ?2",
    )?;
    let rows = statement.query_map(params![bot, limit], |row| {
        Ok(DatedPost {
            post: OwnPost {
                reply_id: row.get(0)?,
                thread_id: row.get(1)?,
                title: row.get(2)?,
                content: row.get(3)?,
            },
            at: Stamp::from_micros(row.get(4)?),
        })
    })?;
    for row in rows {
        posts.push(row?);
    }
    posts.sort_by(|a, b| b.at.cmp(&a.at).then(b.post.reply_id.cmp(&a.post.reply_id)));
    posts.truncate(limit as usize);
    Ok(posts)
}

/// An activity of the bot's own: id, type, details, time.
pub type OwnActivity = (i64, String, String, Stamp);

/// The bot's acts, newest first; beats that were gated or failed are none.
///
/// # Errors
/// Database errors.
pub fn recent(c: &Connection, bot: &str, limit: u32) -> Result<Vec<OwnActivity>> {
    let acts = ActivityKind::sql(ActivityKind::is_act);
    let mut statement = c.prepare_cached(&format!(
        "SELECT id, action_type, details, created_at FROM activities WHERE bot_id = ?1 AND action_type IN {acts} \
         AND details ->> '$.paused' IS NULL AND details ->> '$.cap_exceeded' IS NULL ORDER BY id DESC LIMIT ?2",
    ))?;
    let rows = statement.query_map(params![bot, limit], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, Stamp::from_micros(row.get(3)?)))
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Whom the bot follows.
///
/// # Errors
/// Database errors.
pub fn follows(c: &Connection, bot: &str) -> Result<Vec<String>> {
    let mut statement =
        c.prepare_cached("SELECT following FROM follows WHERE follower = ?1 ORDER BY following")?;
    let rows = statement.query_map([bot], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Those a bot dealt with most, by id of the other actor.
///
/// # Errors
/// Database errors.
pub fn closest(c: &Connection, bot: &str, limit: u32) -> Result<Vec<String>> {
    let mut statement = c.prepare_cached(
        "SELECT other FROM (SELECT b AS other, interactions FROM ties WHERE a = ?1 \
         UNION ALL SELECT a, interactions FROM ties WHERE b = ?1) ORDER BY interactions DESC, other LIMIT ?2",
    )?;
    let rows = statement.query_map(params![bot, limit], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}
