//! The wall clock is set, and plans follow.

use std::time::Duration;

use botarium::engine::clock::Clock;
use botarium::store::Db;
use botarium::store::check::{self, Level};

use super::patience::until;
use super::society::{Society, bot, settings};

/// A society with the embedded provider on the system's clock.
async fn begin(bots: usize, pace: u32) -> (Society, Clock) {
    let (home, mut settings) = settings();
    let clock = Clock::system(jiff::tz::TimeZone::UTC);
    settings.clock = clock.clone();
    settings.pace_seconds = Some(pace);
    let society = Society::start(home, settings);
    let crowd = (1..=bots).map(|n| bot(&format!("b{n:03}"))).collect();
    society.handle.add_crowd(crowd).await.unwrap();
    (society, clock)
}

/// Waits for so many more beats.
async fn beats(society: &Society, more: i64) {
    let sql = "SELECT sum(beat) FROM bots";
    let before = society.number(sql);
    until("the society to go on", async || society.number(sql) >= before + more).await;
}

async fn set_and_put_right(by: i64) {
    let (society, clock) = begin(3, 1).await;
    let task = society.handle.spawn();
    beats(&society, 3).await;
    clock.set_wrong(by);
    beats(&society, 6).await;
    clock.set_wrong(0);
    beats(&society, 6).await;
    task.stop(Duration::from_secs(10)).await;
    let furthest = society.number("SELECT max(next_beat_at) FROM bots");
    assert!(furthest <= clock.now().plus_seconds(2).micros(), "no plan lies further ahead than its interval");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_a_day_ahead_does_not_stop_the_society() {
    set_and_put_right(86_400).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_an_hour_behind_does_not_stop_the_society() {
    set_and_put_right(-3_600).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_mends_plans_that_lie_too_far_ahead_and_spreads_what_was_missed() {
    let (society, clock) = begin(300, 3_600).await;
    let (past, future) = (clock.now().plus_seconds(-86_400), clock.now().plus_seconds(86_400));
    society
        .tampered()
        .execute(
            "UPDATE bots SET next_beat_at = CASE WHEN id < 'b150' THEN ?1 ELSE ?2 END",
            [past.micros(), future.micros()],
        )
        .unwrap();
    let society = society.again(|_| {});
    let now = clock.now();
    let bounds = |what: &str| society.number(&format!("SELECT {what}(next_beat_at) FROM bots"));
    assert!(bounds("min") >= now.plus_seconds(-60).micros());
    assert!(bounds("max") <= now.plus_seconds(3_961).micros());
    let crowded = "SELECT max(n) FROM (SELECT count(*) AS n FROM bots GROUP BY next_beat_at / 1000000)";
    assert!(society.number(crowded) <= 2, "not all in one second");
}

#[tokio::test(flavor = "multi_thread")]
async fn check_names_what_is_dated_in_the_future() {
    let (society, clock) = begin(1, 3_600).await;
    clock.set_wrong(86_400);
    society.handle.trigger("b001").await.unwrap();
    clock.set_wrong(0);
    let findings = check::check(&Db::open(&society.database()).unwrap(), clock.now()).unwrap();
    let found = findings.iter().find(|finding| finding.what.contains("dated in the future")).unwrap();
    assert_eq!(found.level, Level::Warning);
    assert!(found.what.contains("activities"), "{}", found.what);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_pace_and_a_new_provider_plan_within_the_interval() {
    let (society, clock) = begin(4, 14_400).await;
    let pace = botarium::protocol::SetPace { preset: None, interval_seconds: Some(30) };
    society.handle.set_pace(pace).await.unwrap();
    let within = |seconds| clock.now().plus_seconds(seconds).micros();
    assert!(society.number("SELECT max(next_beat_at) FROM bots") <= within(34));
    society.handle.set_bot_pace("b001", Some(14_400)).await.unwrap();
    society.handle.trigger("b001").await.unwrap();
    society.handle.set_bot_pace("b001", None).await.unwrap();
    assert!(society.number("SELECT max(next_beat_at) FROM bots") <= within(34));
}
