//! The one table of everything a person can do at the screen.
//!
//! The keymap, the `?` help, the palette, the hints bar and the documentation are made from
//! [`ACTIONS`]; nothing else names a default key. It knows no model and performs nothing: what an
//! action does is `update`'s work.

use crate::protocol::Role;

mod table;

pub use table::ACTIONS;

/// What a person means.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // each is described in ACTIONS, and a test holds that it is
pub enum Act {
    // the program
    Quit,
    Suspend,
    Redraw,
    Refresh,
    Past,
    // the time line
    Play,
    Faster,
    Slower,
    StepOn,
    StepBack,
    StrideOn,
    StrideBack,
    PastBegin,
    PastEnd,
    JumpTo,
    NextOfBot,
    PrevOfBot,
    NextChange,
    PrevChange,
    NextFlag,
    PrevFlag,
    NextFailure,
    PrevFailure,
    Fork,
    Difference,
    // the program again
    Help,
    Palette,
    Needs,
    TakeBack,
    Bookmark,
    Bookmarks,
    Rooms,
    SearchAll,
    NextHit,
    PrevHit,
    NextTheme,
    NextTab,
    PrevTab,
    TabLive,
    TabForum,
    TabStats,
    TabMemory,
    TabSociety,
    TabModeration,
    TabEvents,
    TabLog,
    // moving
    NextPane,
    PrevPane,
    Zoom,
    Up,
    Down,
    PageUp,
    PageDown,
    Top,
    Bottom,
    Open,
    Back,
    Filter,
    Copy,
    // the room
    PauseEngine,
    Step,
    Pace,
    Providers,
    NewBot,
    Export,
    TriggerAll,
    // the selected bot
    Trigger,
    PauseBot,
    BotPace,
    Interview,
    DeleteBot,
    Compare,
    YamlChoice,
    // the list of bots
    OrderByCost,
    OrderNext,
    OrderTurn,
    OrderPeriod,
    Jump,
    Mark,
    MarkAll,
    ChangeMarked,
    Tags,
    // charts
    ZoomIn,
    ZoomOut,
    PanBack,
    PanOn,
    SaveChart,
    // live tab
    Pane1,
    Pane2,
    Pane3,
    Pane4,
    Pane5,
    Pane6,
    InspectProfile,
    InspectMind,
    InspectBudget,
    InspectMemory,
    InspectWhy,
    PinInspector,
    HidePane,
    SwapPane,
    Narrower,
    Wider,
    Shorter,
    Taller,
    Layouts,
    NextInspect,
    PrevInspect,
    FilterKind,
    FilterBot,
    OpenThread,
    // mind
    Less,
    More,
    MuchLess,
    MuchMore,
    EditField,
    SaveMind,
    Undo,
    DiscardMind,
    ResetMind,
    // budget
    DefaultCap,
    // memory (compact view and explorer)
    PinMemory,
    EditMemory,
    ForgetMemory,
    // why
    OlderAct,
    NewerAct,
    // forum
    SortThreads,
    FilterTag,
    FilterAuthor,
    Mine,
    NewThread,
    ReplyTo,
    VoteUp,
    VoteDown,
    Author,
    DeletePost,
    YourName,
    // moderation, events
    Narrow,
    Resolve,
    Inject,
    Template,
    EndEvent,
    // overlays
    Accept,
    Cancel,
    Editor,
    AskFurther,
    NextField,
    PrevField,
    Submit,
    ChoosePrev,
    ChooseNext,
    TestProvider,
    /// Offers voices from a model of the room's machine.
    Offer,
}

/// Where an action's keys count. The innermost scope that is in force wins.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Everywhere.
    Global,
    /// The time line of the past.
    Past,
    /// The Live tab.
    Live,
    /// The list of bots.
    Bots,
    /// The activity stream.
    Stream,
    /// The inspector's Mind.
    Mind,
    /// The inspector's Budget.
    Budget,
    /// The inspector's Memory.
    Recall,
    /// The inspector's Why.
    Why,
    /// The Forum tab.
    Forum,
    /// The Stats tab.
    Stats,
    /// The Memory tab.
    Memory,
    /// The Society tab.
    Society,
    /// The Moderation tab.
    Moderation,
    /// The Events tab.
    Events,
    /// The Log tab.
    Log,
    /// A question to be answered with yes or no, and the list of changes before saving.
    Confirm,
    /// A list to choose from.
    Choice,
    /// A form.
    Form,
    /// A line being typed.
    Line,
    /// A text of several lines being typed.
    Text,
    /// Something to read and close.
    Reading,
}

