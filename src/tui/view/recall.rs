//! Memory in the inspector: what the bot remembers, by kind, newest first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::look::{self, View};
use crate::domain::MemoryKind;
use crate::tui::state::recall::{Part, Recall, RecallLine};
use crate::tui::widgets::{Pen, Window, pen, scroll, text};

/// The heading of a kind.
#[must_use]
pub const fn heading(kind: MemoryKind) -> &'static str {
    match kind {
        MemoryKind::Fact => "Facts",
        MemoryKind::Relationship => "Relationships",
        MemoryKind::Opinion => "Opinions",
        MemoryKind::Interest => "Interests",
        MemoryKind::Moment => "Moments",
        MemoryKind::Cold => "Long ago",
        MemoryKind::Era => "Eras",
    }
}

/// Draws the list alone, in a pane with this frame; `narrowed` where only what holds some words was asked for.
pub fn list(
    (recall, narrowed): (&Recall, bool),
    area: Rect,
    pane: Rect,
    buf: &mut Buffer,
    view: &View<'_>,
    focused: bool,
) -> Option<Window> {
    let theme = view.theme;
    if !recall.loaded() {
        pen::empty(buf, area, &["reading…"], theme);
        return None;
    }
    if recall.lines.is_empty() {
        let said = if narrowed { look::NOTHING_MATCHES } else { "nothing is remembered yet" };
        pen::empty(buf, area, &[said], theme);
        return None;
    }
    let shown = recall.scroll.window(recall.lines.len(), area, 1);
    scroll::bar(buf, pane, shown, recall.lines.len(), theme);
    for (row, at) in (0..area.height).zip(shown.lines(recall.lines.len())) {
        let selected = at == recall.scroll.selected;
        let mut pen = Pen::new(buf, area, row).base(theme.line(selected && focused, focused));
        match &recall.lines[at] {
            RecallLine::Heading(part, count) => {
                let (heading, more) = match part {
                    Part::Held(kind) => (heading(*kind), ""),
                    Part::All => ("The newest first", ""),
                    Part::Archive(more) => ("In the archive", if *more { "+" } else { "" }),
                };
                pen.skip(1).put(heading, theme.title_focus).put(&format!(" {count}{more}"), theme.faint);
            }
            RecallLine::Item(item) => {
                pen.put(if selected { theme.glyphs.marker } else { " " }, theme.accent);
                pen.put(if item.pinned { theme.glyphs.pin } else { " " }, theme.warn).skip(1);
                pen.right(" ", theme.text).right(item.date.get(5..).unwrap_or(""), theme.faint);
                pen.right(&format!(" {} ", item.note), theme.dim);
                let told = item.told();
                let mut text = told.as_ref();
                if let Some(other) = &item.other {
                    let name = view.name(other);
                    // Notes often name who they are about themselves: a second name is a heading.
                    match text::find_name(text, name) {
                        Some(0) => {
                            pen.put(name, theme.actor(other)).skip(1);
                            text = text[name.len()..].trim_start_matches([':', ' ']);
                        }
                        Some(_) => drop(pen.put(name, theme.actor(other)).put(": ", theme.dim)),
                        None => drop(pen.put(name, theme.actor(other)).skip(1)),
                    }
                }
                pen.put(text, theme.text);
            }
        }
    }
    Some(shown)
}

/// Draws the page.
pub fn render(
    recall: &Recall,
    area: Rect,
    buf: &mut Buffer,
    view: &View<'_>,
    focused: bool,
) -> Option<Window> {
    let theme = view.theme;
    if !recall.loaded() {
        pen::empty(buf, area, &["reading…"], theme);
        return None;
    }
    // The selected one is told in full at the foot.
    let whole = recall.selected().map(crate::tui::state::recall::Item::told).unwrap_or_default();
    let foot = if focused && area.height > 10 { 3 } else { 0 };
    let list = Rect { height: area.height.saturating_sub(foot), ..area };
    let narrowed = !recall.filter().is_empty();
    let shown = self::list((recall, narrowed), list, scroll::around(area), buf, view, focused);
    let below = Rect { x: area.x + 1, width: area.width.saturating_sub(2), y: list.bottom(), height: foot };
    for (row, line) in
        (0..foot).zip(text::wrap(&whole, below.width, usize::from(foot), theme.glyphs.ellipsis))
    {
        Pen::new(buf, below, row).put(&line, theme.quote);
    }
    shown
}
