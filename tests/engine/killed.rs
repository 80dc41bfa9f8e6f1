//! The binary itself, killed in the middle of a call.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use botarium::engine::{self, Settings};
use rusqlite::Connection;

use super::model::{Model, Reply};

/// Ends with the test, however that ends.
pub struct Killed(pub Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The program on a home, with a provider named `far`.
pub fn botarium(home: &Path, address: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_botarium"));
    // What is set for the tests is no setting of the program.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BOTARIUM_")) {
        command.env_remove(name);
    }
    command
        .args(["--home", home.to_str().unwrap(), "--provider", "far", "--set", "timezone=UTC"])
        .args(["--set", "providers.far.kind=openai", "--set", "providers.far.model=tiny"])
        .args(["--set", &format!("providers.far.base_url={address}")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

async fn killed_in_a_call(arguments: &[&str]) {
    let model = Model::start(|_| Reply::stall()).await;
    let home = tempfile::tempdir().unwrap();
    let mut child = Killed(botarium(home.path(), &model.address()).args(arguments).spawn().unwrap());
    model.arrived(1).await;
    let db = Connection::open(home.path().join("data/botarium.db")).unwrap();
    let number = |sql: &str| -> i64 { db.query_row(sql, [], |row| row.get(0)).unwrap() };
    child.0.kill().unwrap();
    child.0.wait().unwrap();
    let reserved = number("SELECT sum(input + output) FROM reservations WHERE sent = 1");
    let calls = number("SELECT count(*) FROM reservations WHERE sent = 1");
    assert!(reserved > 0);
    assert_eq!(number("SELECT count(*) FROM usage_daily"), 0);
    // The next start charges what was reserved; nothing hangs in the books.
    let handle = engine::start(Settings { bots: Vec::new(), ..Settings::new(home.path()) }).unwrap();
    assert_eq!(number("SELECT count(*) FROM reservations"), 0);
    assert_eq!(number("SELECT sum(input + output) FROM usage_daily"), reserved);
    assert_eq!(number("SELECT sum(calls) FROM usage_daily"), calls);
    assert_eq!(number("SELECT bound_tokens FROM usage_room"), reserved);
    assert_eq!(number("SELECT sum(tokens_used) FROM activities"), reserved, "told of by activities");
    handle.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_beat_run_killed_in_a_call_is_charged_its_reservation() {
    killed_in_a_call(&["beat", "--count", "1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_killed_in_a_call_is_charged_its_reservation() {
    killed_in_a_call(&["--serve", "--listen", "127.0.0.1:0", "--pace", "1"]).await;
}
