//! Characters that are drawn: lines, blocks and braille dots.

use std::fmt::Write as _;

use super::{HIGH, WIDE};

/// The shape of a character, if it has one, with the cell's upper left corner at `x`, `y`.
pub(super) fn of(symbol: &str, x: f64, y: f64, ink: &str) -> Option<String> {
    let mut chars = symbol.chars();
    let (Some(c), None) = (chars.next(), chars.next()) else { return None };
    match c {
        '\u{2800}'..='\u{28ff}' => Some(braille(c, x, y, ink)),
        '\u{2580}'..='\u{259f}' => block(c, x, y, ink),
        '\u{2500}'..='\u{257f}' => lines(c, x, y, ink),
        _ => None,
    }
}

fn braille(c: char, x: f64, y: f64, ink: &str) -> String {
    let dots = u32::from(c) - 0x2800;
    let mut out = String::new();
    for bit in 0..8_u32 {
        if dots & (1 << bit) == 0 {
            continue;
        }
        let (column, row) = match bit {
            0..=2 => (0, bit),
            3..=5 => (1, bit - 3),
            _ => (bit - 6, 3),
        };
        let (cx, cy) =
            (x + WIDE * (0.27 + 0.46 * f64::from(column)), y + HIGH * (0.14 + 0.24 * f64::from(row)));
        // Writing to a String cannot fail.
        let _ = writeln!(out, "<circle cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"1.5\" fill=\"{ink}\"/>");
    }
    out
}

fn block(c: char, x: f64, y: f64, ink: &str) -> Option<String> {
    let code = f64::from(u32::from(c) - 0x2580);
    let (left, top, width, height, opacity) = match c {
        '▀' => (0.0, 0.0, 1.0, 0.5, 1.0),
        '▁'..='█' => (0.0, 1.0 - code / 8.0, 1.0, code / 8.0, 1.0),
        '▉'..='▏' => (0.0, 0.0, 1.0 - (code - 8.0) / 8.0, 1.0, 1.0),
        '▐' => (0.5, 0.0, 0.5, 1.0, 1.0),
        '░' => (0.0, 0.0, 1.0, 1.0, 0.25),
        '▒' => (0.0, 0.0, 1.0, 1.0, 0.5),
        '▓' => (0.0, 0.0, 1.0, 1.0, 0.75),
        '▔' => (0.0, 0.0, 1.0, 0.125, 1.0),
        '▕' => (0.875, 0.0, 0.125, 1.0, 1.0),
        _ => return None,
    };
    Some(format!(
        "<rect x=\"{:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{:.2}\" fill=\"{ink}\" fill-opacity=\"{opacity}\" shape-rendering=\"crispEdges\"/>\n",
        x + left * WIDE,
        y + top * HIGH,
        width * WIDE,
        height * HIGH
    ))
}

/// Arms from the middle: up, right, down, left; 0 = none, 1 = light, 2 = heavy.
const fn arms(c: char) -> Option<[u8; 4]> {
    Some(match c {
        '─' | '╌' | '┄' | '┈' => [0, 1, 0, 1],
        '━' | '╍' | '┅' | '┉' => [0, 2, 0, 2],
        '│' | '╎' | '┆' | '┊' => [1, 0, 1, 0],
        '┃' | '╏' | '┇' | '┋' => [2, 0, 2, 0],
        '┌' => [0, 1, 1, 0],
        '┏' => [0, 2, 2, 0],
        '┐' => [0, 0, 1, 1],
        '┓' => [0, 0, 2, 2],
        '└' => [1, 1, 0, 0],
        '┗' => [2, 2, 0, 0],
        '┘' => [1, 0, 0, 1],
        '┛' => [2, 0, 0, 2],
        '├' => [1, 1, 1, 0],
        '┣' => [2, 2, 2, 0],
        '┤' => [1, 0, 1, 1],
        '┫' => [2, 0, 2, 2],
        '┬' => [0, 1, 1, 1],
        '┳' => [0, 2, 2, 2],
        '┴' => [1, 1, 0, 1],
        '┻' => [2, 2, 0, 2],
        '┼' => [1, 1, 1, 1],
        '╋' => [2, 2, 2, 2],
        '╴' => [0, 0, 0, 1],
        '╵' => [1, 0, 0, 0],
        '╶' => [0, 1, 0, 0],
        '╷' => [0, 0, 1, 0],
        '╸' => [0, 0, 0, 2],
        '╹' => [2, 0, 0, 0],
        '╺' => [0, 2, 0, 0],
        '╻' => [0, 0, 2, 0],
        _ => return None,
    })
}

fn lines(c: char, x: f64, y: f64, ink: &str) -> Option<String> {
    let (middle_x, middle_y) = (x + WIDE / 2.0, y + HIGH / 2.0);
    let (right, foot) = (x + WIDE, y + HIGH);
    let round = match c {
        '╭' => Some((right, middle_y, middle_x, foot)),
        '╮' => Some((x, middle_y, middle_x, foot)),
        '╰' => Some((right, middle_y, middle_x, y)),
        '╯' => Some((x, middle_y, middle_x, y)),
        _ => None,
    };
    if let Some((x1, y1, x2, y2)) = round {
        return Some(format!(
            "<path d=\"M{x1:.1} {y1:.1}Q{middle_x:.1} {middle_y:.1} {x2:.1} {y2:.1}\" fill=\"none\" stroke=\"{ink}\"/>\n"
        ));
    }
    let arms = arms(c)?;
    let mut out = String::new();
    let ends = [(middle_x, y), (right, middle_y), (middle_x, foot), (x, middle_y)];
    // Opposite arms of one weight are one stroke.
    for (one, other) in [(0, 2), (1, 3)] {
        let (a, b) = (arms[one], arms[other]);
        let mut stroke = |weight: u8, (x1, y1): (f64, f64), (x2, y2): (f64, f64)| {
            if weight > 0 {
                let width = if weight == 1 { 1.0 } else { 2.2 };
                // Writing to a String cannot fail.
                let _ = writeln!(
                    out,
                    "<path d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\" stroke=\"{ink}\" stroke-width=\"{width}\"/>"
                );
            }
        };
        if a == b {
            stroke(a, ends[one], ends[other]);
        } else {
            stroke(a, ends[one], (middle_x, middle_y));
            stroke(b, ends[other], (middle_x, middle_y));
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_stand_in_their_cell() {
        let eighth = of("▁", 0.0, 0.0, "#fff").unwrap();
        assert!(eighth.contains("y=\"14.88\"") && eighth.contains("height=\"2.12\""), "{eighth}");
        let quarter = of("▎", 0.0, 0.0, "#fff").unwrap();
        assert!(quarter.contains("width=\"2.10\""), "{quarter}");
        assert_eq!(of("┼", 0.0, 0.0, "#fff").unwrap().matches("<path").count(), 2);
        assert_eq!(of("⠁", 0.0, 0.0, "#fff").unwrap().matches("<circle").count(), 1);
        assert!(of("a", 0.0, 0.0, "#fff").is_none() && of("═", 0.0, 0.0, "#fff").is_none());
    }
}
