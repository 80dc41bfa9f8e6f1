//! 2 Activity: what bots do, newest first, two lines each where something was said.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::View;
use crate::domain::ActivityKind;
use crate::tui::state::{Row, Stream};
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pen, Window, frame, pen, scroll, text};

/// The glyph of an act and its style.
#[must_use]
pub fn act_mark(row: &Row, theme: &Theme) -> (&'static str, Style) {
    let glyphs = theme.glyphs;
    let Some(kind) = row.told.kind else { return (glyphs.quiet, theme.faint) };
    match kind {
        ActivityKind::CreateThread => (glyphs.thread, theme.good),
        ActivityKind::Reply => (glyphs.reply, theme.accent),
        ActivityKind::Vote if row.told.value < 0 => (glyphs.down, theme.bad),
        ActivityKind::Vote => (glyphs.up, theme.good),
        ActivityKind::Follow => (glyphs.follow, theme.accent),
        ActivityKind::Unfollow => (glyphs.unfollow, theme.warn),
        ActivityKind::WebSearch => (glyphs.search, theme.warn),
        ActivityKind::Failed => (glyphs.failed, theme.bad),
        ActivityKind::HumanPost => (glyphs.person, theme.accent),
        ActivityKind::Interview => (glyphs.interview, theme.accent),
        ActivityKind::EventInjected => (glyphs.event, theme.warn),
        ActivityKind::ConfigUpdated => (glyphs.config, theme.dim),
        ActivityKind::DoNothing => (glyphs.quiet, theme.faint),
        ActivityKind::CallsLost | ActivityKind::ProviderTest => (glyphs.quiet, theme.warn),
    }
}

/// What an act is, in words: `replied to Marcus in “…”`.
#[must_use]
pub fn sentence(row: &Row, view: &View<'_>) -> String {
    row.told.sentence(view)
}

const TIME_CELLS: u16 = 4;
const INDENT: u16 = 8;
/// From this width on, the model stands at the end of a line that has room for it.
const WITH_MODELS: u16 = 60;
/// From this width on, names stand behind the initials.
const WITH_NAMES: u16 = 56;

/// Draws the stream.
pub fn render(
    stream: &Stream,
    area: Rect,
    buf: &mut Buffer,
    view: &View<'_>,
    focused: bool,
) -> Option<Window> {
    let theme = view.theme;
    let mut inner = frame(buf, area, &title(stream, view), &note(stream, theme), focused, theme);
    inner = thoughts(stream, inner, buf, view);
    stream.models.begin_frame();
    if stream.is_empty() {
        let said = match (stream.loaded, stream.filter().is_empty()) {
            (false, _) => ["reading…", ""],
            (true, true) => ["quiet so far", "bots wake on their heartbeat; s runs the next one now"],
            (true, false) => ["nothing matches", "Esc shows everything"],
        };
        pen::empty(buf, inner, &said, theme);
        return None;
    }
    stream.first_row.set(inner.y);
    stream.text_cells.set(inner.width.saturating_sub(INDENT + 2));
    stream.quote_lines.set(match inner.height {
        0..14 => 1,
        14..30 => 2,
        _ => 3,
    });
    let visible = visible(stream, inner.height);
    let top = visible.first().map_or(0, |(line, _)| *line);
    let shown = Window { area: inner, high: 1, top, page: visible.len() };
    scroll::bar_of(buf, area, shown, (stream.len(), stream.more), theme);
    for (line, top) in visible {
        let Some(row) = stream.line(line) else { break };
        let selected = line == stream.scroll.selected && (focused || stream.is_frozen());
        let base = theme.line(selected, focused);
        let asked = row.tokens > 0 && inner.width >= WITH_MODELS;
        let model = asked.then(|| stream.models.shown(row.seq)).flatten();
        draw(row, model, inner, top, (selected, base), buf, view);
        draw_quote(&quote(stream, row), row, inner, top + 1, base, buf, view);
    }
    Some(shown)
}

fn title(stream: &Stream, view: &View<'_>) -> String {
    let filter = stream.filter();
    let mut title = "2 Activity".to_owned();
    if let Some(bot) = &filter.bot {
        title += &format!(" {} {}", view.theme.glyphs.dot, view.name(bot));
    }
    if let Some(kind) = &filter.kind {
        title += &format!(" {} {}", view.theme.glyphs.dot, kind.as_str().replace('_', " "));
    }
    if !filter.text.is_empty() {
        title += &format!(" /{}", filter.text);
    }
    title
}

fn note(stream: &Stream, theme: &Theme) -> String {
    match (stream.is_frozen(), stream.fresh) {
        (true, 0) => "frozen".into(),
        (true, fresh) => format!("{fresh} new {}", theme.glyphs.arrow_up),
        (false, _) => String::new(),
    }
}

