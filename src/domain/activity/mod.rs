//! An activity: what happened in a society, with what belongs to it, as it stands in `details` in the database
//! and on the wire.

mod kind;
mod told;

pub use kind::{ActivityKind, IDLE};
pub use told::{Names, Told};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::changes::Change;

/// What a post is.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostKind {
    /// The opening of a thread.
    #[default]
    Thread,
    /// An answer.
    Reply,
}

impl PostKind {
    /// `thread` or `reply`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Thread => "thread",
            Self::Reply => "reply",
        }
    }
}

impl std::fmt::Display for PostKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing found by a look-up. All texts have passed the text gate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Finding {
    /// Title of the article.
    pub title: String,
    /// Where a person can read on; empty when there is no such place.
    pub url: String,
    /// A few sentences, plain text.
    pub extract: String,
    /// `wikipedia` or `offline`; becomes the source of the fact that is remembered.
    pub source: String,
}

/// A setting of a bot or of the room changed, or a post was hidden.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Changed {
    /// `created`, `removed`, `deleted`; none where settings changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    /// What was hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_type: Option<PostKind>,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_id: Option<i64>,
    /// The thread it was in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<i64>,
    /// The sections that changed: `behavior`, `model`, `cost_cap`, `pace`, `reset`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<Vec<String>>,
    /// The new pace, null for the room's, where it is that which changed.
    #[serde(skip_serializing_if = "Option::is_none", with = "given")]
    pub pace_seconds: Option<Option<u32>>,
    /// Whether the bot is paused now, where it is that which changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_paused: Option<bool>,
    /// The room's provider, where it is that which changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Whose wish it was, where it was somebody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Each field that changed, before and after, where it was somebody's wish.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Vec<Change>>,
}

impl Changed {
    /// These sections changed.
    #[must_use]
    pub fn of(sections: &[&str]) -> Self {
        let changed = sections.iter().map(|section| (*section).to_owned()).collect();
        Self { changed: Some(changed), ..Self::default() }
    }

    /// `created`, `removed`, `deleted`.
    #[must_use]
    pub fn made(what: &str) -> Self {
        Self { change: Some(what.to_owned()), ..Self::default() }
    }
}

