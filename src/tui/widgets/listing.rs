//! A list that answers: filtered by words, ordered by one of its columns, moved in, and still on the same line when it
//! is read anew. What a line is, it is told by [`ListLine`].
//!
//! Three lists answer the same keys with code of their own, for what they hold is not read whole: the bots are ordered by
//! figures of a period that lie outside their rows, the activity takes one act at a time at the top of many thousands, and
//! the forum's threads are filtered and ordered by the engine, page by page.

use std::cmp::Ordering;

use ratatui::layout::Rect;

use super::{Scroll, Window};
use crate::domain::text::folded;
use crate::tui::action::Act;

/// What stands on a line of a list.
pub trait ListLine {
    /// What the lines can be ordered by; the first is the order in which they are read.
    const COLUMNS: &'static [&'static str];

    /// Whether two readings are of the same thing.
    fn is_same(&self, other: &Self) -> bool;

    /// Whether it holds these words, given in small letters.
    fn holds(&self, words: &str) -> bool;

    /// Whether its name begins with these words, given in small letters, where it has one.
    fn begins(&self, _words: &str) -> bool {
        false
    }

    /// Which of two comes first by one of the columns but the first.
    fn compare(&self, other: &Self, column: usize) -> Ordering;
}

/// The list.
#[derive(Clone, Debug)]
pub struct Listing<T> {
    rows: Vec<T>,
    /// The lines that are shown, in their order.
    shown: Vec<usize>,
    words: String,
    column: usize,
    turned: bool,
    /// The selected line.
    pub scroll: Scroll,
}

impl<T> Default for Listing<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            shown: Vec::new(),
            words: String::new(),
            column: 0,
            turned: false,
            scroll: Scroll::default(),
        }
    }
}

impl<T: ListLine> Listing<T> {
    /// Puts in what was read; the selection stays on the same thing, else on the same line.
    pub fn set(&mut self, rows: Vec<T>) {
        let before = std::mem::replace(&mut self.rows, rows);
        let kept = self.shown.get(self.scroll.selected).and_then(|at| before.get(*at));
        self.rebuild();
        let place = kept.and_then(|kept| self.shown.iter().position(|at| self.rows[*at].is_same(kept)));
        self.scroll.selected = place.unwrap_or(self.scroll.selected).min(self.len().saturating_sub(1));
    }

