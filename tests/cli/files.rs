//! Files that commands write: backups and the way back, exports into anything, rights, exit codes.

#![cfg(unix)]

use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::Path;

use super::patience::PATIENCE;
use super::room::Room;

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_backup_is_restored_over_what_a_crash_left() {
    let room = Room::new();
    room.beat(7, 20);
    room.run(&["backup", "monday.db"]).ok();
    let monday = room.run(&["export", "activity"]).ok();
    let mut engine = room.command(&["beat", "--clock", "sim", "--count", "1000000"]).spawn().unwrap();
    let log = room.path().join("data/botarium.db-wal");
    let until = std::time::Instant::now() + PATIENCE;
    while std::fs::metadata(&log).map_or(0, |meta| meta.len()) < 100_000 {
        assert!(engine.try_wait().unwrap().is_none() && std::time::Instant::now() < until, "it works");
        std::thread::yield_now();
    }
    // Not while an engine runs.
    room.run(&["restore", "monday.db"]).fails(3, &["another engine"]);
    engine.kill().unwrap();
    engine.wait().unwrap();
    assert!(std::fs::metadata(&log).unwrap().len() > 0, "the crash left a log");
    let told = room.run(&["restore", "monday.db"]);
    assert!(told.err.contains("botarium.before-restore-1.db"), "{}", told.err);
    told.ok();
    assert_eq!(room.run(&["export", "activity"]).ok(), monday);
    room.run(&["check"]).ok();
    // And back again: what was there is kept, its log with it.
    room.run(&["restore", "data/botarium.before-restore-1.db"]).ok();
    assert!(room.run(&["export", "activity"]).ok().len() > monday.len());
    room.run(&["check"]).ok();
    // The society goes on.
    room.run(&["beat", "--clock", "sim", "--count", "3"]).ok();
    room.run(&["restore", "none.db"]).fails(1, &["none.db"]);
}

#[test]
fn a_restored_society_needs_no_home_before() {
    let (one, two) = (Room::new(), Room::new());
    one.beat(7, 5);
    let copy = two.path().join("copy.db");
    one.run(&["backup", copy.to_str().unwrap()]).ok();
    two.run(&["restore", "copy.db"]).ok();
    assert_eq!(two.run(&["export", "threads"]).ok(), one.run(&["export", "threads"]).ok());
}

#[test]
fn exports_go_into_links_pipes_and_devices_and_leave_them_what_they_are() {
    let room = Room::new();
    room.beat(7, 5);
    let path = |name: &str| room.path().join(name);
    let expected = room.run(&["export", "threads"]).ok();
    std::os::unix::fs::symlink("victim", path("link")).unwrap();
    room.write("victim", "precious");
    room.run(&["export", "threads", "-o", "link"]).fails(1, &["link", "--force"]);
    room.run(&["backup", "link"]).fails(1, &["link", "--force"]);
    assert_eq!(std::fs::read_to_string(path("victim")).unwrap(), "precious");
    // What was planted where a temporary file would be expected is not written through.
    std::os::unix::fs::symlink("victim", path("out.json.part")).unwrap();
    room.run(&["export", "threads", "-o", "out.json"]).ok();
    assert_eq!(room.run(&["export", "threads", "-o", "-"]).ok(), expected);
    assert_eq!(std::fs::read_to_string(path("victim")).unwrap(), "precious");
    room.run(&["export", "threads", "-o", "link", "--force"]).ok();
    assert!(std::fs::symlink_metadata(path("link")).unwrap().is_symlink());
    assert_eq!(std::fs::read_to_string(path("victim")).unwrap(), expected);

    assert!(std::process::Command::new("mkfifo").arg(path("pipe")).status().unwrap().success());
    let read = std::thread::spawn({
        let pipe = path("pipe");
        move || std::fs::read_to_string(pipe).unwrap()
    });
    room.run(&["export", "threads", "-o", "pipe"]).ok();
    assert_eq!(read.join().unwrap(), expected);
    assert!(std::fs::metadata(path("pipe")).unwrap().file_type().is_fifo());
    let null = || std::fs::metadata("/dev/null").unwrap().file_type().is_char_device();
    std::os::unix::fs::symlink("/dev/null", path("null")).unwrap();
    room.run(&["export", "threads", "-o", "null"]).ok();
    room.run(&["backup", "null"]).ok();
    assert!(null() && std::fs::symlink_metadata(path("null")).unwrap().is_symlink());
}

#[test]
fn what_a_society_leaves_is_its_owners_alone() {
    let room = Room::new();
    room.run(&["beat", "--count", "2"]).ok();
    room.run(&["backup", "copy.db"]).ok();
    room.run(&["export", "threads", "-o", "threads.csv"]).ok();
    let live = room.serve(&[]);
    for name in ["data/botarium.db", "data/botarium.db-wal", "data/botarium.lock", "copy.db", "threads.csv"] {
        let path = room.path().join(name);
        assert_eq!(mode(&path) & 0o077, 0, "{name} has mode {:o}", mode(&path));
    }
    live.stop("TERM");
    // What an earlier version made for everybody to read is closed at the next start.
    for name in ["data/botarium.db", "data"] {
        std::fs::set_permissions(room.path().join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    room.run(&["beat", "--count", "1"]).ok();
    assert_eq!(mode(&room.database()), 0o700);
    assert_eq!(mode(&room.path().join("data")), 0o700);
}

#[test]
fn exit_codes_mean_what_the_table_says() {
    let room = Room::new();
    room.run(&["beat", "--count", "1", "--pace", "nonsense"]).fails(2, &["--pace"]);
    room.run(&["beat", "--count", "1", "--set", "budget.daily_tokens=many"]).fails(2, &["daily_tokens"]);
    room.write("botarium.yaml", "pace: nonsense\n");
    room.run(&["beat", "--count", "1"]).fails(4, &["pace"]);
    room.write("botarium.yaml", "");
    room.beat(7, 1);
    room.run(&["backup", "/nosuch/x"]).fails(2, &["/nosuch"]);
    room.run(&["export", "threads", "-o", "/nosuch/x"]).fails(2, &["/nosuch"]);
    room.run(&["backup", "."]).fails(1, &["directory"]);
    room.run(&["tail", "ftp://x"]).fails(2, &["ftp://x"]);
    room.run(&["tail", "http://127.0.0.1:1"]).fails(1, &["127.0.0.1:1"]);
}
