//! A question to be answered with yes or no, with what would change.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::window;
use crate::tui::live::mind::Change;
use crate::tui::msg::Effect;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pen, text};

/// A question.
#[derive(Debug, Default)]
pub struct Confirm {
    /// What is asked.
    pub title: String,
    /// What it means.
    pub body: String,
    /// What would change.
    pub changes: Vec<Change>,
    /// What yes does.
    pub yes: Vec<Effect>,
    /// Whether something is lost or costs.
    pub danger: bool,
}

/// Cells of “Enter yes”, of the gap behind it, and of “Esc no”.
const YES_CELLS: u16 = 9;
const GAP: u16 = 3;
const NO_CELLS: u16 = 6;

impl Confirm {
    fn body(&self, inside: u16) -> Vec<String> {
        text::wrap(&self.body, inside, 10, "…")
    }

    /// Width and height of the window.
    fn size(&self, area: Rect) -> (u16, u16) {
        let width = area.width.saturating_sub(6).min(76);
        let inside = width.saturating_sub(4);
        let body = self.body(inside).len();
        let changes: usize = self.changes.iter().map(|c| if is_long(c, inside) { 3 } else { 1 }).sum();
        let gap = usize::from(body > 0 && changes > 0);
        let rows = u16::try_from(body + changes + gap + 4).unwrap_or(u16::MAX);
        (width, rows.min(area.height.saturating_sub(2)))
    }

    /// The answer whose words are at a cell of the screen.
    #[must_use]
    pub fn answer_at(&self, area: Rect, x: u16, y: u16) -> Option<bool> {
        let (width, height) = self.size(area);
        let rect = crate::tui::layout::centered(area, width, height);
        let at = x.checked_sub(rect.x + 2).filter(|_| y + 2 == rect.bottom())?;
        match at {
            0..YES_CELLS => Some(true),
            _ if (YES_CELLS + GAP..YES_CELLS + GAP + NO_CELLS).contains(&at) => Some(false),
            _ => None,
        }
    }

    pub(super) fn render(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let (width, height) = self.size(area);
        let inside = width.saturating_sub(4);
        let body = self.body(inside);
        let changes: Vec<(&Change, bool)> = self.changes.iter().map(|c| (c, is_long(c, inside))).collect();
        let gap = usize::from(!body.is_empty() && !changes.is_empty());
        let mark = if self.danger { format!("{} ", theme.glyphs.failing) } else { String::new() };
        let inner = window(buf, area, (width, height), &format!("{mark}{}", self.title), "", theme);
        let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        let mut row = 0;
        let last = inner.height.saturating_sub(2);
        for line in &body {
            if row < last {
                Pen::new(buf, inner, row).put(line, theme.text);
                row += 1;
            }
        }
        row += u16::try_from(gap).unwrap_or(0);
        for (change, long) in changes {
            if row >= last {
                break;
            }
            draw_change(buf, inner, &mut row, last, change, long, theme);
        }
        let mut pen = Pen::new(buf, inner, inner.height.saturating_sub(1));
        let yes = if self.danger { theme.bad } else { theme.good };
        pen.put("Enter", theme.key).put(" yes", yes).skip(GAP).put("Esc", theme.key).put(" no", theme.text);
    }
}

fn is_long(change: &Change, inside: u16) -> bool {
    let multi = change.from.contains('\n') || change.to.contains('\n');
    multi || text::width(&change.from) + text::width(&change.to) + 20 > inside
}

fn draw_change(
    buf: &mut Buffer,
    inner: Rect,
    row: &mut u16,
    last: u16,
    change: &Change,
    long: bool,
    theme: &Theme,
) {
    let glyphs = theme.glyphs;
    let mut pen = Pen::new(buf, inner, *row);
    pen.cell(change.label, theme.title_focus, 14);
    *row += 1;
    let flat =
        |value: &str| if value.is_empty() { "(empty)".to_owned() } else { value.replace('\n', " · ") };
    if long {
        for (sign, value, style) in [("-", &change.from, theme.bad), ("+", &change.to, theme.good)] {
            if *row < last {
                Pen::new(buf, inner, *row).put(sign, style).skip(1).put(&flat(value), style);
                *row += 1;
            }
        }
    } else {
        pen.put(&flat(&change.from), theme.bad)
            .put(&format!(" {} ", glyphs.arrow_right), theme.dim)
            .put(&flat(&change.to), theme.good);
    }
}
