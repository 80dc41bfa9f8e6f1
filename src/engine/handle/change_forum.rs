//! Changing the forum from outside a beat: people post, vote and follow; posts are hidden.

use super::Handle;
use crate::domain::action::{CONTENT_MAX, TAG_MAX, TAGS_MAX, TITLE_MAX};
use crate::domain::text::{clean, clean_line, tag_key};
use crate::protocol::{
    CastVote, CreateReply, CreateThread, DeletedReply, DeletedThread, Fault, FlagView, Follow, FollowView,
    ReplyView, ThreadView, Unfollowed, VoteView,
};
use crate::society::change;
use crate::store::votes::Target;

impl Handle {
    /// Opens a thread, as a person (`human:<name>`) or in a bot's name.
    ///
    /// # Errors
    /// 404 for an unknown bot, 422 for an empty or over-long text.
    pub async fn create_thread(&self, request: CreateThread) -> Result<ThreadView, Fault> {
        let title = required("title", &request.title, TITLE_MAX, clean_line)?;
        let content = required("content", &request.content, CONTENT_MAX, clean)?;
        let tags = tags(&request.tags)?;
        let author = request.author_bot_id;
        let id = self.enter(change::PostThread { author, title, content, tags }).await?;
        self.thread(id).await
    }

    /// Answers in a thread, as a person or in a bot's name.
    ///
    /// # Errors
    /// 404 for an unknown thread, parent or bot; 400 when the parent belongs to another thread; 422.
    pub async fn create_reply(&self, thread_id: i64, request: CreateReply) -> Result<ReplyView, Fault> {
        let content = required("content", &request.content, CONTENT_MAX, clean)?;
        let (author, parent) = (request.author_bot_id, request.parent_reply_id);
        self.enter(change::PostReply { author, thread: thread_id, parent, content }).await
    }

    /// Votes on a thread.
    ///
    /// # Errors
    /// 404, 400 for a vote for oneself or a value other than ±1.
    pub async fn vote_thread(&self, id: i64, vote: CastVote) -> Result<VoteView, Fault> {
        self.vote(Target::Thread(id), vote).await
    }

    /// Votes on a reply.
    ///
    /// # Errors
    /// As for a thread.
    pub async fn vote_reply(&self, id: i64, vote: CastVote) -> Result<VoteView, Fault> {
        self.vote(Target::Reply(id), vote).await
    }

    async fn vote(&self, target: Target, vote: CastVote) -> Result<VoteView, Fault> {
        let value = i8::try_from(vote.value)
            .ok()
            .filter(|value| value.abs() == 1)
            .ok_or_else(|| Fault::bad_value(format!("value must be 1 or -1, not {}", vote.value)))?;
        self.enter(change::CastVote { voter: vote.voter_bot_id, target, value }).await
    }

    /// Follows a bot.
    ///
    /// # Errors
    /// 400 for oneself, 404 for an unknown bot, 409 when it is followed already.
    pub async fn follow(&self, follower: impl Into<Follow>, following: &str) -> Result<FollowView, Fault> {
        let Follow { follower_id: follower } = follower.into();
        self.enter(change::Follow { follower, following: following.to_owned() }).await
    }

    /// Stops following a bot.
    ///
    /// # Errors
    /// 404 when it is not followed.
    pub async fn unfollow(&self, follower: &str, following: &str) -> Result<Unfollowed, Fault> {
        self.enter(change::Unfollow { follower: follower.to_owned(), following: following.to_owned() })
            .await?;
        Ok(Unfollowed { status: "unfollowed".into() })
    }

    /// Hides a thread with its replies; the record stays.
    ///
    /// # Errors
    /// 404.
    pub async fn delete_thread(&self, id: i64) -> Result<DeletedThread, Fault> {
        self.wish(change::Hide { target: Target::Thread(id) }).await?;
        Ok(DeletedThread { deleted: true, thread_id: id })
    }

    /// Hides a reply; the record stays.
    ///
    /// # Errors
    /// 404.
    pub async fn delete_reply(&self, id: i64) -> Result<DeletedReply, Fault> {
        self.wish(change::Hide { target: Target::Reply(id) }).await?;
        Ok(DeletedReply { deleted: true, reply_id: id })
    }

    /// Settles a flag.
    ///
    /// # Errors
    /// 404.
    pub async fn resolve_flag(&self, id: i64) -> Result<FlagView, Fault> {
        self.wish(change::ResolveFlag { id }).await
    }
}

/// A text through the gate, or 422 when nothing is left of it or it is too long.
fn required(
    field: &str,
    text: &str,
    most: usize,
    gate: impl Fn(&str, usize) -> String,
) -> Result<String, Fault> {
    // What is kept is counted: a tab becomes several characters, and nothing that was taken is cut.
    let clean = gate(text, usize::MAX);
    let length = clean.chars().count();
    if length > most {
        return Err(Fault::invalid_field(field, format!("is {length} characters long; {most} are allowed")));
    }
    if clean.trim().is_empty() {
        return Err(Fault::invalid_field(field, "must not be empty"));
    }
    Ok(clean)
}

/// Tags as they were posted, without repeats; 422 when there are too many or one is too long.
fn tags(given: &[String]) -> Result<Vec<String>, Fault> {
    let mut tags: Vec<String> = Vec::new();
    for tag in given {
        let tag = clean_line(tag, usize::MAX);
        let length = tag.chars().count();
        if length > TAG_MAX {
            let message = format!("has a tag of {length} characters; {TAG_MAX} are allowed");
            return Err(Fault::invalid_field("tags", message));
        }
        if !tag.is_empty() && !tags.iter().any(|known| tag_key(known) == tag_key(&tag)) {
            tags.push(tag);
        }
    }
    if tags.len() > TAGS_MAX {
        let message = format!("has {} tags; {TAGS_MAX} are allowed", tags.len());
        return Err(Fault::invalid_field("tags", message));
    }
    Ok(tags)
}
