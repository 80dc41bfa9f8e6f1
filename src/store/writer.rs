//! The one writer: a thread that owns the writing connection.
//!
//! Jobs run in the order they arrive, each in a savepoint; those that wait together are
//! committed together, and only then are their callers answered and their `after_commit`
//! actions run. A job that fails or panics is rolled back alone. When the commit itself fails,
//! or when SQLite rolled the whole transaction back by itself (a full disk), every job of the
//! group is told so, nothing of it is stored, and no later job of it begins.

mod desk;

use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

use tokio::sync::{oneshot, watch};

use self::desk::Desk;
use super::trouble::Trouble;
use super::wal::Wal;
use super::{Db, Readers, Result, StoreError};
use crate::domain::Stamp;

/// A group is committed after this long even when more jobs wait.
const GROUP_TIME: Duration = Duration::from_millis(20);
/// Jobs that may wait before senders do.
const QUEUE: usize = 1_024;

type AfterCommit = Box<dyn FnOnce() + Send>;
type BeforeCommit = Box<dyn FnOnce(&Db) -> Result<()> + Send>;

/// The pages kept while a crowd is made, in KiB, as SQLite has it: below zero.
const CROWD_CACHE: i64 = -256_000;

/// What a group does at its end; what a job added is dropped when the job is rolled back.
#[derive(Default)]
struct Ending {
    before: Vec<BeforeCommit>,
    after: Vec<AfterCommit>,
    /// How many of each stay when the job that is under way is rolled back.
    settled: (usize, usize),
    /// Whether room was made for a crowd.
    crowd: bool,
}

impl Ending {
    fn settle(&mut self) {
        self.settled = (self.before.len(), self.after.len());
    }

    fn take_back(&mut self) {
        self.before.truncate(self.settled.0);
        self.after.truncate(self.settled.1);
    }
}

/// The writing connection inside a job's savepoint.
pub struct Tx<'c> {
    connection: &'c Db,
    ending: &'c mut Ending,
    now: Stamp,
    by: Option<String>,
    rollbacks: u64,
}

impl Tx<'_> {
    /// The moment of the change under way, in the room's time.
    #[must_use]
    pub const fn now(&self) -> Stamp {
        self.now
    }

    /// Whose wish the change under way is, where it is somebody's.
    #[must_use]
    pub fn by(&self) -> Option<&str> {
        self.by.as_deref()
    }

    /// Says which moment it is, and whose wish it follows: once, before anything of the change is done.
    pub fn begin_at(&mut self, now: Stamp, by: Option<&str>) {
        self.now = now;
        self.by = by.map(str::to_owned);
    }

    /// How often something was rolled back before this: who keeps a copy of what is stored drops it when this moved.
    #[must_use]
    pub const fn rollbacks(&self) -> u64 {
        self.rollbacks
    }

    /// Makes room for the pages that a crowd's rows touch: they lie all over the indexes of names and ids, and a cache
    /// that holds too few of them would have each written once for every few rows. It is given back when the next group
    /// holds no crowd, or the store rests.
    ///
    /// # Errors
    /// Database errors.
    pub fn expect_a_crowd(&mut self) -> Result<()> {
        self.ending.crowd = true;
        Ok(self.connection.set_pragma("cache_size", CROWD_CACHE)?)
    }

    /// Runs `action` on the writer thread once the group is committed; dropped when it is not.
    pub fn after_commit(&mut self, action: impl FnOnce() + Send + 'static) {
        self.ending.after.push(Box::new(action));
    }

    /// What was done so far stays when what follows in this job fails. SQLite then lets go of what it kept to undo it,
    /// which it walks through with every statement: for jobs of many parts.
    ///
    /// # Errors
    /// Database errors.
    pub(crate) fn settle(&mut self) -> Result<()> {
        self.connection.prepare_cached("RELEASE part")?.execute([])?;
        self.ending.settle();
        self.connection.prepare_cached("SAVEPOINT part")?.execute([])?;
        Ok(())
    }

    /// Runs `action` at the end of the group, inside its transaction: for work that was handed to another
    /// thread meanwhile. When it fails, the whole group fails.
    pub fn before_commit(&mut self, action: impl FnOnce(&Db) -> Result<()> + Send + 'static) {
        self.ending.before.push(Box::new(action));
    }
}

impl Deref for Tx<'_> {
    type Target = Db;
    fn deref(&self) -> &Db {
        self.connection
    }
}

fn run_in_savepoint<T>(connection: &Db, part: impl FnOnce() -> Result<T>) -> Result<T> {
    connection.prepare_cached("SAVEPOINT part")?.execute([])?;
    match part() {
        Ok(value) => {
            connection.prepare_cached("RELEASE part")?.execute([])?;
            Ok(value)
        }
        Err(error) => {
            // A full disk may have rolled everything back already: then there is nothing to undo.
            if !connection.is_autocommit() {
                connection.execute_batch("ROLLBACK TO part; RELEASE part")?;
            }
            Err(error)
        }
    }
}

