//! How tools get at a society: one that is at a port, or a home on this machine.

use std::path::PathBuf;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::link::Link;
use crate::protocol::Fault;

/// A way to a society.
#[async_trait]
pub trait Door: Send + Sync {
    /// The way to look.
    async fn reading(&self) -> Result<Link, Fault>;

    /// The way to act, for one act.
    async fn acting(&self) -> Result<Held, Fault>;

    /// Whether whoever is here may act at all.
    fn may_act(&self) -> bool;

    /// Begins another society at a moment of this one's past.
    async fn fork(&self, wish: Fork) -> Result<Value, Fault>;

    /// Compares two societies of one lineage.
    async fn compare(&self, wish: Compare) -> Result<Value, Fault>;
}

/// A way to act, and what gives it up again.
pub struct Held {
    /// The way.
    pub link: Link,
    /// Writes what is queued and lets others in; nothing where it is somebody else's engine.
    pub closing: Option<BoxFuture<'static, Result<(), Fault>>>,
}

impl Held {
    /// Gives it up.
    ///
    /// # Errors
    /// What was queued could not be written.
    pub async fn close(self) -> Result<(), Fault> {
        match self.closing {
            Some(closing) => closing.await,
            None => Ok(()),
        }
    }
}

/// What is asked of a fork.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Fork {
    /// Name of the new society: 1–40 letters, digits, `-` or `_`. It is kept in `forks/` in this home.
    #[schema(min_length = 1, max_length = 40)]
    pub name: String,
    /// The moment: the number of an activity, or a time such as 2026-01-02T15:00. Left out, it is now.
    #[serde(default)]
    #[schema(max_length = 60)]
    pub at: Option<String>,
    /// What to change at that moment: a list of commands, each an object with one key, such as
    /// {"set_config": {"bot": "ada_001", "patch": {"behavior": {"shyness": 90}}}},
    /// {"pause_bot": {"bot": "rex_002"}}, {"set_pace": {"preset": "fast"}} or
    /// {"inject_event": {"title": "A flood", "description": "The river rises.", "event_type": "news", "severity": "major"}}.
    #[serde(default)]
    #[schema(value_type = Vec<Object>, max_items = 50)]
    pub changes: Vec<Value>,
    /// Apply to the fork what came later from outside, at its recorded times. A model's recorded answer is used
    /// where its prompt is the same to the letter; no model is asked.
    #[serde(default)]
    pub follow: bool,
    /// How many beats it lives on afterwards, as fast as possible. Its bots ask their models for them, which costs
    /// what it costs.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 500)]
    pub beats: u32,
}

/// What is compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Compare {
    /// Name of a fork of this society.
    #[schema(min_length = 1, max_length = 40)]
    pub fork: String,
    /// Name of another fork to compare it with; left out, it is compared with this society.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 40)]
    pub with: Option<String>,
}

/// Where a fork of this name lies in a home.
///
/// # Errors
/// The name is none.
pub fn place_of(home: &std::path::Path, name: &str) -> Result<PathBuf, Fault> {
    let fits = (1..=40).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if fits {
        Ok(home.join("forks").join(name))
    } else {
        Err(Fault::invalid_field("name", "must be 1 to 40 letters, digits, `-` or `_`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fork_stays_in_its_place() {
        let home = std::path::Path::new("/home");
        assert_eq!(place_of(home, "shy-ada_2").unwrap(), home.join("forks/shy-ada_2"));
        for name in ["", "..", "a/b", "a.b", "ä", &"x".repeat(41)] {
            assert!(place_of(home, name).is_err(), "{name}");
        }
    }
}
