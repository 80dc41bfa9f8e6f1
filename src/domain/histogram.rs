//! How long things took, counted in buckets.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counts durations by upper bounds in seconds, in ascending order. Counting needs no lock.
#[derive(Debug)]
pub struct Histogram<const N: usize> {
    bounds: [f64; N],
    buckets: [AtomicU64; N],
    count: AtomicU64,
    micros: AtomicU64,
}

/// What a histogram counted so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counted {
    /// How many took at most so many seconds, for each bound.
    pub buckets: Vec<(f64, u64)>,
    /// How many there were.
    pub count: u64,
    /// What all of them took, in seconds.
    pub seconds: f64,
}

impl<const N: usize> Histogram<N> {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(bounds: [f64; N]) -> Self {
        Self {
            bounds,
            buckets: std::array::from_fn(|_| AtomicU64::new(0)),
            count: AtomicU64::new(0),
            micros: AtomicU64::new(0),
        }
    }

    /// Counts one.
    pub fn add(&self, took: Duration) {
        if let Some(at) = self.bounds.iter().position(|bound| took.as_secs_f64() <= *bound) {
            self.buckets[at].fetch_add(1, Ordering::Relaxed);
        }
        self.micros.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    /// What was counted, each bucket with those below it.
    #[must_use]
    pub fn counted(&self) -> Counted {
        let mut sum = 0;
        let buckets = self.bounds.iter().zip(&self.buckets).map(|(bound, bucket)| {
            sum += bucket.load(Ordering::Relaxed);
            (*bound, sum)
        });
        let buckets: Vec<_> = buckets.collect();
        #[allow(clippy::cast_precision_loss)] // micros of years
        let seconds = self.micros.load(Ordering::Relaxed) as f64 / 1e6;
        // One may be counted between two of these reads: no bucket holds more than all.
        Counted { buckets, count: self.count.load(Ordering::Relaxed).max(sum), seconds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_add_up() {
        let histogram = Histogram::new([0.1, 1.0]);
        for millis in [50, 100, 200, 5_000] {
            histogram.add(Duration::from_millis(millis));
        }
        let counted = histogram.counted();
        assert_eq!((counted.buckets, counted.count), (vec![(0.1, 2), (1.0, 3)], 4));
        assert!((counted.seconds - 5.35).abs() < 1e-9);
    }
}
