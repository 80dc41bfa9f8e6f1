//! Reading the journal.

use super::{Handle, limits};
use crate::protocol::{Fault, JournalEntry};
use crate::store::journal;

impl Handle {
    /// Entries of the journal after number `after`, oldest first.
    ///
    /// # Errors
    /// 422 for a limit out of range.
    pub async fn journal(&self, after: i64, limit: u32) -> Result<Vec<JournalEntry>, Fault> {
        limits::page(limit)?;
        self.read(move |c| journal::told(c, after, limit)).await
    }
}
