//! The reason behind an act, as lines that fold.

use std::collections::BTreeSet;

use super::verdict;
use crate::domain::ActivityKind;
use crate::protocol::{ActivityView, Exchange, PromptSection, RecalledMemory, WhyView};
use crate::tui::widgets::Scroll;
use crate::tui::widgets::text::wrap;

/// Below an answer that gives no reason.
const NO_WORDS: &str =
    "(It gives no reason of its own, and what a model thinks before it answers is not kept.)";
/// Lines shown of one text.
const LINES_MAX: usize = 400;

/// What can be unfolded.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The recalled memories.
    Memories,
    /// A section of the prompt.
    Section(usize),
    /// An exchange with a model.
    Exchange(usize),
}

/// A line of the page.
#[derive(Clone, Debug, PartialEq)]
pub enum WhyLine<'a> {
    /// Heading of a part.
    Head(Part),
    /// A section's, an answer's or a memory's text.
    Text(String),
    /// A recalled memory.
    Memory(&'a RecalledMemory),
    /// Nothing.
    Gap,
}

/// The page's state.
#[derive(Clone, Debug, Default)]
pub struct Why {
    /// The act asked for.
    pub wanted: Option<i64>,
    /// The reason, once read.
    pub view: Option<WhyView>,
    /// What it rests on, in a few lines.
    pub verdict: Vec<String>,
    /// Acts of the bot, newest first.
    acts: Vec<i64>,
    /// Whether those before what happened since were read.
    acts_read: bool,
    /// Which way a person goes once they are.
    steps: Option<bool>,
    /// What is unfolded.
    open: BTreeSet<Part>,
    /// The selected line.
    pub scroll: Scroll,
    /// Why it cannot be told.
    pub missing: Option<String>,
}

impl Why {
    /// Shows the reason of another act.
    pub fn ask(&mut self, id: i64) {
        if self.wanted != Some(id) {
            self.wanted = Some(id);
            self.view = None;
            self.missing = None;
            self.scroll.selected = 0;
        }
    }

    /// Takes in a reason. The memories and the last answer are unfolded; what a person unfolded or folded stays so
    /// where the same is read anew.
    pub fn load(&mut self, view: WhyView) {
        let again = self.view.as_ref().is_some_and(|before| before.activity.id == view.activity.id);
        if !again {
            let last = view.exchanges.iter().rposition(verdict::is_act).map(Part::Exchange);
            self.open = std::iter::once(Part::Memories).chain(last).collect();
        }
        self.verdict = verdict::verdict(&view);
        self.view = Some(view);
    }

    /// Takes in the bot's acts; the one whose reason is to be shown now, if it is another.
    pub fn load_acts(&mut self, acts: &[ActivityView]) -> Option<i64> {
        self.acts = acts.iter().map(|act| act.id).collect();
        self.acts_read = true;
        if let Some(next) = self.steps.take().and_then(|older| self.neighbour(older)) {
            return Some(next);
        }
        let thought = |act: &&ActivityView| is_thought(ActivityKind::of(&act.action_type));
        self.wanted.is_none().then(|| acts.iter().find(thought).map(|act| act.id)).flatten()
    }

    /// Keeps a step to the act before (`older`) or after until the acts are read; whether it has to wait for that.
    pub fn steps_later(&mut self, older: bool) -> bool {
        let later = !self.acts_read && self.wanted.is_some();
        self.steps = later.then_some(older);
        later
    }

    /// Whether a step waits for the acts.
    #[must_use]
    pub const fn steps(&self) -> bool {
        self.steps.is_some()
    }

    /// The act before (`older`) or after the shown one.
    #[must_use]
    pub fn neighbour(&self, older: bool) -> Option<i64> {
        // The acts are the selected bot's; a reason of somebody else has no place among them.
        let wanted = self.wanted.filter(|id| self.acts.contains(id))?;
        if older {
            self.acts.iter().copied().filter(|id| *id < wanted).max()
        } else {
            self.acts.iter().copied().filter(|id| *id > wanted).min()
        }
    }

    /// Whether a part is unfolded.
    #[must_use]
    pub fn is_open(&self, part: Part) -> bool {
        self.open.contains(&part)
    }

