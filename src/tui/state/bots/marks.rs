//! The marked bots, on which is acted at once.

use super::{Bots, ListedBot};
use crate::tui::action::Act;

impl Bots {
    /// Marks the selected bot, or takes its mark, and moves on.
    pub fn mark(&mut self) {
        let Some(id) = self.selected_id().map(str::to_owned) else { return };
        if !self.marked.remove(&id) {
            self.marked.insert(id);
        }
        self.act(Act::Down);
    }

    /// Marks every bot the list shows; where all are, takes their marks.
    pub fn mark_all(&mut self) {
        let all: Vec<String> =
            (0..self.len()).filter_map(|line| self.line(line)).map(|row| row.id.clone()).collect();
        if all.iter().all(|id| self.marked.contains(id)) {
            all.iter().for_each(|id| {
                self.marked.remove(id);
            });
        } else {
            self.marked.extend(all);
        }
    }

    /// Takes all marks; whether there were some.
    pub fn unmark(&mut self) -> bool {
        !std::mem::take(&mut self.marked).is_empty()
    }

    /// Whether a bot is marked.
    #[must_use]
    pub fn is_marked(&self, id: &str) -> bool {
        self.marked.contains(id)
    }

    /// The marked bots the list shows, in its order: what is not seen is not acted on.
    #[must_use]
    pub fn marked(&self) -> Vec<&ListedBot> {
        if self.marked.is_empty() {
            return Vec::new();
        }
        (0..self.len())
            .filter_map(|line| self.line(line))
            .filter(|row| self.marked.contains(&row.id))
            .collect()
    }
}
