//! Somebody starts the program for the first time, in an empty directory.

use crate::terminal::{Home, LIGHT};

#[test]
fn an_empty_home_shows_a_living_society() {
    let home = Home::new();
    let terminal = home.open((120, 36), &[]);
    // What it is, what it costs, how to get help; then life, without a key.
    terminal.see("Welcome. These bots share a forum").see("$0 today").see("? help");
    terminal.see("6 bots").see("Ada");
    terminal.until("a first act", |screen| screen.contains("started a thread") || screen.contains("replied"));
    assert!(terminal.first_frame().is_some_and(|first| first < terminal.elapsed()));
    terminal.is_taken();
    terminal.quit();
    home.is_sound();
    assert!(!home.export("activity").is_empty());
}

#[test]
fn nobody_waits_for_what_the_terminal_says_of_its_background() {
    let home = Home::new();
    let terminal = home.open_mute((120, 36));
    // It is asked, and does not say: life goes on, and keys are taken.
    terminal.until("a first act", |screen| screen.contains("started a thread") || screen.contains("replied"));
    terminal.press(&["?"]).see("Keys that work here");
    terminal.emulator(|_, asked| assert!(asked.questions > 0));
    let title = |screen: &vt100::Screen| screen.cell(0, 1).map(vt100::Cell::fgcolor);
    let dark = terminal.emulator(|screen, _| title(screen));
    // An answer that comes late changes the colours, and nothing of it is a key.
    terminal.write(LIGHT);
    terminal.until_looks("another colour", |screen| title(screen) != dark);
    terminal.press(&["q"]).gone("Keys that work here").see("[Live]");
    terminal.quit();
    // It is remembered, so that the next start begins with it.
    let terminal = home.open_mute((120, 36));
    terminal.see("botarium");
    assert_ne!(terminal.emulator(|screen, _| title(screen)), dark);
    terminal.quit();
}

#[test]
fn the_help_lists_the_keys_of_where_one_is() {
    let home = Home::new();
    let terminal = home.open((120, 36), &[]);
    terminal.see("Ada");
    terminal.press(&["?"]).see("Keys that work here").see("Botarium is a room of bots");
    terminal.press(&["q"]).gone("Keys that work here");
    terminal.press(&["2", "?"]).see("Activity").see("Filter by kind").press(&["q"]).gone("Filter by kind");
    // Any action by a part of its name.
    terminal.press(&[":"]).type_text("high").see("Next theme").press(&["enter"]).see("theme: light");
    terminal.quit();
}

#[test]
fn the_layout_is_kept() {
    let home = Home::new();
    let terminal = home.open((120, 36), &[]);
    terminal
        .see("Ada")
        .press(&["j", "b"])
        .see("[Budget]")
        .see("token cap")
        .press(&["ctrl+t"])
        .see("theme: light");
    let raw = terminal.quit();
    assert!(!raw.is_empty());
    let terminal = home.open((120, 36), &[]);
    terminal.see("3 Echo").see("[Budget]");
    terminal.press(&["ctrl+t"]).see("theme: high-contrast");
    terminal.quit();
}

#[test]
fn what_the_screen_cannot_use_is_refused_with_the_nearest_name() {
    let home = Home::new();
    for (lines, words) in [
        ("ui:\n  theme: drak\n", ["ui.theme", "did you mean `dark`?"]),
        ("ui:\n  keys:\n    zom: [x]\n", ["ui.keys", "did you mean `zoom`?"]),
        ("ui:\n  keys:\n    zoom: [strg+x]\n", ["ui.keys", "`strg+x` is no key"]),
        ("ui:\n  keys:\n    zoom: [tab]\n", ["ui.keys", "both `next_pane` and `zoom`"]),
    ] {
        home.write("botarium.yaml", lines);
        for args in [&["check"][..], &["config"], &["bot", "list"]] {
            let said = home.fails(args);
            assert!(words.iter().all(|word| said.contains(word)), "{args:?}: {said}");
        }
        let terminal = home.open((120, 36), &[]);
        terminal.see(words[1]).process(crate::terminal::Process::Exited(4));
        terminal.is_restored();
    }
    home.write("botarium.yaml", "ui:\n  theme: high-contrast\n  keys:\n    zoom: [f9]\n");
    let terminal = home.open((120, 36), &[]);
    terminal.see("Ada").press(&["2"]).see("▸2 Activity").type_text("\u{1b}[20~").gone("1 Bots");
    terminal.quit();
}
