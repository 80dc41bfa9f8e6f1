//! The Society tab.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::View;
use crate::tui::tabs::society::Society;
use crate::tui::widgets::{frame, pen};

/// Draws the tab.
pub fn render(state: &Society, area: Rect, buf: &mut Buffer, view: &View<'_>) {
    let inner = frame(buf, area, "Society", "", true, view.theme);
    if !state.loaded {
        pen::empty(buf, inner, &["reading…"], view.theme);
    }
}
