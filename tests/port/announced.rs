//! Every request that changes something is announced to whoever looks on, made from the port's own description.

use std::collections::BTreeSet;
use std::time::Duration;

use botarium::engine::{self, ProviderSetup, Settings};
use botarium::link::{Connection, Link, Remote};
use botarium::llm::{ProviderKind, ProviderSpec};
use botarium::protocol::Notice;
use reqwest::Method;
use serde_json::{Value, json};

use crate::patience::until;
use crate::room::{Room, lived, options, settings};

/// Requests after which nobody who looks on sees anything else.
const UNSEEN: [&str; 5] = [
    "post /api/bots/{id}/interview",
    "post /api/providers/look",
    "post /api/providers/{name}/test",
    "post /api/tokens",
    "delete /api/tokens/{id}",
];

/// A society in which everything can be changed: with a flag, a file that has changed, and a second provider.
async fn room() -> Room {
    let home = tempfile::tempdir().unwrap();
    let with = |bots: Vec<(String, String)>| Settings {
        bots,
        providers: ["scripted", "second"]
            .map(|name| ProviderSetup { spec: ProviderSpec::new(name, ProviderKind::Scripted), price: None })
            .into(),
        ..settings(home.path())
    };
    let files: Vec<(String, String)> = botarium::embedded::bots()
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    let handle = engine::start(with(files.clone())).unwrap();
    lived(&handle, 60).await;
    handle.set_config("ada_001", json!({"behavior": {"shyness": 91}})).await.unwrap();
    handle.close();
    let database = rusqlite::Connection::open(home.path().join("data/botarium.db")).unwrap();
    database
        .execute(
            "INSERT INTO flags (bot_id, target_type, target_id, flag_type, flagged_by, reason, created_at) \
             VALUES ('rex_001', 'thread', '1', 'repetitive', 'auto', 'again', 1)",
            [],
        )
        .unwrap();
    drop(database);
    let changed = files
        .into_iter()
        .map(|(name, text)| (name, text.replace("creativity_level: 80", "creativity_level: 81")))
        .collect();
    let handle = engine::start(with(changed)).unwrap();
    Room::open(handle, None, options(), Some(home)).await
}

