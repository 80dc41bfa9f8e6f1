//! A screen as a picture: cells to SVG.
//!
//! Lines, blocks and braille dots are drawn as shapes, so that they join whatever font the viewer
//! has; everything else is text, stretched to its cells. It knows cells and colours, nothing of what
//! they show.

mod shape;

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

/// Width of a cell.
const WIDE: f64 = 8.4;
/// Height of a cell.
const HIGH: f64 = 17.0;
/// Size of the letters.
const FONT: f64 = 14.0;
/// From the top of a cell to the foot of its letters.
const FOOT: f64 = 13.0;
/// Around the screen.
const MARGIN: f64 = 14.0;
/// Above the screen, for the window's frame.
const BAR: f64 = 30.0;

/// What stands behind and before everything.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    /// Behind the text.
    pub background: (u8, u8, u8),
    /// Text without a colour of its own.
    pub foreground: (u8, u8, u8),
}

impl Ground {
    /// A dark terminal.
    pub const DARK: Self = Self { background: (18, 21, 28), foreground: (216, 222, 233) };
    /// A light terminal.
    pub const LIGHT: Self = Self { background: (252, 252, 250), foreground: (40, 44, 52) };
}

/// Draws a screen as a window with a title.
#[must_use]
pub fn svg(cells: &Buffer, title: &str, ground: Ground) -> String {
    let area = cells.area;
    let (width, height) = (f64::from(area.width) * WIDE, f64::from(area.height) * HIGH);
    let (full_width, full_height) = (width + 2.0 * MARGIN, height + BAR + MARGIN);
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {full_width:.1} {full_height:.1}\" \
         width=\"{full_width:.0}\" height=\"{full_height:.0}\" role=\"img\" aria-label=\"{}\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"9\" fill=\"{}\"/>\n",
        escaped(title),
        hex(ground.background)
    );
    for (nth, color) in ["#ff5f57", "#febc2e", "#28c840"].iter().enumerate() {
        let x = 18.0 + 18.0 * f64::from(u8::try_from(nth).unwrap_or(0));
        let _ = writeln!(out, "<circle cx=\"{x}\" cy=\"15\" r=\"5.5\" fill=\"{color}\"/>");
    }
    let font = "ui-monospace,'JetBrains Mono','DejaVu Sans Mono',Menlo,Consolas,monospace";
    let _ = writeln!(
        out,
        "<text x=\"{:.1}\" y=\"20\" text-anchor=\"middle\" font-family=\"{font}\" font-size=\"12\" fill=\"{}\" \
         opacity=\"0.6\">{}</text>",
        full_width / 2.0,
        hex(ground.foreground),
        escaped(title)
    );
    let _ = writeln!(
        out,
        "<g transform=\"translate({MARGIN},{BAR})\" font-family=\"{font}\" font-size=\"{FONT}\">"
    );
    for y in area.top()..area.bottom() {
        line(&mut out, cells, y, ground);
    }
    out.push_str("</g>\n</svg>\n");
    out
}

/// How a cell looks.
#[derive(Copy, Clone, PartialEq, Eq)]
struct Look {
    ink: (u8, u8, u8),
    paper: (u8, u8, u8),
    marks: Modifier,
}

impl Look {
    fn of(cell: &Cell, ground: Ground) -> Self {
        let ink = rgb(cell.fg).unwrap_or(ground.foreground);
        let paper = rgb(cell.bg).unwrap_or(ground.background);
        let (mut ink, paper) =
            if cell.modifier.contains(Modifier::REVERSED) { (paper, ink) } else { (ink, paper) };
        if cell.modifier.contains(Modifier::DIM) {
            ink = mixed(ink, paper);
        }
        let marks = cell.modifier
            & (Modifier::BOLD | Modifier::ITALIC | Modifier::UNDERLINED | Modifier::CROSSED_OUT);
        Self { ink, paper, marks }
    }
}

/// One line: first what is behind, then shapes and runs of text.
fn line(out: &mut String, cells: &Buffer, y: u16, ground: Ground) {
    let top = f64::from(y) * HIGH;
    let columns = || cells.area.left()..cells.area.right();
    let look = |x: u16| Look::of(&cells[(x, y)], ground);
    // The second cell of a wide character stands on the paper of the first.
    let paper = |x: u16| {
        let covered =
            x > cells.area.left() && unicode_width::UnicodeWidthStr::width(cells[(x - 1, y)].symbol()) == 2;
        look(if covered { x - 1 } else { x }).paper
    };
    let mut from = cells.area.left();
    for x in columns() {
        let last = x + 1 == cells.area.right();
        if last || paper(x + 1) != paper(from) {
            if paper(from) != ground.background {
                let (left, width) = (f64::from(from) * WIDE, f64::from(x + 1 - from) * WIDE);
                let _ = writeln!(
                    out,
                    "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{HIGH}\" fill=\"{}\" shape-rendering=\"crispEdges\"/>",
                    hex(look(from).paper)
                );
            }
            from = x + 1;
        }
    }
    let mut run = Run::default();
    let mut skip_to = cells.area.left();
    for x in columns() {
        if x < skip_to {
            continue;
        }
        let symbol = cells[(x, y)].symbol();
        let wide = u16::try_from(symbol.width()).unwrap_or(1).max(1);
        skip_to = x + wide;
        let look = look(x);
        let drawn = shape::of(symbol, f64::from(x) * WIDE, top, &hex(look.ink));
        if let Some(drawn) = drawn {
            run.end(out, top);
            out.push_str(&drawn);
            continue;
        }
        if symbol.trim().is_empty() && !look.marks.contains(Modifier::UNDERLINED) {
            run.blank();
            continue;
        }
        run.add(out, top, x, wide, symbol, look);
    }
    run.end(out, top);
}

