//! Beats whose provider must be awaited: think, repair, look up, extract, compress.
//!
//! Between the awaits stand short jobs on the writer. Each call is reserved before it is made;
//! its charge is written together with what came of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::answer::{self, Rung};
use super::budget::{self, Cap, Settlement, Tariff};
use super::claim::Claim;
use super::draw;
use super::heartbeat::{self, Beat, Begun, Choice, Finished, Ready};
use super::interview;
use super::memory;
use super::prompt;
use super::shared::Shared;
use crate::domain::text::{clean, clean_line};
use crate::domain::{Action, Extraction};
use crate::llm::{Attempt, Completion, DeltaSink, FailureKind, Guard, ProviderError, Purpose, Request};
use crate::protocol::{Exchange, Fault, FaultKind, InterviewAnswer, Notice, Work};
use crate::store::{Result, StoreError, beat, search};
use crate::tools::Finding;

/// The keys of an extraction.
const KEYS: [&str; 5] = ["facts", "relationships", "opinions", "interests", "moments"];

type Calls = Vec<(Exchange, Settlement)>;

/// Runs one beat to its end.
///
/// # Errors
/// Database errors; 404 for an unknown bot.
pub(super) async fn beat(shared: &Arc<Shared>, claim: &mut Claim, beat: Beat) -> Result<Finished> {
    let inner = Arc::clone(shared);
    let job = beat.clone();
    let begun = shared
        .store
        .write(move |tx| {
            let mut room = inner.room();
            heartbeat::advance(&inner, &mut room, tx, &job)
        })
        .await?;
    match begun {
        Begun::Over(finished) => Ok(finished),
        Begun::Thinking(ready) => {
            claim.is_at(Work::Thinking, 1);
            think(shared, claim, Arc::new(*ready), &beat).await
        }
    }
}

async fn think(shared: &Arc<Shared>, claim: &mut Claim, ready: Arc<Ready>, beat: &Beat) -> Result<Finished> {
    let (bot_id, bot_name) = (ready.row.id.clone(), ready.row.name.clone());
    shared.bus.tell(ready.at, Notice::HeartbeatStarted { bot_id, bot_name, attempt: 1 });
    let mut calls = Calls::new();
    let voice = Voice { guard: &ready.guard, tariff: &ready.tariff };
    let first = ask(shared, &ready, voice, &ready.request, "think", ready.reservation, &mut calls).await?;
    let completion = match first {
        Ok(completion) => completion,
        Err(why) => return give_up(shared, &ready, beat, why, calls).await,
    };
    let fault = match attempt(shared, &ready, &completion.text, None, &calls).await? {
        Ok((finished, choice)) => return settle_down(shared, claim, ready, finished, choice).await,
        Err(fault) => fault,
    };
    let repair = Request {
        purpose: Purpose::Repair,
        prompt: prompt::repair_request(&ready.request.prompt, &completion.text, &fault, &ready.fence),
        seed: draw::seed(shared.seed, &ready.row.id, ready.row.beat, "repair"),
        ..ready.request.clone()
    };
    let mended = match reserve(shared, &ready, &ready.tariff, &repair).await? {
        Err(_) => None, // no budget left for a second try
        Ok(reservation) => ask(shared, &ready, voice, &repair, "repair", reservation, &mut calls).await?.ok(),
    };
    let (fault, raw) = match mended {
        None => (fault, completion.text),
        Some(second) => match attempt(shared, &ready, &second.text, Some(Rung::Repaired), &calls).await? {
            Ok((finished, choice)) => return settle_down(shared, claim, ready, finished, choice).await,
            Err(fault) => (fault, second.text),
        },
    };
    let inner = Arc::clone(shared);
    shared
        .store
        .write(move |tx| {
            let mut room = inner.room();
            heartbeat::refuse(&inner, &mut room, tx, &ready, &fault, &raw, &calls)
        })
        .await
}

/// Who is asked.
#[derive(Copy, Clone)]
pub(super) struct Voice<'a> {
    pub(super) guard: &'a Guard,
    pub(super) tariff: &'a Tariff,
}

/// Reserves a call, or says which cap forbids it.
async fn reserve(
    shared: &Arc<Shared>,
    ready: &Arc<Ready>,
    tariff: &Tariff,
    request: &Request,
) -> Result<std::result::Result<Option<i64>, Cap>> {
    let (inner, ready, tariff, request) =
        (Arc::clone(shared), Arc::clone(ready), tariff.clone(), request.clone());
    shared
        .store
        .write(move |tx| {
            budget::admit(tx, &inner.settings, &ready.row, &tariff, &request, &ready.day, ready.at)
        })
        .await
}

