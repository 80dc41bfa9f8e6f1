//! Sums of the books for who measures the society from outside. They grow as long as it lives.

use rusqlite::Connection;

use super::Result;
use crate::domain::Money;

/// What the books sum up to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// Activities by action.
    pub actions: Vec<(String, i64)>,
    /// What each model used, by provider and model: calls for acts, memories, summaries and interviews alike.
    pub used: Vec<Used>,
    /// What is reserved for calls under way, by provider.
    pub reserved: Vec<Reserved>,
}

/// What a model used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// Provider name.
    pub provider: String,
    /// Model name.
    pub model: String,
    /// Calls charged.
    pub calls: i64,
    /// Tokens read.
    pub input: i64,
    /// Tokens written.
    pub output: i64,
    /// Of those read, tokens from the provider's cache.
    pub cached: i64,
    /// What they cost.
    pub cost: Money,
}

/// What is reserved at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserved {
    /// Provider name.
    pub provider: String,
    /// Reservations.
    pub count: i64,
    /// Their tokens.
    pub tokens: i64,
    /// Their cost.
    pub cost: Money,
}

/// Sums up the books.
///
/// # Errors
/// Database errors.
pub fn kept(c: &Connection) -> Result<Kept> {
    let actions = c
        .prepare_cached("SELECT action_type, sum(count) FROM actions_daily GROUP BY 1 ORDER BY 1")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<std::result::Result<_, _>>()?;
    let reserved = c
        .prepare_cached(
            "SELECT provider, count(*), sum(input + output), sum(cost) FROM reservations GROUP BY 1 ORDER BY 1",
        )?
        .query_map([], |row| {
            Ok(Reserved {
                provider: row.get(0)?,
                count: row.get(1)?,
                tokens: row.get(2)?,
                cost: Money::from_nanos(row.get(3)?),
            })
        })?
        .collect::<std::result::Result<_, _>>()?;
    Ok(Kept { actions, used: used(c)?, reserved })
}

/// What each model used in all, by provider and model.
///
/// # Errors
/// Database errors.
pub fn used(c: &Connection) -> Result<Vec<Used>> {
    Ok(c.prepare_cached(
        "SELECT provider, model, sum(calls), sum(input), sum(output), sum(cached), sum(cost) FROM usage_daily \
         GROUP BY provider, model ORDER BY provider, model",
    )?
    .query_map([], |row| {
        Ok(Used {
            provider: row.get(0)?,
            model: row.get(1)?,
            calls: row.get(2)?,
            input: row.get(3)?,
            output: row.get(4)?,
            cached: row.get(5)?,
            cost: Money::from_nanos(row.get(6)?),
        })
    })?
    .collect::<std::result::Result<_, _>>()?)
}
