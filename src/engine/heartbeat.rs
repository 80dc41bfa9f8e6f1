//! One heartbeat, step by step, as the specification tells it.
//!
//! [`begin`] gates, looks around and writes the prompt; the provider thinks; [`act`] applies
//! what it chose, in the caller's transaction, and plans the next beat; [`remember`] stores what
//! it leaves, in a transaction of its own. A provider that answers at once goes through all of
//! it in one job on the writer ([`whole`]); the others are awaited in `thinking`.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::answer::{self, Rung};
use super::budget::{self, Settlement, Tariff};
use super::context::{deed, gather};
use super::memory;
use super::moderation;
use super::prompt;
use super::room::Room;
use super::shared::Shared;
use super::{draw, schedule};
use crate::domain::scene::FeedReply;
use crate::domain::text::{clean, clean_line, cut};
use crate::domain::{Action, Extraction, Money, PersonalityConfig, Scene, Stamp};
use crate::llm::{Completion, Guard, Purpose, Request};
use crate::protocol::{BeatResult, Exchange, Notice, PromptSection, RecalledMemory, Status};
use crate::store::acts::{self, NewReply, NewThread, Target};
use crate::store::beat::{self, BeatDone, BotRow, NewActivity, NewFlag};
use crate::store::feed::REPLY_CHARS;
use crate::store::mind::DatedPost;
use crate::store::thoughts::ThoughtRecord;
use crate::store::{Result, StoreError, Tx};
use crate::tools::{Finding, Tool};

/// Longest raw answer kept in an activity's details.
const RAW_MAX: usize = 500;
/// Longest raw answer kept in a thought record.
const ANSWER_MAX: usize = 20_000;
/// Longest name of a model as a server tells it.
const MODEL_MAX: usize = 200;
/// Longest part of a reply in the details.
const CONTENT_SHOWN: usize = 200;

/// A beat to run.
#[derive(Clone, Debug)]
pub(super) struct Beat {
    pub(super) bot: String,
    /// The room's time.
    pub(super) at: Stamp,
    /// Asked for by a person: runs even when there is nothing new.
    pub(super) forced: bool,
}

/// What a beat came to.
#[derive(Clone, Debug)]
pub(super) struct Finished {
    pub(super) bot: String,
    /// When the bot wakes next.
    pub(super) next: Stamp,
    pub(super) result: BeatResult,
    pub(super) tokens: i64,
    pub(super) cost: Money,
    /// Whether its memories are still to be extracted by a model.
    pub(super) to_remember: bool,
}

/// The beginning of a beat: over already, or ready to think.
pub(super) enum Begun {
    Over(Finished),
    Thinking(Box<Ready>),
}

/// A bot with its prompt in hand.
pub(super) struct Ready {
    pub(super) row: BotRow,
    pub(super) config: Arc<PersonalityConfig>,
    pub(super) scene: Arc<Scene>,
    pub(super) sections: Arc<Vec<PromptSection>>,
    pub(super) request: Request,
    pub(super) guard: Arc<Guard>,
    pub(super) tariff: Tariff,
    pub(super) fence: String,
    pub(super) at: Stamp,
    pub(super) day: String,
    pub(super) seen: i64,
    pub(super) reservation: Option<i64>,
}

/// An answer that was read.
pub(super) struct Choice {
    pub(super) action: Action,
    pub(super) rung: Rung,
    pub(super) raw: String,
    /// What a look-up found, or why it failed.
    pub(super) findings: std::result::Result<Vec<Finding>, String>,
}

