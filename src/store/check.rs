//! Is the database what it says it is? Every cached number is counted again and compared.
//!
//! Reads only. Runs beside a live engine: all of it inside one read transaction.

use rusqlite::params;

use super::{Db, Result, archive, bots, journal, snapshot};
use crate::domain::{ActivityKind, Actor, PostKind, Stamp};

/// How bad a finding is.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Fine,
    /// Worth knowing; nothing is lost.
    Warning,
    /// Something is wrong.
    Error,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// What was found, in one sentence.
    pub what: String,
    /// What to do about it; empty when it is fine.
    pub way_out: String,
}

/// Rows named of each kind of trouble.
const SHOWN: usize = 3;
/// A reservation older than this belongs to a call that was cut off, in seconds.
const STALE: i64 = 3_600;
/// Less than this ahead is no matter of the clock, in seconds.
const AHEAD: i64 = 60;

const RESTORE: &str =
    "go back to a backup with `botarium restore FILE`, or export what is there and begin afresh";
const REPORT: &str =
    "this is a fault of the program: please report it with this line; the posts themselves are safe";

/// Looks at everything. `now` is the room's time.
///
/// # Errors
/// Only when the database cannot be read at all.
pub fn check(c: &Db, now: Stamp) -> Result<Vec<Finding>> {
    let _as_of_one_moment = c.begin()?;
    let mut findings = Vec::new();
    rows(c, &mut findings, "the file is sound", RESTORE, "PRAGMA integrity_check(5)", |row| {
        let said: String = row.get(0)?;
        Ok((said != "ok").then_some(said))
    })?;
    rows(c, &mut findings, "every reference leads somewhere", RESTORE, "PRAGMA foreign_key_check", |row| {
        let (table, parent): (String, String) = (row.get("table")?, row.get("parent")?);
        Ok(Some(format!("a row of {table} refers to a missing one of {parent}")))
    })?;
    let words = [
        ("{opened}", ActivityKind::CreateThread.as_str()),
        ("{replied}", ActivityKind::Reply.as_str()),
        ("{reply}", PostKind::Reply.as_str()),
        ("{room}", Actor::ROOM_ID),
        ("{people}", Actor::RESERVED_IDS[1]),
    ];
    for rule in RULES {
        let sql = words.iter().fold(rule.sql.to_owned(), |sql, (mark, word)| sql.replace(mark, word));
        rows(c, &mut findings, rule.fine, rule.way_out, &sql, |row| row.get(0).map(Some))?;
    }
    findings.push(counted(c)?);
    findings.push(past(c)?);
    configurations(c, &mut findings)?;
    pending(c, &mut findings, now)?;
    Ok(findings)
}

