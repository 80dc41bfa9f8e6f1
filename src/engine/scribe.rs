//! A thread that writes thought records up while the writer goes on with the next beat.
//!
//! The record still reaches the store in the transaction of its beat: the writer takes it before
//! it commits the group. Records are handed over a few at a time, because waking a thread costs
//! the writer more than the hand-over itself.

use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use crate::society::world;
use crate::store::thoughts::{Packed, Packer, RecordKey};
use crate::store::{Result, StoreError};

/// Records handed over together.
const STRIDE: usize = 8;
/// Strides that may wait: a record holds a whole scene until it is written.
const QUEUE: usize = 4;

struct Sheet {
    place: RecordKey,
    record: world::Sheet,
    answer: SyncSender<Result<Packed>>,
}

/// The thread's handle. It ends with the last of them.
#[derive(Clone)]
pub(super) struct Scribe {
    desk: Arc<Desk>,
}

struct Desk {
    waiting: Mutex<Vec<Sheet>>,
    queue: SyncSender<Vec<Sheet>>,
}

impl Desk {
    fn add(&self, sheet: Sheet) -> Result<()> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push(sheet);
        if waiting.len() < STRIDE {
            return Ok(());
        }
        let stride = std::mem::take(&mut *waiting);
        drop(waiting);
        self.queue.send(stride).map_err(|_| StoreError::Closed)
    }

    fn hand_over(&self) -> Result<()> {
        let rest = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        if rest.is_empty() {
            return Ok(());
        }
        self.queue.send(rest).map_err(|_| StoreError::Closed)
    }
}

/// A record in the making.
pub(super) struct Pending {
    desk: Arc<Desk>,
    answer: Receiver<Result<Packed>>,
}

impl Pending {
    /// Waits until it is written.
    pub(super) fn take(self) -> Result<Packed> {
        match self.answer.try_recv() {
            Ok(record) => return record,
            Err(TryRecvError::Disconnected) => return Err(StoreError::Closed),
            Err(TryRecvError::Empty) => self.desk.hand_over()?,
        }
        self.answer.recv().map_err(|_| StoreError::Closed)?
    }
}

impl Scribe {
    /// Starts the thread.
    pub(super) fn start() -> Result<Self> {
        let (queue, strides) = sync_channel::<Vec<Sheet>>(QUEUE);
        std::thread::Builder::new()
            .name("scribe".into())
            .spawn(move || {
                let mut packer = Packer::default();
                for sheet in strides.into_iter().flatten() {
                    let packed = packer.pack(sheet.place, &(sheet.record)());
                    let _ = sheet.answer.send(packed); // nobody waits for a beat that was rolled back
                }
            })
            .map_err(|source| StoreError::Io {
                action: "start a thread for",
                path: "thought records".into(),
                source,
            })?;
        Ok(Self { desk: Arc::new(Desk { waiting: Mutex::default(), queue }) })
    }

    /// Hands a record over.
    pub(super) fn write(&self, place: RecordKey, record: world::Sheet) -> Result<Pending> {
        let (sender, answer) = sync_channel(1);
        self.desk.add(Sheet { place, record, answer: sender })?;
        Ok(Pending { desk: Arc::clone(&self.desk), answer })
    }
}
