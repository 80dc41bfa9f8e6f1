//! A text of several lines being typed.

use std::fmt;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use ratatui_textarea::{CursorMove, TextArea, WrapMode};

use super::answer::Then;
use super::window::window;
use crate::tui::keymap::Key;
use crate::tui::msg::Command;
use crate::tui::theme::Theme;
use crate::tui::widgets::Pen;

/// A text of several lines with a limit, as it is typed.
#[derive(Clone)]
pub struct Editor {
    area: TextArea<'static>,
    /// What it began with, and how the area shows that.
    began: (String, String),
    limit: usize,
}

impl fmt::Debug for Editor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Editor").field("lines", &self.area.lines()).finish_non_exhaustive()
    }
}

fn area_of(value: &str) -> TextArea<'static> {
    let mut area = TextArea::new(value.lines().map(str::to_owned).collect());
    area.set_wrap_mode(WrapMode::Word);
    area.set_cursor_line_style(ratatui::style::Style::new());
    area.move_cursor(CursorMove::Bottom);
    area.move_cursor(CursorMove::End);
    area
}

impl Editor {
    /// A text that begins with `value` and may have so many characters.
    #[must_use]
    pub fn new(value: &str, limit: usize) -> Self {
        let area = area_of(value);
        let began = (value.to_owned(), area.lines().join("\n"));
        Self { area, began, limit }
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

    /// `120 of 4000`, and whether that is too much.
    #[must_use]
    pub fn size(&self) -> (String, bool) {
        let length = self.length();
        (format!("{length} of {}", self.limit), length > self.limit)
    }

    fn length(&self) -> usize {
        let lines = self.area.lines();
        lines.iter().map(|line| line.chars().count()).sum::<usize>() + lines.len().saturating_sub(1)
    }

    /// A key in the text.
    pub fn type_key(&mut self, key: Key) {
        self.area.input(key.event());
    }

    /// Puts pasted text in, if it fits.
    ///
    /// # Errors
    /// How much of it there is and how much fits: nothing is cut off without a word.
    pub fn paste(&mut self, pasted: &str) -> Result<(), String> {
        let pasted = crate::domain::text::clean(pasted, usize::MAX);
        let (length, room) = (pasted.chars().count(), self.limit.saturating_sub(self.length()));
        if length > room {
            return Err(format!("{length} characters do not fit in {room}: nothing was pasted"));
        }
        self.area.insert_str(pasted);
        Ok(())
    }

    /// Another text in its place.
    pub fn set(&mut self, value: &str) {
        self.area = area_of(&crate::domain::text::clean(value, self.limit.saturating_mul(4)));
    }

    /// Draws it; the cursor only where it is typed into.
    pub fn render(&self, area: Rect, buf: &mut Buffer, focused: bool) {
        if area.is_empty() {
            return;
        }
        if focused {
            self.area.render(area, buf);
        } else {
            let mut still = self.area.clone();
            still.set_cursor_style(ratatui::style::Style::new());
            still.render(area, buf);
        }
    }
}

/// Longest text where nothing else is said, in characters.
const LIMIT: usize = 4_000;

/// A text.
#[derive(Debug)]
pub struct TextEdit {
    /// What to type.
    pub title: String,
    /// The text.
    pub editor: Editor,
    /// What it is for.
    pub then: Then,
    /// Why it is not right yet.
    pub error: Option<String>,
    /// What was sent and is not answered yet.
    pub sent: Option<Command>,
}

impl TextEdit {
    /// A text that begins with `value`.
    #[must_use]
    pub fn new(title: impl Into<String>, value: &str, then: Then) -> Self {
        Self { title: title.into(), editor: Editor::new(value, LIMIT), then, error: None, sent: None }
    }

    /// What was typed.
    #[must_use]
    pub fn value(&self) -> String {
        self.editor.value()
    }

    /// Whether it says something else than it began with.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.editor.is_changed()
    }

    /// Lets go of all that was typed.
    pub fn clear(&mut self) {
        self.editor.set("");
        self.error = None;
    }

    /// A key in the text.
    pub fn type_key(&mut self, key: Key) {
        self.editor.type_key(key);
    }

    /// Puts pasted text in, or says why not.
    pub fn paste(&mut self, pasted: &str) {
        self.error = self.editor.paste(pasted).err();
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
        self.editor.render(body, buf, true);
        let mut pen = Pen::new(buf, inner, inner.height.saturating_sub(1));
        pen.skip(1);
        let (size, over) = self.editor.size();
        pen.right(" ", theme.text).right(&size, if over { theme.bad } else { theme.dim });
        match &self.error {
            _ if self.sent.is_some() => {
                pen.put("sending…", theme.accent);
            }
            Some(error) => {
                pen.put(error, theme.bad);
            }
            None => {
                pen.put("Ctrl-S", theme.key).put(" done", theme.text).skip(3);
                pen.put("Ctrl-E", theme.key).put(" your editor", theme.text).skip(3);
                pen.put("Esc", theme.key).put(" cancel", theme.text);
            }
        }
    }
}
