//! The walk of a beat and of an interview through what they wait for: begun → asked → (asked again,
//! looked up) → acted → extracted → summed up → over.
//!
//! Each step is an input of its own; what is to be asked of the world next is its outcome ([`Step`]).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::answer::{self, Rung};
use super::budget::{self, Settlement, Tariff};
use super::draw;
use super::flight::{Acted, Call, Choice, Flight, Ready, Stage, answered, print_of};
use super::heartbeat::{self, Asking, Beat, Begin, Finished, Trouble};
use super::input::Apply;
use super::interview;
use super::memory;
use super::prompt;
use super::room::Room;
use super::shared::Shared;
use crate::domain::text::clean_line;
use crate::domain::{Action, Extraction, Money};
use crate::llm::{Attempt, Completion, Finish, ProviderError, Purpose, Request};
use crate::protocol::{EngineState, Exchange, Fault, InterviewAnswer};
use crate::store::{Result, StoreError, Tx, beat, books, journal, providers, search};
use crate::tools::Finding;

/// Answers about memories in a row that may be of no use before a model rests from them.
const PATIENCE: i64 = 5;
/// How long it rests, in seconds.
const REST: i64 = 3_600;
/// The most tokens a second request may ask for: the most a bot may be given.
const TOKENS_MAX: u32 = 4_096;
/// Fewest words of a summary.
const SUMMARY_LEAST: usize = 10;

/// What a step asks of the world.
pub(super) enum Step {
    /// Nothing: the beat is over.
    Over(Finished),
    /// Nothing: the interview is over.
    Told(std::result::Result<InterviewAnswer, Fault>),
    /// A place at this provider; then the input is made again with it, or [`Proceed`] where it waits already.
    Place { flight: Option<i64>, provider: String },
    /// To ask a model, at the place that is held.
    Ask(Arc<Flight>),
    /// To look something up.
    Look { flight: i64, query: String },
}

impl Step {
    fn left_a_trace(&self) -> bool {
        !matches!(self, Self::Place { flight: None, .. } | Self::Told(Err(_)))
    }
}

/// A beat begins: gates, a look around, the prompt, the reservation. Where the provider must be awaited and no
/// place is held there, only the gates.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Begun {
    pub(super) bot: String,
    /// Asked for by a person: runs even when there is nothing new.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) forced: bool,
    /// Whether it is put off when the room is paused while it waits.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) heeds_pause: bool,
    /// The provider a place is held at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<String>,
}

impl Apply for Begun {
    type Outcome = Step;

    fn left_a_trace(outcome: &Step) -> bool {
        outcome.left_a_trace()
    }

    fn apply(&self, shared: &Shared, room: &mut Room, tx: &mut Tx<'_>) -> Result<Step> {
        let beat =
            Beat { bot: self.bot.clone(), at: tx.now(), forced: self.forced, heeds_pause: self.heeds_pause };
        match heartbeat::advance(shared, room, tx, &beat, self.place.as_deref())? {
            Begin::Over(finished) => Ok(Step::Over(finished)),
            Begin::Waits(provider) => Ok(Step::Place { flight: None, provider }),
            Begin::Asking(asking) => {
                let Asking { ready, request, reservation } = *asking;
                // A bot is on one beat at a time: what was cut off in the middle is given up.
                for id in journal::flights(tx, Some(&self.bot))? {
                    cut_off(shared, room, tx, id)?;
                }
                let call =
                    Call { probe: self.forced, ..Call::new(request, ready.tariff.clone(), reservation) };
                ask(room, tx, new_flight(tx, ready, Stage::Think)?, call)
            }
        }
    }
}

/// A flight that takes its number from the entry that begins it.
pub(super) fn new_flight(tx: &Tx<'_>, ready: Ready, stage: Stage) -> Result<Flight> {
    Ok(Flight { id: journal::next(tx)?, ready: Arc::new(ready), stage, call: None, calls: Vec::new() })
}

/// Waits for the answer to a call.
pub(super) fn ask(room: &mut Room, tx: &Tx<'_>, flight: Flight, call: Call) -> Result<Step> {
    Ok(Step::Ask(Flight { call: Some(call), ..flight }.wait(room, tx)?))
}

