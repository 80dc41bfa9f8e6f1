//! Who has a place at the port, and who makes room.
//!
//! When all places are taken, the connection that has been idle for longest makes room: silent
//! clients cannot keep others out. No token and no address may be busy at more than half of them, and some are
//! kept beyond the others for operators and for who looks whether the port is alive. Only when those are busy as
//! well is a new connection turned away.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::response::Response;
use tokio_util::sync::CancellationToken;

use super::server::Seated;

/// Of so many places one is kept for operators, besides them.
const KEPT_OF: usize = 8;
/// At least so many are kept.
const KEPT_MIN: usize = 4;

/// One connection's place. While a clone is held, the place is taken.
#[derive(Clone)]
pub(super) struct ConnectionPlace {
    held: Arc<Held>,
}

/// Gives the place back when the last clone goes.
struct Held {
    id: u64,
    /// It is one of those that are kept for operators.
    kept: bool,
    state: Arc<PlaceState>,
    places: Arc<ConnectionPlaces>,
}

struct PlaceState {
    /// Requests under way and viewers.
    busy: AtomicUsize,
    /// Since when it is as it is, in microseconds since the places were opened.
    since: AtomicU64,
    /// Cancelled to make room.
    close: CancellationToken,
}

/// All places of a port.
pub(super) struct ConnectionPlaces {
    max: usize,
    opened: Instant,
    next: AtomicU64,
    taken: Mutex<HashMap<u64, Arc<PlaceState>>>,
    /// How many requests and viewers each caller has.
    callers: Mutex<HashMap<String, usize>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ConnectionPlaces {
    pub(super) fn new(max: usize) -> Arc<Self> {
        Arc::new(Self {
            max,
            opened: Instant::now(),
            next: AtomicU64::new(0),
            taken: Mutex::default(),
            callers: Mutex::default(),
        })
    }

    /// A place, if need be that of the connection idle for longest, or one that is kept.
    pub(super) fn take(self: &Arc<Self>) -> Option<ConnectionPlace> {
        let mut taken = locked(&self.taken);
        let mut kept = false;
        if taken.len() >= self.max {
            let idle = taken
                .iter()
                .filter(|(_, place)| place.busy.load(Ordering::Acquire) == 0)
                .min_by_key(|(_, place)| place.since.load(Ordering::Acquire))
                .map(|(id, _)| *id);
            match idle {
                Some(idle) => taken.remove(&idle)?.close.cancel(),
                None if taken.len() >= self.max + self.kept() => return None,
                None => {}
            }
            kept = taken.len() >= self.max;
        }
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let state = Arc::new(PlaceState {
            busy: AtomicUsize::new(0),
            since: AtomicU64::new(self.micros()),
            close: CancellationToken::new(),
        });
        taken.insert(id, Arc::clone(&state));
        Some(ConnectionPlace { held: Arc::new(Held { id, kept, state, places: Arc::clone(self) }) })
    }

    /// How many are kept for operators.
    fn kept(&self) -> usize {
        (self.max / KEPT_OF).max(KEPT_MIN)
    }

    /// At how many one caller may be busy.
    fn share(&self) -> usize {
        self.max.div_ceil(2)
    }

    fn micros(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        locked(&self.places.taken).remove(&self.id);
    }
}

impl ConnectionPlace {
    /// Keeps the place for as long as the seat is held: for a request, its answer, or a viewer.
    pub(super) fn seat(&self) -> Seat {
        self.held.state.busy.fetch_add(1, Ordering::AcqRel);
        Seat(self.clone())
    }

    /// Cancelled when it has to make room.
    pub(super) fn closes(&self) -> CancellationToken {
        self.held.state.close.clone()
    }

    /// Whether it is one of those that are kept for operators.
    pub(super) fn is_kept(&self) -> bool {
        self.held.kept
    }

    /// Counts the caller's request; `None` when it has its share of the places already.
    pub(super) fn hold(&self, who: String) -> Option<Hold> {
        let places = &self.held.places;
        let mut callers = locked(&places.callers);
        let count = callers.get(&who).copied().unwrap_or_default();
        if count >= places.share() {
            return None;
        }
        callers.insert(who.clone(), count + 1);
        Some(Hold(Some(Arc::new(Counted { who, places: Arc::clone(places) }))))
    }

    /// For a request that is not counted.
    pub(super) const fn hold_freely(&self) -> Hold {
        Hold(None)
    }
}

/// Keeps a place from being given to somebody else.
pub(super) struct Seat(ConnectionPlace);

impl Drop for Seat {
    fn drop(&mut self) {
        let Held { state, places, .. } = &*self.0.held;
        state.since.store(places.micros(), Ordering::Release);
        state.busy.fetch_sub(1, Ordering::AcqRel);
    }
}

/// One request of a caller, counted until its answer is sent or its viewer leaves.
#[derive(Clone)]
pub(super) struct Hold(Option<Arc<Counted>>);

struct Counted {
    who: String,
    places: Arc<ConnectionPlaces>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut callers = locked(&self.places.callers);
        if let Some(count) = callers.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                callers.remove(&self.who);
            }
        }
    }
}

impl Hold {
    /// Counts until `response` is sent.
    pub(super) fn until_sent(self, response: Response) -> Response {
        if self.0.is_none() {
            response
        } else {
            response.map(|body| axum::body::Body::new(Seated::new(body, self)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_idle_makes_room_and_the_busy_stay() {
        let places = ConnectionPlaces::new(2);
        let first = places.take().unwrap();
        let second = places.take().unwrap();
        let busy = first.seat();
        let third = places.take().unwrap();
        assert!(second.closes().is_cancelled());
        assert!(!first.closes().is_cancelled() && !third.is_kept());
        let _viewer = third.seat();
        let mut kept = Vec::new();
        for _ in 0..KEPT_MIN {
            let place = places.take().unwrap();
            assert!(place.is_kept(), "only for operators");
            kept.push(place.seat());
        }
        assert!(places.take().is_none(), "all are busy");
        drop(busy);
        assert!(places.take().is_some());
    }

    #[test]
    fn nobody_has_more_than_half() {
        let places = ConnectionPlaces::new(4);
        let place = places.take().unwrap();
        let held: Vec<Hold> = (0..2).map(|_| place.hold("token 1".into()).unwrap()).collect();
        assert!(place.hold("token 1".into()).is_none());
        assert!(place.hold("token 2".into()).is_some());
        drop(held);
        assert!(place.hold("token 1".into()).is_some());
        assert!(locked(&places.callers).is_empty(), "who left is forgotten");
    }
}
