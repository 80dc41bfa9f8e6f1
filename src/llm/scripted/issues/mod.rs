//! What can be argued about: for each topic a question, its two sides, and reasons that answer each other.
//!
//! The shelves are plain text, so that they can be read and added to. A shelf is a list of issues:
//!
//! ```text
//! # the topic, as the bank names it
//! ? what is in question
//! + one side
//! - the other side
//! a reason for the first | what the second says to it
//! = what both can sign
//! ! what one could do together
//! ~ a case
//! @ people who know, separated by commas
//! ```
//!
//! All of it goes on within a sentence: no capital, no full stop.

mod find;

use std::sync::LazyLock;

use super::bank;
use crate::domain::said;

pub(super) use self::find::{Part, What, parts};

/// A text with what it is known again by.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub text: &'static str,
    pub print: Option<u32>,
}

/// Something to argue about.
#[derive(Debug, Default)]
pub(super) struct Issue {
    /// The topic, as the bank names it, or `event:` and a kind.
    pub topic: &'static str,
    /// The topic's number in the bank, if it is there.
    pub at: Option<usize>,
    pub whether: &'static str,
    /// The two sides: for and against.
    pub sides: Vec<Text>,
    /// Reasons in pairs: for, and against.
    pub turns: Vec<[Text; 2]>,
    pub mids: Vec<Text>,
    pub tests: Vec<Text>,
    pub cases: Vec<Text>,
    pub people: Vec<Text>,
}

impl Issue {
    /// The reasons of a side.
    pub fn reasons(&self, side: Side) -> impl Iterator<Item = &Text> {
        self.turns.iter().map(move |turn| &turn[side as usize])
    }
}

/// A side of an issue.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Side {
    For = 0,
    Against = 1,
}

impl Side {
    pub const fn other(self) -> Self {
        match self {
            Self::For => Self::Against,
            Self::Against => Self::For,
        }
    }
}

const SHELVES: [&str; 6] = [
    include_str!("room.txt"),
    include_str!("mind.txt"),
    include_str!("nature.txt"),
    include_str!("making.txt"),
    include_str!("together.txt"),
    include_str!("events.txt"),
];

static ISSUES: LazyLock<Vec<Issue>> = LazyLock::new(|| {
    let mut issues: Vec<Issue> = Vec::new();
    for line in SHELVES.iter().flat_map(|shelf| shelf.lines()) {
        let (mark, rest) = line.split_at_checked(2).unwrap_or((line, ""));
        if mark == "# " {
            let at = (0..bank::count()).find(|at| bank::topic(*at).name == rest);
            issues.push(Issue { topic: rest, at, ..Issue::default() });
            continue;
        }
        let Some(issue) = issues.last_mut() else { continue };
        let clause = |text: &'static str| Text { text, print: said::clause(text) };
        let thing = |text: &'static str| Text { text, print: said::thing(text) };
        match mark {
            "? " => issue.whether = rest,
            "+ " | "- " => issue.sides.push(clause(rest)),
            "= " => issue.mids.push(clause(rest)),
            "! " => issue.tests.push(clause(rest)),
            "~ " => issue.cases.push(thing(rest)),
            "@ " => issue.people.extend(rest.split(", ").map(thing)),
            _ => {
                if let Some((pro, con)) = line.split_once(" | ") {
                    issue.turns.push([clause(pro), clause(con)]);
                }
            }
        }
    }
    issues
});

/// The issue numbered `at`.
pub(super) fn issue(at: usize) -> &'static Issue {
    &ISSUES[at]
}

/// The issue of a topic of the bank.
pub(super) fn of_topic(topic: usize) -> Option<usize> {
    static BY_TOPIC: LazyLock<Vec<Option<usize>>> = LazyLock::new(|| {
        (0..bank::count()).map(|topic| ISSUES.iter().position(|issue| issue.at == Some(topic))).collect()
    });
    BY_TOPIC.get(topic).copied().flatten()
}

/// The issue of a kind of event.
pub(super) fn of_event(kind: &str) -> Option<usize> {
    ISSUES.iter().position(|issue| issue.topic.strip_prefix("event:") == Some(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_has_an_issue_and_every_issue_is_whole() {
        for topic in 0..bank::count() {
            assert!(of_topic(topic).is_some(), "{} has no issue", bank::topic(topic).name);
        }
        for issue in ISSUES.iter() {
            assert!(issue.at.is_some() || issue.topic.starts_with("event:"), "{} is no topic", issue.topic);
            assert!(issue.sides.len() == 2 && issue.turns.len() >= 5, "{}", issue.topic);
            assert!(
                !issue.whether.is_empty() && issue.mids.len() >= 2 && issue.tests.len() >= 2,
                "{}",
                issue.topic
            );
            assert!(issue.cases.len() >= 2 && issue.people.len() >= 2, "{}", issue.topic);
        }
    }

    #[test]
    fn every_part_goes_on_within_a_sentence_and_is_written_once() {
        let mut all = Vec::new();
        for issue in ISSUES.iter() {
            let turns = issue.turns.iter().flatten();
            let parts = issue.sides.iter().chain(turns).chain(&issue.mids).chain(&issue.tests);
            all.extend(parts.chain(&issue.cases).chain(&issue.people).map(|part| part.text));
        }
        for text in &all {
            assert!(!text.ends_with(['.', '!', '?', ',', ' ']), "{text}");
            assert!(!text.contains(['“', '”', '{', '}', '[', '|', '—', ':', ';']), "{text}");
            assert!((2..=20).contains(&text.split_whitespace().count()), "{text}");
        }
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(count, all.len(), "a part is written twice");
    }
}