/// A try is about to be sent. A further one after a try that was charged needs a reservation of its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Sent {
    pub(super) flight: i64,
    pub(super) attempt: u32,
}

impl Apply for Sent {
    /// Whether it may be sent.
    type Outcome = bool;

    fn apply(&self, shared: &Shared, room: &mut Room, tx: &mut Tx<'_>) -> Result<bool> {
        let mut flight = Flight::take(room, tx, self.flight)?;
        let ready = Arc::clone(&flight.ready);
        let Some(call) = &mut flight.call else { return Err(nothing_asked()) };
        let mut may = true;
        if self.attempt > 1 && call.reservation.is_none() && call.tariff.is_bound() {
            let lost: Vec<Settlement> = call.lost.iter().map(|(_, lost)| lost.clone()).collect();
            match reserve(shared, tx, &ready, &call.tariff, &call.request, &lost)? {
                Ok(next) => call.reservation = next,
                Err(_) => may = false, // no budget left for another try
            }
        }
        if may && let Some(id) = call.reservation {
            books::mark_sent(tx, id, true)?;
        }
        flight.wait(room, tx)?;
        Ok(may)
    }
}

/// A try failed; it may have been charged.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Failed {
    pub(super) flight: i64,
    pub(super) attempt: Attempt,
}

impl Apply for Failed {
    type Outcome = ();

    fn apply(&self, _: &Shared, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        let mut flight = Flight::take(room, tx, self.flight)?;
        let day = flight.ready.day.clone();
        let Some(call) = &mut flight.call else { return Err(nothing_asked()) };
        let attempt = &self.attempt;
        let told = failure(call, attempt.error.as_deref(), Some(attempt));
        // Tries of which nothing came back are charged once, however many there were.
        let nothing = attempt.usage.is_none() && attempt.received == 0;
        if attempt.maybe_charged && !(nothing && call.nothing_came) {
            call.nothing_came |= nothing;
            let spent = call.reservation.take();
            let settlement = call.settlement(&day, spent, attempt.usage, true, Some(attempt.received));
            call.lost.push((told, settlement));
        } else {
            let unused = call.settlement(&day, None, None, false, None);
            call.lost.push((told, unused));
            if let Some(id) = call.reservation {
                books::mark_sent(tx, id, false)?;
            }
        }
        flight.wait(room, tx).map(drop)
    }
}

fn nothing_asked() -> StoreError {
    Fault::conflict("nothing is asked there any more").into()
}

fn failure(call: &Call, error: Option<&str>, attempt: Option<&Attempt>) -> Exchange {
    let usage = attempt.and_then(|attempt| attempt.usage);
    Exchange {
        purpose: call.purpose.clone(),
        provider: call.tariff.provider.clone(),
        model: call.tariff.model.clone(),
        request: String::new(),
        answer: String::new(),
        usage: usage.unwrap_or_default(),
        reported: usage.is_some(),
        latency_ms: attempt.map_or(0, |attempt| millis(attempt.latency)),
        waited_ms: 0,
        cost_usd: Money::ZERO,
        error: error.map(|error| clean_line(error, 500)),
    }
}

fn millis(time: std::time::Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// What came of a call: an answer, or the last failure.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Answered {
    pub(super) flight: i64,
    /// The print of what was asked (see [`super::flight::print_of`]).
    pub(super) asked: u64,
    /// How long it waited for its place, in milliseconds.
    pub(super) waited_ms: i64,
    /// Of a provider that is left alone: what it failed of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cause: Option<String>,
    pub(super) result: std::result::Result<Completion, ProviderError>,
}

impl Apply for Answered {
    type Outcome = Step;

