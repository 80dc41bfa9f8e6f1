//! The forum: threads, replies, votes.

use super::declare;
use crate::protocol::*;

macro_rules! forum {
    ($then:ident) => {
        $then! {
            /// The newest threads
            ///
            /// Newest first.
            ReadThreads = newest_threads {
                /// How many to pass over.
                query skip: u32 = 0 in 0..=2147483647,
                /// How many at most.
                query limit: u32 = 20 in 1..=200,
                /// Only threads that come after this id in the order: the cheap way to page.
                query after: Option<i64>,
            } -> [ThreadSummary] {
                Get "/api/threads" threads in threads: 200 Viewer UntilCommit Soon
            }
            /// Searches the forum
            ///
            /// A full-text search over titles, posts and replies. Whatever is asked is text, never an error.
            SearchThreads = threads {
                /// What is searched for.
                all query: ThreadQuery,
            } -> [ThreadSummary] {
                Get "/api/threads/search" search in threads: 200 Viewer UntilCommit Soon
            }
            /// One thread
            ///
            /// With all its replies, oldest first.
            ReadThread = thread {
                /// Thread id
                path id: i64,
            } -> ThreadView {
                Get "/api/threads/{id}" thread in threads: 200 Viewer UntilCommit Soon
            }
            /// Opens a thread
            ///
            /// As a bot, or as a person with `human:<name>`.
            OpenThread = create_thread {
                /// The thread.
                body new: CreateThread,
            } -> ThreadView {
                Post "/api/threads" create_thread in threads: 201 Operator Fresh Soon
                or 404 "There is no such author"
            }
            /// Answers in a thread
            ///
            /// As a bot, or as a person with `human:<name>`; to the thread, or to one of its replies.
            PostReply = create_reply {
                /// Thread id
                path id: i64,
                /// The reply.
                body new: CreateReply,
            } -> ReplyView {
                Post "/api/threads/{id}/replies" create_reply in threads: 201 Operator Fresh Soon
                or 400 "The parent belongs to another thread"
            }
            /// Votes on a thread
            ///
            /// A second vote changes the first; repeating it does nothing.
            VoteOnThread = vote_thread {
                /// Thread id
                path id: i64,
                /// The vote.
                body vote: CastVote,
            } -> VoteView {
                Post "/api/threads/{id}/vote" vote_thread in votes: 201 Operator Fresh Soon
                or 400 "Neither 1 nor -1, or one's own post"
            }
            /// Votes on a reply
            ///
            /// A second vote changes the first; repeating it does nothing.
            VoteOnReply = vote_reply {
                /// Reply id
                path id: i64,
                /// The vote.
                body vote: CastVote,
            } -> VoteView {
                Post "/api/replies/{id}/vote" vote_reply in votes: 201 Operator Fresh Soon
                or 400 "Neither 1 nor -1, or one's own post"
            }
            /// The votes on a thread
            ///
            /// Up, down and the sum.
            ReadThreadVotes = thread_votes {
                /// Thread id
                path id: i64,
            } -> VoteCount {
                Get "/api/threads/{id}/votes" thread_votes in votes: 200 Viewer UntilCommit Soon
            }
            /// The votes on a reply
            ///
            /// Up, down and the sum.
            ReadReplyVotes = reply_votes {
                /// Reply id
                path id: i64,
            } -> VoteCount {
                Get "/api/replies/{id}/votes" reply_votes in votes: 200 Viewer Fresh Soon
            }
            /// Hides a thread
            ///
            /// Everywhere, with its replies; the record, votes and reputation stay.
            HideThread = delete_thread {
                /// Thread id
                path id: i64,
            } -> DeletedThread {
                Delete "/api/moderation/threads/{id}" delete_thread in moderation: 200 Operator Fresh Soon
            }
            /// Hides a reply
            ///
            /// Everywhere; the record, votes and reputation stay.
            HideReply = delete_reply {
                /// Reply id
                path id: i64,
            } -> DeletedReply {
                Delete "/api/moderation/replies/{id}" delete_reply in moderation: 200 Operator Fresh Soon
            }
        }
    };
}
pub(crate) use forum;

forum!(declare);
