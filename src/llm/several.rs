//! Several servers behind one provider: the calls are shared among them.
//!
//! A bot stays with the server that answered it last, which has its prompt in its cache, unless another has clearly
//! less to do. A server that fails is left alone for a while, and then tried with one call.

use std::hash::{BuildHasher as _, Hasher as _};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;
use lru::LruCache;
use tokio::time::Instant;

use super::pool::{Member, Pool, smoothed};
use super::{Completion, DeltaSink, Provider, ProviderError, Request};

/// How long a server is left alone at first; it doubles with each failure in a row.
const REST: Duration = Duration::from_secs(2);
/// The longest it is left alone, unless it asked for more.
const LONGEST: Duration = Duration::from_secs(60);
/// How many calls more than the idlest server a bot's own may have before the bot goes elsewhere: a prompt that is
/// read anew costs about as much as the wait for one answer.
const WORTH: usize = 1;
/// Bots whose server is remembered.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(16_384).unwrap();

/// One of the servers.
struct Server {
    provider: Arc<dyn Provider>,
    address: String,
}

/// How a server does.
#[derive(Default)]
struct State {
    in_flight: usize,
    answered: u64,
    failed: u64,
    tokens_a_second: Option<f64>,
    heard: Option<Instant>,
    /// Failures in a row.
    in_a_row: u32,
    rests_until: Option<Instant>,
}

impl State {
    /// Whether it can be asked: one that failed is tried with one call at a time.
    fn is_open(&self, now: Instant) -> bool {
        self.rests_until.is_none_or(|until| until <= now && self.in_flight == 0)
    }
}

struct Inner {
    states: Vec<State>,
    /// Where bots were answered last.
    homes: LruCache<u64, usize>,
}

/// A provider of several servers.
pub(super) struct Several {
    name: String,
    model: String,
    servers: Vec<Server>,
    inner: Mutex<Inner>,
    hasher: foldhash::fast::FixedState,
}

/// A call at a server, until this is dropped.
struct At<'a> {
    of: &'a Several,
    nth: usize,
}

impl Drop for At<'_> {
    fn drop(&mut self) {
        self.of.lock().states[self.nth].in_flight -= 1;
    }
}

impl Several {
    /// Of servers with their addresses, as they are shown; at least one.
    pub(super) fn new(name: &str, model: &str, servers: Vec<(String, Arc<dyn Provider>)>) -> Self {
        let states = servers.iter().map(|_| State::default()).collect();
        Self {
            name: name.to_owned(),
            model: model.to_owned(),
            servers: servers.into_iter().map(|(address, provider)| Server { provider, address }).collect(),
            inner: Mutex::new(Inner { states, homes: LruCache::new(REMEMBERED) }),
            hasher: foldhash::fast::FixedState::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who asks: what stays the same in a bot's prompts, and is no other's.
    fn asks(&self, request: &Request) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(request.system.as_bytes());
        hasher.finish()
    }

    /// The server for a call, besides those it was at already; `None` when there is no other.
    fn choose(&self, who: u64, tried: &[usize]) -> Option<At<'_>> {
        let now = Instant::now();
        let mut inner = self.lock();
        let home = inner.homes.get(&who).copied();
        let states = &inner.states;
        let others = || (0..states.len()).filter(|nth| !tried.contains(nth));
        let idlest = others()
            .filter(|nth| states[*nth].is_open(now))
            .min_by_key(|nth| (states[*nth].in_flight, states[*nth].in_a_row, states[*nth].answered));
        // One that has rested is tried before any other: nothing else would tell that it is well again.
        let rested = others().find(|nth| states[*nth].rests_until.is_some() && states[*nth].is_open(now));
        let chosen = match (rested.or(idlest), home) {
            (Some(rested), _) if states[rested].rests_until.is_some() => rested,
            (Some(idlest), Some(home))
                if !tried.contains(&home)
                    && states[home].is_open(now)
                    && states[home].in_flight <= states[idlest].in_flight + WORTH =>
            {
                home
            }
            (Some(idlest), _) => idlest,
            // All of them rest: whether the provider as a whole is left alone is the guard's matter.
            (None, _) if tried.is_empty() => others().min_by_key(|nth| states[*nth].rests_until)?,
            (None, _) => return None,
        };
        inner.states[chosen].in_flight += 1;
        Some(At { of: self, nth: chosen })
    }

