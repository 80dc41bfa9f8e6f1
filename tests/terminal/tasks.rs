//! Ten things a person wants to do, each by the keys they press in a real terminal. How many it takes is counted,
//! and may not become more.

use std::cell::Cell;

use crate::terminal::{Home, Terminal};

/// A terminal that counts the keys.
struct Counted {
    terminal: Terminal,
    keys: Cell<usize>,
}

impl Counted {
    /// The room of a home, where nothing happens by itself.
    fn open(home: &Home, size: (u16, u16)) -> Self {
        let terminal = home.open(size, &[]);
        terminal.see("Ada").press(&["space"]).see("paused");
        Self { terminal, keys: Cell::new(0) }
    }

    fn press(&self, keys: &[&str]) -> &Self {
        self.keys.set(self.keys.get() + keys.len());
        self.terminal.press(keys);
        self
    }

    fn type_text(&self, text: &str) -> &Self {
        self.keys.set(self.keys.get() + text.chars().count());
        self.terminal.type_text(text);
        self
    }

    #[track_caller]
    fn see(&self, text: &str) -> &Self {
        self.terminal.see(text);
        self
    }

    #[track_caller]
    fn gone(&self, text: &str) -> &Self {
        self.terminal.gone(text);
        self
    }

    #[track_caller]
    fn within(&self, most: usize) -> &Self {
        assert!(self.keys.get() <= most, "{} keys, {most} were to do", self.keys.get());
        self.keys.set(0);
        self
    }
}

/// A home in which a society has lived for a while.
fn lived(beats: &str) -> Home {
    let home = Home::new();
    home.run(&["beat", "--clock", "sim", "--seed", "7", "--count", beats]);
    home
}

#[test]
fn the_dearest_of_three_hundred_bots_is_two_keys_away() {
    let home = Home::new();
    home.write("botarium.yaml", "providers: {scripted: {price: {input: 1, output: 5}}}\n");
    home.run(&["bot", "generate", "294", "--seed", "3"]);
    home.run(&["beat", "--count", "40", "--pace", "slow"]);
    let used = home.export("usage");
    let cost = |row: &serde_json::Value| row["cost_usd"].as_f64().unwrap();
    let dearest = used.iter().max_by(|a, b| cost(a).total_cmp(&cost(b))).unwrap()["bot_id"].clone();
    let bots = home.export("bots");
    let name = bots.iter().find(|bot| bot["id"] == dearest).unwrap()["name"].as_str().unwrap();
    let terminal = home.open((80, 24), &["--pace", "slow"]);
    terminal.see("1/300").see("Activity");
    let room = Counted { terminal, keys: Cell::new(0) };
    room.press(&["$", "$"]).see("cost week").see(&format!("3 {name}")).within(2);
    room.terminal.quit();
}

#[test]
fn why_it_said_its_last_post_and_which_memory_decided() {
    let home = lived("120");
    let room = Counted::open(&home, (160, 110));
    // The record says which memory weighed most among those that were in the prompt.
    let thoughts = home.export("thoughts");
    let acts = home.export("activity");
    let of_ada =
        |id: &serde_json::Value| acts.iter().any(|act| act["id"] == *id && act["bot_id"] == "ada_001");
    let last = thoughts.iter().rfind(|thought| of_ada(&thought["activity_id"])).expect("Ada thought");
    let score = |memory: &&serde_json::Value| memory["score"].as_f64().unwrap();
    let told =
        |memory: &&serde_json::Value| !matches!(memory["fate"].as_str(), Some("no_room" | "too_large"));
    let memories = last["record"]["memories"].as_array().unwrap();
    let heaviest = memories.iter().filter(told).max_by(|a, b| score(a).total_cmp(&score(b))).expect("one");
    let begin: String = heaviest["text"].as_str().unwrap().chars().take(20).collect();
    room.press(&["w"]).see("[Why]").see("recalled memories").see("relevance");
    let weighs = |line: &str| line.contains("weighs most") && line.contains(&begin);
    room.terminal.until("what weighs most", |screen| screen.lines().any(weighs));
    room.see("memories in the prompt").within(1);
    room.terminal.quit();
}

#[test]
fn echo_is_made_bolder_and_that_it_took_effect_is_seen() {
    let home = lived("120");
    let room = Counted::open(&home, (160, 45));
    room.press(&["f"]).type_text("echo").press(&["enter"]).see("3 Echo").press(&["m"]).see("shyness");
    room.press(&["j", "j", "j", "j", "="]).see("shyness").type_text("10").press(&["enter"]).see("(was 75)");
    room.press(&["enter"]).see("75 → 10").press(&["enter"]).see("saved; takes effect").within(17);
    room.press(&["t"]).see("applied by the beat").press(&["C"]).see("Compare Echo before");
    room.press(&["enter"]).see("difference").see("quiet").within(3);
    room.press(&["esc"]).gone("difference");
    room.terminal.quit();
}

#[test]
fn a_bot_is_capped_stops_and_goes_on() {
    let home = lived("60");
    let room = Counted::open(&home, (160, 45));
    room.press(&["b", "enter"]).see("0 = no calls").type_text("0").press(&["enter"]).see("no calls at all");
    room.see("caps saved")
        .press(&["t"])
        .see("1 capped")
        .press(&["d"])
        .see("Default (global)")
        .gone("1 capped");
    room.within(6);
    room.terminal.quit();
}

