//! Step 6: what a beat leaves in memory, once only, also after a crash.

use crate::domain::activity::Finding;
use crate::domain::scene::{FeedReply, Scene};
use crate::domain::text::cut;
use crate::domain::{Action, Activity, Extraction, PostKind};
use crate::protocol::{ReplyView, ThreadView};
use crate::society::Society;
use crate::society::context::gather;
use crate::society::flight::{Choice, Ready};
use crate::society::memory;
use crate::society::room::Room;
use crate::society::work::Work;
use crate::store::activities::Unremembered;
use crate::store::feed::REPLY_CHARS;
use crate::store::{Result, StoreError, Tx, bot_row, forum};

/// Step 6: stores what the beat leaves, keyed by its activity; once only. Without an extraction the rules make one.
///
/// # Errors
/// Database errors.
pub(crate) fn remember(
    work: &mut Work<'_, '_>,
    ready: &Ready,
    activity_id: i64,
    choice: &Choice,
    extraction: Option<&Extraction>,
) -> Result<()> {
    let (society, room, tx) = work.parts();
    let thread_id = match &choice.action {
        Action::Reply { thread_id, .. } => Some(*thread_id),
        Action::Vote { thread_id, .. } => *thread_id,
        _ => None,
    };
    let mind = room.mind(tx, &ready.row.id)?;
    let opened = mind.posts.front().map(|own| &own.dated.post).filter(|post| post.reply_id.is_none());
    let thread_id = match &choice.action {
        Action::CreateThread { .. } => opened.map(|post| post.thread_id),
        _ => thread_id,
    };
    let (at, day) = ready.moment(society, tx);
    let from = memory::Source { bot: &ready.row.id, activity_id, at, day: &day, thread_id };
    let by_rule;
    let extraction = match extraction {
        Some(extraction) => extraction,
        None => {
            by_rule = memory::extract(&ready.scene, &choice.action, &mind.items);
            &by_rule
        }
    };
    memory::store(tx, mind, &from, extraction, choice.findings.as_deref().unwrap_or_default())?;
    if ready.tariff.is_bound() {
        return Ok(()); // a model is asked afterwards
    }
    for _ in 0..memory::ROUNDS {
        let Some(batch) = memory::due_batch(mind, &society.frame, at) else { break };
        let summary = memory::summarise(&batch, &ready.scene.roster, |at| society.frame.day(at));
        memory::store_summary(tx, mind, &from, &batch, &summary)?;
    }
    Ok(())
}

/// Step 6 for a beat that was cut off before it: from what its activity and its post tell.
///
/// # Errors
/// Database errors.
pub(crate) fn remember_by_record(
    society: &Society,
    room: &mut Room,
    tx: &mut Tx<'_>,
    of: &Unremembered,
) -> Result<()> {
    let (bot, at) = (of.bot_id.as_str(), of.created_at);
    let Ok(row) = bot_row::one(tx, bot) else { return Ok(()) }; // it left meanwhile
    let Some(activity) = Activity::read_stored(&of.action_type, &of.details) else { return Ok(()) };
    let board = room.board(tx, at)?;
    let mut scene = gather(tx, room, &board, &row, at)?;
    let thread_id = activity.thread();
    if let Some(id) = thread_id
        && !scene.feed.iter().any(|thread| thread.id == id)
        && let Some(shown) = room.thread(tx, id)?
    {
        scene.feed.push(shown.thread.clone());
    }
    let Some((action, findings)) = done(tx, activity)? else { return Ok(()) };
    let meant = match &action {
        Action::Reply { parent_reply_id, .. } => *parent_reply_id,
        Action::Vote { reply_id, .. } => *reply_id,
        _ => None,
    };
    if let Some(id) = meant {
        show(tx, &mut scene, id)?;
    }
    let extraction = memory::extract(&scene, &action, &room.mind(tx, bot)?.items);
    let day = society.frame.day(at);
    let from = memory::Source { bot, activity_id: of.id, at, day: &day, thread_id };
    memory::store(tx, room.mind(tx, bot)?, &from, &extraction, &findings)
}

/// What is still there: a post may have been removed.
fn there<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(StoreError::Refused(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Lets a thread of the scene show a reply that is none of its last.
fn show(tx: &Tx<'_>, scene: &mut Scene, id: i64) -> Result<()> {
    if scene.feed.iter().any(|thread| thread.replies.iter().any(|reply| reply.id == id)) {
        return Ok(());
    }
    if let Some(reply) = there(forum::reply(tx, id))?
        && let Some(thread) = scene.feed.iter_mut().find(|thread| thread.id == reply.thread_id)
    {
        thread.replies.insert(
            0,
            FeedReply {
                id,
                parent_reply_id: reply.parent_reply_id,
                parent_author: None,
                author: reply.author_bot_id.into(),
                author_name: reply.author_name.into(),
                content: cut(&reply.content, REPLY_CHARS).into(),
                created_at: reply.created_at,
                score: reply.vote_score,
                my_vote: None,
                for_me: false,
            },
        );
    }
    Ok(())
}

/// The act behind an activity, by it and by what was posted, and what was found; `None` where there is nothing to
/// remember.
fn done(tx: &Tx<'_>, activity: Activity) -> Result<Option<(Action, Vec<Finding>)>> {
    let action = match activity {
        Activity::CreateThread { thread_id, title } => match there(forum::thread(tx, thread_id))? {
            Some(ThreadView { title, content, tags, .. }) => Action::CreateThread { title, content, tags },
            None => Action::CreateThread { content: title.clone(), title, tags: Vec::new() },
        },
        Activity::Reply { thread_id, reply_id, content, .. } => match there(forum::reply(tx, reply_id))? {
            Some(ReplyView { parent_reply_id, content, .. }) => {
                Action::Reply { thread_id, parent_reply_id, content }
            }
            None => Action::Reply { thread_id, parent_reply_id: None, content },
        },
        Activity::Vote { target_type, target_id, value, .. } => {
            let of = |kind| (target_type == kind).then_some(target_id);
            Action::Vote {
                thread_id: of(PostKind::Thread),
                reply_id: of(PostKind::Reply),
                value: if value == -1 { -1 } else { 1 },
                reason: String::new(),
            }
        }
        Activity::Follow { bot_id, .. } => Action::Follow { bot_id },
        Activity::Unfollow { bot_id, .. } => Action::Unfollow { bot_id },
        Activity::WebSearch { query, results, .. } => {
            let search = Action::WebSearch { query, reason: String::new() };
            return Ok(Some((search, results.unwrap_or_default())));
        }
        Activity::DoNothing { .. }
        | Activity::Failed { .. }
        | Activity::HumanPost { .. }
        | Activity::Interview { .. }
        | Activity::EventInjected { .. }
        | Activity::ConfigUpdated(_)
        | Activity::CallsLost { .. }
        | Activity::ProviderTest { .. } => return Ok(None),
    };
    Ok(Some((action, Vec::new())))
}
