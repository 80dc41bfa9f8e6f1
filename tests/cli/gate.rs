//! Hostile text and forged actors: through every way in to every way out of the commands.

use super::payloads::{is_raw, payloads};
use super::room::{Done, Room};

fn clean(way: &str, payload: &str, done: &Done) {
    for text in [&done.out.replace("\r\n", "\n"), &done.err] {
        assert!(!is_raw(text), "{way} {payload:?}: {text:?}");
    }
}

#[test]
fn no_argument_name_or_file_reaches_the_terminal_raw() {
    let room = Room::new();
    room.beat(7, 2);
    let payloads = payloads();
    assert!(payloads.len() >= 90, "{}", payloads.len());
    let mut tried = 0;
    for payload in &payloads {
        let word = payload.replace('\0', "\u{1}"); // no argument can hold it
        let set = format!("ui.keys={word}");
        let url = format!("ftp://{word}");
        let ways: [&[&str]; 9] = [
            &["bot", "show", &word],
            &["bot", "validate", &word],
            &["export", "threads", "-o", &format!("none/{word}")],
            &["backup", &format!("none/{word}")],
            &["beat", "--pace", &word],
            &["beat", "--set", &set],
            &["tail", &url],
            &["demo", "--script", &word],
            &[&word],
        ];
        for args in ways {
            clean(args[0], payload, &room.run(args));
            tried += 1;
        }
    }
    println!("{tried} commands, {} payloads", payloads.len());
}

#[test]
fn no_configuration_or_row_reaches_the_terminal_raw() {
    let room = Room::new();
    room.beat(7, 2);
    let payloads = payloads();
    // As an earlier version may have stored it: without any gate.
    let database = rusqlite::Connection::open(room.database()).unwrap();
    let all = payloads.concat();
    database.execute("UPDATE threads SET title = ?1, content = ?1, tags = json_array(?1)", [&all]).unwrap();
    database.execute("UPDATE bots SET name = 'x' || id || ?1", [&all]).unwrap();
    database
        .execute(
            "UPDATE activities SET details = json_set(details, '$.title', ?1, '$.reason', ?1, '$.error', ?1)",
            [&all],
        )
        .unwrap();
    database
        .execute("UPDATE bots SET config = json_set(config, '$.model.model', ?1, '$.name', ?1)", [&all])
        .unwrap();
    drop(database);
    for args in [
        &["tail", "--no-follow"][..],
        &["tail", "--no-follow", "--full"],
        &["tail", "--no-follow", "--json"],
        &["bot", "list"],
        &["bot", "list", "--json"],
        &["bot", "show", "ada_001"],
        &["bot", "show", "ada_001", "--yaml"],
        &["check"],
        &["check", "--json"],
        &["export", "threads", "--format", "csv"],
        &["export", "threads"],
        &["export", "activity", "--format", "jsonl"],
        &["export", "bots"],
    ] {
        clean(&args.join(" "), "all of them", &room.run(args));
    }
    for payload in &payloads {
        let quoted = serde_json::to_string(payload).unwrap();
        for text in [
            format!("ui: {{keys: {{{quoted}: q}}}}\n"),
            format!("ui: {{keys: {{quit: {quoted}}}}}\n"),
            format!("prices_file: {quoted}\n"),
            format!("provider: {quoted}\n"),
            format!("{quoted}: 1\n"),
        ] {
            room.write("botarium.yaml", text);
            clean("config", payload, &room.run(&["config"]));
            clean("config --json", payload, &room.run(&["config", "--json"]));
        }
    }
}

#[test]
fn no_bot_passes_for_the_room_or_for_another() {
    let room = Room::new();
    room.beat(7, 2);
    let bot = |id: &str, name: &str| {
        format!("bot:\n  id: {id}\n  name: {name}\n  personality: {{traits: [kind]}}\n")
    };
    for (id, name, word) in [
        ("system", "Sys", "the room's own"),
        ("human", "Hugh", "the room's own"),
        ("sys_001", "System", "the room itself"),
        ("sys_001", "sYSTEM", "the room itself"),
    ] {
        room.write("new.yaml", bot(id, name));
        assert!(room.run(&["bot", "validate", "new.yaml"]).out.contains(word), "{id} {name}");
        let refused = room.run(&["bot", "add", "new.yaml"]);
        assert!(refused.code != 0 && refused.err.contains(word), "{id} {name}: {}", refused.err);
    }
    room.write("new.yaml", bot("ada_002", "ADA"));
    room.run(&["bot", "add", "new.yaml"]).fails(1, &["ada_001", "choose another"]);
    // An old home may have some: they are found.
    let database = rusqlite::Connection::open(room.database()).unwrap();
    database.execute("UPDATE bots SET name = 'Ada' WHERE id = 'rex_001'", []).unwrap();
    database.execute("UPDATE bots SET name = 'System' WHERE id = 'luna_001'", []).unwrap();
    drop(database);
    let found = room.run(&["check"]);
    assert_eq!(found.code, 1);
    for word in ["ada_001", "rex_001", "all called Ada", "luna_001 has the room's own name"] {
        assert!(found.out.contains(word), "{word}: {}", found.out);
    }
}

#[test]
fn cells_of_a_spreadsheet_are_inert_whatever_stands_before_the_sign() {
    let room = Room::new();
    room.beat(7, 2);
    let database = rusqlite::Connection::open(room.database()).unwrap();
    for before in ["", " ", "\n", "\u{a0}", "\"", " \t "] {
        for sign in ["=", "+", "-", "@", "＝", "＋", "－", "＠"] {
            database
                .execute("UPDATE threads SET title = ?1 WHERE id = 1", [format!("{before}{sign}1+1")])
                .unwrap();
            room.run(&["export", "threads", "-o", "t.csv", "--force"]).ok();
            let mut csv = csv::Reader::from_path(room.path().join("t.csv")).unwrap();
            let title = csv.headers().unwrap().iter().position(|name| name == "title").unwrap();
            let first = csv.records().map(Result::unwrap).find(|row| row[title].contains("1+1")).unwrap();
            assert!(first[title].starts_with('\''), "{before:?}{sign}: {:?}", &first[title]);
        }
    }
}
