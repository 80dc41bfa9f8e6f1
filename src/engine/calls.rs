//! What beats and interviews ask of the world: a place at a provider, a model's answer, a look-up. Each comes
//! back as an input (see `walk`).

use std::sync::{Arc, Mutex, PoisonError};

use super::claim::Claim;
use super::shared::Shared;
use super::telling::Telling;
use crate::domain::text::{clean, clean_line};
use crate::llm::{Account, Attempt, DeltaSink, FailureKind, Guard, Place, Purpose, Rank};
use crate::protocol::{Fault, InterviewAnswer, Notice, Work};
use crate::society::flight::{Flight, Stage, print_of};
use crate::society::heartbeat::{Beat, Finished};
use crate::society::input::Outside;
use crate::society::interview::Asked;
use crate::society::walk::{Answered, Begun, Failed, Found, Proceed, Sent, Step};
use crate::store::{Result, StoreError};

/// Runs one beat to its end. `None` when it was put off: the engine stopped or was paused while it
/// waited for its place, and nothing came of it.
///
/// # Errors
/// Database errors; 404 for an unknown bot.
pub(super) async fn beat(shared: &Arc<Shared>, claim: &mut Claim, beat: Beat) -> Result<Option<Finished>> {
    let who = Who::Bot { claim, beat: &beat };
    let step = who.begin(shared, None).await?;
    match walk(shared, step, who).await? {
        Some(End::Beat(finished)) => Ok(Some(finished)),
        Some(End::Interview(_)) => Err(StoreError::Corrupt("a beat ended as an interview".into())),
        None => Ok(None),
    }
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
    let who = Who::Person { bot, question, remember };
    let step = who.begin(shared, None).await?;
    match walk(shared, step, who).await? {
        Some(End::Interview(answer)) => answer,
        Some(End::Beat(_)) => Err(Fault::internal("an interview ended as a beat")),
        None => Err(Fault::unavailable("the engine is stopped")),
    }
}

/// Takes what waits for a model to its end.
///
/// # Errors
/// Database errors; 503 where a provider cannot be asked.
pub(super) async fn to_its_end(shared: &Arc<Shared>, step: Step) -> Result<()> {
    walk(shared, step, Who::Nobody).await.map(drop)
}

/// Who goes on with what is asked of the world.
enum Who<'a> {
    /// A bot on its beat.
    Bot { claim: &'a mut Claim, beat: &'a Beat },
    /// A person, who asks a bot.
    Person { bot: &'a str, question: &'a str, remember: bool },
    /// Nobody waits for it, and no stop of an engine ends it.
    Nobody,
}

/// What it came to.
enum End {
    Beat(Finished),
    Interview(std::result::Result<InterviewAnswer, Fault>),
}

/// Performs what one step after the other asks of the world. `None` when it was put off.
async fn walk(shared: &Arc<Shared>, mut step: Step, mut who: Who<'_>) -> Result<Option<End>> {
    let mut held: Option<Place> = None;
    loop {
        step = match step {
            Step::Over(finished) => return Ok(Some(End::Beat(finished))),
            Step::Told(answer) => return Ok(Some(End::Interview(answer))),
            Step::Place { flight: None, provider } => {
                drop(held.take());
                let guard = shared.guard(&provider).map_err(Fault::unavailable)?;
                held = who.place(shared, &guard, who.rank()).await;
                if held.is_none() || who.heeds_pause() && shared.is_paused() {
                    return Ok(None);
                }
                who.begin(shared, Some(provider)).await?
            }
            Step::Place { flight: Some(flight), provider } => {
                drop(held.take()); // whoever waits may go; what is left has a place of its own
                if let Ok(guard) = shared.guard(&provider) {
                    held = who.place(shared, &guard, Rank::FollowUp).await;
                }
                shared.enter(Proceed { flight, has_place: held.is_some() }).await?
            }
            Step::Ask(flight) => {
                if held.is_none() && matches!(who, Who::Nobody) {
                    let provider = flight.call.as_ref().map_or("", |call| &call.tariff.provider);
                    let guard = shared.guard(provider).map_err(Fault::unavailable)?;
                    held = who.place(shared, &guard, who.rank()).await;
                }
                let Some(place) = &held else {
                    return Err(StoreError::Corrupt("a model was to be asked without a place".into()));
                };
                if let (Who::Bot { beat, .. }, Stage::Think) = (&who, &flight.stage) {
                    let interval = shared.society.interval_of(&beat.bot, flight.ready.row.pace_seconds);
                    shared.pulse().note(interval, place.waited());
                }
                ask(shared, &flight, place, who.claim()).await?
            }
            Step::Look { flight, query } => look_up(shared, flight, &query).await?,
        };
    }
}

