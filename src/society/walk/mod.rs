//! The walk of a beat and of an interview through what they wait for: begun → asked → (asked again,
//! looked up) → acted → extracted → summed up → over.
//!
//! Each step is an input of its own; what is to be asked of the world next is its outcome ([`Step`]).

mod early;
pub(crate) mod step;
mod steps;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub(crate) use self::early::{Abandoned, abandon, cut_off};
use self::step::nothing_asked;
pub(crate) use self::step::{Step, ask, new_flight};
use self::steps::reserve;
use super::Society;
use super::apply::Apply;
use super::budget::Settlement;
use super::flight::{Call, Choice, Flight, Stage, answered, print_of};
use super::heartbeat::{self, Asking, Beat, Begin};
use super::prompt;
use super::room::Room;
use crate::domain::activity::Finding;
use crate::domain::text::clean_line;
use crate::domain::{Money, Rung};
use crate::llm::{Attempt, Completion, ProviderError};
use crate::protocol::{Exchange, Fault};
use crate::society::work::Work;
use crate::store::{Result, Tx, books, journal, search};

/// A beat begins: gates, a look around, the prompt, the reservation. Where the provider must be awaited and no
/// place is held there, only the gates.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Begun {
    pub(crate) bot: String,
    /// Asked for by a person: runs even when there is nothing new.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) forced: bool,
    /// Whether it is put off when the room is paused while it waits.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) heeds_pause: bool,
    /// The provider a place is held at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<String>,
}

impl Apply for Begun {
    type Outcome = Step;

    fn left_a_trace(outcome: &Step) -> bool {
        outcome.left_a_trace()
    }

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<Step> {
        let beat =
            Beat { bot: self.bot.clone(), at: tx.now(), forced: self.forced, heeds_pause: self.heeds_pause };
        match heartbeat::advance(society, room, tx, &beat, self.place.as_deref())? {
            Begin::Over(finished) => Ok(Step::Over(finished)),
            Begin::Waits(provider) => Ok(Step::Place { flight: None, provider }),
            Begin::Asking(asking) => {
                let Asking { ready, request, reservation } = *asking;
                // A bot is on one beat at a time: what was cut off in the middle is given up.
                for id in journal::flights(tx, Some(&self.bot))? {
                    if !Flight::is_interview(room, tx, id)? {
                        cut_off(society, room, tx, id)?;
                    }
                }
                let call =
                    Call { probe: self.forced, ..Call::new(request, ready.tariff.clone(), reservation) };
                ask(room, tx, new_flight(tx, ready, Stage::Think)?, call)
            }
        }
    }
}

/// A try is about to be sent. A further one after a try that was charged needs a reservation of its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Sent {
    pub(crate) flight: i64,
    pub(crate) attempt: u32,
}

impl Apply for Sent {
    /// Whether it may be sent.
    type Outcome = bool;

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<bool> {
        let mut flight = Flight::take(room, tx, self.flight)?;
        let ready = Arc::clone(&flight.ready);
        let Some(call) = &mut flight.call else { return Err(nothing_asked()) };
        let mut may = true;
        if self.attempt > 1 && call.reservation.is_none() && call.tariff.is_bound() {
            let lost: Vec<Settlement> = call.lost.iter().map(|(_, lost)| lost.clone()).collect();
            match reserve(society, tx, &ready, &call.tariff, &call.request, &lost)? {
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
pub(crate) struct Failed {
    pub(crate) flight: i64,
    pub(crate) attempt: Attempt,
}

impl Apply for Failed {
    type Outcome = ();

    fn apply(&self, _: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
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
pub(crate) struct Answered {
    pub(crate) flight: i64,
    /// The print of what was asked (see [`super::flight::print_of`]).
    pub(crate) asked: u64,
    /// How long it waited for its place, in milliseconds.
    pub(crate) waited_ms: i64,
    /// Of a provider that is left alone: what it failed of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cause: Option<String>,
    pub(crate) result: std::result::Result<Completion, ProviderError>,
}

impl Apply for Answered {
    type Outcome = Step;

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<Step> {
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
        let walk = &mut Work { society, room, tx };
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
pub(crate) struct Found {
    pub(crate) flight: i64,
    pub(crate) findings: std::result::Result<Vec<Finding>, String>,
}

impl Apply for Found {
    type Outcome = Step;

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<Step> {
        let flight = Flight::take(room, tx, self.flight)?;
        let Stage::Find { query, choice } = &flight.stage else { return Err(nothing_asked()) };
        if let Ok(found) = &self.findings {
            let (fresh_after, now) = (society.searches_after(tx.now()), tx.now());
            search::keep(tx, &society.frame.search, &query.to_lowercase(), found, (fresh_after, now))?;
        }
        let choice = Choice { findings: self.findings.clone(), ..(**choice).clone() };
        let walk = &mut Work { society, room, tx };
        match walk.act(flight, choice)? {
            Ok(step) => Ok(step),
            Err((flight, fault, raw)) => walk.refuse(&flight, &fault, &raw),
        }
    }
}

/// A place is held for a call after the act; without one the rules do what a model would have done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Proceed {
    pub(crate) flight: i64,
    pub(crate) has_place: bool,
}

impl Apply for Proceed {
    type Outcome = Step;

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<Step> {
        let flight = Flight::take(room, tx, self.flight)?;
        let walk = &mut Work { society, room, tx };
        let request = match &flight.stage {
            Stage::Extract { request, .. } => (**request).clone(),
            Stage::Compress { batch, .. } => prompt::compression_request(society, &flight.ready, batch),
            _ => return Err(nothing_asked()),
        };
        if self.has_place
            && let Some(call) = walk.may_call(&flight.ready, request)?
        {
            return ask(walk.room, walk.tx, flight, call);
        }
        if let Stage::Extract { acted, .. } = flight.stage {
            return walk.remembered(flight.id, &flight.ready, *acted, &flight.calls, None);
        }
        walk.compressed(flight, None)
    }
}
