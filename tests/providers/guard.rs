//! The time around a call: retries, rests, the breaker, places. On a paused clock.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use botarium::domain::Usage;
use botarium::llm::guard::{BreakerSettings, Phase};
use botarium::llm::{
    Account, Attempt, Completion, DeltaSink, FailureKind, Finish, Guard, GuardSettings, Outcome, Provider,
    ProviderError, ProviderKind, Purpose, Rank, Request, build,
};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::server::{always, error, in_turn, streamed};
use super::{KINDS, error_body, nowhere, request, sink, spec, stream};

/// A provider that does as it is told.
#[derive(Default)]
struct Puppet {
    /// What it answers, in turn; then it answers well.
    failures: Mutex<VecDeque<ProviderError>>,
    /// When it was asked.
    asked: Mutex<Vec<Instant>>,
    takes: Duration,
    /// How many may finish, where that is held back.
    gate: Option<Semaphore>,
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Puppet {
    fn failing(failures: Vec<ProviderError>) -> Arc<Self> {
        Arc::new(Self { failures: Mutex::new(failures.into()), ..Self::default() })
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    /// The pauses between one question and the next.
    fn pauses(&self) -> Vec<Duration> {
        self.asked.lock().unwrap().windows(2).map(|pair| pair[1] - pair[0]).collect()
    }
}

#[async_trait]
impl Provider for Puppet {
    fn name(&self) -> &str {
        "puppet"
    }

    fn default_model(&self) -> &str {
        "wood"
    }

    async fn complete(&self, request: &Request, _: DeltaSink) -> Result<Completion, ProviderError> {
        self.asked.lock().unwrap().push(Instant::now());
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        tokio::time::sleep(self.takes).await;
        if let Some(gate) = &self.gate {
            gate.acquire().await.expect("open").forget();
        }
        self.now.fetch_sub(1, Ordering::SeqCst);
        match self.failures.lock().unwrap().pop_front() {
            Some(error) => Err(error),
            None => Ok(Completion {
                text: "yes".to_owned(),
                usage: Some(Usage { input: 3, output: 1, ..Usage::default() }),
                model: request.model.clone(),
                latency: self.takes,
                reasoned: false,
                finish: Finish::Stop,
            }),
        }
    }

    async fn models(&self) -> Result<Vec<String>, ProviderError> {
        tokio::time::sleep(self.takes).await;
        Ok(vec!["wood".to_owned()])
    }
}

fn failure(kind: FailureKind) -> ProviderError {
    ProviderError::new(kind, format!("puppet: {kind:?}"))
}

fn asking_for(kind: FailureKind, rest: Duration) -> ProviderError {
    ProviderError { retry_after: Some(rest), ..failure(kind) }
}

fn guard(puppet: &Arc<Puppet>) -> Guard {
    Guard::new(puppet.clone(), GuardSettings::default())
}

async fn call(guard: &Guard) -> Outcome {
    guard.complete(&request(), nowhere()).await
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_one_attempt() {
    let guard = guard(&Puppet::failing(vec![]));
    let outcome = call(&guard).await;
    assert_eq!(outcome.result.expect("an answer").text, "yes");
    assert_eq!(outcome.attempts.len(), 1);
    assert!(outcome.attempts[0].maybe_charged && outcome.attempts[0].usage.is_some());
    assert_eq!((guard.name(), guard.default_model()), ("puppet", "wood"));
    assert_eq!(guard.state().phase, Phase::Closed);
}

#[tokio::test(start_paused = true)]
async fn only_what_can_pass_is_retried_and_every_attempt_is_told() {
    use FailureKind as K;
    for kind in [K::Timeout, K::RateLimited, K::Server] {
        let spent = Usage { input: 9, output: 0, ..Usage::default() };
        let first = ProviderError { usage: Some(spent), ..failure(kind).charged() };
        let puppet = Puppet::failing(vec![first, failure(kind)]);
        let outcome = call(&guard(&puppet)).await;
        assert!(outcome.result.is_ok(), "{kind:?}");
        assert_eq!(puppet.asked(), 3);
        let told: Vec<_> =
            outcome.attempts.iter().map(|a| (a.error.is_some(), a.maybe_charged, a.usage)).collect();
        assert_eq!(told[0], (true, true, Some(spent)));
        assert_eq!(told[1], (true, false, None));
        assert!(!told[2].0 && told[2].1);
        let pauses = puppet.pauses();
        assert!((250..=500).contains(&pauses[0].as_millis()), "{pauses:?}");
        assert!((500..=1000).contains(&pauses[1].as_millis()), "{pauses:?}");
    }
    for kind in [K::Connect, K::Auth, K::Quota, K::Refused, K::Protocol, K::NotConfigured] {
        let puppet = Puppet::failing(vec![failure(kind); 9]);
        let outcome = call(&guard(&puppet)).await;
        assert_eq!(outcome.result.expect_err("failed").kind, kind);
        assert_eq!((puppet.asked(), outcome.attempts.len()), (1, 1), "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_have_an_end() {
    let puppet = Puppet::failing(vec![failure(FailureKind::Server); 9]);
    let outcome = call(&guard(&puppet)).await;
    assert_eq!(outcome.result.expect_err("failed").kind, FailureKind::Server);
    assert_eq!((puppet.asked(), outcome.attempts.len()), (3, 3));
    // A person's test is one call.
    let puppet = Puppet::failing(vec![failure(FailureKind::Server); 9]);
    guard(&puppet).complete(&Request { purpose: Purpose::Test, ..request() }, nowhere()).await;
    assert_eq!(puppet.asked(), 1);
}

/// Books that pay for so many tries.
#[derive(Default)]
struct Books {
    pays: u32,
    sent: Vec<u32>,
    lost: Vec<bool>,
}

impl Account for Books {
    async fn sends(&mut self, attempt: u32) -> bool {
        tokio::task::yield_now().await;
        let pays = attempt <= self.pays;
        if pays {
            self.sent.push(attempt);
        }
        pays
    }

    async fn failed(&mut self, attempt: &Attempt) {
        self.lost.push(attempt.maybe_charged);
    }
}

#[tokio::test(start_paused = true)]
async fn who_pays_is_asked_before_each_try_and_told_of_each_that_failed() {
    let puppet = Puppet::failing(vec![failure(FailureKind::Server).charged(); 9]);
    let guard = Arc::new(guard(&puppet));
    // As a task of its own, the way the engine runs a call.
    let call = tokio::spawn(async move {
        let mut books = Books { pays: 2, ..Books::default() };
        let place = guard.free_place().expect("free");
        let outcome = guard.complete_at(&place, &request(), nowhere(), false, &mut books).await;
        (outcome, books)
    });
    let (outcome, books) = call.await.expect("no panic");
    assert_eq!(outcome.result.expect_err("stopped").kind, FailureKind::Server);
    assert_eq!((puppet.asked(), outcome.attempts.len()), (2, 2));
    assert_eq!((books.sent, books.lost), (vec![1, 2], vec![true, true]));
}

/// A second try does not stand in line again: whoever waits meanwhile goes after it.
#[tokio::test(start_paused = true)]
async fn a_retry_keeps_its_place() {
    let puppet = Puppet::failing(vec![failure(FailureKind::Server)]);
    let guard =
        Arc::new(Guard::new(puppet.clone(), GuardSettings { concurrency: 1, ..GuardSettings::default() }));
    let first = {
        let guard = guard.clone();
        tokio::spawn(async move { call(&guard).await })
    };
    while puppet.asked() < 1 {
        tokio::task::yield_now().await;
    }
    let waits = guard.place(Rank::Person, |_| {});
    let place = waits.await;
    assert_eq!(puppet.asked(), 2, "the second try came before the place was free");
    drop(place);
    assert_eq!(first.await.expect("no panic").attempts.len(), 2);
}

/// A person's call goes through an open breaker, and its success closes it; a beat's does not.
#[tokio::test(start_paused = true)]
async fn a_person_is_a_probe_through_an_open_breaker() {
    let puppet = Puppet::failing(vec![failure(FailureKind::Auth)]);
    let guard = guard(&puppet);
    call(&guard).await;
    let place = guard.free_place().expect("free");
    let mut books = Books { pays: 9, ..Books::default() };
    let refused = guard.complete_at(&place, &request(), nowhere(), false, &mut books).await;
    assert_eq!(refused.result.expect_err("open").kind, FailureKind::Open);
    assert!(books.sent.is_empty(), "nothing was sent");
    let through = guard.complete_at(&place, &request(), nowhere(), true, &mut books).await;
    assert!(through.result.is_ok());
    assert_eq!(guard.state().phase, Phase::Closed);
}

/// Says a word every so often, and then nothing for a while.
struct Speaker {
    words: u32,
    every: Duration,
}

#[async_trait]
impl Provider for Speaker {
    fn name(&self) -> &str {
        "speaker"
    }

    fn default_model(&self) -> &str {
        "wood"
    }

    async fn complete(&self, request: &Request, deltas: DeltaSink) -> Result<Completion, ProviderError> {
        for _ in 0..self.words {
            tokio::time::sleep(self.every).await;
            deltas("word ");
        }
        Puppet::default().complete(request, deltas).await
    }

    async fn models(&self) -> Result<Vec<String>, ProviderError> {
        Ok(Vec::new())
    }
}

#[tokio::test(start_paused = true)]
async fn what_flows_is_not_cut_off_and_what_is_silent_is() {
    let settings = GuardSettings { total: Duration::from_secs(60), attempts: 1, ..GuardSettings::default() };
    let flowing = Speaker { words: 100, every: Duration::from_secs(50) };
    let outcome = call(&Guard::new(Arc::new(flowing), settings)).await;
    assert_eq!(outcome.result.expect("an answer").text, "yes");
    assert_eq!(outcome.attempts[0].latency, Duration::from_secs(5_000));
    let silent = Speaker { words: 2, every: Duration::from_secs(61) };
    let outcome = call(&Guard::new(Arc::new(silent), settings)).await;
    assert_eq!(outcome.result.expect_err("silent").kind, FailureKind::Timeout);
    assert_eq!(outcome.attempts[0].latency, Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn the_jitter_belongs_to_the_call() {
    let mut seen = Vec::new();
    for seed in [1, 1, 2] {
        let puppet = Puppet::failing(vec![failure(FailureKind::Server); 2]);
        guard(&puppet).complete(&Request { seed, ..request() }, nowhere()).await;
        seen.push(puppet.pauses());
    }
    assert_eq!(seen[0], seen[1]);
    assert_ne!(seen[0], seen[2]);
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_kept_to() {
    let rest = Duration::from_secs(7);
    let puppet = Puppet::failing(vec![asking_for(FailureKind::RateLimited, rest)]);
    assert!(call(&guard(&puppet)).await.result.is_ok());
    assert!(puppet.pauses()[0] >= rest && puppet.pauses()[0] < rest * 2, "{:?}", puppet.pauses());

    // Too long to wait for: nothing is sent until then.
    let rest = Duration::from_secs(120);
    let puppet = Puppet::failing(vec![asking_for(FailureKind::RateLimited, rest)]);
    let guard = guard(&puppet);
    let outcome = call(&guard).await;
    assert_eq!(outcome.result.expect_err("limited").retry_after, Some(rest));
    assert_eq!(guard.state().phase, Phase::Open);
    let outcome = call(&guard).await;
    let refused = outcome.result.expect_err("left alone");
    assert_eq!((refused.kind, outcome.attempts.len(), puppet.asked()), (FailureKind::Open, 0, 1));
    assert!(refused.message.contains("puppet: RateLimited"), "{refused}");
    tokio::time::advance(rest).await;
    assert!(call(&guard).await.result.is_ok());
    assert_eq!(guard.state().phase, Phase::Closed);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_takes_too_long_is_cut_off_and_charged() {
    let puppet = Arc::new(Puppet { takes: Duration::from_secs(500), ..Puppet::default() });
    let settings = GuardSettings { total: Duration::from_secs(60), attempts: 2, ..GuardSettings::default() };
    let guard = Guard::new(puppet.clone(), settings);
    let outcome = call(&guard).await;
    assert_eq!(outcome.result.expect_err("too slow").kind, FailureKind::Timeout);
    assert_eq!(outcome.attempts.len(), 2);
    for attempt in &outcome.attempts {
        assert_eq!((attempt.latency, attempt.maybe_charged), (Duration::from_secs(60), true));
    }
    assert_eq!(guard.models().await.expect_err("too slow").kind, FailureKind::Timeout);
}

#[tokio::test(start_paused = true)]
async fn the_breaker_opens_on_repeated_failure_and_probes() {
    let settings = GuardSettings {
        attempts: 1,
        breaker: BreakerSettings {
            failures: 3,
            cool_down: Duration::from_secs(10),
            ..BreakerSettings::default()
        },
        ..GuardSettings::default()
    };
    let puppet = Puppet::failing(vec![failure(FailureKind::Connect); 5]);
    let guard = Guard::new(puppet.clone(), settings);
    for failures in 1..=3 {
        assert_eq!(guard.state().phase, Phase::Closed);
        call(&guard).await;
        assert_eq!(guard.state().failures, failures);
    }
    let state = guard.state();
    assert_eq!((state.phase, state.until), (Phase::Open, Some(Duration::from_secs(10))));
    assert_eq!(state.last_error.as_deref(), Some("puppet: Connect"));
    assert_eq!(call(&guard).await.result.expect_err("open").kind, FailureKind::Open);
    assert_eq!(puppet.asked(), 3, "nothing was sent");

    // Each failed probe doubles the rest.
    for (probe, rest) in [(4, 20), (5, 40)] {
        tokio::time::advance(guard.state().until.expect("open")).await;
        assert_eq!(guard.state().phase, Phase::HalfOpen);
        assert_eq!(call(&guard).await.result.expect_err("fails").kind, FailureKind::Connect);
        assert_eq!((puppet.asked(), guard.state().until), (probe, Some(Duration::from_secs(rest))));
    }
    tokio::time::advance(Duration::from_secs(40)).await;
    assert!(call(&guard).await.result.is_ok());
    let state = guard.state();
    assert_eq!((state.phase, state.failures, state.last_error), (Phase::Closed, 0, None));
}

#[tokio::test(start_paused = true)]
async fn half_open_lets_one_through() {
    let puppet = Arc::new(Puppet {
        failures: Mutex::new(vec![failure(FailureKind::Auth)].into()),
        takes: Duration::from_secs(1),
        ..Puppet::default()
    });
    let guard = Arc::new(guard(&puppet));
    call(&guard).await;
    let rest = guard.state().until.expect("a refused key opens it at once");
    assert_eq!(rest, Duration::from_secs(300));
    tokio::time::advance(rest).await;
    // A probe that is abandoned makes room for the next.
    assert!(tokio::time::timeout(Duration::from_millis(10), call(&guard)).await.is_err());
    let calls: Vec<_> = (0..4)
        .map(|_| {
            let guard = guard.clone();
            tokio::spawn(async move { call(&guard).await })
        })
        .collect();
    let mut answered = 0;
    for call in calls {
        match call.await.expect("no panic").result {
            Ok(_) => answered += 1,
            Err(error) => assert_eq!(error.kind, FailureKind::Open),
        }
    }
    assert_eq!((answered, puppet.asked()), (1, 3));
    assert_eq!(guard.state().phase, Phase::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_quota_opens_it_and_a_wrong_request_does_not() {
    let puppet = Puppet::failing(vec![failure(FailureKind::Quota)]);
    let guard_of_quota = guard(&puppet);
    call(&guard_of_quota).await;
    assert_eq!(guard_of_quota.state().phase, Phase::Open);
    // A person's test goes through, and its success closes the breaker.
    let test = Request { purpose: Purpose::Test, ..request() };
    assert!(guard_of_quota.complete(&test, nowhere()).await.result.is_ok());
    assert_eq!(guard_of_quota.state().phase, Phase::Closed);

    let puppet = Puppet::failing(vec![failure(FailureKind::Refused); 20]);
    let guard = guard(&puppet);
    for _ in 0..20 {
        call(&guard).await;
    }
    assert_eq!((guard.state().phase, puppet.asked()), (Phase::Closed, 20));
}

#[tokio::test(start_paused = true)]
async fn failures_under_way_together_are_one_trip() {
    let puppet = Arc::new(Puppet {
        failures: Mutex::new(vec![failure(FailureKind::Connect); 8].into()),
        takes: Duration::from_secs(1),
        ..Puppet::default()
    });
    let settings = GuardSettings { concurrency: 8, ..GuardSettings::default() };
    let guard = Guard::new(puppet.clone(), settings);
    futures_util::future::join_all((0..8).map(|_| call(&guard))).await;
    assert_eq!(guard.state().until, Some(BreakerSettings::default().cool_down));
    assert_eq!(guard.state().failures, 8);
}

#[tokio::test(start_paused = true)]
async fn no_more_than_so_many_at_once() {
    let puppet = Arc::new(Puppet { gate: Some(Semaphore::new(0)), ..Puppet::default() });
    let guard = Guard::new(puppet.clone(), GuardSettings { concurrency: 3, ..GuardSettings::default() });
    let calls = futures_util::future::join_all((0..10).map(|_| call(&guard)));
    let opened = async {
        while puppet.asked() < 3 {
            tokio::task::yield_now().await;
        }
        assert_eq!(guard.queue().under_way, 3);
        puppet.gate.as_ref().expect("one").add_permits(10);
    };
    let (outcomes, ()) = tokio::join!(calls, opened);
    assert!(outcomes.iter().all(|outcome| outcome.result.is_ok()));
    assert_eq!((puppet.asked(), puppet.most.load(Ordering::SeqCst), guard.queue().under_way), (10, 3, 0));
}

#[tokio::test]
async fn what_answers_in_the_process_passes_through() {
    let provider =
        build(&botarium::llm::ProviderSpec::new("scripted", ProviderKind::Scripted)).expect("always there");
    let guard = Guard::new(provider, GuardSettings { concurrency: 1, ..GuardSettings::default() });
    assert!(guard.answer_at_once(&request()).is_some());
    let (deltas, seen) = sink();
    let outcome = guard.complete(&request(), deltas).await;
    assert_eq!(outcome.result.expect("an answer").text, *seen.lock().unwrap());
    assert_eq!(outcome.attempts.len(), 1);
}

#[tokio::test]
async fn over_the_wire_a_failing_server_is_asked_three_times() {
    for kind in KINDS {
        let mut settings = GuardSettings::from(&spec(kind, "http://127.0.0.1:1"));
        settings.pause = Duration::from_millis(1);
        let bad = || error(500, &error_body(kind, "api_error", "oh no"));
        let server = in_turn(vec![bad(), bad(), streamed(kind, &stream(kind))]).await;
        let guard = Guard::new(build(&spec(kind, &server.uri())).expect("usable"), settings);
        let outcome = call(&guard).await;
        assert_eq!(outcome.result.expect("an answer").text, "Hello");
        assert_eq!(outcome.attempts.len(), 3);
        assert!(outcome.attempts.iter().all(|attempt| attempt.maybe_charged));

        let server = always(error(401, &error_body(kind, "authentication_error", "no"))).await;
        let guard = Guard::new(build(&spec(kind, &server.uri())).expect("usable"), settings);
        call(&guard).await;
        assert_eq!(call(&guard).await.result.expect_err("open").kind, FailureKind::Open);
        assert_eq!(server.received_requests().await.expect("recorded").len(), 1, "not hammered");
    }
}
