//! The Moderation tab: flags, and what the selected one is about.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;

use super::look::View;
use crate::domain::PostKind;
use crate::protocol::FlagView;
use crate::tui::state::moderation::{Moderation, reply_of};
use crate::tui::widgets::{Pen, Window, frame, pen, scroll, text};

/// From this width on, what is flagged stands beside the list, else below it.
const WIDE: u16 = 120;

/// The list and what the selected flag is about.
#[must_use]
pub fn split(area: Rect) -> (Rect, Rect) {
    let parts = if area.width >= WIDE {
        Layout::horizontal([Constraint::Fill(1), Constraint::Length(area.width / 2)])
    } else {
        Layout::vertical([Constraint::Fill(1), Constraint::Length((area.height / 2).min(12))])
    };
    let [list, about] = parts.areas(area);
    (list, about)
}

/// Draws the tab.
pub fn render(state: &Moderation, area: Rect, buf: &mut Buffer, view: &View<'_>) -> Option<Window> {
    let (list, about) = split(area);
    let shown = flags(state, list, buf, view);
    detail(state, about, buf, view);
    shown
}

fn flags(state: &Moderation, area: Rect, buf: &mut Buffer, view: &View<'_>) -> Option<Window> {
    let theme = view.theme;
    let title = if state.resolved { "Settled flags" } else { "Open flags" };
    let told = state.list.told();
    let note = match (state.list.len(), told.is_empty()) {
        (0, _) => told,
        (count, true) => count.to_string(),
        (count, false) => format!("{told} · {count}"),
    };
    let inner = frame(buf, area, title, &note, true, theme);
    if state.list.is_empty() {
        let said = match (state.loaded, state.resolved) {
            (false, _) => ["reading…", ""],
            _ if state.list.has_rows() => ["no flag matches; Esc shows all", ""],
            (true, false) => {
                ["nothing is flagged", "posts that repeat, say little or come too fast appear here"]
            }
            (true, true) => ["no flag was settled yet", "f shows the open ones"],
        };
        pen::empty(buf, inner, &said, theme);
        return None;
    }
    let shown = state.list.window(inner, 2);
    scroll::bar(buf, area, shown, state.list.len(), theme);
    for (row, at) in (0..).step_by(2).zip(shown.lines(state.list.len())) {
        let Some(of) = state.list.get(at) else { break };
        let line = Rect { y: inner.y + row, height: 2, ..inner };
        let selected = at == state.list.scroll.selected;
        flag(of, line, theme.line(selected, true), selected, buf, view);
    }
    Some(shown)
}

fn flag(of: &FlagView, area: Rect, base: Style, selected: bool, buf: &mut Buffer, view: &View<'_>) {
    let (theme, glyphs) = (view.theme, view.theme.glyphs);
    let mut pen = Pen::new(buf, area, 0).base(base);
    pen.right(&format!(" {} ", text::ago(view.now.seconds_since(of.created_at))), theme.faint);
    pen.put(if selected { glyphs.marker } else { " " }, theme.accent);
    pen.put(glyphs.flag, if of.resolved { theme.dim } else { theme.warn }).skip(1);
    pen.cell(&of.flag_type.replace('_', " "), if of.resolved { theme.dim } else { theme.warn }, 12).skip(1);
    let name = view.name(&of.bot_id);
    pen.put(&text::initials(name), theme.actor(&of.bot_id)).skip(1).put(name, theme.actor(&of.bot_id));
    pen.put(&format!("  {}", target(of)), theme.dim);
    Pen::new(buf, area, 1).base(base).skip(3).put(&of.reason, theme.text);
}

/// `reply 12 in #3`
fn target(of: &FlagView) -> String {
    match (of.target_type.parse(), of.thread_id) {
        (Ok(PostKind::Reply), Some(thread)) => format!("reply {} in #{thread}", of.target_id),
        (Ok(PostKind::Thread), Some(thread)) => format!("thread #{thread}"),
        _ => of.target_type.clone(),
    }
}

fn detail(state: &Moderation, area: Rect, buf: &mut Buffer, view: &View<'_>) {
    let theme = view.theme;
    let Some(of) = state.selected() else {
        frame(buf, area, "What it is about", "", false, theme);
        return;
    };
    let title = of.thread_id.map_or_else(
        || view.name(&of.bot_id).to_owned(),
        |id| match view.titles.get(&id) {
            Some(title) => format!("#{id} {title}"),
            None => format!("#{id}"),
        },
    );
    let by = if of.flagged_by == "auto" {
        "by the room".to_owned()
    } else {
        format!("by {}", view.name(&of.flagged_by))
    };
    let inner = frame(buf, area, &title, &by, false, theme);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let mut row = 0;
    for line in text::wrap(&of.reason, inner.width, 3, theme.glyphs.ellipsis) {
        Pen::new(buf, inner, row).put(&line, theme.warn);
        row += 1;
    }
    row += 1;
    let post = state.post(of);
    let (said, style) = match &post {
        Some(post) => (crate::domain::text::clean(&post.said, 20_000), theme.quote),
        None if of.thread_id.is_none() => {
            ("It is about the bot itself: Enter shows it, x pauses it.".into(), theme.dim)
        }
        None if state.missing || (state.thread.is_some() && reply_of(of).is_some()) => {
            let settles = if of.resolved { "" } else { " r settles the flag." };
            (format!("What was flagged is deleted.{settles}"), theme.dim)
        }
        None => ("reading…".into(), theme.faint),
    };
    if let Some(post) = &post {
        let style = theme.actor(&post.author);
        Pen::new(buf, inner, row).put(&text::initials(&post.name), style).skip(1).put(&post.name, style);
        row += 1;
    }
    let lines = usize::from(inner.height.saturating_sub(row));
    for (row, line) in (row..inner.height).zip(text::wrap(&said, inner.width, lines, theme.glyphs.ellipsis)) {
        Pen::new(buf, inner, row).put(&line, style);
    }
}
