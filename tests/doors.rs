//! Holds the doors of the house: which room may use which (`src/lib.rs` draws the map).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What each room may use of the crate, besides itself. A room that is not named here fails the test.
const DOORS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("files", &["domain"]),
    ("embedded", &["domain"]),
    ("config", &["domain"]),
    ("logs", &["domain", "protocol"]),
    ("protocol", &["domain"]),
    ("llm", &["domain", "tools"]),
    ("tools", &["domain"]),
    ("store", &["domain", "files", "protocol"]),
    ("society", &["domain", "embedded", "llm", "protocol", "store", "tools"]),
    ("engine", &["config", "domain", "embedded", "llm", "logs", "protocol", "society", "store", "tools"]),
    ("worker", &["domain", "llm"]),
    ("port", &["config", "domain", "engine", "protocol"]),
    ("link", &["config", "domain", "engine", "protocol"]),
    ("tui", &["config", "domain", "files", "link", "protocol"]),
    ("notify", &["config", "domain", "link", "protocol"]),
    ("plain", &["domain", "link", "protocol", "tui"]),
    ("mcp", &["domain", "link", "protocol"]),
    (
        "demo",
        &[
            "config", "domain", "embedded", "engine", "files", "link", "llm", "logs", "port", "protocol",
            "store", "tools", "tui",
        ],
    ),
    (
        "cli",
        &[
            "config", "demo", "domain", "embedded", "engine", "files", "link", "llm", "logs", "mcp",
            "notify", "plain", "port", "protocol", "store", "tools", "tui", "worker",
        ],
    ),
];

/// Names of other crates that only some rooms may speak.
const ONLY: &[(&str, &[&str])] = &[
    ("reqwest", &["llm", "tools", "link", "notify"]),
    ("tokio_tungstenite", &["link", "port"]), // the port tells its errors apart
    ("async_nats", &["llm", "worker"]),
    ("axum", &["port"]),
    ("rmcp", &["mcp"]),
    ("ratatui", &["tui", "demo"]),
    ("crossterm", &["tui", "demo", "cli"]),
    ("clap", &["cli", "protocol"]), // the words of `export` are values of an argument
];

/// Rooms that may hold SQL.
const SQL: &[&str] = &["store"];

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The code without comments.
fn code(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    lines.join("\n")
}

/// Every file of the crate with the room it is in and its text.
fn texts() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    found.sort();
    let of_room = |path: PathBuf| {
        let inside = path.strip_prefix(&root).unwrap().to_path_buf();
        let first = inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        (first.trim_end_matches(".rs").to_owned(), inside, std::fs::read_to_string(&path).unwrap())
    };
    found.into_iter().map(of_room).collect()
}

/// Every file of the crate with the room it is in and its code without tests and comments.
fn files() -> Vec<(String, PathBuf, String)> {
    let mut files = Vec::new();
    for (room, inside, text) in texts() {
        let is_test =
            inside.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")));
        if matches!(room.as_str(), "lib" | "main") || is_test {
            continue;
        }
        let tests = text.match_indices("#[cfg(test)]\n").map(|(at, mark)| (at, &text[at + mark.len()..]));
        let mut tests =
            tests.filter(|(_, next)| next.lines().next().is_some_and(|line| line.contains("mod tests")));
        let code = code(&text[..tests.next().map_or(text.len(), |(at, _)| at)]);
        files.push((room, inside, code));
    }
    files
}

/// The rooms that a text names: `crate::room`, and each of `crate::{a, b}`.
fn named(code: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$')) {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let (mut depth, mut word) = (0, String::new());
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 && c == ',' {
                    rooms.push(std::mem::take(&mut word));
                } else if depth == 0 {
                    word.push(c);
                }
            }
            rooms.push(word);
        } else {
            rooms.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    let first = |word: &String| word.trim().split("::").next().unwrap_or_default().to_owned();
    rooms.iter().map(first).filter(|room| !room.is_empty()).collect()
}

