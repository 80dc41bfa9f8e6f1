//! The Stats tab: tokens and cost, reputation, what each bot does, how answers were read.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::look::{self, View};
use crate::domain::caching;
use crate::domain::{ActivityKind, Rung};
use crate::protocol::ActionMix;
use crate::tui::state::stats::{Chart, SPANS, Stats, Used, figures};
use crate::tui::state::{Drawn, List, Model};
use crate::tui::widgets::listing::ListLine as _;
use crate::tui::widgets::{Pen, Window, frame, pen, plot, scroll, text};

/// The acts that have a place of their own in the mix, with their mark and name.
const MIX: [(Option<ActivityKind>, &str); 6] = [
    (Some(ActivityKind::CreateThread), "threads"),
    (Some(ActivityKind::Reply), "replies"),
    (Some(ActivityKind::Vote), "votes"),
    (Some(ActivityKind::WebSearch), "searches"),
    (Some(ActivityKind::DoNothing), "quiet"),
    (None, "other"),
];

/// Rows that the totals of a room with a few models take.
const TOTALS: u16 = 14;

/// The places of the tab: the two charts, the list of bots, the totals.
fn places(state: &Stats, area: Rect) -> [Rect; 4] {
    if state.zoomed {
        let none = Rect { height: 0, ..area };
        return if state.on == Chart::Usage { [area, none, none, none] } else { [none, area, none, none] };
    }
    let left = area.width / 2;
    // Few bots need few lines: the charts have the rest.
    let rows = u16::try_from(state.list.rows().count()).unwrap_or(u16::MAX);
    let list = rows.saturating_add(list_head(left.saturating_sub(2)) + 2).max(TOTALS);
    let top = area.height - list.min(area.height.div_ceil(2));
    let place = |x: u16, y: u16| Rect {
        x: area.x + if x == 0 { 0 } else { left },
        y: area.y + if y == 0 { 0 } else { top },
        width: if x == 0 { left } else { area.width - left },
        height: if y == 0 { top } else { area.height - top },
    };
    [place(0, 0), place(1, 0), place(0, 1), place(1, 1)]
}

/// Draws the tab.
pub fn render(model: &Model, area: Rect, buf: &mut Buffer, view: &View<'_>) -> Drawn {
    let state = &model.stats;
    let [used, scores, list, sums] = places(state, area);
    let mut drawn = Drawn::default();
    if used.height > 0 {
        drawn.plots[0] = usage(state, used, buf, view);
    }
    if scores.height > 0 {
        drawn.plots[1] = reputation(state, scores, buf, view);
    }
    if list.height > 0 {
        drawn.list(List::Stats, bots(state, list, buf, view));
        totals(model, sums, buf, view);
    }
    drawn
}

fn cursor(state: &Stats, chart: Chart) -> Option<usize> {
    state.cursor.filter(|_| state.on == chart)
}

/// Draws the tokens and the cost; answers where the curves are.
fn usage(state: &Stats, area: Rect, buf: &mut Buffer, view: &View<'_>) -> Rect {
    let theme = view.theme;
    let focused = state.on == Chart::Usage;
    let inner = frame(buf, area, "Tokens and cost", &span(state), focused, theme);
    if state.waits_for_steps() || state.series.is_none() && state.timeline.is_none() {
        pen::empty(buf, inner, &["reading…"], theme);
        return Rect::ZERO;
    }
    let figure = figures::usage(state, view.zone);
    if figure.curves.iter().all(|curve| curve.sum() <= 0.0) {
        let said = if state.marks.as_ref().is_some_and(|marks| marks.began.is_some()) {
            ["nothing was used in this stretch", "- shows a longer one, < an earlier one"]
        } else {
            ["nothing was used yet", "bots wake on their heartbeat"]
        };
        pen::empty(buf, inner, &said, theme);
        return Rect::ZERO;
    }
    let told = state.simulated.as_ref().map_or_else(Vec::new, |label| {
        let lines =
            |said: &str, most| text::wrap(said, inner.width.saturating_sub(2), most, theme.glyphs.ellipsis);
        let said = lines(&format!("the cost is simulated: {label}"), 3);
        // The end matters most: where there is no room for all of it, its beginning goes.
        if said.len() > 2 { lines(label, 2) } else { said }
    });
    let foot = u16::try_from(told.len()).unwrap_or(0);
    let plotted = Rect { height: inner.height.saturating_sub(foot), ..inner };
    let curves = plot::draw(&figure, cursor(state, Chart::Usage), plotted, buf, theme);
    for (row, line) in (plotted.height..inner.height).zip(&told) {
        Pen::new(buf, inner, row).skip(1).put(line, theme.warn);
    }
    curves
}

