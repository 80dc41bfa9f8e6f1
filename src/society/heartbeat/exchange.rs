//! The record's side of a call.

use crate::domain::personality::MODEL_MAX;
use crate::domain::text::{clean, clean_line};
use crate::llm::{Completion, Purpose};
use crate::protocol::Exchange;
use crate::society::budget::Settlement;

/// Longest raw answer kept in a thought record.
const ANSWER_MAX: usize = 20_000;

/// The record's side of a call.
pub(crate) fn exchange(purpose: Purpose, completion: &Completion, settlement: &Settlement) -> Exchange {
    let usage = completion.usage.unwrap_or_default();
    Exchange {
        purpose: purpose.as_str().to_owned(),
        provider: settlement.tariff.provider.clone(),
        model: clean_line(&completion.model, MODEL_MAX),
        request: String::new(),
        answer: clean(&completion.text, ANSWER_MAX),
        usage,
        reported: completion.usage.is_some(),
        latency_ms: i64::try_from(completion.latency.as_millis()).unwrap_or(i64::MAX),
        waited_ms: 0,
        cost_usd: settlement.tariff.price.cost(usage),
        error: None,
    }
}
