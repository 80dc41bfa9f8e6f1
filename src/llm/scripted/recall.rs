//! Referring back: one sentence that brings a memory into a post.

use super::bank;
use super::draw::Draw;
use super::grammar::{append, bare, first_sentence, length, within};
use super::stance::{read, taken_in};
use super::view::View;
use super::writer::{Writer, lowered};
use crate::domain::MemoryKind;
use crate::domain::scene::Recalled;

/// What a memory holds, taken apart.
enum Kept<'a> {
    /// Something looked up: its title, and what it says.
    Reference(&'a str, String),
    /// Something that happened or was said, in a sentence of its own.
    Note(String),
}

/// What brings in somebody who holds the same, and somebody who holds the other side.
const ALLIES: [&str; 5] = [
    "I am not alone in that, for I remember that",
    "To my own side I may add that",
    "It is not only me, since, as I have it in my notes,",
    "With me stands somebody of whom I remember that",
    "I have company in it; I have not forgotten that",
];
const RIVALS: [&str; 5] = [
    "I say so although I remember that",
    "It has not moved me that",
    "I hold to it, and have not forgotten that",
    "That stands against my notes, where I have it that",
    "I know who sees it otherwise; I remember that",
];

/// Adds a memory of who else has taken a side on what is talked about. Whether there was one.
pub(super) fn add(writer: &mut Writer<'_, '_>, issue: usize, draw: &mut Draw) -> bool {
    let view = writer.view;
    let start = draw.below(4);
    let memories = &view.scene.memories;
    let fitting: Vec<&Recalled> = memories.iter().filter(|memory| fits(memory, issue)).take(4).collect();
    for step in 0..fitting.len() {
        let memory = fitting[(start + step) % fitting.len()];
        let (Some(Kept::Note(text)), Some(side)) = (take(memory), taken_in(&memory.text, issue)) else {
            continue;
        };
        let leads = if side == writer.side() { ALLIES } else { RIVALS };
        let named = view.names().iter().any(|name| text.starts_with(*name));
        let text = if named { text } else { within(&text) };
        let lead = leads[(writer.temper.habit.one_of(65, leads.len()) + draw.below(2)) % leads.len()];
        let sentence = format!("{lead} {}.", bare(&text));
        if length(&sentence) + writer.words() <= writer.temper.reach + 14 && !told(writer, memory) {
            append(&mut writer.out, &sentence);
            return true;
        }
    }
    false
}

/// Whether the memory was told in a post lately, or is just what is being talked about.
fn told(writer: &Writer<'_, '_>, memory: &Recalled) -> bool {
    let heard = |text: &str| {
        crate::domain::said::clause(text).is_some_and(|print| {
            writer.view.scene.told.ago(print).is_some()
                || writer.view.scene.heard.ago(print).is_some_and(|ago| ago < 200)
        })
    };
    match take(memory) {
        Some(Kept::Reference(_, text)) => heard(&within(&text)) || heard(&text),
        Some(Kept::Note(text)) => {
            heard(&text) || read(&text).iter().any(|part| writer.near.contains(&part.text))
        }
        None => true,
    }
}

/// A looked-up fact about a topic that the bot has not cited lately.
pub(super) fn looked_up<'a>(view: &View<'a>, topic: Option<usize>) -> Option<&'a Recalled> {
    let about = |title: &str| {
        let mut scores = Vec::new();
        bank::tally(title, 1, &mut scores);
        topic.is_some_and(|topic| scores.iter().any(|(other, _)| *other == topic))
    };
    view.scene.memories.iter().find(|memory| {
        matches!(take(memory), Some(Kept::Reference(title, text))
            if about(title) && !view.said(title) && !view.said(&within(title))
            && crate::domain::said::clause(&text).is_none_or(|print| view.scene.heard.ago(print).is_none()))
    })
}

/// What was looked up, if that is what the memory is: title and text.
pub(super) fn reference(memory: &Recalled) -> Option<(&str, String)> {
    match take(memory)? {
        Kept::Reference(title, text) => Some((title, text)),
        Kept::Note(_) => None,
    }
}

/// What a memory says in a sentence of its own, if it does.
pub(super) fn note(memory: &Recalled) -> Option<String> {
    match take(memory)? {
        Kept::Note(text) => Some(text),
        Kept::Reference(..) => None,
    }
}

/// A title as it stands within a sentence: “prime number”, but “Everest”.
pub(super) fn titled(title: &str) -> String {
    let common = title.split(' ').nth(1).is_some_and(|second| second.starts_with(char::is_lowercase));
    if common { within(title) } else { lowered(title) }
}

/// The memory as a sentence of the bot's; `None` when it cannot be told.
pub(super) fn tell(memory: &Recalled, names: &[&str], draw: &mut Draw) -> Option<String> {
    Some(match take(memory)? {
        Kept::Reference(title, text) => {
            let forms: [&str; 6] = [
                "I looked up",
                "I have read about",
                "In the encyclopedia, under",
                "What I found on",
                "The entry on",
                "From what I read on",
            ];
            let title = titled(title);
            match draw.below(forms.len()) {
                at @ 0..=1 => format!("{} {title}: {}.", forms[at], lowered(&text)),
                2 => format!("{} {title}, it says this: {}.", forms[2], lowered(&text)),
                3 => format!("{} {title} is this: {}.", forms[3], lowered(&text)),
                at => format!("{} {title}: {}.", forms[at], lowered(&text)),
            }
        }
        Kept::Note(text) => {
            let forms =
                ["I remember", "I have it in my notes", "I have not forgotten", "It is still with me"];
            let named = names.iter().any(|name| text.starts_with(*name));
            let text = if named { text } else { within(&text) };
            format!("{} that {}.", forms[draw.below(forms.len())], bare(&text))
        }
    })
}

fn take(memory: &Recalled) -> Option<Kept<'_>> {
    let text = memory.text.trim();
    match memory.kind {
        MemoryKind::Fact if is_reference(memory) => {
            let (title, extract) = text.split_once(": ")?;
            let first = first_sentence(extract, 34);
            (!first.ends_with('…') && !first.contains(['“', '"']) && length(&first) > 4 && title.len() <= 40)
                .then_some(Kept::Reference(title.trim(), first))
        }
        MemoryKind::Fact | MemoryKind::Moment => {
            let first = first_sentence(text, 26);
            let plain = !text.contains(['“', '…', '”', '\n', ':', '@'])
                && length(&first) > 4
                && !first.ends_with('…');
            plain.then_some(Kept::Note(first))
        }
        _ => None,
    }
}

fn is_reference(memory: &Recalled) -> bool {
    matches!(memory.source.as_str(), "wikipedia" | "offline" | "web_search" | "search")
}

/// Whether a memory is of somebody's view on `issue`, and not of what was promised or staked there.
fn fits(memory: &Recalled, issue: usize) -> bool {
    const ARCS: [&str; 4] = [" promised ", " made a bet", " bet that ", " looked up "];
    let Some(Kept::Note(text)) = take(memory) else { return false };
    !ARCS.iter().any(|word| text.contains(word)) && read(&text).iter().any(|part| part.issue == issue)
}
