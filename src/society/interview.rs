//! Interviews: a person asks a bot out of band. The society does not see it; it is charged.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Society;
use super::answer;
use super::apply::Apply;
use super::budget::{self, Payer, Settlement};
use super::context::gather;
use super::draw;
use super::flight::{Call, Ready, Stage};
use super::heartbeat::{exchange, put_thought, settle_all};
use super::memory;
use super::outage;
use super::prompt;
use super::record::Record;
use super::room::Room;
use super::walk::step::{Step, ask, new_flight};
use crate::domain::Activity;
use crate::domain::status::Cap;
use crate::domain::text::{clean, clean_line, cut};
use crate::domain::{Extraction, Money};
use crate::llm::{Again, Completion, ProviderError, Purpose, Request};
use crate::protocol::{Exchange, Fault, FaultKind, InterviewAnswer};
use crate::society::work::Work;
use crate::store::{Result, Tx, bot_row};

/// Longest answer.
const ANSWER_MAX: usize = 8_000;
/// How a model names who asks, where it goes on with the talk by itself.
const PERSON: [&str; 5] = ["Person", "The person", "Interviewer", "User", "Human"];
/// Most characters of question and answer in the activity.
const SHOWN_MAX: usize = 500;

/// A person asks a bot. Where its provider must be awaited and no place is held there, only the gates.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) bot: String,
    pub(crate) question: String,
    pub(crate) remember: bool,
    /// The provider a place is held at.
    pub(crate) place: Option<String>,
}

impl Apply for Asked {
    type Outcome = Step;

    fn left_a_trace(outcome: &Step) -> bool {
        !matches!(outcome, Step::Place { .. } | Step::Told(Err(_)))
    }

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<Step> {
        let row = bot_row::one(tx, &self.bot)?;
        let config = room.config(&row.id, &row.config)?;
        let at = tx.now();
        let day = society.frame.day(at);
        let provider = society.provider_of(&config);
        let voice = society.voice(&provider).map_err(Fault::unavailable)?;
        let tariff = society.tariff(&config.model);
        let model = tariff.model.clone();
        let payer = Payer::bot(&society.frame, &row, &tariff);
        let capped = |cap: Cap| Step::Told(Err(Fault::new(FaultKind::TooMany, cap.sentence())));
        if let Some(cap) = budget::cap_in_the_way(tx, &payer, &day)? {
            return Ok(capped(cap));
        }
        if tariff.is_bound() && self.place.as_deref() != Some(provider.as_str()) {
            return Ok(Step::Place { flight: None, provider });
        }
        let board = room.board(tx, at)?;
        let scene = Arc::new(gather(tx, room, &board, &row, at)?);
        let seen = board.seq;
        let fence = draw::fence(&society.secret, &format!("interview:{}", row.id), seen.unsigned_abs());
        let limits = society.frame_for(&tariff, config.model.max_tokens);
        let told = prompt::interview(&scene, &limits, &fence, &self.question);
        let request = Request {
            purpose: Purpose::Interview,
            model,
            system: told.system,
            shared: told.shared,
            again: Again::NEVER,
            // The embedded provider reads the scene and wants the question alone.
            prompt: if tariff.is_bound() { told.user } else { self.question.clone() },
            schema: None,
            temperature: config.model.temperature,
            max_tokens: config.model.max_tokens,
            scene: Some(Arc::clone(&scene)),
            seed: draw::seed(society.seed, &row.id, seen.unsigned_abs(), Purpose::Interview.as_str()),
        };
        let reservation = match budget::reserve(tx, &payer, &tariff, &request, &day, at)? {
            Ok(reservation) => reservation,
            Err(cap) => return Ok(capped(cap)),
        };
        let ready = Ready {
            row,
            config,
            scene,
            sections: Arc::new(told.sections),
            tariff,
            fence,
            at,
            day,
            seen,
            heeds_pause: false,
        };
        let call = Call { probe: true, ..Call::new(request, ready.tariff.clone(), reservation) };
        if let Some(said) = voice.answer_at_once(&call.request) {
            // What it took is known before anything of it is stored.
            let usage = said.usage.unwrap_or_default();
            let payer = Payer::bot(&society.frame, &ready.row, &ready.tariff);
            if let Some(cap) = budget::stands_against(tx, &payer, &ready.tariff, usage, &ready.day)? {
                return Ok(capped(cap));
            }
            let settlement = call.settlement(&ready.day, None, said.usage, true, None);
            let mut made = exchange(Purpose::Interview, &said, &settlement);
            made.request = call.request.prompt.clone();
            let asked = Interviewed {
                question: &self.question,
                remember: self.remember,
                limit: call.request.max_tokens,
            };
            let work = &mut Work { society, room, tx };
            return end(work, &ready, &asked, &Ok(said), &[(made, settlement)]).map(Step::Told);
        }
        let (question, remember) = (self.question.clone(), self.remember);
        let stage = Stage::Interview { question, remember, again: false };
        ask(room, tx, new_flight(tx, ready, stage)?, call)
    }
}

