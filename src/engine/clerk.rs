//! The room's log: what happens in the room, as lines of the log beside those of the engine.
//!
//! Who changed what, caps reached, failures with their reason, flags, events, pauses: a listener on the bus writes
//! them, so nobody waits for it. Every act has a row in the stream; these lines are what a person looks for.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::shared::Shared;
use crate::domain::{changes, text};
use crate::protocol::{Event, Notice, ROOM_LOG, Status};

/// Longest text of others in a line, in characters.
const QUOTE: usize = 300;
/// Bots whose name and status are kept.
const KNOWN_MAX: usize = 20_000;

/// How much a line matters.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// It is worth a look.
    Look,
    /// It happened.
    Note,
}

/// What was heard of the bots, to tell what is new.
#[derive(Default)]
pub(super) struct Clerk {
    names: HashMap<String, String>,
    status: HashMap<String, (Status, Option<String>)>,
}

/// Writes the room's log until the engine stops.
pub(super) async fn write(shared: Arc<Shared>) {
    let mut bus = shared.bus.subscribe();
    let mut clerk = Clerk::default();
    loop {
        let event = tokio::select! {
            biased;
            event = bus.recv() => event,
            () = shared.stop.cancelled() => None,
        };
        let Some(event) = event else { return };
        match clerk.line(&event) {
            Some((Weight::Look, said)) => tracing::warn!(target: ROOM_LOG, "{said}"),
            Some((Weight::Note, said)) => tracing::info!(target: ROOM_LOG, "{said}"),
            None => {}
        }
    }
}

impl Clerk {
    fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.names.get(id).map_or(id, String::as_str)
    }

    fn learn(&mut self, id: &str, name: &str) {
        if self.names.len() < KNOWN_MAX && !self.names.contains_key(id) {
            self.names.insert(id.to_owned(), text::clean_line(name, 60));
        }
    }

    /// The line an event is worth, if any.
    pub(super) fn line(&mut self, event: &Event) -> Option<(Weight, String)> {
        let word = |details: &Value, key: &str| {
            text::clean_line(details.get(key).and_then(Value::as_str).unwrap_or_default(), QUOTE)
        };
        Some(match &event.notice {
            Notice::HeartbeatStarted { bot_id, bot_name, .. } => {
                self.learn(bot_id, bot_name);
                return None;
            }
            Notice::HeartbeatComplete { bot_id, bot_name, action, details, .. } => {
                self.learn(bot_id, bot_name);
                let who = text::clean_line(bot_name, 60);
                match action.as_str() {
                    "failed" => (Weight::Look, format!("{who} failed: {}", word(details, "error"))),
                    "human_post" => (Weight::Note, format!("{who} posted in #{}", details["thread_id"])),
                    "interview" => {
                        (Weight::Note, format!("{who} was interviewed: {}", word(details, "question")))
                    }
                    "calls_lost" => (Weight::Look, format!("{who}: calls were lost when the engine ended")),
                    _ => return None,
                }
            }
            Notice::ConfigUpdated { bot_id, bot_name, details, .. } => {
                self.learn(bot_id, bot_name);
                let what = changes::told(details).unwrap_or_else(|| "changed".into());
                let whose = if bot_id == "system" { "the room" } else { self.name(bot_id) };
                (Weight::Note, format!("{whose}: {what}"))
            }
            Notice::EventInjected { title, active: true, details: Some(details), .. } => {
                let by = word(details, "by");
                let by = if by.is_empty() { String::new() } else { format!(", by {by}") };
                (Weight::Note, format!("event: {}{by}", text::clean_line(title, QUOTE)))
            }
            Notice::FlagRaised { bot_id, flag_type, target_type, target_id, .. } => {
                let kind = text::clean_line(flag_type, 40).replace('_', " ");
                (
                    Weight::Look,
                    format!("{}: {target_type} {target_id} was flagged: {kind}", self.name(bot_id)),
                )
            }
            Notice::BotStatus { bot_id, status, reason, .. } => {
                let before = self.status.get(bot_id).cloned();
                let now = (*status, reason.clone());
                if before.as_ref() == Some(&now) {
                    return None;
                }
                if self.status.len() < KNOWN_MAX || self.status.contains_key(bot_id) {
                    self.status.insert(bot_id.clone(), now);
                }
                let was_down = before.is_some_and(|(was, _)| matches!(was, Status::Capped | Status::Failing));
                let why = reason
                    .as_deref()
                    .map_or_else(String::new, |why| format!(": {}", text::clean_line(why, QUOTE)));
                match status {
                    Status::Capped => (Weight::Look, format!("{} is capped{why}", self.name(bot_id))),
                    Status::Failing => (Weight::Look, format!("{} fails{why}", self.name(bot_id))),
                    Status::Active if was_down => (Weight::Note, format!("{} goes on", self.name(bot_id))),
                    _ => return None,
                }
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::Stamp;

    fn heard(clerk: &mut Clerk, notice: Notice) -> Option<String> {
        clerk.line(&Event { seq: 1, timestamp: Stamp::default(), notice }).map(|(_, said)| said)
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
        assert_eq!(heard(&mut Clerk::default(), notice).as_deref(), Some("Rex: paused, by kim"));
    }

    #[test]
    fn a_status_is_told_once_and_its_end_too() {
        let mut clerk = Clerk::default();
        clerk.learn("rex_001", "Rex");
        assert_eq!(heard(&mut clerk, status(Status::Active, "")), None);
        let capped = || status(Status::Capped, "tokens are used up");
        assert_eq!(heard(&mut clerk, capped()).as_deref(), Some("Rex is capped: tokens are used up"));
        assert_eq!(heard(&mut clerk, capped()), None);
        assert_eq!(heard(&mut clerk, status(Status::Active, "")).as_deref(), Some("Rex goes on"));
        assert_eq!(
            heard(&mut clerk, status(Status::Failing, "refused\u{1b}[2J")).as_deref(),
            Some("Rex fails: refused␛")
        );
    }
}
