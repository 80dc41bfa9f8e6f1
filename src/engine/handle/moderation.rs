//! Reading flags.

use super::{Handle, limits};
use crate::protocol::{Fault, FlagView};
use crate::store::moderation;

impl Handle {
    /// Flags, newest first.
    ///
    /// # Errors
    /// 422 for a limit out of range.
    pub async fn flags(&self, resolved: bool, limit: u32) -> Result<Vec<FlagView>, Fault> {
        limits::page(limit)?;
        self.read(move |c| moderation::flags(c, resolved, limit)).await
    }

    /// How many flags are open.
    ///
    /// # Errors
    /// Database errors.
    pub async fn flag_count(&self) -> Result<i64, Fault> {
        self.read(moderation::open_count).await
    }
}
