//! The log of changes (`-wal`) beside a database: how long it is, and who keeps it from being short.
//!
//! What is written goes into the log first and is carried into the database from time to time; what somebody
//! still reads stays in the log. One reader that never ends lets it grow without end, so it has a bound: beyond
//! it nothing is stored until the reader lets go. On the way there the log says who it is.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Db, Readers, Result, StoreError};

/// A log longer than this is shortened when there is time, in bytes.
pub const LONG: u64 = LIMIT as u64;
/// The same, as SQLite is told.
pub(super) const LIMIT: u32 = 16 * 1024 * 1024;
/// Longer than this, somebody must be reading for long: it is said, in bytes.
pub const REMARKABLE: u64 = 64 * 1024 * 1024;
/// Nothing is stored beyond this, in bytes.
pub const MAX: u64 = 512 * 1024 * 1024;

/// How a copier that reads all the time is named among the readers.
const LITESTREAM: &str = "(litestream)";

/// Who keeps a log from being shortened.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reader {
    /// Its process.
    pub pid: u32,
    /// The program's name; empty when it is not told.
    pub name: String,
}

impl std::fmt::Display for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.name.as_str() {
            "" => write!(f, "process {}", self.pid),
            name => write!(f, "process {} ({name})", self.pid),
        }
    }
}

/// The log of one database.
#[derive(Debug)]
pub(super) struct Wal {
    database: PathBuf,
    /// Which file the database was when it was opened.
    file: Option<FileId>,
    /// The length it was last told of.
    told: u64,
}

impl Wal {
    pub(super) fn of(database: &Path) -> Self {
        Self { database: database.to_owned(), file: file_id(database), told: 0 }
    }

    /// Whether it is worth the effort of being shortened.
    pub(super) fn is_long(&self) -> bool {
        length(&self.database) > LONG
    }

    /// Looks at the files before something is added to them.
    ///
    /// # Errors
    /// [`StoreError::Gone`] when the database is not the file that was opened, [`StoreError::LogFull`] when the log is as
    /// long as it may be and somebody reads.
    pub(super) fn watch(&mut self, connection: &Db, readers: &Readers) -> Result<()> {
        // A file without a name can be written, and is gone with the process.
        if file_id(&self.database) != self.file {
            return Err(StoreError::Gone(self.database.clone()));
        }
        let length = length(&self.database);
        if length < REMARKABLE {
            self.told = 0;
            return Ok(());
        }
        if length < MAX && length < self.told * 2 {
            return Ok(());
        }
        if self.shorten(connection) {
            return Ok(());
        }
        // What this process reads ends by itself, or is ended.
        readers.interrupt_the_old();
        let what = told(length, &who(&self.database, readers));
        if self.told < length {
            tracing::warn!("{what}");
            self.told = length;
        }
        if length < MAX { Ok(()) } else { Err(StoreError::LogFull(what)) }
    }

    /// Carries the log into the database and empties it, unless somebody reads; never waits. Answers with
    /// whether it is short now.
    pub(super) fn shorten(&self, connection: &Db) -> bool {
        if !self.is_long() {
            return true;
        }
        let _ = connection.busy_timeout(Duration::ZERO);
        self.truncate(connection);
        let _ = connection.busy_timeout(super::BUSY);
        !self.is_long()
    }

    /// As [`Wal::shorten`], waiting as long as the connection does.
    pub(super) fn truncate(&self, connection: &Db) {
        // Answers with a row, whether it could be done or not; what was not is done another time.
        let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    }
}

/// A file whatever it is called: its device and its number there.
type FileId = (u64, u64);

/// Which file a path names; `None` for none.
fn file_id(path: &Path) -> Option<FileId> {
    let meta = std::fs::metadata(path).ok()?;
    #[cfg(unix)]
    return Some((std::os::unix::fs::MetadataExt::dev(&meta), std::os::unix::fs::MetadataExt::ino(&meta)));
    #[cfg(not(unix))]
    Some((0, u64::from(meta.is_file())))
}

/// How long the log beside `database` is, in bytes.
#[must_use]
pub fn length(database: &Path) -> u64 {
    std::fs::metadata(beside(database, "-wal")).map_or(0, |meta| meta.len())
}

/// One sentence about a log of this length and who keeps it.
#[must_use]
pub fn told(length: u64, who: &str) -> String {
    let (length, most) = (length / (1024 * 1024), MAX / (1024 * 1024));
    if who.contains(LITESTREAM) {
        return format!(
            "the log of changes (botarium.db-wal) has grown to {length} MiB because {who} copies it and shortens it only \
             in a pause: truncate-page-n in its configuration says from how many pages on (nothing is stored beyond \
             {most} MiB until it does)"
        );
    }
    format!(
        "the log of changes (botarium.db-wal) has grown to {length} MiB because {who} has been reading the database all \
         the while: end that, and the file shrinks by itself (nothing is stored beyond {most} MiB)"
    )
}

/// What to do about a log that `who` keeps long.
#[must_use]
pub fn way_out(who: &str) -> String {
    if who.contains(LITESTREAM) {
        "set `truncate-page-n: 8000` as in examples/deploy/litestream.yml".into()
    } else {
        format!("end what {who} reads, or the process")
    }
}

/// Who reads, as a sentence names them.
fn who(database: &Path, readers: &Readers) -> String {
    let mut names: Vec<String> = readers_of(database)
        .into_iter()
        .filter(|reader| reader.pid != std::process::id())
        .map(|reader| reader.to_string())
        .collect();
    if let Some(longest) = readers.longest() {
        names.push(format!("a query of this engine (for {} s)", longest.as_secs()));
    }
    named(&names)
}

