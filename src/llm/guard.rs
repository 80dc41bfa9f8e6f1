//! What stands between the engine and a provider: concurrency, time-outs, retries, the breaker.
//!
//! It decides when a call is sent and how often, and reports every attempt so that each can be
//! charged. It knows nothing of money, bots or wire formats. A provider that answers in the
//! process ([`Provider::answer_at_once`]) passes through untouched.

use std::sync::Arc;
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::breaker::{Breaker, Pass};
pub use super::breaker::{BreakerSettings, BreakerState, Phase};
use super::{Completion, DeltaSink, FailureKind, Provider, ProviderError, ProviderSpec, Purpose, Request};
use crate::domain::Usage;

/// How patient a guard is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct GuardSettings {
    /// How long one attempt may take in all.
    pub total: Duration,
    /// Attempts under way at once.
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
        Self { total: spec.total, concurrency: spec.concurrency, ..Self::default() }
    }
}

/// One try at a call, sent or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// From sending to the end.
    pub latency: Duration,
    /// What the server said it used; `None` when it did not say.
    pub usage: Option<Usage>,
    /// What went wrong; `None` for the attempt that answered.
    pub error: Option<String>,
    /// Whether it may have reached the model: then it must be charged, by `usage` or, where
    /// that is missing, by what is known of it.
    pub maybe_charged: bool,
    /// Bytes of the model's text that came back.
    pub received: usize,
}

/// What came of a call.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The answer, or the last failure.
    pub result: Result<Completion, ProviderError>,
    /// Every attempt, oldest first. Empty when the breaker let nothing through.
    pub attempts: Vec<Attempt>,
}

/// A provider and its protection. See the module.
pub struct Guard {
    provider: Arc<dyn Provider>,
    settings: GuardSettings,
    places: Semaphore,
    breaker: Breaker,
}

impl Guard {
    /// Protects `provider`.
    #[must_use]
    pub fn new(provider: Arc<dyn Provider>, settings: GuardSettings) -> Self {
        Self {
            provider,
            places: Semaphore::new(settings.concurrency.clamp(1, Semaphore::MAX_PERMITS)),
            breaker: Breaker::new(settings.breaker),
            settings,
        }
    }

