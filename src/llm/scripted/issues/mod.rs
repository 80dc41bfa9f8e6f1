//! What can be argued about: for each topic a question, its two sides, and reasons that answer each other.
//!
//! The shelves are plain text, so that they can be read and added to. A shelf is a list of issues:
//!
//! ```text
//! # the topic, as the bank names it
//! ? what is in question
//! + one side | the same in short | in short, in other words
//! - the other side | in short | in short, in other words
//! a reason for the first | what the second says to it
//! = what both can sign
//! ! what one could do together | what one would see if the first is right | if the second is
//! ~ a case
//! @ people who know, separated by commas
//! > the title of a particular of the bank that speaks for the first side
//! < the title of one that speaks for the second
//! ```
//!
//! All of it goes on within a sentence: no capital, no full stop. A reason stands alone: whoever has read the
//! question and the side that it is for sees why it supports it, without the other half of its line. A side in
//! short says the same as the side; it is understood by who has read the thread.

mod find;

use std::collections::HashSet;
use std::sync::{LazyLock, OnceLock};

use foldhash::fast::FixedState;

use super::bank;
use crate::domain::said;

pub(super) use self::find::{Part, What, parts, prepare};

/// A text with what it is known again by.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub text: &'static str,
    /// Whether it names a thing, and is no clause.
    thing: bool,
    print: OnceLock<Option<u32>>,
}

impl Text {
    pub const fn clause(text: &'static str) -> Self {
        Self { text, thing: false, print: OnceLock::new() }
    }

    pub const fn thing(text: &'static str) -> Self {
        Self { text, thing: true, print: OnceLock::new() }
    }

    /// The print by which it is known whether it was said lately.
    pub fn print(&self) -> Option<u32> {
        *self.print.get_or_init(|| if self.thing { said::thing(self.text) } else { said::clause(self.text) })
    }
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
    /// The two sides in short.
    pub shorts: [Vec<Text>; 2],
    /// Reasons in pairs: for, and against.
    pub turns: Vec<[Text; 2]>,
    pub mids: Vec<Text>,
    pub tests: Vec<Text>,
    /// What each of the tests would show: if the first side is right, and if the second is.
    pub shows: Vec<[Text; 2]>,
    pub cases: Vec<Text>,
    pub people: Vec<Text>,
    /// The particulars of the topic that speak for a side: their numbers, and the sides. All others speak for neither.
    exhibits: Vec<(usize, Side)>,
}

impl Issue {
    /// The reasons of a side.
    pub fn reasons(&self, side: Side) -> impl Iterator<Item = &Text> {
        self.turns.iter().map(move |turn| &turn[side as usize])
    }

    /// The side that `words` put, in full or in short.
    pub fn side_of(&self, words: &str) -> Option<Side> {
        [Side::For, Side::Against].into_iter().find(|side| {
            self.sides[*side as usize].text == words
                || self.shorts[*side as usize].iter().any(|short| short.text == words)
        })
    }

    /// The side that the particular numbered `seed` of the issue's topic speaks for, if it speaks for one.
    pub fn shown_by(&self, seed: usize) -> Option<Side> {
        self.exhibits.iter().find(|(other, _)| *other == seed).map(|(_, side)| *side)
    }

