//! Beats whose provider must be awaited: wait for a place, think, repair, look up, extract, compress.
//!
//! The place comes first and the prompt after it, so that a bot answers the room as it is when it is
//! asked, and a pause, a cap, another provider or a removal holds for those who wait. Between the
//! awaits stand short jobs on the writer.

use std::sync::Arc;

use super::answer::{self, Rung};
use super::budget::Tariff;
use super::calls::{self, Calls, Question, Voice, ask, reserve};
use super::claim::Claim;
use super::draw;
use super::heartbeat::{self, Beat, Begun, Choice, Finished, Ready, Trouble};
use super::interview;
use super::memory;
use super::prompt;
use super::shared::Shared;
use crate::domain::text::clean_line;
use crate::domain::{Action, Extraction, Money};
use crate::llm::{Completion, FailureKind, Finish, Guard, Place, ProviderError, Purpose, Rank, Request};
use crate::protocol::{EngineState, Fault, FaultKind, InterviewAnswer, Notice};
use crate::store::{Result, StoreError, Tx, beat, providers, search};
use crate::tools::Finding;

/// Answers about memories in a row that may be of no use before a model rests from them.
const PATIENCE: i64 = 5;
/// How long it rests, in seconds.
const REST: i64 = 3_600;

/// The most tokens a second request may ask for: the most a bot may be given.
const TOKENS_MAX: u32 = 4_096;
/// Fewest words of a summary.
const SUMMARY_LEAST: usize = 10;

/// Runs one beat to its end. `None` when it was put off: the engine stopped or was paused while it
/// waited for its place, and nothing came of it.
///
/// # Errors
/// Database errors; 404 for an unknown bot.
pub(super) async fn beat(
    shared: &Arc<Shared>,
    claim: &mut Claim,
    mut beat: Beat,
) -> Result<Option<Finished>> {
    let mut held: Option<(Arc<Guard>, Place)> = None;
    loop {
        let (inner, job) = (Arc::clone(shared), beat.clone());
        let at = held.as_ref().map(|(guard, _)| guard.name().to_owned());
        let begun = shared
            .store
            .write(move |tx| {
                let mut room = inner.room();
                heartbeat::advance(&inner, &mut room, tx, &job, at.as_deref())
            })
            .await?;
        let guard = match (begun, held.take()) {
            (Begun::Over(finished), _) => return Ok(Some(finished)),
            (Begun::Thinking(ready), Some((_, place))) => {
                let interval = shared.interval_of(&ready.row.id, ready.row.pace_seconds);
                shared.pulse().note(interval, place.waited());
                return think(shared, claim, Arc::new(*ready), &beat, place).await.map(Some);
            }
            // Nobody thinks without a place: see `heartbeat::begin`.
            (Begun::Thinking(ready), None) => Arc::clone(&ready.guard),
            (Begun::Waits(guard), _) => guard,
        };
        let rank = if beat.forced { Rank::Person } else { Rank::Beat };
        let Some(place) = calls::place(shared, claim, &guard, rank).await else { return Ok(None) };
        if beat.heeds_pause && shared.live().engine != EngineState::Running {
            return Ok(None);
        }
        beat.at = shared.moment(beat.at);
        held = Some((guard, place));
    }
}

