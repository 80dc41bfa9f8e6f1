//! `botarium --serve`: an engine without a screen, until somebody asks it to stop.

use std::time::Duration;

use super::exit::Exit;
use super::{Globals, RoomArgs, door, runtime, setup};
use crate::logs::LogTo;

/// How long beats in flight may take to finish before they are abandoned.
pub const GRACE: Duration = Duration::from_secs(5);

pub fn run(globals: &Globals, args: &RoomArgs) -> anyhow::Result<Exit> {
    let config = setup::config_with(globals, args.flags())?;
    let (ring, _logs) = setup::logs(&config.log.level, LogTo::Stderr)?;
    runtime::block_on(async {
        let handle = door::engine(globals, &config, ring).await?;
        let stop = runtime::stop_token();
        let engine = handle.spawn();
        let room = handle.room().await?;
        tracing::info!(home = %config.home.root.display(), bots = room.bots, provider = room.provider, "the engine runs");
        stop.cancelled().await;
        tracing::info!("asked to stop; beats in flight have {} s to finish", GRACE.as_secs());
        engine.stop(GRACE).await;
        tracing::info!("stopped");
        Ok(Exit::Ok)
    })
}
