//! What the Forum tab shows: the list of threads, the one being read, what a person is about to write.

mod list;
pub mod reader;
pub mod tree;
mod writer;

use super::author_of;
use crate::protocol::{ThreadQuery, ThreadSort, ThreadSummary};
use crate::tui::widgets::Scroll;

pub use reader::{Post, Reader};
pub use writer::{Drafts, Writer};

/// Threads read at once.
pub const PAGE: u32 = 50;

/// What the tab shows.
#[derive(Debug, Default)]
pub struct Forum {
    /// Whether the list was read.
    pub loaded: bool,
    /// Threads, in the order asked for.
    pub threads: Vec<ThreadSummary>,
    /// Search, tag, author, writer and order; its place and limit stay unset.
    pub query: ThreadQuery,
    /// The selected thread.
    pub list: Scroll,
    /// Whether there are more threads than were read.
    pub more: bool,
    pub(in crate::tui) loading: bool,
    /// The order before only one's own threads were shown, last answered first.
    pub(in crate::tui) sort_before: Option<ThreadSort>,
    /// The list was asked for by other words than it shows.
    turned: bool,
    /// The thread to be selected once it is in the list.
    pub(in crate::tui) wish: Option<i64>,
    /// Whether the reader has the focus.
    pub reading: bool,
    /// Whether the focused side has all the room.
    pub zoomed: bool,
    /// The thread being read.
    pub reader: Reader,
    /// What a person is about to write.
    pub writer: Writer,
    pub(in crate::tui) tags: Vec<String>,
    pub(in crate::tui) stale_list: bool,
    pub(in crate::tui) stale_thread: bool,
}

impl Forum {
    /// Whether the list is narrowed by words, tag, author or writer.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        let ThreadQuery { q, tag, author, writer, .. } = &self.query;
        !q.is_empty() || tag.is_some() || author.is_some() || writer.is_some()
    }

    /// The post that is selected, in the list or in the reader.
    #[must_use]
    pub fn selected(&self) -> Option<Post> {
        if let Some(post) = self.reader.selected().filter(|_| self.reading) {
            return Some(post);
        }
        let thread = self.threads.get(self.list.selected)?;
        if self.reading && self.reader.wanted != Some(thread.id) {
            return None; // it is being read, and no line of the list
        }
        Some(Post {
            thread: thread.id,
            reply: None,
            author: thread.author_bot_id.clone(),
            name: author_of(&thread.author_bot_id, &thread.author_name).to_owned(),
            said: thread.title.clone(),
        })
    }
}
