//! The bus: a bounded broadcast of committed events. Nobody can slow the engine.
//!
//! Who lags is told with [`Notice::Resync`] which activities it missed, and reads them from the store.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tokio::sync::broadcast;

use crate::domain::Stamp;
use crate::protocol::{Event, Notice};

/// Events held for the slowest listener.
const DEPTH: usize = 4_096;

/// The sending side. Cheap to clone.
#[derive(Clone)]
pub struct Bus {
    sender: broadcast::Sender<Arc<Event>>,
    last_seq: Arc<AtomicI64>,
}

impl Bus {
    /// A bus whose newest committed activity is `last_seq`.
    #[must_use]
    pub fn new(last_seq: i64) -> Self {
        Self { sender: broadcast::channel(DEPTH).0, last_seq: Arc::new(AtomicI64::new(last_seq)) }
    }

    /// Announces a committed activity.
    pub fn announce(&self, seq: i64, timestamp: Stamp, notice: Notice) {
        self.last_seq.fetch_max(seq, Ordering::AcqRel);
        let _ = self.sender.send(Arc::new(Event { seq, timestamp, notice })); // nobody may listen
    }

    /// Notes a committed activity that nobody listens for.
    pub fn note(&self, seq: i64) {
        self.last_seq.fetch_max(seq, Ordering::AcqRel);
    }

    /// Where the past is looked at, the newest activity is an earlier one from now on.
    pub fn go_back(&self, seq: i64) {
        self.last_seq.store(seq, Ordering::Release);
    }

    /// Announces something that has no activity row of its own.
    pub fn tell(&self, timestamp: Stamp, notice: Notice) {
        self.announce(self.last_seq(), timestamp, notice);
    }

    /// Whether anybody listens; live text need not be made for nobody.
    #[must_use]
    pub fn is_heard(&self) -> bool {
        self.sender.receiver_count() > 0
    }

    /// Newest committed activity id.
    #[must_use]
    pub fn last_seq(&self) -> i64 {
        self.last_seq.load(Ordering::Acquire)
    }

    /// Listens from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscription {
        Subscription { receiver: self.sender.subscribe(), heard: self.last_seq() }
    }
}

/// The listening side.
pub struct Subscription {
    receiver: broadcast::Receiver<Arc<Event>>,
    heard: i64,
}

impl Subscription {
    /// The next event; `Resync` when some were missed; `None` when the engine is gone.
    pub async fn recv(&mut self) -> Option<Arc<Event>> {
        match self.receiver.recv().await {
            Ok(event) => {
                self.heard = self.heard.max(event.seq);
                Some(event)
            }
            Err(broadcast::error::RecvError::Closed) => None,
            Err(broadcast::error::RecvError::Lagged(_)) => Some(self.resync()),
        }
    }

    /// The next event if one waits.
    pub fn try_recv(&mut self) -> Option<Arc<Event>> {
        match self.receiver.try_recv() {
            Ok(event) => {
                self.heard = self.heard.max(event.seq);
                Some(event)
            }
            Err(broadcast::error::TryRecvError::Lagged(_)) => Some(self.resync()),
            Err(_) => None,
        }
    }

    /// What was missed: everything after what was heard, up to just before what is heard next.
    fn resync(&mut self) -> Arc<Event> {
        let from_seq = self.heard + 1;
        // The oldest event still held comes next; all before it were lost.
        let next = self.receiver.try_recv().ok();
        let (seq, timestamp) = next.map_or((self.heard, Stamp::default()), |e| (e.seq, e.timestamp));
        self.heard = self.heard.max(seq);
        Arc::new(Event { seq, timestamp, notice: Notice::Resync { from_seq, to_seq: seq } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_listener_that_lags_is_told_what_it_missed() {
        let bus = Bus::new(0);
        let mut slow = bus.subscribe();
        let notice = || Notice::EngineState { engine: crate::protocol::EngineState::Running };
        let total = i64::try_from(DEPTH).unwrap() + 10;
        for seq in 1..=total {
            bus.announce(seq, Stamp::default(), notice());
        }
        let mut next = 1;
        while let Some(event) = slow.try_recv() {
            if let Notice::Resync { from_seq, to_seq } = event.notice {
                assert_eq!(from_seq, next);
                next = to_seq + 1;
            } else {
                assert_eq!(event.seq, next);
                next += 1;
            }
        }
        assert_eq!(next, total + 1);
    }
}
