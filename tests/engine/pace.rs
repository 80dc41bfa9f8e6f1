//! The scheduler on the wall clock: who wakes when, pausing, stepping, stopping.

use std::pin::pin;
use std::time::{Duration, Instant};

use botarium::engine::clock::Clock;
use botarium::engine::{Handle, Subscription};
use botarium::protocol::{EngineState, Event, FaultKind, Notice, SetPace};
use jiff::tz::TimeZone;

use super::model::{Model, Reply};
use super::patience::PATIENCE;
use super::society::{Society, bot, settings};

/// The next event that `wanted` takes. A test that waits for ever is ended by its runner; this ends it sooner.
async fn hear<T>(heard: &mut Subscription, wanted: impl Fn(&Event) -> Option<T>) -> T {
    let found = async {
        loop {
            let event = heard.recv().await.expect("the engine runs");
            if let Some(found) = wanted(&event) {
                return found;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), found).await.expect("what was waited for did not happen")
}

/// Whose beat ended, idle ones too.
fn ended(event: &Event) -> Option<String> {
    match &event.notice {
        Notice::BotStatus { bot_id, .. } => Some(bot_id.clone()),
        _ => None,
    }
}

fn on_the_wall(s: &mut botarium::engine::Settings) {
    s.clock = Clock::system(TimeZone::UTC);
}

async fn scripted(bots: usize, pace: Option<u32>) -> Society {
    let (home, mut settings) = settings();
    on_the_wall(&mut settings);
    settings.pace_seconds = pace;
    let society = Society::start(home, settings);
    society.handle.add_crowd((1..=bots).map(|n| bot(&format!("b{n:02}"))).collect()).await.unwrap();
    society
}

fn seconds(pace: u32) -> SetPace {
    SetPace { preset: None, interval_seconds: Some(pace) }
}

fn due(society: &Society, bot: &str) -> f64 {
    let at = society.number(&format!("SELECT next_beat_at FROM bots WHERE id = '{bot}'"));
    (at - society.handle.clock().now().micros()) as f64 / 1e6
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_room_shows_life_within_half_a_second_and_then_keeps_its_pace() {
    let (home, mut settings) = settings();
    on_the_wall(&mut settings);
    settings.pace_seconds = None;
    settings.bots = botarium::engine::Settings::new(home.path()).bots;
    let started = Instant::now();
    let society = Society::start(home, settings);
    let mut heard = society.handle.subscribe();
    let engine = society.handle.spawn();
    let first = hear(&mut heard, ended).await;
    assert!(started.elapsed() < Duration::from_millis(1_500), "{:?}", started.elapsed());
    // 30 s with the embedded provider, a tenth more or less; the six are spread over it.
    let wait = due(&society, &first);
    assert!((25.0..=33.1).contains(&wait), "{wait}");
    let mut waits: Vec<f64> = society
        .texts("SELECT id FROM bots WHERE last_beat_at IS NULL")
        .iter()
        .map(|id| due(&society, id))
        .collect();
    waits.sort_by(f64::total_cmp);
    assert!(waits.len() >= 4 && waits.windows(2).all(|pair| pair[1] - pair[0] > 4.0), "{waits:?}");
    engine.stop(Duration::from_secs(5)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_pace_is_kept_and_a_bots_own_goes_before_the_rooms() {
    let society = scripted(3, Some(3_600)).await;
    society
        .handle
        .run_beats(botarium::engine::Run { count: Some(3), ..Default::default() }, |_| {})
        .await
        .unwrap();
    society.handle.set_bot_pace("b03", Some(50)).await.unwrap();
    society.handle.set_pace(seconds(600)).await.unwrap();
    for (bot, most) in [("b01", 601.0), ("b02", 601.0), ("b03", 51.0)] {
        let wait = due(&society, bot);
        assert!(wait > 0.0 && wait <= most, "{bot}: {wait}");
    }
    assert!(due(&society, "b01") > 500.0);
    let society = society.again(|s| s.pace_seconds = Some(3_600));
    assert_eq!(society.handle.pace().await.unwrap().interval_seconds, 600, "what a person chose stays");
    assert!((500.0..=601.0).contains(&due(&society, "b01")), "and so does the plan");
    assert_eq!(society.handle.bot("b03").await.unwrap().pace_seconds, Some(50));
    for wrong in [seconds(0), seconds(604_801)] {
        assert_eq!(society.handle.set_pace(wrong).await.unwrap_err().kind, FaultKind::Invalid);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pace_chosen_while_a_bot_thinks_is_its_pace_from_then_on() {
    let model = Model::start(|_| Reply::quiet().held()).await;
    let society = Society::begin(&model.address(), 1, on_the_wall).await;
    let handle = society.handle.clone();
    let beat = tokio::spawn(async move { handle.trigger("b01").await.unwrap() });
    model.arrived(1).await;
    society.handle.set_bot_pace("b01", Some(60)).await.unwrap();
    model.let_go(1);
    beat.await.unwrap();
    assert!(due(&society, "b01") < 70.0, "{}", due(&society, "b01"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_engine_wakes_nobody_but_can_be_stepped() {
    let society = scripted(2, Some(1)).await;
    society.handle.pause_engine().await.unwrap();
    let engine = society.handle.spawn();
    let mut heard = society.handle.subscribe();
    assert_eq!(society.handle.step_engine().await.unwrap().engine, EngineState::Paused);
    hear(&mut heard, ended).await;
    assert_eq!(society.number("SELECT sum(beat) FROM bots"), 1);
    society.handle.step_engine().await.unwrap();
    assert_eq!(society.number("SELECT sum(beat) FROM bots"), 2);
    assert_eq!(society.number("SELECT min(beat) FROM bots"), 1, "each in its turn");
    // A pause outlives the engine.
    engine.stop(Duration::from_secs(5)).await;
    let society = society.again(|_| {});
    assert_eq!(society.handle.room().await.unwrap().engine, EngineState::Paused);
    let mut heard = society.handle.subscribe();
    let engine = society.handle.spawn();
    society.handle.resume_engine().await.unwrap();
    hear(&mut heard, ended).await;
    engine.stop(Duration::from_secs(5)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_is_on_one_beat_at_a_time() {
    let model = Model::start(|_| Reply::quiet().held()).await;
    let society = Society::begin(&model.address(), 2, on_the_wall).await;
    let handle = society.handle.clone();
    let first = tokio::spawn(async move { handle.trigger("b01").await.unwrap() });
    model.arrived(1).await;
    assert!(society.handle.bot("b01").await.unwrap().thinking);
    let second = society.handle.trigger("b01").await.unwrap_err();
    assert_eq!(second.kind, FaultKind::Conflict);
    // A step takes the one that is free, whoever comes first in the plan.
    let handle = society.handle.clone();
    let step = tokio::spawn(async move { handle.step_engine().await.unwrap() });
    let calls = model.arrived(2).await;
    assert_eq!(calls.iter().map(|call| call.bot()).collect::<Vec<_>>(), ["b01", "b02"]);
    model.let_go(2);
    first.await.unwrap();
    step.await.unwrap();
    assert!(!society.handle.bot("b01").await.unwrap().thinking);
    assert_eq!(society.number("SELECT group_concat(beat) = '1,1' FROM bots"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_can_be_woken_at_once_and_each_wakes_once() {
    let society = scripted(5, Some(3_600)).await;
    let mut heard = society.handle.subscribe();
    let engine = society.handle.spawn();
    hear(&mut heard, ended).await; // the first of the plan
    let before = society.number("SELECT sum(beat) FROM bots");
    society.handle.trigger_all().await.unwrap();
    let mut woken = std::collections::BTreeSet::new();
    while woken.len() < 5 {
        woken.insert(hear(&mut heard, ended).await);
    }
    assert_eq!(society.number("SELECT sum(beat) FROM bots"), before + 5);
    engine.stop(Duration::from_secs(5)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn beats_that_were_missed_are_made_up_once_and_spread_over_the_interval() {
    let society = scripted(20, Some(3_600)).await;
    society
        .handle
        .run_beats(botarium::engine::Run { count: Some(20), ..Default::default() }, |_| {})
        .await
        .unwrap();
    // Nothing ran for ten days.
    society.handle.close();
    society
        .tampered()
        .execute_batch("UPDATE bots SET next_beat_at = next_beat_at - 864000000000, last_beat_at = last_beat_at - 864000000000")
        .unwrap();
    let society = society.again(|_| {});
    let mut heard = society.handle.subscribe();
    let engine = society.handle.spawn();
    let first = hear(&mut heard, ended).await;
    let wait = due(&society, &first);
    assert!(wait > 3_000.0, "its next beat is an interval away, not one of hundreds: {wait}");
    // The others come one after another: hardly any could have come already.
    assert!(society.number("SELECT count(*) FROM bots WHERE beat > 1") < 10);
    assert_eq!(society.number("SELECT max(beat) FROM bots"), 2);
    engine.stop(Duration::from_secs(5)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_long_pause_bots_do_not_all_wake_at_once() {
    let model = Model::start(|_| Reply::quiet().held()).await;
    let society = Society::begin(&model.address(), 40, on_the_wall).await;
    society.handle.pause_engine().await.unwrap();
    society.tampered().execute_batch("UPDATE bots SET next_beat_at = next_beat_at - 864000000000").unwrap();
    let engine = society.handle.spawn();
    let society = {
        // The plan is in memory: start anew, still paused.
        engine.stop(Duration::from_secs(5)).await;
        society.again(|_| {})
    };
    let engine = society.handle.spawn();
    society.handle.resume_engine().await.unwrap();
    model.arrived(1).await;
    assert!(model.calls().len() < 20, "{}", model.calls().len());
    engine.stop(Duration::ZERO).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_left_is_not_woken() {
    let society = scripted(2, Some(1)).await;
    let mut heard = society.handle.subscribe();
    let engine = society.handle.spawn();
    hear(&mut heard, ended).await;
    society.handle.delete_bot("b01").await.unwrap();
    let beats = || society.number("SELECT beat FROM bots WHERE id = 'b01'");
    let then = beats();
    for _ in 0..2 {
        hear(&mut heard, |event| ended(event).filter(|bot| bot == "b02")).await;
    }
    assert_eq!(beats(), then);
    engine.stop(Duration::from_secs(5)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_stops_within_its_grace_with_beats_in_flight() {
    let model = Model::start(|_| Reply::stall()).await;
    let society = Society::begin(&model.address(), 4, |s| {
        on_the_wall(s);
        s.pace_seconds = Some(1);
    })
    .await;
    let mut heard = society.handle.subscribe();
    let engine = society.handle.spawn();
    model.arrived(2).await;
    let started = Instant::now();
    engine.stop(Duration::from_millis(200)).await;
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    let stopped = |event: &Event| {
        matches!(event.notice, Notice::EngineState { engine: EngineState::Stopped }).then_some(())
    };
    hear(&mut heard, stopped).await;
    // What was under way is charged at the next start; the database can be opened at once.
    let calls = model.calls().len() as i64;
    let society = society.again(|_| {});
    assert_eq!(society.number("SELECT sum(calls) FROM usage_daily"), calls);
    assert_eq!(society.number("SELECT count(*) FROM reservations"), 0);
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn beats_in_flight_are_finished_within_the_grace() {
    let model = Model::start(|_| Reply::quiet().held()).await;
    let society = Society::begin(&model.address(), 1, on_the_wall).await;
    let engine = society.handle.spawn();
    model.arrived(1).await;
    let stopping = tokio::spawn(engine.stop(Duration::from_secs(20)));
    model.let_go(1);
    stopping.await.unwrap();
    assert_eq!(society.number("SELECT count(*) FROM activities WHERE action_type = 'do_nothing'"), 1);
    assert_eq!(society.number("SELECT count(*) FROM reservations"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_for_is_finished_within_the_grace() {
    let model = Model::start(|_| Reply::quiet().held()).await;
    let society = Society::begin(&model.address(), 2, |s| {
        on_the_wall(s);
        s.pace_seconds = Some(86_400);
    })
    .await;
    let engine = society.handle.spawn();
    let handle = society.handle.clone();
    let triggered = tokio::spawn(async move { handle.trigger("b01").await });
    model.arrived(1).await;
    let mut stopping = pin!(engine.stop(Duration::from_secs(60)));
    assert!(futures_util::poll!(stopping.as_mut()).is_pending());
    model.let_go(1);
    stopping.await;
    assert_eq!(triggered.await.unwrap().unwrap().action, "do_nothing");
    assert_eq!(society.number("SELECT count(*) FROM activities WHERE action_type = 'do_nothing'"), 1);
    assert_eq!(society.number("SELECT count(*) FROM reservations"), 0);
}

/// Every event that was announced is in the database, in order and without a gap.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_announced_is_stored_already() {
    let society = scripted(6, Some(1)).await;
    let mut heard = society.handle.subscribe();
    let db = society.db();
    let handle: Handle = society.handle.clone();
    let mut run = tokio::spawn(async move {
        handle
            .run_beats(botarium::engine::Run { count: Some(200), ..Default::default() }, |_| {})
            .await
            .unwrap()
    });
    let mut last = 0;
    let number = |sql: &str, id: i64| -> i64 { db.query_row(sql, [id], |row| row.get(0)).unwrap() };
    // How many of the beats are acts is drawn anew every time: what there is to hear is known when they have ended.
    let mut newest = None;
    while newest.is_none_or(|newest| last < newest) {
        let event = tokio::select! {
            event = tokio::time::timeout(PATIENCE, heard.recv()) => event.expect("it is told in time").unwrap(),
            report = &mut run, if newest.is_none() => {
                assert_eq!(report.unwrap().beats, 200);
                newest = Some(number("SELECT ifnull(max(id), 0) FROM activities WHERE id > ?1", 0));
                continue;
            }
        };
        if matches!(event.notice, Notice::HeartbeatComplete { .. }) {
            assert_eq!(event.seq, last + 1, "no gap");
            last = event.seq;
            assert_eq!(number("SELECT count(*) FROM activities WHERE id = ?1", last), 1);
        }
    }
    assert!(last >= 6, "nothing happened");
}
