//! What a walk in the past goes through: the copies that are kept, and the one that is shown.

use std::path::Path;
use std::sync::Arc;

use super::dense::{self, Dense};
use super::reach::{Position, Reach};
use super::stored::Stored;
use crate::domain::Stamp;
use crate::engine::handle::Handle;
use crate::engine::replay::Replay;
use crate::protocol::{Fault, Mark, Moment, Sought, Way};
use crate::society::open::RULES;
use crate::store::{Store, StoreError, journal, past, snapshot};

/// Copies kept, the one that is shown among them.
const KEPT: usize = 3;
/// What making a copy costs, in entries that could be applied instead.
const COPY: i64 = 1_500;
/// How far before a moment its copy begins at least: so many entries can be undone at once.
const LEAD: i64 = 256;
/// A moment that is further away than so many entries is shown first as far as it is stored.
const FAR: i64 = 768;
/// Entries with which a society begins: its bots are there.
const BEGINNING: i64 = 32;

/// The copies, and what of them is shown.
pub(super) struct Reel {
    pub(super) source: Store,
    scratch: tempfile::TempDir,
    /// The one that is shown is the last.
    pub(super) copies: Vec<Replay>,
    /// Copies ever made, for their names.
    made: u32,
    /// What can be shown, and how.
    reach: Reach,
    /// Moments between the snapshots, where those lie far apart.
    pub(super) dense: Option<Dense>,
    /// A copy that shows what is stored; whether that is what is shown.
    stored: Option<Stored>,
    shows_stored: bool,
    /// What is shown of a moment that is far, until all of it is there.
    glance: Option<Glance>,
    /// What is far, in entries.
    pub(super) far: i64,
    marks: Arc<Vec<Mark>>,
}

/// A moment as far as it is stored, which can be applied again and was not yet.
struct Glance {
    copy: Replay,
    entry: i64,
    activity: i64,
}

/// What a copy begins with.
#[derive(Copy, Clone)]
enum Begin {
    /// One that is there, by its place.
    Copy(usize),
    /// A moment between the snapshots.
    Dense(i64),
    /// A snapshot, or the very beginning.
    Kept(i64),
}

impl Reel {
    pub(super) fn open(database: &Path) -> Result<Self, Fault> {
        let source = Store::open_read_only(database)?;
        let marks = source.read_blocking(past::marks)?;
        let reach = Reach::of(&source)?;
        let scratch = tempfile::tempdir().map_err(|source| StoreError::Io {
            action: "make a place for the past in",
            path: std::env::temp_dir(),
            source,
        })?;
        let (copies, marks) = (Vec::new(), Arc::new(marks));
        Ok(Self {
            source,
            scratch,
            copies,
            made: 0,
            reach,
            dense: None,
            stored: None,
            shows_stored: false,
            glance: None,
            far: FAR,
            marks,
        })
    }

    /// Goes through a long past once, so that every moment of it is near.
    pub(super) fn make_dense(&mut self) -> Result<(), Fault> {
        let all = self.source.read_blocking(snapshot::all)?;
        let numbers: Vec<i64> = all.iter().filter(|s| s.rules == RULES).map(|s| s.number).collect();
        if numbers.windows(2).any(|pair| pair[1] - pair[0] > 2 * dense::DISTANCE) {
            let (source, base) = (self.source.path(), self.reach.first - 1);
            self.dense = Some(Dense::begin(source, self.scratch.path(), base, dense::DISTANCE));
        }
        Ok(())
    }

    /// The copy that is shown, which was applied again.
    pub(super) fn shown(&mut self) -> Result<&mut Replay, Fault> {
        if let Some(before) = self.reach.before.as_ref().filter(|_| self.shows_stored) {
            return Err(Fault::conflict(before.why.to_string()));
        }
        if self.glance.is_some() {
            self.complete()?;
        }
        self.copies.last_mut().ok_or_else(|| Fault::unavailable("no moment of the past is shown"))
    }

    pub(super) fn handle(&mut self) -> Result<Handle, Fault> {
        if let Some(glance) = &self.glance {
            return Ok(glance.copy.handle()?);
        }
        match self.stored.as_ref().filter(|_| self.shows_stored) {
            Some(stored) => Ok(stored.handle()),
            None => Ok(self.shown()?.handle()?),
        }
    }

