//! What lies before the beginning of what can be applied again: it is shown from what is stored.

use std::path::Path;
use std::sync::Arc;

use super::super::handle::{Handle, SOMEBODY};
use super::super::open::silent;
use super::super::replay::ReplayError;
use super::super::shared::Shared;
use crate::domain::Stamp;
use crate::society::open::Opened;
use crate::store::{Durability, Store, activities, snapshot, stored};

/// A copy of the society as its beginning has it, of which acts, posts and votes are shown as far as a moment.
pub(super) struct Stored {
    source: Store,
    shared: Arc<Shared>,
    /// The newest activity that is shown.
    pub(super) activity: i64,
}

impl Stored {
    /// Makes it in `target`, which is not there yet, from a society's snapshot; `opened` is how the room was opened
    /// behind it.
    ///
    /// # Errors
    /// Database errors.
    pub(super) fn open(
        source: &Path,
        target: &Path,
        number: i64,
        opened: &Opened,
        at: Stamp,
    ) -> Result<Self, ReplayError> {
        snapshot::restore(source, source, target, number, false)?;
        let store = Store::open(target, Durability::Normal)?;
        let activity = store.write_blocking(|tx| {
            stored::begin(tx)?;
            activities::last_seq(tx)
        })?;
        let source = Store::open_read_only(source)?;
        let shared = silent(opened, &source, (store, target, &[]), at, false)?;
        shared.store.read_blocking(|c| shared.society.relearn(c))?;
        Ok(Self { source, shared, activity })
    }

    /// Shows the moment after an activity.
    ///
    /// # Errors
    /// Database errors.
    pub(super) fn go(&mut self, activity: i64, at: Stamp) -> Result<(), ReplayError> {
        self.shared.store.write_blocking(move |tx| stored::go(tx, activity, at))?;
        self.activity = activity;
        self.shared.society.forget();
        self.shared.bus.go_back(activity);
        self.shared.clock.tell(at);
        Ok(())
    }

    /// The room as it is shown. Thought records are read where they come from.
    pub(super) fn handle(&self) -> Handle {
        let past = Some((self.source.clone(), i64::MAX));
        Handle { shared: Arc::clone(&self.shared), past, by: SOMEBODY.into() }
    }

    /// Closes what was made.
    pub(super) fn close(self) {
        self.shared.store.close();
    }
}
