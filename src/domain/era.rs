//! Eras by rule: many summaries in the words of a few of their sentences.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::Stamp;
use super::memory::SUMMARY_WORDS;
use super::text::{sentences, word_count};

/// The months by name, January first.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// Texts quoted in an era at most.
const QUOTED: usize = 24;
/// Words of the first line at most.
const HEAD_WORDS: usize = 24;
/// Shorter sentences tell nothing.
const LETTERS: usize = 25;
/// The labels that summaries by rule put before their sentences.
const LABELS: [&str; 2] = ["Learned:", "Lived through:"];

/// What a summary stands for.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    /// Facts.
    pub facts: i64,
    /// Moments.
    pub moments: i64,
    /// The first moment.
    pub start: Stamp,
    /// The last.
    pub end: Stamp,
}

impl Covered {
    /// What all of these stand for together; `None` when there are none.
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Option<Self> {
        parts.into_iter().reduce(|one, other| Self {
            facts: one.facts.saturating_add(other.facts),
            moments: one.moments.saturating_add(other.moments),
            start: one.start.min(other.start),
            end: one.end.max(other.end),
        })
    }
}

/// An era by rule, of summaries or eras with these texts, oldest first, in at most [`SUMMARY_WORDS`] words:
/// the period, the counts, and what weighs most of each of those that are [`quoted`]. `day` names a day.
#[must_use]
pub fn era(covered: Covered, texts: &[&str], day: impl Fn(Stamp) -> String) -> String {
    let Covered { facts, moments, start, end } = covered;
    let mut told =
        format!("From {} to {}: {facts} things learned and {moments} moments.", day(start), day(end));
    let quoted = quoted(texts.len());
    let share = (SUMMARY_WORDS - HEAD_WORDS) / quoted.len().max(1);
    let mut known = HashSet::new();
    for at in quoted {
        let best = best(texts[at], share, &mut known);
        if !best.is_empty() {
            let _ = write!(told, "\n{}", best.join(" "));
        }
    }
    told
}

/// Which of `len` texts an era quotes: all of a few, else some that are spread evenly, the last among them.
#[must_use]
pub fn quoted(len: usize) -> Vec<usize> {
    let taken = len.min(QUOTED);
    (1..=taken).map(|n| n * len / taken - 1).collect()
}

/// The sentences that weigh most within `words`, in their order; those told before are passed over.
fn best<'a>(text: &'a str, words: usize, told: &mut HashSet<&'a str>) -> Vec<&'a str> {
    let all: Vec<(usize, &str)> = text
        .lines()
        .filter(|line| !is_head(line))
        .map(|line| LABELS.iter().find_map(|label| line.strip_prefix(label)).unwrap_or(line))
        .flat_map(sentences)
        .filter(|sentence| sentence.chars().count() >= LETTERS)
        .enumerate()
        .collect();
    let mut by_weight = all;
    by_weight.sort_by_key(|(at, sentence)| (std::cmp::Reverse(weight(sentence)), *at));
    let (mut left, mut kept) = (words, Vec::new());
    for (at, sentence) in by_weight {
        let length = word_count(sentence);
        if length <= left && told.insert(sentence) {
            left -= length;
            kept.push((at, sentence));
        }
    }
    kept.sort_unstable();
    kept.into_iter().map(|(_, sentence)| sentence).collect()
}

/// The first line of a summary by rule, whose counts the era sums up.
fn is_head(line: &str) -> bool {
    line.starts_with("From ") && line.contains(" things learned and ")
}

/// Statements with figures weigh more than questions and what was cut off.
fn weight(sentence: &str) -> usize {
    let length = sentence.chars().count().min(140);
    let figures = sentence.bytes().filter(u8::is_ascii_digit).count().min(4) * 12;
    let question = if sentence.ends_with('?') { 60 } else { 0 };
    let cut_off = if sentence.contains('…') { 40 } else { 0 };
    (length + figures).saturating_sub(question + cut_off)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(from: i64, to: i64) -> Covered {
        let at = |day: i64| Stamp::from_micros(day * 86_400_000_000);
        Covered { facts: 25, moments: 15, start: at(from), end: at(to) }
    }

    fn day(at: Stamp) -> String {
        at.date_in(&jiff::tz::TimeZone::UTC).to_string()
    }

    #[test]
    fn an_era_tells_period_counts_and_the_sentences_of_most_weight() {
        let first = "From 1970-01-01 to 1970-01-02: 25 things learned and 15 moments.\n\
            Learned: Ada said: “The lamp of 1851 turned on mercury.” Is that so, and who would know it for sure?\n\
            Lived through: I told Rex that the lamp of 1851 turned on mercury.";
        let second = "I spent the week with Luna, counting the boats of the harbour.";
        let both = Covered::all([covered(0, 1), covered(1, 9)]).unwrap();
        let told = era(both, &[first, second], day);
        assert!(told.starts_with("From 1970-01-01 to 1970-01-10: 50 things learned and 30 moments.\n"));
        assert!(
            told.contains("turned on mercury.” ") && told.contains("\nI spent the week with Luna"),
            "{told}"
        );
        assert!(!told.contains("Learned:") && told.matches("From ").count() == 1, "{told}");
    }

    #[test]
    fn hundreds_of_summaries_make_no_longer_an_era_and_what_repeats_is_told_once() {
        let texts: Vec<String> = (0..500)
            .map(|n| {
                let own = format!("Number {n} spoke of tides at some length and of what they leave behind. ");
                "The same thing was said again and again by all of them. ".to_owned() + &own.repeat(9)
            })
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let told = era(covered(3, 4), &texts, day);
        assert!(told.split_whitespace().count() <= SUMMARY_WORDS, "{}", told.split_whitespace().count());
        assert!(told.contains("Number 499 "), "{told}");
        assert!(
            told.matches("The same thing").count() <= 1 && told.matches("Number 499 ").count() == 1,
            "{told}"
        );
        assert_eq!(quoted(3), [0, 1, 2]);
        assert_eq!((quoted(500).len(), quoted(500).last()), (QUOTED, Some(&499)));
        assert_eq!((quoted(0), Covered::all([])), (vec![], None));
    }
}
