//! Every command of the command line's own definition: its exit codes as the table tells them, and its `--json`.

use std::collections::BTreeSet;
use std::path::Path;

use botarium::cli::{Cli, EXIT_CODES};
use clap::{Command, CommandFactory as _};

use super::room::{Done, Room, done};

/// What is tried of a command; `~` stands for the directory with the files.
struct Case {
    words: &'static str,
    /// Arguments with which it works in a society that has lived; nothing where it would not end by itself.
    works: Option<&'static str>,
    /// Arguments with which it fails without anybody having typed anything wrong.
    fails: Option<&'static str>,
    /// Whether it reads the configuration, and whether it opens the society.
    reads: (bool, bool),
}

const fn case(
    words: &'static str,
    works: Option<&'static str>,
    fails: Option<&'static str>,
    reads: (bool, bool),
) -> Case {
    Case { words, works, fails, reads }
}

const BOTH: (bool, bool) = (true, true);

const CASES: [Case; 32] = [
    case("", None, None, BOTH),
    case("attach", None, Some("--plain http://127.0.0.1:1"), (true, false)),
    case("tail", Some("--no-follow"), Some("--no-follow --bot nosuch"), BOTH),
    case("demo", None, Some("--script nosuch.yaml"), (false, false)),
    case("beat", Some("--count 2 --clock sim"), Some("nosuch"), BOTH),
    case("worker", None, None, (true, false)),
    case("bot list", Some(""), None, BOTH),
    case("bot show", Some("ada_001"), Some("nosuch"), BOTH),
    case("bot add", Some("~/kim.yaml"), None, BOTH),
    case("bot edit", Some("ada_001 -k behavior.shyness=31"), Some("nosuch -k behavior.shyness=31"), BOTH),
    case("bot pause", Some("ada_001"), Some("nosuch"), BOTH),
    case("bot resume", Some("ada_001"), Some("nosuch"), BOTH),
    case("bot reset", Some("ada_001"), Some("nosuch"), BOTH),
    case("bot yaml", None, Some("ada_001 keep"), BOTH),
    case("bot remove", None, Some("ada_001"), BOTH),
    case("bot validate", Some("~/kim.yaml"), None, (false, false)),
    case("bot generate", Some("2"), None, BOTH),
    case("export", Some("threads"), Some("threads -o ~/kim.yaml"), BOTH),
    case("backup", Some("copy.db"), Some("~/kim.yaml"), BOTH),
    case("restore", Some("~/copy.db"), Some("nosuch.db"), (true, false)),
    case("replay", Some(""), None, BOTH),
    case("fork", Some("-o fork"), None, BOTH),
    case("diff", Some("~/home ."), None, (false, false)),
    case("mcp", Some(""), Some("http://127.0.0.1:1"), (true, false)),
    case("notify", None, None, (true, false)),
    case("token new", Some("desk --role operator"), Some("wall --role viewer"), BOTH),
    case("token list", Some(""), None, BOTH),
    case("token revoke", None, Some("77"), BOTH),
    case("check", Some(""), None, (false, false)),
    case("config", Some(""), None, (true, false)),
    case("completions", Some("bash"), None, (false, false)),
    case("man", Some(""), None, (false, false)),
];

/// Every command that does something, with the words it is called by.
fn commands() -> Vec<(String, Command)> {
    fn all(command: &Command, words: &str, found: &mut Vec<(String, Command)>) {
        let subs: Vec<&Command> = command.get_subcommands().filter(|sub| !sub.is_hide_set()).collect();
        if subs.is_empty() || words.is_empty() {
            found.push((words.to_owned(), command.clone()));
        }
        for sub in subs {
            all(sub, format!("{words} {}", sub.get_name()).trim(), found);
        }
    }
    let mut command = Cli::command();
    command.build();
    let mut found = Vec::new();
    all(&command, "", &mut found);
    found
}

fn knows(command: &Command, flag: &str) -> bool {
    command.get_arguments().any(|argument| argument.get_long() == Some(flag))
}

fn run(room: &Room, files: &Path, words: &str, arguments: &str, more: &[&str]) -> Done {
    let arguments = arguments.replace('~', files.to_str().unwrap());
    let given: Vec<&str> = words.split_whitespace().chain(arguments.split_whitespace()).collect();
    done(room.command(&given).args(more))
}

