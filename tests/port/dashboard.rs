//! What a dashboard written for the contract sends and expects, where it is easy to be stricter than it.

use std::time::Duration;

use botarium::engine::{self, ProviderSetup};
use botarium::llm::{ProviderKind, ProviderSpec};
use futures_util::StreamExt as _;
use reqwest::Method;
use serde_json::{Value, json};

use crate::live::{connect, next};
use crate::room::{Room, options, read, settings};

fn bot(id: &str, rate_limit: &Value) -> Value {
    json!({"id": id, "name": format!("Bot {id}"), "personality_config": {
        "identity": {"is_aware_ai": true, "origin_story": "From a dashboard."},
        "personality": {"traits": ["curious"], "communication_style": "plain"},
        "behavior": {"creativity_level": "High", "engagement_style": "Active"},
        "model": {"provider": "mock", "temperature": 0.8, "max_tokens": 500},
        "permissions": {"tools": ["forum"], "rate_limit": rate_limit},
    }})
}

#[tokio::test]
async fn what_is_unused_is_accepted_in_any_form_and_read_back_as_it_was_written() {
    let room = Room::quiet().await;
    let forms = [
        json!("10_actions_per_heartbeat"),
        json!(3),
        json!(2.5),
        json!({"actions": 10, "per": "heartbeat"}),
        json!([1, "hour"]),
        json!(true),
        Value::Null,
    ];
    for (nth, form) in forms.iter().enumerate() {
        let id = format!("dash_{nth}");
        let made = room.send(Method::POST, "/api/bots", bot(&id, form)).await.ok(201);
        let config = &made["personality_config"];
        assert_eq!(config["permissions"]["rate_limit"], *form);
        assert_eq!(config["model"]["provider"], "mock");
        assert_eq!(config["behavior"]["creativity_level"], 75);
        assert_eq!(config["behavior"]["engagement_style"], "active");
        let again = json!({"permissions": config["permissions"], "model": config["model"]});
        let path = format!("/api/bots/{id}/config");
        room.send(Method::PUT, &path, again).await.ok(200);
        assert_eq!(room.get(&path).await.ok(200)["personality_config"]["permissions"]["rate_limit"], *form);
        assert!(room.engine.trigger(&id).await.unwrap().success, "it lives on the embedded provider");
    }
    let hostile = json!(format!("\u{1b}[31m{}", "x".repeat(5_000)));
    let made = room.send(Method::POST, "/api/bots", bot("dash_x", &hostile)).await.ok(201);
    let kept = made["personality_config"]["permissions"]["rate_limit"].as_str().unwrap().to_owned();
    assert!(kept.chars().count() <= 200 && !kept.contains('\u{1b}'), "{kept:?}");
    room.close().await;
}

#[tokio::test]
async fn a_model_of_another_service_is_refused_before_it_is_stored() {
    let home = tempfile::tempdir().unwrap();
    let mut settings = settings(home.path());
    let spec =
        ProviderSpec { model: Some("llama3.2".into()), ..ProviderSpec::new("ollama", ProviderKind::Ollama) };
    settings.providers.push(ProviderSetup { spec, price: None });
    settings
        .providers
        .push(ProviderSetup { spec: ProviderSpec::new("anthropic", ProviderKind::Anthropic), price: None });
    settings.default_provider = "ollama".into();
    let room = Room::open(engine::start(settings).unwrap(), None, options(), Some(home)).await;
    let before = room.get("/api/bots/ada_001/config").await.ok(200);
    for (model, field, hint) in [
        (json!({"provider": "default", "model": "claude-sonnet-4-5"}), "model.model", "Anthropic"),
        (json!({"model": "gpt-4o"}), "model.model", "OpenAI"),
        (json!({"provider": "anthropic"}), "model.provider", "ANTHROPIC_API_KEY"),
        (json!({"provider": "nowhere"}), "model.provider", "scripted"),
    ] {
        let refused = room.send(Method::PUT, "/api/bots/ada_001/config", json!({"model": model})).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        assert_eq!(refused.body["errors"][0]["field"], field);
        assert!(refused.body["detail"].as_str().unwrap().contains(hint), "{}", refused.body);
    }
    assert_eq!(room.get("/api/bots/ada_001/config").await.ok(200), before);
    let create = json!({"name": "Claudius", "personality": {"traits": ["calm"]},
        "model": {"provider": "default", "model": "claude-sonnet-4-5"}});
    room.send(Method::POST, "/api/bots/create", create).await.refused(422);
    for model in ["gpt-oss:20b", "llama3.2", "qwen3:8b", ""] {
        let fine = json!({"model": {"provider": "default", "model": model}});
        room.send(Method::PUT, "/api/bots/ada_001/config", fine).await.ok(200);
    }
    // The embedded provider has no models: whatever stands there does no harm.
    let fine = json!({"model": {"provider": "mock", "model": "claude-sonnet-4-5"}});
    let stored = room.send(Method::PUT, "/api/bots/ada_001/config", fine).await.ok(200);
    assert_eq!(stored["personality_config"]["model"]["provider"], "mock");
    room.close().await;
}

