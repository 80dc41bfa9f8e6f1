//! What a peer cannot fill: the memory of the port, its places, the memory of who attaches.

use std::time::Duration;

use botarium::domain::Secret;
use botarium::link::Remote;
use botarium::port::PortOptions;
use botarium::protocol::{CreateReply, Role};
use futures_util::{StreamExt, stream};
use reqwest::{Method, header};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::live::Live;
use crate::patience::{PATIENCE, until};
use crate::room::{Room, options, read};

/// More than any buffer of the system between two programs on one machine, and less than would show on it.
const FAR_TOO_MUCH: usize = 256 * 1024 * 1024;

/// A connection for which the system keeps little.
async fn narrow(room: &Room) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4 * 1024).unwrap();
    socket.connect(room.address).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pings_of_a_viewer_that_never_reads_are_not_kept() {
    let room = Room::with(PortOptions { patience: Duration::from_secs(1), ..options() }).await;
    let mut viewer = narrow(&room).await;
    let handshake = "GET /ws/activity HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    viewer.write_all(handshake.as_bytes()).await.unwrap();
    let ping = [&[0x89, 0xfd, 0, 0, 0, 0][..], &[b'x'; 125]].concat().repeat(500);
    let mut sent = 0;
    // It is not read from further than its answers go, and then it is sent away.
    while viewer.write_all(&ping).await.is_ok() {
        sent += ping.len();
        assert!(sent < FAR_TOO_MUCH, "{sent} bytes of pings were taken and answered by nobody");
    }
    println!("{} KiB of pings were taken", sent / 1024);
    until("the viewer to be gone", async || room.get("/health").await.ok(200)["viewers"] == 0).await;
    room.close().await;
}

