//! Hostile text through every way into the port and every way out of it, the attached commands among them.

use std::collections::BTreeMap;

use botarium::domain::text::is_clean;
use botarium::link::{Link, Remote};
use botarium::protocol::ActivityQuery;
use reqwest::Method;
use serde_json::{Value, json};

use crate::patience::PATIENCE;
use crate::payloads::{is_raw, payloads};
use crate::room::{Answer, Room, read};

/// As much of a payload as a path or a query takes.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// No text in it acts on a terminal or deceives a reader; answers how many there were.
fn texts(value: &Value, way: &str) -> usize {
    match value {
        Value::String(text) => {
            assert!(is_clean(text), "{way}: {text:?}");
            1
        }
        Value::Array(all) => all.iter().map(|one| texts(one, way)).sum(),
        Value::Object(fields) => {
            fields.iter().map(|(name, one)| texts(&json!(name), way) + texts(one, way)).sum()
        }
        _ => 0,
    }
}

#[derive(Default)]
struct Counts {
    ways_in: BTreeMap<&'static str, usize>,
    ways_out: BTreeMap<String, usize>,
    taken: usize,
}

impl Counts {
    /// What the port answers to what it was sent passes like everything else.
    fn came_in(&mut self, way: &'static str, answer: Answer) -> Value {
        let status = answer.status.as_u16();
        assert!(matches!(status, 200..=299 | 400..=499), "{way}: {status} {}", answer.body);
        self.taken += usize::from(answer.status.is_success());
        *self.ways_in.entry(way).or_default() += 1;
        self.went_out(&format!("answer to {way}"), &answer.body);
        answer.body
    }