#[test]
fn a_new_bot_is_written_with_a_mistake_and_mended() {
    let home = Home::new();
    let room = Counted::open(&home, (120, 36));
    room.press(&["n"]).see("New bot").type_text("Vera").press(&["ctrl+s"]).see("traits: one to ten");
    // The form stands where the mistake is, and nothing of it is lost.
    room.type_text("patient").press(&["ctrl+s"]).see("Vera joined the room").see("7 bots").within(14);
    room.terminal.quit();
}

#[test]
fn the_room_is_asked_and_the_answer_found() {
    let home = Home::new();
    let room = Counted::open(&home, (120, 36));
    room.press(&["alt+2", "c"]).see("What is your name").press(&["enter"]).see("New thread as");
    room.type_text("Tides")
        .press(&["tab", "tab"])
        .type_text("Luna, who has seen the sea?")
        .press(&["ctrl+s"]);
    room.see("is open").within(38);
    // Who is asked answers, and that is told; the thread is one key away from there.
    room.press(&["T"])
        .see("! 1 needs you")
        .press(&["!"])
        .see("answered you")
        .press(&["enter"])
        .see("[Forum]");
    room.see("#11 Tides").see("▸ LU Luna").within(3);
    room.terminal.quit();
}

#[test]
fn a_memory_is_found_by_a_word_forgotten_and_taken_back() {
    let home = lived("120");
    let word = {
        let memories = home.export("memories");
        // Moments and facts may be summed up by the beat that comes as the room opens; opinions stay.
        let of_ada = |row: &&serde_json::Value| row["bot_id"] == "ada_001" && row["kind"] == "opinion";
        let opinion = memories.iter().rev().find(of_ada).expect("Ada has an opinion");
        let text = opinion["text"].as_str().unwrap_or_else(|| panic!("{opinion}"));
        let seen: String = text.chars().take(80).collect();
        seen.split(|c: char| !c.is_ascii_alphabetic()).max_by_key(|word| word.len()).unwrap().to_owned()
    };
    let room = Counted::open(&home, (160, 45));
    room.press(&["alt+4"]).see("What Ada remembers").press(&["l", "/"]).see("search").type_text(&word);
    room.press(&["enter"]).see(&format!("with “{word}”"));
    // However it is written there: what was remembered may have been summed up since, and what is found is another.
    let low = word.to_lowercase();
    let found = |line: &str| line.contains("┃▸") && line.to_lowercase().contains(&low);
    room.terminal.until("what was found", |screen| screen.lines().any(found));
    room.press(&["d"]).see("Forget this?");
    room.press(&["enter"])
        .see("forgotten")
        .press(&["U"])
        .see("Take back")
        .press(&["enter"])
        .see("taken back:");
    room.within(9 + word.len());
    room.terminal.quit();
}

#[test]
fn an_event_is_injected_and_who_reacted_is_seen() {
    let home = lived("60");
    let room = Counted::open(&home, (160, 45));
    room.press(&["alt+7", "t"]).see("Which event?").press(&["j", "j", "j", "enter"]).see("Inject an event");
    room.press(&["ctrl+s"]).see("injected: The archive has to lose a third").within(7);
    room.press(&["T"]).see("every bot wakes").press(&["alt+1", "2"]).see("[Live]").see("2 Activity");
    room.press(&["/"]).see("activity with").type_text("archive").press(&["enter"]);
    // Who reacted stands there with what they said; the injection itself is a line of its own.
    let reacts = |line: &str| {
        line.contains("rchive") && ["opened #", "replied to"].iter().any(|did| line.contains(did))
    };
    room.terminal.until("somebody reacts", |screen| screen.lines().any(reacts));
    room.within(12);
    room.terminal.quit();
}

#[test]
fn two_bots_are_compared_over_a_week_and_that_is_written_down() {
    let home = Home::new();
    home.run(&["beat", "--count", "30"]);
    let room = Counted::open(&home, (160, 45));
    room.press(&["C"]).see("the last 7 days").press(&["G", "k", "enter"]).see("with whom?").press(&["enter"]);
    room.see("Ada and Echo, the last 7 days").see("difference").press(&["S"]).see("Write this to");
    room.press(&["enter"]).see("written to").within(7);
    room.press(&["esc"]).gone("difference");
    room.terminal.quit();
    let written = std::fs::read_to_string(home.path().join("ada_and_echo_the_last_7_days.txt")).unwrap();
    assert!(written.contains("beats\t"), "{written}");
}

#[test]
fn who_paused_rex_and_when_is_in_the_log() {
    let home = Home::new();
    let terminal = home.open_with((160, 45), &[], &[("USER", "kim")]);
    terminal
        .see("Ada")
        .press(&["space"])
        .see("paused")
        .press(&["f"])
        .type_text("rex")
        .press(&["enter"])
        .see("3 Rex");
    terminal.press(&["x"]).see("1 paused");
    let room = Counted { terminal, keys: Cell::new(0) };
    room.press(&["alt+8"]).see("Rex: paused, by kim").within(1);
    room.terminal.quit();
    // The room that is opened again has forgotten nothing of it.
    let room = Counted { terminal: home.open((160, 45), &[]), keys: Cell::new(0) };
    room.see("1 paused").press(&["alt+8"]).see("[Log]").see("Rex: paused, by kim").within(1);
    room.terminal.quit();
}
