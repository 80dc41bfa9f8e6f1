//! The one writer: a thread that owns the writing connection.
//!
//! Jobs run in the order they arrive, each in a savepoint; those that wait together are
//! committed together, and only then are their callers answered and their `after_commit`
//! actions run. A job that fails or panics is rolled back alone. When the commit itself fails,
//! or when SQLite rolled the whole transaction back by itself (a full disk), every job of the
//! group is told so, nothing of it is stored, and no later job of it begins.

use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{oneshot, watch};

use super::trouble::{PATIENCE, Trouble};
use super::wal::Wal;
use super::{Readers, Result, StoreError};
use crate::domain::Stamp;

/// Most jobs in one group.
const GROUP_MAX: usize = 128;
/// A group is committed after this long even when more jobs wait.
const GROUP_TIME: Duration = Duration::from_millis(20);
/// With no job for this long, the pages that writer and readers hold for the next are let go.
const REST: Duration = Duration::from_secs(2);
/// A store in trouble is tried this often while nobody asks for anything.
const PROBE: Duration = Duration::from_secs(1);
/// How long the last checkpoint waits for somebody who reads.
const CLOSING: Duration = Duration::from_millis(50);
/// Jobs that may wait before senders do.
const QUEUE: usize = 1_024;

type AfterCommit = Box<dyn FnOnce() + Send>;
type BeforeCommit = Box<dyn FnOnce(&Connection) -> Result<()> + Send>;

/// What a group does at its end; what a job added is dropped when the job is rolled back.
#[derive(Default)]
struct Ending {
    before: Vec<BeforeCommit>,
    after: Vec<AfterCommit>,
    /// How many of each stay when the job that is under way is rolled back.
    settled: (usize, usize),
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
    connection: &'c Connection,
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
type Job = Box<dyn FnOnce(Option<(&Connection, &mut Ending)>) -> Done + Send>;

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
    pub(super) fn spawn(connection: Connection, readers: Readers, path: &Path) -> Result<Self> {
        Self::spawn_with(connection, readers, path, GROUP_TIME)
    }

