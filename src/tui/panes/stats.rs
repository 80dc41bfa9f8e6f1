//! The Stats tab: tokens and cost, reputation, what each bot does, how answers were read.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::View;
use crate::domain::Money;
use crate::domain::caching;
use crate::protocol::{ActionMix, UsageSeries};
use crate::tui::tabs::stats::{PERIODS, Stats};
use crate::tui::widgets::{Pen, chart, frame, pen, text};

/// The acts that have a place of their own in the mix, with their mark and name.
const MIX: [(&str, &str); 6] = [
    ("create_thread", "threads"),
    ("reply", "replies"),
    ("vote", "votes"),
    ("web_search", "searches"),
    ("do_nothing", "quiet"),
    ("", "other"),
];

/// Draws the tab.
pub fn render(state: &Stats, area: Rect, buf: &mut Buffer, view: &View<'_>) {
    let left = area.width / 2;
    let top = area.height / 2;
    let place = |x: u16, y: u16| Rect {
        x: area.x + if x == 0 { 0 } else { left },
        y: area.y + if y == 0 { 0 } else { top },
        width: if x == 0 { left } else { area.width - left },
        height: if y == 0 { top } else { area.height - top },
    };
    usage(state, place(0, 0), buf, view);
    reputation(state, place(1, 0), buf, view);
    mix(state, place(0, 1), buf, view);
    totals(state, place(1, 1), buf, view);
}

fn usage(state: &Stats, area: Rect, buf: &mut Buffer, view: &View<'_>) {
    let theme = view.theme;
    let note = periods(state);
    let inner = frame(buf, area, "Tokens and cost per day", &note, true, theme);
    let Some(series) = &state.series else {
        pen::empty(buf, inner, &["reading…"], theme);
        return;
    };
    if series.is_empty() {
        pen::empty(buf, inner, &["nothing was used yet: bots wake on their heartbeat"], theme);
        return;
    }
    let foot = u16::from(state.simulated.is_some()) + 1;
    let rows = inner.height.saturating_sub(foot);
    let most = series.iter().flat_map(|bot| bot.series.iter().map(|day| day.total_tokens)).max();
    let bars = inner.width.saturating_sub(32);
    for (row, bot) in (0..rows).zip(series) {
        let mut pen = Pen::new(buf, inner, row);
        pen.skip(1).cell(&bot.bot_name, theme.actor(&bot.bot_id), 10);
        let days: Vec<i64> = bot.series.iter().map(|day| day.total_tokens).collect();
        let spark = chart::spark(&days, usize::from(bars), most, theme.glyphs.bars);
        pen.cell(&spark, theme.accent, bars).skip(1);
        pen.cell_right(&text::tokens(days.iter().sum()), theme.text, 8);
        pen.cell_right(&text::money(cost(bot)), theme.warn, 9);
    }
    let all: i64 = series.iter().flat_map(|bot| bot.series.iter().map(|day| day.total_tokens)).sum();
    let paid: Money = series.iter().map(cost).sum();
    let mut pen = Pen::new(buf, inner, rows);
    pen.skip(1).put(&format!("together {} tokens, {}", text::tokens(all), text::money(paid)), theme.dim);
    if let Some(label) = &state.simulated {
        Pen::new(buf, inner, rows + 1).skip(1).put(&format!("simulated: {label}"), theme.warn);
    }
}

fn periods(state: &Stats) -> String {
    let periods: Vec<String> = PERIODS
        .iter()
        .map(|days| if *days == state.days { format!("‹{days}›") } else { days.to_string() })
        .collect();
    format!("{} days", periods.join(" "))
}

/// Whether the periods to choose from are at a cell of the screen.
#[must_use]
pub fn is_periods(state: &Stats, body: Rect, x: u16, y: u16) -> bool {
    let end = (body.x + body.width / 2).saturating_sub(2);
    y == body.y && (end.saturating_sub(text::width(&periods(state)))..=end).contains(&x)
}

fn cost(bot: &UsageSeries) -> Money {
    bot.series.iter().map(|day| day.cost_usd).sum()
}

fn reputation(state: &Stats, area: Rect, buf: &mut Buffer, view: &View<'_>) {
    let note = format!("{} days", state.days);
    let inner = frame(buf, area, "Reputation over time", &note, false, view.theme);
    super::reputation::draw(&state.reputation, inner, buf, view);
}

