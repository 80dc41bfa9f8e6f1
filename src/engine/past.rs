//! The past to walk about in: copies of a society at moments, in a place of their own.
//!
//! One copy is shown. It moves on by applying the next entries of the journal and back by undoing the last ones; what is
//! further away is begun from the nearest snapshot, and a few copies are kept for who comes back. The society itself is
//! only read, and may go on meanwhile.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::compare::{self, Difference};
use super::fork;
use super::handle::Handle;
use super::replay::{Replay, ReplayError};
use crate::domain::{Stamp, moment};
use crate::protocol::{Fault, Mark, Moment, Sought, Way};
use crate::society::input::Input;
use crate::society::open::RULES;
use crate::store::digest::TableDigest;
use crate::store::journal::{self, Entry};
use crate::store::{Store, StoreError, past, snapshot};

/// Copies kept, the one that is shown among them.
const KEPT: usize = 3;
/// What making a copy costs, in entries that could be applied instead.
const COPY: i64 = 1_500;
/// How far before a moment its copy begins at least: so many entries can be undone at once.
const LEAD: i64 = 256;

/// A walk in the past. Cheap to clone; its methods wait, and are for threads that may.
#[derive(Clone)]
pub struct Past(Arc<Mutex<Reel>>);

struct Reel {
    source: Store,
    scratch: tempfile::TempDir,
    /// The one that is shown is the last.
    copies: Vec<Replay>,
    /// Copies ever made, for their names.
    made: u32,
    /// The first entry that can be shown, and why none before it.
    first: i64,
    before: Option<String>,
    marks: Arc<Vec<Mark>>,
}

impl Past {
    /// Opens the past of the society in `database`, at `way`, or at its end.
    ///
    /// # Errors
    /// There is no society, no journal of it, or no place for a copy.
    pub fn open(database: &Path, way: &Way) -> Result<(Self, Moment), Fault> {
        let mut reel = Reel::open(database)?;
        let moment = reel.go(way)?;
        Ok((Self(Arc::new(Mutex::new(reel))), moment))
    }

    /// Goes somewhere else.
    ///
    /// # Errors
    /// There is nothing there; an entry that leads to something else than it did.
    pub fn go(&self, way: &Way) -> Result<Moment, Fault> {
        self.reel().go(way)
    }

    /// The society as it is shown.
    ///
    /// # Errors
    /// Nothing can be shown.
    pub fn handle(&self) -> Result<Handle, Fault> {
        Ok(self.reel().shown()?.handle()?)
    }

    /// The digest of what is shown.
    ///
    /// # Errors
    /// Database errors.
    pub fn digest(&self) -> Result<Vec<TableDigest>, Fault> {
        Ok(self.reel().shown()?.digest()?)
    }

    /// Begins another society in `home` at the moment that is shown.
    ///
    /// # Errors
    /// It is there already, cannot be written, or cannot be applied again.
    pub async fn fork(&self, home: PathBuf) -> Result<fork::Made, Fault> {
        let (source, entry) = {
            let mut reel = self.reel();
            (reel.source.path().to_path_buf(), reel.shown()?.number)
        };
        let plan = fork::Plan { source, home, through: Some(entry), changes: Vec::new(), follows: false };
        Ok(fork::make(plan).await?)
    }

    /// Compares the society whose past it is with that of another home.
    ///
    /// # Errors
    /// There is no society, or it has nothing in common with this one.
    pub fn compare(&self, home: &Path) -> Result<Difference, Fault> {
        let source = self.reel().source.path().to_path_buf();
        let other = home.join("data").join("botarium.db");
        let difference = compare::compare(&source, &other)?;
        if difference.kin == "none" {
            return Err(Fault::bad_value("the two are of no common lineage or seed: they never were one"));
        }
        Ok(difference)
    }

    fn reel(&self) -> MutexGuard<'_, Reel> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reel {
    fn open(database: &Path) -> Result<Self, Fault> {
        let source = Store::open_read_only(database)?;
        let marks = source.read_blocking(past::marks)?;
        let (snapshot, begins): (_, Vec<Entry<Input>>) =
            source.read_blocking(|c| Ok((snapshot::first(c, RULES)?, journal::read(c, 0, 1)?)))?;
        let (first, before) = match (begins.first(), snapshot) {
            (Some(Entry { number: 1, input: Input::Opened(opened), .. }), _) if opened.rules == RULES => {
                (1, None)
            }
            (Some(Entry { number: 1, input: Input::Opened(opened), .. }), Some(snapshot)) => {
                let why = format!(
                    "before this the society followed rules {}: botarium {} shows that",
                    opened.rules, opened.version
                );
                (snapshot + 1, Some(why))
            }
            (_, Some(snapshot)) => (snapshot + 1, Some("the journal begins here".into())),
            (Some(Entry { input: Input::Opened(opened), .. }), None) => {
                return Err(Fault::conflict(format!(
                    "the journal follows rules {}, and this version has {RULES}: botarium {} shows it",
                    opened.rules, opened.version
                )));
            }
            (_, None) => {
                let home = source.path().to_path_buf();
                return Err(ReplayError::NoBeginning(home).into());
            }
        };
        let scratch = tempfile::tempdir().map_err(|source| StoreError::Io {
            action: "make a place for the past in",
            path: std::env::temp_dir(),
            source,
        })?;
        Ok(Self { source, scratch, copies: Vec::new(), made: 0, first, before, marks: Arc::new(marks) })
    }

    fn shown(&mut self) -> Result<&mut Replay, Fault> {
        self.copies.last_mut().ok_or_else(|| Fault::unavailable("no moment of the past is shown"))
    }

