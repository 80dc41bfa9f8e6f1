//! What a value from outside is: it is applied by one function.

use serde::Serialize;

use super::Society;
use super::room::Room;
use crate::store::{Result, Tx};

/// A value from outside.
pub(crate) trait Apply: Clone + Serialize + Send + Sync + 'static {
    /// What came of it.
    type Outcome: Send + 'static;

    /// Applies it: reads the database, what the room was opened with, and itself; nothing else.
    ///
    /// # Errors
    /// Database errors, and [`crate::store::StoreError::Refused`] when it cannot be applied: then nothing of it is
    /// stored, and it is not written down.
    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<Self::Outcome>;

    /// Whether anything was changed; what changed nothing is not written down.
    fn left_a_trace(_outcome: &Self::Outcome) -> bool {
        true
    }
}
