//! Everything the screen shows, as one snapshot. Drawing only reads it; only `update` changes it.
//!
//! It knows shapes from `protocol`, no terminal and no link.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::action::{Act, Scope};
use super::arrange::{Arrangement, Named};
use super::keymap::Keymap;
use super::layout::Layout;
use super::live::{Bots, Inspector, Page, Stream};
use super::overlays::Overlay;
use super::tabs;
use super::theme::{Theme, ThemeName};
use super::widgets::Listing;
use super::widgets::listing::Line as ListLine;
use crate::domain::{Money, Stamp};
use crate::link::{Connection, Role};
use crate::protocol::{
    BotUsage, Forecast, LogLine, ProviderView, ReputationHistory, RoomView, UsageReport, UsageSeries,
};

/// The tabs, from left to right.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tab {
    /// Bots, activity, inspector.
    #[default]
    Live,
    /// Threads.
    Forum,
    /// Numbers over time.
    Stats,
    /// The memory explorer.
    Memory,
    /// The relationship graph.
    Society,
    /// Flags.
    Moderation,
    /// Injected events and interviews.
    Events,
    /// The engine's log.
    Log,
}

impl Tab {
    /// Every tab.
    pub const ALL: [Self; 8] = [
        Self::Live,
        Self::Forum,
        Self::Stats,
        Self::Memory,
        Self::Society,
        Self::Moderation,
        Self::Events,
        Self::Log,
    ];

    /// Its name on the screen.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Live => "Live",
            Self::Forum => "Forum",
            Self::Stats => "Stats",
            Self::Memory => "Memory",
            Self::Society => "Society",
            Self::Moderation => "Moderation",
            Self::Events => "Events",
            Self::Log => "Log",
        }
    }

    /// Its name in files: whatever it is called on the screen, this stays.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Forum => "forum",
            Self::Stats => "stats",
            Self::Memory => "memory",
            Self::Society => "society",
            Self::Moderation => "moderation",
            Self::Events => "events",
            Self::Log => "log",
        }
    }

    /// Its place.
    #[must_use]
    pub fn index(self) -> usize {
        Self::ALL.iter().position(|tab| *tab == self).unwrap_or(0)
    }

    /// The tab `by` places further, round and round.
    #[must_use]
    pub fn step(self, by: isize) -> Self {
        Self::ALL[self.index().wrapping_add_signed(by) % Self::ALL.len()]
    }

    /// The scope of its keys.
    #[must_use]
    pub const fn scope(self) -> Scope {
        match self {
            Self::Live => Scope::Live,
            Self::Forum => Scope::Forum,
            Self::Stats => Scope::Stats,
            Self::Memory => Scope::Memory,
            Self::Society => Scope::Society,
            Self::Moderation => Scope::Moderation,
            Self::Events => Scope::Events,
            Self::Log => Scope::Log,
        }
    }
}

/// The panes of the Live tab.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pane {
    /// 1
    #[default]
    Bots,
    /// 2
    Activity,
    /// 3
    Inspector,
    /// 4
    Usage,
    /// 5
    Reputation,
    /// 6
    Log,
}

impl Pane {
    /// Every pane, by its number.
    pub const ALL: [Self; 6] =
        [Self::Bots, Self::Activity, Self::Inspector, Self::Usage, Self::Reputation, Self::Log];

    /// Its place.
    #[must_use]
    pub fn index(self) -> usize {
        Self::ALL.iter().position(|pane| *pane == self).unwrap_or(0)
    }

    /// Its name on the screen.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Bots => "Bots",
            Self::Activity => "Activity",
            Self::Inspector => "Inspector",
            Self::Usage => "Usage today",
            Self::Reputation => "Reputation",
            Self::Log => "Log",
        }
    }
}

/// How urgent a toast is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It worked.
    Good,
    /// For information.
    Info,
    /// It did not work.
    Bad,
}

/// A short message that goes away by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// What it says.
    pub text: String,
    /// How urgent.
    pub tone: Tone,
    /// Ticks it still stays.
    pub ticks: u8,
}

