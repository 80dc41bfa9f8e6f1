//! The program itself, serving: commands beside it, how it stops, and what it writes down meanwhile.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use tokio::net::TcpListener;

use crate::live::{Live, closed};
use crate::patience::Watchdog;

/// `botarium --serve` on a home of its own.
struct Server {
    child: Running,
    url: String,
    log: std::thread::JoinHandle<String>,
    home: tempfile::TempDir,
}

/// Ends with the test, however that ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill(); // it has ended already, if all went well
    }
}

/// The program on a home.
fn botarium(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_botarium"));
    command.arg("--home").arg(home).stdin(Stdio::null()).env_remove("BOTARIUM_TOKEN");
    command
}

impl Server {
    /// Starts it and waits until the port is open. The token of an operator is made before, if wanted.
    async fn start(with_token: bool, arguments: &[&str]) -> (Self, Option<String>) {
        let home = tempfile::tempdir().unwrap();
        let token = with_token.then(|| {
            let made =
                botarium(home.path()).args(["token", "new", "desk", "--role", "operator"]).output().unwrap();
            String::from_utf8(made.stdout).unwrap().trim().to_owned()
        });
        let mut child = botarium(home.path())
            .args(["--serve", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map(Running)
            .unwrap();
        let _bound = Watchdog::over(child.0.id());
        let mut lines = BufReader::new(child.0.stderr.take().unwrap());
        let mut log = String::new();
        let url = loop {
            let from = log.len();
            assert!(lines.read_line(&mut log).unwrap() > 0, "it ended: {log}");
            if let Some((_, url)) = log[from..].split_once("the port is open at ") {
                break url.trim().to_owned();
            }
        };
        let log = std::thread::spawn(move || {
            lines.read_to_string(&mut log).unwrap();
            log
        });
        (Self { child, url, log, home }, token)
    }

    /// Runs another command on the same home; answers with its exit code and what it printed.
    fn beside(&self, token: &str, arguments: &[&str]) -> (Option<i32>, String) {
        let done = botarium(self.home.path()).args(arguments).env("BOTARIUM_TOKEN", token).output().unwrap();
        let text = [done.stdout, done.stderr].concat();
        (done.status.code(), String::from_utf8(text).unwrap())
    }

    async fn watch(&self, query: &str) -> Live {
        let url = format!("{}/ws/activity{query}", self.url.replacen("http", "ws", 1));
        tokio_tungstenite::connect_async(url).await.unwrap().0
    }

    /// Asks it to stop; answers with its exit code, how long it took, and its log.
    fn stop(mut self) -> (Option<i32>, Duration, String) {
        let pid = rustix::process::Pid::from_child(&self.child.0);
        let _bound = Watchdog::over(self.child.0.id());
        let began = Instant::now();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let status = self.child.0.wait().unwrap();
        (status.code(), began.elapsed(), self.log.join().unwrap())
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_stops_in_time_with_viewers_and_beats_in_flight() {
    // A model server that takes every question and answers none.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let model = format!("providers.ollama.base_url=http://{}", silent.local_addr().unwrap());
    let (server, _) = Server::start(false, &["--provider", "ollama", "--set", &model]).await;
    let mut viewers = Vec::new();
    for _ in 0..20 {
        viewers.push(server.watch("").await);
    }
    let stuck = server.watch("?types=heartbeat_started,thought_delta,heartbeat_complete").await;
    let beats: Vec<_> = ["ada_001", "rex_001"]
        .map(|bot| {
            tokio::spawn(reqwest::Client::new().post(format!("{}/api/heartbeat/{bot}", server.url)).send())
        })
        .into();
    let mut asked = Vec::new();
    for _ in &beats {
        asked.push(silent.accept().await.unwrap());
    }
    let readers: Vec<_> =
        viewers.into_iter().map(|mut live| tokio::spawn(async move { closed(&mut live).await })).collect();
    let (code, took, log) = tokio::task::spawn_blocking(move || server.stop()).await.unwrap();
    assert_eq!(code, Some(0), "{log}");
    assert!(took < Duration::from_secs(5), "{took:?}: {log}");
    assert!(log.trim_end().ends_with("stopped"), "{log}");
    for reader in readers {
        assert_eq!(reader.await.unwrap(), 1001);
    }
    drop((stuck, asked, beats));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_are_made_and_revoked_beside_it() {
    let (server, _) = Server::start(false, &[]).await;
    let (code, text) = server.beside("", &["token", "new", "wall"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("--role operator"), "{text}");
    let (code, text) = server.beside("", &["token", "new", "desk", "--role", "operator"]);
    assert_eq!(code, Some(0), "{text}");
    let desk = text.lines().next().unwrap();
    let (code, text) = server.beside("", &["token", "new", "wall"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("BOTARIUM_TOKEN"), "{text}");
    let (code, wall) = server.beside(desk, &["token", "new", "wall"]);
    assert_eq!(code, Some(0), "{wall}");
    let wall = wall.lines().next().unwrap().to_owned();
    let mut live = server.watch(&format!("?token={wall}")).await;
    let (code, text) = server.beside(desk, &["token", "revoke", "2"]);
    assert_eq!((code, text.contains("is revoked")), (Some(0), true), "{text}");
    assert_eq!(closed(&mut live).await, 1008);
    let (code, _, log) = tokio::task::spawn_blocking(move || server.stop()).await.unwrap();
    assert_eq!(code, Some(0), "{log}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_is_ever_logged() {
    let (server, token) = Server::start(true, &["--log-level", "trace"]).await;
    let token = token.unwrap();
    let http = reqwest::Client::new();
    let ask = |path: &str| http.get(format!("{}{path}", server.url));
    let wrong = format!("btr_{}", "0".repeat(64));
    let status = |answer: Result<reqwest::Response, reqwest::Error>| answer.unwrap().status();
    assert_eq!(status(ask("/api/bots").bearer_auth(&token).send().await), StatusCode::OK);
    assert_eq!(status(ask("/api/bots").bearer_auth(&wrong).send().await), StatusCode::UNAUTHORIZED);
    assert_eq!(status(ask(&format!("/api/bots?token={token}")).send().await), StatusCode::UNAUTHORIZED);
    assert_eq!(
        status(ask(&format!("/nothing/{wrong}?token={token}")).send().await),
        StatusCode::UNAUTHORIZED
    );
    drop(server.watch(&format!("?token={token}")).await);
    let recent = ask("/api/log?limit=1000").bearer_auth(&token).send().await.unwrap().text().await.unwrap();
    let (code, _, log) = tokio::task::spawn_blocking(move || server.stop()).await.unwrap();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("the port is open") && recent.contains("the engine runs"), "{log}\n{recent}");
    for text in [&log, &recent] {
        assert!(!text.contains(&token) && !text.contains(&wrong), "{text}");
    }
}
