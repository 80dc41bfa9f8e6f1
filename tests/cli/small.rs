//! Small truths of the command line: what was typed is named, nothing is made by looking, nothing is dropped.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::Value;

use super::patience::Watchdog;
use super::room::Room;

#[test]
fn a_key_that_is_set_is_named_as_it_was_typed() {
    let room = Room::new();
    for set in ["nosuch=1", "pace=nonsense", "budget.nosuch=1"] {
        let key = set.split('=').next().unwrap();
        let said = room.run(&["--set", set, "config"]).fails(2, &[&format!("--set {key}: ")]);
        assert!(!said.contains(&format!("flag --{key}")), "{said}");
    }
    room.run(&["--pace", "nonsense", "config"]).fails(2, &["flag --pace: "]);
}

#[test]
fn nothing_is_made_for_what_must_have_been_there() {
    let room = Room::new();
    for args in [
        &["token", "revoke", "1"][..],
        &["token", "list"],
        &["bot", "remove", "kim_001"],
        &["bot", "reset", "ada_001"],
        &["bot", "resume", "ada_001"],
        &["bot", "yaml", "ada_001", "keep"],
    ] {
        room.run(args).fails(3, &["no society"]);
        assert_eq!(std::fs::read_dir(room.path()).unwrap().count(), 0, "{args:?}");
    }
}

#[test]
fn the_first_token_is_an_operators_by_command_as_by_port() {
    let room = Room::new();
    room.run(&["token", "new", "wall"]).fails(1, &["--role operator"]);
    room.run(&["token", "new", "desk", "--role", "operator"]).ok();
    room.run(&["token", "new", "wall"]).ok();
    // Revoking does not open the door again.
    room.run(&["token", "revoke", "1"]).ok();
    room.run(&["token", "new", "phone"]).ok();
}

#[test]
fn a_recording_and_a_picture_are_not_made_at_once() {
    let room = Room::new();
    let said =
        room.run(&["demo", "--record", "a.cast", "--picture", "b.svg"]).fails(2, &["--record", "--picture"]);
    assert_eq!(std::fs::read_dir(room.path()).unwrap().count(), 0, "{said}");
}

#[test]
fn until_is_told_in_the_rooms_zone() {
    let room = Room::new();
    room.write("botarium.yaml", "timezone: Pacific/Kiritimati\n");
    // Fourteen hours ahead: it was that time there before it is here.
    let now: jiff::Timestamp = std::time::SystemTime::now().try_into().unwrap();
    let until = now.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let told = room.run(&["beat", "--json", "--count", "1", "--until", &until]).json();
    assert_eq!(told["beats"], 0, "{told}");
}

#[test]
fn the_room_itself_is_followed_by_its_name() {
    let room = Room::new();
    let engine = room.serve(&["--listen", "127.0.0.1:0"]);
    let address =
        engine.said.lines().find_map(|line| line.split("http://").nth(1)).unwrap().trim().to_owned();
    room.run(&["bot", "pause", "ada_001"]).ok();
    let put = format!(
        "PUT /api/pace HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: 23\r\nConnection: close\r\n\r\n{{\"interval_seconds\":77}}"
    );
    let mut way = std::net::TcpStream::connect(&address).unwrap();
    std::io::Write::write_all(&mut way, put.as_bytes()).unwrap();
    let mut said = String::new();
    std::io::Read::read_to_string(&mut way, &mut said).unwrap();
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    let url = format!("http://{address}");
    for args in
        [&["tail", "--bot", "system", "--no-follow"][..], &["tail", &url, "--bot", "system", "--no-follow"]]
    {
        let told = room.run(args).ok();
        assert!(told.contains("77"), "{args:?}: {told}");
    }
    engine.stop("TERM");
}

#[test]
#[cfg(unix)]
fn a_tail_goes_on_with_the_society_that_was_put_in_its_place() {
    let (room, other) = (Room::new(), Room::new());
    room.beat(7, 20);
    other.beat(8, 3);
    let copy = room.path().join("other.db");
    other.run(&["backup", copy.to_str().unwrap()]).ok();
    let mut tail = room
        .command(&["tail", "--json", "-n", "1000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _bound = Watchdog::over(tail.id());
    let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines();
    let mut next = || serde_json::from_str::<Value>(&lines.next().unwrap().unwrap()).unwrap();
    let past = room.run(&["export", "activity", "--format", "jsonl"]).ok();
    for _ in past.lines() {
        next();
    }
    room.run(&["restore", "other.db"]).ok();
    let mut said = String::new();
    BufReader::new(tail.stderr.take().unwrap()).read_line(&mut said).unwrap();
    assert!(said.contains("another society"), "{said}");
    let row = next();
    let first = other.run(&["export", "activity", "--format", "jsonl"]).ok();
    let first: Value = serde_json::from_str(first.lines().next().unwrap()).unwrap();
    assert_eq!((&row["id"], &row["created_at"]), (&first["id"], &first["created_at"]));
    // What it goes on to live is heard as well.
    let newest = other.run(&["export", "activity", "--format", "jsonl"]).ok().lines().count();
    room.run(&["beat", "--clock", "sim", "--count", "12"]).ok();
    let ids: Vec<i64> = (0..newest).map(|_| next()["id"].as_i64().unwrap()).collect();
    assert_eq!(ids, (2..=i64::try_from(newest).unwrap() + 1).collect::<Vec<_>>());
    tail.kill().unwrap();
    tail.wait().unwrap();
}

#[test]
#[cfg(target_os = "linux")]
fn what_could_not_be_written_is_a_failure() {
    let room = Room::new();
    room.beat(7, 3);
    for args in [
        &["config", "--example"][..],
        &["bot", "list"],
        &["bot", "list", "--json"],
        &["export", "threads"],
        &["completions", "bash"],
        &["man"],
        &["check"],
        &["token", "list"],
        &["tail", "--no-follow"],
        &["--help"],
        &["tail", "-h"],
        &["--version"],
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let done = room.command(args).stdout(full).stderr(Stdio::piped()).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(1), "{args:?}: {said}");
        assert_eq!(
            said, "error: standard output cannot be written: No space left on device (os error 28)\n",
            "{args:?}"
        );
    }
    for args in [&["backup", "/dev/full"][..], &["export", "threads", "-o", "/dev/full"]] {
        let said = room.run(args).fails(1, &["/dev/full", "No space left"]);
        assert_eq!(said.matches("No space left").count(), 1, "{said}");
    }
}

#[test]
fn a_password_in_an_address_is_neither_shown_nor_sent() {
    let room = Room::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://kim:sekret@{}", listener.local_addr().unwrap());
    for args in [&["tail", &url][..], &["attach", "--plain", &url], &["mcp", &url]] {
        let said = room.run(args).fails(2, &["no user name and no password", "BOTARIUM_TOKEN"]);
        assert!(!said.contains("sekret") && !said.contains("kim"), "{said}");
        assert!(listener.accept().is_err(), "{args:?}: somebody came");
    }
}