    /// What the test `test` would show if `side` is right.
    pub fn shown(&self, test: &str, side: Side) -> Option<&Text> {
        let at = self.tests.iter().position(|other| other.text == test)?;
        self.shows.get(at).map(|shows| &shows[side as usize])
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

/// Whether a text of the shelves begins with this word and a capital, which only names do there.
pub(super) fn is_name(word: &str) -> bool {
    static NAMES: LazyLock<HashSet<&str, FixedState>> = LazyLock::new(|| {
        let lines = SHELVES
            .iter()
            .flat_map(|shelf| shelf.lines())
            .filter(|line| !line.starts_with(['#', '?', '>', '<']));
        let texts =
            lines.flat_map(|line| line.trim_start_matches(['+', '-', '=', '!', '~', '@', ' ']).split(" | "));
        let first = texts.filter_map(|text| text.split(|c: char| !c.is_alphanumeric()).next());
        first.filter(|word| word.starts_with(char::is_uppercase)).collect()
    });
    NAMES.contains(word)
}

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
        let clauses = || rest.split('|').map(|text| Text::clause(text.trim()));
        match mark {
            "? " => issue.whether = rest,
            "+ " | "- " => {
                let mut words = clauses();
                let side = issue.sides.len().min(1);
                issue.sides.extend(words.next());
                issue.shorts[side].extend(words);
            }
            "= " => issue.mids.push(Text::clause(rest)),
            "! " => {
                let mut words = clauses();
                issue.tests.extend(words.next());
                if let (Some(one), Some(other)) = (words.next(), words.next()) {
                    issue.shows.push([one, other]);
                }
            }
            "~ " => issue.cases.push(Text::thing(rest)),
            "@ " => issue.people.extend(rest.split(", ").map(Text::thing)),
            "> " | "< " => {
                let side = if mark == "> " { Side::For } else { Side::Against };
                let seeds = issue.at.map_or(&[][..], |at| bank::topic(at).seeds);
                let seed = seeds.iter().position(|seed| seed.title == rest);
                issue.exhibits.extend(seed.map(|seed| (seed, side)));
            }
            _ => {
                if let Some((pro, con)) = line.split_once('|') {
                    issue.turns.push([pro, con].map(|text| Text::clause(text.trim())));
                }
            }
        }
    }
    issues
});

/// Every issue, in the order of their numbers.
pub(super) fn all() -> &'static [Issue] {
    &ISSUES
}

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
    use crate::llm::scripted::heads::HEAD;

    #[test]
    fn every_topic_has_an_issue_and_every_issue_is_whole() {
        for topic in 0..bank::count() {
            assert!(of_topic(topic).is_some(), "{} has no issue", bank::topic(topic).name);
        }
        for issue in ISSUES.iter() {
            assert!(issue.at.is_some() || issue.topic.starts_with("event:"), "{} is no topic", issue.topic);
            assert!(issue.sides.len() == 2 && issue.turns.len() >= 7, "{}", issue.topic);
            assert!(issue.shorts.iter().all(|shorts| shorts.len() == 2), "{}", issue.topic);
            assert_eq!(issue.shows.len(), issue.tests.len(), "{}", issue.topic);
            assert!(
                !issue.whether.is_empty() && issue.mids.len() >= 2 && issue.tests.len() >= 2,
                "{}",
                issue.topic
            );
            assert!(issue.cases.len() >= 2 && issue.people.len() >= 2, "{}", issue.topic);
        }
    }

    #[test]
    fn every_exhibit_is_a_particular_of_its_topic_and_speaks_for_one_side() {
        let written: Vec<&str> = SHELVES
            .iter()
            .flat_map(|shelf| shelf.lines())
            .filter(|line| line.starts_with(['>', '<']))
            .collect();
        let known = ISSUES.iter().map(|issue| issue.exhibits.len()).sum::<usize>();
        assert_eq!(known, written.len(), "a title is no particular of its topic");
        for issue in ISSUES.iter() {
            let mut seeds: Vec<usize> = issue.exhibits.iter().map(|(seed, _)| *seed).collect();
            seeds.sort_unstable();
            seeds.dedup();
            assert_eq!(seeds.len(), issue.exhibits.len(), "one of {} speaks for both sides", issue.topic);
        }
    }

    #[test]
    fn every_part_goes_on_within_a_sentence_and_is_written_once() {
        let mut all = Vec::new();
        for issue in ISSUES.iter() {
            let turns = issue.turns.iter().flatten();
            let shorts = issue.shorts.iter().flatten();
            for short in shorts.clone() {
                assert!(short.text.len() >= HEAD, "{} is too short to be known again", short.text);
                assert!(short.text.split_whitespace().count() <= 8, "{} is not short", short.text);
            }
            let parts = issue.sides.iter().chain(shorts).chain(turns).chain(&issue.mids).chain(&issue.tests);
            let parts = parts.chain(issue.shows.iter().flatten());
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
