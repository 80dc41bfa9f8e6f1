//! What the writer keeps in memory so that a beat need not read everything again: the feed's
//! threads, the minds of bots that beat lately, configurations and names.
//!
//! Only jobs on the writer touch it. When a job was rolled back, all of it is dropped: the
//! database is the truth, this is a copy.

use std::collections::{HashMap, VecDeque};
use std::num::NonZeroUsize;
use std::sync::Arc;

use lru::LruCache;

use super::flight::Flight;
use super::items::Items;
use crate::domain::Activity;
use crate::domain::said::Said;
use crate::domain::scene::{Deed, FeedReply, FeedThread, SceneEvent};
use crate::domain::similarity::{TermSet, terms};
use crate::domain::{ActionKind, PersonalityConfig, Stamp};
use crate::store::posts::{self, DatedPost};
use crate::store::votes::Target;
use crate::store::{
    Db, Result, StoreError, activities, events, feed, follows, journal, memories, names, roster, snapshot,
    votes,
};

/// Entries between two snapshots, at first.
const SNAPSHOT_DISTANCE: i64 = 1_024;
/// Minds kept.
const MINDS: NonZeroUsize = NonZeroUsize::new(256).unwrap();
/// Configurations and names kept.
const CONFIGS: NonZeroUsize = NonZeroUsize::new(4_096).unwrap();
/// Feed threads kept.
const THREADS: NonZeroUsize = NonZeroUsize::new(64).unwrap();
/// Own posts kept in a mind: what the prompt shows and what repetition is measured against.
pub(crate) const OWN_POSTS: usize = 8;
/// Own posts of which a mind knows what was said in them.
const TOLD: u32 = 320;
/// The room's posts of which it is known what was said in them.
const HEARD: u32 = 2_400;
/// Doings kept in a mind.
pub(crate) const DEEDS: usize = 20;

/// A post of the bot's own with its terms.
#[derive(Clone, Debug)]
pub(crate) struct OwnText {
    pub(crate) dated: DatedPost,
    pub(crate) terms: TermSet,
}

/// A thread of the feed with what every reader of it needs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shown {
    pub(crate) thread: FeedThread,
    /// Terms of the title and the opening post.
    pub(crate) opening: TermSet,
    /// Terms of each reply that is shown.
    pub(crate) replies: Vec<TermSet>,
    /// The terms of all of them.
    pub(crate) all: TermSet,
    /// Every vote on what is shown: post, voter, value.
    votes: Vec<(Target, String, i8)>,
}

impl Shown {
    fn new(c: &Db, thread: FeedThread) -> Result<Self> {
        let mut votes = votes::all(c, Target::Thread(thread.id))?;
        for reply in &thread.replies {
            votes.extend(votes::all(c, Target::Reply(reply.id))?);
        }
        let opening = terms(&format!("{} {}", thread.title, thread.content));
        let replies: Vec<TermSet> = thread.replies.iter().map(|reply| terms(&reply.content)).collect();
        let all = union(&opening, &replies);
        Ok(Self { thread, opening, replies, all, votes })
    }

    /// A bot's vote on a post.
    pub(crate) fn vote_of(&self, bot: &str, target: Target) -> Option<i8> {
        self.votes.iter().find(|(t, voter, _)| *t == target && voter == bot).map(|(_, _, value)| *value)
    }

    /// A reply came to it.
    fn add(&mut self, reply: FeedReply) {
        self.replies.push(terms(&reply.content));
        self.thread.replies.push(reply);
        self.thread.reply_count += 1;
        if self.thread.replies.len() > feed::REPLIES as usize {
            let gone = Target::Reply(self.thread.replies.remove(0).id);
            self.replies.remove(0);
            self.votes.retain(|(target, _, _)| *target != gone);
        }
        self.all = union(&self.opening, &self.replies);
    }

    /// A post of it was voted on.
    fn count(&mut self, target: Target, voter: &str, value: i8) {
        let score = match target {
            Target::Thread(_) => Some(&mut self.thread.score),
            Target::Reply(id) => {
                self.thread.replies.iter_mut().find(|reply| reply.id == id).map(|reply| &mut reply.score)
            }
        };
        let Some(score) = score else { return }; // a reply further back than what is shown
        match self.votes.iter_mut().find(|(t, by, _)| *t == target && by == voter) {
            Some((_, _, old)) => {
                *score += i64::from(value) - i64::from(*old);
                *old = value;
            }
            None => {
                *score += i64::from(value);
                self.votes.push((target, voter.to_owned(), value));
            }
        }
    }
}

