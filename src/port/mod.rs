//! The port: JSON and WebSocket over HTTP, for programs, dashboards and remote viewers.
//!
//! Each route is a thin translation between HTTP and [`engine::Handle`](crate::engine::Handle);
//! values are checked at the edge, rules live in the engine. One file per tag of the contract.
//! It knows nothing of SQL, prompts or terminals.

mod auth;
mod extract;
mod hub;
mod limits;
mod metrics;
mod openapi;
mod page;
mod reply;
mod routes;
mod server;
mod state;
mod ws;

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::PortConfig;
use crate::engine::Handle;
use crate::protocol::Fault;

/// How the port is opened.
#[derive(Clone, Debug)]
pub struct PortOptions {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Origins allowed besides loopback ones, such as `https://dash.example.org`.
    pub allowed_origins: Vec<String>,
    /// Host names answered to besides loopback ones.
    pub allowed_hosts: Vec<String>,
    /// Whether `/api/public`, `/health` and `/` need no token.
    pub public: bool,
    /// Changing and refused requests a minute from one caller; 0 = no limit.
    pub rate_limit: u32,
    /// Connections at once, viewers included.
    pub max_connections: usize,
    /// How long a client may take to send a request's head, and then its body.
    pub read_timeout: Duration,
}

impl PortOptions {
    /// The options of a configuration, listening at `listen`.
    #[must_use]
    pub fn new(listen: SocketAddr, config: &PortConfig) -> Self {
        Self {
            listen,
            allowed_origins: config.allowed_origins.clone(),
            allowed_hosts: config.allowed_hosts.clone(),
            public: config.public,
            rate_limit: config.rate_limit,
            max_connections: usize::try_from(config.max_connections).unwrap_or(usize::MAX),
            read_timeout: Duration::from_secs(15),
        }
    }
}

/// Why the port could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}; choose another address with --listen")]
    Bind {
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// Other machines could reach it, and nothing would keep them out.
    #[error(
        "{0} can be reached from other machines, so a token is needed first: make one with \
         `botarium token new NAME --role operator`, or listen on 127.0.0.1"
    )]
    NeedsToken(SocketAddr),
    /// The tokens could not be read.
    #[error("cannot read the access tokens: {0}")]
    Tokens(Fault),
}

/// An open port.
#[derive(Debug)]
pub struct OpenPort {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl OpenPort {
    /// Where it listens, with the number the system chose when 0 was asked for.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until it has closed: after the shutdown token was cancelled, within five seconds.
    pub async fn closed(self) {
        let _ = self.task.await; // a panic in it was already logged
    }
}

/// Opens the port and answers until `shutdown` is cancelled; then no new request is taken, viewers
/// are told to go (close code 1001), and answers under way are finished or dropped.
///
/// # Errors
/// The address cannot be bound, or others could reach it while there is no token.
pub async fn serve(
    handle: Handle,
    options: PortOptions,
    shutdown: CancellationToken,
) -> Result<OpenPort, PortError> {
    if !options.listen.ip().is_loopback() && !handle.has_active_tokens().await.map_err(PortError::Tokens)? {
        return Err(PortError::NeedsToken(options.listen));
    }
    let bind = |source| PortError::Bind { address: options.listen, source };
    let listener = TcpListener::bind(options.listen).await.map_err(bind)?;
    let address = listener.local_addr().map_err(bind)?;
    Ok(open(handle, options, shutdown, listener, address))
}

/// As [`serve`], at a socket in the file system: the same port without any network. Callers count
/// as if they came from this machine to `options.listen`.
#[cfg(unix)]
pub fn serve_at_socket(
    handle: Handle,
    options: PortOptions,
    shutdown: CancellationToken,
    socket: tokio::net::UnixListener,
) -> OpenPort {
    let address = options.listen;
    open(handle, options, shutdown, server::Socket { listener: socket, address }, address)
}

fn open(
    handle: Handle,
    options: PortOptions,
    shutdown: CancellationToken,
    listener: impl server::Listen,
    address: SocketAddr,
) -> OpenPort {
    let state = state::Port::new(handle.clone(), &options, shutdown);
    tokio::spawn(hub::run(state.clone(), handle.subscribe()));
    let router = routes::router(&state);
    let task = tokio::spawn(server::run(listener, router, state, options));
    OpenPort { address, task }
}
