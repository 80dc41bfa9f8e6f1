//! Rounds of what can go wrong, one after another on the same home: killed, out of disk, stopped, hung up on, a clock
//! that jumps, a model that fails. `BOTARIUM_TEST_ROUNDS` for more of them.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use botarium::engine::clock::Clock;
use botarium::engine::{self, Handle, ProviderSetup, Run, Settings};
use botarium::llm::{ProviderKind, ProviderSpec};
use botarium::protocol::{Interview, Notice};
use futures_util::StreamExt as _;
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::killed::{Killed, botarium};
use super::model::{Aim, Model, Reply};
use super::patience::Watchdog;
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

/// The numbers of activities that somebody was told of.
type Announced = Arc<Mutex<Vec<i64>>>;

/// The program at work on the home, and who listens at its port to what it announces.
struct Program {
    child: Killed,
    listens: tokio::task::JoinHandle<()>,
}

impl Program {
    /// `most`: no file may become longer than so many KiB, as on a full disk.
    async fn serve(home: &Path, model: &str, most: Option<u64>, announced: &Announced) -> Self {
        let program = botarium(home, model);
        let mut command = std::process::Command::new("bash");
        let limit = most.map_or(String::new(), |most| format!("trap '' XFSZ; ulimit -f {most}; "));
        command.args(["-c", &format!("{limit}exec \"$@\""), "bash"]);
        command.arg(program.get_program()).args(program.get_args());
        command.args(["--serve", "--listen", "127.0.0.1:0", "--pace", "1"]);
        for (name, _) in program.get_envs() {
            command.env_remove(name);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let address = tokio::task::block_in_place(|| {
            let _bound = Watchdog::over(child.id());
            said_address(&mut child)
        });
        let child = Killed(child);
        let announced = Arc::clone(announced);
        let listens = tokio::spawn(async move {
            let Some(address) = address else { return };
            let stream = format!("ws://{address}/ws/activity");
            let Ok((mut live, _)) = tokio_tungstenite::connect_async(stream).await else { return };
            while let Some(Ok(message)) = live.next().await {
                let Message::Text(text) = message else { continue };
                let event: Value = serde_json::from_str(&text).unwrap();
                if event["type"] == "heartbeat_complete" {
                    announced
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(event["seq"].as_i64().unwrap());
                }
            }
        });
        Self { child, listens }
    }

    async fn killed(mut self) {
        self.child.0.kill().unwrap();
        self.child.0.wait().unwrap();
        self.listens.await.unwrap();
    }
}

/// Where its port is; the rest of what it says is read and dropped. `None` when it ended before.
fn said_address(child: &mut Child) -> Option<String> {
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let address = lines.find_map(|line| {
        let (_, at) = line.split_once("the port is open at http://")?;
        at.split_whitespace().next().map(str::to_owned)
    });
    std::thread::spawn(move || lines.for_each(drop));
    address
}

/// Nothing announced is lost, and nobody is left in the middle of anything.
fn all_is_kept(db: &Connection, announced: &Announced, round: usize) {
    for id in announced.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        let kept: bool = db
            .query_row("SELECT EXISTS (SELECT 1 FROM activities WHERE id = ?1)", [id], |row| row.get(0))
            .unwrap();
        assert!(kept, "round {round}: {id} was announced and is lost");
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
    let announced = Announced::default();
    let mut heard = 0;
    for round in 0..rounds {
        let calls = model.calls().len();
        match round % 4 {
            // The program, killed in the middle of whatever it does.
            0 => {
                let program = Program::serve(home.path(), &model.address(), None, &announced).await;
                model.arrived(calls + 1 + round % 5).await;
                program.killed().await;
            }
            // The disk is full after a few pages more: it says so and ends by itself.
            2 => {
                let most = std::fs::metadata(&database).unwrap().len() / 1024 + 100 + (round as u64 % 5) * 60;
                let mut program = Program::serve(home.path(), &model.address(), Some(most), &announced).await;
                let code = tokio::task::block_in_place(|| {
                    let _bound = Watchdog::over(program.child.0.id());
                    program.child.0.wait().unwrap().code()
                });
                assert_eq!(code, Some(3), "round {round}: a store that cannot go on");
                program.listens.await.unwrap();
            }
            odd => disturbed(home.path(), &model, if odd == 1 { 7_200 } else { -7_200 }, &announced).await,
        }
        let db = Connection::open(&database).unwrap();
        books_agree(&db, round);
        heard += announced.lock().unwrap().len();
        all_is_kept(&db, &announced, round);
    }
    println!("{rounds} rounds, {} calls, {heard} acts announced", model.calls().len());
    assert!(heard >= rounds, "it is heard what happens");
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

/// The engine in this process: its clock is set, callers hang up, a run is given up, then a clean stop.
async fn disturbed(home: &Path, model: &Model, wrong: i64, announced: &Announced) {
    let calls = model.calls().len();
    let clock = Clock::system(jiff::tz::TimeZone::UTC);
    let handle = open(home, &model.address(), &clock);
    let mut heard = handle.subscribe();
    let task = handle.spawn();
    model.arrived(calls + 1).await;
    clock.set_wrong(wrong);
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
    while let Some(event) = heard.try_recv() {
        if matches!(event.notice, Notice::HeartbeatComplete { .. }) {
            announced.lock().unwrap().push(event.seq);
        }
    }
}
