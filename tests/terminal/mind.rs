//! A mind is changed, and what it does is seen.

use botarium::domain::guidance::{Trait, trait_text};

use crate::terminal::{Home, Terminal};

/// The guidance of a level, as it begins on a line of the screen.
fn guidance(level: u8) -> &'static str {
    let text = trait_text(Trait::Creativity, level);
    let end = text.char_indices().nth(24).map_or(text.len(), |(at, _)| at);
    text[..end].trim_end()
}

/// Shows the prompt of the newest act of the selected bot, and waits for `wanted` in it.
#[track_caller]
fn prompt_has(terminal: &Terminal, wanted: &str) {
    terminal.press(&["w"]).see("[Why]").see("prompt: guidance");
    let line = terminal.find("prompt: guidance");
    terminal.click(line).click(line).see(wanted);
    // What the text is wrapped by must not hide it.
    terminal.click(line);
}

#[test]
fn a_slider_is_moved_saved_heard_kept_undone_and_reset() {
    let home = Home::new();
    let terminal = home.open((200, 130), &["--seed", "7"]);
    terminal.see("Ada").press(&["space"]).see("paused");
    // Keys may come before the sliders are there.
    terminal.press(&["m", "H", "H", "H", "H", "H", "H", "H"]).see("10 (was 80)").see("1 change not saved");
    terminal.see(guidance(10));
    terminal.press(&["enter"]).see("Save the mind of Ada?").see("80 → 10");
    terminal.press(&["enter"]).see("saved; takes effect on the next beat");
    terminal.press(&["t"]).see("applied by the beat at");
    prompt_has(&terminal, guidance(10));
    terminal.quit();

    let terminal = home.open((200, 130), &[]);
    terminal.see("Ada").press(&["m"]).see("creativity").see("max tokens");
    terminal.until("creativity at 10", |screen| {
        screen.lines().any(|line| line.contains("creativity") && line.contains(" 10 "))
    });
    // The paused room is still paused: nothing but our own keys moves it.
    terminal
        .see("paused")
        .press(&["="])
        .see("Esc cancel")
        .press(&["2"])
        .press(&["0"])
        .press(&["enter"])
        .see("20 (was 10)");
    // A typed number is one step back, however many digits it has.
    terminal.press(&["u"]).gone("not saved");
    terminal
        .press(&["H"])
        .see("0 (was 10)")
        .press(&["enter"])
        .see("10 → 0")
        .press(&["enter"])
        .see("saved; takes");
    terminal.press(&["u"]).see("creativity level 0 → 10").until("creativity back at 10", |screen| {
        let slider = |line: &str| line.split("▸creativity").nth(1).is_some_and(|rest| rest.contains(" 10 "));
        screen.lines().any(slider)
    });
    terminal.press(&["R"]).see("10 → 80").press(&["y"]).see("reset to its YAML");
    terminal.press(&["t"]).see("applied by the beat at");
    prompt_has(&terminal, guidance(80));
    terminal.quit();
    home.is_sound();
}

#[test]
fn what_is_not_saved_is_asked_about() {
    let home = Home::new();
    let terminal = home.open((120, 36), &[]);
    terminal.see("Ada").press(&["m", "L"]).see("90 (was 80)");
    terminal.press(&["q"]).see("Leave without saving?").see("80 → 90");
    terminal.press(&["n"]).gone("Leave without saving?").see("90 (was 80)");
    terminal.press(&["ctrl+c"]).see("Leave without saving?").press(&["enter"]);
    terminal.process(crate::terminal::Process::Exited(0));
    terminal.is_restored();
}

#[test]
fn a_slider_is_dragged_and_a_text_is_pasted() {
    let home = Home::new();
    let terminal = home.open((160, 45), &[]);
    terminal.see("Ada").press(&["m"]).see("skepticism").see("max tokens");
    let (x, y) = terminal.find("skepticism");
    terminal.drag((x + 20, y), (158, y)).see("100 (was 50)");
    terminal.click(terminal.find("quirks")).press(&["e"]).see("one per line");
    terminal.press(&["ctrl+a"]).paste("hums while it thinks\n").press(&["ctrl+s"]).see("2 changes not saved");
    terminal.press(&["enter"]).see("Save the mind of Ada?").press(&["enter"]);
    // The next beat may come at once.
    terminal
        .until("a save", |screen| screen.contains("saved; takes effect") || screen.contains("applied by"));
    terminal.quit();
    let shown = home.run(&["bot", "show", "ada_001"]);
    assert!(shown.contains("hums while it thinks"), "{shown}");
}
