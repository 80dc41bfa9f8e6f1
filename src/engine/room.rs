//! What the writer keeps in memory so that a beat need not read everything again: the feed's
//! threads, the minds of bots that beat lately, configurations and names.
//!
//! Only jobs on the writer touch it. When a job was rolled back, all of it is dropped: the
//! database is the truth, this is a copy.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::Arc;

use lru::LruCache;
use rusqlite::Connection;

use crate::domain::PersonalityConfig;
use crate::domain::scene::{Deed, FeedThread};
use crate::domain::similarity::{TermSet, terms};
use crate::store::acts::Target;
use crate::store::mind::{self, DatedPost, Memory};
use crate::store::{Result, StoreError, feed};

/// Minds kept.
const MINDS: NonZeroUsize = NonZeroUsize::new(256).unwrap();
/// Configurations and names kept.
const CONFIGS: NonZeroUsize = NonZeroUsize::new(4_096).unwrap();
/// Feed threads kept.
const THREADS: NonZeroUsize = NonZeroUsize::new(64).unwrap();
/// Own posts kept in a mind: what the prompt shows and what repetition is measured against.
pub(super) const OWN_POSTS: usize = 8;
/// Own posts whose terms are kept in a mind.
const TOLD: usize = 192;
/// Doings kept in a mind.
pub(super) const DEEDS: usize = 20;

/// A memory with its terms.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) memory: Memory,
    pub(super) terms: TermSet,
}

impl Item {
    pub(super) fn new(memory: Memory) -> Self {
        let terms = if memory.key.is_empty() {
            terms(&memory.text)
        } else {
            terms(&format!("{} {}", memory.key, memory.text))
        };
        Self { memory, terms }
    }
}

/// A post of the bot's own with its terms.
#[derive(Clone, Debug)]
pub(super) struct OwnText {
    pub(super) dated: DatedPost,
    pub(super) terms: TermSet,
}

/// A thread of the feed with what every reader of it needs.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) thread: FeedThread,
    /// Terms of all that is shown.
    pub(super) terms: TermSet,
    /// Every vote on what is shown: post, voter, value.
    pub(super) votes: Vec<(Target, String, i8)>,
}

impl Shown {
    fn new(c: &Connection, thread: FeedThread) -> Result<Self> {
        let mut text = format!("{} {}", thread.title, thread.content);
        for reply in &thread.replies {
            text.push(' ');
            text.push_str(&reply.content);
        }
        let mut votes = feed::votes(c, Target::Thread(thread.id))?;
        for reply in &thread.replies {
            votes.extend(feed::votes(c, Target::Reply(reply.id))?);
        }
        Ok(Self { terms: terms(&text), votes, thread })
    }

    /// A bot's vote on a post.
    pub(super) fn vote_of(&self, bot: &str, target: Target) -> Option<i8> {
        self.votes.iter().find(|(t, voter, _)| *t == target && voter == bot).map(|(_, _, value)| *value)
    }
}

/// One bot's memories and doings.
#[derive(Clone, Debug, Default)]
pub(super) struct Mind {
    /// By kind, then by age.
    pub(super) items: Vec<Item>,
    /// Newest first.
    pub(super) posts: VecDeque<OwnText>,
    /// The terms of its posts, further back than these, newest first.
    pub(super) told: VecDeque<Arc<TermSet>>,
    /// Newest first.
    pub(super) deeds: VecDeque<Deed>,
    /// By id.
    pub(super) follows: Vec<String>,
}

impl Mind {
    fn load(c: &Connection, bot: &str) -> Result<Self> {
        let items = mind::memories(c, bot)?.into_iter().map(Item::new).collect();
        let mut posts: VecDeque<OwnText> = mind::own_posts(c, bot, u32::try_from(TOLD).unwrap_or(192))?
            .into_iter()
            .map(|dated| OwnText { terms: terms(&dated.post.content), dated })
            .collect();
        let told = posts.iter().map(|own| Arc::new(own.terms.clone())).collect();
        posts.truncate(OWN_POSTS);
        let deeds = mind::recent(c, bot, u32::try_from(DEEDS).unwrap_or(20))?
            .into_iter()
            .filter_map(|(_, action, details, at)| super::context::deed(&action, &details, at))
            .collect();
        Ok(Self { items, posts, told, deeds, follows: mind::follows(c, bot)? })
    }

