//! The door to a running society: one method per command and query, named like the route that serves it.
//!
//! Cheap to clone. Reading methods run on the store's reader pool, changing ones through the
//! one writer; both answer with a [`Fault`](crate::protocol::Fault) that names the way out.

mod access;
mod activity;
mod bots;
mod change_bots;
mod change_forum;
mod change_room;
mod change_society;
mod events;
mod export;
mod forum;
mod limits;
pub(in crate::engine) mod measures;
mod memory;
mod moderation;
mod providers;
mod record;
mod stats;
mod system;
mod trouble;

pub(super) use change_bots::field_faults;
pub(super) use record::{Record, changed};

use std::sync::Arc;

use rusqlite::Connection;

use super::bus::Subscription;
use super::clock::Clock;
use super::input::Apply;
use super::shared::Shared;
use crate::protocol::Fault;
use crate::store::StoreError;

/// A handle to one running society.
#[derive(Clone)]
pub struct Handle {
    pub(super) shared: Arc<Shared>,
    /// Whether it shows a moment of the past, where nothing can be changed.
    pub(super) past: bool,
}

impl Handle {
    /// Runs a query on the reader pool.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Fault> {
        self.shared.store.read(query).await.map_err(Fault::from)
    }

    /// Whether it shows a moment of the past, where nothing can be changed.
    #[must_use]
    pub const fn is_past(&self) -> bool {
        self.past
    }

    /// Refuses what would change the past.
    pub(super) fn is_present(&self) -> Result<(), Fault> {
        if self.past {
            let why =
                "this is the past, where nothing can be changed: `botarium fork` begins another society here";
            return Err(Fault::conflict(why));
        }
        Ok(())
    }

    /// Takes a change in, and lets the scheduler look at what follows from it.
    async fn enter<A: Apply>(&self, input: A) -> Result<A::Outcome, Fault> {
        self.is_present()?;
        let shared = Arc::clone(&self.shared);
        let outcome = Self::whole(async move { shared.enter(input).await.map_err(Fault::from) }).await;
        self.shared.wake.notify_one();
        outcome
    }

    /// Runs a command to its end on a task of its own, whoever waits for it leaves meanwhile.
    pub(super) async fn whole<T: Send + 'static>(
        command: impl Future<Output = Result<T, Fault>> + Send + 'static,
    ) -> Result<T, Fault> {
        tokio::spawn(command).await.unwrap_or_else(|error| {
            tracing::error!("a command ended early: {error}");
            Err(Fault::internal(format!("the command ended early: {error}")))
        })
    }

    /// Listens to what happens from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscription {
        self.shared.bus.subscribe()
    }

    /// Newest committed activity id.
    #[must_use]
    pub fn last_seq(&self) -> i64 {
        self.shared.bus.last_seq()
    }

    /// Counts commits: what was read stays true while it does not move.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.shared.store.commits()
    }

    /// The room's time.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(fault) => fault,
            StoreError::Output(error) => Fault::bad_value(error.to_string()),
            StoreError::Closed => Fault::unavailable("the engine is stopped"),
            other => Fault::internal(other.to_string()),
        }
    }
}
