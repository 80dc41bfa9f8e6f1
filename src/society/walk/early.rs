//! What ended before its time: given up, or cut off by the engine's end.

use serde::{Deserialize, Serialize};

use crate::society::Society;
use crate::society::apply::Apply;
use crate::society::budget;
use crate::society::flight::{Acted, Flight, Stage};
use crate::society::heartbeat;
use crate::society::room::Room;
use crate::society::work::Work;
use crate::store::{Result, Tx, activities, books, bot_row};

/// What waited is given up, and nothing of it is charged.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Abandoned {
    pub(crate) flight: i64,
}

impl Apply for Abandoned {
    type Outcome = ();

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        abandon(society, room, tx, self.flight)
    }
}

/// Gives up what waits under `id`; nothing of it is charged, an act that is done is remembered by rule.
///
/// # Errors
/// Database errors; 409 when nothing waits there.
pub(crate) fn abandon(society: &Society, room: &mut Room, tx: &mut Tx<'_>, id: i64) -> Result<()> {
    let flight = Flight::take(room, tx, id)?;
    flight.reservations().into_iter().try_for_each(|id| books::release(tx, id))?;
    end_early(society, room, tx, &flight)
}

/// What was cut off in the middle, by the engine's end or by a fault: calls that were sent are charged
/// what was reserved for them, an act that is done is remembered by rule.
///
/// # Errors
/// Database errors.
pub(crate) fn cut_off(society: &Society, room: &mut Room, tx: &mut Tx<'_>, id: i64) -> Result<()> {
    let flight = Flight::take(room, tx, id)?;
    let at = tx.now();
    budget::lose(tx, &flight.ready.row.id, &flight.reservations(), at, &society.frame.day(at))?;
    end_early(society, room, tx, &flight)
}

fn end_early(society: &Society, room: &mut Room, tx: &mut Tx<'_>, flight: &Flight) -> Result<()> {
    Flight::land(room, tx, flight.id)?;
    let bot = flight.ready.row.id.as_str();
    if let Stage::Extract { acted, .. } = &flight.stage {
        let Acted { choice, activity_id, .. } = &**acted;
        if bot_row::is_present(tx, bot)? {
            heartbeat::remember(&mut Work { society, room, tx }, &flight.ready, *activity_id, choice, None)?;
        }
        activities::mark_remembered(tx, *activity_id)?;
    }
    Ok(())
}
