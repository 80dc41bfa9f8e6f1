//! Referring back: one sentence that brings a memory into a post.

use super::draw::Draw;
use super::frames;
use super::grammar::{Slots, bare, fill, first_sentence, within};
use super::view::View;
use crate::domain::MemoryKind;
use crate::domain::scene::Recalled;

/// A sentence about a memory that fits: about `about` (an actor's id and name), or close to the
/// feed. `None` when none fits, or when the bot has just said it.
pub(super) fn sentence(view: &View<'_>, about: (&str, &str), near: &str, draw: &mut Draw) -> Option<String> {
    let fitting: Vec<&Recalled> = view
        .scene
        .memories
        .iter()
        .filter(|memory| fits(memory, about, near) && !worn(view, memory, near))
        .take(4)
        .collect();
    if fitting.is_empty() {
        return None;
    }
    Some(tell(draw.pick(&fitting), about.1, draw))
}

/// A looked-up fact that the bot has not cited lately.
pub(super) fn looked_up<'a>(view: &View<'a>) -> Option<&'a Recalled> {
    view.scene
        .memories
        .iter()
        .find(|memory| memory.kind == MemoryKind::Fact && is_reference(memory) && !worn(view, memory, ""))
}

/// The memory as a sentence of the bot's.
pub(super) fn tell(memory: &Recalled, name: &str, draw: &mut Draw) -> String {
    let text = first_sentence(&memory.text, 26);
    let matter = if quotes_itself(&text) { text } else { within(&text) };
    let key = memory.key.trim();
    let slots = Slots { name, topic: key, matter: bare(&matter), ..Slots::default() };
    let list = match memory.kind {
        MemoryKind::Fact if is_reference(memory) => frames::LOOKED_UP,
        MemoryKind::Opinion if !key.is_empty() => frames::STILL_HOLD,
        MemoryKind::Relationship => frames::BETWEEN_US,
        MemoryKind::Moment => frames::HAPPENED,
        MemoryKind::Cold => frames::LONG_AGO,
        _ => frames::LEARNED,
    };
    let start = draw.below(list.len());
    let frame = (0..list.len())
        .map(|step| list[(start + step) % list.len()])
        .find(|frame| slots.fit(frame))
        .unwrap_or("Something I kept: {m}.");
    let mut out = String::new();
    fill(&mut out, frame, &slots, draw);
    out
}

fn is_reference(memory: &Recalled) -> bool {
    matches!(memory.source.as_str(), "wikipedia" | "offline" | "web_search" | "search")
}

fn quotes_itself(text: &str) -> bool {
    text.starts_with(['“', '"'])
}

fn fits(memory: &Recalled, about: (&str, &str), near: &str) -> bool {
    if bare(&memory.text).split_whitespace().nth(2).is_none() {
        return false;
    }
    match memory.kind {
        MemoryKind::Relationship => {
            !about.0.is_empty() && (memory.key == about.0 || (!about.1.is_empty() && memory.key == about.1))
        }
        MemoryKind::Interest => false,
        MemoryKind::Opinion => near_enough(memory, near),
        MemoryKind::Moment | MemoryKind::Fact | MemoryKind::Cold => {
            memory.pinned || memory.relevance >= 0.3 || near_enough(memory, near)
        }
    }
}

/// Whether a word of substance in the memory's key stands in `near`.
fn near_enough(memory: &Recalled, near: &str) -> bool {
    let key = memory.key.trim();
    key.len() > 3 && near.contains(key)
}

/// Whether the bot has just said it, or the one it answers has.
fn worn(view: &View<'_>, memory: &Recalled, near: &str) -> bool {
    let text = within(&first_sentence(&memory.text, 26));
    let text = bare(&text);
    let end = text.char_indices().nth(32).map_or(text.len(), |(at, _)| at);
    // The first letter may have been put in upper case.
    let from = text.chars().next().map_or(0, char::len_utf8);
    let probe = &text[from.min(end)..end];
    probe.len() < 8 || view.said(probe) || near.contains(probe)
}
