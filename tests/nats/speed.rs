//! How much workers carry: printed, not judged.

use std::sync::Arc;
use std::time::{Duration, Instant};

use botarium::llm::Rank;

use crate::calls::{Books, request};
use crate::cluster::{Cluster, are_there};
use crate::model::Model;

/// What the model takes for an answer.
const TAKES: Duration = Duration::from_millis(200);

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server, prints figures"]
async fn throughput() {
    println!("| workers | calls | calls a second | against one | beside the model, p50 | p99 |");
    println!("|---|---|---|---|---|---|");
    let mut alone = None;
    for count in [1_usize, 2, 4] {
        let cluster = Cluster::start();
        let model = Model::start(TAKES, 20).await;
        let _workers: Vec<_> = (0..count).map(|_| cluster.worker(&model, 1)).collect();
        let guard = cluster.guard();
        are_there(&guard, count).await;
        let place = guard.place(Rank::Beat, |_| {}).await;
        let warm =
            guard.complete_at(&place, &request("?"), Arc::new(|_| {}), false, &mut Books::default()).await;
        assert!(warm.result.is_ok());
        drop(place);
        // As many as there are workers at once: what is added to the model's own time.
        let mut added: Vec<Duration> = Vec::new();
        let calls = 60 * count;
        let began = Instant::now();
        let mut asked = tokio::task::JoinSet::new();
        let ask = |asked: &mut tokio::task::JoinSet<_>| {
            let guard = Arc::clone(&guard);
            asked.spawn(async move {
                let place = guard.place(Rank::Beat, |_| {}).await;
                let began = Instant::now();
                let outcome = guard
                    .complete_at(
                        &place,
                        &request(&"x".repeat(8_000)),
                        Arc::new(|_| {}),
                        false,
                        &mut Books::default(),
                    )
                    .await;
                let answer = outcome.result.unwrap();
                (began.elapsed(), answer.latency)
            });
        };
        (0..count).for_each(|_| ask(&mut asked));
        let mut done = 0;
        while let Some(ended) = asked.join_next().await {
            let (took, own) = ended.unwrap();
            added.push(took.saturating_sub(own));
            done += 1;
            if done + asked.len() < calls {
                ask(&mut asked);
            }
        }
        let rate = done as f64 / began.elapsed().as_secs_f64();
        let one = *alone.get_or_insert(rate);
        added.sort_unstable();
        let at =
            |share: usize| added[(added.len() * share / 100).min(added.len() - 1)].as_secs_f64() * 1_000.0;
        println!(
            "| {count} | {done} | {rate:.2} | {:.2} | {:.1} ms | {:.1} ms |",
            rate / one,
            at(50),
            at(99)
        );
    }
    // Many at once in one room.
    let cluster = Cluster::start();
    let model = Model::start(TAKES, 20).await;
    let _workers: Vec<_> = (0..4).map(|_| cluster.worker(&model, 50)).collect();
    let guard = cluster.guard();
    are_there(&guard, 4).await;
    let began = Instant::now();
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..1_000 {
        let guard = Arc::clone(&guard);
        asked.spawn(async move {
            let place = guard.place(Rank::Beat, |_| {}).await;
            let request = request(&"x".repeat(8_000));
            guard
                .complete_at(&place, &request, Arc::new(|_| {}), false, &mut Books::default())
                .await
                .result
                .unwrap();
        });
    }
    let mut most = 0;
    while let Some(ended) = asked.join_next().await {
        ended.unwrap();
        most = most.max(guard.queue().under_way);
    }
    let took = began.elapsed();
    println!(
        "1,000 calls, {most} under way at once, 4 workers with 50 each: {:.1} s, {:.0} calls a second",
        took.as_secs_f64(),
        1_000.0 / took.as_secs_f64()
    );
}