impl Who<'_> {
    /// Begins, or begins anew with a place at a provider.
    async fn begin(&self, shared: &Arc<Shared>, place: Option<String>) -> Result<Step> {
        match *self {
            Self::Bot { beat, .. } => {
                let waited = place.is_some() && !shared.clock.is_simulated();
                let at = if waited { shared.clock.now() } else { beat.at };
                let Beat { forced, heeds_pause, .. } = *beat;
                shared.enter_at(at, Begun { bot: beat.bot.clone(), forced, heeds_pause, place }).await
            }
            Self::Person { bot, question, remember } => {
                let (bot, question) = (bot.to_owned(), question.to_owned());
                shared.enter(Asked { bot, question, remember, place }).await
            }
            Self::Nobody => Err(StoreError::Corrupt("what waits begins anew".into())),
        }
    }

    const fn rank(&self) -> Rank {
        match self {
            Self::Bot { beat: Beat { forced: true, .. }, .. } | Self::Person { .. } => Rank::Person,
            Self::Bot { .. } | Self::Nobody => Rank::Beat,
        }
    }

    const fn heeds_pause(&self) -> bool {
        matches!(self, Self::Bot { beat: Beat { heeds_pause: true, .. }, .. })
    }

    const fn claim(&mut self) -> Option<&mut Claim> {
        match self {
            Self::Bot { claim, .. } => Some(claim),
            Self::Person { .. } | Self::Nobody => None,
        }
    }

    /// Waits for a place; `None` when the engine stops meanwhile.
    async fn place(&mut self, shared: &Shared, guard: &Guard, rank: Rank) -> Option<Place> {
        if let Some(place) = guard.free_place() {
            return Some(place);
        }
        if matches!(self, Self::Nobody) {
            return Some(guard.place(rank, |_| {}).await);
        }
        if let Some(claim) = self.claim() {
            claim.is_at(Work::Waiting, 1);
        }
        let asked = if let Self::Person { bot, .. } = self { Some(*bot) } else { None };
        let told = |ahead| asked.into_iter().for_each(|bot| waits(shared, bot, ahead));
        tokio::select! {
            place = guard.place(rank, told) => Some(place),
            () = shared.stop.cancelled() => None,
        }
    }
}

/// Makes the call that a flight waits for, and takes in what came of it.
async fn ask(
    shared: &Arc<Shared>,
    flight: &Arc<Flight>,
    place: &Place,
    claim: Option<&mut Claim>,
) -> Result<Step> {
    let Some(call) = &flight.call else {
        return Err(StoreError::Corrupt("nothing was to be asked".into()));
    };
    let purpose = call.request.purpose;
    let guard = shared.guard(&call.tariff.provider).map_err(Fault::unavailable)?;
    let telling = Arc::new(Mutex::new(Telling::of(purpose)));
    let deltas = live_text(shared, &flight.ready.row.id, purpose, &telling);
    let mut claim = claim;
    if let Some(claim) = claim.as_deref_mut().filter(|_| guard.tells_its_beginnings()) {
        claim.is_at(Work::Waiting, 1); // until a worker takes it
    }
    let mut ledger = Ledger { shared, flight, claim, telling, purpose, broken: None };
    let outcome = guard.complete_at(place, &call.request, deltas, call.probe, &mut ledger).await;
    if let Some(error) = ledger.broken {
        return Err(error);
    }
    // While it is left alone nothing new is learned: what it failed of stays the reason.
    let cause = match &outcome.result {
        Err(error) if error.kind == FailureKind::Open => guard.state().last_error,
        _ => None,
    };
    let answered = Answered {
        flight: flight.id,
        asked: print_of(&call.request, &flight.ready.fence),
        waited_ms: i64::try_from(place.waited().as_millis()).unwrap_or(i64::MAX),
        cause,
        result: outcome.result,
    };
    shared.enter(answered).await
}

