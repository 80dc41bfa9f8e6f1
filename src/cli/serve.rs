//! `botarium --serve`: an engine without a screen, until somebody asks it to stop.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::exit::Exit;
use super::{Globals, RoomArgs, door, runtime, setup};
use crate::config::Config;
use crate::engine::Handle;
use crate::link::Link;
use crate::logs::LogTo;
use crate::notify;
use crate::port::{self, OpenPort, PortOptions};

/// How long beats in flight may take to finish before they are abandoned.
pub const GRACE: Duration = Duration::from_secs(3);

pub fn run(globals: &Globals, args: &RoomArgs) -> anyhow::Result<Exit> {
    let config = setup::config_with(globals, args.flags())?;
    let (ring, _logs) = setup::logs(&config.log.level, LogTo::Stderr)?;
    runtime::block_on(async {
        let handle = door::engine(globals, &config, ring).await?;
        let stop = runtime::stop_token();
        let port = match open_port(&handle, &config, &stop).await {
            Ok(port) => port,
            Err(error) => {
                door::close(handle).await?;
                return Err(error);
            }
        };
        let engine = handle.spawn();
        // Nobody looks at this terminal: the bell and the rest of it are for a control room.
        drop(notify::start(Link::Local(handle.clone()), &config, &stop));
        let room = handle.room().await?;
        tracing::info!(
            home = %config.home.root.display(), bots = room.bots, provider = room.provider, "the engine runs"
        );
        let broken = tokio::select! {
            () = stop.cancelled() => None,
            fault = handle.cannot_go_on() => Some(fault),
        };
        match &broken {
            None => tracing::info!("asked to stop; beats in flight have {} s to finish", GRACE.as_secs()),
            Some(_) => stop.cancel(),
        }
        // Together, so that neither's grace is added to the other's.
        tokio::join!(closed(port), engine.stop(GRACE));
        tracing::info!("stopped");
        broken.map_or(Ok(Exit::Ok), |fault| Err(fault.into()))
    })
}

/// Waits until the port has closed, if there is one.
pub async fn closed(port: Option<OpenPort>) {
    if let Some(port) = port {
        port.closed().await;
    }
}

/// Opens the port where the configuration wants one, and notes its address for others to find.
pub async fn open_port(
    handle: &Handle,
    config: &Config,
    stop: &CancellationToken,
) -> anyhow::Result<Option<OpenPort>> {
    let Some(listen) = config.port.listen else { return Ok(None) };
    let open = port::serve(handle.clone(), PortOptions::new(listen, &config.port), stop.clone()).await?;
    handle.note_port(Some(open.address()))?;
    tracing::info!("the port is open at http://{}", open.address());
    Ok(Some(open))
}
