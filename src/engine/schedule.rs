//! Who wakes when: a plan of next beats.
//!
//! Plain data; the runner sleeps by it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::domain::Stamp;

/// The next beat of every bot, in order of (due, bot id).
#[derive(Debug, Default)]
pub(super) struct Schedule {
    order: BTreeSet<(Stamp, Arc<str>)>,
    due: HashMap<Arc<str>, Stamp>,
}

impl Schedule {
    /// Plans a bot's next beat, in place of the one planned before.
    pub(super) fn plan(&mut self, bot: &str, due: Stamp) {
        let id: Arc<str> = match self.due.get_key_value(bot) {
            Some((id, old)) => {
                let (id, old) = (Arc::clone(id), *old);
                self.order.remove(&(old, Arc::clone(&id)));
                id
            }
            None => bot.into(),
        };
        self.order.insert((due, Arc::clone(&id)));
        self.due.insert(id, due);
    }

    /// Takes a bot out: it left, or it is on a beat.
    pub(super) fn remove(&mut self, bot: &str) {
        if let Some((id, due)) = self.due.remove_entry(bot) {
            self.order.remove(&(due, id));
        }
    }

    /// As [`Schedule::plan`], unless an earlier beat was planned meanwhile.
    pub(super) fn plan_at_the_latest(&mut self, bot: &str, due: Stamp) {
        if self.due.get(bot).is_none_or(|planned| *planned > due) {
            self.plan(bot, due);
        }
    }

    /// When the next beat comes of a bot that is not on one already.
    pub(super) fn next(&self, busy: impl Fn(&str) -> bool) -> Option<Stamp> {
        self.order.iter().find(|(_, id)| !busy(id)).map(|(due, _)| *due)
    }

    /// Takes the beat that comes next, if it is due at `now`. A bot that is on one already is passed over.
    pub(super) fn pop_due(&mut self, now: Stamp, busy: impl Fn(&str) -> bool) -> Option<(Stamp, Arc<str>)> {
        let due = self.order.iter().take_while(|(due, _)| *due <= now);
        let (due, id) = due.into_iter().find(|(_, id)| !busy(id))?.clone();
        self.order.remove(&(due, Arc::clone(&id)));
        self.due.remove(&id);
        Some((due, id))
    }

    /// Takes the next beat of one of `only` (empty = anybody) that is due by `until`, due now or not.
    /// A bot that is on a beat already is passed over.
    pub(super) fn pop_next(
        &mut self,
        only: &BTreeSet<String>,
        busy: impl Fn(&str) -> bool,
        until: Option<Stamp>,
    ) -> Option<(Stamp, Arc<str>)> {
        let may = |id: &str| (only.is_empty() || only.contains(id)) && !busy(id);
        let (due, id) = self.order.iter().find(|(_, id)| may(id))?.clone();
        if until.is_some_and(|until| due > until) {
            return None;
        }
        self.order.remove(&(due, Arc::clone(&id)));
        self.due.remove(&id);
        Some((due, id))
    }

    /// When a bot wakes next, if it is planned.
    #[cfg(test)]
    pub(super) fn due(&self, bot: &str) -> Option<Stamp> {
        self.due.get(bot).copied()
    }

    /// How many bots are planned.
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Stamp {
        Stamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn beats_come_in_order_of_time_then_id_and_once_each() {
        let mut plan = Schedule::default();
        plan.plan("b", at(5));
        plan.plan("a", at(5));
        plan.plan("c", at(1));
        plan.plan("c", at(9));
        assert_eq!(plan.due("c"), Some(at(9)));
        let none = |_: &str| false;
        assert_eq!(plan.pop_due(at(4), none), None);
        let busy = |id: &str| id == "a";
        assert_eq!(plan.next(busy), Some(at(5)));
        assert_eq!(plan.pop_due(at(10), busy).unwrap().1.as_ref(), "b");
        plan.plan_at_the_latest("b", at(5));
        plan.plan_at_the_latest("b", at(7));
        let order: Vec<_> =
            std::iter::from_fn(|| plan.pop_due(at(10), none)).map(|(_, id)| id.to_string()).collect();
        assert_eq!(order, ["a", "b", "c"]);
        assert_eq!(plan.len(), 0);
    }
}
