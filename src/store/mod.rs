//! SQLite: the only part that names SQL.
//!
//! [`Store`] is a handle to one database: one writing connection on its own thread
//! (`writer`), which runs jobs in order and commits them in groups, and a small pool of
//! read-only connections (`readers`). It knows nothing of engines, prompts or providers.
//! One file per table or family of queries; each function takes a [`Db`], so that reading code runs the same inside a
//! beat and on a reader. A row is read by the names of its columns (`columns`).
//!
//! What keeps it from storing (a full disk) is a `trouble`: nothing of the group is kept, it is tried again for ten seconds,
//! then `engine::Handle` gives up and the process ends.

pub mod activities;
pub mod analytics;
pub mod archive;
pub mod backup;
pub mod books;
pub mod bot_row;
pub mod bots;
pub mod check;
mod columns;
pub mod compare;
pub mod copies;
mod db;
pub mod digest;
pub mod events;
pub mod export;
pub mod feed;
pub mod flags;
pub mod follows;
pub mod forum;
pub mod fulltext;
pub mod indexing;
pub mod journal;
pub mod lens;
mod lock;
pub mod measures;
pub mod memories;
mod mend;
pub mod meta;
pub mod names;
mod order;
mod packing;
pub mod past;
pub mod posts;
pub mod providers;
mod readers;
pub mod remembered;
pub mod roster;
pub mod schedule;
mod schema;
pub mod search;
pub mod snapshot;
pub mod stats;
pub mod stored;
pub mod thoughts;
pub mod timeline;
pub mod tokens;
mod trouble;
pub mod undo;
mod upgrade;
pub mod usage;
pub mod votes;
pub mod wal;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

pub use db::Db;
use db::open_connection;
#[cfg(test)]
pub(crate) use db::reads;
pub use lock::{EngineLock, Holder};
pub use readers::Readers;
pub use schema::SCHEMA_VERSION;
pub use trouble::Trouble;
pub use writer::{Tx, Writer};

/// How long a connection waits for another program's lock.
const BUSY: Duration = Duration::from_secs(5);

/// How safe a commit is before it is announced.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// Synced to the disk: survives a power cut.
    #[default]
    Full,
    /// Survives a crash of the program; a power cut may lose the last moments.
    Normal,
}

/// What can go wrong with the database. Each message is a sentence for a person with a way out.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite said no.
    #[error("{}", sqlite_message(.0))]
    Sqlite(#[from] rusqlite::Error),
    /// A file could not be reached.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The database was written by a newer version.
    #[error(
        "{path} was written by a newer botarium (schema {found}, this one knows {known}): update botarium, or use another --home"
    )]
    NewerSchema {
        /// Which file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The database was written by an earlier version and is only read.
    #[error(
        "{path} was written by an earlier botarium (schema {found}, this one knows {known}): start `botarium` there once, which brings it up to date"
    )]
    OlderSchema {
        /// Which file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// Another engine works on it.
    #[error("{0}")]
    Locked(Holder),
    /// It is no database, or a damaged one.
    #[error(
        "{path} is damaged or not a database ({detail}): go back to a backup with `botarium restore FILE`, or move the file away to begin afresh; nothing was changed"
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What SQLite said.
        detail: String,
    },
    /// There is no database yet.
    #[error("there is no society in {0} yet: start one with `botarium` or `botarium beat`")]
    Missing(PathBuf),
    /// A row holds something that cannot be.
    #[error("the database holds something unexpected ({0}); run `botarium check`")]
    Corrupt(String),
    /// A group of finished work could not be committed; nothing of it is stored.
    #[error("{0}")]
    Commit(Arc<StoreError>),
    /// A change met a fault of the program; nothing of it is stored.
    #[error(
        "a fault of the program stopped this ({0}); nothing of it is stored: please report it with this line"
    )]
    Panicked(String),
    /// Somebody reads for so long that the log of changes has grown to its bound.
    #[error("{0}")]
    LogFull(String),
    /// The file was removed, or another put in its place, while the engine ran.
    #[error(
        "{0} was removed or replaced while the engine ran, and nothing that happens is stored any more: go back to a backup with `botarium restore FILE`, or start again"
    )]
    Gone(PathBuf),
    /// A file for a person could not be written.
    #[error(transparent)]
    Output(crate::files::OutError),
    /// The writer thread has ended.
    #[error("the store is closed")]
    Closed,
    /// A rule was broken by the request itself; the text is for the person who asked.
    #[error(transparent)]
    Refused(#[from] crate::protocol::Fault),
}

impl StoreError {
    /// What SQLite called it, also when it hit a whole group.
    pub(crate) fn code(&self) -> Option<rusqlite::ErrorCode> {
        match self {
            Self::Sqlite(error) => error.sqlite_error_code(),
            Self::Commit(why) => why.code(),
            _ => None,
        }
    }

