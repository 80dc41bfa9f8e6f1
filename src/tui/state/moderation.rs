//! What the Moderation tab shows: flags, and the post of the selected one.

use std::cmp::Ordering;

use super::forum;
use crate::domain::PostKind;
use crate::domain::text::folded;
use crate::protocol::{FlagView, ThreadView};
use crate::tui::msg::{Effect, Load};
use crate::tui::widgets::Listing;
use crate::tui::widgets::listing::ListLine;

/// Flags read at once.
const PAGE: u32 = crate::protocol::ask::PAGE_MAX;

/// What the tab shows.
#[derive(Debug, Default)]
pub struct Moderation {
    /// Whether the flags were read.
    pub loaded: bool,
    /// Whether settled flags are shown instead of open ones.
    pub resolved: bool,
    /// The flags, newest first unless ordered otherwise.
    pub list: Listing<FlagView>,
    /// The thread of the selected flag, once it is read.
    pub thread: Option<ThreadView>,
    /// The thread that was asked for.
    pub(in crate::tui) wanted: Option<i64>,
    /// The thread asked for is no more.
    pub missing: bool,
}

impl ListLine for FlagView {
    const COLUMNS: &'static [&'static str] = &["age", "kind", "bot", "thread"];

    fn is_same(&self, other: &Self) -> bool {
        self.id == other.id
    }

    fn holds(&self, words: &str) -> bool {
        [&self.reason, &self.flag_type, &self.bot_id].iter().any(|text| folded(text).contains(words))
    }

    fn compare(&self, other: &Self, column: usize) -> Ordering {
        match column {
            1 => self.flag_type.cmp(&other.flag_type),
            2 => self.bot_id.cmp(&other.bot_id),
            _ => self.thread_id.cmp(&other.thread_id),
        }
    }
}

impl Moderation {
    /// The thread of the selected flag is gone; whether that was this tab's to tell.
    pub(in crate::tui) fn gone(&mut self, thread: i64) -> bool {
        let here = self.wanted == Some(thread);
        self.missing |= here;
        here
    }

    /// The tab came into view: what it reads.
    pub(in crate::tui) fn came(&mut self) -> Vec<Effect> {
        self.wanted = None;
        vec![self.read()]
    }

    /// The selected flag.
    #[must_use]
    pub fn selected(&self) -> Option<&FlagView> {
        self.list.selected()
    }

    pub(in crate::tui) fn read(&self) -> Effect {
        Effect::Load(Load::Flags(self.resolved, PAGE))
    }

    /// The post a flag is about, if its thread is read.
    #[must_use]
    pub fn post(&self, flag: &FlagView) -> Option<forum::Post> {
        let thread = self.thread.as_ref().filter(|thread| Some(thread.id) == flag.thread_id)?;
        let of = |reply, author: &str, name: &str, said: &str| forum::Post {
            thread: thread.id,
            reply,
            author: author.to_owned(),
            name: name.to_owned(),
            said: said.to_owned(),
        };
        match reply_of(flag) {
            Some(id) => {
                let reply = thread.replies.iter().find(|reply| reply.id == id)?;
                Some(of(Some(id), &reply.author_bot_id, &reply.author_name, &reply.content))
            }
            None if flag.target_type.parse() == Ok(PostKind::Thread) => {
                Some(of(None, &thread.author_bot_id, &thread.author_name, &thread.content))
            }
            None => None,
        }
    }
}

/// The reply a flag is about.
#[must_use]
pub fn reply_of(flag: &FlagView) -> Option<i64> {
    (flag.target_type.parse() == Ok(PostKind::Reply)).then_some(flag.target_id)
}