    /// Folds or unfolds the part the selected line belongs to.
    pub fn toggle(&mut self) {
        let lines = self.lines();
        let part =
            lines.iter().take(self.scroll.selected + 1).enumerate().rev().find_map(|(at, line)| match line {
                WhyLine::Head(part) => Some((at, *part)),
                _ => None,
            });
        if let Some((at, part)) = part {
            if !self.open.remove(&part) {
                self.open.insert(part);
            }
            self.scroll.selected = at;
        }
    }

    /// The lines of the page, as wide as they were shown last.
    #[must_use]
    pub fn lines(&self) -> Vec<WhyLine<'_>> {
        self.lines_of(self.scroll.width())
    }

    /// The lines of the page, where each has so many cells.
    #[must_use]
    pub fn lines_of(&self, width: u16) -> Vec<WhyLine<'_>> {
        let Some(view) = &self.view else { return Vec::new() };
        let cells = match width {
            0 => 80,
            width => width.saturating_sub(2).max(10),
        };
        let wrapped = |text: &str| wrap(text, cells, LINES_MAX, "…").into_iter().map(WhyLine::Text);
        let mut lines = Vec::new();
        for (at, exchange) in view.exchanges.iter().enumerate() {
            lines.push(WhyLine::Head(Part::Exchange(at)));
            if self.is_open(Part::Exchange(at)) {
                if let Some(error) = &exchange.error {
                    lines.extend(wrapped(error));
                }
                lines.extend(wrapped(&exchange.answer));
                if exchange.error.is_none()
                    && verdict::is_act(exchange)
                    && verdict::own_words(exchange).is_none()
                {
                    lines.extend(wrapped(NO_WORDS));
                }
                lines.push(WhyLine::Gap);
            }
        }
        lines.push(WhyLine::Head(Part::Memories));
        if self.is_open(Part::Memories) {
            for memory in &view.memories {
                lines.push(WhyLine::Memory(memory));
                lines.extend(wrapped(&memory.text));
            }
            lines.push(WhyLine::Gap);
        }
        for (at, section) in view.sections.iter().enumerate() {
            lines.push(WhyLine::Head(Part::Section(at)));
            if self.is_open(Part::Section(at)) {
                lines.extend(wrapped(&section.text));
                let left_out = section.notes.iter().filter(|note| note.fate != "cut");
                lines.extend(left_out.map(|note| {
                    let why = if note.fate == "too_large" { "too large" } else { "no room" };
                    WhyLine::Text(format!("left out: {}, {why} ({} tok)", note.id, note.tokens))
                }));
                lines.push(WhyLine::Gap);
            }
        }
        lines
    }

    /// An act happened; whether it is the first one there is to show.
    pub fn acted(&mut self, id: i64) -> bool {
        if self.acts.first().is_none_or(|newest| *newest < id) {
            self.acts.insert(0, id);
        }
        self.wanted.is_none()
    }

    /// A section of the prompt.
    #[must_use]
    pub fn section(&self, at: usize) -> Option<&PromptSection> {
        self.view.as_ref()?.sections.get(at)
    }

    /// An exchange.
    #[must_use]
    pub fn exchange(&self, at: usize) -> Option<&Exchange> {
        self.view.as_ref()?.exchanges.get(at)
    }
}

/// Whether there can be a reason for an act of this kind.
#[must_use]
pub const fn is_thought(kind: Option<ActivityKind>) -> bool {
    !matches!(kind, Some(ActivityKind::ConfigUpdated | ActivityKind::EventInjected))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_unfolded_stays_so_where_the_same_is_read_anew() {
        let (mut why, view) = (Why::default(), crate::tui::tests::fixture::why());
        why.load(view.clone());
        why.open.insert(Part::Section(0));
        why.open.remove(&Part::Memories);
        why.load(view.clone());
        assert!(why.is_open(Part::Section(0)) && !why.is_open(Part::Memories));
        let other = ActivityView { id: view.activity.id + 1, ..view.activity.clone() };
        why.load(WhyView { activity: other, ..view });
        assert!(!why.is_open(Part::Section(0)) && why.is_open(Part::Memories));
    }
}
