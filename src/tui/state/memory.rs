//! What the Memory tab shows: what one bot remembers, as far as it was read.

use super::recall::Recall;
use crate::protocol::{ArchiveQuery, MemoryQuery};
use crate::tui::msg::{Effect, Load};

/// Memories of a kind read at a time.
pub(in crate::tui) const PAGE: u32 = crate::protocol::ask::PAGE_MAX;
/// Summaries and eras read.
pub(in crate::tui) const COLD: u32 = 50;
/// What is read of the archive at a time.
pub(in crate::tui) const ARCHIVED: u32 = 100;

/// What the tab shows.
#[derive(Debug, Default)]
pub struct Explorer {
    /// Whose memory is shown: the selected bot's.
    pub of: Option<String>,
    pub(in crate::tui) visited: bool,
    /// Whether the list of bots has the keys.
    pub in_bots: bool,
    /// What the selected bot remembers.
    pub recall: Recall,
    /// Text that memories must hold.
    pub filter: String,
}

impl Explorer {
    /// The tab came into view: what it reads.
    pub(in crate::tui) fn came(&mut self, chosen: Option<&str>) -> Vec<Effect> {
        self.in_bots |= !std::mem::replace(&mut self.visited, true);
        if self.of.as_deref() == chosen { self.read() } else { Vec::new() }
    }

    pub(in crate::tui) fn read(&self) -> Vec<Effect> {
        let Some(bot) = &self.of else { return Vec::new() };
        let query = MemoryQuery {
            limit: PAGE,
            q: (!self.filter.is_empty()).then(|| self.filter.clone()),
            ..MemoryQuery::default()
        };
        vec![
            Effect::Load(Load::Warm(bot.clone(), query)),
            Effect::Load(Load::Cold(bot.clone(), COLD, 0)),
            Effect::Load(Load::Archive(bot.clone(), self.archive_query(None))),
        ]
    }

    pub(in crate::tui) fn archive_query(&self, after: Option<i64>) -> ArchiveQuery {
        let q = (!self.filter.is_empty()).then(|| self.filter.clone());
        ArchiveQuery { limit: ARCHIVED, after, q }
    }

    /// The next page of the archive, once its end is reached.
    pub(in crate::tui) fn read_on(&self) -> Vec<Effect> {
        match (&self.of, self.recall.wants_more()) {
            (Some(bot), Some(last)) => {
                vec![Effect::Load(Load::Archive(bot.clone(), self.archive_query(Some(last))))]
            }
            _ => Vec::new(),
        }
    }
}
