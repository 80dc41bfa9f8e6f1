//! What was searched for everywhere, and where what was found is.

use crate::tui::action::Act;

/// Where something found is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    /// A thread.
    Thread(i64),
    /// An event.
    Event(i64),
    /// What a bot remembers, with the words searched for.
    Memory(String),
    /// A bot.
    Bot(String),
    /// An act of the stream.
    Act(i64),
    /// What was thought for an act.
    Thought(i64),
    /// A field of the selected bot's mind, by its place.
    Setting(usize),
    /// Something that can be done.
    Do(Act),
}

/// Something found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What it is: thread, memory, bot, …
    pub kind: &'static str,
    /// What it says.
    pub said: String,
    /// Where it is.
    pub to: To,
}

/// What was searched for and found last.
#[derive(Clone, Debug, Default)]
pub struct Search {
    pub(in crate::tui) words: String,
    pub(in crate::tui) hits: Vec<Hit>,
    pub(in crate::tui) at: usize,
}
