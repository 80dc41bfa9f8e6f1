//! Activities that no beat made: what people did, what was changed, what was injected.

use serde_json::{Map, Value};

use crate::domain::{Money, Stamp, changes};
use crate::engine::shared::Shared;
use crate::protocol::{ActivityView, Notice};
use crate::store::beat::{self, NewActivity};
use crate::store::{Result, Tx, acts};

/// An activity row in the making.
pub(in crate::engine) struct Record<'a> {
    actor: &'a str,
    name: &'a str,
    action: &'a str,
    details: Map<String, Value>,
    at: Stamp,
    tokens: i64,
    cost: Money,
}

impl<'a> Record<'a> {
    /// `action` by `actor`, with details beside `success` and `action`.
    pub(in crate::engine) fn new(
        actor: &'a str,
        name: &'a str,
        action: &'a str,
        details: Value,
        at: Stamp,
    ) -> Self {
        let mut all = Map::new();
        all.insert("success".into(), true.into());
        all.insert("action".into(), action.into());
        if let Value::Object(details) = details {
            all.extend(details);
        }
        Self { actor, name, action, details: all, at, tokens: 0, cost: Money::ZERO }
    }

    /// The fields that changed, where it was somebody's wish. Without one it is from a journal that was written
    /// before anybody asked for them, and leads to what it led to then.
    pub(in crate::engine) fn changes(
        mut self,
        tx: &Tx<'_>,
        changes: impl FnOnce() -> Vec<changes::Change>,
    ) -> Self {
        if let Some(by) = tx.by() {
            self.details.insert("by".into(), by.into());
            self.details.insert("changes".into(), changes::details(&changes()));
        }
        self
    }

    /// What it used.
    pub(in crate::engine) const fn used(mut self, tokens: i64, cost: Money) -> Self {
        self.tokens = tokens;
        self.cost = cost;
        self
    }

    /// Stores it and announces it after the commit; answers its id.
    pub(in crate::engine) fn put(self, shared: &Shared, tx: &mut Tx<'_>) -> Result<i64> {
        let id = beat::last_seq(tx)? + 1;
        let mut details = self.details;
        details.insert("reputation_score".into(), acts::reputation(tx, self.actor)?.into());
        details.insert("raw_response".into(), "".into());
        let details = Value::Object(details);
        let day = shared.clock.day(self.at);
        beat::insert_activity(
            tx,
            &NewActivity {
                id,
                actor: self.actor,
                action: self.action,
                details: &details.to_string(),
                tokens: self.tokens,
                cost: self.cost,
                at: self.at,
                day: &day,
                to_remember: false,
            },
        )?;
        let notice = Notice::of_activity(ActivityView {
            id,
            bot_id: self.actor.to_owned(),
            bot_name: self.name.to_owned(),
            action_type: self.action.to_owned(),
            details,
            tokens_used: self.tokens,
            cost_usd: self.cost,
            cost_simulated: shared.is_simulated(self.cost),
            created_at: self.at,
        });
        let (bus, at) = (shared.bus.clone(), self.at);
        tx.after_commit(move || bus.announce(id, at, notice));
        Ok(id)
    }
}

/// Announces after the commit a change that leaves no row in the stream.
pub(in crate::engine) fn changed(shared: &Shared, tx: &mut Tx<'_>, what: &str, bot_id: Option<&str>) {
    let notice = Notice::Changed { what: what.into(), bot_id: bot_id.map(str::to_owned) };
    let (bus, at) = (shared.bus.clone(), tx.now());
    tx.after_commit(move || bus.tell(at, notice));
}
