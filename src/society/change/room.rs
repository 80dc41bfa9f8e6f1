//! The room: its pace, its provider, whether bots wake.

use serde::{Deserialize, Serialize};

use super::replan_all;
use crate::domain::activity::{Activity, Changed};
use crate::domain::changes::Change;
use crate::domain::pace::{Preset, human_interval};
use crate::protocol::{EngineState, Notice};
use crate::society::apply::Apply;
use crate::society::record::Record;
use crate::society::room::Room;
use crate::society::wall;
use crate::society::{PACE_NOW, PROVIDER_NOW, Society};
use crate::store::{Result, Tx, meta, providers};

/// The room's pace.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SetPace {
    pub(crate) seconds: u32,
}

impl Apply for SetPace {
    type Outcome = ();

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        let seconds = self.seconds;
        let before = meta::get(tx, PACE_NOW)?.and_then(|pace| pace.parse::<u32>().ok());
        meta::set(tx, "pace", &seconds.to_string())?;
        meta::set(tx, PACE_NOW, &seconds.to_string())?;
        room.will_relearn();
        society.settings_mut().pace = Some(seconds);
        told(society, tx, "pace", || Change::new("pace_seconds", before, seconds))?;
        let notice = Notice::PaceChanged {
            preset: Preset::of_seconds(seconds).as_str().to_owned(),
            interval_seconds: seconds,
            interval_human: human_interval(seconds),
        };
        let at = tx.now();
        society.tell(tx, at, notice);
        replan_all(society, tx)
    }
}

/// The provider of bots that name none.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SetProvider {
    pub(crate) name: String,
    /// Its model from now on where nobody names one; empty is the configured one again, `None` leaves it as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) model: Option<String>,
}

impl Apply for SetProvider {
    type Outcome = ();

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        let before = meta::get(tx, PROVIDER_NOW)?;
        meta::set(tx, "provider", &self.name)?;
        meta::set(tx, PROVIDER_NOW, &self.name)?;
        room.will_relearn();
        society.settings_mut().provider.clone_from(&self.name);
        let mut changes = vec![Change::new("provider", before, self.name.clone())];
        if let Some(model) = &self.model {
            changes.extend(choose_model(society, tx, &self.name, model)?);
        }
        let change = Changed { provider: Some(self.name.clone()), ..Changed::of(&["provider"]) };
        let now = tx.now();
        Record::of_room(Activity::ConfigUpdated(change), now).changes(tx, || changes).put(society, tx)?;
        replan_all(society, tx)
    }
}

/// Chooses the model of a provider where nobody names one; empty is the configured one again.
fn choose_model(society: &Society, tx: &mut Tx<'_>, provider: &str, model: &str) -> Result<Option<Change>> {
    let configured = society.frame.provider(provider).map_or("", |provider| &provider.model);
    let before = society.model_of(provider, configured);
    let chosen = Some(model).filter(|model| !model.is_empty() && *model != configured);
    providers::choose_model(tx, provider, configured, chosen)?;
    let mut settings = society.settings_mut();
    match chosen {
        Some(model) => settings.models.insert(provider.to_owned(), model.to_owned()),
        None => settings.models.remove(provider),
    };
    let now = chosen.unwrap_or(configured);
    Ok((before != now).then(|| Change::new("model", before, now)))
}

/// Bots wake, or wake no more.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct BecomeAwake {
    pub(crate) awake: bool,
}

impl Apply for BecomeAwake {
    type Outcome = ();

    fn apply(&self, society: &Society, _: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        let was = meta::get(tx, "paused")?.as_deref() != Some("true");
        meta::set(tx, "paused", if self.awake { "false" } else { "true" })?;
        if self.awake && !society.frame.simulated {
            wall::plan_anew(society, tx)?;
        }
        let engine = if self.awake { EngineState::Running } else { EngineState::Paused };
        let word = |awake: bool| if awake { "running" } else { "paused" };
        if was != self.awake {
            told(society, tx, "engine", || Change::new("engine", word(was), word(self.awake)))?;
        }
        let (world, awake, at) = (std::sync::Arc::clone(&society.world), self.awake, tx.now());
        tx.after_commit(move || world.awake(awake));
        society.tell(tx, at, Notice::EngineState { engine });
        Ok(())
    }
}

/// A server may hold more by now: what it told of its contexts is forgotten.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ForgetContexts {
    pub(crate) provider: String,
}

impl Apply for ForgetContexts {
    type Outcome = ();

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        providers::forget_contexts(tx, &self.provider)?;
        room.will_relearn();
        society.settings_mut().contexts.retain(|(provider, _), _| *provider != self.provider);
        Ok(())
    }
}

/// Tells of a change of the room in the stream, where it was somebody's wish. A journal from before that has no
/// such rows.
pub(super) fn told(
    society: &Society,
    tx: &mut Tx<'_>,
    part: &str,
    change: impl FnOnce() -> Change,
) -> Result<()> {
    if tx.by().is_some() {
        let now = tx.now();
        Record::of_room(Activity::ConfigUpdated(Changed::of(&[part])), now)
            .changes(tx, || vec![change()])
            .put(society, tx)?;
    }
    Ok(())
}
