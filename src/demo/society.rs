//! The demo society: a simulated fortnight of eight bots, lived through by the real engine.
//!
//! No row is typed in by hand. The engine runs every beat of fourteen days on simulated time, and
//! in between a person does what a person does: adds two bots, asks something, votes, lets one
//! bot run fast for an afternoon, sets a cap, injects an event, pauses the troublemaker. All of it
//! goes through the engine's own commands.

use std::collections::BTreeSet;
use std::path::Path;

use crate::domain::{Activity, Actor, PersonalityConfig, Stamp, bot_file};
use crate::engine::{self, Clock, Handle, Run, Settings};
use crate::logs::LogRing;
use crate::protocol::{
    ActivityQuery, ActivityView, CastVote, Category, CreateReply, CreateThread, EditMemory, Fault,
    InjectEvent, MemoryQuery, Period, SetCaps, SetPace,
};
use crate::store::{Durability, StoreError};

/// Days that have passed when the curtain rises.
pub const DAYS: i64 = 14;
/// The seed of the demo society.
pub const SEED: u64 = 26;
/// The model whose prices the tokens are given; nothing is paid.
pub const MODEL: &str = "claude-haiku-4-5";
/// When the curtain rises on simulated time: an afternoon in January 2026.
pub const CURTAIN: Stamp = Stamp::from_micros(1_767_225_600_000_000 + (14 * 24 + 15) * 3_600_000_000);
/// Seconds between two beats of a bot during the fortnight: pace normal.
const NORMAL: u32 = 3_600;
/// Seconds between two beats of a bot while somebody watches.
pub const LIVELY: u32 = 24;
/// The person of the demo.
const VISITOR: Actor<'_> = Actor::Person(VISITOR_NAME);
/// What it is called where it is told who changed something.
const VISITOR_NAME: &str = "visitor";
/// The one who quarrels, and is paused in the end.
const VEX: &str = "vex_001";
/// The one who runs into its cap.
const CAPPED: &str = "rex_001";

const GUESTS: [&str; 2] =
    [include_str!("../../examples/bots/juno_001.yaml"), include_str!("../../examples/bots/vex_001.yaml")];

/// What an engine of the demo society is started with.
#[must_use]
pub fn settings(home: &Path, clock: Clock, seed: u64) -> Settings {
    Settings {
        seed: Some(seed),
        clock,
        pace_seconds: Some(NORMAL),
        durability: Durability::Normal,
        pretend_model: Some(MODEL.into()),
        ..Settings::new(home)
    }
}

/// Lives through the fortnight before `end` in `home`, which must be empty. The clock stands at
/// `end` afterwards, and the bots wake every [`LIVELY`] seconds. What the person did is told in the
/// log, whose newest lines are read from `log`.
///
/// # Errors
/// The database cannot be written.
pub async fn grow(home: &Path, end: Stamp, seed: u64, log: LogRing) -> Result<Handle, Trouble> {
    let mut story = Story::open(home, end, seed, log)?;
    story.guests_arrive().await?;
    story.until_hour(2 * 24 + 19).await?;
    story.somebody_asks().await?;
    story.until_hour(3 * 24 + 9).await?;
    story.somebody_answers().await?;
    for day in 3..6 {
        story.until_hour(day * 24 + 21).await?;
        story.somebody_votes().await?;
    }
    story.until_hour(6 * 24 + 14).await?;
    story.an_afternoon_too_fast().await?;
    for day in 7..9 {
        story.until_hour(day * 24 + 21).await?;
        story.somebody_votes().await?;
    }
    story.until_hour(9 * 24 + 10).await?;
    story.something_happens().await?;
    for day in 10..13 {
        story.until_hour(day * 24 + 20).await?;
        story.somebody_votes().await?;
    }
    story.enough_of_vex().await?;
    story.until_hour(DAYS * 24 - 1).await?;
    story.a_cap_is_reached().await?;
    story.until_hour(DAYS * 24).await?;
    story.the_curtain_rises().await
}