    /// The same for somebody else to be told.
    fn again(&self) -> Self {
        match self {
            Self::Sqlite(rusqlite::Error::SqliteFailure(error, text)) => {
                Self::Sqlite(rusqlite::Error::SqliteFailure(*error, text.clone()))
            }
            Self::Commit(why) => Self::Commit(Arc::clone(why)),
            other => Self::Corrupt(other.to_string()),
        }
    }
}

fn sqlite_message(error: &rusqlite::Error) -> String {
    use rusqlite::ErrorCode;
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => {
            "the disk is full: free some space and go on; nothing that was announced is lost".into()
        }
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            format!(
                "the database cannot be written ({error}): check the rights of the home, or choose another with --home"
            )
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            format!("another program holds the database ({error}): close it and try again")
        }
        Some(ErrorCode::SystemIoFailure) => {
            format!(
                "the disk failed ({error}): check the disk, then start again; what was announced is stored"
            )
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            format!(
                "the database is damaged ({error}): go back to a backup with `botarium restore FILE`, or see what `botarium check` finds"
            )
        }
        _ => format!("database error: {error}"),
    }
}

/// The result of store work.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// A handle to one society's database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    path: Arc<PathBuf>,
    writer: Option<Writer>,
    readers: Readers,
}

impl Store {
    /// Opens (and creates or migrates) a database for an engine. The caller holds an [`EngineLock`].
    ///
    /// # Errors
    /// A newer schema, a damaged file, a full or read-only disk.
    pub fn open(path: &Path, durability: Durability) -> Result<Self> {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|source| StoreError::Io {
                action: "create",
                path: parent.to_path_buf(),
                source,
            })?;
        }
        // What an earlier version left open to others is closed; what is made from here on is made so.
        ["", "-wal", "-shm"].iter().for_each(|ending| crate::files::make_private(&beside(path, ending)));
        let mut connection = open_connection(path, false)?;
        crate::files::make_private(path);
        schema::prepare(&mut connection, path, durability)?;
        match mend::books(&mut connection)? {
            0 => {}
            rows => tracing::warn!(rows, "counts that no model can have used were taken out of the books"),
        }
        let readers = Readers::new(path);
        let writer = Writer::spawn(connection, readers.clone(), path)?;
        Ok(Self { path: Arc::new(path.to_path_buf()), writer: Some(writer), readers })
    }

    /// Opens an existing database for reading only, beside a running engine or without one.
    ///
    /// # Errors
    /// As for [`Store::open`], and [`StoreError::Missing`].
    pub fn open_read_only(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Err(StoreError::Missing(
                path.parent().and_then(Path::parent).unwrap_or(path).to_path_buf(),
            ));
        }
        let connection = open_connection(path, true)?;
        schema::verify(&connection, path)?;
        let readers = Readers::beginning_with(path, connection)?;
        Ok(Self { path: Arc::new(path.to_path_buf()), writer: None, readers })
    }

    /// The database file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `job` on the writing connection, inside a savepoint of the current group, and answers
    /// after the group's commit.
    ///
    /// # Errors
    /// What `job` returned, or why the commit failed.
    pub async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match &self.writer {
            Some(writer) => writer.run(job).await,
            None => Err(StoreError::Closed),
        }
    }

    /// As [`Store::write`], waiting on this thread (never on an async worker).
    ///
    /// # Errors
    /// As for [`Store::write`].
    pub fn write_blocking<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match &self.writer {
            Some(writer) => writer.run_blocking(job),
            None => Err(StoreError::Closed),
        }
    }

    /// Counts commits, each before whoever asked for it is answered: what was read stays true while it does not move.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.writer.as_ref().map_or(0, Writer::commits)
    }

    /// Counts rollbacks; who keeps a copy of what is stored drops it when this moved.
    #[must_use]
    pub fn rollbacks(&self) -> u64 {
        self.writer.as_ref().map_or(0, Writer::rollbacks)
    }

    /// Why nothing can be stored, for as long as that is so. Closed at once for a store that only reads.
    #[must_use]
    pub fn trouble(&self) -> watch::Receiver<Option<Trouble>> {
        self.writer.as_ref().map_or_else(|| watch::channel(None).1, Writer::trouble)
    }

    /// Runs `query` on a read-only connection.
    ///
    /// # Errors
    /// What `query` returned.
    pub async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Db) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.readers.run(query).await
    }

    /// As [`Store::read`], on this thread (never on an async worker).
    ///
    /// # Errors
    /// What `query` returned.
    pub fn read_blocking<T>(&self, query: impl FnOnce(&Db) -> Result<T>) -> Result<T> {
        self.readers.run_blocking(query)
    }

    /// Finishes the work that is queued, checkpoints and closes the writing connection.
    pub fn close(&self) {
        if let Some(writer) = &self.writer {
            writer.close();
        }
    }
}

fn name_of(path: &Path) -> std::borrow::Cow<'_, str> {
    path.file_name().unwrap_or_default().to_string_lossy()
}

/// The file of a database with this ending: `-wal` or `-shm`, or the database itself.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    path.with_file_name(format!("{}{ending}", name_of(path)))
}

#[cfg(test)]
pub(crate) mod tests;
