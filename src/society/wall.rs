//! Plans that do not fit the time any more, after the wall clock jumped or while nothing woke.

use serde::{Deserialize, Serialize};

use super::Society;
use super::apply::Apply;
use super::moderation;
use super::room::Room;
use super::spacing;
use crate::domain::Stamp;
use crate::store::schedule::Due;
use crate::store::{Db, Result, Tx, schedule};

/// The wall clock jumped.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Jumped {}

impl Apply for Jumped {
    type Outcome = ();

    fn apply(&self, society: &Society, _: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        plan_anew(society, tx)
    }
}

/// Spreads over the interval whoever is overdue or planned further ahead than the interval; and everybody after a run
/// ahead of the pace, whose beats all lie at the same moment.
pub(crate) fn plan_anew(society: &Society, tx: &mut Tx<'_>) -> Result<()> {
    let now = tx.now();
    let (planned, together) = to_plan(society, tx, now)?;
    let mut astray: Vec<_> = planned
        .into_iter()
        .filter_map(|bot| {
            let interval = society.interval_of(&bot.id, bot.pace_seconds);
            let due = bot.next_beat_at?;
            (together || due < now || due > spacing::latest(now, interval)).then_some((due, bot.id, interval))
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

/// So few bots may wake at the same moment.
const FEW: usize = 16;

/// Who may have to be planned anew, and whether all of them have: after a run ahead of the pace the beats of everybody
/// lie together, in a room of more than a few.
pub(super) fn to_plan(society: &Society, c: &Db, now: Stamp) -> Result<(Vec<Due>, bool)> {
    let least = society.least_interval();
    if !society.frame.simulated && now <= moderation::ran_ahead_until(c)?.plus_seconds(i64::from(least)) {
        let all = schedule::all_due(c)?;
        if all.len() > FEW {
            return Ok((all, true));
        }
    }
    Ok((schedule::maybe_astray(c, now, spacing::latest(now, least))?, false))
}