/// Makes a call, noting every attempt that has to be charged. An attempt that may have been
/// charged is made anew only with a reservation of its own.
async fn ask(
    shared: &Arc<Shared>,
    ready: &Arc<Ready>,
    voice: Voice<'_>,
    request: &Request,
    purpose: &str,
    reservation: Option<i64>,
    calls: &mut Calls,
) -> Result<std::result::Result<Completion, ProviderError>> {
    let settlement = |reservation, usage, charged| Settlement {
        reservation,
        tariff: voice.tariff.clone(),
        day: ready.day.clone(),
        bytes: budget::bytes(request),
        usage,
        charged,
    };
    // The reservation of the attempt under way, and the attempts before it that have to be charged.
    let books = Mutex::new((reservation, Vec::new()));
    let broken: Mutex<Option<StoreError>> = Mutex::new(None);
    let (booked, wrong, settled) = (&books, &broken, &settlement);
    let again = move |failed: Attempt| async move {
        if !failed.maybe_charged {
            return true;
        }
        match reserve(shared, ready, voice.tariff, request).await {
            Ok(Ok(next)) => {
                let (current, lost) = &mut *locked(booked);
                let spent = settled(std::mem::replace(current, next), failed.usage, true);
                lost.push((failure(purpose, failed.error.as_deref(), &failed, voice.tariff), spent));
                true
            }
            Ok(Err(_)) => false, // no budget left for another try
            Err(error) => {
                *locked(wrong) = Some(error);
                false
            }
        }
    };
    let outcome = voice.guard.complete_while(request, live_text(shared, ready, request.purpose), again).await;
    if let Some(error) = locked(&broken).take() {
        return Err(error);
    }
    let (reservation, lost) = std::mem::take(&mut *locked(&books));
    calls.extend(lost);
    match outcome.result {
        Ok(completion) => {
            let settlement = settlement(reservation, completion.usage, true);
            let mut exchange = heartbeat::exchange(purpose, &completion, &settlement);
            exchange.request = shown_request(request);
            calls.push((exchange, settlement));
            Ok(Ok(completion))
        }
        Err(error) => {
            let last = outcome.attempts.last().cloned().unwrap_or(NEVER_SENT);
            let told = failure(purpose, Some(&error.message), &last, voice.tariff);
            calls.push((told, settlement(reservation, error.usage, error.maybe_charged)));
            Ok(Err(error))
        }
    }
}

/// What the breaker let through: nothing.
const NEVER_SENT: Attempt =
    Attempt { latency: Duration::ZERO, usage: None, error: None, maybe_charged: false, received: 0 };

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The think request is the sections of the record; others are shown in full.
fn shown_request(request: &Request) -> String {
    match request.purpose {
        Purpose::Think => String::new(),
        Purpose::Repair => request
            .prompt
            .rsplit_once("You answered this:")
            .map_or(String::new(), |(_, tail)| format!("You answered this:{tail}")),
        _ => request.prompt.clone(),
    }
}

fn failure(purpose: &str, error: Option<&str>, attempt: &Attempt, tariff: &Tariff) -> Exchange {
    Exchange {
        purpose: purpose.to_owned(),
        provider: tariff.provider.clone(),
        model: tariff.model.clone(),
        request: String::new(),
        answer: String::new(),
        usage: attempt.usage.unwrap_or_default(),
        reported: attempt.usage.is_some(),
        latency_ms: i64::try_from(attempt.latency.as_millis()).unwrap_or(i64::MAX),
        waited_ms: 0,
        cost_usd: crate::domain::Money::ZERO,
        error: error.map(|error| clean_line(error, 500)),
    }
}

/// Live text goes to viewers, through the gate; for nobody it is not made.
fn live_text(shared: &Arc<Shared>, ready: &Ready, purpose: Purpose) -> DeltaSink {
    if !matches!(purpose, Purpose::Think | Purpose::Repair | Purpose::Interview) {
        return Arc::new(|_| {});
    }
    let (bus, at, bot_id) = (shared.bus.clone(), ready.at, ready.row.id.clone());
    Arc::new(move |text| {
        if bus.is_heard() {
            bus.tell(at, Notice::ThoughtDelta { bot_id: bot_id.clone(), text: clean(text, 4_000) });
        }
    })
}

