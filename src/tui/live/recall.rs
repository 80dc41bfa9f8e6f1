//! A bot's memory as lines of a list, for the inspector's page.

use std::borrow::Cow;

use crate::domain::{MemoryKind, Sentiment};
use crate::protocol::{ColdView, WarmMemory};
use crate::tui::action::Act;
use crate::tui::widgets::Scroll;

/// One thing remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Memory id.
    pub id: i64,
    /// What kind.
    pub kind: MemoryKind,
    /// What it says.
    pub text: String,
    /// What it is about, for opinions; no part of the text that is stored.
    pub topic: String,
    /// The other bot, for relationships.
    pub other: Option<String>,
    /// Dated events of a relationship, newest first, in one line.
    pub history: String,
    /// Where it stands: sentiment, confidence, source.
    pub note: String,
    /// `YYYY-MM-DD`.
    pub date: String,
    /// The act it comes from.
    pub activity_id: Option<i64>,
    /// Pinned by a person.
    pub pinned: bool,
}

impl Item {
    /// What it says, with what it is about.
    #[must_use]
    pub fn told(&self) -> Cow<'_, str> {
        if self.topic.is_empty() {
            Cow::Borrowed(&self.text)
        } else {
            Cow::Owned(format!("{}: {}", self.topic, self.text))
        }
    }
}

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// The heading of a kind, with how many there are.
    Heading(MemoryKind, usize),
    /// One thing remembered.
    Item(Item),
}

/// The page's state.
#[derive(Clone, Debug, Default)]
pub struct Recall {
    warm: Option<WarmMemory>,
    cold: Option<Vec<ColdView>>,
    /// The lines, headings between.
    pub lines: Vec<Line>,
    /// The selected line.
    pub scroll: Scroll,
}

impl Recall {
    /// Whether it was read.
    #[must_use]
    pub const fn loaded(&self) -> bool {
        self.warm.is_some()
    }

    /// Takes in warm memory.
    pub fn load_warm(&mut self, warm: WarmMemory) {
        self.warm = Some(warm);
        self.rebuild();
    }

    /// Takes in cold memory.
    pub fn load_cold(&mut self, cold: Vec<ColdView>) {
        self.cold = Some(cold);
        self.rebuild();
    }

    /// Drops one that was forgotten.
    pub fn forget(&mut self, id: i64) {
        self.lines.retain(|line| !matches!(line, Line::Item(item) if item.id == id));
        self.settle(false);
    }

    fn is_item(&self, at: usize) -> bool {
        matches!(self.lines.get(at), Some(Line::Item(_)))
    }

    /// Moves for a moving action, past headings; whether it was one.
    pub fn act(&mut self, act: Act) -> bool {
        if !self.scroll.act(act, self.lines.len()) {
            return false;
        }
        self.settle(matches!(act, Act::Up | Act::PageUp | Act::Bottom));
        true
    }

    /// Selects the memory at a row of the drawn list; whether there is one.
    pub fn click(&mut self, row: u16) -> bool {
        let before = self.scroll.selected;
        let hit = self.scroll.click(row, self.lines.len()) && self.is_item(self.scroll.selected);
        if !hit {
            self.scroll.selected = before;
        }
        hit
    }

    /// Moves from a heading to the next memory, backwards if that is where one came from.
    fn settle(&mut self, backwards: bool) {
        let (at, len) = (self.scroll.selected, self.lines.len());
        let after = (at..len).find(|at| self.is_item(*at));
        let before = (0..=at.min(len.saturating_sub(1))).rev().find(|at| self.is_item(*at));
        let found = if backwards { before.or(after) } else { after.or(before) };
        self.scroll.selected = found.unwrap_or(0);
    }

