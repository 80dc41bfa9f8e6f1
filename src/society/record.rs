//! Activities that no beat made: what people did, what was changed, what was injected.

use crate::domain::activity::{self, Activity, Changed};
use crate::domain::changes::Change;
use crate::domain::{Actor, Money, Stamp};
use crate::protocol::{ActivityView, Notice};
use crate::society::Society;
use crate::store::activities::{self, NewActivity};
use crate::store::{Result, Tx, votes};

/// An activity row in the making.
pub(crate) struct Record<'a> {
    actor: &'a str,
    name: &'a str,
    activity: Activity,
    at: Stamp,
    tokens: i64,
    cost: Money,
}

impl<'a> Record<'a> {
    /// What was done by the room itself, or to it.
    pub(crate) const fn of_room(activity: Activity, at: Stamp) -> Self {
        Self::new(Actor::ROOM_ID, Actor::ROOM_NAME, activity, at)
    }

    /// What was done by `actor`, or to it.
    pub(crate) const fn new(actor: &'a str, name: &'a str, activity: Activity, at: Stamp) -> Self {
        Self { actor, name, activity, at, tokens: 0, cost: Money::ZERO }
    }

    /// The fields that changed, where it was somebody's wish. Without one it is from a journal that was written
    /// before anybody asked for them, and leads to what it led to then.
    pub(crate) fn changes(mut self, tx: &Tx<'_>, what: impl FnOnce() -> Vec<Change>) -> Self {
        if let Activity::ConfigUpdated(Changed { by, changes, .. })
        | Activity::EventInjected { by, changes, .. } = &mut self.activity
            && let Some(who) = tx.by()
        {
            (*by, *changes) = (Some(who.to_owned()), Some(what()));
        }
        self
    }

    /// What it used.
    pub(crate) const fn used(mut self, tokens: i64, cost: Money) -> Self {
        self.tokens = tokens;
        self.cost = cost;
        self
    }

    /// Stores it and announces it after the commit; answers its id.
    pub(crate) fn put(self, society: &Society, tx: &mut Tx<'_>) -> Result<i64> {
        let id = activities::last_seq(tx)? + 1;
        let reputation = votes::reputation(tx, self.actor)?;
        let details = activity::details(&self.activity, self.activity.succeeded(), reputation, "");
        let day = society.frame.day(self.at);
        activities::insert(
            tx,
            &NewActivity {
                id,
                actor: self.actor,
                kind: self.activity.kind(),
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
            action_type: self.activity.kind().as_str().to_owned(),
            details,
            tokens_used: self.tokens,
            cost_usd: self.cost,
            cost_simulated: society.is_simulated(self.cost),
            created_at: self.at,
        });
        society.announce(tx, id, self.at, notice);
        Ok(id)
    }
}

/// Announces after the commit a change that leaves no row in the stream.
pub(crate) fn changed(society: &Society, tx: &mut Tx<'_>, what: &str, bot_id: Option<&str>) {
    let notice = Notice::Changed { what: what.into(), bot_id: bot_id.map(str::to_owned) };
    let at = tx.now();
    society.tell(tx, at, notice);
}
