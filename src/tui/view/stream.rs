//! 2 Activity: what bots do, newest first, two lines each where something was said.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::look::View;
use crate::domain::ActivityKind;
use crate::tui::state::stream::Shown;
use crate::tui::state::{Drawn, List, Row, Stream};
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pen, Sheet, Window, frame, pen, scroll, text};

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
/// From this width on, initials stand in a column of their own before the names.
const WITH_INITIALS: u16 = 56;
/// Cells of a name, so that a long one leaves room for what was done.
const NAME_CELLS: u16 = 20;

/// Draws the stream.
pub fn render(stream: &Stream, area: Rect, buf: &mut Buffer, view: &View<'_>, focused: bool) -> Drawn {
    let theme = view.theme;
    let inner = frame(buf, area, &title(stream, view), &note(stream, theme), focused, theme);
    let inner = thoughts(stream, inner, buf, view);
    let (mut drawn, mut shown) = (Drawn::default(), Shown::default());
    if stream.is_empty() {
        let said = match (stream.loaded, stream.filter().is_empty()) {
            (false, _) => ["reading…", ""],
            (true, true) => ["quiet so far", "bots wake on their heartbeat; s runs the next one now"],
            (true, false) => ["nothing matches", "Esc shows everything"],
        };
        pen::empty(buf, inner, &said, theme);
        drawn.stream = Some(shown);
        return drawn;
    }
    let quotes = Quotes {
        cells: inner.width.saturating_sub(INDENT + 2).max(1),
        lines: match inner.height {
            0..14 => 1,
            14..30 => 2,
            _ => 3,
        },
    };
    let (first, acts) = visible(stream, inner.height, quotes);
    let window = Window { area: inner, high: 1, top: first, page: acts.len() };
    drawn.list(List::Stream, Some(window));
    scroll::bar_of(buf, area, window, (stream.len(), stream.more), theme);
    for (line, (row, quote)) in (first..).zip(acts) {
        let selected = line == stream.scroll.selected && (focused || stream.is_frozen());
        let used = shown.lines.last().map_or(inner.y, |(_, rows)| rows.end);
        let place = Rect { y: used, height: inner.bottom() - used, ..inner };
        let high = height(&quote).min(place.height);
        shown.lines.push((line, used..used + high));
        let asks = row.tokens > 0 && inner.width >= WITH_MODELS;
        if asks && stream.models.is_unasked(row.seq) {
            shown.without_model.push(row.seq);
        }
        let model = stream.models.of(row.seq).filter(|_| asks);
        let mut sheet = Sheet::new(buf, place, theme.line(selected, focused));
        draw(row, model, &mut sheet, selected, view);
        draw_quote(&quote, row, &mut sheet, view);
    }
    drawn.stream = Some(shown);
    drawn
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
        pen.cell("now", theme.accent, TIME_CELLS).skip(1);
        if inner.width >= WITH_INITIALS {
            pen.put(&text::initials(name), theme.actor(id)).skip(1);
        }
        pen.put(spin, theme.accent).skip(1).name(name, theme.actor(id), NAME_CELLS).skip(1);
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

/// The room for what was said: cells of a line, and lines.
#[derive(Copy, Clone)]
struct Quotes {
    cells: u16,
    lines: usize,
}

/// The lines of what was said, as many as there is room for.
fn quote(row: &Row, room: Quotes) -> Vec<String> {
    if row.told.quote.is_empty() {
        return Vec::new();
    }
    let quiet = row.told.is(ActivityKind::DoNothing);
    text::wrap(&text::safe(&row.told.quote), room.cells, if quiet { 1 } else { room.lines }, "…")
}

fn height(quote: &[String]) -> u16 {
    1 + u16::try_from(quote.len()).unwrap_or(0)
}

/// The first line to draw, and the acts from there on with what was said.
fn visible(stream: &Stream, space: u16, room: Quotes) -> (usize, Vec<(&Row, Vec<String>)>) {
    let quoted = |line: usize| stream.line(line).map(|row| (row, quote(row, room)));
    // Found by walking up from the selected line, so that it is always seen whole.
    let selected = stream.scroll.selected.min(stream.len().saturating_sub(1));
    let mut first = stream.scroll.top().min(selected);
    let mut needed: u16 = 0;
    for line in (first..=selected).rev() {
        needed = needed.saturating_add(quoted(line).map_or(1, |(_, quote)| height(&quote)));
        if needed > space {
            first = (line + 1).min(selected);
            break;
        }
    }
    let mut left = space;
    let mut acts = Vec::new();
    for act in (first..stream.len()).map_while(quoted) {
        if left == 0 {
            break;
        }
        left = left.saturating_sub(height(&act.1));
        acts.push(act);
    }
    (first, acts)
}

fn draw(row: &Row, model: Option<&str>, sheet: &mut Sheet<'_>, selected: bool, view: &View<'_>) {
    let theme = view.theme;
    let (mark, style) = act_mark(row, theme);
    let quiet = row.told.is(ActivityKind::DoNothing) || row.told.is(ActivityKind::ConfigUpdated);
    let with_initials = sheet.width() >= WITH_INITIALS;
    let mut pen = sheet.pen(0);
    pen.cell_right(&text::ago(view.now.seconds_since(row.at)), theme.faint, TIME_CELLS);
    pen.put(if selected { theme.glyphs.marker } else { " " }, theme.accent);
    let (name, actor) = (view.name(&row.bot_id), theme.actor(&row.bot_id));
    if with_initials {
        pen.put(&text::initials(name), actor).skip(1);
    }
    pen.put(mark, style).skip(1).name(name, actor, NAME_CELLS).skip(1);
    let said = sentence(row, view);
    if let Some(model) = model.filter(|model| text::width(&said) + text::width(model) + 2 <= pen.room()) {
        pen.right(model, theme.faint);
    }
    pen.put(&said, if quiet { theme.faint } else { theme.text });
}

fn draw_quote(lines: &[String], row: &Row, sheet: &mut Sheet<'_>, view: &View<'_>) {
    let theme = view.theme;
    let style = if row.told.is(ActivityKind::Failed) { theme.bad } else { theme.quote };
    // Who begins with a quotation mark of their own needs no second one.
    let quoted = !row.told.is(ActivityKind::Failed)
        && !row.told.quote.trim_start().starts_with(['“', '"', '„', '«', '\'', '‘']);
    for (at, line) in lines.iter().enumerate() {
        let mut pen = sheet.pen(1 + u16::try_from(at).unwrap_or(0));
        let open = if at == 0 && quoted { theme.glyphs.quote_open } else { " " };
        pen.skip(INDENT - 1).put(open, theme.faint).put(line, style);
        if at + 1 == lines.len() && quoted {
            pen.put(theme.glyphs.quote_close, theme.faint);
        }
    }
}
