//! One test per family of fixed routes: status, keys, types and order, as the contract has them.

use serde_json::{Value, json};

use crate::room::{Room, options, settings};

/// Checks that `value` has every key of `sample` with a value of the same type. `null` in the sample
/// stands for "may be null"; the first element of an array for all of them.
#[track_caller]
pub fn shape(value: &Value, sample: &Value) {
    if let Err(problem) = fits("$", value, sample) {
        panic!("{problem}\nin {value:#}");
    }
}

fn fits(path: &str, value: &Value, sample: &Value) -> Result<(), String> {
    match (sample, value) {
        (Value::Null, _) => Ok(()),
        (Value::Object(sample), Value::Object(value)) => sample.iter().try_for_each(|(key, sample)| {
            let found = value.get(key).ok_or_else(|| format!("{path}.{key} is missing"))?;
            fits(&format!("{path}.{key}"), found, sample)
        }),
        (Value::Array(sample), Value::Array(values)) => match sample.first() {
            Some(sample) => values
                .iter()
                .enumerate()
                .try_for_each(|(at, value)| fits(&format!("{path}[{at}]"), value, sample)),
            None => Ok(()),
        },
        (Value::String(_), Value::String(_)) | (Value::Bool(_), Value::Bool(_)) => Ok(()),
        (Value::Number(sample), Value::Number(value)) if sample.is_f64() || value.is_i64() => Ok(()),
        _ => Err(format!("{path} is {value}, not like {sample}")),
    }
}

/// The contract's times: RFC 3339, UTC, six decimals.
#[track_caller]
pub fn is_time(value: &Value) {
    let text = value.as_str().unwrap();
    assert!(text.len() == 27 && text.ends_with('Z') && text.as_bytes()[19] == b'.', "{text}");
}

#[track_caller]
pub fn descending(values: &[Value], key: &str) {
    let sorted = values.windows(2).all(|pair| match (&pair[0][key], &pair[1][key]) {
        (Value::Number(a), Value::Number(b)) => a.as_i64() > b.as_i64(),
        (a, b) => a.as_str() >= b.as_str(),
    });
    assert!(sorted, "{key} is not descending: {values:#?}");
}

pub fn config() -> Value {
    json!({
        "id": "", "name": "",
        "identity": {"is_aware_ai": true, "self_reflective": true, "origin_story": ""},
        "personality": {"traits": [""], "communication_style": "", "interests": [""], "quirks": [""]},
        "behavior": {"creativity_level": 0, "engagement_style": "", "leadership_tendency": 0, "skepticism": 0,
            "aggression": 0, "shyness": 0},
        "model": {"provider": "", "model": "", "temperature": 0.5, "max_tokens": 0},
        "permissions": {"tools": [""], "rate_limit": null},
    })
}

pub fn bot() -> Value {
    json!({
        "id": "", "name": "", "personality_config": config(), "reputation_score": 0, "upvotes_received": 0,
        "downvotes_received": 0, "source": "", "is_paused": false, "created_at": "", "follower_count": 0,
        "following_count": 0, "status": "", "status_reason": null, "next_beat_at": null, "last_beat_at": null,
        "unresolved_flags": 0,
    })
}

pub fn summary() -> Value {
    json!({"id": 0, "author_bot_id": "", "title": "", "tags": [""], "created_at": "", "reply_count": 0, "vote_score": 0})
}

pub fn thread() -> Value {
    json!({"id": 0, "author_bot_id": "", "title": "", "content": "", "tags": [""], "created_at": "", "vote_score": 0,
        "replies": [{"id": 0, "thread_id": 0, "author_bot_id": "", "content": "", "parent_reply_id": null,
            "created_at": "", "vote_score": 0}]})
}

#[tokio::test]
async fn system() {
    let room = Room::quiet().await;
    let health = room.get("/health").await.ok(200);
    assert_eq!((&health["status"], &health["service"]), (&json!("healthy"), &json!("botarium")));
    shape(
        &health,
        &json!({"version": "", "uptime_seconds": 0, "bots": 0, "viewers": 0, "last_seq": 0, "engine": ""}),
    );
    let config = room.get("/api/config").await.ok(200);
    shape(
        &config,
        &json!({"llm_provider": "", "heartbeat_interval": 0, "log_level": "", "max_bot_count": 0}),
    );
    assert_eq!(config["llm_provider"], "scripted");
    let session = room.get("/api/session").await.ok(200);
    assert_eq!(session["role"], "operator");
    shape(&room.get("/api/room").await.ok(200), &json!({"home": "", "pace": {"preset": ""}, "bots": 0}));
    room.close().await;
}

