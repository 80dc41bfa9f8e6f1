//! 6 Log: what the engine reports, newest last.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::look::{self, View};
use crate::protocol::{LogLine, Role};
use crate::tui::state::Lower;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Listing, Pen, Window, frame, pen, scroll};

/// The style of a level.
#[must_use]
pub fn level_style(level: &str, theme: &Theme) -> Style {
    match level {
        "ERROR" => theme.bad,
        "WARN" => theme.warn,
        "INFO" => theme.good,
        _ => theme.faint,
    }
}

/// Cells of the time of each line: a line of another day has its date.
#[must_use]
pub fn time_cells(list: &Listing<LogLine>, view: &View<'_>) -> u16 {
    // Lines stand in their order or turned round, so that one end or the other is of the farthest day.
    let ends = [list.rows().next(), list.rows().last()];
    if ends.into_iter().flatten().all(|line| view.is_today(line.at)) { 9 } else { 12 }
}

/// Draws one line of the log, its time in so many cells.
pub fn draw(mut pen: Pen<'_>, line: &LogLine, time_cells: u16, view: &View<'_>) {
    let theme = view.theme;
    let form = if view.is_today(line.at) { "%H:%M:%S" } else { "%m-%d %H:%M" };
    let time = line.at.timestamp().to_zoned(view.zone.clone()).strftime(form).to_string();
    pen.cell_right(&time, theme.faint, time_cells).skip(1).cell(
        &line.level,
        level_style(&line.level, theme),
        6,
    );
    pen.put(&line.message, theme.text);
}

/// Why there are no lines: a viewer is not told them.
#[must_use]
pub fn silence(view: &View<'_>) -> &'static str {
    match (view.past, view.role) {
        (true, _) => "what the engine reported is not part of the past",
        (false, Role::Viewer) => "the log is for operators",
        (false, Role::Operator) => "nothing to report",
    }
}

/// Draws the pane.
pub fn render(lower: &Lower, area: Rect, buf: &mut Buffer, view: &View<'_>, focused: bool) -> Option<Window> {
    let theme = view.theme;
    let order = lower.log.order().map(|(column, turned)| {
        let way = if turned { ", turned round" } else { "" };
        format!("by {column}{way}")
    });
    let note = order.unwrap_or_default();
    let inner = frame(buf, area, &lower.log.titled("6 Log"), &note, focused, theme);
    if lower.log.is_empty() {
        let said = if lower.log.has_rows() { look::NOTHING_MATCHES } else { silence(view) };
        pen::empty(buf, inner, &[said], theme);
        return None;
    }
    let shown = lower.log.window(inner, 1);
    let cells = time_cells(&lower.log, view);
    scroll::bar(buf, area, shown, lower.log.len(), theme);
    for (row, at) in (0..inner.height).zip(shown.lines(lower.log.len())) {
        let Some(line) = lower.log.get(at) else { break };
        let selected = focused && at == lower.log.scroll.selected;
        draw(Pen::new(buf, inner, row).base(theme.line(selected, focused)), line, cells, view);
    }
    Some(shown)
}
