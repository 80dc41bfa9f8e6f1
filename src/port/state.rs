//! What all requests share.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle as Runtime;
use tokio_util::sync::CancellationToken;

use super::PortOptions;
use super::answers::AnswerCache;
use super::auth::Access;
use super::hub::Hub;
use super::limits::RateLimit;
use super::metrics::Metrics;
use crate::engine::Handle;

/// The port's state. Cheap to clone.
#[derive(Clone)]
pub(super) struct Port {
    shared: Arc<Shared>,
}

struct Shared {
    handle: Handle,
    access: Access,
    hub: Arc<Hub>,
    metrics: Metrics,
    answers: AnswerCache,
    writes: RateLimit,
    failures: RateLimit,
    shutdown: CancellationToken,
    read_timeout: Duration,
    ping: Duration,
    patience: Duration,
}

impl Port {
    pub(super) fn new(
        handle: Handle,
        options: &PortOptions,
        shutdown: CancellationToken,
        viewers: Runtime,
    ) -> Self {
        let shared = Shared {
            access: Access::new(options),
            ping: options.ping,
            patience: options.patience,
            hub: Arc::new(Hub::new(viewers)),
            metrics: Metrics::new(handle.started()),
            answers: AnswerCache::default(),
            writes: RateLimit::per_minute(options.rate_limit),
            failures: RateLimit::per_minute(options.rate_limit),
            shutdown,
            read_timeout: options.read_timeout,
            handle,
        };
        Self { shared: Arc::new(shared) }
    }

    /// The engine's door.
    pub(super) fn engine(&self) -> &Handle {
        &self.shared.handle
    }

    /// Who may come in.
    pub(super) fn access(&self) -> &Access {
        &self.shared.access
    }

    /// How often one caller may change something.
    pub(super) fn writes(&self) -> &RateLimit {
        &self.shared.writes
    }

    /// How often one address may be refused.
    pub(super) fn failures(&self) -> &RateLimit {
        &self.shared.failures
    }

    /// Cancelled when the port closes.
    pub(super) fn shutdown(&self) -> &CancellationToken {
        &self.shared.shutdown
    }

    /// What is counted.
    pub(super) fn metrics(&self) -> &Metrics {
        &self.shared.metrics
    }

    /// Answers that are still true.
    pub(super) fn answers(&self) -> &AnswerCache {
        &self.shared.answers
    }

    /// The live stream.
    pub(super) fn hub(&self) -> &Arc<Hub> {
        &self.shared.hub
    }

    /// Waits until every viewer has been told to go.
    pub(super) async fn viewers_gone(&self) {
        self.hub().tasks.close();
        self.hub().tasks.wait().await;
    }

    /// Between two pings of a viewer.
    pub(super) fn ping(&self) -> Duration {
        self.shared.ping
    }

    /// How long a viewer may take to accept what waits for it.
    pub(super) fn patience(&self) -> Duration {
        self.shared.patience
    }

    /// How long a request's body may take.
    pub(super) fn read_timeout(&self) -> Duration {
        self.shared.read_timeout
    }
}
