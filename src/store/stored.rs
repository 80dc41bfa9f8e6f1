//! What is stored of a time that cannot be applied again: the acts, and the posts and votes that they left.
//!
//! In a copy of the society, what came after a moment is set aside in temporary tables of the writing connection, and
//! taken back when one goes on. Of a vote only its last value is known, and of a thread not when it was pinned.

use std::path::Path;

use rusqlite::{OptionalExtension as _, params};

use super::{Db, Result, indexing};
use crate::domain::{PostKind, Stamp};

/// Tables whose rows come and go with their moments.
const TABLES: &[&str] = &["activities", "threads", "thread_tags", "replies", "votes"];

/// Makes a copy ready to go about in.
///
/// # Errors
/// Database errors.
pub fn begin(c: &Db) -> Result<()> {
    for table in TABLES {
        c.execute_batch(&format!("CREATE TEMP TABLE later_{table} AS SELECT * FROM main.{table} WHERE 0;"))?;
    }
    c.execute_batch(
        "CREATE UNIQUE INDEX temp.later_activity ON later_activities (id);
         CREATE UNIQUE INDEX temp.later_thread ON later_threads (id);
         CREATE UNIQUE INDEX temp.later_reply ON later_replies (id);
         CREATE INDEX temp.later_vote ON later_votes (created_at);
         CREATE TEMP TABLE touched (thread INTEGER PRIMARY KEY);
         CREATE TEMP TABLE hidden AS
           SELECT 0 AS kind, id, id AS thread, deleted_at AS at FROM main.threads WHERE deleted_at IS NOT NULL
           UNION ALL SELECT 1, id, thread_id, deleted_at FROM main.replies WHERE deleted_at IS NOT NULL;",
    )?;
    indexing::wait_for_a_search(c)
}

/// Adds to a copy in `target`, which ends earlier, what `source` holds of its acts, posts and votes up to `activity`, which
/// was at `at`. Nothing else may be written to the copy meanwhile.
///
/// # Errors
/// Database errors.
pub fn fill(source: &Path, target: &Path, activity: i64, at: Stamp) -> Result<()> {
    let c = Db::open(target)?;
    c.set_pragma("foreign_keys", "OFF")?;
    c.set_pragma("synchronous", "OFF")?;
    c.execute("ATTACH ?1 AS source", [source.to_string_lossy()])?;
    let whole = c.begin()?;
    let number = |sql: &str| c.query_row(sql, [], |row| row.get::<_, i64>(0));
    let after = number("SELECT ifnull(max(id), 0) FROM main.activities")?;
    let since = number("SELECT ifnull(max(created_at), 0) FROM main.activities")?;
    let thread = number("SELECT ifnull(max(id), 0) FROM main.threads")?;
    let reply = number("SELECT ifnull(max(id), 0) FROM main.replies")?;
    let now = at.micros();
    let there =
        format!("CASE WHEN activity_id IS NULL THEN created_at <= {now} ELSE activity_id <= {activity} END");
    c.execute_batch(&format!(
        "INSERT INTO main.activities SELECT * FROM source.activities WHERE id > {after} AND id <= {activity};
         INSERT INTO main.threads SELECT * FROM source.threads WHERE id > {thread} AND {there};
         INSERT INTO main.thread_tags SELECT * FROM source.thread_tags
           WHERE thread_id > {thread} AND thread_id IN (SELECT id FROM main.threads);
         INSERT INTO main.replies SELECT * FROM source.replies WHERE id > {reply} AND {there};
         INSERT OR REPLACE INTO main.votes SELECT * FROM source.votes
           WHERE created_at > {since} AND created_at <= {now};
         CREATE TEMP TABLE hidden AS
           SELECT 0 AS kind, id, id AS thread, deleted_at AS at FROM source.threads WHERE deleted_at IS NOT NULL
           UNION ALL SELECT 1, id, thread_id, deleted_at FROM source.replies WHERE deleted_at IS NOT NULL;
         CREATE TEMP TABLE touched (thread INTEGER PRIMARY KEY);
         INSERT OR IGNORE INTO temp.touched SELECT id FROM main.threads WHERE id > {thread};
         INSERT OR IGNORE INTO temp.touched SELECT thread_id FROM main.replies WHERE id > {reply};
         INSERT OR IGNORE INTO temp.touched SELECT {OF_VOTE} FROM main.votes WHERE created_at > {since};
         INSERT OR IGNORE INTO temp.touched SELECT thread FROM temp.hidden;"
    ))?;
    count_again(&c, now)?;
    whole.commit()?;
    Ok(())
}

