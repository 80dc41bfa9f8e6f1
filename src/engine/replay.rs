//! A journal applied again: the same code, the recorded answers, no call, no network.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::handle::{Handle, SOMEBODY};
use super::open::silent;
use super::settings::ProviderSetup;
use super::shared::Shared;
use crate::domain::Stamp;
use crate::protocol::EngineState;
use crate::society::input::Input;
use crate::society::open::{OPENED_ENTRY, Opened, RULES};
use crate::store::digest::{self, TableDigest};
use crate::store::journal::{self, Entry};
use crate::store::{Durability, Result, Store, StoreError, activities, meta, snapshot, stored, undo};

/// Entries applied in one transaction.
const STRIDE: u32 = 256;

/// Why a journal could not be applied again.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The database said no, or the journal cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is nothing to begin with.
    #[error("{0} has no journal from its beginning: it was begun by an earlier version")]
    NoBeginning(PathBuf),
    /// Another version's rules.
    #[error(
        "this part of the past follows rules {found}, and this version has {RULES}: use the version that wrote it ({version})"
    )]
    OtherRules {
        /// Their number.
        found: u32,
        /// The version that has them.
        version: String,
    },
    /// Entries are gone that would come next.
    #[error("entry {0} of the journal is gone: it was trimmed meanwhile")]
    Trimmed(i64),
    /// It came out otherwise.
    #[error("entry {number} ({input}, at {at}) leads to something else than it did: {why}")]
    Differs {
        /// The entry.
        number: i64,
        /// What came.
        input: &'static str,
        /// The room's time.
        at: Stamp,
        /// What is different.
        why: String,
    },
}

/// What a replay came to.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Replayed {
    /// Entries applied.
    pub entries: i64,
    /// Activities there are now.
    pub activities: i64,
    /// Wall-clock seconds.
    pub seconds: f64,
}

/// A journal that is being applied again to a database of its own.
pub struct Replay {
    source: Store,
    target: Store,
    path: PathBuf,
    shared: Option<Arc<Shared>>,
    /// The entry that opened the room as it is held in `shared`.
    opened: i64,
    /// The newest activity up to which thought records are read in the source.
    began: i64,
    /// Whether it is only looked at: then what is applied can be undone.
    looks: bool,
    /// Whether that is noted now.
    notes: bool,
    /// Providers that may be asked, where what is applied leads to a new question.
    providers: Vec<ProviderSetup>,
    /// The last entry applied.
    pub number: i64,
}

impl Replay {
    /// Begins where the current era of `source`, a society's database, began; `target` is a file that is not there yet.
    ///
    /// # Errors
    /// There is no such society, or the target cannot be made.
    pub fn begin(source: &Path, target: &Path) -> Result<Self, ReplayError> {
        Self::begin_near(source, target, None, true)
    }

    /// Begins as near before entry `near` as there is a snapshot; what is only looked at needs no full-text index.
    ///
    /// # Errors
    /// As for [`Replay::begin`].
    pub fn begin_near(
        source: &Path,
        target: &Path,
        near: Option<i64>,
        indexed: bool,
    ) -> Result<Self, ReplayError> {
        let source = Store::open_read_only(source)?;
        let states = source.path().to_path_buf();
        let (snapshot, first) = source.read_blocking(|c| {
            let through = near.unwrap_or(i64::MAX);
            let first: Vec<Entry<Input>> = journal::read(c, 0, 1)?;
            Ok((snapshot::nearest(c, through, RULES, near.is_none())?, first))
        })?;
        let number = match (snapshot, first.first()) {
            (Some(number), _) => return Self::begin_at(source, &states, target, number, indexed),
            (None, Some(Entry { number: 1, input: Input::Opened(_), .. })) => 0,
            (None, _) => return Err(ReplayError::NoBeginning(states)),
        };
        Self::begin_with(source, target, number, indexed)
    }

    /// Begins at snapshot `number`, which is kept in `states`.
    ///
    /// # Errors
    /// As for [`Replay::begin`].
    pub(super) fn begin_at(
        source: Store,
        states: &Path,
        target: &Path,
        number: i64,
        indexed: bool,
    ) -> Result<Self, ReplayError> {
        snapshot::restore(source.path(), states, target, number, indexed)?;
        Self::begin_with(source, target, number, indexed)
    }

    fn begin_with(source: Store, target: &Path, number: i64, indexed: bool) -> Result<Self, ReplayError> {
        let store = Store::open(target, Durability::Normal)?;
        let looks = !indexed;
        let began = store.write_blocking(move |tx| {
            if looks {
                undo::begin(tx)?;
            }
            activities::last_seq(tx)
        })?;
        let path = target.to_path_buf();
        let mut replay = Self {
            source,
            target: store,
            path,
            shared: None,
            opened: 0,
            began,
            looks,
            notes: looks,
            providers: Vec::new(),
            number,
        };
        replay.take_up()?;
        Ok(replay)
    }

