//! Viewers that are slow, silent or gone: told what they missed, or sent away, and never felt by others.

use std::time::Duration;

use botarium::port::PortOptions;
use botarium::protocol::CreateReply;
use futures_util::{StreamExt, stream};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::MaybeTlsStream;

use crate::live::{Live, closed, connect, next};
use crate::patience::until;
use crate::room::{Room, lived, options};

/// More activities than the ring and the system's buffers hold for one viewer.
const TOO_MANY: usize = 2_500;

/// A viewer for whom the system keeps little; it gets what it is sent when it is read from.
async fn idle_viewer(room: &Room, query: &str) -> Live {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(8 * 1024).unwrap();
    let stream = MaybeTlsStream::Plain(socket.connect(room.address).await.unwrap());
    let url = format!("ws://{}/ws/activity{query}", room.address);
    tokio_tungstenite::client_async(url, stream).await.unwrap().0
}

/// Somebody writes more than a viewer that does not read can be kept for.
async fn flood(room: &Room) {
    let posts = (0..TOO_MANY).map(|number| {
        let content = format!("Number {number} of many. {}", "And so on. ".repeat(20));
        let reply = CreateReply { author_bot_id: "human:kim".into(), content, parent_reply_id: None };
        room.engine.create_reply(1, reply)
    });
    stream::iter(posts).buffer_unordered(250).for_each(|post| async { drop(post.unwrap()) }).await;
}

