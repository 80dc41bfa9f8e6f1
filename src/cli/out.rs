//! What commands print: plain lines and tables on standard output, complaints on standard error.
//!
//! Colours only where a terminal reads them; widths as a terminal counts them. What came from outside has
//! passed the gate where it came in, and passes it here once more.

use std::borrow::Cow;
use std::io::{self, BufWriter, IsTerminal as _, Write};

use unicode_width::UnicodeWidthStr as _;

use super::ColorChoice;
use crate::domain::text;

/// Where and how to print.
#[derive(Clone, Debug)]
pub struct Out {
    color: bool,
    color_errors: bool,
}

/// The few colours that are used, by meaning.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Headings and names.
    Bold,
    /// What can be passed over.
    Dim,
    /// Good.
    Good,
    /// Worth a look.
    Warn,
    /// Wrong.
    Bad,
    /// Distinguishes one actor from another; any number will do.
    Actor(u8),
}

impl Ink {
    fn code(self) -> &'static str {
        match self {
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Good => "32",
            Self::Warn => "33",
            Self::Bad => "31",
            Self::Actor(n) => ["36", "35", "33", "34", "32", "31", "96", "95"][usize::from(n) % 8],
        }
    }
}

/// A cell of a table: a text and how it is inked.
#[derive(Clone, Debug)]
pub struct Cell {
    text: String,
    ink: Option<Ink>,
    right: bool,
}

impl Cell {
    /// Aligned left.
    pub fn left(text: impl Into<String>) -> Self {
        Self { text: text::clean_line(&text.into(), usize::MAX), ink: None, right: false }
    }

    /// Aligned right, as numbers are.
    pub fn right(text: impl Into<String>) -> Self {
        Self { text: text::clean_line(&text.into(), usize::MAX), ink: None, right: true }
    }

    /// The same cell, inked.
    pub const fn ink(mut self, ink: Ink) -> Self {
        self.ink = Some(ink);
        self
    }
}

impl Out {
    /// Colours as asked for, and by default only where a terminal reads them.
    pub fn new(choice: ColorChoice) -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let on = |is_terminal: bool| match choice {
            ColorChoice::Auto => is_terminal && !plain,
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        };
        Self { color: on(io::stdout().is_terminal()), color_errors: on(io::stderr().is_terminal()) }
    }

    /// Prints a text as it is, its colours and line ends included. Whatever else could act on a terminal is made
    /// visible: this is the last gate of everything that commands say.
    pub fn print(&self, text: &str) -> io::Result<()> {
        write_to(io::stdout().lock(), &safe(text, self.color)).map_err(not_written)
    }

    /// Prints bytes that are this program's own.
    pub fn print_own(&self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(bytes).and_then(|()| out.flush()).map_err(not_written)
    }

    /// `text` in a colour, where colours are used.
    pub fn paint(&self, ink: Ink, text: &str) -> String {
        if self.color && !text.is_empty() {
            format!("\u{1b}[{}m{text}\u{1b}[0m", ink.code())
        } else {
            text.to_owned()
        }
    }

    /// Prints one line on standard output.
    pub fn line(&self, text: &str) -> io::Result<()> {
        self.print(&format!("{text}\n"))
    }

    /// Prints a value as indented JSON.
    pub fn json(&self, value: &impl serde::Serialize) -> anyhow::Result<()> {
        Ok(self.line(&text::inert_json(&serde_json::to_string_pretty(value)?))?)
    }

    /// Prints a table: each column as wide as its widest cell, nothing after the last one.
    pub fn table(&self, head: &[&str], rows: &[Vec<Cell>]) -> io::Result<()> {
        let mut widths: Vec<usize> = head.iter().map(|title| title.width()).collect();
        for row in rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.text.width());
            }
        }
        let mut out = String::new();
        if !head.is_empty() {
            let right = |column: usize| rows.first().and_then(|row| row.get(column)).is_some_and(|c| c.right);
            let title = |(column, text): (usize, &&str)| Cell {
                text: (*text).to_owned(),
                ink: Some(Ink::Bold),
                right: right(column),
            };
            let cells: Vec<Cell> = head.iter().enumerate().map(title).collect();
            out.push_str(&self.row(&cells, &widths));
            out.push('\n');
        }
        for row in rows {
            out.push_str(&self.row(row, &widths));
            out.push('\n');
        }
        self.print(&out)
    }

    fn row(&self, cells: &[Cell], widths: &[usize]) -> String {
        let mut line = String::new();
        let last = cells.iter().rposition(|cell| !cell.text.is_empty()).unwrap_or(0);
        for (at, cell) in cells.iter().enumerate().take(last + 1) {
            let fill = " ".repeat(widths.get(at).copied().unwrap_or(0).saturating_sub(cell.text.width()));
            let text = cell.ink.map_or_else(|| cell.text.clone(), |ink| self.paint(ink, &cell.text));
            if at > 0 {
                line.push_str("  ");
            }
            if cell.right {
                line.push_str(&fill);
            }
            line.push_str(&text);
            if !cell.right && at < last {
                line.push_str(&fill);
            }
        }
        line
    }

    /// Says on standard error what went wrong.
    pub fn complain(&self, text: &str) {
        let text = text::clean(text, usize::MAX);
        // Nobody is left to tell when standard error is gone.
        let _ = if self.color_errors {
            writeln!(io::stderr(), "\u{1b}[1;31merror:\u{1b}[0m {text}")
        } else {
            writeln!(io::stderr(), "error: {text}")
        };
    }

    /// Says something to the person on standard error, which scripts can throw away.
    pub fn note(&self, text: &str) {
        let _ = writeln!(io::stderr(), "{}", text::clean(text, usize::MAX));
    }
}

