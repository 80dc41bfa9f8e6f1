//! One call to a model with its books: reserved before it is sent, and charged with what came of it.
//!
//! A reservation says whether it was sent. What a try really used takes the place of its upper bound as
//! soon as it is known ([`narrow`]); the charge itself is written with the activity that the call belongs
//! to, so that books and activities never differ.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::budget::{self, Cap, Settlement, Tariff};
use super::claim::Claim;
use super::heartbeat::{self, Ready};
use super::prompt;
use super::shared::Shared;
use super::telling::Telling;
use crate::domain::text::{clean, clean_line};
use crate::domain::{Money, Usage};
use crate::llm::{
    Account, Attempt, Completion, DeltaSink, Guard, Place, ProviderError, Purpose, Rank, Request,
};
use crate::protocol::{Exchange, Notice, Work};
use crate::store::{Result, StoreError, Tx, books};

/// Calls as the record shows them and as the books take them.
pub(super) type Calls = Vec<(Exchange, Settlement)>;

/// Who is asked, and where.
#[derive(Copy, Clone)]
pub(super) struct Voice<'a> {
    pub(super) guard: &'a Guard,
    pub(super) tariff: &'a Tariff,
    pub(super) place: &'a Place,
}

/// What is asked, with the reservation of its first try.
#[derive(Copy, Clone)]
pub(super) struct Question<'a> {
    pub(super) request: &'a Request,
    /// think, repair, extract, compress, interview.
    pub(super) purpose: &'a str,
    pub(super) reservation: Option<i64>,
    /// Whether it goes through an open breaker: a person asks.
    pub(super) probe: bool,
}

/// Waits for a place for a beat; `None` when the engine stops meanwhile.
pub(super) async fn place(shared: &Shared, claim: &mut Claim, guard: &Guard, rank: Rank) -> Option<Place> {
    if let Some(place) = guard.free_place() {
        return Some(place);
    }
    claim.is_at(Work::Waiting, 1);
    tokio::select! {
        place = guard.place(rank, |_| {}) => Some(place),
        () = shared.stop.cancelled() => None,
    }
}

/// Reserves a call, or says which cap forbids it. Of calls made `before` it the caps count what they used.
pub(super) async fn reserve(
    shared: &Arc<Shared>,
    ready: &Arc<Ready>,
    tariff: &Tariff,
    request: &Request,
    before: &Calls,
) -> Result<std::result::Result<Option<i64>, Cap>> {
    let (inner, ready, tariff, request) =
        (Arc::clone(shared), Arc::clone(ready), tariff.clone(), request.clone());
    let before: Vec<Settlement> = before.iter().map(|(_, settlement)| settlement.clone()).collect();
    shared
        .store
        .write(move |tx| {
            before.iter().try_for_each(|settlement| narrow(tx, settlement))?;
            budget::admit(tx, &inner.settings, &ready.row, &tariff, &request, &ready.day, ready.at)
        })
        .await
}

/// Puts what a call used in the place of what was reserved for it.
fn narrow(tx: &Tx<'_>, settlement: &Settlement) -> Result<()> {
    match (settlement.reservation, settlement.usage) {
        (Some(id), Some(usage)) => books::narrow(tx, id, usage, settlement.tariff.price.cost(usage)),
        _ => Ok(()),
    }
}

/// Makes a call, noting every try that has to be charged. A try that may have been charged is made
/// anew only with a reservation of its own.
pub(super) async fn ask(
    shared: &Arc<Shared>,
    ready: &Arc<Ready>,
    voice: Voice<'_>,
    question: Question<'_>,
    claim: Option<&mut Claim>,
    calls: &mut Calls,
) -> Result<std::result::Result<Completion, ProviderError>> {
    let telling = Arc::new(Mutex::new(Telling::of(question.request.purpose)));
    let deltas = live_text(shared, ready, question.request.purpose, &telling);
    let mut ledger = Ledger {
        shared,
        ready,
        voice,
        question,
        claim,
        telling,
        reservation: question.reservation,
        lost: Calls::new(),
        nothing_came: false,
        broken: None,
    };
    let outcome =
        voice.guard.complete_at(voice.place, question.request, deltas, question.probe, &mut ledger).await;
    if let Some(error) = ledger.broken {
        return Err(error);
    }
    let waited_ms = millis(voice.place.waited());
    let mut made = std::mem::take(&mut ledger.lost);
    let settlement = |usage, charged| ledger.settlement(ledger.reservation, usage, charged, None);
    match outcome.result {
        Ok(completion) => {
            let settlement = settlement(completion.usage, true);
            let mut exchange = heartbeat::exchange(question.purpose, &completion, &settlement);
            exchange.request = shown_request(question.request);
            made.push((exchange, settlement));
            made.iter_mut().take(1).for_each(|(exchange, _)| exchange.waited_ms = waited_ms);
            calls.extend(made);
            Ok(Ok(completion))
        }
        Err(error) => {
            // What is still reserved was not used.
            let unused = settlement(None, false);
            match made.last_mut() {
                Some((_, last)) if unused.reservation.is_some() => last.reservation = unused.reservation,
                Some(_) => {}
                None => made.push((ledger.failure(Some(&error.message), &NEVER_SENT), unused)),
            }
            made.iter_mut().take(1).for_each(|(exchange, _)| exchange.waited_ms = waited_ms);
            calls.extend(made);
            Ok(Err(error))
        }
    }
}

