//! Full-text search over titles, posts and replies, and lists narrowed by tag or author.
//!
//! Every word must occur; from two characters on the start of a word is enough for the last one, which
//! may still be being typed, and for each that no post holds as a whole. Whatever else is typed is text,
//! never query syntax. Words of scripts without blanks are found wherever they stand in a run. A post that matches brings
//! its thread. So that a word most posts contain costs no more than a rare one, at most [`CANDIDATES`] posts are looked at
//! for each of threads and replies, newest first: a very common word finds the newest of its threads and not all of them.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, params};

use super::{Db, Result, StoreError, order};
use crate::domain::text;
use crate::protocol::{ThreadQuery, ThreadSort};

/// Matching posts looked at, newest first.
pub const CANDIDATES: u32 = 1_000;
/// Tags that begin alike and are looked at.
const TAGS: usize = 32;
/// Words that begin alike and are looked for one by one.
const BEGUN: usize = 64;
/// Words of a query that count.
const WORDS: usize = 12;
/// Characters of a word that count.
const WORD_CHARS: usize = 40;

/// The words that count of what a person typed, letters and accents composed.
fn split(words: &str) -> Vec<String> {
    text::composed(words)
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(WORDS)
        .map(|word| word.chars().take(WORD_CHARS).collect())
        .collect()
}

/// A person's words to be found by reading, where there is little to read: each must occur, from two characters
/// on its start is enough; letters count without case and, as the indexes have it, without diacritics.
pub(super) struct Words(Vec<String>);

impl Words {
    /// `None` when there is nothing to search for.
    pub(super) fn new(words: &str) -> Option<Self> {
        let words: Vec<String> = split(words).iter().map(|word| folded(word)).collect();
        (!words.is_empty()).then_some(Self(words))
    }

    /// Whether the texts hold all of the words.
    pub(super) fn are_in(&self, texts: [&str; 2]) -> bool {
        let texts = texts.map(folded);
        let held = |word: &String| {
            if word.contains(text::is_unspaced) {
                return texts.iter().any(|text| text.contains(word.as_str()));
            }
            let open = word.chars().nth(1).is_some();
            texts
                .iter()
                .flat_map(|text| text.split(|letter: char| !letter.is_alphanumeric()))
                .any(|one| if open { one.starts_with(word.as_str()) } else { one == word })
        };
        self.0.iter().all(held)
    }
}

/// Small letters without diacritics.
fn folded(text: &str) -> String {
    text::composed(text).chars().map(nucleo_matcher::chars::normalize).flat_map(char::to_lowercase).collect()
}

/// A person's words as an FTS5 query; `None` when there is nothing to search for. `open` is asked about a word, and
/// whether it is the last: where the start of a word is enough, it answers with what stands for the word.
///
/// # Errors
/// What `open` reports.
pub fn query(words: &str, open: impl Fn(&str, bool) -> Result<Option<String>>) -> Result<Option<String>> {
    let words = split(words);
    let terms = words.iter().enumerate().map(|(at, word)| {
        let word = text::spaced(word);
        // One letter starts too many words to be of use, and a character that stands alone in the index none.
        let starts = word.chars().nth(1).is_some() && !word.ends_with(text::is_unspaced);
        let begun = if starts { open(&word, at + 1 == words.len())? } else { None };
        Ok(begun.unwrap_or_else(|| format!("\"{word}\"")))
    });
    let terms = terms.collect::<Result<Vec<_>>>()?;
    Ok((!terms.is_empty()).then(|| terms.join(" AND ")))
}

/// Readies a connection to look words up, once: when it is opened, and before it is told that it may only read.
pub(super) fn ready(c: &Db) -> Result<()> {
    for index in ["posts_fts", "archive_fts"] {
        c.execute_batch(&format!(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.{index}_words USING fts5vocab (main, {index}, instance)"
        ))?;
    }
    Ok(())
}