/// Reads an answer and applies it; the inner error names the fault for a repair.
async fn attempt(
    shared: &Arc<Shared>,
    ready: &Arc<Ready>,
    text: &str,
    rung: Option<Rung>,
    calls: &Calls,
) -> Result<std::result::Result<(Finished, Choice), String>> {
    let (action, read) = match answer::parse(text, &ready.scene.allowed) {
        Ok(read) => read,
        Err(fault) => return Ok(Err(fault)),
    };
    let findings = match &action {
        Action::WebSearch { query, .. } => look_up(shared, query).await?,
        _ => Ok(Vec::new()),
    };
    let choice = Choice { action, rung: rung.unwrap_or(read), raw: text.to_owned(), findings };
    let (inner, ready, calls) = (Arc::clone(shared), Arc::clone(ready), calls.clone());
    let applied = shared
        .store
        .write(move |tx| {
            let mut room = inner.room();
            let finished = if beat::is_present(tx, &ready.row.id)? {
                heartbeat::act(&inner, &mut room, tx, &ready, &choice, &calls, true)?
            } else {
                heartbeat::gone(tx, &ready, &calls)? // it left while it was thinking
            };
            Ok((finished, choice))
        })
        .await;
    match applied {
        Ok(applied) => Ok(Ok(applied)),
        Err(StoreError::Refused(fault)) => Ok(Err(fault.detail)),
        Err(other) => Err(other),
    }
}

/// The provider gave no answer: what was spent is charged, and the bot is failing.
async fn give_up(
    shared: &Arc<Shared>,
    ready: &Arc<Ready>,
    beat: &Beat,
    error: ProviderError,
    calls: Calls,
) -> Result<Finished> {
    let (inner, ready, beat) = (Arc::clone(shared), Arc::clone(ready), beat.clone());
    shared
        .store
        .write(move |tx| {
            let mut room = inner.room();
            let (tokens, cost, _) = heartbeat::settle_all(tx, &ready.row.id, &calls)?;
            // While it is left alone nothing new is learned: what it failed of stays the reason.
            let known = ready.row.failing.as_deref().filter(|_| error.kind == FailureKind::Open);
            let why = known.unwrap_or(&error.message);
            let mut finished = heartbeat::failed(&inner, &mut room, tx, &beat, &ready.row, why, &ready.day)?;
            if let (Some(id), true) = (finished.result.activity_id, tokens > 0) {
                beat::charge_activity(tx, id, tokens, cost)?;
            }
            finished.tokens = tokens;
            finished.cost = cost;
            Ok(finished)
        })
        .await
}

/// Looks something up, from the cache while it is fresh.
async fn look_up(shared: &Arc<Shared>, query: &str) -> Result<std::result::Result<Vec<Finding>, String>> {
    let tool = Arc::clone(&shared.settings.search);
    let (backend, key) = (tool.name().to_owned(), query.to_lowercase());
    let (b, k) = (backend.clone(), key.clone());
    let fresh_after = shared.clock.now().plus_seconds(-shared.settings.search_cache_seconds);
    if let Some(found) = shared.store.read(move |c| search::cached(c, &b, &k, fresh_after)).await? {
        return Ok(Ok(found));
    }
    match tool.search(query).await {
        Ok(found) => {
            let (now, kept) = (shared.clock.now(), found.clone());
            shared.store.write(move |tx| search::keep(tx, &backend, &key, &kept, now)).await?;
            Ok(Ok(found))
        }
        Err(error) => Ok(Err(clean_line(&error.to_string(), 300))),
    }
}

/// Steps 6 and the compression: asks a model to extract, and falls back to the rules.
async fn settle_down(
    shared: &Arc<Shared>,
    claim: &mut Claim,
    ready: Arc<Ready>,
    mut finished: Finished,
    choice: Choice,
) -> Result<Finished> {
    let Some(activity_id) = finished.result.activity_id else { return Ok(finished) };
    let mut calls = Calls::new();
    let extraction = match &choice.action {
        Action::CreateThread { .. } | Action::Reply { .. } => {
            claim.is_at(Work::Remembering, 1);
            let request = prompt::extraction_request(shared, &ready, &choice.action);
            extracted(shared, &ready, request, &mut calls).await?
        }
        _ => None,
    };
    let (inner, job, ready) = (Arc::clone(shared), choice, Arc::clone(&ready));
    let (remembering, first_calls) = (Arc::clone(&ready), calls.clone());
    let due = shared
        .store
        .write(move |tx| {
            let mut room = inner.room();
            heartbeat::remember(&inner, &mut room, tx, &remembering, activity_id, &job, extraction.as_ref())?;
            beat::mark_remembered(tx, activity_id)?;
            heartbeat::add_calls(tx, &remembering.row.id, activity_id, &first_calls)?;
            Ok(memory::due_batch(room.mind(tx, &remembering.row.id)?, remembering.at))
        })
        .await?;
    finished.to_remember = false;
    if let Some(batch) = due {
        compress(shared, &ready, activity_id, batch).await?;
    }
    Ok(finished)
}

/// The provider and model for extraction and compression.
fn memory_voice(shared: &Shared, ready: &Ready) -> Option<(Arc<Guard>, Tariff)> {
    let provider = match &shared.settings.memory_provider {
        Some(name) => shared.resolve(name),
        None => ready.tariff.provider.clone(),
    };
    let guard = shared.guard(&provider).ok()?;
    let model = match &shared.settings.memory_model {
        Some(model) => model.clone(),
        None if provider == ready.tariff.provider => ready.tariff.model.clone(),
        None => guard.default_model().to_owned(),
    };
    let tariff = Tariff::of(&shared.settings, &provider, &model);
    Some((guard, tariff))
}

