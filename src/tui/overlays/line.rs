//! One line being typed: filters at the foot of the screen, values in a small window.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tui_input::{Input, InputRequest};

use super::answer::Then;
use super::window::{clear, window};
use crate::tui::keymap::Key;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pen, text};

/// A line.
#[derive(Debug)]
pub struct Line {
    /// What to type.
    pub title: String,
    /// What was typed.
    pub input: Input,
    /// What it began with.
    began: String,
    /// The value is there to be typed over: the first character takes its place.
    over: bool,
    /// What it is for.
    pub then: Then,
    /// Why it is not right yet.
    pub error: Option<String>,
}

impl Line {
    /// A line that begins with `value`.
    #[must_use]
    pub fn new(title: impl Into<String>, value: &str, then: Then) -> Self {
        Self {
            title: title.into(),
            input: Input::from(value),
            began: value.to_owned(),
            over: false,
            then,
            error: None,
        }
    }

    /// A line whose value is typed over, as in a cell of a table.
    #[must_use]
    pub fn over(title: impl Into<String>, value: &str, then: Then) -> Self {
        Self { over: true, ..Self::new(title, value, then) }
    }

    /// A key in the line.
    pub fn type_key(&mut self, key: Key) {
        if std::mem::take(&mut self.over) && key.typed().is_some() {
            self.input.reset();
        }
        type_key(&mut self.input, key);
        self.error = None;
    }

    /// Puts pasted text in.
    pub fn paste(&mut self, pasted: &str) {
        if std::mem::take(&mut self.over) {
            self.input.reset();
        }
        paste(&mut self.input, pasted);
    }

    /// Whether it says something else than it began with.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.input.value() != self.began
    }

    /// Whether every key is an answer.
    #[must_use]
    pub fn is_live(&self) -> bool {
        matches!(self.then, Then::Filter | Then::Jump | Then::Look)
    }

    pub(super) fn render(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        if self.is_live() {
            let rect = Rect { y: area.bottom().saturating_sub(1), height: 1, ..area };
            clear(buf, rect);
            let mut pen = Pen::new(buf, rect, 0);
            pen.put(&format!(" {}: ", self.title), theme.key);
            if let Some(error) = &self.error {
                pen.right(&format!("{error} "), theme.warn);
            }
            draw_input(&mut pen, &self.input, theme);
            return;
        }
        let width = area.width.saturating_sub(6).min(72);
        let inner = window(buf, area, (width, 6), &self.title, "", theme);
        let mut pen = Pen::new(buf, inner, 1);
        pen.skip(1);
        draw_input(&mut pen, &self.input, theme);
        let mut pen = Pen::new(buf, inner, 3);
        pen.skip(1);
        match &self.error {
            Some(error) => {
                pen.put(error, theme.bad);
            }
            None => {
                pen.put("Enter", theme.key).put(" done", theme.text).skip(3);
                pen.put("Esc", theme.key).put(" cancel", theme.text);
            }
        }
    }
}

/// A key in a line of text; whether the text changed or the cursor moved.
pub fn type_key(input: &mut Input, key: Key) -> bool {
    use crossterm::event::{KeyCode, KeyModifiers};
    let ctrl = key.mods.contains(KeyModifiers::CONTROL);
    let word = ctrl || key.mods.contains(KeyModifiers::ALT);
    let request = match key.code {
        KeyCode::Char(c) if key.typed().is_some() => InputRequest::InsertChar(c),
        KeyCode::Char('w') if ctrl => InputRequest::DeletePrevWord,
        KeyCode::Char('u') if ctrl => InputRequest::DeleteLine,
        KeyCode::Char('k') if ctrl => InputRequest::DeleteTillEnd,
        KeyCode::Char('a') if ctrl => InputRequest::GoToStart,
        KeyCode::Char('e') if ctrl => InputRequest::GoToEnd,
        KeyCode::Backspace if word => InputRequest::DeletePrevWord,
        KeyCode::Backspace => InputRequest::DeletePrevChar,
        KeyCode::Delete => InputRequest::DeleteNextChar,
        KeyCode::Left if word => InputRequest::GoToPrevWord,
        KeyCode::Right if word => InputRequest::GoToNextWord,
        KeyCode::Left => InputRequest::GoToPrevChar,
        KeyCode::Right => InputRequest::GoToNextChar,
        KeyCode::Home => InputRequest::GoToStart,
        KeyCode::End => InputRequest::GoToEnd,
        _ => return false,
    };
    input.handle(request);
    true
}

/// Puts pasted text in, as one line.
pub fn paste(input: &mut Input, pasted: &str) {
    for c in crate::domain::text::clean_line(pasted, 4_000).chars() {
        input.handle(InputRequest::InsertChar(c));
    }
}

/// Draws an input with its cursor, scrolled so that the cursor is seen.
pub fn draw_input(pen: &mut Pen<'_>, input: &Input, theme: &Theme) {
    use ratatui::style::Modifier;
    let room = usize::from(pen.room().saturating_sub(1));
    let scroll = input.visual_scroll(room);
    let mut seen = 0;
    let value = input.value();
    let start = value
        .char_indices()
        .find(|(_, c)| {
            let at = seen;
            seen += usize::from(text::width(c.encode_utf8(&mut [0; 4])));
            at >= scroll
        })
        .map_or(value.len(), |(at, _)| at);
    let cursor = value.char_indices().nth(input.cursor()).map_or(value.len(), |(at, _)| at);
    let (before, after) = (&value[start.min(cursor)..cursor], &value[cursor..]);
    pen.put(before, theme.text);
    let under = after.chars().next().map_or(" ".to_owned(), String::from);
    pen.put(&under, theme.text.add_modifier(Modifier::REVERSED));
    pen.put(after.strip_prefix(under.as_str()).unwrap_or(""), theme.text);
}
