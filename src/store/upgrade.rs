//! What a migration does that SQL alone cannot. It works on the tables as that migration left them, so it
//! names them itself and calls nothing that may follow a later one.

use std::borrow::Cow;

use jiff::tz::TimeZone;
use rusqlite::{Connection, Result, Row, params};

use crate::domain::Stamp;
use crate::domain::era::{self, Covered};
use crate::domain::memory::{ERAS_MAX, SUMMARIES_MAX};
use crate::domain::text::spaced;

/// The numbers of the kinds.
const COLD: i64 = 5;
const ERA: i64 = 6;
/// Summaries that make an era of their own where there are few.
const CHAPTERS: usize = 5;

/// A summary without its text: id, what it stands for, when it was made.
type Summary = (i64, Covered, i64);

/// Step 5: of each bot's summaries the newest stay, the older ones are told by eras and go to the archive.
/// Pinned ones stay. However many there are, an era reads the texts that it quotes.
pub(super) fn bring_to_eras(c: &Connection) -> Result<()> {
    let bots: Vec<String> = c
        .prepare(
            "SELECT bot_id FROM memories WHERE kind = ?1 AND NOT pinned GROUP BY bot_id HAVING count(*) > ?2 \
             ORDER BY bot_id",
        )?
        .query_map(params![COLD, i64::try_from(SUMMARIES_MAX).unwrap_or(i64::MAX)], |row| row.get(0))?
        .collect::<Result<_>>()?;
    for bot in bots {
        let mut held = summaries(c, &bot)?;
        held.truncate(held.len().saturating_sub(SUMMARIES_MAX));
        let eras = held.len().div_ceil(CHAPTERS).min(ERAS_MAX);
        for number in 0..eras {
            let part = &held[number * held.len() / eras..(number + 1) * held.len() / eras];
            found_era(c, &bot, part)?;
        }
    }
    Ok(())
}

/// A bot's summaries that are not pinned, oldest first.
fn summaries(c: &Connection, bot: &str) -> Result<Vec<Summary>> {
    let summary = |row: &Row<'_>| {
        let covered = Covered {
            facts: row.get(1)?,
            moments: row.get(2)?,
            start: Stamp::from_micros(row.get(3)?),
            end: Stamp::from_micros(row.get(4)?),
        };
        Ok((row.get(0)?, covered, row.get(5)?))
    };
    c.prepare_cached(
        "SELECT id, count, moments, ifnull(period_start, created_at), ifnull(period_end, created_at), created_at \
         FROM memories WHERE bot_id = ?1 AND kind = ?2 AND NOT pinned ORDER BY id",
    )?
    .query_map(params![bot, COLD], summary)?
    .collect()
}

/// Makes one era of these summaries and moves them to the archive.
fn found_era(c: &Connection, bot: &str, part: &[Summary]) -> Result<()> {
    let Some(covered) = Covered::all(part.iter().map(|(_, covered, _)| *covered)) else { return Ok(()) };
    let texts: Vec<String> = era::quoted(part.len())
        .into_iter()
        .map(|at| {
            c.prepare_cached("SELECT text FROM memories WHERE id = ?1")?
                .query_row([part[at].0], |row| row.get(0))
        })
        .collect::<Result<_>>()?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    // The room's zone is a setting; which day it was in Greenwich is near enough.
    let told = era::era(covered, &texts, |at| at.date_in(&TimeZone::UTC).to_string());
    let made = part.iter().map(|(_, _, made)| *made).max();
    c.prepare_cached(
        "INSERT INTO memories (bot_id, kind, text, importance, count, moments, period_start, period_end, created_at, \
         updated_at) VALUES (?1, ?2, ?3, 0.8, ?4, ?5, ?6, ?7, ?8, ?8)",
    )?
    .execute(params![
        bot,
        ERA,
        told,
        covered.facts,
        covered.moments,
        covered.start.micros(),
        covered.end.micros(),
        made
    ])?;
    let era = c.last_insert_rowid();
    for (id, _, _) in part {
        c.prepare_cached(
            "INSERT INTO archive (id, bot_id, kind, text, source, importance, count, moments, period_start, period_end, \
             thread_id, activity_id, summary_id, created_at, updated_at) \
             SELECT id, bot_id, kind, text, source, importance, count, moments, period_start, period_end, \
             thread_id, activity_id, ?2, created_at, updated_at FROM memories WHERE id = ?1",
        )?
        .execute(params![id, era])?;
        c.prepare_cached(
            "INSERT INTO archive_fts (rowid, bot, text) SELECT id, lower(hex(bot_id)), text FROM archive WHERE id = ?1",
        )?
        .execute([id])?;
        c.prepare_cached("DELETE FROM memories WHERE id = ?1")?.execute([id])?;
    }
    Ok(())
}

