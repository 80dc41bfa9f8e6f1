//! Many hands on one room: two control rooms from afar, a script at the port, and a server that is killed in between.
//!
//! Random keys and requests from a seed, while the bots live. After every one of them the database holds what was
//! there before and what was answered to be done; no key changes what was not on the screen when it was pressed;
//! and at every rest both control rooms and the port show what the database holds. `BOTARIUM_TEST_ROUNDS=30` has
//! thirty seeds instead of two, `BOTARIUM_TEST_DEEDS=1000` longer ones, `BOTARIUM_TEST_SEED=7` begins at that one.

mod keys;
mod ledger;
mod shown;

use std::collections::VecDeque;
use std::time::{Duration, Instant, SystemTime};

use botarium::domain::Stamp;
use botarium::link::{Link, Remote};
use botarium::protocol::{CreateBot, FaultKind, InjectEvent, SetCaps, SetPace};
use botarium::tui::headless::{Change, Headless};
use botarium::tui::msg::{Command, Outcome};
use botarium::tui::overlays::Overlay;
use botarium::tui::theme::ThemeName;
use serde_json::json;

use self::keys::Chance;
use self::ledger::Ledger;
use self::shown::Stored;
use super::room::{Room, Running};

/// Keys and requests of one seed where nobody asks for more, and how many lie between two rests.
const DEEDS: u64 = 320;
const REST: u64 = 40;
/// Seeds where nobody asks for more.
const ROUNDS: u64 = 2;
/// How long all may take to be of one mind.
const PATIENCE: Duration = Duration::from_secs(60);

/// A control room, and the hands at its keys.
struct Hand {
    screen: Headless,
    keys: VecDeque<String>,
    /// What was on its screen when it was drawn last.
    drawn: Drawn,
    /// The last keys: a mind that is not read yet keeps some.
    lately: VecDeque<String>,
    /// Whether every key since was pressed on a screen that shows what the keys before have done.
    fresh: bool,
}

/// What a person saw.
#[derive(Default)]
struct Drawn {
    lines: String,
    selected: Option<String>,
    /// The question on top, if all of it was seen.
    asked: Option<Vec<String>>,
}

/// Two control rooms and a script over one port.
struct Hands {
    room: Room,
    port: u16,
    server: Option<Running>,
    database: rusqlite::Connection,
    hands: Vec<Hand>,
    script: Link,
    ledger: Ledger,
    /// What may have been done or not: the way broke off before there was an answer.
    open: Vec<Command>,
    chance: Chance,
    said: Vec<String>,
}

fn now() -> Stamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    Stamp::from_micros(i64::try_from(since.as_micros()).unwrap())
}

fn serve(room: &Room, port: u16) -> Running {
    room.serve(&["--listen", &format!("127.0.0.1:{port}"), "--set", "port.rate_limit=0"])
}

async fn attach(port: u16) -> Link {
    Link::Remote(Remote::connect(&format!("http://127.0.0.1:{port}"), None).await.unwrap())
}

impl Hand {
    async fn open(port: u16) -> Self {
        let mut screen = Headless::open(attach(port).await, (160, 45), ThemeName::Dark).await.unwrap();
        screen.take_changes();
        let mut hand = Self {
            screen,
            keys: VecDeque::new(),
            drawn: Drawn::default(),
            lately: VecDeque::new(),
            fresh: true,
        };
        hand.look();
        hand
    }

    fn look(&mut self) {
        self.screen.frame().unwrap();
        let model = self.screen.model();
        let asked = match model.overlays.last() {
            Some(Overlay::Confirm(confirm)) if confirm.is_seen() => Some(confirm.told()),
            _ => None,
        };
        self.drawn = Drawn { lines: self.screen.lines().join("\n"), selected: model.selected_bot(), asked };
        self.fresh = true;
    }