impl Scope {
    /// How the scope is called in help.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Global => "Everywhere",
            Self::Past => "Time line",
            Self::Live => "Live",
            Self::Bots => "Bots",
            Self::Stream => "Activity",
            Self::Mind => "Mind",
            Self::Budget => "Budget",
            Self::Recall => "Memory (inspector)",
            Self::Why => "Why",
            Self::Forum => "Forum",
            Self::Stats => "Stats",
            Self::Memory => "Memory",
            Self::Society => "Society",
            Self::Moderation => "Moderation",
            Self::Events => "Events",
            Self::Log => "Log",
            Self::Confirm => "Question",
            Self::Choice => "List",
            Self::Form => "Form",
            Self::Line => "Input",
            Self::Text => "Text",
            Self::Reading => "Window",
        }
    }

    /// Whether this is a window over the tabs, which takes all keys.
    #[must_use]
    pub const fn is_overlay(self) -> bool {
        matches!(self, Self::Confirm | Self::Choice | Self::Form | Self::Line | Self::Text | Self::Reading)
    }
}

/// One row of the table.
#[derive(Copy, Clone, Debug)]
pub struct ActionDef {
    /// The action.
    pub act: Act,
    /// Stable name for the configuration's `keys`.
    pub id: &'static str,
    /// A few words, as in menus.
    pub title: &'static str,
    /// What it does, in one sentence.
    pub about: &'static str,
    /// Default keys.
    pub keys: &'static [&'static str],
    /// Where the keys count.
    pub scope: Scope,
    /// Destroys or costs something: asks first.
    pub dangerous: bool,
    /// Changes the society: refused to viewers.
    pub operator: bool,
    /// Place in the hints bar, higher first; 0 is not shown.
    pub hint: u8,
    /// What the hints bar says; empty is the title.
    pub brief: &'static str,
}

/// What stands in the place of what an action does, for whoever may not do it.
const REFUSED: &str = "Not from here: a viewer's token may only look.";
/// And in the past.
const OVER: &str = "Not in the past: nothing can be changed there; a fork begins another society.";

impl ActionDef {
    /// Whether somebody in this role may do it.
    #[must_use]
    pub fn is_for(&self, role: Role) -> bool {
        !(self.operator && role == Role::Viewer)
    }

    /// What it does, or why this role may not do it, in the past or now.
    #[must_use]
    pub fn about_for(&self, role: Role, past: bool) -> &'static str {
        match (self.is_for(role), past) {
            (true, _) => self.about,
            (false, true) => OVER,
            (false, false) => REFUSED,
        }
    }

    const fn hint(mut self, hint: u8) -> Self {
        self.hint = hint;
        self
    }

    const fn brief(mut self, brief: &'static str) -> Self {
        self.brief = brief;
        self
    }

    const fn dangerous(mut self) -> Self {
        self.dangerous = true;
        self.operator = true;
        self
    }

    const fn operator(mut self) -> Self {
        self.operator = true;
        self
    }
}

const fn def(
    scope: Scope,
    act: Act,
    id: &'static str,
    keys: &'static [&'static str],
    title: &'static str,
    about: &'static str,
) -> ActionDef {
    ActionDef { act, id, title, about, keys, scope, dangerous: false, operator: false, hint: 0, brief: "" }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_action_is_documented_once() {
        let mut ids = HashSet::new();
        for def in ACTIONS {
            assert!(ids.insert(def.id), "{} twice", def.id);
            assert!(!def.title.is_empty() && def.about.ends_with('.'), "{}", def.id);
            assert!(!def.keys.is_empty(), "{} has no key", def.id);
            assert!(def.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{}", def.id);
            assert!(!def.dangerous || def.operator, "{}", def.id);
        }
    }
}
