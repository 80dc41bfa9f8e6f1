//! A call's message in the queue, and what the line counts of calls: both end with what holds them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

use super::line::Line;

/// One more in a count of the line, until this is dropped.
pub(super) struct Counted {
    line: Arc<Line>,
    of: fn(&Line) -> &AtomicUsize,
}

impl Counted {
    pub(super) fn one(line: &Arc<Line>, of: fn(&Line) -> &AtomicUsize) -> Self {
        of(line).fetch_add(1, Ordering::Relaxed);
        Self { line: Arc::clone(line), of }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        (self.of)(&self.line).fetch_sub(1, Ordering::Relaxed);
    }
}

/// The message in the queue. Dropped while it may be there, it is withdrawn.
pub(super) struct Queued {
    line: Arc<Line>,
    pub(super) id: String,
    pub(super) sequence: Option<u64>,
    pub(super) vain: Arc<Notify>,
}

impl Queued {
    pub(super) fn new(line: &Arc<Line>, id: String) -> Self {
        Self { line: Arc::clone(line), id, sequence: None, vain: Arc::default() }
    }

    pub(super) fn is_at(&mut self, sequence: u64) {
        if self.sequence != Some(sequence) {
            self.leaves();
            self.line.note(sequence, &self.vain);
            self.sequence = Some(sequence);
        }
    }

    pub(super) fn leaves(&mut self) -> Option<u64> {
        let sequence = self.sequence.take()?;
        self.line.forget(sequence);
        Some(sequence)
    }
}

impl Drop for Queued {
    fn drop(&mut self) {
        let Some(sequence) = self.leaves() else { return };
        let (line, id) = (Arc::clone(&self.line), std::mem::take(&mut self.id));
        // Without a runtime the process is ending; workers that ask are told that nobody waits.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { line.withdraw(&id, sequence).await });
        }
    }
}