    /// Notes a post of its own.
    pub(super) fn posted(&mut self, dated: DatedPost) {
        let terms = terms(&dated.post.content);
        self.told.push_front(Arc::new(terms.clone()));
        self.told.truncate(TOLD);
        self.posts.push_front(OwnText { dated, terms });
        self.posts.truncate(OWN_POSTS);
    }

    /// Notes something it did.
    pub(super) fn did(&mut self, deed: Deed) {
        self.deeds.push_front(deed);
        self.deeds.truncate(DEEDS);
    }
}

/// The copy.
pub(super) struct Room {
    rollbacks: u64,
    threads: LruCache<i64, Arc<Shown>>,
    minds: LruCache<String, Mind>,
    configs: LruCache<String, (String, Arc<PersonalityConfig>)>,
    names: LruCache<String, Arc<str>>,
}

impl Room {
    pub(super) fn new() -> Self {
        Self {
            rollbacks: 0,
            threads: LruCache::new(THREADS),
            minds: LruCache::new(MINDS),
            configs: LruCache::new(CONFIGS),
            names: LruCache::new(CONFIGS),
        }
    }

    /// Drops everything when something was rolled back since the last job.
    pub(super) fn trust(&mut self, rollbacks: u64) {
        if self.rollbacks != rollbacks {
            *self = Self { rollbacks, ..Self::new() };
        }
    }

    /// A thread changed: read it again next time.
    pub(super) fn forget_thread(&mut self, id: i64) {
        self.threads.pop(&id);
    }

    /// Posts were hidden: read every thread and every bot's own posts again.
    pub(super) fn forget_all_posts(&mut self) {
        self.threads.clear();
        self.minds.clear();
    }

    /// A bot's memories were changed from outside: read them again next time.
    pub(super) fn forget_mind(&mut self, bot: &str) {
        self.minds.pop(bot);
    }

    /// A bot was renamed or reconfigured.
    pub(super) fn forget_config(&mut self, bot: &str) {
        self.configs.pop(bot);
        self.names.pop(bot);
        self.threads.clear(); // they hold names
    }

    /// A thread of the feed.
    pub(super) fn thread(&mut self, c: &Connection, id: i64) -> Result<Option<Arc<Shown>>> {
        if let Some(found) = self.threads.get(&id) {
            return Ok(Some(Arc::clone(found)));
        }
        let Some(mut thread) = feed::thread(c, id)? else { return Ok(None) };
        thread.author_name = self.name(c, &thread.author)?.to_string();
        for reply in &mut thread.replies {
            reply.author_name = self.name(c, &reply.author)?.to_string();
        }
        let shown = Arc::new(Shown::new(c, thread)?);
        self.threads.put(id, Arc::clone(&shown));
        Ok(Some(shown))
    }

    /// A bot's mind, read when it is not at hand.
    pub(super) fn mind(&mut self, c: &Connection, bot: &str) -> Result<&mut Mind> {
        if !self.minds.contains(bot) {
            let mind = Mind::load(c, bot)?;
            self.minds.put(bot.to_owned(), mind);
        }
        self.minds.get_mut(bot).ok_or(StoreError::Closed) // put just above
    }

    /// A configuration, parsed once for as long as its text stays the same.
    pub(super) fn config(&mut self, bot: &str, json: &str) -> Result<Arc<PersonalityConfig>> {
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

    /// The shown name of an actor.
    pub(super) fn name(&mut self, c: &Connection, actor: &str) -> Result<Arc<str>> {
        if let Some(name) = self.names.get(actor) {
            return Ok(Arc::clone(name));
        }
        let name: Arc<str> = match actor.strip_prefix("human:") {
            Some(name) => name.into(),
            None if actor == "system" => "System".into(),
            None => feed::bot_name(c, actor)?.unwrap_or_else(|| actor.to_owned()).into(),
        };
        self.names.put(actor.to_owned(), Arc::clone(&name));
        Ok(name)
    }
}
