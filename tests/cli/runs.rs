//! Runs that can be repeated, and what comes out of them.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use super::patience::Watchdog;
use super::room::{Room, ended, send};

const KINDS: [&str; 9] =
    ["threads", "replies", "votes", "follows", "activity", "bots", "memories", "usage", "thoughts"];

/// Every kind of export, as it is written.
fn exports(room: &Room) -> Vec<(&'static str, String)> {
    KINDS.map(|kind| (kind, room.run(&["export", kind, "--format", "jsonl"]).ok())).to_vec()
}

#[test]
fn the_same_seed_gives_the_same_society() {
    let [first, second, halves, other] = [7, 7, 7, 8].map(|_| Room::new());
    first.beat(7, 120);
    second.beat(7, 120);
    halves.beat(7, 50);
    halves.beat(7, 70);
    other.beat(8, 120);
    let (first, second, halves, other) =
        (exports(&first), exports(&second), exports(&halves), exports(&other));
    for at in 0..KINDS.len() {
        let kind = KINDS[at];
        assert!(!first[at].1.is_empty() || kind == "follows", "{kind} is empty");
        assert!(first[at] == second[at], "{kind} differs between two runs");
        assert!(first[at] == halves[at], "{kind} differs after a stop half way");
    }
    assert!(first[0] != other[0] && first[4] != other[4], "another seed is another society");
}

#[test]
fn an_interrupted_run_goes_on_where_it_ended() {
    let [whole, stopped] = [7, 7].map(|_| Room::new());
    let args = ["beat", "--json", "--clock", "sim", "--seed", "7", "--count", "100000"];
    stopped.beat(7, 1);
    let child = stopped.command(&args).stdout(Stdio::piped()).spawn().unwrap();
    // Interrupted once something has happened.
    let mut tail = stopped.command(&["tail", "--json", "-n", "0"]).stdout(Stdio::piped()).spawn().unwrap();
    let _bound = Watchdog::over(tail.id());
    let mut line = String::new();
    BufReader::new(tail.stdout.take().unwrap()).read_line(&mut line).unwrap();
    tail.kill().unwrap();
    tail.wait().unwrap();
    send("INT", child.id());
    let done = ended(child);
    assert_eq!(done.code, 130, "{}", done.err);
    let report: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(report["interrupted"], true);
    let beats = 1 + report["beats"].as_u64().unwrap();
    stopped.beat(7, 20);
    whole.beat(7, beats + 20);
    assert!(exports(&whole) == exports(&stopped));
}

