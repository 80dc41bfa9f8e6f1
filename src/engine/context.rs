//! Step 2 of a beat: gathers what the bot sees into a [`Scene`].

use std::sync::Arc;

use rusqlite::Connection;
use serde_json::Value;

use super::recall::recall;
use super::room::{Room, Shown};
use crate::domain::scene::{Acquaintance, Deed, FeedThread, Scene};
use crate::domain::similarity::TermSet;
use crate::domain::text::cut;
use crate::domain::{ActionKind, PersonalityConfig, Stamp};
use crate::store::acts::Target;
use crate::store::beat::BotRow;
use crate::store::{Result, feed, mind};

/// Threads shown.
const FEED_THREADS: usize = 10;
/// Threads looked at to choose them.
const CANDIDATES: u32 = 24;
/// Rooms up to this size know everybody.
const SMALL_ROOM: u32 = 12;
/// In larger rooms, those dealt with most.
const CLOSEST: u32 = 8;
/// Events shown.
const EVENTS: u32 = 5;
/// What counts as recent: 48 hours.
const RECENT_SECONDS: i64 = 172_800;

/// What `bot` sees at `now`.
///
/// # Errors
/// Database errors.
pub(super) fn gather(c: &Connection, room: &mut Room, bot: &BotRow, now: Stamp) -> Result<Scene> {
    let me = room.config(&bot.id, &bot.config)?;
    let (feed, feed_terms) = feed_of(c, room, bot)?;
    let roster = roster_of(c, room, &bot.id, &feed)?;
    let since = now.plus_seconds(-RECENT_SECONDS);
    let mind = room.mind(c, &bot.id)?;
    Ok(Scene {
        now,
        beat: bot.beat,
        beats_since_thread: bot.beats_since_thread,
        reputation: bot.reputation,
        upvotes: bot.upvotes,
        downvotes: bot.downvotes,
        roster,
        recent: mind.deeds.iter().take_while(|deed| deed.at >= since).cloned().collect(),
        memories: recall(&mind.items, &feed_terms, now),
        own_posts: mind.posts.iter().map(|own| own.dated.post.clone()).collect(),
        told: mind.told.iter().cloned().collect(),
        events: feed::events(c, now, EVENTS)?,
        feed,
        allowed: allowed(&me),
        me,
    })
}

/// What the bot's permissions offer.
fn allowed(me: &PersonalityConfig) -> Vec<ActionKind> {
    let has = |tool: &str| me.permissions.tools.iter().any(|t| t == tool);
    ActionKind::ALL
        .into_iter()
        .filter(|kind| match kind {
            ActionKind::DoNothing => true,
            ActionKind::WebSearch => has("web_search"),
            _ => has("forum"),
        })
        .collect()
}

/// The feed: what concerns the bot, then threads by those it follows, then the newest.
fn feed_of(c: &Connection, room: &mut Room, bot: &BotRow) -> Result<(Vec<FeedThread>, TermSet)> {
    let follows = room.mind(c, &bot.id)?.follows.clone();
    let mut threads: Vec<(bool, bool, Arc<Shown>)> = Vec::with_capacity(CANDIDATES as usize);
    for id in feed::newest_active(c, CANDIDATES)? {
        if let Some(shown) = room.thread(c, id)? {
            let mine = concerns(&shown.thread, &bot.id, &bot.name).is_some();
            let followed = follows.binary_search(&shown.thread.author).is_ok();
            threads.push((mine, followed, shown));
        }
    }
    // Stable: within a rank the newest stay first.
    threads.sort_by_key(|(mine, followed, _)| (!mine, !followed));
    threads.truncate(FEED_THREADS);
    let terms = threads.iter().flat_map(|(_, _, shown)| shown.terms.iter()).collect();
    Ok((threads.iter().map(|(_, _, shown)| seen_by(shown, bot)).collect(), terms))
}

/// The thread with what depends on who looks.
fn seen_by(shown: &Shown, bot: &BotRow) -> FeedThread {
    let mut seen = shown.thread.clone();
    match concerns(&shown.thread, &bot.id, &bot.name) {
        Some(Concern::Opening) => seen.for_me = true,
        Some(Concern::Reply(at)) => {
            seen.for_me = true;
            seen.replies[at].for_me = true;
        }
        None => {}
    }
    seen.my_vote = shown.vote_of(&bot.id, Target::Thread(seen.id));
    for reply in &mut seen.replies {
        reply.my_vote = shown.vote_of(&bot.id, Target::Reply(reply.id));
    }
    seen
}

enum Concern {
    Opening,
    Reply(usize),
}