    /// The room as the rows say that it was, in the middle of an era.
    fn take_up(&mut self) -> Result<(), ReplayError> {
        let note = self.target.read_blocking(|c| meta::get(c, OPENED_ENTRY))?;
        let Some(number) = note.and_then(|text| text.parse::<i64>().ok()) else { return Ok(()) };
        if number != self.opened || self.shared.is_none() {
            let entries: Vec<Entry<Input>> =
                self.source.read_blocking(|c| journal::read(c, number - 1, 1))?;
            match entries.first() {
                Some(Entry { input: Input::Opened(opened), at, .. }) if opened.rules == RULES => {
                    self.reopen(opened, number, *at)?;
                }
                _ => return Ok(()),
            }
        }
        let shared = self.room()?;
        self.target.read_blocking(|c| {
            shared.society.relearn(c)?;
            let paused = meta::get(c, "paused")?.as_deref() == Some("true");
            shared.live_mut().engine = if paused { EngineState::Paused } else { EngineState::Running };
            Ok(())
        })?;
        Ok(())
    }

    /// From here on these providers may be asked.
    pub(super) fn may_ask(&mut self, providers: Vec<ProviderSetup>) -> Result<(), ReplayError> {
        self.providers = providers;
        self.shared = None;
        self.take_up()
    }

    /// Whether a provider may be asked.
    pub(super) fn asks(&self, provider: &str) -> bool {
        self.providers.iter().any(|setup| setup.spec.name == provider)
            && self.shared.as_ref().is_some_and(|shared| shared.guard(provider).is_ok())
    }

    /// Applies entries up to `through`, or all that there are.
    ///
    /// # Errors
    /// An entry that leads to something else than it did.
    pub fn run(&mut self, through: Option<i64>) -> Result<Replayed, ReplayError> {
        let started = Instant::now();
        let first = self.number;
        if self.notes {
            self.pass_over(through)?;
        }
        loop {
            let left = through.map_or(i64::from(STRIDE), |through| through - self.number);
            let most = u32::try_from(left.clamp(0, i64::from(STRIDE))).unwrap_or(STRIDE);
            let after = self.number;
            let entries: Vec<Entry<Input>> = self.source.read_blocking(|c| journal::read(c, after, most))?;
            if entries.is_empty() {
                break;
            }
            self.apply(entries)?;
        }
        Ok(Replayed {
            entries: self.number - first,
            activities: self.target.read_blocking(activities::last_seq)?,
            seconds: started.elapsed().as_secs_f64(),
        })
    }

    /// Nothing needs to be undone of what lies further back than can be undone.
    fn pass_over(&mut self, through: Option<i64>) -> Result<(), ReplayError> {
        let last = self.source.read_blocking(journal::last)?;
        let noted = through.unwrap_or(last).min(last) - undo::DEPTH;
        if noted > self.number {
            self.target.write_blocking(|tx| undo::forget(tx))?;
            self.note(false);
            let passed = self.run(Some(noted));
            self.note(true);
            passed?;
            self.began = self.target.read_blocking(activities::last_seq)?;
        }
        Ok(())
    }

    /// From here on it is noted, or not, how to undo what is applied, and what bots thought.
    pub(super) fn note(&mut self, notes: bool) {
        self.notes = notes;
        if let Some(shared) = &self.shared {
            shared.society.records.store(notes, Ordering::Release);
        }
    }

    /// The earliest entry that [`Replay::back`] reaches.
    ///
    /// # Errors
    /// Database errors.
    pub(super) fn floor(&self) -> Result<i64, ReplayError> {
        let number = self.number;
        Ok(self.target.write_blocking(move |tx| Ok(undo::floor(tx)?.unwrap_or(number)))?)
    }

    /// Undoes entries until `number` is the last one applied; it is not before [`Replay::floor`].
    ///
    /// # Errors
    /// Database errors.
    pub(super) fn back(&mut self, number: i64) -> Result<(), ReplayError> {
        let at = self.source.read_blocking(|c| journal::at(c, number))?;
        let seq = self.target.write_blocking(move |tx| {
            undo::back(tx, number)?;
            activities::last_seq(tx)
        })?;
        self.number = number;
        self.take_up()?;
        let shared = self.room()?;
        shared.society.forget();
        shared.bus.go_back(seq);
        if let Some(at) = at {
            shared.clock.tell(at);
        }
        Ok(())
    }

    /// Applies entries: those between two openings in one transaction.
    fn apply(&mut self, entries: Vec<Entry<Input>>) -> Result<(), ReplayError> {
        let mut group = Vec::new();
        for entry in entries {
            if let Input::Opened(opened) = &entry.input {
                self.apply_group(std::mem::take(&mut group))?;
                self.reopen(opened, entry.number, entry.at)?;
            }
            group.push(entry);
        }
        self.apply_group(group)
    }

