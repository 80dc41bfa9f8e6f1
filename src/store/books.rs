//! The books: what was used per bot, day and model, and what is reserved for calls under way.

use rusqlite::{OptionalExtension, params};

use super::columns::columns;
use super::{Db, Result};
use crate::domain::status::Spending;
use crate::domain::{Money, Stamp, Usage};

/// What a call used, for the day's books.
pub struct Charge<'a> {
    /// Whose.
    pub bot: &'a str,
    /// The room's day.
    pub day: &'a str,
    /// Provider name.
    pub provider: &'a str,
    /// Model name.
    pub model: &'a str,
    /// Tokens.
    pub usage: Usage,
    /// Cost.
    pub cost: Money,
    /// Whether the model has a known price.
    pub priced: bool,
    /// Whether the default caps count it (every kind of provider but the embedded one).
    pub bound: bool,
}

/// Adds a call to the day's usage.
///
/// # Errors
/// Database errors.
pub fn charge(c: &Db, charge: &Charge<'_>) -> Result<()> {
    // Sums stop at 2⁶⁰: beyond the end of whole numbers SQLite would go on in fractions.
    let Usage { input, output, cached, .. } = charge.usage;
    let total = charge.usage.total();
    let bound = if charge.bound { total } else { 0 };
    c.prepare_cached(
        "INSERT INTO usage_daily (bot_id, day, provider, model, calls, input, output, cached, cost, priced, bound_tokens) \
         VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO UPDATE SET \
         calls = calls + 1, input = min(input + ?5, 1152921504606846976), output = min(output + ?6, 1152921504606846976), \
         cached = min(cached + ?7, 1152921504606846976), cost = min(cost + ?8, 1152921504606846976), \
         priced = min(priced, ?9), bound_tokens = min(bound_tokens + ?10, 1152921504606846976)",
    )?
    .execute(params![
        charge.bot,
        charge.day,
        charge.provider,
        charge.model,
        input,
        output,
        cached,
        charge.cost,
        charge.priced,
        bound
    ])?;
    c.prepare_cached(
        "INSERT INTO usage_room (day, tokens, cost, bound_tokens) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET tokens = min(tokens + ?2, 1152921504606846976), \
         cost = min(cost + ?3, 1152921504606846976), bound_tokens = min(bound_tokens + ?4, 1152921504606846976)",
    )?
    .execute(params![charge.day, total, charge.cost, bound])?;
    Ok(())
}

columns! {
    SPENT, spending -> Spending {
        tokens = "ifnull(sum(t), 0)",
        bound_tokens = "ifnull(sum(b), 0)",
        cost = "ifnull(sum(cost), 0)",
    }
}

/// What `bot` has used on `day`, with what is reserved for calls under way.
///
/// # Errors
/// Database errors.
pub fn spent(c: &Db, bot: &str, day: &str) -> Result<Spending> {
    Ok(c.prepare_cached(
        &format!(
            "SELECT {SPENT} FROM (SELECT input + output AS t, bound_tokens AS b, cost FROM usage_daily \
             WHERE bot_id = ?1 AND day = ?2 \
             UNION ALL SELECT input + output, input + output, cost FROM reservations WHERE bot_id = ?1 AND day = ?2)"
        ),
    )?
    .query_row([bot, day], spending)?)
}

/// What the whole room has used on `day`, with what is reserved.
///
/// # Errors
/// Database errors.
pub fn spent_by_room(c: &Db, day: &str) -> Result<Spending> {
    Ok(c.prepare_cached(
        "SELECT ifnull(sum(t), 0), ifnull(sum(b), 0), ifnull(sum(cost), 0) FROM \
         (SELECT tokens AS t, bound_tokens AS b, cost FROM usage_room WHERE day = ?1 \
          UNION ALL SELECT input + output, input + output, cost FROM reservations WHERE day = ?1)",
    )?
    .query_row([day], spending)?)
}

