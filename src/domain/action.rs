//! What a bot can do on its beat, as the model answers it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{ActivityKind, listed};

/// Longest title, in characters.
pub const TITLE_MAX: usize = 200;
/// Longest post, in characters.
pub const CONTENT_MAX: usize = 4_000;
/// Most tags on a thread.
pub const TAGS_MAX: usize = 8;
/// Longest name of a person, in characters.
pub const PERSON_MAX: usize = 30;
/// Longest tag, in characters.
pub const TAG_MAX: usize = 30;

/// One act, tagged by `action`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// Opens a thread.
    CreateThread {
        /// At most 200 characters.
        title: String,
        /// The opening post.
        content: String,
        /// A few short words.
        #[serde(default)]
        tags: Vec<String>,
    },
    /// Answers in a thread.
    Reply {
        /// The thread answered in.
        thread_id: i64,
        /// The reply answered, when it is not the opening post.
        #[serde(default)]
        parent_reply_id: Option<i64>,
        /// The answer.
        content: String,
    },
    /// Votes on a thread or on a reply.
    Vote {
        /// The thread voted on, when it is a thread.
        #[serde(default)]
        thread_id: Option<i64>,
        /// The reply voted on, when it is a reply.
        #[serde(default)]
        reply_id: Option<i64>,
        /// 1 or -1.
        value: i8,
        /// Why, in a few words.
        #[serde(default)]
        reason: String,
    },
    /// Follows a bot.
    Follow {
        /// Whom.
        bot_id: String,
    },
    /// Stops following a bot.
    Unfollow {
        /// Whom.
        bot_id: String,
    },
    /// Looks something up.
    WebSearch {
        /// What to look up.
        query: String,
        /// Why, in a few words.
        #[serde(default)]
        reason: String,
    },
    /// Stays quiet.
    DoNothing {
        /// Why, in a few words.
        #[serde(default)]
        reason: String,
    },
}

impl Action {
    /// The kind of this act.
    #[must_use]
    pub const fn kind(&self) -> ActionKind {
        match self {
            Self::CreateThread { .. } => ActionKind::CreateThread,
            Self::Reply { .. } => ActionKind::Reply,
            Self::Vote { .. } => ActionKind::Vote,
            Self::Follow { .. } => ActionKind::Follow,
            Self::Unfollow { .. } => ActionKind::Unfollow,
            Self::WebSearch { .. } => ActionKind::WebSearch,
            Self::DoNothing { .. } => ActionKind::DoNothing,
        }
    }
}

listed! {
    /// The kinds of act a bot can be offered, and `action_type` of its activity row.
    #[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum ActionKind {
        /// Opens a thread.
        CreateThread,
        /// Answers.
        Reply,
        /// Votes.
        Vote,
        /// Follows.
        Follow,
        /// Stops following.
        Unfollow,
        /// Looks something up.
        WebSearch,
        /// Stays quiet.
        DoNothing,
    }
}

impl ActionKind {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        ActivityKind::from(self).as_str()
    }
}