    /// Shows the moment after `activity`, which was at `at`, as far as it is stored. From then on nothing can be applied.
    ///
    /// # Errors
    /// Database errors.
    pub(super) fn fill(&mut self, activity: i64, at: Stamp) -> Result<(), ReplayError> {
        stored::fill(self.source.path(), &self.path, activity, at)?;
        // Thought records are read where they come from.
        self.began = i64::MAX;
        let shared = self.room()?;
        shared.society.forget();
        shared.bus.go_back(activity);
        shared.clock.tell(at);
        Ok(())
    }

    /// What the entries from here on are applied to: the room as it was opened.
    pub(super) fn reopen(&mut self, opened: &Opened, number: i64, at: Stamp) -> Result<(), ReplayError> {
        if opened.rules != RULES {
            return Err(ReplayError::OtherRules { found: opened.rules, version: opened.version.clone() });
        }
        let world = (self.target.clone(), &*self.path, self.providers.as_slice());
        let shared = silent(opened, &self.source, world, at, !self.looks)?;
        shared.society.records.store(self.notes || !self.looks, Ordering::Release);
        self.shared = Some(shared);
        self.opened = number;
        Ok(())
    }

    fn apply_group(&mut self, entries: Vec<Entry<Input>>) -> Result<(), ReplayError> {
        let (Some(first), Some(last)) = (entries.first(), entries.last().map(|entry| entry.number)) else {
            return Ok(());
        };
        if first.number != self.number + 1 {
            return Err(ReplayError::Trimmed(self.number + 1));
        }
        let (shared, notes) = (self.room()?, self.notes);
        let applied = self.target.write_blocking(move |tx| {
            for entry in &entries {
                if notes {
                    undo::mark(tx, entry.number)?;
                }
                if let Err(why) = again(&shared, tx, entry)? {
                    let (number, input, at) = (entry.number, entry.input.name(), entry.at);
                    return Ok(Err((number, input, at, why)));
                }
                tx.settle()?;
            }
            Ok(Ok(()))
        });
        match applied {
            Ok(Ok(())) => {
                self.number = last;
                Ok(())
            }
            Ok(Err((number, input, at, why))) => {
                self.number = number - 1;
                Err(ReplayError::Differs { number, input, at, why })
            }
            Err(error) => {
                // The entries before it are settled.
                self.number = self.target.read_blocking(journal::last)?;
                Err(error.into())
            }
        }
    }

    /// Compares the digests of both societies; answers the tables that differ.
    ///
    /// # Errors
    /// Database errors.
    pub fn differences(&self) -> Result<Vec<&'static str>, ReplayError> {
        let (was, is) = (self.source.read_blocking(digest::society)?, self.digest()?);
        Ok(was.iter().zip(&is).filter(|(was, is)| was != is).map(|(was, _)| was.table).collect())
    }

    /// The digest of what was made.
    ///
    /// # Errors
    /// Database errors.
    pub fn digest(&self) -> Result<Vec<TableDigest>, ReplayError> {
        Ok(self.target.read_blocking(digest::society)?)
    }

    /// The room as it is now.
    pub(super) fn room(&self) -> Result<Arc<Shared>, ReplayError> {
        self.shared.clone().ok_or_else(|| ReplayError::NoBeginning(self.path.clone()))
    }

    /// The society as far as it was applied, to look at.
    ///
    /// # Errors
    /// Nothing was applied yet.
    pub fn handle(&self) -> Result<Handle, ReplayError> {
        let past = Some((self.source.clone(), self.began));
        Ok(Handle { shared: self.room()?, past, by: SOMEBODY.into() })
    }

    /// The society whose journal it is.
    pub(super) const fn source(&self) -> &Store {
        &self.source
    }

    /// What is made.
    pub(super) const fn target(&self) -> &Store {
        &self.target
    }

    /// The entries that come next.
    pub(super) fn next_entries(&self) -> Result<Vec<Entry<Input>>, ReplayError> {
        let after = self.number;
        Ok(self.source.read_blocking(|c| journal::read(c, after, STRIDE))?)
    }

    /// Closes what was made.
    pub fn close(self) {
        self.target.close();
    }

    /// Closes what was made and takes its file away; who still reads it reads on.
    pub(super) fn throw_away(self) {
        let path = self.path.clone();
        self.close();
        for ending in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(crate::store::beside(&path, ending)); // gone with the directory at the latest
        }
    }
}

/// Applies one entry; the inner error says what came out otherwise.
fn again(
    shared: &Shared,
    tx: &mut crate::store::Tx<'_>,
    entry: &Entry<Input>,
) -> Result<std::result::Result<(), String>> {
    shared.clock.tell(entry.at);
    match entry.input.apply_again(&shared.society, tx, entry.at) {
        Ok(()) => {}
        Err(StoreError::Refused(fault)) => return Ok(Err(fault.detail)),
        Err(other) => return Err(other),
    }
    let (number, seq) = (journal::last(tx)?, activities::last_seq(tx)?);
    if number != entry.number {
        return Ok(Err("it leaves no trace".into()));
    }
    if seq != entry.through {
        return Ok(Err(format!("the newest activity is {seq} after it, and was {}", entry.through)));
    }
    Ok(Ok(()))
}
