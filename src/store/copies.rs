//! A database that Litestream copies elsewhere while it is written: how far the copy has come.
//!
//! Litestream takes what is committed out of the log of changes (`-wal`) and keeps it in files beside the database
//! (`.botarium.db-litestream/ltx/0`) until it has brought them away. The head of the newest one says up to which place of
//! which log it came; the head of `-shm` says how far the log is committed. It leaves two small tables of its own in the
//! database (`_litestream_seq`, `_litestream_lock`), which a copy has as well.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::wal::beside;
use super::{Db, Result};

/// Bytes of the head of a file of Litestream that are read.
const HEAD: usize = 72;
/// Bytes before the first page of a log.
const LOG_HEAD: u64 = 32;
/// Bytes before each page of a log.
const FRAME_HEAD: u64 = 24;

/// How far a copy has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// This database comes from a copy, or was copied once; nothing is copied from here.
    NoMore,
    /// Copied: how far it is behind.
    Behind {
        /// Bytes of the log that are committed and not taken up; `None` where that cannot be told (a log was begun anew).
        bytes: Option<u64>,
        /// How much later the last change was than the last taking up.
        time: Duration,
    },
}

/// Whether and how far this database is copied; `None` where Litestream has never been.
///
/// # Errors
/// Database errors.
pub fn look(c: &Db, database: &Path) -> Result<Option<Copied>> {
    let there = "SELECT count(*) FROM sqlite_master WHERE name IN ('_litestream_seq', '_litestream_lock')";
    let tables: i64 = c.query_row(there, [], |row| row.get(0))?;
    let Some(newest) = newest(database) else { return Ok((tables > 0).then_some(Copied::NoMore)) };
    let log = beside(database, "-wal");
    let changed = |path: &Path| std::fs::metadata(path).and_then(|meta| meta.modified()).ok();
    let last = changed(&log).max(changed(database));
    let time = match (last, changed(&newest)) {
        (Some(last), Some(taken)) => last.duration_since(taken).unwrap_or_default(),
        _ => Duration::ZERO,
    };
    Ok(Some(Copied::Behind { bytes: behind(database, &newest), time }))
}

/// The newest file that Litestream made here. Their names sort by what is in them.
fn newest(database: &Path) -> Option<PathBuf> {
    let mut directory = database.file_name()?.to_owned();
    directory.push("-litestream");
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(directory);
    let files = std::fs::read_dir(database.with_file_name(hidden).join("ltx").join("0")).ok()?;
    files
        .filter_map(|file| Some(file.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "ltx"))
        .max()
}

/// Committed bytes of the log behind the place that `taken` came to.
fn behind(database: &Path, taken: &Path) -> Option<u64> {
    let head = head::<HEAD>(taken)?;
    let committed = committed(database)?;
    if !head.starts_with(b"LTX") {
        return None;
    }
    let long = |at: usize| Some(u64::from_be_bytes(head.get(at..at + 8)?.try_into().ok()?));
    let (from, size) = (long(48)?, long(56)?);
    let same_log = head.get(64..72)? == committed.salt;
    same_log.then(|| committed.end.saturating_sub(from.saturating_add(size)))
}

struct Committed {
    /// Which log it is.
    salt: [u8; 8],
    /// Where what is committed ends.
    end: u64,
}

fn committed(database: &Path) -> Option<Committed> {
    let log: [u8; 24] = head(&beside(database, "-wal"))?;
    let index: [u8; 20] = head(&beside(database, "-shm"))?;
    let page = u64::from(u32::from_be_bytes(log[8..12].try_into().ok()?));
    let pages = u64::from(u32::from_ne_bytes(index[16..20].try_into().ok()?));
    let end = if pages == 0 { 0 } else { LOG_HEAD + pages * (FRAME_HEAD + page) };
    Some(Committed { salt: log[16..24].try_into().ok()?, end })
}

fn head<const N: usize>(path: &Path) -> Option<[u8; N]> {
    let mut head = [0; N];
    File::open(path).ok()?.read_exact(&mut head).ok()?;
    Some(head)
}

#[cfg(test)]
mod tests {
    use super::super::{Durability, Store};
    use super::*;

    /// As Litestream writes it: up to `end` of the log with this salt.
    fn taken(database: &Path, salt: &[u8], end: u64) {
        let place = database.with_file_name(".a.db-litestream").join("ltx/0");
        std::fs::create_dir_all(&place).unwrap();
        let mut head = b"LTX1".to_vec();
        head.resize(48, 0);
        head.extend(32_u64.to_be_bytes());
        head.extend((end - 32).to_be_bytes());
        head.extend(salt);
        head.resize(100, 0);
        std::fs::write(place.join("0000000000000001-0000000000000001.ltx"), head).unwrap();
    }

    #[test]
    fn how_far_a_copy_is_behind_is_told_to_the_byte() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let store = Store::open(&path, Durability::Normal).unwrap();
        let looked = || store.read_blocking(|c| look(c, &path)).unwrap();
        assert_eq!(looked(), None);
        store
            .write_blocking(|tx| {
                tx.execute_batch("CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)")?;
                Ok(())
            })
            .unwrap();
        assert_eq!(looked(), Some(Copied::NoMore));
        let now = committed(&path).unwrap();
        assert_eq!(now.end, std::fs::metadata(beside(&path, "-wal")).unwrap().len());
        taken(&path, &now.salt, now.end);
        assert!(matches!(looked(), Some(Copied::Behind { bytes: Some(0), .. })));
        store
            .write_blocking(|tx| Ok(tx.execute("INSERT INTO meta VALUES ('big', randomblob(100000))", [])?))
            .unwrap();
        let more = committed(&path).unwrap().end - now.end;
        assert!(more > 100_000);
        assert!(matches!(looked(), Some(Copied::Behind { bytes: Some(bytes), .. }) if bytes == more));
        taken(&path, &[1; 8], now.end);
        assert!(matches!(looked(), Some(Copied::Behind { bytes: None, .. })));
    }
}