    fn rebuild(&mut self) {
        let kept = self.selected().map(|item| item.id);
        self.lines.clear();
        let mut kinds: Vec<(MemoryKind, Vec<Item>)> = Vec::new();
        if let Some(warm) = &self.warm {
            kinds.extend(warm_items(warm));
        }
        if let Some(cold) = &self.cold {
            kinds.push((MemoryKind::Cold, cold.iter().map(cold_item).collect()));
        }
        for (kind, items) in kinds {
            self.lines.push(Line::Heading(kind, items.len()));
            self.lines.extend(items.into_iter().map(Line::Item));
        }
        // What is new does not slide under the selection.
        let place = |id| self.lines.iter().position(|line| matches!(line, Line::Item(item) if item.id == id));
        if let Some(at) = kept.and_then(place) {
            self.scroll.selected = at;
        }
        self.settle(false);
    }

    /// The selected thing.
    #[must_use]
    pub fn selected(&self) -> Option<&Item> {
        match self.lines.get(self.scroll.selected) {
            Some(Line::Item(item)) => Some(item),
            _ => None,
        }
    }
}

const fn feeling(sentiment: Sentiment) -> &'static str {
    match sentiment {
        Sentiment::Friendly => "friendly",
        Sentiment::Neutral => "neutral",
        Sentiment::Rival => "rival",
        Sentiment::Curious => "curious",
    }
}

/// Warm memory by kind, newest first.
#[must_use]
pub fn warm_items(warm: &WarmMemory) -> Vec<(MemoryKind, Vec<Item>)> {
    let facts = warm.facts_learned.iter().rev().map(|f| Item {
        id: f.id,
        kind: MemoryKind::Fact,
        text: f.fact.clone(),
        topic: String::new(),
        other: None,
        history: String::new(),
        note: f.source.clone(),
        date: f.date.clone(),
        activity_id: f.activity_id,
        pinned: f.pinned,
    });
    let relationships = warm.relationships.iter().rev().map(|r| Item {
        id: r.id,
        kind: MemoryKind::Relationship,
        text: r.notes.clone(),
        topic: String::new(),
        other: Some(r.bot.clone()),
        history: r
            .history
            .iter()
            .rev()
            .map(|dated| format!("{}: {}", dated.date, dated.event))
            .collect::<Vec<_>>()
            .join("; "),
        note: format!("{} ×{}", feeling(r.sentiment), r.interaction_count),
        date: r.last_interaction.clone(),
        activity_id: r.activity_id,
        pinned: r.pinned,
    });
    let opinions = warm.opinions.iter().rev().map(|o| Item {
        id: o.id,
        kind: MemoryKind::Opinion,
        text: o.stance.clone(),
        topic: o.topic.clone(),
        other: None,
        history: String::new(),
        note: format!("{:.0} %", o.confidence * 100.0),
        date: o.date.clone(),
        activity_id: o.activity_id,
        pinned: o.pinned,
    });
    let interests = warm.interest_items.iter().rev().map(|i| Item {
        id: i.id,
        kind: MemoryKind::Interest,
        text: i.interest.clone(),
        topic: String::new(),
        other: None,
        history: String::new(),
        note: String::new(),
        date: i.date.clone(),
        activity_id: i.activity_id,
        pinned: i.pinned,
    });
    let moments = warm.memories.iter().rev().map(|m| Item {
        id: m.id,
        kind: MemoryKind::Moment,
        text: m.summary.clone(),
        topic: String::new(),
        other: None,
        history: String::new(),
        note: m.thread_id.map_or_else(String::new, |id| format!("#{id}")),
        date: m.date.clone(),
        activity_id: m.activity_id,
        pinned: m.pinned,
    });
    vec![
        (MemoryKind::Relationship, relationships.collect()),
        (MemoryKind::Opinion, opinions.collect()),
        (MemoryKind::Fact, facts.collect()),
        (MemoryKind::Interest, interests.collect()),
        (MemoryKind::Moment, moments.collect()),
    ]
}

/// A cold summary as an item.
#[must_use]
pub fn cold_item(cold: &ColdView) -> Item {
    Item {
        id: cold.id,
        kind: MemoryKind::Cold,
        text: cold.summary.clone(),
        topic: String::new(),
        other: None,
        history: String::new(),
        note: format!("{} facts, {} moments", cold.facts_compressed, cold.memories_compressed),
        date: cold.period_end.clone(),
        activity_id: None,
        pinned: cold.pinned,
    }
}
