//! One engine per database: an advisory lock on a file beside it, which names its holder.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Result, StoreError};

/// Who holds a society's engine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Holder {
    /// Process id.
    pub pid: u32,
    /// Where its port listens, if it has one: `127.0.0.1:8000`.
    pub listen: Option<String>,
    /// The database.
    pub database: PathBuf,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let process = if self.pid == 0 { String::new() } else { format!(" (process {})", self.pid) };
        write!(f, "another engine{process} already runs on {}", self.database.display())?;
        match &self.listen {
            Some(address) => write!(f, ": watch it with `botarium attach http://{address}`"),
            None => f.write_str(": stop it first, or start it with --listen and use `botarium attach`"),
        }
    }
}

/// How often a lock that is held is tried again, and how long after: a third of a second in all.
const TRIES: u32 = 15;

fn a_moment() {
    std::thread::sleep(Duration::from_millis(20));
}

/// Held while an engine runs; freed by the system when the process ends, however it ends.
#[derive(Debug)]
pub struct EngineLock {
    file: File,
    holder: Holder,
}

impl EngineLock {
    fn path(database: &Path) -> PathBuf {
        database.with_extension("lock")
    }

    /// Takes the lock for `database`.
    ///
    /// Whoever only asks who holds it does so for a moment, and an engine that starts has not written its name yet: both
    /// are waited for shortly.
    ///
    /// # Errors
    /// [`StoreError::Locked`] names the holder.
    pub fn take(database: &Path) -> Result<Self> {
        let path = Self::path(database);
        let io = |action| {
            let path = path.clone();
            move |source| StoreError::Io { action, path, source }
        };
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(io("create the directory of"))?;
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(io("open"))?;
        if !lock(&file, a_moment).map_err(io("lock"))? {
            return Err(StoreError::Locked(read_holder(&mut file, database, a_moment)));
        }
        let holder = Holder { pid: std::process::id(), listen: None, database: database.to_path_buf() };
        let mut lock = Self { file, holder };
        lock.write().map_err(io("write"))?;
        Ok(lock)
    }

    /// Who holds the lock now, if anybody.
    #[must_use]
    pub fn holder(database: &Path) -> Option<Holder> {
        let mut file = OpenOptions::new().read(true).write(true).open(Self::path(database)).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(read_holder(&mut file, database, a_moment)),
            _ => None,
        }
    }

    /// Notes where the port listens, so that others can be told.
    ///
    /// # Errors
    /// When the lock file cannot be written.
    pub fn set_listen(&mut self, address: Option<String>) -> Result<()> {
        self.holder.listen = address;
        let path = Self::path(&self.holder.database);
        self.write().map_err(|source| StoreError::Io { action: "write", path, source })
    }

    fn write(&mut self) -> std::io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        serde_json::to_writer(&mut self.file, &self.holder)?;
        self.file.flush()
    }
}

/// Locks the file for this process alone; whether nobody else held it, at the last of a few tries.
fn lock(file: &File, mut wait: impl FnMut()) -> std::io::Result<bool> {
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::Error(source)) => return Err(source),
            Err(TryLockError::WouldBlock) => wait(),
        }
    }
    Ok(false)
}

/// What the holder wrote; it may be at it.
fn read_holder(file: &mut File, database: &Path, mut wait: impl FnMut()) -> Holder {
    for _ in 0..TRIES {
        let mut text = String::new();
        let _ = file.rewind(); // what cannot be read is tried again
        let _ = file.read_to_string(&mut text);
        if let Ok(holder) = serde_json::from_str(&text) {
            return holder;
        }
        wait();
    }
    Holder { database: database.to_path_buf(), ..Holder::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_only_asks_keeps_nobody_out() {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("a.db");
        drop(EngineLock::take(&database).unwrap());
        let path = EngineLock::path(&database);
        let (mut asks, takes) = (File::open(&path).ok(), File::open(&path).unwrap());
        asks.as_ref().unwrap().lock_shared().unwrap();
        assert!(lock(&takes, || drop(asks.take())).unwrap());
        assert!(!lock(&File::open(&path).unwrap(), || {}).unwrap());
    }

    #[test]
    fn a_holder_that_is_about_to_write_its_name_is_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("a.db");
        let lock = EngineLock::take(&database).unwrap();
        let path = EngineLock::path(&database);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..5]).unwrap();
        let mut file = File::open(&path).unwrap();
        let holder = read_holder(&mut file, &database, || std::fs::write(&path, &whole).unwrap());
        assert_eq!(holder.pid, std::process::id());
        // Of one that cannot be read no process is made up.
        std::fs::write(&path, "{").unwrap();
        let unknown = read_holder(&mut file, &database, || {}).to_string();
        assert!(unknown.contains("another engine already runs") && !unknown.contains("process"), "{unknown}");
        drop(lock);
    }

    #[test]
    fn the_second_engine_is_told_who_holds_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("a.db");
        assert_eq!(EngineLock::holder(&database), None);
        let mut lock = EngineLock::take(&database).unwrap();
        lock.set_listen(Some("127.0.0.1:8000".into())).unwrap();
        let text = EngineLock::take(&database).unwrap_err().to_string();
        assert!(text.contains(&format!("process {}", std::process::id())), "{text}");
        assert!(text.contains("attach http://127.0.0.1:8000"), "{text}");
        drop(lock);
        EngineLock::take(&database).unwrap();
    }
}