/// What has to be read anew at the next tick, because something changed it.
#[derive(Clone, Debug, Default)]
pub struct Stale {
    /// Header numbers.
    pub room: bool,
    /// These bots.
    pub bots: BTreeSet<String>,
    /// All bots.
    pub all_bots: bool,
    /// Usage and forecast.
    pub usage: bool,
    /// Reputation.
    pub reputation: bool,
    /// Log.
    pub log: bool,
    /// The configuration of the selected bot.
    pub config: bool,
    /// The memory of the selected bot.
    pub memory: bool,
    /// What the open tab shows.
    pub tab: bool,
    /// Providers.
    pub providers: bool,
    /// Why the newest act of the selected bot was done.
    pub why: Option<i64>,
    /// All of it at the next tick, however far away the engine is.
    pub eager: bool,
    /// Ticks before an engine far away is asked again.
    pub wait: usize,
    /// Which part is looked at first then.
    pub next: usize,
}

impl Stale {
    /// Everything is read anew.
    pub fn everything(&mut self) {
        for part in [
            &mut self.room,
            &mut self.all_bots,
            &mut self.usage,
            &mut self.reputation,
            &mut self.log,
            &mut self.config,
            &mut self.memory,
            &mut self.tab,
            &mut self.providers,
            &mut self.eager,
        ] {
            *part = true;
        }
    }
}

/// The lower row of the Live tab.
#[derive(Clone, Debug, Default)]
pub struct Lower {
    /// Today's usage of the room; that of its bots is in `used`.
    pub usage: Option<UsageReport>,
    /// Today's usage per bot, the dearest first.
    pub used: Listing<BotUsage>,
    /// Usage per day, for the sparklines.
    pub series: Vec<UsageSeries>,
    /// The day's forecast.
    pub forecast: Option<Forecast>,
    /// Reputation over time.
    pub reputation: Vec<ReputationHistory>,
    /// Whose reputation is shown: of bots whose name holds these words.
    pub reputed: String,
    /// Recent log lines, newest first.
    pub log: Listing<LogLine>,
}

impl Lower {
    /// Takes in the log, oldest first. Where the newest line was selected it is so again.
    pub fn take_log(&mut self, lines: Vec<LogLine>) {
        let follows = self.log.scroll.selected == 0;
        self.log.set(lines.into_iter().rev().collect());
        if follows {
            self.log.scroll.selected = 0;
        }
    }

    /// Today's usage of a bot.
    #[must_use]
    pub fn usage_of(&self, id: &str) -> Option<&BotUsage> {
        self.used.rows().find(|bot| bot.bot_id == id)
    }
}

impl ListLine for BotUsage {
    const COLUMNS: &'static [&'static str] = &["cost", "tokens", "name"];

    fn is_same(&self, other: &Self) -> bool {
        self.bot_id == other.bot_id
    }

    fn holds(&self, words: &str) -> bool {
        self.bot_name.to_lowercase().contains(words)
    }

    fn compare(&self, other: &Self, column: usize) -> std::cmp::Ordering {
        match column {
            1 => other.total_tokens.cmp(&self.total_tokens),
            _ => self.bot_name.cmp(&other.bot_name),
        }
    }
}

/// Keys pressed before the mind they are meant for was read.
#[derive(Clone, Debug, Default)]
pub struct Early {
    /// What they mean, in their order.
    pub keys: Vec<Act>,
    /// Where they were pressed.
    pub place: Option<Place>,
}

/// Where a key goes. A key that waited counts only where it was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    tab: Tab,
    focus: Pane,
    page: Page,
    bot: Option<String>,
    windows: usize,
}

impl Place {
    /// Whether this is the place of `other`. What was meant for the selected bot before any was known is
    /// meant for the first.
    #[must_use]
    pub fn follows(&self, other: &Self) -> bool {
        let bot = if other.bot.is_none() { None } else { self.bot.clone() };
        Self { bot, ..self.clone() } == *other
    }
}