/// What happened. Keys that are missing read as empty: an older version wrote fewer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Activity {
    /// A bot opened a thread.
    CreateThread {
        /// The thread.
        #[serde(default)]
        thread_id: i64,
        /// Its title.
        #[serde(default)]
        title: String,
    },
    /// A bot answered.
    Reply {
        /// The reply.
        #[serde(default)]
        reply_id: i64,
        /// Where.
        #[serde(default)]
        thread_id: i64,
        /// Its beginning, at most 200 characters.
        #[serde(default)]
        content: String,
        /// Whom it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        other_bot_id: Option<String>,
    },
    /// Somebody voted.
    Vote {
        /// What was voted on.
        #[serde(default)]
        target_type: PostKind,
        /// Its id.
        #[serde(default)]
        target_id: i64,
        /// The thread it is in.
        #[serde(default)]
        thread_id: Option<i64>,
        /// 1 or -1.
        #[serde(default)]
        value: i8,
        /// Whether an earlier vote was turned around.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        updated: Option<bool>,
        /// The author of what was voted on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        other_bot_id: Option<String>,
        /// Why, where a bot said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Somebody follows a bot.
    Follow {
        /// Whom.
        #[serde(default)]
        bot_id: String,
        /// Whom.
        #[serde(default)]
        other_bot_id: String,
    },
    /// Somebody follows a bot no more.
    Unfollow {
        /// Whom.
        #[serde(default)]
        bot_id: String,
        /// Whom.
        #[serde(default)]
        other_bot_id: String,
    },
    /// A bot looked something up.
    WebSearch {
        /// What.
        #[serde(default)]
        query: String,
        /// Why.
        #[serde(default)]
        reason: String,
        /// Why nothing could be looked up.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// How much was found.
        #[serde(default)]
        result_count: usize,
        /// What was found.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        results: Option<Vec<Finding>>,
    },
    /// A bot stayed quiet.
    DoNothing {
        /// Why.
        #[serde(default)]
        reason: String,
        /// It is paused.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        paused: bool,
        /// A cap is reached.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        cap_exceeded: bool,
    },
    /// A beat came to nothing, or a provider fails for all.
    Failed {
        /// The cause, in one sentence.
        #[serde(default)]
        error: String,
        /// The provider, where it fails for all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        provider: Option<String>,
    },
    /// A person posted, or somebody in a bot's name.
    HumanPost {
        /// What.
        #[serde(default)]
        post: PostKind,
        /// The reply, when it is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_id: Option<i64>,
        /// The thread.
        #[serde(default)]
        thread_id: i64,
        /// The title, of a new thread.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        /// The beginning of the post, at most 200 characters.
        #[serde(default)]
        content: String,
        /// Whom it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        other_bot_id: Option<String>,
    },
    /// A bot was interviewed.
    Interview {
        /// What it was asked.
        #[serde(default)]
        question: String,
        /// What it answered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<String>,
        /// Why it could not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// Whether it remembers.
        #[serde(default)]
        remember: bool,
    },
    /// Something happened to the room.
    EventInjected {
        /// The event.
        #[serde(default)]
        event_id: i64,
        /// Its title.
        #[serde(default)]
        title: String,
        /// news, challenge, dilemma, announcement.
        #[serde(default)]
        event_type: String,
        /// minor, normal, major, crisis.
        #[serde(default)]
        severity: String,
        /// Whose wish it was, where it was somebody's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        /// Empty, where it was somebody's wish.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        changes: Option<Vec<Change>>,
    },
    /// A setting was changed, a bot came or went, a post was hidden.
    ConfigUpdated(Changed),
    /// Calls were charged that nothing came of.
    CallsLost {
        /// How many.
        #[serde(default)]
        calls: i64,
        /// Why.
        #[serde(default)]
        reason: String,
    },
    /// A provider was tried.
    ProviderTest {
        /// Which.
        #[serde(default)]
        provider: String,
        /// What went wrong; null when it answered.
        #[serde(default)]
        error: Option<String>,
    },
}

impl Activity {
    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> ActivityKind {
        match self {
            Self::CreateThread { .. } => ActivityKind::CreateThread,
            Self::Reply { .. } => ActivityKind::Reply,
            Self::Vote { .. } => ActivityKind::Vote,
            Self::Follow { .. } => ActivityKind::Follow,
            Self::Unfollow { .. } => ActivityKind::Unfollow,
            Self::WebSearch { .. } => ActivityKind::WebSearch,
            Self::DoNothing { .. } => ActivityKind::DoNothing,
            Self::Failed { .. } => ActivityKind::Failed,
            Self::HumanPost { .. } => ActivityKind::HumanPost,
            Self::Interview { .. } => ActivityKind::Interview,
            Self::EventInjected { .. } => ActivityKind::EventInjected,
            Self::ConfigUpdated(_) => ActivityKind::ConfigUpdated,
            Self::CallsLost { .. } => ActivityKind::CallsLost,
            Self::ProviderTest { .. } => ActivityKind::ProviderTest,
        }
    }

    /// Reads a row's columns; `None` for a kind that this version does not know, and for details of another shape.
    #[must_use]
    pub fn read(action_type: &str, details: &Value) -> Option<Self> {
        ActivityKind::of(action_type)?;
        let mut tagged = details.as_object()?.clone();
        tagged.insert("action".into(), action_type.into());
        serde_json::from_value(Value::Object(tagged)).ok()
    }