/// Live text of who thinks, at the top; answers what is left.
fn thoughts(stream: &Stream, inner: Rect, buf: &mut Buffer, view: &View<'_>) -> Rect {
    let theme = view.theme;
    let rows = stream.thoughts.iter().filter(|(_, text)| !text.trim().is_empty());
    let most = usize::from(inner.height / 4).min(3);
    let mut used = 0;
    for (id, thought) in rows.take(most) {
        let mut pen = Pen::new(buf, inner, used);
        let name = view.name(id);
        let spin = theme.glyphs.spinner[view.frame % theme.glyphs.spinner.len()];
        pen.cell("now", theme.accent, TIME_CELLS).skip(1).put(&text::initials(name), theme.actor(id));
        pen.skip(1).put(spin, theme.accent).skip(1);
        // The end of what it thinks is what is new.
        let flat = thought.replace('\n', " ");
        let room = pen.room();
        let tail = tail(&flat, room);
        pen.put(tail, theme.quote);
        used += 1;
    }
    Rect { y: inner.y + used, height: inner.height - used, ..inner }
}

fn tail(text: &str, cells: u16) -> &str {
    let mut start = text.len();
    let mut used = 0;
    for (at, c) in text.char_indices().rev() {
        used += text::width(c.encode_utf8(&mut [0; 4]));
        if used > cells {
            break;
        }
        start = at;
    }
    &text[start..]
}

/// The lines of what was said, as many as there is room for.
fn quote(stream: &Stream, row: &Row) -> Vec<String> {
    if row.told.quote.is_empty() {
        return Vec::new();
    }
    let quiet = row.told.is(ActivityKind::DoNothing);
    let lines = if quiet { 1 } else { stream.quote_lines.get() };
    text::wrap(&text::safe(&row.told.quote), stream.text_cells.get().max(1), lines, "…")
}

fn height(stream: &Stream, row: &Row) -> u16 {
    1 + u16::try_from(quote(stream, row).len()).unwrap_or(0)
}

/// The lines to draw and where each begins.
fn visible(stream: &Stream, space: u16) -> Vec<(usize, u16)> {
    let len = stream.len();
    let heights = |line: usize| stream.line(line).map_or(1, |row| height(stream, row));
    // Found by walking up from the selected line, so that it is always seen whole.
    let selected = stream.scroll.selected.min(len.saturating_sub(1));
    let mut first = stream.scroll.top().min(selected);
    let mut needed: u16 = 0;
    for line in (first..=selected).rev() {
        needed = needed.saturating_add(heights(line));
        if needed > space {
            first = (line + 1).min(selected);
            break;
        }
    }
    let mut shown = Vec::new();
    let mut top = 0;
    let mut line = first;
    while line < len && top < space {
        shown.push((line, top));
        top += heights(line);
        line += 1;
    }
    shown
}

/// The line whose act is drawn at a row of the screen.
#[must_use]
pub fn line_at(stream: &Stream, area: Rect, y: u16) -> Option<usize> {
    let row = y.checked_sub(stream.first_row.get()).filter(|_| area.top() < y && y + 1 < area.bottom())?;
    let mut top = 0;
    (stream.scroll.top()..stream.len()).find(|line| {
        top += stream.line(*line).map_or(1, |row| height(stream, row));
        row < top
    })
}

fn draw(
    row: &Row,
    model: Option<&str>,
    inner: Rect,
    top: u16,
    (selected, base): (bool, Style),
    buf: &mut Buffer,
    view: &View<'_>,
) {
    let theme = view.theme;
    let (mark, style) = act_mark(row, theme);
    let quiet = row.told.is(ActivityKind::DoNothing) || row.told.is(ActivityKind::ConfigUpdated);
    let mut pen = Pen::new(buf, inner, top).base(base);
    pen.cell_right(&text::ago(view.now.seconds_since(row.at)), theme.faint, TIME_CELLS);
    pen.put(if selected { theme.glyphs.marker } else { " " }, theme.accent);
    pen.put(&text::initials(view.name(&row.bot_id)), theme.actor(&row.bot_id)).skip(1);
    pen.put(mark, style).skip(1);
    if inner.width >= WITH_NAMES {
        pen.put(view.name(&row.bot_id), theme.actor(&row.bot_id)).skip(1);
    }
    let said = sentence(row, view);
    if let Some(model) = model.filter(|model| text::width(&said) + text::width(model) + 2 <= pen.room()) {
        pen.right(model, theme.faint);
    }
    pen.put(&said, if quiet { theme.faint } else { theme.text });
}

fn draw_quote(
    lines: &[String],
    row: &Row,
    inner: Rect,
    top: u16,
    base: Style,
    buf: &mut Buffer,
    view: &View<'_>,
) {
    let theme = view.theme;
    let style = if row.told.is(ActivityKind::Failed) { theme.bad } else { theme.quote };
    // Who begins with a quotation mark of their own needs no second one.
    let quoted = !row.told.is(ActivityKind::Failed)
        && !row.told.quote.trim_start().starts_with(['“', '"', '„', '«', '\'', '‘']);
    for (at, line) in lines.iter().enumerate() {
        let mut pen = Pen::new(buf, inner, top + u16::try_from(at).unwrap_or(0)).base(base);
        let open = if at == 0 && quoted { theme.glyphs.quote_open } else { " " };
        pen.skip(INDENT - 1).put(open, theme.faint).put(line, style);
        if at + 1 == lines.len() && quoted {
            pen.put(theme.glyphs.quote_close, theme.faint);
        }
    }
}