/// Steps 1 and 2: gate, context, prompt, reservation.
///
/// # Errors
/// Database errors; 404 for an unknown bot.
pub(super) fn begin(shared: &Shared, room: &mut Room, tx: &mut Tx<'_>, beat: &Beat) -> Result<Begun> {
    let row = beat::bot(tx, &beat.bot)?;
    let config = room.config(&row.id, &row.config)?;
    let day = shared.clock.day(beat.at);
    if row.is_paused {
        return gated(shared, tx, beat, &row, "paused", "paused by a person", &day).map(Begun::Over);
    }
    let provider = shared.provider_of(&config);
    let guard = match shared.guard(&provider) {
        Ok(guard) => guard,
        Err(why) => return failed(shared, room, tx, beat, &row, &why, &day).map(Begun::Over),
    };
    let model = if config.model.model.is_empty() {
        guard.default_model().to_owned()
    } else {
        config.model.model.clone()
    };
    let tariff = Tariff::of(&shared.settings, &provider, &model);
    if let Some(cap) = budget::gate(tx, &shared.settings, &row, &tariff, &day)? {
        return gated(shared, tx, beat, &row, cap.code(), cap.sentence(), &day).map(Begun::Over);
    }
    let seen = beat::last_seq(tx)?;
    if !beat.forced && is_quiet(tx, &row, &config)? {
        return idle(shared, tx, beat, &row, seen).map(Begun::Over);
    }
    let scene = Arc::new(gather(tx, room, &row, beat.at)?);
    let fence = draw::fence(&shared.secret, &row.id, row.beat);
    let prompt = prompt::render(&scene, &shared.settings, &fence);
    let request = Request {
        purpose: Purpose::Think,
        model,
        system: prompt.system,
        prompt: prompt.user,
        schema: tariff.is_bound().then(|| prompt::schema(&scene.allowed)),
        temperature: config.model.temperature,
        max_tokens: config.model.max_tokens,
        scene: Some(Arc::clone(&scene)),
        seed: draw::seed(shared.seed, &row.id, row.beat, "think"),
    };
    let reservation = match budget::admit(tx, &shared.settings, &row, &tariff, &request, &day, beat.at)? {
        Ok(reservation) => reservation,
        Err(cap) => return gated(shared, tx, beat, &row, cap.code(), cap.sentence(), &day).map(Begun::Over),
    };
    Ok(Begun::Thinking(Box::new(Ready {
        row,
        config,
        scene,
        sections: Arc::new(prompt.sections),
        request,
        guard,
        tariff,
        fence,
        at: beat.at,
        day,
        seen,
        reservation,
    })))
}

/// Whether nothing happened that the bot has not seen, and it is not time to speak up.
fn is_quiet(tx: &Tx<'_>, row: &BotRow, config: &PersonalityConfig) -> Result<bool> {
    let bound = crate::domain::guidance::speak_up_bound(config.behavior.leadership_tendency);
    if row.beat == 0 || row.beats_since_thread > bound {
        return Ok(false);
    }
    Ok(!beat::has_news(tx, &row.id, row.seen_seq)?)
}

/// An idle beat: no call, no row, counted.
fn idle(shared: &Shared, tx: &mut Tx<'_>, beat: &Beat, row: &BotRow, seen: i64) -> Result<Finished> {
    let next = shared.next_beat(row, beat.at);
    beat::finish(
        tx,
        &BeatDone {
            bot: &row.id,
            at: beat.at,
            next,
            seen_seq: seen,
            idle: true,
            opened_thread: false,
            gate: None,
            failing: row.failing.as_deref(),
        },
    )?;
    tell_status(shared, tx, &row.id, Status::Active, None, next, beat.at);
    let mut details = Map::new();
    details.insert("reason".into(), "nothing new since its last beat".into());
    Ok(over(row, next, "idle", true, None, details))
}

/// A beat that a person or a cap forbids: one row per change of reason.
fn gated(
    shared: &Shared,
    tx: &mut Tx<'_>,
    beat: &Beat,
    row: &BotRow,
    code: &str,
    reason: &str,
    day: &str,
) -> Result<Finished> {
    let next = shared.next_beat(row, beat.at);
    let mark = if code == "paused" { "paused" } else { "cap_exceeded" };
    let details = json!({
        "success": true, "action": "do_nothing", "reason": reason, mark: true,
        "reputation_score": row.reputation, "raw_response": "",
    });
    let mut seq = None;
    if row.gate.as_deref() != Some(code) {
        seq = Some(put_activity(
            shared,
            tx,
            row,
            "do_nothing",
            details.clone(),
            (0, Money::ZERO),
            beat.at,
            day,
            false,
        )?);
    }
    beat::finish(
        tx,
        &BeatDone {
            bot: &row.id,
            at: beat.at,
            next,
            seen_seq: row.seen_seq,
            idle: false,
            opened_thread: false,
            gate: Some(code),
            failing: row.failing.as_deref(),
        },
    )?;
    let status = if code == "paused" { Status::Paused } else { Status::Capped };
    tell_status(shared, tx, &row.id, status, Some(reason), next, beat.at);
    Ok(over(row, next, "do_nothing", true, seq, plain(details)))
}

