//! The Events tab: what was injected, and what the bots are told of it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;

use super::look::View;
use crate::protocol::EventView;
use crate::tui::state::events::{Events, Shown};
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pen, Window, frame, pen, scroll, text};

/// From this width on, the selected event stands beside the list, else below it.
const WIDE: u16 = 120;

/// The list and the selected event.
#[must_use]
pub fn split(area: Rect) -> (Rect, Rect) {
    let parts = if area.width >= WIDE {
        Layout::horizontal([Constraint::Fill(1), Constraint::Length(area.width * 2 / 5)])
    } else {
        Layout::vertical([Constraint::Fill(1), Constraint::Length((area.height / 2).min(10))])
    };
    let [list, about] = parts.areas(area);
    (list, about)
}

/// Draws the tab.
pub fn render(state: &Events, area: Rect, buf: &mut Buffer, view: &View<'_>) -> Option<Window> {
    let (list, about) = split(area);
    let shown = events(state, list, buf, view);
    detail(state, about, buf, view);
    shown
}

fn events(state: &Events, area: Rect, buf: &mut Buffer, view: &View<'_>) -> Option<Window> {
    let theme = view.theme;
    let note = match state.shown {
        Shown::All => "all",
        Shown::Active => "in force",
        Shown::Over => "over",
    };
    let told = state.list.told();
    let note = if told.is_empty() { note.to_owned() } else { format!("{told} · {note}") };
    let inner = frame(buf, area, "Events", &note, true, theme);
    if state.list.is_empty() {
        let said = if state.list.has_rows() {
            ["no event matches; Esc shows all", ""]
        } else {
            match (state.loaded, state.shown) {
                (false, _) => ["reading…", ""],
                (true, Shown::All) => {
                    ["nothing was injected yet", "i injects an event, t takes a ready-made one"]
                }
                (true, Shown::Active) => ["no event is in force", "i injects one; f shows the others"],
                (true, Shown::Over) => ["no event is over", "f shows the others"],
            }
        };
        pen::empty(buf, inner, &said, theme);
        return None;
    }
    let shown = state.list.window(inner, 1);
    scroll::bar(buf, area, shown, state.list.len(), theme);
    for (row, at) in (0..).zip(shown.lines(state.list.len())) {
        let Some(of) = state.list.get(at) else { break };
        event(of, inner, row, at == state.list.scroll.selected, buf, view);
    }
    Some(shown)
}

/// The style of a severity.
fn weight(severity: &str, theme: &Theme) -> Style {
    match severity {
        "crisis" => theme.bad,
        "major" => theme.warn,
        "minor" => theme.dim,
        _ => theme.text,
    }
}

/// When an event ends, in a few words.
fn ending(of: &EventView, view: &View<'_>) -> String {
    match (of.active, of.expires_at) {
        (false, _) => "over".into(),
        (true, Some(at)) if at > view.now => format!("ends in {}", text::ago(at.seconds_since(view.now))),
        (true, Some(_)) => "ends now".into(),
        (true, None) => "until ended".into(),
    }
}

fn event(of: &EventView, inner: Rect, row: u16, selected: bool, buf: &mut Buffer, view: &View<'_>) {
    let (theme, glyphs) = (view.theme, view.theme.glyphs);
    let mut pen = Pen::new(buf, inner, row).base(theme.line(selected, true));
    pen.right(&format!(" {:>4} ", text::ago(view.now.seconds_since(of.created_at))), theme.faint);
    pen.right(&format!("  {:<11}", ending(of, view)), if of.active { theme.accent } else { theme.faint });
    pen.put(if selected { glyphs.marker } else { " " }, theme.accent);
    let (mark, style) = if of.active { (glyphs.active, theme.good) } else { (glyphs.offline, theme.faint) };
    pen.put(mark, style).skip(1);
    pen.cell(&of.severity, if of.active { weight(&of.severity, theme) } else { theme.faint }, 6).skip(1);
    pen.cell(&of.event_type, theme.dim, 12).skip(1);
    pen.put(&of.title, if of.active { theme.text } else { theme.dim });
}

fn detail(state: &Events, area: Rect, buf: &mut Buffer, view: &View<'_>) {
    let theme = view.theme;
    let Some(of) = state.selected() else {
        let inner = frame(buf, area, "What the bots are told", "", false, theme);
        let said = "Every bot finds the events in force in its prompt. a interviews one bot out of band.";
        for (row, line) in (0..inner.height).zip(text::wrap(said, inner.width.saturating_sub(2), 6, "…")) {
            Pen::new(buf, inner, row).skip(1).put(&line, theme.dim);
        }
        return;
    };
    let inner = frame(buf, area, "What the bots are told", "", false, theme);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let mut row = 0;
    for line in text::wrap(&of.title, inner.width, 2, theme.glyphs.ellipsis) {
        Pen::new(buf, inner, row).put(&line, theme.title_focus);
        row += 1;
    }
    let dot = theme.glyphs.dot;
    let mut when =
        format!("{} {dot} {} {dot} since {}", of.event_type, of.severity, view.date(of.created_at));
    if let Some(end) = of.expires_at {
        when += &format!(" {dot} until {}", view.date(end));
    }
    for line in text::wrap(&when, inner.width, 2, theme.glyphs.ellipsis) {
        Pen::new(buf, inner, row).put(&line, theme.dim);
        row += 1;
    }
    row += 1;
    let said = if of.description.is_empty() { "It has no description." } else { &of.description };
    let said = crate::domain::text::clean(said, 4_000);
    let lines = usize::from(inner.height.saturating_sub(row));
    for (row, line) in (row..inner.height).zip(text::wrap(&said, inner.width, lines, theme.glyphs.ellipsis)) {
        Pen::new(buf, inner, row).put(&line, theme.quote);
    }
}
