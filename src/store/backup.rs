//! A copy of a database, live or not: consistent, compact, checked before it gets its name. And the way back.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{Db, EngineLock, Result, StoreError, open_connection, schema};
use crate::files::{self, OutError, OutFile};
use crate::protocol::Fault;

/// What a database consists of, besides its own file.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// Copies the database at `from` to `to` and answers the copy's size in bytes.
///
/// The copy is as of one moment; an engine at work is not held up. It is written beside `to`,
/// checked, synced, and only then named. What is there already is replaced only with `force`.
///
/// # Errors
/// 409 when `to` exists; when it cannot be written, the disk is full, or the copy does not check out.
pub fn backup(from: &Path, to: &Path, force: bool) -> Result<u64> {
    let source = open_connection(from, true)?;
    schema::verify(&source, from)?;
    let mut out = OutFile::create(to, force)?;
    let size = match out.part() {
        Some(part) => copy(&source, part)?,
        None => {
            let io = |why| StoreError::Output(OutError::Io { path: to.to_owned(), why });
            let aside = tempfile::NamedTempFile::new().map_err(io)?;
            copy(&source, aside.path())?;
            std::io::copy(&mut aside.reopen().map_err(io)?, &mut out).map_err(io)?
        }
    };
    out.finish()?;
    Ok(size)
}

/// What a restoration did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Threads in what is in force now.
    pub threads: i64,
    /// Activities in it.
    pub activities: i64,
    /// Where the database is that was there before.
    pub kept: Option<PathBuf>,
}

/// Puts the backup `from` in place of `database`, whatever state that is in.
///
/// No engine runs meanwhile. The backup is copied and checked first; what was there is kept beside it with
/// its log, so that nothing of it is played into what is restored.
///
/// # Errors
/// [`StoreError::Locked`] while an engine runs; when `from` is no sound society of this version or an earlier
/// one; disk errors. Nothing is changed then.
pub fn restore(from: &Path, database: &Path) -> Result<Restored> {
    let io = |action, source| StoreError::Io { action, path: database.to_owned(), source };
    if !from.is_file() {
        return Err(
            Fault::bad_value(format!("there is no file {}: name a backup", files::shown(from))).into()
        );
    }
    if is_same(from, database) {
        let why = "that is the database itself: name a backup, which was written by `botarium backup`";
        return Err(Fault::bad_value(why).into());
    }
    let _lock = EngineLock::take(database)?;
    let source = open_connection(from, true)?;
    schema::verify_any(&source, from).map_err(|error| match error {
        StoreError::Missing(_) => {
            Fault::bad_value(format!("{} holds no society: name a backup", files::shown(from))).into()
        }
        other => other,
    })?;
    is_sound(&source, from)?;
    let directory = database.parent().unwrap_or(Path::new("."));
    let part = tempfile::Builder::new()
        .prefix(".botarium-")
        .suffix(".part")
        .tempfile_in(directory)
        .map_err(|source| io("write beside", source))?;
    copy(&source, part.path())?;
    let count = |sql: &str| source.query_row(sql, [], |row| row.get(0));
    let (threads, activities) =
        (count("SELECT count(*) FROM threads")?, count("SELECT count(*) FROM activities")?);
    let kept = keep(database).map_err(|source| io("keep", source))?;
    // From here to the end the old society is complete under its other name, and has no log here.
    for companion in COMPANIONS {
        match std::fs::remove_file(with(database, companion)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(io("replace", error)),
            _ => {}
        }
    }
    part.persist(database).map_err(|failed| io("replace", failed.error))?;
    files::sync_directory(directory);
    Ok(Restored { threads, activities, kept })
}

