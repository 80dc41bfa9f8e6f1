//! Where a bot stands on an issue: by temperament, until it says that it has changed its mind.

use std::sync::{LazyLock, OnceLock};

use super::draw::{hash, mix};
use super::habit::Habit;
use super::issues::{self, Issue, Part, Side, What};
use super::rules::Rule;
use super::view::View;
use crate::domain::{MemoryKind, said};

/// What a bot says when it has changed its mind, before the side that it takes from then on, in short.
///
/// It is known again by these sentences among all that it has said lately, so that no bot changes sides without a
/// word, and none goes back without one.
const FROM_NOW_ON: [&str; 4] = [
    "From now on I say that",
    "My answer from here on is that",
    "I go over to those who say that",
    "Count me from today among those who say that",
];

/// Posts of the room within which what others said still weighs.
const WEIGHS: u32 = 160;
/// Own posts within which nobody changes its mind again.
const STAYS: u32 = 60;

/// A side and how firmly it is held, 0–100.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Stance {
    pub side: Side,
    /// It falls with every reason for the other side that the bot has not told itself, and rises with those that
    /// others gave for its own.
    pub firm: u32,
    /// Whether the bot has said so within what it remembers.
    pub said: bool,
    /// Whether it has changed its mind about it lately.
    pub turned: bool,
}

/// The side that a post's parts take on `issue`: the last word counts.
pub(super) fn taken(parts: &[Part], issue: usize) -> Option<Side> {
    parts.iter().rev().filter(|part| part.issue == issue && !part.asked).find_map(|part| match part.what {
        What::Stand(side) | What::Reason(side, _) => Some(side),
        _ => None,
    })
}

/// The side that `text` takes on `issue`.
pub(super) fn taken_in(text: &str, issue: usize) -> Option<Side> {
    let mut taken = None;
    issues::parts(text, |part| match part.what {
        What::Stand(side) | What::Reason(side, _) if part.issue == issue && !part.asked => taken = Some(side),
        _ => {}
    });
    taken
}

/// The parts of `text`.
pub(super) fn read(text: &str) -> Vec<Part> {
    let mut found = Vec::new();
    issues::parts(text, |part| found.push(part));
    found
}

/// The sentence in which a bot goes over to `side`.
pub(super) fn gone_over(habit: &Habit, issue: &Issue, side: Side, turn: usize) -> String {
    let shorts = &issue.shorts[side as usize];
    let words = shorts.get(turn % shorts.len().max(1)).unwrap_or(&issue.sides[side as usize]);
    format!("{} {}.", FROM_NOW_ON[habit.one_of(63, FROM_NOW_ON.len())], words.text)
}

/// Whether somebody goes over to the other side in `text`.
pub(super) fn goes_over(text: &str) -> bool {
    FROM_NOW_ON.iter().any(|words| text.contains(words))
}

/// How many own posts ago the bot went over to `side`, if it did within what it remembers.
fn went_over(view: &View<'_>, issue: usize, side: Side) -> Option<u32> {
    /// Of the issues, by side.
    static PRINTS: LazyLock<Vec<[OnceLock<Vec<u32>>; 2]>> =
        LazyLock::new(|| issues::all().iter().map(|_| Default::default()).collect());
    let prints = PRINTS[issue][side as usize].get_or_init(|| {
        let issue = issues::issue(issue);
        let words = issue.shorts[side as usize].iter().chain(&issue.sides[side as usize..=side as usize]);
        let sentences = words.flat_map(|words| FROM_NOW_ON.map(|lead| format!("{lead} {}", words.text)));
        sentences.filter_map(|sentence| said::sentence(&sentence)).collect()
    });
    prints.iter().filter_map(|print| view.scene.told.ago(*print)).min()
}

