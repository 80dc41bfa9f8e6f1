//! What an answer leads to: it is read and done, asked again, remembered, summed up, told.

use std::sync::Arc;

use super::step::{Step, ask, nothing_asked};
use crate::domain::status::Cap;
use crate::domain::{Action, Extraction, Rung};
use crate::llm::{Completion, Finish, ProviderError, Purpose, Request};
use crate::protocol::Exchange;
use crate::society::Society;
use crate::society::answer;
use crate::society::budget::{self, Payer, Settlement, Tariff};
use crate::society::draw;
use crate::society::flight::{Acted, Call, Choice, Flight, Ready, Stage};
use crate::society::heartbeat::{self, Beat, Finished};
use crate::society::interview;
use crate::society::memory;
use crate::society::outage::Trouble;
use crate::society::prompt;
use crate::society::work::Work;
use crate::store::{Result, StoreError, Tx, activities, books, bot_row, meta, providers, search};

/// Answers about memories in a row that may be of no use before a model rests from them.
const PATIENCE: i64 = 5;
/// How long it rests, in seconds.
const REST: i64 = 3_600;
/// The most tokens a second request may ask for: the most a bot may be given.
const TOKENS_MAX: u32 = 4_096;
/// Fewest words of a summary.
const SUMMARY_LEAST: usize = 10;

