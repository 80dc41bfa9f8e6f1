//! The past to walk about in: copies of a society at moments, in a place of their own.
//!
//! One copy is shown. It moves on by applying the next entries of the journal and back by undoing the last ones; what is
//! further away is begun from the nearest snapshot, and a few copies are kept for who comes back. What lies before all
//! that can be applied again, by these rules, is shown from what is stored ([`stored`]). The society itself is only read,
//! and may go on meanwhile.

mod dense;
mod reach;
mod reel;
mod stored;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::dense::Dense;
pub use self::reach::entry_at;
use self::reel::Reel;
use super::compare::{self, Difference};
use super::fork;
use super::handle::Handle;
use super::replay::ReplayError;
use crate::protocol::{Fault, Moment, Way};
use crate::store::digest::TableDigest;

/// A walk in the past. Cheap to clone; its methods wait, and are for threads that may.
#[derive(Clone)]
pub struct Past(Arc<Mutex<Reel>>);

impl Past {
    /// Opens the past of the society in `database` at `way`, as [`Past::glance`] shows it.
    ///
    /// # Errors
    /// There is no society, no journal of it, or no place for a copy.
    pub fn open(database: &Path, way: &Way) -> Result<(Self, Moment), Fault> {
        let mut reel = Reel::open(database)?;
        let moment = reel.glance_or_go(way)?;
        reel.make_dense()?;
        Ok((Self(Arc::new(Mutex::new(reel))), moment))
    }

    /// Goes somewhere else.
    ///
    /// # Errors
    /// There is nothing there; an entry that leads to something else than it did.
    pub fn go(&self, way: &Way) -> Result<Moment, Fault> {
        self.reel().go(way)
    }

    /// As [`Past::go`]; of what is far only what is stored is shown at first, and [`Past::complete`] brings the rest.
    ///
    /// # Errors
    /// As for [`Past::go`].
    pub fn glance(&self, way: &Way) -> Result<Moment, Fault> {
        self.reel().glance_or_go(way)
    }

    /// Brings the rest of the moment that is shown.
    ///
    /// # Errors
    /// An entry that leads to something else than it did.
    pub fn complete(&self) -> Result<Moment, Fault> {
        self.reel().complete()
    }

    /// The society as it is shown.
    ///
    /// # Errors
    /// Nothing can be shown.
    pub fn handle(&self) -> Result<Handle, Fault> {
        self.reel().handle()
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
        let plan = fork::Plan { source, home, through: Some(entry), changes: Vec::new(), follows: None };
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

    /// Whether every moment is as near as it will be: a long past is gone through once while it is open.
    #[must_use]
    pub fn is_near(&self) -> bool {
        self.reel().dense.as_ref().is_none_or(Dense::is_whole)
    }

    fn reel(&self) -> MutexGuard<'_, Reel> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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

#[cfg(test)]
mod tests;
