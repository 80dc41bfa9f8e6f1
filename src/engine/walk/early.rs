//! What ended before its time: given up, or cut off by the engine's end.

use serde::{Deserialize, Serialize};

use crate::engine::budget;
use crate::engine::flight::{Acted, Flight, Stage};
use crate::engine::heartbeat;
use crate::engine::input::Apply;
use crate::engine::room::Room;
use crate::engine::shared::Shared;
use crate::store::{Result, Tx, beat, books};

/// What waited is given up, and nothing of it is charged.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::engine) struct Abandoned {
    pub(in crate::engine) flight: i64,
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
pub(in crate::engine) fn abandon(shared: &Shared, room: &mut Room, tx: &mut Tx<'_>, id: i64) -> Result<()> {
    let flight = Flight::take(room, tx, id)?;
    flight.reservations().into_iter().try_for_each(|id| books::release(tx, id))?;
    end_early(shared, room, tx, &flight)
}

/// What was cut off in the middle, by the engine's end or by a fault: calls that were sent are charged
/// what was reserved for them, an act that is done is remembered by rule.
///
/// # Errors
/// Database errors.
pub(in crate::engine) fn cut_off(shared: &Shared, room: &mut Room, tx: &mut Tx<'_>, id: i64) -> Result<()> {
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
