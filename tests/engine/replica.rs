//! A journal, applied again in an empty database, leads to the same society: every table, thoughts decoded.

use std::path::Path;

use botarium::engine::replay::Replay;
use botarium::engine::{Run, Settings};
use botarium::protocol::{CastVote, CreateThread, Interview};
use botarium::store::Db;
use rusqlite::Connection;
use serde_json::json;

use super::killed::Killed;
use super::model::{Aim, Model, Reply};
use super::patience::until;
use super::society::{Society, settings};

/// The journal of `database` leads to what is there.
pub fn assert_same(database: &Path) {
    let home = tempfile::tempdir().unwrap();
    let copy = home.path().join("replica.db");
    let mut replay = Replay::begin(database, &copy).unwrap();
    if let Err(why) = replay.run(None) {
        replay.close();
        let (a, b) = (Connection::open(database).unwrap(), Connection::open(&copy).unwrap());
        panic!("{why}\n{}{}", rows(&a, &b, "activities"), rows(&a, &b, "memories"));
    }
    let different = replay.differences().unwrap();
    replay.close();
    if !different.is_empty() {
        let (a, b) = (Connection::open(database).unwrap(), Connection::open(&copy).unwrap());
        panic!(
            "came out otherwise: {different:?}\n{}",
            different.iter().map(|t| rows(&a, &b, t)).collect::<String>()
        );
    }
}

/// The first rows of a table that differ.
fn rows(a: &Connection, b: &Connection, table: &str) -> String {
    let all = |c: &Connection| -> Vec<String> {
        let mut statement = c.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).unwrap();
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| {
            Ok((0..columns).map(|i| in_words(row.get_ref(i).unwrap())).collect::<String>())
        };
        statement.query_map([], row).unwrap().map(Result::unwrap).collect()
    };
    let (a, b) = (all(a), all(b));
    let mut told = format!("{table}: {} rows, {} again\n", a.len(), b.len());
    for (was, is) in a.iter().zip(&b).filter(|(was, is)| was != is).take(3) {
        told += &format!("- {}\n+ {}\n", text(was), text(is));
    }
    told
}

fn in_words(value: rusqlite::types::ValueRef<'_>) -> String {
    match value {
        rusqlite::types::ValueRef::Text(text) => format!("{}, ", String::from_utf8_lossy(text)),
        other => format!("{other:?}, "),
    }
}

fn text(row: &str) -> String {
    row.chars().take(600).collect()
}

