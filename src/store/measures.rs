//! Sums of the books for who measures the society from outside. They grow as long as it lives.

use super::columns::columns;
use super::{Db, Result};
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
    /// Of both, tokens that the default caps count: none of the embedded provider's.
    pub bound_tokens: i64,
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

columns! {
    RESERVED, reserved -> Reserved {
        provider,
        count = "count(*)",
        tokens = "sum(input + output)",
        cost = "sum(cost)",
    }
}

/// Sums up the books.
///
/// # Errors
/// Database errors.
pub fn kept(c: &Db) -> Result<Kept> {
    let actions = c
        .prepare_cached("SELECT action_type, sum(count) FROM actions_daily GROUP BY 1 ORDER BY 1")?
        .query_map([], |row| row.try_into())?
        .collect::<std::result::Result<_, _>>()?;
    let reserved = c
        .prepare_cached(&format!("SELECT {RESERVED} FROM reservations GROUP BY 1 ORDER BY 1"))?
        .query_map([], reserved)?
        .collect::<std::result::Result<_, _>>()?;
    Ok(Kept { actions, used: used(c)?, reserved })
}

columns! {
    USED, used_row -> Used {
        provider,
        model,
        calls = "sum(calls)",
        input = "sum(input)",
        output = "sum(output)",
        bound_tokens = "sum(bound_tokens)",
        cached = "sum(cached)",
        cost = "sum(cost)",
    }
}

/// What each model used in all, by provider and model.
///
/// # Errors
/// Database errors.
pub fn used(c: &Db) -> Result<Vec<Used>> {
    Ok(c.prepare_cached(&format!(
        "SELECT {USED} FROM usage_daily GROUP BY provider, model ORDER BY provider, model"
    ))?
    .query_map([], used_row)?
    .collect::<std::result::Result<_, _>>()?)
}
