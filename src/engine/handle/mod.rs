//! The door to a running society: one method per command and query, named as `protocol::ask` declares it (`asked`).
//!
//! Cheap to clone. Reading methods run on the store's reader pool, changing ones through the
//! one writer; both answer with a [`Fault`] that names the way out.

mod access;
mod activity;
mod asked;
mod bots;
mod change_bots;
mod change_forum;
mod change_room;
mod change_society;
mod events;
mod export;
mod forum;
mod journal;
pub(in crate::engine) mod measures;
mod memory;
mod moderation;
mod provider_test;
mod providers;
mod stats;
mod system;
mod trouble;

use std::sync::Arc;

use super::bus::Subscription;
use super::clock::Clock;
use super::shared::Shared;
use crate::domain::text::clean_line;
use crate::protocol::Fault;
use crate::society::input::Outside;
use crate::store::{Db, Store, StoreError};

/// A handle to one running society.
#[derive(Clone)]
pub struct Handle {
    pub(super) shared: Arc<Shared>,
    /// Where it shows a moment of the past, in which nothing can be changed: the society itself, and up to which
    /// activity the thought records are read there.
    pub(super) past: Option<(Store, i64)>,
    /// Whose wishes come through it.
    pub(super) by: Arc<str>,
}

/// Whose wishes come through a handle that nobody has taken for their own: nobody's, and nobody is named.
pub(super) const SOMEBODY: &str = "";
/// Longest name of whose wishes they are, in characters.
const BY_MAX: usize = 60;

tokio::task_local! {
    /// Whose wishes a task carries, where many come through one handle.
    static BY: Arc<str>;
}

impl Handle {
    /// The same society; what is changed through it was wished by `who`.
    #[must_use]
    pub fn acting_for(&self, who: &str) -> Self {
        Self { by: clean_line(who, BY_MAX).into(), ..self.clone() }
    }

    /// Runs a task that carries the wishes of `who`.
    pub async fn on_behalf<T>(who: &str, task: impl Future<Output = T>) -> T {
        BY.scope(clean_line(who, BY_MAX).into(), task).await
    }

    /// Takes a change in as the wish of whoever asks for it.
    async fn wish<A: Outside>(&self, input: A) -> Result<A::Outcome, Fault> {
        self.is_present()?;
        let by = BY.try_with(Arc::clone).unwrap_or_else(|_| Arc::clone(&self.by));
        let shared = Arc::clone(&self.shared);
        let entered = async move {
            shared.enter_for(Some(by).filter(|by| !by.is_empty()), input).await.map_err(Fault::from)
        };
        let outcome = self.whole(entered).await;
        self.shared.wake.notify_one();
        outcome
    }

    /// Runs a query on the reader pool.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Db) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Fault> {
        self.shared.store.read(query).await.map_err(Fault::from)
    }

    /// Whether it shows a moment of the past, where nothing can be changed.
    #[must_use]
    pub const fn is_past(&self) -> bool {
        self.past.is_some()
    }

    /// The database of the society that is shown, or of the one whose past it is.
    #[must_use]
    pub fn database(&self) -> std::path::PathBuf {
        let store = self.past.as_ref().map_or(&self.shared.store, |(society, _)| society);
        store.path().to_path_buf()
    }

    /// Refuses what would change the past.
    pub(super) fn is_present(&self) -> Result<(), Fault> {
        if self.is_past() {
            let why =
                "this is the past, where nothing can be changed: `botarium fork` begins another society here";
            return Err(Fault::conflict(why));
        }
        Ok(())
    }

    /// Takes a change in, and lets the scheduler look at what follows from it.
    async fn enter<A: Outside>(&self, input: A) -> Result<A::Outcome, Fault> {
        self.is_present()?;
        let shared = Arc::clone(&self.shared);
        let outcome = self.whole(async move { shared.enter(input).await.map_err(Fault::from) }).await;
        self.shared.wake.notify_one();
        outcome
    }

    /// Runs a command to its end on a task of its own, whoever waits for it leaves meanwhile; an engine that stops waits
    /// for it as for its beats.
    pub(super) async fn whole<T: Send + 'static>(
        &self,
        command: impl Future<Output = Result<T, Fault>> + Send + 'static,
    ) -> Result<T, Fault> {
        self.shared.errands.spawn(command).await.unwrap_or_else(|error| {
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
