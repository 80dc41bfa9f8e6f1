//! The window is pulled about.

use crate::terminal::Home;

#[test]
fn a_storm_of_sizes_leaves_a_whole_screen() {
    let home = Home::new();
    let terminal = home.open((120, 36), &["--pace", "1"]);
    terminal.see("Ada");
    let sizes = [
        (80, 24),
        (1, 1),
        (400, 120),
        (2, 2),
        (160, 45),
        (40, 10),
        (60, 16),
        (59, 15),
        (1, 50),
        (300, 1),
        (200, 50),
    ];
    for round in 0..12 {
        for (width, height) in sizes {
            terminal.resize(width, height);
            terminal.press(&["]"]);
        }
        // Between storms the screen settles at what it is, with windows open as well.
        terminal.resize(120, 36).see(" help");
        terminal.press(&["alt+1"]).see("[Live]").see("6 Log");
        if round % 3 == 0 {
            terminal
                .press(&["n"])
                .see("New bot")
                .resize(30, 8)
                .see("botarium needs 60x16")
                .resize(120, 36)
                .see("New bot");
            terminal.press(&["ctrl+c"]).gone("New bot");
        }
    }
    terminal
        .resize(40, 10)
        .see("botarium needs 60x16")
        .resize(1, 1)
        .resize(160, 45)
        .see("Ada")
        .see("5 Reputation");
    terminal.quit();
    home.is_sound();
}