    pub(super) fn go(&mut self, way: &Way) -> Result<Moment, Fault> {
        let last = self.source.read_blocking(journal::last)?;
        match self.find(way, last)? {
            Position::Entry(entry) => self.bring(entry.clamp(self.reach.first, last.max(self.reach.first))),
            Position::Stored(activity) => {
                let at = self.source.read_blocking(|c| crate::store::stored::at(c, activity))?;
                self.bring_stored(activity, at.unwrap_or_default())?;
                self.moment(0, activity, at)
            }
        }
    }

    pub(super) fn glance_or_go(&mut self, way: &Way) -> Result<Moment, Fault> {
        match self.glance(way)? {
            Some(moment) => Ok(moment),
            None => self.go(way),
        }
    }

    /// Shows what is stored of a moment that is far; `None` where it is near, or cannot be applied again at all.
    pub(super) fn glance(&mut self, way: &Way) -> Result<Option<Moment>, Fault> {
        let last = self.source.read_blocking(journal::last)?;
        let Position::Entry(entry) = self.find(way, last)? else { return Ok(None) };
        let entry = entry.clamp(self.reach.first, last.max(self.reach.first));
        if self.cheapest(entry)?.1 <= self.far {
            return Ok(None);
        }
        let activity = self.through(entry)?.unwrap_or_default();
        let at = self.source.read_blocking(|c| journal::at(c, entry))?;
        let (begin, _) = self.nearest(entry)?;
        let mut copy = self.copy(begin)?;
        if copy.number == 0 {
            copy.run(Some(entry.min(BEGINNING)))?;
        }
        copy.fill(activity, at.unwrap_or_default())?;
        self.let_go_of_glance();
        self.glance = Some(Glance { copy, entry, activity });
        self.shows_stored = false;
        self.moment(entry, activity, at).map(Some)
    }

    /// Brings the rest of what a glance shows.
    pub(super) fn complete(&mut self) -> Result<Moment, Fault> {
        match &self.glance {
            Some(Glance { entry, .. }) => self.bring(*entry),
            None => self.go(&Way::By(0)),
        }
    }

    fn let_go_of_glance(&mut self) {
        self.glance.take().into_iter().for_each(|glance| glance.copy.throw_away());
    }

    fn moment(&self, entry: i64, activity: i64, at: Option<Stamp>) -> Result<Moment, Fault> {
        let last = self.source.read_blocking(journal::last)?;
        let before = self.reach.before.as_ref();
        let to_come = self.glance.is_some();
        Ok(Moment {
            entry,
            activity,
            at: at.unwrap_or_default(),
            first: match before {
                Some(_) => 1,
                None => self.through(self.reach.first)?.unwrap_or_default(),
            },
            last: self.through(last)?.unwrap_or_default(),
            stored: match before.filter(|_| self.shows_stored) {
                Some(before) => Some(Arc::clone(&before.why)),
                None => to_come.then(|| APPLYING.into()),
            },
            to_come,
            marks: Arc::clone(&self.marks),
        })
    }

    /// The newest activity after an entry.
    fn through(&self, entry: i64) -> Result<Option<i64>, Fault> {
        Ok(self.source.read_blocking(|c| journal::through(c, entry))?)
    }

    /// The newest activity that is shown.
    fn here(&self) -> Result<i64, Fault> {
        if let Some(glance) = &self.glance {
            return Ok(glance.activity);
        }
        match (&self.stored, self.copies.last()) {
            (Some(stored), _) if self.shows_stored => Ok(stored.activity),
            (_, Some(copy)) => Ok(self.through(copy.number)?.unwrap_or_default()),
            (_, None) => Ok(0),
        }
    }

    /// Where a way leads.
    fn find(&self, way: &Way, last: i64) -> Result<Position, Fault> {
        let activity = self.here()?;
        let with = |activity| Ok(self.reach.with(&self.source, activity)?.unwrap_or(Position::Entry(last)));
        match way {
            Way::Begin if self.reach.before.is_some() => with(1),
            Way::Begin => Ok(Position::Entry(self.reach.first)),
            Way::End => Ok(Position::Entry(last)),
            Way::By(acts) if *acts >= 0 => with(activity.saturating_add(*acts)),
            Way::By(acts) => self.back(activity, acts.unsigned_abs()),
            Way::To(text) => self.reach.place_at(&self.source, text),
            Way::Next(sought) | Way::Previous(sought) => {
                let back = matches!(way, Way::Previous(_));
                let found = self.source.read_blocking(|c| past::seek(c, sought, activity, back))?;
                found.map(with).transpose()?.ok_or_else(|| none(sought, back))
            }
        }
    }