/// What the system said of standard output, with what it said it of.
pub fn not_written(error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("standard output cannot be written: {error}"))
}

fn write_to(out: impl Write, text: &str) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// `text` with nothing in it that acts on a terminal but, where colours are used, the colours of [`Ink`].
fn safe(text: &str, color: bool) -> Cow<'_, str> {
    if text::is_clean(text) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(length) = Some(rest).filter(|_| color).and_then(ink_of) {
            safe.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        }
        // Up to the next escape that may be ours; one that is not goes with what follows it.
        let end = rest.char_indices().skip(1).find(|(_, c)| *c == '\u{1b}').map_or(rest.len(), |(at, _)| at);
        safe.push_str(&text::clean(&rest[..end], usize::MAX));
        rest = &rest[end..];
    }
    Cow::Owned(safe)
}

/// The length of one of our colours at the beginning of `text`.
fn ink_of(text: &str) -> Option<usize> {
    let code = text.strip_prefix("\u{1b}[")?.split('m').next()?;
    let is_ours =
        code == "0" || (code.len() <= 2 && !code.is_empty() && code.bytes().all(|b| b.is_ascii_digit()));
    (is_ours && text.len() > code.len() + 2).then_some(code.len() + 3)
}

/// `text` filled with spaces to `width` columns of a terminal.
pub fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> Out {
        Out { color: false, color_errors: false }
    }

    #[test]
    fn columns_align_by_what_a_terminal_shows() {
        let out = plain();
        let rows = [
            [Cell::left("日本"), Cell::right("7"), Cell::left("x")],
            [Cell::left("Ada"), Cell::right("120"), Cell::left("")],
        ];
        let widths = [4, 3, 1];
        assert_eq!(out.row(&rows[0], &widths), "日本    7  x");
        assert_eq!(out.row(&rows[1], &widths), "Ada   120", "nothing after the last cell");
    }

    #[test]
    fn only_our_colours_reach_a_terminal() {
        let text = "  a  \u{1b}[1mb\u{1b}[0m\n\tc\u{1b}]0;x\u{7}\u{9b}31m\u{202e}d\n";
        let shown = safe(text, true).into_owned();
        assert!(shown.starts_with("  a  \u{1b}[1mb\u{1b}[0m\n"), "{shown:?}");
        assert_eq!(shown.matches('\u{1b}').count(), 2, "{shown:?}");
        let plain = safe(text, false).into_owned();
        assert!(plain.ends_with('\n') && !plain.chars().any(|c| c.is_control() && c != '\n'), "{plain:?}");
        assert!(!plain.contains('\u{202e}'));
        assert_eq!(safe("\u{1b}[31m", false).chars().next(), Some('␛'));
        assert_eq!(safe("é\u{1b}é", true), "é␛é");
        let json = text::inert_json("{\"a\":\"\u{9b}\u{202e}é😀\"}");
        assert_eq!(json, "{\"a\":\"\\u009b\\u202eé😀\"}");
    }

    #[test]
    fn colours_do_not_change_widths() {
        let out = Out { color: true, color_errors: false };
        let row = out.row(&[Cell::left("a").ink(Ink::Good), Cell::left("b")], &[3, 1]);
        assert_eq!(row, "\u{1b}[32ma\u{1b}[0m    b");
        assert_eq!(plain().paint(Ink::Bad, "a"), "a");
    }
}