/// Who reads, as a sentence names them.
#[must_use]
pub fn named(names: &[String]) -> String {
    if names.is_empty() { "another program".to_owned() } else { names.join(" and ") }
}

/// The processes that read the database at this moment, as far as the system tells.
#[must_use]
pub fn readers_of(database: &Path) -> Vec<Reader> {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::fs::MetadataExt as _;
        let Ok(meta) = std::fs::metadata(beside(database, "-shm")) else { return Vec::new() };
        // The list moves while it is read, and a line may be passed over: an empty answer is asked for again.
        let mut readers: Vec<Reader> = Vec::new();
        for _ in 0..LOOKS {
            let Ok(locks) = std::fs::read_to_string("/proc/locks") else { break };
            let pids = locks.lines().filter_map(|line| reading(line, meta.ino()));
            readers.extend(pids.map(|pid| Reader { pid, name: program(pid) }));
            if !readers.is_empty() {
                break;
            }
        }
        readers.sort();
        readers.dedup();
        readers
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = database;
        Vec::new()
    }
}

/// How often the list of locks is looked at before it counts as empty.
#[cfg(target_os = "linux")]
const LOOKS: usize = 32;

/// The bytes of `-shm` that SQLite locks while a transaction reads.
#[cfg(target_os = "linux")]
const READ_LOCKS: std::ops::RangeInclusive<u64> = 123..=127;

/// The process of a line of `/proc/locks` such as `2: POSIX  ADVISORY  READ 4711 00:2d:1234 124 124`, when it is
/// about such a byte of the file.
#[cfg(target_os = "linux")]
fn reading(line: &str, inode: u64) -> Option<u32> {
    let mut words = line.split_whitespace().skip(1).filter(|word| *word != "->");
    let (_, _, kind) = (words.next()?, words.next()?, words.next()?);
    let pid = words.next()?.parse().ok()?;
    let file: u64 = words.next()?.rsplit(':').next()?.parse().ok()?;
    let (from, to): (u64, u64) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let touches = from <= *READ_LOCKS.end() && to >= *READ_LOCKS.start();
    (kind == "READ" && file == inode && touches).then_some(pid)
}

/// The name of a process's program.
#[cfg(target_os = "linux")]
fn program(pid: u32) -> String {
    let name = std::fs::read(format!("/proc/{pid}/comm")).unwrap_or_default();
    crate::domain::text::clean_line(&String::from_utf8_lossy(&name), 40)
}

pub(super) fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::super::{Durability, Store};
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_line_about_a_read_lock_names_its_process() {
        let line = "12: POSIX  ADVISORY  READ  4711 fd:01:262147 124 124";
        assert_eq!(reading(line, 262_147), Some(4_711));
        assert_eq!(reading(line, 1), None);
        assert_eq!(reading("12: POSIX  ADVISORY  READ  4711 fd:01:262147 128 128", 262_147), None);
        assert_eq!(reading("12: POSIX  ADVISORY  WRITE 4711 fd:01:262147 120 120", 262_147), None);
        assert_eq!(reading("12: FLOCK  ADVISORY  WRITE 4711 fd:01:262147 0 EOF", 262_147), None);
    }

    /// Changes as much as fits in `bytes` of log.
    fn write(store: &Store, bytes: u32) {
        store
            .write_blocking(move |tx| {
                tx.execute("INSERT OR REPLACE INTO meta VALUES ('big', randomblob(?1))", [bytes])?;
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn a_reader_is_named_and_the_log_shrinks_when_it_lets_go() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let store = Store::open(&path, Durability::Normal).unwrap();
        write(&store, 10);
        let reader = Db::open(&path).unwrap();
        reader.execute_batch("BEGIN; SELECT count(*) FROM meta").unwrap();
        let _: i64 = reader.query_row("SELECT count(*) FROM meta", [], |row| row.get(0)).unwrap();
        for _ in 0..20 {
            write(&store, 5_000_000);
        }
        assert!(length(&path) > REMARKABLE, "{}", length(&path));
        #[cfg(target_os = "linux")]
        assert!(readers_of(&path).iter().any(|reader| reader.pid == std::process::id()));
        reader.execute_batch("COMMIT").unwrap();
        // With the next change that looks at it.
        write(&store, 10);
        write(&store, 10);
        assert!(length(&path) <= LONG, "{}", length(&path));
    }

    #[test]
    fn nothing_is_stored_beyond_the_bound() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let store = Store::open(&path, Durability::Normal).unwrap();
        write(&store, 10);
        let reader = Db::open(&path).unwrap();
        reader.execute_batch("BEGIN").unwrap();
        let _: i64 = reader.query_row("SELECT count(*) FROM meta", [], |row| row.get(0)).unwrap();
        // The rest of the file is a hole: it takes no room on the disk.
        write(&store, 10);
        let log = std::fs::OpenOptions::new().write(true).open(beside(&path, "-wal")).unwrap();
        log.set_len(MAX).unwrap();
        let refused = store.write_blocking(|tx| Ok(tx.execute("INSERT INTO meta VALUES ('a', 1)", [])?));
        let error = refused.unwrap_err();
        assert!(error.to_string().contains("has grown to 512 MiB"), "{error}");
        let trouble = store.trouble().borrow().clone().expect("it is said");
        assert!(trouble.waits && trouble.patience().is_none(), "{trouble:?}");
        reader.execute_batch("COMMIT").unwrap();
        store.write_blocking(|tx| Ok(tx.execute("INSERT INTO meta VALUES ('a', 1)", [])?)).unwrap();
        assert!(length(&path) <= LONG && store.trouble().borrow().is_none());
    }
}
