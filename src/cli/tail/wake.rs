//! When it is worth looking again.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::engine::Subscription;

/// How often the database's files are looked at. Nothing is read while they stay as they are.
const GLANCE: Duration = Duration::from_millis(100);

/// Says when there may be more.
pub enum Wake {
    /// When the files of a database are written, by whichever process.
    Files {
        /// The database and its log.
        files: Vec<PathBuf>,
        /// How they were.
        seen: Vec<Option<(u64, SystemTime)>>,
        /// Two changes within one tick of the file system's clock look like one.
        again: bool,
    },
    /// When an engine tells of something.
    Events {
        /// Where it tells.
        subscription: Subscription,
        /// The newest act it told of.
        last: i64,
    },
}

impl Wake {
    /// Wakes when a database is written, by whichever process.
    pub fn by_file(database: PathBuf) -> Self {
        let mut log = database.clone().into_os_string();
        log.push("-wal");
        Self::Files { files: vec![database, log.into()], seen: Vec::new(), again: true }
    }

    /// Wakes when an engine tells of an act.
    pub const fn by_events(subscription: Subscription) -> Self {
        Self::Events { subscription, last: 0 }
    }

    /// Waits until there may be more; `false` when there will be no more.
    pub async fn wait(&mut self) -> bool {
        match self {
            Self::Files { files, seen, again } => loop {
                tokio::time::sleep(GLANCE).await;
                let now: Vec<_> = files.iter().map(|file| glance(file)).collect();
                let changed = now != *seen;
                *seen = now;
                if changed || std::mem::take(again) {
                    *again = changed;
                    return true;
                }
            },
            Self::Events { subscription, last } => loop {
                let Some(event) = subscription.recv().await else { return false };
                let mut newest = event.seq;
                while let Some(event) = subscription.try_recv() {
                    newest = newest.max(event.seq);
                }
                if newest > *last {
                    *last = newest;
                    return true;
                }
            },
        }
    }
}

fn glance(path: &Path) -> Option<(u64, SystemTime)> {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.len(), meta.modified().ok()?))
}