/// Everything the screen shows.
#[derive(Debug)]
pub struct Model {
    /// Width and height.
    pub size: (u16, u16),
    /// Colours and glyphs.
    pub theme: Theme,
    /// Whether a person chose the theme, so that the terminal's background does not.
    pub theme_chosen: bool,
    /// Keys.
    pub keymap: Keymap,
    /// The room's time at the last tick.
    pub now: Stamp,
    /// Time zone of the room's days.
    pub zone: TimeZone,
    /// How it stands with the engine.
    pub connection: Connection,
    /// What this control room may do.
    pub role: Role,
    /// What it is attached to.
    pub label: String,
    /// The room; `None` until it is read.
    pub room: Option<RoomView>,
    /// Tab shown.
    pub tab: Tab,
    /// Pane with the focus on the Live tab.
    pub focus: Pane,
    /// The pane of the lower row that was focused last.
    pub lower_pane: Pane,
    /// Whether the focused pane has the whole screen.
    pub zoomed: bool,
    /// Where the panes are.
    pub arrangement: Arrangement,
    /// Arrangements kept under a name.
    pub layouts: Named,
    /// Windows over the tabs; the last one has the keys.
    pub overlays: Vec<Overlay>,
    /// Short messages.
    pub toasts: Vec<Toast>,
    /// Shown names by actor id.
    pub names: BTreeMap<String, String>,
    /// Titles of threads, for the stream.
    pub titles: BTreeMap<i64, String>,
    /// 1 Bots.
    pub bots: Bots,
    /// 2 Activity.
    pub stream: Stream,
    /// 3 Inspector.
    pub inspector: Inspector,
    /// 4–6.
    pub lower: Lower,
    /// Providers, for choices.
    pub providers: Vec<ProviderView>,
    /// Forum tab.
    pub forum: tabs::forum::Forum,
    /// Stats tab.
    pub stats: tabs::stats::Stats,
    /// Memory tab.
    pub explorer: tabs::memory::Explorer,
    /// Society tab.
    pub society: tabs::society::Society,
    /// Moderation tab.
    pub moderation: tabs::moderation::Moderation,
    /// Events tab.
    pub events: tabs::events::Events,
    /// Log tab.
    pub log: tabs::log::Log,
    /// What a person has seen of what needs them.
    pub seen: super::live::needs::Seen,
    /// What was searched for everywhere, and found.
    pub search: super::update::search::Search,
    /// What a person marked to come back to.
    pub bookmarks: super::marks::Bookmarks,
    /// This room and those that can be gone to, where they can.
    pub rooms: Option<(super::rooms::Room, Vec<super::rooms::Room>)>,
    /// Actions chosen in the palette, the last one first.
    pub recent: Vec<&'static str>,
    /// What was changed here and can be taken back.
    pub undo: super::update::undo::Undo,
    /// What is being compared.
    pub compare: super::update::compare::Compare,
    /// What was heard in the last minutes.
    pub rates: super::live::rates::Rates,
    /// What to read anew.
    pub stale: Stale,
    /// Where the spinner is.
    pub frame: usize,
    /// The bot that was selected when the control room was left last.
    pub wanted_bot: Option<String>,
    /// The walk in the past, where one is under way.
    pub walk: Option<super::live::past::Walk>,
    /// Keys that came before what they are meant for was read.
    pub early: Early,
    /// Where a drag with the mouse began, if one is under way.
    pub drag: Option<(u16, u16)>,
}

impl Model {
    /// An empty room on a screen of this size, before anything is read.
    #[must_use]
    pub fn new(size: (u16, u16), theme: Theme, keymap: Keymap) -> Self {
        Self {
            size,
            theme,
            theme_chosen: true,
            keymap,
            now: Stamp::default(),
            zone: TimeZone::UTC,
            connection: Connection::Local,
            role: Role::Operator,
            label: String::new(),
            room: None,
            tab: Tab::Live,
            focus: Pane::Bots,
            lower_pane: Pane::Usage,
            zoomed: false,
            arrangement: Arrangement::default(),
            layouts: Named::new(),
            overlays: Vec::new(),
            toasts: Vec::new(),
            names: BTreeMap::new(),
            titles: BTreeMap::new(),
            bots: Bots::default(),
            stream: Stream::default(),
            inspector: Inspector::default(),
            lower: Lower::default(),
            providers: Vec::new(),
            forum: tabs::forum::Forum::default(),
            stats: tabs::stats::Stats::default(),
            explorer: tabs::memory::Explorer::default(),
            society: tabs::society::Society::default(),
            moderation: tabs::moderation::Moderation::default(),
            events: tabs::events::Events::default(),
            log: tabs::log::Log::default(),
            seen: super::live::needs::Seen::default(),
            search: super::update::search::Search::default(),
            bookmarks: super::marks::Bookmarks::default(),
            rooms: None,
            recent: Vec::new(),
            undo: super::update::undo::Undo::default(),
            compare: super::update::compare::Compare::default(),
            rates: super::live::rates::Rates::default(),
            stale: Stale::default(),
            frame: 0,
            wanted_bot: None,
            walk: None,
            early: Early::default(),
            drag: None,
        }
    }

