//! A society with nothing around it: what the world would do is done here by hand.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::world::Gathering;
use crate::domain::{PersonalityConfig, Stamp, Usage, bot_file};
use crate::embedded;
use crate::engine::{ProviderSetup, Settings};
use crate::llm::scripted::Scripted;
use crate::llm::{
    Attempt, Completion, FailureKind, Finish, Provider, ProviderError, ProviderKind, ProviderSpec, Purpose,
    Request,
};
use crate::society::Keeping;
use crate::society::flight::{Flight, print_of};
use crate::society::frame::Frame;
use crate::society::input::{Input, Outside};
use crate::society::open::{Closed, Notes, Opened, RULES};
use crate::society::walk::{Abandoned, Answered, Begun, Failed, Found, Proceed, Sent, Step};
use crate::society::world::World;
use crate::society::{RoomSettings, Society, Voice};
use crate::store::{Db, Durability, Result, Store, StoreError, journal, schedule};

/// Where time begins: 2026-01-01T00:00Z.
pub(in crate::society) const START: Stamp = Stamp::from_micros(1_767_225_600_000_000);
/// The provider that must be awaited.
pub(in crate::society) const MODEL: &str = "made-up";

/// A society in a file, and the moment it is at.
pub(in crate::society) struct Machine {
    pub(in crate::society) home: tempfile::TempDir,
    pub(in crate::society) store: Store,
    pub(in crate::society) society: Arc<Society>,
    pub(in crate::society) world: Arc<Gathering>,
    pub(in crate::society) now: Stamp,
    pub(in crate::society) bots: Vec<PersonalityConfig>,
    /// Answers the made-up provider gave.
    pub(in crate::society) asked: u32,
    pub(in crate::society) finished: u32,
}

impl Machine {
    /// The embedded bots; the first `awaited` of them ask a provider that must be awaited.
    pub(in crate::society) fn begin(seed: u64, awaited: usize) -> Self {
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

    pub(in crate::society) fn open(&mut self, seed: u64) -> usize {
        let opened = Opened {
            rules: RULES,
            version: "1".into(),
            room: notes(seed),
            provider: "scripted".into(),
            pace: None,
            bots: self.bots.clone(),
            lacks_bots: false,
            frame: Frame::clone(&self.society.frame),
        };
        self.enter(opened).unwrap()
    }

    /// Ends it in the middle of whatever it is at, and opens it from what the file holds.
    pub(in crate::society) fn reopen(&mut self, seed: u64) -> usize {
        self.store.close();
        self.store = Store::open(&self.home.path().join("society.db"), Durability::Normal).unwrap();
        self.society = Arc::new(society(seed, &self.world));
        self.open(seed)
    }

    pub(in crate::society) fn enter<A: Outside>(&mut self, input: A) -> Result<A::Outcome> {
        let (society, at) = (Arc::clone(&self.society), self.now);
        self.store.write_blocking(move |tx| society.take_in(tx, at, &input))
    }

    /// Enters it as the wish of somebody.
    pub(in crate::society) fn wish<A: Outside>(&mut self, input: A) -> Result<A::Outcome> {
        let (society, at) = (Arc::clone(&self.society), self.now);
        self.store.write_blocking(move |tx| society.take_in_for(tx, at, Some("Kim"), &input))
    }

    /// Enters what may be refused, because what it is about is not there (any more).
    pub(in crate::society) fn try_enter<A: Outside>(&mut self, input: A) {
        match self.enter(input) {
            Ok(_) | Err(StoreError::Refused(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }

    pub(in crate::society) fn read<T>(&self, query: impl FnOnce(&Db) -> Result<T>) -> T {
        self.store.read_blocking(query).unwrap()
    }

    /// The beat that comes next, to its end.
    pub(in crate::society) fn beat(&mut self) {
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
    pub(in crate::society) fn follow(&mut self, mut step: Step) {
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
    pub(in crate::society) fn ask(&mut self, flight: &Flight) -> Option<Step> {
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

    pub(in crate::society) fn answer(
        &mut self,
        flight: &Flight,
        result: std::result::Result<Completion, ProviderError>,
    ) -> Step {
        let call = flight.call.as_ref().unwrap();
        let asked = print_of(&call.request, &flight.ready.fence);
        self.enter(Answered { flight: flight.id, asked, waited_ms: 0, cause: None, result }).unwrap()
    }

    /// The names of all inputs in the journal.
    pub(in crate::society) fn inputs(&self) -> BTreeSet<&'static str> {
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

pub(in crate::society) fn notes(seed: u64) -> Notes {
    Notes { seed, secret: "s".repeat(64), society: "alone".into(), ..Notes::default() }
}

pub(in crate::society) fn society(seed: u64, world: &Arc<Gathering>) -> Society {
    let mut settings = Settings::new(std::path::Path::new("."));
    settings.clock = crate::engine::Clock::simulated(START);
    settings
        .providers
        .push(ProviderSetup { spec: ProviderSpec::new(MODEL, ProviderKind::Ollama), price: None });
    let at_once = |request: &Request| Scripted::new().answer_at_once(request);
    let scripted = Voice { default_model: "scripted".into(), at_once: Arc::new(at_once) };
    let awaited = Voice { default_model: "m".into(), at_once: Arc::new(|_| None) };
    let voices = [("scripted".to_owned(), Ok(scripted)), (MODEL.to_owned(), Ok(awaited))].into();
    let current = RoomSettings { provider: "scripted".into(), ..RoomSettings::default() };
    let world: Arc<dyn World> = Arc::clone(world) as _;
    Society::new(
        notes(seed),
        Frame::of(&settings, |_| None),
        Keeping { takes_snapshots: true, bytes: Some(1 << 26) },
        voices,
        current,
        world,
    )
}

/// What the made-up provider says the `nth` time.
pub(in crate::society) fn answer(
    request: &Request,
    nth: u32,
) -> std::result::Result<Completion, ProviderError> {
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
        // A model may leave out what it was asked to note beside its act.
        (Purpose::Think, 5 | 7 | 9 | 11) => {
            let act = Scripted::new().answer_at_once(request).map(|said| said.text).unwrap_or_default();
            let mut act: serde_json::Value = serde_json::from_str(&act).unwrap();
            act.as_object_mut().unwrap().remove("memory");
            said(act.to_string())
        }
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
