//! The selected line of a list, and which part of the list is on the screen.

use std::cell::Cell;
use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::action::Act;
use crate::tui::theme::Theme;

/// A selection that stays on the screen. What is shown is settled when it is drawn, because only
/// then is the height known.
#[derive(Clone, Debug, Default)]
pub struct Scroll {
    /// The selected line.
    pub selected: usize,
    top: Cell<usize>,
    page: Cell<usize>,
}

impl Scroll {
    /// A selection of this line.
    #[must_use]
    pub fn at(selected: usize) -> Self {
        Self { selected, ..Self::default() }
    }

    /// The lines to draw of a list of `len` where `height` fit.
    #[must_use]
    pub fn view(&self, len: usize, height: u16) -> Range<usize> {
        let height = usize::from(height).max(1);
        let selected = self.selected.min(len.saturating_sub(1));
        let mut top = self.top.get().min(len.saturating_sub(height));
        if selected < top {
            top = selected;
        } else if selected >= top + height {
            top = selected + 1 - height;
        }
        self.top.set(top);
        self.page.set(height);
        top..(top + height).min(len)
    }

    /// Notes what a pane with lines of different heights has drawn.
    pub fn settle(&self, top: usize, shown: usize) {
        self.top.set(top);
        self.page.set(shown);
    }

    /// The first line drawn last.
    #[must_use]
    pub const fn top(&self) -> usize {
        self.top.get()
    }

    /// Lines on a page, as drawn last.
    #[must_use]
    pub fn page(&self) -> usize {
        self.page.get().max(1)
    }

    /// Moves for a moving action; whether it was one.
    pub fn act(&mut self, act: Act, len: usize) -> bool {
        let last = len.saturating_sub(1);
        let page = self.page().saturating_sub(1).max(1);
        self.selected = match act {
            Act::Up => self.selected.min(last).saturating_sub(1),
            Act::Down => (self.selected + 1).min(last),
            Act::PageUp => self.selected.min(last).saturating_sub(page),
            Act::PageDown => (self.selected + page).min(last),
            Act::Top => 0,
            Act::Bottom => last,
            _ => return false,
        };
        true
    }

    /// Selects the line at `row` of the drawn list; whether one was drawn there.
    pub fn click(&mut self, row: u16, len: usize) -> bool {
        let at = self.top.get() + usize::from(row);
        let hit = usize::from(row) < self.page() && at < len;
        if hit {
            self.selected = at;
        }
        hit
    }
}

/// The frame of a pane with this inside.
#[must_use]
pub const fn around(inner: Rect) -> Rect {
    Rect {
        x: inner.x.saturating_sub(1),
        y: inner.y.saturating_sub(1),
        width: inner.width.saturating_add(2),
        height: inner.height.saturating_add(2),
    }
}

/// A scrollbar in the right border of `area`, if not everything is shown, and how much is left below.
pub fn bar(buf: &mut Buffer, area: Rect, top: usize, shown: usize, len: usize, theme: &Theme) {
    bar_of((buf, area), top, shown, (len, false), theme);
}

/// The same of a list of which `len` lines were read, and `further` ones exist or not.
pub fn bar_of(
    (buf, area): (&mut Buffer, Rect),
    top: usize,
    shown: usize,
    (len, further): (usize, bool),
    theme: &Theme,
) {
    if len <= shown || area.height < 3 || area.width == 0 {
        return;
    }
    let track = usize::from(area.height - 2);
    let size = (shown * track / len).clamp(1, track);
    let at = (top * (track - size)).checked_div(len - shown).unwrap_or(0).min(track - size);
    let x = area.right() - 1;
    for row in at..at + size {
        let y = area.y + 1 + u16::try_from(row).unwrap_or(0);
        buf.set_string(x, y, theme.glyphs.thumb, theme.border_focus);
    }
    let below = len - shown.min(len) - top.min(len - shown.min(len));
    let said = format!(" +{below}{} more ", if further { " and" } else { "" });
    let wide = super::text::width(&said);
    if below > 0 && area.width > wide + 4 {
        buf.set_string(area.right() - wide - 2, area.bottom() - 1, said, theme.dim);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selection_stays_in_view_and_moves_freely_inside() {
        let mut scroll = Scroll { selected: 50, ..Scroll::default() };
        assert_eq!(scroll.view(100, 10), 41..51);
        assert!(scroll.act(Act::Up, 100));
        assert_eq!(scroll.view(100, 10), 41..51);
        scroll.act(Act::Bottom, 100);
        assert_eq!(scroll.view(100, 10), 90..100);
        scroll.act(Act::Top, 100);
        assert_eq!(scroll.view(100, 10), 0..10);
        assert_eq!(scroll.view(0, 10), 0..0);
        assert!(!scroll.act(Act::Open, 100));
    }
}
