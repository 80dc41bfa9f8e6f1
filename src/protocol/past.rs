//! The past: the journal's entries, and the past as a place, which is walked where the home is and crosses no wire.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::Stamp;

/// An entry of the journal: something that came from outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JournalEntry {
    /// Its number, from 1 on without a gap.
    pub number: i64,
    /// The room's time when it was applied.
    pub at: Stamp,
    /// The newest activity after it.
    pub through: i64,
    /// What came: its kind, and what belongs to that.
    #[schema(value_type = Object)]
    pub input: Value,
}

/// Where to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// So many acts on, or back where negative.
    By(i64),
    /// To the beginning.
    Begin,
    /// To the end.
    End,
    /// To a moment as people type it: the number of an activity, or a time.
    To(String),
    /// To the next of something.
    Next(Sought),
    /// To the one before of something.
    Previous(Sought),
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sought {
    /// An act of this bot.
    Bot(String),
    /// Something a person did.
    Person,
    /// A flag.
    Flag,
    /// A failure.
    Failure,
}

/// A moment of the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The last entry of the journal that is applied.
    pub entry: i64,
    /// The newest activity then.
    pub activity: i64,
    /// The room's time.
    pub at: Stamp,
    /// The newest activity at the beginning.
    pub first: i64,
    /// The newest activity at the end.
    pub last: i64,
    /// Why this moment is shown only as far as it is stored (acts, posts, votes): it cannot be applied again, or was not yet.
    pub stored: Option<Arc<str>>,
    /// Whether all the rest of it can be had in a moment: it is being applied again.
    pub to_come: bool,
    /// What stands out on the way.
    pub marks: Arc<Vec<Mark>>,
}

/// Something that stands out.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The newest activity then.
    pub activity: i64,
    /// What it is.
    pub kind: MarkKind,
}

/// What stands out; what is worth more attention comes later.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkKind {
    /// A person did something.
    Person,
    /// A bot was flagged.
    Flag,
    /// A beat failed.
    Failure,
}
