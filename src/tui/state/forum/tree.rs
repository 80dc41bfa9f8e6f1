//! The posts of a thread as a tree: answers stand below what they answer.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Stamp, text};
use crate::protocol::{ReplyView, ThreadView};
use crate::tui::state::author_of;
use crate::tui::widgets::text as cells;

/// Replies are indented at most so many steps.
const DEPTH_MAX: u16 = 6;
/// Longest post that is shown, in characters; the engine takes far shorter ones.
const POST_MAX: usize = 20_000;
/// A post as it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreePost {
    /// The reply; `None` is the opening post.
    pub reply: Option<i64>,
    /// Steps to the right.
    pub depth: u16,
    /// Actor id of the author.
    pub author: String,
    /// Shown name of the author.
    pub name: String,
    /// What it says.
    pub said: String,
    /// Net votes.
    pub score: i64,
    /// When.
    pub at: Stamp,
    /// Who is answered, where it is not the post above.
    pub answers: Option<String>,
    /// Actor id of who is answered; of the opening post nobody's.
    pub to: String,
}

impl TreePost {
    /// Cells left of the text.
    #[must_use]
    pub const fn indent(&self) -> u16 {
        self.depth * 2 + 2
    }

    /// Its text as lines of a reader of this width.
    #[must_use]
    pub fn lines(&self, width: u16) -> Vec<String> {
        cells::wrap(&self.said, width.saturating_sub(self.indent() + 1).max(8), 2_000, "…")
    }
}

/// The posts of a thread, answers below what they answer.
pub(super) fn posts(view: &ThreadView) -> Vec<TreePost> {
    let opening = TreePost {
        reply: None,
        depth: 0,
        author: view.author_bot_id.clone(),
        name: author_of(&view.author_bot_id, &view.author_name).to_owned(),
        said: text::clean(&view.content, POST_MAX),
        score: view.vote_score,
        at: view.created_at,
        answers: None,
        to: String::new(),
    };
    let mut posts = vec![opening];
    for (place, depth) in tree(&view.replies) {
        let reply = &view.replies[place];
        let parent = reply.parent_reply_id.filter(|id| posts.last().and_then(|e| e.reply) != Some(*id));
        let answers = parent.and_then(|id| view.replies.iter().find(|other| other.id == id));
        posts.push(TreePost {
            reply: Some(reply.id),
            depth: u16::try_from(depth).unwrap_or(DEPTH_MAX).min(DEPTH_MAX),
            author: reply.author_bot_id.clone(),
            name: reply.author_name.clone(),
            said: text::clean(&reply.content, POST_MAX),
            score: reply.vote_score,
            at: reply.created_at,
            answers: answers.map(|other| other.author_name.clone()),
            to: answered(view, reply.parent_reply_id, &reply.author_bot_id),
        });
    }
    posts
}

/// The actor whom a reply of `author` answers; nobody where it is themselves.
fn answered(view: &ThreadView, parent: Option<i64>, author: &str) -> String {
    let to = match parent {
        None => Some(&view.author_bot_id),
        Some(id) => view.replies.iter().find(|other| other.id == id).map(|other| &other.author_bot_id),
    };
    to.filter(|to| *to != author).cloned().unwrap_or_default()
}

/// Places of the replies with their depth, answers below what they answer.
fn tree(replies: &[ReplyView]) -> Vec<(usize, usize)> {
    let ids: BTreeSet<i64> = replies.iter().map(|reply| reply.id).collect();
    let mut below: BTreeMap<Option<i64>, Vec<usize>> = BTreeMap::new();
    for (at, reply) in replies.iter().enumerate() {
        // What answers a post that is gone stands at the root; so does what claims to answer a later one.
        let parent = reply.parent_reply_id.filter(|id| *id < reply.id && ids.contains(id));
        below.entry(parent).or_default().push(at);
    }
    let mut order = Vec::with_capacity(replies.len());
    let mut stack: Vec<(usize, usize)> = Vec::new();
    stack.extend(below.get(&None).into_iter().flatten().rev().map(|at| (*at, 0)));
    while let Some((at, depth)) = stack.pop() {
        order.push((at, depth));
        let answers = below.get(&Some(replies[at].id)).into_iter().flatten().rev();
        stack.extend(answers.map(|answer| (*answer, depth + 1)));
    }
    order
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::tui::state::forum) fn reply(id: i64, parent: Option<i64>) -> ReplyView {
        ReplyView {
            id,
            thread_id: 1,
            author_bot_id: "ada_001".into(),
            content: format!("{} ", "word".repeat(5)).repeat(usize::try_from(id).unwrap() % 40),
            parent_reply_id: parent,
            created_at: Stamp::default(),
            vote_score: 0,
            author_name: "Ada".into(),
        }
    }

    #[test]
    fn answers_stand_below_what_they_answer() {
        let replies =
            [reply(1, None), reply(2, None), reply(3, Some(1)), reply(4, Some(3)), reply(5, Some(99))];
        let order: Vec<_> = tree(&replies).iter().map(|(at, depth)| (replies[*at].id, *depth)).collect();
        assert_eq!(order, [(1, 0), (3, 1), (4, 2), (2, 0), (5, 0)]);
    }

    #[test]
    fn a_long_chain_is_kept_whole_and_a_loop_ends() {
        let chain: Vec<_> = (1..2_000).map(|id| reply(id, (id > 1).then_some(id - 1))).collect();
        assert_eq!(tree(&chain).len(), chain.len());
        assert_eq!(tree(&[reply(1, Some(2)), reply(2, Some(1))]).len(), 2);
    }
}
