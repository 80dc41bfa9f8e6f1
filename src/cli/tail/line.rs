//! One act, told in one line.

use std::num::NonZeroUsize;

use jiff::tz::TimeZone;
use lru::LruCache;
use serde_json::Value;

use crate::domain::{Stamp, text};
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
            let name = match id.strip_prefix("human:") {
                Some(name) => name.to_owned(),
                None if id == "system" => id.to_owned(),
                None => found(link.bot(id).await)?.map_or_else(|| id.to_owned(), |bot| bot.name),
            };
            self.names.put(id.to_owned(), text::clean_line(&name, TEXT_MAX));
        }
        self.names.put(row.bot_id.clone(), text::clean_line(&row.bot_name, TEXT_MAX));
        Ok(())
    }

    /// What happened, in one line. `quote` adds the beginning of the post.
    pub fn describe(&self, row: &ActivityView, quote: bool) -> String {
        let details = &row.details;
        let word = |key: &str| text::clean_line(details[key].as_str().unwrap_or_default(), TEXT_MAX);
        let post = |key: &str| {
            if quote && !word(key).is_empty() { format!(": {}", word(key)) } else { String::new() }
        };
        let because =
            |key: &str| if word(key).is_empty() { String::new() } else { format!(" ({})", word(key)) };
        match row.action_type.as_str() {
            "create_thread" => format!("opened {}", self.thread(details)),
            "reply" => format!("replied{} in {}{}", self.to(details), self.thread(details), post("content")),
            "vote" => {
                let way = if details["value"].as_i64() == Some(-1) { "down" } else { "up" };
                let what = if details["target_type"] == "reply" { "a reply in " } else { "" };
                let by = self.name(details).map(|name| format!(" by {name}")).unwrap_or_default();
                format!("voted {way} {what}{}{by}{}", self.thread(details), because("reason"))
            }
            "follow" => format!("follows {}", self.name(details).unwrap_or_else(|| word("bot_id"))),
            "unfollow" => {
                format!("no longer follows {}", self.name(details).unwrap_or_else(|| word("bot_id")))
            }
            "web_search" => format!("looked up “{}”: {}", word("query"), results(details)),
            "do_nothing" => format!("stayed quiet{}", because("reason")),
            "failed" => format!("failed: {}", word("error")),
            "human_post" => format!("posted in {}{}", self.thread(details), post("content")),
            "interview" => format!("was interviewed{}", because("question")),
            "event_injected" => format!("event: {}", word("title")),
            "config_updated" => match crate::domain::changes::told(details) {
                Some(what) => format!("was changed: {what}"),
                None => "was changed".into(),
            },
            other => format!("{}{}", text::clean_line(other, TEXT_MAX).replace('_', " "), because("reason")),
        }
    }

    fn thread(&self, details: &Value) -> String {
        let Some(id) = details["thread_id"].as_i64() else { return "a thread".into() };
        match self.titles.peek(&id) {
            Some(title) if !title.is_empty() => format!("#{id} “{title}”"),
            _ => format!("#{id}"),
        }
    }

    fn name(&self, details: &Value) -> Option<String> {
        let id = details["other_bot_id"].as_str()?;
        Some(self.names.peek(id).cloned().unwrap_or_else(|| text::clean_line(id, TEXT_MAX)))
    }

    fn to(&self, details: &Value) -> String {
        self.name(details).map(|name| format!(" to {name}")).unwrap_or_default()
    }
}

fn results(details: &Value) -> String {
    if let Some(error) = details["error"].as_str() {
        return format!("failed, {}", text::clean_line(error, TEXT_MAX));
    }
    let titles: Vec<&str> = details["results"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|found| found["title"].as_str())
        .collect();
    if titles.is_empty() { "nothing found".into() } else { text::clean_line(&titles.join(", "), TEXT_MAX) }
}

/// The whole text of a post, as it is in the forum; `None` for acts without one.
pub async fn whole_post(link: &Link, row: &ActivityView) -> Result<Option<String>, Fault> {
    let Some(id) = row.details["thread_id"].as_i64() else { return Ok(None) };
    let reply = row.details["reply_id"].as_i64();
    if !matches!(row.action_type.as_str(), "create_thread" | "reply" | "human_post") {
        return Ok(None);
    }
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
                "voted down a reply in #3 “On doors” by x (too sure)",
            ),
            ("follow", json!({"bot_id": "luna_001", "other_bot_id": "luna_001"}), "follows Luna"),
            (
                "web_search",
                json!({"query": "tides", "results": [{"title": "Tide"}]}),
                "looked up “tides”: Tide",
            ),
            (
                "web_search",
                json!({"query": "tides", "error": "no network"}),
                "looked up “tides”: failed, no network",
            ),
            ("do_nothing", json!({"reason": "resting"}), "stayed quiet (resting)"),
            ("failed", json!({"error": "no answer"}), "failed: no answer"),
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
