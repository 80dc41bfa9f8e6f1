//! How lively the room is right now: what was heard in the last minutes.

use std::collections::VecDeque;

use crate::domain::{Money, Stamp};
use crate::protocol::{Notice, Work};

use super::Bots;

/// How far back it counts, in seconds.
const WINDOW: i64 = 300;
/// Beats kept at most.
const KEEP: usize = 20_000;

/// A beat that was heard.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
struct Beat {
    at: Stamp,
    tokens: i64,
    cost: Money,
    /// How long the model thought, in milliseconds, where that was told.
    thought: Option<i64>,
}

/// What was heard lately.
#[derive(Clone, Debug, Default)]
pub struct Rates {
    beats: VecDeque<Beat>,
    /// When listening began.
    since: Option<Stamp>,
}

/// Figures per minute.
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct PerMinute {
    /// Beats.
    pub beats: f64,
    /// Tokens.
    pub tokens: f64,
    /// Cost.
    pub cost: Money,
    /// How long a model thinks in milliseconds: half of the answers are faster, and 95 of 100.
    pub thought: Option<(i64, i64)>,
}

impl Rates {
    /// Takes in what happened; `bots` as they were before it.
    pub fn event(&mut self, at: Stamp, notice: &Notice, bots: &Bots) {
        let Notice::HeartbeatComplete { bot_id, tokens_used, cost_usd, .. } = notice else { return };
        let doing = bots.get(bot_id).and_then(|row| row.doing).filter(|doing| doing.what == Work::Thinking);
        let thought = doing.map(|doing| (at.micros() - doing.since.micros()).max(0) / 1_000);
        self.since.get_or_insert(at);
        self.beats.push_back(Beat { at, tokens: *tokens_used, cost: *cost_usd, thought });
        if self.beats.len() > KEEP {
            self.beats.pop_front();
        }
    }

    /// The figures of the last minutes, or since listening began; `None` where nothing was heard in them.
    #[must_use]
    pub fn now(&self, now: Stamp) -> Option<PerMinute> {
        let from = now.plus_seconds(-WINDOW);
        let lately: Vec<&Beat> = self.beats.iter().rev().take_while(|beat| beat.at > from).collect();
        let heard = now.seconds_since(self.since?).clamp(60, WINDOW);
        if lately.is_empty() {
            return None;
        }
        #[allow(clippy::cast_precision_loss)] // rates
        let minutes = heard as f64 / 60.0;
        let mut thoughts: Vec<i64> = lately.iter().filter_map(|beat| beat.thought).collect();
        thoughts.sort_unstable();
        let rank = |percent: usize| {
            thoughts.get((thoughts.len() * percent).div_ceil(100).saturating_sub(1)).copied()
        };
        let tokens: i64 = lately.iter().map(|beat| beat.tokens).sum();
        let cost: i64 = lately.iter().map(|beat| beat.cost.nanos()).sum();
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // rates
        Some(PerMinute {
            beats: lately.len() as f64 / minutes,
            tokens: tokens as f64 / minutes,
            cost: Money::from_nanos((cost as f64 / minutes) as i64),
            thought: rank(50).zip(rank(95)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Doing;

    #[test]
    fn the_last_minutes_are_told_per_minute() {
        let start = Stamp::from_micros(0);
        let mut rates = Rates::default();
        assert_eq!(rates.now(start), None);
        let mut bots = Bots::default();
        bots.set(&[crate::tui::tests::fixture::bot("ada_001", "Ada", 0, crate::protocol::Status::Active)]);
        for n in 0..120_i64 {
            let at = start.plus_seconds(n * 5);
            let doing = Doing { what: Work::Thinking, since: at.plus_seconds(-(n % 4) - 1), attempt: 1 };
            bots.event(&Notice::BotDoing { bot_id: "ada_001".into(), doing: Some(doing) });
            let beat = Notice::HeartbeatComplete {
                bot_id: "ada_001".into(),
                bot_name: "Ada".into(),
                action: "reply".into(),
                details: serde_json::Value::Null,
                tokens_used: 100,
                cost_usd: Money::from_nanos(1_000),
                cost_simulated: false,
            };
            rates.event(at, &beat, &bots);
        }
        let now = rates.now(start.plus_seconds(599)).unwrap();
        assert!((now.beats - 12.0).abs() < 0.5 && (now.tokens - 1_200.0).abs() < 50.0, "{now:?}");
        assert_eq!(now.thought, Some((2_000, 4_000)));
        assert_eq!(rates.now(start.plus_seconds(6_000)), None);
    }
}