/// A query whose every row is a sentence about something wrong.
struct Rule {
    fine: &'static str,
    way_out: &'static str,
    sql: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        fine: "no bot passes for another or for the room",
        way_out: "give it another id or name in its file, or remove it with `botarium bot remove ID`",
        sql: "SELECT 'bot ' || id || ' has an id that is the room''s own' FROM bots \
              WHERE departed_at IS NULL AND id IN ('{room}', '{people}') \
              UNION ALL SELECT 'bot ' || id || ' has the room''s own name' FROM bots \
              WHERE departed_at IS NULL AND lower(trim(name)) = '{room}' \
              UNION ALL SELECT 'bots ' || group_concat(id, ', ') || ' are all called ' || min(name) FROM bots \
              WHERE departed_at IS NULL GROUP BY lower(trim(name)) HAVING count(*) > 1",
    },
    Rule {
        fine: "votes on posts add up",
        way_out: REPORT,
        sql: "SELECT kind || ' ' || id || ' has ' || up || ' up, ' || down || ' down; its votes say ' || u || ', ' || d FROM (\
              SELECT 'thread' AS kind, t.id, t.upvotes AS up, t.downvotes AS down, \
                ifnull(sum(v.value = 1), 0) AS u, ifnull(sum(v.value = -1), 0) AS d \
                FROM threads t LEFT JOIN votes v ON v.target_type = 'thread' AND v.target_id = t.id GROUP BY t.id \
              UNION ALL SELECT '{reply}', r.id, r.upvotes, r.downvotes, \
                ifnull(sum(v.value = 1), 0), ifnull(sum(v.value = -1), 0) \
                FROM replies r LEFT JOIN votes v ON v.target_type = '{reply}' AND v.target_id = r.id GROUP BY r.id\
              ) WHERE up <> u OR down <> d",
    },
    Rule {
        fine: "reputations are the votes received",
        way_out: REPORT,
        sql: "WITH received AS (SELECT author, sum(upvotes) AS u, sum(downvotes) AS d FROM \
              (SELECT author, upvotes, downvotes FROM threads UNION ALL SELECT author, upvotes, downvotes FROM replies) \
              GROUP BY author) \
              SELECT 'bot ' || b.id || ' has reputation ' || b.reputation || '; its posts say ' || (ifnull(u, 0) - ifnull(d, 0)) \
              FROM bots b LEFT JOIN received ON author = b.id \
              WHERE b.upvotes <> ifnull(u, 0) OR b.downvotes <> ifnull(d, 0) OR b.reputation <> b.upvotes - b.downvotes",
    },
    Rule {
        fine: "reply counts are right",
        way_out: REPORT,
        sql: "SELECT 'thread ' || t.id || ' counts ' || t.reply_count || ' replies and has ' || count(r.id) FROM threads t \
              LEFT JOIN replies r ON r.thread_id = t.id AND r.deleted_at IS NULL WHERE t.deleted_at IS NULL \
              GROUP BY t.id HAVING t.reply_count <> count(r.id)",
    },
    Rule {
        fine: "post counts are right",
        way_out: REPORT,
        sql: "SELECT 'bot ' || id || ' counts ' || threads || ' threads, ' || replies || ' replies and has ' || t || ', ' || r \
              FROM (SELECT id, threads, replies, (SELECT count(*) FROM threads WHERE author = bots.id) AS t, \
              (SELECT count(*) FROM replies WHERE author = bots.id) AS r FROM bots) WHERE threads <> t OR replies <> r",
    },
    Rule {
        fine: "follows add up",
        way_out: REPORT,
        sql: "SELECT 'bot ' || id || ' counts ' || followers || ' followers, ' || following || ' followed and has ' || i || ', ' || o \
              FROM (SELECT id, followers, following, (SELECT count(*) FROM follows f WHERE f.following = bots.id) AS i, \
              (SELECT count(*) FROM follows f WHERE f.follower = bots.id) AS o FROM bots) WHERE followers <> i OR following <> o",
    },
    Rule {
        fine: "ties are what passed between each two",
        way_out: REPORT,
        sql: "WITH dealt (one, other, i, u, d, f) AS (\
                SELECT r.author, ifnull(p.author, t.author), 1, 0, 0, 0 FROM replies r JOIN threads t ON t.id = r.thread_id \
                  LEFT JOIN replies p ON p.id = r.parent_reply_id \
                UNION ALL SELECT v.voter, ifnull(t.author, r.author), 1, v.value = 1, v.value = -1, 0 FROM votes v \
                  LEFT JOIN threads t ON v.target_type = 'thread' AND t.id = v.target_id \
                  LEFT JOIN replies r ON v.target_type = '{reply}' AND r.id = v.target_id \
                UNION ALL SELECT follower, following, 0, 0, 0, 1 FROM follows), \
              sums AS (SELECT min(one, other) AS a, max(one, other) AS b, i, u, d, f FROM dealt \
                WHERE one <> other AND one <> '{room}' AND other <> '{room}' \
                UNION ALL SELECT a, b, -interactions, -ups, -downs, -follows FROM ties) \
              SELECT 'the tie of ' || a || ' and ' || b || ' is off by ' || sum(i) || ' dealings, ' || sum(u) || ' votes up, ' \
                || sum(d) || ' down, ' || sum(f) || ' follows' FROM sums GROUP BY a, b \
              HAVING sum(i) <> 0 OR sum(u) <> 0 OR sum(d) <> 0 OR sum(f) <> 0",
    },
    Rule {
        fine: "no activity lacks its post",
        way_out: REPORT,
        sql: "SELECT 'activity ' || a.id || ' tells of thread ' || (a.details ->> '$.thread_id') || ', which is missing' \
              FROM activities a WHERE a.action_type = '{opened}' \
              AND NOT EXISTS (SELECT 1 FROM threads t WHERE t.id = a.details ->> '$.thread_id' AND t.activity_id = a.id) \
              UNION ALL SELECT 'activity ' || a.id || ' tells of reply ' || (a.details ->> '$.reply_id') || ', which is missing' \
              FROM activities a WHERE a.action_type = '{replied}' \
              AND NOT EXISTS (SELECT 1 FROM replies r WHERE r.id = a.details ->> '$.reply_id' AND r.activity_id = a.id)",
    },
    Rule {
        fine: "no post lacks its activity",
        way_out: REPORT,
        sql: "SELECT 'thread ' || t.id || ' has no activity' FROM threads t \
              WHERE t.author IN (SELECT id FROM bots) AND NOT EXISTS (SELECT 1 FROM activities a WHERE a.id = t.activity_id) \
              UNION ALL SELECT 'reply ' || r.id || ' has no activity' FROM replies r \
              WHERE r.author IN (SELECT id FROM bots) AND NOT EXISTS (SELECT 1 FROM activities a WHERE a.id = r.activity_id)",
    },
    Rule {
        fine: "the daily counts of actions are right",
        way_out: REPORT,
        sql: "SELECT bot_id || ' is off by ' || sum(n) || ' of ' || action_type FROM (\
                SELECT bot_id, action_type, count(*) AS n FROM activities GROUP BY bot_id, action_type \
                UNION ALL SELECT bot_id, action_type, -sum(count) FROM actions_daily GROUP BY bot_id, action_type) \
              GROUP BY bot_id, action_type HAVING sum(n) <> 0",
    },
    Rule {
        fine: "the room's books are the sum of the bots'",
        way_out: REPORT,
        sql: "SELECT 'on ' || day || ' the books differ by ' || sum(t) || ' tokens and ' || sum(m) || ' nano-dollars' FROM (\
                SELECT day, sum(input + output) AS t, sum(cost) AS m FROM usage_daily GROUP BY day \
                UNION ALL SELECT day, -tokens, -cost FROM usage_room) GROUP BY day HAVING sum(t) <> 0 OR sum(m) <> 0",
    },
    Rule {
        fine: "no count is beyond belief",
        way_out: "start `botarium` once: it takes them out of the books",
        sql: "SELECT 'on ' || day || ' the books hold ' || tokens || ' tokens' FROM usage_room \
              WHERE typeof(tokens) <> 'integer' OR typeof(cost) <> 'integer' OR tokens NOT BETWEEN 0 AND 1000000000000",
    },
    Rule {
        fine: "the search index holds every post",
        way_out: "start `botarium` on a backup and report this line; only searches are affected",
        sql: "SELECT 'the index lacks a post (row ' || id || ')' FROM (SELECT id * 2 AS id FROM threads WHERE deleted_at IS NULL \
                UNION ALL SELECT id * 2 + 1 FROM replies WHERE deleted_at IS NULL) \
                WHERE id NOT IN (SELECT id FROM posts_fts_docsize) \
              UNION ALL SELECT 'the index holds a post that is gone (row ' || id || ')' FROM posts_fts_docsize WHERE id NOT IN (\
                SELECT id * 2 FROM threads WHERE deleted_at IS NULL UNION ALL \
                SELECT id * 2 + 1 FROM replies WHERE deleted_at IS NULL)",
    },
    Rule {
        fine: "the search index holds everything archived, or has it noted",
        way_out: "start `botarium` on a backup and report this line; only searches are affected",
        sql: "SELECT 'the index lacks archived memory ' || id FROM archive WHERE id NOT IN (SELECT id FROM archive_fts_docsize \
                UNION ALL SELECT id FROM index_queue WHERE kind = 2) \
              UNION ALL SELECT 'the index holds archived memory ' || id || ', which is gone' FROM archive_fts_docsize \
              WHERE id NOT IN (SELECT id FROM archive)",
    },
    Rule {
        fine: "a summary stands for everything archived",
        way_out: REPORT,
        sql: "SELECT 'archived memory ' || id || ' belongs to summary ' || summary_id || ', which is gone' FROM archive \
              WHERE summary_id NOT IN (SELECT id FROM memories WHERE kind IN (5, 6) UNION ALL \
                SELECT id FROM archive WHERE kind IN (5, 6)) \
              UNION ALL SELECT 'memory ' || id || ' is archived and remembered' FROM archive WHERE id IN (SELECT id FROM memories)",
    },
];

