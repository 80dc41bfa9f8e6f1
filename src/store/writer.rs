//! The one writer: a thread that owns the writing connection.
//!
//! Jobs run in the order they arrive, each in a savepoint; those that wait together are
//! committed together, and only then are their callers answered and their `after_commit`
//! actions run. A job that fails is rolled back alone. When the commit itself fails, every
//! job of the group is told so and nothing of it is stored.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{Readers, Result, StoreError};

/// Most jobs in one group.
const GROUP_MAX: usize = 128;
/// A group is committed after this long even when more jobs wait.
const GROUP_TIME: Duration = Duration::from_millis(20);
/// With no job for this long, the pages that writer and readers hold for the next are let go.
const REST: Duration = Duration::from_secs(2);
/// Jobs that may wait before senders do.
const QUEUE: usize = 1_024;

type AfterCommit = Box<dyn FnOnce() + Send>;
type BeforeCommit = Box<dyn FnOnce(&Connection) -> Result<()> + Send>;

/// What a group does at its end; what a job added is dropped when the job is rolled back.
#[derive(Default)]
struct Ending {
    before: Vec<BeforeCommit>,
    after: Vec<AfterCommit>,
}

impl Ending {
    fn mark(&self) -> (usize, usize) {
        (self.before.len(), self.after.len())
    }

    fn back_to(&mut self, (before, after): (usize, usize)) {
        self.before.truncate(before);
        self.after.truncate(after);
    }
}

/// The writing connection inside a job's savepoint.
pub struct Tx<'c> {
    connection: &'c Connection,
    ending: &'c mut Ending,
}

impl Tx<'_> {
    /// Runs `action` on the writer thread once the group is committed; dropped when it is not.
    pub fn after_commit(&mut self, action: impl FnOnce() + Send + 'static) {
        self.ending.after.push(Box::new(action));
    }

    /// Runs `action` at the end of the group, inside its transaction: for work that was handed to another
    /// thread meanwhile. When it fails, the whole group fails.
    pub fn before_commit(&mut self, action: impl FnOnce(&Connection) -> Result<()> + Send + 'static) {
        self.ending.before.push(Box::new(action));
    }
}

impl Deref for Tx<'_> {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        self.connection
    }
}

fn run_in_savepoint<T>(connection: &Connection, part: impl FnOnce() -> Result<T>) -> Result<T> {
    connection.prepare_cached("SAVEPOINT part")?.execute([])?;
    match part() {
        Ok(value) => {
            connection.prepare_cached("RELEASE part")?.execute([])?;
            Ok(value)
        }
        Err(error) => {
            // A full disk may have rolled everything back already: then there is nothing to undo.
            let _ = connection.execute_batch("ROLLBACK TO part; RELEASE part");
            Err(error)
        }
    }
}

/// A job's answer, released when the fate of its group is known: `None` for committed.
type Answer = Box<dyn FnOnce(Option<&str>) + Send>;
type Job = Box<dyn FnOnce(&Connection, &mut Ending) -> Answer + Send>;

enum Message {
    Job(Job),
    Close(SyncSender<()>),
}

