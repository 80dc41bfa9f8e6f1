//! The control room as a conversation through a pipe: on a home, and attached to one that runs elsewhere.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::room::{Done, Room, botarium, done, ended};

/// What is answered when these lines come through the pipe.
fn say(mut command: Command, lines: &[&str]) -> Done {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    for line in lines {
        writeln!(input, "{line}").unwrap();
    }
    drop(input); // the end of the input ends the conversation
    ended(child)
}

#[test]
fn a_room_is_led_through_a_pipe() {
    let room = Room::new();
    let script = ["find Echo", "pause the bot", "where", "forum tab", "pace slow", "nonsense"];
    let mut command = room.command(&["--plain"]);
    command.env("LANG", "C").env_remove("LC_ALL");
    let said = say(command, &script).ok();
    assert!(said.is_ascii(), "{said}");
    for word in [
        "Echo, paused",
        "Forum, newest first",
        "every bot wakes every 4 hours",
        "No action is called \"nonsense\"",
    ] {
        assert!(said.contains(word), "`{word}` is not in:\n{said}");
    }
    // What was done there holds.
    let bots = room.run(&["bot", "list", "--json"]).json();
    let echo = bots.as_array().unwrap().iter().find(|bot| bot["id"] == "echo_001").unwrap();
    assert_eq!(echo["is_paused"], true, "{said}");
}

#[test]
fn the_same_conversation_is_led_from_afar() {
    let room = Room::new();
    let engine = room.serve(&["--listen", "127.0.0.1:0", "--pace", "slow"]);
    let address = engine.said.split("http://").nth(1).unwrap();
    let url = format!(
        "http://{}",
        &address[..address.find(|c: char| c != '.' && c != ':' && !c.is_ascii_digit()).unwrap()]
    );
    let script = [
        "watch",
        "find Sage",
        "budget",
        "1",
        "change",
        "12k",
        "events tab",
        "inject The sea",
        "it rose",
        ".",
        "",
        "",
        "",
        "quit",
    ];
    let mut command = botarium();
    command.args(["attach", "--plain", &url]).env("LANG", "C.UTF-8").env_remove("LC_ALL");
    let said = say(command, &script).ok();
    for word in ["Sage, budget", "token cap: 12000 a day, of its own", "injected: The sea", "Left."] {
        assert!(said.contains(word), "`{word}` is not in:\n{said}");
    }
    drop(engine);
}

#[test]
fn without_it_a_pipe_is_told_the_way() {
    Room::new().run(&[]).fails(2, &["--plain"]);
    done(botarium().args(["attach", "http://127.0.0.1:9"])).fails(2, &["--plain"]);
}
