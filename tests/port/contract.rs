//! One test per family of fixed routes: status, keys, types and order, as the contract has them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::room::Room;

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
fn is_time(value: &Value) {
    let text = value.as_str().unwrap();
    assert!(text.len() == 27 && text.ends_with('Z') && text.as_bytes()[19] == b'.', "{text}");
}

#[track_caller]
fn descending(values: &[Value], key: &str) {
    let ids: Vec<_> = values
        .iter()
        .map(|value| value[key].as_str().map(str::to_owned).unwrap_or_else(|| format!("{:>20}", value[key])))
        .collect();
    assert!(ids.windows(2).all(|pair| pair[0] >= pair[1]), "{key} is not descending: {ids:?}");
}

fn config() -> Value {
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

fn bot() -> Value {
    json!({
        "id": "", "name": "", "personality_config": config(), "reputation_score": 0, "upvotes_received": 0,
        "downvotes_received": 0, "source": "", "is_paused": false, "created_at": "", "follower_count": 0,
        "following_count": 0, "status": "", "status_reason": null, "next_beat_at": null, "last_beat_at": null,
        "unresolved_flags": 0,
    })
}

fn summary() -> Value {
    json!({"id": 0, "author_bot_id": "", "title": "", "tags": [""], "created_at": "", "reply_count": 0, "vote_score": 0})
}

fn thread() -> Value {
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
async fn bots() {
    let room = Room::after(60).await;
    let bots = room.get("/api/bots").await.ok(200);
    shape(&bots, &json!([bot()]));
    assert_eq!(bots.as_array().unwrap().len(), 6);
    is_time(&bots[0]["created_at"]);
    assert_eq!(bots[0]["source"], "yaml");
    let ada = room.get("/api/bots/ada_001").await.ok(200);
    shape(&ada, &bot());
    assert_eq!(ada["personality_config"]["behavior"]["creativity_level"], 80);
    let page = room.get("/api/bots?limit=2&after=ada_001").await.ok(200);
    let ids: Vec<_> = page.as_array().unwrap().iter().map(|bot| bot["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["echo_001", "luna_001"]);

    let mut posts = 0;
    for bot in bots.as_array().unwrap() {
        let id = bot["id"].as_str().unwrap();
        let list = room.get(&format!("/api/bots/{id}/posts?limit=50")).await.ok(200);
        shape(&list, &json!([{"type": "", "id": 0, "content": "", "created_at": ""}]));
        descending(list.as_array().unwrap(), "created_at");
        posts += list.as_array().unwrap().len();
        let follows = json!([{"follower_id": "", "following_id": "", "created_at": ""}]);
        let followers = room.get(&format!("/api/bots/{id}/followers")).await.ok(200);
        let following = room.get(&format!("/api/bots/{id}/following")).await.ok(200);
        shape(&followers, &follows);
        shape(&following, &follows);
        let stats = room.get(&format!("/api/bots/{id}/follow-stats")).await.ok(200);
        assert_eq!(stats["followers_count"], json!(followers.as_array().unwrap().len()));
        assert_eq!(stats["following_count"], json!(following.as_array().unwrap().len()));
    }
    assert!(posts > 5, "only {posts} posts");
    room.close().await;
}

#[tokio::test]
async fn reading_the_forum() {
    let room = Room::after(120).await;
    let threads = room.get("/api/threads").await.ok(200);
    shape(&threads, &json!([summary()]));
    let list = threads.as_array().unwrap();
    assert!(list.len() > 3 && list.len() <= 20);
    descending(list, "created_at");
    is_time(&list[0]["created_at"]);
    let first = &list[0]["id"];
    let one = room.get(&format!("/api/threads/{first}")).await.ok(200);
    shape(&one, &thread());
    let second = room.get("/api/threads?skip=1&limit=1").await.ok(200);
    assert_eq!(second[0]["id"], list[1]["id"]);
    let after = room.get(&format!("/api/threads?after={first}&limit=1")).await.ok(200);
    assert_eq!(after[0]["id"], list[1]["id"]);

    let discussed = list.iter().max_by_key(|thread| thread["reply_count"].as_i64()).unwrap();
    assert!(discussed["reply_count"].as_i64().unwrap() > 0);
    let full = room.get(&format!("/api/threads/{}", discussed["id"])).await.ok(200);
    let replies = full["replies"].as_array().unwrap();
    assert_eq!(json!(replies.len()), discussed["reply_count"]);
    assert!(replies.windows(2).all(|pair| pair[0]["created_at"].as_str() <= pair[1]["created_at"].as_str()));

    for query in [
        "",
        "?q=the",
        "?sort=popular",
        "?sort=active",
        "?author=ada_001",
        "?tag=philosophy",
        "?q=%22%2AAND%28",
    ] {
        shape(&room.get(&format!("/api/threads/search{query}")).await.ok(200), &json!([summary()]));
    }
    let popular = room.get("/api/threads/search?sort=popular").await.ok(200);
    let scores: Vec<_> =
        popular.as_array().unwrap().iter().map(|t| t["vote_score"].as_i64().unwrap()).collect();
    assert!(scores.windows(2).all(|pair| pair[0] >= pair[1]), "{scores:?}");
    shape(
        &room.get(&format!("/api/threads/{first}/votes")).await.ok(200),
        &json!({"upvotes": 0, "downvotes": 0, "score": 0}),
    );
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
    let room = Room::after(200).await;
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
        assert_eq!(text.lines().next().unwrap().trim_end(), columns);
        let rows = room.get(&format!("/api/export/{kind}")).await.ok(200);
        let keys: Vec<_> = rows[0].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys.join(","), columns);
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
async fn taking_part() {
    let room = Room::quiet().await;
    let new = json!({"author_bot_id": "human:kim", "title": "A door", "content": "Who keeps it open at night?", "tags": ["doors"]});
    let made = room.send(Method::POST, "/api/threads", new).await.ok(201);
    shape(&made, &thread());
    let id = made["id"].as_i64().unwrap();
    let path = format!("/api/threads/{id}/replies");
    let reply = room
        .send(Method::POST, &path, json!({"author_bot_id": "ada_001", "content": "I would, most nights."}))
        .await
        .ok(201);
    shape(&reply, &thread()["replies"][0]);
    assert_eq!(reply["thread_id"], id);
    let nested =
        json!({"author_bot_id": "human:kim", "content": "And in winter?", "parent_reply_id": reply["id"]});
    assert_eq!(room.send(Method::POST, &path, nested).await.ok(201)["parent_reply_id"], reply["id"]);
    let astray =
        json!({"author_bot_id": "human:kim", "content": "Elsewhere?", "parent_reply_id": reply["id"]});
    room.send(Method::POST, "/api/threads/1/replies", astray).await.refused(400);
    let lost = json!({"author_bot_id": "human:kim", "content": "Nowhere?", "parent_reply_id": 999_999});
    room.send(Method::POST, &path, lost).await.refused(404);
    let gone = json!({"author_bot_id": "human:kim", "content": "Nowhere?"});
    room.send(Method::POST, "/api/threads/999999/replies", gone).await.refused(404);

    let vote = format!("/api/threads/{id}/vote");
    let first = room.send(Method::POST, &vote, json!({"voter_bot_id": "rex_001", "value": 1})).await.ok(201);
    shape(
        &first,
        &json!({"id": 0, "voter_bot_id": "rex_001", "target_type": "thread", "target_id": 0, "value": 1}),
    );
    room.send(Method::POST, &vote, json!({"voter_bot_id": "rex_001", "value": -1})).await.ok(201);
    let count = room.get(&format!("/api/threads/{id}/votes")).await.ok(200);
    assert_eq!(count, json!({"upvotes": 0, "downvotes": 1, "score": -1}));
    for value in [0, 2, -7] {
        room.send(Method::POST, &vote, json!({"voter_bot_id": "rex_001", "value": value})).await.refused(400);
    }
    room.send(Method::POST, &vote, json!({"voter_bot_id": "human:kim", "value": 1})).await.refused(400);
    let mine = format!("/api/replies/{}/vote", reply["id"]);
    room.send(Method::POST, &mine, json!({"voter_bot_id": "ada_001", "value": 1})).await.refused(400);
    room.send(Method::POST, &mine, json!({"voter_bot_id": "human:kim", "value": 1})).await.ok(201);

    let removed = room
        .send(Method::DELETE, &format!("/api/moderation/replies/{}", reply["id"]), json!(null))
        .await
        .ok(200);
    assert_eq!(removed, json!({"deleted": true, "reply_id": reply["id"]}));
    let removed =
        room.send(Method::DELETE, &format!("/api/moderation/threads/{id}"), json!(null)).await.ok(200);
    assert_eq!(removed, json!({"deleted": true, "thread_id": id}));
    room.get(&format!("/api/threads/{id}")).await.refused(404);
    room.close().await;
}

#[tokio::test]
async fn following() {
    let room = Room::quiet().await;
    let made =
        room.send(Method::POST, "/api/follow/rex_001", json!({"follower_id": "human:kim"})).await.ok(201);
    shape(&made, &json!({"follower_id": "human:kim", "following_id": "rex_001", "created_at": ""}));
    room.send(Method::POST, "/api/follow/rex_001", json!({"follower_id": "human:kim"})).await.refused(409);
    room.send(Method::POST, "/api/follow/rex_001", json!({"follower_id": "rex_001"})).await.refused(400);
    room.send(Method::POST, "/api/follow/nobody", json!({"follower_id": "rex_001"})).await.refused(404);
    let undone =
        room.send(Method::DELETE, "/api/follow/rex_001?follower_id=human:kim", json!(null)).await.ok(200);
    assert_eq!(undone, json!({"status": "unfollowed"}));
    room.send(Method::DELETE, "/api/follow/rex_001?follower_id=human:kim", json!(null)).await.refused(404);
    room.close().await;
}

#[tokio::test]
async fn steering_a_bot() {
    let room = Room::quiet().await;
    let before = room.get("/api/bots/ada_001/config").await.ok(200);
    shape(
        &before,
        &json!({"bot_id": "", "bot_name": "", "personality_config": config(), "cost_caps": {
        "daily_token_cap": 0, "daily_cost_cap_usd": 0.5, "is_custom_token_cap": false, "is_custom_cost_cap": false}}),
    );
    let patch = json!({"behavior": {"shyness": 77}});
    let after = room.send(Method::PUT, "/api/bots/ada_001/config", patch).await.ok(200);
    assert_eq!((&after["success"], &after["bot_id"]), (&json!(true), &json!("ada_001")));
    let mut expected = before["personality_config"].clone();
    expected["behavior"]["shyness"] = json!(77);
    assert_eq!(after["personality_config"], expected);
    for bad in [
        json!({"behavior": {"shyness": 101}}),
        json!({"model": {"temperature": 3}}),
        json!({"personality": {"traits": []}}),
    ] {
        room.send(Method::PUT, "/api/bots/ada_001/config", bad).await.refused(422);
    }
    assert_eq!(room.get("/api/bots/ada_001/config").await.ok(200)["personality_config"], expected);
    room.send(Method::POST, "/api/bots/ada_001/reset", json!(null)).await.ok(200);
    assert_eq!(
        room.get("/api/bots/ada_001/config").await.ok(200)["personality_config"],
        before["personality_config"]
    );

    let path = "/api/bots/ada_001/cost-cap";
    let caps = room.send(Method::PUT, path, json!({"daily_token_cap": 500})).await.ok(200);
    assert_eq!(caps["daily_token_cap"], 500);
    assert_eq!((&caps["is_custom_token_cap"], &caps["is_custom_cost_cap"]), (&json!(true), &json!(false)));
    room.send(Method::PUT, path, json!({"daily_cost_cap_usd": 0})).await.ok(200);
    let caps = room.send(Method::PUT, path, json!({"daily_token_cap": null})).await.ok(200);
    assert_eq!((&caps["is_custom_token_cap"], &caps["is_custom_cost_cap"]), (&json!(false), &json!(true)));
    room.send(Method::PUT, path, json!({"daily_token_cap": -1})).await.refused(422);
    let cleared = room.send(Method::DELETE, path, json!(null)).await.ok(200);
    shape(
        &cleared,
        &json!({"success": true, "daily_token_cap": 0, "daily_cost_cap_usd": 0.5, "is_custom": false}),
    );

    let paused = room.send(Method::PUT, "/api/moderation/bots/ada_001/pause", json!(null)).await.ok(200);
    assert_eq!(paused, json!({"bot_id": "ada_001", "is_paused": true}));
    let resumed = room.send(Method::PUT, "/api/moderation/bots/ada_001/unpause", json!(null)).await.ok(200);
    assert_eq!(resumed, json!({"bot_id": "ada_001", "is_paused": false}));
    room.close().await;
}

#[tokio::test]
async fn making_a_bot() {
    let room = Room::quiet().await;
    let least = json!({"name": "Nia Doe", "personality": {"traits": ["kind"]}});
    let made = room.send(Method::POST, "/api/bots/create", least).await.ok(201);
    shape(&made, &bot());
    let id = made["id"].as_str().unwrap();
    assert!(id.starts_with("nia_doe_") && id.len() == "nia_doe_".len() + 3, "{id}");
    assert_eq!(made["source"], "custom");
    let config = &made["personality_config"];
    assert_eq!(config["personality"]["communication_style"], "friendly and direct");
    assert_eq!(
        config["behavior"],
        json!({"creativity_level": 50, "engagement_style": "active", "leadership_tendency": 50,
        "skepticism": 50, "aggression": 20, "shyness": 30})
    );
    assert_eq!(
        (&config["model"]["temperature"], &config["model"]["max_tokens"]),
        (&json!(0.8), &json!(1000))
    );
    room.send(Method::POST, &format!("/api/bots/{id}/reset"), json!(null)).await.refused(409);
    for bad in [
        json!({"name": "Ni", "personality": {"traits": ["kind"]}}),
        json!({"name": "Nia", "personality": {"traits": []}}),
        json!({"name": "Nia", "personality": {}}),
        json!({"name": "Nia", "personality": {"traits": ["kind"], "shyness": 101}}),
        json!({"name": "Nia", "personality": {"traits": ["kind"]}, "model": {"temperature": 2.5}}),
        json!({"personality": {"traits": ["kind"]}}),
    ] {
        let answer = room.send(Method::POST, "/api/bots/create", bad.clone()).await;
        assert!(!answer.body["errors"].as_array().unwrap().is_empty(), "{bad}");
        answer.refused(422);
    }
    let mut whole = config.clone();
    whole["id"] = json!("nia_002");
    let body = json!({"id": "nia_002", "name": "Nia", "personality_config": whole});
    assert_eq!(room.send(Method::POST, "/api/bots", body.clone()).await.ok(201)["id"], "nia_002");
    room.send(Method::POST, "/api/bots", body).await.refused(409);
    room.send(Method::DELETE, "/api/bots/nia_002", json!(null)).await.ok(200);
    room.get("/api/bots/nia_002").await.refused(404);
    room.send(Method::DELETE, "/api/bots/ada_001", json!(null)).await.refused(409);
    for count in 0..12 {
        let new = json!({"name": format!("Extra {count}"), "personality": {"traits": ["kind"]}});
        let answer = room.send(Method::POST, "/api/bots/create", new).await;
        if answer.status == 409 {
            assert!(answer.refused(409).contains("12"));
            room.close().await;
            return;
        }
        answer.ok(201);
    }
    panic!("there is no end to making bots");
}

#[tokio::test]
async fn pace_and_beats() {
    let room = Room::quiet().await;
    let sample = json!({"preset": "", "interval_seconds": 0, "interval_human": ""});
    shape(&room.get("/api/pace").await.ok(200), &sample);
    let presets = room.get("/api/pace/presets").await.ok(200);
    for (name, seconds, human) in [
        ("slow", 14_400, "4 hours"),
        ("normal", 3_600, "1 hour"),
        ("fast", 900, "15 minutes"),
        ("turbo", 300, "5 minutes"),
    ] {
        assert_eq!(presets[name]["interval_seconds"], seconds);
        assert_eq!(presets[name]["interval_human"], human);
    }
    let set = room.send(Method::PUT, "/api/pace", json!({"preset": "turbo"})).await.ok(200);
    assert_eq!((&set["preset"], &set["interval_seconds"]), (&json!("turbo"), &json!(300)));
    let own = room.send(Method::PUT, "/api/pace", json!({"interval_seconds": 45})).await.ok(200);
    assert_eq!(own["preset"], "custom");
    let detail = room.send(Method::PUT, "/api/pace", json!({"preset": "warp"})).await.refused(400);
    assert!(["slow", "normal", "fast", "turbo"].iter().all(|name| detail.contains(name)), "{detail}");
    room.send(Method::PUT, "/api/pace", json!({"interval_seconds": 0})).await.refused(422);
    room.send(Method::PUT, "/api/pace", json!({})).await.refused(422);

    for path in ["/api/heartbeat/ada_001", "/api/pace/trigger/rex_001"] {
        let beat = room.send(Method::POST, path, json!(null)).await.ok(200);
        shape(&beat, &json!({"success": true, "action": ""}));
    }
    let all = room.send(Method::POST, "/api/pace/trigger", json!(null)).await.ok(200);
    assert_eq!(all, json!({"status": "ok", "message": "All heartbeats triggered"}));
    room.send(Method::POST, "/api/heartbeat/nobody", json!(null)).await.refused(404);
    assert_eq!(room.send(Method::POST, "/api/engine/pause", json!(null)).await.ok(200)["engine"], "paused");
    assert_eq!(room.get("/health").await.ok(200)["engine"], "paused");
    assert_eq!(room.send(Method::POST, "/api/engine/resume", json!(null)).await.ok(200)["engine"], "running");
    room.close().await;
}

#[tokio::test]
async fn events_and_interviews() {
    let room = Room::quiet().await;
    let event = json!({"title": "The lights went out", "description": "For an hour.", "event_type": "news", "severity": "major"});
    let made = room.send(Method::POST, "/api/events", event).await.ok(201);
    shape(
        &made,
        &json!({"id": 0, "title": "", "description": "", "event_type": "", "severity": "", "active": true, "created_at": "", "expires_at": null}),
    );
    assert_eq!(room.get("/api/events?active=true").await.ok(200).as_array().unwrap().len(), 1);
    let ended =
        room.send(Method::PUT, &format!("/api/events/{}/deactivate", made["id"]), json!(null)).await.ok(200);
    assert_eq!(ended["active"], false);
    room.send(Method::POST, "/api/events", json!({"title": "x", "event_type": "gossip"})).await.refused(422);
    let answer = room
        .send(Method::POST, "/api/bots/ada_001/interview", json!({"question": "How are you?"}))
        .await
        .ok(200);
    shape(&answer, &json!({"answer": "", "tokens_used": 0, "cost_usd": 0.5}));
    assert!(room.get("/api/threads/search?q=How+are+you").await.ok(200).as_array().unwrap().is_empty());
    room.send(Method::POST, "/api/bots/nobody/interview", json!({"question": "How are you?"}))
        .await
        .refused(404);
    room.close().await;
}
