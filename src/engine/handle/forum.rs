//! Reading the forum.

use super::Handle;
use crate::protocol::{Fault, ThreadQuery, ThreadSummary, ThreadView, VoteCount};
use crate::store::votes::Target;
use crate::store::{forum, indexing, votes};

impl Handle {
    /// Threads that match, in the order asked for.
    ///
    /// # Errors
    /// 404 when `after` is no thread.
    pub async fn threads(&self, q: ThreadQuery) -> Result<Vec<ThreadSummary>, Fault> {
        if self.is_past() && !q.q.trim().is_empty() {
            self.shared.store.write(|tx| indexing::note_missing(tx)).await?;
        }
        self.read(move |c| forum::threads(c, &q)).await
    }

    /// A thread with its replies, oldest first.
    ///
    /// # Errors
    /// 404.
    pub async fn thread(&self, id: i64) -> Result<ThreadView, Fault> {
        self.read(move |c| forum::thread(c, id)).await
    }

    /// The votes on a thread.
    ///
    /// # Errors
    /// 404.
    pub async fn thread_votes(&self, id: i64) -> Result<VoteCount, Fault> {
        self.read(move |c| votes::count(c, Target::Thread(id))).await
    }

    /// The votes on a reply.
    ///
    /// # Errors
    /// 404.
    pub async fn reply_votes(&self, id: i64) -> Result<VoteCount, Fault> {
        self.read(move |c| votes::count(c, Target::Reply(id))).await
    }
}