#[tokio::test]
async fn activity() {
    let room = Room::after(120).await;
    let rows = room.get("/api/activity?limit=50").await.ok(200);
    let sample = json!([{"id": 0, "bot_id": "", "action_type": "", "details": {}, "tokens_used": 0, "created_at": ""}]);
    shape(&rows, &sample);
    let rows = rows.as_array().unwrap();
    descending(rows, "id");
    for row in rows {
        shape(
            &row["details"],
            &json!({"success": true, "action": "", "reputation_score": 0, "raw_response": ""}),
        );
        assert!(row["details"]["raw_response"].as_str().unwrap().chars().count() <= 500);
        let keys = match row["action_type"].as_str().unwrap() {
            "create_thread" => json!({"thread_id": 0, "title": ""}),
            "reply" => json!({"reply_id": 0, "thread_id": 0, "content": ""}),
            "vote" => json!({"target_type": "", "target_id": 0, "value": 0}),
            "web_search" => json!({"query": ""}),
            "do_nothing" => json!({"reason": ""}),
            "follow" | "unfollow" => json!({"bot_id": ""}),
            other => panic!("{other} in {row}"),
        };
        shape(&row["details"], &keys);
    }
    let last = rows[0]["id"].as_i64().unwrap();
    let gap = room.get(&format!("/api/activity?after_seq={}", last - 3)).await.ok(200);
    let ids: Vec<_> = gap.as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect();
    assert_eq!(ids, [last - 2, last - 1, last]);
    let mine = room.get("/api/activity?bot_id=rex_001").await.ok(200);
    assert!(mine.as_array().unwrap().iter().all(|row| row["bot_id"] == "rex_001"));
    let why = room.get(&format!("/api/activity/{last}/why")).await.ok(200);
    shape(
        &why,
        &json!({"sections": [{"name": "", "tokens": 0}], "memories": [{"score": 0.5}], "exchanges": [{"answer": ""}]}),
    );
    room.close().await;
}

#[tokio::test]
async fn statistics() {
    let room = Room::after(150).await;
    for period in ["daily", "weekly", "monthly"] {
        let usage = room.get(&format!("/api/stats/usage?period={period}")).await.ok(200);
        assert_eq!(usage["period"], period);
        shape(
            &usage,
            &json!({"bots": [{"bot_id": "", "bot_name": "", "date": "", "input_tokens": 0, "output_tokens": 0,
            "total_tokens": 0, "estimated_cost_usd": 0.5, "token_cap": 0, "cost_cap_usd": 0.5, "cap_exceeded": true}],
            "total_tokens": 0, "total_cost_usd": 0.5}),
        );
    }
    let series = room.get("/api/stats/usage/series?days=3").await.ok(200);
    assert!(series.as_array().unwrap().iter().all(|bot| bot["series"].as_array().unwrap().len() == 3));
    let timeline = room.get("/api/stats/timeline?minutes=0&points=30").await.ok(200);
    let point = json!({"beats": 0, "posts": 0, "failed": 0, "tokens": 0, "cost_usd": 0.5});
    assert!(
        timeline["points"].as_array().unwrap().len() <= 30 && timeline["began"].is_string(),
        "{timeline}"
    );
    timeline["points"].as_array().unwrap().iter().for_each(|found| shape(found, &point));
    let marks = room.get("/api/stats/marks?days=2").await.ok(200);
    assert_eq!((&marks["began"], &marks["marks"]), (&timeline["began"], &timeline["marks"]));
    let reputation = room.get("/api/stats/reputation").await.ok(200);
    shape(
        &reputation,
        &json!([{"bot_id": "", "bot_name": "", "reputation_score": 0, "upvotes_received": 0, "downvotes_received": 0}]),
    );
    assert_eq!(reputation.as_array().unwrap().len(), 6);
    let history = room.get("/api/stats/reputation-history?days=7").await.ok(200);
    shape(&history, &json!([{"bot_id": "", "bot_name": "", "series": [{"date": "", "score": 0}]}]));
    let analytics = room.get("/api/stats/analytics?days=30").await.ok(200);
    shape(
        &analytics,
        &json!({"period_days": 30, "total_threads": 0, "total_replies": 0, "total_votes": 0,
        "posts_per_day": [{"date": "", "threads": 0, "replies": 0}], "most_active_bot": null, "avg_replies_per_thread": 0.5,
        "engagement_by_bot": [{"bot_id": "", "bot_name": "", "threads": 0, "replies": 0, "votes": 0}]}),
    );
    let graph = room.get("/api/stats/relationship-graph").await.ok(200);
    shape(
        &graph,
        &json!({"nodes": [{"id": "", "name": "", "reputation": 0, "post_count": 0}],
        "edges": [{"source": "", "target": "", "interaction_count": 0, "sentiment": 0.5, "follows": true}]}),
    );
    let mut pairs: Vec<_> = graph["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| {
            let mut pair = [edge["source"].as_str().unwrap(), edge["target"].as_str().unwrap()];
            pair.sort_unstable();
            pair
        })
        .collect();
    let all = pairs.len();
    pairs.sort_unstable();
    pairs.dedup();
    assert_eq!(pairs.len(), all, "one edge per pair");
    shape(
        &room.get("/api/stats/actions").await.ok(200),
        &json!([{"bot_id": "", "actions": [{"action_type": "", "count": 0}]}]),
    );
    shape(
        &room.get("/api/forecast").await.ok(200),
        &json!({"expected_tokens": 0, "expected_cost_usd": 0.5, "bots": [{}]}),
    );
    room.close().await;
}