fn union(opening: &TermSet, replies: &[TermSet]) -> TermSet {
    std::iter::once(opening).chain(replies).flat_map(TermSet::iter).collect()
}

/// What every bot of the room sees alike: which threads are the newest, what happens in the world, who is here.
#[derive(Clone)]
pub(crate) struct Board {
    /// The newest activity that is taken into account; what comes after it makes the board stale.
    pub(crate) seq: i64,
    /// The newest activity when it was read: the news since then are known.
    read_at: i64,
    /// The newest act since then that is news to others, and the newest by somebody else.
    news: Vec<(i64, String)>,
    /// Threads with the newest posts, newest first.
    pub(crate) active: Vec<i64>,
    /// Events in force, each with its end.
    pub(crate) events: Vec<(SceneEvent, Option<Stamp>)>,
    /// Present bots by id, one more than a small room has at most.
    pub(crate) bots: Vec<Arc<str>>,
}

/// Threads looked at to choose those a bot is shown.
const CANDIDATES: u32 = 24;
/// Events shown.
const EVENTS: u32 = 5;
/// Rooms up to this size know everybody.
pub(crate) const SMALL_ROOM: u32 = 12;

impl Board {
    fn load(c: &Db, seq: i64, now: Stamp) -> Result<Self> {
        Ok(Self {
            seq,
            read_at: seq,
            news: Vec::new(),
            active: feed::newest_active(c, CANDIDATES)?,
            events: events::in_force(c, now, EVENTS)?,
            bots: roster::bot_ids(c, SMALL_ROOM + 1)?.into_iter().map(Arc::from).collect(),
        })
    }

    /// Whether anything happened after `seen` that `bot` did not do itself.
    pub(crate) fn has_news(&self, c: &Db, bot: &str, seen: i64) -> Result<bool> {
        if self.news.iter().any(|(seq, actor)| *seq > seen && actor != bot) {
            return Ok(true);
        }
        if seen >= self.read_at { Ok(false) } else { activities::has_news(c, bot, seen) }
    }

    fn acted(&mut self, seq: i64, actor: &str, kind: ActionKind, posted_in: Option<i64>) {
        self.seq = seq;
        if matches!(kind, ActionKind::CreateThread | ActionKind::Reply | ActionKind::Vote) {
            self.news.retain(|(_, other)| other != actor);
            self.news.insert(0, (seq, actor.to_owned()));
            self.news.truncate(2);
        }
        if let Some(thread) = posted_in {
            self.active.retain(|id| *id != thread);
            self.active.insert(0, thread);
            self.active.truncate(CANDIDATES as usize);
        }
    }

    fn holds(&self, seq: i64, now: Stamp) -> bool {
        self.seq == seq && self.events.iter().all(|(_, end)| end.is_none_or(|end| end > now))
    }
}

/// One bot's memories and doings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mind {
    /// By kind, then by age.
    pub(crate) items: Items,
    /// Newest first.
    pub(crate) posts: VecDeque<OwnText>,
    /// What it said in its posts, further back than these.
    pub(crate) told: Said,
    /// Newest first.
    pub(crate) deeds: VecDeque<Deed>,
    /// By id.
    pub(crate) follows: Vec<String>,
}

impl Mind {
    fn load(c: &Db, bot: &str) -> Result<Self> {
        let items = memories::memories(c, bot)?.into_iter().collect();
        let posts = posts::own_posts(c, bot, TOLD)?;
        let mut told = Said::new(TOLD);
        posts.iter().rev().for_each(|dated| told.add(&dated.post.content));
        let posts = posts
            .into_iter()
            .take(OWN_POSTS)
            .map(|dated| OwnText { terms: terms(&dated.post.content), dated })
            .collect();
        let deeds = activities::recent(c, bot, u32::try_from(DEEDS).unwrap_or(20))?
            .into_iter()
            .filter_map(|(_, action, details, at)| {
                let done = Activity::read_stored(&action, &details)?;
                Some(Deed { at, kind: done.kind(), line: done.deed()? })
            })
            .collect();
        Ok(Self { items, posts, told, deeds, follows: follows::of(c, bot)? })
    }

