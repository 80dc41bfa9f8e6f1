//! Short messages in the lower right corner.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::window::clear;
use crate::tui::state::{Toast, Tone};
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pen, text};

/// Draws them upwards from the corner, the newest lowest.
pub fn render(toasts: &[Toast], area: Rect, buf: &mut Buffer, theme: &Theme) {
    let mut bottom = area.bottom().saturating_sub(2);
    for toast in toasts.iter().rev() {
        let (mark, style) = match toast.tone {
            Tone::Good => (theme.glyphs.active, theme.good),
            Tone::Info => (theme.glyphs.marker, theme.accent),
            Tone::Bad => (theme.glyphs.failing, theme.bad),
        };
        let widest = area.width.saturating_sub(8).min(64);
        let lines = text::wrap(&toast.text, widest.saturating_sub(4), 5, theme.glyphs.ellipsis);
        let width = lines.iter().map(|line| text::width(line)).max().unwrap_or(0) + 4;
        let height = u16::try_from(lines.len()).unwrap_or(1);
        let Some(top) = bottom.checked_sub(height).filter(|top| *top > area.y + 2) else { return };
        let rect = Rect::new(area.right().saturating_sub(width + 1), top, width, height).intersection(area);
        clear(buf, rect);
        for (row, line) in (0_u16..).zip(&lines) {
            let mut pen = Pen::new(buf, rect, row).base(theme.selected_blur);
            pen.skip(1).put(if row == 0 { mark } else { " " }, style).skip(1).put(line, theme.text);
        }
        bottom = top;
    }
}