    fn apply(&self, shared: &Shared, room: &mut Room, tx: &mut Tx<'_>) -> Result<Step> {
        let mut flight = Flight::take(room, tx, self.flight)?;
        let Some(mut call) = flight.call.take() else { return Err(nothing_asked()) };
        if print_of(&call.request, &flight.ready.fence) != self.asked {
            return Err(Fault::conflict("the answer belongs to another question").into());
        }
        let mut made = std::mem::take(&mut call.lost);
        let day = &flight.ready.day;
        match &self.result {
            Ok(completion) => {
                let settlement = call.settlement(day, call.reservation, completion.usage, true, None);
                made.push((answered(&call, completion, &settlement), settlement));
            }
            Err(error) => {
                // What is still reserved was not used.
                let unused = call.settlement(day, call.reservation, None, false, None);
                match made.last_mut() {
                    Some((_, last)) if unused.reservation.is_some() => last.reservation = unused.reservation,
                    Some(_) => {}
                    None => made.push((failure(&call, Some(&error.message), None), unused)),
                }
            }
        }
        made.iter_mut().take(1).for_each(|(exchange, _)| exchange.waited_ms = self.waited_ms);
        flight.calls.extend(made);
        let walk = &mut Walk { shared, room, tx };
        match (&flight.stage, &self.result) {
            (Stage::Think, Ok(said)) => walk.read(flight, &call, said, None),
            (Stage::Repair { .. }, Ok(said)) => walk.read(flight, &call, said, Some(Rung::Repaired)),
            (Stage::Think, Err(error)) => walk.failed(&flight, error, self.cause.as_deref()),
            (Stage::Repair { fault, raw }, Err(_)) => walk.refuse(&flight, &fault.clone(), &raw.clone()),
            (Stage::Extract { .. }, result) => walk.extracted(flight, &call, result.as_ref().ok()),
            (Stage::Compress { .. }, result) => walk.summed_up(flight, &call, result.as_ref().ok()),
            (Stage::Interview { .. }, result) => walk.told(flight, &call, result),
            (Stage::Find { .. }, _) => Err(nothing_asked()),
        }
    }
}

/// What a look-up found, or why it failed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Found {
    pub(super) flight: i64,
    pub(super) findings: std::result::Result<Vec<Finding>, String>,
}

impl Apply for Found {
    type Outcome = Step;

    fn apply(&self, shared: &Shared, room: &mut Room, tx: &mut Tx<'_>) -> Result<Step> {
        let flight = Flight::take(room, tx, self.flight)?;
        let Stage::Find { query, choice } = &flight.stage else { return Err(nothing_asked()) };
        if let Ok(found) = &self.findings {
            let (fresh_after, now) = (shared.searches_after(tx.now()), tx.now());
            search::keep(
                tx,
                shared.settings.search.name(),
                &query.to_lowercase(),
                found,
                (fresh_after, now),
            )?;
        }
        let choice = Choice { findings: self.findings.clone(), ..choice.clone() };
        let walk = &mut Walk { shared, room, tx };
        match walk.act(flight, choice)? {
            Ok(step) => Ok(step),
            Err((flight, fault, raw)) => walk.refuse(&flight, &fault, &raw),
        }
    }
}

/// A place is held for a call after the act; without one the rules do what a model would have done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Proceed {
    pub(super) flight: i64,
    pub(super) has_place: bool,
}

impl Apply for Proceed {
    type Outcome = Step;

    fn apply(&self, shared: &Shared, room: &mut Room, tx: &mut Tx<'_>) -> Result<Step> {
        let flight = Flight::take(room, tx, self.flight)?;
        let walk = &mut Walk { shared, room, tx };
        let request = match &flight.stage {
            Stage::Extract { request, .. } => request.clone(),
            Stage::Compress { batch, .. } => prompt::compression_request(shared, &flight.ready, batch),
            _ => return Err(nothing_asked()),
        };
        if self.has_place
            && let Some(call) = walk.may_call(&flight.ready, request)?
        {
            return ask(walk.room, walk.tx, flight, call);
        }
        if let Stage::Extract { acted, .. } = flight.stage {
            return walk.remembered(flight.id, &flight.ready, acted, &flight.calls, None);
        }
        walk.compressed(flight, None)
    }
}

