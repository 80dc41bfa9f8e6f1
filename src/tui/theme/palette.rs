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

    /// The grounds of terminals: a palette does not set them.
    const GROUNDS: [[(u8, u8, u8); 2]; 2] = [[(0, 0, 0), (24, 26, 33)], [(255, 255, 255), (250, 248, 242)]];

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
        for (palette, grounds) in [DARK, LIGHT].into_iter().zip(GROUNDS) {
            let Palette {
                text, dim, faint, focus, good, warn, bad, accent, selected, blurred, actors, ..
            } = palette;
            for tone in [text, dim, faint, focus, good, warn, bad, accent].into_iter().chain(actors) {
                for shown in [|(r, g, b, _): Tone| (r, g, b), rounded] {
                    let under = grounds.into_iter().chain([shown(selected), shown(blurred)]);
                    for ground in under {
                        let found = contrast(shown(tone), ground);
                        assert!(found >= 4.5, "{tone:?} on {ground:?}: {found:.2}");
                    }
                }
            }
            // What matters less is told less loudly.
            let loud = |tone| contrast(rounded(tone), grounds[0]);
            assert!(loud(text) > loud(dim) && loud(dim) > loud(faint));
        }
    }

    #[test]
    fn the_cube_holds_pure_colours() {
        assert_eq!(nearest_256(255, 0, 0), 196);
        assert_eq!(nearest_256(255, 255, 255), 231);
        assert_eq!(nearest_256(8, 8, 8), 232);
    }
}
