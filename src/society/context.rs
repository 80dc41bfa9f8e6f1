//! Step 2 of a beat: gathers what the bot sees into a [`Scene`].

use std::sync::Arc;

use memchr::memmem::Finder;

use super::recall::recall;
use super::room::{Board, Room, SMALL_ROOM, Shown};
use crate::domain::personality::{FORUM, WEB_SEARCH};
use crate::domain::scene::{Acquaintance, FeedThread, Scene};
use crate::domain::text::{names, steady_part};
use crate::domain::{ActionKind, Actor, PersonalityConfig, Stamp};
use crate::store::bot_row::BotRow;
use crate::store::votes::Target;
use crate::store::{Db, Result, follows};

/// Threads shown.
const FEED_THREADS: usize = 10;
/// In rooms too large to know everybody, those dealt with most.
const CLOSEST: u32 = 8;
/// What counts as recent: 48 hours.
const RECENT_SECONDS: i64 = 172_800;

/// What `bot` sees at `now`.
///
/// # Errors
/// Database errors.
pub(crate) fn gather(c: &Db, room: &mut Room, board: &Board, bot: &BotRow, now: Stamp) -> Result<Scene> {
    let me = room.config(&bot.id, &bot.config)?;
    let reader = Reader { id: &bot.id, name: &bot.name, called: Finder::new(steady_part(&bot.name)) };
    let shown = feed_of(c, room, board, &reader)?;
    let feed: Vec<FeedThread> = shown.iter().map(|(shown, concern)| reader.sees(shown, *concern)).collect();
    let roster = roster_of(c, room, board, &bot.id, &feed)?;
    let events = board.events.iter().map(|(event, _)| event.clone()).collect();
    let since = now.plus_seconds(-RECENT_SECONDS);
    let heard = room.heard(c)?;
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
        memories: recall(&mut mind.items, shown.iter().map(|(shown, _)| &shown.all), now).into(),
        own_posts: mind.posts.iter().map(|own| own.dated.post.clone()).collect(),
        told: mind.told.clone(),
        heard,
        events,
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
            ActionKind::WebSearch => has(WEB_SEARCH),
            _ => has(FORUM),
        })
        .collect()
}

/// Who looks at the feed.
struct Reader<'a> {
    id: &'a str,
    name: &'a str,
    /// Finds what of the name is written in one way alone: most posts do not hold it.
    called: Finder<'a>,
}

/// The feed: what concerns the bot, then threads on events in force, then those by whom it follows, then the newest.
fn feed_of(c: &Db, room: &mut Room, board: &Board, reader: &Reader<'_>) -> Result<Vec<Seen>> {
    let mut threads: Vec<Seen> = Vec::with_capacity(board.active.len());
    for id in board.active.iter().copied() {
        if let Some(shown) = room.thread(c, id)? {
            let concern = reader.concern(&shown);
            threads.push((shown, concern));
        }
    }
    let follows = &room.mind(c, reader.id)?.follows;
    let titles: Vec<&str> = board.events.iter().map(|(event, _)| event.title.trim()).collect();
    let is_on_an_event = |thread: &FeedThread| {
        let names = |title: &&str| {
            !title.is_empty() && (thread.title.contains(*title) || thread.content.contains(*title))
        };
        titles.iter().any(names)
    };
    // Stable: within a rank the newest stay first.
    threads.sort_by_cached_key(|(shown, concern)| {
        (
            concern.is_none(),
            !is_on_an_event(&shown.thread),
            follows.binary_search_by(|id| id.as_str().cmp(&shown.thread.author)).is_err(),
        )
    });
    threads.truncate(FEED_THREADS);
    Ok(threads)
}

/// A thread of the feed, and what of it concerns the one who looks.
type Seen = (Arc<Shown>, Option<Concern>);

