//! Scenarios: what a person does at the control room, written down, played without a person.
//!
//! A scenario is a YAML file: keys, typing, waits, captions, sizes, assertions. The same file is a
//! demo script, a recording and a test. [`Scenario`] is what the file says; [`play`] does it on
//! simulated time, byte for byte the same for the same seed.

mod attach;
mod player;
mod read;

use std::time::Duration;

use crate::link::Role;
use crate::tui::keymap::Key;

pub use player::{Failure, Played, Stage, play};
pub use read::{Problem, parse, parse_size};

/// What a file says.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Shown for messages: the name of the file.
    pub name: String,
    /// The title of the recording.
    pub title: String,
    /// Columns and rows at the beginning.
    pub size: (u16, u16),
    /// Players of the recording shorten longer pauses to this many seconds.
    pub idle: Option<f64>,
    /// What is done, in order.
    pub steps: Vec<Step>,
}

/// One step and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The line in the file, from 1.
    pub line: usize,
    /// What is done.
    pub deed: Deed,
}

/// What can be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Presses keys, one after another.
    Keys(Vec<Key>),
    /// Types a text at human speed.
    Type(String),
    /// Waits until a text is on the screen.
    WaitFor(String, Duration),
    /// Says something in the last line, and begins a chapter of the recording; empty = says nothing any more.
    Caption(String),
    /// Gives the terminal another size.
    Resize(u16, u16),
    /// Leaves the control room and opens one that is attached to the same engine through a port.
    Attach(Role),
    /// A text must be on the screen.
    Assert(String),
    /// A text must not be on the screen.
    Absent(String),
    /// Watches for a while.
    Pause(Duration),
}

impl Deed {
    /// The word in the file.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Keys(_) => "keys",
            Self::Type(_) => "type",
            Self::WaitFor(..) => "wait_for",
            Self::Caption(_) => "caption",
            Self::Resize(..) => "resize",
            Self::Attach(_) => "attach",
            Self::Assert(_) => "assert",
            Self::Absent(_) => "absent",
            Self::Pause(_) => "pause",
        }
    }
}