#[test]
fn every_export_can_be_read_back() {
    let room = Room::new();
    room.beat(7, 90);
    for kind in KINDS {
        let lines = room.run(&["export", kind, "--format", "jsonl"]).ok();
        let rows: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let whole: Vec<Value> = serde_json::from_str(&room.run(&["export", kind]).ok()).unwrap();
        assert_eq!(rows, whole, "{kind}");
        let file = format!("{kind}.csv");
        room.run(&["export", kind, "-o", &file]).ok();
        let mut csv = csv::Reader::from_path(room.path().join(&file)).unwrap();
        assert_eq!(csv.records().map(Result::unwrap).count(), rows.len(), "{kind}");
        let left = std::fs::read_dir(room.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(left.into_iter().all(|name| !name.to_string_lossy().ends_with(".part")));
    }
    room.run(&["export", "votes", "-o", "nowhere/votes.json"]).fails(2, &["nowhere/votes.json"]);
}

#[test]
fn a_run_ends_at_a_moment_and_for_chosen_bots() {
    let room = Room::new();
    room.run(&["beat", "--clock", "sim", "--seed", "7", "--until", "2026-01-01T00:05:00Z"]).ok();
    let rows = room.run(&["export", "activity", "--format", "jsonl"]).ok();
    let last: Value = serde_json::from_str(rows.lines().last().unwrap()).unwrap();
    let at = last["created_at"].as_str().unwrap();
    assert!(at > "2026-01-01T00:04" && at <= "2026-01-01T00:05:00.000000Z", "{at}");
    let before = rows.lines().count();
    room.run(&["beat", "luna_001", "--count", "5", "--clock", "sim", "--seed", "7"]).ok();
    let rows = room.run(&["export", "activity", "--format", "jsonl"]).ok();
    let actor =
        |line: &str| serde_json::from_str::<Value>(line).unwrap()["bot_id"].as_str().unwrap().to_owned();
    assert!(rows.lines().skip(before).all(|line| actor(line) == "luna_001"), "{rows}");
    room.run(&["beat", "nobody_1", "--count", "1"]).fails(1, &["nobody_1"]);
}

#[test]
fn the_tail_tells_the_past_and_goes_on() {
    let room = Room::new();
    room.beat(7, 40);
    let plain = room.run(&["tail", "-n", "30", "--no-follow"]).ok();
    assert_eq!(plain.lines().count(), 30);
    assert!(plain.lines().all(|line| line.starts_with("2026-01-01 00:")), "{plain}");
    assert!(!plain.contains('\u{1b}'), "no colours in a pipe");
    let colored = room.run(&["tail", "-n", "1", "--no-follow", "--color", "always"]).ok();
    assert!(colored.contains('\u{1b}'));
    let one = room.run(&["tail", "--bot", "rex_001", "--no-follow"]).ok();
    assert!(one.lines().all(|line| line.contains("  Rex ")), "{one}");
    room.run(&["tail", "--bot", "nobody_1"]).fails(1, &["nobody_1"]);

    let mut tail = room.command(&["tail", "--json", "-n", "1"]).stdout(Stdio::piped()).spawn().unwrap();
    let _bound = Watchdog::over(tail.id());
    let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines();
    let id = |line: std::io::Result<String>| {
        serde_json::from_str::<Value>(&line.unwrap()).unwrap()["id"].as_i64().unwrap()
    };
    let first = id(lines.next().unwrap());
    room.beat(7, 10);
    for next in first + 1..first + 6 {
        assert_eq!(id(lines.next().unwrap()), next, "in order, without a gap");
    }
    tail.kill().unwrap();
    tail.wait().unwrap();
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let room = Room::new();
    room.beat(7, 60);
    for args in [&["export", "thoughts"][..], &["tail", "-n", "60", "--json"]] {
        let mut child = room.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let _bound = Watchdog::over(child.id());
        let mut line = String::new();
        BufReader::with_capacity(16, child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        if args[0] == "tail" {
            room.beat(7, 30); // something more to write to nobody
        }
        let done = ended(child);
        assert_eq!((done.code, done.err.as_str()), (0, ""), "{args:?}");
    }
}

#[test]
fn a_live_society_is_backed_up() {
    let room = Room::new();
    room.beat(7, 30);
    let engine = room.serve(&["--pace", "1"]);
    let said = room.run(&["backup", "copy.db"]).ok();
    assert!(said.starts_with("copy.db ("), "{said}");
    room.run(&["backup", "copy.db"]).fails(1, &["--force"]);
    room.run(&["backup", "copy.db", "--force"]).ok();
    engine.stop("TERM");
    let other = Room::new();
    std::fs::create_dir_all(other.path().join("data")).unwrap();
    std::fs::copy(room.path().join("copy.db"), other.database()).unwrap();
    other.run(&["check"]).ok();
    assert!(other.run(&["export", "activity", "--format", "jsonl"]).ok().lines().count() >= 30);
}

#[test]
fn tokens_are_shown_once_and_stored_as_hashes() {
    let room = Room::new();
    let made = room.run(&["token", "new", "dash", "--role", "operator", "--json"]).json();
    let text = made["token"].as_str().unwrap();
    assert!(text.starts_with("btr_") && text.len() > 40);
    let list = room.run(&["token", "list"]).ok();
    assert!(list.contains("dash") && list.contains("in force") && !list.contains(text), "{list}");
    assert!(!holds(&room.database(), text));
    room.run(&["token", "revoke", "1"]).ok();
    assert!(room.run(&["token", "list"]).ok().contains("revoked"));
    room.run(&["token", "revoke", "9"]).fails(1, &["token 9"]);
    room.run(&["--serve", "--listen", "0.0.0.0:0"]).fails(1, &["token new"]);
}

fn holds(path: &Path, text: &str) -> bool {
    let bytes = std::fs::read(path).unwrap();
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_running_society_is_changed_and_followed_through_its_port() {
    let room = Room::new();
    let engine = room.serve(&["--listen", "127.0.0.1:0", "--pace", "1"]);
    room.run(&["bot", "pause", "ada_001"]).ok();
    assert!(room.run(&["bot", "list"]).ok().contains("paused"));
    let address = engine.said.lines().find_map(|line| line.split("http://").nth(1)).unwrap().trim();
    let url = format!("http://{address}");
    let mut tail = room.command(&["tail", &url, "--json", "-n", "0"]).stdout(Stdio::piped()).spawn().unwrap();
    let _bound = Watchdog::over(tail.id());
    let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines();
    let next = |line: Option<std::io::Result<String>>| -> Value {
        serde_json::from_str(&line.unwrap().unwrap()).unwrap()
    };
    let (first, second) = (next(lines.next()), next(lines.next()));
    assert_eq!(second["id"].as_i64(), first["id"].as_i64().map(|id| id + 1));
    engine.stop("TERM");
    tail.kill().unwrap();
    tail.wait().unwrap();
    room.run(&["tail", "http://127.0.0.1:1"]).fails(1, &["127.0.0.1:1"]);
    room.run(&["attach", "http://127.0.0.1:1"]).fails(2, &["terminal", "tail"]);
}
