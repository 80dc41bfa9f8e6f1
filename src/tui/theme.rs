//! Colours, styles and glyphs. Panes ask for a meaning (`theme.bad`, `theme.actor(id)`), never for
//! a colour, so that every theme, `NO_COLOR` and 16 colours work everywhere.
//!
//! Nothing is said by colour alone: focus has a thicker border and a mark, status has a word.

mod glyphs;
mod palette;

use ratatui::style::{Color, Modifier, Style};

pub use glyphs::{ASCII, Glyphs, UNICODE};
pub use palette::Colors;
use palette::{BLUE_ORANGE, DARK, EMBER, LIGHT, PAPER, Palette, Tone, color};

/// The looks a person can choose.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum ThemeName {
    /// For dark terminals.
    #[default]
    Dark,
    /// For light terminals.
    Light,
    /// Plain black and white with strong marks.
    HighContrast,
    /// Dark and warm.
    Ember,
    /// Light and warm.
    Paper,
    /// Dark, for eyes that do not tell red from green.
    BlueOrange,
}

impl ThemeName {
    /// All of them, in the order of the round.
    pub const ALL: [Self; 6] =
        [Self::Dark, Self::Light, Self::HighContrast, Self::Ember, Self::Paper, Self::BlueOrange];

    /// The next look in the round.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|name| *name == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }

    /// The word in configuration and state file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::HighContrast => "high-contrast",
            Self::Ember => "ember",
            Self::Paper => "paper",
            Self::BlueOrange => "blue-orange",
        }
    }

    /// Reads the word; `auto` and anything else is `None`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str() == word)
    }

    /// Whether it is for terminals with a light ground.
    #[must_use]
    pub const fn is_light(self) -> bool {
        matches!(self, Self::Light | Self::Paper)
    }

    /// Its colours; high contrast has none of its own.
    const fn palette(self) -> Option<&'static Palette> {
        match self {
            Self::Dark => Some(&DARK),
            Self::Light => Some(&LIGHT),
            Self::Ember => Some(&EMBER),
            Self::Paper => Some(&PAPER),
            Self::BlueOrange => Some(&BLUE_ORANGE),
            Self::HighContrast => None,
        }
    }
}

/// Everything a pane needs to look right.
#[derive(Clone, Debug)]
pub struct Theme {
    /// Which look.
    pub name: ThemeName,
    /// How many colours.
    pub colors: Colors,
    /// Plain text.
    pub text: Style,
    /// Less important text.
    pub dim: Style,
    /// Hardly important text.
    pub faint: Style,
    /// Borders.
    pub border: Style,
    /// Border of the focused pane.
    pub border_focus: Style,
    /// Titles.
    pub title: Style,
    /// Title of the focused pane.
    pub title_focus: Style,
    /// The selected line of the focused pane.
    pub selected: Style,
    /// The selected line of another pane.
    pub selected_blur: Style,
    /// What should catch the eye.
    pub accent: Style,
    /// All is well.
    pub good: Style,
    /// Look here.
    pub warn: Style,
    /// Something is wrong.
    pub bad: Style,
    /// A key in hints and help.
    pub key: Style,
    /// Text a bot wrote.
    pub quote: Style,
    /// What a search found.
    pub found: Style,
    /// Glyphs.
    pub glyphs: &'static Glyphs,
    actors: [Style; 12],
}

impl Theme {
    /// What is there but may not be done: struck through, so that it shows without colours too.
    #[must_use]
    pub fn refused(&self) -> Style {
        self.faint.add_modifier(Modifier::CROSSED_OUT)
    }

    /// The look `name` in so many colours; `ascii` for terminals without Unicode.
    #[must_use]
    pub fn new(name: ThemeName, colors: Colors, ascii: bool) -> Self {
        let glyphs = if ascii { &ASCII } else { &UNICODE };
        let Some(palette) = name.palette().filter(|_| colors != Colors::None) else {
            return Self::plain(name, colors, glyphs);
        };
        let fg = |tone: Tone| Style::new().fg(color(tone, colors));
        let bg = |tone: Tone| {
            if colors == Colors::Ansi16 {
                // As in high contrast.
                Style::new().fg(Color::Reset).add_modifier(Modifier::REVERSED)
            } else {
                Style::new().bg(color(tone, colors))
            }
        };
        let blurred = if colors == Colors::Ansi16 {
            Style::new().add_modifier(Modifier::UNDERLINED)
        } else {
            Style::new().bg(color(palette.blurred, colors))
        };
        Self {
            name,
            colors,
            text: fg(palette.text),
            dim: fg(palette.dim),
            faint: fg(palette.faint),
            border: fg(palette.line),
            border_focus: fg(palette.focus),
            title: fg(palette.dim),
            title_focus: fg(palette.focus).add_modifier(Modifier::BOLD),
            selected: bg(palette.selected).add_modifier(Modifier::BOLD),
            selected_blur: blurred,
            accent: fg(palette.accent),
            good: fg(palette.good),
            warn: fg(palette.warn),
            bad: fg(palette.bad),
            key: fg(palette.accent).add_modifier(Modifier::BOLD),
            quote: fg(palette.dim).add_modifier(Modifier::ITALIC),
            found: fg(palette.warn).add_modifier(Modifier::UNDERLINED),
            glyphs,
            actors: palette.actors.map(|tone| fg(tone).add_modifier(Modifier::BOLD)),
        }
    }

