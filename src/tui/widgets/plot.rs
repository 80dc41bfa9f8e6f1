//! A chart on the screen: axes with values and times, a legend with the values under the cursor, marks.
//! Curves are told apart by colour, and by a letter at their points where there are no colours.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::Marker;
use ratatui::widgets::Widget;
use ratatui::widgets::canvas::{Canvas, Line, Points};

use super::figure::{Curve, Figure, Unit};
use super::{Pen, svg, text};
use crate::tui::theme::{Colors, Theme, ThemeName};

/// Curves drawn at most: more cannot be told apart.
pub const MOST: usize = 12;
/// Cells of the legend where it stands beside the curves.
const BESIDE: u16 = 17;

/// The letter of a curve.
fn letter(at: usize) -> char {
    char::from(b'a' + u8::try_from(at % 26).unwrap_or(0))
}

/// Whether colours do not tell curves apart.
fn is_plain(theme: &Theme) -> bool {
    theme.colors == Colors::None || theme.name == ThemeName::HighContrast || theme.glyphs.ascii
}

fn style(curve: &Curve, theme: &Theme) -> Style {
    match (&curve.actor, curve.right) {
        (Some(id), _) => theme.actor(id),
        (None, false) => theme.accent,
        (None, true) => theme.good, // in every theme unlike the accent; the warning is not
    }
}

/// Draws a chart and gives where its curves are, for the mouse.
pub fn draw(figure: &Figure, cursor: Option<usize>, area: Rect, buf: &mut Buffer, theme: &Theme) -> Rect {
    let beside = figure.curves.len() > 3 && area.width > 2 * BESIDE + 8;
    let above = if beside { 0 } else { u16::from(area.height > 5) };
    let plot = Rect {
        y: area.y + above,
        height: area.height.saturating_sub(above + 2),
        width: area.width.saturating_sub(if beside { BESIDE } else { 0 }),
        ..area
    };
    if plot.height < 2 || plot.width < 16 {
        return Rect::default();
    }
    // In few rows the curves are worth more than the places of their values: those that fit are told.
    let most = usize::from(plot.height / 2 + 2).clamp(5, 6);
    let (left, right) = (scale(figure, false, most), scale(figure, true, most));
    let plot = Rect {
        x: plot.x + left.cells + 1,
        width: plot.width.saturating_sub(left.cells + 2 + right.cells),
        ..plot
    };
    axes(figure, (&left, &right), cursor, plot, buf, theme);
    curves(figure, (&left, &right), plot, buf, theme);
    if let Some(place) = cursor {
        let x = column(place, figure.places.len(), plot);
        for y in plot.top()..plot.bottom() {
            buf[(x, y)].set_style(theme.selected);
        }
    }
    if beside {
        let legend = Rect { x: area.right() - BESIDE, width: BESIDE, ..area };
        for (row, (at, curve)) in (0..legend.height).zip(figure.curves.iter().enumerate()) {
            let mut pen = Pen::new(buf, legend, row);
            let value = curve.at(cursor).map_or_else(|| "-".into(), |value| curve.unit.say(value));
            pen.right(&value, theme.text).right(" ", theme.text).skip(1);
            if is_plain(theme) && at < MOST {
                pen.put(&format!("{} ", letter(at)), style(curve, theme));
            }
            pen.name(&curve.name, style(curve, theme), u16::MAX);
        }
    } else if above > 0 {
        told(figure, cursor, Pen::new(buf, area, 0), theme);
    }
    plot
}

/// The legend above: names, and what they come to, or what they are under the cursor.
fn told(figure: &Figure, cursor: Option<usize>, mut pen: Pen<'_>, theme: &Theme) {
    pen.skip(1);
    let said: Vec<(String, String)> = (0..)
        .zip(&figure.curves)
        .map(|(at, curve)| {
            let all = if curve.unit == Unit::Score { curve.at(None) } else { Some(curve.sum()) };
            let value = if cursor.is_some() { curve.at(cursor) } else { all };
            let value = value.map_or_else(|| "-".into(), |value| curve.unit.say(value));
            let mark = if is_plain(theme) { format!("{}=", letter(at)) } else { "■ ".into() };
            (mark, value)
        })
        .collect();
    let cells = |at: usize| {
        let (mark, value) = &said[at];
        text::width(mark) + text::width(&figure.curves[at].name) + 1 + text::width(value)
    };
    if let Some(place) = cursor.and_then(|at| figure.places.get(at)) {
        let needs: u16 = (0..said.len()).map(|at| cells(at) + 2).sum();
        let fits = text::width(&place.full) + needs <= pen.room();
        let when = if fits { &place.full } else { &place.short };
        pen.put(&format!("{when}  "), theme.title_focus);
    }
    for (at, curve) in figure.curves.iter().enumerate() {
        // A name without its value tells nothing: what has no room is counted.
        let more = format!("+{}", said.len() - at);
        let rest = if at + 1 == said.len() { 0 } else { 2 + text::width(&more) };
        if cells(at) + rest > pen.room() {
            pen.put(&more, theme.faint).skip(2);
            break;
        }
        let (mark, value) = &said[at];
        pen.put(mark, style(curve, theme)).put(&curve.name, theme.dim).skip(1).put(value, theme.text).skip(2);
    }
    let here = cursor.map(|cursor| figure.marks.iter().filter(move |(at, _)| *at == cursor));
    for (_, what) in here.into_iter().flatten() {
        pen.put(what, theme.warn).skip(2);
    }
}