/// A home like this one.
fn like(home: &Path) -> Room {
    let room = Room::new();
    std::fs::create_dir(room.path().join("data")).unwrap();
    std::fs::copy(home.join("data/botarium.db"), room.database()).unwrap();
    room
}

#[test]
fn every_command_ends_with_the_codes_of_the_table_and_its_json_is_json() {
    let (files, lived) = (Room::new(), Room::new());
    lived.beat(7, 8);
    let shown = lived.run(&["bot", "show", "ada_001", "--yaml"]).ok();
    files.write("kim.yaml", shown.replace("id: ada_001", "id: kim_001").replace("name: Ada", "name: Kim"));
    let copy = files.path().join("copy.db");
    lived.run(&["backup", copy.to_str().unwrap()]).ok();
    let home = files.path().join("home/data");
    std::fs::create_dir_all(&home).unwrap();
    std::fs::copy(&copy, home.join("botarium.db")).unwrap();
    let home = files.path().join("home");
    let (damaged, wrong) = (Room::new(), like(&home));
    damaged.write("data/botarium.db", "no database, but long enough to be taken for one ".repeat(200));
    wrong.write("botarium.yaml", "pace: nonsense\n");

    let commands = commands();
    let named: BTreeSet<&str> = commands.iter().map(|(words, _)| words.as_str()).collect();
    assert_eq!(named, CASES.iter().map(|case| case.words).collect(), "every command is tried, and no other");
    for (words, command) in &commands {
        let Case { works, fails, reads, .. } = CASES.iter().find(|case| case.words == words).unwrap();
        let try_in =
            |room: &Room, arguments: &str, more: &[&str]| run(room, files.path(), words, arguments, more);
        try_in(&lived, "--no-such-flag", &[]).fails(2, &["--no-such-flag"]);
        // With whatever makes it go as far as it goes.
        let arguments = match (works.or(*fails), words.as_str()) {
            (Some(arguments), _) => arguments,
            (None, "") => "--serve",
            (None, "worker") => "--nats nats://127.0.0.1:1",
            (None, "notify") => "--test",
            (None, other) => panic!("nothing is tried of {other}"),
        };
        if reads.0 {
            try_in(&wrong, arguments, &[]).fails(4, &["pace"]);
        }
        if reads.1 {
            try_in(&damaged, arguments, &[]).fails(3, &["damaged"]);
        }
        if let Some(fails) = fails {
            try_in(&like(&home), fails, &[]).fails(1, &[]);
        }
        let Some(works) = works else { continue };
        try_in(&like(&home), works, &[]).ok();
        if knows(command, "json") {
            let said = try_in(&like(&home), works, &["--json"]).ok();
            // One value, or one on each line.
            let one = serde_json::from_str::<serde_json::Value>(&said).is_ok();
            let lines = said.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok());
            assert!(!said.is_empty() && (one || lines), "{words} --json: {said}");
        } else {
            try_in(&lived, works, &["--json"]).fails(2, &["--json"]);
        }
    }
    // What only the configuration can mend.
    lived.run(&["notify", "--test"]).fails(4, &["notify"]);
}

#[test]
fn the_readme_tells_every_command_every_code_and_who_knows_json() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let commands = commands();
    for (words, _) in &commands {
        let mut words = words.split_whitespace();
        let (first, second) = (words.next().unwrap_or_default(), words.next());
        let row = readme.lines().find(|line| {
            line.starts_with(format!("| `botarium {first}").trim_end())
                && second.is_none_or(|sub| {
                    line.split('`').nth(1).unwrap().split([' ', '\\', '|']).any(|word| word == sub)
                })
        });
        assert!(row.is_some(), "the table of commands lacks `{first} {second:?}`");
    }
    let told: Vec<String> = readme
        .lines()
        .skip_while(|line| *line != "| exit code | meaning |")
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches(['|', ' ']).replacen(" | ", " ", 1))
        .collect();
    let known: Vec<String> = EXIT_CODES
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(told, known);
    let json: Vec<String> = commands
        .iter()
        .filter(|(_, command)| knows(command, "json"))
        .map(|(words, _)| format!("`{words}`"))
        .collect();
    let (last, before) = json.split_last().unwrap();
    let sentence = format!("`--json` is known by {} and {last}", before.join(", "));
    let flat = readme.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(&sentence), "the README does not say: {sentence}");
}
