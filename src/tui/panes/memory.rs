//! The Memory tab.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::View;
use crate::tui::tabs::memory::Explorer;
use crate::tui::widgets::{frame, pen};

/// Draws the tab.
pub fn render(state: &Explorer, area: Rect, buf: &mut Buffer, view: &View<'_>) {
    let inner = frame(buf, area, "Memory", "", true, view.theme);
    if !state.loaded {
        pen::empty(buf, inner, &["reading…"], view.theme);
    }
}
