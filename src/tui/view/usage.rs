//! 4 Usage: today's tokens and cost per bot, with the last two weeks as a row of bars.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::look::{self, View};
use crate::tui::state::Lower;
use crate::tui::widgets::{Pen, Window, chart, frame, meter, pen, scroll, text};

/// What it is called.
pub const TITLE: &str = "4 Usage today";

/// Draws the pane.
pub fn render(lower: &Lower, area: Rect, buf: &mut Buffer, view: &View<'_>, focused: bool) -> Option<Window> {
    let theme = view.theme;
    let note = lower.usage.as_ref().map_or_else(String::new, |usage| {
        let cost = text::money(usage.total_cost_usd);
        if usage.simulated_cost.is_some() {
            return format!("{cost} simulated");
        }
        format!("{} tok {cost}", text::tokens(usage.total_tokens))
    });
    let note = lower.used.order().map_or(note, |order| look::ordered(order, theme));
    let inner = frame(buf, area, &lower.used.titled(TITLE), &note, focused, theme);
    if lower.used.is_empty() {
        let said = match (&lower.usage, lower.used.has_rows()) {
            (None, _) => "reading…",
            (Some(_), false) => "nothing used today",
            (Some(_), true) => look::NOTHING_MATCHES,
        };
        pen::empty(buf, inner, &[said], theme);
        return None;
    }
    let names = name_cells(inner.width);
    let has_bar = inner.width > NUMBERS + names + SHARE;
    let bars = inner.width.saturating_sub(NUMBERS + names + SHARE + 1 + WORD).min(14);
    let shown = lower.used.window(inner, 1);
    scroll::bar(buf, area, shown, lower.used.len(), theme);
    for (row, at) in (0..inner.height).zip(shown.lines(lower.used.len())) {
        let Some(bot) = lower.used.get(at) else { break };
        let selected = focused && at == lower.used.scroll.selected;
        let mut pen = Pen::new(buf, inner, row).base(theme.line(selected, focused));
        let name = view.name(&bot.bot_id);
        pen.skip(1).name_cell(name, theme.actor(&bot.bot_id), names);
        #[allow(clippy::cast_precision_loss)] // shares of a bar
        let share = if bot.token_cap <= 0 { 1.0 } else { bot.total_tokens as f64 / bot.token_cap as f64 };
        let style = match (bot.cap_exceeded, bot.token_cap_binds) {
            (true, _) => theme.bad,
            (false, true) => meter::load_style(share, theme),
            (false, false) => theme.dim,
        };
        if has_bar {
            meter::bar(&mut pen, SHARE, share, None, style, theme);
        }
        pen.cell_right(&text::tokens(bot.total_tokens), if has_bar { theme.text } else { style }, 7);
        let cost = if bot.unpriced {
            format!("{}?", text::money(bot.estimated_cost_usd))
        } else {
            text::money(bot.estimated_cost_usd)
        };
        pen.cell_right(&cost, theme.accent, 8).skip(1);
        if let Some(series) =
            lower.series.iter().find(|series| series.bot_id == bot.bot_id).filter(|_| bars > 3)
        {
            let days: Vec<i64> = series.series.iter().map(|day| day.total_tokens).collect();
            let spark = chart::spark(&days, usize::from(bars), None, theme.glyphs.bars);
            pen.picture(&spark, theme.accent).skip(bars.saturating_sub(text::width(&spark)) + 1);
        }
        if bot.cap_exceeded && pen.room() >= text::width(CAPPED) {
            pen.put(CAPPED, theme.bad);
        }
    }
    Some(shown)
}

/// Cells of the numbers, with the gaps around them.
const NUMBERS: u16 = 1 + 7 + 8;
/// Cells of the bar that shows the share of the cap.
const SHARE: u16 = 6;
/// What is said of a bot that is capped.
const CAPPED: &str = "capped";
/// Cells of that, and of the gap before it.
const WORD: u16 = 7;

/// Cells of a name: without it nobody is told from another, so the bar comes after it.
const fn name_cells(cells: u16) -> u16 {
    match cells {
        0..36 => 9,
        36..60 => 13,
        _ => 20,
    }
}
