//! Hostile text and forged actors: through every way in to every way out of the commands.

use super::room::{Done, Room};

/// What no command may hand to a terminal as it came.
fn payloads() -> Vec<String> {
    let mut all: Vec<String> = [
        "\u{1b}]0;PWNED\u{7}",
        "\u{1b}[31mRED",
        "\u{1b}[2J",
        "\u{1b}c",
        "\u{1b}P1$r\u{1b}\\",
        "\u{1b}_x\u{1b}\\",
        "\u{1b}^x\u{1b}\\",
        "\u{1b}]52;c;aGk=\u{7}",
        "\u{1b}]8;;http://x\u{1b}\\x",
        "\u{1b}[?1049h",
        "\u{1b}[5n",
        "\u{1b}[6n",
        "\u{1b}#8",
        "\u{1b}(0",
        "\u{9b}31m",
        "\u{9d}0;x\u{9c}",
        "\u{90}x\u{9c}",
        "\u{9f}x\u{9c}",
        "\u{85}",
        "\u{84}",
        "\u{8d}",
        "a\rb",
        "a\u{8}\u{8}b",
        "\u{7}",
        "\u{0}x",
        "\u{7f}",
        "\u{b}",
        "\u{c}",
        "\u{e}\u{f}",
        "\u{5}",
        "\u{202e}dcba",
        "\u{202d}x",
        "\u{202a}x\u{202c}",
        "\u{2066}x\u{2069}",
        "\u{2067}x",
        "\u{2068}x",
        "\u{200e}x",
        "\u{200f}x",
        "\u{61c}x",
        "\u{200b}x",
        "\u{2060}x",
        "\u{feff}x",
        "\u{ad}x",
        "\u{180e}x",
        "\u{2028}x",
        "\u{2029}x",
        "\u{e0041}\u{e0042}x",
        "\u{e000}x",
        "\u{f0000}x",
        "\u{fff9}x",
        "\u{fffe}x",
    ]
    .map(str::to_owned)
    .into();
    // Every control character there is, between letters and at the end.
    all.extend(
        (0..0x20_u8).chain(0x7f..0xa0).filter(|c| *c != b'\n').map(|c| format!("x{}y", char::from(c))),
    );
    all
}

/// Whether a terminal would act on it, or a reader be deceived by it.
fn is_raw(text: &str) -> bool {
    text.chars().any(|c| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}'
                | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{ad}' | '\u{e0000}'..='\u{e007f}' | '\u{2028}' | '\u{2029}')
    })
}

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