/// A beat whose provider cannot be used: a row when the reason changed, and the bot is failing.
pub(super) fn failed(
    shared: &Shared,
    room: &mut Room,
    tx: &mut Tx<'_>,
    beat: &Beat,
    row: &BotRow,
    why: &str,
    day: &str,
) -> Result<Finished> {
    let now = BotRow { pace_seconds: beat::own_pace(tx, &row.id)?, ..row.clone() };
    let next = shared.next_beat(&now, beat.at);
    let why = clean_line(why, RAW_MAX);
    let details = json!({
        "success": false, "action": "failed", "error": why,
        "reputation_score": row.reputation, "raw_response": "",
    });
    let mut seq = None;
    if row.failing.as_deref() != Some(&why) {
        seq = Some(put_activity(
            shared,
            tx,
            row,
            "failed",
            details.clone(),
            (0, Money::ZERO),
            beat.at,
            day,
            false,
        )?);
        room.forget_mind(&row.id);
    }
    beat::finish(
        tx,
        &BeatDone {
            bot: &row.id,
            at: beat.at,
            next,
            seen_seq: row.seen_seq,
            idle: false,
            opened_thread: false,
            gate: None,
            failing: Some(&why),
        },
    )?;
    tell_status(shared, tx, &row.id, Status::Failing, Some(&why), next, beat.at);
    Ok(over(row, next, "failed", false, seq, plain(details)))
}

/// Begins a beat and, where the provider answers in the process, ends it too: all in one job.
///
/// # Errors
/// Database errors; 404 for an unknown bot.
pub(super) fn advance(shared: &Shared, room: &mut Room, tx: &mut Tx<'_>, beat: &Beat) -> Result<Begun> {
    let ready = match begin(shared, room, tx, beat)? {
        Begun::Over(finished) => return Ok(Begun::Over(finished)),
        Begun::Thinking(ready) => ready,
    };
    let Some(completion) = ready.guard.answer_at_once(&ready.request) else {
        return Ok(Begun::Thinking(ready));
    };
    // What it took is known before anything of it is stored.
    let usage = completion.usage.unwrap_or_default();
    let (settings, day) = (&shared.settings, ready.day.as_str());
    if let Some(cap) = budget::stands_against(tx, settings, &ready.row, &ready.tariff, usage, day)? {
        let row = &ready.row;
        return gated(shared, tx, beat, row, cap.code(), cap.sentence(), day).map(Begun::Over);
    }
    at_once(shared, room, tx, &ready, completion).map(Begun::Over)
}

/// As [`advance`], for a batch: a beat that must be awaited is begun anew outside, so its reservation is given back.
///
/// # Errors
/// Database errors; 404 for an unknown bot.
pub(super) fn advance_or_release(
    shared: &Shared,
    room: &mut Room,
    tx: &mut Tx<'_>,
    beat: &Beat,
) -> Result<Begun> {
    let begun = advance(shared, room, tx, beat)?;
    if let Begun::Thinking(ready) = &begun
        && let Some(id) = ready.reservation
    {
        beat::release(tx, id)?;
    }
    Ok(begun)
}

/// Steps 4 to 7 with an answer in hand; memories are extracted by rule.
fn at_once(
    shared: &Shared,
    room: &mut Room,
    tx: &mut Tx<'_>,
    ready: &Ready,
    completion: Completion,
) -> Result<Finished> {
    let settlement = ready.settlement(ready.reservation, &ready.request, Some(&completion));
    let calls = [(exchange("think", &completion, &settlement), settlement)];
    let (action, rung) = match answer::parse(&completion.text, &ready.scene.allowed) {
        Ok(read) => read,
        Err(why) => return refuse(shared, room, tx, ready, &why, &completion.text, &calls),
    };
    let findings = match &action {
        Action::WebSearch { query, .. } => {
            shared.offline.search_at_once(query).unwrap_or(Ok(Vec::new())).map_err(|error| error.to_string())
        }
        _ => Ok(Vec::new()),
    };
    let choice = Choice { action, rung, raw: completion.text, findings };
    // Without a savepoint of its own: an act that is refused has written nothing (see `store::acts`).
    match act(shared, room, tx, ready, &choice, &calls, false) {
        Ok(finished) => {
            if let Some(id) = finished.result.activity_id {
                let extraction = memory::extract(&ready.scene, &choice.action);
                remember(shared, room, tx, ready, id, &choice, &extraction)?;
            }
            Ok(finished)
        }
        Err(StoreError::Refused(fault)) => {
            room.forget_mind(&ready.row.id);
            refuse(shared, room, tx, ready, &fault.detail, &choice.raw, &calls)
        }
        Err(other) => Err(other),
    }
}

