//! A society of its own from a moment of another's past, and the other's later inputs applied to it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::draw;
use super::handle::{Handle, SOMEBODY};
use super::input::{Apply, Input};
use super::intervention::Intervention;
use super::replay::{Replay, ReplayError};
use super::room::Room;
use super::shared::Shared;
use super::walk::{Abandoned, Answered, Failed, Found, Proceed, Sent, Step, abandon};
use crate::protocol::{Fault, Lineage};
use crate::store::journal::Entry;
use crate::store::{Result, StoreError, Tx, beat, journal};

/// The note that holds where a society comes from, newest first, as JSON.
pub(super) const LINEAGE: &str = "lineage";

/// A society parts from another: it has an identity of its own, and what waited for a server is given up, uncharged.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Forked {
    society: String,
    parent: Lineage,
}

impl Apply for Forked {
    type Outcome = ();

    fn apply(&self, shared: &Shared, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        for id in journal::flights(tx, None)? {
            abandon(shared, room, tx, id)?;
        }
        let mut line = lineage(tx)?;
        line.insert(0, self.parent.clone());
        let text = serde_json::to_string(&line).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        beat::set_meta(tx, LINEAGE, &text)?;
        beat::set_meta(tx, "society", &self.society)
    }
}

/// Where a society comes from, newest first; nothing for one that was begun from nothing.
///
/// # Errors
/// Database errors.
pub(super) fn lineage(c: &rusqlite::Connection) -> Result<Vec<Lineage>> {
    let Some(text) = beat::meta(c, LINEAGE)? else { return Ok(Vec::new()) };
    serde_json::from_str(&text).map_err(|error| StoreError::Corrupt(format!("the lineage: {error}")))
}

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
        let society = draw::secret(None).map_err(super::open::random)?;
        let parent =
            Lineage { society: shared.society.clone(), activity, entry: number, at: shared.clock.now() };
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
            let applied = apply_there(&inner, tx, entry, &mut flights)?;
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
    shared: &Shared,
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
        Input::Begun(begun) => shared.take_in(tx, at, &begun)?,
        Input::Asked(asked) => shared.take_in(tx, at, &asked)?,
        Input::Answered(answered) => shared.take_in(tx, at, &Answered { flight, ..answered })?,
        Input::Found(found) => shared.take_in(tx, at, &Found { flight, ..found })?,
        Input::Proceed(proceed) => shared.take_in(tx, at, &Proceed { flight, ..proceed })?,
        Input::Sent(sent) => {
            shared.take_in(tx, at, &Sent { flight, ..sent })?;
            return Ok(true);
        }
        Input::Failed(failed) => {
            shared.take_in(tx, at, &Failed { flight, ..failed })?;
            return Ok(true);
        }
        Input::Abandoned(_) => {
            shared.take_in(tx, at, &Abandoned { flight })?;
            return Ok(true);
        }
        other => {
            other.apply_again(shared, tx, at)?;
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
