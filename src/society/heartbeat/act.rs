//! Step 5: applies an act with everything that belongs to it, or records why its answer could not be used.

use std::sync::Arc;

use super::beat::Finished;
use super::futile::changes_nothing;
use super::record::{
    ActOutcome, RAW_MAX, Stands, over, put_activity, put_thought, settle_all, tell_status, tell_usage,
};
use crate::domain::activity::{Activity, Finding, PostKind};
use crate::domain::scene::{Deed, FeedReply, OwnPost};
use crate::domain::similarity::{TermSet, terms};
use crate::domain::text::{clean_line, cut, cut_words};
use crate::domain::{Action, Rung, Stamp};
use crate::protocol::{Exchange, Fault, Notice, Status};
use crate::society::Society;
use crate::society::answer::own_words;
use crate::society::budget::Settlement;
use crate::society::flight::{Choice, Ready};
use crate::society::moderation;
use crate::society::outage;
use crate::society::room::Room;
use crate::society::work::Work;
use crate::store::bot_row::{self, BeatDone, BotRow};
use crate::store::feed::REPLY_CHARS;
use crate::store::flags::{self, NewFlag};
use crate::store::posts::DatedPost;
use crate::store::posts::{self, NewReply, NewThread};
use crate::store::votes::{self, Target};
use crate::store::{Result, Tx, activities, follows, names, providers};

/// Longest part of a reply in the details.
const CONTENT_SHOWN: usize = 200;

/// Step 5: applies the act with everything that belongs to it. The caller's transaction makes it all or nothing.
///
/// # Errors
/// A `StoreError::Refused` names what is wrong with the act (an id that does not exist, a vote for oneself).
pub(crate) fn act(
    work: &mut Work<'_, '_>,
    ready: &Ready,
    choice: &mut Choice,
    calls: &[(Exchange, Settlement)],
    to_remember: bool,
) -> Result<Finished> {
    let (society, room, tx) = work.parts();
    let row = &ready.row;
    made_its_own(tx, ready, &mut choice.action)?;
    let (at, day) = ready.moment(society, tx);
    let seq = activities::last_seq(tx)? + 1;
    let kind = choice.action.kind();
    let done = apply(room, tx, ready, choice, seq, (at, &day))?;
    let (tokens, cost, exchanges) = settle_all(tx, &row.id, calls)?;
    let outcome = ActOutcome::new(done.activity, &choice.raw);
    put_activity(
        society,
        tx,
        row,
        &outcome,
        (tokens, cost),
        &Stands { id: seq, at, day: &day, to_remember },
    )?;
    providers::count_rung(tx, &ready.tariff.provider, &ready.tariff.model, choice.rung)?;
    put_thought(society, tx, ready, seq, Some(choice.rung), exchanges)?;
    room.acted(seq, &row.id, kind, done.post.as_ref().map(|post| post.post.thread_id));
    let interval = society.interval_of(&row.id, row.pace_seconds);
    if let Some(post) = done.post {
        let terms = terms(&post.post.content);
        flag(&mut Work { society, room, tx }, row, &post, &terms, interval)?;
        room.posted(tx, &row.id, post, terms)?;
    }
    if let Some(line) = outcome.activity.deed() {
        room.mind(tx, &row.id)?.did(Deed { at, kind: kind.into(), line });
    }
    let next = ready.next_beat(society, tx)?;
    // Seen is what was there when it woke: what others did meanwhile is news; its own act never is.
    bot_row::finish(
        tx,
        &BeatDone { opened_thread: done.opened_thread, ..BeatDone::new(&row.id, ready.at, next, ready.seen) },
    )?;
    if ready.tariff.is_bound() {
        outage::ends(society, tx, &ready.tariff.provider, at)?;
    }
    tell_status(society, tx, &row.id, Status::Active, None, next, at);
    tell_usage(society, tx, &row.id, &day, at)?;
    let mut finished = over(row, next, &outcome, Some(seq));
    finished.tokens = tokens;
    finished.cost = cost;
    finished.to_remember = to_remember;
    Ok(finished)
}

