//! A talk of several questions: a bot remembers no interview by itself, so that a question brings along what was said
//! before it.

use super::text::cut;

/// What stands before the question in the prompt of an interview.
pub const ASKS: &str = "The person asks: ";
/// Stands between a question and what was said before it.
const BEFORE: &str = "\n\nBefore that, in the same talk:";
const ASKED: &str = "\nYou were asked: ";
const ANSWERED: &str = "\nYou answered: ";
/// Longest question and longest answer that are told again, in characters.
const ASKED_MAX: usize = 300;
const ANSWERED_MAX: usize = 600;

/// A question and what was answered.
pub type Turn<'a> = (&'a str, &'a str);

/// `question` with as much of what was said before as there is room for in `most` characters. It stands first, as it
/// is what the activity and the log tell of it.
#[must_use]
pub fn with_what_was_said(dialogue: &[(String, String)], question: &str, most: usize) -> String {
    let mut before = String::new();
    for (asked, answered) in dialogue.iter().rev() {
        let one = format!("{ASKED}{}{ANSWERED}{}", cut(asked, ASKED_MAX), cut(answered, ANSWERED_MAX));
        if before.chars().count() + one.chars().count() + question.chars().count() + BEFORE.len() > most {
            break;
        }
        before.insert_str(0, &one);
    }
    if before.is_empty() { question.to_owned() } else { format!("{question}{BEFORE}{before}") }
}

/// The question alone, and the last that was said before it.
#[must_use]
pub fn parted(told: &str) -> (&str, Option<Turn<'_>>) {
    let Some((question, before)) = told.split_once(BEFORE) else { return (told, None) };
    let last = before.rsplit_once(ASKED).and_then(|(_, last)| last.split_once(ANSWERED));
    (question, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_brought_along_and_read_again() {
        let turn = |asked: &str, answered: &str| (asked.to_owned(), answered.to_owned());
        let dialogue = [turn("Do tides rise?", "Twice a day."), turn("Where?", "On coasts.\nMost of them.")];
        let told = with_what_was_said(&dialogue, "And why?", 2_000);
        assert_eq!(parted(&told), ("And why?", Some(("Where?", "On coasts.\nMost of them."))));
        assert!(told.contains("Do tides rise?"));
        // What is oldest goes first when there is little room.
        let told = with_what_was_said(&dialogue, "And why?", 120);
        assert!(!told.contains("Do tides rise?") && parted(&told).1.is_some(), "{told}");
        assert_eq!(with_what_was_said(&[], "Why?", 2_000), "Why?");
        assert_eq!(parted("Why?"), ("Why?", None));
    }
}
