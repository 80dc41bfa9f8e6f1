//! The wall clock may be set, and the machine may sleep: plans are mended when it jumped.
//!
//! Durations are told by the monotonic clock; the wall clock only names the time of what happens and of what
//! is planned. No plan lies further ahead than its bot's interval.

use std::time::Instant;

use super::shared::Shared;
use crate::domain::Stamp;
use crate::domain::pace::human_interval;
use crate::society::wall::Jumped;

/// A difference below this, in microseconds, is no jump.
const JUMP: i64 = 2_000_000;

/// Compares the wall clock with the monotonic one.
pub(super) struct Watch {
    mono: Instant,
    wall: Stamp,
}

impl Watch {
    pub(super) fn start(now: Stamp) -> Self {
        Self { mono: Instant::now(), wall: now }
    }

    /// By how many microseconds the wall clock jumped since it was last asked.
    pub(super) fn jumped(&mut self, now: Stamp) -> Option<i64> {
        let passed = i64::try_from(self.mono.elapsed().as_micros()).unwrap_or(i64::MAX);
        let by = now.micros() - self.wall.micros() - passed;
        *self = Self::start(now);
        (by.abs() >= JUMP).then_some(by)
    }
}

/// Says that the clock jumped, and plans anew what does not fit the time it shows now.
pub(super) async fn mend(shared: &std::sync::Arc<Shared>, by: i64) {
    let seconds = u32::try_from(by.unsigned_abs() / 1_000_000).unwrap_or(u32::MAX);
    let way = if by > 0 { "forward" } else { "back" };
    tracing::warn!(
        "the clock jumped {way} by {}: it was set, or the machine slept; beats are planned anew",
        human_interval(seconds)
    );
    if let Err(error) = shared.enter(Jumped {}).await {
        tracing::error!("the plans after a jump of the clock could not be stored: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_is_what_the_monotonic_clock_does_not_know_of() {
        let now = Stamp::from_micros(5_000_000_000);
        let mut watch = Watch::start(now);
        assert_eq!(watch.jumped(now.plus_seconds(1)), None);
        let back = watch.jumped(now.plus_seconds(-3_600)).unwrap();
        assert!((-3_602_000_000..=-3_600_000_000).contains(&back), "{back}");
        assert!(watch.jumped(now.plus_seconds(86_400)).unwrap() > 0);
        assert_eq!(watch.jumped(now.plus_seconds(86_400)), None);
    }
}
