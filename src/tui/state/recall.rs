//! A bot's memory as lines of a list, for the inspector's page.

use std::borrow::Cow;

use crate::domain::text::folded;
use crate::domain::{MemoryKind, Sentiment};
use crate::protocol::{ArchivedView, ColdView, WarmMemory};
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
    /// Whether it lies in the archive, where nothing is changed.
    pub archived: bool,
}

/// A part of the list.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// What is remembered, of one kind.
    Held(MemoryKind),
    /// Everything that is remembered, the newest first.
    All,
    /// What summaries stand for; `true` while there is more of it.
    Archive(bool),
}

impl Item {
    /// Whether it stands for other memories.
    #[must_use]
    pub const fn sums_up(&self) -> bool {
        matches!(self.kind, MemoryKind::Cold | MemoryKind::Era)
    }

    /// Whether it holds these words, given in small letters.
    #[must_use]
    pub fn holds(&self, words: &str) -> bool {
        [self.text.as_str(), &self.topic, &self.history, self.other.as_deref().unwrap_or_default()]
            .into_iter()
            .any(|text| folded(text).contains(words))
    }

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
pub enum RecallLine {
    /// The heading of a part, with how many there are.
    Heading(Part, usize),
    /// One thing remembered.
    Item(Item),
}

/// The page's state.
#[derive(Clone, Debug, Default)]
pub struct Recall {
    warm: Option<WarmMemory>,
    cold: Option<Vec<ColdView>>,
    archive: Vec<ArchivedView>,
    /// Whether the archive may hold more than was read.
    more: bool,
    /// Only what holds these words is shown, in small letters.
    words: String,
    /// Whether the newest stand first, whatever kind they are of.
    by_age: bool,
    /// The lines, headings between.
    pub lines: Vec<RecallLine>,
    /// The selected line.
    pub scroll: Scroll,
    /// Whether a person has chosen it: until then it is the first, whatever is read first.
    chosen: bool,
}

impl Recall {
    /// Whether it was read.
    #[must_use]
    pub const fn loaded(&self) -> bool {
        self.warm.is_some()
    }

    /// The words that are filtered by.
    #[must_use]
    pub fn filter(&self) -> &str {
        &self.words
    }

    /// Shows only what holds these words.
    pub fn set_filter(&mut self, words: &str) {
        self.words = folded(words);
        self.rebuild();
    }

    /// Orders the lines by their kind, or the newest first.
    pub fn reorder(&mut self) {
        self.by_age = !self.by_age;
        self.rebuild();
    }

