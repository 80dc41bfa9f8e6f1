//! Single calls of a room.

use std::sync::atomic::Ordering;
use std::time::Duration;

use botarium::llm::{FailureKind, Finish};
use rustix::process::Signal;

use crate::asking::{Books, ask, asked, with_a_worker};
use crate::cluster::{Cluster, are_there};
use crate::model::Model;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_worker_answers_live_with_usage_and_the_whole_text() {
    let (_cluster, model, _worker, guard) = with_a_worker(300, 10, 2).await;
    let mut books = Books::default();
    let (outcome, heard) = ask(&guard, &mut books).await;
    let answer = outcome.result.unwrap();
    assert!(answer.text.contains("create_thread"), "{}", answer.text);
    assert_eq!(heard, answer.text);
    assert_eq!((answer.model.as_str(), answer.finish), ("toy", Finish::Stop));
    let usage = answer.usage.unwrap();
    assert_eq!(usage.output as u64, model.told.output.load(Ordering::SeqCst));
    assert_eq!((books.sent, books.failed), (vec![1], vec![]));
    let pool = guard.pool().await.unwrap();
    assert_eq!((pool.in_flight, pool.waiting, pool.trouble), (0, 0, None));
    let [worker] = &pool.members[..] else { panic!("{:?}", pool.members) };
    assert_eq!((worker.name.as_str(), worker.answered, worker.concurrency), ("worker0", 1, 2));
    assert_eq!(worker.models, ["toy"]);
    assert!(worker.tokens_a_second.unwrap() > 1.0);
    assert_eq!(guard.models().await.unwrap(), ["any", "toy"]);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn an_empty_pool_is_told_of_with_the_command_that_fills_it() {
    let cluster = Cluster::start();
    let guard = cluster.guard();
    let began = std::time::Instant::now();
    let (outcome, _) = ask(&guard, &mut Books::default()).await;
    let took = began.elapsed();
    println!("told after {} ms", took.as_millis());
    let error = outcome.result.unwrap_err();
    assert_eq!((error.kind, error.maybe_charged), (FailureKind::Connect, false));
    let command = format!("botarium worker --nats {} --pool main", cluster.url());
    assert!(error.message.contains(&command), "{}", error.message);
    // What was given up is not worked on by one who comes later.
    let model = Model::start(Duration::from_millis(50), 2).await;
    let _worker = cluster.worker(&model, 1);
    are_there(&guard, 1).await;
    assert!(ask(&guard, &mut Books::default()).await.0.result.is_ok());
    assert_eq!(model.told.begun.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_call_of_a_killed_worker_goes_to_another_and_is_booked() {
    let (cluster, model, first, guard) = with_a_worker(200, 10, 1).await;
    model.hold(true);
    let asked = asked(&guard, Books::default());
    model.was_asked(1).await;
    let _second = cluster.worker(&model, 1);
    are_there(&guard, 2).await;
    first.signal(Signal::KILL);
    model.hold(false);
    let (outcome, heard, books) = asked.await.unwrap();
    let answer = outcome.result.unwrap();
    assert!(heard.ends_with(&answer.text), "{heard}");
    assert_eq!(books.sent, [1, 2]);
    let [lost] = &books.failed[..] else { panic!("{:?}", books.failed) };
    assert!(lost.maybe_charged, "{lost:?}");
    assert!(lost.error.as_ref().unwrap().contains("worker0 fell silent"), "{lost:?}");
    assert_eq!(outcome.attempts.len(), 2);
}
