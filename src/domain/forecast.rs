//! What the rest of the day will use, from what the last days used.

use super::budget::Money;
use super::stamp::Stamp;
use super::status::Caps;

/// Days the mean is taken over, today among them.
pub const DAYS: i64 = 7;

/// What one bot did lately and how it goes on.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Tokens of the last days.
    pub tokens: i64,
    /// Cost of the last days.
    pub cost: Money,
    /// Acts of the last days: beats that asked a model.
    pub acts: i64,
    /// Beats ever, without those that a person or a cap forbade.
    pub beats: i64,
    /// Of those, beats with nothing to react to.
    pub idle: i64,
    /// What a beat is likely to use, for a bot that has not asked a model yet.
    pub guess: (i64, Money),
    /// Tokens today.
    pub tokens_today: i64,
    /// Cost today.
    pub cost_today: Money,
    /// Beats still to come today.
    pub beats_left: i64,
    /// Caps, when they bind.
    pub caps: Option<Caps>,
}

/// What is expected by the end of the day.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Mean tokens of a beat, idle ones counted as nothing.
    pub tokens_per_beat: i64,
    /// Tokens of the whole day, at most the cap.
    pub tokens: i64,
    /// Cost of the whole day, at most the cap.
    pub cost: Money,
}

/// How many beats are left before `end` at `pace` seconds, the next one at `next`.
#[must_use]
pub fn beats_left(now: Stamp, end: Stamp, next: Option<Stamp>, pace: u32) -> i64 {
    let next = next.map_or(now, |next| next.max(now));
    if next >= end {
        return 0;
    }
    1 + (end.micros() - next.micros() - 1) / (i64::from(pace.max(1)) * 1_000_000)
}

/// Mean use of a beat × beats left, on top of what is used already, never beyond a cap.
#[must_use]
pub fn expect(p: &Pattern) -> Expected {
    // Of all beats, the share that asks a model.
    let (awake, beats) = if p.beats > 0 { ((p.beats - p.idle).max(0), p.beats) } else { (1, 1) };
    let per_beat = |total: i64, guess: i64, count: i64| -> i64 {
        if p.acts <= 0 {
            return guess.saturating_mul(count);
        }
        let sum = i128::from(total) * i128::from(awake) * i128::from(count);
        let mean = sum / (i128::from(p.acts) * i128::from(beats));
        i64::try_from(mean).unwrap_or(i64::MAX)
    };
    let tokens = p.tokens_today.saturating_add(per_beat(p.tokens, p.guess.0, p.beats_left));
    let cost = p.cost_today + Money::from_nanos(per_beat(p.cost.nanos(), p.guess.1.nanos(), p.beats_left));
    Expected {
        tokens_per_beat: per_beat(p.tokens, p.guess.0, 1),
        tokens: p.caps.map_or(tokens, |caps| tokens.min(caps.tokens.max(p.tokens_today))),
        cost: p.caps.map_or(cost, |caps| cost.min(caps.cost.max(p.cost_today))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: i64) -> Stamp {
        Stamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn beats_are_counted_up_to_the_end_of_the_day() {
        assert_eq!(beats_left(at(0), at(100), Some(at(10)), 30), 3); // 10, 40, 70
        assert_eq!(beats_left(at(0), at(100), Some(at(100)), 30), 0);
        assert_eq!(beats_left(at(50), at(100), Some(at(10)), 30), 2); // 50, 80
        assert_eq!(beats_left(at(50), at(100), None, 0), 50);
    }

    #[test]
    fn expectations_use_the_mean_and_stop_at_the_cap() {
        let pattern = Pattern {
            tokens: 1_000,
            cost: Money::from_nanos(500),
            acts: 10,
            beats: 20,
            idle: 10,
            guess: (70, Money::from_nanos(7)),
            tokens_today: 300,
            cost_today: Money::from_nanos(100),
            beats_left: 8,
            caps: None,
        };
        let expected = expect(&pattern);
        assert_eq!(expected.tokens_per_beat, 50); // every other beat is idle
        assert_eq!(expected.tokens, 300 + 8 * 50);
        assert_eq!(expected.cost.nanos(), 100 + 8 * 25);
        let caps = Caps::effective(Some(400), Some(Money::from_nanos(50)), 0, Money::ZERO);
        let bounded = expect(&Pattern { caps: Some(caps), ..pattern });
        assert_eq!(bounded.tokens, 400);
        assert_eq!(bounded.cost.nanos(), 100); // what is spent is spent
        let fresh = Pattern { tokens: 0, acts: 0, beats: 0, idle: 0, tokens_today: 0, ..pattern };
        assert_eq!((expect(&fresh).tokens_per_beat, expect(&fresh).tokens), (70, 8 * 70));
        assert_eq!(expect(&fresh).cost.nanos(), 100 + 8 * 7);
    }
}