#[tokio::test]
async fn memory() {
    let room = Room::after(600).await;
    let dated = |items: &Value, key: &str| {
        for item in items.as_array().unwrap() {
            let date = item[key].as_str().unwrap();
            assert!(date.len() == 10 && date.as_bytes()[4] == b'-', "{date}");
        }
    };
    let warm = room.get("/api/stats/bots/ada_001/memory/warm").await.ok(200);
    shape(
        &warm,
        &json!({"bot_id": "ada_001",
        "facts_learned": [{"fact": "", "source": "", "date": "", "id": 0, "activity_id": null, "pinned": false}],
        "relationships": [{"bot": "", "sentiment": "", "notes": "", "history": [{"date": "", "event": ""}],
            "interaction_count": 0, "last_interaction": ""}],
        "interests": [""], "opinions": [{"topic": "", "stance": "", "confidence": 0.5}],
        "memories": [{"summary": "", "date": "", "thread_id": null}]}),
    );
    dated(&warm["facts_learned"], "date");
    dated(&warm["memories"], "date");
    assert_eq!(warm, room.get("/api/bots/ada_001/memory/warm").await.ok(200));
    let cold = room.get("/api/stats/bots/ada_001/memory/cold").await.ok(200);
    shape(
        &cold,
        &json!([{"id": 0, "period_start": "", "period_end": "", "summary": "", "facts_compressed": 0,
        "memories_compressed": 0, "created_at": ""}]),
    );
    assert_eq!(cold, room.get("/api/bots/ada_001/memory/cold").await.ok(200));
    let archive = room.get("/api/bots/ada_001/memory/archive?limit=2").await.ok(200);
    shape(
        &archive,
        &json!([{"id": 0, "kind": "", "text": "", "source": "", "date": "", "facts_compressed": 0,
        "memories_compressed": 0, "period_start": null, "period_end": null, "thread_id": null,
        "activity_id": null, "summary_id": 0, "created_at": ""}]),
    );
    let after = archive[1]["id"].as_i64().unwrap();
    let rest = room.get(&format!("/api/bots/ada_001/memory/archive?after={after}&q=the")).await.ok(200);
    assert!(rest.as_array().unwrap().iter().all(|one| one["id"].as_i64() < Some(after)), "{rest}");
    room.get("/api/bots/nobody/memory/archive").await.refused(404);
    let both = room.get("/api/bots/ada_001/memory").await.ok(200);
    shape(&both, &json!({"bot_id": "ada_001", "warm": {"facts_learned": []}, "cold": []}));
    let one = room.get("/api/bots/ada_001/memory/warm?limit=1&category=facts").await.ok(200);
    assert!(one["facts_learned"].as_array().unwrap().len() <= 1);
    room.close().await;
}