fn mix(state: &Stats, area: Rect, buf: &mut Buffer, view: &View<'_>) {
    let theme = view.theme;
    let inner = frame(buf, area, "What they do", &format!("{} days", state.days), false, theme);
    if state.actions.iter().all(|bot| bot.actions.is_empty()) {
        pen::empty(buf, inner, &["no acts yet"], theme);
        return;
    }
    let mut legend = Pen::new(buf, inner, 0);
    legend.skip(12);
    for (at, (_, name)) in MIX.iter().enumerate() {
        legend.put(mark(at, theme.glyphs.ascii), theme.series(at)).put(&format!("{name} "), theme.dim);
    }
    let cells = inner.width.saturating_sub(20);
    for (row, bot) in (1..inner.height).zip(&state.actions) {
        let mut pen = Pen::new(buf, inner, row);
        pen.skip(1).cell(&bot.bot_name, theme.actor(&bot.bot_id), 10).skip(1);
        let counts = counts(bot);
        let total: i64 = counts.iter().sum();
        for (at, width) in widths(&counts, cells).into_iter().enumerate() {
            pen.put(&mark(at, theme.glyphs.ascii).repeat(usize::from(width)), theme.series(at));
        }
        pen.right(" ", theme.text).right(&total.to_string(), theme.text);
    }
}

/// A glyph of its own for each part, so that colour is not all that tells them apart.
const fn mark(at: usize, ascii: bool) -> &'static str {
    const UNICODE: [&str; 6] = ["█", "▓", "▒", "◆", "·", "░"];
    const ASCII: [&str; 6] = ["#", "=", "+", "?", ".", "-"];
    if ascii { ASCII[at] } else { UNICODE[at] }
}

fn counts(bot: &ActionMix) -> [i64; 6] {
    let mut counts = [0; 6];
    for action in &bot.actions {
        let at = MIX.iter().position(|(kind, _)| *kind == action.action_type).unwrap_or(MIX.len() - 1);
        counts[at] += action.count;
    }
    counts
}

/// Shares `cells` among counts by largest remainder; what is there at all is seen.
fn widths(counts: &[i64; 6], cells: u16) -> [u16; 6] {
    let total: i64 = counts.iter().sum();
    let mut widths = [0u16; 6];
    if total <= 0 || cells == 0 {
        return widths;
    }
    let mut rest: Vec<(i64, usize)> = Vec::new();
    for (at, count) in counts.iter().enumerate() {
        let share = count * i64::from(cells);
        widths[at] = u16::try_from(share / total).unwrap_or(0);
        rest.push((share % total, at));
    }
    rest.sort_unstable_by(|a, b| b.cmp(a));
    let mut left = cells - widths.iter().sum::<u16>();
    for (_, at) in rest {
        if left == 0 {
            break;
        }
        widths[at] += 1;
        left -= 1;
    }
    widths
}

fn totals(state: &Stats, area: Rect, buf: &mut Buffer, view: &View<'_>) {
    let theme = view.theme;
    let inner = frame(buf, area, "Totals and models", &format!("{} days", state.days), false, theme);
    let mut row = 0;
    let mut line = |buf: &mut Buffer, name: &str, value: &str| {
        Pen::new(buf, inner, row).skip(1).cell(name, theme.dim, 22).put(value, theme.text);
        row += 1;
    };
    if let Some(totals) = &state.analytics {
        let posts = format!("{} threads, {} replies", totals.total_threads, totals.total_replies);
        line(buf, "posted", &posts);
        line(buf, "votes", &totals.total_votes.to_string());
        line(buf, "replies per thread", &format!("{:.1}", totals.avg_replies_per_thread));
        let busiest = totals.most_active_bot.as_deref().map_or("nobody yet", |id| view.name(id));
        line(buf, "most active", busiest);
    }
    line(buf, "", "");
    let mut models: Vec<(&str, &str)> =
        state.ladder.iter().map(|count| (count.provider.as_str(), count.model.as_str())).collect();
    models.sort_unstable();
    models.dedup();
    if models.is_empty() {
        line(buf, "answers read", "none yet");
    }
    for (provider, model) in models {
        let of = |rung: &str| -> i64 {
            state
                .ladder
                .iter()
                .filter(|c| c.provider == provider && c.model == model && c.rung == rung)
                .map(|c| c.count)
                .sum()
        };
        let (read, embedded, repaired, failed) = (of("schema"), of("embedded"), of("repaired"), of("failed"));
        let all = (read + embedded + repaired + failed).max(1);
        let name = if provider == model { provider.to_owned() } else { format!("{provider} {model}") };
        let good = (all - failed) * 100 / all;
        line(
            buf,
            &name,
            &format!(
                "{good} % read: {read} at once, {embedded} embedded, {repaired} repaired, {failed} failed"
            ),
        );
        let cache = state.cache.iter().find(|c| c.provider == provider && c.model == model && c.cached > 0);
        if let Some(cache) = cache {
            let share = caching::share(cache.input, cache.cached) * 100.0;
            line(buf, "", &format!("{share:.0} % of its prompts came from the cache"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_filled_to_the_cell() {
        assert_eq!(widths(&[1, 1, 1, 0, 0, 0], 10).iter().sum::<u16>(), 10);
        assert_eq!(widths(&[0; 6], 10), [0; 6]);
        assert_eq!(widths(&[5, 0, 0, 0, 5, 0], 8), [4, 0, 0, 0, 4, 0]);
    }
}