    /// What is wrong with a key that asked for this change.
    fn wrong(&self, key: &str, command: &Command) -> Option<String> {
        let model = self.screen.model();
        let drawn = &self.drawn;
        let named = |id: &str| drawn.lines.contains(model.name(id));
        match command {
            Command::Each(commands) => return commands.iter().find_map(|command| self.wrong(key, command)),
            Command::DeleteBot(id) | Command::ResetBot(id) => {
                let asked = drawn.asked.as_ref().is_some_and(|told| told.join("\n").contains(model.name(id)));
                if !asked {
                    return Some(format!("nobody was asked about {id}"));
                }
            }
            Command::DeleteThread(_)
            | Command::DeleteReply(_)
            | Command::ForgetMemory(_)
            | Command::DeactivateEvent(_)
            | Command::TakeBack(..)
                if drawn.asked.is_none() && !matches!(command, Command::TakeBack(..)) =>
            {
                return Some("nobody was asked".into());
            }
            // What was saved here, and not changed since, is taken back by a key of its own.
            Command::SetConfig(id, _) if self.lately.iter().any(|key| key == "u") => {
                return (!named(id)).then(|| format!("{id} was not on the screen"));
            }
            Command::SetConfig(id, patch) => {
                let Some(told) = &drawn.asked else {
                    return Some(format!("nobody saw what changes of {id}"));
                };
                let told = told.join("\n");
                if !told.contains(model.name(id)) {
                    return Some(format!("the question was not about {id}: {told}"));
                }
                return leaves(patch).into_iter().find_map(|leaf| {
                    let seen = leaf.split('\n').all(|line| told.contains(line.trim()));
                    let number = leaf.parse::<f64>().ok();
                    let same = |word: &str| word.parse::<f64>().ok().is_some_and(|told| Some(told) == number);
                    (!seen && !told.split_whitespace().any(same))
                        .then(|| format!("`{leaf}` was not in the question: {told}"))
                });
            }
            Command::SetPaused(id, _)
            | Command::SetBotPace(id, _)
            | Command::SetCaps(id, _)
            | Command::ClearCaps(id)
            | Command::Trigger(id) => {
                if !named(id) {
                    return Some(format!("{id} was not on the screen"));
                }
                // Who looked before the key was pressed meant the bot that was selected then.
                let marked = !model.bots.marked().is_empty()
                    || matches!(model.tab, botarium::tui::state::Tab::Moderation);
                if self.fresh && !marked && key != "enter" && drawn.selected.as_ref() != Some(id) {
                    return Some(format!("{:?} was selected, not {id}", drawn.selected));
                }
            }
            _ => {}
        }
        None
    }
}

/// The new values of a patch, as they are told.
fn leaves(patch: &serde_json::Value) -> Vec<String> {
    use serde_json::Value;
    match patch {
        Value::Object(map) => map.values().flat_map(leaves).collect(),
        Value::Array(items) => items.iter().flat_map(leaves).collect(),
        Value::String(text) => vec![text.clone()],
        Value::Null => Vec::new(),
        value => vec![value.to_string()],
    }
}

impl Hands {
    async fn open(seed: u64) -> Self {
        let room = Room::new();
        // Its memories and posts are something to act on.
        room.run(&["beat", "--seed", &seed.to_string(), "--count", "60"]).ok();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Some(serve(&room, port));
        let script = attach(port).await;
        let hands = vec![Hand::open(port).await, Hand::open(port).await];
        let mut database = ledger::open(&room.database());
        let ledger = Ledger::read(&mut database);
        let (open, said) = (Vec::new(), vec![format!("seed {seed}")]);
        Self { room, port, server, database, hands, script, ledger, open, chance: Chance::new(seed), said }
    }

    /// The last things that were done, for a failure.
    fn told(&self) -> String {
        let from = self.said.len().saturating_sub(60);
        self.said[from..].join("\n")
    }

    /// Notes that a change was made.
    fn made(&mut self, command: &Command, outcome: &Outcome) {
        let now = Ledger::read(&mut self.database);
        self.ledger.after(command, outcome, &now);
    }

    /// The database holds what was done, and nothing else.
    fn holds(&mut self, after: &str) {
        let now = Ledger::read(&mut self.database);
        for command in std::mem::take(&mut self.open) {
            // Whatever it answers is in the database, if it was done.
            let mut done = self.ledger.clone();
            done.after(&command, &Outcome::Done, &now);
            if done == now || self.ledger != now {
                self.said.push(format!("… {command:?} was done before the way broke off"));
                self.ledger = if done == now { done } else { now.clone() };
            }
        }
        let differs = now.differs(&self.ledger);
        assert!(differs.is_empty(), "after {after}\n{}\n{}", differs.join("\n"), self.told());
    }

