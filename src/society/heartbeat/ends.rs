//! Beats that end before anybody thinks: paused, capped, nothing new, no usable provider.

use super::beat::{Beat, Finished};
use super::record::{ActOutcome, RAW_MAX, Stands, over, over_idle, put_activity, tell_status};
use crate::domain::Activity;
use crate::domain::status::Cap;
use crate::domain::text::clean_line;
use crate::domain::{Money, PersonalityConfig, Stamp};
use crate::protocol::Status;
use crate::society::Society;
use crate::society::outage::{self, Trouble};
use crate::society::room::Board;
use crate::society::work::Work;
use crate::store::bot_row::{self, BeatDone, BotRow};
use crate::store::{Result, Tx, activities, books, bots, schedule};

/// Whether nothing happened that the bot has not seen, and it is not time to speak up.
pub(super) fn is_quiet(tx: &Tx<'_>, board: &Board, row: &BotRow, config: &PersonalityConfig) -> Result<bool> {
    let bound = crate::domain::guidance::speak_up_bound(config.behavior.leadership_tendency);
    if row.beat == 0 || row.beats_since_thread > bound {
        return Ok(false);
    }
    Ok(!board.has_news(tx, &row.id, row.seen_seq)?)
}

/// An idle beat: no call, no row, counted.
pub(super) fn idle(
    society: &Society,
    tx: &mut Tx<'_>,
    beat: &Beat,
    row: &BotRow,
    seen: i64,
) -> Result<Finished> {
    let next = society.next_beat(tx, row, beat.at);
    bot_row::finish(
        tx,
        &BeatDone {
            idle: true,
            failing: row.failing.as_deref(),
            outage: row.outage,
            ..BeatDone::new(&row.id, beat.at, next, seen)
        },
    )?;
    // It asked nobody: what it failed of, if it did, still holds.
    let status = if row.failing.is_some() { Status::Failing } else { Status::Active };
    tell_status(society, tx, &row.id, status, row.failing.as_deref(), next, beat.at);
    Ok(over_idle(row, next))
}

/// What forbids a beat: a person who paused the bot, or a cap.
#[derive(Copy, Clone)]
pub(super) enum Forbids {
    Person,
    Cap(Cap),
}

/// A beat that is forbidden: one row per change of reason.
pub(super) fn gated(
    society: &Society,
    tx: &mut Tx<'_>,
    beat: &Beat,
    row: &BotRow,
    forbids: Forbids,
    day: &str,
) -> Result<Finished> {
    let next = society.next_beat(tx, row, beat.at);
    let (code, reason) = match forbids {
        Forbids::Person => ("paused", "paused by a person"),
        Forbids::Cap(cap) => (cap.code(), cap.sentence()),
    };
    let paused = matches!(forbids, Forbids::Person);
    let quiet = Activity::DoNothing { reason: reason.to_owned(), paused, cap_exceeded: !paused };
    let outcome = ActOutcome::new(quiet, "");
    let mut seq = None;
    if row.gate.as_deref() != Some(code) {
        let nothing = (0, Money::ZERO);
        seq = Some(note(society, tx, row, &outcome, nothing, (beat.at, day))?);
    }
    bot_row::finish(
        tx,
        &BeatDone {
            gate: Some(code),
            failing: row.failing.as_deref(),
            outage: row.outage,
            ..BeatDone::new(&row.id, beat.at, next, row.seen_seq)
        },
    )?;
    match forbids {
        Forbids::Person => tell_status(society, tx, &row.id, Status::Paused, Some(reason), next, beat.at),
        Forbids::Cap(cap) if society.world.is_heard() => {
            // What is told has the sums in it; the row above is one for as long as the reason holds.
            let room = books::spent_by_room(tx, day)?;
            let reason = bots::capped_reason(tx, cap, &row.id, room, beat.at, &society.frame.zone)?;
            tell_status(society, tx, &row.id, Status::Capped, Some(&reason), next, beat.at);
        }
        Forbids::Cap(_) => {}
    }
    Ok(over(row, next, &outcome, seq))
}

/// A beat whose provider cannot be used: the bot is failing. What was charged has a row of the bot's own; else an
/// outage has one row for the room, and what concerns the bot alone one when its reason changed.
pub(crate) fn failed(
    work: &mut Work<'_, '_>,
    beat: &Beat,
    row: &BotRow,
    trouble: Trouble<'_>,
    used: (i64, Money),
) -> Result<Finished> {
    let (society, room, tx) = work.parts();
    let now = BotRow { pace_seconds: schedule::own_pace(tx, &row.id)?, ..row.clone() };
    let next = society.next_beat(tx, &now, beat.at);
    let why = clean_line(trouble.why, RAW_MAX);
    let outcome = ActOutcome::new(Activity::Failed { error: why.clone(), provider: None }, "");
    let news = if trouble.outage {
        outage::begins(society, tx, trouble, &why)?
    } else {
        row.failing.as_deref() != Some(&why)
    };
    let mut seq = None;
    if used.0 > 0 || (news && !trouble.outage) {
        let day = society.frame.day(beat.at);
        seq = Some(note(society, tx, row, &outcome, used, (beat.at, &day))?);
        room.forget_mind(&row.id);
    } else if news {
        seq = Some(outage::put_row(society, tx, trouble.provider, &why, beat.at)?);
    }
    bot_row::finish(
        tx,
        &BeatDone {
            failing: Some(&why),
            outage: trouble.outage,
            ..BeatDone::new(&row.id, beat.at, next, row.seen_seq)
        },
    )?;
    tell_status(society, tx, &row.id, Status::Failing, Some(&why), next, beat.at);
    let mut finished = over(row, next, &outcome, seq);
    finished.add(used);
    Ok(finished)
}

/// The row of a beat that nothing came of; answers its number.
fn note(
    society: &Society,
    tx: &mut Tx<'_>,
    row: &BotRow,
    outcome: &ActOutcome,
    used: (i64, Money),
    (at, day): (Stamp, &str),
) -> Result<i64> {
    let id = activities::last_seq(tx)? + 1;
    put_activity(society, tx, row, outcome, used, &Stands { id, at, day, to_remember: false })?;
    Ok(id)
}
