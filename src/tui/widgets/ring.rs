//! Who deals with whom as a picture: names on a ring, a line for each tie.

use std::f64::consts::TAU;
use std::fmt::Write as _;

use super::svg::plain;

const SIDE: f64 = 720.0;
/// From the middle to the names.
const RADIUS: f64 = 280.0;
/// Width of the closest tie.
const CLOSE: f64 = 6.0;

/// A tie between two of the names, by their places.
#[derive(Copy, Clone, Debug)]
pub struct Tie {
    /// Between whom.
    pub ends: (usize, usize),
    /// How often they dealt with each other.
    pub dealings: i64,
    /// From -1, tense, to 1, warm.
    pub sentiment: f64,
}

/// Draws it. The closer a tie, the broader its line; tense ones are dashed, even ones dotted.
#[must_use]
#[allow(clippy::cast_precision_loss)] // counts of dealings and of names
pub fn draw(title: &str, names: &[&str], ties: &[Tie]) -> String {
    let at = |place: usize| {
        let angle = TAU * place as f64 / names.len().max(1) as f64;
        (SIDE / 2.0 + RADIUS * angle.sin(), SIDE / 2.0 + 20.0 - RADIUS * angle.cos())
    };
    let most = ties.iter().map(|tie| tie.dealings).max().unwrap_or(1).max(1) as f64;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {SIDE} {0}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <title>{1}</title>\n<rect width=\"{SIDE}\" height=\"{0}\" fill=\"#ffffff\"/>\n\
         <text x=\"24\" y=\"28\" font-size=\"16\" font-weight=\"bold\" fill=\"#222222\">{1}</text>\n",
        SIDE + 40.0,
        plain(title)
    );
    for tie in ties {
        let ((x1, y1), (x2, y2)) = (at(tie.ends.0), at(tie.ends.1));
        let (color, dash) = match tie.sentiment {
            s if s > 0.2 => ("#2b7a3d", ""),
            s if s < -0.2 => ("#a3262a", "8 4"),
            _ => ("#777777", "2 4"),
        };
        let _ = writeln!(
            out,
            "<path d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\" stroke=\"{color}\" stroke-width=\"{:.1}\" stroke-dasharray=\"{dash}\"><title>{} dealings</title></path>",
            1.0 + (CLOSE - 1.0) * tie.dealings as f64 / most,
            tie.dealings
        );
    }
    for (place, name) in names.iter().enumerate() {
        let (x, y) = at(place);
        let _ = writeln!(
            out,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"#222222\"/>\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#222222\">{}</text>",
            y - 9.0,
            plain(name)
        );
    }
    out += "</svg>\n";
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_differ_without_colour_and_names_are_plain() {
        let tie = |ends, sentiment| Tie { ends, dealings: 3, sentiment };
        let drawn =
            draw("Ties", &["A<b", "C", "D"], &[tie((0, 1), 0.9), tie((1, 2), -0.9), tie((0, 2), 0.0)]);
        assert!(drawn.contains("A&lt;b") && !drawn.contains("A<b"));
        for dash in ["\"\"", "\"8 4\"", "\"2 4\""] {
            assert!(drawn.contains(&format!("stroke-dasharray={dash}")), "{drawn}");
        }
    }
}
