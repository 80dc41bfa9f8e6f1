//! Places at a provider: how many calls may be under way at once, and who goes next.
//!
//! Who waits stands in one line: people before everybody, then what finishes a beat that has acted
//! already, then beats; within each in order of arrival. A place gives itself back when it is dropped,
//! and so does a wait that is given up.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

/// Who asks for a place, first come before later.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// A person waits for the answer.
    Person,
    /// What a beat does after its act.
    FollowUp,
    /// A beat.
    Beat,
}

type Key = (Rank, u64);

struct WaitingLine {
    free: usize,
    arrived: u64,
    waiting: BTreeMap<Key, oneshot::Sender<()>>,
    /// Places taken so far, and how long was waited for all of them.
    taken: u64,
    waited: Duration,
}

pub(super) struct Places {
    total: usize,
    line: Mutex<WaitingLine>,
    /// Rung when the line moves.
    moved: Notify,
}

/// How a line stands.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    /// Calls that hold a place.
    pub under_way: usize,
    /// Who waits.
    pub waiting: usize,
    /// Places taken so far.
    pub taken: u64,
    /// How long was waited for them in all.
    pub waited: Duration,
}

/// Leave to have calls under way, one after another. Given back when dropped.
pub struct Place {
    places: Arc<Places>,
    waited: Duration,
}

impl Place {
    /// How long it was waited for.
    #[must_use]
    pub const fn waited(&self) -> Duration {
        self.waited
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.give();
    }
}

/// A wait; dropped in the middle it leaves the line, or hands on what it was given meanwhile.
struct Ticket {
    places: Arc<Places>,
    key: Key,
    granted: oneshot::Receiver<()>,
    taken: bool,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if self.taken {
            return;
        }
        let left = self.places.lock().waiting.remove(&self.key).is_some();
        if left {
            self.places.moved.notify_waiters();
        } else if self.granted.try_recv().is_ok() {
            self.places.give();
        }
    }
}

impl Places {
    pub(super) fn new(total: usize) -> Arc<Self> {
        let total = total.max(1);
        let line = WaitingLine {
            free: total,
            arrived: 0,
            waiting: BTreeMap::new(),
            taken: 0,
            waited: Duration::ZERO,
        };
        Arc::new(Self { total, line: Mutex::new(line), moved: Notify::new() })
    }

    fn lock(&self) -> MutexGuard<'_, WaitingLine> {
        // Plain values are never left half-written, so a panic elsewhere does not spoil them.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place that is free and that nobody waits for.
    pub(super) fn take_free(self: &Arc<Self>) -> Option<Place> {
        let mut line = self.lock();
        if line.free == 0 {
            return None;
        }
        line.free -= 1;
        line.taken += 1;
        Some(Place { places: Arc::clone(self), waited: Duration::ZERO })
    }

    /// Waits for a place; `ahead` is told how many go before, first and whenever that changes.
    pub(super) async fn take(self: &Arc<Self>, rank: Rank, mut ahead: impl FnMut(usize)) -> Place {
        let began = Instant::now();
        let (give, granted) = oneshot::channel();
        let mut ticket = {
            let mut line = self.lock();
            line.arrived += 1;
            let key = (rank, line.arrived);
            line.waiting.insert(key, give);
            Ticket { places: Arc::clone(self), key, granted, taken: false }
        };
        self.serve();
        let mut told = None;
        loop {
            let moved = self.moved.notified();
            tokio::pin!(moved);
            moved.as_mut().enable();
            if let Some(count) = self.before(ticket.key)
                && told != Some(count)
            {
                told = Some(count);
                ahead(count);
            }
            tokio::select! {
                biased;
                _ = &mut ticket.granted => break,
                () = moved => {}
            }
        }
        ticket.taken = true;
        let waited = began.elapsed();
        {
            let mut line = self.lock();
            line.taken += 1;
            line.waited += waited;
        }
        Place { places: Arc::clone(self), waited }
    }

