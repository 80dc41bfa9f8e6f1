//! A second control room, over the real port and the real remote link.
//!
//! The port listens at a socket in a temporary directory instead of at a network address: the same
//! requests, tokens and stream, on a machine without any network.

#[cfg(unix)]
use std::time::Duration;

use crate::engine::Handle;
use crate::link::{Link, Role};

/// The name under which the attached room shows the society; nobody asks the network for it.
#[cfg(unix)]
const HOST: &str = "bots.example.org";

/// The port of a stage, open until it is dropped.
#[cfg(unix)]
pub(super) struct Door {
    socket: std::path::PathBuf,
    _home: tempfile::TempDir,
    _stop: tokio_util::sync::DropGuard,
}

#[cfg(unix)]
impl Door {
    /// Opens the port of an engine.
    pub(super) fn open(handle: &Handle) -> anyhow::Result<Self> {
        use crate::port::{self, PortOptions};

        let home = tempfile::tempdir()?;
        let socket = home.path().join("port");
        let options = PortOptions {
            allowed_hosts: vec![HOST.into()],
            public: false,
            max_connections: 16,
            ..PortOptions::on(([127, 0, 0, 1], 8000).into())
        };
        let stop = tokio_util::sync::CancellationToken::new();
        let listener = tokio::net::UnixListener::bind(&socket)?;
        port::serve_at_socket(handle.clone(), options, stop.clone(), listener)?;
        Ok(Self { socket, _home: home, _stop: stop.drop_guard() })
    }

    /// A link through the port with a token of its own, when it is connected. The one before must be gone.
    pub(super) async fn link(&self, handle: &Handle, role: Role) -> anyhow::Result<Link> {
        settled(handle, 0, None).await?;
        if role == Role::Viewer && !handle.has_tokens() {
            // The first one must be an operator's.
            handle.new_token("desk", Role::Operator).await?;
        }
        let (_, token) = handle.new_token("demo", role).await?;
        let url = format!("http://{HOST}");
        let link =
            Link::Remote(crate::link::Remote::connect_at_socket(&self.socket, &url, Some(token)).await?);
        settled(handle, 1, Some(&link)).await?;
        Ok(link)
    }
}

/// Waits until the port counts so many viewers, and the link, if one is given, hears the stream.
#[cfg(unix)]
async fn settled(handle: &Handle, viewers: i64, link: Option<&Link>) -> anyhow::Result<()> {
    use crate::link::Connection;

    let reached = async {
        while handle.health().await?.viewers != viewers
            || link.is_some_and(|link| link.connection() != Connection::Connected)
        {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(())
    };
    tokio::time::timeout(Duration::from_secs(20), reached)
        .await
        .map_err(|_| anyhow::anyhow!("the attached control room was not connected within 20 s"))?
}

/// Where there are no such sockets, there is nothing to attach through.
#[cfg(not(unix))]
pub(super) struct Door;

#[cfg(not(unix))]
impl Door {
    /// Refuses.
    pub(super) fn open(_: &Handle) -> anyhow::Result<Self> {
        anyhow::bail!("a scenario can attach only where there are Unix sockets")
    }

    /// Never called: there is no door.
    pub(super) async fn link(&self, _: &Handle, _: Role) -> anyhow::Result<Link> {
        anyhow::bail!("a scenario can attach only where there are Unix sockets")
    }
}
