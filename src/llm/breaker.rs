//! The circuit breaker: when a provider keeps failing, stop asking for a while.
//!
//! Closed, calls pass. Open, nothing is sent until the cool-down is over. Then half open: one
//! call goes through as a probe, and its outcome closes the breaker or opens it for longer.
//! Time is `tokio::time`, so that a paused clock drives it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use super::{FailureKind, ProviderError};

/// When the breaker opens and for how long.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct BreakerSettings {
    /// Failures in a row that open it.
    pub failures: u32,
    /// How long it stays open the first time; every failed probe doubles it.
    pub cool_down: Duration,
    /// How long after a refused key or a spent quota, which a pause alone seldom mends.
    pub auth_cool_down: Duration,
    /// The longest it stays open without being told so by the server.
    pub longest: Duration,
}

impl BreakerSettings {
    /// For a server on this machine, which is looked after every few seconds.
    pub const LOCAL: Self = Self {
        failures: 5,
        cool_down: Duration::from_secs(3),
        auth_cool_down: Duration::from_secs(300),
        longest: Duration::from_secs(5),
    };
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self {
            failures: 5,
            cool_down: Duration::from_secs(15),
            auth_cool_down: Duration::from_secs(300),
            longest: Duration::from_secs(900),
        }
    }
}

/// Where the breaker stands.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Calls pass.
    Closed,
    /// Nothing is sent.
    Open,
    /// The next call is a probe, or one is under way.
    HalfOpen,
}

/// What can be seen of a breaker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakerState {
    /// Where it stands.
    pub phase: Phase,
    /// While open: how long until a probe may go through.
    pub until: Option<Duration>,
    /// Failures in a row.
    pub failures: u32,
    /// The last failure since it last worked.
    pub last_error: Option<String>,
}

#[derive(Default)]
struct Inner {
    failures: u32,
    /// How often it has opened without a success in between.
    trips: u32,
    open_until: Option<Instant>,
    probing: bool,
    last_error: Option<String>,
}

/// See the module.
pub(super) struct Breaker {
    settings: BreakerSettings,
    inner: Mutex<Inner>,
}

/// Leave to send one call. It must be told the outcome; dropped untold (the call was
/// abandoned), it only makes room for the next probe.
pub(super) struct Pass<'a> {
    breaker: &'a Breaker,
    probe: bool,
}

/// Nothing may be sent for so long, because of this.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) wait: Duration,
    pub(super) last_error: Option<String>,
}

impl Breaker {
    pub(super) fn new(settings: BreakerSettings) -> Self {
        Self { settings, inner: Mutex::new(Inner::default()) }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Plain values are never left half-written, so a panic elsewhere does not spoil them.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks to send a call. `forced` (a person's test) passes whatever the state.
    pub(super) fn admit(&self, forced: bool) -> Result<Pass<'_>, Refusal> {
        let mut inner = self.lock();
        let Some(until) = inner.open_until else {
            return Ok(Pass { breaker: self, probe: false });
        };
        let now = Instant::now();
        if forced {
            return Ok(Pass { breaker: self, probe: false });
        }
        if now < until {
            return Err(Refusal { wait: until - now, last_error: inner.last_error.clone() });
        }
        if inner.probing {
            return Err(Refusal { wait: Duration::from_secs(1), last_error: inner.last_error.clone() });
        }
        inner.probing = true;
        Ok(Pass { breaker: self, probe: true })
    }

    pub(super) fn state(&self) -> BreakerState {
        let inner = self.lock();
        let left = inner.open_until.map(|until| until.saturating_duration_since(Instant::now()));
        let phase = match left {
            None => Phase::Closed,
            Some(Duration::ZERO) => Phase::HalfOpen,
            Some(_) => Phase::Open,
        };
        BreakerState {
            phase,
            until: left.filter(|left| !left.is_zero()),
            failures: inner.failures,
            last_error: inner.last_error.clone(),
        }
    }

    /// Whether nothing may be sent just now.
    pub(super) fn is_open(&self) -> bool {
        self.state().phase == Phase::Open
    }

    fn failed(&self, error: &ProviderError, probe: bool) {
        let mut inner = self.lock();
        inner.failures = inner.failures.saturating_add(1);
        inner.last_error = Some(error.message.clone());
        // Calls that were under way when it opened fail one by one; together they are one trip.
        let already = inner.open_until.is_some_and(|until| Instant::now() < until);
        let doubled = self.settings.cool_down.saturating_mul(1 << inner.trips.min(16));
        let rest = match error.kind {
            FailureKind::Auth | FailureKind::Quota | FailureKind::NotConfigured => {
                Some(self.settings.auth_cool_down.max(error.retry_after.unwrap_or_default()))
            }
            _ if already => None,
            _ if probe || inner.failures >= self.settings.failures => {
                Some(doubled.min(self.settings.longest).max(error.retry_after.unwrap_or_default()))
            }
            _ => None,
        };
        if let Some(rest) = rest {
            open(&mut inner, rest);
        }
    }

    /// The server is there again.
    pub(super) fn reset(&self) {
        *self.lock() = Inner::default();
    }

    /// Opens for a time the server asked for.
    pub(super) fn rest(&self, time: Duration, because: &ProviderError) {
        let mut inner = self.lock();
        inner.last_error = Some(because.message.clone());
        open(&mut inner, time);
    }
}

fn open(inner: &mut Inner, rest: Duration) {
    let now = Instant::now();
    let until = now + rest;
    if inner.open_until.is_none_or(|earlier| earlier <= now) {
        inner.trips = inner.trips.saturating_add(1);
    }
    inner.open_until = Some(inner.open_until.map_or(until, |earlier| earlier.max(until)));
}

impl Pass<'_> {
    /// The provider answered, even if only to say that the request was wrong.
    pub(super) fn succeeded(self) {
        self.breaker.reset();
    }

    /// The provider failed.
    pub(super) fn failed(self, error: &ProviderError) {
        self.breaker.failed(error, self.probe);
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.probe {
            self.breaker.lock().probing = false;
        }
    }
}
