//! Who is told of the tries of a call.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use tokio::time::Instant;

use super::Attempt;
use crate::llm::meter::Meter;
use crate::llm::{Handover, ProviderError};

/// Who keeps the books of a call.
pub trait Account: Send {
    /// The `attempt`th try is about to reach a model: the place to reserve it. `false` ends the call
    /// with the failure before.
    fn sends(&mut self, attempt: u32) -> impl Future<Output = bool> + Send;

    /// A try failed: the place to charge it.
    fn failed(&mut self, attempt: &Attempt) -> impl Future<Output = ()> + Send;
}

/// For calls of a single try, and for those that nobody pays for.
pub struct NoAccount;

impl Account for NoAccount {
    async fn sends(&mut self, _attempt: u32) -> bool {
        true
    }

    async fn failed(&mut self, _attempt: &Attempt) {}
}

/// For calls of which nobody keeps an account: another server may begin anew.
pub(in crate::llm) struct NoHandover;

#[async_trait]
impl Handover for NoHandover {
    async fn begins(&mut self, _lost: Option<ProviderError>) -> bool {
        true
    }
}

/// The tries of one call while it passes from one server to another.
pub(super) struct Tries<'a, A> {
    pub(super) account: &'a mut A,
    pub(super) attempts: &'a mut Vec<Attempt>,
    pub(super) meter: &'a Meter,
    /// When the one under way began.
    pub(super) began: Instant,
    /// The account allowed no further one.
    pub(super) refused: bool,
    /// A server has begun one: before that nothing can have been charged.
    pub(super) begun: Arc<AtomicBool>,
}

#[async_trait]
impl<A: Account> Handover for Tries<'_, A> {
    async fn begins(&mut self, lost: Option<ProviderError>) -> bool {
        if let Some(lost) = lost {
            self.meter.failed(lost.kind);
            let attempt = Attempt::failed(&lost, self.began.elapsed());
            self.attempts.push(attempt.clone());
            self.account.failed(&attempt).await;
        }
        let next = u32::try_from(self.attempts.len()).unwrap_or(u32::MAX).saturating_add(1);
        self.refused = !self.account.sends(next).await;
        self.began = Instant::now();
        self.begun.store(true, Ordering::Relaxed);
        !self.refused
    }
}
