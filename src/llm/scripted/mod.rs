//! The embedded provider: no model, no network, deterministic from the request's seed.
//!
//! It reads the [`Scene`] instead of the prompt, plays the bot's personality and answers with
//! the JSON of one [`Action`] and of what is to be remembered of it, as a model would. It is a pure function of the request: no clock,
//! no shared state, no iteration order. It knows nothing of the store, budgets or the engine.

mod arcs;
mod bank;
mod choose;
mod diction;
mod draw;
mod event;
mod frames;
mod grammar;
mod habit;
mod heads;
mod images;
mod interview;
mod issues;
mod mark;
mod naming;
mod notes;
mod outcome;
mod people;
mod persona;
mod phrases;
mod question;
mod recall;
mod reply;
mod rules;
mod sequel;
mod stance;
mod temper;
#[cfg(test)]
mod tests;
mod thread;
mod view;
mod voices;
mod wording;
mod writer;

use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;

use super::{Completion, DeltaSink, Finish, Provider, ProviderError, Purpose, Request};
use crate::domain::{Action, Extraction, Scene, Usage};

/// Plays each personality without a model.
#[derive(Clone, Debug, Default)]
pub struct Scripted {}

impl Scripted {
    /// A provider; it holds nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {}
    }

    fn answer(request: &Request) -> Completion {
        let text = match request.purpose {
            Purpose::Think | Purpose::Repair => request.scene.as_deref().map_or_else(
                || to_json(&Action::DoNothing { reason: "There is nothing in front of me.".into() }, None),
                |scene| {
                    let view = view::View::of(scene);
                    let act = choose::act(&view, request.seed);
                    to_json(&act, Some(notes::of(&view, &act)))
                },
            ),
            Purpose::Interview => request.scene.as_deref().map_or_else(
                || "I have nothing in front of me to answer from.".into(),
                |scene| interview::answer(scene, &request.prompt, request.seed),
            ),
            Purpose::Extract => "{}".into(),
            Purpose::Compress => "A quiet stretch, with little that needs keeping.".into(),
            Purpose::Test => "Ready.".into(),
        };
        let usage = usage(request, &text);
        Completion {
            text,
            usage: Some(usage),
            model: "scripted".into(),
            latency: latency(request.seed),
            reasoned: false,
            finish: Finish::Stop,
        }
    }
}

/// Lays out by what texts are known again, which takes some milliseconds, before the first answer needs it.
pub fn prepare() {
    bank::prepare();
    voices::prepare();
    issues::prepare();
}

#[async_trait]
impl Provider for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn default_model(&self) -> &'static str {
        "scripted"
    }

    fn answer_at_once(&self, request: &Request) -> Option<Completion> {
        Some(Self::answer(request))
    }

    async fn complete(&self, request: &Request, deltas: DeltaSink) -> Result<Completion, ProviderError> {
        let completion = Self::answer(request);
        let mut rest = completion.text.as_str();
        while !rest.is_empty() {
            let cut = rest.char_indices().nth(48).map_or(rest.len(), |(at, _)| at);
            deltas(&rest[..cut]);
            rest = &rest[cut..];
        }
        Ok(completion)
    }

    async fn models(&self) -> Result<Vec<String>, ProviderError> {
        Ok(vec!["scripted".into()])
    }
}

/// An act and what is to be remembered of it, in the form that the prompt asks for.
#[derive(Serialize)]
struct Answer<'a> {
    act: &'a Action,
    memory: Option<Extraction>,
}

fn to_json(act: &Action, memory: Option<Extraction>) -> String {
    let memory = memory.filter(|notes| !notes.is_empty());
    // Strings and finite numbers only: serialising them cannot fail.
    serde_json::to_string(&Answer { act, memory }).expect("an act and its notes are plain data")
}

/// Bytes of a prompt at most, as long as nobody sets it otherwise.
const PROMPT: usize = 14_400;

/// What a model would have been charged: a token for every four bytes.
fn usage(request: &Request, text: &str) -> Usage {
    let read = request.system.len() + request.prompt.len();
    let read = if read > 0 { read } else { request.scene.as_deref().map_or(0, scene_size).min(PROMPT) };
    Usage { input: tokens(read), output: tokens(text.len()), ..Usage::default() }
}

/// About how many bytes the prompt of `scene` would have.
fn scene_size(scene: &Scene) -> usize {
    let feed: usize = scene
        .feed
        .iter()
        .map(|t| {
            t.title.len()
                + t.content.len()
                + 80
                + t.replies.iter().map(|r| r.content.len() + 60).sum::<usize>()
        })
        .sum();
    let own: usize = scene.own_posts.iter().map(|p| p.title.len() + p.content.len() + 20).sum();
    let memories: usize = scene.memories.iter().map(|m| m.text.len() + 30).sum();
    2_400 + feed + own + memories + scene.roster.len() * 90
}

/// A latency such as a small local model has: 300–2,500 ms, fixed by the seed.
fn latency(seed: u64) -> Duration {
    Duration::from_millis(300 + draw::mix(seed ^ 0x1a7e_4c79) % 2_201)
}

fn tokens(bytes: usize) -> i64 {
    i64::try_from(bytes / 4).unwrap_or(i64::MAX).max(1)
}
