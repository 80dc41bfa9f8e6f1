//! Callers that hang up in the middle: what they began runs to its end.

use std::path::{Path, PathBuf};
use std::time::Duration;

use botarium::engine::replay::Replay;
use botarium::engine::{self, ProviderSetup, Settings};
use botarium::llm::{ProviderKind, ProviderSpec};
use botarium::protocol::{Role, ask};
use reqwest::Method;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::declared::sample;
use crate::model::{Aim, Model, Reply};
use crate::patience::until;
use crate::room::{Room, options, read, settings};

/// A room of the six whose provider is `model`.
async fn room(model: &Model) -> Room {
    let home: TempDir = tempfile::tempdir().unwrap();
    let spec = ProviderSpec {
        base_url: Some(model.address()),
        model: Some("tiny".into()),
        concurrency: 2,
        ..ProviderSpec::new("model", ProviderKind::OpenAi)
    };
    let mut settings = Settings { default_provider: "model".into(), ..settings(home.path()) };
    settings.providers.push(ProviderSetup { spec, price: None });
    let handle = engine::start(settings).unwrap();
    Room::open(handle, None, options(), Some(home)).await
}

/// A request, as it is sent.
fn request(room: &Room, method: &str, path: &str, body: &str) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        room.address,
        body.len()
    )
}

/// Sends a request and is gone, without reading an answer, once `then` is over.
async fn hang_up(room: &Room, method: &str, path: &str, body: &str, then: impl Future<Output = ()>) {
    let mut stream = TcpStream::connect(room.address).await.unwrap();
    stream.write_all(request(room, method, path, body).as_bytes()).await.unwrap();
    then.await;
    drop(stream);
}

/// Wakes every bot. What callers who left began may still go on: one that is on its beat is asked again.
async fn wakes_everybody(room: &Room) {
    for bot in ["ada_001", "echo_001", "luna_001", "marcus_001", "rex_001", "sage_001"] {
        until(bot, async || room.engine.trigger(bot).await.is_ok()).await;
    }
}

