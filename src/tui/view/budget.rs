//! Budget: caps with where they come from, today's use as gauges, what the day will come to.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::header::short_interval;
use super::look::View;
use crate::domain::Money;
use crate::tui::state::Model;
use crate::tui::state::budget::Limit;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pen, Window, meter, pen, text};

/// Draws the page.
pub fn render(
    model: &Model,
    id: &str,
    area: Rect,
    buf: &mut Buffer,
    view: &View<'_>,
    focused: bool,
) -> Option<Window> {
    let theme = view.theme;
    let Some(caps) = &model.inspector.caps else {
        pen::empty(buf, area, &["reading…"], theme);
        return None;
    };
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let selected = model.inspector.budget.scroll.selected;
    let own = |custom: bool| if custom { "Custom" } else { "Default (global)" };
    let bot = model.inspector.bot.as_ref();
    let pace = bot.and_then(|bot| bot.pace_seconds);
    let room_pace =
        model.room.as_ref().map_or(String::new(), |room| short_interval(room.pace.interval_seconds));
    let values = [
        (
            "token cap",
            tokens_cap(caps.daily_token_cap),
            own(caps.is_custom_token_cap),
            caps.is_custom_token_cap,
        ),
        (
            "cost cap",
            format!("{} a day", text::money(caps.daily_cost_cap_usd)),
            own(caps.is_custom_cost_cap),
            caps.is_custom_cost_cap,
        ),
        (
            "pace",
            pace.map_or(room_pace, short_interval),
            if pace.is_some() { "Custom" } else { "the room's" },
            pace.is_some(),
        ),
    ];
    for (row, (at, (label, value, from, custom))) in (0_u16..).zip(values.iter().enumerate()) {
        debug_assert_eq!(Limit::ALL.len(), values.len());
        let chosen = at == selected;
        let mut pen = Pen::new(buf, area, row).base(theme.line(chosen && focused, focused));
        pen.put(if chosen { theme.glyphs.marker } else { " " }, theme.accent).cell(label, theme.dim, 11);
        pen.cell(value, theme.text, 16).put(from, if *custom { theme.warn } else { theme.faint });
    }
    today(model, id, caps, Rect { y: area.y + 4, height: area.height.saturating_sub(4), ..area }, buf, view);
    Some(Window { area, high: 1, top: 0, page: values.len().min(usize::from(area.height)) })
}

fn tokens_cap(cap: i64) -> String {
    if cap == 0 { "no calls at all".into() } else { format!("{} tok a day", text::tokens(cap)) }
}

/// What a day comes to, and from what; on two lines where one is too short. Gives the lines used.
fn expected(
    label: &str,
    (tokens, cost): (i64, Money),
    how: &str,
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) -> u16 {
    let mut pen = Pen::new(buf, area, 0);
    pen.skip(1).cell(label, theme.dim, 11);
    pen.put(&format!("{} tok, {}", text::tokens(tokens), text::money(cost)), theme.text);
    if text::width(how) + 2 <= pen.room() {
        pen.skip(2).put(how, theme.faint);
        return 1;
    }
    Pen::new(buf, area, 1).skip(12).put(how, theme.faint);
    2
}

#[allow(clippy::cast_precision_loss)] // shares of a bar
fn share(part: i64, whole: i64) -> f64 {
    if whole <= 0 { 1.0 } else { part as f64 / whole as f64 }
}

fn today(
    model: &Model,
    id: &str,
    caps: &crate::protocol::CostCaps,
    area: Rect,
    buf: &mut Buffer,
    view: &View<'_>,
) {
    let theme = view.theme;
    let usage = model.lower.usage_of(id);
    let used = usage.map_or((0, Money::ZERO), |u| (u.total_tokens, u.estimated_cost_usd));
    let bars = area.width.saturating_sub(35);
    let rows = [
        (
            "tokens",
            share(used.0, caps.daily_token_cap),
            format!("{} of {}", text::tokens(used.0), text::tokens(caps.daily_token_cap)),
        ),
        (
            "cost",
            share(used.1.nanos(), caps.daily_cost_cap_usd.nanos()),
            format!("{} of {}", text::money(used.1), text::money(caps.daily_cost_cap_usd)),
        ),
    ];
    let simulated = model.room.as_ref().is_some_and(|room| room.simulated_cost.is_some());
    let title = if simulated { "today (the cost is simulated)" } else { "today" };
    Pen::new(buf, area, 0).put(title, theme.title_focus);
    let binds = usage.is_none_or(|usage| usage.token_cap_binds || usage.cap_exceeded);
    for (row, (label, share, said)) in (1_u16..).zip(rows) {
        let mut pen = Pen::new(buf, area, row);
        pen.skip(1).cell(label, theme.dim, 11);
        let style = if binds { meter::load_style(share, theme) } else { theme.dim };
        meter::bar(&mut pen, bars, share, None, style, theme);
        pen.put(&format!(" {said}"), theme.text);
        let share = if share >= 10.0 { "over 999".into() } else { format!("{:.0}", share * 100.0) };
        pen.put(&format!("  {share} %"), theme.dim);
    }
    if usage.is_some_and(|usage| usage.unpriced) {
        Pen::new(buf, area, 3).skip(12).put("some of it went to a model without a known price", theme.warn);
    }
    forecast(model, id, Rect { y: area.y + 4, height: area.height.saturating_sub(4), ..area }, buf, view);
}

fn forecast(model: &Model, id: &str, area: Rect, buf: &mut Buffer, view: &View<'_>) {
    let theme = view.theme;
    let Some(forecast) = &model.lower.forecast else { return };
    Pen::new(buf, area, 0).put("by the end of the day, at this pace", theme.title_focus);
    let mut row = 1;
    if let Some(bot) = forecast.bots.iter().find(|bot| bot.bot_id == id) {
        let sum = (bot.expected_tokens, bot.expected_cost_usd);
        let beats = text::count(bot.beats_left, "beat");
        let how = format!("{beats} × {} tok", text::tokens(bot.tokens_per_beat));
        row = expected("this bot", sum, &how, Rect { y: area.y + row, ..area }, buf, theme) + row;
    }
    let sum = (forecast.expected_tokens, forecast.expected_cost_usd);
    let so_far =
        format!("so far {}, {}", text::tokens(forecast.tokens_so_far), text::money(forecast.cost_so_far_usd));
    row += expected("the room", sum, &so_far, Rect { y: area.y + row, ..area }, buf, theme) - 1;
    if forecast.unpriced {
        Pen::new(buf, area, row + 1)
            .skip(12)
            .put("some models are unpriced: not all of the cost is known", theme.warn);
    }
    let usage = model.lower.usage_of(id);
    if usage.is_some_and(|usage| !usage.token_cap_binds) {
        let said = "The default token cap does not bind it: its provider is free, or inside the program.";
        let gap = if area.height > row + 3 || forecast.unpriced { 2 } else { 1 };
        for (line, row) in text::wrap(said, area.width.saturating_sub(1), 2, "").iter().zip(row + gap..) {
            Pen::new(buf, area, row).skip(1).put(line, theme.faint);
        }
    }
}
