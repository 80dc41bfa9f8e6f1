//! Servers to be called: canned answers through wiremock, and raw ones that break off or stall.

use botarium::llm::ProviderKind;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A server that gives `answer` to everything.
pub async fn always(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

/// A server that gives the answers in turn, and the last one for ever.
pub async fn in_turn(answers: Vec<ResponseTemplate>) -> MockServer {
    let server = MockServer::start().await;
    let last = answers.len() - 1;
    for (at, answer) in answers.into_iter().enumerate() {
        let mock = Mock::given(any()).respond_with(answer);
        if at < last { mock.up_to_n_times(1).mount(&server).await } else { mock.mount(&server).await }
    }
    server
}

/// A successful stream as `kind` sends it.
pub fn streamed(kind: ProviderKind, body: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body.as_bytes().to_vec(), super::stream_type(kind))
}

/// A JSON error.
pub fn error(status: u16, body: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(body.as_bytes().to_vec(), "application/json")
}

/// The bodies of the requests so far.
pub async fn bodies(server: &MockServer) -> Vec<Value> {
    let requests = server.received_requests().await.expect("recording is on");
    requests.iter().map(|request| serde_json::from_slice(&request.body).unwrap_or(Value::Null)).collect()
}

/// What a raw server does after it has sent its bytes.
#[derive(Copy, Clone, PartialEq, Eq)]
pub enum Then {
    /// Closes the connection.
    Close,
    /// Keeps it open and says nothing more.
    Stall,
}

/// A server that answers every request with exactly these bytes. Returns its address.
pub async fn raw(bytes: Vec<u8>, then: Then) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("bound"));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let bytes = bytes.clone();
            tokio::spawn(async move {
                if read_request(&mut stream).await.is_none() {
                    return;
                }
                let _ = stream.write_all(&bytes).await;
                let _ = stream.flush().await;
                if then == Then::Stall {
                    // Until the caller hangs up.
                    let _ = stream.read(&mut [0; 64]).await;
                }
            });
        }
    });
    address
}

/// Reads one request to its end, as its `content-length` says.
async fn read_request(stream: &mut tokio::net::TcpStream) -> Option<()> {
    let mut seen = Vec::new();
    let mut part = [0; 4096];
    loop {
        let read = stream.read(&mut part).await.ok().filter(|read| *read > 0)?;
        seen.extend_from_slice(&part[..read]);
        let text = String::from_utf8_lossy(&seen).to_lowercase();
        if let Some(end) = text.find("\r\n\r\n") {
            let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.and_then(|value| value.trim().parse().ok()).unwrap_or(0);
            if seen.len() >= end + 4 + length {
                return Some(());
            }
        }
    }
}

/// The head of a chunked stream as `kind` sends it, and `body` as its first chunk.
pub fn chunked(kind: ProviderKind, body: &str) -> Vec<u8> {
    let mime = super::stream_type(kind);
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {mime}\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n",
        body.len()
    )
    .into_bytes()
}
