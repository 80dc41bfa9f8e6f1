//! Connections: taken, bounded, timed and closed in order.
//!
//! Who has a place, and who makes room, is in [`super::places`].

use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::Uri;
use hyper::body::{Frame, SizeHint};
use hyper::server::conn::http1;
use hyper::service::Service as _;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::PortOptions;
use super::places::{ConnectionPlace, ConnectionPlaces};
use super::state::Port;
use super::timed::Timed;

/// Longest head of a request, in bytes.
const HEAD_MAX: usize = 16 * 1024;
/// Most header lines in a request.
const HEADERS_MAX: usize = 64;
/// How long answers under way may take once the port closes.
const GRACE: Duration = Duration::from_secs(2);
/// Bytes of an answer or a stream that wait in the system for one client. The system's own measure is
/// megabytes, held for every viewer that never reads.
const SEND_BUFFER: u32 = 128 * 1024;
/// A client may take nothing of an answer for so many times the patience that viewers are given: those are told to
/// go first.
const PATIENCE: u32 = 3;
/// Connections that wait to be taken.
const BACKLOG: u32 = 4_096;
/// Files that are open besides connections.
const OTHER_FILES: u64 = 128;
/// What a client is told that finds every place busy.
const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 5\r\n\
Content-Length: 63\r\nConnection: close\r\n\r\n{\"detail\":\"too many connections are open: try again in a bit\"}\n";

/// Where a request came from, and where it arrived.
#[derive(Copy, Clone, Debug)]
pub(super) struct Peer {
    /// The client's address.
    pub(super) remote: SocketAddr,
    /// The address it reached.
    pub(super) local: SocketAddr,
}

/// Where connections come from.
pub(super) trait Listen: Send + 'static {
    /// A connection.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// The next connection.
    fn accept(&self) -> impl Future<Output = std::io::Result<(Self::Stream, Peer)>> + Send;
}

impl Listen for TcpListener {
    type Stream = TcpStream;

    async fn accept(&self) -> std::io::Result<(TcpStream, Peer)> {
        let (stream, remote) = Self::accept(self).await?;
        let _ = stream.set_nodelay(true); // only slower without
        let local = stream.local_addr()?;
        Ok((stream, Peer { remote, local }))
    }
}

/// A socket in the file system, whose callers count as if they had reached `address`.
#[cfg(unix)]
pub(super) struct Socket {
    /// Where they really arrive.
    pub(super) listener: tokio::net::UnixListener,
    /// Where they seem to come from and go to.
    pub(super) address: SocketAddr,
}

#[cfg(unix)]
impl Listen for Socket {
    type Stream = tokio::net::UnixStream;

    async fn accept(&self) -> std::io::Result<(Self::Stream, Peer)> {
        let (stream, _) = self.listener.accept().await?;
        Ok((stream, Peer { remote: self.address, local: self.address }))
    }
}

/// An answer's body, which keeps something until it has been sent: a place, a count.
pub(super) struct Seated<K> {
    body: Body,
    _kept: K,
}

impl<K> Seated<K> {
    pub(super) const fn new(body: Body, kept: K) -> Self {
        Self { body, _kept: kept }
    }
}

impl<K: Unpin> hyper::body::Body for Seated<K> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        hyper::body::Body::size_hint(&self.body)
    }
}

/// Begins to listen; what is set here holds for every connection.
pub(super) fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    #[cfg(unix)]
    socket.set_reuseaddr(true)?; // a port that was just closed can be opened again
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Asks the system for as many open files as there may be connections; it gives what it allows, and
/// says so in the log when that is less.
pub(super) fn raise_file_limit(connections: usize) {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let wanted = (connections as u64).saturating_add(OTHER_FILES);
        let mut limit = getrlimit(Resource::Nofile);
        if limit.current.is_some_and(|current| current < wanted) {
            let allowed = limit.maximum.map_or(wanted, |most| most.min(wanted));
            limit.current = Some(allowed);
            if setrlimit(Resource::Nofile, limit).is_err() || allowed < wanted {
                tracing::warn!(
                    "the system allows {allowed} open files and port.max_connections wants {wanted}: raise the \
                     limit (ulimit -n)"
                );
            }
        }
    }
    #[cfg(not(unix))]
    let _ = connections;
}

