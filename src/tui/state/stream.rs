//! The activity stream: the newest acts first, frozen while a person reads further down.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;

use serde_json::Value;

use crate::domain::activity::Told;
use crate::domain::text::folded;
use crate::domain::{ActivityKind, Money, Stamp, text};
use crate::protocol::{ActivityView, Event};
use crate::tui::action::Act;
use crate::tui::widgets::Scroll;

/// Rows kept while the stream runs.
const KEEP: usize = 2_000;
/// Rows that one reading surely holds.
const PAGE: i64 = 150;
/// Rows kept at most, while older ones are read.
const KEEP_READING: usize = 20_000;
/// Live text kept of a bot that thinks, in characters.
const THOUGHT_KEEP: usize = 2_000;

/// One act, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Activity id.
    pub seq: i64,
    /// Actor.
    pub bot_id: String,
    /// Its name then.
    pub bot_name: String,
    /// When.
    pub at: Stamp,
    /// What happened.
    pub told: Told,
    /// Tokens of all calls.
    pub tokens: i64,
    /// Cost of all calls.
    pub cost: Money,
}

impl Row {
    fn new(
        seq: i64,
        bot: (&str, &str),
        action: &str,
        details: &Value,
        at: Stamp,
        spent: (i64, Money),
    ) -> Self {
        Self {
            seq,
            bot_id: text::clean_line(bot.0, 64),
            bot_name: text::clean_line(bot.1, 60),
            at,
            told: Told::of(action, details),
            tokens: spent.0,
            cost: spent.1,
        }
    }

    /// From a row of the store.
    #[must_use]
    pub fn of_activity(row: &ActivityView) -> Self {
        let spent = (row.tokens_used, row.cost_usd);
        Self::new(row.id, (&row.bot_id, &row.bot_name), &row.action_type, &row.details, row.created_at, spent)
    }

    /// From an event on the bus, if it is an act.
    #[must_use]
    pub fn of_event(event: &Event) -> Option<Self> {
        let act = event.notice.activity()?;
        let spent = (act.tokens_used, act.cost_usd);
        let actor = (act.bot_id, act.bot_name);
        Some(Self::new(event.seq, actor, act.action, act.details, event.timestamp, spent))
    }
}

/// What the stream is filtered by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamFilter {
    /// Only this actor.
    pub bot: Option<String>,
    /// Only this kind.
    pub kind: Option<ActivityKind>,
    /// Only lines that contain this, lower case.
    pub text: String,
    /// Threads whose titles contain it: a line shows the title of its thread.
    pub threads: BTreeSet<i64>,
}

impl StreamFilter {
    /// Whether nothing is filtered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bot.is_none() && self.kind.is_none() && self.text.is_empty()
    }

    fn passes(&self, row: &Row) -> bool {
        self.bot.as_ref().is_none_or(|bot| *bot == row.bot_id)
            && self.kind.is_none_or(|kind| row.told.is(kind))
            && (self.text.is_empty()
                || row.told.thread.is_some_and(|thread| self.threads.contains(&thread))
                || [&row.bot_name, &row.told.word, &row.told.about, &row.told.quote]
                    .into_iter()
                    .any(|field| folded(field).contains(&self.text)))
    }
}

/// The stream.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    /// Newest first.
    rows: VecDeque<Row>,
    /// Places of the rows that pass the filter, newest first; counted from the oldest row, so that
    /// new rows move nothing.
    shown: VecDeque<usize>,
    filter: StreamFilter,
    /// Rows dropped at the old end, ever: the base of `shown`'s counting.
    dropped: usize,
    /// Newest row a person has seen, while frozen.
    frozen: Option<i64>,
    /// Rows that arrived since then and pass the filter.
    pub fresh: usize,
    /// The selected line of what is shown.
    pub scroll: Scroll,
    /// Live text of bots that think.
    pub thoughts: BTreeMap<String, String>,
    /// The models that chose the acts.
    pub models: super::models::Models,
    /// Whether there are older rows in the store.
    pub more: bool,
    /// Whether a page of older rows is on its way.
    pub loading: bool,
    /// Whether it was read at all.
    pub loaded: bool,
    drawn: Vec<(usize, Range<u16>)>,
}