/// A live stream with a token, or the status it was refused with.
async fn live(room: &Room, token: &Secret) -> Result<Live, u16> {
    let mut request = format!("ws://{}/ws/activity", room.address).into_client_request().unwrap();
    let bearer = format!("Bearer {}", token.expose()).parse().unwrap();
    request.headers_mut().insert("authorization", bearer);
    match tokio_tungstenite::connect_async(request).await {
        Ok((live, _)) => Ok(live),
        Err(Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn no_token_takes_every_place_and_operators_are_always_served() {
    let room = Room::with(PortOptions { max_connections: 16, ..options() }).await;
    let token = async |name: &str, role| room.engine.new_token(name, role).await.unwrap().1;
    let operator = token("desk", Role::Operator).await;
    let viewers = [token("one", Role::Viewer).await, token("two", Role::Viewer).await];
    let mut streams = Vec::new();
    for viewer in &viewers {
        for _ in 0..8 {
            streams.push(live(&room, viewer).await.expect("its share"));
        }
        assert!(matches!(live(&room, viewer).await, Err(429 | 503)), "more than its share");
    }
    // Every place is busy. Who operates, and who looks whether it is alive, comes in by another door.
    for _ in 0..20 {
        let fresh = reqwest::Client::new();
        let ask = |path: &str| fresh.get(room.url(path));
        read(ask("/api/bots").bearer_auth(operator.expose())).await.ok(200);
        read(ask("/health")).await.ok(200);
        read(ask("/health").bearer_auth(viewers[0].expose())).await.ok(200);
        read(ask("/api/bots").bearer_auth(viewers[0].expose())).await.refused(503);
    }
    assert!(live(&room, &operator).await.is_ok(), "an operator may listen as well");
    streams.truncate(7);
    until("a place to be free again", async || live(&room, &viewers[0]).await.is_ok()).await;
    room.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_that_is_never_read_ends() {
    let patience = Duration::from_millis(100);
    let room = Room::with(PortOptions { patience, max_connections: 2, ..options() }).await;
    let posts = (0..2_000).map(|number| {
        let content = format!("Number {number} of many. {}", "And so on. ".repeat(40));
        let reply = CreateReply { author_bot_id: "human:kim".into(), content, parent_reply_id: None };
        room.engine.create_reply(1, reply)
    });
    stream::iter(posts).buffer_unordered(250).for_each(|post| async { drop(post.unwrap()) }).await;
    room.engine.new_token("desk", Role::Operator).await.unwrap();
    let (_, token) = room.engine.new_token("wall", Role::Viewer).await.unwrap();
    let mut unread = narrow(&room).await;
    let bearer = token.expose();
    let ask = format!(
        "GET /api/export/replies HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {bearer}\r\n\r\n"
    );
    unread.write_all(ask.as_bytes()).await.unwrap();
    unread.readable().await.unwrap();
    // It is this token's share of two places, until it is given up.
    let bots =
        async || read(room.request(Method::GET, "/api/bots").bearer_auth(bearer)).await.status.as_u16();
    until("its place to be free again", async || bots().await == 200).await;
    let mut got = Vec::new();
    let _ = unread.read_to_end(&mut got).await;
    assert!(!got.ends_with(b"0\r\n\r\n"), "it was cut off before its end");
    room.close().await;
}

#[tokio::test]
async fn headers_that_decide_come_once() {
    let room = Room::quiet().await;
    for twice in ["Host: localhost\r\n", "Origin: http://localhost\r\n", "Authorization: Bearer x\r\n"] {
        let mut stream = TcpStream::connect(room.address).await.unwrap();
        let host = if twice.starts_with("Host") { "" } else { "Host: localhost\r\n" };
        let request = format!("GET /health HTTP/1.1\r\n{host}{twice}{twice}Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("more than one"), "{twice}: {answer}");
    }
    room.close().await;
}

#[tokio::test]
async fn refusals_that_quote_what_was_asked_are_clean() {
    let room = Room::quiet().await;
    for path in [
        "/api/bots/%1b%5d0;x%07",
        "/api/threads?limit=%1b%5b2J",
        "/api/export/%c2%9b31m",
        "/ws/activity?types=%e2%80%aex",
    ] {
        let answer = read(room.request(Method::GET, path).header(header::ACCEPT, "*/*")).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        let detail = answer.body.to_string();
        let raw = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
        let texts = [answer.body["detail"].as_str().unwrap_or_default(), detail.as_str()];
        assert!(!texts.iter().any(|text| text.chars().any(raw)), "{path}: {detail:?}");
    }
    room.close().await;
}

/// A server that answers every request with `head` and then with `body` over and over.
async fn endless(head: &'static str, body: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let body = body.clone();
            tokio::spawn(async move {
                let mut request = [0; 1_024];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(head.as_bytes()).await;
                while stream.write_all(&body).await.is_ok() {}
            });
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn a_server_that_never_stops_fills_nothing() {
    let blank = vec![b' '; 64 * 1024];
    let ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n";
    let no = "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n";
    let told = "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n";
    for (head, word) in [(ok, "without end"), (no, "403"), (told, "without end")] {
        let url = endless(head, blank.clone()).await;
        let Err(fault) = Remote::connect(&url, None).await else { panic!("{word}: taken") };
        assert!(fault.detail.contains(word), "{word}: {}", fault.detail);
    }
}

#[tokio::test]
async fn a_frame_that_does_not_fit_ends_the_link() {
    // The stream of a real port, with one frame put in that is far too long.
    let room = Room::quiet().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (front, back) = (listener.local_addr().unwrap(), room.address);
    let (ended, mut has_ended) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let ended = ended.clone();
            tokio::spawn(async move {
                let mut head = vec![0; 4_096];
                let length = client.read(&mut head).await.unwrap_or(0);
                head.truncate(length);
                let mut server = TcpStream::connect(back).await.unwrap();
                if !head.starts_with(b"GET /ws") {
                    // One request a connection, so that the stream gets one of its own.
                    let text =
                        String::from_utf8_lossy(&head).replacen("\r\n", "\r\nConnection: close\r\n", 1);
                    server.write_all(text.as_bytes()).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                    return;
                }
                server.write_all(&head).await.unwrap();
                let mut answer = vec![0; 4_096];
                let length = server.read(&mut answer).await.unwrap();
                client.write_all(&answer[..length]).await.unwrap();
                // 2^40 bytes are announced; they are sent for as long as they are taken.
                let _ = client.write_all(&[0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0]).await;
                let mut sent = 0_usize;
                while sent < FAR_TOO_MUCH && client.write_all(&[b'x'; 64 * 1024]).await.is_ok() {
                    sent += 64 * 1024;
                }
                let _ = ended.send(sent);
            });
        }
    });
    let remote = Remote::connect(&format!("http://{front}"), None).await.unwrap();
    let sent = tokio::time::timeout(PATIENCE, has_ended.recv()).await.expect("it is ended in time").unwrap();
    println!("{} KiB of a frame without end were taken", sent / 1024);
    assert!(sent < FAR_TOO_MUCH, "{sent} bytes of one frame were taken");
    drop(remote);
    room.close().await;
}
