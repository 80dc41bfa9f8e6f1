//! Events and memories: what people do with a society besides posting.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::room::told;
use crate::domain::Activity;
use crate::domain::MemoryKind;
use crate::domain::changes::Change;
use crate::protocol::{EventView, Fault, Notice, Remember};
use crate::society::Society;
use crate::society::apply::Apply;
use crate::society::record::{Record, changed};
use crate::society::room::Room;
use crate::store::memories::Memory;
use crate::store::{Result, Tx, activities, archive, events, memories, names, snapshot};

/// An event happens; bots see it from their next beat on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct InjectEvent {
    pub(crate) event: crate::protocol::InjectEvent,
}

impl Apply for InjectEvent {
    type Outcome = EventView;

    fn apply(&self, society: &Society, _: &mut Room, tx: &mut Tx<'_>) -> Result<EventView> {
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
        Record::of_room(injected, at).changes(tx, Vec::new).put(society, tx)?;
        Ok(view)
    }
}

/// An event is over.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct EndEvent {
    pub(crate) id: i64,
}

impl Apply for EndEvent {
    type Outcome = EventView;

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<EventView> {
        let view = events::deactivate(tx, tx.now(), self.id)?;
        room.forget_board();
        told(society, tx, "event", || Change::new("event", view.title.clone(), "over"))?;
        let notice = Notice::EventInjected {
            event_id: view.id,
            title: view.title.clone(),
            active: view.active,
            details: None,
        };
        let at = tx.now();
        society.tell(tx, at, notice);
        Ok(view)
    }
}

/// A memory is pinned, unpinned or rewritten.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct EditMemory {
    pub(crate) id: i64,
    pub(crate) text: Option<String>,
    pub(crate) pinned: Option<bool>,
}

impl Apply for EditMemory {
    type Outcome = ();

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        let id = self.id;
        let Some((bot, mut memory)) = memories::memory_by_id(tx, id)? else {
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
            if memory.kind == MemoryKind::Interest {
                // What is shown and sought is the word itself.
                memories::set_key(tx, &bot, &memory, &text.to_lowercase())?;
            }
        }
        memory.pinned = self.pinned.unwrap_or(memory.pinned);
        memories::update_memory(tx, &memory)?;
        // Of what is remembered nothing is repeated: whoever forgets it means all of it.
        let what = match (&self.text, self.pinned) {
            (Some(_), _) => "rewritten",
            (None, Some(false)) => "unpinned",
            (None, _) => "pinned",
        };
        told(society, tx, "memory", || Change::new(format!("memory {id} of {bot}"), Value::Null, what))?;
        room.forget_mind(&bot);
        changed(society, tx, "memories", Some(&bot));
        Ok(())
    }
}

/// A bot forgets something, remembered or archived; of a summary or an era also what it stands for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ForgetMemory {
    pub(crate) id: i64,
}

impl Apply for ForgetMemory {
    type Outcome = ();

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        let id = self.id;
        let held = memories::memory_by_id(tx, id)?;
        let archived = archive::forget(tx, id)?;
        if archived > 0 {
            snapshot::forget(tx)?; // they rely on what is gone now
        }
        match held {
            Some((bot, _)) => {
                memories::delete_memory(tx, id)?;
                room.forget_mind(&bot);
                told(society, tx, "memory", || {
                    Change::new(format!("memory {id} of {bot}"), Value::Null, "forgotten")
                })?;
                changed(society, tx, "memories", Some(&bot));
            }
            None if archived == 0 => return Err(Fault::not_found("memory", id).into()),
            None => changed(society, tx, "memories", None),
        }
        Ok(())
    }
}

/// A bot remembers what a person tells it to, such as what it was made to forget.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Recollect {
    pub(crate) bot: String,
    pub(crate) memory: Remember,
}

impl Apply for Recollect {
    /// Its number.
    type Outcome = i64;

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<i64> {
        let (bot, given, now) = (self.bot.as_str(), &self.memory, tx.now());
        names::require_bot(tx, bot)?;
        if given.kind == MemoryKind::Relationship {
            let held = memories::memories(tx, bot)?;
            if held.iter().any(|one| one.kind == given.kind && one.key == given.about) {
                let why = format!("{bot} has a relationship with {} already: edit that one", given.about);
                return Err(Fault::conflict(why).into());
            }
            names::require_bot(tx, &given.about)?;
        }
        let memory = Memory {
            key: given.about.clone(),
            source: given.source.clone(),
            sentiment: given.sentiment,
            confidence: given.confidence,
            pinned: given.pinned,
            activity_id: given
                .activity_id
                .filter(|id| activities::last_seq(tx).is_ok_and(|last| *id <= last)),
            ..Memory::new(given.kind, given.text.clone(), now)
        };
        let id = memories::insert_memory(tx, bot, &memory)?;
        room.forget_mind(bot);
        changed(society, tx, "memories", Some(bot));
        told(society, tx, "memory", || Change::new(format!("memory {id} of {bot}"), Value::Null, "told"))?;
        Ok(id)
    }
}