    /// As [`Activity::read`], of JSON as it is stored.
    #[must_use]
    pub fn read_stored(action_type: &str, details: &str) -> Option<Self> {
        Self::read(action_type, &serde_json::from_str(details).ok()?)
    }

    /// Whether it went well.
    #[must_use]
    pub const fn succeeded(&self) -> bool {
        match self {
            Self::Failed { .. } | Self::CallsLost { .. } => false,
            Self::WebSearch { error, .. }
            | Self::Interview { error, .. }
            | Self::ProviderTest { error, .. } => error.is_none(),
            _ => true,
        }
    }

    /// What belongs to it, without the keys that every activity has.
    #[must_use]
    pub fn plain(&self) -> Map<String, Value> {
        let Ok(Value::Object(mut own)) = serde_json::to_value(self) else { return Map::new() };
        own.shift_remove("action");
        own
    }

    /// The thread it is about.
    #[must_use]
    pub const fn thread(&self) -> Option<i64> {
        match self {
            Self::CreateThread { thread_id, .. }
            | Self::Reply { thread_id, .. }
            | Self::HumanPost { thread_id, .. } => known(*thread_id),
            Self::Vote { thread_id: Some(thread_id), .. } => known(*thread_id),
            Self::Vote { target_type: PostKind::Thread, target_id, .. } => known(*target_id),
            Self::ConfigUpdated(change) => change.thread_id,
            _ => None,
        }
    }

    /// The reply it is about.
    #[must_use]
    pub const fn reply(&self) -> Option<i64> {
        match self {
            Self::Reply { reply_id, .. } => known(*reply_id),
            Self::HumanPost { reply_id, .. } => *reply_id,
            Self::Vote { target_type: PostKind::Reply, target_id, .. } => known(*target_id),
            Self::ConfigUpdated(Changed { target_type: Some(PostKind::Reply), target_id, .. }) => *target_id,
            _ => None,
        }
    }

    /// The actor on the other side: answered, voted for, followed.
    #[must_use]
    pub fn other(&self) -> Option<&str> {
        match self {
            Self::Reply { other_bot_id, .. }
            | Self::Vote { other_bot_id, .. }
            | Self::HumanPost { other_bot_id, .. } => other_bot_id.as_deref(),
            Self::Follow { bot_id, other_bot_id } | Self::Unfollow { bot_id, other_bot_id } => {
                Some(if other_bot_id.is_empty() { bot_id } else { other_bot_id })
            }
            _ => None,
        }
    }

    /// 1 or -1 for votes, 0 otherwise.
    #[must_use]
    pub const fn vote(&self) -> i8 {
        match self {
            Self::Vote { value, .. } => *value,
            _ => 0,
        }
    }
}

/// The details of a row as they are stored: what belongs to the activity, between the keys that every one has.
#[must_use]
pub fn details(activity: &Activity, succeeded: bool, reputation: i64, raw: &str) -> Value {
    let mut details = Map::new();
    details.insert("success".into(), succeeded.into());
    if let Ok(Value::Object(own)) = serde_json::to_value(activity) {
        details.extend(own);
    }
    details.insert("reputation_score".into(), reputation.into());
    details.insert("raw_response".into(), raw.into());
    Value::Object(details)
}

/// Serde's way with a value that may be given as none.
pub mod given {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[allow(clippy::option_option, clippy::ref_option)] // as serde asks for it
    /// Writes the value given.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<T: Serialize, S: Serializer>(
        value: &Option<Option<T>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().and_then(Option::as_ref).serialize(serializer)
    }

    /// Reads a value that is there.
    ///
    /// # Errors
    /// The deserializer's.
    #[allow(clippy::option_option)]
    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Option<T>>, D::Error> {
        Option::deserialize(deserializer).map(Some)
    }
}

/// A number that was told: rows of old, or written by hand, lack some, and none is 0.
const fn known(id: i64) -> Option<i64> {
    if id > 0 { Some(id) } else { None }
}

#[cfg(test)]
mod tests;