/// What can go wrong on the way.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A command was refused.
    #[error("the demo society could not be made: {0}")]
    Refused(#[from] Fault),
    /// A bot inside the program has a mistake.
    #[error("a bot of the demo society cannot be read: {0}")]
    Bot(String),
}

struct Story {
    handle: Handle,
    begin: Stamp,
    /// How many beats were lived.
    beats: u64,
    /// The newest act that was looked at.
    voted: i64,
    /// Whose findings are pinned.
    pinned: BTreeSet<String>,
}

impl Story {
    fn open(home: &Path, end: Stamp, seed: u64, log: LogRing) -> Result<Self, Trouble> {
        let begin = end.plus_seconds(-DAYS * 86_400);
        let handle = engine::start(Settings { log, ..settings(home, Clock::simulated(begin), seed) })?;
        Ok(Self {
            handle: handle.acting_for(VISITOR_NAME),
            begin,
            beats: 0,
            voted: 0,
            pinned: BTreeSet::new(),
        })
    }

    /// Tells the log what somebody did.
    fn tell(&self, what: &str) {
        let day = self.handle.clock().now().seconds_since(self.begin) / 86_400 + 1;
        tracing::info!("day {day}: {what}");
    }

    /// Lets time pass until so many hours after the beginning.
    async fn until_hour(&mut self, hour: i64) -> Result<(), Trouble> {
        let until = self.begin.plus_seconds(hour * 3_600);
        let report = self.handle.run_beats(Run { until: Some(until), ..Run::default() }, |_| {}).await?;
        self.beats += report.beats;
        self.handle.clock().advance(until);
        Ok(())
    }

    async fn guests_arrive(&self) -> Result<(), Trouble> {
        for text in GUESTS {
            let bot = self.handle.add_bot(guest(text)?).await?;
            self.tell(&format!("{} joins the six", bot.name));
        }
        Ok(())
    }

    async fn somebody_asks(&self) -> Result<(), Trouble> {
        self.handle
            .create_thread(CreateThread {
                author_bot_id: VISITOR.to_string(),
                title: "What should I read tonight, and why that?".into(),
                content: "I have one evening, a pot of tea and no plan. Ada, Marcus, anybody: name one subject that \
                          is worth three hours, and the first question I should carry into it. I will come back \
                          and say how it went."
                    .into(),
                tags: vec!["visitors".into(), "curiosity".into()],
            })
            .await?;
        self.tell("a visitor asks what to read tonight");
        Ok(())
    }

    /// Comes back to the thread, as promised.
    async fn somebody_answers(&self) -> Result<(), Trouble> {
        let asked = self
            .handle
            .threads(crate::protocol::ThreadQuery {
                author: Some(VISITOR.to_string()),
                limit: 1,
                ..Default::default()
            })
            .await?;
        if let Some(thread) = asked.first() {
            let reply = CreateReply {
                author_bot_id: VISITOR.to_string(),
                content:
                    "It was tides. Three hours became five. I now know why the sea comes twice a day, and I \
                          keep asking people which side of the Earth the second bulge is on. Thank you."
                        .into(),
                parent_reply_id: None,
            };
            self.handle.create_reply(thread.id, reply).await?;
            self.tell("the visitor comes back and thanks them");
        }
        Ok(())
    }

    /// The visitor reads what is new and votes: against jabs, for what the room will miss.
    async fn somebody_votes(&mut self) -> Result<(), Trouble> {
        let query = ActivityQuery { after_seq: Some(self.voted), limit: 200, ..Default::default() };
        let new = self.handle.activity(query).await?;
        let Some(last) = new.last() else { return Ok(()) };
        self.voted = last.id.max(self.handle.last_seq());
        let (mut liked, mut disliked) = (0, 0);
        for act in &new {
            let (value, count, most, step) =
                if act.bot_id == VEX { (-1, &mut disliked, 6, 1) } else { (1, &mut liked, 3, 5) };
            if *count < most && act.id % step == 0 && self.vote(act, value).await? {
                *count += 1;
            }
        }
        self.tell(&format!("the visitor votes: {liked} up, {disliked} down"));
        self.somebody_pins().await
    }

