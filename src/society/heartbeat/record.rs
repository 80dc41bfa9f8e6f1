//! What a beat leaves besides the act: the books, the activity, the thought record, and what is announced.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::beat::Finished;
use crate::domain::activity::{self, Activity, ActivityKind, IDLE};
use crate::domain::scene::Recalled;
use crate::domain::text::clean;
use crate::domain::{Money, Rung, Stamp};
use crate::protocol::{BeatResult, Exchange, Notice, PromptSection, RecalledMemory, Status};
use crate::society::Society;
use crate::society::budget::{self, Settlement};
use crate::society::flight::Ready;
use crate::society::prompt;
use crate::store::activities::{self, NewActivity};
use crate::store::bot_row::BotRow;
use crate::store::thoughts::{self, RecordKey, ThoughtRecord};
use crate::store::{Result, Tx, books, bots};

/// Longest raw answer kept in an activity's details.
pub(super) const RAW_MAX: usize = 500;

/// Writes the calls of a beat into the books; answers tokens and cost of all, exchanges with what was charged.
pub(crate) fn settle_all(
    tx: &Tx<'_>,
    bot: &str,
    calls: &[(Exchange, Settlement)],
) -> Result<(i64, Money, Vec<Exchange>)> {
    let (mut tokens, mut cost, mut exchanges) = (0, Money::ZERO, Vec::with_capacity(calls.len()));
    for (exchange, settlement) in calls {
        let (usage, price) = budget::settle(tx, bot, settlement)?;
        tokens += usage.total();
        cost += price;
        let mut told = Exchange { usage, cost_usd: price, ..exchange.clone() };
        if let Some(error) = told.error.as_mut().filter(|_| !exchange.reported && usage.total() > 0) {
            let _ = write!(error, " (charged for what was sent: about {} tokens)", usage.total());
        }
        exchanges.push(told);
    }
    Ok((tokens, cost, exchanges))
}

/// Charges the calls made after an act (extraction, compression) to it, and adds them to its record; answers
/// what they came to.
///
/// # Errors
/// Database errors.
pub(crate) fn add_calls(
    tx: &Tx<'_>,
    bot: &str,
    activity_id: i64,
    calls: &[(Exchange, Settlement)],
) -> Result<(i64, Money)> {
    if calls.is_empty() {
        return Ok((0, Money::ZERO));
    }
    let (tokens, cost, exchanges) = settle_all(tx, bot, calls)?;
    let day = calls.first().map_or("", |(_, settlement)| settlement.day.as_str());
    activities::charge(tx, bot, day, activity_id, tokens, cost)?;
    thoughts::add_exchanges(tx, activity_id, exchanges)?;
    Ok((tokens, cost))
}

/// What came of a beat, as it is told.
pub(crate) struct ActOutcome {
    pub(crate) activity: Activity,
    pub(crate) succeeded: bool,
    pub(crate) raw: String,
}

impl ActOutcome {
    /// With the raw answer it was read from, which is cut.
    pub(crate) fn new(activity: Activity, raw: &str) -> Self {
        let succeeded = activity.succeeded();
        Self { activity, succeeded, raw: clean(raw, RAW_MAX) }
    }

    const fn kind(&self) -> ActivityKind {
        self.activity.kind()
    }
}

/// Where an activity stands in the stream.
pub(crate) struct Stands<'a> {
    /// Its number, the next.
    pub(crate) id: i64,
    /// When it was.
    pub(crate) at: Stamp,
    /// On which of the room's days.
    pub(crate) day: &'a str,
    /// Whether its memories are still to be extracted.
    pub(crate) to_remember: bool,
}

/// Stores an activity, and announces it after the commit.
pub(crate) fn put_activity(
    society: &Society,
    tx: &mut Tx<'_>,
    row: &BotRow,
    outcome: &ActOutcome,
    (tokens, cost): (i64, Money),
    stands: &Stands<'_>,
) -> Result<()> {
    let &Stands { id, at, day, to_remember } = stands;
    let kind = outcome.kind();
    let mut details = activity::details(&outcome.activity, outcome.succeeded, row.reputation, &outcome.raw);
    let text = details.to_string();
    activities::insert(
        tx,
        &NewActivity { id, actor: &row.id, kind, details: &text, tokens, cost, at, day, to_remember },
    )?;
    if society.world.is_heard() {
        if let Some(details) = details.as_object_mut() {
            details.shift_remove("raw_response");
        }
        let notice = Notice::HeartbeatComplete {
            bot_id: row.id.clone(),
            bot_name: row.name.clone(),
            action: kind.as_str().to_owned(),
            details,
            tokens_used: tokens,
            cost_usd: cost,
            cost_simulated: society.is_simulated(cost),
        };
        society.announce(tx, id, at, notice);
    } else {
        let world = Arc::clone(&society.world);
        tx.after_commit(move || world.note(id));
    }
    Ok(())
}

