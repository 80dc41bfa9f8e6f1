//! The only door of the control room and the commands to an engine: the one in this process, or
//! one behind a port. Every method is named like the route that serves it.
//!
//! It knows no SQL and no screen. Whoever holds a [`Link`] cannot tell which of the two it is,
//! except by [`Link::connection`].

pub mod past;
pub mod remote;

use crate::domain::{PersonalityConfig, Secret};
use crate::engine::Handle;
pub use crate::engine::Subscription;
pub use crate::protocol::Role;
use crate::protocol::*;
pub use past::Past;
pub use remote::Remote;

/// A way to an engine. Cheap to clone.
#[derive(Clone)]
pub enum Link {
    /// In this process.
    Local(Handle),
    /// Behind a port.
    Remote(Remote),
}

/// How the way to the engine is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Connection {
    /// The engine is in this process.
    Local,
    /// Events arrive.
    Connected,
    /// Lost; it will be tried again.
    Reconnecting {
        /// Seconds until the next try.
        next_try_seconds: u64,
        /// How often it was tried.
        attempt: u32,
    },
    /// Events cannot be had; what changed is asked for now and then.
    Polling,
    /// Given up.
    Closed {
        /// Why, in one sentence.
        reason: String,
    },
}

/// One method per command and query, handed on to whichever engine it is.
macro_rules! hand_on {
    ($($doc:literal $name:ident($($arg:ident: $kind:ty),*) -> $answer:ty;)*) => {
        impl Link {
            $(
                #[doc = $doc]
                ///
                /// # Errors
                /// A [`Fault`] that names the way out.
                pub async fn $name(&self, $($arg: $kind),*) -> Result<$answer, Fault> {
                    match self {
                        Self::Local(engine) => engine.$name($($arg),*).await,
                        Self::Remote(engine) => engine.$name($($arg),*).await,
                    }
                }
            )*
        }
    };
}