/// The record's side of a call.
pub(super) fn exchange(purpose: &str, completion: &Completion, settlement: &Settlement) -> Exchange {
    let usage = completion.usage.unwrap_or_default();
    Exchange {
        purpose: purpose.to_owned(),
        provider: settlement.tariff.provider.clone(),
        model: clean_line(&completion.model, MODEL_MAX),
        request: String::new(),
        answer: clean(&completion.text, ANSWER_MAX),
        usage,
        reported: completion.usage.is_some(),
        latency_ms: i64::try_from(completion.latency.as_millis()).unwrap_or(i64::MAX),
        cost_usd: settlement.tariff.price.cost(usage),
        error: None,
    }
}

impl Ready {
    /// When the bot wakes next, by the pace it has now: a person may have changed it while it was thinking.
    fn next_beat(&self, shared: &Shared, tx: &Tx<'_>) -> Result<Stamp> {
        if !self.tariff.is_bound() {
            return Ok(shared.next_beat(&self.row, self.at));
        }
        let pace_seconds = beat::own_pace(tx, &self.row.id)?;
        Ok(shared.next_beat(&BotRow { pace_seconds, ..self.row.clone() }, self.at))
    }

    /// The books' side of a call made with this bot's own provider.
    pub(super) fn settlement(
        &self,
        reservation: Option<i64>,
        request: &Request,
        completion: Option<&Completion>,
    ) -> Settlement {
        Settlement {
            reservation,
            tariff: self.tariff.clone(),
            day: self.day.clone(),
            bytes: budget::bytes(request),
            usage: completion.and_then(|c| c.usage),
            charged: true,
        }
    }
}

/// Writes the calls of a beat into the books; answers tokens and cost of all, exchanges with what was charged.
pub(super) fn settle_all(
    tx: &Tx<'_>,
    bot: &str,
    calls: &[(Exchange, Settlement)],
) -> Result<(i64, Money, Vec<Exchange>)> {
    let (mut tokens, mut cost, mut exchanges) = (0, Money::ZERO, Vec::with_capacity(calls.len()));
    for (exchange, settlement) in calls {
        let (usage, price) = budget::settle(tx, bot, settlement)?;
        tokens += usage.total();
        cost += price;
        exchanges.push(Exchange { usage, cost_usd: price, ..exchange.clone() });
    }
    Ok((tokens, cost, exchanges))
}

/// Charges the calls made after an act (extraction, compression) to it, and adds them to its record.
///
/// # Errors
/// Database errors.
pub(super) fn add_calls(
    tx: &Tx<'_>,
    bot: &str,
    activity_id: i64,
    calls: &[(Exchange, Settlement)],
) -> Result<()> {
    if calls.is_empty() {
        return Ok(());
    }
    let (tokens, cost, exchanges) = settle_all(tx, bot, calls)?;
    beat::charge_activity(tx, activity_id, tokens, cost)?;
    if let Some(bytes) = beat::thought(tx, activity_id)? {
        let mut record = ThoughtRecord::decode(&bytes)?;
        record.exchanges.extend(exchanges);
        beat::replace_thought(tx, activity_id, &record.encode()?)?;
    }
    Ok(())
}

