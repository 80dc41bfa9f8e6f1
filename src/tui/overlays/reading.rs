//! Something to read and close: help, an answer, a test's outcome. May grow while it is open.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::window::window;
use crate::domain::text::folded;
use crate::tui::action::Act;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pen, text};

/// A line of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Para {
    /// A heading.
    Heading(String),
    /// Text, wrapped.
    Text(String),
    /// A key, what it does, and more about it.
    Key(String, String, String),
    /// A line of a table; whether it is its head.
    Row([String; 4], bool),
    /// Nothing.
    Gap,
}

/// Something to read.
#[derive(Debug, Default)]
pub struct Reading {
    /// What it is.
    pub title: String,
    /// The text.
    pub paras: Vec<Para>,
    /// Whether more is on its way.
    pub waiting: bool,
    /// The bot whose live text belongs into it.
    pub of_bot: Option<String>,
    /// Words that the lines shown must hold; headings stay.
    pub filter: String,
    /// What was asked and answered before, in an interview.
    pub dialogue: Vec<(String, String)>,
    top: usize,
    pub(super) shown: Shown,
}

/// The part of a text that a frame shows.
#[derive(Copy, Clone, Debug, Default)]
pub struct Shown {
    /// The lowest line it can begin with.
    last: usize,
    /// Lines that fit.
    page: usize,
}

impl Reading {
    /// A window with a text.
    #[must_use]
    pub fn new(title: impl Into<String>, paras: Vec<Para>) -> Self {
        Self { title: title.into(), paras, ..Self::default() }
    }

    /// Whether it is an interview, in which more can be asked.
    #[must_use]
    pub const fn is_interview(&self) -> bool {
        self.of_bot.is_some()
    }

    /// Moves for a moving action.
    pub fn act(&mut self, act: Act) {
        let page = self.shown.page.saturating_sub(1).max(1);
        self.top = match act {
            Act::Up => self.top.saturating_sub(1),
            Act::Down => self.top + 1,
            Act::PageUp => self.top.saturating_sub(page),
            Act::PageDown => self.top + page,
            _ => self.top,
        }
        .min(self.shown.last);
    }

    /// Whether a line is shown while words are looked for.
    fn holds(&self, para: &Para) -> bool {
        if self.filter.is_empty() {
            return true;
        }
        let words = folded(&self.filter);
        let has = |text: &str| folded(text).contains(&words);
        match para {
            Para::Heading(_) => true,
            Para::Text(text) => has(text),
            Para::Key(key, title, about) => has(key) || has(title) || has(about),
            Para::Row(cells, head) => *head || cells.iter().any(|cell| has(cell)),
            Para::Gap => false,
        }
    }

    /// The whole text, for the clipboard.
    #[must_use]
    pub fn plain(&self) -> String {
        let line = |para: &Para| match para {
            Para::Heading(text) | Para::Text(text) => text.clone(),
            Para::Key(key, title, about) => format!("{key}\t{title}\t{about}"),
            Para::Row(cells, _) => cells.join("\t"),
            Para::Gap => String::new(),
        };
        self.paras.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    pub(super) fn render(&self, area: Rect, buf: &mut Buffer, theme: &Theme, spin: usize) -> Shown {
        let width = area.width.saturating_sub(4).min(100);
        let inside = width.saturating_sub(4);
        let rows: Vec<Row<'_>> =
            self.paras.iter().filter(|para| self.holds(para)).flat_map(|para| rows(para, inside)).collect();
        let height =
            u16::try_from(rows.len() + 3).unwrap_or(u16::MAX).min(area.height.saturating_sub(2)).max(6);
        let shown = usize::from(height.saturating_sub(3));
        let last = rows.len().saturating_sub(shown);
        let top = self.top.min(last);
        let note = if rows.len() > shown {
            format!("{}/{}", (top + shown).min(rows.len()), rows.len())
        } else {
            String::new()
        };
        let inner = window(buf, area, (width, height), &self.title, &note, theme);
        let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        for (row, line) in (0..inner.height.saturating_sub(1)).zip(&rows[top..]) {
            line.draw(Pen::new(buf, inner, row), theme);
        }
        let mut pen = Pen::new(buf, inner, inner.height.saturating_sub(1));
        if self.waiting {
            let frames = theme.glyphs.spinner;
            pen.put(frames[spin % frames.len()], theme.accent).skip(1);
        }
        pen.put("Esc", theme.key).put(" close", theme.text);
        if self.is_interview() && !self.waiting {
            pen.skip(3).put("a", theme.key).put(" ask further", theme.text);
        }
        if !self.filter.is_empty() {
            pen.skip(3).put(&format!("only with “{}”", self.filter), theme.accent);
        } else if rows.len() > shown {
            pen.skip(3).put("/", theme.key).put(" search", theme.text);
        }
        if rows.len() > shown {
            pen.skip(3).put("j/k", theme.key).put(" scroll", theme.text);
        }
        Shown { last, page: shown }
    }
}

enum Row<'a> {
    Heading(&'a str),
    Text(String),
    Key(&'a str, &'a str, String),
    More(String),
    Cells(&'a [String; 4], bool),
    Gap,
}

const KEY_CELLS: u16 = 16;
const TITLE_CELLS: u16 = 24;

fn rows(para: &Para, inside: u16) -> Vec<Row<'_>> {
    match para {
        Para::Heading(text) => vec![Row::Heading(text)],
        Para::Text(text) => text::wrap(text, inside, 400, "…").into_iter().map(Row::Text).collect(),
        Para::Gap => vec![Row::Gap],
        Para::Row(cells, head) => vec![Row::Cells(cells, *head)],
        Para::Key(key, title, about) => {
            let room = inside.saturating_sub(KEY_CELLS + TITLE_CELLS);
            let mut lines = text::wrap(about, room, 3, "…").into_iter();
            let mut rows = vec![Row::Key(key, title, lines.next().unwrap_or_default())];
            rows.extend(lines.map(Row::More));
            rows
        }
    }
}

impl Row<'_> {
    fn draw(&self, mut pen: Pen<'_>, theme: &Theme) {
        match self {
            Self::Heading(text) => pen.put(text, theme.title_focus),
            Self::Text(text) => pen.put(text, theme.text),
            Self::Key(key, title, about) => pen
                .cell(key, theme.key, KEY_CELLS - 1)
                .skip(1)
                .cell(title, theme.text, TITLE_CELLS - 1)
                .skip(1)
                .put(about, theme.dim),
            Self::More(about) => pen.skip(KEY_CELLS + TITLE_CELLS).put(about, theme.dim),
            Self::Cells([label, left, right, differ], head) => {
                let (plain, last) =
                    if *head { (theme.title_focus, theme.dim) } else { (theme.text, theme.accent) };
                let cells = (pen.room() / 4).min(20);
                pen.cell(label, if *head { theme.title_focus } else { theme.dim }, cells)
                    .cell_right(left, plain, cells)
                    .cell_right(right, plain, cells)
                    .cell_right(differ, last, cells)
            }
            Self::Gap => &mut pen,
        };
    }
}
