//! How patient a guard is.

use std::time::Duration;

use crate::llm::breaker::BreakerSettings;
use crate::llm::{ProviderKind, ProviderSpec};

/// How patient a guard is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct GuardSettings {
    /// How long an attempt may go without a word.
    pub total: Duration,
    /// Calls under way at once.
    pub concurrency: usize,
    /// Attempts a call gets.
    pub attempts: u32,
    /// The first pause between attempts; each further one doubles.
    pub pause: Duration,
    /// The longest pause. A server that asks for more is left alone for that time instead.
    pub longest_pause: Duration,
    /// The circuit breaker.
    pub breaker: BreakerSettings,
}

impl Default for GuardSettings {
    fn default() -> Self {
        Self {
            total: Duration::from_secs(180),
            concurrency: 4,
            attempts: 3,
            pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(20),
            breaker: BreakerSettings::default(),
        }
    }
}

impl From<&ProviderSpec> for GuardSettings {
    fn from(spec: &ProviderSpec) -> Self {
        let breaker =
            if spec.is_asked_for_free() { BreakerSettings::LOCAL } else { BreakerSettings::default() };
        let servers = if spec.kind == ProviderKind::Nats { 1 } else { spec.servers() };
        let concurrency = spec.concurrency.saturating_mul(servers);
        Self { total: spec.total, concurrency, breaker, ..Self::default() }
    }
}
