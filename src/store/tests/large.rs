//! A hundred thousand rows: plans that never scan, and work that does not grow with the room.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use super::super::{activities, analytics, archive, bots, flags, forum, remembered, stats, timeline, usage};
use super::{Room, lens};
use crate::protocol::{ActivityQuery, ArchiveQuery, MemoryQuery, ThreadQuery, ThreadSort};

/// 10,000 threads, 90,000 replies, 100,000 activities, 40 bots, a year of counters.
static ROOM: LazyLock<Mutex<Room>> = LazyLock::new(|| {
    let room = Room::new();
    for number in 0..40 {
        room.bot(&format!("b{number:02}"), &format!("Bot {number}"));
    }
    room.execute_batch(
        "PRAGMA synchronous = OFF; BEGIN;
         CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i FROM n;
         INSERT INTO threads (id, author, title, content, created_at, last_activity_at, last_seq, upvotes)
           SELECT i, format('b%02d', i % 40), 'Thread ' || i, 'What of the tides, thought ' || (i % 500), i, i, (i * 7919) % 10007, i % 13
           FROM n WHERE i <= 10000;
         INSERT INTO thread_tags SELECT 'tides', id FROM threads;
         INSERT INTO replies (id, thread_id, author, content, created_at)
           SELECT i, CASE WHEN i <= 1000 THEN 5000 ELSE i % 10000 + 1 END, format('b%02d', i % 40),
             'Perhaps the tides thing is ' || i || ' and something else that goes on for a while', i FROM n WHERE i <= 90000;
         INSERT INTO posts_fts (rowid, title, content) SELECT id * 2, title, content FROM threads;
         INSERT INTO posts_fts (rowid, title, content) SELECT id * 2 + 1, '', content FROM replies;
         INSERT INTO activities (id, bot_id, action_type, details, created_at)
           SELECT i, format('b%02d', i % 40), CASE i % 10 WHEN 0 THEN 'create_thread' ELSE 'reply' END, '{\"success\":true}', i FROM n;
         INSERT INTO actions_daily SELECT date('2026-03-10', '-' || (i % 365) || ' days'), format('b%02d', i / 365 % 40),
           CASE i / 14600 WHEN 0 THEN 'create_thread' WHEN 1 THEN 'reply' ELSE 'vote' END, 1 FROM n WHERE i < 43800;
         INSERT INTO reputation_daily SELECT format('b%02d', i / 365), date('2026-03-10', '-' || (i % 365) || ' days'), i
           FROM n WHERE i < 14600;
         INSERT INTO usage_daily (bot_id, day, provider, model, calls, input)
           SELECT format('b%02d', i / 365), date('2026-03-10', '-' || (i % 365) || ' days'), 'ollama', 'm', 1, 1 FROM n WHERE i < 14600;
         INSERT INTO ties SELECT format('b%02d', i / 40), format('b%02d', i % 40), i, 1, 1, 0 FROM n WHERE i / 40 < i % 40 AND i < 1600;
         INSERT INTO memories (bot_id, kind, text, created_at, updated_at)
           SELECT format('b%02d', i % 40), i % 5, 'memory ' || i, i, i FROM n WHERE i <= 12000;
         INSERT INTO archive SELECT 12000 + i, format('b%02d', i % 40), 0, 'Ada said the tides are ' || i || ' and something', '', 0.5,
           0, 0, NULL, NULL, NULL, NULL, 1, i, i FROM n;
         INSERT INTO archive_fts (rowid, bot, text) SELECT id, lower(hex(bot_id)), text FROM archive;
         COMMIT;",
    )
    .unwrap();
    Mutex::new(room)
});

/// Runs a query again and holds the steps of SQLite's machine it takes, in thousands, to `bound`.
fn bounded<T>(what: &str, bound: u64, mut run: impl FnMut(&Room) -> T) -> T {
    const EVERY: i32 = 10;
    let room = ROOM.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    run(&room);
    let steps = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&steps);
    let count = move || counted.fetch_add(u64::from(EVERY.unsigned_abs()), Ordering::Relaxed) == u64::MAX;
    room.c.inner().progress_handler(EVERY, Some(count)).unwrap();
    let value = run(&room);
    room.c.inner().progress_handler(0, None::<fn() -> bool>).unwrap();
    let steps = steps.load(Ordering::Relaxed);
    eprintln!("{what}: {steps}");
    assert!(steps < bound * 1_000, "{what} took {steps} steps");
    value
}

#[test]
fn searches_read_a_bounded_part_whatever_the_word() {
    let ask = |q: &str, sort| ThreadQuery { q: q.into(), sort, limit: 20, ..ThreadQuery::default() };
    for (q, sort) in [
        ("tides", ThreadSort::Newest),
        ("tid", ThreadSort::Popular),
        ("somethi", ThreadSort::Active),
        ("ti th", ThreadSort::Newest),
        ("t", ThreadSort::Newest),
        ("perhaps 89999", ThreadSort::Newest),
        ("perhaps 89", ThreadSort::Newest),
    ] {
        let found = bounded(&format!("search {q}"), 260, |room| forum::threads(room, &ask(q, sort)).unwrap());
        assert_eq!(found.is_empty(), q == "t", "{q}");
    }
}

