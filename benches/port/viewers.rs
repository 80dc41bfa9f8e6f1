//! The viewers' side, in a process of its own: plain sockets that note when each frame had arrived.

use std::io::Write as _;
use std::path::Path;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::now;

/// A handshake for the live stream; the key is any.
const HANDSHAKE: &str = "GET /ws/activity HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

async fn connect(address: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.set_nodelay(true).expect("an option");
    stream.write_all(HANDSHAKE.as_bytes()).await.expect("a handshake");
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).await.expect("an answer");
    assert!(line.starts_with("HTTP/1.1 101"), "{line}");
    while line != "\r\n" {
        line.clear();
        stream.read_line(&mut line).await.expect("a header");
    }
    stream
}

/// The sequence number of the next event; `None` when the stream has ended.
async fn next(stream: &mut BufReader<TcpStream>, frame: &mut Vec<u8>) -> Option<u64> {
    loop {
        let mut head = [0; 2];
        stream.read_exact(&mut head).await.ok()?;
        let length = match head[1] {
            126 => usize::from(stream.read_u16().await.ok()?),
            127 => usize::try_from(stream.read_u64().await.ok()?).ok()?,
            short => usize::from(short),
        };
        frame.resize(length, 0);
        stream.read_exact(frame).await.ok()?;
        match head[0] {
            0x81 => {}
            0x88 => return None,
            _ => continue,
        }
        let key = b"\"seq\":";
        let found = frame.windows(key.len()).rposition(|part| part == key)?;
        let digits = frame[found + key.len()..].iter().take_while(|byte| byte.is_ascii_digit());
        return Some(digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0')));
    }
}

/// Tells the parent that everybody is there, and waits until it closes our standard input.
async fn ready() {
    println!("ready");
    let closed = tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new()));
    let _ = closed.await;
}

/// Connects `count` viewers and writes (sequence number, time of receipt) of every frame to `file` in the end.
pub fn run(address: &str, count: usize, file: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let seen = runtime.block_on(async {
        let mut viewers = tokio::task::JoinSet::new();
        let stop = tokio_util::sync::CancellationToken::new();
        for _ in 0..count {
            let mut stream = connect(address).await;
            let stop = stop.clone();
            viewers.spawn(async move {
                let (mut seen, mut frame) = (Vec::with_capacity(1_024), Vec::new());
                loop {
                    tokio::select! {
                        biased;
                        seq = next(&mut stream, &mut frame) => match seq {
                            Some(seq) => seen.push((seq, now())),
                            None => panic!("a viewer was sent away"),
                        },
                        () = stop.cancelled() => return seen,
                    }
                }
            });
        }
        ready().await;
        stop.cancel();
        viewers.join_all().await
    });
    let mut out = std::io::BufWriter::new(std::fs::File::create(file).expect("a file"));
    for (seq, at) in seen.into_iter().flatten() {
        out.write_all(&seq.to_le_bytes()).and_then(|()| out.write_all(&at.to_le_bytes())).expect("a record");
    }
}

/// Connects `count` viewers that never read.
pub fn stuck(address: &str, count: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut held = Vec::new();
        for _ in 0..count {
            held.push(connect(address).await);
        }
        ready().await;
    });
}