pub(crate) fn put_thought(
    society: &Society,
    tx: &mut Tx<'_>,
    ready: &Ready,
    seq: i64,
    rung: Option<Rung>,
    exchanges: Vec<Exchange>,
) -> Result<()> {
    if !society.records.load(Ordering::Acquire) {
        return Ok(());
    }
    let (provider, model) = (ready.tariff.provider.clone(), ready.tariff.model.clone());
    let keep = society.frame.thoughts_keep;
    if keep == 0 && !ready.tariff.is_bound() {
        return Ok(());
    }
    let rung = rung.map_or(Rung::NONE, Rung::as_str).to_owned();
    let sections = (!ready.sections.is_empty()).then(|| Arc::clone(&ready.sections));
    let (scene, frame, fence) = (Arc::clone(&ready.scene), Arc::clone(&society.frame), ready.fence.clone());
    let record = move || {
        // What was said to a provider in the process is put into words here.
        let sections = sections.unwrap_or_else(|| prompt::render(&scene, &frame, &fence).sections.into());
        let memories = recalled(&scene.memories, &sections);
        ThoughtRecord { provider, model, rung, sections, memories, exchanges }
    };
    if ready.tariff.is_bound() {
        // Later calls of the beat are added to it; it must be there for them.
        return thoughts::put(tx, seq, &record().pack()?, keep);
    }
    let place = RecordKey { bot: ready.row.id.clone(), id: seq, epoch: tx.rollbacks(), keep };
    let written = society.world.write_up(place, Box::new(record))?;
    // The scene ends here and not on the thread that writes: it shares hundreds of parts with what this one goes on using.
    let scene = Arc::clone(&ready.scene);
    tx.before_commit(move |c| {
        let stored = thoughts::put(c, seq, &written()?, keep);
        drop(scene);
        stored
    });
    Ok(())
}

/// What came to mind, each with what became of it in the prompt.
fn recalled(memories: &[Recalled], sections: &[PromptSection]) -> Vec<RecalledMemory> {
    // Four places say all there is to see; more would only take room on the disk.
    let told = |score: f64| (score * 1e4).round() / 1e4;
    let notes =
        sections.iter().filter(|section| section.name == "memories").flat_map(|section| &section.notes);
    let noted: HashMap<i64, &str> = notes.map(|note| (note.id, note.fate.as_str())).collect();
    memories
        .iter()
        .map(|m| RecalledMemory {
            id: m.id,
            kind: m.kind.as_str().to_owned(),
            text: m.text.clone(),
            pinned: m.pinned,
            relevance: told(m.relevance),
            recency: told(m.recency),
            importance: told(m.importance),
            score: told(m.score),
            fate: noted.get(&m.id).copied().unwrap_or("whole").to_owned(),
        })
        .collect()
}

/// Announces a bot's status after the commit.
pub(crate) fn tell_status(
    society: &Society,
    tx: &mut Tx<'_>,
    bot: &str,
    status: Status,
    reason: Option<&str>,
    next: Stamp,
    at: Stamp,
) {
    if !society.world.is_heard() {
        return;
    }
    let reason = reason.map(|reason| match status {
        Status::Failing => bots::failing_reason(reason, Some(next), &society.frame.zone),
        _ => reason.to_owned(),
    });
    let notice = Notice::BotStatus { bot_id: bot.to_owned(), status, reason, next_beat_at: Some(next) };
    society.tell(tx, at, notice);
}

pub(super) fn tell_usage(society: &Society, tx: &mut Tx<'_>, bot: &str, day: &str, at: Stamp) -> Result<()> {
    if !society.world.is_heard() {
        return Ok(());
    }
    let spent = books::spent(tx, bot, day)?;
    let notice =
        Notice::Usage { bot_id: bot.to_owned(), total_tokens: spent.tokens, total_cost_usd: spent.cost };
    society.tell(tx, at, notice);
    Ok(())
}

/// The end of a beat that left `outcome`, as row `activity_id` where it has one.
pub(super) fn over(row: &BotRow, next: Stamp, outcome: &ActOutcome, activity_id: Option<i64>) -> Finished {
    let mut details = outcome.activity.plain();
    details.insert("reputation_score".into(), row.reputation.into());
    finished(
        row,
        next,
        BeatResult {
            success: outcome.succeeded,
            action: outcome.kind().as_str().to_owned(),
            activity_id,
            details,
        },
    )
}

/// The end of a beat that found nothing to do.
pub(super) fn over_idle(row: &BotRow, next: Stamp) -> Finished {
    let reason = ("reason".to_owned(), "nothing new since its last beat".into());
    let details = std::iter::once(reason).collect();
    finished(row, next, BeatResult { success: true, action: IDLE.to_owned(), activity_id: None, details })
}

fn finished(row: &BotRow, next: Stamp, result: BeatResult) -> Finished {
    Finished { bot: row.id.clone(), next, result, tokens: 0, cost: Money::ZERO, to_remember: false }
}