#[test]
fn the_archive_is_read_as_far_as_the_page_goes() {
    let zone = jiff::tz::TimeZone::UTC;
    let ask = |q: Option<&str>, after| ArchiveQuery { limit: 20, after, q: q.map(Into::into) };
    for (q, found) in [
        (None, 20),
        (Some("tides"), 20),
        (Some("the tides something"), 20),
        (Some("somethi"), 20),
        (Some("tides 99999"), 1),
        (Some("99998"), 0),
        (Some("t"), 0),
    ] {
        for after in [None, Some(90_000)] {
            let page = bounded(&format!("archive {q:?} {after:?}"), 3, |room| {
                archive::page(room, &zone, "b39", &ask(q, after)).unwrap()
            });
            let found = if found == 1 && after.is_some() { 0 } else { found };
            assert_eq!(page.len(), found, "{q:?} after {after:?}");
            assert!(page.windows(2).all(|two| two[0].id > two[1].id), "{q:?}");
            assert!(page.iter().all(|one| after.is_none_or(|after| one.id < after)), "{q:?}");
        }
    }
    bounded("memories with a word", 10, |room| {
        let q = MemoryQuery { limit: 50, q: Some("memory".into()), ..MemoryQuery::default() };
        remembered::warm(room, &zone, "b39", &q).unwrap()
    });
}

#[test]
fn lists_cost_the_same_at_any_depth() {
    for sort in [ThreadSort::Newest, ThreadSort::Popular, ThreadSort::Active] {
        for after in [None, Some(60)] {
            let q = ThreadQuery { sort, limit: 20, after, ..ThreadQuery::default() };
            bounded(&format!("threads {sort:?} {after:?}"), 12, |room| forum::threads(room, &q).unwrap());
        }
        let q = ThreadQuery { sort, limit: 20, tag: Some("tides".into()), ..ThreadQuery::default() };
        bounded(&format!("tagged {sort:?}"), 100, |room| forum::threads(room, &q).unwrap());
    }
    let thread = bounded("a thread of 1,000 replies", 30, |room| forum::thread(room, 5_000).unwrap());
    assert!(thread.replies.len() > 1_000);
}

#[test]
fn what_one_bot_did_of_one_kind_is_read_alone() {
    let ask = |kind: &str| ActivityQuery {
        bot_id: Some("b01".into()),
        action_type: Some(kind.into()),
        limit: 50,
        ..ActivityQuery::default()
    };
    // It did nothing else than reply.
    for (kind, found) in [("reply", 50), ("create_thread", 0), ("follow", 0)] {
        let page = bounded(&format!("b01's {kind}"), 3, |room| activities::page(room, &ask(kind)).unwrap());
        assert_eq!(page.len(), found, "{kind}");
    }
}

#[test]
fn charts_come_from_counters() {
    bounded("analytics", 100, |room| analytics::analytics(room, &lens(), 30).unwrap());
    bounded("reputation history", 40, |room| stats::reputation_history(room, &lens(), 90).unwrap());
    bounded("graph", 20, |room| stats::graph(room).unwrap());
    bounded("actions", 130, |room| stats::actions(room, &lens(), 30).unwrap());
    bounded("usage series", 80, |room| stats::usage_series(room, &lens(), 30, None).unwrap());
    bounded("a stretch of time", 40, |room| timeline::timeline(room, &lens(), 60, 0, 120).unwrap());
    bounded("header", 5, |room| usage::counts(room, &lens()).unwrap());
    bounded("bots", 10, |room| bots::all(room, &lens()).unwrap());
}

/// Fails when a plan reads a whole table or sorts more than it must.
fn planned(sql: &str, sorted: bool) {
    let room = ROOM.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut statement = room.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let steps: Vec<String> =
        statement.raw_query().mapped(|row| row.get(3)).collect::<Result<_, _>>().unwrap();
    for step in &steps {
        // `:=` of a full-text table is a look-up of one row, `:M` of a word.
        let looks_up = step.contains("USING") || step.contains("INDEX 0:=") || step.contains(":M");
        let whole = step.starts_with("SCAN") && !looks_up;
        assert!(!whole, "{sql}\n{steps:#?}");
        assert!(sorted || !step.contains("TEMP B-TREE"), "{sql}\n{steps:#?}");
    }
}

#[test]
fn hot_queries_use_their_indexes() {
    for sort in [ThreadSort::Newest, ThreadSort::Popular, ThreadSort::Active] {
        for after in [None, Some(1)] {
            planned(&forum::walk_sql(&ThreadQuery { sort, after, ..ThreadQuery::default() }), false);
        }
    }
    let by = ThreadQuery { author: Some("a".into()), after: Some(1), ..ThreadQuery::default() };
    planned(&forum::walk_sql(&by), false);
    for (bot, kind) in [(false, false), (true, false), (false, true), (true, true)] {
        for (seq, after) in [(None, None), (Some(1), None), (None, Some(1))] {
            let q = ActivityQuery {
                bot_id: bot.then(|| "a".into()),
                action_type: kind.then(|| "reply".into()),
                after_seq: seq,
                after,
                ..ActivityQuery::default()
            };
            planned(&activities::page_sql(&q), false);
        }
    }
    planned(&remembered::newest_sql(), false);
    planned(archive::page_sql(false), false);
    planned(archive::page_sql(true), false);
    planned("DELETE FROM search_cache WHERE fetched_at <= 1", false);
    planned(&flags::flags_sql(false), true);
    planned("SELECT count(*) FROM flags WHERE resolved = 0", false);
    planned("SELECT count(*) FROM bots WHERE is_paused = 1 AND departed_at IS NULL", false);
    planned("SELECT id FROM bots WHERE gate IS NOT NULL AND departed_at IS NULL", false);
}