    /// So many acts back: one entry may have brought several at once.
    fn back(&self, activity: i64, acts: u64) -> Result<Position, Fault> {
        let wanted = activity.saturating_sub(i64::try_from(acts).unwrap_or(i64::MAX)).max(0);
        let before = match self.reach.with(&self.source, activity)? {
            Some(Position::Entry(here)) => match self.through(here - 1)? {
                Some(before) => before,
                None => self.reach.before.as_ref().map_or(0, |before| before.activity),
            },
            Some(Position::Stored(_)) => wanted,
            None => 0,
        };
        let least = i64::from(self.reach.before.is_some());
        let place = self.reach.with(&self.source, wanted.min(before).max(least))?;
        Ok(place.unwrap_or(Position::Entry(self.reach.first)))
    }

    /// Shows what is stored of the moment after an activity.
    fn bring_stored(&mut self, activity: i64, at: Stamp) -> Result<(), Fault> {
        if self.stored.is_none() {
            let Some(before) = &self.reach.before else {
                return Err(Fault::internal("nothing lies before the beginning"));
            };
            let target = self.scratch.path().join("stored.db");
            let source = self.source.path();
            self.stored = Some(Stored::open(source, &target, before.snapshot, &before.opened, before.at)?);
        }
        if let Some(stored) = &mut self.stored {
            stored.go(activity, at)?;
        }
        self.let_go_of_glance();
        self.shows_stored = true;
        Ok(())
    }

    /// What a new copy of an entry's moment begins with, and its entry.
    fn nearest(&self, entry: i64) -> Result<(Begin, i64), Fault> {
        let lead = (entry - LEAD).max(self.reach.first);
        let near = |through| self.source.read_blocking(|c| snapshot::nearest(c, through, RULES, false));
        let kept = near(lead)?.or(near(entry)?).unwrap_or(0);
        let dense = self.dense.as_ref().and_then(|dense| dense.nearest(lead));
        Ok(match dense.filter(|number| *number > kept) {
            Some(number) => (Begin::Dense(number), number),
            None => (Begin::Kept(kept), kept),
        })
    }

    /// The shortest way to an entry: what it begins with, and how many entries have to be applied.
    fn cheapest(&self, entry: i64) -> Result<(Begin, i64), Fault> {
        let (begin, number) = self.nearest(entry)?;
        let mut best = (begin, entry - number);
        let mut least = COPY + entry - number;
        for (at, copy) in self.copies.iter().enumerate() {
            let cost = if copy.number <= entry {
                entry - copy.number
            } else if copy.floor()? <= entry {
                (copy.number - entry) / 4
            } else {
                continue;
            };
            if cost < least {
                (least, best) = (cost, (Begin::Copy(at), cost));
            }
        }
        Ok(best)
    }

    /// The copy that was chosen, or a new one.
    fn copy(&mut self, begin: Begin) -> Result<Replay, Fault> {
        self.made += 1;
        let target = self.scratch.path().join(format!("{}.db", self.made));
        Ok(match (begin, &self.dense) {
            (Begin::Copy(at), _) => self.copies.remove(at),
            (Begin::Dense(number), Some(dense)) => {
                let source = Store::open_read_only(self.source.path())?;
                Replay::begin_at(source, dense.states(), &target, number, false)?
            }
            (Begin::Dense(number) | Begin::Kept(number), _) => {
                Replay::begin_near(self.source.path(), &target, Some(number), false)?
            }
        })
    }

    /// Brings a copy to `entry`, by the shortest way, and shows it.
    fn bring(&mut self, entry: i64) -> Result<Moment, Fault> {
        let (begin, _) = self.cheapest(entry)?;
        let mut copy = self.copy(begin)?;
        let moved = if copy.number > entry { copy.back(entry) } else { copy.run(Some(entry)).map(drop) };
        // What went wrong on the way is shown as far as it came.
        self.copies.push(copy);
        if self.copies.len() > KEPT {
            self.copies.remove(0).throw_away();
        }
        moved?;
        self.let_go_of_glance();
        self.shows_stored = false;
        let at = self.source.read_blocking(|c| journal::at(c, entry))?;
        let activity = self.through(entry)?.unwrap_or_default();
        self.moment(entry, activity, at)
    }
}

impl Drop for Reel {
    fn drop(&mut self) {
        self.dense.take();
        self.let_go_of_glance();
        self.copies.drain(..).for_each(Replay::close);
        self.stored.take().into_iter().for_each(Stored::close);
    }
}

/// Why only what is stored is shown of a moment that is far.
const APPLYING: &str = "being applied again: acts, posts and votes are there, the rest comes in a moment";

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
