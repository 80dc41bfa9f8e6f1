//! What of all that happens is news: one sentence each, for the room's log and for word to the outside.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::{EngineState, Event, Notice, Status};
use crate::domain::{Activity, ActivityKind, Actor, text};

/// Longest text of others in a sentence, in characters.
const QUOTE: usize = 300;
/// Bots whose name and status are kept.
const KNOWN_MAX: usize = 20_000;

/// The kinds of news.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NewsKind {
    /// A bot answered a person, or named one.
    Answer,
    /// A bot's provider fails, or a beat of it did.
    Failing,
    /// A bot reached a cap.
    Capped,
    /// A bot that failed or was capped goes on.
    GoesOn,
    /// A post was flagged.
    Flag,
    /// A bot's file has changed.
    File,
    /// The engine is stopped, or cannot be reached.
    Stopped,
    /// Something was changed by somebody.
    Change,
    /// An event was injected.
    Event,
    /// A person posted, or interviewed a bot.
    Person,
    /// A run of beats that somebody asked for has ended.
    Run,
}

impl NewsKind {
    /// Those of which word may go outside, by their name in the configuration.
    pub const OUTSIDE: [(Self, &'static str); 8] = [
        (Self::Answer, "answer"),
        (Self::Failing, "failing"),
        (Self::Capped, "capped"),
        (Self::Flag, "flag"),
        (Self::File, "file"),
        (Self::Stopped, "stopped"),
        (Self::Event, "event"),
        (Self::Run, "run"),
    ];

    /// Its name in the configuration and in a webhook.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::OUTSIDE.iter().find(|(kind, _)| *kind == self).map_or("other", |(_, name)| name)
    }

    /// Whether a person should look.
    #[must_use]
    pub const fn is_trouble(self) -> bool {
        matches!(self, Self::Failing | Self::Capped | Self::Flag | Self::Stopped)
    }

    /// Whether the room's log has a line for it.
    #[must_use]
    pub const fn is_logged(self) -> bool {
        !matches!(self, Self::Answer)
    }
}

/// Something worth a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// What kind.
    pub kind: NewsKind,
    /// The sentence.
    pub said: String,
}

/// Whether a text has `@name` in it, as a whole word.
#[must_use]
pub fn names_person(text: &str, person: &str) -> bool {
    text.match_indices('@').any(|(at, _)| {
        let rest = &text[at + 1..];
        rest.strip_prefix(person).is_some_and(|after| !after.starts_with(char::is_alphanumeric))
    })
}

/// What was heard of the bots, to tell what is new.
#[derive(Debug, Default)]
pub struct Newsroom {
    names: HashMap<String, String>,
    /// People who wrote something.
    people: BTreeSet<String>,
    status: HashMap<String, (Status, Option<String>)>,
}