/// Reserves a call, or says which cap forbids it. Of calls made `before` it the caps count what they used.
pub(super) fn reserve(
    society: &Society,
    tx: &Tx<'_>,
    ready: &Ready,
    tariff: &Tariff,
    request: &Request,
    before: &[Settlement],
) -> Result<std::result::Result<Option<i64>, Cap>> {
    for settlement in before {
        if let (Some(id), Some(usage)) = (settlement.reservation, settlement.usage) {
            books::narrow(tx, id, usage, settlement.tariff.price.cost(usage))?;
        }
    }
    let payer = Payer::bot(&society.frame, &ready.row, tariff);
    budget::reserve(tx, &payer, tariff, request, &ready.day, tx.now())
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

/// An act that could not be done: the beat, what was wrong and what had been said.
pub(super) type Undone = (Flight, String, String);

impl Work<'_, '_> {
    /// Reads what was said and does it; asks once for a repair, else notes the refusal.
    pub(super) fn read(
        &mut self,
        flight: Flight,
        call: &Call,
        said: &Completion,
        rung: Option<Rung>,
    ) -> Result<Step> {
        let (ready, limit) = (Arc::clone(&flight.ready), call.request.max_tokens);
        let undone = match answer::parse(&said.text, said.finish, &ready.scene.allowed) {
            Ok((action, read, noted)) => {
                let choice = Choice {
                    action,
                    rung: rung.unwrap_or(read),
                    raw: said.text.clone(),
                    findings: Ok(Vec::new()),
                    noted,
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
            seed: draw::seed(self.society.seed, &ready.row.id, ready.row.beat, "repair"),
            max_tokens,
            ..call.request.clone()
        };
        let before: Vec<Settlement> = flight.calls.iter().map(|(_, made)| made.clone()).collect();
        match reserve(self.society, self.tx, &ready, &ready.tariff, &repair, &before)? {
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
            let fresh_after = self.society.searches_after(self.tx.now());
            let backend = &self.society.frame.search;
            match search::cached(self.tx, backend, &query.to_lowercase(), fresh_after)? {
                Some(found) => choice.findings = Ok(found),
                None => {
                    let query = query.clone();
                    let step = Step::Look { flight: flight.id, query: query.clone() };
                    Flight { stage: Stage::Find { query, choice: Box::new(choice) }, ..flight }
                        .wait(self.room, self.tx)?;
                    return Ok(Ok(step));
                }
            }
        }
        self.act(flight, choice)
    }

    /// Does what was chosen and goes on to what is remembered of it.
    pub(super) fn act(
        &mut self,
        flight: Flight,
        mut choice: Choice,
    ) -> Result<std::result::Result<Step, Undone>> {
        let ready = Arc::clone(&flight.ready);
        if !bot_row::is_present(self.tx, &ready.row.id)? {
            // It left while it was thinking.
            let finished = heartbeat::gone(self.society, self.tx, &ready, &flight.calls)?;
            Flight::land(self.room, self.tx, flight.id)?;
            return Ok(Ok(Step::Over(finished)));
        }
        // Without a savepoint of its own: an act that is refused has written nothing (see `store::posts`).
        let done = heartbeat::act(self, &ready, &mut choice, &flight.calls, true);
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
    pub(super) fn refuse(&mut self, flight: &Flight, fault: &str, raw: &str) -> Result<Step> {
        let ready = &flight.ready;
        let finished = heartbeat::refuse(self, ready, fault, raw, &flight.calls)?;
        Flight::land(self.room, self.tx, flight.id)?;
        Ok(Step::Over(finished))
    }

    /// The provider gave no answer: what was spent is charged, and the bot is failing.
    pub(super) fn failed(
        &mut self,
        flight: &Flight,
        error: &ProviderError,
        cause: Option<&str>,
    ) -> Result<Step> {
        let ready = &flight.ready;
        let (tokens, cost, _) = heartbeat::settle_all(self.tx, &ready.row.id, &flight.calls)?;
        if let Some(size) = error.context {
            let (provider, model) = (&ready.tariff.provider, &ready.tariff.model);
            providers::note_context(self.tx, provider, model, size)?;
            self.room.will_relearn();
            self.society.settings_mut().contexts.insert((provider.clone(), model.clone()), size);
        }
        let trouble = Trouble {
            why: cause.unwrap_or(&error.message),
            provider: &ready.tariff.provider,
            outage: error.kind.is_outage(),
            unreachable: error.kind == crate::llm::FailureKind::Connect,
        };
        let (at, _) = ready.moment(self.society, self.tx);
        let beat = Beat { bot: ready.row.id.clone(), at, forced: false, heeds_pause: ready.heeds_pause };
        let used = (tokens, cost);
        let finished = heartbeat::failed(self, &beat, &ready.row, trouble, used)?;
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
        if let Some(noted) = choice.noted.as_ref().filter(|_| self.was_asked_for_memory(ready)) {
            // What was noted beside the act needs no request; what was not is noted by rule.
            let noted = (!noted.is_empty()).then(|| noted.clone());
            let tariff = &ready.tariff;
            if noted.is_some() && tariff.is_bound() {
                providers::count_extraction(self.tx, &tariff.provider, &tariff.model, true)?;
            }
            let acted = Acted { choice, activity_id, finished };
            return self.remembered(flight.id, &flight.ready, acted, &[], noted.as_ref());
        }
        let voice = memory_voice(self.society, ready);
        let at_hand = voice.as_ref().is_some_and(|tariff| tariff.local);
        // Where nobody else said anything there is nothing to ask.
        let request = prompt::extraction_request(self.society, ready, &choice.action, at_hand);
        let acted = Acted { choice, activity_id, finished };
        match (voice, request) {
            (Some(tariff), Some(request)) if !self.rests(&tariff)? => {
                let stage = Stage::Extract { request: Box::new(request), acted: Box::new(acted) };
                self.place(Flight { stage, ..flight }, tariff.provider)
            }
            _ => self.remembered(flight.id, &flight.ready, acted, &[], None),
        }
    }

    /// Whether the prompt of a beat asked for what is to be remembered: what a model notes unasked is not its to note.
    fn was_asked_for_memory(&self, ready: &Ready) -> bool {
        prompt::asks_for_memory(&self.society.frame_for(&ready.tariff, ready.config.model.max_tokens))
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
    pub(super) fn may_call(&mut self, ready: &Ready, request: Request) -> Result<Option<Call>> {
        let Some(tariff) = memory_voice(self.society, ready) else { return Ok(None) };
        if ready.heeds_pause && meta::get(self.tx, "paused")?.as_deref() == Some("true") {
            return Ok(None);
        }
        if !bot_row::is_awake(self.tx, &ready.row.id)? {
            return Ok(None);
        }
        let request = Request { model: tariff.model.clone(), ..request };
        let reservation = reserve(self.society, self.tx, ready, &tariff, &request, &[])?;
        Ok(reservation.ok().map(|reservation| Call::new(request, tariff, reservation)))
    }

    /// Reads an extraction, and counts how often that is possible.
    pub(super) fn extracted(
        &mut self,
        mut flight: Flight,
        call: &Call,
        said: Option<&Completion>,
    ) -> Result<Step> {
        let Stage::Extract { acted, .. } = flight.stage else { return Err(nothing_asked()) };
        let acted = *acted;
        let (id, ready) = (flight.id, &flight.ready);
        let Some(said) = said else { return self.remembered(id, ready, acted, &flight.calls, None) };
        let read = answer::extraction(&said.text);
        if let (None, Some((exchange, _))) = (&read, flight.calls.last_mut()) {
            let trouble = said.trouble(call.request.max_tokens, &call.tariff.provider);
            let why = trouble.unwrap_or_else(|| "no memories could be read in it".into());
            exchange.error = Some(why + "; they are noted by rule");
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
    pub(super) fn remembered(
        &mut self,
        id: i64,
        ready: &Arc<Ready>,
        acted: Acted,
        calls: &[(Exchange, Settlement)],
        extraction: Option<&Extraction>,
    ) -> Result<Step> {
        let Acted { choice, activity_id, mut finished } = acted;
        heartbeat::remember(self, ready, activity_id, &choice, extraction)?;
        activities::mark_remembered(self.tx, activity_id)?;
        finished.add(heartbeat::add_calls(self.tx, &ready.row.id, activity_id, calls)?);
        finished.to_remember = false;
        let mind = self.room.mind(self.tx, &ready.row.id)?;
        let due = memory::due_batch(mind, &self.society.frame, ready.at);
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
        let provider = memory_voice(self.society, &ready).map(|tariff| tariff.provider);
        let stage = Stage::Compress { batch, rounds, activity_id, finished: Box::new(finished) };
        let flight = Flight { id, ready, stage, call: None, calls: Vec::new() };
        match provider {
            Some(provider) => self.place(flight, provider),
            None => self.compressed(flight, None),
        }
    }

    pub(super) fn summed_up(
        &mut self,
        mut flight: Flight,
        call: &Call,
        said: Option<&Completion>,
    ) -> Result<Step> {
        let Some(said) = said else { return self.compressed(flight, None) };
        // The originals are let go for a sound summary only; else for one by rule.
        let read = answer::sound(said, SUMMARY_LEAST, call.request.max_tokens, &call.tariff.provider);
        if let (Err(why), Some((exchange, _))) = (&read, flight.calls.last_mut()) {
            tracing::warn!(bot = flight.ready.row.id, "a summary cannot be used: {why}");
            exchange.error = Some(format!("{why}; it is summed up by rule"));
        }
        self.compressed(flight, read.ok())
    }

    /// Puts a summary in the place of what it sums up, one by rule where there is none.
    pub(super) fn compressed(&mut self, flight: Flight, summary: Option<String>) -> Result<Step> {
        let ready = Arc::clone(&flight.ready);
        let Flight { id, calls, stage, .. } = flight;
        let Stage::Compress { batch, rounds, activity_id, mut finished } = stage else {
            return Err(nothing_asked());
        };
        let (at, day) = ready.moment(self.society, self.tx);
        let mind = self.room.mind(self.tx, &ready.row.id)?;
        let mut due = None;
        // What a person pinned, rewrote or deleted meanwhile is left: the next beat looks again.
        if !memory::changed(mind, &batch) {
            let summary = summary.unwrap_or_else(|| {
                memory::summarise(&batch, &ready.scene.roster, |at| self.society.frame.day(at))
            });
            let from = memory::Source { bot: &ready.row.id, activity_id, at, day: &day, thread_id: None };
            memory::store_summary(self.tx, mind, &from, &batch, &summary)?;
            due = memory::due_batch(mind, &self.society.frame, ready.at);
        }
        finished.add(heartbeat::add_calls(self.tx, &ready.row.id, activity_id, &calls)?);
        self.sum_up(id, ready, due, rounds - 1, activity_id, *finished)
    }

    /// What an interview came to; an answer that was cut is asked for once more, with more room.
    pub(super) fn told(
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
            if let Ok(reservation) = reserve(self.society, self.tx, &ready, &ready.tariff, &longer, &before)?
            {
                let stage = Stage::Interview { question, remember, again: true };
                let call = Call { probe: true, ..Call::new(longer, ready.tariff.clone(), reservation) };
                return ask(self.room, self.tx, Flight { stage, ..flight }, call);
            }
        }
        Flight::land(self.room, self.tx, flight.id)?;
        let asked = interview::Interviewed { question: &question, remember, limit };
        interview::end(self, &ready, &asked, result, &flight.calls).map(Step::Told)
    }
}

/// The provider and model for extraction and compression.
fn memory_voice(society: &Society, ready: &Ready) -> Option<Tariff> {
    let provider = match &society.frame.memory_provider {
        Some(name) => society.resolve(name),
        None => ready.tariff.provider.clone(),
    };
    let voice = society.voice(&provider).ok()?;
    let model = match &society.frame.memory_model {
        Some(model) => model.clone(),
        None if provider == ready.tariff.provider => ready.tariff.model.clone(),
        None => society.model_of(&provider, &voice.default_model),
    };
    Some(Tariff::of(&society.frame, &provider, &model))
}