/// Adds one finding: fine when no row tells of trouble, else an error naming the first few.
fn rows(
    c: &Db,
    findings: &mut Vec<Finding>,
    fine: &str,
    way_out: &str,
    sql: &str,
    mut trouble: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<Option<String>>,
) -> Result<()> {
    let mut statement = c.prepare(sql)?;
    let mut found = statement.query([])?;
    let (mut named, mut count) = (Vec::new(), 0usize);
    while let Some(row) = found.next()? {
        if let Some(what) = trouble(row)? {
            count += 1;
            if named.len() < SHOWN {
                named.push(what);
            }
        }
    }
    findings.push(if count == 0 {
        Finding { level: Level::Fine, what: fine.to_owned(), way_out: String::new() }
    } else {
        let more =
            if count > named.len() { format!(" and {} more", count - named.len()) } else { String::new() };
        let what = format!("not true that {fine}: {}{more}", named.join("; "));
        Finding { level: Level::Error, what, way_out: way_out.to_owned() }
    });
    Ok(())
}

/// How much is remembered.
fn counted(c: &Db) -> Result<Finding> {
    let (held, archived) = archive::counts(c)?;
    let what = format!("{held} memories are held, {archived} are in the archive");
    Ok(Finding { level: Level::Fine, what, way_out: String::new() })
}

