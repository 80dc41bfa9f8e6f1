//! A copy of a database, live or not: consistent, compact, checked before it gets its name.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{Result, StoreError, open_connection, schema};
use crate::protocol::Fault;

/// Copies the database at `from` to the new file `to` and answers the copy's size in bytes.
///
/// The copy is as of one moment; an engine at work is not held up. It is written beside `to`,
/// checked, synced, and only then renamed. What is there already is never overwritten.
///
/// # Errors
/// 409 when `to` exists; when it cannot be written, the disk is full, or the copy does not check out.
pub fn backup(from: &Path, to: &Path) -> Result<u64> {
    let io = |action, source| StoreError::Io { action, path: to.to_path_buf(), source };
    // Holds the name: two backups at once cannot both have it.
    OpenOptions::new().write(true).create_new(true).open(to).map_err(|source| match source.kind() {
        ErrorKind::AlreadyExists => {
            Fault::conflict(format!("{} exists already; choose another name", to.display())).into()
        }
        _ => io("create", source),
    })?;
    let part = beside(to);
    let copied = copy(from, &part).and_then(|size| {
        std::fs::rename(&part, to).map_err(|source| io("name", source))?;
        Ok(size)
    });
    if copied.is_err() {
        // What is left of a failed copy helps nobody.
        let _ = std::fs::remove_file(&part);
        let _ = std::fs::remove_file(to);
    }
    copied
}

fn beside(to: &Path) -> PathBuf {
    let mut name = to.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".part-{}", std::process::id()));
    to.with_file_name(name)
}

fn copy(from: &Path, part: &Path) -> Result<u64> {
    let io = |action, source| StoreError::Io { action, path: part.to_path_buf(), source };
    let text = part
        .to_str()
        .ok_or_else(|| io("write", std::io::Error::new(ErrorKind::InvalidInput, "its name is not UTF-8")))?;
    let source = open_connection(from, true)?;
    schema::verify(&source, from)?;
    source.execute("VACUUM INTO ?1", [text])?;
    verify(&source, part)?;
    let file = OpenOptions::new().read(true).write(true).open(part).map_err(|e| io("open", e))?;
    file.sync_all().map_err(|e| io("sync", e))?;
    Ok(file.metadata().map_err(|e| io("measure", e))?.len())
}

/// The copy is sound and of the same schema.
fn verify(source: &Connection, part: &Path) -> Result<()> {
    let copy = open_connection(part, true)?;
    let damaged = |detail: String| StoreError::Damaged { path: part.to_path_buf(), detail };
    let said: String = copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if said != "ok" {
        return Err(damaged(said));
    }
    let version = |c: &Connection| c.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
    if version(&copy)? != version(source)? {
        return Err(damaged("the copy has another schema".into()));
    }
    Ok(())
}
