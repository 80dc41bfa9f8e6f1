//! A society of its own from a moment of another's past, and the other's later inputs applied to it.

use std::collections::HashMap;

use serde::Serialize;

use super::chance;
use super::handle::{Handle, SOMEBODY};
use super::intervention::Intervention;
use super::replay::{Replay, ReplayError};
use crate::protocol::{Fault, Lineage};
use crate::society::Society;
use crate::society::fork::Forked;
use crate::society::input::Input;
use crate::society::walk::{Abandoned, Answered, Failed, Found, Proceed, Sent, Step};
use crate::store::journal::Entry;
use crate::store::{Result, StoreError, Tx, beat, journal};

/// What applying another's later inputs came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Followed {
    /// Inputs applied.
    pub applied: u64,
    /// Inputs that make no sense in the changed society (a vote in a thread that was never opened).
    pub left_out: u64,
    /// Answers of models that were used again.
    pub reused: u64,
    /// Questions that were another than the recorded one, so that its answer could not be used: the beat was given up.
    pub unanswered: u64,
}

impl Replay {
    /// Makes the society that was applied so far one of its own, changed as `interventions` say.
    ///
    /// # Errors
    /// An intervention that is refused, with its reason.
    pub async fn part(&self, interventions: Vec<Intervention>) -> Result<(), ReplayError> {
        let shared = self.room()?;
        let (number, activity) =
            self.target().read_blocking(|c| Ok((journal::last(c)?, beat::last_seq(c)?)))?;
        let society = chance::secret(None).map_err(super::open::random)?;
        let parent =
            Lineage { society: shared.society.id.clone(), activity, entry: number, at: shared.clock.now() };
        shared.enter(Forked { society, parent }).await?;
        let handle = Handle { shared, past: false, by: SOMEBODY.into() };
        for (nth, intervention) in interventions.into_iter().enumerate() {
            intervention.perform(&handle).await.map_err(|fault| {
                let detail = format!("command {}: {}", nth + 1, fault.detail);
                StoreError::Refused(Fault { detail, ..fault })
            })?;
        }
        Ok(())
    }

    /// Applies the later inputs of the society it parted from, at their recorded times.
    ///
    /// # Errors
    /// Database errors.
    pub fn follow(&mut self) -> Result<Followed, ReplayError> {
        let mut followed = Followed::default();
        let mut known: HashMap<i64, i64> = HashMap::new();
        loop {
            let entries = self.next_entries()?;
            if entries.is_empty() {
                return Ok(followed);
            }
            for entry in entries {
                self.number = entry.number;
                if let Input::Opened(opened) = &entry.input {
                    self.reopen(opened, entry.at)?;
                }
                self.follow_one(entry, &mut known, &mut followed)?;
            }
        }
    }

    fn follow_one(
        &self,
        entry: Entry<Input>,
        known: &mut HashMap<i64, i64>,
        followed: &mut Followed,
    ) -> Result<(), ReplayError> {
        let shared = self.room()?;
        shared.clock.tell(entry.at);
        let answers = match &entry.input {
            Input::Answered(answered) => Some(answered.flight),
            _ => None,
        };
        let mut flights = known.clone();
        let inner = std::sync::Arc::clone(&shared);
        let outcome = self.target().write_blocking(move |tx| {
            let applied = apply_there(&inner.society, tx, entry, &mut flights)?;
            Ok((applied, flights))
        });
        match outcome {
            Ok((applied, flights)) => {
                *known = flights;
                match (applied, answers) {
                    (false, _) => followed.left_out += 1,
                    (true, Some(_)) => {
                        followed.applied += 1;
                        followed.reused += 1;
                    }
                    (true, None) => followed.applied += 1,
                }
            }
            Err(StoreError::Refused(_)) => match answers.and_then(|there| known.remove(&there)) {
                Some(flight) => {
                    shared.enter_blocking(&Abandoned { flight })?;
                    followed.unanswered += 1;
                }
                None => followed.left_out += 1,
            },
            Err(other) => return Err(other.into()),
        }
        Ok(())
    }
}

/// Applies one recorded input to a society that may be another by now; `false` where what it belongs to does not wait
/// here. `flights` leads from what waited there to what waits here.
fn apply_there(
    society: &Society,
    tx: &mut Tx<'_>,
    entry: Entry<Input>,
    flights: &mut HashMap<i64, i64>,
) -> Result<bool> {
    let (at, number) = (entry.at, entry.number);
    let there = match &entry.input {
        Input::Sent(Sent { flight, .. })
        | Input::Failed(Failed { flight, .. })
        | Input::Answered(Answered { flight, .. })
        | Input::Found(Found { flight, .. })
        | Input::Proceed(Proceed { flight, .. })
        | Input::Abandoned(Abandoned { flight }) => Some(*flight),
        _ => None,
    };
    let flight = match there.map(|there| flights.get(&there).copied()) {
        Some(None) => return Ok(false),
        Some(Some(here)) => here,
        None => 0,
    };
    let step = match entry.input {
        Input::Begun(begun) => society.take_in(tx, at, &begun)?,
        Input::Asked(asked) => society.take_in(tx, at, &asked)?,
        Input::Answered(answered) => society.take_in(tx, at, &Answered { flight, ..answered })?,
        Input::Found(found) => society.take_in(tx, at, &Found { flight, ..found })?,
        Input::Proceed(proceed) => society.take_in(tx, at, &Proceed { flight, ..proceed })?,
        Input::Sent(sent) => {
            society.take_in(tx, at, &Sent { flight, ..sent })?;
            return Ok(true);
        }
        Input::Failed(failed) => {
            society.take_in(tx, at, &Failed { flight, ..failed })?;
            return Ok(true);
        }
        Input::Abandoned(_) => {
            society.take_in(tx, at, &Abandoned { flight })?;
            return Ok(true);
        }
        other => {
            other.apply_again(society, tx, at)?;
            return Ok(true);
        }
    };
    let there = there.unwrap_or(number);
    match step {
        Step::Ask(here) => flights.insert(there, here.id),
        Step::Place { flight: Some(here), .. } | Step::Look { flight: here, .. } => {
            flights.insert(there, here)
        }
        Step::Place { flight: None, .. } | Step::Over(_) | Step::Told(_) => flights.remove(&there),
    };
    Ok(true)
}
