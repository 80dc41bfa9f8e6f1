//! Models behind a NATS server: each call is a message in a work queue, and workers on any machine take one when
//! they are free, ask their own provider and answer (see `crate::worker`).
//!
//! The stream is on file storage, so calls survive a restart of the server; a call whose worker falls silent is
//! handed to another. Budgets, retries and reading stay in the room: a worker asks it before it asks a model, so
//! nothing is asked that nobody waits for, and what may have been charged is in the books before it is asked again.

mod board;
mod call;
mod link;
mod queue;
mod queued;
pub(crate) mod wire;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use self::board::Board;
pub(crate) use self::link::Link;
pub use self::link::NatsServer;
use self::queue::CallQueue;
use super::pool::Pool;
use super::spec::{ANY_MODEL, not_configured};
use super::{Completion, DeltaSink, FailureKind, Handover, Provider, ProviderError, ProviderSpec, Request};

/// The pool where none is named.
pub(crate) const POOL: &str = "main";
/// The longest name of a pool.
const POOL_NAME: usize = 40;
/// How long a look at the pool waits for a connection.
const GLANCE: Duration = Duration::from_millis(300);

/// A provider whose calls are made by workers.
pub(super) struct Nats {
    name: String,
    model: String,
    pool: String,
    /// How long nothing may be heard of the server while a call is under way.
    away: Duration,
    queue: Arc<CallQueue>,
    board: Arc<Board>,
}

impl Nats {
    /// Prepares the way; nothing is connected yet.
    ///
    /// # Errors
    /// [`FailureKind::NotConfigured`] when the address or the pool's name cannot be used.
    pub(super) fn new(spec: &ProviderSpec) -> Result<Self, ProviderError> {
        let name = spec.name.clone();
        let pool = spec.pool.clone().unwrap_or_else(|| POOL.to_owned());
        if !is_pool(&pool) {
            return Err(not_configured(format!("{name}: pool {}", not_a_pool())));
        }
        let server = spec.nats();
        if !is_nats(&server.url) {
            return Err(not_configured(format!("{name}: base_url must be a nats:// or tls:// address")));
        }
        let queue = Arc::new(CallQueue::new(name.clone(), server, pool.clone()));
        let model = spec.default_model().to_owned();
        Ok(Self {
            name,
            model,
            pool,
            away: spec.total.min(Duration::from_secs(60)),
            queue,
            board: Arc::default(),
        })
    }

    /// Whoever works there does not answer.
    fn unheard(&self) -> ProviderError {
        let message = format!(
            "{}: the workers of pool {} do not answer; look whether they are frozen, or their machines overloaded",
            self.name, self.pool
        );
        ProviderError::new(FailureKind::Connect, message)
    }

    /// Nobody works there.
    fn nobody(&self) -> ProviderError {
        let server = &self.queue.server;
        let also = match (&server.user, server.key.as_ref().filter(|key| !key.is_empty())) {
            (Some(_), _) => " (with --user and NATS_PASSWORD, as this server wants to know who comes)",
            (None, Some(_)) => " (with NATS_TOKEN, as this server wants one)",
            (None, None) => "",
        };
        let message = format!(
            "{}: no worker is in pool {}; start one where a model is:  botarium worker --nats {} --pool {}{also}",
            self.name,
            self.pool,
            server.shown(),
            self.pool
        );
        ProviderError::new(FailureKind::Connect, message)
    }
}

/// Whether `url` is an address of a NATS server.
pub(crate) fn is_nats(url: &str) -> bool {
    let rest = url.strip_prefix("nats://").or_else(|| url.strip_prefix("tls://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
}

/// Whether `name` can be a pool's: it is a part of a subject.
pub(crate) fn is_pool(name: &str) -> bool {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    !name.is_empty() && name.len() <= POOL_NAME && name.chars().all(good)
}

/// What a pool's name has to be, after `pool`.
pub(crate) fn not_a_pool() -> String {
    format!("must be lower-case letters, digits, `_` and `-`, at most {POOL_NAME}")
}

#[async_trait]
impl Provider for Nats {
    fn name(&self) -> &str {
        &self.name
    }

    fn default_model(&self) -> &str {
        &self.model
    }

    async fn complete(&self, request: &Request, deltas: DeltaSink) -> Result<Completion, ProviderError> {
        self.complete_with(request, deltas, &mut super::guard::NoHandover).await
    }

    fn tells_its_beginnings(&self) -> bool {
        true
    }

    async fn complete_with(
        &self,
        request: &Request,
        deltas: DeltaSink,
        handover: &mut dyn Handover,
    ) -> Result<Completion, ProviderError> {
        call::make(self, request, deltas, handover).await
    }

    async fn models(&self) -> Result<Vec<String>, ProviderError> {
        let link = self.queue.link().await?;
        match self.board.present(&link, &self.pool).await {
            Some(0) => return Err(self.nobody()),
            None => return Err(self.unheard()),
            Some(_) => {}
        }
        let mut models = vec![ANY_MODEL.to_owned()];
        for member in self.board.pool().members {
            models
                .extend(member.models.into_iter().filter(|name| !models.contains(name)).collect::<Vec<_>>());
        }
        Ok(models)
    }

    async fn pool(&self) -> Option<Pool> {
        let trouble = match tokio::time::timeout(GLANCE, self.queue.link()).await {
            Ok(Ok(link)) if link.stands() => match self.board.present(&link, &self.pool).await {
                Some(0) => Some(self.nobody().message),
                None => Some(self.unheard().message),
                Some(_) => None,
            },
            Ok(Ok(_)) | Err(_) => Some(self.queue.away().message),
            Ok(Err(error)) => Some(error.message),
        };
        let (in_flight, waiting) = self.queue.counts();
        Some(Pool { in_flight, waiting, trouble, ..self.board.pool() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_pools_are_told_from_what_is_none() {
        for good in ["nats://127.0.0.1:4222", "tls://box.lan", "nats://a:4222,nats://b:4222"] {
            assert!(is_nats(good), "{good}");
        }
        for bad in ["http://127.0.0.1", "nats://", "127.0.0.1:4222", ""] {
            assert!(!is_nats(bad), "{bad}");
        }
        assert!(is_pool("gpu-2_a"));
        for bad in ["", "a.b", "*", "A", "a b", &"x".repeat(41)] {
            assert!(!is_pool(bad), "{bad}");
        }
    }
}
