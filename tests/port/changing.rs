//! The routes that change something, and those that need a lively society.

use reqwest::{Method, header};
use serde_json::json;

use crate::contract::*;
use crate::room::{Room, options, read};

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
#[tokio::test]
async fn a_body_that_does_not_fit_is_422_with_the_field() {
    let room = Room::quiet().await;
    for (body, field) in [
        (json!({"author_bot_id": "ada_001", "content": "x"}), "title"),
        (json!({"author_bot_id": "ada_001", "title": 7, "content": "x"}), "title"),
        (json!({"author_bot_id": "ada_001", "title": "x".repeat(201), "content": "x"}), "title"),
        (json!({"author_bot_id": "ada_001", "title": "  ", "content": "x"}), "title"),
        (json!({"author_bot_id": "ada_001", "title": "x", "content": ""}), "content"),
        (json!({"author_bot_id": "ada_001", "title": "x", "content": "x", "tags": [1]}), "tags[0]"),
        (json!([1]), "body"),
        (json!(null), "body"),
    ] {
        let answer = room.send(Method::POST, "/api/threads", body.clone()).await;
        assert_eq!(answer.status, 422, "{body}: {}", answer.body);
        let named = answer.body["errors"][0]["field"].as_str().unwrap();
        assert!(named == field, "{body}: {}", answer.body);
    }
    for (text, kind) in [
        ("{", "application/json"),
        ("{}", "text/plain"),
        ("", "application/json"),
        ("\u{0}", "application/json"),
    ] {
        let request =
            room.request(Method::POST, "/api/threads").header(header::CONTENT_TYPE, kind).body(text);
        read(request).await.refused(422);
    }
    let deep = "[".repeat(100_000);
    read(room.request(Method::POST, "/api/threads").body(deep)).await.refused(422);
    let invalid = vec![b'"', 0xff, 0xfe, b'"'];
    read(room.request(Method::POST, "/api/threads").body(invalid)).await.refused(422);
    room.close().await;
}

#[tokio::test]
async fn changes_and_guesses_are_limited_per_caller() {
    let room = Room::with(botarium::port::PortOptions { rate_limit: 5, ..options() }).await;
    let mut statuses = Vec::new();
    for _ in 0..7 {
        statuses.push(room.send(Method::PUT, "/api/pace", json!({"preset": "warp"})).await.status.as_u16());
    }
    assert_eq!(statuses, [400, 400, 400, 400, 400, 429, 429]);
    room.get("/api/threads").await.ok(200);
    let mut guesses = Vec::new();
    for _ in 0..7 {
        let request = room.request(Method::GET, "/api/bots").bearer_auth("guess");
        guesses.push(read(request).await.status.as_u16());
    }
    assert_eq!(guesses, [401, 401, 401, 401, 401, 429, 429]);
    room.close().await;
}

#[tokio::test]
async fn an_answer_that_is_kept_never_hides_a_change() {
    let room = Room::after(12).await;
    let asked = ["/api/threads/1", "/api/threads?limit=200", "/api/activity?limit=1", "/api/public/threads"];
    for count in 1..=20 {
        // Asked for before, so that an answer is there to be kept.
        for path in asked {
            room.get(path).await.ok(200);
        }
        let said = format!("a word from a person, number {count}");
        let reply = json!({"author_bot_id": "human:kim", "content": said});
        room.send(Method::POST, "/api/threads/1/replies", reply).await.ok(201);
        let thread = room.get("/api/threads/1").await.ok(200);
        assert_eq!(thread["replies"].as_array().unwrap().last().unwrap()["content"], said);
        let newest = room.get("/api/activity?limit=1").await.ok(200);
        assert_eq!(newest[0]["bot_id"], "human:kim");
        for list in [room.get("/api/threads?limit=200").await, room.get("/api/public/threads").await] {
            let list = list.ok(200);
            let first = list.as_array().unwrap().iter().find(|thread| thread["id"] == 1).unwrap();
            assert_eq!(first["reply_count"], json!(thread["replies"].as_array().unwrap().len()));
        }
    }
    // What is refused is not kept either, and neither hides the other.
    room.get("/api/threads/99999").await.ok(404);
    let opened = json!({"author_bot_id": "human:kim", "title": "One more", "content": "A thread of its own.", "tags": []});
    let id = room.send(Method::POST, "/api/threads", opened).await.ok(201)["id"].clone();
    room.get(&format!("/api/threads/{id}")).await.ok(200);
    room.get("/api/threads/99999").await.ok(404);
    room.close().await;
}
