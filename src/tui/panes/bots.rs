//! 1 Bots: initials in their colour, name, reputation, status by glyph and word, countdown.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::View;
use crate::protocol::{Doing, Status, Work};
use crate::tui::live::{BotRow, Bots};
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pen, frame, pen, scroll, text};

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

/// Draws the list.
pub fn render(bots: &Bots, area: Rect, buf: &mut Buffer, view: &View<'_>, focused: bool) {
    let theme = view.theme;
    let note = match (bots.filter(), bots.total()) {
        ("", total) if total > 12 => format!("{}/{total}", (bots.scroll.selected + 1).min(total)),
        ("", _) => String::new(),
        _ => bots.len().to_string(),
    };
    let title = match bots.filter() {
        "" => "1 Bots".to_owned(),
        filter => format!("1 Bots /{filter}"),
    };
    let inner = frame(buf, area, &title, &note, focused, theme);
    if bots.is_empty() {
        let said = match (bots.loaded, bots.filter()) {
            (false, _) => "reading…",
            (true, "") => "no bots yet: n makes one",
            (true, _) => "no bot matches; Esc shows all",
        };
        pen::empty(buf, inner, &[said], theme);
        return;
    }
    let lines = bots.scroll.view(bots.len(), inner.height);
    scroll::bar(buf, area, lines.start, lines.len(), bots.len(), theme);
    for (row, line) in (0..inner.height).zip(lines) {
        let Some(bot) = bots.line(line) else { break };
        let selected = Some(bot.id.as_str()) == bots.chosen();
        let pen = Pen::new(buf, inner, row).base(theme.line(selected, focused));
        draw(pen, bot, selected, view);
    }
}

fn draw(mut pen: Pen<'_>, bot: &BotRow, selected: bool, view: &View<'_>) {
    let (theme, glyphs) = (view.theme, view.theme.glyphs);
    let (mark, style) = status_mark(bot.status, theme);
    let wait = match (bot.status, bot.next_beat_at) {
        _ if bot.thinking => doing(bot.doing, view),
        (Status::Active, Some(at)) => text::countdown(at.seconds_since(view.now)),
        (Status::Active, None) => String::new(),
        (status, _) => status.as_str().to_owned(),
    };
    let (mark, style) = if bot.thinking {
        (glyphs.spinner[view.frame % glyphs.spinner.len()], theme.accent)
    } else {
        (mark, style)
    };
    // From the right: the wait or status word, its glyph, reputation, marks; the name has what is left.
    let mut tail = Vec::new();
    if bot.flags > 0 {
        tail.push((glyphs.flag, theme.warn));
    }
    if bot.yaml_changed {
        tail.push(("Y", theme.warn));
    } else if bot.edited {
        tail.push((glyphs.edited, theme.dim));
    }
    let word = if bot.status == Status::Active { theme.dim } else { style };
    pen.right(&format!("{wait:>6}"), word).right(" ", word).right(mark, style);
    pen.right(" ", theme.text)
        .right(&format!("{:>4}", text::signed(bot.reputation)), reputation(bot.reputation, theme));
    for (mark, style) in tail {
        pen.right(mark, style);
    }
    pen.put(if selected { glyphs.marker } else { " " }, theme.accent);
    pen.put(&text::initials(&bot.name), theme.actor(&bot.id)).skip(1).put(&bot.name, theme.text);
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
