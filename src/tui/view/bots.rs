//! 1 Bots: initials in their colour, name, reputation, status by glyph and word, countdown.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::look::View;
use crate::protocol::{Doing, Status, Work};
use crate::tui::state::Model;
use crate::tui::state::order::word;
use crate::tui::state::{Column, Figures, ListedBot, Order, needs};
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pen, Window, frame, pen, scroll, text};

/// The glyph and style of a status.
#[must_use]
pub const fn status_mark(status: Status, theme: &Theme) -> (&'static str, Style) {
    match status {
        Status::Active => (theme.glyphs.active, theme.good),
        Status::Paused => (theme.glyphs.paused, theme.dim),
        Status::Capped => (theme.glyphs.capped, theme.warn),
        Status::Failing => (theme.glyphs.failing, theme.bad),
        Status::Offline => (theme.glyphs.offline, theme.faint),
    }
}

/// Cells of a score, with its sign.
pub const SCORE: u16 = 4;
/// From this width on there is a column for everything, under headings.
const TABLE: u16 = 74;
/// The columns of the table, from the right.
const COLUMNS: [Column; 7] = [
    Column::Cost,
    Column::Tokens,
    Column::Cached,
    Column::Posts,
    Column::Flags,
    Column::Reputation,
    Column::Next,
];

/// Lines of headings over the list in a pane.
fn head(pane: Rect) -> u16 {
    u16::from(pane.width >= TABLE)
}

/// The column whose heading is at a cell of the screen.
#[must_use]
pub fn column_at(pane: Rect, x: u16, y: u16) -> Option<Column> {
    if head(pane) == 0 || y != pane.y + 1 || x <= pane.x || x + 1 >= pane.right() {
        return None;
    }
    let mut end = pane.right() - 1;
    for column in COLUMNS {
        end -= column.cells();
        if x >= end {
            return Some(column);
        }
    }
    Some(Column::Name)
}

/// Draws the list.
pub fn render(model: &Model, area: Rect, buf: &mut Buffer, view: &View<'_>, focused: bool) -> Option<Window> {
    let (bots, theme) = (&model.bots, view.theme);
    let (order, marked) = (bots.order(), bots.marked().len());
    let note = match (marked, bots.filter(), bots.total()) {
        (1.., ..) => format!("{marked} marked"),
        _ if !order.is_plain() && head(area) == 0 => told(order, theme),
        (_, "", total) if total > 12 => format!("{}/{total}", (bots.scroll.selected + 1).min(total)),
        (_, "", _) => String::new(),
        _ => bots.len().to_string(),
    };
    let title = match bots.filter() {
        "" => "1 Bots".to_owned(),
        filter => format!("1 Bots /{filter}"),
    };
    let inner = frame(buf, area, &title, &note, focused, theme);
    if bots.is_empty() {
        let why = if needs::needs(model).is_empty() { "" } else { "! lists what needs you" };
        let said = match (bots.loaded, bots.filter()) {
            (false, _) => ["reading…", ""],
            (true, "") => ["no bots yet: n makes one", why],
            (true, _) => ["no bot matches; Esc shows all", ""],
        };
        pen::empty(buf, inner, &said, theme);
        return None;
    }
    let head = head(area);
    if head > 0 {
        headings(order, Pen::new(buf, inner, 0), theme);
    }
    let inner = Rect { y: inner.y + head, height: inner.height.saturating_sub(head), ..inner };
    let shown = bots.scroll.window(bots.len(), inner, 1);
    scroll::bar(buf, area, shown, bots.len(), theme);
    for (row, line) in (0..inner.height).zip(shown.lines(bots.len())) {
        let Some(bot) = bots.line(line) else { break };
        let selected = Some(bot.id.as_str()) == bots.chosen();
        let mut pen = Pen::new(buf, inner, row).base(theme.line(selected, focused));
        let figures = bots.figures(&bot.id);
        if head > 0 {
            columns(&mut pen, bot, figures, view);
            marks(&mut pen, bot, theme);
        } else if order.column.is_of_period() || order.column == Column::Flags {
            let (_, style) = status_mark(bot.status, theme);
            let (mark, _) = mark_of(bot, view);
            pen.right(mark, style).right(" ", theme.text);
            let (said, style) = value(order.column, bot, figures, view);
            pen.right(&said, style).right(" ", theme.text);
        } else {
            waits(&mut pen, bot, view);
        }
        let lead = match (selected, bots.is_marked(&bot.id)) {
            (_, true) => theme.glyphs.full,
            (true, false) => theme.glyphs.marker,
            (false, false) => " ",
        };
        pen.put(lead, theme.accent);
        pen.put(&text::initials(&bot.name), theme.actor(&bot.id)).skip(1).name(
            &bot.name,
            theme.text,
            u16::MAX,
        );
        if head > 0 {
            for tag in bots.tags.of(&bot.id) {
                pen.put(&format!("  #{tag}"), theme.dim);
            }
        }
    }
    Some(shown)
}

/// `cost today ▼`: how the list is ordered, where there are no headings to tell it.
fn told(order: Order, theme: &Theme) -> String {
    let way = if order.falling { theme.glyphs.down } else { theme.glyphs.up };
    let period = if order.column.is_of_period() { format!(" {}", word(order.period)) } else { String::new() };
    format!("{}{period} {way}", order.column.title())
}

