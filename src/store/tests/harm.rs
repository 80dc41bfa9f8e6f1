//! What tests of other rooms do to a database that nothing does by itself.

use std::ops::RangeInclusive;
use std::path::Path;

use rusqlite::Connection;

/// Takes entries out of the journal.
pub(crate) fn cut_journal(database: &Path, entries: RangeInclusive<i64>) {
    let c = Connection::open(database).unwrap();
    let cut = "DELETE FROM journal WHERE number BETWEEN ?1 AND ?2";
    assert!(c.execute(cut, [entries.start(), entries.end()]).unwrap() > 0);
}

/// Gives a table another name, under which nobody finds it.
pub(crate) fn rename_table(database: &Path, name: &str, to: &str) {
    Connection::open(database).unwrap().execute_batch(&format!("ALTER TABLE {name} RENAME TO {to}")).unwrap();
}
