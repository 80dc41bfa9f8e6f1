//! What reaches `update`, and what `update` asks for. Plain data: performing is `effect`'s work.

use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::MouseEvent;

use super::action::Act;
use super::keymap::Key;
use crate::domain::{PersonalityConfig, Stamp};
use crate::link::past::Difference;
pub use crate::link::{Connection, Role};
use crate::protocol::{
    ActionMix, ActivityQuery, ActivityView, Analytics, ArchiveQuery, ArchivedView, BeatResult, BotConfigView,
    BotView, CastVote, ColdView, ConfigPatch, CostCaps, CreateBot, CreateReply, CreateThread, EditMemory,
    EngineState, Event, EventTemplateView, EventView, ExportFormat, ExportKind, Fault, FlagView, FollowView,
    Forecast, InjectEvent, Interview, InterviewAnswer, LogLine, Marks, MemoryQuery, Moment, NearView,
    PaceView, Period, PostView, ProviderTest, ProviderView, RelationshipGraph, Remember, ReplyView,
    ReputationHistory, ReputationView, RoomView, SetCaps, SetPace, ThreadQuery, ThreadSummary, ThreadView,
    Timeline, UsageReport, UsageSeries, VoteView, WarmMemory, Way, WhyView, YamlChoice,
};

/// What happened, as `update` hears it.
#[derive(Clone, Debug)]
pub enum Msg {
    /// A key was pressed.
    Key(Key),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has a new size.
    Resize(u16, u16),
    /// An action was chosen by other means than its key.
    Act(Act),
    /// A line of the list that has the focus was chosen, by its place.
    Select(usize),
    /// The clock moved on; at most once a second.
    Tick(Stamp),
    /// No key moved the selection for a moment.
    Rested,
    /// The spinner moves on; only while something thinks.
    Frame,
    /// Something happened in the society.
    Event(Arc<Event>),
    /// The link's state changed.
    Link(Connection, Role),
    /// A read came back.
    Loaded(Load, Result<Data, Fault>),
    /// A change came back.
    Ran(Command, Result<Outcome, Fault>),
    /// A text was written in an editor of the person's own.
    Edited(String),
    /// A change that was made can be taken back by another.
    CanTakeBack(Command, Command),
    /// An export went on: rows are unknown, bytes are not.
    Exporting(u64),
    /// Something came of a walk in the past.
    Past(Box<PastNews>),
    /// Another room was looked at.
    LookedAt(super::rooms::Looked),
    /// The terminal's background is light.
    LightTerminal(bool),
}

/// What came of a walk in the past.
#[derive(Clone, Debug)]
pub enum PastNews {
    /// It began.
    Opened {
        /// Where.
        moment: Moment,
        /// Whether there is a room that goes on meanwhile.
        from_live: bool,
        /// Acts a second, where it goes on by itself at once.
        plays: Option<f64>,
    },
    /// It came somewhere else.
    Moved(Moment),
    /// Now is shown again, to whom this role was given.
    Left(Role),
    /// Another society was begun.
    Forked {
        /// In this home.
        home: PathBuf,
        /// Its newest activity.
        activity: i64,
    },
    /// It was compared with another society.
    Compared {
        /// In this home.
        home: PathBuf,
        /// How they differ.
        difference: Box<Difference>,
    },
    /// It could not be.
    Failed(Fault),
}

/// What is asked of the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Walking {
    /// Opens it.
    Open,
    /// Goes somewhere.
    Go(Way),
    /// Brings the rest of a moment of which only what is stored is shown yet.
    Complete,
    /// Back to now.
    Leave,
    /// Begins another society there.
    Fork(PathBuf),
    /// Compares it with the society of this home.
    Compare(PathBuf),
}

/// What is to be done outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Read something.
    Load(Load),
    /// Stop waiting for what was asked and is not wanted any more.
    Drop(Vec<Load>),
    /// Change something.
    Run(Command),
    /// Walk in the past.
    Walk(Walking),
    /// Put a text on the clipboard of the person's terminal.
    Copy(String),
    /// Let a person write this in an editor of their own.
    Edit(String),
    /// Draw everything anew.
    Redraw,
    /// Stop until `fg`.
    Suspend,
    /// Look at another room, whether it can be opened.
    LookAt(super::rooms::Room),
    /// Leave for another room.
    GoTo(super::rooms::Room),
    /// Leave.
    Quit,
}

