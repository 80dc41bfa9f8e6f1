//! Who is let in, and what a hostile client cannot do.

use std::time::Duration;

use botarium::protocol::Role;
use reqwest::{Method, header};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::live;
use crate::room::{Room, options, read};

/// Sends raw bytes and reads what comes back until the server closes or pauses.
async fn raw(room: &Room, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(room.address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(8), stream.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_foreign_host_or_page_is_refused() {
    let room = Room::quiet().await;
    for host in ["evil.example", "evil.example:8000", "localhost.evil.example", "169.254.169.254"] {
        read(room.request(Method::GET, "/api/bots").header(header::HOST, host)).await.refused(403);
        read(room.request(Method::GET, "/health").header(header::HOST, host)).await.refused(403);
    }
    for origin in ["https://evil.example", "null", "http://localhost.evil.example"] {
        let answer = read(room.request(Method::GET, "/api/bots").header(header::ORIGIN, origin)).await;
        assert!(!answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
        answer.refused(403);
        let request = room.request(Method::POST, "/api/pace/trigger").header(header::ORIGIN, origin);
        read(request).await.refused(403);
    }
    let page = "http://localhost:5173";
    let answer = read(room.request(Method::GET, "/api/bots").header(header::ORIGIN, page)).await;
    assert_eq!(answer.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], page);
    answer.ok(200);
    let preflight = room
        .request(Method::OPTIONS, "/api/pace")
        .header(header::ORIGIN, page)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "PUT");
    let answer = read(preflight).await;
    assert_eq!(answer.status, 204);
    assert!(answer.headers[header::ACCESS_CONTROL_ALLOW_METHODS].to_str().unwrap().contains("PUT"));
    room.close().await;
}

#[tokio::test]
async fn tokens_say_who_may_do_what() {
    let room = Room::quiet().await;
    room.get("/api/bots").await.ok(200);
    let (_, operator) = room.engine.new_token("desk", Role::Operator).await.unwrap();
    let (viewer_row, viewer) = room.engine.new_token("wall", Role::Viewer).await.unwrap();
    room.get("/api/bots").await.refused(401);
    for public in ["/health", "/api/public/threads", "/api/public/bots", "/api/public/activity"] {
        room.get(public).await.ok(200);
    }
    let with = |method: Method, path: &str, token: &str| room.request(method, path).bearer_auth(token);
    for wrong in ["", "wrong", &"x".repeat(5_000), &format!("{} ", &operator.expose()[1..])] {
        read(with(Method::GET, "/api/bots", wrong)).await.refused(401);
        read(with(Method::GET, "/health", wrong)).await.refused(401);
    }
    read(room.request(Method::GET, "/api/bots").header("authorization", "Basic YTpi")).await.refused(401);
    for path in ["/api/bots", "/api/threads", "/api/pace", "/api/room"] {
        read(with(Method::GET, path, operator.expose())).await.ok(200);
        read(with(Method::GET, path, viewer.expose())).await.ok(200);
    }
    let session = read(with(Method::GET, "/api/session", viewer.expose())).await.ok(200);
    assert_eq!(session["role"], "viewer");
    read(with(Method::GET, "/api/log", viewer.expose())).await.refused(403);
    read(with(Method::GET, "/api/log", operator.expose())).await.ok(200);
    // The journal holds what models said to the letter: it is nobody else's, however it is asked for.
    for path in ["/api/journal", "/api/export/journal", "/api/export/journ%61l?format=jsonl"] {
        let detail = read(with(Method::GET, path, viewer.expose())).await.refused(403);
        assert!(detail.contains("operator"), "{path}: {detail}");
    }
    let entries = read(with(Method::GET, "/api/journal?limit=1", operator.expose())).await.ok(200);
    assert_eq!((&entries[0]["number"], entries.as_array().unwrap().len()), (&json!(1), 1));
    assert!(
        entries[0]["input"]["opened"].is_object()
            && entries[0]["input"]["opened"]["room"]["secret"].is_null()
    );
    let none = read(with(Method::GET, "/api/journal?after=999999", operator.expose())).await.ok(200);
    assert_eq!(none, json!([]));
    for (method, path) in [
        (Method::PUT, "/api/pace"),
        (Method::POST, "/api/threads"),
        (Method::DELETE, "/api/moderation/threads/1"),
        (Method::POST, "/api/heartbeat/ada_001"),
    ] {
        let detail = read(with(method, path, viewer.expose()).json(&json!({}))).await.refused(403);
        assert!(detail.contains("operator"), "{detail}");
    }
    // An address is written down by too many programs to hold a token.
    let detail = room.get(&format!("/api/bots?token={}", operator.expose())).await.refused(401);
    assert!(detail.contains("Authorization") && !detail.contains(operator.expose()));

    room.engine.revoke_token(viewer_row.id).await.unwrap();
    read(with(Method::GET, "/api/bots", viewer.expose())).await.refused(401);
    room.close().await;
}

#[tokio::test]
async fn a_request_that_was_passed_on_needs_a_token() {
    let room = Room::quiet().await;
    for name in ["Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP"] {
        read(room.request(Method::GET, "/api/bots").header(name, "for=203.0.113.9")).await.refused(401);
        read(room.request(Method::GET, "/api/public/bots").header(name, "for=203.0.113.9")).await.ok(200);
    }
    room.close().await;
    let closed = Room::with(botarium::port::PortOptions { public: false, ..options() }).await;
    let request = closed.request(Method::GET, "/api/public/bots").header("X-Forwarded-For", "203.0.113.9");
    read(request).await.refused(401);
    closed.close().await;
}

#[tokio::test]
async fn without_a_token_it_stays_on_this_machine() {
    let room = Room::quiet().await;
    let open = botarium::port::PortOptions { listen: "0.0.0.0:0".parse().unwrap(), ..options() };
    let refused =
        botarium::port::serve(room.engine.clone(), open.clone(), tokio_util::sync::CancellationToken::new())
            .await;
    let message = refused.unwrap_err().to_string();
    assert!(message.contains("botarium token new"), "{message}");
    let (_, token) = room.engine.new_token("desk", Role::Operator).await.unwrap();
    let stop = tokio_util::sync::CancellationToken::new();
    let port = botarium::port::serve(room.engine.clone(), open, stop.clone()).await.unwrap();
    let url = format!("http://127.0.0.1:{}/api/bots", port.address().port());
    read(room.http.get(&url)).await.refused(401);
    read(room.http.get(&url).bearer_auth(token.expose())).await.ok(200);
    stop.cancel();
    port.closed().await;
    room.close().await;
}

#[tokio::test]
async fn a_large_body_is_refused_and_others_are_served() {
    let room = Room::quiet().await;
    let body = vec![b' '; 10 * 1024 * 1024];
    let sent = room.request(Method::POST, "/api/threads").body(body).send().await;
    if let Ok(answer) = sent {
        assert_eq!(answer.status(), 413);
    }
    let chunked = "POST /api/threads HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        .to_owned()
        + &format!("40000\r\n{}\r\n", " ".repeat(0x40000)).repeat(2);
    assert!(raw(&room, chunked.as_bytes()).await.starts_with("HTTP/1.1 413"));
    let bomb = room.request(Method::POST, "/api/threads").header("content-encoding", "gzip").body("x");
    read(bomb).await.refused(422);
    room.get("/health").await.ok(200);
    room.close().await;
}

#[tokio::test]
async fn malformed_and_slow_requests_end_and_others_are_served() {
    let room =
        Room::with(botarium::port::PortOptions { read_timeout: Duration::from_millis(300), ..options() })
            .await;
    let many = format!("GET /health HTTP/1.1\r\nHost: localhost\r\n{}\r\n", "X-A: b\r\n".repeat(200));
    let long = format!("GET /health HTTP/1.1\r\nHost: localhost\r\nX-A: {}\r\n\r\n", "b".repeat(64 * 1024));
    for (request, status) in [
        ("NONSENSE\r\n\r\n", "400"),
        ("GET /health HTTP/1.1\r\n\r\n", "400"),
        (many.as_str(), "431"),
        (long.as_str(), "431"),
    ] {
        let answer = raw(&room, request.as_bytes()).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{}: {answer}",
            &request[..20.min(request.len())]
        );
    }
    // A head that never ends.
    let slow = tokio::time::timeout(Duration::from_secs(5), raw(&room, b"GET /health HTTP/1.1\r\nHost: loc"));
    slow.await.expect("a slow head is cut off");
    // A body that never ends.
    let slow = b"POST /api/threads HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{";
    let slow = tokio::time::timeout(Duration::from_secs(5), raw(&room, slow));
    assert!(slow.await.expect("a slow body is cut off").starts_with("HTTP/1.1 400"));
    room.get("/health").await.ok(200);
    room.close().await;
}

