//! A store that cannot go on, and readers that are in its way.

#![cfg(target_os = "linux")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;

use super::patience::Watchdog;
use super::room::{Room, under};

/// What the port at `address` answers on `path`; empty when nobody is there any more.
pub fn get(address: &str, path: &str) -> String {
    let Ok(mut stream) = TcpStream::connect(address) else { return String::new() };
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let mut answer = String::new();
    let _ = stream.write_all(request.as_bytes()).and_then(|()| stream.read_to_string(&mut answer));
    answer
}

#[test]
fn an_engine_that_cannot_store_says_so_and_ends_with_its_code() {
    let room = Room::new();
    room.beat(7, 3);
    // A disk on which no file may become longer than this.
    let most = std::fs::metadata(room.database()).unwrap().len() / 1024 + 600;
    let script = format!("trap '' XFSZ; ulimit -f {most}; exec \"$@\"");
    let program = room.command(&["--serve", "--listen", "127.0.0.1:0", "--pace", "1"]);
    let mut command = under(&["bash", "-c", &script, "bash"], &program);
    let mut engine = command.stderr(Stdio::piped()).spawn().unwrap();
    let _bound = Watchdog::over(engine.id());
    let mut lines = BufReader::new(engine.stderr.take().unwrap());
    let (mut said, mut address) = (String::new(), String::new());
    while !said.contains("nothing can be stored") {
        let from = said.len();
        assert!(lines.read_line(&mut said).unwrap() > 0, "it ended early: {said}");
        if let Some((_, at)) = said[from..].split_once("the port is open at http://") {
            address = at.split_whitespace().next().unwrap().to_owned();
        }
    }
    let health = get(&address, "/health");
    assert!(health.contains("\"status\":\"failing\"") && health.contains("disk"), "{health}");
    lines.read_to_string(&mut said).unwrap();
    let status = engine.wait().unwrap();
    assert_eq!(status.code(), Some(3), "{said}");
    let last = said.lines().last().unwrap();
    assert!(last.starts_with("error: ") && last.contains("disk"), "{last}");
    room.run(&["check"]).ok();
}

#[test]
fn an_engine_whose_home_is_removed_says_so_and_ends_with_its_code() {
    let room = Room::new();
    room.beat(7, 3);
    let engine = room.serve(&["--listen", "127.0.0.1:0", "--pace", "1"]);
    std::fs::remove_dir_all(room.database().parent().unwrap()).unwrap();
    let (code, said) = engine.wait();
    assert_eq!(code, 3, "{said}");
    let last = said.lines().last().unwrap();
    assert!(last.starts_with("error: ") && last.contains("was removed"), "{last}");
}

#[test]
fn a_reader_that_stays_is_named_and_holds_no_end_up() {
    let room = Room::new();
    room.beat(7, 3);
    let reader = rusqlite::Connection::open(room.database()).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    let _: i64 = reader.query_row("SELECT count(*) FROM threads", [], |row| row.get(0)).unwrap();
    let live = room.serve(&["--pace", "1"]);
    let begun = std::time::Instant::now();
    let (code, said) = live.stop("TERM");
    assert_eq!(code, 0, "{said}");
    eprintln!("stopped after {:?} beside a reader", begun.elapsed());
    // The log is as long as if somebody had read through a long run; the rest of it is a hole.
    room.beat(7, 3);
    let log = room.path().join("data/botarium.db-wal");
    std::fs::OpenOptions::new().write(true).open(&log).unwrap().set_len(100 * 1024 * 1024).unwrap();
    let told = room.run(&["check"]);
    let me = format!("process {}", std::process::id());
    assert!(told.out.contains("100 MiB") && told.out.contains(&me), "{}", told.out);
    assert_eq!(told.code, 0, "worth a look, and nothing is lost");
    // The next engine names it, too, and goes on.
    let engine = room.run(&["beat", "--clock", "sim", "--count", "3"]);
    assert!(engine.err.contains(&me), "{}", engine.err);
    engine.ok();
    reader.execute_batch("COMMIT").unwrap();
    drop(reader);
    room.run(&["beat", "--clock", "sim", "--count", "3"]).ok();
    assert!(std::fs::metadata(&log).map_or(0, |meta| meta.len()) < 1024 * 1024, "it shrank");
    room.run(&["check"]).ok();
}
