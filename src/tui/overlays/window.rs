//! The place of a window in the middle of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::layout::centered;
use crate::tui::theme::Theme;
use crate::tui::widgets::{frame, text};

/// Clears a place in the middle and frames it.
pub(super) fn window(
    buf: &mut Buffer,
    area: Rect,
    size: (u16, u16),
    title: &str,
    note: &str,
    theme: &Theme,
) -> Rect {
    let rect = centered(area, size.0, size.1);
    clear(buf, rect);
    frame(buf, rect, title, note, true, theme)
}

/// Empties a place, so that nothing below shines through, wide characters at its edges included.
pub(super) fn clear(buf: &mut Buffer, rect: Rect) {
    let rect = rect.intersection(buf.area);
    for y in rect.top()..rect.bottom() {
        if rect.left() > buf.area.left() {
            let before = &mut buf[(rect.left() - 1, y)];
            if text::width(before.symbol()) > 1 {
                before.set_symbol(" ");
            }
        }
        for x in rect.left()..rect.right() {
            buf[(x, y)].reset();
        }
    }
}