/// Asks for an extraction; `None` when there is no budget, no answer or none that can be read.
async fn extracted(
    shared: &Arc<Shared>,
    ready: &Arc<Ready>,
    request: Request,
    calls: &mut Calls,
) -> Result<Option<Extraction>> {
    let Some(text) = text_from_model(shared, ready, request, "extract", calls).await? else {
        return Ok(None);
    };
    // An object without any of the keys is some other answer, not an empty one.
    let value = answer::first_json(&text).filter(|value| KEYS.iter().any(|key| value.get(key).is_some()));
    Ok(value.and_then(|value| serde_json::from_value(value).ok()))
}

async fn text_from_model(
    shared: &Arc<Shared>,
    ready: &Arc<Ready>,
    request: Request,
    purpose: &str,
    calls: &mut Calls,
) -> Result<Option<String>> {
    let Some((guard, tariff)) = memory_voice(shared, ready) else { return Ok(None) };
    let request = Request { model: tariff.model.clone(), ..request };
    let Ok(reservation) = reserve(shared, ready, &tariff, &request).await? else { return Ok(None) };
    let voice = Voice { guard: &guard, tariff: &tariff };
    let answer = ask(shared, ready, voice, &request, purpose, reservation, calls).await?;
    Ok(answer.ok().map(|completion| completion.text))
}

/// Compresses a batch of warm memories into one summary, by the model or by rule.
async fn compress(
    shared: &Arc<Shared>,
    ready: &Arc<Ready>,
    activity_id: i64,
    batch: memory::Batch,
) -> Result<()> {
    let request = prompt::compression_request(shared, ready, &batch);
    let mut calls = Calls::new();
    let summary = text_from_model(shared, ready, request, "compress", &mut calls)
        .await?
        .filter(|text| text.split_whitespace().count() >= 10);
    let (inner, ready) = (Arc::clone(shared), Arc::clone(ready));
    shared
        .store
        .write(move |tx| {
            let mut room = inner.room();
            let mind = room.mind(tx, &ready.row.id)?;
            if memory::changed(mind, &batch) {
                // A person pinned, rewrote or deleted some of it meanwhile: the next beat looks again.
                return heartbeat::add_calls(tx, &ready.row.id, activity_id, &calls);
            }
            let summary = summary
                .unwrap_or_else(|| memory::summarise(&batch, &ready.scene.roster, |at| inner.clock.day(at)));
            let from = memory::Source {
                bot: &ready.row.id,
                activity_id,
                at: ready.at,
                day: &ready.day,
                thread_id: None,
            };
            memory::store_summary(tx, mind, &from, &batch, &summary)?;
            heartbeat::add_calls(tx, &ready.row.id, activity_id, &calls)
        })
        .await
}

/// Asks a bot out of band: its memories and manner, a person's question, no forum.
///
/// # Errors
/// 404, 429 when a cap is reached, 503 when the provider fails.
pub(super) async fn interview(
    shared: &Arc<Shared>,
    bot: &str,
    question: &str,
    remember: bool,
) -> std::result::Result<InterviewAnswer, Fault> {
    let (inner, id, asked) = (Arc::clone(shared), bot.to_owned(), question.to_owned());
    let begun = shared
        .store
        .write(move |tx| {
            let mut room = inner.room();
            let (mut ready, cap) = interview::begin(&inner, &mut room, tx, &id, &asked)?;
            Ok(match cap {
                Ok(reservation) => {
                    ready.reservation = reservation;
                    Ok(Arc::new(ready))
                }
                Err(cap) => Err(cap),
            })
        })
        .await?;
    let ready = begun.map_err(|cap| Fault::new(FaultKind::TooMany, cap.sentence()))?;
    let voice = Voice { guard: &ready.guard, tariff: &ready.tariff };
    let mut calls = Calls::new();
    let answer =
        ask(shared, &ready, voice, &ready.request, "interview", ready.reservation, &mut calls).await?;
    let inner = Arc::clone(shared);
    let asked = question.to_owned();
    shared
        .store
        .write(move |tx| {
            let mut room = inner.room();
            match answer {
                Ok(completion) => {
                    interview::end(&inner, &mut room, tx, &ready, &asked, &completion.text, remember, &calls)
                        .map(Ok)
                }
                Err(error) => {
                    heartbeat::settle_all(tx, &ready.row.id, &calls)?;
                    Ok(Err(Fault::unavailable(clean_line(&error.message, 500))))
                }
            }
        })
        .await?
}