    /// Whether the newest stand first.
    #[must_use]
    pub const fn is_by_age(&self) -> bool {
        self.by_age
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

    /// Takes in a page of the archive; `more` when it was full.
    pub fn load_archive(&mut self, page: Vec<ArchivedView>, from_the_newest: bool, more: bool) {
        if from_the_newest {
            self.archive.clear();
        }
        self.archive.extend(page);
        self.more = more;
        self.rebuild();
    }

    /// Lets the archive go that was read with other words.
    pub fn drop_archive(&mut self) {
        self.archive.clear();
        self.rebuild();
    }

    /// The id after which the archive goes on, when the last line is selected and there is more.
    #[must_use]
    pub fn wants_more(&self) -> Option<i64> {
        let at_the_end = self.scroll.selected + 1 >= self.lines.len();
        (at_the_end && self.more).then(|| self.archive.last().map(|last| last.id)).flatten()
    }

    /// How much of the archive was read.
    #[must_use]
    pub const fn archived(&self) -> usize {
        self.archive.len()
    }

    /// Drops one that was forgotten.
    pub fn forget(&mut self, id: i64) {
        self.archive.retain(|one| one.id != id && one.summary_id != id);
        self.lines.retain(|line| !matches!(line, RecallLine::Item(item) if item.id == id));
        self.settle(false);
    }

    fn is_item(&self, at: usize) -> bool {
        matches!(self.lines.get(at), Some(RecallLine::Item(_)))
    }

    /// Moves for a moving action, past headings; whether it was one.
    pub fn act(&mut self, act: Act) -> bool {
        if !self.scroll.act(act, self.lines.len()) {
            return false;
        }
        self.chosen = true;
        self.settle(matches!(act, Act::Up | Act::PageUp | Act::Bottom));
        true
    }

    /// Selects the memory shown at a row of the screen; whether there is one.
    pub fn click(&mut self, y: u16) -> bool {
        let before = self.scroll.selected;
        let hit = self.scroll.click(y, self.lines.len()) && self.is_item(self.scroll.selected);
        if !hit {
            self.scroll.selected = before;
        }
        self.chosen |= hit;
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
        let kept = self.selected().filter(|_| self.chosen).map(|item| (item.id, item.archived));
        if !self.chosen {
            self.scroll.selected = 0;
        }
        self.lines.clear();
        let mut kinds: Vec<(MemoryKind, Vec<Item>)> = Vec::new();
        if let Some(warm) = &self.warm {
            kinds.extend(warm_items(warm));
        }
        if let Some(cold) = &self.cold {
            let of = |era: bool| cold.iter().filter(move |one| one.era == era).map(cold_item).collect();
            kinds.extend([(MemoryKind::Cold, of(false)), (MemoryKind::Era, of(true))]);
        }
        let mut parts: Vec<(Part, Vec<Item>)> =
            kinds.into_iter().map(|(kind, items)| (Part::Held(kind), items)).collect();
        if self.by_age {
            let mut all: Vec<Item> = parts.drain(..).flat_map(|(_, items)| items).collect();
            all.sort_by(|a, b| b.date.cmp(&a.date).then(b.id.cmp(&a.id)));
            parts.push((Part::All, all));
        }
        if !self.archive.is_empty() {
            parts.push((Part::Archive(self.more), self.archive.iter().map(archived_item).collect()));
        }
        for (part, mut items) in parts {
            if !self.words.is_empty() {
                items.retain(|item| item.holds(&self.words));
                if items.is_empty() {
                    continue;
                }
            }
            self.lines.push(RecallLine::Heading(part, items.len()));
            self.lines.extend(items.into_iter().map(RecallLine::Item));
        }
        // What is new does not slide under the selection.
        let place = |kept| {
            let is = |line: &RecallLine| matches!(line, RecallLine::Item(item) if (item.id, item.archived) == kept);
            self.lines.iter().position(is)
        };
        if let Some(at) = kept.and_then(place) {
            self.scroll.selected = at;
        }
        self.settle(false);
    }

    /// The selected thing.
    #[must_use]
    pub fn selected(&self) -> Option<&Item> {
        match self.lines.get(self.scroll.selected) {
            Some(RecallLine::Item(item)) => Some(item),
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
        archived: false,
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
        archived: false,
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
        archived: false,
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
        archived: false,
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
        archived: false,
    });
    vec![
        (MemoryKind::Relationship, relationships.collect()),
        (MemoryKind::Opinion, opinions.collect()),
        (MemoryKind::Fact, facts.collect()),
        (MemoryKind::Interest, interests.collect()),
        (MemoryKind::Moment, moments.collect()),
    ]
}

/// A summary or an era as an item.
#[must_use]
pub fn cold_item(cold: &ColdView) -> Item {
    Item {
        id: cold.id,
        kind: if cold.era { MemoryKind::Era } else { MemoryKind::Cold },
        text: cold.summary.clone(),
        topic: String::new(),
        other: None,
        history: String::new(),
        note: counts(cold.facts_compressed, cold.memories_compressed),
        date: cold.period_end.clone(),
        activity_id: None,
        pinned: cold.pinned,
        archived: false,
    }
}

fn counts(facts: i64, moments: i64) -> String {
    format!("{facts} facts, {moments} moments")
}

/// Something in the archive as an item.
fn archived_item(one: &ArchivedView) -> Item {
    let sums_up = matches!(one.kind, MemoryKind::Cold | MemoryKind::Era);
    Item {
        id: one.id,
        kind: one.kind,
        text: one.text.clone(),
        topic: String::new(),
        other: None,
        history: String::new(),
        note: if sums_up {
            counts(one.facts_compressed, one.memories_compressed)
        } else {
            one.thread_id
                .filter(|_| one.source.is_empty())
                .map_or_else(|| one.source.clone(), |id| format!("#{id}"))
        },
        date: one.period_end.clone().unwrap_or_else(|| one.date.clone()),
        activity_id: one.activity_id.filter(|_| !sums_up),
        pinned: false,
        archived: true,
    }
}
