//! The room's log: what happens in the room, as lines of the log beside those of the engine.
//!
//! A listener on the bus writes them, so nobody waits for it. Every act has a row in the stream; these lines are what
//! a person looks for.

use std::sync::Arc;

use super::shared::Shared;
use crate::protocol::ROOM_LOG;
use crate::protocol::news::Newsroom;

/// Writes the room's log until the engine stops.
pub(super) async fn write(shared: Arc<Shared>) {
    let mut bus = shared.bus.subscribe();
    let mut newsroom = Newsroom::default();
    loop {
        let event = tokio::select! {
            biased;
            event = bus.recv() => event,
            () = shared.stop.cancelled() => None,
        };
        let Some(event) = event else { return };
        match newsroom.of(&event) {
            Some(news) if news.kind.is_trouble() => tracing::warn!(target: ROOM_LOG, "{}", news.said),
            Some(news) if news.kind.is_logged() => tracing::info!(target: ROOM_LOG, "{}", news.said),
            _ => {}
        }
    }
}