    fn spawn_with(
        connection: Connection,
        readers: Readers,
        path: &Path,
        group_time: Duration,
    ) -> Result<Self> {
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

/// What the writer's thread has to itself.
struct Desk {
    connection: Connection,
    wal: Wal,
    readers: Readers,
    jobs: Receiver<Message>,
    counts: Arc<Counts>,
    trouble: watch::Sender<Option<Trouble>>,
    /// The last trouble that seemed over, and when it ended.
    over: Option<(Trouble, Instant)>,
    /// Whether the log was told: at first who asked is told, and that may be all.
    said: bool,
    /// A group is committed after this long even when more jobs wait.
    group_time: Duration,
}

impl Desk {
    fn work(mut self) {
        while let Some(message) = self.next_job() {
            if let Some(done) = self.group(message) {
                // Somebody may read for as long as it likes: the log is whole without this checkpoint.
                let _ = self.connection.busy_timeout(CLOSING);
                let _ = self.connection.execute_batch("PRAGMA optimize");
                self.wal.truncate(&self.connection);
                drop(self.connection);
                let _ = done.send(());
                return;
            }
        }
    }

    /// Runs a job and those that wait behind it, and commits them. Answers with who wants the store closed.
    fn group(&mut self, first: Message) -> Option<SyncSender<()>> {
        let mut next = Some(first);
        let mut answers: Vec<Answer> = Vec::new();
        let mut ending = Ending::default();
        let mut closing = None;
        let started = Instant::now();
        let stored = self.connection.total_changes();
        let mut failure = self.begin().err().map(Arc::new);
        while let Some(message) = next.take() {
            match message {
                Message::Job(job) => {
                    let place = failure.is_none().then_some((&self.connection, &mut ending));
                    let done = job(place);
                    answers.push(done.answer);
                    failure = failure.or(done.broke);
                }
                Message::Close(done) => {
                    closing = Some(done);
                    break;
                }
            }
            if answers.len() < GROUP_MAX && started.elapsed() < self.group_time {
                next = self.jobs.try_recv().ok();
            }
        }
        if failure.is_none() {
            failure = commit(&self.connection, ending.before).err().map(Arc::new);
        }
        if let Some(why) = &failure {
            self.counts.rollbacks.fetch_add(1, Ordering::AcqRel);
            if !self.connection.is_autocommit() {
                let _ = self.connection.execute_batch("ROLLBACK");
            }
            self.is_in_trouble(why);
        } else {
            self.counts.commits.fetch_add(1, Ordering::AcqRel);
            // A group that stored nothing says nothing about the disk.
            if self.connection.total_changes() > stored {
                self.is_well();
            }
            for action in ending.after {
                if let Err(panic) = catch_unwind(AssertUnwindSafe(action)) {
                    tracing::error!("what was stored could not be announced: {}", said(&*panic));
                }
            }
        }
        answers.into_iter().for_each(|answer| answer(failure.as_ref()));
        closing
    }

    fn begin(&mut self) -> Result<()> {
        self.wal.watch(&self.connection, &self.readers)?;
        Ok(self.connection.execute_batch("BEGIN IMMEDIATE")?)
    }

    /// Waits for a job; `None` when every handle is gone. A store at rest holds no pages and no long log; one
    /// in trouble is tried again.
    fn next_job(&mut self) -> Option<Message> {
        let mut rests = false;
        loop {
            let in_trouble = self.trouble.borrow().is_some();
            let wait = if in_trouble { PROBE } else { REST };
            let message = if rests && !in_trouble && !self.wal.is_long() {
                return self.jobs.recv().ok();
            } else {
                self.jobs.recv_timeout(wait)
            };
            match message {
                Ok(message) => return Some(message),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) if in_trouble => match self.probe() {
                    Ok(()) => self.is_well(),
                    Err(error) => self.is_in_trouble(&Arc::new(error)),
                },
                Err(RecvTimeoutError::Timeout) => {
                    if !rests {
                        let _ = self.connection.release_memory(); // what is in use stays
                        self.readers.release_memory();
                    }
                    rests = true;
                    self.wal.shorten(&self.connection);
                }
            }
        }
    }

    /// Whether something can be stored again: something is, and taken away.
    fn probe(&mut self) -> Result<()> {
        self.begin()?;
        let tried = self.connection.execute_batch(
            "INSERT INTO meta VALUES ('room to write', zeroblob(65536)); \
             DELETE FROM meta WHERE key = 'room to write'; COMMIT",
        );
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        Ok(tried?)
    }

    fn is_in_trouble(&mut self, why: &GroupFailure) {
        let Some(now) = Trouble::of(why) else { return };
        let lasts = self.trouble.borrow().as_ref().is_some_and(|before| before.since.elapsed() >= PROBE);
        if lasts && !self.said {
            tracing::error!("nothing can be stored: {}", now.what);
            self.said = true;
        }
        // Where a little can be stored now and then, and what was to be stored cannot, it is the same trouble.
        let lately =
            self.over.as_ref().filter(|(_, ended)| ended.elapsed() < PATIENCE).map(|(before, _)| before);
        self.trouble.send_if_modified(|trouble| {
            let is_new = trouble.as_ref().is_none_or(|before| before.what != now.what);
            *trouble = Some(now.goes_on(trouble.as_ref().or(lately)));
            is_new
        });
    }

    fn is_well(&mut self) {
        if let Some(trouble) = self.trouble.borrow().as_ref() {
            self.over = Some((trouble.clone(), Instant::now()));
        }
        self.trouble.send_if_modified(|trouble| trouble.take().is_some());
        if std::mem::take(&mut self.said) {
            tracing::warn!("what happens is stored again");
        }
    }
}

/// What a panic said.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no reason was given".into())
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

    fn keys(store: &super::super::Store) -> i64 {
        store.read_blocking(|c| Ok(c.query_row("SELECT count(*) FROM meta", [], |r| r.get(0))?)).unwrap()
    }

    /// A full disk, without one: the file may not grow.
    fn fill(store: &super::super::Store, pages_left: u32) {
        store
            .write_blocking(move |tx| {
                let pages: u32 = tx.query_row("PRAGMA page_count", [], |row| row.get(0))?;
                tx.query_row(&format!("PRAGMA max_page_count = {}", pages + pages_left), [], |_| Ok(()))?;
                Ok(())
            })
            .unwrap();
    }