/// Takes connections until the port closes, then sees them out.
pub(super) async fn run(listener: impl Listen, router: Router, state: Port, options: PortOptions) {
    let places = ConnectionPlaces::new(options.max_connections);
    let tracker = TaskTracker::new();
    let stop = state.shutdown().clone();
    // Cut when the grace is over; viewers and connections leave by themselves before.
    let cut = CancellationToken::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => match places.take() {
                Some(place) => {
                    let connection =
                        serve_connection(stream, peer, place, router.clone(), state.clone(), cut.clone());
                    tracker.spawn(connection);
                }
                None => drop(tracker.spawn(turn_away(stream))),
            },
            // Out of file descriptors, most likely: let some connections end first.
            Err(error) => {
                tracing::warn!(%error, "cannot take a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    tracker.close();
    if tokio::time::timeout(GRACE, async { tokio::join!(tracker.wait(), state.viewers_gone()) })
        .await
        .is_err()
    {
        tracing::warn!("answers still under way were dropped");
        cut.cancel();
        let _ = tokio::time::timeout(Duration::from_millis(500), tracker.wait()).await;
    }
}

/// Tells a client that every place is busy.
async fn turn_away(mut stream: impl AsyncWrite + Unpin) {
    let told = async {
        stream.write_all(BUSY).await?;
        stream.shutdown().await
    };
    let _ = tokio::time::timeout(Duration::from_secs(1), told).await; // it may be gone already
}

async fn serve_connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Peer,
    place: ConnectionPlace,
    router: Router,
    state: Port,
    cut: CancellationToken,
) {
    let close = place.closes();
    let router = TowerToHyperService::new(router);
    let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let mut request: Request = request.map(Body::new);
        drop_trailing_slash(request.uri_mut());
        request.extensions_mut().insert(peer);
        request.extensions_mut().insert(place.clone());
        let seat = place.seat();
        let answer = router.call(request);
        async move { answer.await.map(|response| response.map(|body| Seated::new(body, seat))) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(state.read_timeout())
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_MAX)
        .half_close(false);
    let connection = http
        .serve_connection(TokioIo::new(Timed::new(stream, state.patience() * PATIENCE)), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let mut leaving = false;
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended early");
                }
                return;
            }
            () = state.shutdown().cancelled(), if !leaving => {
                leaving = true;
                connection.as_mut().graceful_shutdown();
            }
            () = close.cancelled() => return,
            () = cut.cancelled() => return,
        }
    }
}

/// `/api/bots/` means `/api/bots`, as other servers take it.
fn drop_trailing_slash(uri: &mut Uri) {
    let path = uri.path().trim_end_matches('/');
    if path.len() == uri.path().len() || path.is_empty() {
        return;
    }
    let target = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    // Servers are asked by path; what cannot be one stays as it came and is answered as such.
    if let Ok(shorter) = target.parse() {
        *uri = shorter;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailing_slash_is_no_other_place() {
        for (given, meant) in [
            ("/api/bots/", "/api/bots"),
            ("/api/bots//?limit=3", "/api/bots?limit=3"),
            ("/", "/"),
            ("/?a=/", "/?a=/"),
            ("//", "//"),
            ("/api/bots", "/api/bots"),
        ] {
            let mut uri = given.parse().unwrap();
            drop_trailing_slash(&mut uri);
            assert_eq!(uri.to_string(), meant);
        }
    }

    #[test]
    fn the_busy_answer_has_its_length() {
        let text = std::str::from_utf8(BUSY).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("Content-Length: {}", body.len())), "{}", body.len());
    }
}
