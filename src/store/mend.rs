//! Counts that no model can have used: a server that reported them once must not make a room unusable.
//!
//! New ones are not believed where they are read; what an earlier version wrote down is taken out at
//! the start. Sums of them leave the range of whole numbers, and everything that adds them up fails.

use rusqlite::TransactionBehavior;

use super::{Db, Result};

/// No day of a room has used more tokens than this.
const DAY_MOST: i64 = 1_000_000_000_000;
/// No day of a room has cost more than this, in nano-dollars.
const DAY_COST_MOST: i64 = 1_000_000_000_000_000;

/// Takes counts beyond belief out of the books; answers how many rows that were. What is taken out
/// counts as nothing: how much it was nobody knows.
///
/// # Errors
/// Database errors.
pub(super) fn books(c: &mut Db) -> Result<usize> {
    // A row a day: cheap enough for every start. What hurts elsewhere hurts here as well.
    let hurt: bool = c.query_row(
        &format!(
            "SELECT EXISTS (SELECT 1 FROM usage_room WHERE {}) OR EXISTS (SELECT 1 FROM token_rates WHERE {})",
            beyond(&["tokens", "bound_tokens"], &["cost"]),
            beyond(&["per_byte"], &[]),
        ),
        [],
        |row| row.get(0),
    )?;
    if !hurt {
        return Ok(0);
    }
    let tx = c.raw().transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut rows = 0;
    for (table, tokens, cost) in [
        ("usage_daily", ["input", "output", "cached", "bound_tokens"].as_slice(), ["cost"].as_slice()),
        ("activities", &["tokens_used"], &["cost"]),
    ] {
        let nothing: Vec<String> = tokens.iter().chain(cost).map(|column| format!("{column} = 0")).collect();
        let sql = format!("UPDATE {table} SET {} WHERE {}", nothing.join(", "), beyond(tokens, cost));
        rows += tx.execute(&sql, [])?;
    }
    for (table, columns) in [("reservations", ["input", "output"].as_slice()), ("token_rates", &["per_byte"])]
    {
        rows += tx.execute(&format!("DELETE FROM {table} WHERE {}", beyond(columns, &[])), [])?;
    }
    // The room's days are the sums of the bots'.
    rows += tx.execute(
        &format!(
            "UPDATE usage_room SET (tokens, cost, bound_tokens) = (\
             SELECT ifnull(sum(input + output), 0), ifnull(sum(cost), 0), ifnull(sum(bound_tokens), 0) \
             FROM usage_daily d WHERE d.day = usage_room.day) WHERE {}",
            beyond(&["tokens", "bound_tokens"], &["cost"])
        ),
        [],
    )?;
    tx.commit()?;
    Ok(rows)
}

/// The condition that one of these columns is beyond belief.
fn beyond(tokens: &[&str], cost: &[&str]) -> String {
    let all = tokens
        .iter()
        .map(|column| (column, DAY_MOST))
        .chain(cost.iter().map(|column| (column, DAY_COST_MOST)));
    let each: Vec<String> = all
        .map(|(column, most)| format!("typeof({column}) <> 'integer' OR {column} NOT BETWEEN 0 AND {most}"))
        .collect();
    each.join(" OR ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Durability, Store};

    #[test]
    fn a_room_that_was_hurt_is_mended_at_the_start_and_others_are_let_be() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        drop(Store::open(&path, Durability::Normal).unwrap());
        let c = Db::open(&path).unwrap();
        // As it comes about: sums that left the range of whole numbers.
        c.execute_batch(
            "INSERT INTO usage_daily VALUES ('ada', 'd1', 'toy', 'm', 2, 9223372036854775807 + 1, 5, 0, 7, 1, 5);
             INSERT INTO usage_daily VALUES ('bea', 'd1', 'toy', 'm', 1, 900, 40, 0, 3, 1, 940);
             INSERT INTO usage_daily VALUES ('bea', 'd1', 'calm', 'm', 1, 10, 1, 0, 0, 1, 0);
             INSERT INTO usage_daily VALUES ('bea', 'd0', 'toy', 'm', 1, 900, 40, 0, 3, 1, 940);
             INSERT INTO usage_room VALUES ('d1', 9223372036854775807 + 1, 10, 9223372036854775807);
             INSERT INTO usage_room VALUES ('d0', 940, 3, 940);
             INSERT INTO token_rates VALUES ('toy', 'm', 9223372036854775807), ('toy', 'n', 300000);
             INSERT INTO reservations (bot_id, day, provider, model, input, output, cost, priced, created_at)
             VALUES ('ada', 'd1', 'toy', 'm', 6000000000000000000, 5, 0, 1, 0);",
        )
        .unwrap();
        drop(c);
        drop(Store::open(&path, Durability::Normal).unwrap());
        let mut c = Db::open(&path).unwrap();
        let rows = |sql: &str| -> Vec<String> {
            let mut statement = c.prepare(sql).unwrap();
            statement.query_map([], |row| row.get(0)).unwrap().map(std::result::Result::unwrap).collect()
        };
        assert_eq!(
            rows(
                "SELECT day || ' ' || tokens || ' ' || cost || ' ' || bound_tokens FROM usage_room ORDER BY day"
            ),
            ["d0 940 3 940", "d1 951 3 940"]
        );
        assert_eq!(
            rows("SELECT input || ' ' || cost FROM usage_daily ORDER BY bot_id, day, provider"),
            ["0 0", "900 3", "10 0", "900 3"]
        );
        assert_eq!(rows("SELECT model FROM token_rates"), ["n"]);
        assert_eq!(rows("SELECT bot_id FROM reservations"), Vec::<String>::new());
        assert_eq!(books(&mut c).unwrap(), 0);
    }
}