/// The headings: what the list is ordered by has a mark.
fn headings(order: Order, mut pen: Pen<'_>, theme: &Theme) {
    let way = if order.falling { theme.glyphs.down } else { theme.glyphs.up };
    let gap = if theme.glyphs.ascii { " " } else { "" }; // a letter would be read as one of the word
    let heading = |column: Column| {
        let chosen = column == order.column;
        let style = if chosen { theme.title_focus } else { theme.dim };
        (if chosen { format!("{}{gap}{way}", column.title()) } else { column.title().to_owned() }, style)
    };
    for column in COLUMNS {
        let (said, style) = heading(column);
        pen.right(&format!("{said:>width$}", width = usize::from(column.cells())), style);
    }
    let (said, style) = heading(Column::Name);
    pen.skip(4).put(&said, style).put(&format!("  ({})", word(order.period)), theme.faint);
}

/// What a bot has in a column.
fn value(column: Column, bot: &ListedBot, figures: Figures, view: &View<'_>) -> (String, Style) {
    let theme = view.theme;
    match column {
        Column::Name => (bot.name.clone(), theme.text),
        Column::Cost if figures.unpriced => (format!("{}?", text::money(figures.cost)), theme.accent),
        Column::Cost => (text::money(figures.cost), theme.accent),
        Column::Tokens => (text::tokens(figures.tokens), theme.text),
        Column::Cached => {
            (figures.cached.map_or_else(|| "-".into(), |share| format!("{share} %")), theme.dim)
        }
        Column::Posts => (figures.posts.to_string(), theme.text),
        Column::Reputation => (text::signed(bot.reputation), reputation(bot.reputation, theme)),
        Column::Flags if bot.flags == 0 => ("-".into(), theme.faint),
        Column::Flags => (format!("{} {}", bot.flags, theme.glyphs.flag), theme.warn),
        Column::Next => {
            let (mark, style) = mark_of(bot, view);
            (format!("{mark} {}", wait(bot, view)), style)
        }
    }
}

fn columns(pen: &mut Pen<'_>, bot: &ListedBot, figures: Figures, view: &View<'_>) {
    for column in COLUMNS {
        let (said, style) = value(column, bot, figures, view);
        let cells = usize::from(column.cells());
        let gap = cells.saturating_sub(usize::from(text::width(&said)));
        pen.right(&said, style).right(&" ".repeat(gap), style);
    }
}

/// The glyph of how a bot is, turning while it thinks.
fn mark_of(bot: &ListedBot, view: &View<'_>) -> (&'static str, Style) {
    let spinner = view.theme.glyphs.spinner;
    if bot.thinking {
        (spinner[view.frame % spinner.len()], view.theme.accent)
    } else {
        status_mark(bot.status, view.theme)
    }
}

/// When it wakes, or how it is.
fn wait(bot: &ListedBot, view: &View<'_>) -> String {
    match (bot.status, bot.next_beat_at) {
        _ if bot.thinking => doing(bot.doing, view),
        // Nobody wakes in a paused room, whatever time was planned.
        (Status::Active, Some(_)) if view.paused => "held".to_owned(),
        (Status::Active, Some(at)) => text::countdown(at.seconds_since(view.now)),
        (Status::Active, None) => String::new(),
        (status, _) => status.as_str().to_owned(),
    }
}

/// Whether its file changed, or it differs from it.
fn marks(pen: &mut Pen<'_>, bot: &ListedBot, theme: &Theme) {
    if bot.yaml_changed {
        pen.right("Y", theme.warn);
    } else if bot.edited {
        pen.right(theme.glyphs.edited, theme.dim);
    }
}

/// From the right: the wait or status word, its glyph, reputation, marks; the name has what is left.
fn waits(pen: &mut Pen<'_>, bot: &ListedBot, view: &View<'_>) {
    let theme = view.theme;
    let (mark, style) = mark_of(bot, view);
    let word = if bot.status == Status::Active { theme.dim } else { style };
    pen.right(&format!("{:>6}", wait(bot, view)), word).right(" ", word).right(mark, style);
    let score = reputation(bot.reputation, theme);
    pen.right(" ", theme.text).right_cell(&text::signed(bot.reputation), score, SCORE);
    if bot.flags > 0 {
        pen.right(theme.glyphs.flag, theme.warn);
    }
    marks(pen, bot, theme);
    if bot.flags > 0 || bot.yaml_changed || bot.edited {
        pen.right(" ", theme.text); // a name that is cut does not run into a mark
    }
}

/// What a bot's beat is at and for how long: `thinks 12s`.
#[must_use]
pub fn doing(doing: Option<Doing>, view: &View<'_>) -> String {
    let Some(Doing { what, since, .. }) = doing else { return "now".into() };
    let word = match what {
        Work::Waiting => "waits",
        Work::Thinking => "thinks",
        Work::Remembering => "memory",
    };
    format!("{word} {}", text::ago(view.now.seconds_since(since)))
}

/// The style of a score.
#[must_use]
pub const fn reputation(score: i64, theme: &Theme) -> Style {
    match score {
        1.. => theme.good,
        0 => theme.dim,
        _ => theme.bad,
    }
}
