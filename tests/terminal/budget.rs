//! A bot is capped.

use crate::terminal::Home;

/// Tokens a bot has used.
fn spent(home: &Home, bot: &str) -> i64 {
    let rows = home.export("usage");
    rows.iter()
        .filter(|row| row["bot_id"] == bot)
        .filter_map(|row| Some(row["input_tokens"].as_i64()? + row["output_tokens"].as_i64()?))
        .sum()
}

#[test]
fn a_cap_holds_at_once_and_the_next_beat_costs_nothing() {
    let home = Home::new();
    let terminal = home.open((160, 45), &[]);
    terminal.see("Ada").press(&["space"]).see("paused");
    // A beat of its own that had begun is over.
    let rests = |screen: &str| screen.lines().any(|line| line.contains("AD Ada") && line.contains("held"));
    terminal.until("Ada at rest", rests);
    // Its first beat has used something.
    terminal.press(&["t"]).see("beat: ");
    terminal.press(&["b"]).see("token cap").see("Default (global)");
    let before = spent(&home, "ada_001");
    assert!(before > 0);
    terminal.press(&["enter"]).see("Tokens a day").type_text("1").press(&["enter"]).see("caps saved");
    // Its line and the header say so before anything else happens.
    terminal.see("Custom").see("◐").see("1 capped");
    terminal.press(&["t"]).see("token cap is reached");
    assert_eq!(spent(&home, "ada_001"), before);
    // The log names it, its cap, and what of it was used.
    let said = format!(
        "Ada is capped: its own cap of 1 token a day leaves no room for another call ({before} used)"
    );
    terminal.press(&["alt+8"]).see(&said).press(&["alt+1", "3"]);
    terminal.press(&["d"]).see("Default (global)").gone("1 capped").gone("◐");
    terminal.quit();
    home.is_sound();
}