async fn viewers(room: &Room, wanted: i64) {
    until("the viewers", async || room.get("/health").await.ok(200)["viewers"] == wanted).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_falls_behind_is_told_what_it_missed_and_sent_away_the_second_time() {
    let long = Duration::from_secs(600);
    let patient = PortOptions { patience: long, ping: long, ..options() };
    let room = Room::with(patient).await;
    let mut slow = idle_viewer(&room, "?types=heartbeat_complete,resync").await;
    let mut old = idle_viewer(&room, "").await;
    flood(&room).await;
    let newest = room.engine.last_seq();
    let (mut last, mut missed) = (0, None);
    while last < newest {
        let event = next(&mut slow).await;
        match event["type"].as_str().unwrap() {
            "heartbeat_complete" => {
                assert_eq!(event["seq"], last + 1, "neither a gap nor a repeat");
                last += 1;
            }
            "resync" => {
                assert_eq!(event["from_seq"], last + 1);
                let to = event["to_seq"].as_i64().unwrap();
                let before = missed.replace((last, to));
                assert!(before.is_none(), "told of {before:?} and again: {event}");
                last = to;
            }
            other => panic!("{other}"),
        }
    }
    // What it missed can be fetched, row for row.
    let (mut from, to) = missed.expect("it was told what it missed");
    while from < to {
        let page = room.get(&format!("/api/activity?after_seq={from}&limit=200")).await.ok(200);
        for row in page.as_array().unwrap() {
            assert_eq!(row["id"], from + 1);
            from += 1;
        }
    }
    // It stays behind: the second time within a minute it has to come back by itself.
    flood(&room).await;
    assert_eq!(closed(&mut slow).await, 1013);
    // One that knows nothing of `resync` is sent away at once, so that it asks for the list.
    assert_eq!(closed(&mut old).await, 1013);
    viewers(&room, 0).await;
    room.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_accepts_nothing_for_too_long_is_sent_away() {
    let hasty = PortOptions { patience: Duration::from_secs(4), ..options() };
    let room = Room::with(hasty).await;
    let mut stuck = idle_viewer(&room, "").await;
    let mut reader = connect(&room, "?types=heartbeat_complete").await;
    let engine = room.engine.clone();
    let load = tokio::spawn(async move { lived(&engine, 1_200).await });
    let reader = tokio::spawn(async move {
        let mut last = 0;
        while last < 600 {
            let event = next(&mut reader).await;
            assert_eq!(event["seq"], last + 1, "nobody else misses anything");
            last += 1;
        }
        reader
    });
    viewers(&room, 1).await;
    // It has as long again to come to the goodbye.
    assert_eq!(closed(&mut stuck).await, 1013);
    load.await.unwrap();
    drop(reader.await.unwrap());
    room.close().await;
}

/// A handshake by hand, for what no WebSocket library would do.
async fn by_hand(room: &Room, extra: &str) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(room.address).await.unwrap();
    let request = format!(
        "GET /ws/activity HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{extra}\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    (stream, String::from_utf8(head).unwrap())
}

/// The next frame's first byte and payload.
async fn frame(stream: &mut TcpStream) -> (u8, Vec<u8>) {
    let mut head = [0; 2];
    tokio::time::timeout(Duration::from_secs(20), stream.read_exact(&mut head))
        .await
        .expect("in time")
        .unwrap();
    let length = match head[1] {
        126 => usize::from(stream.read_u16().await.unwrap()),
        127 => usize::try_from(stream.read_u64().await.unwrap()).unwrap(),
        short => usize::from(short),
    };
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).await.unwrap();
    (head[0], payload)
}

/// Reads up to the goodbye; answers with its code.
async fn goodbye(stream: &mut TcpStream) -> u16 {
    loop {
        let (kind, payload) = frame(stream).await;
        if kind == 0x88 {
            return u16::from_be_bytes([payload[0], payload[1]]);
        }
    }
}

#[tokio::test]
async fn a_silent_viewer_is_pinged_and_then_closed() {
    let often = PortOptions { ping: Duration::from_millis(150), ..options() };
    let room = Room::with(often).await;
    let mut answers = connect(&room, "").await;
    let (mut silent, _) = by_hand(&room, "").await;
    let reader = tokio::spawn(async move {
        while let Some(Ok(_)) = answers.next().await {} // reading answers the pings
    });
    for _ in 0..2 {
        assert_eq!(frame(&mut silent).await, (0x89, Vec::new()));
    }
    assert_eq!(goodbye(&mut silent).await, 1001);
    assert!(!reader.is_finished(), "who answers stays");
    viewers(&room, 1).await;
    room.close().await;
    reader.await.unwrap();
}

#[tokio::test]
async fn malformed_frames_end_their_own_connection_alone() {
    let room = Room::quiet().await;
    let mut well = connect(&room, "").await;
    let mask = [0; 4];
    let masked = |first: u8, length: &[u8], payload: &[u8]| [&[first], length, &mask, payload].concat();
    let fragment = |first: u8| masked(first, &[0x80 | 126, 0x80, 0], &[b'x'; 0x8000]);
    for (name, bytes, code) in [
        ("not masked", vec![0x81, 2, b'h', b'i'], 1002),
        ("an unknown opcode", masked(0x83, &[0x80], &[]), 1002),
        ("a reserved bit", masked(0xc1, &[0x81], b"x"), 1002),
        ("a fragmented ping", masked(0x09, &[0x80], &[]), 1002),
        ("a ping too long", masked(0x89, &[0x80 | 126, 0, 126], &[0; 126]), 1002),
        ("a continuation of nothing", masked(0x80, &[0x81], b"x"), 1002),
        ("no UTF-8", masked(0x81, &[0x82], &[0xc3, 0x28]), 1007),
        ("an endless frame", masked(0x82, &[0x80 | 127, 0x7f, 255, 255, 255, 255, 255, 255, 255], &[]), 1009),
        ("endless fragments", [fragment(0x02), fragment(0), fragment(0)].concat(), 1009),
    ] {
        let (mut stream, _) = by_hand(&room, "").await;
        stream.write_all(&bytes).await.unwrap();
        assert_eq!(goodbye(&mut stream).await, code, "{name}");
    }
    room.engine.trigger("ada_001").await.unwrap();
    assert_eq!(next(&mut well).await["type"], Value::from("heartbeat_complete"));
    room.close().await;
}

#[tokio::test]
async fn compression_is_not_agreed_to() {
    let room = Room::quiet().await;
    let (mut stream, head) = by_hand(&room, "Sec-WebSocket-Extensions: permessage-deflate\r\n").await;
    assert!(head.starts_with("HTTP/1.1 101") && !head.to_lowercase().contains("extensions"), "{head}");
    // So a bomb is a malformed frame, of which not one byte is unpacked.
    let bomb = [&[0xc2, 0x80 | 126, 0x40, 0][..], &[0; 4], &[0; 0x4000]].concat();
    stream.write_all(&bomb).await.unwrap();
    assert_eq!(goodbye(&mut stream).await, 1002);
    room.close().await;
}
