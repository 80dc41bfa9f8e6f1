//! One engine per database: an advisory lock on a file beside it, which names its holder.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

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
        write!(f, "another engine (process {}) already runs on {}", self.pid, self.database.display())?;
        match &self.listen {
            Some(address) => write!(f, ": watch it with `botarium attach http://{address}`"),
            None => f.write_str(": stop it first, or start it with --listen and use `botarium attach`"),
        }
    }
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
        if !file.try_lock().map(|()| true).or_else(|error| match error {
            TryLockError::WouldBlock => Ok(false),
            TryLockError::Error(source) => Err(io("lock")(source)),
        })? {
            return Err(StoreError::Locked(read_holder(&mut file, database)));
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
            Err(TryLockError::WouldBlock) => Some(read_holder(&mut file, database)),
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

fn read_holder(file: &mut File, database: &Path) -> Holder {
    let mut text = String::new();
    let _ = file.rewind();
    let _ = file.read_to_string(&mut text);
    serde_json::from_str(&text)
        .unwrap_or_else(|_| Holder { database: database.to_path_buf(), ..Holder::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

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