/// Step 5: applies the act with everything that belongs to it. The caller's transaction makes it all or nothing.
///
/// # Errors
/// A [`StoreError::Refused`] names what is wrong with the act (an id that does not exist, a vote for oneself).
pub(super) fn act(
    shared: &Shared,
    room: &mut Room,
    tx: &mut Tx<'_>,
    ready: &Ready,
    choice: &Choice,
    calls: &[(Exchange, Settlement)],
    to_remember: bool,
) -> Result<Finished> {
    let row = &ready.row;
    let seq = beat::last_seq(tx)? + 1;
    let kind = choice.action.kind();
    let done = apply(room, tx, ready, choice, seq)?;
    let (tokens, cost, exchanges) = settle_all(tx, &row.id, calls)?;
    let mut details = Map::new();
    details.insert("success".into(), done.success.into());
    details.insert("action".into(), kind.as_str().into());
    details.extend(done.details);
    details.insert("reputation_score".into(), row.reputation.into());
    details.insert("raw_response".into(), clean(&choice.raw, RAW_MAX).into());
    let written = put_activity(
        shared,
        tx,
        row,
        kind.as_str(),
        Value::Object(details.clone()),
        (tokens, cost),
        ready.at,
        &ready.day,
        to_remember,
    )?;
    debug_assert_eq!(written, seq);
    beat::count_rung(tx, &ready.tariff.provider, &ready.tariff.model, choice.rung.as_str())?;
    put_thought(shared, tx, ready, seq, choice.rung.as_str(), exchanges)?;
    room.acted(seq, done.post.as_ref().map(|post| post.post.thread_id));
    let interval = shared.interval_of(&row.id, row.pace_seconds);
    if let Some(post) = done.post {
        flag(shared, room, tx, row, &post, interval)?;
        room.mind(tx, &row.id)?.posted(post);
    }
    if let Some(deed) = deed(kind.as_str(), &Value::Object(details.clone()).to_string(), ready.at) {
        room.mind(tx, &row.id)?.did(deed);
    }
    let next = ready.next_beat(shared, tx)?;
    beat::finish(
        tx,
        &BeatDone {
            bot: &row.id,
            at: ready.at,
            next,
            seen_seq: ready.seen, // what others did meanwhile is news; its own act never is
            idle: false,
            opened_thread: done.opened_thread,
            gate: None,
            failing: None,
        },
    )?;
    tell_status(shared, tx, &row.id, Status::Active, None, next, ready.at);
    tell_usage(shared, tx, &row.id, &ready.day, ready.at)?;
    let mut finished = over(row, next, kind.as_str(), done.success, Some(seq), plain(Value::Object(details)));
    finished.tokens = tokens;
    finished.cost = cost;
    finished.to_remember = to_remember;
    Ok(finished)
}

/// The end of a beat whose bot left meanwhile: it does nothing more, but its calls are charged.
///
/// # Errors
/// Database errors.
pub(super) fn gone(tx: &Tx<'_>, ready: &Ready, calls: &[(Exchange, Settlement)]) -> Result<Finished> {
    let (tokens, cost, _) = settle_all(tx, &ready.row.id, calls)?;
    let mut details = Map::new();
    details.insert("reason".into(), "it left while it was thinking".into());
    let mut finished = over(&ready.row, ready.at, "do_nothing", false, None, details);
    finished.tokens = tokens;
    finished.cost = cost;
    Ok(finished)
}

struct Done {
    success: bool,
    details: Map<String, Value>,
    post: Option<DatedPost>,
    opened_thread: bool,
}

/// Applies the act itself.
fn apply(room: &mut Room, tx: &Tx<'_>, ready: &Ready, choice: &Choice, seq: i64) -> Result<Done> {
    let me = ready.row.id.as_str();
    let mut done = Done { success: true, details: Map::new(), post: None, opened_thread: false };
    let mut put = |key: &str, value: Value| done.details.insert(key.to_owned(), value);
    match &choice.action {
        Action::CreateThread { title, content, tags } => {
            let id = acts::insert_thread(
                tx,
                &NewThread {
                    author: me,
                    title,
                    content,
                    tags,
                    at: ready.at,
                    activity_id: Some(seq),
                    pinned: false,
                },
            )?;
            put("thread_id", id.into());
            put("title", title.clone().into());
            done.opened_thread = true;
            done.post = Some(own_post(id, None, title, content, ready.at));
        }
        Action::Reply { thread_id, parent_reply_id, content } => {
            let posted = acts::insert_reply(
                tx,
                &NewReply {
                    author: me,
                    thread_id: *thread_id,
                    parent_reply_id: *parent_reply_id,
                    content,
                    at: ready.at,
                    activity_id: seq,
                },
            )?;
            let reply = FeedReply {
                id: posted.id,
                parent_reply_id: *parent_reply_id,
                author: me.into(),
                author_name: Arc::default(),
                content: cut(content, REPLY_CHARS).into(),
                created_at: ready.at,
                score: 0,
                my_vote: None,
                for_me: false,
            };
            room.replied(tx, *thread_id, reply)?;
            put("reply_id", posted.id.into());
            put("thread_id", (*thread_id).into());
            put("content", cut(content, CONTENT_SHOWN).into());
            if let Some(other) = posted.answered {
                put("other_bot_id", other.into());
            }
            let title = ready.scene.feed.iter().find(|t| t.id == *thread_id).map_or("", |t| &*t.title);
            done.post = Some(own_post(*thread_id, Some(posted.id), title, content, ready.at));
        }
        Action::Vote { thread_id, reply_id, value, reason } => {
            let target = match (reply_id, thread_id) {
                (Some(reply), _) => Target::Reply(*reply),
                (None, Some(thread)) => Target::Thread(*thread),
                (None, None) => return Err(crate::protocol::Fault::bad_value("a vote needs a target").into()),
            };
            let voted = acts::vote(tx, me, target, *value, ready.at, &ready.day)?;
            room.voted(voted.thread_id, target, me, *value);
            put("target_type", target.kind().into());
            put("target_id", target.id().into());
            put("thread_id", voted.thread_id.into());
            put("value", (*value).into());
            if voted.updated {
                put("updated", true.into());
            }
            put("other_bot_id", voted.author.into());
            put("reason", reason.clone().into());
        }
        Action::Follow { bot_id } => {
            let new = acts::follow(tx, me, bot_id, ready.at)?;
            put("bot_id", bot_id.clone().into());
            put("other_bot_id", bot_id.clone().into());
            if !new {
                put("already", true.into());
            }
            refollow(room, tx, me)?;
        }
        Action::Unfollow { bot_id } => {
            acts::require_bot(tx, bot_id)?;
            acts::unfollow(tx, me, bot_id)?;
            put("bot_id", bot_id.clone().into());
            put("other_bot_id", bot_id.clone().into());
            refollow(room, tx, me)?;
        }
        Action::WebSearch { query, reason } => {
            put("query", query.clone().into());
            put("reason", reason.clone().into());
            match &choice.findings {
                Ok(findings) => {
                    put("result_count", findings.len().into());
                    let shown: Vec<Value> = findings
                        .iter()
                        .map(|f| json!({"title": f.title, "url": f.url, "extract": cut(&f.extract, 300), "source": f.source}))
                        .collect();
                    put("results", shown.into());
                }
                Err(why) => {
                    put("error", why.clone().into());
                    put("result_count", 0.into());
                    done.success = false;
                }
            }
        }
        Action::DoNothing { reason } => {
            put("reason", reason.clone().into());
        }
    }
    Ok(done)
}

