//! What the benches share: a society with a past, and what a process takes.

use std::path::Path;

use botarium::domain::Stamp;
use rusqlite::{Connection, params};

/// Adds `rows` threads, replies and activities by the six, one a second up to `end`.
pub fn fill(database: &Path, rows: i64, end: Stamp) {
    let mut c = Connection::open(database).expect("the database opens");
    c.pragma_update(None, "synchronous", "OFF").expect("a pragma");
    let authors: Vec<String> = c
        .prepare("SELECT id FROM bots ORDER BY id")
        .and_then(|mut s| s.query_map([], |row| row.get(0))?.collect())
        .expect("bots");
    let first: i64 =
        c.query_row("SELECT ifnull(max(id), 0) FROM threads", [], |row| row.get(0)).expect("a number");
    let tx = c.transaction().expect("a transaction");
    for i in 1..=rows {
        let author = &authors[usize::try_from(i).unwrap_or(0) % authors.len()];
        let other = &authors[usize::try_from(i + 1).unwrap_or(0) % authors.len()];
        let at = end.plus_seconds(i - rows - 10).micros();
        let (thread, title) = (first + i, format!("Thread {i} about matter {}", i % 977));
        let text = format!(
            "Number {i} speaks of tide {} and bridge {} at some length, so that there is text to index.",
            i % 613,
            i % 401
        );
        tx.prepare_cached("INSERT INTO threads (id, author, title, content, created_at, last_activity_at, last_seq, reply_count, activity_id) VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, 1, ?6)")
            .and_then(|mut s| s.execute(params![thread, author, title, text, at, i]))
            .expect("a thread");
        tx.prepare_cached("INSERT INTO replies (id, thread_id, author, content, created_at, activity_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
            .and_then(|mut s| s.execute(params![i, thread, other, text, at, i]))
            .expect("a reply");
        tx.prepare_cached("INSERT INTO posts_fts (rowid, title, content) VALUES (?1, ?2, ?3), (?4, '', ?3)")
            .and_then(|mut s| s.execute(params![thread * 2, title, text, i * 2 + 1]))
            .expect("index rows");
        tx.prepare_cached("INSERT INTO activities (id, bot_id, action_type, details, created_at) VALUES (?1, ?2, 'create_thread', ?3, ?4)")
            .and_then(|mut s| s.execute(params![i, author, format!("{{\"success\":true,\"action\":\"create_thread\",\"thread_id\":{thread},\"title\":\"{title}\"}}"), at]))
            .expect("an activity");
    }
    tx.commit().expect("rows are stored");
    c.execute_batch("ANALYZE").expect("statistics");
}

/// Resident memory in MiB, from the kernel.
pub fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1_024.0
}
