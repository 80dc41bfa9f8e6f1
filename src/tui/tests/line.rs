//! A line to the society on which answers come when they are let come, and a second operator at its
//! other end. Whatever a control room shows can be tested on it: with a slow line (press, look, then
//! let answers come one by one), and beside somebody who changes things meanwhile.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde_json::Value;

use super::fixture::{answer, bots, caps, config, empty, look, now};
use crate::domain::PersonalityConfig;
use crate::protocol::*;
use crate::tui::keymap::Key;
use crate::tui::msg::{Command, Data, Effect, Load, Msg, Outcome};
use crate::tui::state::Model;
use crate::tui::update::{start, update};

/// A society as the engine has it: bots with their minds.
pub struct Society {
    pub bots: Vec<BotView>,
    pub minds: BTreeMap<String, PersonalityConfig>,
    /// What a bot remembers, where a test wants to know better than the fixture.
    pub warm: Option<WarmMemory>,
    /// The caps of every bot.
    pub caps: CostCaps,
    /// Everything that was done, in its order.
    pub done: Vec<Command>,
    seq: i64,
}

impl Society {
    pub fn new() -> Self {
        let bots = bots();
        let minds = bots.iter().map(|bot| (bot.id.clone(), config(&bot.id, &bot.name, 80))).collect();
        Self { bots, minds, warm: None, caps: caps(), done: Vec::new(), seq: 1_000 }
    }

    fn view(&self, id: &str) -> Result<BotConfigView, Fault> {
        let mind = self.minds.get(id).ok_or_else(|| Fault::not_found("bot", id))?;
        Ok(BotConfigView {
            bot_id: id.into(),
            bot_name: mind.name.clone(),
            personality_config: mind.clone(),
            cost_caps: self.caps.clone(),
            yaml_config: Some(config(id, &mind.name, 70)),
        })
    }

    fn read(&self, load: &Load) -> Option<Result<Data, Fault>> {
        Some(match load {
            Load::Bots(_) => Ok(Data::Bots(self.bots.clone())),
            Load::Bot(id) => self
                .bots
                .iter()
                .find(|bot| bot.id == *id)
                .map(|bot| Data::Bot(Box::new(bot.clone())))
                .ok_or_else(|| Fault::not_found("bot", id)),
            Load::Config(id) => self.view(id).map(|view| Data::Config(Box::new(view))),
            Load::Warm(..) if self.warm.is_some() => Ok(Data::Warm(Box::new(self.warm.clone()?))),
            load => Ok(answer(load)?),
        })
    }

    /// Does a command as the engine would; what it announces comes along.
    fn run(&mut self, command: &Command) -> (Result<Outcome, Fault>, Vec<Notice>) {
        self.done.push(command.clone());
        match command {
            Command::SetConfig(id, patch) => {
                let Some(mind) = self.minds.get_mut(id) else {
                    return (Err(Fault::not_found("bot", id)), Vec::new());
                };
                let mut value = serde_json::to_value(&*mind).unwrap();
                merge(&mut value, patch);
                *mind = serde_json::from_value(value).unwrap();
                (self.view(id).map(|view| Outcome::Config(Box::new(view))), vec![changed(id, "behavior")])
            }
            Command::DeleteBot(id) => {
                self.bots.retain(|bot| bot.id != *id);
                self.minds.remove(id);
                (Ok(Outcome::Done), vec![changed(id, "removed")])
            }
            _ => (Ok(Outcome::Done), Vec::new()),
        }
    }
}

fn changed(id: &str, what: &str) -> Notice {
    let details = serde_json::json!({"changed": [what]});
    Notice::ConfigUpdated { bot_id: id.into(), bot_name: id.into(), changed: vec![what.into()], details }
}

fn merge(into: &mut Value, patch: &Value) {
    match (into, patch) {
        (Value::Object(into), Value::Object(patch)) => {
            for (key, value) in patch {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (into, patch) => *into = patch.clone(),
    }
}

/// A control room at the end of a line, and the society at the other.
pub struct Line {
    pub model: Model,
    pub society: Society,
    /// What was asked and not answered yet, oldest first.
    pub under_way: VecDeque<Effect>,
    /// What was asked of the terminal.
    pub others: Vec<Effect>,
}

impl Line {
    /// A control room of this size that has just opened: everything is still on its way.
    pub fn slow(width: u16, height: u16) -> Self {
        let mut model = empty(width, height);
        let effects = start(&mut model);
        let mut line =
            Self { model, society: Society::new(), under_way: VecDeque::new(), others: Vec::new() };
        line.send(effects);
        line
    }

    /// A control room that has read everything.
    pub fn open(width: u16, height: u16) -> Self {
        let mut line = Self::slow(width, height);
        line.arrive();
        line
    }

    fn send(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Drop(late) => {
                    self.under_way
                        .retain(|asked| !matches!(asked, Effect::Load(load) if late.contains(load)));
                }
                Effect::Load(_) | Effect::Run(_) => self.under_way.push_back(effect),
                other => self.others.push(other),
            }
        }
    }

    /// Takes in a message.
    pub fn hear(&mut self, msg: Msg) {
        let effects = update(&mut self.model, msg);
        self.send(effects);
    }

    /// Presses keys without waiting for anything, not even to see what they do.
    pub fn quick(&mut self, keys: &[&str]) {
        for key in keys {
            let key: Key = key.parse().unwrap();
            self.hear(Msg::Key(key));
        }
    }

    /// Presses keys, looking at the screen after each.
    pub fn press(&mut self, keys: &[&str]) {
        for key in keys {
            self.quick(&[key]);
            look(&mut self.model);
        }
    }

    /// Presses keys, and lets everything come after each.
    pub fn press_and_wait(&mut self, keys: &[&str]) {
        for key in keys {
            self.press(&[key]);
            self.arrive();
        }
    }

    /// Lets the oldest question reach the society and its answer come back.
    pub fn next(&mut self) -> bool {
        match self.under_way.pop_front() {
            Some(Effect::Load(load)) => {
                if let Some(data) = self.society.read(&load) {
                    self.hear(Msg::Loaded(load, data));
                }
            }
            Some(Effect::Run(command)) => {
                let (outcome, notices) = self.society.run(&command);
                self.hear(Msg::Ran(command, outcome));
                self.announce(notices);
            }
            _ => return false,
        }
        true
    }

    /// Lets everything come that is on its way.
    pub fn arrive(&mut self) {
        while self.next() {}
        if self.model.known.waits() {
            self.rest();
            while self.next() {}
        }
    }

    /// The cursor rests.
    pub fn rest(&mut self) {
        self.hear(Msg::Rested);
    }

    /// A second passes, and everything comes.
    pub fn tick(&mut self) {
        let next = self.model.now.plus_seconds(1);
        self.hear(Msg::Tick(next));
        self.arrive();
    }

    /// Somebody else does something, here and now; this control room hears what is announced.
    pub fn elsewhere(&mut self, command: &Command) {
        let (_, notices) = self.society.run(command);
        self.announce(notices);
    }

    fn announce(&mut self, notices: Vec<Notice>) {
        for notice in notices {
            self.society.seq += 1;
            let event = Event { seq: self.society.seq, timestamp: now(), notice };
            self.hear(Msg::Event(Arc::new(event)));
        }
    }

    /// What was done to the society, by anybody.
    pub fn done(&self) -> &[Command] {
        &self.society.done
    }
}
