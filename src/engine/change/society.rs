//! Events and memories: what people do with a society besides posting.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::room::told;
use crate::domain::Activity;
use crate::domain::MemoryKind;
use crate::domain::changes::Change;
use crate::engine::handle::{Record, changed};
use crate::engine::input::Apply;
use crate::engine::room::Room;
use crate::engine::shared::Shared;
use crate::protocol::{EventView, Fault, Notice, Remember};
use crate::store::mind::Memory;
use crate::store::{Result, Tx, acts, archive, beat, events, mind, snapshot};

/// An event happens; bots see it from their next beat on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::engine) struct InjectEvent {
    pub(in crate::engine) event: crate::protocol::InjectEvent,
}

impl Apply for InjectEvent {
    type Outcome = EventView;

    fn apply(&self, shared: &Shared, _: &mut Room, tx: &mut Tx<'_>) -> Result<EventView> {
        let at = tx.now();
        let view = events::insert(tx, &self.event, at)?;
        let injected = Activity::EventInjected {
            event_id: view.id,
            title: view.title.clone(),
            event_type: view.event_type.clone(),
            severity: view.severity.clone(),
            by: None,
            changes: None,
        };
        Record::new("system", "System", injected, at).changes(tx, Vec::new).put(shared, tx)?;
        Ok(view)
    }
}

/// An event is over.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::engine) struct EndEvent {
    pub(in crate::engine) id: i64,
}

impl Apply for EndEvent {
    type Outcome = EventView;

    fn apply(&self, shared: &Shared, room: &mut Room, tx: &mut Tx<'_>) -> Result<EventView> {
        let view = events::deactivate(tx, tx.now(), self.id)?;
        room.forget_board();
        told(shared, tx, "event", || Change::new("event", view.title.clone(), "over"))?;
        let notice = Notice::EventInjected {
            event_id: view.id,
            title: view.title.clone(),
            active: view.active,
            details: None,
        };
        let (bus, at) = (shared.bus.clone(), tx.now());
        tx.after_commit(move || bus.tell(at, notice));
        Ok(view)
    }
}

/// A memory is pinned, unpinned or rewritten.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::engine) struct EditMemory {
    pub(in crate::engine) id: i64,
    pub(in crate::engine) text: Option<String>,
    pub(in crate::engine) pinned: Option<bool>,
}

impl Apply for EditMemory {
    type Outcome = ();

    fn apply(&self, shared: &Shared, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        let id = self.id;
        let Some((bot, mut memory)) = mind::memory_by_id(tx, id)? else {
            return Err(match archive::owner(tx, id)? {
                Some(_) => Fault::conflict(format!(
                    "memory {id} is in the archive, where nothing is changed; it can be forgotten"
                )),
                None => Fault::not_found("memory", id),
            }
            .into());
        };
        if let Some(text) = &self.text {
            memory.text.clone_from(text);
        }
        memory.pinned = self.pinned.unwrap_or(memory.pinned);
        mind::update_memory(tx, &memory)?;
        // Of what is remembered nothing is repeated: whoever forgets it means all of it.
        let what = match (&self.text, self.pinned) {
            (Some(_), _) => "rewritten",
            (None, Some(false)) => "unpinned",
            (None, _) => "pinned",
        };
        told(shared, tx, "memory", || Change::new(format!("memory {id} of {bot}"), Value::Null, what))?;
        room.forget_mind(&bot);
        changed(shared, tx, "memories", Some(&bot));
        Ok(())
    }
}

/// A bot forgets something, remembered or archived; of a summary or an era also what it stands for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::engine) struct ForgetMemory {
    pub(in crate::engine) id: i64,
}

impl Apply for ForgetMemory {
    type Outcome = ();

    fn apply(&self, shared: &Shared, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        let id = self.id;
        let held = mind::memory_by_id(tx, id)?;
        let archived = archive::forget(tx, id)?;
        if archived > 0 {
            snapshot::forget(tx)?; // they rely on what is gone now
        }
        match held {
            Some((bot, _)) => {
                mind::delete_memory(tx, id)?;
                room.forget_mind(&bot);
                told(shared, tx, "memory", || {
                    Change::new(format!("memory {id} of {bot}"), Value::Null, "forgotten")
                })?;
                changed(shared, tx, "memories", Some(&bot));
            }
            None if archived == 0 => return Err(Fault::not_found("memory", id).into()),
            None => changed(shared, tx, "memories", None),
        }
        Ok(())
    }
}

/// A bot remembers what a person tells it to, such as what it was made to forget.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::engine) struct Recollect {
    pub(in crate::engine) bot: String,
    pub(in crate::engine) memory: Remember,
}

impl Apply for Recollect {
    /// Its number.
    type Outcome = i64;

    fn apply(&self, shared: &Shared, room: &mut Room, tx: &mut Tx<'_>) -> Result<i64> {
        let (bot, given, now) = (self.bot.as_str(), &self.memory, tx.now());
        acts::require_bot(tx, bot)?;
        if given.kind == MemoryKind::Relationship {
            let held = mind::memories(tx, bot)?;
            if held.iter().any(|one| one.kind == given.kind && one.key == given.about) {
                let why = format!("{bot} has a relationship with {} already: edit that one", given.about);
                return Err(Fault::conflict(why).into());
            }
            acts::require_bot(tx, &given.about)?;
        }
        let memory = Memory {
            key: given.about.clone(),
            source: given.source.clone(),
            sentiment: given.sentiment,
            confidence: given.confidence,
            pinned: given.pinned,
            activity_id: given.activity_id.filter(|id| beat::last_seq(tx).is_ok_and(|last| *id <= last)),
            ..Memory::new(given.kind, given.text.clone(), now)
        };
        let id = mind::insert_memory(tx, bot, &memory)?;
        room.forget_mind(bot);
        changed(shared, tx, "memories", Some(bot));
        told(shared, tx, "memory", || Change::new(format!("memory {id} of {bot}"), Value::Null, "told"))?;
        Ok(id)
    }
}