    /// Notes a post of its own.
    pub(crate) fn posted(&mut self, dated: DatedPost, terms: TermSet) {
        self.told.add(&dated.post.content);
        self.posts.push_front(OwnText { dated, terms });
        self.posts.truncate(OWN_POSTS);
    }

    /// Notes something it did.
    pub(crate) fn did(&mut self, deed: Deed) {
        self.deeds.push_front(deed);
        self.deeds.truncate(DEEDS);
    }
}

/// The copy.
pub(crate) struct Room {
    rollbacks: u64,
    /// Whether what `Live` holds of the rows was changed: when that is rolled back it is read again.
    relearns: bool,
    flights: HashMap<i64, Arc<Flight>>,
    /// The entry of the newest snapshot, and entries between two.
    snapshots: Option<(i64, i64)>,
    threads: LruCache<i64, Arc<Shown>>,
    minds: LruCache<String, Mind>,
    configs: LruCache<String, (String, Arc<PersonalityConfig>)>,
    names: LruCache<String, Arc<str>>,
    board: Option<Arc<Board>>,
    heard: Option<Said>,
}

impl Room {
    pub(crate) fn new() -> Self {
        Self {
            rollbacks: 0,
            relearns: false,
            flights: HashMap::new(),
            snapshots: None,
            threads: LruCache::new(THREADS),
            minds: LruCache::new(MINDS),
            configs: LruCache::new(CONFIGS),
            names: LruCache::new(CONFIGS),
            board: None,
            heard: None,
        }
    }

    /// Drops everything when something was rolled back since the last job; `true` when what `Live` holds may be
    /// wrong now.
    pub(crate) fn is_stale(&mut self, rollbacks: u64) -> bool {
        if self.rollbacks == rollbacks {
            return false;
        }
        let relearns = self.relearns;
        *self = Self { rollbacks, ..Self::new() };
        relearns
    }

    /// What `Live` holds of the rows is changed now, and has to be read again should that be rolled back.
    pub(crate) fn will_relearn(&mut self) {
        self.relearns = true;
    }

    /// Whether a snapshot is to be taken after entry `number`: every so many entries, while nothing waits. When there are
    /// as many as may be, every second one goes and the distance doubles.
    pub(crate) fn snapshot_is_due(&mut self, c: &Db, number: i64) -> Result<bool> {
        let (last, distance) = match self.snapshots {
            Some(known) => known,
            None => {
                let all = snapshot::all(c)?;
                let own: Vec<i64> = all.iter().filter(|s| !s.base).map(|s| s.number).collect();
                let wide = own.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(SNAPSHOT_DISTANCE);
                (all.last().map_or(0, |s| s.number), wide.max(SNAPSHOT_DISTANCE))
            }
        };
        self.snapshots = Some((last, distance));
        if number - last < distance || !journal::flights(c, None)?.is_empty() {
            return Ok(false);
        }
        let own = snapshot::all(c)?.iter().filter(|s| !s.base).count();
        let distance = if own >= snapshot::MOST {
            snapshot::thin(c)?;
            distance * 2
        } else {
            distance
        };
        self.snapshots = Some((number, distance));
        Ok(true)
    }

    /// Keeps what waits at hand.
    pub(crate) fn keep_flight(&mut self, flight: Flight) -> Arc<Flight> {
        let flight = Arc::new(flight);
        self.flights.insert(flight.id, Arc::clone(&flight));
        flight
    }

    /// What waits under `id`, if it is in memory.
    pub(crate) fn flight(&self, id: i64) -> Option<&Flight> {
        self.flights.get(&id).map(Arc::as_ref)
    }

    /// What waits, if it is at hand.
    pub(crate) fn take_flight(&mut self, id: i64) -> Option<Arc<Flight>> {
        self.flights.remove(&id)
    }

    /// What every bot sees alike, read when something happened that was not told here.
    pub(crate) fn board(&mut self, c: &Db, now: Stamp) -> Result<Arc<Board>> {
        let seq = activities::last_seq(c)?;
        let board = match self.board.take() {
            Some(board) if board.holds(seq, now) => board,
            _ => Arc::new(Board::load(c, seq, now)?),
        };
        Ok(Arc::clone(self.board.insert(board)))
    }

    /// The world changed without an activity: read the board again next time.
    pub(crate) fn forget_board(&mut self) {
        self.board = None;
    }