fn is_same(one: &Path, other: &Path) -> bool {
    match (std::fs::canonicalize(one), std::fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

fn with(database: &Path, companion: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(companion);
    name.into()
}

/// Gives the database and its log a second name, under which they can be opened.
fn keep(database: &Path) -> std::io::Result<Option<PathBuf>> {
    if !database.exists() {
        return Ok(None);
    }
    let stem = database.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    for number in 1_u32.. {
        let aside = database.with_file_name(format!("{stem}.before-restore-{number}.db"));
        match second_name(database, &aside) {
            Ok(()) => {
                for companion in COMPANIONS {
                    match second_name(&with(database, companion), &with(&aside, companion)) {
                        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                        _ => {}
                    }
                }
                return Ok(Some(aside));
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// A second name for a file, or a copy of it where the file system knows no second names.
fn second_name(of: &Path, name: &Path) -> std::io::Result<()> {
    match std::fs::hard_link(of, name) {
        Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::AlreadyExists) => {
            let mut copy = OpenOptions::new().write(true).create_new(true).open(name)?;
            std::io::copy(&mut std::fs::File::open(of)?, &mut copy)?;
            copy.sync_all()
        }
        linked => linked,
    }
}

/// Writes a compact copy into the empty file `part`, and checks it.
fn copy(source: &Db, part: &Path) -> Result<u64> {
    let io = |action, source| StoreError::Io { action, path: part.to_path_buf(), source };
    let text = part
        .to_str()
        .ok_or_else(|| io("write", std::io::Error::new(ErrorKind::InvalidInput, "its name is not UTF-8")))?;
    source.execute("VACUUM INTO ?1", [text])?;
    let copy = open_connection(part, true)?;
    is_sound(&copy, part)?;
    let version = |c: &Db| c.pragma::<i64>("user_version");
    if version(&copy)? != version(source)? {
        let detail = "the copy has another schema".into();
        return Err(StoreError::Damaged { path: part.to_path_buf(), detail });
    }
    let file = OpenOptions::new().read(true).write(true).open(part).map_err(|e| io("open", e))?;
    file.sync_all().map_err(|e| io("sync", e))?;
    Ok(file.metadata().map_err(|e| io("measure", e))?.len())
}

fn is_sound(c: &Db, path: &Path) -> Result<()> {
    let said: rusqlite::Result<String> = c.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0));
    let detail = match said {
        Ok(said) if said == "ok" => return Ok(()),
        Ok(said) => said,
        Err(error) => error.to_string(),
    };
    Err(StoreError::Damaged { path: path.to_owned(), detail })
}

impl From<OutError> for StoreError {
    fn from(error: OutError) -> Self {
        match error {
            OutError::Exists(_) => Fault::conflict(error.to_string()).into(),
            other => Self::Output(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Durability, Store};
    use super::*;

    fn society(path: &Path, threads: u32) -> Store {
        let store = Store::open(path, Durability::Full).unwrap();
        grow(&store, threads);
        store
    }

    fn grow(store: &Store, threads: u32) {
        store
            .write_blocking(move |tx| {
                for _ in 0..threads {
                    tx.execute(
                        "INSERT INTO threads (author, title, content, created_at, last_activity_at, last_seq) \
                         VALUES ('system', 't', 'c', 1, 1, 0)",
                        [],
                    )?;
                }
                Ok(())
            })
            .unwrap();
    }

    fn threads(path: &Path) -> i64 {
        open_connection(path, true)
            .unwrap()
            .query_row("SELECT count(*) FROM threads", [], |row| row.get(0))
            .unwrap()
    }

    #[test]
    fn a_log_left_by_a_crash_is_not_played_into_what_is_restored() {
        let dir = tempfile::tempdir().unwrap();
        let (live, copy) = (dir.path().join("botarium.db"), dir.path().join("monday.db"));
        let store = society(&live, 3);
        backup(&live, &copy, false).unwrap();
        grow(&store, 40);
        // As after kill -9: the log is left behind.
        let crashed = dir.path().join("crashed");
        std::fs::create_dir(&crashed).unwrap();
        for name in ["botarium.db", "botarium.db-wal"] {
            std::fs::copy(dir.path().join(name), crashed.join(name)).unwrap();
        }
        let database = crashed.join("botarium.db");
        let done = restore(&copy, &database).unwrap();
        assert_eq!((done.threads, threads(&database)), (3, 3));
        let kept = done.kept.unwrap();
        assert_eq!(threads(&kept), 43, "what was there can still be opened");
        // Again: the next number.
        let again = restore(&kept, &database).unwrap();
        assert_eq!((again.threads, threads(&database)), (43, 43));
        assert_ne!(again.kept.unwrap(), kept);
    }

    #[test]
    fn what_is_no_backup_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (live, other) = (dir.path().join("botarium.db"), dir.path().join("other"));
        society(&live, 3).close();
        let refused = |text: &str| {
            let error = restore(&other, &live).unwrap_err().to_string();
            assert!(error.contains(text), "{error}");
            assert_eq!(threads(&live), 3);
        };
        refused("no file");
        std::fs::write(&other, "long enough to be taken for a database ".repeat(500)).unwrap();
        refused("not a database");
        std::fs::write(&other, "").unwrap();
        refused("no society");
        std::fs::remove_file(&other).unwrap();
        let newer = open_connection(&other, false).unwrap();
        newer.execute_batch("PRAGMA user_version = 9999; CREATE TABLE threads (a)").unwrap();
        refused("newer");
        let itself = restore(&live, &live).unwrap_err().to_string();
        assert!(itself.contains("itself"), "{itself}");
        let left: Vec<_> = std::fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.contains("part") || name.contains("before"))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }

    #[test]
    fn an_engine_at_work_is_in_the_way() {
        let dir = tempfile::tempdir().unwrap();
        let (live, copy) = (dir.path().join("botarium.db"), dir.path().join("monday.db"));
        let store = society(&live, 3);
        backup(&live, &copy, false).unwrap();
        let _lock = EngineLock::take(&live).unwrap();
        assert!(matches!(restore(&copy, &live), Err(StoreError::Locked(_))));
        drop(store);
    }
}
