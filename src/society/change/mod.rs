//! What people change, as inputs: each is one transaction with all that follows from it, the plan of beats included.
//!
//! Who calls has checked and cleaned what was given; what depends on the world (which providers are set up, which
//! models are known) is settled by then.

mod bots;
mod forum;
mod room;
mod society;

pub(crate) use bots::{
    AddBot, AddCrowd, ChooseFile, DeleteBot, PauseBot, ResetBot, SetBotPace, SetCaps, SetConfig,
    field_faults, parse, present,
};
pub(crate) use forum::{CastVote, Follow, Hide, PostReply, PostThread, ResolveFlag, Unfollow};
pub(crate) use room::{BecomeAwake, ForgetContexts, SetPace, SetProvider};
pub(crate) use society::{EditMemory, EndEvent, ForgetMemory, InjectEvent, Recollect};

use crate::domain::Stamp;
use crate::society::Society;
use crate::society::spacing;
use crate::store::{Result, Tx, bot_row, schedule};

/// Plans the first beat of a bot that is new.
fn plan_first(society: &Society, tx: &mut Tx<'_>, bot: &str) -> Result<()> {
    let row = bot_row::one(tx, bot)?;
    let due = match row.next_beat_at {
        Some(due) => due,
        None => {
            let due = spacing::spread(tx.now(), 0, 1, 1);
            schedule::plan(tx, bot, due)?;
            due
        }
    };
    society.planned(tx, bot, due);
    Ok(())
}

/// Plans a bot's next beat anew after its pace changed.
fn hasten(society: &Society, tx: &mut Tx<'_>, bot: &str) -> Result<()> {
    let row = bot_row::one(tx, bot)?;
    let due = plan_of(society, tx.now(), &row, 0, 1);
    schedule::plan(tx, bot, due)?;
    society.planned(tx, bot, due);
    Ok(())
}

/// Plans everybody's next beat anew after the room's pace or provider changed.
fn replan_all(society: &Society, tx: &mut Tx<'_>) -> Result<()> {
    let bots = schedule::all_due(tx)?;
    let (now, count) = (tx.now(), bots.len());
    for (nth, bot) in bots.iter().enumerate() {
        let row = bot_row::one(tx, &bot.id)?;
        let due = plan_of(society, now, &row, nth, count);
        schedule::plan(tx, &bot.id, due)?;
        society.planned(tx, &bot.id, due);
    }
    Ok(())
}

fn plan_of(society: &Society, now: Stamp, row: &bot_row::BotRow, nth: usize, count: usize) -> Stamp {
    repaced(now, row, society.interval_of(&row.id, row.pace_seconds), nth, count)
}

/// An interval after the last beat, or the first beat as it was planned; where that has passed already or lies
/// further ahead than the interval, spread over the interval.
fn repaced(now: Stamp, row: &bot_row::BotRow, interval: u32, nth: usize, count: usize) -> Stamp {
    let next = match row.last_beat_at {
        Some(last) => Some(last.plus_seconds(i64::from(interval))),
        None => row.next_beat_at,
    };
    next.filter(|next| *next > now && *next <= spacing::latest(now, interval))
        .unwrap_or_else(|| spacing::spread(now, nth, count, interval))
}