    /// Everything that was read is forgotten: it is of another society. How a person has arranged the
    /// screen stays, and whom they write as.
    pub fn begin_anew(&mut self) {
        let keymap = std::mem::take(&mut self.keymap);
        let before = std::mem::replace(self, Self::new(self.size, self.theme.clone(), keymap));
        self.theme_chosen = before.theme_chosen;
        self.connection = before.connection;
        self.role = before.role;
        self.label = before.label;
        (self.tab, self.focus, self.lower_pane) = (before.tab, before.focus, before.lower_pane);
        self.zoomed = before.zoomed;
        (self.arrangement, self.layouts) = (before.arrangement, before.layouts);
        self.wanted_bot = before.inspector.wanted.or(before.wanted_bot);
        self.inspector.page = before.inspector.page;
        self.forum.writer.name = before.forum.writer.name;
        self.forum.writer.account = before.forum.writer.account;
        self.recent = before.recent;
        self.rooms = before.rooms;
        // A bookmark of an act or thread may lead nowhere in another society; its bots are often the same.
        self.bookmarks = before.bookmarks;
        self.bots.tags = before.bots.tags;
    }

    /// Where things are.
    #[must_use]
    pub fn layout(&self) -> Layout {
        let focused = (self.focus, self.lower_pane);
        Layout::of(self.size, self.tab, focused, &self.arrangement, self.zoomed, self.walk.is_some())
    }

    /// The scopes whose keys count now, innermost first.
    #[must_use]
    pub fn scopes(&self) -> Vec<Scope> {
        if let Some(overlay) = self.overlays.last() {
            return vec![overlay.scope()];
        }
        let mut scopes = Vec::with_capacity(4);
        if self.walk.is_some() {
            scopes.push(Scope::Past);
        }
        if self.tab == Tab::Live {
            match self.focus {
                Pane::Bots => scopes.push(Scope::Bots),
                Pane::Activity => scopes.push(Scope::Stream),
                Pane::Inspector => scopes.extend(self.inspector.page.scope()),
                _ => {}
            }
        }
        scopes.extend([self.tab.scope(), Scope::Global]);
        scopes
    }

    /// Where keys go now.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            tab: self.tab,
            focus: self.focus,
            page: self.inspector.page,
            bot: self.inspector.wanted.clone(),
            windows: self.overlays.len(),
        }
    }

    /// The shown name of an actor.
    #[must_use]
    pub fn name<'a>(&'a self, id: &'a str) -> &'a str {
        name_of(&self.names, id)
    }

    /// Says something in the corner for a few seconds.
    pub fn toast(&mut self, tone: Tone, text: impl Into<String>) {
        let text = crate::domain::text::clean_line(&text.into(), 400);
        self.toasts.retain(|toast| toast.text != text);
        let ticks = if tone == Tone::Bad { 9 } else { 4 };
        self.toasts.push(Toast { text, tone, ticks });
        if self.toasts.len() > 4 {
            self.toasts.remove(0);
        }
    }

    /// Whether something on the screen moves between ticks.
    #[must_use]
    pub fn animated(&self) -> bool {
        self.tab == Tab::Live && self.bots.any_thinking()
            || self.overlays.iter().any(Overlay::waits)
            || self.walk.as_ref().is_some_and(|walk| walk.plays)
    }

    /// The selected bot's id.
    #[must_use]
    pub fn selected_bot(&self) -> Option<String> {
        self.bots.selected_id().map(str::to_owned)
    }

    /// Changes the look.
    pub fn set_theme(&mut self, name: ThemeName) {
        self.theme = Theme::new(name, self.theme.colors, self.theme.glyphs.ascii);
    }
}

/// The shown name of an actor: a bot, a person, or the room itself.
#[must_use]
pub fn name_of<'a>(names: &'a BTreeMap<String, String>, id: &'a str) -> &'a str {
    if id == "system" {
        return "The room";
    }
    names.get(id).map_or_else(|| id.strip_prefix("human:").unwrap_or(id), String::as_str)
}

impl Model {
    /// An amount of the room's money, and whether it is for show.
    #[must_use]
    pub fn money(&self, amount: Money) -> String {
        let simulated = self.room.as_ref().is_some_and(|room| room.simulated_cost.is_some());
        super::widgets::text::money(amount) + if simulated { " simulated" } else { "" }
    }

    /// Whether the room's time is simulated.
    #[must_use]
    pub fn simulated(&self) -> bool {
        self.room.as_ref().is_some_and(|room| room.simulated)
    }
}
