//! Which words go out now: their kinds, quiet hours, how many a minute.

use std::collections::{BTreeSet, VecDeque};

use crate::config::NotifyConfig;
use crate::protocol::news::NewsKind;

/// The rules, and what went out lately.
#[derive(Debug)]
pub struct Rules {
    kinds: BTreeSet<NewsKind>,
    quiet: Option<(u16, u16)>,
    per_minute: usize,
    sent: VecDeque<i64>,
    left_out: u64,
}

impl Rules {
    /// The rules of a configuration.
    #[must_use]
    pub fn new(config: &NotifyConfig) -> Self {
        let named =
            |(kind, name): &(NewsKind, &str)| config.kinds.iter().any(|known| known == name).then_some(*kind);
        Self {
            kinds: NewsKind::OUTSIDE.iter().filter_map(named).collect(),
            quiet: config.quiet,
            per_minute: usize::try_from(config.per_minute).unwrap_or(usize::MAX),
            sent: VecDeque::new(),
            left_out: 0,
        }
    }

    /// Whether a word of this kind goes out, at a minute of the day and a second of all time; if so, how many were
    /// left out since the last one.
    pub fn admit(&mut self, kind: NewsKind, minute: u16, second: i64) -> Option<u64> {
        if !self.kinds.contains(&kind) || self.is_quiet(minute) {
            return None;
        }
        while self.sent.front().is_some_and(|at| second - at >= 60) {
            self.sent.pop_front();
        }
        if self.sent.len() >= self.per_minute {
            self.left_out += 1;
            return None;
        }
        self.sent.push_back(second);
        Some(std::mem::take(&mut self.left_out))
    }

    fn is_quiet(&self, minute: u16) -> bool {
        self.quiet.is_some_and(|(from, to)| {
            if from <= to { (from..to).contains(&minute) } else { minute >= from || minute < to }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(kinds: &[&str], quiet: Option<(u16, u16)>, per_minute: u32) -> Rules {
        let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        Rules::new(&NotifyConfig { kinds, quiet, per_minute, ..NotifyConfig::default() })
    }

    #[test]
    fn only_the_kinds_that_are_named_go_out() {
        let mut rules = rules(&["capped", "answer"], None, 9);
        assert_eq!(rules.admit(NewsKind::Capped, 0, 0), Some(0));
        assert_eq!(rules.admit(NewsKind::Flag, 0, 0), None);
        assert_eq!(rules.admit(NewsKind::Change, 0, 0), None);
    }

    #[test]
    fn quiet_hours_may_span_midnight() {
        let night = (22 * 60, 7 * 60);
        for (minute, goes) in
            [(21 * 60 + 59, true), (22 * 60, false), (0, false), (6 * 60 + 59, false), (7 * 60, true)]
        {
            let mut rules = rules(&["flag"], Some(night), 9);
            assert_eq!(rules.admit(NewsKind::Flag, minute, 0).is_some(), goes, "{minute}");
        }
        let mut noon = rules(&["flag"], Some((720, 780)), 9);
        assert!(noon.admit(NewsKind::Flag, 719, 0).is_some() && noon.admit(NewsKind::Flag, 720, 0).is_none());
    }

    #[test]
    fn what_is_left_out_is_counted_and_told_with_the_next_word() {
        let mut rules = rules(&["flag"], None, 2);
        let sent: Vec<_> = (0..5).map(|second| rules.admit(NewsKind::Flag, 0, second)).collect();
        assert_eq!(sent, [Some(0), Some(0), None, None, None]);
        assert_eq!(rules.admit(NewsKind::Flag, 1, 61), Some(3));
    }
}
