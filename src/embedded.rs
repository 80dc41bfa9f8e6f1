//! What the binary carries with it, so that an empty directory works: the six bots, the opening
//! threads and the event templates.
//!
//! It hands out texts and plain values; whether they are used is decided by the home directory
//! (`config`) and the store. The price list and the encyclopedia are embedded where they are read,
//! in `domain::prices` and `tools::offline`. Nothing is parsed before it is asked for.

use serde::Deserialize;

/// The shipped bots as (file name, text), in the order of the roster.
const BOTS: [(&str, &str); 6] = [
    ("ada_001.yaml", include_str!("../bots/ada_001.yaml")),
    ("marcus_001.yaml", include_str!("../bots/marcus_001.yaml")),
    ("luna_001.yaml", include_str!("../bots/luna_001.yaml")),
    ("rex_001.yaml", include_str!("../bots/rex_001.yaml")),
    ("echo_001.yaml", include_str!("../bots/echo_001.yaml")),
    ("sage_001.yaml", include_str!("../bots/sage_001.yaml")),
];

const THREADS: &str = include_str!("../data/threads.yaml");
const EVENTS: &str = include_str!("../data/events.yaml");

/// A thread that a new room opens with, written by `system`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpeningThread {
    /// At most 200 characters.
    pub title: String,
    /// The opening post.
    pub content: String,
    /// Lower-case words.
    pub tags: Vec<String>,
    /// Whether it stays on top of the list.
    #[serde(default)]
    pub pinned: bool,
}

/// An event that a person can inject as it is or change first.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventTemplate {
    /// At most 200 characters.
    pub title: String,
    /// What the bots are told.
    pub description: String,
    /// news, challenge, dilemma or announcement.
    pub event_type: String,
    /// minor, normal, major or crisis.
    pub severity: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Threads {
    threads: Vec<OpeningThread>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Events {
    events: Vec<EventTemplate>,
}

/// The shipped bots as (file name, text), used only where there is no `bots/` directory.
#[must_use]
pub fn bots() -> &'static [(&'static str, &'static str)] {
    &BOTS
}

/// The opening threads, in the order they are posted.
#[must_use]
pub fn opening_threads() -> Vec<OpeningThread> {
    // Fixed at compile time and parsed by a test below.
    serde_yaml::from_str::<Threads>(THREADS).expect("the embedded threads are valid").threads
}