/// The stretch that is shown: `‹6 h› ended 3h ago`, `‹all› 20m`.
fn span(state: &Stats) -> String {
    let (minutes, name) = SPANS[state.span];
    let chosen = format!("‹{name}›");
    let age = || {
        let marks = state.marks.as_ref()?;
        Some(text::ago(marks.to.seconds_since(marks.began?)))
    };
    match (minutes, state.ago) {
        (0, _) => age().map_or_else(|| chosen.clone(), |age| format!("{chosen} {age}")),
        (_, 0) => chosen,
        (_, ago) => format!("{chosen} ended {} ago", text::ago(60 * i64::from(ago))),
    }
}

/// Whether the stretch in the title is at a cell of the screen.
#[must_use]
pub fn is_span(state: &Stats, body: Rect, x: u16, y: u16) -> bool {
    let [used, ..] = places(state, body);
    let end = used.right().saturating_sub(2);
    used.height > 0 && y == used.y && (end.saturating_sub(text::width(&span(state)))..=end).contains(&x)
}

fn period(state: &Stats) -> String {
    if state.days == 1 { "today".into() } else { format!("{} days", state.days) }
}

/// Draws the scores; answers where the curves are.
fn reputation(state: &Stats, area: Rect, buf: &mut Buffer, view: &View<'_>) -> Rect {
    let inner = frame(buf, area, "Reputation", &period(state), state.on == Chart::Reputation, view.theme);
    let at = cursor(state, Chart::Reputation);
    super::reputation::draw(&figures::of_reputation(state, view.zone), at, inner, buf, view)
}

/// What the marks of the mix mean, in as many lines as that takes: the places in [`MIX`] on each.
fn legend(cells: u16) -> Vec<Vec<usize>> {
    if bar_cells(cells) == 0 {
        return Vec::new();
    }
    let mut lines: Vec<Vec<usize>> = vec![Vec::new()];
    let mut used = 1;
    for (at, (_, name)) in MIX.iter().enumerate() {
        let needs = text::width(name) + 2;
        if used + needs > cells + 1 {
            lines.push(Vec::new());
            used = 1;
        }
        used += needs;
        if let Some(line) = lines.last_mut() {
            line.push(at);
        }
    }
    lines
}

/// Lines above the list of bots: the legend and the headings.
fn list_head(cells: u16) -> u16 {
    u16::try_from(legend(cells).len()).unwrap_or(1) + 1
}

/// Cells of the numbers beside a name, and of the gaps.
const NUMBERS: u16 = 8 + 9 + 7 + 2;
/// Cells without which a bar tells nothing.
const BAR_LEAST: u16 = 8;

/// Cells of a name.
const fn name_cells(cells: u16) -> u16 {
    match cells {
        0..60 => 11,
        60..90 => 16,
        _ => 26,
    }
}

/// Cells of the bar of what a bot did; none where too few are left.
const fn bar_cells(cells: u16) -> u16 {
    let left = cells.saturating_sub(NUMBERS + name_cells(cells));
    if left < BAR_LEAST { 0 } else { left }
}