/// The newest post of the thread that names the bot or answers it and that it has not answered.
fn concerns(thread: &FeedThread, id: &str, name: &str) -> Option<Concern> {
    let after_mine = thread.replies.iter().rposition(|r| r.author == id).map_or(0, |at| at + 1);
    let spoke = after_mine > 0;
    let own_thread = thread.author == id;
    let answers_me = |parent: Option<i64>| match parent {
        None => own_thread,
        Some(parent) => thread.replies.iter().any(|r| r.id == parent && r.author == id),
    };
    let found = thread
        .replies
        .iter()
        .enumerate()
        .skip(after_mine)
        .rev()
        .find(|(_, reply)| answers_me(reply.parent_reply_id) || names(&reply.content, name));
    if let Some((at, _)) = found {
        return Some(Concern::Reply(at));
    }
    (!spoke && !own_thread && (names(&thread.content, name) || names(&thread.title, name)))
        .then_some(Concern::Opening)
}

/// Whether `text` names `name` as a word of its own.
fn names(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, found)| {
        let before = text[..at].chars().next_back();
        let after = text[at + found.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// Everyone in a small room; in a large one those it knows, follows and sees in the feed.
fn roster_of(c: &Connection, room: &mut Room, bot: &str, feed: &[FeedThread]) -> Result<Vec<Acquaintance>> {
    let mut ids = feed::bot_ids(c, SMALL_ROOM + 1)?;
    let follows = room.mind(c, bot)?.follows.clone();
    if ids.len() > SMALL_ROOM as usize {
        ids = mind::closest(c, bot, CLOSEST)?;
        ids.extend(follows.iter().take(CLOSEST as usize).cloned());
        ids.extend(feed.iter().flat_map(|t| {
            std::iter::once(t.author.clone()).chain(t.replies.iter().map(|r| r.author.clone()))
        }));
        ids.sort_unstable();
        ids.dedup();
    }
    let mut roster = Vec::with_capacity(ids.len());
    for id in ids.into_iter().filter(|id| id != bot) {
        let Some((name, config, reputation)) = feed::acquaintance(c, &id)? else { continue };
        let config = room.config(&id, &config)?;
        let (interactions, sentiment) = mind::tie(c, bot, &id)?;
        roster.push(Acquaintance {
            name,
            traits: config.personality.traits.clone(),
            interests: config.personality.interests.clone(),
            reputation,
            followed: follows.binary_search(&id).is_ok(),
            interactions,
            sentiment,
            id,
        });
        if roster.len() >= SMALL_ROOM as usize * 2 {
            break;
        }
    }
    Ok(roster)
}

/// One line about an activity of the bot's own; `None` for gated beats.
pub(super) fn deed(action: &str, details: &str, at: Stamp) -> Option<Deed> {
    let details: Value = serde_json::from_str(details).ok()?;
    let text = |key: &str| details[key].as_str().unwrap_or_default();
    let line = match action {
        "create_thread" => format!("opened #{} “{}”", details["thread_id"], cut(text("title"), 80)),
        "reply" => format!("replied in #{}: “{}”", details["thread_id"], cut(text("content"), 90)),
        "vote" => format!(
            "voted {} {} #{}",
            if details["value"].as_i64() == Some(1) { "up" } else { "down" },
            text("target_type"),
            details["target_id"]
        ),
        "follow" => format!("followed {}", text("bot_id")),
        "unfollow" => format!("stopped following {}", text("bot_id")),
        "web_search" => format!("looked up “{}”, {} found", cut(text("query"), 60), details["result_count"]),
        "do_nothing" if details.get("paused").is_none() && details.get("cap_exceeded").is_none() => {
            format!("stayed quiet: {}", cut(text("reason"), 80))
        }
        _ => return None,
    };
    Some(Deed { at, action: action.to_owned(), line })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_as_a_word_only() {
        assert!(names("what does Ada say?", "Ada"));
        assert!(names("Ada, really?", "Ada"));
        assert!(!names("the Adagio is slow", "Ada"));
        assert!(!names("nothing here", "Ada"));
    }

    #[test]
    fn deeds_read_as_lines() {
        let at = Stamp::default();
        let line = |action, details| deed(action, details, at).map(|deed| deed.line);
        assert_eq!(
            line("vote", r#"{"value":-1,"target_type":"reply","target_id":7}"#).as_deref(),
            Some("voted down reply #7")
        );
        assert_eq!(line("do_nothing", r#"{"reason":"paused","paused":true}"#), None);
        assert_eq!(
            line("reply", r#"{"thread_id":3,"content":"yes"}"#).as_deref(),
            Some("replied in #3: “yes”")
        );
    }
}
