//! The colours of the looks, and the nearest a terminal can show.

use ratatui::style::Color;

use super::Colors;

/// A colour in two forms: exact, and the nearest of the sixteen.
pub(super) type Tone = (u8, u8, u8, Color);

/// The colours of a look.
pub(super) struct Palette {
    pub text: Tone,
    pub dim: Tone,
    pub faint: Tone,
    pub line: Tone,
    pub focus: Tone,
    pub good: Tone,
    pub warn: Tone,
    pub bad: Tone,
    pub accent: Tone,
    pub selected: Tone,
    pub blurred: Tone,
    pub actors: [Tone; 12],
}

/// For dark terminals.
pub(super) const DARK: Palette = Palette {
    text: (216, 222, 233, Color::Reset),
    dim: (143, 152, 171, Color::Gray),
    faint: (92, 101, 122, Color::DarkGray),
    line: (68, 76, 94, Color::DarkGray),
    focus: (124, 196, 255, Color::LightCyan),
    good: (143, 209, 122, Color::Green),
    warn: (240, 192, 96, Color::Yellow),
    bad: (244, 118, 118, Color::LightRed),
    accent: (124, 196, 255, Color::Cyan),
    selected: (48, 66, 96, Color::Blue),
    blurred: (36, 41, 54, Color::DarkGray),
    actors: [
        (255, 158, 100, Color::LightRed),
        (125, 207, 255, Color::LightCyan),
        (187, 154, 247, Color::LightMagenta),
        (158, 206, 106, Color::LightGreen),
        (224, 175, 104, Color::Yellow),
        (115, 218, 202, Color::Cyan),
        (247, 118, 142, Color::Red),
        (122, 162, 247, Color::LightBlue),
        (219, 188, 127, Color::LightYellow),
        (255, 145, 205, Color::Magenta),
        (180, 249, 120, Color::Green),
        (160, 180, 210, Color::Blue),
    ],
};

/// For light terminals.
pub(super) const LIGHT: Palette = Palette {
    text: (40, 44, 52, Color::Reset),
    dim: (88, 96, 110, Color::DarkGray),
    faint: (134, 142, 156, Color::Gray),
    line: (190, 196, 206, Color::Gray),
    focus: (0, 92, 175, Color::Blue),
    good: (40, 120, 30, Color::Green),
    warn: (150, 95, 0, Color::Yellow),
    bad: (190, 30, 40, Color::Red),
    accent: (0, 92, 175, Color::Blue),
    selected: (200, 220, 245, Color::Cyan),
    blurred: (228, 232, 239, Color::Gray),
    actors: [
        (176, 70, 10, Color::Red),
        (0, 100, 150, Color::Blue),
        (120, 60, 180, Color::Magenta),
        (50, 115, 20, Color::Green),
        (140, 95, 0, Color::Yellow),
        (0, 115, 105, Color::Cyan),
        (185, 30, 70, Color::LightRed),
        (40, 70, 180, Color::LightBlue),
        (115, 90, 20, Color::Yellow),
        (170, 40, 125, Color::LightMagenta),
        (70, 110, 0, Color::LightGreen),
        (75, 95, 125, Color::DarkGray),
    ],
};

/// The colour as the terminal can show it.
pub(super) fn color(tone: Tone, colors: Colors) -> Color {
    let (r, g, b, ansi) = tone;
    match colors {
        Colors::None => Color::Reset,
        Colors::Ansi16 => ansi,
        Colors::Ansi256 => Color::Indexed(nearest_256(r, g, b)),
        Colors::True => Color::Rgb(r, g, b),
    }
}

/// The nearest of the 6×6×6 cube and the 24 greys.
fn nearest_256(r: u8, g: u8, b: u8) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let step = |v: u8| (0..6_u8).min_by_key(|i| STEPS[usize::from(*i)].abs_diff(v)).unwrap_or(0);
    let far = |x: (u8, u8, u8)| {
        u32::from(x.0.abs_diff(r)).pow(2)
            + u32::from(x.1.abs_diff(g)).pow(2)
            + u32::from(x.2.abs_diff(b)).pow(2)
    };
    let (cr, cg, cb) = (step(r), step(g), step(b));
    let cube = (STEPS[usize::from(cr)], STEPS[usize::from(cg)], STEPS[usize::from(cb)]);
    let mean = (u16::from(r) + u16::from(g) + u16::from(b)) / 3;
    let grey = u8::try_from(mean.saturating_sub(8) / 10).unwrap_or(23).min(23);
    let level = 8 + grey * 10;
    if far((level, level, level)) < far(cube) { 232 + grey } else { 16 + 36 * cr + 6 * cg + cb }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cube_holds_pure_colours() {
        assert_eq!(nearest_256(255, 0, 0), 196);
        assert_eq!(nearest_256(255, 255, 255), 231);
        assert_eq!(nearest_256(8, 8, 8), 232);
    }
}
