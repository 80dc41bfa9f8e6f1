//! How calls are made here: a request, the books of a call, a pool with a worker in it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use botarium::llm::guard::Account;
use botarium::llm::{Again, Attempt, DeltaSink, Guard, Outcome, Purpose, Rank, Request};
use tokio::task::JoinHandle;

use crate::cluster::{Cluster, Process, are_there};
use crate::model::Model;

pub fn request(prompt: &str) -> Request {
    Request {
        purpose: Purpose::Think,
        model: "any".to_owned(),
        system: "You are brief.".to_owned(),
        prompt: prompt.to_owned(),
        shared: 0,
        again: Again::NEVER,
        schema: None,
        temperature: 0.5,
        max_tokens: 200,
        scene: None,
        seed: 3,
    }
}

/// The books of a call, as the engine keeps them.
#[derive(Default)]
pub struct Books {
    pub sent: Vec<u32>,
    pub failed: Vec<Attempt>,
    /// Tries that are allowed.
    pub most: Option<u32>,
}

impl Account for Books {
    async fn sends(&mut self, attempt: u32) -> bool {
        self.sent.push(attempt);
        self.most.is_none_or(|most| attempt <= most)
    }

    async fn failed(&mut self, attempt: &Attempt) {
        self.failed.push(attempt.clone());
    }
}

pub async fn ask(guard: &Guard, books: &mut Books) -> (Outcome, String) {
    let heard: Arc<Mutex<String>> = Arc::default();
    let kept = Arc::clone(&heard);
    let sink: DeltaSink = Arc::new(move |text| kept.lock().unwrap().push_str(text));
    let place = guard.place(Rank::Beat, |_| {}).await;
    let outcome = guard.complete_at(&place, &request("What now?"), sink, false, books).await;
    let heard = heard.lock().unwrap().clone();
    (outcome, heard)
}

/// As [`ask`], beside what else is done.
pub fn asked(guard: &Arc<Guard>, books: Books) -> JoinHandle<(Outcome, String, Books)> {
    let (guard, mut books) = (Arc::clone(guard), books);
    tokio::spawn(async move {
        let (outcome, heard) = ask(&guard, &mut books).await;
        (outcome, heard, books)
    })
}

/// A server with one worker, which takes `concurrency` calls at once and whose model needs so many milliseconds for an
/// answer in so many pieces, and a room's side that knows of it.
pub async fn with_a_worker(
    milliseconds: u64,
    pieces: usize,
    concurrency: usize,
) -> (Cluster, Model, Process, Arc<Guard>) {
    let cluster = Cluster::start();
    let model = Model::start(Duration::from_millis(milliseconds), pieces).await;
    let worker = cluster.worker(&model, concurrency);
    let guard = cluster.guard();
    are_there(&guard, 1).await;
    (cluster, model, worker, guard)
}