    /// Takes in what a control room changed; `key` was pressed.
    fn account(&mut self, who: usize, key: &str) {
        for change in self.hands[who].screen.take_changes() {
            match change {
                Change::Asked(command) => {
                    self.said.push(format!("room {who} `{key}`: {command:?}"));
                    let wrong = self.hands[who].wrong(key, &command);
                    let screen = &self.hands[who].drawn.lines;
                    assert!(wrong.is_none(), "{}\n{screen}\n{}", wrong.unwrap_or_default(), self.told());
                }
                Change::Came(command, Ok(outcome)) => self.made(&command, &outcome),
                Change::Came(command, Err(fault)) => {
                    self.said.push(format!("room {who}: refused: {fault}"));
                    if matches!(fault.kind, FaultKind::Unavailable) && !matches!(command, Command::Each(_)) {
                        self.open.push(command);
                    }
                }
            }
        }
    }

    async fn press(&mut self, who: usize) {
        if self.hands[who].keys.is_empty() {
            self.hands[who].keys = keys::run(&mut self.chance);
        }
        let key = self.hands[who].keys.pop_front().unwrap();
        self.hands[who].lately.push_front(key.clone());
        self.hands[who].lately.truncate(4);
        let (early, look) = (self.chance.once_in(5), !self.chance.once_in(6));
        let hand = &mut self.hands[who];
        let pressed = key.parse().unwrap();
        if early {
            hand.screen.early(pressed);
            self.account(who, &key);
            self.hands[who].fresh = false;
            return;
        }
        hand.screen.key(pressed).await.unwrap();
        self.said.push(format!("room {who} `{key}`"));
        self.account(who, &key);
        match look {
            true => self.hands[who].look(),
            false => self.hands[who].fresh = false,
        }
        self.holds(&key);
    }

    /// The script does something.
    async fn request(&mut self) {
        let ids: Vec<String> = self.ledger.bots.keys().cloned().collect();
        let id = ids[self.chance.below(ids.len())].clone();
        let script = self.script.clone();
        let number = self.chance.below(100);
        let (command, outcome) = match self.chance.below(10) {
            0 | 1 => {
                let paused = number.is_multiple_of(2);
                let done = script.set_paused(&id, paused).await.map(|bot| Outcome::Bot(Box::new(bot)));
                (Command::SetPaused(id, paused), done)
            }
            2 | 3 => {
                let field = self.chance.of(&["creativity_level", "shyness", "skepticism", "aggression"]);
                let patch = json!({"behavior": {field: number}});
                let done = script.set_config(&id, patch.clone()).await;
                (Command::SetConfig(id, patch), done.map(|config| Outcome::Config(Box::new(config))))
            }
            4 => {
                let cap = (!number.is_multiple_of(3)).then_some(1_000 * i64::try_from(number).unwrap());
                let caps = SetCaps { daily_token_cap: Some(cap), ..SetCaps::default() };
                let done = script.set_caps(&id, caps.clone()).await.map(Outcome::Caps);
                (Command::SetCaps(id, caps), done)
            }
            5 => {
                let pace =
                    SetPace { preset: None, interval_seconds: Some(2 + u32::try_from(number).unwrap()) };
                let done = script.set_pace(pace.clone()).await.map(Outcome::Pace);
                (Command::SetPace(pace), done)
            }
            6 => {
                let new = json!({"name": format!("Hand{number}"), "personality": {"traits": ["handy"]}});
                let new: CreateBot = serde_json::from_value(new).unwrap();
                let done = script.create_bot(new.clone()).await.map(|bot| Outcome::Bot(Box::new(bot)));
                (Command::CreateBot(new), done)
            }
            7 => {
                let done = script.delete_bot(&id).await.map(|_| Outcome::Done);
                (Command::DeleteBot(id), done)
            }
            8 => {
                let event: InjectEvent = serde_json::from_value(
                    json!({"title": format!("News {number}"), "description": "Hands were seen.", "event_type": "news"}),
                )
                .unwrap();
                let done = script.inject_event(event.clone()).await.map(Outcome::Event);
                (Command::InjectEvent(event), done)
            }
            _ => {
                let done = script.reset_bot(&id).await;
                (Command::ResetBot(id), done.map(|config| Outcome::Config(Box::new(config))))
            }
        };
        match outcome {
            Ok(outcome) => {
                self.said.push(format!("the script: {command:?}"));
                self.made(&command, &outcome);
            }
            Err(fault) => self.said.push(format!("the script: {command:?} was refused: {fault}")),
        }
        self.holds("a request");
    }