/// Reads. Carried along with the answer, so that an answer that came too late can be told.
#[derive(Clone, Debug, PartialEq)]
pub enum Load {
    /// Header and room panels.
    Room,
    /// All bots of a small room, or the next page of a big one (after this id).
    Bots(Option<String>),
    /// One bot.
    Bot(String),
    /// A bot's configuration and caps.
    Config(String),
    /// A bot's latest posts.
    Posts(String),
    /// Whom a bot follows and who follows it.
    Follows(String),
    /// Rows of the stream.
    Activity(ActivityQuery),
    /// Acts of one bot, for paging through its reasons.
    Acts(ActivityQuery),
    /// The reason behind an act.
    Why(i64),
    /// Which models chose these acts.
    Models(Vec<i64>),
    /// What a bot did and what was done to it lately.
    Story(String),
    /// Warm memory.
    Warm(String, MemoryQuery),
    /// Cold memory (bot, limit, offset).
    Cold(String, u32, u32),
    /// What a bot's summaries stand for.
    Archive(String, ArchiveQuery),
    /// Usage in a period.
    Usage(Period),
    /// Usage per day (days, bot).
    UsageSeries(u32, Option<String>),
    /// What happened in a stretch of time (minutes, how many minutes ago it ended, steps).
    Timeline(u32, u32, u32),
    /// The room's age, and what was changed in so many days.
    Marks(u32),
    /// Reputation now.
    Reputation,
    /// Reputation over so many days.
    ReputationHistory(u32),
    /// Analytics over so many days.
    Analytics(u32),
    /// Who deals with whom.
    Graph,
    /// The mix of actions over so many days.
    Actions(u32),
    /// The day's forecast.
    Forecast,
    /// Flags (resolved, limit).
    Flags(bool, u32),
    /// Injected events (only active, only past, all).
    Events(Option<bool>),
    /// Ready-made events.
    Templates,
    /// Providers.
    Providers,
    /// What answers on the machine of the room.
    Near,
    /// Recent log lines.
    Log(u32),
    /// A list of threads.
    Threads(ThreadQuery),
    /// Posts, memories and events with these words.
    Search(String),
    /// Titles of recent threads, for the stream.
    Titles,
    /// A thread with its replies.
    Thread(i64),
}

/// Answers to reads.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // named like the reads
pub enum Data {
    Room(Box<RoomView>),
    Bots(Vec<BotView>),
    Bot(Box<BotView>),
    Config(Box<BotConfigView>),
    Posts(Vec<PostView>),
    Follows {
        followers: Vec<FollowView>,
        following: Vec<FollowView>,
    },
    Activity(Vec<ActivityView>),
    Why(Box<WhyView>),
    Models(Vec<(i64, String)>),
    Story(Box<crate::tui::state::compare::Story>),
    Warm(Box<WarmMemory>),
    Cold(Vec<ColdView>),
    /// What a bot's summaries stand for.
    Archive(Vec<ArchivedView>),
    Usage(UsageReport),
    UsageSeries(Vec<UsageSeries>),
    Timeline(Timeline),
    Marks(Marks),
    Reputation(Vec<ReputationView>),
    ReputationHistory(Vec<ReputationHistory>),
    Analytics(Analytics),
    Graph(RelationshipGraph),
    Actions(Vec<ActionMix>),
    Forecast(Forecast),
    Flags(Vec<FlagView>),
    Events(Vec<EventView>),
    Templates(Vec<EventTemplateView>),
    Providers(Vec<ProviderView>),
    Near(Vec<NearView>),
    Log(Vec<LogLine>),
    Threads(Vec<ThreadSummary>),
    Thread(Box<ThreadView>),
    Found(Vec<super::state::search::Hit>),
}

/// Changes.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // named like the methods of the link
pub enum Command {
    CreateBot(CreateBot),
    AddBot(Box<PersonalityConfig>),
    DeleteBot(String),
    SetConfig(String, ConfigPatch),
    SetCaps(String, SetCaps),
    ClearCaps(String),
    ResetBot(String),
    YamlChoice(String, YamlChoice),
    SetBotPace(String, Option<u32>),
    SetPace(SetPace),
    SetPaused(String, bool),
    CreateThread(CreateThread),
    CreateReply(i64, CreateReply),
    VoteThread(i64, CastVote),
    VoteReply(i64, CastVote),
    DeleteThread(i64),
    DeleteReply(i64),
    ResolveFlag(i64),
    InjectEvent(InjectEvent),
    DeactivateEvent(i64),
    Interview(String, Interview),
    EditMemory(i64, EditMemory),
    ForgetMemory(i64),
    Remember(String, Remember),
    /// The second undoes the first, unless it was changed again since.
    TakeBack(Box<Command>, Box<Command>),
    SetDefaultProvider {
        name: String,
        model: Option<String>,
        confirm_cost: bool,
    },
    TestProvider {
        name: String,
        model: Option<String>,
        timed: bool,
    },
    Trigger(String),
    TriggerAll,
    /// Several, one after the other; each is answered by itself, and then all of them.
    Each(Vec<Command>),
    PauseEngine,
    ResumeEngine,
    StepEngine,
    /// Writes a chart and its numbers beside each other: `path` with `.svg` and with `.csv`.
    SaveChart {
        path: PathBuf,
        svg: String,
        csv: String,
    },
    /// Writes a text to a file that is not there yet.
    SaveText {
        path: PathBuf,
        text: String,
    },
    Export {
        kind: ExportKind,
        format: ExportFormat,
        days: Option<u32>,
        path: PathBuf,
    },
}

/// Answers to changes.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // named after what is answered
pub enum Outcome {
    Done,
    Bot(Box<BotView>),
    Config(Box<BotConfigView>),
    Caps(CostCaps),
    Pace(PaceView),
    Thread(Box<ThreadView>),
    Reply(Box<ReplyView>),
    Vote(VoteView),
    Flag(FlagView),
    Event(EventView),
    Interview(InterviewAnswer),
    Providers(Vec<ProviderView>),
    Test(ProviderTest),
    Beat(Box<BeatResult>),
    Engine(EngineState),
    Exported { rows: u64, bytes: u64 },
}