/// As many connections as asked for, or as this system's limit on open files allows.
fn affordable(wanted: u64) -> u64 {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let mut limit = getrlimit(Resource::Nofile);
        limit.current = limit.maximum;
        let _ = setrlimit(Resource::Nofile, limit); // what is allowed is asked for next
        // Both ends are in this process, and other tests run beside this one.
        let allowed = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        wanted.min(allowed.saturating_sub(1_000) / 2)
    }
    #[cfg(not(unix))]
    wanted.min(1_000)
}

#[tokio::test]
async fn five_thousand_silent_connections_keep_nobody_out() {
    let room = Room::with(botarium::port::PortOptions { max_connections: 1_000, ..options() }).await;
    let mut held = Vec::new();
    for _ in 0..affordable(5_000) {
        held.push(TcpStream::connect(room.address).await.unwrap());
    }
    println!("{} connections are held", held.len());
    let fresh = reqwest::Client::new();
    for _ in 0..50 {
        assert_eq!(fresh.get(room.url("/api/bots")).send().await.unwrap().status(), 200);
    }
    let mut viewer = live::connect(&room, "").await;
    room.engine.trigger("ada_001").await.unwrap();
    live::next(&mut viewer).await;
    drop(held);
    room.close().await;
}

#[tokio::test]
async fn no_path_leads_out_of_the_house() {
    let room = Room::quiet().await;
    for path in [
        "/docs/../../etc/passwd",
        "/docs/..%2f..%2fetc%2fpasswd",
        "/docs/%2e%2e/%2e%2e/etc/passwd",
        "/docs/....//....//etc/passwd",
        "/docs//etc/passwd",
        "/docs/..\\..\\etc\\passwd",
        "/api/export/..%2f..%2fetc%2fpasswd",
        "/../data/botarium.db",
        "//data/botarium.db",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let answer = raw(&room, request.as_bytes()).await;
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert!(["400", "404", "422"].contains(&status), "{path}: {answer}");
        assert!(!answer.contains("root:") && !answer.contains("SQLite format"), "{path}: {answer}");
    }
    room.close().await;
}
