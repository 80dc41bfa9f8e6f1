//! A time that cannot be applied again (an earlier version lived it, or its journal was trimmed) is shown from what is
//! stored: at every moment the acts, posts and votes that were there then.

use botarium::domain::Stamp;
use botarium::engine::clock::{Clock, SIM_START};
use botarium::engine::past::{Past, entry_at};
use botarium::engine::{Run, Settings};
use botarium::protocol::{ActivityQuery, FaultKind, Sought, ThreadQuery, Way};
use botarium::store::Store;
use rusqlite::{Connection, OptionalExtension as _};

use super::eras::old_home;
use super::society::{self, Society};

/// A home of 0.1.0 that went on for 60 beats.
async fn gone_on() -> Society {
    let (home, mut settings) = society::settings();
    settings.bots = Settings::new(home.path()).bots;
    settings.seed = Some(7);
    settings.clock = Clock::simulated(SIM_START);
    old_home(home.path());
    let society = Society::start(home, settings);
    let then = society.home.path().join(THEN);
    Connection::open(society.handle.database())
        .unwrap()
        .execute("VACUUM INTO ?1", [then.to_str().unwrap()])
        .unwrap();
    society.handle.run_beats(Run { count: Some(60), ..Run::default() }, |_| {}).await.unwrap();
    society
}

/// A copy of the database as it was before the home went on: a vote that changes later is there as it was.
const THEN: &str = "then.db";

/// What the rows of the society itself say of the moment after an activity: its time, threads, replies and net votes.
fn truth(db: &Connection, activity: i64) -> (Stamp, i64, i64, i64) {
    let at: i64 = db
        .query_row("SELECT created_at FROM activities WHERE id = ?1", [activity], |row| row.get(0))
        .unwrap();
    let count = |sql: &str| -> i64 { db.query_row(sql, [at, activity], |row| row.get(0)).unwrap() };
    let there = "ifnull(activity_id, 0) <= ?2 AND ifnull(deleted_at, 9e18) > ?1";
    (
        Stamp::from_micros(at),
        count(&format!("SELECT count(*) FROM threads WHERE {there}")),
        count(&format!(
            "SELECT count(*) FROM replies WHERE {there} AND thread_id IN (SELECT id FROM threads WHERE {there})"
        )),
        count(&format!(
            "SELECT ifnull(sum(value), 0) FROM votes WHERE created_at <= ?1 AND target_type = 'thread' \
             AND target_id IN (SELECT id FROM threads WHERE {there})"
        )),
    )
}

async fn shown(past: &Past, activity: i64) -> (i64, i64, i64) {
    let handle = past.handle().unwrap();
    let newest = handle.activity(ActivityQuery { limit: 1, ..ActivityQuery::default() }).await.unwrap();
    assert_eq!(newest.first().map(|act| act.id), Some(activity));
    let (mut threads, mut replies, mut score) = (0, 0, 0);
    loop {
        let query = ThreadQuery { limit: 100, skip: threads, ..ThreadQuery::default() };
        let page = handle.threads(query).await.unwrap();
        for thread in &page {
            replies += thread.reply_count;
            score += thread.vote_score;
        }
        threads += u32::try_from(page.len()).unwrap();
        if page.len() < 100 {
            return (i64::from(threads), replies, score);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_version_lived_is_shown_from_what_is_stored() {
    let society = gone_on().await;
    let database = society.handle.database();
    let db = Connection::open(&database).unwrap();
    let then = Connection::open(society.home.path().join(THEN)).unwrap();
    let base: i64 =
        db.query_row("SELECT through FROM snapshots WHERE base = 1", [], |row| row.get(0)).unwrap();
    let (past, end) = Past::open(&database, &Way::End).unwrap();
    assert!(base > 300 && end.stored.is_none() && end.first == 1, "{end:?}");
    let mut ways = vec![Way::To(base.to_string()), Way::Begin];
    ways.extend([1, 7, 150, -40, 1, 9, -1, 60].map(Way::By));
    ways.extend([(base / 2).to_string(), (base - 1).to_string()].map(Way::To));
    ways.push(Way::Previous(Sought::Bot("ada_001".into())));
    for way in ways {
        let moment = past.go(&way).unwrap();
        assert!(
            moment.stored.as_ref().is_some_and(|why| why.contains("earlier version")),
            "{way:?}: {moment:?}"
        );
        let (at, threads, replies, score) = truth(&then, moment.activity);
        assert_eq!(moment.at, at);
        assert_eq!(shown(&past, moment.activity).await, (threads, replies, score), "{way:?}: {moment:?}");
    }
    // A moment by its time; and what is found is what was there.
    let (title, opened, at): (String, i64, i64) = db
        .query_row(
            "SELECT title, activity_id, created_at FROM threads WHERE activity_id > 100 LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .unwrap();
    let found = async |past: &Past| {
        let query = ThreadQuery { q: title.clone(), limit: 100, ..ThreadQuery::default() };
        past.handle().unwrap().threads(query).await.unwrap().iter().any(|thread| thread.title == title)
    };
    let moment = past.go(&Way::To(Stamp::from_micros(at).to_string())).unwrap();
    assert_eq!((moment.activity, found(&past).await), (opened, true));
    past.go(&Way::By(-1)).unwrap();
    assert!(!found(&past).await, "{title}");
    past.go(&Way::By(1)).unwrap();
    assert!(found(&past).await, "{title}");
    // Why an act was done is told where it was kept.
    let kept: Option<i64> = db
        .query_row("SELECT max(activity_id) FROM thoughts WHERE activity_id <= ?1", [base], |row| row.get(0))
        .optional()
        .unwrap()
        .flatten();
    let why = past.handle().unwrap().why(kept.expect("some are")).await.unwrap();
    assert_eq!(Some(why.activity.id), kept);
    // Nothing can be begun there; from its end on it is applied again.
    let fault = past.fork(database.with_file_name("fork")).await.unwrap_err();
    assert!(fault.kind == FaultKind::Conflict && fault.detail.contains("earlier version"), "{fault:?}");
    let store = Store::open_read_only(&database).unwrap();
    let fault = entry_at(&store, "12").unwrap_err();
    assert!(fault.detail.contains(&format!("activity 12 lies before {base}")), "{fault:?}");
    past.go(&Way::To(base.to_string())).unwrap();
    let next = past.go(&Way::By(1)).unwrap();
    assert!(next.stored.is_none() && next.activity > base, "{next:?}");
    let back = past.go(&Way::By(-1)).unwrap();
    assert!(back.activity == base && back.stored.is_some(), "{back:?}");
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_names_no_zone_is_one_of_the_room() {
    let (home, settings) = society::settings();
    let tokyo = jiff::tz::TimeZone::get("Asia/Tokyo").unwrap();
    let society = Society::start(home, Settings { clock: Clock::simulated_in(SIM_START, tokyo), ..settings });
    society.handle.run_beats(Run { count: Some(20), ..Run::default() }, |_| {}).await.unwrap();
    let database = society.handle.database();
    let store = Store::open_read_only(&database).unwrap();
    let begins = entry_at(&store, "2026-01-01T09:00:01").unwrap();
    assert_eq!(begins, entry_at(&store, "2026-01-01T00:00:01Z").unwrap());
    let fault = entry_at(&store, "2026-01-01T00:00:01").unwrap_err();
    assert!(fault.detail.contains("the society began at"), "{fault:?}");
}
