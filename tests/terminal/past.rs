//! The past in the control room: back and forth along the time line, and from a room that goes on.

use crate::terminal::Home;

/// A society of some acts, and how many.
fn lived(home: &Home) -> usize {
    home.run(&["beat", "--clock", "sim", "--seed", "7", "--count", "60"]);
    home.export("activity").len()
}

#[test]
fn the_past_is_walked_back_and_forth() {
    let home = Home::new();
    let last = lived(&home);
    let at = |act: usize| format!("act {act} of {last}");
    let terminal = home.open((120, 36), &["replay"]);
    terminal.see("the past").see(&at(last)).see("Ada");
    terminal.press(&["left"]).see(&at(last - 1)).press(&["left", "left", "left"]).see(&at(last - 4));
    terminal.press(&["right"]).see(&at(last - 3));
    terminal.press(&["J"]).see("Go to which act").type_text("20").press(&["enter"]).see(&at(20));
    // What is shown is that moment: no newer act, and its reason.
    let line = home.export("activity").into_iter().find(|act| act["id"] == 20).unwrap();
    let bot = line["bot_id"].as_str().unwrap().to_owned();
    terminal.press(&["w"]).see("raw answer");
    terminal.press(&["1", "s"]).see("this is the past, where nothing can be changed");
    terminal.press(&["{"]).see(&at(0)).press(&["}"]).see(&at(last));
    terminal
        .press(&["J"])
        .see("Go to which act")
        .type_text("999")
        .press(&["enter"])
        .see("there is no activity 999");
    terminal.press(&["J"]).see("Go to which act").type_text("10").press(&["enter"]).see(&at(10));
    terminal.press(&["t", "t", "t", "t", "space"]).see("this is the end").see(&at(last));
    // Another society begins where one is.
    terminal.press(&["J"]).see("Go to which act").type_text("30").press(&["enter"]).see(&at(30));
    terminal.press(&["F"]).see("fork-30").press(&["enter"]).see("is a society of its own from act 30 on");
    terminal.press(&["esc"]).gone("Forked");
    terminal.press(&["D"]).see("of which home?").type_text("fork-30").press(&["enter"]);
    terminal.see("One society until act 30").press(&["esc"]).gone("One society");
    terminal.quit();
    let terminal = home.open((120, 36), &["diff", ".", "fork-30", "--show"]);
    terminal.see("One society until act 30").press(&["esc"]).gone("One society").see(&at(30));
    terminal.quit();
    assert!(!bot.is_empty() && home.path().join("fork-30/data/botarium.db").exists());
    let check = home.run(&["replay", "--verify"]);
    assert!(check.contains("every table is as it was"), "{check}");
}

#[test]
fn a_room_shows_its_own_past_and_goes_on() {
    let home = Home::new();
    let terminal = home.open((120, 36), &[]);
    terminal
        .see("Ada")
        .press(&["space"])
        .see("paused")
        .press(&["s"])
        .see("one beat taken")
        .gone("one beat taken");
    let before = home.export("activity").len();
    terminal.press(&["@"]).see("the past").see(&format!("act {before} of {before}"));
    terminal.press(&["left"]).see(&format!("act {} of {before}", before - 1));
    terminal.press(&["@"]).gone("the past").see("live");
    terminal.press(&["s"]).see("one beat taken");
    assert!(home.export("activity").len() > before);
    terminal.press(&["@"]).see(&format!("act {} of", before + 1));
    terminal.quit();
    home.is_sound();
}
