//! Rules between a flag, a file and what the room remembers; files as people have them.

use serde_json::Value;

use super::room::Room;

/// Value and origin of a key, as `config` shows it.
fn shown(room: &Room, args: &[&str], key: &str) -> (String, String) {
    let all: Vec<&str> = ["config", "--json"].iter().chain(args).copied().collect();
    let config: Value = room.run(&all).json();
    let entry =
        config["entries"].as_array().unwrap().iter().find(|entry| entry["key"] == key).unwrap().clone();
    (entry["value"].as_str().unwrap().to_owned(), entry["origin"].as_str().unwrap().to_owned())
}

#[test]
fn a_flag_wins_and_what_the_room_remembers_is_shown() {
    let room = Room::new();
    room.write("botarium.yaml", "pace: fast\n");
    room.beat(7, 1);
    assert_eq!(shown(&room, &[], "pace"), ("fast".into(), "botarium.yaml:1".into()));
    // As when a person chose it in the control room.
    let database = rusqlite::Connection::open(room.database()).unwrap();
    for (key, value) in [("pace", "1234"), ("provider", "scripted")] {
        database.execute("INSERT OR REPLACE INTO meta VALUES (?1, ?2)", [key, value]).unwrap();
    }
    drop(database);
    assert_eq!(shown(&room, &[], "pace"), ("1234".into(), "chosen in the room".into()));
    assert_eq!(shown(&room, &[], "provider").1, "chosen in the room");
    assert_eq!(shown(&room, &["--pace", "slow"], "pace").1, "flag --pace");
    let pace = |args: &[&str]| {
        let live = room.serve(&[&["--listen", "127.0.0.1:0"][..], args].concat());
        let at = live.said.split("the port is open at http://").nth(1).unwrap();
        let url = format!("http://{}/api/pace", at.split_whitespace().next().unwrap());
        let answer =
            super::stuck::get(url.trim_start_matches("http://").trim_end_matches("/api/pace"), "/api/pace");
        assert_eq!(live.stop("TERM").0, 0);
        let body: Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        body["interval_seconds"].as_i64().unwrap()
    };
    assert_eq!(pace(&[]), 1_234);
    assert_eq!(pace(&["--pace", "77"]), 77);
    assert_eq!(pace(&[]), 1_234, "the flag holds for its run alone");
}

#[test]
fn configuration_files_are_found_under_the_names_people_give_them() {
    for name in ["botarium.yml", "Botarium.YAML", "BOTARIUM.YML"] {
        let room = Room::new();
        room.write(name, "pace: turbo\n");
        assert_eq!(shown(&room, &[], "pace"), ("turbo".into(), format!("{name}:1")));
        room.write(name, "paec: turbo\n");
        room.run(&["config"]).fails(4, &[&format!("{name}:1"), "pace"]);
        room.write("botarium.yaml", "");
        room.run(&["config"]).fails(4, &["botarium.yaml", name, "Keep one"]);
    }
}

#[test]
fn merge_keys_and_special_spaces_are_named() {
    let room = Room::new();
    room.write("merge.yaml", "base: &b\n  shyness: 1\nbot:\n  id: m\n  behavior:\n    <<: *b\n");
    assert!(room.run(&["bot", "validate", "merge.yaml"]).out.contains("merge.yaml:6:5: a merge key"));
    room.write("nbsp.yaml", "bot:\n\u{a0} id: n_1\n  name: A\n  personality: {traits: [calm]}\n");
    let told = room.run(&["bot", "validate", "nbsp.yaml"]).out;
    assert!(told.contains("nbsp.yaml:2:1: a non-breaking"), "{told}");
}

#[test]
fn every_seed_of_64_bits_is_one() {
    let room = Room::new();
    let seed = u64::MAX.to_string();
    room.run(&["beat", "--count", "1", "--seed", &seed]).ok();
    room.run(&["beat", "--count", "1", "--seed", &seed]).ok();
    room.run(&["beat", "--count", "1", "--seed", "7"]).fails(1, &[&seed]);
    room.write("botarium.yaml", "seed: 18446744073709551615\n");
    room.run(&["config"]).fails(4, &["quotes"]);
    room.write("botarium.yaml", "seed: \"18446744073709551615\"\n");
    room.run(&["beat", "--count", "1"]).ok();
}

#[test]
fn simulated_time_begins_once() {
    let room = Room::new();
    let start = ["beat", "--clock", "sim", "--count", "3", "--start"];
    room.run(&[&start[..], &["2026-02-01T00:00:00Z"]].concat()).ok();
    room.run(&[&start[..], &["2026-02-01T00:00:00Z"]].concat()).ok();
    room.run(&[&start[..], &["2027-02-01T00:00:00Z"]].concat())
        .fails(2, &["--start", "new room", "2026-02-01"]);
}

#[test]
fn no_thought_is_kept_where_none_is_to_be() {
    let room = Room::new();
    room.write("botarium.yaml", "thoughts: {keep: 0}\n");
    room.beat(7, 30);
    assert_eq!(room.run(&["export", "thoughts", "--format", "jsonl"]).ok(), "");
    room.run(&["check"]).ok();
}

#[test]
fn a_key_in_an_address_is_not_shown() {
    let room = Room::new();
    room.write(
        "botarium.yaml",
        "provider: own\nproviders:\n  own: {kind: openai, model: m, base_url: \"http://127.0.0.1:9/v1?key=sk-hidden&x=1\"}\n\
         notify: {webhook: \"https://hooks.example.com/T0/sk-hidden?token=sk-hidden\"}\n",
    );
    for args in [&["config"][..], &["config", "--json"], &["check"], &["check", "--json"]] {
        let done = room.run(args);
        assert!(!done.out.contains("sk-hidden") && !done.err.contains("sk-hidden"), "{args:?}: {}", done.out);
        assert!(done.out.contains("key=***"), "{args:?}: {}", done.out);
    }
    assert!(room.run(&["config"]).out.contains("https://hooks.example.com/***"));
    room.run(&["tail", "http://kim:sk-hidden@127.0.0.1:9"]).fails(2, &["BOTARIUM_TOKEN"]);
    let told = room.run(&["tail", "http://kim:sk-hidden@127.0.0.1:9"]).err;
    assert!(!told.contains("sk-hidden"), "{told}");
}
