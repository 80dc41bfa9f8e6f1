//! One connection to a society's database.
//!
//! The other rooms hand a [`Db`] to the queries of this one and can do nothing else with it: what it is made of, and the
//! language it is asked in, are known in here alone.

use std::path::Path;
use std::time::Duration;

use rusqlite::types::FromSql;
use rusqlite::{
    CachedStatement, Connection, InterruptHandle, Params, Result as Sql, Row, Statement, Transaction,
};

use super::{BUSY, Result};

#[cfg(test)]
thread_local! {
    static READS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// For tests that count what is asked: questions that were put on this thread so far.
#[cfg(test)]
pub(crate) fn reads() -> u64 {
    READS.get()
}

/// A connection to one database. A query takes it and runs the same inside a change and beside the engine.
pub struct Db(Connection);

impl Db {
    /// Opens the database at `path`, which is made if it is not there, beside whoever else works on it. Nothing is
    /// brought up to date.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn open(path: &Path) -> Result<Self> {
        open_connection(path, false)
    }

    /// What is done until [`Transaction::commit`] is undone when that is not reached, and seen by nobody before.
    pub(super) fn begin(&self) -> Sql<Transaction<'_>> {
        self.0.unchecked_transaction()
    }

    /// For what brings a schema up to date.
    pub(super) const fn raw(&mut self) -> &mut Connection {
        &mut self.0
    }

    /// For tests that watch SQLite at work.
    #[cfg(test)]
    pub(super) const fn inner(&self) -> &Connection {
        &self.0
    }

    pub(super) fn prepare(&self, sql: &str) -> Sql<Statement<'_>> {
        self.0.prepare(sql)
    }

    pub(super) fn prepare_cached(&self, sql: &str) -> Sql<CachedStatement<'_>> {
        #[cfg(test)]
        READS.set(READS.get() + u64::from(sql.trim_start().starts_with("SELECT")));
        self.0.prepare_cached(sql)
    }

    pub(super) fn query_row<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnOnce(&Row<'_>) -> Sql<T>,
    ) -> Sql<T> {
        self.0.query_row(sql, values, read)
    }

    pub(super) fn execute(&self, sql: &str, values: impl Params) -> Sql<usize> {
        self.0.execute(sql, values)
    }

    pub(super) fn execute_batch(&self, sql: &str) -> Sql<()> {
        self.0.execute_batch(sql)
    }

    pub(super) fn last_insert_rowid(&self) -> i64 {
        self.0.last_insert_rowid()
    }

    /// Rows that were changed through this connection, ever.
    pub(super) fn total_changes(&self) -> u64 {
        self.0.total_changes()
    }

    pub(super) fn set_pragma(&self, name: &str, value: impl rusqlite::ToSql) -> Sql<()> {
        self.0.pragma_update(None, name, value)
    }

    pub(super) fn pragma<T: FromSql>(&self, name: &str) -> Sql<T> {
        self.0.pragma_query_value(None, name, |row| row.get(0))
    }

    /// Whether no transaction is under way.
    pub(super) fn is_autocommit(&self) -> bool {
        self.0.is_autocommit()
    }

    pub(super) fn busy_timeout(&self, wait: Duration) -> Sql<()> {
        self.0.busy_timeout(wait)
    }

    pub(super) fn release_memory(&self) {
        let _ = self.0.release_memory(); // what is in use stays
    }

    pub(super) fn get_interrupt_handle(&self) -> InterruptHandle {
        self.0.get_interrupt_handle()
    }
}

/// Opens one connection with the settings all of them share.
pub(super) fn open_connection(path: &Path, read_only: bool) -> Result<Db> {
    use rusqlite::OpenFlags;
    let flags = if read_only {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    } else {
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
    } | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    // Plans depend on the statement alone; otherwise many are made anew whenever a value is bound.
    connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(Db(connection))
}