/// Waits until no bot is on a beat and no call is reserved.
async fn at_rest(room: &Room, home: &std::path::Path) {
    let rest = async {
        loop {
            let bots = room.engine.bots().await.unwrap();
            let db = rusqlite::Connection::open(home.join("data/botarium.db")).unwrap();
            let reserved: i64 =
                db.query_row("SELECT count(*) FROM reservations", [], |row| row.get(0)).unwrap();
            if reserved == 0 && bots.iter().all(|bot| bot.doing.is_none()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), rest).await.expect("nothing hangs");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_hangs_up_while_a_model_is_asked_cuts_nothing_off() {
    let model = Model::start(|call| match call.aim {
        Aim::Interview => Reply::text("Because of the moon.").held(),
        Aim::Test => Reply::text("ready").held(),
        _ => Reply::quiet().held(),
    })
    .await;
    let room = room(&model).await;
    let home = room.engine.room().await.unwrap().home;
    for (nth, (path, body)) in [
        ("/api/engine/step", ""),
        ("/api/heartbeat/ada_001", ""),
        ("/api/pace/trigger/rex_001", ""),
        ("/api/bots/luna_001/interview", r#"{"question": "Why do tides rise?"}"#),
        ("/api/providers/model/test", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let before = room.engine.last_seq();
        hang_up(&room, "POST", path, body, async { drop(model.arrived(nth + 1).await) }).await;
        // The server has seen that it is gone before the model answers.
        tokio::time::sleep(Duration::from_millis(200)).await;
        model.let_go(1);
        // A call that costs nothing is not reserved: what tells of its end is its activity.
        until("its activity", async || room.engine.last_seq() != before).await;
        at_rest(&room, home.as_ref()).await;
        assert_eq!(room.engine.last_seq(), before + 1, "{path} left its activity");
    }
    // All of them, one after another in simulated time: the first is asked when the caller goes.
    let (calls, before) = (model.calls().len(), room.engine.last_seq());
    hang_up(&room, "POST", "/api/pace/trigger", "", async { drop(model.arrived(calls + 1).await) }).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    model.let_go(100);
    until("the beat under way to end", async || room.engine.last_seq() != before).await;
    wakes_everybody(&room).await;
    at_rest(&room, home.as_ref()).await;
    room.close().await;
}

/// How many inputs the journal holds.
fn journaled(home: &Path) -> i64 {
    let db = rusqlite::Connection::open(home.join("data/botarium.db")).unwrap();
    db.query_row("SELECT count(*) FROM journal", [], |row| row.get(0)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_cut_off_in_the_middle_is_done_or_not_begun() {
    let room = Room::after(30).await;
    let home = PathBuf::from(room.engine.room().await.unwrap().home);
    let document = room.get("/openapi.json").await.body;
    let changes = ask::routes().filter(|route| route.changes());
    let requests: Vec<(&str, String, String)> = changes
        .flat_map(|route| route.paths().map(|path| (route.method.as_str(), path)))
        .filter(|(_, path)| !path.starts_with("/api/tokens"))
        .map(|(method, path)| {
            let (path, body) = sample(&document, method, path);
            (method, path, body)
        })
        .collect();
    assert!(requests.len() > 30, "{}", requests.len());
    // Half a request is none.
    let before = journaled(&home);
    for (method, path, body) in &requests {
        let whole = request(&room, method, path, body);
        for cut in [whole.len() / 2, whole.len() - 1] {
            let mut stream = TcpStream::connect(room.address).await.unwrap();
            stream.write_all(&whole.as_bytes()[..cut]).await.unwrap();
        }
    }
    at_rest(&room, &home).await;
    assert_eq!(journaled(&home), before);
    // A whole one is done, or not begun: whoever asked has gone before the answer.
    for (method, path, body) in &requests {
        hang_up(&room, method, path, body, async {}).await;
    }
    until("what was asked to be done", async || journaled(&home) != before).await;
    at_rest(&room, &home).await;
    wakes_everybody(&room).await;
    // A token is in force or not, as the list of them says, whoever made or revoked it and has gone.
    let new = |nth: u32| format!(r#"{{"name": "left {nth}", "role": "operator"}}"#);
    for nth in 0..5 {
        hang_up(&room, "POST", "/api/tokens", &new(nth), async {}).await;
    }
    at_rest(&room, &home).await;
    let (_, desk) = room.engine.new_token("desk", Role::Operator).await.unwrap();
    assert_eq!(room.get("/api/bots").await.status, 401, "the port asks for a token now");
    for nth in 0..5_u64 {
        let (gone, text) = room.engine.new_token("gone", Role::Viewer).await.unwrap();
        let bearer = format!("HTTP/1.1\r\nauthorization: Bearer {}\r\n", desk.expose());
        let whole = request(&room, "DELETE", &format!("/api/tokens/{}", gone.id), "");
        let mut stream = TcpStream::connect(room.address).await.unwrap();
        stream.write_all(whole.replacen("HTTP/1.1\r\n", &bearer, 1).as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(nth)).await;
        drop(stream);
        loop {
            let before = room.engine.is_token_in_force(gone.id).await.unwrap();
            let status = read(room.request(Method::GET, "/api/bots").bearer_auth(text.expose())).await.status;
            if before == room.engine.is_token_in_force(gone.id).await.unwrap() {
                assert_eq!(status == 401, !before, "{status}");
                break;
            }
        }
    }
    // Nothing was done by half: the same inputs, applied again, lead to the same society.
    let home = room.close().await.unwrap();
    let again = tempfile::tempdir().unwrap();
    let mut replay =
        Replay::begin(&home.path().join("data/botarium.db"), &again.path().join("again.db")).unwrap();
    replay.run(None).unwrap();
    assert_eq!(replay.differences().unwrap(), Vec::<&str>::new());
    replay.close();
}
