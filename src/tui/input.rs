//! What the terminal sends, read apart from the loop.
//!
//! Whoever asks `crossterm` whether a key waits tries a lock which the thread that waits for keys holds,
//! and gives the processor away seven times before it gives up. So one task asks, when there is
//! something to read, and the loop, which wakes every second, looks into a channel.

use crossterm::event::{Event, EventStream};
use futures_util::StreamExt as _;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

/// Events handed over together at most.
const TOGETHER: usize = 1_024;

/// Listens to the terminal until it is ended or dropped.
pub struct Input {
    batches: UnboundedReceiver<Vec<Event>>,
    reader: JoinHandle<()>,
}

impl Input {
    /// Begins to listen.
    pub fn new() -> Self {
        let (sender, batches) = unbounded_channel();
        Self { batches, reader: tokio::spawn(read(sender)) }
    }

    /// What came together, in its order; `None` when the terminal is gone.
    pub async fn next(&mut self) -> Option<Vec<Event>> {
        self.batches.recv().await
    }

    /// What came already.
    pub fn waiting(&mut self) -> Option<Vec<Event>> {
        self.batches.try_recv().ok()
    }

    /// Listens no more: keys belong to the shell from here on.
    pub async fn end(self) {
        drop(self.batches);
        let _ = self.reader.await; // it ends either way
    }
}

async fn read(sender: UnboundedSender<Vec<Event>>) {
    let mut terminal = EventStream::new().ready_chunks(TOGETHER);
    loop {
        let batch = tokio::select! {
            () = sender.closed() => return,
            batch = terminal.next() => batch,
        };
        let Some(Ok(events)) = batch.map(|batch| batch.into_iter().collect()) else { return };
        if sender.send(events).is_err() {
            return;
        }
    }
}
