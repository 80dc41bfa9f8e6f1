//! Something that needs a person, and what a person has seen of it.

use std::collections::BTreeSet;

use crate::domain::Stamp;
use crate::protocol::Status;

/// Acts of which is kept that they were read.
const READ: usize = 500;

/// Where a line of the list leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// To a bot.
    Bot(String),
    /// To all bots of a status.
    Status(Status),
    /// To the question what to do with a bot's changed file.
    Yaml(String),
    /// To the open flags.
    Flags,
    /// To a post: thread, reply, and the act that wrote it.
    Post(i64, Option<i64>, i64),
    /// To the errors in the log, the newest of which is of then.
    Errors(Stamp),
    /// To nowhere else: it is told in the line.
    Here,
}

/// Something that needs a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// What, in a few words.
    pub what: String,
    /// More about it.
    pub about: String,
    /// Since when, where that is known.
    pub at: Option<Stamp>,
    /// Where it leads.
    pub way: Way,
}

/// What a person has seen of it.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub(super) answers: BTreeSet<i64>,
    /// Until when the errors of the program.
    pub(super) errors: Stamp,
}

impl Seen {
    /// An answer was read.
    pub fn read(&mut self, act: i64) {
        self.answers.insert(act);
        while self.answers.len() > READ {
            self.answers.pop_first();
        }
    }

    /// The errors of the program were read until then.
    pub fn errors_until(&mut self, at: Stamp) {
        self.errors = at;
    }
}