/// What a frame shows of the stream.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// Its lines, with the rows of the screen that each takes.
    pub lines: Vec<(usize, Range<u16>)>,
    /// The acts that there was room to tell the model of, and whose model is not known.
    pub without_model: Vec<i64>,
}

impl Stream {
    fn row_at(&self, place: usize) -> Option<&Row> {
        // `place` counts from the oldest row ever kept.
        let from_old = place.checked_sub(self.dropped)?;
        self.rows.len().checked_sub(from_old + 1).and_then(|at| self.rows.get(at))
    }

    /// The newest rows held, whatever the filter shows.
    pub fn newest_rows(&self, most: usize) -> impl Iterator<Item = &Row> {
        self.rows.iter().take(most)
    }

    /// Newest activity id held.
    #[must_use]
    pub fn newest(&self) -> i64 {
        self.rows.front().map_or(0, |row| row.seq)
    }

    /// The newest act held of a bot that there can be a reason for.
    #[must_use]
    pub fn newest_of(&self, bot: &str) -> Option<i64> {
        let thought = |row: &&Row| row.bot_id == bot && super::why::is_thought(row.told.kind);
        self.rows.iter().find(thought).map(|row| row.seq)
    }

    /// When the newest activity held happened.
    #[must_use]
    pub fn newest_at(&self) -> Option<Stamp> {
        self.rows.front().map(|row| row.at)
    }

    /// Oldest activity id held.
    #[must_use]
    pub fn oldest(&self) -> Option<i64> {
        self.rows.back().map(|row| row.seq)
    }