/// What the breaker let through: nothing.
const NEVER_SENT: Attempt =
    Attempt { latency: Duration::ZERO, usage: None, error: None, maybe_charged: false, received: 0 };

/// The books of a call while it is made.
struct Ledger<'a> {
    shared: &'a Arc<Shared>,
    ready: &'a Arc<Ready>,
    voice: Voice<'a>,
    question: Question<'a>,
    claim: Option<&'a mut Claim>,
    telling: Arc<Mutex<Telling>>,
    /// Of the try under way.
    reservation: Option<i64>,
    /// Tries that failed.
    lost: Calls,
    /// Whether one of them was charged of which nothing came back.
    nothing_came: bool,
    /// The books could not be written.
    broken: Option<StoreError>,
}

impl Ledger<'_> {
    fn settlement(
        &self,
        reservation: Option<i64>,
        usage: Option<Usage>,
        charged: bool,
        received: Option<usize>,
    ) -> Settlement {
        Settlement {
            received,
            reservation,
            tariff: self.voice.tariff.clone(),
            day: self.ready.day.clone(),
            bytes: budget::bytes(self.question.request),
            usage,
            charged,
        }
    }

    fn failure(&self, error: Option<&str>, attempt: &Attempt) -> Exchange {
        Exchange {
            purpose: self.question.purpose.to_owned(),
            provider: self.voice.tariff.provider.clone(),
            model: self.voice.tariff.model.clone(),
            request: String::new(),
            answer: String::new(),
            usage: attempt.usage.unwrap_or_default(),
            reported: attempt.usage.is_some(),
            latency_ms: millis(attempt.latency),
            waited_ms: 0,
            cost_usd: Money::ZERO,
            error: error.map(|error| clean_line(error, 500)),
        }
    }

    async fn write(&mut self, job: impl FnOnce(&mut Tx<'_>) -> Result<()> + Send + 'static) -> bool {
        match self.shared.store.write(job).await {
            Ok(()) => true,
            Err(error) => {
                self.broken = Some(error);
                false
            }
        }
    }
}

impl Account for Ledger<'_> {
    async fn sends(&mut self, attempt: u32) -> bool {
        let (tariff, request) = (self.voice.tariff, self.question.request);
        if attempt > 1 {
            if self.reservation.is_none() && tariff.is_bound() {
                match reserve(self.shared, self.ready, tariff, request, &self.lost).await {
                    Ok(Ok(next)) => self.reservation = next,
                    Ok(Err(_)) => return false, // no budget left for another try
                    Err(error) => {
                        self.broken = Some(error);
                        return false;
                    }
                }
            }
            *self.telling.lock().unwrap_or_else(PoisonError::into_inner) = Telling::of(request.purpose);
        }
        if matches!(request.purpose, Purpose::Think | Purpose::Repair) {
            let (bot_id, bot_name) = (self.ready.row.id.clone(), self.ready.row.name.clone());
            let now = self.shared.clock.now();
            self.shared.bus.tell(now, Notice::HeartbeatStarted { bot_id, bot_name, attempt });
        }
        if let Some(claim) = &mut self.claim {
            let after = matches!(request.purpose, Purpose::Extract | Purpose::Compress);
            claim.is_at(if after { Work::Remembering } else { Work::Thinking }, attempt);
        }
        match self.reservation {
            Some(id) => self.write(move |tx| books::mark_sent(tx, id, true)).await,
            None => true,
        }
    }

    async fn failed(&mut self, attempt: &Attempt) {
        let told = self.failure(attempt.error.as_deref(), attempt);
        // Tries of which nothing came back are charged once, however many there were.
        let nothing = attempt.usage.is_none() && attempt.received == 0;
        if attempt.maybe_charged && !(nothing && self.nothing_came) {
            self.nothing_came |= nothing;
            let spent = self.reservation.take();
            let settlement = self.settlement(spent, attempt.usage, true, Some(attempt.received));
            self.lost.push((told, settlement));
        } else {
            self.lost.push((told, self.settlement(None, None, false, None)));
            if let Some(id) = self.reservation {
                self.write(move |tx| books::mark_sent(tx, id, false)).await;
            }
        }
    }
}

pub(super) fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// The think request is the sections of the record; others are shown in full.
fn shown_request(request: &Request) -> String {
    match request.purpose {
        Purpose::Think => String::new(),
        Purpose::Repair => request
            .prompt
            .rsplit_once(prompt::ANSWERED)
            .map_or(String::new(), |(_, tail)| format!("{}{tail}", prompt::ANSWERED.trim_start())),
        _ => request.prompt.clone(),
    }
}

/// Live text goes to viewers, through the gate; for nobody it is not made.
fn live_text(
    shared: &Arc<Shared>,
    ready: &Ready,
    purpose: Purpose,
    telling: &Arc<Mutex<Telling>>,
) -> DeltaSink {
    if !matches!(purpose, Purpose::Think | Purpose::Repair | Purpose::Interview) {
        return Arc::new(|_| {});
    }
    let (bus, clock, bot_id) = (shared.bus.clone(), shared.clock.clone(), ready.row.id.clone());
    let telling = Arc::clone(telling);
    Arc::new(move |piece| {
        let text = telling.lock().unwrap_or_else(PoisonError::into_inner).take_in(piece);
        if !text.is_empty() && bus.is_heard() {
            bus.tell(clock.now(), Notice::ThoughtDelta { bot_id: bot_id.clone(), text: clean(&text, 4_000) });
        }
    })
}
