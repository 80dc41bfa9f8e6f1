//! One heartbeat, step by step, as the specification tells it.
//!
//! [`advance`] gates (what a beat leaves that ends there: [`ends`]), looks around and writes the prompt; the provider thinks; [`act`](act::act)
//! applies what it chose, in the caller's transaction, and plans the next beat;
//! [`remember`](remember::remember) stores what it leaves. A provider that answers at once goes through
//! all of it in [`advance`]; how the others are waited for is told by `walk`. What a beat
//! leaves in the books and in the record is written by [`record`].

mod act;
pub(crate) mod beat;
mod ends;
pub(crate) mod exchange;
mod futile;
pub(crate) mod record;
mod remember;

use std::sync::Arc;

pub(crate) use act::{act, gone, refuse};
pub(crate) use beat::{Beat, Finished};
pub(crate) use ends::failed;
use ends::{Forbids, gated, idle, is_quiet};
pub(crate) use exchange::exchange;
pub(crate) use record::{add_calls, put_thought, settle_all};
pub(crate) use remember::{remember, remember_by_record};

use super::Society;
use super::answer;
use super::budget::{self, Payer};
use super::context::gather;
use super::flight::{Call, Choice, Ready};
use super::moderation;
use super::outage::Trouble;
use super::prompt::{self, Prompt};
use super::room::Room;
use super::{draw, spacing};
use crate::domain::{Action, Money, Stamp};
use crate::llm::{Again, Completion, Purpose, Request};
use crate::society::work::Work;
use crate::store::bot_row::{self, BotRow};
use crate::store::{Result, StoreError, Tx};
use crate::tools::{Offline, Tool};

/// The beginning of a beat: over already, waiting for a place at its provider, or to be asked.
pub(crate) enum Begin {
    Over(Finished),
    Waits(String),
    Asking(Box<Asking>),
}

/// A question that is ready to be asked.
pub(crate) struct Asking {
    pub(crate) ready: Ready,
    pub(crate) request: Request,
    pub(crate) reservation: Option<i64>,
}

/// Steps 1 to 3: gate, context, prompt, reservation; where the provider answers in the process, all the others as
/// well. `place` names the provider a place is held at: without it a beat whose provider must be awaited ends at the
/// gate, and neither looks around nor reserves.
///
/// # Errors
/// Database errors; 404 for an unknown bot.
pub(crate) fn advance(
    society: &Society,
    room: &mut Room,
    tx: &mut Tx<'_>,
    beat: &Beat,
    place: Option<&str>,
) -> Result<Begin> {
    let row = bot_row::one(tx, &beat.bot)?;
    let config = room.config(&row.id, &row.config)?;
    let day = society.frame.day(beat.at);
    if row.is_paused {
        return gated(society, tx, beat, &row, Forbids::Person, &day).map(Begin::Over);
    }
    let provider = society.provider_of(&config);
    let voice = match society.voice(&provider) {
        Ok(voice) => voice,
        Err(why) => {
            let trouble = Trouble { why: &why, provider: &provider, outage: false, unreachable: false };
            return failed(&mut Work { society, room, tx }, beat, &row, trouble, (0, Money::ZERO))
                .map(Begin::Over);
        }
    };
    let tariff = society.tariff(&config.model);
    let model = tariff.model.clone();
    let payer = Payer::bot(&society.frame, &row, &tariff);
    if let Some(cap) = budget::cap_in_the_way(tx, &payer, &day)? {
        return gated(society, tx, beat, &row, Forbids::Cap(cap), &day).map(Begin::Over);
    }
    let board = room.board(tx, beat.at)?;
    let seen = board.seq;
    if !beat.forced && is_quiet(tx, &board, &row, &config)? {
        return idle(society, tx, beat, &row, seen).map(Begin::Over);
    }
    if tariff.is_bound() && place != Some(provider.as_str()) {
        return Ok(Begin::Waits(provider));
    }
    if !beat.forced && row.next_beat_at.is_some_and(|due| due > beat.at) {
        moderation::runs_ahead(tx, beat.at)?;
    }
    let scene = Arc::new(gather(tx, room, &board, &row, beat.at)?);
    let fence = draw::fence(&society.secret, &row.id, row.beat);
    let frame = society.frame_for(&tariff, config.model.max_tokens);
    // A provider in the process reads the scene: its prompt is put into words where it is written up.
    let prompt = if tariff.is_bound() { prompt::render(&scene, &frame, &fence) } else { Prompt::default() };
    let mut request = Request {
        purpose: Purpose::Think,
        model,
        system: prompt.system,
        shared: prompt.shared,
        again: {
            let own = society.interval_of(&row.id, row.pace_seconds);
            let bots = u32::try_from(board.bots.len()).unwrap_or(u32::MAX).max(1);
            Again { shared: own / bots, own }
        },
        prompt: prompt.user,
        schema: tariff.is_bound().then(|| prompt::schema(&scene, &frame, tariff.local)),
        temperature: config.model.temperature,
        max_tokens: config.model.max_tokens,
        scene: Some(Arc::clone(&scene)),
        seed: draw::seed(society.seed, &row.id, row.beat, "think"),
    };
    let reservation = match budget::reserve(tx, &payer, &tariff, &request, &day, beat.at)? {
        Ok(reservation) => reservation,
        Err(cap) => return gated(society, tx, beat, &row, Forbids::Cap(cap), &day).map(Begin::Over),
    };
    let mut ready = Ready {
        row,
        config,
        scene,
        sections: Arc::new(prompt.sections),
        tariff,
        fence,
        at: beat.at,
        day,
        seen,
        heeds_pause: beat.heeds_pause,
    };
    let Some(completion) = voice.answer_at_once(&request) else {
        return Ok(Begin::Asking(Box::new(Asking { ready, request, reservation })));
    };
    // The scene lasts until it is written up: whoever holds what was said lately has it copied by the next post.
    request.scene = None;
    if let Some(scene) = Arc::get_mut(&mut ready.scene) {
        (scene.told, scene.heard) = Default::default();
    }
    // What it took is known before anything of it is stored.
    let usage = completion.usage.unwrap_or_default();
    let payer = Payer::bot(&society.frame, &ready.row, &ready.tariff);
    if let Some(cap) = budget::stands_against(tx, &payer, &ready.tariff, usage, &ready.day)? {
        return gated(society, tx, beat, &ready.row, Forbids::Cap(cap), &ready.day).map(Begin::Over);
    }
    at_once(society, room, tx, &ready, &Call::new(request, ready.tariff.clone(), reservation), completion)
        .map(Begin::Over)
}

