//! Who works in the pool, as far as this room knows.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::StatusCode;
use async_nats::service::PingResponse;
use futures_util::StreamExt as _;
use tokio::time::{Instant, timeout_at};

use super::link::Link;
use super::wire;
use crate::domain::text::clean_line;
use crate::llm::Completion;
use crate::llm::pool::{Member, Pool, smoothed};

/// How long workers may take to answer who is there.
const ANSWER: Duration = Duration::from_millis(500);
/// How long after one answer another is waited for.
const NEXT: Duration = Duration::from_millis(100);
/// How long it holds that somebody is there.
const FRESH: Duration = Duration::from_secs(1);
/// How long it holds that nobody is.
const FRESH_NOBODY: Duration = Duration::from_millis(250);
/// How long a worker that is not heard of is remembered.
const REMEMBERED: Duration = Duration::from_secs(30);
/// The most workers that are known of.
const WORKERS: usize = 1_000;
/// The most models of a worker that are known of.
const MODELS: usize = 32;
/// The longest name.
const NAME: usize = 80;

/// What is known of the workers of a pool.
#[derive(Default)]
pub(super) struct Board {
    workers: Mutex<HashMap<String, Seen>>,
    /// When it was asked who is there, and how many answered.
    asked: tokio::sync::Mutex<Option<(Instant, Option<usize>)>>,
}

struct Seen {
    member: Member,
    heard: Instant,
}

impl Board {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Seen>> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A worker was heard of.
    pub(super) fn heard(&self, id: &str, change: impl FnOnce(&mut Member)) {
        let mut workers = self.lock();
        if !workers.contains_key(id) {
            if workers.len() >= WORKERS || id.len() > NAME {
                return;
            }
            workers.insert(id.to_owned(), Seen { member: Member::default(), heard: Instant::now() });
        }
        if let Some(seen) = workers.get_mut(id) {
            seen.heard = Instant::now();
            change(&mut seen.member);
        }
    }

    /// A worker began a call.
    pub(super) fn begins(self: &Arc<Self>, id: &str, name: &str) -> At {
        self.heard(id, |member| {
            member.name = short(name);
            member.in_flight += 1;
        });
        At { board: Arc::clone(self), id: id.to_owned() }
    }

    /// A worker answered a call.
    pub(super) fn answered(&self, id: &str, completion: &Completion) {
        let output = completion.usage.map_or(0, |usage| usage.output);
        self.heard(id, |member| {
            member.answered += 1;
            member.tokens_a_second = smoothed(member.tokens_a_second, output, completion.latency);
        });
    }

    /// How many workers are there; `None` when there are some and none has answered in time: their machines are busy, or
    /// they are frozen. An answer holds for a moment, for everybody who asks.
    pub(super) async fn present(&self, link: &Link, pool: &str) -> Option<usize> {
        let mut asked = self.asked.lock().await;
        if let Some((at, count)) = *asked
            && at.elapsed() < if count.is_none_or(|count| count == 0) { FRESH_NOBODY } else { FRESH }
        {
            return count;
        }
        let count = self.ask(link, pool).await;
        *asked = Some((Instant::now(), count));
        count
    }

    async fn ask(&self, link: &Link, pool: &str) -> Option<usize> {
        let inbox = link.client.new_inbox();
        let Ok(mut answers) = link.client.subscribe(inbox.clone()).await else { return Some(0) };
        let subject = format!("$SRV.PING.{}", wire::service(pool));
        if link.client.publish_with_reply(subject, inbox, Default::default()).await.is_err() {
            return Some(0);
        }
        let mut nobody = false;
        let mut until = Instant::now() + ANSWER;
        let mut count = 0;
        while let Ok(Some(message)) = timeout_at(until, answers.next()).await {
            nobody = message.status == Some(StatusCode::NO_RESPONDERS);
            if nobody || count >= WORKERS {
                break;
            }
            let Ok(pong) = serde_json::from_slice::<PingResponse>(&message.payload) else { continue };
            count += 1;
            until = until.min(Instant::now() + NEXT);
            let of = |key: &str| pong.metadata.get(key).map(String::as_str).unwrap_or_default();
            let models =
                of("models").split('\n').filter(|name| !name.is_empty()).take(MODELS).map(short).collect();
            let concurrency = of("concurrency").parse().unwrap_or(0_u16);
            self.heard(&pong.id, |member| {
                member.name = short(of("name"));
                member.models = models;
                member.concurrency = usize::from(concurrency);
            });
        }
        self.lock().retain(|_, seen| seen.member.in_flight > 0 || seen.heard.elapsed() < REMEMBERED);
        (nobody || count > 0).then_some(count)
    }

    /// Everybody known, by name.
    pub(super) fn pool(&self) -> Pool {
        let mut members = BTreeMap::new();
        for (id, seen) in &*self.lock() {
            let member = Member { heard: Some(seen.heard.elapsed()), ..seen.member.clone() };
            members.insert((member.name.clone(), id.clone()), member);
        }
        Pool { members: members.into_values().collect(), ..Pool::default() }
    }
}

/// A text of a worker's own, fit to show.
pub(super) fn short(text: &str) -> String {
    clean_line(text, NAME)
}

/// A worker is at a call, until this is dropped.
pub(super) struct At {
    board: Arc<Board>,
    pub(super) id: String,
}

impl Drop for At {
    fn drop(&mut self) {
        if let Some(seen) = self.board.lock().get_mut(&self.id) {
            seen.member.in_flight = seen.member.in_flight.saturating_sub(1);
        }
    }
}
