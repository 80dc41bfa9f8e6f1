//! A small pool of read-only connections, opened when first needed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::{Result, StoreError};

/// Reading connections at most; two cores need no more.
const POOL: usize = 4;

/// The pool. Cheap to clone.
#[derive(Clone)]
pub struct Readers {
    path: Arc<PathBuf>,
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: Arc::new(path.to_path_buf()),
            idle: Arc::default(),
            permits: Arc::new(Semaphore::new(POOL)),
        }
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
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

    pub(super) fn run_blocking<T>(&self, query: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let taken = self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
        let connection = match taken {
            Some(connection) => connection,
            None => {
                let connection = super::open_connection(&self.path, true)?;
                connection.pragma_update(None, "cache_size", -4_000)?;
                connection.pragma_update(None, "query_only", "ON")?;
                connection
            }
        };
        let result = query(&connection);
        let mut idle = self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if idle.len() < POOL {
            idle.push(connection);
        }
        result
    }

    /// Lets go of the pages that idle connections hold for the next query.
    pub(super) fn release_memory(&self) {
        for connection in self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner).iter() {
            let _ = connection.release_memory(); // what is in use stays
        }
    }
}
