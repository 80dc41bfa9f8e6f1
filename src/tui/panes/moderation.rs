//! The Moderation tab.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::View;
use crate::tui::tabs::moderation::Moderation;
use crate::tui::widgets::{frame, pen};

/// Draws the tab.
pub fn render(state: &Moderation, area: Rect, buf: &mut Buffer, view: &View<'_>) {
    let inner = frame(buf, area, "Moderation", "", true, view.theme);
    if !state.loaded {
        pen::empty(buf, inner, &["reading…"], view.theme);
    }
}