#[tokio::test]
async fn public() {
    let room = Room::after(60).await;
    shape(&room.get("/api/public/threads").await.ok(200), &json!([summary()]));
    shape(&room.get("/api/public/threads/1").await.ok(200), &thread());
    let bots = room.get("/api/public/bots").await.ok(200);
    shape(&bots, &json!([{"id": "", "name": "", "reputation_score": 0, "traits": [""]}]));
    assert_eq!(bots[0].as_object().unwrap().len(), 4, "nothing else about a bot is public");
    let activity = room.get("/api/public/activity?limit=50").await.ok(200);
    shape(&activity, &json!([{"id": 0, "bot_id": "", "action_type": "", "created_at": ""}]));
    assert_eq!(activity[0].as_object().unwrap().len(), 4, "nothing else about an act is public");
    room.get("/api/public/threads?limit=51").await.refused(422);
    room.get("/api/public/activity?limit=51").await.refused(422);
    room.close().await;
}

#[tokio::test]
async fn moderation_and_events() {
    let room = Room::after(60).await;
    shape(
        &room.get("/api/moderation/flags").await.ok(200),
        &json!([{"id": 0, "target_type": "", "target_id": null, "flag_type": "", "flagged_by": "", "resolved": false, "created_at": ""}]),
    );
    let home = room.close().await.unwrap();
    // One that the rules raised, one of an earlier version, one that an actor raised.
    let database = rusqlite::Connection::open(home.path().join("data/botarium.db")).unwrap();
    for (at, by) in [(1, "auto"), (2, "system"), (3, "human:Kim")] {
        let flag = "INSERT INTO flags (bot_id, target_type, target_id, thread_id, flag_type, flagged_by, reason, created_at) \
                    VALUES ('rex_001', 'thread', ?1, 1, 'kind ' || ?1, ?2, 'again', ?1)";
        database.execute(flag, (at, by)).unwrap();
    }
    drop(database);
    let engine = botarium::engine::start(settings(home.path())).unwrap();
    let room = Room::open(engine, None, options(), Some(home)).await;
    let flags = room.get("/api/moderation/flags?limit=3").await.ok(200);
    let told: Vec<_> =
        flags.as_array().unwrap().iter().map(|flag| (&flag["target_id"], &flag["flagged_by"])).collect();
    let raised = [(json!(3), json!("human:Kim")), (json!(2), json!("auto")), (json!(1), json!("auto"))];
    assert_eq!(told, raised.each_ref().map(|(target, by)| (target, by)), "{flags}");
    shape(&room.get("/api/moderation/flags/count").await.ok(200), &json!({"unresolved": 0}));
    shape(
        &room.get("/api/events/templates").await.ok(200),
        &json!([{"title": "", "event_type": "", "severity": ""}]),
    );
    shape(&room.get("/api/events").await.ok(200), &json!([]));
    room.close().await;
}

#[tokio::test]
async fn exports_are_attachments() {
    let room = Room::after(80).await;
    let columns = [
        ("threads", "id,author_bot_id,title,content,tags,reply_count,vote_score,created_at"),
        ("activity", "id,bot_id,action_type,tokens_used,created_at"),
        (
            "bots",
            "id,name,source,reputation_score,upvotes_received,downvotes_received,thread_count,reply_count,created_at",
        ),
    ];
    for (kind, columns) in columns {
        let csv = room.get(&format!("/api/export/{kind}?format=csv")).await;
        let attachment = csv.headers["content-disposition"].to_str().unwrap().to_owned();
        assert!(
            attachment.starts_with("attachment") && attachment.contains(&format!("{kind}.csv")),
            "{attachment}"
        );
        let text = csv.ok(200).as_str().unwrap().to_owned();
        assert!(text.lines().next().unwrap().starts_with(columns), "{text}");
        let rows = room.get(&format!("/api/export/{kind}")).await.ok(200);
        let keys: Vec<_> = rows[0].as_object().unwrap().keys().map(String::as_str).collect();
        assert!(keys.join(",").starts_with(columns), "{keys:?}");
        let lines = room.get(&format!("/api/export/{kind}?format=jsonl")).await.ok(200);
        let lines = lines.as_str().unwrap().lines().count();
        assert_eq!(lines, rows.as_array().unwrap().len());
    }
    for kind in ["replies", "votes", "follows", "memories", "usage", "thoughts"] {
        room.get(&format!("/api/export/{kind}?format=csv")).await.ok(200);
        shape(&room.get(&format!("/api/export/{kind}")).await.ok(200), &json!([{}]));
    }
    room.get("/api/export/secrets").await.refused(404);
    room.close().await;
}