    /// Lines to show, without those that wait while frozen.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shown.len() - self.fresh.min(self.shown.len())
    }

    /// Whether there is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row at a line.
    #[must_use]
    pub fn line(&self, line: usize) -> Option<&Row> {
        self.shown.get(line + self.fresh).and_then(|place| self.row_at(*place))
    }

    /// The selected row.
    #[must_use]
    pub fn selected(&self) -> Option<&Row> {
        self.line(self.scroll.selected)
    }

    /// Whether new rows wait until a person returns to the top.
    #[must_use]
    pub const fn is_frozen(&self) -> bool {
        self.frozen.is_some()
    }

    /// What it is filtered by.
    #[must_use]
    pub const fn filter(&self) -> &StreamFilter {
        &self.filter
    }

    /// A thread is called so: what happens in it passes a filter by a part of that.
    pub fn titled(&mut self, thread: i64, title: &str) {
        if !self.filter.text.is_empty() && folded(title).contains(&self.filter.text) {
            self.filter.threads.insert(thread);
        }
    }

    /// Filters anew and returns to the newest row.
    pub fn set_filter(&mut self, filter: StreamFilter) {
        self.filter = filter;
        self.rebuild();
        self.unfreeze();
        self.scroll.selected = 0;
    }

    fn rebuild(&mut self) {
        let (dropped, len) = (self.dropped, self.rows.len());
        self.shown = self
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| self.filter.passes(row))
            .map(|(at, _)| dropped + len - 1 - at)
            .collect();
    }

    /// A new act at the top.
    pub fn push(&mut self, row: Row) {
        if row.told.kind.is_none_or(ActivityKind::is_beat) {
            self.thoughts.remove(&row.bot_id);
        }
        if row.seq <= self.newest() {
            return; // heard twice, as after a gap was read
        }
        let place = self.dropped + self.rows.len();
        let passes = self.filter.passes(&row);
        self.rows.push_front(row);
        if passes {
            self.shown.push_front(place);
            if self.is_frozen() {
                self.fresh += 1;
            }
        }
        let keep = if self.is_frozen() { KEEP_READING } else { KEEP };
        while self.rows.len() > keep {
            self.rows.pop_back();
            self.dropped += 1;
            self.more = true;
        }
        while self.shown.back().is_some_and(|place| *place < self.dropped) {
            self.shown.pop_back();
        }
    }

    /// A page of the store: newest first. Rows that are already here are passed over.
    pub fn load(&mut self, page: &[ActivityView], complete: bool) {
        let known = (self.oldest(), self.newest());
        let selected = self.selected().map(|row| row.seq);
        for row in page {
            if known.0.is_none_or(|oldest| row.id < oldest) && self.rows.len() < KEEP_READING {
                self.rows.push_back(Row::of_activity(row));
            }
        }
        // Newer rows than those held close a gap.
        for row in page.iter().rev().filter(|row| known.0.is_some() && row.id > known.1) {
            self.rows.push_front(Row::of_activity(row));
        }
        if complete {
            self.more = false;
        } else if known.0.is_none() {
            self.more = true;
        }
        self.loading = false;
        self.loaded = true;
        self.dropped = 0;
        self.rebuild();
        self.fresh = match self.frozen {
            Some(seen) => {
                self.shown.iter().filter(|p| self.row_at(**p).is_some_and(|r| r.seq > seen)).count()
            }
            None => 0,
        };
        if let Some(seq) = selected {
            self.select(seq);
        }
    }

    /// Selects an act; whether it is shown.
    pub fn select(&mut self, seq: i64) -> bool {
        let found = (0..self.len()).find(|line| self.line(*line).is_some_and(|row| row.seq == seq));
        if let Some(line) = found {
            self.scroll.selected = line;
        }
        found.is_some()
    }

    /// Shows the stream as it was when `seq` was the newest; what is needed for that and not here is read.
    pub fn be_at(&mut self, seq: i64) {
        self.unfreeze();
        self.scroll.selected = 0;
        if !(self.newest()..self.newest() + PAGE).contains(&seq) && seq >= self.newest() {
            self.rows.clear(); // what lies between is not known
        }
        while self.rows.front().is_some_and(|row| row.seq > seq) {
            self.rows.pop_front();
        }
        self.dropped = 0;
        self.rebuild();
    }

    /// Live text of a bot that thinks.
    pub fn thought(&mut self, bot: &str, piece: &str) {
        let thought = self.thoughts.entry(bot.to_owned()).or_default();
        thought.push_str(&text::clean(piece, THOUGHT_KEEP));
        if thought.len() > THOUGHT_KEEP {
            let mut cut = thought.len() - THOUGHT_KEEP;
            while !thought.is_char_boundary(cut) {
                cut += 1;
            }
            thought.drain(..cut);
        }
    }

    /// Moves; scrolling away from the top freezes, returning to it runs again.
    pub fn act(&mut self, act: Act) -> bool {
        let len = self.len();
        if !self.scroll.act(act, len) {
            return false;
        }
        if self.scroll.selected == 0 {
            self.unfreeze();
        } else if self.frozen.is_none() {
            self.frozen = Some(self.newest());
        }
        true
    }

    /// Freezes where a click selected.
    pub fn freeze(&mut self) {
        if self.scroll.selected > 0 && self.frozen.is_none() {
            self.frozen = Some(self.newest());
        }
    }

    /// Runs again from the newest row.
    pub fn unfreeze(&mut self) {
        self.frozen = None;
        self.fresh = 0;
    }

    /// This is on the screen now.
    pub fn drew(&mut self, shown: Shown) {
        self.drawn = shown.lines;
        self.models.lacks(shown.without_model);
    }

    /// The line whose act is shown at a row of the screen.
    #[must_use]
    pub fn line_at(&self, y: u16) -> Option<usize> {
        self.drawn.iter().find(|(line, rows)| rows.contains(&y) && *line < self.len()).map(|(line, _)| *line)
    }

    /// Whether the end of what is held is near, and older rows should be read.
    #[must_use]
    pub fn wants_more(&self) -> bool {
        self.more
            && !self.loading
            && self.scroll.selected + 2 * self.scroll.page() >= self.len()
            && self.rows.len() < KEEP_READING
    }
}