/// An upper bound of a call, as written before it is made; of a call that the default caps count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// Row id.
    pub id: i64,
    /// Whose.
    pub bot: String,
    /// The room's day it was made on, which it is charged to.
    pub day: String,
    /// Provider name.
    pub provider: String,
    /// Model name.
    pub model: String,
    /// Input tokens at most.
    pub input: i64,
    /// Output tokens at most.
    pub output: i64,
    /// Cost at most.
    pub cost: Money,
    /// Whether the model has a known price.
    pub priced: bool,
}

/// Writes a reservation of a call that is not sent yet, and answers its id.
///
/// # Errors
/// Database errors.
pub fn reserve(c: &Db, r: &Reservation, at: Stamp) -> Result<i64> {
    c.prepare_cached(
        "INSERT INTO reservations (bot_id, day, provider, model, input, output, cost, priced, created_at, sent) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0)",
    )?
    .execute(params![
        r.bot,
        r.day,
        r.provider,
        r.model,
        r.input,
        r.output,
        r.cost,
        r.priced,
        at
    ])?;
    Ok(c.last_insert_rowid())
}

/// Notes whether a reservation's call was sent: only then can it have cost something.
///
/// # Errors
/// Database errors.
pub fn mark_sent(c: &Db, id: i64, sent: bool) -> Result<()> {
    c.prepare_cached("UPDATE reservations SET sent = ?2 WHERE id = ?1")?.execute(params![id, sent])?;
    Ok(())
}

/// Puts what a call used in the place of its upper bound, until it is charged.
///
/// # Errors
/// Database errors.
pub fn narrow(c: &Db, id: i64, usage: Usage, cost: Money) -> Result<()> {
    c.prepare_cached("UPDATE reservations SET input = ?2, output = ?3, cost = ?4 WHERE id = ?1")?
        .execute(params![id, usage.input, usage.output, cost])?;
    Ok(())
}

/// Takes out the reservations of calls that were never sent; answers how many there were.
///
/// # Errors
/// Database errors.
pub fn release_unsent(c: &Db) -> Result<usize> {
    Ok(c.prepare_cached("DELETE FROM reservations WHERE sent = 0")?.execute([])?)
}

/// Takes a reservation out of the books.
///
/// # Errors
/// Database errors.
pub fn release(c: &Db, id: i64) -> Result<()> {
    c.prepare_cached("DELETE FROM reservations WHERE id = ?1")?.execute([id])?;
    Ok(())
}

columns! {
    RESERVATION_COLUMNS, reservation_row -> Reservation {
        id,
        bot = "bot_id",
        day,
        provider,
        model,
        input,
        output,
        cost,
        priced,
    }
}

/// One reservation.
///
/// # Errors
/// Database errors.
pub fn reservation(c: &Db, id: i64) -> Result<Option<Reservation>> {
    Ok(c.prepare_cached(&format!("SELECT {RESERVATION_COLUMNS} FROM reservations WHERE id = ?1"))?
        .query_row([id], reservation_row)
        .optional()?)
}

/// Every reservation of a call that was sent: after a crash, calls that were cut off.
///
/// # Errors
/// Database errors.
pub fn reservations(c: &Db) -> Result<Vec<Reservation>> {
    let mut statement = c.prepare_cached(&format!(
        "SELECT {RESERVATION_COLUMNS} FROM reservations WHERE sent = 1 ORDER BY id"
    ))?;
    let rows = statement.query_map([], reservation_row)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Highest tokens per prompt byte seen for a model, in millionths.
///
/// # Errors
/// Database errors.
pub fn token_rate(c: &Db, provider: &str, model: &str) -> Result<Option<i64>> {
    Ok(c.prepare_cached("SELECT per_byte FROM token_rates WHERE provider = ?1 AND model = ?2")?
        .query_row([provider, model], |row| row.get(0))
        .optional()?)
}

/// Notes a rate when it is the highest so far.
///
/// # Errors
/// Database errors.
pub fn note_token_rate(c: &Db, provider: &str, model: &str, per_byte: i64) -> Result<()> {
    c.prepare_cached(
        "INSERT INTO token_rates (provider, model, per_byte) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET per_byte = max(per_byte, ?3)",
    )?
    .execute(params![provider, model, per_byte])?;
    Ok(())
}