    /// Without colours of our own: marks only, or black on white where colours are allowed.
    fn plain(name: ThemeName, colors: Colors, glyphs: &'static Glyphs) -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let color = |c: Color| if colors == Colors::None { plain } else { plain.fg(c) };
        // Every text on it in one colour: each in its own would turn round into a ground of its own.
        let turned = color(Color::Reset).add_modifier(Modifier::BOLD | Modifier::REVERSED);
        let strong = if name.is_light() { Color::Black } else { Color::White };
        Self {
            name,
            colors,
            text: plain,
            dim: plain,
            faint: if colors == Colors::None { plain.add_modifier(Modifier::DIM) } else { plain },
            border: plain,
            border_focus: color(strong).add_modifier(Modifier::BOLD),
            title: plain,
            title_focus: turned,
            selected: turned,
            selected_blur: plain.add_modifier(Modifier::UNDERLINED),
            accent: bold,
            good: color(Color::LightGreen),
            warn: color(Color::LightYellow).add_modifier(Modifier::BOLD),
            bad: color(Color::LightRed).add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            key: bold,
            quote: plain.add_modifier(Modifier::ITALIC),
            found: plain.add_modifier(Modifier::UNDERLINED),
            glyphs,
            actors: [bold; 12],
        }
    }

    /// The style of an actor's initials and name: the same for the same id everywhere.
    #[must_use]
    pub fn actor(&self, id: &str) -> Style {
        // FNV-1a: stable between runs and platforms. The six of the shipped roster differ.
        let hash = id.bytes().fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193));
        self.actors[(hash >> 16) as usize % self.actors.len()]
    }

    /// The style of line `at` in a chart.
    #[must_use]
    pub fn series(&self, at: usize) -> Style {
        self.actors[at % self.actors.len()]
    }

    /// The style of a selected line, or none.
    #[must_use]
    pub fn line(&self, selected: bool, focused: bool) -> Style {
        match (selected, focused) {
            (false, _) => Style::new(),
            (true, true) => self.selected,
            (true, false) => self.selected_blur,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn selection_shows_in_every_look_and_without_colours() {
        for name in ThemeName::ALL {
            for colors in [Colors::None, Colors::Ansi16, Colors::Ansi256, Colors::True] {
                let theme = Theme::new(name, colors, false);
                assert_ne!(theme.selected, Style::new(), "{name:?} {colors:?}");
                assert_ne!(theme.selected_blur, Style::new(), "{name:?} {colors:?}");
                assert_ne!(theme.selected, theme.selected_blur, "{name:?} {colors:?}");
                if colors == Colors::None {
                    for style in [theme.text, theme.selected, theme.bad, theme.good, theme.actor("ada_001")] {
                        assert!(style.fg.is_none() && style.bg.is_none());
                    }
                }
            }
        }
    }

    #[test]
    fn the_shipped_bots_have_colours_of_their_own() {
        let ids = ["ada_001", "marcus_001", "luna_001", "rex_001", "echo_001", "sage_001"];
        for name in ThemeName::ALL.into_iter().filter(|name| name.palette().is_some()) {
            let theme = Theme::new(name, Colors::True, false);
            let seen = ids.iter().map(|id| theme.actor(id).fg).collect::<HashSet<_>>();
            assert_eq!(seen.len(), 6, "{name:?}");
        }
    }

    #[test]
    fn every_theme_has_its_word_in_the_configuration() {
        let words = ThemeName::ALL.map(ThemeName::as_str);
        assert_eq!(crate::config::THEMES, ["auto"].into_iter().chain(words).collect::<Vec<_>>());
        // The round leads through all of them.
        let round = std::iter::successors(Some(ThemeName::Dark), |name| Some(name.next()));
        assert_eq!(round.take(ThemeName::ALL.len()).collect::<Vec<_>>(), ThemeName::ALL);
    }

    #[test]
    fn colours_follow_the_environment() {
        let of = |pairs: &'static [(&str, &str)]| {
            Colors::of_terminal(|key| pairs.iter().find(|(k, _)| *k == key).map(|(_, v)| (*v).to_owned()))
        };
        assert_eq!(of(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")]), Colors::None);
        assert_eq!(of(&[("NO_COLOR", ""), ("COLORTERM", "truecolor")]), Colors::True);
        assert_eq!(of(&[("TERM", "xterm-256color")]), Colors::Ansi256);
        assert_eq!(of(&[("TERM", "linux")]), Colors::Ansi16);
    }
}
