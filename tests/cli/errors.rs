//! What can be wrong with a configuration, a home, a disk or a database: one clear sentence, a way
//! out, an exit code, and nothing lost.

#[cfg(unix)]
use super::room::Nobody;
#[cfg(target_os = "linux")]
use super::room::send;
use super::room::{Room, done};

#[test]
fn a_wrong_configuration_is_named_with_its_place() {
    let room = Room::new();
    for (text, words) in [
        ("paec: fast\n", &["botarium.yaml:1", "pace"][..]),
        ("budget:\n  daily_token: 5\n", &["botarium.yaml:2", "daily_tokens"]),
        ("pace: quick\n", &["botarium.yaml:1", "slow, normal, fast, turbo"]),
        ("provider: gpt\n", &["botarium.yaml:1", "provider"]),
        ("timezone: Mars/Olympus\n", &["botarium.yaml:1", "Europe/Berlin"]),
        ("providers:\n  openai:\n    api_key: sk-secret\n", &["botarium.yaml:3", "api_key_env"]),
        ("port: {listen: nowhere}\n", &["127.0.0.1:8000"]),
        ("seed: [1\n", &["botarium.yaml"]),
        ("prices_file: none.yaml\n", &["prices_file", "none.yaml"]),
    ] {
        room.write("botarium.yaml", text);
        let error = room.run(&["beat", "--count", "1"]).fails(4, words);
        assert!(!error.contains("sk-secret"), "{error}");
    }
    room.write("botarium.yaml", "pace: fast\n");
    let mut command = room.command(&["beat", "--count", "1"]);
    let done = done(command.env("BOTARIUM_BUDGET__DALY_TOKENS", "5"));
    done.fails(4, &["BOTARIUM_BUDGET__DALY_TOKENS", "DAILY_TOKENS"]);
    assert!(!room.database().exists());
}

#[test]
fn what_is_in_force_is_shown_without_secrets() {
    let room = Room::new();
    room.write("botarium.yaml", "pace: fast\nbudget:\n  daily_tokens: 5000\n");
    let mut command = room.command(&["config", "--pace", "turbo"]);
    let shown = done(command.env("ANTHROPIC_API_KEY", "sk-verysecret")).ok();
    let line = |key: &str| shown.lines().find(|line| line.starts_with(key)).unwrap_or_default().to_owned();
    assert!(line("pace ").contains("turbo") && line("pace ").contains("flag --pace"), "{shown}");
    assert!(line("budget.daily_tokens").contains("botarium.yaml:3"), "{shown}");
    assert!(line("providers.anthropic.api_key ").contains("ANTHROPIC_API_KEY"), "{shown}");
    assert!(!shown.contains("verysecret"));
    let example = room.run(&["config", "--example"]).ok();
    assert_eq!(example, include_str!("../../examples/botarium.yaml"));
}

#[test]
fn a_society_that_is_not_there_is_not_made_by_looking() {
    let room = Room::new();
    for args in [&["tail"][..], &["export", "threads"], &["bot", "list"], &["backup", "copy.db"]] {
        room.run(args).fails(3, &["no society", "beat"]);
    }
    assert!(room.run(&["check"]).ok().contains("no society yet"));
    assert_eq!(std::fs::read_dir(room.path()).unwrap().count(), 0);
}

#[test]
fn a_damaged_or_newer_database_is_left_alone() {
    let room = Room::new();
    let garbage = "no database, but long enough to be taken for one ".repeat(200);
    room.write("data/botarium.db", &garbage);
    for args in [&["beat", "--count", "1"][..], &["tail"], &["bot", "pause", "ada_001"]] {
        room.run(args).fails(3, &["damaged", "backup"]);
    }
    assert_eq!(room.run(&["check"]).code, 1);
    assert_eq!(std::fs::read_to_string(room.database()).unwrap(), garbage, "nothing was overwritten");

    let room = Room::new();
    room.beat(7, 2);
    let connection = rusqlite::Connection::open(room.database()).unwrap();
    connection.pragma_update(None, "user_version", 9_999).unwrap();
    drop(connection);
    for args in [&["beat", "--count", "1"][..], &["tail", "--no-follow"]] {
        room.run(args).fails(3, &["newer", "9999", "update"]);
    }
}

#[test]
fn damage_inside_a_database_is_found() {
    use std::io::{Seek as _, SeekFrom, Write as _};
    let room = Room::new();
    room.beat(7, 60);
    let length = std::fs::metadata(room.database()).unwrap().len();
    let mut file = std::fs::OpenOptions::new().write(true).open(room.database()).unwrap();
    for page in (20..length / 4096).step_by(3) {
        file.seek(SeekFrom::Start(page * 4096 + 100)).unwrap();
        file.write_all(&[0xA5; 300]).unwrap();
    }
    let done = room.run(&["check", "--json"]);
    assert_eq!(done.code, 1, "{}{}", done.out, done.err);
    assert!(done.out.contains("backup"), "{}", done.out);
}

