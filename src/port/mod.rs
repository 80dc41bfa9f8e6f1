//! The port: JSON and WebSocket over HTTP, for programs, dashboards and remote viewers.
//!
//! What is declared in [`protocol::ask`](crate::protocol::ask) is read from a request, handed to
//! [`engine::Handle`](crate::engine::Handle) and answered; rules live in the engine. By hand are the long list of bots,
//! exports, the caller's rights, the live stream, the figures and the page.
//! It knows nothing of SQL, prompts or terminals.

mod answers;
mod auth;
mod extract;
mod hosts;
mod hub;
mod limits;
mod metrics;
mod openapi;
mod page;
mod pages;
mod places;
mod reply;
mod routes;
mod server;
mod state;
mod timed;
mod ws;

use std::net::SocketAddr;
use std::time::Duration;

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
    /// Between two pings of a viewer; one silent for three of them has gone.
    pub ping: Duration,
    /// How long a viewer may take to accept what waits for it.
    pub patience: Duration,
}

impl PortOptions {
    /// The options of a configuration, listening at `listen`.
    #[must_use]
    pub fn new(listen: SocketAddr, config: &PortConfig) -> Self {
        Self {
            allowed_origins: config.allowed_origins.clone(),
            allowed_hosts: config.allowed_hosts.clone(),
            public: config.public,
            rate_limit: config.rate_limit,
            max_connections: usize::try_from(config.max_connections).unwrap_or(usize::MAX),
            ..Self::on(listen)
        }
    }

    /// Listening at `listen`, with the public routes open, no rate limit and room for 256 connections.
    #[must_use]
    pub const fn on(listen: SocketAddr) -> Self {
        Self {
            listen,
            allowed_origins: Vec::new(),
            allowed_hosts: Vec::new(),
            public: true,
            rate_limit: 0,
            max_connections: 256,
            read_timeout: Duration::from_secs(15),
            ping: Duration::from_secs(20),
            patience: Duration::from_secs(10),
        }
    }
}

/// What is wrong where foreign hosts are answered and no token keeps anybody out.
pub const OPEN_TO_A_PROXY: &str = "port.allowed_hosts names hosts of other machines, and there is no token: whoever reaches a proxy \
     that does not pass on X-Forwarded-For may do everything; make one with `botarium token new NAME --role operator`";

/// Whether `allowed_hosts` speaks of a proxy: any name that is not this machine's own.
#[must_use]
pub fn is_open_to_a_proxy(allowed_hosts: &[String]) -> bool {
    allowed_hosts.iter().any(|host| !hosts::is_loopback_name(host))
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
    /// The system gives no thread for the viewers.
    #[error("the system gives no thread for the viewers: {0}; close some programs and try again")]
    Thread(std::io::Error),
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
    if !handle.has_tokens() && is_open_to_a_proxy(&options.allowed_hosts) {
        tracing::warn!("{OPEN_TO_A_PROXY}");
    }
    let bind = |source| PortError::Bind { address: options.listen, source };
    server::raise_file_limit(options.max_connections);
    let listener = server::listen(options.listen).map_err(bind)?;
    let address = listener.local_addr().map_err(bind)?;
    open(handle, options, shutdown, listener, address)
}

/// As [`serve`], at a socket in the file system: the same port without any network. Callers count
/// as if they came from this machine to `options.listen`.
///
/// # Errors
/// The system gives no thread for the viewers.
#[cfg(unix)]
pub fn serve_at_socket(
    handle: Handle,
    options: PortOptions,
    shutdown: CancellationToken,
    socket: tokio::net::UnixListener,
) -> Result<OpenPort, PortError> {
    let address = options.listen;
    open(handle, options, shutdown, server::Socket { listener: socket, address }, address)
}

fn open(
    handle: Handle,
    options: PortOptions,
    shutdown: CancellationToken,
    listener: impl server::Listen,
    address: SocketAddr,
) -> Result<OpenPort, PortError> {
    let bus = handle.subscribe();
    let state = hub::open(bus, |viewers| state::Port::new(handle, &options, shutdown, viewers))
        .map_err(PortError::Thread)?;
    let router = routes::router(&state);
    let task = tokio::spawn(server::run(listener, router, state, options));
    Ok(OpenPort { address, task })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_hosts_speak_of_a_proxy_and_our_own_names_do_not() {
        let open = |hosts: &[&str]| {
            is_open_to_a_proxy(&hosts.iter().map(|host| (*host).to_owned()).collect::<Vec<_>>())
        };
        assert!(open(&["bots.example.org"]) && open(&["localhost", "10.0.0.7"]));
        assert!(!open(&[]) && !open(&["localhost", "127.0.0.1", "[::1]"]));
    }
}