/// The headings of the list of bots: the place of their column, their cells, and whether they stand at the right.
const fn headings(cells: u16) -> [(usize, u16, bool); 4] {
    [(3, name_cells(cells), false), (1, 8, true), (0, 9, true), (2, 7, true)]
}

/// The column whose heading is at a cell of the screen.
#[must_use]
pub fn column_at(state: &Stats, body: Rect, x: u16, y: u16) -> Option<usize> {
    let [.., list, _] = places(state, body);
    if list.height == 0 || y != list.y + list_head(list.width.saturating_sub(2)) {
        return None;
    }
    let mut start = list.x + 2;
    headings(list.width.saturating_sub(2)).into_iter().find_map(|(column, cells, _)| {
        let here = (start..start + cells).contains(&x);
        start += cells;
        here.then_some(column)
    })
}

/// What each bot used and did, the dearest first unless another order was chosen.
fn bots(state: &Stats, area: Rect, buf: &mut Buffer, view: &View<'_>) -> Option<Window> {
    let theme = view.theme;
    let title = state.list.titled("What they used and did");
    let inner = frame(buf, area, &title, &period(state), false, theme);
    if state.list.is_empty() {
        let said = if state.list.has_rows() { look::NOTHING_MATCHES } else { "nobody is here yet" };
        pen::empty(buf, inner, &[said], theme);
        return None;
    }
    for (row, line) in (0..).zip(legend(inner.width)) {
        let mut legend = Pen::new(buf, inner, row);
        legend.skip(1);
        for at in line {
            legend.put(mark(at, theme.glyphs.ascii), theme.series(at));
            legend.put(&format!("{} ", MIX[at].1), theme.dim);
        }
    }
    let above = list_head(inner.width);
    let mut head = Pen::new(buf, inner, above - 1);
    head.skip(1);
    let (by, turned) = state.list.order().unwrap_or(("cost", false));
    for (column, cells, right) in headings(inner.width) {
        let name = Used::COLUMNS[column];
        let chosen = name == by;
        let style = if chosen { theme.title_focus } else { theme.dim };
        let name = if chosen { look::ordered((name, turned), theme) } else { name.to_owned() };
        if right {
            head.cell_right(&name, style, cells);
        } else {
            head.cell(&name, style, cells);
        }
    }
    let list = Rect { y: inner.y + above, height: inner.height.saturating_sub(above), ..inner };
    let shown = state.list.window(list, 1);
    scroll::bar(buf, area, shown, state.list.len(), theme);
    for (row, at) in (0..list.height).zip(shown.lines(state.list.len())) {
        let Some(one) = state.list.get(at) else { break };
        let selected = at == state.list.scroll.selected;
        let mut pen = Pen::new(buf, list, row).base(theme.line(selected, true));
        pen.put(if selected { theme.glyphs.marker } else { " " }, theme.accent);
        pen.name_cell(&one.name, theme.actor(&one.id), name_cells(inner.width));
        pen.cell_right(&text::tokens(one.tokens), theme.text, 8);
        pen.cell_right(&text::money(one.cost), theme.warn, 9);
        pen.cell_right(&one.acts.to_string(), theme.text, 7).skip(1);
        let counts = one.mix.as_ref().map(counts).unwrap_or_default();
        let cells = pen.room().min(bar_cells(inner.width));
        for (at, width) in widths(&counts, cells).into_iter().enumerate() {
            pen.picture(&mark(at, theme.glyphs.ascii).repeat(usize::from(width)), theme.series(at));
        }
    }
    Some(shown)
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
        let of = ActivityKind::of(&action.action_type);
        let at = MIX.iter().position(|(kind, _)| *kind == of).unwrap_or(MIX.len() - 1);
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

/// How lively it is right now, in two lines.
fn rates(model: &Model, view: &View<'_>) -> [String; 2] {
    let wait = match model.stats.waiting {
        0 => String::new(),
        1 => "; 1 bot waits".into(),
        waiting => format!("; {waiting} bots wait"),
    };
    let Some(now) = model.rates.now(view.now) else {
        return ["no beat in the last 5 minutes".into(), wait.trim_start_matches("; ").to_owned()];
    };
    #[allow(clippy::cast_possible_truncation)] // shown with three digits
    let tokens = text::tokens(now.tokens.round() as i64);
    let said = format!("{:.1} beats, {tokens} tok, {} a minute", now.beats, text::money(now.cost));
    let answers = now.thought.map_or_else(String::new, |(half, most)| {
        format!("answers in {}, p95 {}", text::duration(half), text::duration(most))
    });
    let second = if answers.is_empty() { wait.trim_start_matches("; ").to_owned() } else { answers + &wait };
    [said, second]
}

fn totals(model: &Model, area: Rect, buf: &mut Buffer, view: &View<'_>) {
    let (theme, state) = (view.theme, &model.stats);
    let inner = frame(buf, area, "Totals and models", &period(state), false, theme);
    let mut row = 0;
    for said in rates(model, view).iter().filter(|said| !said.is_empty()) {
        for part in text::wrap(said, inner.width.saturating_sub(2), 2, theme.glyphs.ellipsis) {
            Pen::new(buf, inner, row).skip(1).put(&part, theme.accent);
            row += 1;
        }
    }
    // What does not fit beside its name goes on below, rather than being cut.
    let names = if inner.width < 50 { 12 } else { 22 };
    let mut line = |buf: &mut Buffer, name: &str, value: &str| {
        let name = text::fit(name, names - 1, theme.glyphs.ellipsis);
        let room = inner.width.saturating_sub(names + 2);
        let mut parts = text::wrap(value, room, 4, theme.glyphs.ellipsis);
        if parts.is_empty() {
            parts.push(String::new());
        }
        for (at, part) in parts.iter().enumerate() {
            let name = if at == 0 { name.as_ref() } else { "" };
            Pen::new(buf, inner, row).skip(1).cell(name, theme.dim, names).put(part, theme.text);
            row += 1;
        }
    };
    if let Some(totals) = &state.analytics {
        let (threads, replies) = (totals.total_threads, totals.total_replies);
        let posts = format!("{}, {}", text::count(threads, "thread"), text::count(replies, "reply"));
        line(buf, "posted", &posts);
        line(buf, "votes", &totals.total_votes.to_string());
        line(buf, "per thread", &format!("{:.1} replies", totals.avg_replies_per_thread));
        let busiest = totals.most_active_bot.as_deref().map_or("nobody yet", |id| view.name(id));
        line(buf, "most active", busiest);
    }
    line(buf, "", "");
    let mut models: Vec<(&str, &str)> =
        state.ladder.iter().map(|count| (count.provider.as_str(), count.model.as_str())).collect();
    models.sort_unstable();
    models.dedup();
    if models.is_empty() {
        line(buf, "answers", "none read yet");
    }
    for (provider, model) in models {
        let of = |rung: Rung| -> i64 {
            state
                .ladder
                .iter()
                .filter(|c| c.provider == provider && c.model == model && c.rung == rung.as_str())
                .map(|c| c.count)
                .sum()
        };
        let counts = Rung::ALL.map(of);
        let all = counts.iter().sum::<i64>().max(1);
        let name = if provider == model { provider.to_owned() } else { format!("{provider} {model}") };
        let good = (all - of(Rung::Failed)) * 100 / all;
        let told =
            counts.iter().zip(Rung::ALL).filter(|(count, _)| **count > 0).map(|(count, rung)| match rung {
                Rung::Schema => format!("{count} at once"),
                other => format!("{count} {}", other.as_str()),
            });
        line(buf, &name, &format!("{good} % read: {}", told.collect::<Vec<_>>().join(", ")));
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