    /// Holds the writer until what follows waits in its queue, so that it is one group.
    fn hold(store: &super::super::Store) -> std::sync::mpsc::Sender<()> {
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let store = store.clone();
        let (there, is_there) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            store.write_blocking(move |_| {
                there.send(()).unwrap();
                let _ = wait.recv();
                Ok(())
            })
        });
        is_there.recv().unwrap();
        go
    }

    #[tokio::test]
    async fn what_follows_a_transaction_that_sqlite_ended_is_not_stored_outside_it() {
        let (dir, store) = store();
        store.close();
        let path = dir.path().join("a.db");
        let connection = super::super::open_connection(&path, false).unwrap();
        // All that waits is one group, however slow this machine is.
        let forever = Duration::from_secs(3_600);
        let writer = Writer::spawn_with(connection, Readers::new(&path), &path, forever).unwrap();
        let store = super::super::Store { writer: Some(writer), ..store };
        fill(&store, 4);
        let go = hold(&store);
        let (heard, hears) = std::sync::mpsc::channel();
        let before = store.write(|tx| put(tx, "before"));
        let full = store.write(|tx| {
            tx.execute("INSERT INTO meta VALUES ('big', zeroblob(1000000))", [])?;
            Ok(())
        });
        let after = store.write(move |tx| {
            put(tx, "after")?;
            tx.after_commit(move || heard.send(()).unwrap());
            Ok(())
        });
        let release = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            drop(go);
        };
        let (before, full, after, ()) = tokio::join!(before, full, after, release);
        for (which, result) in [("before", before), ("full", full), ("after", after)] {
            let error = result.expect_err(which);
            assert_eq!(error.code(), Some(rusqlite::ErrorCode::DiskFull), "{which}: {error}");
            assert!(error.to_string().contains("disk is full"), "{which}: {error}");
        }
        assert!(hears.try_recv().is_err(), "nothing of it was announced");
        assert_eq!(keys(&store), 0, "nothing of it was stored");
    }

    #[tokio::test]
    async fn a_store_in_trouble_says_so_until_it_can_go_on() {
        let (_dir, store) = store();
        let mut trouble = store.trouble();
        assert!(trouble.borrow().is_none());
        fill(&store, 0);
        let full = store.write(|tx| {
            tx.execute("INSERT INTO meta VALUES ('big', zeroblob(10000000))", [])?;
            Ok(())
        });
        assert!(full.await.is_err());
        let told = trouble.wait_for(Option::is_some).await.unwrap().clone().unwrap();
        assert!(told.what.contains("disk is full") && !told.is_final, "{told:?}");
        // As when somebody made room: it is tried again without being asked.
        let big = store.clone();
        tokio::task::spawn_blocking(move || fill(&big, 1_000)).await.unwrap();
        trouble.wait_for(Option::is_none).await.unwrap();
        store.write(|tx| put(tx, "a")).await.unwrap();
    }

    /// What stores nothing does not end a trouble; what is small enough ends it for a moment, and it is the same one when
    /// it is back.
    #[tokio::test]
    async fn a_trouble_that_comes_and_goes_is_one() {
        let (_dir, store) = store();
        let mut trouble = store.trouble();
        fill(&store, 3);
        let big = || {
            store.write(|tx| {
                tx.execute("INSERT INTO meta VALUES ('big', zeroblob(10000000))", [])?;
                Ok(())
            })
        };
        assert!(big().await.is_err());
        let first = trouble.wait_for(Option::is_some).await.unwrap().clone().unwrap();
        store.write(|_| Ok(())).await.unwrap();
        assert!(trouble.borrow().is_some(), "nothing was stored");
        store.write(|tx| put(tx, "small")).await.unwrap();
        assert!(trouble.borrow().is_none(), "it fits");
        assert!(big().await.is_err());
        let again = trouble.wait_for(Option::is_some).await.unwrap().clone().unwrap();
        assert_eq!(again.since, first.since);
        assert!(again.patience() < Some(PATIENCE));
    }

    #[tokio::test]
    async fn a_job_that_panics_is_undone_alone() {
        let (_dir, store) = store();
        let go = hold(&store);
        let good = store.write(|tx| put(tx, "good"));
        let bad = store.write(|tx| {
            put(tx, "bad")?;
            if keys_of(tx) > 0 {
                panic!("on purpose");
            }
            Ok(())
        });
        let release = async { drop(go) };
        let (good, bad, ()) = tokio::join!(good, bad, release);
        good.unwrap();
        let error = bad.unwrap_err();
        assert!(matches!(&error, StoreError::Panicked(why) if why == "on purpose"), "{error}");
        store
            .write(|tx| {
                tx.after_commit(|| panic!("on purpose"));
                put(tx, "more")
            })
            .await
            .unwrap();
        assert_eq!(keys(&store), 2, "and the writer goes on");
    }

    fn keys_of(c: &Connection) -> i64 {
        c.query_row("SELECT count(*) FROM meta", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn closing_does_not_wait_for_a_reader() {
        let (dir, store) = store();
        let reader = Connection::open(dir.path().join("a.db")).unwrap();
        store.write_blocking(|tx| put(tx, "a")).unwrap();
        reader.execute_batch("BEGIN").unwrap();
        assert_eq!(keys_of(&reader), 1);
        store.write_blocking(|tx| put(tx, "b")).unwrap();
        let (done, wait) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            store.close();
            done.send(()).unwrap();
        });
        // Far less than SQLite would wait for a lock.
        wait.recv_timeout(Duration::from_secs(3)).expect("closed while somebody reads");
        assert_eq!(keys_of(&reader), 1);
    }

    #[test]
    fn closing_finishes_what_waits() {
        let (_dir, store) = store();
        store.write_blocking(|tx| put(tx, "a")).unwrap();
        store.close();
        assert!(matches!(store.write_blocking(|tx| put(tx, "b")), Err(StoreError::Closed)));
    }
}
