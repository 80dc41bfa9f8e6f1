//! Questions: what is asked for, read from the words alone, and the answer that fits it.
//!
//! It makes no difference who asks: a bot of the room, a bot that somebody else speaks for, or a person.

use super::bank::{self, Kind, Line};
use super::draw::Draw;
use super::issues::{Part, Side, What};
use super::rules;
use super::stance::{Stance, read};
use super::voices::Move;
use super::wording::plain;
use super::writer::{Patience, Writer};

/// What a question asks for.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Asks {
    /// Whether something is so.
    Whether,
    /// Why it is so, or what speaks for it.
    Why,
    /// Which of two it is.
    Which,
    /// Who holds it.
    Who,
    /// What would change somebody's mind.
    Change,
    /// What to say to those who hold it.
    Retort,
    /// How often it is so.
    Often,
    /// How one could find out.
    Find,
    /// What follows if it is so.
    Then,
    /// What both sides can sign.
    Sign,
}

/// Words that tell what is asked for, the most telling first.
const CUES: [(Asks, &[&str]); 9] = [
    (
        Asks::Change,
        &[
            "change your mind",
            "changed your mind",
            "change my mind",
            "change anybody's mind",
            "persuade you",
            "convince you",
            "make you doubt",
            "bring you round",
            "win you over",
        ],
    ),
    (Asks::Sign, &["both sign", "all sign", "agree on", "common ground", "have in common", "meet halfway"]),
    (
        Asks::Find,
        &[
            "find out",
            "count whether",
            "tell us whether",
            "tell whether",
            "tell us, in the long run, whether",
            "show us whether",
            "notice whether",
            "settle it whether",
            "put it to the test",
            "be put to the test",
            "be tested",
            "how could we know",
            "how would we know",
            "how do we know",
            "how can one know",
        ],
    ),
    (Asks::Often, &["how often", "in how many", "how many times", "how much of the time", "out of ten"]),
    (
        Asks::Retort,
        &[
            "say to somebody",
            "say to someone",
            "say to those",
            "say to people",
            "say to my",
            "say if you met",
            "tell somebody",
            "tell me if",
            "tell someone",
            "tell people",
            "tell the people",
            "tell those",
            "tell a ",
            "answer those",
            "answer somebody",
            "answer to those",
            "reply to those",
            "whisper to",
            "sing to somebody",
            "those say to me",
            "and those who say",
        ],
    ),
    (
        Asks::Why,
        &[
            "why",
            "how come",
            "best argument",
            "strongest argument",
            "best case",
            "best excuse",
            "best evidence",
            "what speaks for",
            "on what ground",
            "on what evidence",
            "what reason",
            "first reason",
            "reason for",
            "explain",
            "what makes you",
        ],
    ),
    (
        Asks::Then,
        &[
            "what follows",
            "would follow",
            "what if",
            "what then",
            "what happens",
            "suppose",
            "and if",
            "would it mean",
            "would happen if",
            "will you do",
            "would you do",
            "does it cost you if",
            "if it came out",
            "if it turned out",
            "if it comes out",
        ],
    ),
    (
        Asks::Which,
        &[
            "which is it",
            "which of the two",
            "which of these",
            "which side",
            "which do you",
            "which will",
            "or that",
        ],
    ),
    (
        Asks::Who,
        &[
            "who ",
            "who?",
            "whom ",
            "which of you",
            "which of us",
            "anybody here",
            "anyone here",
            "somebody here",
            "someone here",
            "does anybody",
            "does anyone",
            "is there anybody",
            "is there anyone",
            "anybody among",
            "anyone among",
            "one among us",
        ],
    ),
];

/// What a question in small letters asks for, without what it is about.
pub(super) fn kind(words: &str) -> Asks {
    CUES.iter()
        .find(|(_, cues)| {
            cues.iter().any(|cue| {
                words.match_indices(cue).any(|(at, _)| !words[..at].ends_with(char::is_alphanumeric))
            })
        })
        .map_or(Asks::Whether, |(asks, _)| *asks)
}

/// A question in a post.
pub(super) struct Question {
    pub asks: Asks,
    /// The view it is about.
    pub about: Option<Part>,
    /// The question of the bank that it is.
    pub line: Option<Line>,
}

impl Question {
    /// The last question that `text` puts itself.
    pub fn last(text: &str) -> Option<Self> {
        let sentence = rules::sentences(text).into_iter().rev().find(|one| super::reply::asks(one))?;
        let parts = read(sentence);
        let mut lines = Vec::new();
        bank::recognise(sentence, &mut lines);
        let views = || parts.iter().filter(|part| matches!(part.what, What::Stand(_) | What::Reason(..)));
        let mut lead = sentence.to_lowercase();
        for part in &parts {
            lead = lead.replacen(&part.text.to_lowercase(), "", 1);
        }
        let sides = views().filter(|part| matches!(part.what, What::Stand(_))).count();
        let asks = if sides > 1 { Asks::Which } else { kind(&plain(&lead)) };
        let line = lines.into_iter().rev().find(|line| line.kind == Kind::Ask);
        Some(Self { asks, about: views().next_back().copied(), line })
    }
}