/// Reserves a call, or says which cap forbids it. Of calls made `before` it the caps count what they used.
fn reserve(
    shared: &Shared,
    tx: &Tx<'_>,
    ready: &Ready,
    tariff: &Tariff,
    request: &Request,
    before: &[Settlement],
) -> Result<std::result::Result<Option<i64>, budget::Cap>> {
    for settlement in before {
        if let (Some(id), Some(usage)) = (settlement.reservation, settlement.usage) {
            books::narrow(tx, id, usage, settlement.tariff.price.cost(usage))?;
        }
    }
    budget::admit(tx, &shared.settings, &ready.row, tariff, request, &ready.day, tx.now())
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

/// One step with what it works on.
struct Walk<'a, 't> {
    shared: &'a Shared,
    room: &'a mut Room,
    tx: &'a mut Tx<'t>,
}

/// An act that could not be done: the beat, what was wrong and what had been said.
type Undone = (Flight, String, String);

impl Walk<'_, '_> {
    /// Reads what was said and does it; asks once for a repair, else notes the refusal.
    fn read(&mut self, flight: Flight, call: &Call, said: &Completion, rung: Option<Rung>) -> Result<Step> {
        let (ready, limit) = (Arc::clone(&flight.ready), call.request.max_tokens);
        let undone = match answer::parse(&said.text, said.finish, &ready.scene.allowed) {
            Ok((action, read)) => {
                let choice = Choice {
                    action,
                    rung: rung.unwrap_or(read),
                    raw: said.text.clone(),
                    findings: Ok(Vec::new()),
                };
                match self.look_or_act(flight, choice)? {
                    Ok(step) => return Ok(step),
                    Err(undone) => undone,
                }
            }
            // Why it ended explains more than what is missing.
            Err(fault) => {
                let fault = said.trouble(limit, &ready.tariff.provider).unwrap_or(fault);
                (flight, fault, said.text.clone())
            }
        };
        let (flight, fault, raw) = undone;
        let again = if rung.is_some() { None } else { larger(said, limit) };
        let Some(max_tokens) = again else { return self.refuse(&flight, &fault, &raw) };
        let repair = Request {
            purpose: Purpose::Repair,
            prompt: prompt::repair_request(&call.request.prompt, &said.text, &fault, &ready.fence),
            seed: draw::seed(self.shared.seed, &ready.row.id, ready.row.beat, "repair"),
            max_tokens,
            ..call.request.clone()
        };
        let before: Vec<Settlement> = flight.calls.iter().map(|(_, made)| made.clone()).collect();
        match reserve(self.shared, self.tx, &ready, &ready.tariff, &repair, &before)? {
            Err(_) => self.refuse(&flight, &fault, &raw), // no budget left for a second try
            Ok(reservation) => {
                let stage = Stage::Repair { fault, raw };
                let call = Call::new(repair, ready.tariff.clone(), reservation);
                ask(self.room, self.tx, Flight { stage, ..flight }, call)
            }
        }
    }

    /// Looks up what is to be looked up, from the cache while it is fresh; everything else is done at once.
    fn look_or_act(
        &mut self,
        flight: Flight,
        mut choice: Choice,
    ) -> Result<std::result::Result<Step, Undone>> {
        if let Action::WebSearch { query, .. } = &choice.action {
            let fresh_after = self.shared.searches_after(self.tx.now());
            let backend = self.shared.settings.search.name();
            match search::cached(self.tx, backend, &query.to_lowercase(), fresh_after)? {
                Some(found) => choice.findings = Ok(found),
                None => {
                    let query = query.clone();
                    let step = Step::Look { flight: flight.id, query: query.clone() };
                    Flight { stage: Stage::Find { query, choice }, ..flight }.wait(self.room, self.tx)?;
                    return Ok(Ok(step));
                }
            }
        }
        self.act(flight, choice)
    }

    /// Does what was chosen and goes on to what is remembered of it.
    fn act(&mut self, flight: Flight, mut choice: Choice) -> Result<std::result::Result<Step, Undone>> {
        let ready = Arc::clone(&flight.ready);
        if !beat::is_present(self.tx, &ready.row.id)? {
            // It left while it was thinking.
            let finished = heartbeat::gone(self.shared, self.tx, &ready, &flight.calls)?;
            Flight::land(self.room, self.tx, flight.id)?;
            return Ok(Ok(Step::Over(finished)));
        }
        // Without a savepoint of its own: an act that is refused has written nothing (see `store::acts`).
        let done = heartbeat::act(self.shared, self.room, self.tx, &ready, &mut choice, &flight.calls, true);
        let finished = match done {
            Ok(finished) => finished,
            Err(StoreError::Refused(fault)) => {
                self.room.forget_mind(&ready.row.id);
                return Ok(Err((flight, fault.detail, choice.raw)));
            }
            Err(other) => return Err(other),
        };
        self.settle_down(Flight { calls: Vec::new(), ..flight }, choice, finished).map(Ok)
    }

    /// An answer that could not be used.
    fn refuse(&mut self, flight: &Flight, fault: &str, raw: &str) -> Result<Step> {
        let ready = &flight.ready;
        let finished = heartbeat::refuse(self.shared, self.room, self.tx, ready, fault, raw, &flight.calls)?;
        Flight::land(self.room, self.tx, flight.id)?;
        Ok(Step::Over(finished))
    }

    /// The provider gave no answer: what was spent is charged, and the bot is failing.
    fn failed(&mut self, flight: &Flight, error: &ProviderError, cause: Option<&str>) -> Result<Step> {
        let ready = &flight.ready;
        let (tokens, cost, _) = heartbeat::settle_all(self.tx, &ready.row.id, &flight.calls)?;
        if let Some(size) = error.context {
            let (provider, model) = (&ready.tariff.provider, &ready.tariff.model);
            providers::note_context(self.tx, provider, model, size)?;
            self.room.will_relearn();
            self.shared.live_mut().contexts.insert((provider.clone(), model.clone()), size);
        }
        let trouble = Trouble {
            why: cause.unwrap_or(&error.message),
            provider: &ready.tariff.provider,
            outage: error.kind.is_outage(),
            unreachable: error.kind == crate::llm::FailureKind::Connect,
        };
        let (at, _) = ready.moment(self.shared, self.tx);
        let beat = Beat { bot: ready.row.id.clone(), at, forced: false, heeds_pause: ready.heeds_pause };
        let used = (tokens, cost);
        let finished = heartbeat::failed(self.shared, self.room, self.tx, &beat, &ready.row, trouble, used)?;
        Flight::land(self.room, self.tx, flight.id)?;
        Ok(Step::Over(finished))
    }

    /// Asks for an extraction where there is something to extract and somebody to ask; else the rules make one.
    fn settle_down(&mut self, flight: Flight, choice: Choice, finished: Finished) -> Result<Step> {
        let Some(activity_id) = finished.result.activity_id else {
            Flight::land(self.room, self.tx, flight.id)?;
            return Ok(Step::Over(finished));
        };
        let ready = &flight.ready;
        let voice = memory_voice(self.shared, ready);
        let at_hand = voice.as_ref().is_some_and(|tariff| tariff.local);
        // Where nobody else said anything there is nothing to ask.
        let request = prompt::extraction_request(self.shared, ready, &choice.action, at_hand);
        let acted = Acted { choice, activity_id, finished };
        match (voice, request) {
            (Some(tariff), Some(request)) if !self.rests(&tariff)? => {
                self.place(Flight { stage: Stage::Extract { request, acted }, ..flight }, tariff.provider)
            }
            _ => self.remembered(flight.id, &flight.ready, acted, &[], None),
        }
    }

    fn place(&mut self, flight: Flight, provider: String) -> Result<Step> {
        let flight = flight.wait(self.room, self.tx)?;
        Ok(Step::Place { flight: Some(flight.id), provider })
    }

    /// Whether a model rests from memories that nobody could read.
    fn rests(&self, tariff: &Tariff) -> Result<bool> {
        let now = self.tx.now();
        let until = providers::rests_until(self.tx, &tariff.provider, &tariff.model)?;
        Ok(until.is_some_and(|until| until > now && until <= now.plus_seconds(REST)))
    }

    /// A call after the act, reserved; `None` where it may not be made: the room or the bot was paused, the bot
    /// left, a cap forbids it.
    fn may_call(&mut self, ready: &Ready, request: Request) -> Result<Option<Call>> {
        let Some(tariff) = memory_voice(self.shared, ready) else { return Ok(None) };
        if ready.heeds_pause && beat::meta(self.tx, "paused")?.as_deref() == Some("true") {
            return Ok(None);
        }
        if !beat::is_awake(self.tx, &ready.row.id)? {
            return Ok(None);
        }
        let request = Request { model: tariff.model.clone(), ..request };
        let reservation = reserve(self.shared, self.tx, ready, &tariff, &request, &[])?;
        Ok(reservation.ok().map(|reservation| Call::new(request, tariff, reservation)))
    }

    /// Reads an extraction, and counts how often that is possible.
    fn extracted(&mut self, mut flight: Flight, call: &Call, said: Option<&Completion>) -> Result<Step> {
        let Stage::Extract { acted, .. } = flight.stage else { return Err(nothing_asked()) };
        let (id, ready) = (flight.id, &flight.ready);
        let Some(said) = said else { return self.remembered(id, ready, acted, &flight.calls, None) };
        let read = answer::extraction(&said.text);
        if let (None, Some((exchange, _))) = (&read, flight.calls.last_mut()) {
            exchange.error = Some("no memories could be read in it; they are noted by rule".into());
        }
        let (provider, model) = (call.tariff.provider.as_str(), call.tariff.model.as_str());
        let in_row = providers::count_extraction(self.tx, provider, model, read.is_some())?;
        if in_row >= PATIENCE {
            providers::rest(self.tx, provider, model, self.tx.now().plus_seconds(REST))?;
            tracing::warn!(
                provider,
                model,
                "{in_row} answers about memories in a row could not be read: memories are noted by rule for an hour"
            );
        }
        self.remembered(id, ready, acted, &flight.calls, read.as_ref())
    }

    /// Step 6: stores what the act leaves in memory, and sums up what grew too much.
    fn remembered(
        &mut self,
        id: i64,
        ready: &Arc<Ready>,
        acted: Acted,
        calls: &[(Exchange, Settlement)],
        extraction: Option<&Extraction>,
    ) -> Result<Step> {
        let Acted { choice, activity_id, mut finished } = acted;
        heartbeat::remember(self.shared, self.room, self.tx, ready, activity_id, &choice, extraction)?;
        beat::mark_remembered(self.tx, activity_id)?;
        finished.add(heartbeat::add_calls(self.tx, &ready.row.id, activity_id, calls)?);
        finished.to_remember = false;
        let mind = self.room.mind(self.tx, &ready.row.id)?;
        let due = memory::due_batch(mind, &self.shared.settings, ready.at);
        self.sum_up(id, Arc::clone(ready), due, memory::ROUNDS, activity_id, finished)
    }

    /// Asks for a summary of what is due, for so many more rounds; a summary may be one too many and make an era.
    fn sum_up(
        &mut self,
        id: i64,
        ready: Arc<Ready>,
        due: Option<memory::Batch>,
        rounds: usize,
        activity_id: i64,
        finished: Finished,
    ) -> Result<Step> {
        let Some(batch) = due.filter(|_| rounds > 0) else {
            Flight::land(self.room, self.tx, id)?;
            return Ok(Step::Over(finished));
        };
        let provider = memory_voice(self.shared, &ready).map(|tariff| tariff.provider);
        let stage = Stage::Compress { batch, rounds, activity_id, finished };
        let flight = Flight { id, ready, stage, call: None, calls: Vec::new() };
        match provider {
            Some(provider) => self.place(flight, provider),
            None => self.compressed(flight, None),
        }
    }

    fn summed_up(&mut self, flight: Flight, call: &Call, said: Option<&Completion>) -> Result<Step> {
        // The originals are let go for a sound summary only; else for one by rule.
        let summary = said.and_then(|said| {
            answer::sound(said, SUMMARY_LEAST, call.request.max_tokens, &call.tariff.provider)
                .inspect_err(|why| {
                    tracing::warn!(bot = flight.ready.row.id, "a summary cannot be used: {why}")
                })
                .ok()
        });
        self.compressed(flight, summary)
    }

    /// Puts a summary in the place of what it sums up, one by rule where there is none.
    fn compressed(&mut self, flight: Flight, summary: Option<String>) -> Result<Step> {
        let ready = Arc::clone(&flight.ready);
        let Flight { id, calls, stage, .. } = flight;
        let Stage::Compress { batch, rounds, activity_id, mut finished } = stage else {
            return Err(nothing_asked());
        };
        let (at, day) = ready.moment(self.shared, self.tx);
        let mind = self.room.mind(self.tx, &ready.row.id)?;
        let mut due = None;
        // What a person pinned, rewrote or deleted meanwhile is left: the next beat looks again.
        if !memory::changed(mind, &batch) {
            let summary = summary.unwrap_or_else(|| {
                memory::summarise(&batch, &ready.scene.roster, |at| self.shared.clock.day(at))
            });
            let from = memory::Source { bot: &ready.row.id, activity_id, at, day: &day, thread_id: None };
            memory::store_summary(self.tx, mind, &from, &batch, &summary)?;
            due = memory::due_batch(mind, &self.shared.settings, ready.at);
        }
        finished.add(heartbeat::add_calls(self.tx, &ready.row.id, activity_id, &calls)?);
        self.sum_up(id, ready, due, rounds - 1, activity_id, finished)
    }

    /// What an interview came to; an answer that was cut is asked for once more, with more room.
    fn told(
        &mut self,
        flight: Flight,
        call: &Call,
        result: &std::result::Result<Completion, ProviderError>,
    ) -> Result<Step> {
        let ready = Arc::clone(&flight.ready);
        let limit = call.request.max_tokens;
        let Stage::Interview { question, remember, again } = flight.stage.clone() else {
            return Err(nothing_asked());
        };
        let cut = result.as_ref().ok().filter(|said| said.finish == Finish::Length && !again);
        if let Some(max_tokens) = cut.and_then(|said| larger(said, limit)) {
            let longer = Request { max_tokens, ..call.request.clone() };
            let before: Vec<Settlement> = flight.calls.iter().map(|(_, made)| made.clone()).collect();
            if let Ok(reservation) = reserve(self.shared, self.tx, &ready, &ready.tariff, &longer, &before)? {
                let stage = Stage::Interview { question, remember, again: true };
                let call = Call { probe: true, ..Call::new(longer, ready.tariff.clone(), reservation) };
                return ask(self.room, self.tx, Flight { stage, ..flight }, call);
            }
        }
        Flight::land(self.room, self.tx, flight.id)?;
        let asked = interview::Interviewed { question: &question, remember, limit };
        interview::end(self.shared, self.room, self.tx, &ready, &asked, result, &flight.calls).map(Step::Told)
    }
}

/// The provider and model for extraction and compression.
fn memory_voice(shared: &Shared, ready: &Ready) -> Option<Tariff> {
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
    Some(Tariff::of(&shared.settings, &provider, &model))
}

/// What waited is given up, and nothing of it is charged.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Abandoned {
    pub(super) flight: i64,
}

