//! Facts announced on the bus, after the commit.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ActivityView;
use crate::domain::{Activity, ActivityKind, Actor};
use crate::domain::{Money, Stamp};

/// What happened, with its place in the order of things.
///
/// `seq` is the id of the activity row it belongs to. Notices without a row of their own
/// (live text, status) carry the newest committed id and cannot be replayed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Activity id.
    pub seq: i64,
    /// The room's time.
    pub timestamp: Stamp,
    /// What happened. Its `type` tag and fields stand beside `seq` on the wire.
    #[serde(flatten)]
    pub notice: Notice,
}

/// The kinds of event, tagged by `type`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Notice {
    /// A beat was committed, or an act of a person (`action` is `human_post`, `vote`, `interview`, …).
    HeartbeatComplete {
        /// Actor id.
        bot_id: String,
        /// Its name.
        bot_name: String,
        /// `action_type` of the activity.
        action: String,
        /// As in the activity, without `raw_response`.
        details: Value,
        /// Tokens of all calls of the beat.
        tokens_used: i64,
        /// Cost of all calls of the beat.
        cost_usd: Money,
        /// Whether the cost is for show and nothing was paid. Left out when it is not.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        cost_simulated: bool,
    },
    /// A setting of a bot or of the room changed.
    ConfigUpdated {
        /// Whose; `system` for the room.
        bot_id: String,
        /// Its name.
        bot_name: String,
        /// Sections changed: `behavior`, `model`, `cost_cap`, `pace`, `reset`, …
        changed: Vec<String>,
        /// As in the activity it belongs to.
        #[serde(default)]
        details: Value,
    },
    /// The room's pace changed.
    PaceChanged {
        /// slow, normal, fast, turbo, custom.
        preset: String,
        /// Seconds between two beats of a bot.
        interval_seconds: u32,
        /// In words.
        interval_human: String,
    },
    /// A bot began to think; live text of an earlier try is void.
    HeartbeatStarted {
        /// Who.
        bot_id: String,
        /// Its name.
        bot_name: String,
        /// Which try it is: 1, or more when the one before failed in the middle.
        #[serde(default = "first")]
        attempt: u32,
    },
    /// What a bot is at changed: it waits for a place, thinks, remembers, or is done.
    BotDoing {
        /// Who.
        bot_id: String,
        /// What; `None` when its beat is over.
        doing: Option<super::Doing>,
    },
    /// An interview waits for a place at its bot's provider.
    InterviewWaits {
        /// Who is to answer.
        bot_id: String,
        /// Calls that go before it, those under way among them.
        ahead: u32,
    },
    /// Live text of a bot that is thinking.
    ThoughtDelta {
        /// Who.
        bot_id: String,
        /// The next piece of text, gated.
        text: String,
    },
    /// A bot's status, next beat or reputation changed.
    BotStatus {
        /// Who.
        bot_id: String,
        /// active, paused, capped, failing, offline.
        status: super::Status,
        /// Why, in one sentence.
        reason: Option<String>,
        /// When it wakes next.
        next_beat_at: Option<Stamp>,
    },
    /// A post or bot was flagged.
    FlagRaised {
        /// Flag id.
        flag_id: i64,
        /// thread or reply.
        target_type: String,
        /// Id of the target.
        target_id: i64,
        /// repetitive, low_quality, frequency.
        flag_type: String,
        /// The author.
        bot_id: String,
    },
    /// An event was injected or ended.
    EventInjected {
        /// Event id.
        event_id: i64,
        /// Its title.
        title: String,
        /// Whether it is in force now.
        active: bool,
        /// As in the activity it belongs to; left out when it ended, which has none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        details: Option<Value>,
    },
    /// A bot's usage of today.
    Usage {
        /// Who.
        bot_id: String,
        /// Tokens today.
        total_tokens: i64,
        /// Cost today.
        total_cost_usd: Money,
    },
    /// The engine was paused, resumed or stopped.
    EngineState {
        /// running, paused, stopped.
        engine: super::EngineState,
    },
    /// Something changed that leaves no row in the stream; what shows it is to be read anew.
    Changed {
        /// `flags`, `memories`, `providers`.
        what: String,
        /// Whose, where it is a bot's.
        bot_id: Option<String>,
    },
    /// This listener missed events and must fetch `from_seq..=to_seq`.
    Resync {
        /// First missed activity id.
        from_seq: i64,
        /// Last missed activity id.
        to_seq: i64,
    },
}

const fn first() -> u32 {
    1
}