/// The end of a beat whose bot left meanwhile: it does nothing more, but its calls are charged.
///
/// # Errors
/// Database errors.
pub(crate) fn gone(
    society: &Society,
    tx: &mut Tx<'_>,
    ready: &Ready,
    calls: &[(Exchange, Settlement)],
) -> Result<Finished> {
    let (tokens, cost, _) = settle_all(tx, &ready.row.id, calls)?;
    let reason = "it left while it was thinking".to_owned();
    let quiet = Activity::DoNothing { reason, paused: false, cap_exceeded: false };
    let outcome = ActOutcome { succeeded: false, ..ActOutcome::new(quiet, "") };
    let (at, day) = ready.moment(society, tx);
    let seq = activities::last_seq(tx)? + 1;
    let stands = Stands { id: seq, at, day: &day, to_remember: false };
    put_activity(society, tx, &ready.row, &outcome, (tokens, cost), &stands)?;
    let mut finished = over(&ready.row, ready.at, &outcome, Some(seq));
    finished.add((tokens, cost));
    Ok(finished)
}

/// An act as it is carried out: what a post says for others is not in it, and what would change nothing is not done.
fn made_its_own(tx: &Tx<'_>, ready: &Ready, action: &mut Action) -> Result<()> {
    if let Action::CreateThread { content, .. } | Action::Reply { content, .. } = action
        && let Some(own) = own_words(content, &ready.scene, &[])
    {
        if own.is_empty() {
            return Err(Fault::bad_value(format!(
                "the post speaks for others only, not for {}",
                ready.row.name
            ))
            .into());
        }
        *content = own;
    }
    if let Some(reason) = changes_nothing(tx, &ready.row.id, action)? {
        *action = Action::DoNothing { reason };
    }
    Ok(())
}

struct Done {
    activity: Activity,
    post: Option<DatedPost>,
    opened_thread: bool,
}

impl From<Activity> for Done {
    fn from(activity: Activity) -> Self {
        Self { activity, post: None, opened_thread: false }
    }
}

/// Applies the act itself.
fn apply(
    room: &mut Room,
    tx: &Tx<'_>,
    ready: &Ready,
    choice: &Choice,
    seq: i64,
    (at, day): (Stamp, &str),
) -> Result<Done> {
    let me = ready.row.id.as_str();
    Ok(match &choice.action {
        Action::CreateThread { title, content, tags } => {
            let id = posts::insert_thread(
                tx,
                &NewThread { author: me, title, content, tags, at, activity_id: Some(seq), pinned: false },
            )?;
            Done {
                activity: Activity::CreateThread { thread_id: id, title: title.clone() },
                post: Some(own_post(id, None, title, content, at)),
                opened_thread: true,
            }
        }
        Action::Reply { thread_id, parent_reply_id, content } => {
            let posted = posts::insert_reply(
                tx,
                &NewReply {
                    author: me,
                    thread_id: *thread_id,
                    parent_reply_id: *parent_reply_id,
                    content,
                    at,
                    activity_id: seq,
                },
            )?;
            let reply = FeedReply {
                id: posted.id,
                parent_reply_id: *parent_reply_id,
                parent_author: parent_reply_id.map(|_| posted.answered.as_deref().unwrap_or(me).into()),
                author: me.into(),
                author_name: Arc::default(),
                content: cut_words(content, REPLY_CHARS).into(),
                created_at: at,
                score: 0,
                my_vote: None,
                for_me: false,
            };
            room.replied(tx, *thread_id, reply)?;
            let title = ready.scene.feed.iter().find(|t| t.id == *thread_id).map_or("", |t| &*t.title);
            Done {
                activity: Activity::Reply {
                    reply_id: posted.id,
                    thread_id: *thread_id,
                    content: cut(content, CONTENT_SHOWN).to_owned(),
                    other_bot_id: posted.answered,
                },
                post: Some(own_post(*thread_id, Some(posted.id), title, content, at)),
                opened_thread: false,
            }
        }
        Action::Vote { thread_id, reply_id, value, reason } => {
            let target = match (reply_id, thread_id) {
                (Some(reply), _) => Target::Reply(*reply),
                (None, Some(thread)) => Target::Thread(*thread),
                (None, None) => return Err(Fault::bad_value("a vote needs a target").into()),
            };
            let voted = votes::vote(tx, me, target, *value, at, day)?;
            room.voted(voted.thread_id, target, me, *value);
            Done::from(Activity::Vote {
                target_type: target.kind(),
                target_id: target.id(),
                thread_id: Some(voted.thread_id),
                value: *value,
                updated: voted.updated.then_some(true),
                other_bot_id: Some(voted.author),
                reason: Some(reason.clone()),
            })
        }
        Action::Follow { bot_id } => {
            let bot_id = names::resolve_bot(tx, bot_id)?;
            follows::follow(tx, me, &bot_id, at)?;
            refollow(room, tx, me)?;
            Done::from(Activity::Follow { other_bot_id: bot_id.clone(), bot_id })
        }
        Action::Unfollow { bot_id } => {
            let bot_id = names::resolve_followed(tx, me, bot_id)?;
            follows::unfollow(tx, me, &bot_id)?;
            refollow(room, tx, me)?;
            Done::from(Activity::Unfollow { other_bot_id: bot_id.clone(), bot_id })
        }
        Action::WebSearch { query, reason } => {
            let shown = |found: &[Finding]| {
                let short = |f: &Finding| Finding { extract: cut(&f.extract, 300).to_owned(), ..f.clone() };
                found.iter().map(short).collect::<Vec<_>>()
            };
            let (error, results) = match &choice.findings {
                Ok(findings) => (None, Some(shown(findings))),
                Err(why) => (Some(why.clone()), None),
            };
            Done::from(Activity::WebSearch {
                query: query.clone(),
                reason: reason.clone(),
                error,
                result_count: results.as_ref().map_or(0, Vec::len),
                results,
            })
        }
        Action::DoNothing { reason } => {
            Done::from(Activity::DoNothing { reason: reason.clone(), paused: false, cap_exceeded: false })
        }
    })
}