fn refollow(room: &mut Room, tx: &Tx<'_>, me: &str) -> Result<()> {
    room.mind(tx, me)?.follows = crate::store::mind::follows(tx, me)?;
    Ok(())
}

fn own_post(thread_id: i64, reply_id: Option<i64>, title: &str, content: &str, at: Stamp) -> DatedPost {
    DatedPost {
        post: crate::domain::scene::OwnPost {
            thread_id,
            reply_id,
            title: title.to_owned(),
            content: content.to_owned(),
        },
        at,
    }
}

/// An answer that could not be used: a row with the raw text, not silence. It is charged.
///
/// # Errors
/// Database errors.
pub(super) fn refuse(
    shared: &Shared,
    room: &mut Room,
    tx: &mut Tx<'_>,
    ready: &Ready,
    why: &str,
    raw: &str,
    calls: &[(Exchange, Settlement)],
) -> Result<Finished> {
    let row = &ready.row;
    let (tokens, cost, exchanges) = settle_all(tx, &row.id, calls)?;
    let details = json!({
        "success": false, "action": "failed", "error": clean_line(why, RAW_MAX),
        "reputation_score": row.reputation, "raw_response": clean(raw, RAW_MAX),
    });
    let seq = put_activity(
        shared,
        tx,
        row,
        "failed",
        details.clone(),
        (tokens, cost),
        ready.at,
        &ready.day,
        false,
    )?;
    beat::count_rung(tx, &ready.tariff.provider, &ready.tariff.model, Rung::Failed.as_str())?;
    put_thought(shared, tx, ready, seq, Rung::Failed.as_str(), exchanges)?;
    room.forget_mind(&row.id);
    let next = ready.next_beat(shared, tx)?;
    beat::finish(
        tx,
        &BeatDone {
            bot: &row.id,
            at: ready.at,
            next,
            seen_seq: ready.seen,
            idle: false,
            opened_thread: false,
            gate: None,
            failing: None,
        },
    )?;
    tell_status(shared, tx, &row.id, Status::Active, None, next, ready.at);
    tell_usage(shared, tx, &row.id, &ready.day, ready.at)?;
    let mut finished = over(row, next, "failed", false, Some(seq), plain(details));
    finished.tokens = tokens;
    finished.cost = cost;
    Ok(finished)
}

