//! Moments between the snapshots that a society keeps, from which its past is nearer.
//!
//! While somebody looks at a long past, it is gone through once from its beginning, in a copy and on a thread of its own,
//! and a snapshot is left every so many entries.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use super::super::replay::{Replay, ReplayError};
use crate::society::open::RULES;
use crate::store::{journal, snapshot};

/// Entries between two of them.
pub(super) const DISTANCE: i64 = 512;
/// Entries after which it is seen whether nobody looks any more: who leaves waits for them.
const STEP: i64 = 32;
/// Of the time that going on takes, the part that is left to others afterwards.
const REST: u32 = 4;

/// The moments, as far as they are there.
pub(super) struct Dense {
    states: PathBuf,
    known: Arc<Mutex<BTreeSet<i64>>>,
    stops: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Dense {
    /// Begins to make them for the society in `source`, whose beginning is the snapshot after entry `base`, in the
    /// directory `scratch`.
    pub(super) fn begin(source: &Path, scratch: &Path, base: i64, distance: i64) -> Self {
        let states = scratch.join("dense.db");
        let (known, stops) = (Arc::default(), Arc::default());
        let maker =
            Maker { states: states.clone(), known: Arc::clone(&known), stops: Arc::clone(&stops), distance };
        let source = source.to_path_buf();
        let thread = std::thread::Builder::new()
            .name("past".into())
            .spawn(move || {
                if let Err(error) = maker.go_through(&source, base) {
                    // What is there is used; what is not is applied from further back.
                    tracing::warn!("the past is not gone through to its end: {error}");
                }
            })
            .inspect_err(|error| tracing::warn!("the past is not gone through: {error}"))
            .ok();
        Self { states, known, stops, thread }
    }

    /// Where they are kept.
    pub(super) fn states(&self) -> &Path {
        &self.states
    }

    /// The last of them after entry `through` or before.
    pub(super) fn nearest(&self, through: i64) -> Option<i64> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).range(..=through).next_back().copied()
    }

    /// Whether no more are to come.
    pub(super) fn is_whole(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Dense {
    fn drop(&mut self) {
        self.stops.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // it panicked: nobody needs it any more
        }
    }
}

struct Maker {
    states: PathBuf,
    known: Arc<Mutex<BTreeSet<i64>>>,
    stops: Arc<AtomicBool>,
    distance: i64,
}

impl Maker {
    fn go_through(&self, source: &Path, base: i64) -> Result<(), ReplayError> {
        let mut replay = Replay::begin_near(source, &self.states, Some(base), false)?;
        replay.note(false);
        let mut next = base + self.distance;
        while !self.stops.load(Ordering::Acquire) {
            let (before, begun) = (replay.number, Instant::now());
            replay.run(Some(next.min(before + STEP)))?;
            let number = replay.number;
            std::thread::sleep(begun.elapsed() / REST);
            if number == before {
                break;
            }
            if number < next {
                continue;
            }
            next += self.distance;
            let at = replay.source().read_blocking(|c| journal::at(c, number))?.unwrap_or_default();
            let taken = replay.target().write_blocking(move |tx| {
                let waits = !journal::flights(tx, None)?.is_empty();
                if !waits {
                    snapshot::take(tx, number, at, RULES, false)?;
                }
                Ok(!waits)
            })?;
            if taken {
                self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(number);
            }
        }
        replay.close();
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::engine::clock::{Clock, SIM_START};
    use crate::engine::{Run, Settings};
    use crate::store::tests::harm;
    use crate::store::{Durability, Store};

    pub(in crate::engine::past) async fn lived(home: &Path, beats: u64) -> PathBuf {
        let settings = Settings {
            seed: Some(7),
            clock: Clock::simulated(SIM_START),
            durability: Durability::Normal,
            ..Settings::new(home)
        };
        let handle = crate::engine::start(settings).unwrap();
        handle.run_beats(Run { count: Some(beats), ..Run::default() }, |_| {}).await.unwrap();
        let database = handle.database();
        handle.close();
        database
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_begun_between_snapshots_is_what_was() {
        let home = tempfile::tempdir().unwrap();
        let database = lived(home.path(), 400).await;
        let scratch = tempfile::tempdir().unwrap();
        let dense = Dense::begin(&database, scratch.path(), 0, 70);
        while !dense.is_whole() {
            std::thread::yield_now();
        }
        for (through, wanted) in [(69, None), (70, Some(70)), (209, Some(140)), (9_999, Some(350))] {
            assert_eq!(dense.nearest(through), wanted);
        }
        let mut truth =
            Replay::begin_near(&database, &scratch.path().join("truth.db"), Some(0), false).unwrap();
        for (nth, number) in [70, 280, 350].into_iter().enumerate() {
            truth.run(Some(number)).unwrap();
            let target = scratch.path().join(format!("{nth}.db"));
            let source = Store::open_read_only(&database).unwrap();
            let begun = Replay::begin_at(source, dense.states(), &target, number, false).unwrap();
            let of = |replay: &Replay| {
                let all = replay.digest().unwrap().into_iter();
                all.filter(|table| table.table != "thoughts").collect::<Vec<_>>()
            };
            assert_eq!(of(&begun), of(&truth), "{number}");
            begun.close();
        }
        truth.close();
    }
    #[tokio::test(flavor = "multi_thread")]
    async fn what_went_wrong_on_the_way_is_gone_on_from() {
        let (home, scratch) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let database = lived(home.path(), 120).await;
        let mut replay = Replay::begin(&database, &scratch.path().join("a.db")).unwrap();
        replay.run(Some(10)).unwrap();
        harm::rename_table(replay.target().path(), "votes", "away");
        let error = replay.run(None).unwrap_err();
        assert!(matches!(error, ReplayError::Store(_)) && (10..100).contains(&replay.number), "{error}");
        harm::rename_table(replay.target().path(), "away", "votes");
        replay.run(None).unwrap();
        assert_eq!(replay.differences().unwrap(), [""; 0]);
        replay.close();
    }
}
