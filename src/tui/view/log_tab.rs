//! The Log tab: what the engine reports, newest last.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::look::View;
use crate::tui::state::log::{LEVELS, Log};
use crate::tui::widgets::{Pen, Window, frame, pen, scroll, text};

/// Draws the tab.
pub fn render(state: &Log, area: Rect, buf: &mut Buffer, view: &View<'_>) -> Option<Window> {
    let theme = view.theme;
    let which = state.which.told();
    let mut note =
        format!("{which} · {} and worse", LEVELS[state.level.min(LEVELS.len() - 1)].to_lowercase());
    let told = state.list.told();
    if !told.is_empty() {
        note = format!("{told} · {note}");
    }
    if state.held && state.list.is_plain() {
        note.push_str(" · held, G follows");
    }
    let inner = frame(buf, area, "Log", &note, true, theme);
    if !state.loaded {
        pen::empty(buf, inner, &["reading…"], theme);
        return None;
    }
    if state.list.is_empty() {
        let said =
            if state.is_narrowed() { "no line matches; Esc shows all" } else { super::log::silence(view) };
        let lines = [said, "the log files are in logs/ of the home"];
        pen::empty(buf, inner, &lines, theme);
        return None;
    }
    // The selected line is told in full at the foot.
    let foot = if inner.height > 8 { 2 } else { 0 };
    let list = Rect { height: inner.height - foot, ..inner };
    let shown = state.list.window(list, 1);
    let cells = super::log::time_cells(&state.list, view);
    scroll::bar(buf, area, shown, state.list.len(), theme);
    for (row, at) in (0..list.height).zip(shown.lines(state.list.len())) {
        let Some(line) = state.list.get(at) else { break };
        let chosen = at == state.list.scroll.selected;
        super::log::draw(Pen::new(buf, list, row).base(theme.line(chosen, true)), line, cells, view);
    }
    if let Some(line) = state.list.selected() {
        let below = Rect { y: list.bottom(), height: foot, ..inner };
        let whole = format!("{} {}: {}", view.date(line.at), line.target, line.message);
        for (row, part) in (0..foot).zip(text::wrap(
            &whole,
            below.width.saturating_sub(2),
            usize::from(foot),
            theme.glyphs.ellipsis,
        )) {
            Pen::new(buf, below, row).skip(1).put(&part, theme.quote);
        }
    }
    Some(shown)
}
