//! When it is worth looking again.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::engine::Subscription;
use crate::protocol::{Event, Notice};

/// How often the database's files are looked at. Nothing is read while they stay as they are.
const GLANCE: Duration = Duration::from_millis(100);

/// What woke it.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Woke {
    /// There may be more.
    More,
    /// Another society answers there, or an older copy of this one.
    Anew,
    /// The files of the database are others now: it has to be opened anew.
    Replaced,
    /// There will be no more.
    End,
}

/// Says when there may be more.
pub enum Wake {
    /// When the files of a database are written, by whichever process.
    Files {
        /// The database and its log.
        files: Vec<PathBuf>,
        /// How they were.
        seen: Vec<Option<(u64, SystemTime)>>,
        /// Which file the database was, whatever it is called.
        which: Option<u64>,
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
        let which = identity(&database);
        Self::Files { files: vec![database, log.into()], seen: Vec::new(), which, again: true }
    }

    /// Wakes when an engine tells of an act.
    pub const fn by_events(subscription: Subscription, last: i64) -> Self {
        Self::Events { subscription, last }
    }

    /// Waits until there may be more.
    pub async fn wait(&mut self) -> Woke {
        match self {
            Self::Files { files, seen, which, again } => loop {
                tokio::time::sleep(GLANCE).await;
                // While there is none, the one that was opened may still be written.
                let now = files.first().and_then(|database| identity(database));
                if now.is_some() && now != *which {
                    *which = now;
                    return Woke::Replaced;
                }
                let now: Vec<_> = files.iter().map(|file| glance(file)).collect();
                let changed = now != *seen;
                *seen = now;
                if changed || std::mem::take(again) {
                    *again = changed;
                    return Woke::More;
                }
            },
            Self::Events { subscription, last } => loop {
                let Some(event) = subscription.recv().await else { return Woke::End };
                let mut newest = event.seq;
                let mut anew = is_anew(&event, *last);
                while let Some(event) = subscription.try_recv() {
                    anew |= is_anew(&event, *last);
                    newest = if is_anew(&event, *last) { event.seq } else { newest.max(event.seq) };
                }
                if anew || newest > *last {
                    *last = newest;
                    return if anew { Woke::Anew } else { Woke::More };
                }
            },
        }
    }
}

/// Whether everything begins with the first activity again.
fn is_anew(event: &Event, last: i64) -> bool {
    matches!(event.notice, Notice::Resync { from_seq: ..=1, .. }) && last > 0
}

fn glance(path: &Path) -> Option<(u64, SystemTime)> {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.len(), meta.modified().ok()?))
}

/// Which file it is, whatever it is called.
#[cfg(unix)]
fn identity(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    Some(std::fs::metadata(path).ok()?.ino())
}

/// Which file it is, as far as can be told.
#[cfg(not(unix))]
fn identity(path: &Path) -> Option<u64> {
    let made = std::fs::metadata(path).ok()?.created().ok()?;
    made.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_micros().try_into().ok()
}
