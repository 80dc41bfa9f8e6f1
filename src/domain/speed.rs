//! How fast a model reads and writes, from one small call, and what a beat of a lived room takes at that speed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::pace::{INTERVAL_MAX, Preset};

/// Tokens that a beat of a room that has lived for a while has a model read.
pub const BEAT_READ: u32 = 4_000;
/// Tokens that such a beat has it write.
pub const BEAT_WRITTEN: u32 = 300;

/// What was seen of one call.
#[derive(Copy, Clone, Debug)]
pub struct Sample {
    /// Tokens that were read.
    pub read: i64,
    /// Tokens that were written.
    pub written: i64,
    /// Seconds until the first of them came; `None` where they came all at once, or only after others that
    /// were kept back.
    pub first: Option<f64>,
    /// Seconds in all.
    pub whole: f64,
    /// Whether it thought before it answered.
    pub thinks: bool,
}

/// How fast a model is.
#[derive(Copy, Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Speed {
    /// Tokens a second it reads; absent where reading and writing could not be told apart.
    pub read_per_second: Option<f64>,
    /// Tokens a second it writes; absent where they could not be told apart.
    pub written_per_second: Option<f64>,
    /// Seconds that a beat of 4,000 tokens read and 300 written takes at that speed; where reading and writing
    /// could not be told apart, it takes no longer.
    pub beat_seconds: f64,
    /// Whether it thinks before it answers, which comes on top.
    pub thinks: bool,
}

impl Speed {
    /// What a call tells; nothing where it told no tokens or took no time.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // counts of one small call
    pub fn of(sample: Sample) -> Option<Self> {
        let Sample { read, written, first, whole, thinks } = sample;
        if read < 1 || written < 1 || !whole.is_finite() || whole <= 0.0 {
            return None;
        }
        let (read, written) = (read as f64, written as f64);
        let (to_read, to_write) = (f64::from(BEAT_READ), f64::from(BEAT_WRITTEN));
        // The first token comes at the end of the reading; what is written takes the rest of the time.
        let speeds = |first: f64| (read / first, (written - 1.0) / (whole - first));
        // No model writes faster than it reads: where it seems so, all of it came in one piece.
        let apart = |(reads, writes): &(f64, f64)| writes.is_finite() && *writes > 0.0 && writes <= reads;
        let parts = first.filter(|first| *first > 0.0 && *first < whole).map(speeds).filter(apart);
        Some(match parts {
            Some((reads, writes)) => Self {
                read_per_second: Some(reads),
                written_per_second: Some(writes),
                beat_seconds: to_read / reads + to_write / writes,
                thinks,
            },
            // As slow as if each of the two had taken all of the time.
            None => Self {
                read_per_second: None,
                written_per_second: None,
                beat_seconds: to_read * whole / read + to_write * whole / written,
                thinks,
            },
        })
    }

    /// Beats an hour, one after the other.
    #[must_use]
    pub fn beats_an_hour(self) -> f64 {
        3_600.0 / self.beat_seconds
    }

    /// The shortest of the named paces, in seconds, at which so many bots do not wait for each other; beyond those,
    /// whole hours.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // bounded by the longest interval
    pub fn fitting_pace(self, bots: usize) -> u32 {
        let bots = u32::try_from(bots).unwrap_or(u32::MAX);
        let round = self.beat_seconds * f64::from(bots.max(1));
        let named = Preset::NAMED.into_iter().rev().filter_map(Preset::seconds);
        let fits = |seconds: &u32| round <= f64::from(*seconds);
        named.into_iter().find(fits).unwrap_or_else(|| {
            let hours = (round / 3_600.0).ceil().min(f64::from(INTERVAL_MAX / 3_600));
            hours as u32 * 3_600
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(first: Option<f64>, whole: f64) -> Sample {
        Sample { read: 300, written: 25, first, whole, thinks: false }
    }

    #[test]
    fn a_small_call_tells_how_long_a_beat_takes() {
        let speed = Speed::of(sample(Some(3.0), 5.0)).unwrap();
        assert_eq!((speed.read_per_second, speed.written_per_second), (Some(100.0), Some(12.0)));
        assert!((speed.beat_seconds - 65.0).abs() < 1e-9, "{speed:?}");
        assert!((speed.beats_an_hour() - 55.38).abs() < 0.01);
        // Where it came all at once: never less than that.
        let bound = Speed::of(sample(None, 5.0)).unwrap();
        assert!(bound.beat_seconds > speed.beat_seconds && bound.read_per_second.is_none());
        for first in [5.0, 4.999_999, 4.9] {
            assert_eq!(Speed::of(sample(Some(first), 5.0)), Some(bound), "it came in one piece");
        }
        for nothing in [Sample { read: 0, ..sample(None, 5.0) }, Sample { written: 0, ..sample(None, 5.0) }] {
            assert_eq!(Speed::of(nothing), None);
        }
        assert_eq!(Speed::of(sample(None, 0.0)), None);
    }

    #[test]
    fn the_pace_that_fits_lets_nobody_wait_for_another() {
        let speed = |beat_seconds| Speed {
            read_per_second: None,
            written_per_second: None,
            beat_seconds,
            thinks: false,
        };
        for (beat, bots, pace) in [
            (10.0, 6, 300),
            (50.0, 6, 300),
            (51.0, 6, 900),
            (65.0, 6, 900),
            (40.0, 300, 14_400),
            (60.0, 300, 18_000),
            (1e9, 6, 604_800),
            (0.001, 0, 300),
        ] {
            assert_eq!(speed(beat).fitting_pace(bots), pace, "{beat} s, {bots} bots");
        }
    }
}
