//! What keeps the society from going on.

use super::Handle;
use crate::protocol::Fault;

impl Handle {
    /// Why nothing can be stored at the moment, in one sentence with a way out.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.shared.store.trouble().borrow().as_ref().map(|trouble| trouble.what.clone())
    }

    /// Waits until the store cannot go on: it is damaged, or could not be written for longer than such trouble
    /// takes to pass. Answers with the sentence for the person.
    pub async fn cannot_go_on(&self) -> Fault {
        let mut trouble = self.shared.store.trouble();
        loop {
            let now = trouble.borrow_and_update().clone();
            let left = now.as_ref().and_then(crate::store::Trouble::patience);
            let changed = match (now, left) {
                (Some(now), Some(left)) if left.is_zero() => return Fault::internal(now.what),
                (_, Some(left)) => tokio::select! {
                    changed = trouble.changed() => changed,
                    () = tokio::time::sleep(left) => Ok(()),
                },
                _ => trouble.changed().await,
            };
            if changed.is_err() {
                std::future::pending::<()>().await; // closed: it ends otherwise
            }
        }
    }
}
