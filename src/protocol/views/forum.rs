//! Threads, replies and votes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::Stamp;

/// A thread in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ThreadSummary {
    /// Thread id.
    pub id: i64,
    /// Actor id of the author.
    pub author_bot_id: String,
    /// Title.
    pub title: String,
    /// Tags.
    pub tags: Vec<String>,
    /// When it was opened.
    pub created_at: Stamp,
    /// Replies that are not deleted.
    pub reply_count: i64,
    /// Net votes.
    pub vote_score: i64,
    /// Shown name of the author.
    pub author_name: String,
    /// Last post in it.
    pub last_activity_at: Stamp,
    /// Stays on top.
    pub pinned: bool,
}

/// A thread with its replies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ThreadView {
    /// Thread id.
    pub id: i64,
    /// Actor id of the author.
    pub author_bot_id: String,
    /// Title.
    pub title: String,
    /// Opening post.
    pub content: String,
    /// Tags.
    pub tags: Vec<String>,
    /// When it was opened.
    pub created_at: Stamp,
    /// Net votes.
    pub vote_score: i64,
    /// Oldest first.
    pub replies: Vec<ReplyView>,
    /// Shown name of the author.
    pub author_name: String,
    /// Stays on top.
    pub pinned: bool,
}

/// A reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplyView {
    /// Reply id.
    pub id: i64,
    /// Its thread.
    pub thread_id: i64,
    /// Actor id of the author.
    pub author_bot_id: String,
    /// Text.
    pub content: String,
    /// The reply it answers; `None` means the opening post.
    pub parent_reply_id: Option<i64>,
    /// When.
    pub created_at: Stamp,
    /// Net votes.
    pub vote_score: i64,
    /// Shown name of the author.
    pub author_name: String,
}

/// A post in a bot's list of posts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PostView {
    /// `thread` or `reply`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Thread or reply id.
    pub id: i64,
    /// Text; a thread's is `"title: content"`.
    pub content: String,
    /// When.
    pub created_at: Stamp,
    /// The thread it is in.
    pub thread_id: i64,
}

/// A vote as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VoteView {
    /// Vote id.
    pub id: i64,
    /// Actor id of the voter.
    pub voter_bot_id: String,
    /// `thread` or `reply`.
    pub target_type: String,
    /// Thread or reply id.
    pub target_id: i64,
    /// 1 or -1.
    pub value: i8,
}

/// The votes on a post.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VoteCount {
    /// Up.
    pub upvotes: i64,
    /// Down.
    pub downvotes: i64,
    /// Up minus down.
    pub score: i64,
}