/// The event templates, in the order they are offered.
#[must_use]
pub fn event_templates() -> Vec<EventTemplate> {
    // Fixed at compile time and parsed by a test below.
    serde_yaml::from_str::<Events>(EVENTS).expect("the embedded events are valid").events
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::{Engagement, PersonalityConfig, bot_file, text};
    use crate::tools::{Offline, Tool};

    fn roster() -> Vec<PersonalityConfig> {
        bots().iter().map(|(_, text)| bot_file::parse(text).unwrap()).collect()
    }

    /// One paragraph that the text gate leaves as it is.
    fn is_clean(text: &str) -> bool {
        !text.is_empty() && text::clean_line(text, usize::MAX) == text
    }

    #[test]
    fn the_roster_is_the_specified_one() {
        use Engagement::{Active, Observer, Reactive};
        let expected = [
            ("ada_001", "Ada", "curious, enthusiastic, asks questions", [80, 25, 50, 15, 20], Active, 0.8),
            ("marcus_001", "Marcus", "analytical, precise, challenging", [50, 45, 80, 50, 25], Active, 0.7),
            ("luna_001", "Luna", "creative, dreamy, poetic", [95, 20, 20, 10, 40], Reactive, 0.9),
            ("rex_001", "Rex", "bold, decisive, action-oriented", [60, 85, 50, 60, 10], Active, 0.8),
            ("echo_001", "Echo", "shy, supportive, thoughtful", [50, 10, 25, 5, 75], Observer, 0.7),
            ("sage_001", "Sage", "wise, measured, synthesizing", [55, 50, 55, 20, 35], Reactive, 0.7),
        ];
        let roster = roster();
        assert_eq!(roster.len(), expected.len());
        for (bot, (id, name, traits, numbers, engagement, temperature)) in roster.iter().zip(expected) {
            let b = &bot.behavior;
            let found = [b.creativity_level, b.leadership_tendency, b.skepticism, b.aggression, b.shyness];
            assert_eq!((bot.id.as_str(), bot.name.as_str()), (id, name));
            assert_eq!(bot.personality.traits.join(", "), traits, "{id}");
            assert_eq!((found, b.engagement_style), (numbers, engagement), "{id}");
            assert!((bot.model.temperature - temperature).abs() < f64::EPSILON, "{id}");
            assert_eq!((bot.model.provider.as_str(), bot.model.max_tokens), ("default", 1000), "{id}");
            assert_eq!(bot.permissions.tools, ["forum", "web_search"], "{id}");
        }
        for ((file, _), bot) in bots().iter().zip(&roster) {
            assert_eq!(*file, format!("{}.yaml", bot.id));
        }
    }

    #[test]
    fn every_bot_is_itself_and_shares_something() {
        let roster = roster();
        for bot in &roster {
            let p = &bot.personality;
            assert!((5..=8).contains(&p.interests.len()) && (3..=5).contains(&p.quirks.len()), "{}", bot.id);
            for text in p.traits.iter().chain(&p.interests).chain(&p.quirks) {
                assert!(is_clean(text) && text.chars().count() <= 120, "{}: {text}", bot.id);
            }
            assert!(is_clean(&p.communication_style) && is_clean(&bot.identity.origin_story), "{}", bot.id);
            let shares = |other: &PersonalityConfig| {
                other.id != bot.id && other.personality.interests.iter().any(|i| p.interests.contains(i))
            };
            assert!(roster.iter().any(shares), "{} has no common ground with anybody", bot.id);
            let own = p.interests.iter().filter(|interest| {
                roster.iter().filter(|b| b.personality.interests.contains(interest)).count() == 1
            });
            assert!(own.count() >= 2, "{} has nothing of its own", bot.id);
        }
    }

    #[test]
    fn every_interest_can_be_looked_up() {
        for bot in roster() {
            for interest in &bot.personality.interests {
                let found = Offline.search_at_once(interest).expect("answers at once").unwrap();
                let title = found.first().map(|finding| finding.title.to_lowercase());
                assert_eq!(title.as_ref(), Some(interest), "{}", bot.id);
            }
        }
    }

    #[test]
    fn the_opening_threads_are_worth_posting() {
        let threads = opening_threads();
        assert!(threads.len() >= 8);
        assert_eq!(threads.iter().filter(|t| t.pinned).count(), 1);
        assert!(threads[0].pinned, "the welcome comes first");
        let titles: BTreeSet<_> = threads.iter().map(|t| &t.title).collect();
        assert_eq!(titles.len(), threads.len());
        for thread in &threads {
            let words = thread.content.split_whitespace().count();
            assert!((60..=150).contains(&words), "{}: {words} words", thread.title);
            assert!(is_clean(&thread.title) && thread.title.chars().count() <= 200, "{}", thread.title);
            assert!(is_clean(&thread.content) && thread.content.contains('?'), "{}", thread.title);
            assert!((1..=5).contains(&thread.tags.len()), "{}", thread.title);
            for tag in &thread.tags {
                assert!(tag.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{tag}");
            }
        }
    }

    #[test]
    fn the_event_templates_fit_the_port() {
        let events = event_templates();
        assert!(events.len() >= 12);
        for event in &events {
            assert!(is_clean(&event.title) && event.title.chars().count() <= 200, "{}", event.title);
            assert!(is_clean(&event.description), "{}", event.title);
        }
        let kinds: BTreeSet<_> = events.iter().map(|e| e.event_type.as_str()).collect();
        assert_eq!(kinds, BTreeSet::from(["announcement", "challenge", "dilemma", "news"]));
        let severities: BTreeSet<_> = events.iter().map(|e| e.severity.as_str()).collect();
        assert_eq!(severities, BTreeSet::from(["crisis", "major", "minor", "normal"]));
    }
}
