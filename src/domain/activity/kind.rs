//! The kinds of activity, and what is true of each.

use serde::{Deserialize, Serialize};

use crate::domain::{ActionKind, listed};

/// The word for a beat that found nothing to do: it leaves no activity.
pub const IDLE: &str = "idle";

// What can be true of a kind; the methods of their names say what each means.
const BEAT: u16 = 1;
const ACT: u16 = 1 << 1;
const POST: u16 = 1 << 2;
const SAID: u16 = 1 << 3;
const FORUM: u16 = 1 << 4;
const NEWS: u16 = 1 << 5;
const TIE: u16 = 1 << 6;
const ABOUT: u16 = 1 << 7;
const PEOPLE: u16 = 1 << 8;
const MARK: u16 = 1 << 9;
const ERRAND: u16 = 1 << 10;

listed! {
    /// The kind of an activity: `action_type` of its row.
    #[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum ActivityKind {
        /// A bot opened a thread.
        CreateThread,
        /// A bot answered.
        Reply,
        /// Somebody voted.
        Vote,
        /// Somebody follows a bot.
        Follow,
        /// Somebody follows a bot no more.
        Unfollow,
        /// A bot looked something up.
        WebSearch,
        /// A bot stayed quiet.
        DoNothing,
        /// A beat came to nothing.
        Failed,
        /// A person posted, or somebody in a bot's name.
        HumanPost,
        /// A bot was interviewed.
        Interview,
        /// Something happened to the room.
        EventInjected,
        /// A setting was changed.
        ConfigUpdated,
        /// Calls were charged that nothing came of.
        CallsLost,
        /// A provider was tried.
        ProviderTest,
    }
}

impl ActivityKind {
    /// The word on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CreateThread => "create_thread",
            Self::Reply => "reply",
            Self::Vote => "vote",
            Self::Follow => "follow",
            Self::Unfollow => "unfollow",
            Self::WebSearch => "web_search",
            Self::DoNothing => "do_nothing",
            Self::Failed => "failed",
            Self::HumanPost => "human_post",
            Self::Interview => "interview",
            Self::EventInjected => "event_injected",
            Self::ConfigUpdated => "config_updated",
            Self::CallsLost => "calls_lost",
            Self::ProviderTest => "provider_test",
        }
    }

    /// The kind of a word; `None` for one that a later version made.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// All that is true of it.
    const fn facts(self) -> u16 {
        match self {
            Self::CreateThread => BEAT | ACT | POST | SAID | FORUM | NEWS,
            Self::Reply => BEAT | ACT | POST | SAID | FORUM | NEWS | TIE,
            Self::Vote => BEAT | ACT | FORUM | NEWS | TIE,
            Self::Follow | Self::Unfollow => BEAT | ACT | TIE,
            Self::WebSearch | Self::DoNothing => BEAT | ACT,
            Self::Failed => BEAT,
            Self::HumanPost => SAID | FORUM | NEWS | TIE | PEOPLE,
            Self::Interview | Self::ProviderTest => ABOUT | PEOPLE | ERRAND,
            Self::EventInjected => NEWS | PEOPLE | MARK,
            Self::ConfigUpdated => ABOUT | PEOPLE | MARK,
            Self::CallsLost => ABOUT | MARK | ERRAND,
        }
    }

    const fn is(self, fact: u16) -> bool {
        self.facts() & fact != 0
    }

    /// Whether it is what a bot did, or failed to do, on a beat.
    #[must_use]
    pub const fn is_beat(self) -> bool {
        self.is(BEAT)
    }

    /// Whether it is an act that a bot chose.
    #[must_use]
    pub const fn is_act(self) -> bool {
        self.is(ACT)
    }

    /// Whether a bot said something in the forum.
    #[must_use]
    pub const fn is_post(self) -> bool {
        self.is(POST)
    }

    /// Whether anybody said something in the forum.
    #[must_use]
    pub const fn is_said(self) -> bool {
        self.is(SAID)
    }

    /// Whether a thread looks different afterwards.
    #[must_use]
    pub const fn is_forum(self) -> bool {
        self.is(FORUM)
    }

    /// Whether others have something new to react to.
    #[must_use]
    pub const fn is_news(self) -> bool {
        self.is(NEWS)
    }

    /// Whether a tie between two actors can change by it.
    #[must_use]
    pub const fn is_tie(self) -> bool {
        self.is(TIE)
    }

    /// Whether it is something done to a bot, and not by it.
    #[must_use]
    pub const fn is_about(self) -> bool {
        self.is(ABOUT)
    }

    /// Whether a person did it, whoever stands as its actor.
    #[must_use]
    pub const fn is_by_people(self) -> bool {
        self.is(PEOPLE)
    }

    /// Whether a chart marks its moment: something was changed from outside, or lost.
    #[must_use]
    pub const fn is_mark(self) -> bool {
        self.is(MARK)
    }

    /// Whether it can cost something without being a beat.
    #[must_use]
    pub const fn is_errand(self) -> bool {
        self.is(ERRAND)
    }

    /// The words of the kinds that `which` holds for, as the list of an SQL `IN`: `('reply', 'vote')`.
    #[must_use]
    pub fn sql(which: impl Fn(Self) -> bool) -> String {
        let words: Vec<String> = Self::ALL
            .into_iter()
            .filter(|kind| which(*kind))
            .map(|kind| format!("'{}'", kind.as_str()))
            .collect();
        format!("({})", words.join(", "))
    }
}

impl From<ActionKind> for ActivityKind {
    fn from(kind: ActionKind) -> Self {
        match kind {
            ActionKind::CreateThread => Self::CreateThread,
            ActionKind::Reply => Self::Reply,
            ActionKind::Vote => Self::Vote,
            ActionKind::Follow => Self::Follow,
            ActionKind::Unfollow => Self::Unfollow,
            ActionKind::WebSearch => Self::WebSearch,
            ActionKind::DoNothing => Self::DoNothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lead_back_to_their_kind() {
        for kind in ActivityKind::ALL {
            assert_eq!(ActivityKind::of(kind.as_str()), Some(kind));
        }
        assert_eq!(ActivityKind::of("idle"), None);
        for kind in ActionKind::ALL {
            assert_eq!(ActivityKind::from(kind).as_str(), kind.as_str());
            assert!(ActivityKind::from(kind).is_act());
        }
    }

    #[test]
    fn a_list_for_sql_holds_what_was_asked_for() {
        assert_eq!(ActivityKind::sql(ActivityKind::is_post), "('create_thread', 'reply')");
        assert_eq!(
            ActivityKind::sql(ActivityKind::is_errand),
            "('interview', 'calls_lost', 'provider_test')"
        );
    }
}