/// Letters that look alike, side by side.
#[derive(Default)]
struct Run {
    text: String,
    from: u16,
    cells: u16,
    blanks: u16,
    look: Option<Look>,
}

impl Run {
    fn blank(&mut self) {
        if self.look.is_some() {
            self.blanks += 1;
        }
    }

    fn add(&mut self, out: &mut String, top: f64, x: u16, wide: u16, symbol: &str, look: Look) {
        // Wide characters stand alone, so that a font's idea of their width moves nothing else; and not
        // every browser keeps several blanks in a row.
        if self.look != Some(look) || self.blanks > 1 || wide > 1 {
            self.end(out, top);
            (self.from, self.look) = (x, Some(look));
        }
        for _ in 0..std::mem::take(&mut self.blanks) {
            self.text.push(' ');
            self.cells += 1;
        }
        self.text.push_str(symbol);
        self.cells += wide;
        if wide > 1 {
            self.end(out, top);
        }
    }

    fn end(&mut self, out: &mut String, top: f64) {
        let run = std::mem::take(self);
        let Some(look) = run.look else { return };
        let (left, width) = (f64::from(run.from) * WIDE, f64::from(run.cells) * WIDE);
        let mut marks = String::new();
        for (mark, text) in [
            (Modifier::BOLD, " font-weight=\"700\""),
            (Modifier::ITALIC, " font-style=\"italic\""),
            (Modifier::UNDERLINED, " text-decoration=\"underline\""),
            (Modifier::CROSSED_OUT, " text-decoration=\"line-through\""),
        ] {
            if look.marks.contains(mark) {
                marks.push_str(text);
            }
        }
        let _ = writeln!(
            out,
            "<text x=\"{left:.1}\" y=\"{:.1}\" fill=\"{}\"{marks} textLength=\"{width:.1}\" \
             lengthAdjust=\"spacingAndGlyphs\">{}</text>",
            top + FOOT,
            hex(look.ink),
            escaped(&run.text)
        );
    }
}

fn hex((r, g, b): (u8, u8, u8)) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn mixed(a: (u8, u8, u8), b: (u8, u8, u8)) -> (u8, u8, u8) {
    let mix = |a: u8, b: u8| u8::try_from((u16::from(a) * 3 + u16::from(b) * 2) / 5).unwrap_or(a);
    (mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

/// A colour's value; `None` for the terminal's own.
const fn rgb(color: Color) -> Option<(u8, u8, u8)> {
    Some(match color {
        Color::Rgb(r, g, b) => (r, g, b),
        Color::Black => (0, 0, 0),
        Color::Red => (205, 49, 49),
        Color::Green => (13, 188, 121),
        Color::Yellow => (229, 229, 16),
        Color::Blue => (36, 114, 200),
        Color::Magenta => (188, 63, 188),
        Color::Cyan => (17, 168, 205),
        Color::Gray => (204, 204, 204),
        Color::DarkGray => (118, 118, 118),
        Color::LightRed => (241, 76, 76),
        Color::LightGreen => (35, 209, 139),
        Color::LightYellow => (245, 245, 67),
        Color::LightBlue => (59, 142, 234),
        Color::LightMagenta => (214, 112, 214),
        Color::LightCyan => (41, 184, 219),
        Color::White => (242, 242, 242),
        Color::Indexed(_) | Color::Reset => return None,
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn cells_become_text_rects_and_shapes() {
        let mut cells = Buffer::empty(Rect::new(0, 0, 12, 2));
        cells.set_string(0, 0, "a<b 宽", Style::new().fg(Color::Rgb(1, 2, 3)).bg(Color::Rgb(4, 5, 6)));
        cells.set_string(0, 1, "│█⣿", Style::new().fg(Color::Red));
        let svg = svg(&cells, "A & B", Ground::DARK);
        assert!(svg.contains(">a&lt;b</text>"), "{svg}");
        assert!(svg.contains(">宽</text>") && svg.contains("fill=\"#010203\""));
        assert!(svg.contains("width=\"50.4\" height=\"17\" fill=\"#040506\""), "{svg}");
        assert!(svg.contains("A &amp; B"));
        assert_eq!(svg.matches("<circle").count(), 3 + 8);
        assert!(!svg.contains('│') && !svg.contains('█'));
    }
}