/// What finds the words of an index that begin with `start`: these words, where they are few. The index then goes
/// through each one's posts from the newest on; of a start it first gathers the posts of all words that begin so, to
/// the oldest.
pub(super) fn beginning(c: &Db, index: &str, start: &str) -> Result<String> {
    let sql = format!("SELECT term FROM temp.{index}_words WHERE term >= ?1 LIMIT 1");
    let mut next = c.prepare_cached(&sql)?;
    let begins = folded(start);
    let (mut from, mut words) = (begins.clone(), Vec::new());
    while let Some(word) = next.query_row([&from], |row| row.get::<_, String>(0)).optional()? {
        if !word.starts_with(&begins) {
            break;
        }
        if words.len() == BEGUN {
            words.clear();
            break;
        }
        from = format!("{word}\u{1}"); // before every other word
        words.push(format!("\"{word}\""));
    }
    Ok(if words.is_empty() { format!("\"{start}\"*") } else { format!("({})", words.join(" OR ")) })
}

/// The ids of the threads on the page asked for, in order.
pub(super) fn page(c: &Db, q: &ThreadQuery) -> Result<Vec<i64>> {
    let place = q.after.map(|id| order::position(c, q.sort, id)).transpose()?;
    let mut rated = rate(c, q, candidates(c, q)?)?;
    rated.sort_unstable_by(|a, b| b.cmp(a));
    let start = match (place, q.after) {
        (Some(place), Some(after)) => rated.partition_point(|one| *one >= (place, after)),
        _ => 0,
    };
    Ok(rated.into_iter().skip(start + q.skip as usize).take(q.limit as usize).map(|(_, id)| id).collect())
}

