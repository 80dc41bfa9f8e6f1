//! Words that say the same: which word is read for which.
//!
//! Whoever writes “no one”, “don't” or “3” says what somebody else says with “nobody”, “do not” and “three”.

use std::sync::LazyLock;

use crate::domain::similarity::{Sieve, term};

/// Words of which each says the same as another: a number that those with the same share, the usual word, and the other.
pub const SAME: [(u64, &str, &str); 15] = [
    (0, "somebody", "someone"),
    (0, "anybody", "anyone"),
    (0, "everybody", "everyone"),
    (0, "nobody", "no one"),
    (1, "every", "each"),
    (2, "only", "just"),
    (3, "should", "ought to"),
    (4, "people", "folk"),
    (5, "until", "till"),
    (6, "among", "amongst"),
    (7, "while", "whilst"),
    (8, "because", "since"),
    (9, "round", "around"),
    (5, "almost", "nearly"),
    (6, "those who", "people who"),
];

/// Numbers in letters and in figures.
pub const FIGURES: [(&str, &str); 19] = [
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
    ("eleven", "11"),
    ("twelve", "12"),
    ("twenty", "20"),
    ("thirty", "30"),
    ("forty", "40"),
    ("fifty", "50"),
    ("sixty", "60"),
    ("seventy", "70"),
    ("eighty", "80"),
    ("ninety", "90"),
];

/// The two words of which one with an apostrophe is made: “don't” is “do”, “not”.
#[must_use]
pub fn unshort(word: &str) -> Option<(&str, &'static str)> {
    if word.eq_ignore_ascii_case("cannot") {
        return Some((&word[..3], "not"));
    }
    let at = word.find(['\'', '’'])?;
    let (stem, tail) = word.split_at(at);
    let tail = tail.trim_start_matches(['\'', '’']);
    let is = |words: &[&str]| words.iter().any(|other| other.eq_ignore_ascii_case(stem));
    Some(match tail {
        "t" if is(&["can"]) => (stem, "not"),
        "t" if is(&["won"]) => (if stem.starts_with('W') { "Will" } else { "will" }, "not"),
        "t" => (stem.strip_suffix('n')?, "not"),
        "s" if is(&["let"]) => (stem, "us"),
        "s" if is(&["it", "that", "there", "what", "who", "he", "she", "here", "where"]) => (stem, "is"),
        "m" => (stem, "am"),
        "re" => (stem, "are"),
        "d" => (stem, "would"),
        "ll" => (stem, "will"),
        "ve" => (stem, "have"),
        _ => return None,
    })
}

/// The hashes of words that are read for others.
struct Usual {
    /// The words that are, or the second of two; most others are told apart by it.
    sieve: Sieve,
    /// One word for one.
    one: Vec<(u64, u64)>,
    /// One for two.
    two: Vec<(u64, u64, u64)>,
}

static USUAL: LazyLock<Usual> = LazyLock::new(|| {
    let same = SAME.iter().map(|(_, usual, other)| (*other, *usual));
    let figures = FIGURES.iter().map(|(name, figure)| (*figure, *name));
    let one: Vec<_> = same.filter(|(other, _)| !other.contains(' ')).chain(figures).collect();
    // What is of two words on both sides is one thing on both.
    let both = SAME.iter().flat_map(|(_, usual, other)| [(usual, usual), (other, usual)]);
    let two: Vec<_> = both.filter_map(|(words, usual)| Some((words.split_once(' ')?, usual))).collect();
    Usual {
        sieve: Sieve::of(
            one.iter().map(|(other, _)| *other).chain(two.iter().map(|((_, second), _)| *second)),
        ),
        one: one.iter().map(|(other, usual)| (term(other), term(usual))).collect(),
        two: two.iter().map(|((first, second), usual)| (term(first), term(second), term(usual))).collect(),
    }
});

/// The hash of a lower-case word as that of the usual one that says the same, if there is one of one word.
#[must_use]
#[inline]
pub fn usual(hash: u64) -> u64 {
    if !USUAL.sieve.holds(hash) {
        return hash;
    }
    USUAL.one.iter().find(|(other, _)| *other == hash).map_or(hash, |(_, usual)| *usual)
}

/// The hash of what two words say together, as [`usual`] for those of two.
#[must_use]
#[inline]
pub fn usual_of(last: u64, hash: u64) -> Option<u64> {
    if !USUAL.sieve.holds(hash) {
        return None;
    }
    USUAL.two.iter().find(|(first, second, _)| (*first, *second) == (last, hash)).map(|(.., usual)| *usual)
}
