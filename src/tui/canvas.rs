//! What a terminal shows, cell by cell, and the bytes that bring it to show something else.
//!
//! It knows cells and escape sequences, no terminal: the bytes are taken and sent by others.

use std::io::{self, Write};

use crossterm::queue;
use crossterm::terminal::{Clear, ClearType};
use ratatui::backend::{Backend as _, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::links::{Links, Span};

/// What is shown, and what has not been sent yet.
pub(super) struct Canvas {
    /// Which links a terminal is told of.
    pub(super) links: Links,
    bytes: Vec<u8>,
    shown: Buffer,
    /// Where the next frame is drawn; blank between frames.
    next: Buffer,
}

impl Canvas {
    /// A canvas of no size, which the first frame clears.
    pub(super) const fn new() -> Self {
        Self {
            links: Links { on: false, room: None },
            bytes: Vec::new(),
            shown: Buffer { area: Rect::ZERO, content: Vec::new() },
            next: Buffer { area: Rect::ZERO, content: Vec::new() },
        }
    }

    /// The cells of the last frame.
    pub(super) const fn shown(&self) -> &Buffer {
        &self.shown
    }

    /// Forgets what is shown, so that the next frame clears the screen and draws every cell.
    pub(super) fn forget(&mut self) {
        self.shown = Buffer::empty(Rect::ZERO);
    }

    /// Draws a whole frame. Only the cells that differ from what is shown become bytes.
    ///
    /// # Errors
    /// Memory can always be written, so none is expected.
    pub(super) fn draw<T>(&mut self, area: Rect, render: impl FnOnce(&mut Buffer) -> T) -> io::Result<T> {
        if self.shown.area != area {
            self.shown = Buffer::empty(area);
            self.next = Buffer::empty(area);
            queue!(self.bytes, Clear(ClearType::All))?;
        }
        let shown = render(&mut self.next);
        if self.links.on {
            self.draw_linked()?;
        } else {
            let mut cells = self.shown.diff_iter(&self.next).peekable();
            // Even without a cell the backend would set its colours back.
            if cells.peek().is_some() {
                CrosstermBackend::new(&mut self.bytes).draw(cells)?;
            }
        }
        std::mem::swap(&mut self.shown, &mut self.next);
        self.next.reset();
        Ok(shown)
    }

    /// The same with links: what a cell leads to is told when the cell is written, so a link of which a part has changed is
    /// written whole.
    fn draw_linked(&mut self) -> io::Result<()> {
        let changed: Vec<_> = self.shown.diff_iter(&self.next).collect();
        let mut spans: Vec<Span> = Vec::new();
        let mut line = None;
        for (_, y, _) in &changed {
            if line != Some(*y) {
                line = Some(*y);
                spans.extend(self.links.on_line(&self.next, *y));
            }
        }
        let is_in = |span: &Span, x: u16, y: u16| span.y == y && (span.from..span.to).contains(&x);
        spans.retain(|span| changed.iter().any(|(x, y, _)| is_in(span, *x, *y)));
        let mut others = changed
            .iter()
            .filter(|(x, y, _)| !spans.iter().any(|span| is_in(span, *x, *y)))
            .copied()
            .peekable();
        if others.peek().is_some() {
            CrosstermBackend::new(&mut self.bytes).draw(others)?;
        }
        for span in &spans {
            write!(self.bytes, "\x1b]8;;{}\x1b\\", span.address)?;
            let cells = (span.from..span.to).map(|x| (x, span.y, &self.next[(x, span.y)]));
            CrosstermBackend::new(&mut self.bytes).draw(cells)?;
            write!(self.bytes, "\x1b]8;;\x1b\\")?;
        }
        Ok(())
    }

    /// What a terminal has to be sent, since it was last taken.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

impl Write for Canvas {
    /// Puts bytes between the frames.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.write(bytes)
    }

    /// Sending is the work of whoever takes the bytes.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;

    const AREA: Rect = Rect::new(0, 0, 6, 2);

    fn with(words: &'static str) -> impl FnOnce(&mut Buffer) {
        move |buf| {
            buf.set_string(0, 0, words, Style::new());
        }
    }

    fn sent(canvas: &mut Canvas) -> String {
        String::from_utf8(canvas.take()).unwrap()
    }

    #[test]
    fn only_what_differs_is_sent() {
        let mut canvas = Canvas::new();
        canvas.draw(AREA, with("12:07")).unwrap();
        assert!(sent(&mut canvas).starts_with("\x1b[2J\x1b[1;1H12:07"));
        canvas.draw(AREA, with("12:08")).unwrap();
        assert!(sent(&mut canvas).starts_with("\x1b[1;5H8\x1b"));
        canvas.draw(AREA, with("12:08")).unwrap();
        assert_eq!(sent(&mut canvas), "");
    }

    #[test]
    fn an_address_is_a_link_and_nothing_else_is() {
        let area = Rect::new(0, 0, 30, 1);
        let mut canvas = Canvas::new();
        canvas.links.on = true;
        canvas.draw(area, with("see http://a.example/b now")).unwrap();
        let said = sent(&mut canvas);
        assert!(said.contains("\x1b]8;;http://a.example/b\x1b\\"), "{said:?}");
        assert_eq!(said.matches("\x1b]8;;\x1b\\").count(), 1);
        canvas.draw(area, with("see http://a.example/b not")).unwrap();
        assert!(!sent(&mut canvas).contains("\x1b]8"), "the link has not changed");
        canvas.draw(area, with("see http://a.example/c not")).unwrap();
        assert!(sent(&mut canvas).contains("\x1b]8;;http://a.example/c"));
    }

    #[test]
    fn another_size_and_what_was_forgotten_are_drawn_whole() {
        let mut canvas = Canvas::new();
        canvas.draw(AREA, with("same")).unwrap();
        canvas.take();
        canvas.draw(Rect::new(0, 0, 8, 2), with("same")).unwrap();
        assert!(sent(&mut canvas).starts_with("\x1b[2J\x1b[1;1Hsame"));
        canvas.forget();
        canvas.draw(Rect::new(0, 0, 8, 2), with("same")).unwrap();
        assert!(sent(&mut canvas).starts_with("\x1b[2J\x1b[1;1Hsame"));
    }
}
