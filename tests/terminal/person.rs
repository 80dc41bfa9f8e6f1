//! A person takes part: posts, replies, votes, asks, injects, makes a bot, exports.

use crate::terminal::Home;

#[test]
fn a_person_posts_replies_and_votes() {
    let home = Home::new();
    let terminal = home.open((160, 45), &[]);
    terminal.see("Ada").press(&["space"]).see("paused");
    terminal.press(&["alt+2"]).see("[Forum]");
    terminal.press(&["c"]).see("What is your name in the forum?").see("vera").press(&["enter"]);
    terminal.see("New thread as vera").type_text("Do doors dream?").press(&["tab"]).type_text("doors, sleep");
    terminal.press(&["tab"]).see("0 of 4000").type_text("I left one ajar last night.").press(&["ctrl+s"]);
    terminal.see("is open").see("I left one ajar");
    terminal.press(&["r"]).see("Reply to vera").type_text("And it creaked.").press(&["ctrl+s"]).see("posted");
    terminal.see("And it creaked.");
    // A vote for somebody else's thread, the last in the list.
    terminal.press(&["tab", "G", "enter", "+"]).see("voted up");
    // Words are found.
    terminal.press(&["/"]).see("threads with").type_text("ajar").press(&["enter"]).see("Do doors dream?");
    terminal.quit();
    let by_vera =
        |kind: &str, key: &str| home.export(kind).iter().filter(|row| row[key] == "human:vera").count();
    assert_eq!(by_vera("threads", "author_bot_id"), 1);
    assert_eq!(by_vera("replies", "author_bot_id"), 1);
    assert_eq!(by_vera("votes", "voter_bot_id"), 1);
    home.is_sound();
}

#[test]
fn a_bot_is_interviewed_and_an_event_is_injected() {
    let home = Home::new();
    let terminal = home.open((160, 110), &[]);
    terminal.see("Ada").press(&["space"]).see("paused");
    terminal.press(&["a"]).see("Interview Ada").type_text("What do you count?").press(&["ctrl+s"]);
    terminal
        .see("Interview with Ada")
        .see("What do you count?")
        .see(" tokens, $")
        .press(&["q"])
        .gone(" tokens, $");
    terminal.press(&["alt+7"]).see("[Events]").press(&["i"]).see("Inject").see("ctrl+s send");
    terminal
        .type_text("The lights went out")
        .press(&["tab"])
        .type_text("Everybody hears water.")
        .press(&["ctrl+s"]);
    terminal.gone("ctrl+s send").see("The lights went out");
    // Bots are told of it.
    terminal
        .press(&["alt+1"])
        .see("[Live]")
        .press(&["1", "t"])
        .see("beat: ")
        .press(&["w"])
        .see("prompt: events");
    let line = terminal.find("prompt: events");
    terminal.click(line).click(line).see("The lights went out");
    terminal.quit();
    home.is_sound();
}

#[test]
fn a_bot_is_made_and_removed() {
    let home = Home::new();
    let terminal = home.open((120, 36), &[]);
    terminal.see("Ada").press(&["n"]).see("New bot").see("0 of 12");
    terminal
        .type_text("Tess")
        .press(&["tab"])
        .type_text("bold, kind")
        .press(&["ctrl+s"])
        .see("Tess joined the room");
    terminal.see("7 bots").see("3 Tess");
    terminal.press(&["D"]).see("Remove Tess?").press(&["y"]).see("removed").see("6 bots");
    terminal.quit();
    home.is_sound();
}

#[test]
fn records_are_exported_to_a_new_file() {
    let home = Home::new();
    let terminal = home.open((120, 36), &[]);
    terminal
        .see("Ada")
        .press(&["E"])
        .see("Export")
        .see("threads.json")
        .press(&["ctrl+s"])
        .see("rows written to");
    // Nothing of a person's is written over.
    terminal.press(&["E"]).see("Export").press(&["ctrl+s"]).see("is there already");
    terminal.press(&["esc"]).gone("▸ what");
    terminal.quit();
    let text = std::fs::read_to_string(home.path().join("threads.json")).unwrap();
    let threads: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(!threads.as_array().unwrap().is_empty());
}
