//! One act, told in one line.

use std::num::NonZeroUsize;

use jiff::tz::TimeZone;
use lru::LruCache;
use serde_json::Value;

use crate::domain::activity::{Activity, ActivityKind, Names, Told};
use crate::domain::{Actor, Stamp, text};
use crate::link::Link;
use crate::protocol::{ActivityView, Fault, FaultKind};

/// Longest text of others in a line, in characters.
const TEXT_MAX: usize = 400;

/// Titles of threads and names of bots that lines mention.
pub struct Known {
    titles: LruCache<i64, String>,
    names: LruCache<String, String>,
    zone: TimeZone,
}

impl Known {
    /// Nothing is known yet; at most `size` of each are kept.
    pub fn new(size: NonZeroUsize, zone: TimeZone) -> Self {
        Self { titles: LruCache::new(size), names: LruCache::new(size), zone }
    }

    /// A moment in the room's zone.
    pub fn time(&self, at: Stamp) -> String {
        self.zone.to_datetime(at.timestamp()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// Asks for what [`Known::describe`] needs.
    pub async fn learn(&mut self, link: &Link, row: &ActivityView) -> Result<(), Fault> {
        let details = &row.details;
        if let (Some(id), Some(title)) = (details["thread_id"].as_i64(), details["title"].as_str()) {
            self.titles.put(id, text::clean_line(title, TEXT_MAX));
        }
        if let Some(id) = details["thread_id"].as_i64()
            && self.titles.get(&id).is_none()
        {
            let title = found(link.thread(id).await)?
                .map_or_else(String::new, |thread| text::clean_line(&thread.title, TEXT_MAX));
            self.titles.put(id, title);
        }
        if let Some(id) = details["other_bot_id"].as_str()
            && self.names.get(id).is_none()
        {
            let name = match Actor::of(id) {
                Actor::Person(name) => name.to_owned(),
                Actor::Room => id.to_owned(),
                Actor::Bot(id) => found(link.bot(id).await)?.map_or_else(|| id.to_owned(), |bot| bot.name),
            };
            self.names.put(id.to_owned(), text::clean_line(&name, TEXT_MAX));
        }
        self.names.put(row.bot_id.clone(), text::clean_line(&row.bot_name, TEXT_MAX));
        Ok(())
    }

    /// What happened, in one line. `quote` adds the beginning of a post.
    pub fn describe(&self, row: &ActivityView, quote: bool) -> String {
        let told = Told::of(&row.action_type, &row.details);
        let said = text::clean_line(&told.quote, TEXT_MAX);
        let said = match told.kind {
            _ if said.is_empty() => said,
            Some(ActivityKind::Failed) => format!(": {said}"),
            Some(ActivityKind::WebSearch) => format!(": {}", results(&row.details)),
            Some(kind) if kind.is_said() => {
                if quote {
                    format!(": {said}")
                } else {
                    String::new()
                }
            }
            _ => format!(" ({said})"),
        };
        format!("{}{said}", told.sentence(self))
    }
}

impl Names for Known {
    fn name(&self, id: &str) -> String {
        self.names.peek(id).cloned().unwrap_or_else(|| text::clean_line(id, TEXT_MAX))
    }

    fn title(&self, thread: i64) -> Option<String> {
        self.titles.peek(&thread).cloned()
    }

    fn quoted(&self, title: String) -> String {
        format!("“{title}”")
    }
}

fn results(details: &Value) -> String {
    match Activity::read(ActivityKind::WebSearch.as_str(), details) {
        Some(Activity::WebSearch { error: Some(error), .. }) => {
            format!("failed, {}", text::clean_line(&error, TEXT_MAX))
        }
        Some(Activity::WebSearch { results: Some(found), .. }) if !found.is_empty() => {
            let titles: Vec<&str> = found.iter().map(|found| found.title.as_str()).collect();
            text::clean_line(&titles.join(", "), TEXT_MAX)
        }
        _ => "nothing found".into(),
    }
}

/// The whole text of a post, as it is in the forum; `None` for acts without one.
pub async fn whole_post(link: &Link, row: &ActivityView) -> Result<Option<String>, Fault> {
    let told = Told::of(&row.action_type, &row.details);
    let (Some(id), true) = (told.thread, told.is_any(ActivityKind::is_said)) else { return Ok(None) };
    let reply = told.reply;
    let Some(thread) = found(link.thread(id).await)? else { return Ok(None) };
    Ok(match reply {
        None => Some(thread.content),
        Some(reply) => thread.replies.into_iter().find(|r| r.id == reply).map(|r| r.content),
    })
}

/// What is deleted is simply not there.
fn found<T>(answer: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// A number that stays with an actor, for its colour.
pub fn shade(id: &str) -> u8 {
    id.bytes().fold(7, |sum: u8, byte| sum.wrapping_mul(31).wrapping_add(byte))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::Money;

    fn told(action: &str, details: Value) -> String {
        let mut known = Known::new(NonZeroUsize::MIN.saturating_add(9), TimeZone::UTC);
        known.titles.put(3, "On doors".into());
        known.names.put("luna_001".into(), "Luna".into());
        let row = ActivityView {
            id: 1,
            bot_id: "ada_001".into(),
            action_type: action.into(),
            details,
            tokens_used: 0,
            created_at: Stamp::default(),
            bot_name: "Ada".into(),
            cost_usd: Money::default(),
            cost_simulated: false,
        };
        known.describe(&row, true)
    }

    #[test]
    fn every_act_is_a_sentence() {
        for (action, details, expected) in [
            ("create_thread", json!({"thread_id": 3, "title": "On doors"}), "opened #3 “On doors”"),
            (
                "reply",
                json!({"thread_id": 3, "content": "Yes\nand no", "other_bot_id": "luna_001"}),
                "replied to Luna in #3 “On doors”: Yes and no",
            ),
            (
                "vote",
                json!({"thread_id": 3, "target_type": "reply", "value": -1, "other_bot_id": "x", "reason": "too sure"}),
                "voted x down in #3 “On doors” (too sure)",
            ),
            ("follow", json!({"bot_id": "luna_001", "other_bot_id": "luna_001"}), "now follows Luna"),
            (
                "web_search",
                json!({"query": "tides", "results": [{"title": "Tide", "extract": "Water."}]}),
                "looked up tides: Tide",
            ),
            (
                "web_search",
                json!({"query": "tides", "error": "no network"}),
                "looked up tides: failed, no network",
            ),
            ("do_nothing", json!({"reason": "resting"}), "stayed quiet (resting)"),
            ("failed", json!({"error": "no answer"}), "failed to act: no answer"),
            ("config_updated", json!({}), "was changed"),
            (
                "config_updated",
                json!({"by": "kim", "changes": [{"field": "behavior.shyness", "old": 75, "new": 20}]}),
                "was changed: shyness 75 → 20, by kim",
            ),
        ] {
            assert_eq!(told(action, details), expected);
        }
    }

    #[test]
    fn a_thread_that_is_gone_keeps_its_number() {
        assert_eq!(told("reply", json!({"thread_id": 9, "content": ""})), "replied in #9");
    }
}
