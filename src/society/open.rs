//! A society is opened and closed: its notes, the bots' files, the opening threads, what was cut off, the plan.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::apply::Apply;
use super::budget;
use super::frame::Frame;
use super::heartbeat;
use super::room::Room;
use super::spacing;
use super::walk;
use super::wall;
use super::{PACE_NOW, PROVIDER_NOW, Society};
use crate::domain::{Actor, PersonalityConfig, Stamp};
use crate::embedded;
use crate::store::posts::{NewThread, insert_thread};
use crate::store::roster::Anew;
use crate::store::{Db, Result, StoreError, Tx, activities, books, journal, meta, names, roster, schedule};

/// The number of the rules by which a society goes on. It rises whenever rules, prompts or scripted texts change what
/// the same inputs lead to.
pub(crate) const RULES: u32 = 7;
/// The note that holds the number of the rules a society follows.
pub(crate) const RULES_NOW: &str = "rules";
/// The note that holds the number of the entry that opened it last.
pub(crate) const OPENED_ENTRY: &str = "opened_entry";

/// A society is opened by an engine: its seed, its bots' files, what was cut off when it was last open, its plan.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Opened {
    /// The number of the rules: it rises whenever the same inputs lead to something else.
    pub(crate) rules: u32,
    /// The program's version.
    pub(crate) version: String,
    /// What the room remembers of itself, or was drawn for it.
    pub(crate) room: Notes,
    /// The provider of bots that name none.
    pub(crate) provider: String,
    /// The pace, if one was chosen.
    pub(crate) pace: Option<u32>,
    pub(crate) bots: Vec<PersonalityConfig>,
    pub(crate) lacks_bots: bool,
    pub(crate) frame: Frame,
}

impl Apply for Opened {
    /// How many calls were cut off when the engine last ended.
    type Outcome = usize;

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<usize> {
        let now = tx.now();
        self.room.keep(tx, now)?;
        meta::set(tx, RULES_NOW, &self.rules.to_string())?;
        meta::set(tx, OPENED_ENTRY, &journal::next(tx)?.to_string())?;
        meta::set(tx, PROVIDER_NOW, &self.provider)?;
        match self.pace {
            Some(pace) => meta::set(tx, PACE_NOW, &pace.to_string())?,
            None => meta::forget(tx, PACE_NOW)?,
        }
        for config in &self.bots {
            take_in(tx, config, now)?;
        }
        if !self.lacks_bots {
            let_go(tx, &self.bots, now)?;
        }
        open_threads(tx, now)?;
        let waiting = journal::flights(tx, None)?;
        for id in &waiting {
            walk::cut_off(society, room, tx, *id)?;
        }
        let cut_off = waiting.len() + budget::recover(tx, now, &society.frame.day(now))?;
        let pinned = schedule::pinned(tx)?;
        society.settings_mut().pinned = pinned;
        plan_missed(society, tx)?;
        take_up_memories(society, room, tx)?;
        Ok(cut_off)
    }
}

/// Plans the bots whose next beat is none, missed, or further ahead than their interval, or lies together with that of
/// all the others, spread over the interval.
fn plan_missed(society: &Society, tx: &Tx<'_>) -> Result<()> {
    let now = tx.now();
    let (bots, together) = wall::to_plan(society, tx, now)?;
    let interval = |bot: &schedule::Due| society.interval_of(&bot.id, bot.pace_seconds);
    // Simulated time waits for the beats; there, nothing is ever overdue.
    let is_astray = |bot: &schedule::Due, due: Stamp| {
        !society.frame.simulated && (due < now || due > spacing::latest(now, interval(bot)))
    };
    let missed: Vec<_> = bots
        .iter()
        .filter(|bot| bot.next_beat_at.is_none_or(|due| together || is_astray(bot, due)))
        .collect();
    for (nth, bot) in missed.iter().enumerate() {
        schedule::plan(tx, &bot.id, spacing::spread(now, nth, missed.len(), interval(bot)))?;
    }
    Ok(())
}

/// Takes up, by rule, the memories of beats of an earlier version that were cut off between act and extraction.
fn take_up_memories(society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
    let open = activities::unremembered(tx)?;
    if !open.is_empty() {
        tracing::warn!("taking up the memories of {} beats that were cut off", open.len());
    }
    for activity in open {
        heartbeat::remember_by_record(society, room, tx, &activity)?;
        activities::mark_remembered(tx, activity.id)?;
    }
    Ok(())
}