async fn think(
    shared: &Arc<Shared>,
    claim: &mut Claim,
    ready: Arc<Ready>,
    beat: &Beat,
    place: Place,
) -> Result<Finished> {
    let mut calls = Calls::new();
    let voice = Voice { guard: &ready.guard, tariff: &ready.tariff, place: &place };
    let question = Question {
        request: &ready.request,
        purpose: "think",
        reservation: ready.reservation,
        probe: beat.forced,
    };
    let completion = match ask(shared, &ready, voice, question, Some(claim), &mut calls).await? {
        Ok(completion) => completion,
        Err(why) => return give_up(shared, &ready, beat, why, calls).await,
    };
    let limit = ready.request.max_tokens;
    let fault = match attempt(shared, &ready, &completion, limit, None, &calls).await? {
        Ok((finished, choice)) => {
            drop(place); // whoever waits may go; what is left has a place of its own
            return settle_down(shared, claim, ready, finished, choice).await;
        }
        Err(fault) => fault,
    };
    let mended = match larger(&completion, limit) {
        None => None, // the same again would come to the same
        Some(max_tokens) => {
            let repair = Request {
                purpose: Purpose::Repair,
                prompt: prompt::repair_request(&ready.request.prompt, &completion.text, &fault, &ready.fence),
                seed: draw::seed(shared.seed, &ready.row.id, ready.row.beat, "repair"),
                max_tokens,
                ..ready.request.clone()
            };
            match reserve(shared, &ready, &ready.tariff, &repair, &calls).await? {
                Err(_) => None, // no budget left for a second try
                Ok(reservation) => {
                    let question =
                        Question { request: &repair, purpose: "repair", reservation, probe: false };
                    let second = ask(shared, &ready, voice, question, Some(claim), &mut calls).await?;
                    second.ok().map(|second| (second, max_tokens))
                }
            }
        }
    };
    let (fault, raw) = match mended {
        None => (fault, completion.text),
        Some((second, limit)) => {
            match attempt(shared, &ready, &second, limit, Some(Rung::Repaired), &calls).await? {
                Ok((finished, choice)) => {
                    drop(place);
                    return settle_down(shared, claim, ready, finished, choice).await;
                }
                Err(fault) => (fault, second.text),
            }
        }
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

/// The limit of a second request after an answer that could not be used; `None` where asking again is of
/// no use. One that ran out of tokens gets more: twice as many, four times where they went into reasoning.
fn larger(completion: &Completion, limit: u32) -> Option<u32> {
    if completion.finish != Finish::Length {
        return completion.finish.is_worth_asking_again().then_some(limit);
    }
    let factor = if completion.reasoned { 4 } else { 2 };
    let more = limit.saturating_mul(factor).min(TOKENS_MAX);
    (more > limit).then_some(more)
}

/// Reads an answer and applies it; the inner error names the fault for a repair.
async fn attempt(
    shared: &Arc<Shared>,
    ready: &Arc<Ready>,
    completion: &Completion,
    limit: u32,
    rung: Option<Rung>,
    calls: &Calls,
) -> Result<std::result::Result<(Finished, Choice), String>> {
    let text = &completion.text;
    let (action, read) = match answer::parse(text, completion.finish, &ready.scene.allowed) {
        Ok(read) => read,
        // Why it ended explains more than what is missing.
        Err(fault) => return Ok(Err(completion.trouble(limit, &ready.tariff.provider).unwrap_or(fault))),
    };
    let findings = match &action {
        Action::WebSearch { query, .. } => look_up(shared, query).await?,
        _ => Ok(Vec::new()),
    };
    let mut choice = Choice { action, rung: rung.unwrap_or(read), raw: text.clone(), findings };
    let (inner, ready, calls) = (Arc::clone(shared), Arc::clone(ready), calls.clone());
    let applied = shared
        .store
        .write(move |tx| {
            let mut room = inner.room();
            let finished = if beat::is_present(tx, &ready.row.id)? {
                heartbeat::act(&inner, &mut room, tx, &ready, &mut choice, &calls, true)?
            } else {
                heartbeat::gone(&inner, tx, &ready, &calls)? // it left while it was thinking
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
            if let Some(size) = error.context {
                let (provider, model) = (&ready.tariff.provider, &ready.tariff.model);
                providers::note_context(tx, provider, model, size)?;
                inner.live_mut().contexts.insert((provider.clone(), model.clone()), size);
            }
            // While it is left alone nothing new is learned: what it failed of stays the reason.
            let cause = match error.kind {
                FailureKind::Open => ready.guard.state().last_error,
                _ => None,
            };
            let trouble = Trouble {
                why: cause.as_deref().unwrap_or(&error.message),
                provider: &ready.tariff.provider,
                outage: error.kind.is_outage(),
                unreachable: error.kind == FailureKind::Connect,
            };
            let (at, _) = ready.moment(&inner);
            let beat = Beat { at, ..beat };
            heartbeat::failed(&inner, &mut room, tx, &beat, &ready.row, trouble, (tokens, cost))
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
            shared.store.write(move |tx| search::keep(tx, &backend, &key, &kept, (fresh_after, now))).await?;
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
    let at_hand = memory_voice(shared, &ready).is_some_and(|(_, tariff)| tariff.local);
    let extraction = match prompt::extraction_request(shared, &ready, &choice.action, at_hand) {
        Some(request) => extracted(shared, claim, &ready, request, &mut calls).await?,
        None => None, // nobody else said anything
    };
    let (inner, job, ready) = (Arc::clone(shared), choice, Arc::clone(&ready));
    let (remembering, first_calls) = (Arc::clone(&ready), calls.clone());
    let (mut due, used) = shared
        .store
        .write(move |tx| {
            let mut room = inner.room();
            heartbeat::remember(&inner, &mut room, tx, &remembering, activity_id, &job, extraction.as_ref())?;
            beat::mark_remembered(tx, activity_id)?;
            let used = heartbeat::add_calls(tx, &remembering.row.id, activity_id, &first_calls)?;
            let mind = room.mind(tx, &remembering.row.id)?;
            Ok((memory::due_batch(mind, &inner.settings, remembering.at), used))
        })
        .await?;
    finished.to_remember = false;
    finished.add(used);
    // A summary may be one too many and make an era, and that one another.
    for _ in 0..memory::ROUNDS {
        let Some(batch) = due else { break };
        let (next, used) = compress(shared, claim, &ready, activity_id, batch).await?;
        finished.add(used);
        due = next;
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

/// Asks for an extraction; `None` when there is no budget, no answer or none that can be read. A model that never
/// gives one rests from it for a while.
async fn extracted(
    shared: &Arc<Shared>,
    claim: &mut Claim,
    ready: &Arc<Ready>,
    request: Request,
    calls: &mut Calls,
) -> Result<Option<Extraction>> {
    let Some((_, tariff)) = memory_voice(shared, ready) else { return Ok(None) };
    let (provider, model) = (tariff.provider.clone(), tariff.model.clone());
    if let Some(until) = shared.store.read(move |c| providers::rests_until(c, &provider, &model)).await? {
        let now = shared.clock.now();
        if until > now && until <= now.plus_seconds(REST) {
            return Ok(None);
        }
    }
    let Some((said, _)) = from_model(shared, claim, ready, request, "extract", calls).await? else {
        return Ok(None);
    };
    let read = answer::extraction(&said.text);
    if let (None, Some((exchange, _))) = (&read, calls.last_mut()) {
        exchange.error = Some("no memories could be read in it; they are noted by rule".into());
    }
    let (inner, is_read) = (Arc::clone(shared), read.is_some());
    shared.store.write(move |tx| count_extraction(&inner, tx, &tariff, is_read)).await?;
    Ok(read)
}

/// Counts an answer about memories; after some in a row that could not be read the model rests.
fn count_extraction(shared: &Shared, tx: &Tx<'_>, tariff: &Tariff, is_read: bool) -> Result<()> {
    let (provider, model) = (tariff.provider.as_str(), tariff.model.as_str());
    let in_row = providers::count_extraction(tx, provider, model, is_read)?;
    if in_row >= PATIENCE {
        providers::rest(tx, provider, model, shared.clock.now().plus_seconds(REST))?;
        tracing::warn!(
            provider,
            model,
            "{in_row} answers about memories in a row could not be read: memories are noted by rule for an hour"
        );
    }
    Ok(())
}

/// Asks the provider for memories, at a place of its own; `None` where it may not be asked or has no answer.
/// The provider's name comes with it.
async fn from_model(
    shared: &Arc<Shared>,
    claim: &mut Claim,
    ready: &Arc<Ready>,
    request: Request,
    purpose: &str,
    calls: &mut Calls,
) -> Result<Option<(Completion, String)>> {
    let Some((guard, tariff)) = memory_voice(shared, ready) else { return Ok(None) };
    let request = Request { model: tariff.model.clone(), ..request };
    let Some(place) = calls::place(shared, claim, &guard, Rank::FollowUp).await else { return Ok(None) };
    if !may_go_on(shared, ready).await? {
        return Ok(None);
    }
    let Ok(reservation) = reserve(shared, ready, &tariff, &request, &Calls::new()).await? else {
        return Ok(None);
    };
    let voice = Voice { guard: &guard, tariff: &tariff, place: &place };
    let question = Question { request: &request, purpose, reservation, probe: false };
    let answer = ask(shared, ready, voice, question, Some(claim), calls).await?;
    Ok(answer.ok().map(|completion| (completion, tariff.provider)))
}

/// Whether nobody paused or removed the bot, or paused the room, since its beat began.
async fn may_go_on(shared: &Arc<Shared>, ready: &Arc<Ready>) -> Result<bool> {
    if ready.heeds_pause && shared.live().engine != EngineState::Running {
        return Ok(false);
    }
    let bot = ready.row.id.clone();
    shared.store.read(move |c| beat::is_awake(c, &bot)).await
}

/// Compresses a batch of memories into one, by the model or by rule; answers what is to be compressed next, and
/// what the call used.
async fn compress(
    shared: &Arc<Shared>,
    claim: &mut Claim,
    ready: &Arc<Ready>,
    activity_id: i64,
    batch: memory::Batch,
) -> Result<(Option<memory::Batch>, (i64, Money))> {
    let request = prompt::compression_request(shared, ready, &batch);
    let mut calls = Calls::new();
    let limit = request.max_tokens;
    let said = from_model(shared, claim, ready, request, "compress", &mut calls).await?;
    // The originals are let go for a sound summary only; else for one by rule.
    let summary = said.and_then(|(completion, provider)| {
        answer::sound(&completion, SUMMARY_LEAST, limit, &provider)
            .inspect_err(|why| tracing::warn!(bot = ready.row.id, "a summary cannot be used: {why}"))
            .ok()
    });
    let (inner, ready) = (Arc::clone(shared), Arc::clone(ready));
    shared
        .store
        .write(move |tx| {
            let mut room = inner.room();
            let mind = room.mind(tx, &ready.row.id)?;
            if memory::changed(mind, &batch) {
                // A person pinned, rewrote or deleted some of it meanwhile: the next beat looks again.
                return Ok((None, heartbeat::add_calls(tx, &ready.row.id, activity_id, &calls)?));
            }
            let summary = summary
                .unwrap_or_else(|| memory::summarise(&batch, &ready.scene.roster, |at| inner.clock.day(at)));
            let (at, day) = ready.moment(&inner);
            let from = memory::Source { bot: &ready.row.id, activity_id, at, day: &day, thread_id: None };
            memory::store_summary(tx, mind, &from, &batch, &summary)?;
            let next = memory::due_batch(mind, &inner.settings, ready.at);
            Ok((next, heartbeat::add_calls(tx, &ready.row.id, activity_id, &calls)?))
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
    let mut held: Option<(Arc<Guard>, Place)> = None;
    let (ready, place) = loop {
        let (inner, id, asked) = (Arc::clone(shared), bot.to_owned(), question.to_owned());
        let at = held.as_ref().map(|(guard, _)| guard.name().to_owned());
        let begun = shared
            .store
            .write(move |tx| {
                let mut room = inner.room();
                interview::begin(&inner, &mut room, tx, &id, &asked, at.as_deref())
            })
            .await?;
        let guard = match (begun, held.take()) {
            (interview::Begun::Capped(cap), _) => {
                return Err(Fault::new(FaultKind::TooMany, cap.sentence()));
            }
            (interview::Begun::Asking(ready), Some((_, place))) => break (Arc::new(*ready), place),
            (interview::Begun::Asking(ready), None) => Arc::clone(&ready.guard),
            (interview::Begun::Waits(guard), _) => guard,
        };
        let place = tokio::select! {
            place = guard.place(Rank::Person, |ahead| waits(shared, bot, ahead)) => place,
            () = shared.stop.cancelled() => return Err(Fault::unavailable("the engine is stopped")),
        };
        held = Some((guard, place));
    };
    let voice = Voice { guard: &ready.guard, tariff: &ready.tariff, place: &place };
    let question_asked = Question {
        request: &ready.request,
        purpose: "interview",
        reservation: ready.reservation,
        probe: true,
    };
    let mut calls = Calls::new();
    let mut limit = ready.request.max_tokens;
    let mut answer = ask(shared, &ready, voice, question_asked, None, &mut calls).await?;
    let cut = answer.as_ref().ok().filter(|said| said.finish == Finish::Length);
    if let Some(max_tokens) = cut.and_then(|said| larger(said, limit)) {
        let again = Request { max_tokens, ..ready.request.clone() };
        if let Ok(reservation) = reserve(shared, &ready, &ready.tariff, &again, &calls).await? {
            let question_asked = Question { request: &again, reservation, ..question_asked };
            limit = max_tokens;
            answer = ask(shared, &ready, voice, question_asked, None, &mut calls).await?;
        }
    }
    drop(place);
    let inner = Arc::clone(shared);
    let asked = question.to_owned();
    shared
        .store
        .write(move |tx| {
            let mut room = inner.room();
            match answer {
                Ok(said) => match said.trouble(limit, &ready.tariff.provider) {
                    None => {
                        // A refusal is shown, but nothing to remember.
                        let sound = answer::sound(&said, 1, limit, &ready.tariff.provider).is_ok();
                        let remember = remember && sound;
                        interview::end(&inner, &mut room, tx, &ready, &asked, &said.text, remember, &calls)
                            .map(Ok)
                    }
                    Some(why) => {
                        interview::lost(&inner, tx, &ready, &asked, &why, &calls)?;
                        Ok(Err(Fault::unavailable(why)))
                    }
                },
                Err(error) => {
                    let why = clean_line(&error.message, 500);
                    interview::lost(&inner, tx, &ready, &asked, &why, &calls)?;
                    Ok(Err(Fault::unavailable(why)))
                }
            }
        })
        .await?
}

/// Tells how many calls go before an interview.
fn waits(shared: &Shared, bot: &str, ahead: usize) {
    let notice =
        Notice::InterviewWaits { bot_id: bot.to_owned(), ahead: u32::try_from(ahead).unwrap_or(u32::MAX) };
    shared.bus.tell(shared.clock.now(), notice);
}
