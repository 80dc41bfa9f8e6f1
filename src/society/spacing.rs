//! The arithmetic of spreading beats over time.

use crate::domain::Stamp;

/// The first beat of a room comes this soon, in microseconds.
const FIRST: i64 = 200_000;

/// An interval after `at`, a tenth more or less by `share` (0–1).
#[must_use]
pub(crate) fn after(at: Stamp, interval_seconds: u32, share: f64) -> Stamp {
    #[allow(clippy::cast_possible_truncation)] // at most a week in microseconds
    let micros = (f64::from(interval_seconds) * 1e6 * (0.9 + 0.2 * share)) as i64;
    at.plus_micros(micros.max(1))
}

/// The beat of the `index`th of `count` bots that have none to come (they were never planned, or missed it), spread
/// over the interval: once each, and never all at the same moment.
#[must_use]
pub(crate) fn spread(now: Stamp, index: usize, count: usize, interval_seconds: u32) -> Stamp {
    let (index, count) = (i64::try_from(index).unwrap_or(0), i64::try_from(count).unwrap_or(1).max(1));
    let micros = i128::from(interval_seconds) * 1_000_000 * i128::from(index) / i128::from(count);
    now.plus_micros(FIRST + i64::try_from(micros).unwrap_or(0))
}

/// The furthest ahead that a beat may be planned at `now`.
#[must_use]
pub(crate) fn latest(now: Stamp, interval_seconds: u32) -> Stamp {
    after(now, interval_seconds, 1.0).plus_micros(FIRST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> Stamp {
        Stamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn a_new_room_wakes_within_half_a_second_and_then_spreads_out() {
        let dues: Vec<_> = (0..6).map(|i| spread(at(0), i, 6, 30)).collect();
        assert!(dues[0] < Stamp::from_micros(500_000));
        assert!(dues.windows(2).all(|pair| pair[1].seconds_since(pair[0]) == 5));
    }

    proptest! {
        #[test]
        fn the_next_beat_is_an_interval_away_give_or_take_a_tenth(interval in 1u32..700_000, share in 0.0f64..1.0) {
            let next = after(at(0), interval, share).micros();
            prop_assert!(next >= i64::from(interval) * 900_000 && next <= i64::from(interval) * 1_100_000);
        }
    }
}