/// The activity that a notice announces.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Announced<'a> {
    /// Actor id.
    pub bot_id: &'a str,
    /// Its name.
    pub bot_name: &'a str,
    /// `action_type`.
    pub action: &'a str,
    /// Without `raw_response`.
    pub details: &'a Value,
    /// Tokens of all calls.
    pub tokens_used: i64,
    /// Cost of all calls.
    pub cost_usd: Money,
}

impl Notice {
    /// What announces a row of the store: a changed setting and an injected event have notices of their
    /// own, everything else is a completed act.
    #[must_use]
    pub fn of_activity(row: ActivityView) -> Self {
        let mut details = row.details;
        if let Some(details) = details.as_object_mut() {
            details.shift_remove("raw_response");
        }
        match Activity::read(&row.action_type, &details) {
            Some(Activity::ConfigUpdated(change)) => Self::ConfigUpdated {
                bot_id: row.bot_id,
                bot_name: row.bot_name,
                changed: change.changed.unwrap_or_else(|| change.change.into_iter().collect()),
                details,
            },
            Some(Activity::EventInjected { event_id, title, .. }) => {
                Self::EventInjected { event_id, title, active: true, details: Some(details) }
            }
            _ => Self::HeartbeatComplete {
                bot_id: row.bot_id,
                bot_name: row.bot_name,
                action: row.action_type,
                details,
                tokens_used: row.tokens_used,
                cost_usd: row.cost_usd,
                cost_simulated: row.cost_simulated,
            },
        }
    }

    /// The activity it announces; `None` for notices without a row of their own, which cannot be replayed.
    #[must_use]
    pub fn activity(&self) -> Option<Announced<'_>> {
        let free = |bot_id, bot_name, action, details| Announced {
            bot_id,
            bot_name,
            action,
            details,
            tokens_used: 0,
            cost_usd: Money::ZERO,
        };
        match self {
            Self::HeartbeatComplete { bot_id, bot_name, action, details, tokens_used, cost_usd, .. } => {
                Some(Announced {
                    bot_id,
                    bot_name,
                    action,
                    details,
                    tokens_used: *tokens_used,
                    cost_usd: *cost_usd,
                })
            }
            Self::ConfigUpdated { bot_id, bot_name, details, .. } if details.is_object() => {
                Some(free(bot_id, bot_name, ActivityKind::ConfigUpdated.as_str(), details))
            }
            Self::EventInjected { details: Some(details), .. } => {
                Some(free(Actor::ROOM_ID, Actor::ROOM_NAME, ActivityKind::EventInjected.as_str(), details))
            }
            _ => None,
        }
    }

    /// The words of the `type` tag; those of the earliest contract first.
    pub const KINDS: [&str; 14] = [
        "heartbeat_complete",
        "config_updated",
        "pace_changed",
        "heartbeat_started",
        "thought_delta",
        "bot_status",
        "flag_raised",
        "event_injected",
        "usage",
        "engine_state",
        "bot_doing",
        "interview_waits",
        "changed",
        "resync",
    ];

    /// The place of its kind among [`Notice::KINDS`].
    #[must_use]
    pub const fn place(&self) -> usize {
        match self {
            Self::HeartbeatComplete { .. } => 0,
            Self::ConfigUpdated { .. } => 1,
            Self::PaceChanged { .. } => 2,
            Self::HeartbeatStarted { .. } => 3,
            Self::ThoughtDelta { .. } => 4,
            Self::BotStatus { .. } => 5,
            Self::FlagRaised { .. } => 6,
            Self::EventInjected { .. } => 7,
            Self::Usage { .. } => 8,
            Self::EngineState { .. } => 9,
            Self::BotDoing { .. } => 10,
            Self::InterviewWaits { .. } => 11,
            Self::Changed { .. } => 12,
            Self::Resync { .. } => 13,
        }
    }

    /// The `type` tag.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        Self::KINDS[self.place()]
    }

    /// The bot it is about, if any.
    #[must_use]
    pub fn bot_id(&self) -> Option<&str> {
        match self {
            Self::HeartbeatComplete { bot_id, .. }
            | Self::ConfigUpdated { bot_id, .. }
            | Self::HeartbeatStarted { bot_id, .. }
            | Self::BotDoing { bot_id, .. }
            | Self::InterviewWaits { bot_id, .. }
            | Self::ThoughtDelta { bot_id, .. }
            | Self::BotStatus { bot_id, .. }
            | Self::FlagRaised { bot_id, .. }
            | Self::Usage { bot_id, .. } => Some(bot_id),
            Self::Changed { bot_id, .. } => bot_id.as_deref(),
            _ => None,
        }
    }
}
