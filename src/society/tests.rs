//! The machine alone: no runtime, no engine, no clock. What the world would do is done here by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use super::Keeping;
use super::budget::Settlement;
use super::change;
use super::flight::{Flight, print_of};
use super::frame::Frame;
use super::input::{Apply, Input};
use super::interview::Asked;
use super::open::{Closed, Notes, Opened, RULES};
use super::outage::Back;
use super::provider_test::{Admitted, TestBegun, Tested};
use super::walk::{Abandoned, Answered, Begun, Failed, Found, Proceed, Sent, Step};
use super::wall::Jumped;
use super::world::{Sheet, World, WrittenUp};
use super::{Society, Standing, Voice};
use crate::domain::{ActionKind, PersonalityConfig, Stamp, Usage, bot_file};
use crate::embedded;
use crate::engine::{ProviderSetup, Settings};
use crate::llm::scripted::Scripted;
use crate::llm::{
    Again, Attempt, Completion, FailureKind, Finish, Provider, ProviderError, ProviderKind, ProviderSpec,
    Purpose, Request,
};
use crate::protocol::{InjectEvent, Notice, YamlChoice};
use crate::store::check::{Level, check};
use crate::store::digest::{self, TableDigest};
use crate::store::thoughts::{Packer, Place};
use crate::store::votes::Target;
use crate::store::{Db, Durability, Result, Store, StoreError, Tx, flags, journal, memories, schedule};

/// Where time begins: 2026-01-01T00:00Z.
const START: Stamp = Stamp::from_micros(1_767_225_600_000_000);
/// The provider that must be awaited.
const MODEL: &str = "made-up";

/// A world that notes what it is told.
#[derive(Default)]
struct Gathering {
    told: Mutex<Told>,
    packer: Mutex<Packer>,
}

#[derive(Default)]
struct Told {
    /// The activities that were announced, in order.
    announced: Vec<i64>,
    /// Words of the acts among them.
    acts: BTreeSet<String>,
    planned: BTreeMap<String, Stamp>,
    unplanned: BTreeSet<String>,
    troubled: BTreeSet<String>,
    awake: Vec<bool>,
}

impl Gathering {
    fn told(&self) -> std::sync::MutexGuard<'_, Told> {
        self.told.lock().unwrap()
    }
}

impl World for Gathering {
    fn is_heard(&self) -> bool {
        true
    }

    fn announce(&self, seq: i64, _: Stamp, notice: Notice) {
        let mut told = self.told();
        told.announced.push(seq);
        if let Notice::HeartbeatComplete { action, .. } = notice {
            told.acts.insert(action);
        }
    }

    fn note(&self, seq: i64) {
        self.told().announced.push(seq);
    }

    fn tell(&self, _: Stamp, _: Notice) {}

    fn planned(&self, bot: &str, due: Stamp) {
        self.told().planned.insert(bot.to_owned(), due);
    }

    fn unplanned(&self, bot: &str) {
        self.told().unplanned.insert(bot.to_owned());
    }

    fn awake(&self, awake: bool) {
        self.told().awake.push(awake);
    }

    fn troubled(&self, provider: &str) {
        self.told().troubled.insert(provider.to_owned());
    }

    fn write_up(&self, place: Place, record: Sheet) -> Result<WrittenUp> {
        let packed = self.packer.lock().unwrap().pack(place, &record());
        Ok(Box::new(move || packed))
    }
}

/// A society in a file, and the moment it is at.
pub(super) struct Machine {
    home: tempfile::TempDir,
    pub(super) store: Store,
    pub(super) society: Arc<Society>,
    world: Arc<Gathering>,
    pub(super) now: Stamp,
    bots: Vec<PersonalityConfig>,
    /// Answers the made-up provider gave.
    asked: u32,
    finished: u32,
}

impl Machine {
    /// The embedded bots; the first `awaited` of them ask a provider that must be awaited.
    pub(super) fn begin(seed: u64, awaited: usize) -> Self {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(&home.path().join("society.db"), Durability::Normal).unwrap();
        let mut bots: Vec<PersonalityConfig> =
            embedded::bots().iter().map(|(_, text)| bot_file::parse(text).unwrap()).collect();
        for bot in bots.iter_mut().take(awaited) {
            bot.model.provider = MODEL.into();
        }
        let world = Arc::new(Gathering::default());
        let society = Arc::new(society(seed, &world));
        let mut machine = Self { home, store, society, world, now: START, bots, asked: 0, finished: 0 };
        machine.open(seed);
        machine
    }