    /// Waits until everybody shows what the database holds, with all bots at rest.
    async fn rest(&mut self) {
        if !self.ledger.paused {
            let state = self.script.pause_engine().await.unwrap().engine;
            self.made(&Command::PauseEngine, &Outcome::Engine(state));
        }
        let until = Instant::now() + PATIENCE;
        loop {
            let mut differs = Vec::new();
            for who in 0..self.hands.len() {
                self.hands[who].screen.wake(now()).await.unwrap();
                self.account(who, "");
                self.hands[who].look();
            }
            self.holds("a rest");
            let stored = Stored::read(&mut self.database);
            for (who, hand) in self.hands.iter().enumerate() {
                let shown = shown::room(hand.screen.model(), &stored);
                differs.extend(shown.into_iter().map(|what| format!("room {who}: {what}")));
            }
            differs.extend(shown::port(&self.script, &stored).await);
            if differs.is_empty() {
                break;
            }
            assert!(Instant::now() < until, "{}\n{}", differs.join("\n"), self.told());
            // They hear of it from afar; between two looks it has to get there.
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
        self.said.push("rest".into());
        if self.chance.once_in(2) || self.ledger.paused {
            let state = self.script.resume_engine().await.unwrap().engine;
            self.made(&Command::ResumeEngine, &Outcome::Engine(state));
        }
    }

    /// The server dies, hands go on for a while, and another takes up its home.
    async fn kill(&mut self) {
        let server = self.server.take().unwrap();
        if self.chance.once_in(2) {
            // In the middle of whatever a key asks for.
            let who = self.chance.below(2);
            let pid = server.pid();
            let ends = std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(3));
                super::room::send("KILL", pid);
            });
            self.press(who).await;
            ends.join().unwrap();
            drop(server);
        } else {
            server.stop("KILL");
        }
        self.said.push("the server was killed".into());
        for _ in 0..6 {
            let who = self.chance.below(2);
            self.press(who).await;
        }
        self.server = Some(serve(&self.room, self.port));
        self.said.push("the server is there again".into());
    }

    async fn live(&mut self, deeds: u64) {
        // It dies once or more often, somewhere.
        let mut dies = 20 + u64::try_from(self.chance.below(250)).unwrap();
        for deed in 0..deeds {
            match self.chance.below(12) {
                0 => self.request().await,
                1 => {
                    let who = self.chance.below(2);
                    self.hands[who].screen.tick(now()).await.unwrap();
                    self.account(who, "");
                }
                _ => {
                    let who = self.chance.below(2);
                    self.press(who).await;
                }
            }
            if deed == dies {
                self.kill().await;
                dies += 100 + u64::try_from(self.chance.below(250)).unwrap();
            }
            if deed % REST == REST - 1 {
                self.rest().await;
            }
        }
    }
}

fn from_environment(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_rooms_a_script_and_a_killed_server_are_of_one_mind_at_every_rest() {
    let deeds = from_environment("BOTARIUM_TEST_DEEDS", DEEDS);
    let first = from_environment("BOTARIUM_TEST_SEED", 1);
    for seed in first..first + from_environment("BOTARIUM_TEST_ROUNDS", ROUNDS) {
        let began = Instant::now();
        Hands::open(seed).await.live(deeds).await;
        println!("seed {seed}: {:.1} s", began.elapsed().as_secs_f64());
    }
}
