//! The thread of the writer: it runs what waits in groups, and commits them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::{Answer, BeforeCommit, Counts, Ending, GroupFailure, Message, said};
use crate::store::schema::CACHE;
use crate::store::trouble::{PATIENCE, Trouble};
use crate::store::wal::Wal;
use crate::store::{Db, Readers, Result};

/// Most jobs in one group.
const GROUP_MAX: usize = 128;
/// With no job for this long, the pages that writer and readers hold for the next are let go.
const REST: Duration = Duration::from_secs(2);
/// A store in trouble is tried this often while nobody asks for anything.
const PROBE: Duration = Duration::from_secs(1);
/// How long the last checkpoint waits for somebody who reads.
const CLOSING: Duration = Duration::from_millis(50);

/// What the writer's thread has to itself.
pub(super) struct Desk {
    pub(super) connection: Db,
    pub(super) wal: Wal,
    pub(super) readers: Readers,
    pub(super) jobs: Receiver<Message>,
    pub(super) counts: Arc<Counts>,
    pub(super) trouble: watch::Sender<Option<Trouble>>,
    /// The last trouble that seemed over, and when it ended.
    pub(super) over: Option<(Trouble, Instant)>,
    /// Whether the log was told: at first who asked is told, and that may be all.
    pub(super) said: bool,
    /// Whether room was made for a crowd, and is not given back yet.
    pub(super) crowd: bool,
    /// A group is committed after this long even when more jobs wait.
    pub(super) group_time: Duration,
}

impl Desk {
    pub(super) fn work(mut self) {
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
        let crowd = ending.crowd;
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
        if crowd {
            self.crowd = true;
        } else {
            self.give_back();
        }
        answers.into_iter().for_each(|answer| answer(failure.as_ref()));
        closing
    }

    /// The cache is as small again as before a crowd.
    fn give_back(&mut self) {
        if std::mem::take(&mut self.crowd) && self.connection.set_pragma("cache_size", CACHE).is_err() {
            self.crowd = true; // tried again
        }
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
                        self.give_back();
                        self.connection.release_memory();
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
            "INSERT INTO meta (key, value) VALUES ('room to write', zeroblob(65536)); \
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

/// Ends a group: what was put off, the full-text indexes, the commit.
fn commit(connection: &Db, before: Vec<BeforeCommit>) -> Result<()> {
    before.into_iter().try_for_each(|action| action(connection))?;
    crate::store::indexing::take_in(connection)?;
    Ok(connection.execute_batch("COMMIT")?)
}
