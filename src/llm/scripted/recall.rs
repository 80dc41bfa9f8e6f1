//! Referring back: one sentence that brings a memory into a post.

use super::bank::{self, Kind};
use super::draw::Draw;
use super::frames;
use super::grammar::{Slots, bare, capital, fill, first_sentence, length, within};
use super::view::View;
use crate::domain::MemoryKind;
use crate::domain::scene::{FeedThread, Recalled};

/// What a memory holds, taken apart.
enum Kept<'a> {
    /// Something looked up: its title, and what it says.
    Reference(&'a str, String),
    /// What somebody said.
    Heard(&'a str, &'a str),
    /// A thread the bot spoke in: whom it told (empty for the room), and the title.
    Spoken(&'a str, &'a str),
    /// A view on a topic.
    View(&'a str, &'a str),
    /// A summary of longer ago: who said something then, and what.
    Old(&'a str, &'a str),
    /// Something a person pinned or wrote.
    Note(String),
}

/// A sentence about a memory that fits what is talked about: `topic` in `thread`, with the actor
/// `about` (id and name). `None` when nothing fits, or when it has just been said.
pub(super) fn sentence(
    view: &View<'_>,
    about: (&str, &str),
    topic: Option<usize>,
    thread: &FeedThread,
    draw: &mut Draw,
) -> Option<String> {
    let mut fitting: Vec<&Recalled> = Vec::new();
    for memory in view.scene.memories.iter() {
        if memory.kind == MemoryKind::Relationship {
            if memory.key == about.0 && !about.1.is_empty() && draw.chance(30) {
                return Some(between(view, about, draw));
            }
        } else if fits(view, memory, about.1, topic, thread) {
            fitting.push(memory);
        }
    }
    fitting.truncate(4);
    if fitting.is_empty() { None } else { tell(draw.pick(&fitting), about.1, draw) }
}

/// A looked-up fact that the bot has not cited lately.
pub(super) fn looked_up<'a>(view: &View<'a>) -> Option<&'a Recalled> {
    view.scene.memories.iter().find(|memory| {
        matches!(take(memory), Some(Kept::Reference(title, _)) if !view.said(title) && !view.said(&within(title)))
    })
}

/// The memory as a sentence of the bot's, to `name`; `None` when it cannot be told.
pub(super) fn tell(memory: &Recalled, name: &str, draw: &mut Draw) -> Option<String> {
    let kept = take(memory)?;
    let (list, topic, other, matter) = match &kept {
        Kept::Reference(title, text) => (frames::LOOKED_UP, within(title), "", capital(text)),
        Kept::Heard(who, text) if *who == name => {
            (frames::HEARD_FROM_YOU, String::new(), "", (*text).to_owned())
        }
        Kept::Heard(who, text) => (frames::HEARD, String::new(), *who, (*text).to_owned()),
        Kept::Spoken("", title) => (frames::EARLIER, String::new(), "", (*title).to_owned()),
        Kept::Spoken(who, title) => (frames::SPOKEN, String::new(), *who, (*title).to_owned()),
        Kept::View(topic, text) => (frames::STILL_HOLD, (*topic).replace('-', " "), "", (*text).to_owned()),
        Kept::Old(who, text) => (frames::LONG_AGO, String::new(), *who, (*text).to_owned()),
        Kept::Note(text) => (frames::LEARNED, String::new(), "", text.clone()),
    };
    let slots = Slots { name, topic: &topic, other, matter: bare(&matter), ..Slots::default() };
    let start = draw.turn(list.len(), 131);
    let frame =
        (0..list.len()).map(|step| list[(start + step) % list.len()]).find(|frame| slots.fit(frame))?;
    let mut out = String::new();
    fill(&mut out, frame, &slots, draw);
    Some(out)
}