/// Steps 4 to 7 with an answer in hand; memories are noted beside the act, else extracted by rule.
fn at_once(
    society: &Society,
    room: &mut Room,
    tx: &mut Tx<'_>,
    ready: &Ready,
    call: &Call,
    completion: Completion,
) -> Result<Finished> {
    let mut work = Work { society, room, tx };
    let settlement = call.settlement(&ready.day, call.reservation, completion.usage, true, None);
    let calls = [(exchange(Purpose::Think, &completion, &settlement), settlement)];
    let (action, rung, noted) = match answer::parse(&completion.text, completion.finish, &ready.scene.allowed)
    {
        Ok(read) => read,
        Err(why) => return refuse(&mut work, ready, &why, &completion.text, &calls),
    };
    let findings = match &action {
        Action::WebSearch { query, .. } => {
            Offline.search_at_once(query).unwrap_or(Ok(Vec::new())).map_err(|error| error.to_string())
        }
        _ => Ok(Vec::new()),
    };
    let mut choice = Choice { action, rung, raw: completion.text, findings, noted };
    // Without a savepoint of its own: an act that is refused has written nothing (see `store::posts`).
    match act(&mut work, ready, &mut choice, &calls, false) {
        Ok(finished) => {
            if let Some(id) = finished.result.activity_id {
                remember(&mut work, ready, id, &choice, choice.noted.as_ref())?;
            }
            Ok(finished)
        }
        Err(StoreError::Refused(fault)) => {
            work.room.forget_mind(&ready.row.id);
            refuse(&mut work, ready, &fault.detail, &choice.raw, &calls)
        }
        Err(other) => Err(other),
    }
}

impl Society {
    /// When a bot wakes next: its interval later, a tenth more or less, so that bots do not march in step.
    pub(super) fn next_beat(&self, tx: &Tx<'_>, row: &BotRow, at: Stamp) -> Stamp {
        let interval = self.interval_of(&row.id, row.pace_seconds);
        // The clock may have been set back since the beat began.
        let at = if self.frame.simulated { at } else { at.min(tx.now()) };
        spacing::after(at, interval, draw::share(self.seed, &row.id, row.beat, "pace"))
    }
}