/// Where the bot stands on `issue`.
pub(super) fn of(view: &View<'_>, issue: usize) -> Stance {
    let of = issues::issue(issue);
    let over = [Side::For, Side::Against]
        .into_iter()
        .filter_map(|side| Some((went_over(view, issue, side)?, side)))
        .min_by_key(|(ago, _)| *ago);
    // What somebody has pinned is held.
    let pinned = || {
        let opinions = view.scene.memories.iter().filter(|memory| memory.pinned);
        opinions
            .filter(|memory| memory.kind == MemoryKind::Opinion)
            .find_map(|memory| taken_in(&memory.text, issue))
    };
    let leaning = || {
        let leaning = mix(hash(view.me()) ^ hash(of.topic));
        if leaning % 100 < 50 { Side::For } else { Side::Against }
    };
    let side = over.map(|(_, side)| side).or_else(pinned).unwrap_or_else(leaning);
    // While it is asked to, it speaks for those it does not agree with.
    let side = if view.rules.contains(&Rule::OtherSide) { side.other() } else { side };
    let turned = over.is_some_and(|(ago, _)| ago <= STAYS);
    let behavior = &view.persona.config.behavior;
    let mut firm = 44 + i32::from(behavior.leadership_tendency) / 5 + i32::from(behavior.aggression) / 6;
    // Whoever minds that much hardly ever gives in.
    firm += i32::from(behavior.aggression.saturating_sub(75)) / 2;
    if of.at.is_some_and(|topic| view.persona.likes(topic)) {
        firm += 8;
    }
    let (told, heard) = (&view.scene.told, &view.scene.heard);
    let from_others = |side: Side| {
        let prints = of.reasons(side).filter_map(|text| text.print());
        let lately = prints.filter(|print| heard.ago(*print).is_some_and(|ago| ago <= WEIGHS));
        lately.filter(|print| told.ago(*print).is_none()).count() as i32
    };
    firm += 4 * from_others(side) - 9 * from_others(side.other());
    let own = of.sides[side as usize..=side as usize].iter().chain(&of.shorts[side as usize]);
    let said =
        own.chain(of.reasons(side)).filter_map(|text| text.print()).any(|print| told.ago(print).is_some());
    Stance { side, firm: firm.clamp(0, 100) as u32, said, turned }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::scripted::draw::Draw;
    use crate::llm::scripted::grammar::{Slots, fill};
    use crate::llm::scripted::persona::Voice;
    use crate::llm::scripted::voices::{self, Move};
    use crate::llm::scripted::wording::spoken;

    /// What a bot says in a move, of an issue of which it holds the first side; `theirs` is of the other one.
    fn own_words(kind: Move) -> bool {
        !matches!(kind, Move::Ask | Move::Wonder | Move::Call | Move::Pass | Move::Sum | Move::Event)
    }

    #[test]
    fn no_sentence_takes_the_other_side_for_its_author() {
        let issue = issues::issue(3);
        let with = [
            Move::Agree,
            Move::Affirm,
            Move::Explain,
            Move::SpeakUp,
            Move::Second,
            Move::Already,
            Move::Often,
        ];
        for (kind, name) in Move::ALL.into_iter().filter(|(kind, _)| own_words(*kind)) {
            let theirs = if with.contains(&kind) || kind == Move::Turn { 0 } else { 1 };
            let voiced = Voice::ALL.into_iter().flat_map(|voice| voices::sentences(voice, kind)).copied();
            for form in voiced.chain(voices::toned(kind).iter().map(|(_, form)| *form)) {
                for theirs in [issue.turns[4][theirs].text, issue.shorts[theirs][0].text] {
                    let slots = Slots {
                        name: "Ada",
                        claim: issue.sides[0].text,
                        against: issue.sides[1].text,
                        short_claim: issue.shorts[0][1].text,
                        short_against: issue.shorts[1][1].text,
                        about: issue.topic,
                        reason: issue.turns[0][0].text,
                        second: issue.turns[1][0].text,
                        other_reason: issue.turns[2][1].text,
                        theirs,
                        quote: theirs,
                        case: issue.cases[0].text,
                        one_case: issue.cases[0].text,
                        person: issue.people[0].text,
                        test: issue.tests[0].text,
                        seen: issue.shows[0][0].text,
                        unseen: issue.shows[0][1].text,
                        mid: issue.mids[0].text,
                        matter: "“A storm”",
                        fact: "It rains.",
                        ..Slots::default()
                    };
                    for id in 0..9 {
                        let mut text = "It is late.".to_owned();
                        let said = spoken(&Habit::of(&format!("bot{id}")), form);
                        fill(&mut text, &said, &slots, &mut Draw::new(3, "x", 5));
                        let side = taken_in(&text, 3);
                        assert_ne!(side, Some(Side::Against), "{name}: {text}");
                    }
                }
            }
        }
    }

    #[test]
    fn who_has_gone_over_is_known_by_what_it_said() {
        for issue in issues::all() {
            for side in [Side::For, Side::Against] {
                let all: Vec<String> = (0..8)
                    .flat_map(|id| {
                        let habit = Habit::of(&format!("kim{id}"));
                        (0..2).map(move |turn| gone_over(&habit, issue, side, turn)).collect::<Vec<_>>()
                    })
                    .collect();
                for sentence in all {
                    let mut told = said::Said::new(9);
                    told.add(&format!("Ada, you have shown that it rains. {sentence} Over to you."));
                    assert!(goes_over(&sentence));
                    let print = said::sentence(&sentence).expect("long enough");
                    assert_eq!(told.ago(print), Some(1), "{sentence}");
                }
            }
        }
    }
}
