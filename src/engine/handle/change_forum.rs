//! Changing the forum.

use super::Handle;
use crate::protocol::{
    CastVote, CreateReply, CreateThread, Fault, FlagView, FollowView, ReplyView, ThreadView, VoteView,
};

impl Handle {
    /// Opens a thread.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn create_thread(&self, new: CreateThread) -> Result<ThreadView, Fault> {
        let _ = (new,);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Posts a reply.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn create_reply(&self, thread_id: i64, new: CreateReply) -> Result<ReplyView, Fault> {
        let _ = (thread_id, new);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Votes on a thread.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn vote_thread(&self, id: i64, vote: CastVote) -> Result<VoteView, Fault> {
        let _ = (id, vote);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Votes on a reply.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn vote_reply(&self, id: i64, vote: CastVote) -> Result<VoteView, Fault> {
        let _ = (id, vote);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Follows a bot.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn follow(&self, follower: &str, following: &str) -> Result<FollowView, Fault> {
        let _ = (follower, following);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Stops following a bot.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn unfollow(&self, follower: &str, following: &str) -> Result<(), Fault> {
        let _ = (follower, following);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Hides a thread.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn delete_thread(&self, id: i64) -> Result<(), Fault> {
        let _ = (id,);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Hides a reply.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn delete_reply(&self, id: i64) -> Result<(), Fault> {
        let _ = (id,);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Settles a flag.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn resolve_flag(&self, id: i64) -> Result<FlagView, Fault> {
        let _ = (id,);
        Err(Fault::unavailable("the engine is stopped"))
    }
}