#[test]
fn a_second_engine_is_refused_and_told_where_the_first_is() {
    let room = Room::new();
    let first = room.serve(&["--listen", "127.0.0.1:0"]);
    let pid = format!("process {}", first.pid());
    for args in [&["beat", "--count", "1"][..], &["--serve"]] {
        room.run(args).fails(3, &[&pid, "botarium attach http://127.0.0.1:"]);
    }
    // Reading goes on beside it.
    assert!(room.run(&["bot", "list"]).ok().contains("active"));
    assert!(room.run(&["check"]).ok().contains(&pid));
    let (code, said) = first.stop("TERM");
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("stopped"), "{said}");
    room.run(&["beat", "--count", "1"]).ok();

    let first = room.serve(&[]);
    room.run(&["bot", "pause", "ada_001"]).fails(3, &["--listen"]);
    let (code, said) = first.stop("INT");
    assert_eq!(code, 0, "{said}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_closed_terminal_ends_an_engine_unless_it_was_begun_to_outlive_it() {
    let room = Room::new();
    let engine = room.serve_under(&["env", "--default-signal=HUP"], &[]);
    let (code, said) = engine.stop("HUP");
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("stopped"), "{said}");
    // As nohup(1) begins it.
    let engine = room.serve_under(&["env", "--ignore-signal=HUP"], &[]);
    send("HUP", engine.pid());
    let status = std::fs::read_to_string(format!("/proc/{}/status", engine.pid())).unwrap();
    let hangup = |field: &str| {
        let mask = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
        u64::from_str_radix(mask.trim(), 16).unwrap() & 1
    };
    assert_eq!((hangup("SigIgn:"), hangup("SigCgt:")), (1, 0), "{status}");
    room.run(&["beat", "--count", "1"]).fails(3, &[&format!("process {}", engine.pid())]);
    let (code, said) = engine.stop("TERM");
    assert_eq!(code, 0, "{said}");
}

#[test]
#[cfg(unix)]
fn a_home_without_rights_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let nobody = Nobody::new();
    let set = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    // Nothing can be made in it.
    let locked = nobody.home("locked");
    set(&locked, 0o555);
    nobody.run(&locked, &["beat", "--count", "1"]).fails(3, &["locked"]);
    assert_eq!(nobody.run(&locked, &["check"]).code, 1);
    // Nothing can be read in it.
    let closed = nobody.home("closed");
    set(&closed, 0o000);
    let done = nobody.run(&closed, &["beat", "--count", "1"]);
    assert!(matches!(done.code, 3 | 4), "{}", done.err);
    let code = done.code;
    done.fails(code, &["closed"]);
    set(&closed, 0o755);
    // Its bots cannot be read.
    let bots = closed.join("bots");
    std::fs::create_dir(&bots).unwrap();
    nobody.own(&bots);
    set(&bots, 0o000);
    nobody.run(&closed, &["beat", "--count", "1"]).fails(4, &["bots", "rights"]);
    set(&bots, 0o755);
    std::fs::remove_dir(&bots).unwrap();
    // A society that may be read but not written.
    nobody.run(&closed, &["beat", "--count", "6", "--clock", "sim"]).ok();
    for file in std::fs::read_dir(closed.join("data")).unwrap() {
        set(&file.unwrap().path(), 0o444);
    }
    set(&closed.join("data"), 0o555);
    nobody.run(&closed, &["beat", "--count", "1"]).fails(3, &["data"]);
    set(&closed.join("data"), 0o755);
}

#[test]
fn a_home_that_is_a_file_is_named() {
    let room = Room::new();
    let file = room.write("file", "x");
    let file = file.to_str().unwrap();
    let done = room.run(&["beat", "--home", file, "--count", "1"]);
    assert!(matches!(done.code, 3 | 4), "{}", done.err);
    assert!(done.err.contains("file"), "{}", done.err);
}

/// A small disk of its own.
#[cfg(target_os = "linux")]
struct Disk(tempfile::TempDir);

#[cfg(target_os = "linux")]
impl Disk {
    fn mount(size: &str) -> Self {
        let disk = Self(tempfile::tempdir().unwrap());
        let mounted = disk.call("mount", &["-t", "tmpfs", "-o", &format!("size={size}"), "botarium-test"]);
        assert!(mounted, "mounting a small tmpfs is not permitted here");
        disk
    }

    fn grow(&self, size: &str) {
        assert!(self.call("mount", &["-o", &format!("remount,size={size}")]));
    }

    fn call(&self, program: &str, args: &[&str]) -> bool {
        let output = std::process::Command::new(program).args(args).arg(self.0.path()).output();
        output.is_ok_and(|output| output.status.success())
    }
}

#[cfg(target_os = "linux")]
impl Drop for Disk {
    fn drop(&mut self) {
        self.call("umount", &[]);
    }
}

#[test]
#[ignore = "mounts a small disk, which takes root"]
#[cfg(target_os = "linux")]
fn a_full_disk_is_said_and_loses_nothing() {
    let disk = Disk::mount("3m");
    let home = disk.0.path();
    let run = |args: &[&str]| -> super::room::Done {
        done(super::room::botarium().arg("--home").arg(home).args(args))
    };
    run(&["beat", "--count", "100000", "--seed", "7", "--clock", "sim"])
        .fails(3, &["disk is full", "free some space"]);
    disk.grow("64m");
    run(&["check"]).ok();
    let before = run(&["export", "activity", "--format", "jsonl"]).ok();
    assert!(before.lines().count() > 10, "{before}");
    run(&["beat", "--count", "20", "--seed", "7", "--clock", "sim"]).ok();
    let after = run(&["export", "activity", "--format", "jsonl"]).ok();
    assert!(after.starts_with(&before), "what was there is there");
    run(&["check"]).ok();
}

#[test]
fn a_room_that_a_proxy_would_open_to_everybody_is_told() {
    let room = Room::new();
    room.write("botarium.yaml", "port:\n  allowed_hosts: [bots.example.org]\n");
    let says = |room: &Room| room.run(&["check"]).ok().contains("X-Forwarded-For");
    assert!(says(&room), "before the society is made");
    room.run(&["beat", "--count", "1", "--clock", "sim"]).ok();
    assert!(says(&room));
    room.run(&["token", "new", "desk", "--role", "operator"]).ok();
    assert!(!says(&room));
}