/// An axis: its ticks, what they say, and the cells that takes.
struct Scale {
    ticks: Vec<f64>,
    said: Vec<String>,
    cells: u16,
}

fn scale(figure: &Figure, right: bool, most: usize) -> Scale {
    let Some(unit) = figure.curves.iter().find(|curve| curve.right == right).map(|curve| curve.unit) else {
        return Scale { ticks: vec![0.0, 1.0], said: Vec::new(), cells: 0 };
    };
    let ticks = figure.axis(right, most);
    // Where everything is nothing, no other value is told of.
    let flat = figure
        .curves
        .iter()
        .filter(|curve| curve.right == right)
        .all(|curve| curve.values.iter().flatten().all(|value| *value == 0.0));
    let said: Vec<String> =
        ticks.iter().map(|tick| if flat && *tick > 0.0 { String::new() } else { unit.say(*tick) }).collect();
    let cells = said.iter().map(|said| text::width(said)).max().unwrap_or(0);
    Scale { ticks, said, cells }
}

impl Scale {
    fn ends(&self) -> [f64; 2] {
        [self.ticks.first().copied().unwrap_or(0.0), self.ticks.last().copied().unwrap_or(1.0)]
    }

    /// The row of a tick.
    fn row(&self, at: usize, plot: Rect) -> u16 {
        let [low, high] = self.ends();
        let share = (self.ticks[at] - low) / (high - low).max(f64::MIN_POSITIVE);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a row of the screen
        let down = ((1.0 - share) * f64::from(plot.height - 1)).round() as u16;
        plot.y + down.min(plot.height - 1)
    }
}

/// The column of a place.
fn column(place: usize, places: usize, plot: Rect) -> u16 {
    let last = places.max(2) - 1;
    let at = place.min(last) * usize::from(plot.width - 1) / last;
    plot.x + u16::try_from(at).unwrap_or(0).min(plot.width - 1)
}

/// The place at a column of the screen.
#[must_use]
pub fn place_at(x: u16, places: usize, plot: Rect) -> Option<usize> {
    if plot.width < 2 || places == 0 || x < plot.x || x >= plot.right() {
        return None;
    }
    let last = places - 1;
    Some((usize::from(x - plot.x) * last + usize::from(plot.width - 1) / 2) / usize::from(plot.width - 1))
}

fn axes(
    figure: &Figure,
    (left, right): (&Scale, &Scale),
    cursor: Option<usize>,
    plot: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) {
    let (line, foot, corner) = if theme.glyphs.ascii { ("|", "-", "+") } else { ("│", "─", "└") };
    for y in plot.top()..plot.bottom() {
        buf.set_string(plot.x - 1, y, line, theme.faint);
    }
    let bottom = plot.bottom();
    buf.set_string(plot.x - 1, bottom, corner, theme.faint);
    buf.set_string(plot.x, bottom, foot.repeat(usize::from(plot.width)), theme.faint);
    for (scale, is_right) in [(left, false), (right, true)] {
        let mut taken = std::collections::BTreeSet::new();
        let last = scale.said.len().saturating_sub(1);
        // The ends first, then zero.
        let rank = |at: &usize| (*at != last, *at != 0, scale.ticks[*at] != 0.0);
        let mut ticks: Vec<usize> = (0..scale.said.len()).collect();
        ticks.sort_by_key(rank);
        for at in ticks {
            let (y, said) = (scale.row(at, plot), &scale.said[at]);
            if said.is_empty() || !taken.insert(y) {
                continue;
            }
            let x = if is_right { plot.right() + 1 } else { plot.x - 1 - text::width(said) };
            buf.set_string(x, y, said, theme.dim);
        }
    }
    for (place, _) in &figure.marks {
        buf.set_string(column(*place, figure.places.len(), plot), bottom, theme.glyphs.arrow_up, theme.warn);
    }
    times(figure, cursor, Rect { y: bottom + 1, height: 1, ..plot }, buf, theme);
}