impl Apply for Abandoned {
    type Outcome = ();

    fn apply(&self, shared: &Shared, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        abandon(shared, room, tx, self.flight)
    }
}

/// Gives up what waits under `id`; nothing of it is charged, an act that is done is remembered by rule.
///
/// # Errors
/// Database errors; 409 when nothing waits there.
pub(super) fn abandon(shared: &Shared, room: &mut Room, tx: &mut Tx<'_>, id: i64) -> Result<()> {
    let flight = Flight::take(room, tx, id)?;
    flight.reservations().into_iter().try_for_each(|id| books::release(tx, id))?;
    end_early(shared, room, tx, &flight)
}

/// What was cut off in the middle, by the engine's end or by a fault: calls that were sent are charged
/// what was reserved for them, an act that is done is remembered by rule.
///
/// # Errors
/// Database errors.
pub(super) fn cut_off(shared: &Shared, room: &mut Room, tx: &mut Tx<'_>, id: i64) -> Result<()> {
    let flight = Flight::take(room, tx, id)?;
    let at = tx.now();
    budget::lose(tx, &flight.ready.row.id, &flight.reservations(), at, &shared.clock.day(at))?;
    end_early(shared, room, tx, &flight)
}

fn end_early(shared: &Shared, room: &mut Room, tx: &mut Tx<'_>, flight: &Flight) -> Result<()> {
    Flight::land(room, tx, flight.id)?;
    let bot = flight.ready.row.id.as_str();
    if let Stage::Extract { acted: Acted { choice, activity_id, .. }, .. } = &flight.stage {
        if beat::is_present(tx, bot)? {
            heartbeat::remember(shared, room, tx, &flight.ready, *activity_id, choice, None)?;
        }
        beat::mark_remembered(tx, *activity_id)?;
    }
    Ok(())
}

impl Shared {
    /// What was found after this moment is still kept at `now`.
    fn searches_after(&self, now: crate::domain::Stamp) -> crate::domain::Stamp {
        now.plus_seconds(-self.settings.search_cache_seconds)
    }

    /// Whether beats are held up by a pause.
    pub(super) fn is_paused(&self) -> bool {
        self.live().engine != EngineState::Running
    }
}
