//! Writing along a line of cells, and the frame around a pane.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::{Block, Widget};

use super::text::{fit, fit_name, safe, width, wrap};
use crate::tui::theme::Theme;

/// Writes from left to right along one line, and never beyond it. Every text passes the gate.
pub struct Pen<'a> {
    buf: &'a mut Buffer,
    x: u16,
    end: u16,
    y: u16,
    base: Style,
}

/// A few lines with one style under them, such as those of an entry of a list.
pub struct Sheet<'a> {
    buf: &'a mut Buffer,
    area: Rect,
    base: Style,
}

impl<'a> Sheet<'a> {
    /// The lines of this place.
    pub const fn new(buf: &'a mut Buffer, area: Rect, base: Style) -> Self {
        Self { buf, area, base }
    }

    /// Cells of a line.
    #[must_use]
    pub const fn width(&self) -> u16 {
        self.area.width
    }

    /// A pen at one of them; below the last it writes nothing.
    pub fn pen(&mut self, row: u16) -> Pen<'_> {
        Pen::new(self.buf, self.area, row).base(self.base)
    }
}

impl<'a> Pen<'a> {
    /// A pen at line `row` of `area`; outside of it writes nothing.
    pub fn new(buf: &'a mut Buffer, area: Rect, row: u16) -> Self {
        let area = area.intersection(buf.area);
        let end = if row < area.height { area.right() } else { area.x };
        Self { buf, x: area.x, end, y: area.y.saturating_add(row), base: Style::new() }
    }

    /// Lays a style under the whole line and everything written on it.
    pub fn base(mut self, style: Style) -> Self {
        self.base = style;
        if self.x < self.end {
            self.buf.set_style(Rect::new(self.x, self.y, self.end - self.x, 1), style);
        }
        self
    }

    /// Cells left.
    #[must_use]
    pub const fn room(&self) -> u16 {
        self.end.saturating_sub(self.x)
    }

    /// Where the next text goes.
    #[must_use]
    pub const fn x(&self) -> u16 {
        self.x
    }

    /// Writes as much of `text` as there is room for; `…` where it is cut.
    pub fn put(&mut self, text: &str, style: Style) -> &mut Self {
        let room = self.room();
        self.put_in(text, style, room)
    }

    /// Writes at most `cells` of `text`.
    pub fn put_in(&mut self, text: &str, style: Style, cells: u16) -> &mut Self {
        let cells = cells.min(self.room());
        if cells == 0 || text.is_empty() {
            return self;
        }
        let text = safe(text);
        let shown = fit(&text, cells, "…");
        let (x, _) = self.buf.set_stringn(self.x, self.y, &shown, usize::from(cells), style.patch(self.base));
        self.x = x;
        self
    }

    /// Writes what is a picture of something: where the line is turned round it is not, since a full cell turned round
    /// is an empty one.
    pub fn picture(&mut self, glyphs: &str, style: Style) -> &mut Self {
        let base = self.base;
        if base.add_modifier.contains(Modifier::REVERSED) {
            self.base = Style::new().remove_modifier(Modifier::REVERSED);
        }
        self.put(glyphs, style);
        self.base = base;
        self
    }

    /// Writes `text` in a column of exactly `cells`.
    pub fn cell(&mut self, text: &str, style: Style, cells: u16) -> &mut Self {
        let start = self.x;
        let cells = cells.min(self.room());
        self.put_in(text, style, cells);
        self.x = start + cells;
        self
    }

    /// Writes `text` at the right end of a column of exactly `cells`.
    pub fn cell_right(&mut self, text: &str, style: Style, cells: u16) -> &mut Self {
        let start = self.x;
        let cells = cells.min(self.room());
        self.x += cells.saturating_sub(width(&safe(text)));
        let left = start + cells - self.x;
        self.put_in(text, style, left);
        self.x = start + cells;
        self
    }

    /// Writes a name in at most `cells`.
    pub fn name(&mut self, name: &str, style: Style, cells: u16) -> &mut Self {
        let cells = cells.min(self.room());
        let name = safe(name);
        self.put_in(&fit_name(&name, cells, "…"), style, cells)
    }

    /// Writes a name in a column of exactly `cells`, the last of them free.
    pub fn name_cell(&mut self, name: &str, style: Style, cells: u16) -> &mut Self {
        let end = (self.x + cells).min(self.end);
        self.name(name, style, cells.saturating_sub(1));
        self.x = end;
        self
    }

    /// Leaves cells free.
    pub fn skip(&mut self, cells: u16) -> &mut Self {
        self.x = self.x.saturating_add(cells).min(self.end);
        self
    }

    /// Writes at the right end of the line and takes that room away.
    pub fn right(&mut self, text: &str, style: Style) -> &mut Self {
        let text = safe(text);
        let wide = width(&text).min(self.room());
        let at = self.end - wide;
        let shown = fit(&text, wide, "…");
        self.buf.set_stringn(at, self.y, &shown, usize::from(wide), style.patch(self.base));
        self.end = at;
        self
    }

    /// Writes at the right end of a column of at least `cells`, at the right end of the line, and takes that room away.
    pub fn right_cell(&mut self, text: &str, style: Style, cells: u16) -> &mut Self {
        let left = cells.saturating_sub(width(&safe(text)));
        self.right(text, style).right(&" ".repeat(usize::from(left)), style)
    }
}

/// Draws a pane's border with its title and returns what is inside. The focused one has a
/// thicker border and a mark.
pub fn frame(buf: &mut Buffer, area: Rect, title: &str, note: &str, focused: bool, theme: &Theme) -> Rect {
    let glyphs = theme.glyphs;
    let (set, border, style) = if focused {
        (glyphs.border_focus, theme.border_focus, theme.title_focus)
    } else {
        (glyphs.border, theme.border, theme.title)
    };
    let block = Block::bordered().border_set(set).border_style(border);
    let inner = block.inner(area);
    block.render(area, buf);
    if area.width > 4 && area.height > 0 {
        let line = Rect::new(area.x + 1, area.y, area.width - 2, 1);
        let mut pen = Pen::new(buf, line, 0);
        if !note.is_empty() && width(note) + width(title) + 6 < area.width {
            pen.right(&format!(" {note} "), theme.accent);
        }
        let mark = if focused { glyphs.marker } else { "" };
        pen.put(&format!("{mark}{title} "), style);
    }
    inner
}

/// A sentence in the middle of an empty pane.
pub fn empty(buf: &mut Buffer, area: Rect, lines: &[&str], theme: &Theme) {
    let lines: Vec<String> =
        lines.iter().flat_map(|line| wrap(line, area.width, 4, theme.glyphs.ellipsis)).collect();
    let top = area.height.saturating_sub(u16::try_from(lines.len()).unwrap_or(1)) / 2;
    for (row, line) in (top..area.height).zip(&lines) {
        let mut pen = Pen::new(buf, area, row);
        let room = pen.room().saturating_sub(width(line)) / 2;
        pen.skip(room).put(line, theme.faint);
    }
}
