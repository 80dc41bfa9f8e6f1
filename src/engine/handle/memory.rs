//! Reading what bots remember.

use super::Handle;
use crate::protocol::{ArchiveQuery, ArchivedView, ColdView, Fault, MemoryQuery, MemoryView, WarmMemory};
use crate::store::{archive, indexing, remembered};

impl Handle {
    /// Warm memory: of each category the newest items, oldest first.
    ///
    /// # Errors
    /// 404.
    pub async fn warm_memory(&self, bot: &str, q: MemoryQuery) -> Result<WarmMemory, Fault> {
        let (zone, bot) = (self.clock().zone().clone(), bot.to_owned());
        self.read(move |c| remembered::warm(c, &zone, &bot, &q)).await
    }

    /// What summaries stand for, newest first.
    ///
    /// # Errors
    /// 404.
    pub async fn archive(&self, bot: &str, q: ArchiveQuery) -> Result<Vec<ArchivedView>, Fault> {
        let searches = !q.q.as_deref().unwrap_or_default().trim().is_empty();
        if searches && self.is_past() {
            self.shared.store.write(|tx| indexing::note_missing(tx)).await?;
        }
        if searches && self.read(indexing::waiting).await? > 0 {
            self.shared.store.write(|tx| indexing::take_in_archive(tx)).await?;
        }
        let (zone, bot) = (self.clock().zone().clone(), bot.to_owned());
        self.read(move |c| archive::page(c, &zone, &bot, &q)).await
    }

    /// Summaries and eras, those of the newest period first.
    ///
    /// # Errors
    /// 404.
    pub async fn cold_memory(&self, bot: &str, limit: u32, offset: u32) -> Result<Vec<ColdView>, Fault> {
        let (zone, bot) = (self.clock().zone().clone(), bot.to_owned());
        self.read(move |c| remembered::cold(c, &zone, &bot, limit, offset)).await
    }

    /// Warm and cold together.
    ///
    /// # Errors
    /// 404.
    pub async fn memory(&self, bot: &str) -> Result<MemoryView, Fault> {
        let (zone, bot) = (self.clock().zone().clone(), bot.to_owned());
        self.read(move |c| remembered::both(c, &zone, &bot)).await
    }
}
