//! A thread of the feed as it is kept for everybody who reads it.

use crate::domain::scene::{FeedReply, FeedThread};
use crate::domain::similarity::{TermSet, terms};
use crate::store::votes::Target;
use crate::store::{Db, Result, feed, votes};

/// A thread of the feed with what every reader of it needs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shown {
    pub(crate) thread: FeedThread,
    /// Terms of the title and the opening post.
    pub(crate) opening: TermSet,
    /// Terms of each reply that is shown.
    pub(crate) replies: Vec<TermSet>,
    /// The terms of all of them.
    pub(crate) all: TermSet,
    /// Every vote on what is shown: post, voter, value.
    pub(super) votes: Vec<(Target, String, i8)>,
}

impl Shown {
    pub(super) fn new(c: &Db, thread: FeedThread) -> Result<Self> {
        let mut votes = votes::all(c, Target::Thread(thread.id))?;
        for reply in &thread.replies {
            votes.extend(votes::all(c, Target::Reply(reply.id))?);
        }
        let opening = terms(&format!("{} {}", thread.title, thread.content));
        let replies: Vec<TermSet> = thread.replies.iter().map(|reply| terms(&reply.content)).collect();
        let all = union(&opening, &replies);
        Ok(Self { thread, opening, replies, all, votes })
    }

    /// A bot's vote on a post.
    pub(crate) fn vote_of(&self, bot: &str, target: Target) -> Option<i8> {
        self.votes.iter().find(|(t, voter, _)| *t == target && voter == bot).map(|(_, _, value)| *value)
    }

    /// A reply came to it.
    pub(super) fn add(&mut self, reply: FeedReply) {
        self.replies.push(terms(&reply.content));
        self.thread.replies.push(reply);
        self.thread.reply_count += 1;
        if self.thread.replies.len() > feed::REPLIES as usize {
            let gone = Target::Reply(self.thread.replies.remove(0).id);
            self.replies.remove(0);
            self.votes.retain(|(target, _, _)| *target != gone);
        }
        self.all = union(&self.opening, &self.replies);
    }

    /// A post of it was voted on.
    pub(super) fn count(&mut self, target: Target, voter: &str, value: i8) {
        let score = match target {
            Target::Thread(_) => Some(&mut self.thread.score),
            Target::Reply(id) => {
                self.thread.replies.iter_mut().find(|reply| reply.id == id).map(|reply| &mut reply.score)
            }
        };
        let Some(score) = score else { return }; // a reply further back than what is shown
        match self.votes.iter_mut().find(|(t, by, _)| *t == target && by == voter) {
            Some((_, _, old)) => {
                *score += i64::from(value) - i64::from(*old);
                *old = value;
            }
            None => {
                *score += i64::from(value);
                self.votes.push((target, voter.to_owned(), value));
            }
        }
    }
}

fn union(opening: &TermSet, replies: &[TermSet]) -> TermSet {
    std::iter::once(opening).chain(replies).flat_map(TermSet::iter).collect()
}