fn refollow(room: &mut Room, tx: &Tx<'_>, me: &str) -> Result<()> {
    room.mind(tx, me)?.follows = follows::of(tx, me)?;
    Ok(())
}

fn own_post(thread_id: i64, reply_id: Option<i64>, title: &str, content: &str, at: Stamp) -> DatedPost {
    DatedPost {
        post: OwnPost { thread_id, reply_id, title: title.to_owned(), content: content.to_owned() },
        at,
    }
}

/// An answer that could not be used: a row with the raw text, not silence. It is charged.
///
/// # Errors
/// Database errors.
pub(crate) fn refuse(
    work: &mut Work<'_, '_>,
    ready: &Ready,
    why: &str,
    raw: &str,
    calls: &[(Exchange, Settlement)],
) -> Result<Finished> {
    let (society, room, tx) = work.parts();
    let row = &ready.row;
    let (at, day) = ready.moment(society, tx);
    let (tokens, cost, exchanges) = settle_all(tx, &row.id, calls)?;
    let failed = Activity::Failed { error: clean_line(why, RAW_MAX), provider: None };
    let outcome = ActOutcome::new(failed, raw);
    let seq = activities::last_seq(tx)? + 1;
    let stands = Stands { id: seq, at, day: &day, to_remember: false };
    put_activity(society, tx, row, &outcome, (tokens, cost), &stands)?;
    providers::count_rung(tx, &ready.tariff.provider, &ready.tariff.model, Rung::Failed)?;
    put_thought(society, tx, ready, seq, Some(Rung::Failed), exchanges)?;
    room.forget_mind(&row.id);
    let next = ready.next_beat(society, tx)?;
    bot_row::finish(tx, &BeatDone::new(&row.id, ready.at, next, ready.seen))?;
    if ready.tariff.is_bound() {
        outage::ends(society, tx, &ready.tariff.provider, at)?;
    }
    tell_status(society, tx, &row.id, Status::Active, None, next, at);
    tell_usage(society, tx, &row.id, &day, at)?;
    let mut finished = over(row, next, &outcome, Some(seq));
    finished.tokens = tokens;
    finished.cost = cost;
    Ok(finished)
}

/// Step 7: advisory flags on a post.
fn flag(
    work: &mut Work<'_, '_>,
    row: &BotRow,
    post: &DatedPost,
    terms: &TermSet,
    interval: u32,
) -> Result<()> {
    let (society, room, tx) = work.parts();
    let findings = moderation::review(room, tx, &row.id, post, terms, interval)?;
    let (target_type, target_id) = match post.post.reply_id {
        Some(id) => (PostKind::Reply, id),
        None => (PostKind::Thread, post.post.thread_id),
    };
    for finding in findings {
        let new = NewFlag {
            bot: &row.id,
            target_type: target_type.as_str(),
            target_id,
            thread_id: Some(post.post.thread_id),
            flag_type: finding.kind,
            reason: finding.reason,
            at: post.at,
        };
        if let Some(flag_id) = flags::raise(tx, &new)? {
            let notice = Notice::FlagRaised {
                flag_id,
                target_type: target_type.as_str().to_owned(),
                target_id,
                flag_type: finding.kind.to_owned(),
                bot_id: row.id.clone(),
            };
            society.tell(tx, post.at, notice);
        }
    }
    Ok(())
}