    fn went_out(&mut self, way: &str, body: &Value) {
        let found = match body {
            // Tables and pages are texts of several lines.
            Value::String(text) => {
                let text = text.replace("\r\n", "\n");
                assert!(!is_raw(&text), "{way}: {text:?}");
                1
            }
            other => texts(other, way),
        };
        *self.ways_out.entry(way.to_owned()).or_default() += found;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_payload_comes_out_of_the_port_as_it_went_in() {
    let room = Room::after(60).await;
    let link = Link::Remote(Remote::connect(&room.url(""), None).await.unwrap());
    let mut events = link.subscribe();
    let payloads = payloads();
    assert!(payloads.len() >= 90, "{}", payloads.len());
    let mut counts = Counts::default();
    for (nth, payload) in payloads.iter().enumerate() {
        let text = format!("mild{payload}tone {nth}");
        let word = encoded(&text);
        let who = if nth % 2 == 0 { format!("human:{text}") } else { "human:kim".to_owned() };
        let thread =
            json!({"author_bot_id": who, "title": text, "content": text, "tags": [format!("t{payload}")]});
        let made = counts.came_in("thread", room.send(Method::POST, "/api/threads", thread).await);
        let reply = json!({"author_bot_id": "human:kim", "content": text});
        let id = made["id"].as_i64().unwrap_or(1);
        counts.came_in("reply", room.send(Method::POST, &format!("/api/threads/{id}/replies"), reply).await);
        let event = json!({"title": text, "description": text, "event_type": "news"});
        counts.came_in("event", room.send(Method::POST, "/api/events", event).await);
        let odd = json!({"title": text, "event_type": text, "severity": text});
        counts.came_in("event's words", room.send(Method::POST, "/api/events", odd).await);
        let mind = json!({"personality": {
            "traits": [text], "communication_style": text, "interests": [text], "quirks": [text]}});
        counts.came_in("mind", room.send(Method::PUT, "/api/bots/ada_001/config", mind).await);
        let model = json!({"model": {"model": text, "provider": text}});
        counts.came_in("model", room.send(Method::PUT, "/api/bots/ada_001/config", model).await);
        let unknown = json!({text.as_str(): {text.as_str(): text}});
        counts.came_in("unknown key", room.send(Method::PUT, "/api/bots/ada_001/config", unknown).await);
        let bot = json!({"name": format!("N{payload}m"), "personality": {"traits": [text], "interests": [text]},
            "model": {"provider": "scripted", "model": text}});
        let made = counts.came_in("bot", room.send(Method::POST, "/api/bots/create", bot).await);
        if let Some(id) = made["id"].as_str().filter(|_| nth % 10 != 0) {
            counts.came_in(
                "bot removed",
                room.send(Method::DELETE, &format!("/api/bots/{id}"), json!({})).await,
            );
        }
        let question = json!({"question": text, "remember": true});
        counts.came_in("interview", room.send(Method::POST, "/api/bots/rex_001/interview", question).await);
        let provider = json!({"name": text});
        counts.came_in("provider", room.send(Method::PUT, "/api/providers/default", provider).await);
        for (way, path) in [
            ("path", format!("/api/bots/{word}")),
            ("path of an export", format!("/api/export/{word}")),
            ("query", format!("/api/threads?sort={word}")),
            ("search", format!("/api/threads/search?q={word}")),
            ("tag", format!("/api/threads?tag={word}")),
            ("unknown query", format!("/api/activity?{word}={word}")),
            ("unknown route", format!("/api/{word}")),
        ] {
            counts.came_in(way, room.get(&path).await);
        }
        let broken = room.request(Method::POST, "/api/threads").header("content-type", "application/json");
        counts.came_in("broken JSON", read(broken.body(format!("{{\"{text}\": {text}"))).await);
    }
    let memories = room.get("/api/bots/rex_001/memory/warm?limit=100").await.ok(200);
    let kept = memories.to_string();
    let id = kept.split("\"id\":").nth(1).and_then(|rest| rest.split([',', '}']).next()).unwrap();
    let edit = json!({"text": payloads.concat().chars().take(200).collect::<String>()});
    counts.came_in("memory", room.send(Method::PUT, &format!("/api/memories/{id}"), edit).await);
    // Every bot acts on what it was told, and what was announced meanwhile was heard over the line.
    for bot in ["ada_001", "rex_001", "luna_001"] {
        counts.came_in("beat", room.send(Method::POST, &format!("/api/heartbeat/{bot}"), json!({})).await);
    }
    let newest = room.engine.last_seq();
    loop {
        let event = tokio::time::timeout(PATIENCE, events.recv()).await.expect("it is told in time").unwrap();
        counts.went_out("live stream", &serde_json::to_value(&*event).unwrap());
        if event.seq >= newest {
            break;
        }
    }

    let description = room.get("/openapi.json").await.ok(200);
    let mut routes = 0;
    for (path, methods) in description["paths"].as_object().unwrap() {
        if methods.get("get").is_none() || path.starts_with("/ws") {
            continue;
        }
        let stats = path.starts_with("/api/stats/bots");
        let path = if path.contains("threads/{id}") || path.contains("/activity/{id}") {
            path.replace("{id}", "20")
        } else if path.contains("replies/{id}") {
            path.replace("{id}", "30")
        } else {
            path.replace("{id}", "ada_001")
        };
        let kinds: &[&str] = if path.contains("{kind}") {
            &["threads", "replies", "votes", "follows", "activity", "bots", "memories", "usage", "thoughts"]
        } else {
            &[""]
        };
        for kind in kinds {
            let path = path.replace("{kind}", kind);
            for format in
                if kind.is_empty() { &[""][..] } else { &["?format=json", "?format=jsonl", "?format=csv"] }
            {
                let answer = room.get(&format!("{path}{format}")).await;
                assert!(answer.status.is_success() || stats, "{path}{format}: {}", answer.body);
                if path != "/" && path != "/openapi.json" {
                    counts.went_out(&format!("{path}{format}"), &answer.body);
                }
                routes += 1;
            }
        }
    }
    let rows = link.activity(ActivityQuery { limit: 200, ..ActivityQuery::default() }).await.unwrap();
    counts.went_out("attached link", &serde_json::to_value(rows).unwrap());
    for format in [&["--full"][..], &["--json"]] {
        let mut tail = std::process::Command::new(env!("CARGO_BIN_EXE_botarium"));
        tail.args(["tail", "--no-follow", "-n", "500"]).args(format).arg(room.url(""));
        let tail = tokio::task::spawn_blocking(move || tail.output()).await.unwrap().unwrap();
        assert!(tail.status.success(), "{}", String::from_utf8_lossy(&tail.stderr));
        for bytes in [tail.stdout, tail.stderr] {
            counts.went_out("tail", &json!(String::from_utf8(bytes).unwrap()));
        }
    }
    let (ways, sent) = (counts.ways_in.len(), counts.ways_in.values().sum::<usize>());
    let (outs, texts) = (counts.ways_out.len(), counts.ways_out.values().sum::<usize>());
    println!(
        "{} payloads, {ways} ways in, {sent} requests ({} taken), {routes} routes read, {outs} ways out, {texts} texts",
        payloads.len(),
        counts.taken
    );
    assert!(ways >= 20 && sent >= 90 * 18 && counts.taken >= 90 * 5 && outs >= 60 && texts > 5_000);
    room.close().await;
}
