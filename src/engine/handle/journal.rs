//! Reading the journal.

use super::Handle;
use crate::protocol::{Fault, JournalEntry};
use crate::store::journal;

impl Handle {
    /// Entries of the journal after number `after`, oldest first.
    ///
    /// # Errors
    /// Database errors.
    pub async fn journal(&self, after: i64, limit: u32) -> Result<Vec<JournalEntry>, Fault> {
        self.read(move |c| journal::told(c, after, limit)).await
    }
}
