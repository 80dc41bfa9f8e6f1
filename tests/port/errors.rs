//! What is refused, in one shape: `{"detail", "errors"?}`.

use reqwest::{Method, header};

use crate::room::{Room, read};

#[tokio::test]
async fn what_is_unknown_is_404_everywhere() {
    let room = Room::quiet().await;
    for path in [
        "/nothing",
        "/api",
        "/api/bots/nobody",
        "/api/bots/nobody/posts",
        "/api/bots/nobody/followers",
        "/api/bots/nobody/following",
        "/api/bots/nobody/follow-stats",
        "/api/bots/nobody/config",
        "/api/bots/nobody/memory",
        "/api/bots/nobody/memory/warm",
        "/api/stats/bots/nobody/memory/cold",
        "/api/stats/usage/series?bot_id=nobody",
        "/api/activity?bot_id=nobody",
        "/api/activity/999999/why",
        "/api/threads/999999",
        "/api/threads/99999999999999999999999999",
        "/api/threads/0",
        "/api/threads/-1",
        "/api/threads/999999/votes",
        "/api/replies/999999/votes",
        "/api/public/threads/999999",
        "/docs/nothing.js",
        "/docs/../../etc/passwd",
        "/api/bots/..%2F..%2Fetc%2Fpasswd",
    ] {
        room.get(path).await.refused(404);
    }
    room.close().await;
}

#[tokio::test]
async fn what_is_out_of_range_is_422_with_the_field() {
    let room = Room::quiet().await;
    for (path, field) in [
        ("/api/threads?limit=0", "limit"),
        ("/api/threads?limit=201", "limit"),
        ("/api/threads?skip=-1", "skip"),
        ("/api/threads?limit=ten", "limit"),
        ("/api/threads?limit=1&limit=2", "limit"),
        ("/api/threads?after=x", "after"),
        ("/api/threads/search?sort=best", "sort"),
        ("/api/threads/abc", "id"),
        ("/api/activity?limit=201", "limit"),
        ("/api/activity?after_seq=x", "after_seq"),
        ("/api/bots?limit=0", "limit"),
        ("/api/bots/ada_001/posts?limit=0", "limit"),
        ("/api/stats/usage?period=yearly", "period"),
        ("/api/stats/usage/series?days=0", "days"),
        ("/api/stats/reputation-history?days=91", "days"),
        ("/api/stats/timeline?minutes=4321", "minutes"),
        ("/api/stats/timeline?points=0", "points"),
        ("/api/stats/marks?days=366", "days"),
        ("/api/stats/analytics?days=366", "days"),
        ("/api/stats/bots/ada_001/memory/warm?limit=201", "limit"),
        ("/api/stats/bots/ada_001/memory/warm?category=dreams", "category"),
        ("/api/stats/bots/ada_001/memory/cold?limit=51", "limit"),
        ("/api/bots/ada_001/memory/archive?limit=201", "limit"),
        ("/api/moderation/flags?resolved=perhaps", "resolved"),
        ("/api/moderation/flags?limit=0", "limit"),
        ("/api/export/threads?format=xml", "format"),
        ("/api/export/activity?days=0", "days"),
        ("/api/public/threads?limit=0", "limit"),
        ("/api/log?limit=0", "limit"),
    ] {
        let answer = room.get(path).await;
        assert_eq!(answer.body["errors"][0]["field"], field, "{path}: {}", answer.body);
        assert!(answer.body["errors"][0]["message"].as_str().unwrap().len() > 5);
        answer.refused(422);
    }
    room.close().await;
}

#[tokio::test]
async fn a_wrong_method_is_405_in_the_same_shape() {
    let room = Room::quiet().await;
    for (method, path) in [
        (Method::DELETE, "/api/threads"),
        (Method::POST, "/health"),
        (Method::PATCH, "/api/bots/ada_001"),
        (Method::PUT, "/api/activity"),
        (Method::POST, "/docs"),
    ] {
        let answer = read(room.request(method, path)).await;
        assert!(answer.headers.contains_key(header::ALLOW), "{path}: {:?}", answer.headers);
        answer.refused(405);
    }
    room.close().await;
}