/// The times below: the ends, and as many between as there is room for.
fn times(figure: &Figure, cursor: Option<usize>, foot: Rect, buf: &mut Buffer, theme: &Theme) {
    let wide = figure.places.iter().map(|place| text::width(&place.short)).max().unwrap_or(5) + 3;
    let count = usize::from(foot.width / wide.max(1)).clamp(1, figure.places.len().max(1));
    let where_is = |place: usize| {
        let told = figure.places.get(place)?;
        let cells = text::width(&told.short);
        let x = column(place, figure.places.len(), foot).saturating_sub(cells / 2);
        let x = x.clamp(foot.x, foot.right().saturating_sub(cells).max(foot.x));
        Some((x, x + cells, told.short.as_str()))
    };
    let under = cursor.and_then(where_is);
    let mut taken = 0;
    for at in 0..count {
        let place = if count < 2 { 0 } else { at * (figure.places.len() - 1) / (count - 1) };
        let Some((x, end, told)) = where_is(place) else { continue };
        // What is under the cursor comes first.
        if x >= taken && under.is_none_or(|(from, to, _)| end < from || x > to) {
            taken = end + 1;
            buf.set_string(x, foot.y, told, theme.dim);
        }
    }
    if let Some((x, _, told)) = under {
        buf.set_string(x, foot.y, told, theme.title_focus);
    }
}

#[allow(clippy::cast_precision_loss)] // places on a canvas
fn curves(figure: &Figure, (left, right): (&Scale, &Scale), plot: Rect, buf: &mut Buffer, theme: &Theme) {
    let last = (figure.places.len().max(2) - 1) as f64;
    let marker = if theme.glyphs.ascii { Marker::Custom('.') } else { Marker::Braille };
    // The first is the most important: it is drawn last, over the others.
    for (at, curve) in figure.curves.iter().enumerate().take(MOST).rev() {
        let scale = if curve.right { right } else { left };
        let color = style(curve, theme).fg.unwrap_or_default();
        let mut canvas = |marker: Marker, points: bool| {
            Canvas::default()
                .marker(marker)
                .x_bounds([0.0, last])
                .y_bounds(scale.ends())
                .paint(|canvas| {
                    for run in svg::runs(curve) {
                        let spots: Vec<(f64, f64)> = run.iter().map(|(x, y)| (*x as f64, *y)).collect();
                        if points || spots.len() == 1 {
                            let step = if points { spots.len() / 12 + 1 } else { 1 };
                            let some: Vec<(f64, f64)> = spots.iter().copied().step_by(step).collect();
                            canvas.draw(&Points { coords: &some, color });
                        }
                        for pair in spots.windows(2).filter(|_| !points) {
                            canvas.draw(&Line::new(pair[0].0, pair[0].1, pair[1].0, pair[1].1, color));
                        }
                    }
                })
                .render(plot, buf);
        };
        canvas(marker, false);
        if is_plain(theme) {
            canvas(Marker::Custom(letter(at)), true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::figure::tests::sample;
    use super::*;

    fn drawn(figure: &Figure, cursor: Option<usize>, theme: &Theme) -> (String, Rect) {
        let area = Rect::new(0, 0, 60, 14);
        let mut buf = Buffer::empty(area);
        let plot = draw(figure, cursor, area, &mut buf, theme);
        let line =
            |y: u16| (0..area.width).map(|x| buf[(x, y)].symbol().to_owned()).collect::<String>() + "\n";
        ((0..area.height).map(line).collect(), plot)
    }

    #[test]
    fn axes_tell_values_and_times_and_the_cursor_what_is_under_it() {
        let theme = Theme::new(ThemeName::Dark, Colors::True, false);
        let (shown, plot) = drawn(&sample(), None, &theme);
        for told in ["4.0k", "$0.040", "12-01", "12-04", "tokens 6.2k", "cost $0.064", "↑"] {
            assert!(shown.contains(told), "{told}: {shown}");
        }
        let (shown, _) = drawn(&sample(), Some(2), &theme);
        for told in ["2026-12-03", "tokens 900", "cost $0.020", "Ada was changed"] {
            assert!(shown.contains(told), "{told}: {shown}");
        }
        for place in 0..4 {
            assert_eq!(place_at(column(place, 4, plot), 4, plot), Some(place));
        }
        assert_eq!(place_at(plot.x - 1, 4, plot), None);
    }

    #[test]
    fn curves_are_told_apart_without_colours() {
        for theme in [
            Theme::new(ThemeName::Dark, Colors::None, false),
            Theme::new(ThemeName::HighContrast, Colors::True, false),
            Theme::new(ThemeName::Dark, Colors::None, true),
        ] {
            let (shown, _) = drawn(&sample(), None, &theme);
            assert!(shown.contains("a=tokens") && shown.contains("b=cost"), "{shown}");
            assert!(shown.lines().skip(2).any(|line| line.contains('a')), "{shown}");
            assert!(shown.lines().skip(2).any(|line| line.contains('b')), "{shown}");
            assert!(!theme.glyphs.ascii || shown.is_ascii(), "{shown}");
        }
    }

    #[test]
    fn no_size_is_too_small() {
        let theme = Theme::new(ThemeName::Dark, Colors::True, false);
        for (width, height) in [(0, 0), (1, 1), (16, 4), (17, 5), (40, 3), (300, 80)] {
            let area = Rect::new(0, 0, width, height);
            let mut buf = Buffer::empty(area);
            let plot = draw(&sample(), Some(9), area, &mut buf, &theme);
            assert_eq!(plot.intersection(area), plot);
        }
    }
}