    /// How many go before a wait; `None` once it was given its place.
    fn before(&self, key: Key) -> Option<usize> {
        let line = self.lock();
        line.waiting.contains_key(&key).then(|| self.total - line.free + line.waiting.range(..key).count())
    }

    fn give(&self) {
        self.lock().free += 1;
        self.serve();
    }

    /// Gives free places to those in front.
    fn serve(&self) {
        let mut line = self.lock();
        while line.free > 0
            && let Some((_, give)) = line.waiting.pop_first()
        {
            // A ticket holds its receiver until it has left the line, so this arrives.
            if give.send(()).is_ok() {
                line.free -= 1;
            }
        }
        drop(line);
        self.moved.notify_waiters();
    }

    pub(super) fn queue(&self) -> Queue {
        let line = self.lock();
        Queue {
            under_way: self.total - line.free,
            waiting: line.waiting.len(),
            taken: line.taken,
            waited: line.waited,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn people_go_first_and_then_in_order_of_arrival() {
        let places = Places::new(1);
        let held = places.take_free().unwrap();
        assert!(places.take_free().is_none());
        let (done, mut order) = tokio::sync::mpsc::unbounded_channel();
        let mut waits = tokio::task::JoinSet::new();
        for (name, rank) in [("a", Rank::Beat), ("b", Rank::Beat), ("c", Rank::FollowUp), ("d", Rank::Person)]
        {
            let (places, done) = (Arc::clone(&places), done.clone());
            waits.spawn(async move {
                let place = places.take(rank, |_| {}).await;
                done.send(name).unwrap();
                drop(place);
            });
            tokio::task::yield_now().await;
        }
        while places.queue().waiting < 4 {
            tokio::task::yield_now().await;
        }
        tokio::time::advance(Duration::from_secs(3)).await;
        drop(held);
        while waits.join_next().await.is_some() {}
        drop(done);
        let mut seen = Vec::new();
        while let Some(name) = order.recv().await {
            seen.push(name);
        }
        assert_eq!(seen, ["d", "c", "a", "b"]);
        let queue = places.queue();
        assert_eq!((queue.under_way, queue.waiting, queue.taken), (0, 0, 5));
        assert_eq!(queue.waited, Duration::from_secs(12));
    }

    #[tokio::test]
    async fn who_waits_is_told_how_many_go_before() {
        let places = Places::new(1);
        let held = places.take_free().unwrap();
        let beat = {
            let places = Arc::clone(&places);
            tokio::spawn(async move { places.take(Rank::Beat, |_| {}).await })
        };
        while places.queue().waiting < 1 {
            tokio::task::yield_now().await;
        }
        let told = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&told);
        let second = {
            let places = Arc::clone(&places);
            tokio::spawn(async move { places.take(Rank::Beat, move |n| kept.lock().unwrap().push(n)).await })
        };
        while told.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        drop(held);
        let first = beat.await.unwrap();
        while told.lock().unwrap().len() < 2 {
            tokio::task::yield_now().await;
        }
        drop(first);
        second.await.unwrap();
        assert_eq!(*told.lock().unwrap(), [2, 1]);
    }

    #[tokio::test]
    async fn a_wait_that_is_given_up_leaves_no_gap_and_takes_no_place() {
        let places = Places::new(2);
        for round in 0..200 {
            let (a, b) = (places.take_free().unwrap(), places.take_free().unwrap());
            let mut waits: Vec<_> = (0..4)
                .map(|_| {
                    let places = Arc::clone(&places);
                    tokio::spawn(async move { drop(places.take(Rank::Beat, |_| {}).await) })
                })
                .collect();
            while places.queue().waiting < 4 {
                tokio::task::yield_now().await;
            }
            waits[round % 4].abort();
            drop(a);
            waits[(round + 1) % 4].abort();
            drop(b);
            for wait in waits.drain(..) {
                let _ = wait.await;
            }
            let queue = places.queue();
            assert_eq!((queue.under_way, queue.waiting), (0, 0), "round {round}");
        }
    }
}
