//! A question to be answered with yes or no, with what would change.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::window::window;
use crate::tui::action::Act;
use crate::tui::msg::Effect;
use crate::tui::state::mind::Change;
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
    /// How far it has been shown.
    pub seen: Seen,
}

/// How much of a question was on the screen. What was not shown cannot be agreed to.
#[derive(Copy, Clone, Debug, Default)]
pub struct Seen {
    /// The first line shown.
    top: usize,
    /// Lines that fit.
    page: usize,
    /// Lines below those shown; `None` until they are.
    below: Option<usize>,
    /// Where the words of yes and no stand.
    words: (Rect, Rect),
}

/// Cells between the words of yes and no.
const GAP: u16 = 3;
/// Cells of a change's label.
const LABEL: usize = 14;
/// Longest text shown of a question, in lines.
const LINES_MAX: usize = 400;

/// A line of the question: texts with their styles.
type Row = Vec<(String, Style)>;

impl Confirm {
    /// Whether all of it was shown, so that it can be answered with yes.
    #[must_use]
    pub fn is_seen(&self) -> bool {
        self.seen.below == Some(0)
    }

    /// All of it was told to whom it asks, as [`Confirm::told`] tells it.
    pub const fn was_told(&mut self) {
        self.seen.below = Some(0);
    }

    /// All of it, without a screen.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        let change = |change: &Change| {
            format!("{}: from {} to {}", change.label, flat(&change.from), flat(&change.to))
        };
        let mut told = vec![self.title.clone()];
        told.extend(self.body.lines().map(str::to_owned));
        told.extend(self.changes.iter().map(change));
        told
    }

    /// Moves for a moving action; a yes too early shows what is left instead.
    pub fn act(&mut self, act: Act) {
        let Seen { top: at, page, below, .. } = self.seen;
        // A key that was typed before there was anything to see moves nothing.
        let Some(left) = below else { return };
        let page = page.saturating_sub(1).max(1);
        self.seen.top = match act {
            Act::Up => at.saturating_sub(1),
            Act::Down => at + left.min(1),
            Act::PageUp => at.saturating_sub(page),
            Act::PageDown | Act::Accept => at + left.min(page),
            _ => return,
        };
        if self.seen.top != at {
            self.seen.below = None;
        }
    }

    fn rows(&self, inside: u16, theme: &Theme) -> Vec<Row> {
        let wrapped = |said: &str, cells| text::wrap(said, cells, LINES_MAX, "…");
        let mut rows: Vec<Row> =
            wrapped(&self.body, inside).into_iter().map(|line| vec![(line, theme.text)]).collect();
        if !rows.is_empty() && !self.changes.is_empty() {
            rows.push(Vec::new());
        }
        for change in &self.changes {
            let label = (format!("{:<LABEL$}", change.label), theme.title_focus);
            if !is_long(change, inside) {
                let arrow = format!(" {} ", theme.glyphs.arrow_right);
                let (from, to) = (flat(&change.from), flat(&change.to));
                rows.push(vec![label, (from, theme.bad), (arrow, theme.dim), (to, theme.good)]);
                continue;
            }
            rows.push(vec![label]);
            for (sign, value, style) in [("- ", &change.from, theme.bad), ("+ ", &change.to, theme.good)] {
                for (nth, line) in wrapped(&flat(value), inside.saturating_sub(2)).into_iter().enumerate() {
                    let head = if nth == 0 { sign } else { "  " };
                    rows.push(vec![(head.into(), style), (line, style)]);
                }
            }
        }
        rows
    }

    /// Width and height of the window.
    fn size(&self, area: Rect, theme: &Theme) -> (u16, u16) {
        let width = area.width.saturating_sub(6).min(76);
        let rows = self.rows(width.saturating_sub(4), theme).len();
        let rows = u16::try_from(rows + 4).unwrap_or(u16::MAX);
        (width, rows.min(area.height.saturating_sub(2)))
    }

    /// The answer whose words are at a cell of the screen.
    #[must_use]
    pub fn answer_at(&self, x: u16, y: u16) -> Option<bool> {
        let (yes, no) = self.seen.words;
        let at = (x, y).into();
        if yes.contains(at) { Some(true) } else { no.contains(at).then_some(false) }
    }

    pub(super) fn render(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> Seen {
        let (width, height) = self.size(area, theme);
        let rows = self.rows(width.saturating_sub(4), theme);
        let mark = if self.danger { format!("{} ", theme.glyphs.failing) } else { String::new() };
        let shown = usize::from(height.saturating_sub(4)).max(1);
        let top = self.seen.top.min(rows.len().saturating_sub(shown));
        let below = rows.len().saturating_sub(top + shown);
        let note = if below > 0 { format!("{below} more {}", theme.glyphs.down) } else { String::new() };
        let inner = window(buf, area, (width, height), &format!("{mark}{}", self.title), &note, theme);
        let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        for (at, row) in (0_u16..).zip(rows.iter().skip(top).take(shown)) {
            let mut pen = Pen::new(buf, inner, at);
            for (said, style) in row {
                pen.put(said, *style);
            }
        }
        let mut pen = Pen::new(buf, inner, inner.height.saturating_sub(1));
        let yes = if self.danger { theme.bad } else { theme.good };
        let start = pen.x();
        pen.put("Enter", theme.key);
        if below > 0 {
            pen.put(" more", theme.text);
        } else {
            pen.put(" yes", yes);
        }
        let middle = pen.x();
        pen.skip(GAP).put("Esc", theme.key).put(" no", theme.text);
        let place = |from: u16, to: u16| Rect { x: from, y: inner.bottom() - 1, width: to - from, height: 1 };
        let words = (place(start, middle), place(middle + GAP, pen.x()));
        Seen { top, page: shown, below: Some(below), words }
    }
}

fn flat(value: &str) -> String {
    if value.is_empty() { "(empty)".to_owned() } else { value.replace('\n', " · ") }
}

fn is_long(change: &Change, inside: u16) -> bool {
    let multi = change.from.contains('\n') || change.to.contains('\n');
    multi || text::width(&change.from) + text::width(&change.to) + 20 > inside
}
