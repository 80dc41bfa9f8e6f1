//! Interviews: a person asks a bot out of band. The society does not see it; it is charged.

use std::sync::Arc;

use serde_json::json;

use super::budget::{self, Cap, Settlement, Tariff};
use super::context::gather;
use super::draw;
use super::handle::Record;
use super::heartbeat::{Ready, put_thought, settle_all};
use super::memory;
use super::outage;
use super::prompt;
use super::room::Room;
use super::shared::Shared;
use crate::domain::text::{clean, cut};
use crate::domain::{Extraction, Money};
use crate::llm::{Again, Guard, Purpose, Request};
use crate::protocol::{Exchange, Fault, InterviewAnswer};
use crate::store::{Result, Tx, beat};

/// Longest answer.
const ANSWER_MAX: usize = 8_000;

/// The beginning of an interview.
pub(super) enum Begun {
    /// A cap stands in the way.
    Capped(Cap),
    /// It needs a place at this provider first.
    Waits(Arc<Guard>),
    /// Ready, and reserved.
    Asking(Box<Ready>),
}

/// Gathers what the bot knows and writes the prompt, once a place is held at its provider (see
/// [`super::heartbeat::begin`]).
///
/// # Errors
/// 404, 503 when its provider is not set up.
pub(super) fn begin(
    shared: &Shared,
    room: &mut Room,
    tx: &Tx<'_>,
    bot: &str,
    question: &str,
    place: Option<&str>,
) -> Result<Begun> {
    let row = beat::bot(tx, bot)?;
    let config = room.config(&row.id, &row.config)?;
    let at = shared.clock.now();
    let day = shared.clock.day(at);
    let provider = shared.provider_of(&config);
    let guard = shared.guard(&provider).map_err(Fault::unavailable)?;
    let model = if config.model.model.is_empty() {
        guard.default_model().to_owned()
    } else {
        config.model.model.clone()
    };
    let tariff = Tariff::of(&shared.settings, &provider, &model);
    if let Some(cap) = budget::gate(tx, &shared.settings, &row, &tariff, &day)? {
        return Ok(Begun::Capped(cap));
    }
    if place != Some(provider.as_str()) {
        return Ok(Begun::Waits(guard));
    }
    let board = room.board(tx, at)?;
    let scene = Arc::new(gather(tx, room, &board, &row, at)?);
    let seen = board.seq;
    let fence = draw::fence(&shared.secret, &format!("interview:{}", row.id), seen.unsigned_abs());
    let smaller =
        shared.settings.within_context(shared.context_of(&provider, &model), config.model.max_tokens);
    let told = prompt::interview(&scene, smaller.as_ref().unwrap_or(&shared.settings), &fence, question);
    let request = Request {
        purpose: Purpose::Interview,
        model,
        system: told.system,
        shared: told.shared,
        again: Again::NEVER,
        // The embedded provider reads the scene and wants the question alone.
        prompt: if tariff.is_bound() { told.user } else { question.to_owned() },
        schema: None,
        temperature: config.model.temperature,
        max_tokens: config.model.max_tokens,
        scene: Some(Arc::clone(&scene)),
        seed: draw::seed(shared.seed, &row.id, seen.unsigned_abs(), "interview"),
    };
    let reservation = match budget::admit(tx, &shared.settings, &row, &tariff, &request, &day, at)? {
        Ok(reservation) => reservation,
        Err(cap) => return Ok(Begun::Capped(cap)),
    };
    Ok(Begun::Asking(Box::new(Ready {
        row,
        config,
        scene,
        sections: Arc::new(told.sections),
        request,
        guard,
        tariff,
        fence,
        at,
        day,
        seen,
        reservation,
        heeds_pause: false,
    })))
}

/// Charges the interview, records it and, when asked to, lets the bot remember it.
///
/// # Errors
/// Database errors.
#[allow(clippy::too_many_arguments)] // the interview and its parts
pub(super) fn end(
    shared: &Shared,
    room: &mut Room,
    tx: &mut Tx<'_>,
    ready: &Ready,
    question: &str,
    answer: &str,
    remember: bool,
    calls: &[(Exchange, Settlement)],
) -> Result<InterviewAnswer> {
    let answer = clean(answer.trim(), ANSWER_MAX);
    let (tokens, cost, exchanges) = settle_all(tx, &ready.row.id, calls)?;
    let details = json!({
        "question": cut(question, 500), "answer": cut(&answer, 500), "remember": remember,
        "reputation_score": ready.row.reputation,
    });
    let (at, day) = ready.moment(shared);
    let id = Record::new(&ready.row.id, &ready.row.name, "interview", details, at)
        .used(tokens, cost)
        .put(shared, tx)?;
    put_thought(shared, tx, ready, id, "none", exchanges)?;
    if ready.tariff.is_bound() {
        outage::ends(shared, tx, &ready.tariff.provider, at)?;
    }
    if remember {
        let from = memory::Source { bot: &ready.row.id, activity_id: id, at, day: &day, thread_id: None };
        let moment = format!("A person asked me “{}” and I said: {}", cut(question, 120), cut(&answer, 140));
        let left = Extraction { moments: vec![moment], ..Extraction::default() };
        memory::store(tx, room.mind(tx, &ready.row.id)?, &from, &left, &[])?;
    }
    Ok(InterviewAnswer { answer, tokens_used: tokens, cost_usd: cost })
}

/// Charges an interview that was not answered, with a row that says so where it cost something.
///
/// # Errors
/// Database errors.
pub(super) fn lost(
    shared: &Shared,
    tx: &mut Tx<'_>,
    ready: &Ready,
    question: &str,
    why: &str,
    calls: &[(Exchange, Settlement)],
) -> Result<()> {
    let (tokens, cost, exchanges) = settle_all(tx, &ready.row.id, calls)?;
    if tokens == 0 && cost == Money::ZERO {
        return Ok(());
    }
    let details = json!({
        "success": false, "question": cut(question, 500), "error": why, "remember": false,
        "reputation_score": ready.row.reputation,
    });
    let (at, _) = ready.moment(shared);
    let id = Record::new(&ready.row.id, &ready.row.name, "interview", details, at)
        .used(tokens, cost)
        .put(shared, tx)?;
    put_thought(shared, tx, ready, id, "none", exchanges)
}