/// Threads that may match, by id.
fn candidates(c: &Db, q: &ThreadQuery) -> Result<BTreeSet<i64>> {
    if !q.q.trim().is_empty() {
        return matching(c, &q.q);
    }
    let (sql, value) = match (&q.tag, &q.author, &q.writer) {
        (Some(tag), ..) => return tagged(c, &tags(c, tag)?),
        (None, Some(author), _) => (
            "SELECT id FROM threads WHERE author = ?1 AND deleted_at IS NULL ORDER BY id DESC LIMIT ?2",
            author,
        ),
        (None, None, Some(writer)) => (
            "SELECT id FROM (SELECT id FROM threads WHERE author = ?1 AND deleted_at IS NULL \
             UNION SELECT thread_id FROM replies WHERE author = ?1 AND deleted_at IS NULL) ORDER BY id DESC LIMIT ?2",
            writer,
        ),
        (None, None, None) => return Ok(BTreeSet::new()), // read straight from the index
    };
    let mut statement = c.prepare_cached(sql)?;
    let rows = statement.query_map(params![value, CANDIDATES], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// The tags that begin like `tag`, the tag itself first, at most [`TAGS`]. Each is found by one step into
/// the index, however many threads have it.
fn tags(c: &Db, tag: &str) -> Result<Vec<String>> {
    let key = text::tag_key(tag);
    let mut found = vec![key.clone()];
    if key.is_empty() {
        return Ok(found);
    }
    let mut next = c.prepare_cached("SELECT min(tag) FROM thread_tags WHERE tag > ?1")?;
    let mut last = key.clone();
    while found.len() < TAGS {
        match next.query_row([&last], |row| row.get::<_, Option<String>>(0))? {
            Some(tag) if tag.starts_with(&key) => {
                found.push(tag.clone());
                last = tag;
            }
            _ => break,
        }
    }
    Ok(found)
}

/// The newest threads with any of the tags.
fn tagged(c: &Db, tags: &[String]) -> Result<BTreeSet<i64>> {
    let mut statement = c.prepare_cached(
        "SELECT thread_id FROM thread_tags WHERE tag = ?1 ORDER BY thread_id DESC LIMIT ?2",
    )?;
    let mut threads = BTreeSet::new();
    for tag in tags {
        let rows = statement.query_map(params![tag, CANDIDATES], |row| row.get::<_, i64>(0))?;
        for id in rows {
            threads.insert(id?);
        }
    }
    Ok(threads)
}

/// The threads of the newest posts that hold the words.
fn matching(c: &Db, words: &str) -> Result<BTreeSet<i64>> {
    let mut threads = BTreeSet::new();
    let newest = order::newest(c)?;
    // Whole words are found without merging the lists of all words that begin alike; a word that
    // posts hold is taken as it is, because a common one begins too many others.
    for prefix in [false, true] {
        let open = |word: &str, last: bool| {
            let begun = prefix && (last || !occurs(c, word));
            begun.then(|| beginning(c, "posts_fts", word)).transpose()
        };
        let Some(query) = query(words, open)? else { return Ok(threads) };
        if collect(c, &query, &mut threads)? >= CANDIDATES {
            // There are more. Replies have the higher row ids and may hide the threads: those get a pass of their own.
            openings(c, &query, newest * 2, &mut threads)?;
            break;
        }
    }
    Ok(threads)
}

/// Whether any post holds `word` as a whole; a failing look-up makes it one that does not.
fn occurs(c: &Db, word: &str) -> bool {
    c.prepare_cached("SELECT 1 FROM posts_fts WHERE posts_fts MATCH ?1 LIMIT 1")
        .and_then(|mut statement| statement.exists([format!("\"{word}\"")]))
        .unwrap_or(false)
}

/// Adds the threads that match themselves, of the newest matches up to row `bound`. The replies among those are
/// old, and looking up where each belongs would read a page of its own.
fn openings(c: &Db, query: &str, bound: i64, threads: &mut BTreeSet<i64>) -> Result<()> {
    let mut posts = c.prepare_cached(
        "SELECT post / 2 FROM (SELECT rowid AS post FROM posts_fts WHERE posts_fts MATCH ?1 AND rowid <= ?2 \
         ORDER BY rowid DESC LIMIT ?3) WHERE post % 2 = 0",
    )?;
    let mut rows = posts.query(params![query, bound, CANDIDATES * 2])?;
    while let Some(row) = rows.next()? {
        threads.insert(row.get(0)?);
    }
    Ok(())
}

/// Adds the threads of the newest matches; answers how many matches were looked at.
fn collect(c: &Db, query: &str, threads: &mut BTreeSet<i64>) -> Result<u32> {
    let mut posts = c.prepare_cached(
        "SELECT iif(post % 2 = 0, post / 2, (SELECT thread_id FROM replies WHERE id = post / 2)) FROM \
         (SELECT rowid AS post FROM posts_fts WHERE posts_fts MATCH ?1 ORDER BY rowid DESC LIMIT ?2)",
    )?;
    let mut rows = posts.query(params![query, CANDIDATES])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        count += 1;
        threads.extend(row.get::<_, Option<i64>>(0)?);
    }
    Ok(count)
}

/// What each thread is sorted by, with its id; those that do not fit the query fall out.
fn rate(c: &Db, q: &ThreadQuery, threads: BTreeSet<i64>) -> Result<Vec<(i64, i64)>> {
    let by_text = !q.q.trim().is_empty();
    let (author, writer) = (q.author.as_deref(), q.writer.as_deref());
    // Without a text it was the tag that led to them.
    let tag = match q.tag.as_deref().filter(|_| by_text) {
        Some(tag) => Some(
            serde_json::to_string(&tags(c, tag)?).map_err(|error| StoreError::Corrupt(error.to_string()))?,
        ),
        None => None,
    };
    if q.sort == ThreadSort::Newest && author.is_none() && writer.is_none() && tag.is_none() {
        // Hidden posts are in no index.
        return Ok(threads.into_iter().map(|id| (id, id)).collect());
    }
    let ids = serde_json::to_string(&threads).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let mut statement = c.prepare_cached(&format!(
        "SELECT {}, id FROM threads WHERE id IN (SELECT value FROM json_each(?1)) AND deleted_at IS NULL \
         AND (?2 IS NULL OR author = ?2) \
         AND (?3 IS NULL OR EXISTS (SELECT 1 FROM thread_tags \
         WHERE tag IN (SELECT value FROM json_each(?3)) AND thread_id = threads.id)) \
         AND (?4 IS NULL OR author = ?4 OR EXISTS (SELECT 1 FROM replies \
         WHERE thread_id = threads.id AND author = ?4 AND deleted_at IS NULL))",
        order::key(q.sort)
    ))?;
    let rows = statement.query_map(params![ids, author, tag, writer], |row| row.try_into())?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}
