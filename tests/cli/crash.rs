//! A process that is killed at any moment loses nothing that was announced and leaves no half beat.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::room::Room;

/// How often the engine is killed.
const KILLS: u64 = 50;
/// The longest a process is left alone before it is killed.
const LATEST_MS: u64 = 150;

#[test]
fn fifty_kills_lose_nothing() {
    let room = Room::new();
    room.beat(7, 2);
    let printed = room.path().join("tail.jsonl");
    let tail_args = ["tail", "--json", "-n", "1000000"];
    let mut tail = room.command(&tail_args).stdout(File::create(&printed).unwrap()).spawn().unwrap();
    let args = ["beat", "--clock", "sim", "--seed", "7", "--count", "1000000"];
    let mut moment = u64::from(std::process::id()) | 1;
    for kill in 0..KILLS {
        let before = size(&printed);
        let mut engine = room.command(&args).spawn().unwrap();
        // Half of the kills hit the start-up, half the work: those wait until something was announced.
        if kill % 2 == 1 {
            until(|| size(&printed) > before);
        }
        moment = moment.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_millis((moment >> 33) % LATEST_MS));
        engine.kill().unwrap();
        engine.wait().unwrap();
        let sound: String = rusqlite::Connection::open(room.database())
            .and_then(|c| c.query_row("PRAGMA integrity_check", [], |row| row.get(0)))
            .unwrap();
        assert_eq!(sound, "ok", "after kill {kill}");
        if kill % 5 == 4 {
            let done = room.run(&["check", "--json"]);
            assert_eq!(done.code, 0, "after kill {kill}: {}{}", done.out, done.err);
        }
    }
    room.beat(7, 2);
    let stored: Vec<Value> = room
        .run(&["export", "activity", "--format", "jsonl"])
        .ok()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let lines = caught_up(&printed, stored.len());
    tail.kill().unwrap();
    tail.wait().unwrap();
    println!("{KILLS} kills, {} activities", stored.len());
    assert!(stored.len() as u64 > KILLS / 2, "too little happened: {}", stored.len());
    assert_eq!(lines.len(), stored.len());
    for (line, row) in lines.iter().zip(&stored) {
        for key in ["id", "bot_id", "action_type", "details", "created_at"] {
            assert_eq!(line[key], row[key], "{line}");
        }
    }
    // What was cut off changed nothing: an undisturbed run of as many beats is the same society.
    let check = room.run(&["check", "--json"]).json();
    assert_eq!(check["errors"], 0);
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).unwrap().len()
}

#[track_caller]
fn until(mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !done() {
        assert!(Instant::now() < deadline, "it took too long");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The lines printed, once there are as many as are stored.
fn caught_up(path: &Path, count: usize) -> Vec<Value> {
    let read = || BufReader::new(File::open(path).unwrap()).lines().map(Result::unwrap);
    until(|| read().count() >= count);
    read().map(|line| serde_json::from_str(&line).unwrap()).collect()
}
