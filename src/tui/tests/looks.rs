//! Styles: what a theme promises is on the screen.

use ratatui::style::{Color, Modifier};

use super::fixture::{model, press, screen};
use crate::tui::theme::{Colors, Theme, ThemeName};

fn styled(name: ThemeName, colors: Colors, ascii: bool) -> ratatui::buffer::Buffer {
    let mut model = model(120, 36);
    model.theme = Theme::new(name, colors, ascii);
    press(&mut model, &["1", "j"]);
    screen(&model)
}

/// The cell where a bot's name begins in the list.
fn row_of(buf: &ratatui::buffer::Buffer, name: &str) -> u16 {
    (0..buf.area.height)
        .find(|y| {
            let line: String = (0..30).map(|x| buf[(x, *y)].symbol()).collect();
            line.contains(name)
        })
        .unwrap()
}

#[test]
fn the_selected_line_differs_from_the_others_in_every_look() {
    for name in ThemeName::ALL {
        for colors in [Colors::None, Colors::Ansi16, Colors::Ansi256, Colors::True] {
            let buf = styled(name, colors, false);
            let (selected, other) = (row_of(&buf, "Echo"), row_of(&buf, "Marcus"));
            let of = |y: u16| (buf[(5, y)].bg, buf[(5, y)].modifier - Modifier::BOLD);
            assert_ne!(of(selected), of(other), "{name:?} {colors:?}");
            // Not by style alone either: a mark stands before it.
            assert_eq!(buf[(1, selected)].symbol(), "▸");
            assert_eq!(buf[(1, other)].symbol(), " ");
        }
    }
}

#[test]
fn no_color_means_no_colour_anywhere() {
    for name in ThemeName::ALL {
        let buf = styled(name, Colors::None, false);
        for cell in buf.content() {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{:?}", cell.symbol());
        }
    }
}

#[test]
fn sixteen_colours_are_the_terminals_own() {
    let buf = styled(ThemeName::Dark, Colors::Ansi16, false);
    for cell in buf.content() {
        assert!(!matches!(cell.fg, Color::Rgb(..) | Color::Indexed(_)), "{:?}", cell.fg);
        assert!(!matches!(cell.bg, Color::Rgb(..) | Color::Indexed(_)), "{:?}", cell.bg);
    }
}

#[test]
fn ascii_means_ascii() {
    let mut model = model(160, 45);
    model.theme = Theme::new(ThemeName::Dark, Colors::None, true);
    for keys in [
        &["1"][..],
        &["m"],
        &["L"],
        &["enter"],
        &["esc", "b"],
        &["w"],
        &["r"],
        &["?"],
        &["esc", ":"],
        &["esc", "n"],
    ] {
        press(&mut model, keys);
        let buf = screen(&model);
        for cell in buf.content() {
            let symbol = cell.symbol();
            assert!(symbol.is_ascii(), "{symbol:?} after {keys:?}");
        }
    }
}

#[test]
fn focus_is_told_by_border_and_mark() {
    let mut model = model(120, 36);
    press(&mut model, &["2"]);
    let screen = super::fixture::text(&model);
    assert!(screen.contains("▸2 Activity") && screen.contains("┏") && !screen.contains("▸1 Bots"));
}

#[test]
fn a_line_that_is_turned_round_has_one_ground_and_keeps_its_bars() {
    for (name, colors) in ThemeName::ALL
        .map(|name| (name, Colors::Ansi16))
        .into_iter()
        .chain([Colors::Ansi256, Colors::True].map(|colors| (ThemeName::HighContrast, colors)))
    {
        let mut model = model(160, 45);
        model.theme = Theme::new(name, colors, false);
        let mut bars = 0;
        for keys in [
            &["1"][..],
            &["m"],
            &["b"],
            &["4", "j"],
            &["alt+2", "enter"],
            &["alt+3", "tab", "tab"],
            &["alt+4", "l"],
            &["alt+5"],
            &["alt+6"],
            &["alt+7"],
            &["alt+8"],
        ] {
            press(&mut model, keys);
            let buf = screen(&model);
            for y in 0..buf.area.height {
                let row = || (0..buf.area.width).map(|x| &buf[(x, y)]);
                for cell in row().filter(|cell| cell.modifier.contains(Modifier::REVERSED)) {
                    let found = (cell.fg, cell.bg);
                    assert_eq!(found, (Color::Reset, Color::Reset), "{:?} after {keys:?}", cell.symbol());
                    assert!(!"█▓▒".contains(cell.symbol()), "a bar is drawn in its ground after {keys:?}");
                }
                let turned = row().any(|cell| cell.modifier.contains(Modifier::REVERSED));
                bars += usize::from(turned && row().any(|cell| cell.symbol() == "█"));
            }
        }
        assert!(bars > 0, "no bar was on a line that is turned round");
    }
}