    fn note(&self, nth: usize, who: u64, result: &Result<Completion, ProviderError>) {
        let now = Instant::now();
        let mut inner = self.lock();
        match result {
            Ok(completion) => {
                inner.homes.put(who, nth);
                let state = &mut inner.states[nth];
                state.answered += 1;
                state.heard = Some(now);
                state.in_a_row = 0;
                state.rests_until = None;
                let output = completion.usage.map_or(0, |usage| usage.output);
                state.tokens_a_second = smoothed(state.tokens_a_second, output, completion.latency);
            }
            Err(error) => {
                let state = &mut inner.states[nth];
                state.failed += 1;
                if error.kind.is_outage() {
                    let rest = REST.saturating_mul(1 << state.in_a_row.min(10)).min(LONGEST);
                    state.in_a_row = state.in_a_row.saturating_add(1);
                    state.rests_until =
                        now.checked_add(error.retry_after.map_or(rest, |asked| asked.max(rest)));
                } else {
                    // It answers; it was this request that it did not like.
                    state.heard = Some(now);
                    state.in_a_row = 0;
                    state.rests_until = None;
                }
            }
        }
    }
}

#[async_trait]
impl Provider for Several {
    fn name(&self) -> &str {
        &self.name
    }

    fn default_model(&self) -> &str {
        &self.model
    }

    async fn complete(&self, request: &Request, deltas: DeltaSink) -> Result<Completion, ProviderError> {
        let who = self.asks(request);
        let mut tried = Vec::new();
        let mut last = None;
        while let Some(at) = self.choose(who, &tried) {
            let nth = at.nth;
            let result = self.servers[nth].provider.complete(request, deltas.clone()).await;
            self.note(nth, who, &result);
            match result {
                // What cost nothing and may be different elsewhere is asked elsewhere at once.
                Err(error) if error.kind.is_outage() && !error.maybe_charged => last = Some(error),
                result => return result,
            }
            tried.push(nth);
        }
        // The first choice always is one.
        Err(last
            .unwrap_or_else(|| super::spec::not_configured(format!("{}: no server is set up", self.name))))
    }

    async fn models(&self) -> Result<Vec<String>, ProviderError> {
        let mut models: Vec<String> = Vec::new();
        let (mut answered, mut error) = (false, None);
        for told in join_all(self.servers.iter().map(|server| server.provider.models())).await {
            match told {
                Ok(names) => {
                    for name in names {
                        if !models.contains(&name) {
                            models.push(name);
                        }
                    }
                    answered = true;
                }
                Err(why) => error = Some(why),
            }
        }
        match error {
            Some(why) if !answered => Err(why),
            _ => Ok(models),
        }
    }

    async fn pool(&self) -> Option<Pool> {
        let now = Instant::now();
        let inner = self.lock();
        let member = |(server, state): (&Server, &State)| Member {
            name: server.address.clone(),
            in_flight: state.in_flight,
            answered: state.answered,
            failed: state.failed,
            tokens_a_second: state.tokens_a_second,
            heard: state.heard.map(|at| now.saturating_duration_since(at)),
            resting: state.rests_until.map(|until| until.saturating_duration_since(now)),
            ..Member::default()
        };
        Some(Pool {
            members: self.servers.iter().zip(&inner.states).map(member).collect(),
            in_flight: inner.states.iter().map(|state| state.in_flight).sum(),
            ..Pool::default()
        })
    }
}
