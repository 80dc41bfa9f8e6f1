//! A list to choose one line from, with a few words about the selected one.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::answer::Then;
use super::window::window;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pen, Scroll, Window, scroll, text};

/// A line to choose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// What is chosen.
    pub title: String,
    /// At the right.
    pub note: String,
    /// About it, shown below while it is selected.
    pub about: String,
    /// Whether it is what holds now.
    pub current: bool,
}

/// A list.
#[derive(Debug)]
pub struct Choice {
    /// What is chosen.
    pub title: String,
    /// The lines.
    pub items: Vec<Item>,
    /// The selected one.
    pub scroll: Scroll,
    /// What a choice is for.
    pub then: Then,
    /// Something found out meanwhile, such as the outcome of a test.
    pub message: Option<String>,
}

impl Choice {
    /// A list with the line that holds now selected.
    #[must_use]
    pub fn new(title: impl Into<String>, items: Vec<Item>, then: Then) -> Self {
        let selected = items.iter().position(|item| item.current).unwrap_or(0);
        let scroll = Scroll::at(selected);
        Self { title: title.into(), items, scroll, then, message: None }
    }

    /// The window and the rows of the list in it.
    fn rects(&self, area: Rect) -> (u16, u16, u16) {
        let width = area.width.saturating_sub(6).min(78);
        let about = self.items.iter().map(|item| item.about.len()).max().unwrap_or(0);
        let about_rows = if about == 0 && self.message.is_none() { 0 } else { 4 };
        let rows = u16::try_from(self.items.len()).unwrap_or(u16::MAX);
        let height = rows.saturating_add(about_rows + 4).min(area.height.saturating_sub(2));
        (width, height, about_rows)
    }

    /// The line at a cell of the screen.
    #[must_use]
    pub fn line_at(&self, x: u16, y: u16) -> Option<usize> {
        self.scroll.line_under(x, y, self.items.len())
    }

    /// Puts in lines that were read anew, keeping the selection on the same one.
    pub fn refill(&mut self, items: Vec<Item>) {
        let kept = self.items.get(self.scroll.selected).map(|item| item.title.clone());
        let place = |of: &dyn Fn(&Item) -> bool| items.iter().position(of);
        let at = kept.and_then(|title| place(&|item| item.title == title));
        self.scroll.selected = at.or_else(|| place(&|item| item.current)).unwrap_or(0);
        self.items = items;
    }

    pub(super) fn render(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> Window {
        let (width, height, about_rows) = self.rects(area);
        let inner = window(buf, area, (width, height), &self.title, "", theme);
        let list = Rect { height: inner.height.saturating_sub(about_rows + 2), ..inner };
        let shown = self.scroll.window(self.items.len(), list, 1);
        scroll::bar(buf, scroll::around(inner), shown, self.items.len(), theme);
        for (row, at) in shown.lines(self.items.len()).enumerate() {
            let item = &self.items[at];
            let selected = at == self.scroll.selected;
            let mut pen =
                Pen::new(buf, list, u16::try_from(row).unwrap_or(u16::MAX)).base(theme.line(selected, true));
            pen.put(if selected { theme.glyphs.marker } else { " " }, theme.accent);
            pen.put(if item.current { theme.glyphs.active } else { " " }, theme.good).skip(1);
            pen.right(" ", theme.text).right(&item.note, theme.dim).right(" ", theme.text);
            pen.put(&item.title, theme.text);
        }
        let below = Rect {
            y: list.bottom(),
            height: about_rows,
            x: inner.x + 1,
            width: inner.width.saturating_sub(2),
        };
        let about = self.items.get(self.scroll.selected).map_or("", |item| item.about.as_str());
        let (said, style) =
            self.message.as_deref().map_or((about, theme.dim), |message| (message, theme.warn));
        for (row, line) in (1_u16..).zip(text::wrap(
            said,
            below.width,
            usize::from(about_rows.saturating_sub(1)),
            theme.glyphs.ellipsis,
        )) {
            Pen::new(buf, below, row).put(&line, style);
        }
        let mut pen = Pen::new(buf, inner, inner.height.saturating_sub(1));
        let (choose, test, close) = match self.then {
            Then::Provider => (" choose", Some(" test"), " close"),
            Then::Offer => (" take it", Some(" time it"), " leave the voices as they are"),
            _ => (" choose", None, " close"),
        };
        pen.skip(1).put("Enter", theme.key).put(choose, theme.text).skip(3);
        if let Some(test) = test {
            pen.put("t", theme.key).put(test, theme.text).skip(3);
        }
        pen.put("Esc", theme.key).put(close, theme.text);
        shown
    }
}