    fn go(&mut self, way: &Way) -> Result<Moment, Fault> {
        let last = self.source.read_blocking(journal::last)?;
        let entry = self.find(way, last)?.clamp(self.first, last.max(self.first));
        self.bring(entry)?;
        let through = |entry| self.source.read_blocking(|c| journal::through(c, entry));
        let at = self.source.read_blocking(|c| journal::at(c, entry))?;
        Ok(Moment {
            entry,
            activity: through(entry)?.unwrap_or_default(),
            at: at.unwrap_or_default(),
            first: through(self.first)?.unwrap_or_default(),
            last: through(last)?.unwrap_or_default(),
            before: self.before.clone(),
            marks: Arc::clone(&self.marks),
        })
    }

    /// The entry that a way leads to.
    fn find(&self, way: &Way, last: i64) -> Result<i64, Fault> {
        let here = self.copies.last().map(|copy| copy.number);
        let activity = match here {
            Some(entry) => self.source.read_blocking(|c| journal::through(c, entry))?.unwrap_or_default(),
            None => 0,
        };
        match way {
            Way::Begin => Ok(self.first),
            Way::End => Ok(last),
            Way::By(acts) if *acts >= 0 => Ok(self.with(activity.saturating_add(*acts))?.unwrap_or(last)),
            Way::By(acts) => self.back(activity, acts.unsigned_abs()),
            Way::To(text) => entry_at(&self.source, text),
            Way::Next(sought) | Way::Previous(sought) => {
                let back = matches!(way, Way::Previous(_));
                let found = self.source.read_blocking(|c| past::seek(c, sought, activity, back))?;
                found.map(|found| self.with(found)).transpose()?.flatten().ok_or_else(|| none(sought, back))
            }
        }
    }

    /// The first entry after which an activity is there.
    fn with(&self, activity: i64) -> Result<Option<i64>, Fault> {
        Ok(self.source.read_blocking(|c| journal::with_activity(c, activity))?)
    }

    /// So many acts back: one entry may have brought several at once.
    fn back(&self, activity: i64, acts: u64) -> Result<i64, Fault> {
        let wanted = activity.saturating_sub(i64::try_from(acts).unwrap_or(i64::MAX));
        let Some(here) = self.with(activity)? else { return Ok(self.first) };
        let before = self.source.read_blocking(|c| journal::through(c, here - 1))?.unwrap_or_default();
        Ok(self.with(wanted.min(before))?.unwrap_or(self.first))
    }

    /// Brings a copy to `entry`, by the shortest way, and shows it.
    fn bring(&mut self, entry: i64) -> Result<(), Fault> {
        let lead = (entry - LEAD).max(self.first);
        let near = |through| self.source.read_blocking(|c| snapshot::nearest(c, through, RULES, false));
        let begin = near(lead)?.or(near(entry)?).unwrap_or(0);
        let mut best = (COPY + entry - begin, None);
        for (at, copy) in self.copies.iter().enumerate() {
            let cost = if copy.number <= entry {
                entry - copy.number
            } else if copy.floor()? <= entry {
                (copy.number - entry) / 4
            } else {
                continue;
            };
            if cost < best.0 {
                best = (cost, Some(at));
            }
        }
        let mut copy = match best.1 {
            Some(at) => self.copies.remove(at),
            None => {
                self.made += 1;
                let target = self.scratch.path().join(format!("{}.db", self.made));
                Replay::begin_near(self.source.path(), &target, Some(begin), false)?
            }
        };
        let moved = if copy.number > entry { copy.back(entry) } else { copy.run(Some(entry)).map(drop) };
        // What went wrong on the way is shown as far as it came.
        self.copies.push(copy);
        if self.copies.len() > KEPT {
            self.copies.remove(0).throw_away();
        }
        Ok(moved?)
    }
}

impl Drop for Reel {
    fn drop(&mut self) {
        self.copies.drain(..).for_each(Replay::close);
    }
}

fn none(sought: &Sought, back: bool) -> Fault {
    let side = if back { "earlier" } else { "later" };
    let what = match sought {
        Sought::Bot(_) => "act of this bot",
        Sought::Person => "change by a person",
        Sought::Flag => "flag",
        Sought::Failure => "failure",
    };
    Fault::bad_value(format!("there is no {side} {what}"))
}

/// The last entry of a journal at a moment as people type it: the number of an activity, or a time.
///
/// # Errors
/// There is no such activity, it is no moment, or it lies before the society.
pub fn entry_at(society: &Store, text: &str) -> Result<i64, Fault> {
    if let Ok(activity) = text.trim().trim_start_matches('#').parse::<i64>() {
        let found = society.read_blocking(|c| journal::with_activity(c, activity))?;
        return found.ok_or_else(|| {
            Fault::bad_value(format!("there is no activity {activity} in the journal of this society"))
        });
    }
    let first: Vec<Entry<serde_json::Value>> = society.read_blocking(|c| journal::read(c, 0, 1))?;
    let start: Stamp =
        first.first().map(|entry| entry.at).ok_or_else(|| Fault::bad_value("the journal is empty"))?;
    let at = moment::at(text, start).map_err(Fault::bad_value)?;
    match society.read_blocking(|c| journal::until(c, at))? {
        0 => Err(Fault::bad_value(format!("the society began at {start}, after {at}"))),
        entry => Ok(entry),
    }
}

impl From<ReplayError> for Fault {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::Store(error) => error.into(),
            other => Self::conflict(other.to_string()),
        }
    }
}