impl Newsroom {
    fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.names.get(id).map_or(id, String::as_str)
    }

    /// Whether a bot's name is known.
    #[must_use]
    pub fn knows(&self, id: &str) -> bool {
        self.names.contains_key(id)
    }

    /// A bot is called so.
    pub fn learn(&mut self, id: &str, name: &str) {
        if self.names.len() < KNOWN_MAX && !self.names.contains_key(id) {
            self.names.insert(id.to_owned(), text::clean_line(name, 60));
        }
    }

    /// That somebody named a person by `@name`, if so.
    fn named(&self, who: &str, thread: i64, said: &str) -> Option<String> {
        let person = self.people.iter().find(|person| names_person(said, person))?;
        Some(format!("{who} named {person} in #{thread}: {}", text::clean_line(said, QUOTE)))
    }

    /// What an event is worth telling, if anything.
    pub fn of(&mut self, event: &Event) -> Option<News> {
        let word = |details: &Value, key: &str| {
            text::clean_line(details.get(key).and_then(Value::as_str).unwrap_or_default(), QUOTE)
        };
        let (kind, said) = match &event.notice {
            Notice::HeartbeatStarted { bot_id, bot_name, .. } => {
                self.learn(bot_id, bot_name);
                return None;
            }
            Notice::HeartbeatComplete { bot_id, bot_name, action, details, .. } => {
                self.learn(bot_id, bot_name);
                let who = text::clean_line(bot_name, 60);
                let quoted = |said: &str| text::clean_line(said, QUOTE);
                match Activity::read(action, details)? {
                    Activity::Failed { error, .. } => {
                        (NewsKind::Failing, format!("{who} failed: {}", quoted(&error)))
                    }
                    Activity::CallsLost { .. } => {
                        (NewsKind::Failing, format!("{who}: calls were lost when the engine ended"))
                    }
                    Activity::HumanPost { thread_id, .. } => {
                        if let Some(name) =
                            Actor::of(bot_id).person().filter(|_| self.people.len() < KNOWN_MAX)
                        {
                            self.people.insert(text::clean_line(name, 60));
                        }
                        (NewsKind::Person, format!("{who} posted in #{thread_id}"))
                    }
                    Activity::Interview { question, .. } => {
                        (NewsKind::Person, format!("{who} was interviewed: {}", quoted(&question)))
                    }
                    Activity::Reply { thread_id, content, other_bot_id, .. } => {
                        let said = quoted(&content);
                        match other_bot_id.as_deref().and_then(|other| Actor::of(other).person()) {
                            Some(person) => {
                                let person = quoted(person);
                                (NewsKind::Answer, format!("{who} answered {person} in #{thread_id}: {said}"))
                            }
                            None => (NewsKind::Answer, self.named(&who, thread_id, &content)?),
                        }
                    }
                    Activity::CreateThread { thread_id, title } => {
                        (NewsKind::Answer, self.named(&who, thread_id, &title)?)
                    }
                    _ => return None,
                }
            }
            Notice::ConfigUpdated { bot_id, bot_name, details, .. } => {
                self.learn(bot_id, bot_name);
                let what = match Activity::read(ActivityKind::ConfigUpdated.as_str(), details) {
                    Some(Activity::ConfigUpdated(changed)) => changed.in_words(),
                    _ => None,
                };
                let what = what.unwrap_or_else(|| "changed".into());
                let whose = if Actor::of(bot_id).is_room() { "the room" } else { self.name(bot_id) };
                (NewsKind::Change, format!("{whose}: {what}"))
            }
            Notice::EventInjected { title, active: true, details: Some(details), .. } => {
                let by = word(details, "by");
                let by = if by.is_empty() { String::new() } else { format!(", by {by}") };
                (NewsKind::Event, format!("event: {}{by}", text::clean_line(title, QUOTE)))
            }
            Notice::FlagRaised { bot_id, flag_type, target_type, target_id, .. } => {
                let kind = text::clean_line(flag_type, 40).replace('_', " ");
                let said = format!("{}: {target_type} {target_id} was flagged: {kind}", self.name(bot_id));
                (NewsKind::Flag, said)
            }
            Notice::BotStatus { bot_id, status, reason, .. } => {
                return self.status(bot_id, *status, reason.as_deref());
            }
            Notice::EngineState { engine: EngineState::Stopped } => {
                (NewsKind::Stopped, "the engine is stopped".to_owned())
            }
            _ => return None,
        };
        Some(News { kind, said })
    }

    fn status(&mut self, bot: &str, status: Status, reason: Option<&str>) -> Option<News> {
        let now = (status, reason.map(|why| text::clean_line(why, QUOTE)));
        let before = self.status.get(bot).cloned();
        if before.as_ref() == Some(&now) {
            return None;
        }
        if self.status.len() < KNOWN_MAX || self.status.contains_key(bot) {
            self.status.insert(bot.to_owned(), now.clone());
        }
        // Why a cap binds is told anew while it does, and is no news.
        if status == Status::Capped && before.as_ref().is_some_and(|(was, _)| *was == status) {
            return None;
        }
        let why = now.1.map_or_else(String::new, |why| format!(": {why}"));
        let was_down = before.is_some_and(|(was, _)| matches!(was, Status::Capped | Status::Failing));
        let (kind, said) = match status {
            Status::Capped => (NewsKind::Capped, format!("{} is capped{why}", self.name(bot))),
            Status::Failing => (NewsKind::Failing, format!("{} fails{why}", self.name(bot))),
            Status::Active if was_down => (NewsKind::GoesOn, format!("{} goes on", self.name(bot))),
            _ => return None,
        };
        Some(News { kind, said })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::Stamp;

    fn heard(newsroom: &mut Newsroom, notice: Notice) -> Option<String> {
        newsroom.of(&Event { seq: 1, timestamp: Stamp::default(), notice }).map(|news| news.said)
    }

    fn status(status: Status, reason: &str) -> Notice {
        let reason = (!reason.is_empty()).then(|| reason.to_owned());
        Notice::BotStatus { bot_id: "rex_001".into(), status, reason, next_beat_at: None }
    }

    #[test]
    fn who_changed_what_is_told_with_both_values() {
        let details = json!({"changed": ["paused"], "by": "kim", "changes": [{"field": "paused", "old": false, "new": true}]});
        let notice = Notice::ConfigUpdated {
            bot_id: "rex_001".into(),
            bot_name: "Rex".into(),
            changed: vec!["paused".into()],
            details,
        };
        assert_eq!(heard(&mut Newsroom::default(), notice).as_deref(), Some("Rex: paused, by kim"));
    }

    #[test]
    fn a_status_is_told_once_and_its_end_too() {
        let mut newsroom = Newsroom::default();
        newsroom.learn("rex_001", "Rex");
        assert_eq!(heard(&mut newsroom, status(Status::Active, "")), None);
        let capped = || status(Status::Capped, "tokens are used up");
        assert_eq!(heard(&mut newsroom, capped()).as_deref(), Some("Rex is capped: tokens are used up"));
        assert_eq!(heard(&mut newsroom, capped()), None);
        assert_eq!(heard(&mut newsroom, status(Status::Capped, "the daily token cap is reached")), None);
        assert_eq!(heard(&mut newsroom, status(Status::Active, "")).as_deref(), Some("Rex goes on"));
        assert_eq!(
            heard(&mut newsroom, status(Status::Failing, "refused\u{1b}[2J")).as_deref(),
            Some("Rex fails: refused␛")
        );
    }

    #[test]
    fn who_is_named_is_told_of_it() {
        let mut newsroom = Newsroom::default();
        let act = |who: &str, action: &str, details| Notice::HeartbeatComplete {
            bot_id: who.into(),
            bot_name: who.into(),
            action: action.into(),
            details,
            tokens_used: 1,
            cost_usd: crate::domain::Money::ZERO,
            cost_simulated: false,
        };
        let said = |content: &str| act("Rex", "reply", json!({"thread_id": 3, "content": content}));
        assert_eq!(heard(&mut newsroom, said("Ask @Kim.")), None, "nobody of that name wrote here");
        heard(&mut newsroom, act("human:Kim", "human_post", json!({"thread_id": 3, "content": "Hello"})));
        assert_eq!(
            heard(&mut newsroom, said("Ask @Kim.")).as_deref(),
            Some("Rex named Kim in #3: Ask @Kim.")
        );
        assert_eq!(heard(&mut newsroom, said("Ask @Kimberly.")), None);
        let opened = act("Rex", "create_thread", json!({"thread_id": 4, "title": "A word to @Kim"}));
        assert_eq!(heard(&mut newsroom, opened).as_deref(), Some("Rex named Kim in #4: A word to @Kim"));
    }
}