    /// A bot's act was stored as activity `seq`; the thread it posted in, if it did, is the newest now.
    pub(crate) fn acted(&mut self, seq: i64, actor: &str, kind: ActionKind, posted_in: Option<i64>) {
        if let Some(board) = self.board.as_mut().filter(|board| board.seq + 1 == seq) {
            Arc::make_mut(board).acted(seq, actor, kind, posted_in);
        }
    }

    /// What bots said in the room lately, read when it is not at hand.
    pub(crate) fn heard(&mut self, c: &Db) -> Result<Said> {
        if self.heard.is_none() {
            let mut heard = Said::new(HEARD);
            posts::bots_posts(c, HEARD)?.iter().rev().for_each(|content| heard.add(content));
            self.heard = Some(heard);
        }
        Ok(self.heard.clone().unwrap_or_default())
    }

    /// A bot posted: it is its own, and the room has heard it.
    pub(crate) fn posted(&mut self, c: &Db, bot: &str, dated: DatedPost, terms: TermSet) -> Result<()> {
        if let Some(heard) = &mut self.heard {
            heard.add(&dated.post.content);
        }
        self.mind(c, bot)?.posted(dated, terms);
        Ok(())
    }

    /// A bot replied in a thread.
    pub(crate) fn replied(&mut self, c: &Db, thread: i64, mut reply: FeedReply) -> Result<()> {
        if !self.threads.contains(&thread) {
            return Ok(());
        }
        reply.author_name = self.name(c, &reply.author)?;
        if let Some(shown) = self.threads.get_mut(&thread) {
            Arc::make_mut(shown).add(reply);
        }
        Ok(())
    }

    /// A bot voted on a post of a thread.
    pub(crate) fn voted(&mut self, thread: i64, target: Target, voter: &str, value: i8) {
        if let Some(shown) = self.threads.peek_mut(&thread) {
            Arc::make_mut(shown).count(target, voter, value);
        }
    }

    /// A thread changed: read it again next time.
    pub(crate) fn forget_thread(&mut self, id: i64) {
        self.threads.pop(&id);
    }

    /// Posts were hidden: read every thread and every bot's own posts again.
    pub(crate) fn forget_all_posts(&mut self) {
        self.threads.clear();
        self.minds.clear();
        self.heard = None;
    }

    /// Somebody posted in a bot's name: read again what bots said.
    pub(crate) fn forget_heard(&mut self) {
        self.heard = None;
    }

    /// A bot's memories were changed from outside: read them again next time.
    pub(crate) fn forget_mind(&mut self, bot: &str) {
        self.minds.pop(bot);
    }

    /// A bot was renamed or reconfigured.
    pub(crate) fn forget_config(&mut self, bot: &str) {
        self.configs.pop(bot);
        self.names.pop(bot);
        self.threads.clear(); // they hold names
    }

    /// A thread of the feed.
    pub(crate) fn thread(&mut self, c: &Db, id: i64) -> Result<Option<Arc<Shown>>> {
        if let Some(found) = self.threads.get(&id) {
            return Ok(Some(Arc::clone(found)));
        }
        let Some(mut thread) = feed::thread(c, id)? else { return Ok(None) };
        thread.author_name = self.name(c, &thread.author)?;
        for reply in &mut thread.replies {
            reply.author_name = self.name(c, &reply.author)?;
        }
        let shown = Arc::new(Shown::new(c, thread)?);
        self.threads.put(id, Arc::clone(&shown));
        Ok(Some(shown))
    }

    /// A bot's mind, read when it is not at hand.
    pub(crate) fn mind(&mut self, c: &Db, bot: &str) -> Result<&mut Mind> {
        if !self.minds.contains(bot) {
            let mind = Mind::load(c, bot)?;
            self.minds.put(bot.to_owned(), mind);
        }
        self.minds.get_mut(bot).ok_or(StoreError::Closed) // put just above
    }

    /// A configuration, parsed once for as long as its text stays the same.
    pub(crate) fn config(&mut self, bot: &str, json: &str) -> Result<Arc<PersonalityConfig>> {
        if let Some((text, config)) = self.configs.get(bot)
            && text == json
        {
            return Ok(Arc::clone(config));
        }
        let config: PersonalityConfig = serde_json::from_str(json)
            .map_err(|error| StoreError::Corrupt(format!("configuration of bot {bot}: {error}")))?;
        let config = Arc::new(config);
        self.configs.put(bot.to_owned(), (json.to_owned(), Arc::clone(&config)));
        Ok(config)
    }

