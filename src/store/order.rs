//! The orders that threads are listed in.

use rusqlite::OptionalExtension;

use super::{Db, Result};
use crate::protocol::{Fault, ThreadSort};

/// The value a thread is sorted by, besides its id.
pub(super) const fn key(sort: ThreadSort) -> &'static str {
    match sort {
        ThreadSort::Newest => "id",
        ThreadSort::Popular => "upvotes - downvotes",
        ThreadSort::Active => "last_seq",
    }
}

/// Where the thread `id` stands in the order.
pub(super) fn position(c: &Db, sort: ThreadSort, id: i64) -> Result<i64> {
    c.prepare_cached(&format!("SELECT {} FROM threads WHERE id = ?1", key(sort)))?
        .query_row([id], |row| row.get(0))
        .optional()?
        .ok_or_else(|| Fault::not_found("thread", id).into())
}

/// The highest id of a thread, hidden ones too; 0 when there is none.
pub(super) fn newest(c: &Db) -> Result<i64> {
    Ok(c.prepare_cached("SELECT ifnull(max(id), 0) FROM threads")?.query_row([], |row| row.get(0))?)
}
