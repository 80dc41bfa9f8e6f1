//! How the room really keeps its pace: how long beats waited for a place, beside the interval they were asked for.

use std::collections::VecDeque;
use std::time::Duration;

/// Beats looked at.
const KEPT: usize = 16;

/// The newest beats that had to ask for a place.
#[derive(Clone, Debug, Default)]
pub(super) struct Pulse {
    beats: VecDeque<(u32, Duration)>,
}

impl Pulse {
    /// A beat of a bot that wakes every `interval` seconds waited so long for its place.
    pub(super) fn note(&mut self, interval: u32, waited: Duration) {
        if self.beats.len() == KEPT {
            self.beats.pop_front();
        }
        self.beats.push_back((interval, waited));
    }

    /// Forgets what was: the pace or the provider is another.
    pub(super) fn begin_anew(&mut self) {
        self.beats.clear();
    }

    /// Seconds that waiting adds to an interval, where it adds a tenth or more.
    pub(super) fn late_by(&self) -> Option<u32> {
        let count = u32::try_from(self.beats.len()).ok().filter(|count| *count > 0)?;
        let waited: Duration = self.beats.iter().map(|(_, waited)| *waited).sum();
        let asked: u64 = self.beats.iter().map(|(interval, _)| u64::from(*interval)).sum();
        let late = waited / count;
        let tenth = Duration::from_secs(asked) / count / 10;
        (late >= tenth.max(Duration::from_secs(1)))
            .then(|| u32::try_from(late.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_counts_once_it_is_a_tenth_of_the_interval() {
        let mut pulse = Pulse::default();
        assert_eq!(pulse.late_by(), None);
        pulse.note(30, Duration::from_secs(2));
        assert_eq!(pulse.late_by(), None);
        for _ in 0..KEPT {
            pulse.note(30, Duration::from_secs(50));
        }
        assert_eq!(pulse.late_by(), Some(50));
        pulse.begin_anew();
        assert_eq!(pulse.late_by(), None);
    }
}
