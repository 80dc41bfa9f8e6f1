//! A thread that writes thought records up while the writer goes on with the next beat.
//!
//! The record still reaches the store in the transaction of its beat: the writer takes it before
//! it commits the group.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::store::thoughts::ThoughtRecord;
use crate::store::{Result, StoreError};

/// Records that may wait.
const QUEUE: usize = 256;

type Sheet = (Box<dyn FnOnce() -> ThoughtRecord + Send>, SyncSender<Result<Vec<u8>>>);

/// The thread's handle. It ends with the last of them.
#[derive(Clone)]
pub(super) struct Scribe {
    queue: SyncSender<Sheet>,
}

/// A record in the making.
pub(super) struct Pending(Receiver<Result<Vec<u8>>>);

impl Pending {
    /// Waits until it is written.
    pub(super) fn take(self) -> Result<Vec<u8>> {
        self.0.recv().map_err(|_| StoreError::Closed)?
    }
}

impl Scribe {
    /// Starts the thread.
    pub(super) fn start() -> Result<Self> {
        let (queue, sheets) = sync_channel::<Sheet>(QUEUE);
        std::thread::Builder::new()
            .name("scribe".into())
            .spawn(move || {
                for (record, answer) in sheets {
                    let _ = answer.send(record().encode()); // nobody waits for a beat that was rolled back
                }
            })
            .map_err(|source| StoreError::Io {
                action: "start a thread for",
                path: "thought records".into(),
                source,
            })?;
        Ok(Self { queue })
    }

    /// Hands a record over.
    pub(super) fn write(&self, record: impl FnOnce() -> ThoughtRecord + Send + 'static) -> Result<Pending> {
        let (answer, pending) = sync_channel(1);
        self.queue.send((Box::new(record), answer)).map_err(|_| StoreError::Closed)?;
        Ok(Pending(pending))
    }
}
