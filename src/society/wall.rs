//! Plans that do not fit the time any more, after the wall clock jumped or while nothing woke.

use serde::{Deserialize, Serialize};

use super::Society;
use super::apply::Apply;
use super::room::Room;
use super::spacing;
use crate::store::{Result, Tx, schedule};

/// The wall clock jumped.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Jumped {}

impl Apply for Jumped {
    type Outcome = ();

    fn apply(&self, society: &Society, _: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        plan_anew(society, tx)
    }
}

/// Spreads over the interval whoever is overdue or planned further ahead than the interval.
pub(crate) fn plan_anew(society: &Society, tx: &mut Tx<'_>) -> Result<()> {
    let now = tx.now();
    let mut astray: Vec<_> = schedule::maybe_astray(tx, now, spacing::latest(now, society.least_interval()))?
        .into_iter()
        .filter_map(|bot| {
            let interval = society.interval_of(&bot.id, bot.pace_seconds);
            let due = bot.next_beat_at?;
            (due < now || due > spacing::latest(now, interval)).then_some((due, bot.id, interval))
        })
        .collect();
    astray.sort();
    for (nth, (_, bot, interval)) in astray.iter().enumerate() {
        let due = spacing::spread(now, nth, astray.len(), *interval);
        schedule::plan(tx, bot, due)?;
        society.planned(tx, bot, due);
    }
    Ok(())
}
