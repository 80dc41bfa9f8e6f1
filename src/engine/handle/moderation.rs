//! Reading flags.

use super::Handle;
use crate::protocol::{Fault, FlagCount, FlagView};
use crate::store::flags;

impl Handle {
    /// Flags, newest first.
    ///
    /// # Errors
    /// Database errors.
    pub async fn flags(&self, resolved: bool, limit: u32) -> Result<Vec<FlagView>, Fault> {
        self.read(move |c| flags::flags(c, resolved, limit)).await
    }

    /// How many flags are open.
    ///
    /// # Errors
    /// Database errors.
    pub async fn flag_count(&self) -> Result<FlagCount, Fault> {
        Ok(FlagCount { unresolved: self.read(flags::open_count).await? })
    }
}