#[tokio::test]
async fn every_request_that_changes_something_is_announced() {
    let room = room().await;
    let looks_on = Remote::connect(&room.url(""), None).await.unwrap();
    let mut hears = looks_on.subscribe();
    until("the line", async || looks_on.connection() == Connection::Connected).await;
    let link = Link::Local(room.engine.clone());
    let memory = link.memory("rex_001").await.unwrap();
    let ids = serde_json::to_value(&memory).unwrap();
    let mut memories: Vec<i64> = Vec::new();
    find(&ids, &mut memories);
    let (edited, forgotten) = (memories[0], memories[1]);
    let mut config = link.bot_config("luna_001").await.unwrap().personality_config;
    (config.id, config.name) = ("kim_001".into(), "Kim".into());
    let kim = json!({"id": "kim_001", "name": "Kim", "personality_config": config});
    let personality = json!({"traits": ["handy"]});
    let human = "human:kim";
    let none = || Value::Null;
    let steps: Vec<(&str, &str, Value)> = vec![
        ("post /api/bots", "/api/bots", kim),
        ("post /api/bots/create", "/api/bots/create", json!({"name": "Lin", "personality": personality})),
        ("delete /api/bots/{id}", "/api/bots/kim_001", none()),
        ("put /api/bots/{id}/config", "/api/bots/luna_001/config", json!({"behavior": {"shyness": 44}})),
        ("put /api/bots/{id}/cost-cap", "/api/bots/luna_001/cost-cap", json!({"daily_token_cap": 4_000})),
        ("delete /api/bots/{id}/cost-cap", "/api/bots/luna_001/cost-cap", none()),
        (
            "post /api/bots/{id}/memories",
            "/api/bots/rex_001/memories",
            json!({"kind": "fact", "text": "Hinges."}),
        ),
        ("put /api/bots/{id}/pace", "/api/bots/luna_001/pace", json!({"interval_seconds": 77})),
        ("post /api/bots/{id}/yaml", "/api/bots/ada_001/yaml", json!({"choice": "take"})),
        ("post /api/bots/{id}/reset", "/api/bots/luna_001/reset", none()),
        ("post /api/engine/pause", "/api/engine/pause", none()),
        ("post /api/engine/step", "/api/engine/step", none()),
        ("post /api/engine/resume", "/api/engine/resume", none()),
        ("post /api/events", "/api/events", json!({"title": "Rain", "event_type": "news"})),
        ("put /api/events/{id}/deactivate", "/api/events/1/deactivate", none()),
        ("post /api/follow/{bot_id}", "/api/follow/rex_001", json!({"follower_id": human})),
        (
            "delete /api/follow/{bot_id}",
            "/api/follow/rex_001?follower_id=human:kim",
            json!({"follower_id": human}),
        ),
        ("post /api/heartbeat/{bot_id}", "/api/heartbeat/rex_001", none()),
        ("post /api/pace/trigger/{bot_id}", "/api/pace/trigger/luna_001", none()),
        ("post /api/pace/trigger", "/api/pace/trigger", none()),
        ("put /api/moderation/bots/{id}/pause", "/api/moderation/bots/rex_001/pause", none()),
        ("put /api/moderation/bots/{id}/unpause", "/api/moderation/bots/rex_001/unpause", none()),
        ("put /api/moderation/flags/{id}/resolve", "/api/moderation/flags/1/resolve", none()),
        ("put /api/pace", "/api/pace", json!({"interval_seconds": 99})),
        ("put /api/providers/default", "/api/providers/default", json!({"name": "second"})),
        (
            "post /api/threads",
            "/api/threads",
            json!({"author_bot_id": human, "title": "Doors", "content": "Hinges?"}),
        ),
        (
            "post /api/threads/{id}/replies",
            "/api/threads/1/replies",
            json!({"author_bot_id": human, "content": "Yes."}),
        ),
        ("post /api/threads/{id}/vote", "/api/threads/1/vote", json!({"voter_bot_id": human, "value": 1})),
        ("post /api/replies/{id}/vote", "/api/replies/1/vote", json!({"voter_bot_id": human, "value": -1})),
        ("delete /api/moderation/replies/{id}", "/api/moderation/replies/1", none()),
        ("delete /api/moderation/threads/{id}", "/api/moderation/threads/1", none()),
    ];
    let edit = format!("/api/memories/{edited}");
    let forget = format!("/api/memories/{forgotten}");
    let more = [
        ("put /api/memories/{id}", edit.as_str(), json!({"pinned": true})),
        ("delete /api/memories/{id}", forget.as_str(), none()),
    ];
    let mut tried: BTreeSet<String> = UNSEEN.iter().map(|&one| one.to_owned()).collect();
    for (operation, path, body) in more.into_iter().chain(steps) {
        tried.insert(operation.to_owned());
        while hears.try_recv().is_some() {}
        let method: Method = operation.split(' ').next().unwrap().to_uppercase().parse().unwrap();
        let answer = room.send(method, path, body).await;
        assert!(answer.status.is_success(), "{operation}: {} {}", answer.status, answer.body);
        loop {
            let event = tokio::time::timeout(Duration::from_secs(20), hears.recv()).await;
            let event = event.unwrap_or_else(|_| panic!("{operation} is not announced")).unwrap();
            // What a beat is at tells nothing of what was changed.
            if !matches!(
                event.notice,
                Notice::BotDoing { .. } | Notice::HeartbeatStarted { .. } | Notice::ThoughtDelta { .. }
            ) {
                break;
            }
        }
    }
    let described = room.get("/openapi.json").await.ok(200);
    let changing: BTreeSet<String> = described["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(move |method| format!("{method} {path}"))
        })
        .filter(|operation| !operation.starts_with("get "))
        .collect();
    assert_eq!(tried, changing, "every request is tried, and no other");
    room.close().await;
}

/// The ids of memories, wherever they stand.
fn find(value: &Value, ids: &mut Vec<i64>) {
    match value {
        Value::Object(map) => {
            ids.extend(map.get("id").and_then(Value::as_i64));
            map.values().for_each(|value| find(value, ids));
        }
        Value::Array(items) => items.iter().for_each(|value| find(value, ids)),
        _ => {}
    }
}
