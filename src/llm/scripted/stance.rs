//! Where a bot stands on an issue: by temperament at first, then by what it said, kept and heard.

use super::draw::{hash, mix};
use super::issues::{self, Part, Side, What};
use super::view::View;
use crate::domain::MemoryKind;

/// A side and how firmly it is held, 0–100.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Stance {
    pub side: Side,
    pub firm: u32,
    /// Whether the bot has said so within what it remembers.
    pub said: bool,
}

/// The side that a post's parts take on `issue`: the last word counts.
pub(super) fn taken(parts: &[Part], issue: usize) -> Option<Side> {
    parts.iter().rev().filter(|part| part.issue == issue && !part.asked).find_map(|part| match part.what {
        What::Stand(side) | What::Reason(side, _) => Some(side),
        _ => None,
    })
}

/// The side that `text` takes on `issue`.
fn taken_in(text: &str, issue: usize) -> Option<Side> {
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

/// Where the bot stands on `issue`.
pub(super) fn of(view: &View<'_>, issue: usize) -> Stance {
    let leaning = mix(hash(view.me()) ^ hash(issues::issue(issue).topic));
    let behavior = &view.persona.config.behavior;
    let mut firm = 24 + u32::from(behavior.leadership_tendency) / 4 + u32::from(behavior.aggression) / 6;
    if issues::issue(issue).at.is_some_and(|topic| view.persona.likes(topic)) {
        firm += 16;
    }
    for post in &view.scene.own_posts {
        if let Some(side) = taken_in(&post.content, issue) {
            return Stance { side, firm: firm.min(100), said: true };
        }
    }
    for memory in view.scene.memories.iter().filter(|memory| memory.kind == MemoryKind::Opinion) {
        if let Some(side) = taken_in(&memory.text, issue) {
            return Stance { side, firm: firm.min(100), said: true };
        }
    }
    let side = if leaning % 100 < 50 { Side::For } else { Side::Against };
    Stance { side, firm: firm.min(100), said: false }
}
