//! When it is worth looking again.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// How often the database's files are looked at. Nothing is read while they stay as they are.
const GLANCE: Duration = Duration::from_millis(100);

/// Says when there may be more.
pub struct Wake {
    files: Vec<PathBuf>,
    seen: Vec<Option<(u64, SystemTime)>>,
    /// Two changes within one tick of the file system's clock look like one.
    again: bool,
}

impl Wake {
    /// Wakes when a database is written, by whichever process.
    pub fn by_file(database: PathBuf) -> Self {
        let mut wal = database.clone().into_os_string();
        wal.push("-wal");
        Self { files: vec![database, wal.into()], seen: Vec::new(), again: true }
    }

    /// Waits until there may be more.
    pub async fn wait(&mut self) {
        loop {
            tokio::time::sleep(GLANCE).await;
            let now: Vec<_> = self.files.iter().map(glance).collect();
            let changed = now != self.seen;
            self.seen = now;
            if changed || std::mem::take(&mut self.again) {
                self.again = changed;
                return;
            }
        }
    }
}

fn glance(path: &PathBuf) -> Option<(u64, SystemTime)> {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.len(), meta.modified().ok()?))
}
