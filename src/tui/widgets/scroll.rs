//! The selected line of a list, and which part of the list is on the screen.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::action::Act;
use crate::tui::theme::Theme;

/// The part of a list that a frame shows.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Where its lines stand.
    pub area: Rect,
    /// Rows of a line.
    pub high: u16,
    /// The first line shown.
    pub top: usize,
    /// Lines that fit.
    pub page: usize,
}

impl Window {
    /// The lines to draw of a list of `len`.
    #[must_use]
    pub fn lines(&self, len: usize) -> Range<usize> {
        self.top..(self.top + self.page).min(len)
    }

    /// The line of a list of `len` that is shown at a row of the screen.
    #[must_use]
    pub fn line_at(&self, y: u16, len: usize) -> Option<usize> {
        let row = y.checked_sub(self.area.y).filter(|row| *row < self.area.height)?;
        let line = usize::from(row.checked_div(self.high)?);
        (line < self.page && self.top + line < len).then_some(self.top + line)
    }
}

/// A selection that stays on the screen, and the part of its list that was shown last.
#[derive(Clone, Debug, Default)]
pub struct Scroll {
    /// The selected line.
    pub selected: usize,
    shown: Window,
}

impl Scroll {
    /// A selection of this line.
    #[must_use]
    pub fn at(selected: usize) -> Self {
        Self { selected, ..Self::default() }
    }

    /// The part of a list of `len` to show there, where a line takes `high` rows: the one shown last, moved as little
    /// as it takes to see the selected line.
    #[must_use]
    pub fn window(&self, len: usize, area: Rect, high: u16) -> Window {
        let page = usize::from(area.height / high.max(1)).max(1);
        let selected = self.selected.min(len.saturating_sub(1));
        let mut top = self.shown.top.min(len.saturating_sub(page));
        if selected < top {
            top = selected;
        } else if selected >= top + page {
            top = selected + 1 - page;
        }
        Window { area, high, top, page }
    }

    /// This was shown.
    pub const fn drew(&mut self, shown: Window) {
        self.shown = shown;
    }

    /// Nothing of it is shown any more; it comes back where it was.
    pub const fn hid(&mut self) {
        self.shown.area.height = 0;
    }

    /// Cells of a line, as shown last.
    #[must_use]
    pub const fn width(&self) -> u16 {
        self.shown.area.width
    }

    /// The first line shown last.
    #[must_use]
    pub const fn top(&self) -> usize {
        self.shown.top
    }

    /// Lines on a page, as shown last.
    #[must_use]
    pub fn page(&self) -> usize {
        self.shown.page.max(1)
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

    /// The line shown at a row of the screen.
    #[must_use]
    pub fn line_at(&self, y: u16, len: usize) -> Option<usize> {
        self.shown.line_at(y, len)
    }

    /// The line shown at a cell of the screen.
    #[must_use]
    pub fn line_under(&self, x: u16, y: u16, len: usize) -> Option<usize> {
        self.line_at(y, len).filter(|_| self.shown.area.contains((x, y).into()))
    }

    /// Selects the line shown at a row of the screen; whether there is one.
    pub fn click(&mut self, y: u16, len: usize) -> bool {
        let hit = self.line_at(y, len);
        self.selected = hit.unwrap_or(self.selected);
        hit.is_some()
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
pub fn bar(buf: &mut Buffer, area: Rect, shown: Window, len: usize, theme: &Theme) {
    bar_of(buf, area, shown, (len, false), theme);
}

/// The same of a list of which `len` lines were read, and `further` ones exist or not.
pub fn bar_of(buf: &mut Buffer, area: Rect, shown: Window, (len, further): (usize, bool), theme: &Theme) {
    let Window { top, page: shown, .. } = shown;
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
        let area = Rect::new(0, 3, 20, 10);
        let mut scroll = Scroll { selected: 50, ..Scroll::default() };
        let view = |scroll: &mut Scroll, len| {
            scroll.drew(scroll.window(len, area, 1));
            scroll.shown.lines(len)
        };
        assert_eq!(view(&mut scroll, 100), 41..51);
        assert!(scroll.act(Act::Up, 100));
        assert_eq!(view(&mut scroll, 100), 41..51);
        scroll.act(Act::Bottom, 100);
        assert_eq!(view(&mut scroll, 100), 90..100);
        scroll.act(Act::Top, 100);
        assert_eq!(view(&mut scroll, 100), 0..10);
        assert_eq!(view(&mut scroll, 0), 0..0);
        assert!(!scroll.act(Act::Open, 100));
    }

    #[test]
    fn a_line_is_found_where_it_was_shown_and_nowhere_else() {
        let mut scroll = Scroll::at(6);
        assert_eq!(scroll.line_at(0, 9), None, "nothing was shown yet");
        scroll.drew(scroll.window(9, Rect::new(0, 3, 20, 5), 2));
        let found = [2, 3, 4, 5, 6, 7].map(|y| scroll.line_at(y, 9));
        assert_eq!(found, [None, Some(5), Some(5), Some(6), Some(6), None]);
        assert!(scroll.click(3, 9) && !scroll.click(9, 9) && scroll.selected == 5);
    }
}
