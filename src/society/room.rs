//! What the writer keeps in memory so that a beat need not read everything again: the feed's
//! threads, the minds of bots that beat lately, configurations and names.
//!
//! Only jobs on the writer touch it. When a job was rolled back, all of it is dropped: the
//! database is the truth, this is a copy.

mod board;
pub(crate) mod mind;
mod shown;

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use lru::LruCache;

pub(crate) use self::board::{Board, SMALL_ROOM};
pub(crate) use self::mind::Mind;
pub(crate) use self::shown::Shown;
use super::flight::{Flight, Stage};
use crate::domain::said::Said;
use crate::domain::scene::FeedReply;
use crate::domain::similarity::TermSet;
use crate::domain::{ActionKind, PersonalityConfig, Stamp};
use crate::protocol::Fault;
use crate::store::posts::{self, DatedPost};
use crate::store::votes::Target;
use crate::store::{Db, Result, StoreError, Tx, activities, feed, journal, names, roster, snapshot};

/// Entries between two snapshots, at first.
const SNAPSHOT_DISTANCE: i64 = 1_024;
/// Minds kept.
const MINDS: NonZeroUsize = NonZeroUsize::new(256).unwrap();
/// Configurations and names kept.
const CONFIGS: NonZeroUsize = NonZeroUsize::new(4_096).unwrap();
/// Feed threads kept.
const THREADS: NonZeroUsize = NonZeroUsize::new(64).unwrap();
/// The room's posts of which it is known what was said in them.
const HEARD: u32 = 2_400;

/// The copy.
pub(crate) struct Room {
    rollbacks: u64,
    /// Whether what `RoomSettings` hold of the rows was changed: when that is rolled back it is read again.
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

    /// Drops everything when something was rolled back since the last job; `true` when what `RoomSettings` hold may be
    /// wrong now.
    pub(crate) fn is_stale(&mut self, rollbacks: u64) -> bool {
        if self.rollbacks == rollbacks {
            return false;
        }
        let relearns = self.relearns;
        *self = Self { rollbacks, ..Self::new() };
        relearns
    }

    /// What `RoomSettings` hold of the rows is changed now, and has to be read again should that be rolled back.
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
        let name: Arc<str> = names::name(c, actor)?.into();
        self.names.put(actor.to_owned(), Arc::clone(&name));
        Ok(name)
    }
}

/// A flight that waits is a row, and kept here as well.
impl Flight {
    /// Stores it, to be taken up by [`Flight::take`].
    pub(crate) fn wait(self, room: &mut Room, tx: &Tx<'_>) -> Result<Arc<Self>> {
        journal::put_flight(tx, self.id, &self.ready.row.id, &self)?;
        Ok(room.keep_flight(self))
    }

    /// What waits under `id`.
    ///
    /// # Errors
    /// 409 when nothing does any more.
    pub(crate) fn take(room: &mut Room, tx: &Tx<'_>, id: i64) -> Result<Self> {
        if let Some(flight) = room.take_flight(id) {
            return Ok(Arc::unwrap_or_clone(flight));
        }
        journal::flight(tx, id)?
            .ok_or_else(|| Fault::conflict("what this belongs to was given up meanwhile").into())
    }

    /// Whether a person's question waits under `id`: it goes on beside the bot's beats.
    ///
    /// # Errors
    /// Database errors.
    pub(crate) fn is_interview(room: &Room, tx: &Tx<'_>, id: i64) -> Result<bool> {
        let asks = |flight: &Self| matches!(flight.stage, Stage::Interview { .. });
        match room.flight(id) {
            Some(flight) => Ok(asks(flight)),
            None => Ok(journal::flight(tx, id)?.as_ref().is_some_and(asks)),
        }
    }

    /// It is over.
    pub(crate) fn land(room: &mut Room, tx: &Tx<'_>, id: i64) -> Result<()> {
        room.take_flight(id);
        journal::end_flight(tx, id)
    }
}

#[cfg(test)]
mod tests;
