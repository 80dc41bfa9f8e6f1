//! The live stream: old clients, new clients, slow clients, hostile clients.

use std::time::Duration;

use botarium::protocol::{CreateReply, Role, SetPace};
use futures_util::{SinkExt, StreamExt};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::contract::shape;
use crate::patience::PATIENCE;
use crate::room::{Room, lived};

pub type Live = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub async fn connect(room: &Room, query: &str) -> Live {
    tokio_tungstenite::connect_async(format!("ws://{}/ws/activity{query}", room.address)).await.unwrap().0
}

/// The next event; fails when none comes.
pub async fn next(live: &mut Live) -> Value {
    next_or_close(live).await.expect("an event and no goodbye")
}

/// The next event, or the code of the server's goodbye.
async fn next_or_close(live: &mut Live) -> Result<Value, u16> {
    let comes = async {
        loop {
            match live.next().await.expect("still open").expect("well formed") {
                Message::Text(text) => return Ok(serde_json::from_str(&text).unwrap()),
                Message::Ping(_) | Message::Pong(_) => {}
                Message::Close(Some(frame)) => return Err(frame.code.into()),
                other => panic!("{other:?}"),
            }
        }
    };
    // Over all of it: the server's pings do not stand for an event.
    tokio::time::timeout(PATIENCE, comes).await.expect("an event in time")
}

