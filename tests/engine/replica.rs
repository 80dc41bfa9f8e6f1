//! A journal, applied again in an empty database, leads to the same society: every table, thoughts decoded.

use std::path::Path;

use botarium::engine::replay::Replay;
use rusqlite::Connection;

/// The journal of `database` leads to what is there.
pub fn assert_same(database: &Path) {
    let home = tempfile::tempdir().unwrap();
    let copy = home.path().join("replica.db");
    let mut replay = Replay::begin(database, &copy).unwrap();
    if let Err(why) = replay.run(None) {
        replay.close();
        let (a, b) = (Connection::open(database).unwrap(), Connection::open(&copy).unwrap());
        panic!("{why}\n{}{}", rows(&a, &b, "activities"), rows(&a, &b, "memories"));
    }
    let different = replay.differences().unwrap();
    replay.close();
    if !different.is_empty() {
        let (a, b) = (Connection::open(database).unwrap(), Connection::open(&copy).unwrap());
        panic!(
            "came out otherwise: {different:?}\n{}",
            different.iter().map(|t| rows(&a, &b, t)).collect::<String>()
        );
    }
}

/// The first rows of a table that differ.
fn rows(a: &Connection, b: &Connection, table: &str) -> String {
    let all = |c: &Connection| -> Vec<String> {
        let mut statement = c.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).unwrap();
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| {
            Ok((0..columns).map(|i| shown(row.get_ref(i).unwrap())).collect::<String>())
        };
        statement.query_map([], row).unwrap().map(Result::unwrap).collect()
    };
    let (a, b) = (all(a), all(b));
    let mut told = format!("{table}: {} rows, {} again\n", a.len(), b.len());
    for (was, is) in a.iter().zip(&b).filter(|(was, is)| was != is).take(3) {
        told += &format!("- {}\n+ {}\n", text(was), text(is));
    }
    told
}

fn shown(value: rusqlite::types::ValueRef<'_>) -> String {
    match value {
        rusqlite::types::ValueRef::Text(text) => format!("{}, ", String::from_utf8_lossy(text)),
        other => format!("{other:?}, "),
    }
}

fn text(row: &str) -> String {
    row.chars().take(600).collect()
}
