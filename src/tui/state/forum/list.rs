//! The list of threads: what it is asked for, what is read of it.

use super::{Forum, PAGE};
use crate::protocol::{ThreadQuery, ThreadSummary};
use crate::tui::msg::{Effect, Load};
use crate::tui::widgets::Scroll;

impl Forum {
    /// Reads the open thread anew after a change made here, and the list where it is shown.
    pub(in crate::tui) fn again(&mut self, shown: bool) -> Vec<Effect> {
        let mut effects: Vec<Effect> =
            self.reader.wanted.map(|id| Effect::Load(Load::Thread(id))).into_iter().collect();
        if shown {
            effects.push(self.head());
        }
        effects
    }

    /// The tab came into view: what it reads.
    pub(in crate::tui) fn came(&mut self) -> Vec<Effect> {
        let mut effects = vec![self.head()];
        effects.extend(self.reader.wanted.map(|id| Effect::Load(Load::Thread(id))));
        effects
    }

    pub(in crate::tui) fn head(&mut self) -> Effect {
        self.loading = true;
        self.stale_list = false;
        Effect::Load(Load::Threads(ThreadQuery { limit: PAGE, ..self.query.clone() }))
    }

    /// Reads the list for a question that has changed.
    pub(in crate::tui) fn ask(&mut self) -> Vec<Effect> {
        self.turned = true;
        self.reading = false;
        self.list = Scroll::default();
        vec![self.head()]
    }

    pub(in crate::tui) fn older(&mut self) -> Option<Effect> {
        let near = self.list.selected + 2 * self.list.page() >= self.threads.len();
        let last = self.threads.last()?.id;
        if !self.more || self.loading || !near {
            return None;
        }
        self.loading = true;
        let query = ThreadQuery { limit: PAGE, after: Some(last), ..self.query.clone() };
        Some(Effect::Load(Load::Threads(query)))
    }

    pub(in crate::tui) fn take(&mut self, query: &ThreadQuery, threads: &[ThreadSummary]) {
        let whole = threads.len() < PAGE as usize;
        if query.after.is_some() {
            let known: std::collections::BTreeSet<i64> = self.threads.iter().map(|t| t.id).collect();
            self.threads.extend(threads.iter().filter(|t| !known.contains(&t.id)).cloned());
            self.more = !whole;
            return;
        }
        let wish = self.wish.filter(|id| threads.iter().any(|thread| thread.id == *id));
        self.wish = self.wish.filter(|_| wish.is_none());
        let kept = wish.or_else(|| self.threads.get(self.list.selected).map(|thread| thread.id));
        let mut fresh = threads.to_vec();
        if !self.turned && !whole && self.threads.len() > PAGE as usize {
            // What was read further down stays below the new head.
            let head: std::collections::BTreeSet<i64> = threads.iter().map(|t| t.id).collect();
            fresh.extend(self.threads.drain(..).filter(|t| !head.contains(&t.id)));
        } else {
            self.more = !whole;
        }
        self.threads = fresh;
        let again = kept.filter(|_| !self.turned || wish.is_some()).and_then(|id| self.place(id));
        self.list.selected = again.unwrap_or(self.list.selected).min(self.threads.len().saturating_sub(1));
        self.turned = false;
    }

    /// Selects a thread in the list, or as soon as it is there.
    pub(in crate::tui) fn point_at(&mut self, thread: i64) {
        match self.place(thread) {
            Some(at) => self.list.selected = at,
            None => self.wish = Some(thread),
        }
    }

    pub(super) fn place(&self, id: i64) -> Option<usize> {
        self.threads.iter().position(|thread| thread.id == id)
    }
}
