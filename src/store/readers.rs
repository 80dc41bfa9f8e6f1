//! A small pool of read-only connections, opened when first needed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::InterruptHandle;
use tokio::sync::Semaphore;

use super::{Db, Result, StoreError};

/// Reading connections at most; two cores need no more.
const POOL: usize = 4;
/// A query that takes longer than this is ended when it keeps the log of changes from being shortened.
const OLD: Duration = Duration::from_secs(300);

/// The pool. Cheap to clone.
#[derive(Clone)]
pub struct Readers {
    path: Arc<PathBuf>,
    idle: Arc<Mutex<Vec<Db>>>,
    permits: Arc<Semaphore>,
    /// Queries at work: since when, and how to end them.
    busy: Arc<Mutex<Busy>>,
}

#[derive(Default)]
struct Busy {
    next: u64,
    queries: BTreeMap<u64, (Instant, InterruptHandle)>,
}

impl Readers {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: Arc::new(path.to_path_buf()),
            idle: Arc::default(),
            permits: Arc::new(Semaphore::new(POOL)),
            busy: Arc::default(),
        }
    }

    /// The same; the first query has a connection that is open already.
    pub(super) fn beginning_with(path: &Path, connection: Db) -> Result<Self> {
        let readers = Self::new(path);
        readers.put_back(outfitted(connection)?);
        Ok(readers)
    }

    fn put_back(&self, connection: Db) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < POOL {
            idle.push(connection);
        }
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Db) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let readers = self.clone();
        tokio::task::spawn_blocking(move || {
            let result = readers.run_blocking(query);
            drop(permit);
            result
        })
        .await
        .map_err(|error| StoreError::Corrupt(format!("a query panicked: {error}")))?
    }

    pub(super) fn run_blocking<T>(&self, query: impl FnOnce(&Db) -> Result<T>) -> Result<T> {
        let taken = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match taken {
            Some(connection) => connection,
            None => outfitted(super::open_connection(&self.path, true)?)?,
        };
        let number = self.begins(&connection);
        // What panics is put back as well: the query is over.
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| query(&connection)));
        self.busy().queries.remove(&number);
        let result = result.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        self.put_back(connection);
        result
    }

    fn busy(&self) -> MutexGuard<'_, Busy> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begins(&self, connection: &Db) -> u64 {
        let mut busy = self.busy();
        let number = busy.next;
        busy.next += 1;
        busy.queries.insert(number, (Instant::now(), connection.get_interrupt_handle()));
        number
    }

    /// How long the oldest query has been at work.
    pub(super) fn longest(&self) -> Option<Duration> {
        self.busy().queries.values().next().map(|(since, _)| since.elapsed())
    }

    /// Ends queries that have been at work for very long.
    pub(super) fn interrupt_the_old(&self) {
        for (since, handle) in self.busy().queries.values() {
            if since.elapsed() > OLD {
                tracing::warn!(
                    "a query that took {} s is ended: it kept changes waiting",
                    since.elapsed().as_secs()
                );
                handle.interrupt();
            }
        }
    }

    /// Lets go of the pages that idle connections hold for the next query.
    pub(super) fn release_memory(&self) {
        for connection in self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner).iter() {
            connection.release_memory();
        }
    }
}

/// Makes a connection that was opened for reading one of the pool.
fn outfitted(connection: Db) -> Result<Db> {
    connection.set_pragma("cache_size", -4_000)?;
    super::fulltext::ready(&connection)?;
    connection.set_pragma("query_only", "ON")?;
    Ok(connection)
}