#[tokio::test]
async fn words_and_truths_are_taken_as_other_servers_take_them() {
    let room = Room::quiet().await;
    for resolved in ["true", "True", "1", "yes", "false", "False", "0", "no"] {
        room.get(&format!("/api/moderation/flags?resolved={resolved}")).await.ok(200);
    }
    room.get("/api/moderation/flags?resolved=perhaps").await.refused(422);
    let pace = room.send(Method::PUT, "/api/pace", json!({"preset": "FAST"})).await.ok(200);
    assert_eq!((&pace["preset"], &pace["interval_seconds"]), (&json!("fast"), &json!(900)));
    assert_eq!(room.get("/api/bots/").await.ok(200), room.get("/api/bots").await.ok(200));
    let thread =
        json!({"author_bot_id": "human:kim", "title": "A slash", "content": "At the end of an address."});
    room.send(Method::POST, "/api/threads/", thread).await.ok(201);
    let refused = room.get("/api/export/threads?format=xml").await.refused(422);
    assert!(refused.contains("must be one of"), "{refused}");
    room.get("/api/export/bots?format=JSON&order=ID&columns=All").await.ok(200);
    let opened = room.get("/api/threads?sort=NEWEST").await.ok(200);
    let vote = json!({"voter_bot_id": "human:lea", "value": "1"});
    let path = format!("/api/threads/{}/vote", opened[0]["id"]);
    assert_eq!(room.send(Method::POST, &path, vote).await.ok(201)["value"], 1);
    room.close().await;
}

#[tokio::test]
async fn who_is_no_present_bot_is_told_apart() {
    let room = Room::quiet().await;
    room.send(Method::POST, "/api/bots", bot("dash_1", &Value::Null)).await.ok(201);
    room.send(Method::DELETE, "/api/bots/dash_1", json!({})).await.ok(200);
    for (id, said) in [
        ("dash_1", "left the room"),
        ("system", "the room itself"),
        ("human:kim", "is a person"),
        ("nobody", "does not exist"),
    ] {
        for path in [format!("/api/bots/{id}"), format!("/api/bots/{id}/config")] {
            let detail = room.get(&path).await.refused(404);
            assert!(detail.contains(said), "{path}: {detail}");
        }
    }
    room.close().await;
}

#[tokio::test]
async fn every_row_carries_what_every_row_carries() {
    let room = Room::after(40).await;
    let kim = json!({"author_bot_id": "human:kim", "title": "A door", "content": "Who keeps it open?", "tags": ["Doors"]});
    let thread = room.send(Method::POST, "/api/threads", kim).await.ok(201)["id"].as_i64().unwrap();
    let reply = json!({"author_bot_id": "human:kim", "content": "I do."});
    room.send(Method::POST, &format!("/api/threads/{thread}/replies"), reply).await.ok(201);
    room.send(Method::POST, "/api/threads/1/vote", json!({"voter_bot_id": "human:kim", "value": 1}))
        .await
        .ok(201);
    room.send(Method::PUT, "/api/moderation/bots/ada_001/pause", json!({})).await.ok(200);
    let event = json!({"title": "Rain", "description": "All day.", "event_type": "news"});
    room.send(Method::POST, "/api/events", event).await.ok(201);
    let rows = room.get("/api/activity?limit=200").await.ok(200);
    for row in rows.as_array().unwrap() {
        let details = row["details"].as_object().unwrap();
        for key in ["success", "action", "reputation_score", "raw_response"] {
            assert!(details.contains_key(key), "{key} in {row}");
        }
        assert!(details["reputation_score"].is_i64(), "{row}");
    }
    room.close().await;
}

#[tokio::test]
async fn a_changed_setting_is_told_once_and_as_nothing_else() {
    let room = Room::quiet().await;
    let mut live = connect(&room, "").await;
    room.send(Method::PUT, "/api/bots/ada_001/config", json!({"behavior": {"shyness": 41}})).await.ok(200);
    room.send(Method::PUT, "/api/bots/ada_001/cost-cap", json!({"daily_token_cap": 9})).await.ok(200);
    room.send(Method::PUT, "/api/moderation/bots/ada_001/pause", json!({})).await.ok(200);
    let event = json!({"title": "Rain", "description": "All day.", "event_type": "news"});
    room.send(Method::POST, "/api/events", event).await.ok(201);
    let vote = json!({"voter_bot_id": "human:kim", "value": 1});
    room.send(Method::POST, "/api/threads/1/vote", vote).await.ok(201);
    let mut told = Vec::new();
    loop {
        let event = next(&mut live).await;
        let (kind, action) = (event["type"].as_str().unwrap().to_owned(), event["action"].clone());
        told.push((kind, event["changed"][0].as_str().unwrap_or_default().to_owned()));
        if action == "vote" {
            break;
        }
    }
    let told: Vec<_> = told.iter().map(|(kind, changed)| (kind.as_str(), changed.as_str())).collect();
    assert_eq!(
        told,
        [
            ("config_updated", "behavior"),
            ("config_updated", "cost_cap"),
            ("config_updated", "paused"),
            ("heartbeat_complete", ""),
        ]
    );
    // Who comes later is told the same.
    let mut later = connect(&room, "?since=0&types=heartbeat_complete,config_updated,event_injected").await;
    let mut kinds = Vec::new();
    while kinds.last().is_none_or(|last| last != "heartbeat_complete") {
        kinds.push(next(&mut later).await["type"].as_str().unwrap().to_owned());
    }
    assert_eq!(
        kinds,
        ["config_updated", "config_updated", "config_updated", "event_injected", "heartbeat_complete"]
    );
    let quiet = tokio::time::timeout(Duration::from_millis(50), later.next()).await;
    assert!(quiet.is_err(), "{quiet:?}");
    room.close().await;
}

