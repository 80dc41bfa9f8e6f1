//! The room is steered: stopped, stepped, hastened, given another provider.

use crate::terminal::Home;

#[test]
fn the_room_is_paused_stepped_and_resumed() {
    let home = Home::new();
    let terminal = home.open((120, 36), &[]);
    terminal.see("Ada").press(&["space"]).see("paused");
    let before = home.export("activity").len();
    terminal.press(&["s"]).see("one beat taken");
    assert!(home.export("activity").len() > before);
    terminal.press(&["space"]).see("next ");
    terminal.press(&["x"]).see("1 paused").press(&["x"]).gone("1 paused");
    terminal.quit();
}

#[test]
fn a_home_without_one_good_bot_file_opens_says_why_and_is_mended() {
    let home = Home::new();
    home.write("bots/bad.yaml", "bot: [\n");
    home.write("bots/worse.yaml", "bot: {id: 7}\n");
    let terminal = home.open((120, 36), &[]);
    terminal.see("no bots yet: n makes one").see("! lists what needs you").press(&["!"]);
    terminal.see("the program reports").press(&["enter"]).see("[Log]");
    terminal.see("no bot file can be used; mend them").see("bots/bad.yaml:").see("bots/worse.yaml:");
    // Somebody may be made here all the same.
    terminal.press(&["n"]).see("New bot").type_text("Vera").press(&["tab"]).type_text("patient");
    terminal.press(&["ctrl+s"]).see("Vera joined the room");
    terminal.quit();
    std::fs::remove_dir_all(home.path().join("bots")).unwrap();
    let terminal = home.open((120, 36), &[]);
    terminal.see("Ada").see("Vera");
    terminal.quit();
}

#[test]
fn the_pace_is_chosen_with_what_it_costs() {
    let home = Home::new();
    let terminal = home.open((120, 36), &[]);
    // While the room is paused no beat of its own can be in the way.
    terminal.see("Ada").press(&["space"]).see("paused").press(&["t"]).see("beat: ");
    terminal.press(&["space"]).see("next ");
    terminal.press(&["p"]).see("How often do bots wake?").see("turbo").see("tok a day, $");
    terminal.press(&["home", "down", "down"]).press(&["enter"]).see("every bot wakes every");
    terminal.see("fast 15m");
    terminal
        .press(&["p"])
        .see("How often do bots wake?")
        .press(&["end", "enter"])
        .see("Every bot wakes every …");
    terminal.type_text("90").press(&["enter"]).see("every 90s");
    terminal.quit();
}

#[test]
fn a_provider_that_does_not_answer_says_so() {
    let home = Home::new();
    let terminal = home.open((120, 36), &[]);
    terminal.see("Ada").press(&["v"]).see("Which provider speaks for the room?").see("scripted").see("free");
    terminal.press(&["t"]).see("scripted answered in");
    terminal.press(&["q"]).gone("Which provider");
    terminal.quit();
}

#[test]
fn every_tab_is_reached_by_key_and_by_mouse() {
    let home = Home::new();
    let terminal = home.open((120, 36), &[]);
    terminal.see("Ada");
    let tabs = ["Forum", "Stats", "Memory", "Society", "Moderation", "Events", "Log", "Live"];
    for tab in tabs {
        terminal.press(&["]"]).see(&format!("[{tab}]")).gone("reading…");
    }
    for tab in tabs {
        terminal.click(terminal.find(&format!(" {tab} "))).see(&format!("[{tab}]"));
        terminal.wheel((30, 10), 2).wheel((30, 10), -2).click((30, 10));
        terminal.see(" help");
        if tab == "Forum" || tab == "Moderation" {
            terminal.see(&format!("[{tab}]"));
        }
    }
    terminal.quit();
}

#[test]
fn another_home_is_gone_to_and_back() {
    let home = Home::new();
    home.write("second/botarium.yaml", "seed: 7\n");
    home.write("broken/botarium.yaml", "sede: 7\n");
    let terminal = home.open((200, 50), &[]);
    let first = home.path().to_str().unwrap();
    terminal.see("Ada").see(first);
    // What cannot be opened is said, and this room stays.
    for (typed, said) in [("nowhere", "there is no directory"), ("broken", "did you mean `seed`?")] {
        terminal.press(&["ctrl+o"]).see("Go to another room").press(&["end", "enter"]).see("home or address");
        terminal.type_text(typed).press(&["enter"]).see(said);
    }
    terminal.press(&["ctrl+o"]).see("this room").press(&["end", "enter"]).see("home or address");
    terminal.type_text("second").press(&["enter"]).see(&format!("{first}/second")).see("Ada");
    // The one that was left is whole, and no longer run by anybody.
    home.is_sound();
    assert!(home.run(&["bot", "list"]).contains("Ada"));
    // It is the first of those that can be gone to.
    terminal.press(&["ctrl+o"]).see("this room").press(&["enter"]).gone("/second").see(first).see("Ada");
    terminal.quit();
}

#[test]
fn a_home_that_another_process_runs_is_attached_to() {
    let (home, other) = (Home::new(), Home::new());
    let running = other.open((120, 36), &["--listen", "127.0.0.1:0"]);
    running.see("Ada");
    let terminal = home.open((200, 50), &[]);
    terminal.see("Ada").press(&["ctrl+o"]).see("this room").press(&["end", "enter"]).see("home or address");
    terminal.type_text(other.path().to_str().unwrap()).press(&["enter"]).see("http://127.0.0.1:").see("Ada");
    // And back from the port.
    terminal.press(&["ctrl+o"]).see("this room").see("port").press(&["enter"]);
    terminal.see(home.path().to_str().unwrap()).gone("http://127.0.0.1:");
    terminal.quit();
    running.quit();
}
