//! Callers that hang up in the middle: what they began runs to its end.

use std::time::Duration;

use botarium::engine::{self, ProviderSetup, Settings};
use botarium::llm::{ProviderKind, ProviderSpec};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::model::{Aim, Model, Reply};
use crate::room::{Room, options, settings};

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

/// Sends a request and is gone, without reading an answer, once `then` is over.
async fn hang_up(room: &Room, method: &str, path: &str, body: &str, then: impl Future<Output = ()>) {
    let mut stream = TcpStream::connect(room.address).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        room.address,
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    then.await;
    drop(stream);
}

/// Wakes every bot. What callers who left began may still go on: one that is on its beat is asked again.
async fn wakes_everybody(room: &Room) {
    let woken = async {
        for bot in ["ada_001", "echo_001", "luna_001", "marcus_001", "rex_001", "sage_001"] {
            while room.engine.trigger(bot).await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), woken).await.expect("no bot is stuck");
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
        let told = async {
            while room.engine.last_seq() == before {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), told).await.expect("it leaves an activity");
        at_rest(&room, home.as_ref()).await;
        assert_eq!(room.engine.last_seq(), before + 1, "{path} left its activity");
    }
    // All of them, one after another in simulated time: the first is asked when the caller goes.
    let (calls, before) = (model.calls().len(), room.engine.last_seq());
    hang_up(&room, "POST", "/api/pace/trigger", "", async { drop(model.arrived(calls + 1).await) }).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    model.let_go(100);
    let lived = async {
        while room.engine.last_seq() == before {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), lived).await.expect("the beat under way ends");
    wakes_everybody(&room).await;
    at_rest(&room, home.as_ref()).await;
    room.close().await;
}

/// A path with its parameters filled in, with a body as the document shows it.
fn sample(path: &str, operation: &Value) -> (String, String) {
    let id = if path.contains("/bots/") || path.contains("heartbeat") || path.contains("trigger") {
        "ada_001"
    } else {
        "1"
    };
    let path = path.replace("{id}", id).replace("{bot_id}", "ada_001").replace("{name}", "scripted");
    let body = &operation["requestBody"]["content"]["application/json"]["example"];
    let path = if path == "/api/follow/ada_001" { format!("{path}?follower_id=rex_001") } else { path };
    (path, if body.is_null() { String::new() } else { body.to_string() })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_changing_route_survives_a_caller_who_is_gone_at_once() {
    let room = Room::after(30).await;
    let home = room.engine.room().await.unwrap().home;
    let document = room.get("/openapi.json").await.body;
    let mut tried = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if method == "get" || path.starts_with("/api/tokens") {
                continue;
            }
            let (path, body) = sample(path, operation);
            hang_up(&room, &method.to_uppercase(), &path, &body, async {}).await;
            tried += 1;
        }
    }
    assert!(tried > 30, "{tried}");
    at_rest(&room, home.as_ref()).await;
    wakes_everybody(&room).await;
    // A token that was made is in force, whoever asked for it has heard of it or not.
    let body = r#"{"name": "left", "role": "operator"}"#;
    hang_up(&room, "POST", "/api/tokens", body, tokio::time::sleep(Duration::from_millis(100))).await;
    let closed = async {
        while room.get("/api/bots").await.status != 401 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), closed).await.expect("the port asks for a token now");
    room.close().await;
}
