//! What goes wrong between a room and its workers, and what comes of it.

use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_nats::jetstream::consumer::{Consumer, pull};
use async_nats::service::ServiceExt as _;
use botarium::llm::{FailureKind, Guard, GuardSettings, ProviderSpec, build};
use futures_util::StreamExt as _;
use rustix::process::Signal;
use serde_json::json;

use crate::asking::{Books, ask, asked, with_a_worker};
use crate::cluster::{Cluster, are_there};
use crate::model::Model;
use crate::wire::Wire;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_frozen_worker_is_left_behind_and_ignored_when_it_wakes() {
    let (cluster, model, first, guard) = with_a_worker(200, 10, 1).await;
    model.hold(true);
    let call = asked(&guard, Books::default());
    model.was_asked(1).await;
    let _second = cluster.worker(&model, 1);
    are_there(&guard, 2).await;
    first.signal(Signal::STOP);
    model.was_asked(2).await; // by the second
    first.signal(Signal::CONT);
    model.hold(false);
    let (outcome, _, books) = call.await.unwrap();
    assert!(outcome.result.is_ok());
    assert_eq!((books.sent, books.failed.len()), (vec![1, 2], 1));
    assert!(books.failed[0].maybe_charged);
    // The one that woke is of use again.
    assert!(ask(&guard, &mut Books::default()).await.0.result.is_ok());
    assert_eq!(model.told.begun.load(Ordering::SeqCst), 3);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn the_only_worker_dies_and_the_call_fails_with_a_sentence() {
    let (_cluster, model, worker, guard) = with_a_worker(200, 10, 1).await;
    model.hold(true);
    let call = asked(&guard, Books::default());
    model.was_asked(1).await;
    worker.signal(Signal::KILL);
    let (outcome, _, books) = call.await.unwrap();
    let error = outcome.result.unwrap_err();
    assert!(error.message.contains("no worker is in pool"), "{}", error.message);
    let charged: Vec<bool> = books.failed.iter().map(|attempt| attempt.maybe_charged).collect();
    assert_eq!(charged, [true, false], "{:?}", books.failed);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn workers_that_are_slow_to_answer_are_waited_for() {
    let (_cluster, _model, worker, guard) = with_a_worker(50, 2, 1).await;
    worker.signal(Signal::STOP);
    let call = asked(&guard, Books::default());
    // Longer than they are asked to take, and than it takes to tell that nobody is there.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    worker.signal(Signal::CONT);
    let (outcome, _, books) = call.await.unwrap();
    assert!(outcome.result.is_ok(), "{:?}", outcome.result);
    assert_eq!((books.sent, books.failed), (vec![1], vec![]));
    // One that stays so is told of.
    worker.signal(Signal::STOP);
    let error = ask(&guard, &mut Books::default()).await.0.result.unwrap_err();
    worker.signal(Signal::CONT);
    assert!(error.message.contains("do not answer") && !error.maybe_charged, "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn without_budget_for_another_try_no_model_is_asked_again() {
    let (cluster, model, first, guard) = with_a_worker(200, 10, 1).await;
    model.hold(true);
    let call = asked(&guard, Books { most: Some(1), ..Books::default() });
    model.was_asked(1).await;
    let _second = cluster.worker(&model, 1);
    are_there(&guard, 2).await;
    first.signal(Signal::KILL);
    let (outcome, _, books) = call.await.unwrap();
    assert!(outcome.result.is_err());
    assert_eq!((books.sent, books.failed.len()), (vec![1, 2], 1));
    model.hold(false);
    assert!(ask(&guard, &mut Books::default()).await.0.result.is_ok());
    assert_eq!(model.told.begun.load(Ordering::SeqCst), 2);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_stopped_worker_ends_what_it_can_and_hands_back_the_rest() {
    let (cluster, model, mut first, guard) = with_a_worker(200, 10, 1).await;
    model.hold(true);
    let call = asked(&guard, Books::default());
    model.was_asked(1).await;
    first.signal(Signal::TERM);
    model.hold(false);
    assert!(first.ended());
    let (outcome, _, books) = call.await.unwrap();
    assert!(outcome.result.is_ok());
    assert_eq!((books.sent, books.failed), (vec![1], vec![]));

    // One that does not come to an end goes to another, and is booked.
    let mut second = cluster.worker(&model, 1);
    are_there(&guard, 2).await;
    model.hold(true);
    let call = asked(&guard, Books::default());
    model.was_asked(2).await;
    let _third = cluster.worker(&model, 1);
    are_there(&guard, 3).await;
    second.signal(Signal::TERM);
    assert!(second.ended());
    model.hold(false);
    let (outcome, _, books) = call.await.unwrap();
    assert!(outcome.result.is_ok());
    assert_eq!((books.sent, books.failed.len()), (vec![1, 2], 1));
    assert!(books.failed[0].error.as_ref().unwrap().contains("it was stopped"), "{:?}", books.failed);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn the_server_may_be_gone_for_a_while() {
    let (mut cluster, model, _worker, guard) = with_a_worker(400, 10, 1).await;
    // Killed while one call is under way and another lies in the queue: both are answered.
    model.hold(true);
    let calls = [asked(&guard, Books::default()), asked(&guard, Books::default())];
    model.was_asked(1).await;
    cluster.down();
    cluster.up();
    model.hold(false);
    for call in calls {
        let (outcome, _, _) = call.await.unwrap();
        assert!(outcome.result.is_ok(), "{:?}", outcome.result);
    }
    assert_eq!(guard.pool().await.unwrap().waiting, 0);
    // Away: a sentence. Back: it works again by itself.
    cluster.down();
    let error = ask(&guard, &mut Books::default()).await.0.result.unwrap_err();
    assert_eq!((error.kind, error.maybe_charged), (FailureKind::Connect, false));
    assert!(error.message.contains("is away"), "{}", error.message);
    cluster.up();
    are_there(&guard, 1).await;
    assert!(ask(&guard, &mut Books::default()).await.0.result.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_call_that_is_given_up_is_withdrawn() {
    let (_cluster, model, _worker, guard) = with_a_worker(100, 4, 1).await;
    model.hold(true);
    let (under_way, queued) = (asked(&guard, Books::default()), asked(&guard, Books::default()));
    model.was_asked(1).await;
    under_way.abort();
    queued.abort();
    let _ = tokio::join!(under_way, queued);
    // The worker is free at once, though its model still holds the answer back.
    let call = asked(&guard, Books::default());
    model.was_asked(2).await;
    model.hold(false);
    assert!(call.await.unwrap().0.result.is_ok());
    let told = &model.told;
    assert_eq!((told.begun.load(Ordering::SeqCst), told.answered.load(Ordering::SeqCst)), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn what_the_server_does_not_take_is_refused_with_the_setting() {
    let cluster = Cluster::start();
    let guard = cluster.guard();
    let mut books = Books::default();
    let place = guard.free_place().unwrap();
    let request = crate::asking::request(&"x".repeat(5 << 20));
    let outcome = guard.complete_at(&place, &request, Arc::new(|_| {}), false, &mut books).await;
    let error = outcome.result.unwrap_err();
    assert_eq!((error.kind, error.maybe_charged), (FailureKind::Refused, false));
    assert!(error.message.contains("max_payload"), "{}", error.message);

    let wrong = ProviderSpec { api_key: Some("not-the-secret".into()), ..cluster.spec() };
    let guard = Guard::new(build(&wrong).unwrap(), GuardSettings::from(&wrong));
    let error = guard.models().await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Auth);
    assert!(!error.message.contains("not-the-secret"), "{}", error.message);
    let log = fs::read_to_string(cluster.home.path().join("nats.log")).unwrap();
    assert!(!log.contains("secret"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn tls_with_an_authority_of_ones_own() {
    let mut cluster = Cluster::start();
    cluster.down();
    let home = cluster.home.path().to_path_buf();
    let script = "
        set -e
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj '/CN=test CA' -keyout ca.key -out ca.pem
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -keyout server.key -out server.csr
        printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\\nbasicConstraints=CA:FALSE\\n' >ext
        openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out server.pem";
    let made = Command::new("sh").arg("-c").arg(script).current_dir(&home).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let conf = home.join("nats.conf");
    let text = fs::read_to_string(&conf).unwrap();
    let tls =
        format!("tls {{ cert_file: \"{0}/server.pem\", key_file: \"{0}/server.key\" }}", home.display());
    fs::write(&conf, format!("{text}\n{tls}\n")).unwrap();
    cluster.up();
    cluster.secure = true;
    let model = Model::start(Duration::from_millis(50), 2).await;
    let _worker = cluster.worker(&model, 1);
    let trusting = ProviderSpec { ca: Some(home.join("ca.pem")), ..cluster.spec() };
    let guard = Guard::new(build(&trusting).unwrap(), GuardSettings::from(&trusting));
    are_there(&guard, 1).await;
    assert!(ask(&guard, &mut Books::default()).await.0.result.is_ok());
    let strange = cluster.spec();
    let guard = Guard::new(build(&strange).unwrap(), GuardSettings::from(&strange));
    let error = guard.models().await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Connect);
    assert!(error.message.contains("ca_file"), "{}", error.message);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_slow_server_costs_time_and_nothing_else() {
    let (cluster, _model, _worker, guard) = with_a_worker(100, 4, 1).await;
    drop(guard);
    let wire = Wire::to(cluster.port, Duration::from_millis(400)).await;
    let slow = ProviderSpec { base_url: Some(format!("nats://127.0.0.1:{}", wire.port)), ..cluster.spec() };
    let guard = Guard::new(build(&slow).unwrap(), GuardSettings::from(&slow));
    let mut books = Books::default();
    let (outcome, heard) = ask(&guard, &mut books).await;
    assert_eq!(heard, outcome.result.unwrap().text);
    assert_eq!((books.sent, books.failed), (vec![1], vec![]));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_token_in_the_place_of_users() {
    let mut cluster = Cluster::start();
    cluster.down();
    let conf = cluster.home.path().join("nats.conf");
    let text = fs::read_to_string(&conf).unwrap();
    let (before, _) = text.split_once("authorization {").unwrap();
    fs::write(&conf, format!("{before}authorization {{ token: \"token-secret\" }}\n")).unwrap();
    cluster.up();
    cluster.token = true;
    let model = Model::start(Duration::from_millis(50), 2).await;
    let guard = cluster.guard();
    let error = ask(&guard, &mut Books::default()).await.0.result.unwrap_err();
    assert!(error.message.contains("NATS_TOKEN") && !error.message.contains("secret"), "{}", error.message);
    let _worker = cluster.worker(&model, 1);
    are_there(&guard, 1).await;
    assert!(ask(&guard, &mut Books::default()).await.0.result.is_ok());
    assert!(!cluster.logs().contains("secret"));
}

/// A worker played word by word: what it tells a room, and what the room answers.
struct Played {
    client: async_nats::Client,
    _there: async_nats::service::Service,
    call: String,
}

impl Played {
    async fn is_there(cluster: &Cluster) -> Self {
        let options = async_nats::ConnectOptions::new()
            .user_and_password("worker".into(), "worker-secret".into())
            .custom_inbox_prefix("_INBOX_worker");
        let client = options.connect(cluster.url()).await.unwrap();
        let there = client.service_builder().start("botarium-main", "1.0.0").await.unwrap();
        Self { client, _there: there, call: String::new() }
    }

    /// Takes the next call of the pool, which is there.
    async fn takes(&mut self) {
        let js = async_nats::jetstream::new(self.client.clone());
        let queue: Consumer<pull::Config> = js.get_consumer_from_stream("main", "BOTARIUM").await.unwrap();
        let mut batch =
            queue.batch().max_messages(1).expires(Duration::from_secs(20)).messages().await.unwrap();
        let message = batch.next().await.unwrap().unwrap();
        self.call = message.headers.as_ref().unwrap().get("Botarium-Reply").unwrap().to_string();
    }

    async fn tells(&self, what: serde_json::Value) -> String {
        let answer = self.client.request(self.call.clone(), what.to_string().into()).await.unwrap();
        String::from_utf8(answer.payload.to_vec()).unwrap()
    }
}

/// A server that was killed may hand a call out a second time as if it were the first.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn of_two_tries_that_seem_the_same_one_is_let_begin() {
    let cluster = Cluster::start();
    let guard = cluster.guard();
    assert!(guard.models().await.is_err(), "nobody is there, but the pool");
    let mut played = Played::is_there(&cluster).await;
    let call = asked(&guard, Books::default());
    played.takes().await;
    let start = |task: u64| json!({"is": "start", "task": task, "delivery": 1, "worker": "w", "name": "w", "sequence": 1});
    assert_eq!(played.tells(start(7)).await, "go");
    assert_eq!(played.tells(start(7)).await, "go", "it asks again");
    assert_eq!(played.tells(start(8)).await, "over");
    let usage = json!({"input": 5, "output": 3, "cached": 0, "cache_write": 0});
    let completion = json!({"text": "Mine.", "reasoned": false, "usage": usage, "model": "m", "latency": {"secs": 0, "nanos": 1}, "finish": "stop"});
    played.tells(json!({"is": "done", "task": 7, "worker": "w", "completion": completion})).await;
    let (outcome, _, books) = call.await.unwrap();
    assert_eq!(outcome.result.unwrap().text, "Mine.");
    assert_eq!((books.sent, books.failed), (vec![1], vec![]));
}
