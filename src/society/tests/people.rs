//! What people do while a society lives.

use serde_json::json;

use crate::domain::{Usage, bot_file};
use crate::llm::{Again, Purpose, Request};
use crate::protocol::{InjectEvent, YamlChoice};
use crate::society::budget::Settlement;
use crate::society::change;
use crate::society::interview::Asked;
use crate::society::open::Closed;
use crate::society::outage::Back;
use crate::society::provider_test::{Admitted, TestBegun, Tested};
use crate::society::walk::Step;
use crate::society::wall::Jumped;
use crate::store::votes::Target;
use crate::store::{flags, memories};

use super::machine::{MODEL, Machine};

impl Machine {
    /// What people do after every tenth beat.
    pub(in crate::society) fn people(&mut self, nth: u32) {
        let bot = self.bots[nth as usize % self.bots.len()].id.clone();
        let other = self.bots[(nth as usize + 1) % self.bots.len()].id.clone();
        let kim = || "human:Kim".to_owned();
        let custom = |name: &str| {
            let mut config = self.bots[0].clone();
            (config.id, config.name) = (bot_file::slug(name), name.to_owned());
            config
        };
        match nth % 26 {
            0 => {
                let thread = change::PostThread {
                    author: kim(),
                    title: format!("Question {nth}"),
                    content: format!("Which of you knows the tide table of {nth}?"),
                    tags: vec!["tides".into()],
                };
                let thread = self.enter(thread).unwrap();
                let content = "I ask because the harbour is dry.".into();
                self.enter(change::PostReply { author: kim(), thread, parent: None, content }).unwrap();
                let vote = change::CastVote { voter: other, target: Target::Thread(thread), value: 1 };
                self.try_enter(vote);
                if nth.is_multiple_of(52) {
                    self.wish(change::Hide { target: Target::Thread(thread) }).unwrap();
                }
            }
            1 => {
                let added = change::AddBot { config: custom(&format!("Guest {nth}")), random_id: true };
                let guest = self.enter(added).unwrap();
                self.enter(change::DeleteBot { bot: guest }).unwrap();
            }
            2 => {
                let pair = ["One", "Two"].map(|word| custom(&format!("{word} of {nth}")));
                self.enter(change::AddCrowd { bots: pair.to_vec() }).unwrap();
                for config in pair {
                    self.enter(change::DeleteBot { bot: config.id }).unwrap();
                }
            }
            3 => {
                let patch = json!({"behavior": {"shyness": nth % 100}});
                self.wish(change::SetConfig { bot, patch }).unwrap();
            }
            4 => self.enter(change::ResetBot { bot }).unwrap(),
            5 => self.wish(change::SetCaps { bot, tokens: Some(Some(900_000)), cost: None }).unwrap(),
            6 => self.enter(change::SetBotPace { bot, seconds: Some(20) }).unwrap(),
            7 => self.wish(change::PauseBot { bot, paused: true }).unwrap(),
            8 => {
                for bot in self.bots.clone() {
                    self.wish(change::PauseBot { bot: bot.id, paused: false }).unwrap();
                }
            }
            9 => self.try_enter(change::Follow { follower: kim(), following: bot }),
            10 => {
                let following = self.bots[(nth as usize - 1) % self.bots.len()].id.clone();
                self.try_enter(change::Unfollow { follower: kim(), following });
            }
            11 => {
                let event = InjectEvent {
                    title: format!("The harbour floods, {nth}"),
                    description: "Water stands in the lower streets.".into(),
                    event_type: "news".into(),
                    severity: "major".into(),
                    expires_at: None,
                };
                let event = self.wish(change::InjectEvent { event }).unwrap();
                if nth % 52 == 11 {
                    self.enter(change::EndEvent { id: event.id }).unwrap();
                }
            }
            12 | 13 => {
                let told = json!({"kind": "fact", "text": format!("The quay is {nth} paces long.")});
                let memory = serde_json::from_value(told).unwrap();
                self.wish(change::Recollect { bot: bot.clone(), memory }).unwrap();
                if let Some(memory) = self.read(|c| memories::memories(c, &bot)).first() {
                    let id = memory.id;
                    let text = Some("Somebody told me what to remember.".into());
                    self.wish(change::EditMemory { id, text, pinned: Some(true) }).unwrap();
                    if nth.is_multiple_of(2) {
                        self.wish(change::ForgetMemory { id }).unwrap();
                    }
                }
            }
            14 => {
                for flag in self.read(|c| flags::flags(c, false, 5)) {
                    self.enter(change::ResolveFlag { id: flag.id }).unwrap();
                }
            }
            15 => self.wish(change::SetPace { seconds: 45 }).unwrap(),
            16 => self.wish(change::SetProvider { name: MODEL.into(), model: Some("n".into()) }).unwrap(),
            17 => self.wish(change::SetProvider { name: "scripted".into(), model: None }).unwrap(),
            18 => {
                self.wish(change::BecomeAwake { awake: false }).unwrap();
                self.wish(change::BecomeAwake { awake: true }).unwrap();
            }
            19 => self.enter(change::ForgetContexts { provider: MODEL.into() }).unwrap(),
            20 => self.test_provider(),
            21 | 22 => {
                let question = "What do you remember of the harbour?".to_owned();
                let asked =
                    |place| Asked { bot: bot.clone(), question: question.clone(), remember: true, place };
                let mut step = self.enter(asked(None)).unwrap();
                if let Step::Place { flight: None, provider } = step {
                    step = self.enter(asked(Some(provider))).unwrap();
                }
                self.follow(step);
            }
            23 => self.enter(Back { provider: MODEL.into() }).unwrap(),
            24 => self.enter(Jumped {}).unwrap(),
            _ => {
                // The file of a bot is another one when the society is opened next.
                self.enter(Closed {}).unwrap();
                let file = self.bots.iter_mut().find(|config| config.id == bot).unwrap();
                file.identity.origin_story = format!("I came here {nth} tides ago.");
                self.reopen(7);
                self.enter(change::ChooseFile { bot, choice: YamlChoice::Take }).unwrap();
            }
        }
    }

    pub(in crate::society) fn test_provider(&mut self) {
        let request = Request {
            purpose: Purpose::Test,
            model: "m".into(),
            system: "You answer with one word.".into(),
            prompt: "Say: ready".into(),
            shared: 0,
            again: Again::NEVER,
            schema: None,
            temperature: 0.0,
            max_tokens: 16,
            scene: None,
            seed: 0,
        };
        let bytes = crate::society::budget::bytes(&request);
        let begun = TestBegun { provider: MODEL.into(), request };
        let Admitted { reservation, day, tariff } = self.enter(begun).unwrap().unwrap();
        let usage = Some(Usage { input: 12, output: 2, ..Usage::default() });
        let settlement = Settlement { reservation, tariff, day, bytes, usage, charged: true, received: None };
        self.enter(Tested { settlement, error: None }).unwrap();
    }
}