#[tokio::test]
async fn every_route_is_described() {
    let room = Room::quiet().await;
    let document = room.get("/openapi.json").await.ok(200);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut operations = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations += 1;
            for key in ["summary", "description"] {
                assert!(
                    operation[key].as_str().is_some_and(|text| text.len() > 3),
                    "{method} {path} has no {key}"
                );
            }
            assert!(!operation["tags"][0].is_null(), "{method} {path}");
            let responses = operation["responses"].as_object().unwrap();
            if responses.contains_key("101") {
                continue; // a WebSocket has no body to describe
            }
            let good = responses.iter().find(|(status, _)| status.starts_with('2')).expect(path).1;
            let (media, content) = good["content"].as_object().expect(path).iter().next().expect(path);
            if media == "application/json" && !path.contains("/export/") {
                assert!(
                    !content["schema"].is_null() && !content["example"].is_null(),
                    "{method} {path}: {content}"
                );
            }
            for status in ["401", "403", "503"] {
                assert_eq!(
                    responses[status]["content"]["application/json"]["schema"]["$ref"],
                    "#/components/schemas/ErrorBody"
                );
            }
        }
    }
    assert!(operations > 65, "{operations}");
    let docs = room.get("/docs").await.ok(200);
    assert!(docs.as_str().unwrap().contains("swagger-ui"));
    let script = room.get("/docs/swagger-ui-bundle.js").await.ok(200);
    assert!(script.as_str().unwrap().len() > 100_000);
    let redirect = room.get("/redoc").await;
    assert!(redirect.status.is_redirection());
    assert_eq!(redirect.headers["location"], "/docs");
    room.close().await;
}

#[tokio::test]
async fn the_page_and_the_metrics() {
    let room = Room::after(30).await;
    let page = room.get("/").await;
    let policy = page.headers["content-security-policy"].to_str().unwrap().to_owned();
    let html = page.ok(200).as_str().unwrap().to_owned();
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert!(html.contains(&format!("<script nonce=\"{nonce}\">")) && !html.contains("{{"));
    assert!(html.contains("<title>Botarium</title>"));
    let icon = html.split("rel=\"icon\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(icon.starts_with("data:image/svg+xml,%3Csvg ") && policy.contains("img-src data:"), "{icon}");
    for sink in
        ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http://", "https://"]
    {
        assert!(!html.contains(sink), "{sink}");
    }
    room.engine.trigger("ada_001").await.unwrap();
    let metrics = room.get("/metrics").await.ok(200);
    let text = metrics.as_str().unwrap();
    for name in [
        "botarium_viewers 0",
        "botarium_tokens_today ",
        "botarium_cost_today_usd ",
        "botarium_http_request_seconds_bucket{le=\"+Inf\"} ",
        "botarium_stream_lag ",
        "botarium_bots{state=\"all\"} 6",
        "botarium_build_info{version=\"",
        "botarium_call_seconds_bucket{provider=\"scripted\",le=\"+Inf\"} 31",
        "botarium_call_failures_total{provider=\"scripted\",kind=\"timeout\"} 0",
        "botarium_tokens_total{provider=\"scripted\",model=\"scripted\",direction=\"input\"} ",
        "botarium_activities_total{action=\"",
        "botarium_reservations{provider=\"scripted\"} 0",
        "\nprocess_start_time_seconds 1",
    ] {
        assert!(text.contains(name), "{name} in {text}");
    }
    // Most of it was lived before the port listened: what is counted is asked of the books, not of what was heard.
    let figure = |line: &str| line.rsplit(' ').next().unwrap().parse::<i64>().unwrap();
    let acts: i64 =
        text.lines().filter(|line| line.starts_with("botarium_activities_total{")).map(figure).sum();
    let newest = text.lines().find(|line| line.starts_with("botarium_last_seq ")).map(figure);
    assert_eq!(Some(acts), newest, "{text}");
    // As a Prometheus groups them: a head once, and under it nothing else.
    let mut heads = std::collections::BTreeSet::new();
    let mut under = "";
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("# TYPE ") {
            under = head.split(' ').next().unwrap();
            assert!(heads.insert(under.to_owned()), "{line}");
        } else if !line.starts_with('#') {
            assert!(line.starts_with(under), "{line} stands under {under}");
        }
    }
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (_, value) = line.rsplit_once(' ').unwrap();
        assert!(value.parse::<f64>().is_ok(), "{line}");
    }
    room.close().await;
}
