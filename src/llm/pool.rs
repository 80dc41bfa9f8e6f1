//! What is known of those who answer behind a provider: workers of a queue, or several servers.

use std::time::Duration;

/// Everybody behind a provider.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pool {
    /// Who answers, by name.
    pub members: Vec<Member>,
    /// Calls somebody is at.
    pub in_flight: usize,
    /// Calls that nobody has begun yet.
    pub waiting: usize,
    /// Why nobody can be asked, where that is so.
    pub trouble: Option<String>,
}

/// One of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Member {
    /// What it calls itself, or its address.
    pub name: String,
    /// The models it has, its own first.
    pub models: Vec<String>,
    /// Calls it takes at once; 0 where that is not known.
    pub concurrency: usize,
    /// Calls of this room that it is at.
    pub in_flight: usize,
    /// Calls of this room that it answered.
    pub answered: u64,
    /// Calls of this room that it failed.
    pub failed: u64,
    /// Tokens a second it wrote lately; `None` before its first answer.
    pub tokens_a_second: Option<f64>,
    /// How long ago it was heard of; `None` before that.
    pub heard: Option<Duration>,
    /// How long it is left alone because it failed.
    pub resting: Option<Duration>,
}

/// The newest speed and those before it, as one figure.
pub(super) fn smoothed(before: Option<f64>, tokens: i64, took: Duration) -> Option<f64> {
    let seconds = took.as_secs_f64();
    if tokens <= 0 || seconds <= 0.0 {
        return before;
    }
    // Counts are bounded far below where a float loses whole numbers.
    let now = tokens as f64 / seconds;
    Some(before.map_or(now, |before| before * 0.7 + now * 0.3))
}
