//! Help, man pages and completions: all from the same definitions.

use std::process::Output;

use super::room::{Room, botarium};

/// Every command there is, as the man pages name them.
fn commands(room: &Room) -> Vec<Vec<String>> {
    let pages = room.run(&["man", "-o", "man"]).ok();
    let name = |line: &str| line.rsplit('/').next().unwrap().strip_suffix(".1").unwrap().to_owned();
    pages.lines().map(|line| name(line).split('-').skip(1).map(String::from).collect()).collect()
}

#[test]
fn every_command_has_help_a_page_and_completions() {
    let room = Room::new();
    let commands = commands(&room);
    let known: Vec<String> = commands.iter().map(|words| words.join(" ")).collect();
    for command in [
        "",
        "tail",
        "beat",
        "bot",
        "bot list",
        "bot show",
        "bot add",
        "bot edit",
        "bot pause",
        "bot resume",
        "bot reset",
        "bot remove",
        "bot validate",
        "bot generate",
        "export",
        "backup",
        "check",
        "worker",
        "token",
        "token new",
        "token list",
        "token revoke",
        "config",
        "completions",
        "man",
    ] {
        assert!(known.iter().any(|words| words == command), "`{command}` is not among {known:?}");
    }
    for words in &commands {
        for flag in ["-h", "--help"] {
            let help = run(words, flag);
            let text = String::from_utf8(help.stdout).unwrap();
            assert!(help.status.success() && text.contains("Usage: botarium"), "{words:?}: {text}");
            assert!(text.lines().all(|line| line.chars().count() <= 100), "{words:?}: a line is too long");
            assert!(text.contains("--home"), "{words:?} does not know the common options");
        }
    }
    let help = String::from_utf8(run(&[], "--help").stdout).unwrap();
    for code in ["0 ", "1 ", "2 ", "3 ", "4 ", "130"] {
        assert!(help.contains(&format!("\n  {code}")), "exit code {code}");
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = room.run(&["completions", shell]).ok();
        for word in ["tail", "validate", "durability"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    assert!(room.run(&["man"]).ok().contains(".SH \"EXIT STATUS\""));
}

fn run(words: &[String], flag: &str) -> Output {
    botarium().args(words).arg(flag).output().unwrap()
}

#[test]
fn the_version_is_the_packages() {
    assert_eq!(Room::new().run(&["--version"]).ok().trim(), concat!("botarium ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_wrong_command_line_is_the_users_to_mend() {
    let room = Room::new();
    for args in [
        &["bet"][..],
        &["beat", "--count", "many"],
        &["--color", "green", "check"],
        &["export", "money"],
        &["--serve", "check"],
        &["--set", "seed", "config"],
        &["--start", "2026-01-01", "beat"],
        &["beat", "--until", "tomorrow"],
    ] {
        let done = room.run(args);
        assert_eq!(done.code, 2, "{args:?}: {}", done.err);
        assert!(done.err.starts_with("error: "), "{}", done.err);
    }
    assert!(room.run(&["chek"]).err.contains("check"), "the nearest command is named");
}