    /// The configuration of a present bot.
    pub(crate) fn config_of(&mut self, c: &Db, bot: &str) -> Result<Option<Arc<PersonalityConfig>>> {
        if let Some((_, config)) = self.configs.get(bot) {
            return Ok(Some(Arc::clone(config)));
        }
        roster::config(c, bot)?.map(|json| self.config(bot, &json)).transpose()
    }

    /// The shown name of an actor.
    pub(crate) fn name(&mut self, c: &Db, actor: &str) -> Result<Arc<str>> {
        if let Some(name) = self.names.get(actor) {
            return Ok(Arc::clone(name));
        }
        let name: Arc<str> = match actor.strip_prefix("human:") {
            Some(name) => name.into(),
            None if actor == "system" => "System".into(),
            None => names::bot_name(c, actor)?.unwrap_or_else(|| actor.to_owned()).into(),
        };
        self.names.put(actor.to_owned(), Arc::clone(&name));
        Ok(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::society::tests::Machine;

    #[test]
    fn what_is_kept_up_by_hand_is_what_would_be_read_anew() {
        let mut machine = Machine::begin(3, 0);
        for _ in 0..6 {
            for _ in 0..90 {
                machine.beat();
            }
            let (society, now) = (Arc::clone(&machine.society), machine.now);
            let compared = machine
                .store
                .write_blocking(move |tx| {
                    let mut room = society.mind.lock().unwrap();
                    let (kept, mut fresh) = (room.board.take().unwrap(), Room::new());
                    assert!(kept.holds(activities::last_seq(tx)?, now), "the board went stale");
                    let read = fresh.board(tx, now)?;
                    assert_eq!(kept.active, read.active);
                    assert_eq!((&kept.events, &kept.bots), (&read.events, &read.bots));
                    let bots = kept.bots.iter().map(|bot| &**bot).chain(["system"]);
                    for (bot, back) in bots.flat_map(|bot| (0..12).map(move |back| (bot, back))) {
                        let seen = kept.seq - back;
                        let told = kept.has_news(tx, bot, seen)?;
                        assert_eq!(told, activities::has_news(tx, bot, seen)?, "{bot} after {seen}");
                    }
                    let heard = room.heard.take().unwrap();
                    assert_eq!(heard, fresh.heard(tx)?, "what was heard");
                    let minds: Vec<(String, Mind)> =
                        room.minds.iter().map(|(bot, mind)| (bot.clone(), mind.clone())).collect();
                    for (bot, kept) in minds {
                        let read = fresh.mind(tx, &bot)?;
                        let memories = |mind: &Mind| -> Vec<crate::store::memories::Memory> {
                            mind.items.iter().map(|item| item.memory.clone()).collect()
                        };
                        assert_eq!(memories(&kept), memories(read), "memories of {bot}");
                        let posts = |mind: &Mind| -> Vec<DatedPost> {
                            mind.posts.iter().map(|own| own.dated.clone()).collect()
                        };
                        assert_eq!(posts(&kept), posts(read), "posts of {bot}");
                        assert_eq!(kept.told, read.told, "what {bot} told");
                        assert_eq!(kept.deeds, read.deeds, "doings of {bot}");
                        assert_eq!(kept.follows, read.follows, "whom {bot} follows");
                    }
                    let threads: Vec<(i64, Arc<Shown>)> =
                        room.threads.iter().map(|(id, shown)| (*id, Arc::clone(shown))).collect();
                    for (id, kept) in &threads {
                        let read = fresh.thread(tx, *id)?.unwrap();
                        let sorted = |shown: &Shown| {
                            let mut shown = shown.clone();
                            shown.votes.sort_by_key(|(target, voter, _)| {
                                (target.kind().as_str(), target.id(), voter.clone())
                            });
                            shown
                        };
                        assert_eq!(sorted(kept), sorted(&read), "thread {id}");
                    }
                    Ok(threads.iter().filter(|(_, shown)| shown.thread.reply_count > 5).count())
                })
                .unwrap();
            assert!(compared > 0, "no thread had more replies than are shown");
        }
    }
}
