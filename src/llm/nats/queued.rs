//! A call's message in the queue, and what the queue counts of calls: both end with what holds them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

use super::queue::CallQueue;

/// One more in a count of the queue, until this is dropped.
pub(super) struct Counted {
    queue: Arc<CallQueue>,
    of: fn(&CallQueue) -> &AtomicUsize,
}

impl Counted {
    pub(super) fn one(queue: &Arc<CallQueue>, of: fn(&CallQueue) -> &AtomicUsize) -> Self {
        of(queue).fetch_add(1, Ordering::Relaxed);
        Self { queue: Arc::clone(queue), of }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        (self.of)(&self.queue).fetch_sub(1, Ordering::Relaxed);
    }
}

/// The message in the queue. Dropped while it may be there, it is withdrawn.
pub(super) struct Queued {
    queue: Arc<CallQueue>,
    pub(super) id: String,
    pub(super) sequence: Option<u64>,
    pub(super) vain: Arc<Notify>,
}

impl Queued {
    pub(super) fn new(queue: &Arc<CallQueue>, id: String) -> Self {
        Self { queue: Arc::clone(queue), id, sequence: None, vain: Arc::default() }
    }

    pub(super) fn is_at(&mut self, sequence: u64) {
        if self.sequence != Some(sequence) {
            self.leaves();
            self.queue.note(sequence, &self.vain);
            self.sequence = Some(sequence);
        }
    }

    pub(super) fn leaves(&mut self) -> Option<u64> {
        let sequence = self.sequence.take()?;
        self.queue.forget(sequence);
        Some(sequence)
    }
}

impl Drop for Queued {
    fn drop(&mut self) {
        let Some(sequence) = self.leaves() else { return };
        let (queue, id) = (Arc::clone(&self.queue), std::mem::take(&mut self.id));
        // Without a runtime the process is ending; workers that ask are told that nobody waits.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { queue.withdraw(&id, sequence).await });
        }
    }
}
