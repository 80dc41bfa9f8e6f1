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
use crate::store::schedule::Paced;
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
    let bot_row::BotRow { id, next_beat_at, last_beat_at, pace_seconds, .. } = bot_row::one(tx, bot)?;
    let paced = Paced { id, next_beat_at, last_beat_at, pace_seconds };
    let due = plan_of(society, tx.now(), &paced, 0, 1);
    schedule::plan(tx, bot, due)?;
    society.planned(tx, bot, due);
    Ok(())
}

/// Plans everybody's next beat anew after the room's pace or provider changed.
fn replan_all(society: &Society, tx: &mut Tx<'_>) -> Result<()> {
    let bots = schedule::all_paced(tx)?;
    let (now, count) = (tx.now(), bots.len());
    for (nth, bot) in bots.iter().enumerate() {
        let due = plan_of(society, now, bot, nth, count);
        schedule::plan(tx, &bot.id, due)?;
        society.planned(tx, &bot.id, due);
    }
    Ok(())
}

fn plan_of(society: &Society, now: Stamp, bot: &Paced, nth: usize, count: usize) -> Stamp {
    repaced(now, bot, society.interval_of(&bot.id, bot.pace_seconds), nth, count)
}

/// An interval after the last beat, or the first beat as it was planned; where that has passed already or lies
/// further ahead than the interval, spread over the interval.
fn repaced(now: Stamp, bot: &Paced, interval: u32, nth: usize, count: usize) -> Stamp {
    let next = match bot.last_beat_at {
        Some(last) => Some(last.plus_seconds(i64::from(interval))),
        None => bot.next_beat_at,
    };
    next.filter(|next| *next > now && *next <= spacing::latest(now, interval))
        .unwrap_or_else(|| spacing::spread(now, nth, count, interval))
}
