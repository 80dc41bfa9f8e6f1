//! Everything the screen shows, as one snapshot. Drawing only reads it; only `update` changes it.
//!
//! It knows shapes from `protocol`, no terminal and no link.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::{
    Bots, Early, Inspector, Lower, Pane, Stale, Stream, Tab, Whereabouts, events, forum, log, memory,
    moderation, society, stats,
};
use crate::domain::{Money, Stamp};
use crate::link::{Connection, Role};
use crate::protocol::{ProviderView, RoomView};
use crate::tui::action::Scope;
use crate::tui::arrange::{Arrangement, Named};
use crate::tui::keymap::Keymap;
use crate::tui::layout::Layout;
use crate::tui::overlays::Overlay;
use crate::tui::theme::{Theme, ThemeName};

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
    /// Voices from a model of the room's machine.
    pub offer: super::offer::Offer,
    /// Forum tab.
    pub forum: forum::Forum,
    /// Stats tab.
    pub stats: stats::Stats,
    /// Memory tab.
    pub explorer: memory::Explorer,
    /// Society tab.
    pub society: society::Society,
    /// Moderation tab.
    pub moderation: moderation::Moderation,
    /// Events tab.
    pub events: events::Events,
    /// Log tab.
    pub log: log::Log,
    /// What a person has seen of what needs them.
    pub seen: super::need::Seen,
    /// What was searched for everywhere, and found.
    pub search: super::search::Search,
    /// What a person marked to come back to.
    pub bookmarks: crate::tui::marks::Bookmarks,
    /// This room and those that can be gone to, where they can.
    pub rooms: Option<(crate::tui::rooms::Room, Vec<crate::tui::rooms::Room>)>,
    /// Whether the society goes with the control room, as that of the demo.
    pub passing: bool,
    /// Actions chosen in the palette, the last one first.
    pub recent: Vec<&'static str>,
    /// What was changed here and can be taken back.
    pub undo: super::undo::Undo,
    /// What is being compared.
    pub compare: super::compare::Compare,
    /// What was heard in the last minutes.
    pub rates: crate::tui::state::rates::Rates,
    /// What to read anew.
    pub stale: Stale,
    /// Where the engine is far away: what is known of what is selected.
    pub known: super::known::Known,
    /// Where the spinner is.
    pub frame: usize,
    /// The bot that was selected when the control room was left last.
    pub wanted_bot: Option<String>,
    /// The walk in the past, where one is under way.
    pub walk: Option<crate::tui::state::past::Walk>,
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
            offer: super::offer::Offer::default(),
            forum: forum::Forum::default(),
            stats: stats::Stats::default(),
            explorer: memory::Explorer::default(),
            society: society::Society::default(),
            moderation: moderation::Moderation::default(),
            events: events::Events::default(),
            log: log::Log::default(),
            seen: super::need::Seen::default(),
            search: super::search::Search::default(),
            bookmarks: crate::tui::marks::Bookmarks::default(),
            rooms: None,
            passing: false,
            recent: Vec::new(),
            undo: super::undo::Undo::default(),
            compare: super::compare::Compare::default(),
            rates: crate::tui::state::rates::Rates::default(),
            stale: Stale::default(),
            known: super::known::Known::default(),
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
        self.offer.answered = before.offer.answered;
        self.rooms = before.rooms;
        self.passing = before.passing;
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

    /// Where keys go now.
    #[must_use]
    pub fn place(&self) -> Whereabouts {
        Whereabouts {
            tab: self.tab,
            focus: self.focus,
            page: self.inspector.page,
            bot: self.inspector.wanted.clone(),
            windows: self.overlays.len(),
        }
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
        if self.tab == Tab::Memory && self.explorer.in_bots {
            scopes.push(Scope::Bots);
        }
        scopes.extend([self.tab.scope(), Scope::Global]);
        scopes
    }

    /// The shown name of an actor.
    #[must_use]
    pub fn name<'a>(&'a self, id: &'a str) -> &'a str {
        super::name_of(&self.names, id)
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

impl Model {
    /// An amount of the room's money, and whether it is for show.
    #[must_use]
    pub fn money(&self, amount: Money) -> String {
        let simulated = self.room.as_ref().is_some_and(|room| room.simulated_cost.is_some());
        crate::tui::widgets::text::money(amount) + if simulated { " simulated" } else { "" }
    }

    /// Whether the room's time is simulated.
    #[must_use]
    pub fn simulated(&self) -> bool {
        self.room.as_ref().is_some_and(|room| room.simulated)
    }
}