/// When an activity was; `None` if there is none.
///
/// # Errors
/// Database errors.
pub fn at(c: &Db, activity: i64) -> Result<Option<Stamp>> {
    let mut statement = c.prepare_cached("SELECT created_at FROM activities WHERE id = ?1")?;
    let mut rows = statement.query([activity])?;
    Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
}

/// Goes from wherever the copy is to the moment after `activity`, which was at `at`.
///
/// # Errors
/// Database errors.
pub fn go(c: &Db, activity: i64, at: Stamp) -> Result<()> {
    // Threads go before their replies.
    c.set_pragma("defer_foreign_keys", "ON")?;
    let now = at.micros();
    let thread = last(c, "threads", activity, now)?;
    let reply = last(c, "replies", activity, now)?;
    // What a vote or a reply changes is its thread; the rows that move say which.
    for (table, of, bound) in
        [("replies", "thread_id", format!("id > {reply}")), ("votes", OF_VOTE, format!("created_at > {now}"))]
    {
        let later = OF_VOTE.replace("main.replies", "temp.later_replies");
        let of_later = if table == "votes" { later.as_str() } else { of };
        c.execute_batch(&format!(
            "INSERT OR IGNORE INTO temp.touched SELECT {of} FROM main.{table} WHERE {bound};
             INSERT OR IGNORE INTO temp.touched SELECT ifnull({of}, {of_later}) FROM temp.later_{table} WHERE NOT ({bound});"
        ))?;
    }
    c.execute_batch(&format!(
        "INSERT OR IGNORE INTO temp.touched SELECT id FROM temp.later_threads WHERE id <= {thread};
         INSERT OR IGNORE INTO temp.touched SELECT thread FROM temp.hidden;"
    ))?;
    unindex(c, thread, reply)?;
    for (table, bound) in [
        ("activities", format!("id > {activity}")),
        ("threads", format!("id > {thread}")),
        ("thread_tags", format!("thread_id > {thread}")),
        ("replies", format!("id > {reply}")),
        ("votes", format!("created_at > {now}")),
    ] {
        c.execute_batch(&format!(
            "INSERT INTO temp.later_{table} SELECT * FROM main.{table} WHERE {bound};
             DELETE FROM main.{table} WHERE {bound};
             INSERT INTO main.{table} SELECT * FROM temp.later_{table} WHERE NOT ({bound});
             DELETE FROM temp.later_{table} WHERE NOT ({bound});"
        ))?;
    }
    count_again(c, now)
}

/// The thread of a vote's target.
const OF_VOTE: &str = "CASE target_type WHEN 'thread' THEN target_id ELSE \
     (SELECT thread_id FROM main.replies r WHERE r.id = target_id) END";