#[tokio::test]
async fn tags_stay_as_they_were_posted_and_are_found_by_their_beginnings() {
    let room = Room::quiet().await;
    let post = |tags: Value| json!({"author_bot_id": "human:kim", "title": "Tagged", "content": "A text.", "tags": tags});
    let made = room.send(Method::POST, "/api/threads", post(json!(["Night Shift", "#Sleep", "sleep"]))).await;
    let made = made.ok(201);
    assert_eq!(made["tags"], json!(["Night Shift", "#Sleep"]));
    let id = &made["id"];
    for tag in ["Night%20Shift", "night%20shift", "NIGHT", "nig", "%23Sleep", "sleep", "Sle"] {
        let found = room.get(&format!("/api/threads/search?tag={tag}")).await.ok(200);
        assert_eq!(found.as_array().unwrap().iter().filter(|thread| thread["id"] == *id).count(), 1, "{tag}");
        let both = room.get(&format!("/api/threads/search?q=text&tag={tag}")).await.ok(200);
        assert!(both.as_array().unwrap().iter().any(|thread| thread["id"] == *id), "{tag}");
    }
    assert_eq!(room.get("/api/threads/search?tag=shift").await.ok(200), json!([]));
    let many: Vec<_> = (0..9).map(|n| format!("tag {n}")).collect();
    room.send(Method::POST, "/api/threads", post(json!(many))).await.refused(422);
    room.send(Method::POST, "/api/threads", post(json!(["x".repeat(31)]))).await.refused(422);
    room.close().await;
}

#[tokio::test]
async fn csv_has_the_fixed_columns_alone_and_the_newest_row_first() {
    let room = Room::after(80).await;
    for (kind, columns) in [("threads", 8), ("activity", 5), ("bots", 9)] {
        let csv = room.get(&format!("/api/export/{kind}?format=csv")).await.ok(200);
        let csv = csv.as_str().unwrap();
        let head = csv.split("\r\n").next().unwrap();
        assert_eq!(head.split(',').count(), columns, "{head}");
        let all = room.get(&format!("/api/export/{kind}?format=csv&columns=all&bom=True")).await.ok(200);
        let all = all.as_str().unwrap().to_owned();
        let all = all.strip_prefix('\u{FEFF}').expect("a byte order mark on request");
        assert!(all.starts_with(head));
    }
    let ids = |rows: Value| -> Vec<i64> {
        rows.as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
    };
    for kind in ["threads", "activity"] {
        let newest = ids(room.get(&format!("/api/export/{kind}")).await.ok(200));
        assert!(newest.len() > 1 && newest.is_sorted_by(|one, next| one > next), "{kind}: {newest:?}");
        let mut by_id = ids(room.get(&format!("/api/export/{kind}?order=id")).await.ok(200));
        by_id.reverse();
        assert_eq!(newest, by_id);
    }
    room.close().await;
}

#[tokio::test]
async fn the_description_opens_without_a_token_and_its_calls_do_not() {
    let room = Room::quiet().await;
    let desk = json!({"name": "desk", "role": "operator"});
    room.send(Method::POST, "/api/tokens", desk).await.ok(201);
    for path in ["/docs", "/docs/", "/docs/swagger-ui.css", "/openapi.json"] {
        assert_eq!(room.get(path).await.status, 200, "{path}");
    }
    let page = read(room.request(Method::GET, "/docs")).await;
    let page = page.body.as_str().unwrap_or_default().to_owned();
    for part in [
        "<title>Botarium",
        "name=\"viewport\"",
        "rel=\"icon\" href=\"data:image/svg+xml",
        "<base href=\"/docs/\">",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert_eq!(page.matches("rel=\"icon\"").count(), 1, "{page}");
    for path in ["/api/bots", "/metrics", "/api/config"] {
        room.get(path).await.refused(401);
    }
    room.close().await;
}