impl Reader<'_> {
    /// The thread with what depends on who looks.
    fn sees(&self, shown: &Shown, concern: Option<Concern>) -> FeedThread {
        let mut seen = shown.thread.clone();
        match concern {
            Some(Concern::Opening) => seen.for_me = true,
            Some(Concern::Reply(at)) => {
                seen.for_me = true;
                seen.replies[at].for_me = true;
            }
            None => {}
        }
        seen.my_vote = shown.vote_of(self.id, Target::Thread(seen.id));
        for reply in &mut seen.replies {
            reply.my_vote = shown.vote_of(self.id, Target::Reply(reply.id));
        }
        seen
    }

    /// Whether a text names the bot as people write: in whatever case.
    fn is_called_by_a_person(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        names(&text, &self.name.to_lowercase()) || has_at(&text) && names(&text, self.id)
    }

    /// Whether a text of an author names the bot.
    fn is_named(&self, author: &str, text: &str) -> bool {
        self.called.find(text.as_bytes()).is_some() && names(text, self.name)
            || has_at(text) && names(text, self.id)
            || Actor::of(author).is_person() && self.is_called_by_a_person(text)
    }

    /// The newest post of the thread that names the bot or answers it and that it has not answered.
    fn concern(&self, shown: &Shown) -> Option<Concern> {
        let id = self.id;
        let named = |author: &str, text: &str| self.is_named(author, text);
        let thread = &shown.thread;
        let mine = |author: &Arc<str>| **author == *id;
        let after_mine = thread.replies.iter().rposition(|r| mine(&r.author)).map_or(0, |at| at + 1);
        let spoke = after_mine > 0;
        let own_thread = mine(&thread.author);
        let found =
            thread.replies.iter().enumerate().skip(after_mine).rev().find(|(_, reply)| {
                reply.answered(&thread.author) == id || named(&reply.author, &reply.content)
            });
        if let Some((at, _)) = found {
            return Some(Concern::Reply(at));
        }
        (!spoke
            && !own_thread
            && (named(&thread.author, &thread.content) || named(&thread.author, &thread.title)))
        .then_some(Concern::Opening)
    }
}

/// Whether a text may call somebody by their id.
fn has_at(text: &str) -> bool {
    text.contains(['@', '＠', '﹫'])
}

#[derive(Copy, Clone)]
enum Concern {
    Opening,
    Reply(usize),
}

/// Everyone in a small room; in a large one those it knows, follows and sees in the feed.
fn roster_of(
    c: &Db,
    room: &mut Room,
    board: &Board,
    bot: &str,
    feed: &[FeedThread],
) -> Result<Vec<Acquaintance>> {
    let mut ids = board.bots.clone();
    let follows = room.mind(c, bot)?.follows.clone();
    if ids.len() > SMALL_ROOM as usize {
        ids = follows::closest(c, bot, CLOSEST)?.into_iter().map(Arc::from).collect();
        ids.extend(follows.iter().take(CLOSEST as usize).map(|id| Arc::from(id.as_str())));
        ids.extend(feed.iter().flat_map(|t| {
            std::iter::once(Arc::clone(&t.author)).chain(t.replies.iter().map(|r| Arc::clone(&r.author)))
        }));
        ids.sort_unstable();
        ids.dedup();
    }
    let mut roster = Vec::with_capacity(ids.len());
    for id in ids.into_iter().filter(|id| **id != *bot) {
        let Some(standing) = follows::standing(c, bot, &id)? else { continue };
        let Some(config) = room.config_of(c, &id)? else { continue };
        roster.push(Acquaintance {
            name: room.name(c, &id)?,
            config,
            reputation: standing.reputation,
            followed: follows.binary_search_by(|other| other.as_str().cmp(&id)).is_ok(),
            interactions: standing.interactions,
            sentiment: standing.sentiment,
            id,
        });
        if roster.len() >= SMALL_ROOM as usize * 2 {
            break;
        }
    }
    Ok(roster)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_understood_whichever_apostrophe_is_written() {
        for name in ["O'Neil", "O’Neil"] {
            let reader = Reader { id: "neil_001", name, called: Finder::new(steady_part(name)) };
            for text in ["Ask O'Neil.", "Ask O’Neil.", "@O‘Neil, why?", "＠neil_001, why?"] {
                assert!(reader.is_named("ada_001", text), "{name}: {text}");
            }
            assert!(reader.is_named("human:Kim", "what of o’neil?"));
            assert!(!reader.is_named("ada_001", "McNeil said so.") && !reader.is_named("human:Kim", "neil"));
        }
    }
}