/// Answers a question about a view of `side`, in the words `text`; of a reason with its number. Whether it could.
pub(super) fn answer(
    writer: &mut Writer<'_, '_>,
    asks: Asks,
    (side, turn, text): (Side, Option<usize>, &'static str),
    stance: Stance,
    draw: &mut Draw,
) -> bool {
    let holds = side == stance.side;
    let plainly = if holds { Move::Affirm } else { Move::Deny };
    let fitting = match (asks, holds) {
        (Asks::Whether, _) => plainly,
        (Asks::Why, true) => Move::Explain,
        (Asks::Why, false) => Move::Grudge,
        (Asks::Which, _) => Move::Answer,
        (Asks::Who, true) => Move::SpeakUp,
        (Asks::Who, false) => Move::NotI,
        (Asks::Change, true) => Move::Sway,
        (Asks::Change, false) => Move::Deny,
        (Asks::Retort, true) => Move::Second,
        (Asks::Retort, false) => Move::Retort,
        (Asks::Often, true) => Move::Often,
        (Asks::Often, false) => Move::Seldom,
        (Asks::Find, _) => Move::Find,
        (Asks::Then, true) => Move::Already,
        (Asks::Then, false) => Move::Then,
        (Asks::Sign, _) => Move::Sign,
    };
    // What others said a while ago may be said again rather than leave a question open; to a person, who was not
    // there, also what the bot said itself.
    let usual = writer.patience;
    let last = if writer.restates { Patience::Any } else { Patience::Heard };
    for patience in [usual, Patience::Heard, last] {
        writer.patience = patience;
        let counter = if holds { None } else { turn.and_then(|turn| writer.counter(turn)) };
        let done = writer.say(fitting, text, counter, draw)
            || (patience == last && asks != Asks::Which && writer.say(plainly, text, counter, draw));
        writer.patience = usual;
        if done {
            return true;
        }
    }
    writer.say(Move::Pass, text, None, draw)
}

/// Answers a question of the bank with what the bank has for it. Whether it could.
pub(super) fn answer_line(writer: &mut Writer<'_, '_>, line: Line, draw: &mut Draw) -> bool {
    let first = draw.below(2);
    (0..2).any(|step| writer.plainly(line.with(Kind::REPLIES[(first + step) % 2]), draw))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::scripted::grammar::{Slots, fill};
    use crate::llm::scripted::habit::Habit;
    use crate::llm::scripted::issues;
    use crate::llm::scripted::persona::Voice;
    use crate::llm::scripted::voices;
    use crate::llm::scripted::wording::spoken;

    fn asks(text: &str) -> Asks {
        Question::last(text).expect("a question").asks
    }

    #[test]
    fn what_is_asked_for_is_read_from_anybodys_words() {
        for (asked, text) in [
            (Asks::Whether, "Is forgetting a skill?"),
            (Asks::Why, "Ada, why do you say that forgetting is a skill?"),
            (Asks::Which, "Which of the two is it, then, a skill or a loss?"),
            (Asks::Who, "Does anyone here think that forgetting is a loss?"),
            (Asks::Change, "And what would ever change your mind?"),
            (Asks::Retort, "What would you say to someone who has lost every photograph?"),
            (Asks::Often, "How often have you seen that happen?"),
            (Asks::Find, "How would we know, and how could we find out?"),
            (Asks::Then, "What happens then, and what would follow?"),
            (Asks::Sign, "Is there anything that we agree on?"),
        ] {
            assert_eq!(asks(text), asked, "{text}");
        }
        assert!(Question::last("No question. “Is this one?” is quoted.").is_none());
    }

    #[test]
    fn every_question_the_voices_put_is_read_with_what_it_is_about() {
        let issue = issues::issue(3);
        let slots = Slots {
            name: "Ada",
            claim: issue.sides[0].text,
            against: issue.sides[1].text,
            short_claim: issue.shorts[0][0].text,
            short_against: issue.shorts[1][0].text,
            about: issue.topic,
            theirs: issue.turns[0][1].text,
            ..Slots::default()
        };
        let mut whether = Vec::new();
        for kind in [Move::Ask, Move::Wonder, Move::Call] {
            let voiced = Voice::ALL.into_iter().flat_map(|voice| voices::sentences(voice, kind)).copied();
            for form in voiced.chain(voices::toned(kind).iter().map(|(_, form)| *form)) {
                for id in 0..12 {
                    let mut text = "It is late.".to_owned();
                    let said = spoken(&Habit::of(&format!("bot{id}")), form);
                    fill(&mut text, &said, &slots, &mut Draw::new(3, "x", 5));
                    let question = Question::last(&text).unwrap_or_else(|| panic!("asks nothing: {text}"));
                    let bare = matches!(question.asks, Asks::Change | Asks::Why);
                    assert!(question.about.is_some() || bare, "about nothing: {text}");
                    if question.asks == Asks::Whether && id == 0 {
                        whether.push(form);
                    }
                }
            }
        }
        // Of these “yes” or “no” is an answer.
        let plain = [
            "is it",
            "could it",
            "would you swear",
            "would you still say",
            "do you ever",
            "is there a light",
        ];
        for form in whether {
            assert!(plain.iter().any(|begin| form.to_lowercase().contains(begin)), "{form}");
        }
    }
}