/// Looks something up.
async fn look_up(shared: &Arc<Shared>, flight: i64, query: &str) -> Result<Step> {
    let findings =
        shared.settings.search.search(query).await.map_err(|error| clean_line(&error.to_string(), 300));
    shared.enter(Found { flight, findings }).await
}

/// The books of a call while it is made.
struct Ledger<'a> {
    shared: &'a Arc<Shared>,
    flight: &'a Flight,
    claim: Option<&'a mut Claim>,
    telling: Arc<Mutex<Telling>>,
    purpose: Purpose,
    /// The books could not be written.
    broken: Option<StoreError>,
}

impl Ledger<'_> {
    async fn enter<A: Outside>(&mut self, input: A) -> Option<A::Outcome> {
        self.shared.enter(input).await.map_err(|error| self.broken = Some(error)).ok()
    }
}

impl Account for Ledger<'_> {
    async fn sends(&mut self, attempt: u32) -> bool {
        if !self.enter(Sent { flight: self.flight.id, attempt }).await.unwrap_or(false) {
            return false;
        }
        if attempt > 1 {
            *self.telling.lock().unwrap_or_else(PoisonError::into_inner) = Telling::of(self.purpose);
        }
        if matches!(self.purpose, Purpose::Think | Purpose::Repair) {
            let row = &self.flight.ready.row;
            let (bot_id, bot_name) = (row.id.clone(), row.name.clone());
            let now = self.shared.clock.now();
            self.shared.bus.tell(now, Notice::HeartbeatStarted { bot_id, bot_name, attempt });
        }
        if let Some(claim) = &mut self.claim {
            let after = matches!(self.purpose, Purpose::Extract | Purpose::Compress);
            claim.is_at(if after { Work::Remembering } else { Work::Thinking }, attempt);
        }
        true
    }

    async fn failed(&mut self, attempt: &Attempt) {
        self.enter(Failed { flight: self.flight.id, attempt: attempt.clone() }).await;
    }
}

/// Live text goes to viewers, through the gate; for nobody it is not made.
fn live_text(shared: &Arc<Shared>, bot: &str, purpose: Purpose, telling: &Arc<Mutex<Telling>>) -> DeltaSink {
    if !matches!(purpose, Purpose::Think | Purpose::Repair | Purpose::Interview) {
        return Arc::new(|_| {});
    }
    let (bus, clock, bot_id) = (shared.bus.clone(), shared.clock.clone(), bot.to_owned());
    let telling = Arc::clone(telling);
    Arc::new(move |piece| {
        let text = telling.lock().unwrap_or_else(PoisonError::into_inner).take_in(piece);
        if !text.is_empty() && bus.is_heard() {
            bus.tell(clock.now(), Notice::ThoughtDelta { bot_id: bot_id.clone(), text: clean(&text, 4_000) });
        }
    })
}

/// Tells how many calls go before an interview.
fn waits(shared: &Shared, bot: &str, ahead: usize) {
    let notice =
        Notice::InterviewWaits { bot_id: bot.to_owned(), ahead: u32::try_from(ahead).unwrap_or(u32::MAX) };
    shared.bus.tell(shared.clock.now(), notice);
}