/// Step 6: stores what the beat leaves, keyed by its activity; once only.
///
/// # Errors
/// Database errors.
pub(super) fn remember(
    shared: &Shared,
    room: &mut Room,
    tx: &mut Tx<'_>,
    ready: &Ready,
    activity_id: i64,
    choice: &Choice,
    extraction: &Extraction,
) -> Result<()> {
    let thread_id = match &choice.action {
        Action::Reply { thread_id, .. } => Some(*thread_id),
        Action::Vote { thread_id, .. } => *thread_id,
        _ => None,
    };
    let from = memory::Source { bot: &ready.row.id, activity_id, at: ready.at, day: &ready.day, thread_id };
    let mind = room.mind(tx, &ready.row.id)?;
    memory::store(tx, mind, &from, extraction, choice.findings.as_deref().unwrap_or_default())?;
    if !ready.tariff.is_bound()
        && let Some(batch) = memory::due_batch(mind, ready.at)
    {
        let summary = memory::summarise(&batch, |at| shared.clock.day(at));
        memory::store_summary(tx, mind, &from, &batch, &summary)?;
    }
    Ok(())
}

/// Step 6 for a beat that was cut off before it: from what its activity and its post tell.
///
/// # Errors
/// Database errors.
#[allow(clippy::too_many_arguments)] // one activity's columns
pub(super) fn remember_by_record(
    shared: &Shared,
    room: &mut Room,
    tx: &mut Tx<'_>,
    activity_id: i64,
    bot: &str,
    action: &str,
    details: &str,
    at: Stamp,
) -> Result<()> {
    let Ok(row) = beat::bot(tx, bot) else { return Ok(()) }; // it left meanwhile
    let details: Value = serde_json::from_str(details).unwrap_or_default();
    let mut scene = gather(tx, room, &row, at)?;
    let thread_id = details["thread_id"].as_i64();
    if let Some(id) = thread_id
        && !scene.feed.iter().any(|thread| thread.id == id)
        && let Some(shown) = room.thread(tx, id)?
    {
        scene.feed.push(shown.thread.clone());
    }
    let text = |key: &str| details[key].as_str().unwrap_or_default().to_owned();
    let action = match action {
        "create_thread" => {
            Action::CreateThread { title: text("title"), content: text("title"), tags: Vec::new() }
        }
        "reply" => Action::Reply {
            thread_id: thread_id.unwrap_or_default(),
            parent_reply_id: None,
            content: text("content"),
        },
        "vote" => {
            let target = details["target_id"].as_i64();
            let is_reply = details["target_type"] == "reply";
            Action::Vote {
                thread_id: target.filter(|_| !is_reply),
                reply_id: target.filter(|_| is_reply),
                value: if details["value"].as_i64() == Some(-1) { -1 } else { 1 },
                reason: String::new(),
            }
        }
        "follow" => Action::Follow { bot_id: text("bot_id") },
        "unfollow" => Action::Unfollow { bot_id: text("bot_id") },
        "web_search" => Action::WebSearch { query: text("query"), reason: String::new() },
        _ => return Ok(()),
    };
    let findings: Vec<Finding> = serde_json::from_value(details["results"].clone()).unwrap_or_default();
    let extraction = memory::extract(&scene, &action);
    let day = shared.clock.day(at);
    let from = memory::Source { bot, activity_id, at, day: &day, thread_id };
    memory::store(tx, room.mind(tx, bot)?, &from, &extraction, &findings)
}

/// Step 7: advisory flags on a post.
fn flag(
    shared: &Shared,
    room: &mut Room,
    tx: &mut Tx<'_>,
    row: &BotRow,
    post: &DatedPost,
    interval: u32,
) -> Result<()> {
    let findings = moderation::review(room.mind(tx, &row.id)?, &post.post.content, post.at, interval);
    let (target_type, target_id) = match post.post.reply_id {
        Some(id) => ("reply", id.to_string()),
        None => ("thread", post.post.thread_id.to_string()),
    };
    for finding in findings {
        let new = NewFlag {
            bot: &row.id,
            target_type,
            target_id: target_id.clone(),
            thread_id: Some(post.post.thread_id),
            flag_type: finding.kind,
            reason: finding.reason,
            at: post.at,
        };
        if let Some(flag_id) = beat::raise_flag(tx, &new)? {
            let notice = Notice::FlagRaised {
                flag_id,
                target_type: target_type.to_owned(),
                target_id: target_id.clone(),
                flag_type: finding.kind.to_owned(),
                bot_id: row.id.clone(),
            };
            let (bus, at) = (shared.bus.clone(), post.at);
            tx.after_commit(move || bus.tell(at, notice));
        }
    }
    Ok(())
}