/// How the bot stands with somebody it answers.
fn between(view: &View<'_>, about: (&str, &str), draw: &mut Draw) -> String {
    let list = match view.sentiment(about.0) {
        s if s > 0.25 => frames::WARM,
        s if s < -0.2 => frames::COOL,
        _ => frames::NEUTRAL,
    };
    let mut out = String::new();
    fill(&mut out, draw.next(list, 132), &Slots { name: about.1, ..Slots::default() }, draw);
    out
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
        MemoryKind::Fact => heard(text)
            .map_or_else(|| note(text), |(who, said)| (who != "System").then_some(Kept::Heard(who, said))),
        MemoryKind::Moment => {
            let rest = text.strip_prefix("In “").or_else(|| text.strip_prefix("I opened “"))?;
            let (title, after) = rest.split_once('”')?;
            let who = after
                .strip_prefix(" I told ")
                .and_then(|rest| rest.split_once(':'))
                .map_or("", |(who, _)| who);
            let who = if who == "System" { "" } else { who };
            (!title.contains(['“', '…']) && !title.is_empty()).then_some(Kept::Spoken(who, title))
        }
        MemoryKind::Opinion => {
            (is_line(text) && !memory.key.trim().is_empty()).then_some(Kept::View(memory.key.trim(), text))
        }
        MemoryKind::Cold | MemoryKind::Era => {
            let (before, _) = text.split_once(" said: “")?;
            let from = before.rfind([' ', '\n']).map_or(0, |at| at + 1);
            let (who, said) = heard(&text[from..])?;
            (who != "System").then_some(Kept::Old(who, said))
        }
        MemoryKind::Relationship | MemoryKind::Interest => None,
    }
}

/// `Name said: “…”`, when what was said is whole and worth repeating.
fn heard(text: &str) -> Option<(&str, &str)> {
    let (who, rest) = text.split_once(" said: “")?;
    let (said, _) = rest.split_once('”')?;
    let whole = !said.contains(['“', '…']) && said.ends_with('.') && length(said) <= 30;
    (whole && is_line(said) && !who.contains(' ')).then_some((who, said))
}

/// A note in a person's words.
fn note(text: &str) -> Option<Kept<'_>> {
    let first = first_sentence(text, 30);
    (!text.contains(['“', '…', '”']) && length(&first) > 2).then(|| Kept::Note(within(&first)))
}

/// Whether `text` says something of substance, rather than turning to somebody.
fn is_line(text: &str) -> bool {
    let mut said = Vec::new();
    bank::recognise(text, &mut said);
    !said.is_empty()
}

fn is_reference(memory: &Recalled) -> bool {
    matches!(memory.source.as_str(), "wikipedia" | "offline" | "web_search" | "search")
}

fn fits(view: &View<'_>, memory: &Recalled, name: &str, topic: Option<usize>, thread: &FeedThread) -> bool {
    let Some(kept) = take(memory) else { return false };
    let related = |text: &str| {
        let mut scores = Vec::new();
        bank::tally(text, 1, &mut scores);
        topic.is_some_and(|topic| scores.iter().any(|(other, _)| *other == topic))
    };
    let standing = |text: &str| {
        let probe = probe(text);
        view.said(probe)
            || thread.content.contains(probe)
            || thread.replies.iter().any(|reply| reply.content.contains(probe))
    };
    match &kept {
        Kept::Reference(title, text) => {
            (related(title) || related(text)) && !standing(title) && !standing(text)
        }
        Kept::Heard(_, text) | Kept::View(_, text) | Kept::Old(_, text) => {
            let mut said = Vec::new();
            bank::recognise(text, &mut said);
            let near = topic.is_some_and(|topic| {
                said.iter().any(|line| {
                    line.topic == topic || (line.kind == Kind::Say && bank::near(topic).contains(&line.topic))
                })
            });
            (near || memory.pinned) && !standing(text)
        }
        Kept::Spoken(who, title) => {
            *who != name && **title != *thread.title && related(title) && !standing(title)
        }
        Kept::Note(text) => (memory.pinned || memory.relevance >= 0.3) && !standing(text),
    }
}

/// The beginning of `text` by which it is known again; the first letter may have changed its case.
fn probe(text: &str) -> &str {
    let from = text.chars().next().map_or(0, char::len_utf8);
    let end = text.char_indices().nth(32).map_or(text.len(), |(at, _)| at);
    bare(&text[from.min(end)..end])
}