/// Counts what is left in the threads that changed.
fn count_again(c: &Db, now: i64) -> Result<()> {
    c.execute_batch(&format!(
        "DELETE FROM temp.touched WHERE thread IS NULL OR thread NOT IN (SELECT id FROM main.threads);
         UPDATE main.threads SET deleted_at = (SELECT at FROM temp.hidden h
             WHERE h.kind = 0 AND h.id = threads.id AND h.at <= {now})
           WHERE id IN (SELECT id FROM temp.hidden WHERE kind = 0);
         UPDATE main.replies SET deleted_at = (SELECT at FROM temp.hidden h
             WHERE h.kind = 1 AND h.id = replies.id AND h.at <= {now})
           WHERE id IN (SELECT id FROM temp.hidden WHERE kind = 1);"
    ))?;
    let votes = |kind: PostKind, of: &str, value: i64| {
        format!(
            "(SELECT count(*) FROM main.votes v WHERE v.target_type = '{kind}' AND v.target_id = {of}.id AND v.value = {value})"
        )
    };
    let (up, down) = (votes(PostKind::Thread, "threads", 1), votes(PostKind::Thread, "threads", -1));
    c.execute_batch(&format!(
        "UPDATE main.threads SET upvotes = {up}, downvotes = {down},
           reply_count = (SELECT count(*) FROM main.replies r WHERE r.thread_id = threads.id AND r.deleted_at IS NULL),
           last_activity_at = ifnull((SELECT max(r.created_at) FROM main.replies r
               WHERE r.thread_id = threads.id AND r.deleted_at IS NULL), created_at),
           last_seq = ifnull((SELECT max(r.activity_id) FROM main.replies r
               WHERE r.thread_id = threads.id AND r.deleted_at IS NULL), ifnull(activity_id, 0))
         WHERE id IN (SELECT thread FROM temp.touched);"
    ))?;
    let (up, down) = (votes(PostKind::Reply, "replies", 1), votes(PostKind::Reply, "replies", -1));
    c.execute_batch(&format!(
        "UPDATE main.replies SET upvotes = {up}, downvotes = {down}
           WHERE thread_id IN (SELECT thread FROM temp.touched) AND deleted_at IS NULL;
         DELETE FROM temp.touched;"
    ))?;
    Ok(())
}

/// The last row of a table of posts that was there after an activity, found by halving: posts rise with their acts. A
/// post without an act is there from its time on.
fn last(c: &Db, table: &str, activity: i64, now: i64) -> Result<i64> {
    let there = "CASE WHEN activity_id IS NULL THEN created_at <= ?2 ELSE activity_id <= ?1 END";
    // What is set aside begins right behind what is there.
    let next: Option<bool> = c
        .query_row(
            &format!("SELECT {there} FROM temp.later_{table} ORDER BY id LIMIT 1"),
            params![activity, now],
            |row| row.get(0),
        )
        .optional()?;
    let place = if next == Some(true) { format!("temp.later_{table}") } else { format!("main.{table}") };
    let most: Option<i64> = c.query_row(&format!("SELECT max(id) FROM {place}"), [], |row| row.get(0))?;
    let mut row =
        c.prepare_cached(&format!("SELECT id, {there} FROM {place} WHERE id >= ?3 ORDER BY id LIMIT 1"))?;
    let (mut low, mut high) = (0, most.unwrap_or(0));
    while low < high {
        let middle = low + (high - low + 1) / 2;
        let (id, is_there): (i64, bool) =
            row.query_row(params![activity, now, middle], |row| row.try_into())?;
        if is_there { low = id } else { high = middle - 1 }
    }
    Ok(low)
}

/// Takes what goes out of the index of posts.
fn unindex(c: &Db, thread: i64, reply: i64) -> Result<()> {
    for (table, bound, side) in [("threads", thread, 0), ("replies", reply, 1)] {
        let gone: Vec<i64> = c
            .prepare_cached(&format!(
                "SELECT id * 2 + {side} FROM main.{table} WHERE id > ?1 AND id * 2 + {side} IN \
                 (SELECT id FROM posts_fts_docsize)"
            ))?
            .query_map([bound], |row| row.get(0))?
            .collect::<std::result::Result<_, _>>()?;
        for rowid in gone {
            indexing::take_out(c, "posts_fts", rowid)?;
        }
    }
    Ok(())
}