/// The engine ends in order: what waits to be sent is not sent any more.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Closed {}

impl Apply for Closed {
    /// How many reservations were let go.
    type Outcome = usize;

    fn left_a_trace(released: &usize) -> bool {
        *released > 0
    }

    fn apply(&self, _: &Society, _: &mut Room, tx: &mut Tx<'_>) -> Result<usize> {
        books::release_unsent(tx)
    }
}

/// What a room remembers of itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Notes {
    pub(crate) seed: u64,
    pub(crate) secret: String,
    pub(crate) society: String,
    pub(crate) provider: Option<String>,
    pub(crate) paused: bool,
    pub(crate) simulated_cost: Option<String>,
    /// Whether a demonstration's home is taken further: a cost from here on is paid.
    pub(crate) simulation_ends: bool,
}

impl Notes {
    /// Notes what was drawn at a society's first start.
    fn keep(&self, c: &Db, now: Stamp) -> Result<()> {
        if meta::get(c, "seed")?.is_none() {
            meta::set(c, "seed", &self.seed.to_string())?;
            meta::set(c, "secret", &self.secret)?;
            meta::set(c, "created_at", &now.to_string())?;
            if let Some(label) = &self.simulated_cost {
                meta::set(c, "simulated_cost", label)?;
            }
        }
        if meta::get(c, "society")?.is_none() {
            meta::set(c, "society", &self.society)?;
        }
        if self.simulation_ends && meta::get(c, "simulated_until")?.is_none() {
            meta::set(c, "simulated_until", &activities::last_seq(c)?.to_string())?;
        }
        Ok(())
    }
}

/// Takes a file in: new bots are added; a file that changed is noted, and a person chooses.
fn take_in(c: &Db, config: &PersonalityConfig, now: Stamp) -> Result<()> {
    let json = to_json(config)?;
    let stored = roster::stored_config(c, &config.id)?;
    if stored.as_ref().is_none_or(|stored| stored.departed)
        && let Some(other) = names::named(c, &config.name)?
    {
        tracing::warn!("{} does not come in: its name, {}, is that of {other}", config.id, config.name);
        return Ok(());
    }
    match stored {
        None => roster::insert_bot(c, &config.id, &config.name, &json, true, now, None),
        Some(stored) if stored.departed => {
            // Its file is here again. Of a custom bot that a person removed nothing but its id is left.
            let anew =
                (stored.source != "yaml").then(|| Anew { name: &config.name, config: &json, yaml: true });
            roster::come_back(c, &config.id, anew)?;
            take_in(c, config, now)
        }
        Some(stored) if stored.yaml.as_deref() == Some(&json) => {
            if stored.pending.is_some() {
                roster::set_yaml(c, &config.id, Some(&json), None)?; // changed back
            }
            Ok(())
        }
        Some(stored) if stored.pending.as_deref() == Some(&json) => Ok(()),
        Some(stored) => roster::set_yaml(c, &config.id, stored.yaml.as_deref(), Some(&json)),
    }
}

/// Bots whose file is gone leave; their posts, memories and reputation stay, should it come back.
fn let_go(c: &Db, files: &[PersonalityConfig], now: Stamp) -> Result<()> {
    let there: BTreeSet<&str> = files.iter().map(|config| config.id.as_str()).collect();
    for id in roster::from_files(c)? {
        if !there.contains(id.as_str()) {
            tracing::warn!("{id} leaves: its file is gone");
            roster::depart(c, &id, now)?;
        }
    }
    Ok(())
}

pub(crate) fn to_json(config: &PersonalityConfig) -> Result<String> {
    serde_json::to_string(config).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// The opening threads, on a society's first start.
fn open_threads(c: &Db, now: Stamp) -> Result<()> {
    if meta::get(c, "opened")?.is_some() {
        return Ok(());
    }
    for thread in embedded::opening_threads() {
        insert_thread(
            c,
            &NewThread {
                author: Actor::ROOM_ID,
                title: &thread.title,
                content: &thread.content,
                tags: &thread.tags,
                at: now,
                activity_id: None,
                pinned: thread.pinned,
            },
        )?;
    }
    meta::set(c, "opened", "true")
}
