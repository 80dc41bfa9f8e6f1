//! Rounds of what can go wrong, one after another on the same home: killed, stopped, hung up on, a clock that
//! jumps, a model that fails. `BOTARIUM_TEST_ROUNDS` for more of them.

use std::time::Duration;

use botarium::engine::clock::Clock;
use botarium::engine::{self, Handle, ProviderSetup, Run, Settings};
use botarium::llm::{ProviderKind, ProviderSpec};
use botarium::protocol::Interview;
use rusqlite::Connection;
use serde_json::json;

use super::killed::{Killed, botarium};
use super::model::{Aim, Model, Reply};
use super::society::provider;

/// Rounds unless told otherwise.
const ROUNDS: usize = 8;

fn model() -> impl std::future::Future<Output = Model> {
    Model::start(|call| match (call.aim, call.nth % 7) {
        (_, 3) => Reply::error(500, "out of memory"),
        (Aim::Think, 5) => Reply::text("no JSON at all"),
        (Aim::Think, n) if n % 2 == 0 => Reply::act(json!({"action": "create_thread",
            "title": format!("Tide {}", call.nth),
            "content": format!("Tide table number {} is wrong by an hour, as the harbour knows.", call.nth),
            "tags": []})),
        (Aim::Extract, _) => Reply::text(json!({"facts": ["The table is wrong."]}).to_string()),
        _ => Reply::quiet(),
    })
}

/// What must hold whenever nothing runs, and whenever something does.
fn books_agree(db: &Connection, round: usize) {
    let number = |sql: &str| -> i64 { db.query_row(sql, [], |row| row.get(0)).unwrap() };
    for (acts, books) in [
        (
            "SELECT ifnull(sum(tokens_used), 0) FROM activities",
            "SELECT ifnull(sum(input + output), 0) FROM usage_daily",
        ),
        ("SELECT ifnull(sum(cost), 0) FROM activities", "SELECT ifnull(sum(cost), 0) FROM usage_room"),
    ] {
        let read = db.unchecked_transaction().unwrap();
        assert_eq!(number(acts), number(books), "round {round}: activities and books");
        read.finish().unwrap();
    }
}

/// The engine in this process on the same home, with the same provider.
fn open(home: &std::path::Path, address: &str, clock: &Clock) -> Handle {
    let mut settings = Settings { clock: clock.clone(), ..Settings::new(home) };
    let spec = ProviderSpec { name: "far".into(), concurrency: 1, ..provider(ProviderKind::OpenAi, address) };
    settings.providers.push(ProviderSetup { spec, price: None });
    settings.default_provider = "far".into();
    settings.pace_seconds = Some(1);
    engine::start(settings).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn rounds_of_kills_stops_hang_ups_and_clock_jumps_leave_nothing_hanging() {
    let rounds = std::env::var("BOTARIUM_TEST_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(ROUNDS);
    let model = model().await;
    let home = tempfile::tempdir().unwrap();
    let database = home.path().join("data/botarium.db");
    for round in 0..rounds {
        let calls = model.calls().len();
        if round % 2 == 0 {
            // The program, killed in the middle of whatever it does.
            let mut command = botarium(home.path(), &model.address());
            let mut child =
                Killed(command.args(["--serve", "--listen", "127.0.0.1:0", "--pace", "1"]).spawn().unwrap());
            model.arrived(calls + 1 + round % 5).await;
            child.0.kill().unwrap();
            child.0.wait().unwrap();
        } else {
            let clock = Clock::system(jiff::tz::TimeZone::UTC);
            let handle = open(home.path(), &model.address(), &clock);
            let task = handle.spawn();
            model.arrived(calls + 1).await;
            clock.set_wrong(if round % 4 == 1 { 7_200 } else { -7_200 });
            // Callers that are gone before the answer.
            for bot in handle.bots().await.unwrap() {
                let (handle, id) = (handle.clone(), bot.id.clone());
                let asked = tokio::spawn(async move {
                    let question = Interview { question: "Why?".into(), remember: false };
                    let _ = handle.interview(&id, question).await;
                });
                tokio::task::yield_now().await;
                asked.abort();
            }
            let run = tokio::spawn({
                let handle = handle.clone();
                async move { handle.run_beats(Run { count: Some(3), ..Run::default() }, |_| {}).await }
            });
            model.arrived(calls + 3).await;
            run.abort();
            clock.set_wrong(0);
            model.arrived(calls + 5).await;
            task.stop(Duration::from_secs(30)).await;
        }
        books_agree(&Connection::open(&database).unwrap(), round);
    }
    let clock = Clock::system(jiff::tz::TimeZone::UTC);
    let handle = open(home.path(), &model.address(), &clock);
    let db = Connection::open(&database).unwrap();
    let number = |sql: &str| -> i64 { db.query_row(sql, [], |row| row.get(0)).unwrap() };
    assert_eq!(number("SELECT count(*) FROM reservations"), 0, "no reservation hangs");
    assert!(number("SELECT max(next_beat_at) FROM bots") <= clock.now().plus_seconds(2).micros());
    for bot in handle.bots().await.unwrap() {
        assert!(bot.doing.is_none());
        handle.trigger(&bot.id).await.unwrap();
    }
    books_agree(&db, rounds);
    handle.close();
}