#[test]
fn every_room_uses_its_doors_only() {
    let doors: BTreeMap<&str, &[&str]> = DOORS.iter().copied().collect();
    let mut wrong = Vec::new();
    for (room, path, code) in files() {
        let Some(open) = doors.get(room.as_str()) else {
            wrong.push(format!("{}: room {room} is not on the map", path.display()));
            continue;
        };
        for other in named(&code) {
            if other != room && !open.contains(&other.as_str()) {
                wrong.push(format!("{}: {room} uses {other}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn other_crates_are_spoken_where_they_belong() {
    let mut wrong = Vec::new();
    for (room, path, code) in files() {
        for (name, rooms) in ONLY {
            let speaks = code.match_indices(name).any(|(at, _)| {
                let before = code[..at].chars().next_back();
                code[at + name.len()..].starts_with("::")
                    && !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
            });
            if speaks && !rooms.contains(&room.as_str()) {
                wrong.push(format!("{}: {room} speaks {name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_store_writes_sql() {
    let words =
        ["SELECT", "INSERT", "UPDATE", "DELETE", "PRAGMA", "WITH", "CREATE", "ALTER", "DROP", "VACUUM"];
    let statements = words.map(|word| format!("\"{word} "));
    let mut wrong = Vec::new();
    // The others hand a `Db` on; what their tests do to rows stands in `store/tests`.
    for (room, path, text) in texts() {
        let code = code(&text);
        let speaks =
            code.contains("rusqlite::") || statements.iter().any(|statement| code.contains(statement));
        if !SQL.contains(&room.as_str()) && speaks {
            wrong.push(path.display().to_string());
        }
    }
    assert!(wrong.is_empty(), "SQL in {}", wrong.join(", "));
}

/// What a row holds is known by the names of its columns, so that a column more or less moves no other.
#[test]
fn columns_are_known_by_their_names() {
    let mut wrong = Vec::new();
    for (room, path, code) in files() {
        // A migration that was released names the tables as they were then, once and for ever.
        if room != "store" || path == Path::new("store/upgrade.rs") {
            continue;
        }
        for (at, call) in code.match_indices(".get") {
            let rest = code[at + call.len()..].trim_start_matches("_ref");
            // `get::<_, T>(…)` as well.
            let place = match rest.strip_prefix("::<").map(|typed| typed.split_once(">(")) {
                Some(Some((_, place))) => place,
                _ => rest.strip_prefix('(').unwrap_or_default(),
            };
            let number = place.split(')').next().unwrap_or_default();
            if number.parse::<usize>().is_ok_and(|number| number > 0) {
                let line = code[..at].lines().next_back().unwrap_or_default().trim();
                wrong.push(format!("{}: a number for a column: {line}", path.display()));
            }
        }
        for (at, into) in code.match_indices("INTO ") {
            let mut words = code[at + into.len()..].split_whitespace();
            let (table, next) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            // Whole rows of the same table in another file go as they are.
            let whole = next == "SELECT" && words.next() == Some("*");
            let made = table.contains('{') || table == "temp.kept";
            if matches!(next, "VALUES" | "SELECT") && !whole && !made && !table.starts_with("temp.touched") {
                wrong.push(format!("{}: no columns for {table}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a provider costs and which caps bind it depend on its kind; its name is whatever somebody gave it.
#[test]
fn a_provider_is_asked_for_its_kind_and_not_for_its_name() {
    let words = ["scripted", "mock", "ollama", "anthropic", "openai", "llamacpp", "lmstudio", "nats"];
    let signs = ["= '", "<> '", "!= '", "== \"", "!= \""];
    let mut wrong = Vec::new();
    for (room, path, code) in files() {
        // The configuration knows the names of those that are built in; nobody else does.
        let called: &[&str] = if room == "config" { &["provider"] } else { &["provider", "name"] };
        for line in code.lines() {
            let is = |called: &&str, word: &str| {
                signs.iter().any(|sign| line.contains(&format!("{called} {sign}{word}")))
            };
            let compares = |word: &&str| called.iter().any(|called| is(called, word));
            if words.iter().any(compares) {
                wrong.push(format!("{}: {}", path.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_clock_asks_for_the_time() {
    let mut wrong = Vec::new();
    for (_, path, code) in files() {
        let asks = code.contains("Timestamp::now")
            || code.contains("Zoned::now")
            || code.contains("SystemTime::now");
        // A server's refusal may name a date of the world's, whatever the room's time is.
        let may = [Path::new("engine/clock.rs"), Path::new("llm/refusal.rs")];
        if asks && !may.contains(&path.as_path()) {
            wrong.push(path.display().to_string());
        }
    }
    assert!(wrong.is_empty(), "the time is asked for in {}", wrong.join(", "));
}

/// The machine is plain and synchronous: what it leads to depends on the input, the database and the seed.
#[test]
fn the_society_knows_no_clock_no_server_and_no_chance() {
    let never = [
        "async ",
        ".await",
        "tokio",
        "Instant",
        "SystemTime",
        "thread::",
        "reqwest",
        "SysRng",
        "rand::rng",
        "std::env",
        "std::fs",
        "std::net",
        "std::process",
    ];
    let mut wrong = Vec::new();
    for (room, path, code) in files() {
        if room != "society" {
            continue;
        }
        let mut forbidden: Vec<&str> = never.to_vec();
        if path != Path::new("society/mod.rs") {
            forbidden.extend(["Mutex", "RwLock"]);
        }
        let names = forbidden.into_iter().filter(|word| code.contains(word));
        wrong.extend(names.map(|word| format!("{}: {word}", path.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is shown is changed by `update` alone: drawing reads it, and answers what stands where.
#[test]
fn drawing_writes_nothing() {
    let never = ["Cell<", "Cell::", "Mutex", "RwLock", "OnceLock", "LazyLock", "Atomic", "static mut"];
    let mut wrong = Vec::new();
    for (_, path, code) in files() {
        let parts = ["state", "update", "view", "widgets", "overlays"];
        if !parts.iter().any(|part| path.starts_with(Path::new("tui").join(part))) {
            continue;
        }
        let names = never.into_iter().filter(|word| code.contains(word));
        wrong.extend(names.map(|word| format!("{}: {word}", path.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where a word stands that is an act's, or the id of an actor, and means something else or has to be written out.
/// Nothing else of the same file or folder may hold one.
const WRITTEN_OUT: &[(&str, &[&str], &str)] = &[
    ("cli/tail/mod.rs", &["reply"], "an example in the help"),
    ("config", &["system"], "the time zone of the machine"),
    ("domain/rung.rs", &["failed"], "how an answer was read"),
    ("llm/anthropic.rs", &["system"], "the role of a message"),
    ("llm/finish.rs", &["failed"], "why an answer ended, as servers say"),
    ("llm/mod.rs", &["interview"], "what a call is for"),
    ("llm/ollama.rs", &["system"], "the role of a message"),
    ("llm/openai.rs", &["system"], "the role of a message"),
    ("mcp/tools/act.rs", &["interview"], "the name of a tool"),
    ("plain/say/tabs.rs", &["reply"], "a noun that is counted"),
    ("port", &["system"], "a family of routes"),
    ("protocol/ask/mod.rs", &["system"], "a family of routes"),
    ("protocol/event.rs", &["config_updated", "event_injected"], "the tags of events on the wire"),
    ("society/memory/reading.rs", &["vote"], "a word of a post"),
    (
        "society/prompt",
        &["create_thread", "reply", "vote", "follow", "unfollow", "web_search", "do_nothing"],
        "what a model is told",
    ),
    ("store/flags.rs", &["system"], "columns are declared by literals"),
    ("tui/action/table.rs", &["reply", "interview"], "the names of keys' actions"),
    ("tui/view/stats.rs", &["reply"], "what is counted"),
];

/// Whether `code` quotes `word`, in whatever way, and not as the key of a JSON object.
fn quotes(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let after = code[at + word.len()..].trim_start_matches('\\');
        code[..at].ends_with(['"', '\'']) && after.starts_with(['"', '\'']) && !after[1..].starts_with(':')
    })
}

/// Each of `words` that is quoted outside of `home`, where nothing says why.
fn written_out(home: &str, words: &[&str]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (_, path, code) in files() {
        // Posts of scripted bots are made of such words.
        if path.starts_with(home) || path.starts_with("llm/scripted") {
            continue;
        }
        let known = WRITTEN_OUT.iter().filter(|(place, ..)| path.starts_with(place));
        let known: Vec<&str> = known.flat_map(|(_, words, _)| words.iter().copied()).collect();
        let quoted = words.iter().filter(|word| quotes(&code, word) && !known.contains(*word));
        wrong.extend(quoted.map(|word| format!("{}: {word}", path.display())));
    }
    wrong
}

/// What a bot can do has its word in one place, so that the compiler lists where a new act is missing.
#[test]
fn acts_are_known_by_their_kind_and_not_by_their_word() {
    let wrong =
        written_out("domain/activity", &botarium::domain::ActivityKind::ALL.map(|kind| kind.as_str()));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Who acts is asked of `Actor`, and never of the beginning of an id.
#[test]
fn actors_are_told_apart_in_one_place() {
    let mut wrong = written_out("domain/actor.rs", &["system", "System"]);
    for (_, path, code) in files() {
        let begins = ["\"human:", "'human:"].iter().any(|begin| code.contains(begin));
        if begins && path != Path::new("domain/actor.rs") {
            wrong.push(format!("{}: human:", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is written out elsewhere is still there: the list is no longer than it must be.
#[test]
fn every_word_that_may_be_written_out_is() {
    for (place, words, why) in WRITTEN_OUT {
        for word in *words {
            let there = files().iter().any(|(_, path, code)| path.starts_with(place) && quotes(code, word));
            assert!(there, "{place} does not hold {word} any more ({why})");
        }
    }
}

/// One meaning a word: what these name is one type, and the others have names of their own.
#[test]
fn a_word_names_one_type() {
    for word in ["Answers", "BotRow", "Entry", "Line", "Page", "Place"] {
        let declares = |code: &str| {
            ["struct", "enum", "trait", "type"].iter().any(|kind| {
                let declared = format!("{kind} {word}");
                code.match_indices(&declared).any(|(at, _)| {
                    let next = code[at + declared.len()..].chars().next();
                    !next.is_some_and(|c| c.is_alphanumeric() || c == '_')
                })
            })
        };
        let places = files().into_iter().filter(|(_, path, _)| !path.starts_with("llm/scripted"));
        let places: Vec<PathBuf> =
            places.filter(|(.., code)| declares(code)).map(|(_, path, _)| path).collect();
        assert!(places.len() <= 1, "{word} is declared in {places:?}");
    }
}

/// Whether `line`, whose predecessors are `before`, stops the program, and nothing says why it never does.
fn stops(line: &str, before: &[&str]) -> bool {
    let ends = [".unwrap()", ".expect(", "panic!(", "unreachable!(", "todo!(", "unimplemented!("];
    let code = line.trim_start();
    // What a constant is made of is looked at by the compiler.
    ends.iter().any(|end| code.contains(end))
        && !["//", "const "].iter().any(|start| code.starts_with(start))
        && !code.contains("_expect(")
        && !code.contains("// ")
        && !before.iter().rev().take(2).any(|line| line.trim_start().starts_with("//"))
        && !code.contains(".expect(\"a test proves")
}

/// A file is read at one sitting.
#[test]
fn no_file_is_too_long() {
    let too_long = |(_, path, text): &(String, PathBuf, String)| {
        // The scripted bots' words are long lists.
        !path.starts_with("llm/scripted") && text.lines().count() > 450
    };
    let long: Vec<PathBuf> = texts().into_iter().filter(too_long).map(|(_, path, _)| path).collect();
    assert!(long.is_empty(), "to be split: {long:?}");
}

/// Outside of tests nothing stops the program without a word why that cannot happen.
#[test]
fn what_cannot_fail_says_why() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut for_tests = Vec::new();
    let mut found = Vec::new();
    sources(&root, &mut found);
    let texts: Vec<(PathBuf, String)> =
        found.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect();
    for (path, text) in &texts {
        let lines: Vec<&str> = text.lines().collect();
        for pair in lines.windows(2).filter(|pair| pair[0].trim() == "#[cfg(test)]") {
            if let Some(name) = pair[1].trim_end_matches(';').split("mod ").nth(1) {
                let folder = match path.file_stem().unwrap().to_str() {
                    Some("mod" | "lib") => path.parent().unwrap().to_path_buf(),
                    _ => path.with_extension(""),
                };
                for_tests.push(folder.join(name));
            }
        }
    }
    let mut wrong = Vec::new();
    for (path, text) in &texts {
        if for_tests.iter().any(|test| path.with_extension("") == *test || path.starts_with(test)) {
            continue;
        }
        let lines: Vec<&str> = text.lines().collect();
        let mut until: Option<String> = None;
        for (at, line) in lines.iter().enumerate() {
            let indent = &line[..line.len() - line.trim_start().len()];
            match &until {
                Some(end) if line == end => until = None,
                Some(_) => {}
                None if line.trim() == "#[cfg(test)]" || line.trim().starts_with("#[cfg(all(test") => {
                    let is_short = lines.get(at + 1).is_some_and(|next| next.ends_with(';'));
                    until = (!is_short).then(|| format!("{indent}}}"));
                }
                None if stops(line, &lines[..at]) => {
                    wrong.push(format!("{}:{}: {}", path.display(), at + 1, line.trim()));
                }
                None => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(stops("let x = y.unwrap();", &["fn f() {"]));
    assert!(!stops("let x = y.unwrap();", &["// There is one: it was just put there."]));
}

#[test]
fn names_are_read_out_of_any_import() {
    let names = named(
        "use crate::domain::Stamp;\nuse crate::{store::{A, B}, llm};\nlet x = crate::engine::y; $crate::no",
    );
    assert_eq!(names, ["domain", "store", "llm", "engine"]);
}