/// What was asked, and how.
pub(crate) struct Interviewed<'a> {
    pub(crate) question: &'a str,
    pub(crate) remember: bool,
    /// Tokens the answer had at most.
    pub(crate) limit: u32,
}

/// The end of an interview: an answer, or why there is none.
///
/// # Errors
/// Database errors.
pub(crate) fn end(
    work: &mut Work<'_, '_>,
    ready: &Ready,
    asked: &Interviewed<'_>,
    result: &std::result::Result<Completion, ProviderError>,
    calls: &[(Exchange, Settlement)],
) -> Result<std::result::Result<InterviewAnswer, Fault>> {
    let provider = &ready.tariff.provider;
    let why = match result {
        Ok(said) => match said.trouble(asked.limit, provider) {
            None => {
                // Its own words alone; a refusal is shown, but nothing to remember.
                let words = answer::words_of(said.text.trim()).unwrap_or_else(|| said.text.clone());
                let own = answer::own_words(&words, &ready.scene, &PERSON);
                let sound = answer::sound(said, 1, asked.limit, provider).is_ok();
                let remember = asked.remember && sound && own.as_deref() != Some("");
                let shown = own.filter(|own| !own.is_empty()).unwrap_or(words);
                let asked = Interviewed { remember, ..*asked };
                return answered(work, ready, &asked, &shown, calls).map(Ok);
            }
            Some(why) => why,
        },
        Err(error) => clean_line(&error.message, 500),
    };
    lost(work.society, work.tx, ready, asked.question, &why, calls)?;
    Ok(Err(Fault::unavailable(why)))
}

/// Charges the interview, records it and, when asked to, lets the bot remember it.
///
/// # Errors
/// Database errors.
fn answered(
    work: &mut Work<'_, '_>,
    ready: &Ready,
    asked: &Interviewed<'_>,
    answer: &str,
    calls: &[(Exchange, Settlement)],
) -> Result<InterviewAnswer> {
    let (society, room, tx) = work.parts();
    let Interviewed { question, remember, .. } = *asked;
    let answer = clean(answer.trim(), ANSWER_MAX);
    let (tokens, cost, exchanges) = settle_all(tx, &ready.row.id, calls)?;
    let interview = Activity::Interview {
        question: cut(question, SHOWN_MAX).to_owned(),
        answer: Some(cut(&answer, SHOWN_MAX).to_owned()),
        error: None,
        remember,
    };
    let (at, day) = ready.moment(society, tx);
    let id =
        Record::new(&ready.row.id, &ready.row.name, interview, at).used(tokens, cost).put(society, tx)?;
    put_thought(society, tx, ready, id, None, exchanges)?;
    if ready.tariff.is_bound() {
        outage::ends(society, tx, &ready.tariff.provider, at)?;
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
fn lost(
    society: &Society,
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
    let interview = Activity::Interview {
        question: cut(question, SHOWN_MAX).to_owned(),
        answer: None,
        error: Some(why.to_owned()),
        remember: false,
    };
    let (at, _) = ready.moment(society, tx);
    let id =
        Record::new(&ready.row.id, &ready.row.name, interview, at).used(tokens, cost).put(society, tx)?;
    put_thought(society, tx, ready, id, None, exchanges)
}