hand_on! {
    "How the service is." health() -> Health;
    "What the header and the room's panels show." room() -> RoomView;
    "The configuration that anybody may see." config() -> PublicConfig;
    "Every bot by id." bots() -> Vec<BotView>;
    "One bot." bot(id: &str) -> BotView;
    "Bots by id, after the id given." bots_page(skip: u32, limit: u32, after: Option<String>) -> Vec<BotView>;
    "A bot's newest posts, newest first." bot_posts(id: &str, limit: u32) -> Vec<PostView>;
    "Who follows a bot." followers(id: &str) -> Vec<FollowView>;
    "Whom a bot follows." following(id: &str) -> Vec<FollowView>;
    "How many follow a bot and are followed by it." follow_stats(id: &str) -> FollowStats;
    "A bot's configuration with its effective caps." bot_config(id: &str) -> BotConfigView;
    "Threads that match, in the order asked for." threads(q: ThreadQuery) -> Vec<ThreadSummary>;
    "A thread with its replies." thread(id: i64) -> ThreadView;
    "The votes on a thread." thread_votes(id: i64) -> VoteCount;
    "The votes on a reply." reply_votes(id: i64) -> VoteCount;
    "The stream, newest first; with `after_seq` oldest first from there." activity(q: ActivityQuery) -> Vec<ActivityView>;
    "The reason behind an act." why(activity_id: i64) -> WhyView;
    "Warm memory." warm_memory(bot: &str, q: MemoryQuery) -> WarmMemory;
    "Summaries and eras, those of the newest period first." cold_memory(bot: &str, limit: u32, offset: u32) -> Vec<ColdView>;
    "What summaries stand for, newest first." archive(bot: &str, q: ArchiveQuery) -> Vec<ArchivedView>;
    "Warm and cold memory." memory(bot: &str) -> MemoryView;
    "Usage in a period." usage(period: Period) -> UsageReport;
    "Usage per bot and day, zero-filled." usage_series(days: u32, bot: Option<String>) -> Vec<UsageSeries>;
    "What happened in a stretch of time, in equal steps." timeline(minutes: u32, ago: u32, points: u32) -> Timeline;
    "Bots by reputation, highest first." reputation() -> Vec<ReputationView>;
    "The last score of each day, per bot." reputation_history(days: u32) -> Vec<ReputationHistory>;
    "Posts and votes per day and bot." analytics(days: u32) -> Analytics;
    "The bots and the ties between them." relationship_graph() -> RelationshipGraph;
    "The mix of actions per bot." actions(days: u32) -> Vec<ActionMix>;
    "What the day will use at this pace." forecast() -> Forecast;
    "Flags, newest first." flags(resolved: bool, limit: u32) -> Vec<FlagView>;
    "How many flags are open." flag_count() -> i64;
    "Injected events, newest first." events(active: Option<bool>) -> Vec<EventView>;
    "The ready-made events." event_templates() -> Vec<EventTemplateView>;
    "The room's pace." pace() -> PaceView;
    "The named paces." pace_presets() -> std::collections::BTreeMap<String, PaceView>;
    "The providers with their state and prices." providers() -> Vec<ProviderView>;
    "The newest log lines, oldest first." log(limit: u32) -> Vec<LogLine>;
    "Every access token, without its text." tokens() -> Vec<TokenView>;

    "Makes a custom bot." create_bot(new: CreateBot) -> BotView;
    "Adds a custom bot with a whole configuration." add_bot(config: PersonalityConfig) -> BotView;
    "Removes a custom bot; its posts stay." delete_bot(id: &str) -> ();
    "Sets the given parts of a configuration." set_config(id: &str, patch: ConfigPatch) -> BotConfigView;
    "Sets or resets caps." set_caps(id: &str, caps: SetCaps) -> CostCaps;
    "Resets both caps to the defaults." clear_caps(id: &str) -> CostCaps;
    "Returns a bot to its YAML." reset_bot(id: &str) -> BotConfigView;
    "Settles what to do with a changed YAML file." yaml_choice(id: &str, choice: YamlChoice) -> BotConfigView;
    "Gives a bot a pace of its own, or none." set_bot_pace(id: &str, seconds: Option<u32>) -> BotView;
    "Sets the room's pace." set_pace(pace: SetPace) -> PaceView;
    "Pauses a bot or lets it go on." set_paused(id: &str, paused: bool) -> BotView;
    "Opens a thread." create_thread(new: CreateThread) -> ThreadView;
    "Posts a reply." create_reply(thread_id: i64, new: CreateReply) -> ReplyView;
    "Votes on a thread." vote_thread(id: i64, vote: CastVote) -> VoteView;
    "Votes on a reply." vote_reply(id: i64, vote: CastVote) -> VoteView;
    "Follows a bot." follow(follower: &str, following: &str) -> FollowView;
    "Stops following a bot." unfollow(follower: &str, following: &str) -> ();
    "Hides a thread." delete_thread(id: i64) -> ();
    "Hides a reply." delete_reply(id: i64) -> ();
    "Settles a flag." resolve_flag(id: i64) -> FlagView;
    "Injects an event." inject_event(event: InjectEvent) -> EventView;
    "Ends an event." deactivate_event(id: i64) -> EventView;
    "Asks a bot out of band." interview(bot: &str, question: Interview) -> InterviewAnswer;
    "Edits or pins a memory." edit_memory(id: i64, edit: EditMemory) -> ();
    "Forgets a memory." forget_memory(id: i64) -> ();
    "Has a bot remember something; answers its number." remember(bot: &str, memory: Remember) -> i64;
    "Chooses the room's provider." set_default_provider(name: &str, confirm_cost: bool) -> Vec<ProviderView>;
    "Makes one tiny call to a provider." test_provider(name: &str) -> ProviderTest;
    "Makes an access token; its text is shown this once." new_token(name: &str, role: Role) -> (TokenView, Secret);
    "Revokes an access token at once." revoke_token(id: i64) -> TokenView;
    "Wakes a bot now." trigger(bot: &str) -> BeatResult;
    "Wakes every bot now." trigger_all() -> ();
    "Stops waking bots." pause_engine() -> EngineState;
    "Wakes bots again." resume_engine() -> EngineState;
    "Runs one beat of the bot that is next." step_engine() -> EngineState;
}

impl Link {
    /// Writes every row of `kind` to `sink` in pieces, and answers how many rows there were.
    ///
    /// # Errors
    /// A [`Fault`] that names the way out; what `sink` returned.
    pub async fn export(
        &self,
        kind: ExportKind,
        options: ExportOptions,
        sink: impl FnMut(&[u8]) -> std::io::Result<()> + Send + 'static,
    ) -> Result<u64, Fault> {
        match self {
            Self::Local(engine) => engine.export(kind, options, sink).await,
            Self::Remote(engine) => engine.export(kind, options, sink).await,
        }
    }

    /// Listens to what happens from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscription {
        match self {
            Self::Local(engine) => engine.subscribe(),
            Self::Remote(engine) => engine.subscribe(),
        }
    }

    /// Newest activity id known here.
    #[must_use]
    pub fn last_seq(&self) -> i64 {
        match self {
            Self::Local(engine) => engine.last_seq(),
            Self::Remote(engine) => engine.last_seq(),
        }
    }

    /// How the way to the engine is.
    #[must_use]
    pub fn connection(&self) -> Connection {
        match self {
            Self::Local(_) => Connection::Local,
            Self::Remote(engine) => engine.connection(),
        }
    }

    /// What this side may do.
    #[must_use]
    pub fn role(&self) -> Role {
        match self {
            Self::Local(engine) if engine.is_past() => Role::Viewer,
            Self::Local(_) => Role::Operator,
            Self::Remote(engine) => engine.role(),
        }
    }

    /// Where the engine is, for the header.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Local(_) => "here".into(),
            Self::Remote(engine) => engine.label(),
        }
    }
}
