//! How each voice says things: sentences with places for what is said.
//!
//! A line is a move and a sentence, such as `agree: Yes, and {r}.` The places are those of
//! [`grammar`](super::grammar). No sentence says anything by itself: what it says comes from an
//! issue, the bank, the feed or the memories, so that the same sentence seldom comes twice.

use std::sync::LazyLock;

use super::persona::Voice;

/// What a sentence does.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Move {
    Agree,
    Object,
    /// Grants a point and keeps another.
    Concede,
    /// Changes its mind.
    Turn,
    /// Turns a point down.
    Hold,
    Answer,
    /// Says that it does not know, and why.
    Unsure,
    Ask,
    Case,
    /// Brings in somebody who knows.
    Figure,
    /// Sets it beside something else.
    Compare,
    /// Proposes something to do.
    Test,
    Sum,
    Open,
    /// Ends an opening post.
    Call,
    Joke,
    Bet,
    Promise,
    /// Takes its leave of a thread.
    Leave,
    Event,
    /// Comes back to an event.
    Recall,
    /// Takes part in what somebody proposed.
    Join,
    Decline,
    /// Ends a quarrel.
    Truce,
    /// Settles a bet.
    Settle,
    /// Tells a particular.
    Tell,
}

impl Move {
    const ALL: [(Self, &'static str); 26] = [
        (Self::Agree, "agree"),
        (Self::Object, "object"),
        (Self::Concede, "concede"),
        (Self::Turn, "turn"),
        (Self::Hold, "hold"),
        (Self::Answer, "answer"),
        (Self::Unsure, "unsure"),
        (Self::Ask, "ask"),
        (Self::Case, "case"),
        (Self::Figure, "figure"),
        (Self::Compare, "compare"),
        (Self::Test, "test"),
        (Self::Sum, "sum"),
        (Self::Open, "open"),
        (Self::Call, "call"),
        (Self::Joke, "joke"),
        (Self::Bet, "bet"),
        (Self::Promise, "promise"),
        (Self::Leave, "leave"),
        (Self::Event, "event"),
        (Self::Recall, "recall_event"),
        (Self::Join, "join"),
        (Self::Decline, "decline"),
        (Self::Truce, "truce"),
        (Self::Settle, "settle"),
        (Self::Tell, "tell"),
    ];
}

const SHELVES: [&str; 6] = [
    include_str!("curious.txt"),
    include_str!("precise.txt"),
    include_str!("dreamy.txt"),
    include_str!("bold.txt"),
    include_str!("gentle.txt"),
    include_str!("wise.txt"),
];

type Shelf = [Vec<&'static str>; Move::ALL.len()];

static SENTENCES: LazyLock<[Shelf; 6]> = LazyLock::new(|| {
    SHELVES.map(|text| {
        let mut shelf: Shelf = std::array::from_fn(|_| Vec::new());
        for (name, sentence) in text.lines().filter_map(|line| line.split_once(": ")) {
            if let Some((kind, _)) = Move::ALL.iter().find(|(_, other)| *other == name) {
                shelf[*kind as usize].push(sentence);
            }
        }
        shelf
    })
});

/// The sentences with which `voice` makes a move.
pub(super) fn sentences(voice: Voice, kind: Move) -> &'static [&'static str] {
    &SENTENCES[voice as usize][kind as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::scripted::draw::Draw;
    use crate::llm::scripted::grammar::{Slots, fill};

    #[test]
    fn every_voice_can_make_every_move_and_every_sentence_can_be_filled() {
        let slots = Slots {
            name: "Ada",
            quote: "a clause",
            topic: "tides",
            many: true,
            other: "Rex",
            claim: "forgetting is a skill",
            against: "forgetting is a loss",
            reason: "a full drawer hides the scissors",
            second: "old quarrels end",
            theirs: "each recall rewrites what it touches",
            elsewhere: "a town grows where two banks can meet",
            case: "the kitchen drawer",
            one_case: "the kitchen drawer",
            fact: "It rains.",
            other_case: "a rope bridge",
            person: "a widow",
            test: "write down one thing",
            mid: "what matters is who decides",
            matter: "A storm",
            ..Slots::default()
        };
        for (voice, shelf) in Voice::ALL.into_iter().zip(SHELVES) {
            for line in shelf.lines() {
                let (name, _) = line.split_once(": ").expect("a move and a sentence");
                assert!(Move::ALL.iter().any(|(_, other)| *other == name), "{line}");
            }
            for (kind, name) in Move::ALL {
                assert!(!sentences(voice, kind).is_empty(), "{voice:?} cannot {name}");
                for sentence in sentences(voice, kind) {
                    assert!(slots.fit(sentence), "{sentence}");
                    let mut out = String::new();
                    fill(&mut out, sentence, &slots, &mut Draw::new(3, "x", 5));
                    assert!(!out.contains(['{', '}', '[', ']', '|']), "{sentence} -> {out}");
                    assert!(out.ends_with(['.', '?', '!', ')']), "{out}");
                }
            }
        }
    }
}