    /// Empties it; how it is filtered and ordered stays.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.shown.clear();
        self.scroll = Scroll::default();
    }

    fn rebuild(&mut self) {
        let words = folded(&self.words);
        let rows = &self.rows;
        let holds = |at: &usize| words.is_empty() || rows[*at].holds(&words);
        let mut shown: Vec<usize> = (0..rows.len()).filter(holds).collect();
        if self.column > 0 {
            shown.sort_by(|a, b| rows[*a].compare(&rows[*b], self.column));
        }
        if self.turned {
            shown.reverse();
        }
        self.shown = shown;
    }

    /// Does something to the order, and stays on the line that is selected.
    fn reorder(&mut self, change: impl FnOnce(&mut Self)) {
        let kept = self.shown.get(self.scroll.selected).copied();
        change(self);
        self.rebuild();
        let place = kept.and_then(|kept| self.shown.iter().position(|at| *at == kept));
        self.scroll.selected = place.unwrap_or(0);
    }

    /// Shows only lines that hold these words.
    pub fn set_filter(&mut self, words: &str) {
        self.reorder(|list| words.clone_into(&mut list.words));
    }

    /// The words that lines must hold.
    #[must_use]
    pub fn filter(&self) -> &str {
        &self.words
    }

    /// Whether the lines stand as they were read.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        self.column == 0 && !self.turned
    }

    /// By which column, and that it is turned round; nothing where the lines stand as they were read.
    #[must_use]
    pub fn order(&self) -> Option<(&'static str, bool)> {
        (!self.is_plain()).then(|| (T::COLUMNS[self.column], self.turned))
    }

    /// A title with the words that lines must hold: `6 Log /ada`.
    #[must_use]
    pub fn titled(&self, title: &str) -> String {
        if self.words.is_empty() { title.to_owned() } else { format!("{title} /{}", self.words) }
    }

    /// The filter and the order in a few words: `with “ada” · by kind, turned round`.
    #[must_use]
    pub fn told(&self) -> String {
        let words = (!self.words.is_empty()).then(|| format!("with “{}”", self.words));
        let order = self.order().map(|(column, turned)| {
            if turned { format!("by {column}, turned round") } else { format!("by {column}") }
        });
        words.into_iter().chain(order).collect::<Vec<_>>().join(" · ")
    }

    /// Moves, or orders by the next column or the other way round; whether the action meant that.
    pub fn act(&mut self, act: Act) -> bool {
        match act {
            Act::OrderNext => self.reorder(|list| {
                list.column = (list.column + 1) % T::COLUMNS.len();
                list.turned = false;
            }),
            Act::OrderTurn => self.reorder(|list| list.turned = !list.turned),
            _ => return self.scroll.act(act, self.shown.len()),
        }
        true
    }

    /// Orders by a column that was pointed at; pointed at again, the other way round.
    pub fn order_by(&mut self, column: usize) {
        self.reorder(|list| {
            list.turned = list.column == column && !list.turned;
            list.column = column;
        });
    }

    /// The first line whose name begins so, else the first that holds these words.
    #[must_use]
    pub fn find(&self, words: &str) -> Option<usize> {
        let words = folded(words);
        self.iter()
            .position(|row| row.begins(&words))
            .or_else(|| self.iter().position(|row| row.holds(&words)))
    }

    /// Lets go of the filter, then of the order; whether there was one.
    pub fn back(&mut self) -> bool {
        if self.words.is_empty() && self.is_plain() {
            return false;
        }
        self.reorder(|list| {
            if list.words.is_empty() {
                (list.column, list.turned) = (0, false);
            }
            list.words.clear();
        });
        true
    }

    /// Lines shown.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether no line is shown.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// Whether there are lines at all, shown or not.
    #[must_use]
    pub const fn has_rows(&self) -> bool {
        !self.rows.is_empty()
    }

    /// A line that is shown.
    #[must_use]
    pub fn get(&self, line: usize) -> Option<&T> {
        self.rows.get(*self.shown.get(line)?)
    }

    /// The selected line.
    #[must_use]
    pub fn selected(&self) -> Option<&T> {
        self.get(self.scroll.selected)
    }

    /// The lines that are shown, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.shown.iter().map(|at| &self.rows[*at])
    }

    /// Everything that was read, shown or not.
    pub fn rows(&self) -> impl Iterator<Item = &T> {
        self.rows.iter()
    }

    /// Everything that was read.
    pub fn rows_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.rows.iter_mut()
    }

    /// Selects the first line of which this is true, letting go of a filter that hides it; whether there is one.
    pub fn select(&mut self, is: impl Fn(&T) -> bool) -> bool {
        if !self.iter().any(&is) && self.rows.iter().any(&is) {
            self.set_filter("");
        }
        let place = self.iter().position(is);
        self.scroll.selected = place.unwrap_or(self.scroll.selected);
        place.is_some()
    }

    /// The part of it to show there, where a line takes `high` rows.
    #[must_use]
    pub fn window(&self, area: Rect, high: u16) -> Window {
        self.scroll.window(self.shown.len(), area, high)
    }

    /// Selects the line shown at a row of the screen; whether there is one.
    pub fn click(&mut self, y: u16) -> bool {
        self.scroll.click(y, self.shown.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl ListLine for (i64, &str) {
        const COLUMNS: &'static [&'static str] = &["as they came", "word"];

        fn is_same(&self, other: &Self) -> bool {
            self.0 == other.0
        }

        fn holds(&self, words: &str) -> bool {
            self.1.contains(words)
        }

        fn compare(&self, other: &Self, _column: usize) -> Ordering {
            self.1.cmp(other.1)
        }
    }

    fn words(list: &Listing<(i64, &'static str)>) -> Vec<&'static str> {
        list.iter().map(|row| row.1).collect()
    }

    #[test]
    fn the_selection_stays_on_its_line_in_every_order() {
        let mut list = Listing::default();
        list.set(vec![(1, "pear"), (2, "apple"), (3, "plum")]);
        assert!(list.act(Act::Down) && list.selected() == Some(&(2, "apple")));
        assert!(list.act(Act::OrderNext));
        assert_eq!(words(&list), ["apple", "pear", "plum"]);
        assert_eq!((list.selected(), list.told()), (Some(&(2, "apple")), "by word".into()));
        list.act(Act::OrderTurn);
        assert_eq!((words(&list)[0], list.told()), ("plum", "by word, turned round".into()));
        // Read anew, with one more before it.
        list.set(vec![(9, "fig"), (1, "pear"), (2, "apple"), (3, "plum")]);
        assert_eq!(
            (words(&list), list.selected()),
            (vec!["plum", "pear", "fig", "apple"], Some(&(2, "apple")))
        );
        list.set_filter("P");
        assert_eq!(words(&list), ["plum", "pear", "apple"]);
        assert!(list.select(|row| row.0 == 9) && list.filter().is_empty());
        assert!(list.back() && list.is_plain() && !list.back());
    }
}