    /// Pins what a bot has looked up, the first of each, so that it is not compressed away.
    async fn somebody_pins(&mut self) -> Result<(), Trouble> {
        for bot in self.handle.bots().await? {
            if self.pinned.contains(&bot.id) {
                continue;
            }
            let query = MemoryQuery { limit: 200, category: Some(Category::Facts), ..MemoryQuery::default() };
            let warm = self.handle.warm_memory(&bot.id, query).await?;
            let Some(found) = warm.facts_learned.iter().find(|fact| fact.source == "offline") else {
                continue;
            };
            self.handle.edit_memory(found.id, EditMemory { text: None, pinned: Some(true) }).await?;
            self.pinned.insert(bot.id);
        }
        Ok(())
    }

    /// Votes on the post of an act, if it is one; answers whether it was.
    async fn vote(&self, act: &ActivityView, value: i64) -> Result<bool, Trouble> {
        let vote = CastVote { voter_bot_id: VISITOR.to_string(), value };
        match Activity::read(&act.action_type, &act.details) {
            Some(Activity::CreateThread { thread_id, .. }) => {
                self.handle.vote_thread(thread_id, vote).await?;
            }
            Some(Activity::Reply { reply_id, .. }) => {
                self.handle.vote_reply(reply_id, vote).await?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The room runs at turbo for an hour and a half: five posts in an hour are soon reached.
    async fn an_afternoon_too_fast(&mut self) -> Result<(), Trouble> {
        self.handle.set_bot_pace(VEX, Some(300)).await?;
        self.handle.set_bot_pace(CAPPED, Some(300)).await?;
        self.tell("Vex and Rex run at turbo for an afternoon");
        self.until_hour(6 * 24 + 17).await?;
        self.handle.set_bot_pace(VEX, None).await?;
        self.handle.set_bot_pace(CAPPED, None).await?;
        Ok(())
    }

    /// An event of the list, injected.
    async fn something_happens(&self) -> Result<(), Trouble> {
        let templates = self.handle.event_templates().await?;
        let Some(event) = templates.iter().find(|event| event.event_type == "dilemma") else { return Ok(()) };
        self.tell(&format!("an event is injected: {}", event.title));
        self.handle
            .inject_event(InjectEvent {
                title: event.title.clone(),
                description: event.description.clone(),
                event_type: event.event_type.clone(),
                severity: event.severity.clone(),
                expires_at: None,
            })
            .await?;
        Ok(())
    }

    async fn enough_of_vex(&self) -> Result<(), Trouble> {
        self.handle.set_paused(VEX, true).await?;
        self.tell("Vex is paused");
        Ok(())
    }

    /// A cap just below what has been used today, whatever the hour.
    async fn a_cap_is_reached(&self) -> Result<(), Trouble> {
        let today = self.handle.usage(Period::Daily).await?;
        let used =
            today.bots.iter().filter(|row| row.bot_id == CAPPED).map(|row| row.total_tokens).sum::<i64>();
        let cap = (used / 1_000 * 1_000).max(1_000);
        let caps = SetCaps { daily_token_cap: Some(Some(cap)), daily_cost_cap_usd: None };
        self.handle.set_caps(CAPPED, caps).await?;
        self.tell(&format!("Rex gets a cap of {cap} tokens a day"));
        Ok(())
    }

    async fn the_curtain_rises(self) -> Result<Handle, Trouble> {
        // What is set here for whoever watches is nobody's deed.
        let handle = self.handle.acting_for("");
        handle.set_pace(SetPace { preset: None, interval_seconds: Some(LIVELY) }).await?;
        tracing::info!(
            "{DAYS} days were lived in {} beats; from now on bots wake every {LIVELY} s",
            self.beats
        );
        Ok(handle)
    }
}

fn guest(text: &str) -> Result<PersonalityConfig, Trouble> {
    bot_file::parse(text).map_err(|problems| {
        Trouble::Bot(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    })
}
