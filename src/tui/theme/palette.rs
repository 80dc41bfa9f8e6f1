//! The colours of the looks, and the nearest a terminal can show.

use ratatui::style::Color;

/// How many colours the terminal gets.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Colors {
    /// None: bold, dim, reversed and underlined only (`NO_COLOR`).
    None,
    /// The sixteen of the terminal's own palette.
    Ansi16,
    /// 256.
    Ansi256,
    /// 24 bit.
    #[default]
    True,
}

impl Colors {
    /// Reads the word of the configuration (`none`, `16`, `256`, `true`); `auto` and anything else is `None`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "none" | "never" => Self::None,
            "16" => Self::Ansi16,
            "256" => Self::Ansi256,
            "true" | "truecolor" | "24bit" => Self::True,
            _ => return None,
        })
    }

    /// What the environment says of the terminal: `NO_COLOR`, `COLORTERM`, `TERM`.
    #[must_use]
    pub fn of_terminal(env: impl Fn(&str) -> Option<String>) -> Self {
        let term = env("TERM").unwrap_or_default();
        if env("NO_COLOR").is_some_and(|value| !value.is_empty()) || term == "dumb" {
            return Self::None;
        }
        match env("COLORTERM").as_deref() {
            Some("truecolor" | "24bit") => Self::True,
            _ if term.contains("direct") || term.contains("kitty") || term.contains("ghostty") => Self::True,
            _ if term.contains("256color") => Self::Ansi256,
            _ => Self::Ansi16,
        }
    }
}

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
    dim: (166, 175, 193, Color::Gray),
    faint: (147, 155, 174, Color::DarkGray),
    line: (68, 76, 94, Color::DarkGray),
    focus: (124, 196, 255, Color::LightCyan),
    good: (143, 209, 122, Color::Green),
    warn: (240, 192, 96, Color::Yellow),
    bad: (244, 118, 118, Color::LightRed),
    accent: (124, 196, 255, Color::Cyan),
    selected: (12, 30, 68, Color::Blue),
    blurred: (34, 38, 50, Color::DarkGray),
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
    dim: (62, 68, 80, Color::DarkGray),
    faint: (88, 95, 108, Color::Gray),
    line: (190, 196, 206, Color::Gray),
    focus: (0, 92, 175, Color::Blue),
    good: (38, 114, 28, Color::Green),
    warn: (114, 72, 0, Color::Yellow),
    bad: (190, 30, 40, Color::Red),
    accent: (0, 92, 175, Color::Blue),
    selected: (212, 228, 250, Color::Cyan),
    blurred: (232, 236, 243, Color::Gray),
    actors: [
        (118, 47, 7, Color::Red),
        (0, 100, 150, Color::Blue),
        (94, 47, 142, Color::Magenta),
        (49, 113, 20, Color::Green),
        (115, 78, 0, Color::Yellow),
        (0, 112, 103, Color::Cyan),
        (185, 30, 70, Color::LightRed),
        (40, 70, 180, Color::LightBlue),
        (115, 90, 20, Color::Yellow),
        (170, 40, 125, Color::LightMagenta),
        (70, 110, 0, Color::LightGreen),
        (69, 88, 115, Color::DarkGray),
    ],
};

/// Dark and warm.
pub(super) const EMBER: Palette = Palette {
    text: (235, 219, 200, Color::Reset),
    dim: (198, 180, 158, Color::Gray),
    faint: (172, 154, 132, Color::DarkGray),
    line: (92, 76, 62, Color::DarkGray),
    focus: (255, 176, 84, Color::LightYellow),
    good: (170, 200, 100, Color::Green),
    warn: (250, 205, 100, Color::Yellow),
    bad: (255, 120, 100, Color::LightRed),
    accent: (255, 176, 84, Color::Yellow),
    selected: (62, 30, 8, Color::Red),
    blurred: (44, 36, 30, Color::DarkGray),
    actors: [
        (254, 128, 25, Color::Yellow),
        (131, 165, 152, Color::Cyan),
        (211, 134, 155, Color::LightMagenta),
        (184, 187, 38, Color::LightGreen),
        (250, 189, 47, Color::LightYellow),
        (142, 192, 124, Color::Green),
        (251, 90, 80, Color::LightRed),
        (140, 170, 190, Color::LightBlue),
        (230, 200, 150, Color::White),
        (240, 150, 180, Color::Magenta),
        (200, 210, 110, Color::LightCyan),
        (190, 175, 160, Color::Blue),
    ],
};

