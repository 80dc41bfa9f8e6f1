//! What stands between the engine and a provider: concurrency, time-outs, retries, the breaker.
//!
//! It decides when a call is sent and how often, and reports every attempt so that each can be
//! charged. It knows nothing of money, bots or wire formats. A provider that answers in the
//! process ([`Provider::answer_at_once`]) passes through untouched.

mod account;
mod settings;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

pub(super) use self::account::NoHandover;
use self::account::Tries;
pub use self::account::{Account, NoAccount};
pub use self::settings::GuardSettings;
use super::breaker::{Breaker, Pass};
pub use super::breaker::{BreakerSettings, BreakerState, Phase};
use super::meter::{Measured, Meter};
use super::places::Places;
pub use super::places::{Place, Queue, Rank};
use super::{Completion, DeltaSink, FailureKind, Handover, Pool, Provider, ProviderError, Purpose, Request};
use crate::domain::Usage;

/// How long the question may take whether a server is there again.
const PROBE: Duration = Duration::from_secs(5);

/// One try at a call, sent or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    places: Arc<Places>,
    breaker: Breaker,
    meter: Meter,
}

impl Guard {
    /// Protects `provider`.
    #[must_use]
    pub fn new(provider: Arc<dyn Provider>, settings: GuardSettings) -> Self {
        Self {
            provider,
            places: Places::new(settings.concurrency),
            breaker: Breaker::new(settings.breaker),
            meter: Meter::default(),
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
        let asked = Instant::now();
        let completion = self.provider.answer_at_once(request)?;
        self.meter.answered(asked.elapsed(), None);
        Some(completion)
    }

    /// See [`Provider::tells_its_beginnings`].
    #[must_use]
    pub fn tells_its_beginnings(&self) -> bool {
        self.provider.tells_its_beginnings()
    }

    /// How its calls went so far.
    #[must_use]
    pub fn measured(&self) -> Measured {
        self.meter.measured()
    }

    /// Where the breaker stands.
    #[must_use]
    pub fn state(&self) -> BreakerState {
        self.breaker.state()
    }

    /// Calls it makes at once.
    #[must_use]
    pub const fn concurrency(&self) -> usize {
        self.settings.concurrency
    }

    /// How the line for places stands.
    #[must_use]
    pub fn queue(&self) -> Queue {
        self.places.queue()
    }

    /// Who answers behind the provider; `None` where it is one server.
    pub async fn pool(&self) -> Option<Pool> {
        self.provider.pool().await
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

    /// A place that is free right now.
    #[must_use]
    pub fn free_place(&self) -> Option<Place> {
        self.places.take_free()
    }

    /// Waits for a place; `ahead` is told how many calls go before, first and whenever that changes.
    /// Dropping the future leaves the line.
    pub async fn place(&self, rank: Rank, ahead: impl FnMut(usize)) -> Place {
        self.places.take(rank, ahead).await
    }

    /// Asks the model for a person, outside any beat: waits for a place, and keeps no account.
    pub async fn complete(&self, request: &Request, deltas: DeltaSink) -> Outcome {
        let place = self.place(Rank::Person, |_| {}).await;
        self.complete_at(&place, request, deltas, request.purpose == Purpose::Test, &mut NoAccount).await
    }

    /// Asks the model at a place, which is kept through every try; retries what can be retried and
    /// gives each try its time. With `probe` the first try goes through an open breaker. `account`
    /// is told before and after each try. Dropping the future abandons the call.
    pub async fn complete_at(
        &self,
        _place: &Place,
        request: &Request,
        deltas: DeltaSink,
        probe: bool,
        account: &mut impl Account,
    ) -> Outcome {
        if let Some(completion) = self.answer_at_once(request) {
            deltas(&completion.text);
            let attempt = Attempt::answered(&completion, completion.latency);
            return Outcome { result: Ok(completion), attempts: vec![attempt] };
        }
        let limit = if request.purpose == Purpose::Test { 1 } else { self.settings.attempts.max(1) };
        let mut jitter = ChaCha8Rng::seed_from_u64(request.seed);
        let mut attempts: Vec<Attempt> = Vec::new();
        let mut last: Option<ProviderError> = None;
        loop {
            let tried = u32::try_from(attempts.len()).unwrap_or(u32::MAX);
            // What the breaker refuses is an error, not an attempt.
            let pass = match self.admit(probe && tried == 0) {
                Ok(pass) => pass,
                Err(refused) => {
                    self.meter.failed(refused.kind);
                    return Outcome { result: Err(last.unwrap_or(refused)), attempts };
                }
            };
            if !self.tells_its_beginnings() && !account.sends(tried + 1).await {
                let error = last.unwrap_or_else(|| ProviderError::new(FailureKind::Open, "it was not sent"));
                return Outcome { result: Err(error), attempts };
            }
            let error = match self.attempt(pass, request, &deltas, &mut attempts, account).await {
                Ok(completion) => return Outcome { result: Ok(completion), attempts },
                // Nothing was lost just now: what it failed of before stays the reason.
                Err((error, true)) if error.kind == FailureKind::Open => {
                    return Outcome { result: Err(last.unwrap_or(error)), attempts };
                }
                Err((error, true)) => return Outcome { result: Err(error), attempts },
                Err((error, false)) => error,
            };
            let tried = u32::try_from(attempts.len()).unwrap_or(u32::MAX).saturating_sub(1);
            if let Some(failed) = attempts.last() {
                account.failed(failed).await;
            }
            let Some(pause) = self.pause_before_retry(&error, tried + 1, limit, &mut jitter) else {
                return Outcome { result: Err(error), attempts };
            };
            tokio::time::sleep(pause).await;
            last = Some(error);
        }
    }

    /// One try, or several where the call passes from one server to another by itself. Beside an error it
    /// says whether the account allows no further one, and has it already.
    async fn attempt(
        &self,
        pass: Pass<'_>,
        request: &Request,
        deltas: &DeltaSink,
        attempts: &mut Vec<Attempt>,
        account: &mut impl Account,
    ) -> Result<Completion, (ProviderError, bool)> {
        let started = Instant::now();
        let begun = Arc::new(AtomicBool::new(!self.tells_its_beginnings()));
        let mut tries = Tries {
            account,
            attempts,
            meter: &self.meter,
            began: started,
            refused: false,
            begun: Arc::clone(&begun),
        };
        let first = Arc::new(OnceLock::new());
        let (noted, inner) = (Arc::clone(&first), deltas.clone());
        let sink: DeltaSink = Arc::new(move |text| {
            if !text.is_empty() {
                noted.get_or_init(|| started.elapsed());
            }
            inner(text);
        });
        let result = self.in_time(request, &sink, &mut tries, &begun).await;
        let Tries { attempts, began, refused, .. } = tries;
        let latency = began.elapsed();
        match &result {
            Ok(completion) => {
                self.meter.answered(latency, first.get().copied());
                attempts.push(Attempt::answered(completion, latency));
                pass.succeeded();
            }
            Err(error) if refused => pass.failed(error),
            Err(error) => {
                self.meter.failed(error.kind);
                attempts.push(Attempt::failed(error, latency));
                if matches!(error.kind, FailureKind::Refused | FailureKind::TooLong) {
                    pass.succeeded()
                } else {
                    pass.failed(error)
                }
            }
        }
        result.map_err(|error| (error, refused))
    }

    /// One call, cut off when nothing was heard of it for the time an attempt has: text that flows
    /// may take longer in all.
    async fn in_time(
        &self,
        request: &Request,
        deltas: &DeltaSink,
        handover: &mut dyn Handover,
        begun: &AtomicBool,
    ) -> Result<Completion, ProviderError> {
        let heard = Arc::new(Mutex::new(Instant::now()));
        let shown = Arc::new(AtomicUsize::new(0));
        let (noted, inner, came) = (Arc::clone(&heard), deltas.clone(), Arc::clone(&shown));
        let sink: DeltaSink = Arc::new(move |text| {
            came.fetch_add(text.len(), Ordering::Relaxed);
            *noted.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            inner(text);
        });
        let mut call = self.provider.complete_with(request, sink, handover);
        loop {
            let until = *heard.lock().unwrap_or_else(PoisonError::into_inner) + self.settings.total;
            tokio::select! {
                biased;
                result = &mut call => return result,
                () = tokio::time::sleep_until(until) => {
                    let silent = heard.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
                    if silent >= self.settings.total {
                        let error = ProviderError { received: shown.load(Ordering::Relaxed), ..self.too_slow() };
                        return Err(if begun.load(Ordering::Relaxed) { error.charged() } else { error });
                    }
                }
            }
        }
    }

    /// Asks the server whether it is there again, by a question that costs nothing; what it answers
    /// closes the breaker.
    pub async fn is_back(&self) -> bool {
        let there = match tokio::time::timeout(PROBE, self.provider.models()).await {
            Ok(Ok(_)) => true,
            Ok(Err(error)) => matches!(error.kind, FailureKind::Refused | FailureKind::Protocol),
            Err(_) => false,
        };
        if there {
            self.breaker.reset();
        }
        there
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
            format!(
                "{} had not answered after {} s (providers.{}.total_timeout_seconds)",
                self.name(),
                self.settings.total.as_secs_f32(),
                self.name()
            ),
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
