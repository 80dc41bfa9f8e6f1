//! What is measured of a provider's calls since the start: how long they took, and how they failed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::FailureKind;
use crate::domain::histogram::{Counted, Histogram};

/// Upper bounds in seconds: from a provider in the process to a slow model on a slow machine.
const BOUNDS: [f64; 12] = [0.01, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 60.0, 180.0, 600.0];

/// Counts one provider's calls.
#[derive(Debug)]
pub(super) struct Meter {
    whole: Histogram<12>,
    first: Histogram<12>,
    failures: [AtomicU64; FailureKind::ALL.len()],
}

/// What was measured of a provider's calls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// From sending to the end, of every call that was answered.
    pub whole: Counted,
    /// From sending to the first text, where it came in pieces.
    pub first: Counted,
    /// Calls that failed, retried ones each, by what went wrong.
    pub failures: Vec<(FailureKind, u64)>,
}

impl Default for Meter {
    fn default() -> Self {
        Self { whole: Histogram::new(BOUNDS), first: Histogram::new(BOUNDS), failures: Default::default() }
    }
}

impl Meter {
    pub(super) fn answered(&self, took: Duration, first: Option<Duration>) {
        self.whole.add(took);
        if let Some(first) = first {
            self.first.add(first);
        }
    }

    pub(super) fn failed(&self, kind: FailureKind) {
        self.failures[kind as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn measured(&self) -> Measured {
        let failures = FailureKind::ALL.iter().zip(&self.failures);
        Measured {
            whole: self.whole.counted(),
            first: self.first.counted(),
            failures: failures.map(|(kind, count)| (*kind, count.load(Ordering::Relaxed))).collect(),
        }
    }
}
