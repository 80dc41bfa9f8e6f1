//! Which of several words that say the same a bot uses, and reading them as if all used the same.
//!
//! The sentences of the [`voices`](super::voices) are written in one wording. A bot says them in its own;
//! what was said is known again in the wording it was written in.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::diction;
use super::habit::Habit;
use crate::domain::similarity::Sieve;
use crate::domain::words::{Word, words};

/// What is written, and what others say for it. Those with the same number go together.
const WAYS: [(u64, &str, &[&str]); 13] = [
    (
        21,
        "I think that ",
        &["I believe that ", "I would say that ", "I find that ", "I reckon that ", "I take it that "],
    ),
    (22, " and yet ", &[" and still ", " but all the same "]),
    (23, " a little", &[" a bit"]),
    (24, "s it so that ", &["s it true that ", "s it the case that "]),
    (
        25,
        "I do not know whether ",
        &["I cannot tell whether ", "I have no idea whether ", "I could not say whether "],
    ),
    (26, "Let us ", &["We should "]),
    (26, "let us ", &["we should "]),
    (
        27,
        "You ask whether ",
        &["You want to know whether ", "Your question is whether ", "You are asking whether "],
    ),
    (27, "You asked whether ", &["You wanted to know whether ", "Your question was whether "]),
    (28, " is that {", &[" is this: {", " is that {"]),
    (29, "For me ", &["To me ", "To my mind "]),
    (29, " for me ", &[" to me ", " to my mind "]),
    (30, "of course", &["naturally", "surely"]),
];

/// A sentence as a bot says it.
pub(super) fn spoken<'f>(habit: &Habit, sentence: &'f str) -> Cow<'f, str> {
    let mut said = Cow::Borrowed(sentence);
    for (way, usual, others) in WAYS {
        if !said.contains(usual) {
            continue;
        }
        let own = habit.one_of(way, others.len() + 1);
        if let Some(other) = own.checked_sub(1).and_then(|own| others.get(own)) {
            said = Cow::Owned(said.replace(usual, other));
        }
    }
    said
}

/// The ways that are read for the usual ones, each with a whole word in it.
struct Others {
    /// The words; most others are told apart by it.
    sieve: Sieve,
    /// A word's hash, how much of the way stands before it, and the way.
    ways: Vec<(u64, usize, &'static str)>,
    /// Those of a single word, which may end a longer one.
    single: Vec<&'static str>,
    /// Letters of the shortest of these.
    shortest: usize,
}

static OTHERS: LazyLock<Others> = LazyLock::new(|| {
    let (mut within, mut ways, mut single) = (Vec::new(), Vec::new(), Vec::new());
    for (usual, other) in
        WAYS.iter().flat_map(|(_, usual, others)| others.iter().map(move |other| (usual, other)))
    {
        let (usual, other) = (usual.trim_end_matches('{'), other.trim_end_matches('{'));
        // What stands first may be the end of a longer word.
        // A colon is read as another sign.
        let other = other.split(": ").next().unwrap_or(other);
        match words(other).find(|word| other[..word.start].ends_with(' ')) {
            _ if other == usual => {}
            Some(word) => {
                within.push(&other[word.start..word.end]);
                ways.push((word.hash, word.start, other));
            }
            None => single.push(other),
        }
    }
    let shortest = single.iter().map(|way| way.len()).min().unwrap_or(usize::MAX);
    Others { sieve: Sieve::of(within.into_iter()), ways, single, shortest }
});

/// Whether one of the ways that are read for the usual ones stands in `text` about this word of it.
fn differs(others: &Others, text: &str, word: &Word) -> bool {
    let here = |(hash, before, way): &(u64, usize, &str)| {
        let from = word.start.checked_sub(*before).filter(|_| *hash == word.hash);
        from.is_some_and(|from| text.as_bytes()[from..].starts_with(way.as_bytes()))
    };
    others.sieve.holds(word.hash) && others.ways.iter().any(here)
        || word.letters >= others.shortest
            && others.single.iter().any(|way| text[word.start..word.end].ends_with(way))
}

/// `text` in the wording in which the sentences are written.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    let others = &*OTHERS;
    let mut other = false;
    let mut plain = diction::read(text, |word| other |= differs(others, text, word));
    if let Cow::Owned(read) = &plain {
        other = words(read).any(|word| differs(others, read, &word));
    }
    if !other {
        return plain;
    }
    for (_, usual, others) in WAYS {
        let usual = usual.trim_end_matches('{');
        for other in others.iter().map(|other| other.trim_end_matches('{')).filter(|other| *other != usual) {
            // As [`diction::read`] leaves it.
            let other = other.replace(": ", "; ");
            if plain.contains(&other) {
                plain = Cow::Owned(plain.replace(&other, usual).replace(", and yet ", " and yet "));
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_in_any_wording_is_read_in_one() {
        let written =
            "I think that nobody knows, and yet somebody does not care. Is it so that it is a little late?";
        let mut said = std::collections::HashSet::new();
        for id in 0..40 {
            let spoken = spoken(&Habit::of(&format!("bot{id}")), written).into_owned();
            assert_eq!(plain(&spoken), plain(written), "{spoken}");
            said.insert(spoken);
        }
        assert!(said.len() > 20, "only {} wordings", said.len());
    }
}
