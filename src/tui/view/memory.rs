//! The Memory tab: bots, what the selected one remembers, and the selected memory in full.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::look::{self, View};
use crate::tui::state::memory::Explorer;
use crate::tui::state::{Bots, Drawn, List};
use crate::tui::widgets::{Pen, frame, pen, scroll, text};

/// Width of the list of bots.
const BOTS: u16 = 22;
/// Lines of the whole text below.
const DETAIL: u16 = 8;

fn split(area: Rect) -> (Rect, Rect, Rect) {
    let wide = BOTS.min(area.width / 3);
    let detail = if area.height > 16 { DETAIL } else { 5.min(area.height / 3) };
    let left = Rect { width: wide, ..area };
    let list = Rect { x: left.right(), width: area.width - wide, height: area.height - detail, ..area };
    (left, list, Rect { y: list.bottom(), height: detail, ..list })
}

fn inside(area: Rect) -> Rect {
    Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

/// Insides of the two lists, for clicks.
#[must_use]
pub fn areas(body: Rect) -> (Rect, Rect) {
    let (left, list, _) = split(body);
    (inside(left), inside(list))
}

/// Draws the tab.
pub fn render(state: &Explorer, bots: &Bots, area: Rect, buf: &mut Buffer, view: &View<'_>) -> Drawn {
    let mut drawn = Drawn::default();
    let theme = view.theme;
    let (left, list, detail) = split(area);
    let title = if bots.filter().is_empty() { "Bots".to_owned() } else { format!("Bots /{}", bots.filter()) };
    let order = bots.order();
    let note = if order.is_plain() {
        String::new()
    } else {
        look::ordered((order.column.title(), order.is_turned()), theme)
    };
    let inner = frame(buf, left, &title, &note, state.in_bots, theme);
    let shown = bots.scroll.window(bots.len(), inner, 1);
    drawn.list(List::Bots, Some(shown));
    scroll::bar(buf, left, shown, bots.len(), theme);
    for (row, at) in (0..inner.height).zip(shown.lines(bots.len())) {
        let Some(bot) = bots.line(at) else { break };
        let chosen = state.of.as_ref() == Some(&bot.id);
        let mut pen = Pen::new(buf, inner, row).base(theme.line(chosen, state.in_bots));
        let mark = match (chosen, bots.is_marked(&bot.id)) {
            (true, _) => theme.glyphs.marker,
            (false, true) => theme.glyphs.full,
            (false, false) => " ",
        };
        pen.put(mark, theme.accent).name(&bot.name, theme.actor(&bot.id), u16::MAX);
    }
    let title = state
        .of
        .as_ref()
        .map_or_else(|| "Memory".to_owned(), |id| format!("What {} remembers", view.name(id)));
    let note = if state.filter.is_empty() { String::new() } else { format!("with “{}”", state.filter) };
    let inner = frame(buf, list, &title, &note, !state.in_bots, theme);
    if bots.total() == 0 {
        pen::empty(buf, inner, &["there is nobody here yet", "n makes a bot"], theme);
    } else {
        let recall = (&state.recall, !state.filter.is_empty());
        drawn.list(List::Explorer, super::recall::list(recall, inner, list, buf, view, !state.in_bots));
    }
    whole(state, detail, buf, view);
    drawn
}

/// The selected memory, with where it comes from.
fn whole(state: &Explorer, area: Rect, buf: &mut Buffer, view: &View<'_>) {
    let theme = view.theme;
    let Some(item) = state.recall.selected() else {
        frame(buf, area, "In full", "", false, theme);
        return;
    };
    let from = item.activity_id.map_or_else(String::new, |id| format!("from act {id} · enter shows why"));
    let title = super::recall::heading(item.kind);
    let title =
        if item.archived { format!("In the archive: {}", title.to_lowercase()) } else { title.to_owned() };
    let inner = frame(buf, area, &title, &from, false, theme);
    let mut head = Pen::new(buf, inner, 0);
    head.skip(1).put(&format!("{}  {}", item.date, item.note), theme.dim);
    if let Some(other) = &item.other {
        head.put("  about ", theme.dim).put(view.name(other), theme.actor(other));
    }
    if item.pinned {
        head.put("  pinned", theme.warn);
    }
    let rows = inner.height.saturating_sub(1);
    let told = if item.history.is_empty() {
        item.told().into_owned()
    } else {
        format!("{} — {}", item.told(), item.history)
    };
    for (row, line) in (1..=rows).zip(text::wrap(
        &told,
        inner.width.saturating_sub(2),
        usize::from(rows),
        theme.glyphs.ellipsis,
    )) {
        Pen::new(buf, inner, row).skip(1).put(&line, theme.quote);
    }
}