/// Stores an activity and announces it after the commit; answers its id.
#[allow(clippy::too_many_arguments)] // one row's columns
pub(super) fn put_activity(
    shared: &Shared,
    tx: &mut Tx<'_>,
    row: &BotRow,
    action: &str,
    details: Value,
    (tokens, cost): (i64, Money),
    at: Stamp,
    day: &str,
    to_remember: bool,
) -> Result<i64> {
    let id = beat::last_seq(tx)? + 1;
    let text = details.to_string();
    beat::insert_activity(
        tx,
        &NewActivity { id, actor: &row.id, action, details: &text, tokens, cost, at, day, to_remember },
    )?;
    let bus = shared.bus.clone();
    if bus.is_heard() {
        let mut shown = plain(details);
        shown.insert("success".into(), (action != "failed").into());
        shown.insert("action".into(), action.into());
        let notice = Notice::HeartbeatComplete {
            bot_id: row.id.clone(),
            bot_name: row.name.clone(),
            action: action.to_owned(),
            details: Value::Object(shown),
            tokens_used: tokens,
            cost_usd: cost,
        };
        tx.after_commit(move || bus.announce(id, at, notice));
    } else {
        tx.after_commit(move || bus.note(id));
    }
    Ok(id)
}

pub(super) fn put_thought(
    shared: &Shared,
    tx: &mut Tx<'_>,
    ready: &Ready,
    seq: i64,
    rung: &str,
    exchanges: Vec<Exchange>,
) -> Result<()> {
    let (provider, model) = (ready.tariff.provider.clone(), ready.tariff.model.clone());
    let (sections, scene) = (Arc::clone(&ready.sections), Arc::clone(&ready.scene));
    let rung = rung.to_owned();
    let record = move || ThoughtRecord {
        provider,
        model,
        rung,
        sections,
        memories: scene
            .memories
            .iter()
            .map(|m| RecalledMemory {
                id: m.id,
                kind: m.kind.as_str().to_owned(),
                text: m.text.clone(),
                pinned: m.pinned,
                relevance: m.relevance,
                recency: m.recency,
                importance: m.importance,
                score: m.score,
            })
            .collect(),
        exchanges,
    };
    let keep = shared.settings.thoughts_keep;
    if ready.tariff.is_bound() {
        // Later calls of the beat are added to it; it must be there for them.
        return beat::put_thought(tx, seq, &record().encode()?, keep);
    }
    let pending = shared.scribe.write(record)?;
    tx.before_commit(move |c| beat::put_thought(c, seq, &pending.take()?, keep));
    Ok(())
}

/// Announces a bot's status after the commit.
pub(super) fn tell_status(
    shared: &Shared,
    tx: &mut Tx<'_>,
    bot: &str,
    status: Status,
    reason: Option<&str>,
    next: Stamp,
    at: Stamp,
) {
    if !shared.bus.is_heard() {
        return;
    }
    let bus = shared.bus.clone();
    let notice = Notice::BotStatus {
        bot_id: bot.to_owned(),
        status,
        reason: reason.map(str::to_owned),
        next_beat_at: Some(next),
    };
    tx.after_commit(move || bus.tell(at, notice));
}

fn tell_usage(shared: &Shared, tx: &mut Tx<'_>, bot: &str, day: &str, at: Stamp) -> Result<()> {
    if !shared.bus.is_heard() {
        return Ok(());
    }
    let spent = beat::spent(tx, bot, day)?;
    let bus = shared.bus.clone();
    let notice =
        Notice::Usage { bot_id: bot.to_owned(), total_tokens: spent.tokens, total_cost_usd: spent.cost };
    tx.after_commit(move || bus.tell(at, notice));
    Ok(())
}

fn over(
    row: &BotRow,
    next: Stamp,
    action: &str,
    success: bool,
    activity_id: Option<i64>,
    details: Map<String, Value>,
) -> Finished {
    Finished {
        bot: row.id.clone(),
        next,
        result: BeatResult { success, action: action.to_owned(), activity_id, details },
        tokens: 0,
        cost: Money::ZERO,
        to_remember: false,
    }
}

/// Details without what stands beside them or is for the record only.
fn plain(details: Value) -> Map<String, Value> {
    let Value::Object(mut details) = details else { return Map::new() };
    for key in ["success", "action", "raw_response"] {
        details.remove(key);
    }
    details
}

/// When a bot wakes next: its interval later, a tenth more or less, so that bots do not march in step.
pub(super) fn next_beat(shared: &Shared, row: &BotRow, at: Stamp) -> Stamp {
    let interval = shared.interval_of(&row.id, row.pace_seconds);
    schedule::after(at, interval, draw::share(shared.seed, &row.id, row.beat, "pace"))
}
