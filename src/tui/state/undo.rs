//! What a person changed here lately, and what undoes it.

use std::collections::VecDeque;

use crate::domain::Stamp;
use crate::tui::msg::Command;

/// Changes that can be taken back, at most.
const MOST: usize = 50;

/// A change that can be taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// When it was made.
    pub at: Stamp,
    /// The change.
    pub command: Command,
    /// What undoes it.
    pub back: Command,
}

/// What a person changed here, the newest first.
#[derive(Clone, Debug, Default)]
pub struct Undo(VecDeque<Done>);

impl Undo {
    /// One of them, by its place.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&Done> {
        self.0.get(at)
    }

    /// The changes that can be taken back, the newest first.
    pub fn iter(&self) -> impl Iterator<Item = &Done> {
        self.0.iter()
    }

    pub(in crate::tui) fn push(&mut self, done: Done) {
        self.0.push_front(done);
        self.0.truncate(MOST);
    }

    pub(in crate::tui) fn drop_done(&mut self, command: &Command, back: &Command) {
        if let Some(at) = self.0.iter().position(|done| done.command == *command && done.back == *back) {
            self.0.remove(at);
        }
    }
}
