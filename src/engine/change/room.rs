//! The room: its pace, its provider, whether bots wake.

use serde::{Deserialize, Serialize};

use super::replan_all;
use crate::domain::activity::{Activity, Changed};
use crate::domain::changes::Change;
use crate::domain::pace::{Preset, human_interval};
use crate::engine::handle::Record;
use crate::engine::input::Apply;
use crate::engine::room::Room;
use crate::engine::shared::{PACE_NOW, PROVIDER_NOW, Shared};
use crate::engine::wall;
use crate::protocol::{EngineState, Notice};
use crate::store::{Result, Tx, beat, providers};

/// The room's pace.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::engine) struct SetPace {
    pub(in crate::engine) seconds: u32,
}

impl Apply for SetPace {
    type Outcome = ();

    fn apply(&self, shared: &Shared, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        let seconds = self.seconds;
        let before = beat::meta(tx, PACE_NOW)?.and_then(|pace| pace.parse::<u32>().ok());
        beat::set_meta(tx, "pace", &seconds.to_string())?;
        beat::set_meta(tx, PACE_NOW, &seconds.to_string())?;
        room.will_relearn();
        shared.live_mut().pace = Some(seconds);
        told(shared, tx, "pace", || Change::new("pace_seconds", before, seconds))?;
        let notice = Notice::PaceChanged {
            preset: Preset::of_seconds(seconds).as_str().to_owned(),
            interval_seconds: seconds,
            interval_human: human_interval(seconds),
        };
        let (bus, at) = (shared.bus.clone(), tx.now());
        tx.after_commit(move || bus.tell(at, notice));
        replan_all(shared, tx)
    }
}

/// The provider of bots that name none.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::engine) struct SetProvider {
    pub(in crate::engine) name: String,
}

impl Apply for SetProvider {
    type Outcome = ();

    fn apply(&self, shared: &Shared, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        let before = beat::meta(tx, PROVIDER_NOW)?;
        beat::set_meta(tx, "provider", &self.name)?;
        beat::set_meta(tx, PROVIDER_NOW, &self.name)?;
        room.will_relearn();
        shared.live_mut().provider.clone_from(&self.name);
        let change = Changed { provider: Some(self.name.clone()), ..Changed::of(&["provider"]) };
        let now = tx.now();
        Record::new("system", "System", Activity::ConfigUpdated(change), now)
            .changes(tx, || vec![Change::new("provider", before, self.name.clone())])
            .put(shared, tx)?;
        replan_all(shared, tx)
    }
}

/// Bots wake, or wake no more.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::engine) struct BecomeAwake {
    pub(in crate::engine) awake: bool,
}

impl Apply for BecomeAwake {
    type Outcome = ();

    fn apply(&self, shared: &Shared, _: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        let was = beat::meta(tx, "paused")?.as_deref() != Some("true");
        beat::set_meta(tx, "paused", if self.awake { "false" } else { "true" })?;
        if self.awake && !shared.clock.is_simulated() {
            wall::plan_anew(shared, tx)?;
        }
        let engine = if self.awake { EngineState::Running } else { EngineState::Paused };
        let word = |awake: bool| if awake { "running" } else { "paused" };
        if was != self.awake {
            told(shared, tx, "engine", || Change::new("engine", word(was), word(self.awake)))?;
        }
        let (live, bus, at) = (std::sync::Arc::clone(&shared.live), shared.bus.clone(), tx.now());
        tx.after_commit(move || {
            live.write().unwrap_or_else(std::sync::PoisonError::into_inner).engine = engine;
            bus.tell(at, Notice::EngineState { engine });
        });
        Ok(())
    }
}

/// A server may hold more by now: what it told of its contexts is forgotten.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::engine) struct ForgetContexts {
    pub(in crate::engine) provider: String,
}

impl Apply for ForgetContexts {
    type Outcome = ();

    fn apply(&self, shared: &Shared, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        providers::forget_contexts(tx, &self.provider)?;
        room.will_relearn();
        shared.live_mut().contexts.retain(|(provider, _), _| *provider != self.provider);
        Ok(())
    }
}

/// Tells of a change of the room in the stream, where it was somebody's wish. A journal from before that has no
/// such rows.
pub(super) fn told(
    shared: &Shared,
    tx: &mut Tx<'_>,
    part: &str,
    change: impl FnOnce() -> Change,
) -> Result<()> {
    if tx.by().is_some() {
        let now = tx.now();
        Record::new("system", "System", Activity::ConfigUpdated(Changed::of(&[part])), now)
            .changes(tx, || vec![change()])
            .put(shared, tx)?;
    }
    Ok(())
}