/// How much of the past there is.
fn past(c: &Db) -> Result<Finding> {
    let (entries, bytes) = journal::size(c)?;
    let snapshots = snapshot::all(c)?;
    let size: i64 = snapshots.iter().map(|snapshot| snapshot.bytes).sum();
    let what = format!(
        "the journal has {entries} entries ({} KiB), and {} snapshots ({} KiB)",
        bytes / 1_024,
        snapshots.len(),
        size / 1_024
    );
    Ok(Finding { level: Level::Fine, what, way_out: String::new() })
}

/// Every configuration can be read.
fn configurations(c: &Db, findings: &mut Vec<Finding>) -> Result<()> {
    rows(
        c,
        findings,
        "every bot's configuration can be read",
        "reset the bot to its file with `botarium bot reset ID`",
        "SELECT id, config FROM bots WHERE departed_at IS NULL",
        |row| {
            let (id, config): (String, String) = row.try_into()?;
            Ok(bots::parse_config(&id, &config).err().map(|error| error.to_string()))
        },
    )
}

/// Rows that bear a time still to come: the clock was ahead when they were written, or is behind now.
fn future(c: &Db, findings: &mut Vec<Finding>, now: Stamp) -> Result<()> {
    let after = now.plus_seconds(AHEAD).micros();
    let mut found = Vec::new();
    for table in ["activities", "threads", "replies", "memories", "events"] {
        let (count, newest): (i64, Option<i64>) = c.query_row(
            &format!("SELECT count(*), max(created_at) FROM {table} WHERE created_at > ?1"),
            [after],
            |row| row.try_into(),
        )?;
        if let Some(newest) = newest {
            found.push(format!("{count} {table} up to {}", Stamp::from_micros(newest)));
        }
    }
    findings.push(if found.is_empty() {
        Finding { level: Level::Fine, what: "nothing is dated in the future".into(), way_out: String::new() }
    } else {
        Finding {
            level: Level::Warning,
            what: format!("dated in the future: {}", found.join(", ")),
            way_out: "set the clock right if it is behind; if it was ahead, they read as new until their time has come"
                .into(),
        }
    });
    Ok(())
}

/// Work that a crash cut off.
fn pending(c: &Db, findings: &mut Vec<Finding>, now: Stamp) -> Result<()> {
    let before = now.plus_seconds(-STALE).micros();
    let stale: i64 =
        c.query_row("SELECT count(*) FROM reservations WHERE created_at < ?1", params![before], |row| {
            row.get(0)
        })?;
    findings.push(if stale == 0 {
        Finding { level: Level::Fine, what: "no call hangs in the books".into(), way_out: String::new() }
    } else {
        Finding {
            level: Level::Warning,
            what: format!("{stale} reserved calls were never settled"),
            way_out: "start `botarium`: they are charged in full at the next start".into(),
        }
    });
    future(c, findings, now)?;
    let unremembered: i64 =
        c.query_row("SELECT count(*) FROM activities WHERE remembered = 0", [], |row| row.get(0))?;
    findings.push(if unremembered == 0 {
        Finding { level: Level::Fine, what: "every act is remembered".into(), way_out: String::new() }
    } else {
        Finding {
            level: Level::Warning,
            what: format!("{unremembered} acts wait to be remembered"),
            way_out: "nothing to do: they are taken up when the engine runs".into(),
        }
    });
    Ok(())
}