/// Reads until the server closes; answers with the code.
pub async fn closed(live: &mut Live) -> u16 {
    let closes = async {
        loop {
            let message = live.next().await;
            if let Some(Ok(Message::Close(Some(frame)))) = message {
                return frame.code.into();
            }
            assert!(matches!(message, Some(Ok(_))), "ended without a close frame: {message:?}");
        }
    };
    tokio::time::timeout(PATIENCE, closes).await.expect("closed in time")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_done_right_after_the_handshake_is_heard() {
    let room = Room::quiet().await;
    for seconds in 100..300 {
        let mut live = connect(&room, "").await;
        let pace = SetPace { preset: None, interval_seconds: Some(seconds) };
        room.engine.set_pace(pace).await.unwrap();
        assert_eq!(next(&mut live).await["type"], "pace_changed");
    }
    room.close().await;
}

/// The status of a handshake that is refused.
async fn refused(room: &Room, query: &str, headers: &[(&'static str, &str)]) -> u16 {
    let mut request = format!("ws://{}/ws/activity{query}", room.address).into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    match tokio_tungstenite::connect_async(request).await {
        Err(Error::Http(answer)) => answer.status().as_u16(),
        other => panic!("let in: {other:?}"),
    }
}

async fn beat(room: &Room, bot: &str) -> i64 {
    let result = room.engine.trigger(bot).await.unwrap();
    result.activity_id.expect("a beat that leaves an activity")
}

#[tokio::test]
async fn an_old_client_gets_the_old_types_alone() {
    let room = Room::quiet().await;
    let mut live = connect(&room, "").await;
    live.send(Message::text("hello?")).await.unwrap();
    let seq = beat(&room, "ada_001").await;
    let event = next(&mut live).await;
    shape(
        &event,
        &json!({"type": "heartbeat_complete", "bot_id": "ada_001", "bot_name": "Ada", "action": "", "details": {},
            "tokens_used": 0, "timestamp": "", "seq": 0, "cost_usd": 0.5}),
    );
    assert_eq!((event["type"].as_str(), event["seq"].as_i64()), (Some("heartbeat_complete"), Some(seq)));
    assert!(event["details"].get("raw_response").is_none(), "{event}");
    shape(&event["details"], &json!({"success": true, "action": "", "reputation_score": 0}));
    room.send(Method::PUT, "/api/bots/ada_001/config", json!({"behavior": {"shyness": 41}})).await.ok(200);
    room.send(Method::PUT, "/api/pace", json!({"preset": "fast"})).await.ok(200);
    let mut types = Vec::new();
    while types.last().is_none_or(|last| last != "pace_changed") {
        types.push(next(&mut live).await["type"].as_str().unwrap().to_owned());
    }
    assert!(
        types
            .iter()
            .all(|kind| ["heartbeat_complete", "config_updated", "pace_changed"].contains(&kind.as_str()))
    );
    assert!(types.contains(&"config_updated".to_owned()));
    assert_eq!(room.get("/health").await.ok(200)["viewers"], 1);
    drop(live);
    while room.get("/health").await.ok(200)["viewers"] != 0 {}
    room.close().await;
}

#[tokio::test]
async fn a_new_client_chooses() {
    let room = Room::quiet().await;
    let mut live = connect(&room, "?types=bot_status,engine_state&bot_id=rex_001").await;
    room.engine.set_paused("ada_001", true).await.unwrap();
    room.engine.set_paused("rex_001", true).await.unwrap();
    beat(&room, "luna_001").await;
    room.engine.pause_engine().await.unwrap();
    let status = next(&mut live).await;
    shape(
        &status,
        &json!({"type": "bot_status", "bot_id": "rex_001", "status": "paused", "seq": 0, "timestamp": ""}),
    );
    let mut last = next(&mut live).await;
    while last["type"] == "bot_status" {
        assert_eq!(last["bot_id"], "rex_001");
        last = next(&mut live).await;
    }
    assert_eq!((last["type"].as_str(), last["engine"].as_str()), (Some("engine_state"), Some("paused")));
    for (query, status) in
        [("?types=gossip", 422), ("?since=-1", 422), ("?since=x", 422), ("?bot_id=nobody", 404)]
    {
        assert_eq!(refused(&room, query, &[]).await, status, "{query}");
    }
    // What does not ask for a WebSocket is told what to ask for, whatever of it is missing.
    let upgrade = ["connection", "upgrade", "sec-websocket-version", "sec-websocket-key"];
    let values = ["upgrade", "websocket", "13", "dGhlIHNhbXBsZSBub25jZQ=="];
    for missing in 0..=upgrade.len() {
        let mut request = room.request(reqwest::Method::GET, "/ws/activity");
        for at in (0..upgrade.len()).filter(|at| missing < upgrade.len() && *at != missing) {
            request = request.header(upgrade[at], values[at]);
        }
        let answer = crate::room::read(request).await;
        assert_eq!(answer.headers["upgrade"], "websocket");
        answer.refused(426);
    }
    room.close().await;
}

#[tokio::test]
async fn who_has_heard_more_than_there_is_hears_what_comes() {
    let room = Room::quiet().await;
    beat(&room, "luna_001").await;
    // Such as a client of a society that was put back to a copy of last week.
    let mut live = connect(&room, "?since=1000000").await;
    let first = beat(&room, "ada_001").await;
    let mut event = next(&mut live).await;
    while event["type"] != "heartbeat_complete" {
        event = next(&mut live).await;
    }
    assert_eq!(event["seq"], first);
    room.close().await;
}

#[tokio::test]
async fn a_replay_has_no_gap_and_no_repeat_across_a_hundred_reconnects() {
    let room = Room::quiet().await;
    let engine = room.engine.clone();
    let load = tokio::spawn(async move { lived(&engine, 1_200).await });
    let mut seen: Vec<i64> = Vec::new();
    for round in 0..100 {
        let since = seen.last().copied().unwrap_or(0);
        let mut live = connect(&room, &format!("?since={since}")).await;
        // Leave at once, in the middle of the replay, or when live.
        let enough = [1, 7, 40][round % 3];
        for _ in 0..enough {
            let next = tokio::time::timeout(Duration::from_millis(500), next(&mut live)).await;
            let Ok(event) = next else { break };
            if event["type"] == "heartbeat_complete" {
                seen.push(event["seq"].as_i64().unwrap());
            }
        }
        drop(live);
    }
    load.await.unwrap();
    let last = room.engine.last_seq();
    let mut live = connect(&room, &format!("?since={}", seen.last().unwrap())).await;
    while *seen.last().unwrap() < last {
        let event = next(&mut live).await;
        if event["type"] == "heartbeat_complete" {
            seen.push(event["seq"].as_i64().unwrap());
        }
    }
    let all: Vec<i64> = (1..=last).collect();
    assert!(last > 500, "only {last} activities");
    assert_eq!(seen, all);
    room.close().await;
}

#[tokio::test]
async fn a_viewer_that_never_reads_holds_nobody_up() {
    let room = Room::quiet().await;
    let _stuck = connect(&room, "").await;
    let _stuck_too =
        connect(&room, "?types=heartbeat_complete,bot_status,heartbeat_started,thought_delta").await;
    let mut reader = connect(&room, "?since=0").await;
    let (engine, mark) = (room.engine.clone(), room.engine.clone());
    // What is waited for comes: after the beats a person speaks, and that is the last there is.
    let load = tokio::spawn(async move {
        lived(&engine, 1_500).await;
        let content = "That was all.".into();
        let last = CreateReply { author_bot_id: "human:kim".into(), content, parent_reply_id: None };
        mark.create_reply(1, last).await.unwrap();
    });
    let (mut last, mut missed) = (0, 0);
    loop {
        let event = match next_or_close(&mut reader).await {
            Ok(event) => event,
            Err(code) => {
                // Two times behind within a minute: it may come back where it was.
                assert_eq!(code, 1013);
                reader = connect(&room, &format!("?since={last}")).await;
                continue;
            }
        };
        match event["type"].as_str().unwrap() {
            "heartbeat_complete" => {
                assert_eq!(event["seq"].as_i64().unwrap(), last + 1);
                last += 1;
                if event["bot_id"] == "human:kim" {
                    break;
                }
            }
            "resync" => {
                assert_eq!(event["from_seq"].as_i64().unwrap(), last + 1);
                missed += event["to_seq"].as_i64().unwrap() - last;
                last = event["to_seq"].as_i64().unwrap();
            }
            other => panic!("{other}"),
        }
    }
    load.await.unwrap();
    assert_eq!(last, room.engine.last_seq());
    assert!(missed < last, "{missed} of {last} were missed");
    room.close().await;
}

#[tokio::test]
async fn frames_that_are_too_long_or_broken_close_the_connection() {
    let room = Room::quiet().await;
    let mut live = connect(&room, "").await;
    live.send(Message::text("x".repeat(64 * 1024))).await.unwrap();
    live.send(Message::text("x".repeat(64 * 1024 + 1))).await.unwrap();
    assert_eq!(closed(&mut live).await, 1009);

    let mut live = connect(&room, "").await;
    let frame = Frame::message(vec![0xff, 0xfe], OpCode::Data(Data::Text), true);
    live.send(Message::Frame(frame)).await.unwrap();
    assert_eq!(closed(&mut live).await, 1007);

    // A compressed frame, though compression was not agreed on.
    let mut live = connect(&room, "").await;
    let mut frame = Frame::message(vec![0; 16], OpCode::Data(Data::Text), true);
    frame.header_mut().rsv1 = true;
    live.send(Message::Frame(frame)).await.unwrap();
    assert_eq!(closed(&mut live).await, 1002);
    room.get("/health").await.ok(200);
    room.close().await;
}

#[tokio::test]
async fn a_handshake_is_checked_like_a_request() {
    let room = Room::quiet().await;
    assert_eq!(refused(&room, "", &[("origin", "https://evil.example")]).await, 403);
    assert_eq!(refused(&room, "", &[("host", "evil.example")]).await, 403);
    assert_eq!(refused(&room, "", &[("x-forwarded-for", "203.0.113.9")]).await, 401);
    assert_eq!(refused(&room, "?token=wrong", &[]).await, 401);
    room.engine.new_token("desk", Role::Operator).await.unwrap();
    let (row, token) = room.engine.new_token("wall", Role::Viewer).await.unwrap();
    let mut live = connect(&room, &format!("?token={}", token.expose())).await;
    beat(&room, "ada_001").await;
    next(&mut live).await;
    // Revoking takes effect at once: who listens is sent away, and cannot come back.
    room.engine.revoke_token(row.id).await.unwrap();
    assert_eq!(closed(&mut live).await, 1008);
    assert_eq!(refused(&room, &format!("?token={}", token.expose()), &[]).await, 401);
    room.close().await;
}

#[tokio::test]
async fn closing_tells_every_viewer_and_takes_no_time() {
    let room = Room::quiet().await;
    let mut viewers = Vec::new();
    for _ in 0..50 {
        viewers.push(connect(&room, "").await);
    }
    let readers: Vec<_> =
        viewers.into_iter().map(|mut live| tokio::spawn(async move { closed(&mut live).await })).collect();
    let began = std::time::Instant::now();
    room.close().await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    for reader in readers {
        assert_eq!(reader.await.unwrap(), 1001);
    }
}

/// What a dashboard written for the old contract does: listen, and when the stream is lost ask for the newest
/// fifty every ten seconds and listen again. Every row it learns of is sent on, with the way it came.
async fn old_dashboard(address: std::net::SocketAddr, rows: mpsc::UnboundedSender<(&'static str, i64)>) {
    let id = |row: &Value, key: &str| row[key].as_i64().unwrap();
    loop {
        if let Ok((mut live, _)) =
            tokio_tungstenite::connect_async(format!("ws://{address}/ws/activity")).await
        {
            rows.send(("open", 0)).unwrap();
            while let Some(Ok(message)) = live.next().await {
                let Message::Text(text) = message else { continue };
                let event: Value = serde_json::from_str(&text).unwrap();
                if event["type"] == "heartbeat_complete" {
                    rows.send(("live", id(&event, "seq"))).unwrap();
                }
            }
        }
        tokio::time::sleep(Duration::from_secs(10)).await;
        if let Ok(answer) = reqwest::get(format!("http://{address}/api/activity?limit=50")).await {
            let list: Value = answer.json().await.unwrap();
            for row in list.as_array().unwrap().iter().rev() {
                rows.send(("list", id(row, "id"))).unwrap();
            }
        }
    }
}

#[tokio::test]
async fn an_old_dashboard_lives_through_a_restart() {
    let room = Room::quiet().await;
    let address = room.address;
    let (sender, mut rows) = mpsc::unbounded_channel();
    let dashboard = tokio::spawn(old_dashboard(address, sender));
    let mut next = async || {
        tokio::time::timeout(Duration::from_secs(60), rows.recv()).await.expect("in time").expect("it lives")
    };
    assert_eq!(next().await, ("open", 0));
    let first = beat(&room, "ada_001").await;
    assert_eq!(next().await, ("live", first));

    // The server goes; what happens meanwhile the dashboard cannot hear.
    let home = room.close().await.unwrap();
    let engine = botarium::engine::start(crate::room::settings(home.path())).unwrap();
    lived(&engine, 12).await;
    let last = engine.last_seq();
    assert!(last > first + 2);
    let again = botarium::port::PortOptions { listen: address, ..crate::room::options() };
    let room = Room::open(engine, None, again, Some(home)).await;
    for id in 1..=last {
        assert_eq!(next().await, ("list", id));
    }
    assert_eq!(next().await, ("open", 0));
    let new = beat(&room, "rex_001").await;
    assert_eq!(next().await, ("live", new));
    dashboard.abort();
    room.close().await;
}
