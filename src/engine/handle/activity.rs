//! Reading the stream.

use super::{Handle, limits};
use crate::protocol::{ActivityQuery, ActivityView, Fault, WhyView};
use crate::store::activity;

impl Handle {
    /// The stream, newest first; with `after_seq` oldest first from there.
    ///
    /// # Errors
    /// 422 for a limit out of range.
    pub async fn activity(&self, q: ActivityQuery) -> Result<Vec<ActivityView>, Fault> {
        limits::page(q.limit)?;
        self.read(move |c| activity::page(c, &q)).await
    }

    /// The reason behind an act.
    ///
    /// # Errors
    /// 404.
    pub async fn why(&self, activity_id: i64) -> Result<WhyView, Fault> {
        match &self.past {
            Some((society, through)) if activity_id <= *through => {
                Ok(society.read(move |c| activity::why(c, activity_id)).await?)
            }
            _ => self.read(move |c| activity::why(c, activity_id)).await,
        }
    }
}