/// Dark, without red and green: what is good is blue, what is bad is orange, and both differ in lightness too. After the colours of
/// Okabe and Ito, which eyes of every kind tell apart.
pub(super) const BLUE_ORANGE: Palette = Palette {
    text: (222, 226, 235, Color::Reset),
    dim: (176, 184, 200, Color::Gray),
    faint: (152, 160, 178, Color::DarkGray),
    line: (70, 78, 98, Color::DarkGray),
    focus: (214, 176, 236, Color::LightMagenta),
    good: (100, 190, 255, Color::LightBlue),
    warn: (240, 228, 66, Color::LightYellow),
    bad: (255, 150, 50, Color::Yellow),
    accent: (214, 176, 236, Color::LightMagenta),
    selected: (14, 28, 66, Color::Blue),
    blurred: (34, 38, 50, Color::DarkGray),
    actors: [
        (230, 159, 0, Color::Yellow),
        (86, 180, 233, Color::LightCyan),
        (220, 150, 190, Color::LightMagenta),
        (0, 190, 150, Color::Cyan),
        (240, 228, 66, Color::LightYellow),
        (110, 160, 255, Color::LightBlue),
        (255, 130, 50, Color::LightRed),
        (150, 215, 250, Color::White),
        (255, 205, 130, Color::Gray),
        (250, 190, 225, Color::Magenta),
        (130, 225, 195, Color::Green),
        (205, 205, 215, Color::Blue),
    ],
};

/// Light and warm, for grounds of cream.
pub(super) const PAPER: Palette = Palette {
    text: (60, 48, 36, Color::Reset),
    dim: (82, 68, 52, Color::DarkGray),
    faint: (100, 86, 68, Color::Gray),
    line: (206, 192, 168, Color::Gray),
    focus: (118, 46, 3, Color::Red),
    good: (70, 100, 10, Color::Green),
    warn: (112, 69, 0, Color::Yellow),
    bad: (176, 28, 24, Color::Red),
    accent: (118, 46, 3, Color::Red),
    selected: (246, 224, 186, Color::Yellow),
    blurred: (243, 235, 219, Color::Gray),
    actors: [
        (118, 46, 3, Color::Red),
        (20, 90, 130, Color::Blue),
        (102, 46, 112, Color::Magenta),
        (80, 100, 10, Color::Green),
        (112, 74, 0, Color::Yellow),
        (0, 105, 95, Color::Cyan),
        (180, 30, 60, Color::LightRed),
        (46, 54, 126, Color::LightBlue),
        (110, 90, 40, Color::DarkGray),
        (160, 40, 110, Color::LightMagenta),
        (60, 110, 40, Color::LightGreen),
        (90, 80, 90, Color::Black),
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
    use super::super::ThemeName;
    use super::*;

    /// The grounds of terminals: a palette does not set them.
    const GROUNDS: [[(u8, u8, u8); 3]; 2] =
        [[(0, 0, 0), (24, 26, 33), (36, 36, 36)], [(255, 255, 255), (250, 248, 242), (253, 246, 227)]];

    /// A colour as the eye weighs it, by the rule of the web's contrast guidelines.
    fn light(color: (u8, u8, u8)) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(color.0) + 0.7152 * linear(color.1) + 0.0722 * linear(color.2)
    }

    fn contrast(a: (u8, u8, u8), b: (u8, u8, u8)) -> f64 {
        let (a, b) = (light(a), light(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// What a terminal of 256 colours shows.
    fn rounded((r, g, b, _): Tone) -> (u8, u8, u8) {
        let step = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
        match nearest_256(r, g, b) {
            grey @ 232.. => (8 + (grey - 232) * 10, 8 + (grey - 232) * 10, 8 + (grey - 232) * 10),
            cube => (step((cube - 16) / 36), step((cube - 16) / 6 % 6), step((cube - 16) % 6)),
        }
    }

    #[test]
    fn every_text_can_be_read_on_every_ground() {
        for name in ThemeName::ALL {
            let Some(palette) = name.palette() else { continue };
            let grounds = GROUNDS[usize::from(name.is_light())];
            let Palette {
                text, dim, faint, focus, good, warn, bad, accent, selected, blurred, actors, ..
            } = *palette;
            for tone in [text, dim, faint, focus, good, warn, bad, accent].into_iter().chain(actors) {
                for shown in [|(r, g, b, _): Tone| (r, g, b), rounded] {
                    let under = grounds.into_iter().chain([shown(selected), shown(blurred)]);
                    for ground in under {
                        let found = contrast(shown(tone), ground);
                        assert!(found >= 4.5, "{name:?}: {tone:?} on {ground:?}: {found:.2}");
                    }
                }
            }
            // What matters less is told less loudly.
            let loud = |tone| contrast(rounded(tone), grounds[0]);
            assert!(loud(text) > loud(dim) && loud(dim) > loud(faint));
        }
    }

    #[test]
    fn two_curves_of_one_chart_differ_by_their_colour() {
        for name in ThemeName::ALL {
            let Some(palette) = name.palette() else { continue };
            let (a, b) = (palette.accent, palette.good);
            let apart = a.0.abs_diff(b.0) as u16 + a.1.abs_diff(b.1) as u16 + a.2.abs_diff(b.2) as u16;
            assert!(apart >= 100, "{name:?}: {a:?} and {b:?}");
        }
    }

    #[test]
    fn the_cube_holds_pure_colours() {
        assert_eq!(nearest_256(255, 0, 0), 196);
        assert_eq!(nearest_256(255, 255, 255), 231);
        assert_eq!(nearest_256(8, 8, 8), 232);
    }
}