/// A handle to the writer thread. Cheap to clone.
#[derive(Clone)]
pub struct Writer {
    queue: SyncSender<Message>,
    counts: Arc<Counts>,
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
    pub(super) fn spawn(connection: Connection, readers: Readers) -> Result<Self> {
        let (queue, jobs) = sync_channel(QUEUE);
        let counts = Arc::new(Counts::default());
        let counted = Arc::clone(&counts);
        std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || work(&connection, &readers, &jobs, &counted))
            .map_err(|source| StoreError::Io {
                action: "start the writer of",
                path: "the store".into(),
                source,
            })?;
        Ok(Self { queue, counts })
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
        let job: Job = Box::new(move |connection, ending| {
            let mark = ending.mark();
            let result = run_in_savepoint(connection, || job(&mut Tx { connection, ending }));
            if result.is_err() {
                ending.back_to(mark);
                counts.rollbacks.fetch_add(1, Ordering::AcqRel);
            }
            Box::new(move |failure| {
                // Whoever asked may have gone meanwhile; then nobody hears the answer.
                answer(match (result, failure) {
                    (Ok(_), Some(why)) => Err(StoreError::Commit(why.to_owned())),
                    (result, _) => result,
                });
            })
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

fn work(connection: &Connection, readers: &Readers, jobs: &Receiver<Message>, counts: &Counts) {
    while let Some(message) = next_job(connection, readers, jobs) {
        let mut next = Some(message);
        let mut answers: Vec<Answer> = Vec::new();
        let mut ending = Ending::default();
        let mut closing = None;
        let started = Instant::now();
        let mut failure =
            connection.execute_batch("BEGIN IMMEDIATE").err().map(|e| StoreError::from(e).to_string());
        while let Some(message) = next.take() {
            match message {
                Message::Job(job) => answers.push(job(connection, &mut ending)),
                Message::Close(done) => {
                    closing = Some(done);
                    break;
                }
            }
            if answers.len() < GROUP_MAX && started.elapsed() < GROUP_TIME {
                next = jobs.try_recv().ok();
            }
        }
        if failure.is_none() {
            failure = commit(connection, ending.before).err().map(|error| error.to_string());
        }
        if failure.is_some() {
            counts.rollbacks.fetch_add(1, Ordering::AcqRel);
            let _ = connection.execute_batch("ROLLBACK"); // may be rolled back already
        } else {
            counts.commits.fetch_add(1, Ordering::AcqRel);
            ending.after.into_iter().for_each(|action| action());
        }
        answers.into_iter().for_each(|answer| answer(failure.as_deref()));
        if let Some(done) = closing {
            let _ = connection.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)");
            let _ = done.send(());
            return;
        }
    }
}

/// Waits for a job; `None` when every handle is gone. A store at rest holds no pages.
fn next_job(connection: &Connection, readers: &Readers, jobs: &Receiver<Message>) -> Option<Message> {
    match jobs.recv_timeout(REST) {
        Err(RecvTimeoutError::Timeout) => {
            let _ = connection.release_memory(); // what is in use stays
            readers.release_memory();
            jobs.recv().ok()
        }
        message => message.ok(),
    }
}

/// Ends a group: what was put off, the full-text indexes, the commit.
fn commit(connection: &Connection, before: Vec<BeforeCommit>) -> Result<()> {
    before.into_iter().try_for_each(|action| action(connection))?;
    super::indexing::take_in(connection)?;
    Ok(connection.execute_batch("COMMIT")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, super::super::Store) {
        let dir = tempfile::tempdir().unwrap();
        let store =
            super::super::Store::open(&dir.path().join("a.db"), super::super::Durability::Full).unwrap();
        (dir, store)
    }

    fn put(tx: &Tx<'_>, key: &str) -> Result<()> {
        tx.execute("INSERT INTO meta VALUES (?1, 'x')", [key])?;
        Ok(())
    }

    #[tokio::test]
    async fn a_failing_job_is_undone_alone_and_its_announcement_with_it() {
        let (_dir, store) = store();
        let (heard, hears) = std::sync::mpsc::channel();
        let loud = heard.clone();
        let bad = store.write(move |tx| {
            put(tx, "bad")?;
            tx.after_commit(move || loud.send("bad").unwrap());
            Err::<(), _>(StoreError::Corrupt("no".into()))
        });
        let good = store.write(move |tx| {
            put(tx, "good")?;
            tx.after_commit(move || heard.send("good").unwrap());
            Ok(())
        });
        let (bad, good) = tokio::join!(bad, good);
        assert!(bad.is_err());
        good.unwrap();
        assert_eq!(hears.iter().take(1).collect::<Vec<_>>(), ["good"]);
        let keys: i64 =
            store.read(|c| Ok(c.query_row("SELECT count(*) FROM meta", [], |r| r.get(0))?)).await.unwrap();
        assert_eq!(keys, 1);
    }

    #[test]
    fn closing_finishes_what_waits() {
        let (_dir, store) = store();
        store.write_blocking(|tx| put(tx, "a")).unwrap();
        store.close();
        assert!(matches!(store.write_blocking(|tx| put(tx, "b")), Err(StoreError::Closed)));
    }
}
