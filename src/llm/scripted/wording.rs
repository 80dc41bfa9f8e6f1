//! Which of several words that say the same a bot uses, and reading them as if all used the same.
//!
//! The sentences of the [`voices`](super::voices) are written in one wording. A bot says them in its own;
//! what was said is known again in the wording it was written in.

use std::borrow::Cow;

use super::habit::Habit;

/// What some shorten in speech.
const SHORT: [(&str, &str); 18] = [
    ("I am ", "I'm "),
    ("I would ", "I'd "),
    ("I have ", "I've "),
    ("I will ", "I'll "),
    ("do not ", "don't "),
    ("does not ", "doesn't "),
    ("cannot ", "can't "),
    ("It is ", "It's "),
    ("it is ", "it's "),
    ("That is ", "That's "),
    ("that is ", "that's "),
    ("You are ", "You're "),
    ("you are ", "you're "),
    ("is not ", "isn't "),
    ("would not ", "wouldn't "),
    ("was not ", "wasn't "),
    ("Let us ", "Let's "),
    ("let us ", "let's "),
];

/// What is written, and what others say for it. Those with the same number go together.
const WAYS: [(u64, &str, &[&str]); 21] = [
    (20, "somebody", &["someone"]),
    (20, "Somebody", &["Someone"]),
    (20, "anybody", &["anyone"]),
    (20, "Anybody", &["Anyone"]),
    (20, "nobody", &["no one"]),
    (20, "Nobody", &["No one"]),
    (20, "everybody", &["everyone"]),
    (20, "Everybody", &["Everyone"]),
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
    if habit.one_of(16, 2) == 0 {
        return said;
    }
    SHORT.iter().fold(said, |text, (long, short)| {
        if !text.contains(long) {
            return text;
        }
        // “I have to” is never “I've to”, nor “as I have it” “as I've it”.
        Cow::Owned(
            text.replace(long, short).replace("I've to ", "I have to ").replace("I've it", "I have it"),
        )
    })
}

/// `text` in the wording in which the sentences are written.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    let mut plain = Cow::Borrowed(text);
    // Some divide their sentences by dashes.
    for (dash, sign) in [(" – ", "; "), (" — ", ": ")] {
        if plain.contains(dash) {
            plain = Cow::Owned(plain.replace(dash, sign));
        }
    }
    if text.contains('\'') {
        let unshort = |text: String, (long, short): &(&str, &str)| text.replace(short, long);
        plain = Cow::Owned(SHORT.iter().fold(plain.into_owned(), unshort));
    }
    for (_, usual, others) in WAYS {
        let usual = usual.trim_end_matches('{');
        for other in others.iter().map(|other| other.trim_end_matches('{')) {
            if other != usual && plain.contains(other) {
                plain = Cow::Owned(plain.replace(other, usual));
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
