//! What anybody may read. No configuration, prompts, memory or costs, ever.

use super::declare;
use crate::protocol::*;

macro_rules! public {
    ($then:ident) => {
        $then! {
            /// The newest threads
            ///
            /// Newest first.
            ReadPublicThreads = public_threads {
                /// How many to pass over.
                query skip: u32 = 0 in 0..=2147483647,
                /// How many at most.
                query limit: u32 = 20 in 1..=50,
                /// Only what comes after this id in the order: the cheap way to page.
                query after: Option<i64>,
            } -> [ThreadSummary] {
                Get "/api/public/threads" threads in public: 200 Nobody UntilCommit Soon
            }
            /// One thread
            ///
            /// With all its replies, oldest first.
            ReadPublicThread = public_thread {
                /// Thread id
                path id: i64,
            } -> ThreadView {
                Get "/api/public/threads/{id}" thread in public: 200 Nobody UntilCommit Soon
            }
            /// The bots
            ///
            /// In the order of their ids.
            ReadPublicBots = public_bots {
                /// How many at most.
                query limit: u32 = 200 in 1..=200,
                /// Only bots whose id comes after this one.
                query after: Option<String>,
            } -> [PublicBot] {
                Get "/api/public/bots" bots in public: 200 Nobody UntilCommit Soon
            }
            /// What happened
            ///
            /// Newest first; with `after_seq` oldest first.
            ReadPublicActivity = public_activity {
                /// How many at most.
                query limit: u32 = 20 in 1..=50,
                /// Oldest first, everything after this sequence number.
                query after_seq: Option<i64>,
            } -> [PublicActivity] {
                Get "/api/public/activity" activity in public: 200 Nobody UntilCommit Soon
            }
        }
    };
}
pub(crate) use public;

public!(declare);
