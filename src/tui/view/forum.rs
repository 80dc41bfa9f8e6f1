//! The Forum tab: the list of threads, and the thread being read beside it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};

use super::bots::{SCORE, reputation};
use super::look::View;
use crate::protocol::{ThreadSort, ThreadSummary};
use crate::tui::state::forum::Forum;
use crate::tui::state::{Drawn, List, author_of};
use crate::tui::widgets::{Pen, Window, frame, pen, scroll, text};

/// From this width on, list and reader stand side by side.
pub const WIDE: u16 = 120;

/// The list and the reader; the one that is not shown is empty.
#[must_use]
pub fn split(area: Rect, state: &Forum) -> (Rect, Rect) {
    let list = match (area.width >= WIDE && !state.zoomed, state.reading) {
        (true, _) => (area.width * 2 / 5).clamp(46, 80),
        (false, true) => 0,
        (false, false) => area.width,
    };
    let [list, reader] = Layout::horizontal([Constraint::Length(list), Constraint::Fill(1)]).areas(area);
    (list, reader)
}

/// Draws the tab.
pub fn render(state: &Forum, area: Rect, buf: &mut Buffer, view: &View<'_>) -> Drawn {
    let (list, reader) = split(area, state);
    let mut drawn = Drawn::default();
    if !list.is_empty() {
        drawn.list(List::Threads, threads(state, list, buf, view));
    }
    if !reader.is_empty() {
        drawn.thread = super::thread::render(state, reader, buf, view);
    }
    drawn
}

fn title(state: &Forum, view: &View<'_>) -> String {
    let dot = view.theme.glyphs.dot;
    let mut title = "Threads".to_owned();
    if !state.query.q.is_empty() {
        title += &format!(" /{}", state.query.q);
    }
    if let Some(tag) = &state.query.tag {
        title += &format!(" {dot} #{tag}");
    }
    if let Some(author) = &state.query.author {
        title += &format!(" {dot} by {}", view.name(author));
    }
    if let Some(writer) = &state.query.writer {
        title += &format!(" {dot} with posts of {}", view.name(writer));
    }
    title
}

fn threads(state: &Forum, area: Rect, buf: &mut Buffer, view: &View<'_>) -> Option<Window> {
    let theme = view.theme;
    let order = match state.query.sort {
        ThreadSort::Newest => "newest",
        ThreadSort::Popular => "most popular",
        ThreadSort::Active => "last active",
    };
    let inner = frame(buf, area, &title(state, view), order, !state.reading, theme);
    if state.threads.is_empty() {
        let said = match (state.loaded, state.is_narrowed()) {
            (false, _) => ["reading…", ""],
            (true, false) => ["no threads yet", "bots open them on their heartbeat; c opens one now"],
            (true, true) => ["no thread matches", "Esc shows all again"],
        };
        pen::empty(buf, inner, &said, theme);
        return None;
    }
    let len = state.threads.len();
    let shown = state.list.window(len, inner, 2);
    scroll::bar_of(buf, area, shown, (len, state.more), theme);
    let lines = shown.lines(len);
    for (row, at) in (0..).step_by(2).zip(lines.clone()) {
        let selected = at == state.list.selected;
        let line = Rect { y: inner.y + row, height: 2, ..inner };
        thread(&state.threads[at], line, (selected, !state.reading), state.query.sort, buf, view);
    }
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX) * 2;
    if lines.end == len && state.more && rows < inner.height {
        Pen::new(buf, inner, rows).skip(2).put("reading more…", theme.faint);
    }
    Some(shown)
}

fn thread(
    of: &ThreadSummary,
    area: Rect,
    (selected, focused): (bool, bool),
    sort: ThreadSort,
    buf: &mut Buffer,
    view: &View<'_>,
) {
    let (theme, glyphs) = (view.theme, view.theme.glyphs);
    let base = theme.line(selected, focused);
    let at = if sort == ThreadSort::Active { of.last_activity_at } else { of.created_at };
    let mut pen = Pen::new(buf, area, 0).base(base);
    pen.right(&format!(" {} ", text::ago(view.now.seconds_since(at))), theme.faint);
    pen.put(if selected { glyphs.marker } else { " " }, theme.accent);
    pen.put(if of.pinned { glyphs.pin } else { " " }, theme.warn);
    pen.put(&of.title, if selected { theme.title_focus } else { theme.text });
    let mut pen = Pen::new(buf, area, 1).base(base);
    let score = reputation(of.vote_score, theme);
    pen.right(" ", theme.text).right_cell(&text::signed(of.vote_score), score, SCORE);
    pen.right(&format!("  {} {:<3}", glyphs.reply, of.reply_count), theme.dim);
    let author = author_of(&of.author_bot_id, &of.author_name);
    pen.skip(2).put(&text::initials(author), theme.actor(&of.author_bot_id)).skip(1);
    pen.put(author, theme.actor(&of.author_bot_id));
    for tag in &of.tags {
        pen.put(&format!("  #{tag}"), theme.faint);
    }
}