    /// The provider's configured name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.provider.name()
    }

    /// The model used where a bot names none.
    #[must_use]
    pub fn default_model(&self) -> &str {
        self.provider.default_model()
    }

    /// See [`Provider::answer_at_once`].
    #[must_use]
    pub fn answer_at_once(&self, request: &Request) -> Option<Completion> {
        self.provider.answer_at_once(request)
    }

    /// Where the breaker stands.
    #[must_use]
    pub fn state(&self) -> BreakerState {
        self.breaker.state()
    }

    /// Attempts under way.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.settings.concurrency.max(1).saturating_sub(self.places.available_permits())
    }

    /// Names of the models the server offers. Asked once, without retries and whatever the
    /// breaker says: a person is waiting.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn models(&self) -> Result<Vec<String>, ProviderError> {
        match tokio::time::timeout(self.settings.total, self.provider.models()).await {
            Ok(models) => models,
            Err(_) => Err(self.too_slow()),
        }
    }

    /// Asks the model. Waits for a free place; retries what can be retried; gives each attempt
    /// its time. Dropping the future abandons the call.
    pub async fn complete(&self, request: &Request, deltas: DeltaSink) -> Outcome {
        self.complete_while(request, deltas, |_| std::future::ready(true)).await
    }

    /// As [`Guard::complete`], but asks `again` before every further attempt, with the one that
    /// failed: the place to charge it and to reserve the next. `false` ends the call with that
    /// failure.
    pub async fn complete_while<F, A>(&self, request: &Request, deltas: DeltaSink, mut again: F) -> Outcome
    where
        F: FnMut(Attempt) -> A,
        A: Future<Output = bool>,
    {
        if let Some(completion) = self.provider.answer_at_once(request) {
            deltas(&completion.text);
            let attempt = Attempt::answered(&completion, completion.latency);
            return Outcome { result: Ok(completion), attempts: vec![attempt] };
        }
        let test = request.purpose == Purpose::Test;
        let limit = if test { 1 } else { self.settings.attempts.max(1) };
        let mut jitter = ChaCha8Rng::seed_from_u64(request.seed);
        let mut attempts = Vec::new();
        loop {
            let error = match self.attempt(request, &deltas, test, &mut attempts).await {
                Ok(completion) => return Outcome { result: Ok(completion), attempts },
                Err(error) => error,
            };
            let tried = u32::try_from(attempts.len()).unwrap_or(u32::MAX);
            let pause = self.pause_before_retry(&error, tried, limit, &mut jitter);
            if let (Some(pause), Some(failed)) = (pause, attempts.last().cloned())
                && again(failed).await
            {
                tokio::time::sleep(pause).await;
            } else {
                return Outcome { result: Err(error), attempts };
            }
        }
    }

    /// One attempt. What the breaker refuses is an error, not an attempt.
    async fn attempt(
        &self,
        request: &Request,
        deltas: &DeltaSink,
        forced: bool,
        attempts: &mut Vec<Attempt>,
    ) -> Result<Completion, ProviderError> {
        // The semaphore is never closed; were it, the call would go ahead without a place.
        let _place = self.places.acquire().await.ok();
        // Asked only now: while this call waited, others may have opened it.
        let pass = self.admit(forced)?;
        let started = Instant::now();
        let call = self.provider.complete(request, deltas.clone());
        let result = match tokio::time::timeout(self.settings.total, call).await {
            Ok(result) => result,
            Err(_) => Err(self.too_slow().charged()),
        };
        let latency = started.elapsed();
        match &result {
            Ok(completion) => {
                attempts.push(Attempt::answered(completion, latency));
                pass.succeeded();
            }
            Err(error) => {
                attempts.push(Attempt::failed(error, latency));
                if matches!(error.kind, FailureKind::Refused | FailureKind::TooLong) {
                    pass.succeeded()
                } else {
                    pass.failed(error)
                }
            }
        }
        result
    }

    fn admit(&self, forced: bool) -> Result<Pass<'_>, ProviderError> {
        self.breaker.admit(forced).map_err(|refusal| {
            let mut error = ProviderError::new(
                FailureKind::Open,
                format!(
                    "{} is left alone for {} s after it failed: {}",
                    self.name(),
                    refusal.wait.as_secs().max(1),
                    refusal.last_error.as_deref().unwrap_or("no answer"),
                ),
            );
            error.retry_after = Some(refusal.wait);
            error
        })
    }

    /// How long to wait before the next attempt; `None` when there is to be none.
    fn pause_before_retry(
        &self,
        error: &ProviderError,
        tried: u32,
        limit: u32,
        jitter: &mut ChaCha8Rng,
    ) -> Option<Duration> {
        if !error.kind.is_retryable() {
            return None;
        }
        if let Some(asked) = error.retry_after.filter(|asked| *asked > self.settings.longest_pause) {
            self.breaker.rest(asked, error);
            return None;
        }
        if tried >= limit || self.breaker.is_open() {
            return None;
        }
        let doubled = self.settings.pause.saturating_mul(1 << (tried.saturating_sub(1)).min(16));
        let longest = doubled.min(self.settings.longest_pause);
        Some(match error.retry_after {
            // Never earlier than asked, and not everybody at the same moment.
            Some(asked) => asked + self.settings.pause.mul_f64(jitter.random_range(0.0..1.0)),
            None => longest.mul_f64(jitter.random_range(0.5..=1.0)),
        })
    }

    fn too_slow(&self) -> ProviderError {
        ProviderError::new(
            FailureKind::Timeout,
            format!("{} had not finished after {} s", self.name(), self.settings.total.as_secs_f32()),
        )
    }
}

impl Attempt {
    fn answered(completion: &Completion, latency: Duration) -> Self {
        Self {
            latency,
            usage: completion.usage,
            error: None,
            maybe_charged: true,
            received: completion.text.len(),
        }
    }

    fn failed(error: &ProviderError, latency: Duration) -> Self {
        Self {
            latency,
            usage: error.usage,
            error: Some(error.message.clone()),
            maybe_charged: error.maybe_charged,
            received: error.received,
        }
    }
}
