//! The Log tab.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::View;
use crate::tui::tabs::log::Log;
use crate::tui::widgets::{frame, pen};

/// Draws the tab.
pub fn render(state: &Log, area: Rect, buf: &mut Buffer, view: &View<'_>) {
    let inner = frame(buf, area, "Log", "", true, view.theme);
    if !state.loaded {
        pen::empty(buf, inner, &["reading…"], view.theme);
    }
}
