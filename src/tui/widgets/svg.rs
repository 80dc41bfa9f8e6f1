//! A chart as a picture. Curves differ by their dashes and marks as well as by colour.

use std::fmt::Write as _;

use super::figure::{Curve, Figure, Unit};

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 460.0;
/// Room around the curves: left, top, right, bottom.
const ROOM: (f64, f64, f64, f64) = (84.0, 44.0, 84.0, 56.0);
const LEGEND_LINE: f64 = 20.0;
const COLORS: [&str; 12] = [
    "#1f5fa8", "#b8560a", "#2b7a3d", "#a3262a", "#6f4aa8", "#7a4b36", "#a83a86", "#555555", "#6d6d10",
    "#0f7480", "#3a3a8c", "#8a2f5f",
];
const DASHES: [&str; 4] = ["", "8 4", "2 4", "10 4 2 4"];

/// Text with the signs that mean something in XML spelled out, and without those it cannot hold.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

/// Draws a chart.
#[must_use]
pub fn draw(figure: &Figure) -> String {
    let legend = LEGEND_LINE * figure.curves.len().div_ceil(4) as f64;
    let height = HEIGHT + legend;
    let (left, top, right, bottom) = ROOM;
    let (plot_right, plot_bottom) = (WIDTH - right, HEIGHT - bottom);
    let last = (figure.places.len().max(2) - 1) as f64;
    let x = |place: usize| left + (plot_right - left) * place as f64 / last;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <title>{0}</title>\n<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n\
         <text x=\"{left}\" y=\"26\" font-size=\"16\" font-weight=\"bold\" fill=\"#222222\">{0}</text>\n",
        plain(&figure.title)
    );
    for side in [false, true] {
        let unit = figure.curves.iter().find(|curve| curve.right == side).map(|curve| curve.unit);
        let Some(unit) = unit else { continue };
        let ticks = figure.axis(side, 6);
        for tick in &ticks {
            let y = height_of(*tick, &ticks, top, plot_bottom);
            let (at, anchor) = if side { (plot_right + 8.0, "start") } else { (left - 8.0, "end") };
            if !side {
                let _ = writeln!(out, "<path d=\"M{left} {y:.1}H{plot_right}\" stroke=\"#dddddd\"/>");
            }
            let _ = writeln!(
                out,
                "<text x=\"{at}\" y=\"{:.1}\" text-anchor=\"{anchor}\" fill=\"#444444\">{}</text>",
                y + 4.0,
                plain(&unit.say(*tick))
            );
        }
    }
    let shown = figure.places.len().clamp(1, 8);
    for at in 0..shown {
        let place = if shown == 1 { 0 } else { at * (figure.places.len() - 1) / (shown - 1) };
        let Some(told) = figure.places.get(place) else { continue };
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\" fill=\"#444444\">{}</text>",
            x(place),
            plot_bottom + 20.0,
            plain(&told.short)
        );
    }
    for (place, what) in &figure.marks {
        let _ = writeln!(
            out,
            "<path d=\"M{0:.1} {top}V{plot_bottom}\" stroke=\"#999999\" stroke-dasharray=\"3 3\"><title>{1}</title></path>",
            x(*place),
            plain(what)
        );
    }
    let _ = writeln!(
        out,
        "<path d=\"M{left} {top}V{plot_bottom}H{plot_right}\" fill=\"none\" stroke=\"#222222\"/>"
    );
    for (at, curve) in figure.curves.iter().enumerate() {
        let (color, dash) = (COLORS[at % COLORS.len()], DASHES[at % DASHES.len()]);
        let ticks = figure.axis(curve.right, 6);
        for run in runs(curve) {
            let points: Vec<String> = run
                .iter()
                .map(|(place, value)| {
                    format!("{:.1},{:.1}", x(*place), height_of(*value, &ticks, top, plot_bottom))
                })
                .collect();
            let _ = writeln!(
                out,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\" stroke-dasharray=\"{dash}\"/>",
                points.join(" ")
            );
            if let [(place, value)] = run.as_slice() {
                let y = height_of(*value, &ticks, top, plot_bottom);
                let _ =
                    writeln!(out, "<circle cx=\"{:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{color}\"/>", x(*place));
            }
        }
        let (column, line) = ((at % 4) as f64, (at / 4) as f64);
        let (start, y) = (left + column * 210.0, HEIGHT - 12.0 + line * LEGEND_LINE);
        let told = if curve.unit == Unit::Score { curve.at(None).unwrap_or(0.0) } else { curve.sum() };
        let _ = writeln!(
            out,
            "<path d=\"M{start} {y}h28\" stroke=\"{color}\" stroke-width=\"2\" stroke-dasharray=\"{dash}\"/>\
             <text x=\"{}\" y=\"{}\" fill=\"#222222\">{} {}</text>",
            start + 34.0,
            y + 4.0,
            plain(&curve.name),
            plain(&curve.unit.say(told))
        );
    }
    out += "</svg>\n";
    out
}

/// How far down a value stands.
fn height_of(value: f64, ticks: &[f64], top: f64, bottom: f64) -> f64 {
    let (low, high) = (ticks.first().copied().unwrap_or(0.0), ticks.last().copied().unwrap_or(1.0));
    bottom - (bottom - top) * (value - low) / (high - low).max(f64::MIN_POSITIVE)
}

/// The parts of a curve that hang together.
pub(super) fn runs(curve: &Curve) -> Vec<Vec<(usize, f64)>> {
    let mut runs: Vec<Vec<(usize, f64)>> = vec![Vec::new()];
    for (place, value) in curve.values.iter().enumerate() {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => run.push((place, *value)),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

#[cfg(test)]
mod tests {
    use super::super::figure::tests::sample;
    use super::*;

    #[test]
    fn a_picture_tells_axes_curves_marks_and_names() {
        let mut figure = sample();
        figure.curves[0].name = "<b>\u{1b}&\"".into();
        figure.curves[1].values[1] = None;
        let svg = draw(&figure);
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
        assert!(svg.contains("Tokens &amp; cost") && svg.contains("&lt;b&gt;&amp;&quot;"));
        assert!(!svg.contains('\u{1b}') && !svg.contains("<b>"));
        for told in ["12-01", "5.0k", "$0.040", "Ada was changed", "stroke-dasharray=\"8 4\""] {
            assert!(svg.contains(told), "{told}: {svg}");
        }
        // A gap is no line.
        assert_eq!((svg.matches("<polyline").count(), svg.matches("<circle").count()), (3, 1));
    }
}
