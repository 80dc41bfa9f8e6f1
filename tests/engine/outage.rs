//! A provider that fails and comes back: what is said meanwhile is true, and said once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use botarium::engine::Run;
use botarium::engine::clock::Clock;
use botarium::protocol::{Interview, SetCaps, Status};
use serde_json::json;

use super::model::{Aim, Model, Reply};
use super::patience;
use super::society::Society;

/// Waits until a number in the database is as wanted.
async fn until(society: &Society, sql: &str, wanted: i64) {
    patience::until(sql, async || society.number(sql) == wanted).await;
}

const FAILING: &str = "SELECT count(*) FROM bots WHERE failing IS NOT NULL";

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_said_once_and_ends_for_everybody_with_the_first_answer() {
    let broken = Arc::new(AtomicBool::new(true));
    let state = Arc::clone(&broken);
    let model = Model::start(move |_| {
        if state.load(Ordering::SeqCst) { Reply::error(401, "bad key") } else { Reply::quiet() }
    })
    .await;
    let society = Society::begin(&model.address(), 3, |_| {}).await;
    let run = Run { count: Some(6), ..Run::default() };
    society.handle.run_beats(run, |_| {}).await.unwrap();
    assert_eq!(model.calls().len(), 1, "the breaker is open");
    assert_eq!(
        society.texts("SELECT bot_id FROM activities WHERE action_type = 'failed'"),
        ["system"],
        "one row for the room"
    );
    for bot in society.handle.bots().await.unwrap() {
        assert_eq!(bot.status, Status::Failing);
        let reason = bot.status_reason.unwrap();
        assert!(reason.contains("refused the key (401)"), "{reason}");
        assert!(!reason.contains("left alone"), "the cause alone: {reason}");
    }
    // A person's wake is a probe, and what it finds is true for all.
    society.handle.trigger("b02").await.unwrap();
    assert_eq!(model.calls().len(), 2, "it was sent through the open breaker");
    broken.store(false, Ordering::SeqCst);
    let beat = society.handle.trigger("b02").await.unwrap();
    assert_eq!(beat.action, "do_nothing");
    assert_eq!(society.handle.room().await.unwrap().failing, 0);
    let view = society.handle.providers().await.unwrap().into_iter().find(|p| p.name == "model").unwrap();
    assert_eq!((view.state.as_str(), view.message), ("ready", None));
    // The next outage is news again.
    broken.store(true, Ordering::SeqCst);
    society.handle.trigger("b01").await.unwrap();
    assert_eq!(society.number("SELECT count(*) FROM activities WHERE action_type = 'failed'"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_one_bot_alone_gets_wrong_stays_its_own() {
    let model = Model::start(|call| match call.bot() {
        "b01" => Reply::error(400, "the model is not loaded"),
        _ => Reply::quiet(),
    })
    .await;
    let society = Society::begin(&model.address(), 2, |_| {}).await;
    for bot in ["b01", "b02", "b01", "b02"] {
        society.handle.trigger(bot).await.unwrap();
    }
    assert_eq!(society.handle.bot("b01").await.unwrap().status, Status::Failing);
    assert_eq!(society.handle.bot("b02").await.unwrap().status, Status::Active);
    assert_eq!(
        society.texts("SELECT bot_id FROM activities WHERE action_type = 'failed'"),
        ["b01"],
        "said once"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_local_server_is_looked_after_and_its_bots_wake_again_by_themselves() {
    // A port where nobody listens yet.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let society = Society::begin(&format!("http://127.0.0.1:{port}"), 3, |s| {
        s.clock = Clock::system(jiff::tz::TimeZone::UTC);
        s.pace_seconds = Some(3_600);
    })
    .await;
    for bot in ["b01", "b02", "b03"] {
        society.handle.trigger(bot).await.unwrap();
    }
    assert_eq!(society.number(FAILING), 3);
    let task = society.handle.spawn();
    let _model = Model::start_at(port, |_| Reply::quiet()).await;
    until(&society, FAILING, 0).await;
    // The first of them wakes at once, not in an hour.
    until(&society, "SELECT sum(beat) > 3 FROM bots", 1).await;
    task.stop(Duration::from_secs(20)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_whose_answers_about_memories_are_of_no_use_rests_and_that_is_seen() {
    let model = Model::start(|call| match call.aim {
        Aim::Think => Reply::act(json!({"action": "reply", "thread_id": 1, "parent_reply_id": null,
            "content": format!("Tide table number {} is wrong by an hour, as the harbour knows.", call.nth)})),
        _ => Reply::text("{\"facts\": [\"cut off in the mid"),
    })
    .await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    let mut last = None;
    for _ in 0..8 {
        last = society.handle.trigger("b01").await.unwrap().activity_id;
    }
    let asked = model.calls().iter().filter(|call| call.aim == Aim::Extract).count();
    assert_eq!(asked, 5, "after five in a row it is not asked");
    let view = society.handle.providers().await.unwrap().into_iter().find(|p| p.name == "model").unwrap();
    let count = &view.extractions[0];
    assert_eq!((count.read, count.failed, count.failed_in_a_row), (0, 5, 5));
    assert!(count.rests_until.is_some());
    assert_eq!(society.handle.why(last.unwrap()).await.unwrap().exchanges.len(), 1);
    let first =
        society.number("SELECT min(id) FROM activities WHERE action_type = 'reply' AND bot_id = 'b01'");
    let why = society.handle.why(first).await.unwrap();
    assert!(why.exchanges[1].error.as_deref().unwrap().contains("no memories"), "{:?}", why.exchanges[1]);
    assert!(society.number("SELECT count(*) FROM memories") > 0, "noted by rule meanwhile");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forecast_knows_a_fresh_room_and_counts_neither_interviews_nor_forbidden_beats() {
    let model = Model::start(|call| match call.aim {
        Aim::Interview => Reply::text("Because.").counted(50_000, 20),
        _ => Reply::quiet().counted(1_000, 100),
    })
    .await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    let fresh = society.handle.forecast().await.unwrap();
    assert!(fresh.expected_cost_usd.nanos() > 0 && fresh.expected_tokens > 0, "{fresh:?}");
    society.handle.trigger("b01").await.unwrap();
    let question = Interview { question: "Why?".into(), remember: false };
    society.handle.interview("b01", question).await.unwrap();
    let caps = |cap| SetCaps { daily_token_cap: Some(cap), daily_cost_cap_usd: None };
    society.handle.set_caps("b01", caps(Some(0))).await.unwrap();
    for _ in 0..5 {
        society.handle.trigger("b01").await.unwrap();
    }
    society.handle.set_caps("b01", caps(Some(10_000_000))).await.unwrap();
    let bot = &society.handle.forecast().await.unwrap().bots[0];
    assert_eq!(bot.tokens_per_beat, 1_100);
    assert_eq!(bot.tokens_so_far, 51_120);
}
