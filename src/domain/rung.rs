//! How the answer of a model was read, as the books count it.

use serde::{Deserialize, Serialize};

/// How an answer was read.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rung {
    /// It was the JSON that was asked for.
    Schema,
    /// The JSON stood inside something else.
    Embedded,
    /// It took a second request.
    Repaired,
    /// It could not be read.
    Failed,
}

impl Rung {
    /// Every rung, the best first.
    pub const ALL: [Self; 4] = [Self::Schema, Self::Embedded, Self::Repaired, Self::Failed];

    /// The word where no answer was to be read.
    pub const NONE: &'static str = "none";

    /// The word in the books.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Embedded => "embedded",
            Self::Repaired => "repaired",
            Self::Failed => "failed",
        }
    }

    /// The rung of a word; `None` for none of them.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rung| rung.as_str() == word)
    }
}