/// A thread by a person that the bot is shown.
fn shown(call: &super::model::Call) -> i64 {
    let number = |line: &str| {
        let digits: String = line.split('#').nth(1)?.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    call.prompt.lines().filter(|line| line.contains("Question")).find_map(number).unwrap_or(1)
}

/// A model that misbehaves in every way the tests know.
async fn misbehaving() -> Model {
    Model::start(|call| match (call.aim, call.nth % 13) {
        (_, 3) => Reply::error(500, "out of memory"),
        (_, 8) => Reply::error(429, "slow down"),
        (Aim::Think, 1) => Reply::text("Let me think about it. No JSON today."),
        (Aim::Think, 5) => {
            Reply::act(json!({"action": "vote", "reply_id": 99_999, "value": 1, "reason": "?"}))
        }
        (Aim::Think, 7) => Reply::act(json!({"action": "web_search", "query": "tides", "reason": "to know"})),
        (Aim::Think, 10) => Reply::text("I cannot help with that request.").uncounted(),
        (Aim::Think, 11) => Reply::act(json!({"action": "follow", "bot_id": "b02"})),
        (Aim::Think, n) if n % 2 == 0 => Reply::act(json!({
            "action": "create_thread", "tags": ["tides"], "title": format!("Tide {}", call.nth),
            "content": format!("Table number {} is wrong by an hour, as b03 and the harbour know.", call.nth),
        })),
        (Aim::Think, _) => Reply::act(json!({
            "action": "reply", "thread_id": shown(call),
            "content": format!("I measured it myself, {} times, and the table was right.", call.nth),
        })),
        (Aim::Repair, n) if n % 2 == 0 => Reply::quiet(),
        (Aim::Extract, n) if n % 3 == 0 => Reply::text("nothing of note"),
        (Aim::Extract, _) => Reply::text(
            json!({"facts": [format!("Table {} is wrong.", call.nth)], "moments": ["I was told off."],
                   "relationships": [], "opinions": [], "interests": ["tides"]})
            .to_string(),
        ),
        _ => Reply::text("Yes, I remember that the tables were wrong, and whom I told of it."),
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_beats_of_a_misbehaving_model_come_out_the_same() {
    let model = misbehaving().await;
    let mut society = Society::begin(&model.address(), 5, |_| {}).await;
    for round in 0..15u32 {
        let handle = society.handle.clone();
        let run = Run { count: Some(20), ..Run::default() };
        handle.run_beats(run, |_| {}).await.unwrap();
        let person = CreateThread {
            author_bot_id: "human:Kim".into(),
            title: format!("Question {round}"),
            content: "Bot02, which table do you mean?".into(),
            tags: vec![],
        };
        let thread = handle.create_thread(person).await.unwrap();
        let vote = CastVote { voter_bot_id: "human:Kim".into(), value: if round % 2 == 0 { 1 } else { -1 } };
        let _ = handle.vote_thread(1 + i64::from(round) / 2, vote).await;
        let asked = Interview { question: "What did you see?".into(), remember: round % 2 == 0 };
        let _ = handle.interview("b03", asked).await;
        match round % 5 {
            0 => drop(handle.set_config("b01", json!({"behavior": {"shyness": round}})).await.unwrap()),
            1 => drop(handle.set_paused("b04", round % 2 == 0).await.unwrap()),
            2 => drop(handle.delete_thread(thread.id).await.unwrap()),
            3 => drop(handle.set_bot_pace("b05", Some(600 + round)).await.unwrap()),
            _ => {
                let at = Run { count: Some(1), bots: vec!["b02".into()], ..Run::default() };
                handle.run_beats(at, |_| {}).await.unwrap();
                drop(handle);
                society = society.again(|_| {});
            }
        }
    }
    let entries = society.number("SELECT count(*) FROM journal");
    assert!(entries > 900, "{entries}");
    for kind in ["answered", "failed", "found", "proceed", "asked", "post_thread", "set_config", "hide"] {
        let held = kinds(&society.database()).contains(kind);
        assert!(held, "no {kind} in the journal");
    }
    // The society's end compares what the journal leads to.
}

/// The words for what is in a journal.
fn kinds(database: &Path) -> std::collections::BTreeSet<String> {
    let entries =
        botarium::store::journal::read::<serde_json::Value>(&Db::open(database).unwrap(), 0, u32::MAX)
            .unwrap();
    // A wish is somebody's: what was wished is inside.
    let inner = |input: &serde_json::Value| input.pointer("/wish/input").unwrap_or(input).clone();
    entries
        .iter()
        .flat_map(|entry| inner(&entry.input).as_object().unwrap().clone())
        .map(|(kind, _)| kind)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_killed_again_and_again_comes_out_the_same() {
    let rounds: usize = std::env::var("BOTARIUM_TEST_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(10);
    let home = tempfile::tempdir().unwrap();
    let database = home.path().join("data/botarium.db");
    let entries = |database: &Path| -> i64 {
        let Ok(c) = Connection::open(database) else { return 0 };
        c.query_row("SELECT count(*) FROM journal", [], |row| row.get(0)).unwrap_or(0)
    };
    for round in 0..rounds {
        let before = entries(&database);
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_botarium"));
        command
            .args(["--home", home.path().to_str().unwrap(), "--seed", "7", "--clock", "sim"])
            .args(["beat", "--count", "1000000"])
            .env_remove("BOTARIUM_TEST_ROUNDS") // it is no setting of the program
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        let mut child = Killed(command.spawn().unwrap());
        let enough = before + 20 + i64::try_from(round).unwrap();
        until("some beats", async || {
            assert!(child.0.try_wait().unwrap().is_none(), "it runs");
            entries(&database) >= enough
        })
        .await;
        child.0.kill().unwrap();
        child.0.wait().unwrap();
    }
    assert_same(&database);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_society_of_some_age_is_taken_up_at_its_snapshots() {
    let (home, mut settings) = settings();
    settings.bots = Settings::new(home.path()).bots;
    let society = Society::start(home, settings);
    let run = Run { count: Some(2_300), ..Run::default() };
    society.handle.run_beats(run, |_| {}).await.unwrap();
    let database = society.database();
    let c = Connection::open(&database).unwrap();
    let snapshots = botarium::store::snapshot::all(&Db::open(&database).unwrap()).unwrap();
    assert!(snapshots.len() >= 2, "{snapshots:?}");
    // From the newest snapshot on, the end is the same as from the beginning.
    let copies = tempfile::tempdir().unwrap();
    let last = botarium::store::journal::last(&Db::open(&database).unwrap()).unwrap();
    let mut near = Replay::begin_near(&database, &copies.path().join("near.db"), Some(last), true).unwrap();
    assert!(near.number >= 2_000, "{}", near.number);
    near.run(None).unwrap();
    assert_eq!(near.differences().unwrap(), Vec::<&str>::new());
    near.close();
    // A journal that is cut short begins at a snapshot, and still leads to the same.
    let cut = copies.path().join("cut.db");
    Connection::open(&database).unwrap().execute("VACUUM INTO ?1", [cut.to_str().unwrap()]).unwrap();
    let other = Db::open(&cut).unwrap();
    assert!(botarium::store::snapshot::trim(&other, 30_000).unwrap() > 1_000);
    drop(other);
    assert_same(&cut);
    // What is taken out of the archive for good takes the snapshots with it that rely on it.
    let archived: i64 = c.query_row("SELECT min(id) FROM archive", [], |row| row.get(0)).unwrap();
    society.handle.forget_memory(archived).await.unwrap();
    assert_eq!(botarium::store::snapshot::all(&Db::open(&database).unwrap()).unwrap(), []);
}