/// Why a whole group failed.
type GroupFailure = Arc<StoreError>;
/// A job's answer, released when the fate of its group is known: `None` for committed.
type Answer = Box<dyn FnOnce(Option<&GroupFailure>) + Send>;
/// A job; `None` when its group has failed already and it must not begin.
type Job = Box<dyn FnOnce(Option<(&Db, &mut Ending)>) -> Done + Send>;

/// A job that was run.
struct Done {
    answer: Answer,
    /// Set when the job's failure took the whole group with it.
    broke: Option<GroupFailure>,
}

enum Message {
    Job(Job),
    Close(SyncSender<()>),
}

/// A handle to the writer thread. Cheap to clone.
#[derive(Clone)]
pub struct Writer {
    queue: SyncSender<Message>,
    counts: Arc<Counts>,
    trouble: watch::Receiver<Option<Trouble>>,
}

/// What came of the groups.
#[derive(Default)]
struct Counts {
    commits: AtomicU64,
    rollbacks: AtomicU64,
}

impl Writer {
    /// Starts the thread; when it rests, so do `readers`. It ends when every handle is gone or
    /// [`Writer::close`] was called.
    pub(super) fn spawn(connection: Db, readers: Readers, path: &Path) -> Result<Self> {
        Self::spawn_with(connection, readers, path, GROUP_TIME)
    }

    fn spawn_with(connection: Db, readers: Readers, path: &Path, group_time: Duration) -> Result<Self> {
        let (queue, jobs) = sync_channel(QUEUE);
        let counts = Arc::new(Counts::default());
        let (told, trouble) = watch::channel(None);
        let desk = Desk {
            connection,
            wal: Wal::of(path),
            readers,
            jobs,
            counts: Arc::clone(&counts),
            over: None,
            said: false,
            crowd: false,
            group_time,
            trouble: told,
        };
        std::thread::Builder::new().name("store-writer".into()).spawn(move || desk.work()).map_err(
            |source| StoreError::Io { action: "start the writer of", path: "the store".into(), source },
        )?;
        Ok(Self { queue, counts, trouble })
    }

    /// Why nothing can be stored, for as long as that is so.
    pub(super) fn trouble(&self) -> watch::Receiver<Option<Trouble>> {
        self.trouble.clone()
    }

    pub(super) fn commits(&self) -> u64 {
        self.counts.commits.load(Ordering::Acquire)
    }

    pub(super) fn rollbacks(&self) -> u64 {
        self.counts.rollbacks.load(Ordering::Acquire)
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (sender, answer) = oneshot::channel();
        let message = self.wrap(job, |result| drop(sender.send(result)));
        match self.queue.try_send(message) {
            Ok(()) => {}
            Err(std::sync::mpsc::TrySendError::Full(message)) => {
                let queue = self.queue.clone();
                tokio::task::spawn_blocking(move || queue.send(message))
                    .await
                    .map_err(|_| StoreError::Closed)?
                    .map_err(|_| StoreError::Closed)?;
            }
            Err(std::sync::mpsc::TrySendError::Disconnected(_)) => return Err(StoreError::Closed),
        }
        answer.await.map_err(|_| StoreError::Closed)?
    }

    pub(super) fn run_blocking<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (sender, answer) = sync_channel(1);
        let message = self.wrap(job, move |result| drop(sender.send(result)));
        self.queue.send(message).map_err(|_| StoreError::Closed)?;
        answer.recv().map_err(|_| StoreError::Closed)?
    }

    fn wrap<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
        answer: impl FnOnce(Result<T>) + Send + 'static,
    ) -> Message {
        let counts = Arc::clone(&self.counts);
        let job: Job = Box::new(move |place| {
            let (mut result, mut broke) = (Err(StoreError::Closed), None);
            if let Some((connection, ending)) = place {
                ending.settle();
                result = run_in_savepoint(connection, || {
                    let rollbacks = counts.rollbacks.load(Ordering::Acquire);
                    let tx = &mut Tx { connection, ending, now: Stamp::default(), by: None, rollbacks };
                    catch_unwind(AssertUnwindSafe(|| job(tx)))
                        .unwrap_or_else(|panic| Err(StoreError::Panicked(said(&*panic))))
                });
                if result.is_err() {
                    ending.take_back();
                    counts.rollbacks.fetch_add(1, Ordering::AcqRel);
                }
                if connection.is_autocommit() {
                    // SQLite rolled everything back: what was done before in this group has gone, too.
                    let why = result.as_ref().err().map_or_else(
                        || StoreError::Corrupt("a change ended the transaction it was part of".into()),
                        StoreError::again,
                    );
                    broke = Some(Arc::new(why));
                }
            }
            let answer: Answer = Box::new(move |failure| {
                // Whoever asked may have gone meanwhile; then nobody hears the answer.
                answer(match (result, failure) {
                    (Ok(_) | Err(StoreError::Closed), Some(why)) => Err(StoreError::Commit(Arc::clone(why))),
                    (result, _) => result,
                });
            });
            Done { answer, broke }
        });
        Message::Job(job)
    }

    pub(super) fn close(&self) {
        let (done, wait) = sync_channel(1);
        if self.queue.send(Message::Close(done)).is_ok() {
            let _ = wait.recv();
        }
    }
}

/// What a panic said.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no reason was given".into())
}

#[cfg(test)]
mod tests;