    fn open(&mut self, seed: u64) -> usize {
        let opened = Opened {
            rules: RULES,
            version: "1".into(),
            room: notes(seed),
            provider: "scripted".into(),
            pace: None,
            bots: self.bots.clone(),
            lacks_bots: false,
            frame: self.society.frame.clone(),
        };
        self.enter(opened).unwrap()
    }

    /// Ends it in the middle of whatever it is at, and opens it from what the file holds.
    fn reopen(&mut self, seed: u64) -> usize {
        self.store.close();
        self.store = Store::open(&self.home.path().join("society.db"), Durability::Normal).unwrap();
        self.society = Arc::new(society(seed, &self.world));
        self.open(seed)
    }

    fn enter<A: Apply>(&mut self, input: A) -> Result<A::Outcome> {
        let (society, at) = (Arc::clone(&self.society), self.now);
        self.store.write_blocking(move |tx| society.take_in(tx, at, &input))
    }

    /// Enters it as the wish of somebody.
    fn wish<A: Apply>(&mut self, input: A) -> Result<A::Outcome> {
        let (society, at) = (Arc::clone(&self.society), self.now);
        self.store.write_blocking(move |tx| society.take_in_for(tx, at, Some("Kim"), &input))
    }

    /// Enters what may be refused, because what it is about is not there (any more).
    fn try_enter<A: Apply>(&mut self, input: A) {
        match self.enter(input) {
            Ok(_) | Err(StoreError::Refused(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }

    fn read<T>(&self, query: impl FnOnce(&Db) -> Result<T>) -> T {
        self.store.read_blocking(query).unwrap()
    }

    /// The beat that comes next, to its end.
    pub(super) fn beat(&mut self) {
        let bots = self.read(schedule::all_due);
        let next = bots.into_iter().filter_map(|bot| Some((bot.next_beat_at?, bot.id))).min().unwrap();
        self.now = self.now.max(next.0);
        let begun = |place| Begun { bot: next.1.clone(), forced: false, heeds_pause: false, place };
        let mut step = self.enter(begun(None)).unwrap();
        if let Step::Place { flight: None, provider } = step {
            step = self.enter(begun(Some(provider))).unwrap();
        }
        self.follow(step);
    }

    /// Does what a step asks of the world, and what the next one asks, until nothing is asked any more.
    fn follow(&mut self, mut step: Step) {
        loop {
            step = match step {
                Step::Over(_) => {
                    self.finished += 1;
                    return;
                }
                Step::Told(_) => return,
                Step::Place { flight: Some(flight), .. } => {
                    self.enter(Proceed { flight, has_place: self.asked % 7 != 3 }).unwrap()
                }
                Step::Place { flight: None, .. } => panic!("a place was asked for twice"),
                Step::Ask(flight) => match self.ask(&flight) {
                    Some(next) => next,
                    None => return,
                },
                Step::Look { flight, query } => {
                    let found = crate::domain::activity::Finding {
                        title: query.clone(),
                        url: String::new(),
                        extract: format!("{query} is told of in many books."),
                        source: "offline".into(),
                    };
                    let findings = if self.asked.is_multiple_of(2) {
                        Ok(vec![found])
                    } else {
                        Err("nobody there".into())
                    };
                    self.enter(Found { flight, findings }).unwrap()
                }
            };
        }
    }

    /// The made-up provider answers, or does not; `None` where the beat was given up.
    fn ask(&mut self, flight: &Flight) -> Option<Step> {
        self.asked += 1;
        let nth = self.asked;
        let (id, call) = (flight.id, flight.call.as_ref().unwrap());
        if nth % 29 == 9 {
            assert!(self.enter(Closed {}).unwrap() > 0, "what waits to be sent is let go");
            assert!(self.reopen(7) > 0, "a call was cut off");
            return None;
        }
        assert!(self.enter(Sent { flight: id, attempt: 1 }).unwrap());
        if nth % 23 == 5 {
            self.enter(Abandoned { flight: id }).unwrap();
            return None;
        }
        if nth % 37 == 11 {
            assert!(self.reopen(7) > 0, "a call was cut off");
            return None;
        }
        if nth % 11 == 4 {
            let attempt = Attempt {
                latency: Duration::from_millis(3),
                usage: None,
                error: Some("the line broke".into()),
                maybe_charged: nth.is_multiple_of(2),
                received: 12,
            };
            self.enter(Failed { flight: id, attempt }).unwrap();
            if !self.enter(Sent { flight: id, attempt: 2 }).unwrap() {
                let error = ProviderError::new(FailureKind::Server, "the line broke");
                return Some(self.answer(flight, Err(error)));
            }
        }
        let result = answer(&call.request, nth);
        Some(self.answer(flight, result))
    }

    fn answer(&mut self, flight: &Flight, result: std::result::Result<Completion, ProviderError>) -> Step {
        let call = flight.call.as_ref().unwrap();
        let asked = print_of(&call.request, &flight.ready.fence);
        self.enter(Answered { flight: flight.id, asked, waited_ms: 0, cause: None, result }).unwrap()
    }

    /// What people do after every tenth beat.
    fn people(&mut self, nth: u32) {
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
            16 => self.wish(change::SetProvider { name: MODEL.into() }).unwrap(),
            17 => self.wish(change::SetProvider { name: "scripted".into() }).unwrap(),
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

    fn test_provider(&mut self) {
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
        let bytes = super::budget::bytes(&request);
        let begun = TestBegun { provider: MODEL.into(), request };
        let Admitted { reservation, day, tariff } = self.enter(begun).unwrap().unwrap();
        let usage = Some(Usage { input: 12, output: 2, ..Usage::default() });
        let settlement = Settlement { reservation, tariff, day, bytes, usage, charged: true, received: None };
        self.enter(Tested { settlement, error: None }).unwrap();
    }

    /// The names of all inputs in the journal.
    fn inputs(&self) -> BTreeSet<&'static str> {
        let mut names = BTreeSet::new();
        let mut after = 0;
        loop {
            let entries: Vec<journal::Entry<Input>> = self.read(|c| journal::read(c, after, 500));
            let Some(last) = entries.last() else { return names };
            after = last.number;
            names.extend(entries.iter().map(|entry| entry.input.name()));
        }
    }
}

fn notes(seed: u64) -> Notes {
    Notes { seed, secret: "s".repeat(64), society: "alone".into(), ..Notes::default() }
}

fn society(seed: u64, world: &Arc<Gathering>) -> Society {
    let mut settings = Settings::new(std::path::Path::new("."));
    settings.clock = crate::engine::Clock::simulated(START);
    settings
        .providers
        .push(ProviderSetup { spec: ProviderSpec::new(MODEL, ProviderKind::Ollama), price: None });
    let at_once = |request: &Request| Scripted::new().answer_at_once(request);
    let scripted = Voice { default_model: "scripted".into(), at_once: Arc::new(at_once) };
    let awaited = Voice { default_model: "m".into(), at_once: Arc::new(|_| None) };
    let voices = [("scripted".to_owned(), Ok(scripted)), (MODEL.to_owned(), Ok(awaited))].into();
    let standing = Standing { provider: "scripted".into(), ..Standing::default() };
    let world: Arc<dyn World> = Arc::clone(world) as _;
    Society::new(
        notes(seed),
        Frame::of(&settings, |_| None),
        Keeping { takes_snapshots: true, bytes: Some(1 << 26) },
        voices,
        standing,
        world,
    )
}

/// What the made-up provider says the `nth` time.
fn answer(request: &Request, nth: u32) -> std::result::Result<Completion, ProviderError> {
    let said = |text: String| {
        Ok(Completion {
            text,
            reasoned: false,
            usage: Some(Usage { input: 900, output: 60, ..Usage::default() }),
            model: "m".into(),
            latency: Duration::from_millis(9),
            finish: Finish::Stop,
        })
    };
    let known = request.scene.as_ref().and_then(|scene| scene.roster.first());
    match (request.purpose, nth % 12) {
        (Purpose::Think, 1 | 3) if known.is_some() => {
            let action = if known.is_some_and(|known| known.followed) { "unfollow" } else { "follow" };
            said(json!({"action": action, "bot_id": known.map(|known| &known.id)}).to_string())
        }
        (Purpose::Think, 0) => said("I would rather not put it in JSON.".into()),
        (Purpose::Think, 2) => {
            said(json!({"action": "vote", "reply_id": 999_999, "value": 1, "reason": "?"}).to_string())
        }
        (Purpose::Think, 4) => said(
            json!({"action": "web_search", "query": format!("tides {nth}"), "reason": "to know"}).to_string(),
        ),
        (Purpose::Think, 6) => Err(ProviderError::new(FailureKind::Connect, "nobody listens there")),
        (Purpose::Think, 8) => Err(ProviderError {
            context: Some(6_000),
            ..ProviderError::new(FailureKind::TooLong, "the prompt is too long")
        }),
        (Purpose::Repair, n) if n % 3 == 1 => said("Still no JSON.".into()),
        (Purpose::Extract, n) if n % 3 == 0 => said("nothing of note".into()),
        (Purpose::Extract, n) if n % 3 == 1 => Err(ProviderError::new(FailureKind::Server, "busy").charged()),
        (Purpose::Extract, _) => said(
            json!({"facts": [format!("Tide table {nth} is wrong.")], "moments": ["I was told off."],
                   "relationships": [], "opinions": [], "interests": ["tides"]})
            .to_string(),
        ),
        _ => match Scripted::new().answer_at_once(request) {
            Some(as_a_bot) => said(as_a_bot.text),
            None => said("Nothing comes to mind.".into()),
        },
    }
}

/// A thousand beats, with what people do between them; what the society is at its end.
fn thousand_beats() -> (Machine, Vec<TableDigest>) {
    let mut machine = Machine::begin(7, 3);
    let mut nth = 0;
    while machine.finished < 1_000 {
        machine.beat();
        nth += 1;
        if nth % 10 == 0 {
            machine.people(nth / 10);
        }
    }
    machine.enter(Closed {}).unwrap();
    let digest = machine.read(digest::society);
    (machine, digest)
}

#[test]
fn a_thousand_beats_of_the_machine_alone_leave_nothing_to_find_and_come_out_the_same_twice() {
    let (machine, first) = thousand_beats();
    let wrong: Vec<_> = machine
        .read(|c| check(c, machine.now))
        .into_iter()
        .filter(|finding| finding.level != Level::Fine)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");

    let inputs = machine.inputs();
    let all = [
        "Opened",
        "Closed",
        "Abandoned",
        "Begun",
        "Asked",
        "Sent",
        "Failed",
        "Answered",
        "Found",
        "Proceed",
        "Back",
        "Jumped",
        "TestBegun",
        "Tested",
        "AddBot",
        "AddCrowd",
        "BecomeAwake",
        "CastVote",
        "ChooseFile",
        "DeleteBot",
        "EditMemory",
        "EndEvent",
        "Follow",
        "ForgetContexts",
        "ForgetMemory",
        "Hide",
        "InjectEvent",
        "PauseBot",
        "PostReply",
        "PostThread",
        "ResetBot",
        "SetBotPace",
        "SetCaps",
        "SetConfig",
        "SetPace",
        "SetProvider",
        "Unfollow",
    ];
    let missing: Vec<_> = all.iter().filter(|name| !inputs.contains(*name)).collect();
    assert!(missing.is_empty(), "nothing of {missing:?} among {inputs:?}");

    let told = machine.world.told();
    let acts = ActionKind::ALL.map(ActionKind::as_str);
    let never: Vec<_> = acts.iter().filter(|act| !told.acts.contains(**act)).collect();
    assert!(never.is_empty(), "nobody did {never:?}, only {:?}", told.acts);
    assert!(told.troubled.contains(MODEL));
    assert_eq!(told.awake.first(), Some(&false));
    assert!(told.announced.is_sorted(), "activities are told of in order");
    drop(told);

    let (_, second) = thousand_beats();
    let different: Vec<_> =
        first.iter().zip(&second).filter(|(a, b)| a != b).map(|(table, _)| table.table).collect();
    assert!(different.is_empty(), "came out otherwise: {different:?}");
}

#[test]
fn what_is_rolled_back_leaves_nothing_in_memory() {
    let mut machine = Machine::begin(3, 0);
    for _ in 0..30 {
        machine.beat();
    }
    let pace = machine.society.standing().pace;
    let (society, at) = (Arc::clone(&machine.society), machine.now);
    let undone = machine.store.write_blocking(move |tx: &mut Tx<'_>| {
        society.take_in(tx, at, &change::SetPace { seconds: 99 })?;
        Err::<(), _>(StoreError::Closed)
    });
    assert!(undone.is_err());
    machine.beat();
    assert_eq!(machine.society.standing().pace, pace);
}
