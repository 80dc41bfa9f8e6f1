//! A text of several lines being typed.

use std::fmt;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use ratatui_textarea::{CursorMove, TextArea, WrapMode};

use super::{Then, window};
use crate::tui::keymap::Key;
use crate::tui::msg::Command;
use crate::tui::theme::Theme;
use crate::tui::widgets::Pen;

/// A text.
pub struct TextEdit {
    /// What to type.
    pub title: String,
    area: TextArea<'static>,
    /// What it began with, and how the area shows that.
    began: (String, String),
    /// What it is for.
    pub then: Then,
    /// Why it is not right yet.
    pub error: Option<String>,
    /// What was sent and is not answered yet.
    pub sent: Option<Command>,
}

impl fmt::Debug for TextEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextEdit").field("title", &self.title).field("lines", &self.area.lines()).finish()
    }
}

/// An area with a text in it and the cursor at its end.
#[must_use]
pub fn area_of(value: &str) -> TextArea<'static> {
    let mut area = TextArea::new(value.lines().map(str::to_owned).collect());
    area.set_wrap_mode(WrapMode::Word);
    area.set_cursor_line_style(ratatui::style::Style::new());
    area.move_cursor(CursorMove::Bottom);
    area.move_cursor(CursorMove::End);
    area
}

impl TextEdit {
    /// A text that begins with `value`.
    #[must_use]
    pub fn new(title: impl Into<String>, value: &str, then: Then) -> Self {
        let area = area_of(value);
        let began = (value.to_owned(), area.lines().join("\n"));
        Self { title: title.into(), area, began, then, error: None, sent: None }
    }

    /// What was typed; to the letter what it began with, if that was not changed.
    #[must_use]
    pub fn value(&self) -> String {
        let (value, shown) = &self.began;
        let typed = self.area.lines().join("\n");
        if typed == *shown { value.clone() } else { typed }
    }

    /// Whether it says something else than it began with.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.value() != self.began.0
    }

    /// Lets go of all that was typed.
    pub fn clear(&mut self) {
        self.area = area_of("");
        self.error = None;
    }

    /// A key in the text.
    pub fn type_key(&mut self, key: Key) {
        self.area.input(key.event());
    }

    /// Puts pasted text in.
    pub fn paste(&mut self, pasted: &str) {
        self.area.insert_str(crate::domain::text::clean(pasted, 4_000));
    }

    pub(super) fn render(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let size = (area.width.saturating_sub(6).min(90), area.height.saturating_sub(4).min(18));
        let inner = window(buf, area, size, &self.title, "", theme);
        let body = Rect {
            x: inner.x + 1,
            width: inner.width.saturating_sub(2),
            height: inner.height.saturating_sub(2),
            ..inner
        };
        if !body.is_empty() {
            self.area.render(body, buf);
        }
        let mut pen = Pen::new(buf, inner, inner.height.saturating_sub(1));
        pen.skip(1);
        match &self.error {
            _ if self.sent.is_some() => {
                pen.put("sending…", theme.accent);
            }
            Some(error) => {
                pen.put(error, theme.bad);
            }
            None => {
                pen.put("Ctrl-S", theme.key).put(" done", theme.text).skip(3);
                pen.put("Esc", theme.key).put(" cancel", theme.text);
            }
        }
    }
}