/// Step 6: what is indexed in another form than before is taken out of the indexes and in again.
pub(super) fn index_every_script(c: &Connection) -> Result<()> {
    let mut take_out = c.prepare("DELETE FROM posts_fts WHERE rowid = ?1")?;
    let mut take_in = c.prepare("INSERT INTO posts_fts (rowid, title, content) VALUES (?1, ?2, ?3)")?;
    let mut posts = c.prepare(
        "SELECT id * 2, title, content FROM threads WHERE deleted_at IS NULL \
         UNION ALL SELECT id * 2 + 1, '', content FROM replies WHERE deleted_at IS NULL",
    )?;
    let mut rows = posts.query([])?;
    while let Some(row) = rows.next()? {
        let (title, content) = (row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?);
        if let (Cow::Borrowed(_), Cow::Borrowed(_)) = (spaced(title), spaced(content)) {
            continue;
        }
        let id: i64 = row.get(0)?;
        take_out.execute([id])?;
        take_in.execute(params![id, spaced(title), spaced(content)])?;
    }
    let mut take_out = c.prepare("DELETE FROM archive_fts WHERE rowid = ?1")?;
    let mut take_in = c.prepare("INSERT INTO archive_fts (rowid, bot, text) VALUES (?1, ?2, ?3)")?;
    // What waits to be taken in is taken in as it is now.
    let mut archived = c.prepare(
        "SELECT id, lower(hex(bot_id)), text FROM archive \
         WHERE id NOT IN (SELECT id FROM index_queue WHERE kind = 2)",
    )?;
    let mut rows = archived.query([])?;
    while let Some(row) = rows.next()? {
        if let Cow::Owned(text) = spaced(row.get_ref(2)?.as_str()?) {
            let id: i64 = row.get(0)?;
            take_out.execute([id])?;
            take_in.execute(params![id, row.get_ref(1)?.as_str()?, text])?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::check::{Level, check};
    use super::super::{Db, Durability, open_connection, schema};
    use super::*;

    /// A database as step 4 left it, with so many summaries of 330 words for each of two bots; three are pinned.
    fn old(path: &std::path::Path, summaries: i64) -> Db {
        let mut c = open_connection(path, false).unwrap();
        schema::prepare_to(&mut c, 4).unwrap();
        c.execute_batch(&format!(
            "INSERT INTO bots (id, name, source, config, created_at) SELECT b, b, 'yaml', '{{}}', 0 FROM (SELECT 'a' AS b UNION SELECT 'b');
             CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {summaries}) SELECT i FROM n;
             INSERT INTO memories (bot_id, kind, text, count, moments, period_start, period_end, pinned, created_at, updated_at)
               SELECT id, 5, 'From 1970-01-01 to 1970-01-02: 25 things learned and 15 moments.' || char(10) || 'Learned: '
                 || replace(hex(zeroblob(30)), '00', 'Number ' || i || ' was heard to speak of the tides again. '),
                 25, 15, i * 1000000, i * 1000000 + 999999, i % 1000 = 1, i, i FROM n, bots;
             INSERT INTO memories (bot_id, kind, text, created_at, updated_at) SELECT 'a', i % 5, 'warm ' || i, i, i FROM n WHERE i < 100;"
        ))
        .unwrap();
        c
    }

    fn number(c: &Db, sql: &str) -> i64 {
        c.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn older_indexes_find_what_stands_inside_a_run() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let mut c = open_connection(&path, false).unwrap();
        schema::prepare_to(&mut c, 5).unwrap();
        c.execute_batch(
            "INSERT INTO bots (id, name, source, config, created_at) VALUES ('a', 'a', 'yaml', '{}', 0);
             INSERT INTO threads (id, author, title, content, created_at, last_activity_at, last_seq)
               VALUES (1, 'a', '关于东京塔的事', 'plain', 0, 0, 1), (2, 'a', 'plain', 'words', 0, 0, 2);
             INSERT INTO replies (id, thread_id, author, content, created_at) VALUES (1, 2, 'a', 'きのう東京タワーで', 0);
             INSERT INTO posts_fts (rowid, title, content) VALUES (2, '关于东京塔的事', 'plain'), (4, 'plain', 'words'),
               (3, '', 'きのう東京タワーで');
             INSERT INTO archive SELECT i, 'a', 1, '我记得东京塔', '', 1, 1, 0, NULL, NULL, NULL, NULL, 9, 0, 0
               FROM (SELECT 1 AS i UNION SELECT 2);
             INSERT INTO archive_fts (rowid, bot, text) VALUES (1, '61', '我记得东京塔');
             INSERT INTO index_queue VALUES (2, 2, 0);",
        )
        .unwrap();
        schema::prepare(&mut c, &path, Durability::Normal).unwrap();
        let posts = |words: &str| {
            number(
                &c,
                &format!("SELECT ifnull(sum(rowid), 0) FROM posts_fts WHERE posts_fts MATCH '\"{words}\"'"),
            )
        };
        assert_eq!([posts("东 京 塔"), posts("東 京 タ"), posts("plain"), posts("words")], [2, 3, 6, 4]);
        super::super::indexing::take_in_archive(&c).unwrap();
        let archived = "SELECT count(*) FROM archive_fts WHERE archive_fts MATCH 'text : \"东 京 塔\"'";
        assert_eq!(number(&c, archived), 2);
        let findings = check(&c, Stamp::default()).unwrap();
        assert!(
            findings.iter().filter(|f| f.what.contains("index")).all(|f| f.level == Level::Fine),
            "{findings:?}"
        );
    }

    #[test]
    fn thousands_of_summaries_become_eight_eras_and_nothing_is_lost() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let mut c = old(&path, 2_500);
        let before = number(&c, "SELECT count(*) FROM memories");
        schema::prepare(&mut c, &path, Durability::Normal).unwrap();
        for bot in ["a", "b"] {
            let of = |kind: i64| {
                number(&c, &format!("SELECT count(*) FROM memories WHERE bot_id = '{bot}' AND kind = {kind}"))
            };
            assert_eq!((of(COLD), of(ERA)), (8 + 3, 8), "the newest eight and the pinned ones stay");
        }
        assert_eq!(
            number(&c, "SELECT (SELECT count(*) FROM memories) + (SELECT count(*) FROM archive)"),
            before + 16
        );
        assert_eq!(number(&c, "SELECT sum(count) FROM memories WHERE kind IN (5, 6)"), 2 * 25 * 2_500);
        assert_eq!(number(&c, "SELECT min(period_start) FROM memories WHERE kind = 6"), 0);
        assert_eq!(
            number(
                &c,
                "SELECT count(*) FROM archive_fts WHERE archive_fts MATCH 'bot : 61 AND text : tides'"
            ),
            2_489
        );
        let eras: Vec<String> = c
            .prepare("SELECT text FROM memories WHERE kind = 6 ORDER BY bot_id, period_end")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_>>()
            .unwrap();
        assert!(eras.iter().all(|era| (100..=500).contains(&era.split_whitespace().count())), "{}", eras[0]);
        assert!(eras[0].contains("Number 311 was heard") && !eras[0].contains("Learned:"), "{}", eras[0]);
        let findings = check(&c, Stamp::default()).unwrap();
        let wrong: Vec<_> =
            findings.iter().filter(|f| f.level == Level::Error && !f.what.contains("config")).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}
