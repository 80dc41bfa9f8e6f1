//! The one table of everything a person can do at the screen.
//!
//! The keymap, the `?` help, the palette, the hints bar and the documentation are made from
//! [`ACTIONS`]; nothing else names a default key. It knows no model and performs nothing: what an
//! action does is `update`'s work.

/// What a person means.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // each is described in ACTIONS, and a test holds that it is
pub enum Act {
    // the program
    Quit,
    Suspend,
    Redraw,
    Refresh,
    Help,
    Palette,
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
    YamlChoice,
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
    Digit,
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
    NextField,
    PrevField,
    Submit,
    ChoosePrev,
    ChooseNext,
    TestProvider,
}

/// Where an action's keys count. The innermost scope that is in force wins.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Everywhere.
    Global,
    /// The Live tab.
    Live,
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
            Self::Live => "Live",
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

impl ActionDef {
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

use Scope::{
    Budget, Choice, Confirm, Events, Form, Forum, Global, Line, Live, Mind, Moderation, Reading, Recall,
    Stream, Text, Why,
};

/// Everything a person can do. Order is the order of help and palette.
#[rustfmt::skip]
pub const ACTIONS: &[ActionDef] = &[
    // ---- everywhere
    def(Global, Act::Help, "help", &["?", "f1"], "Help", "Lists the keys that work where you are.").hint(90),
    def(Global, Act::Palette, "palette", &[":", "ctrl+p"], "Command palette", "Finds any action by typing a part of its name.").brief("commands").hint(80),
    def(Global, Act::PauseEngine, "pause_engine", &["space"], "Pause or resume the room", "Stops all heartbeats, or lets them run again.").operator().brief("pause room").hint(70),
    def(Global, Act::Step, "step", &["s"], "Step", "Runs the one beat that is due next, also while paused.").operator().brief("step").hint(30),
    def(Global, Act::TriggerAll, "trigger_all", &["T"], "Wake all bots", "Makes every bot take its beat now.").operator(),
    def(Global, Act::Pace, "pace", &["p"], "Pace", "Chooses how often bots wake, with what each pace would cost a day.").operator().hint(40),
    def(Global, Act::Providers, "providers", &["v"], "Providers", "Chooses and tests the model provider of the room.").operator(),
    def(Global, Act::NewBot, "new_bot", &["n"], "New bot", "Makes a bot of your own, with a preview of how it will behave.").operator().brief("new bot").hint(20),
    def(Global, Act::Export, "export", &["E"], "Export", "Writes threads, activity, usage and more to a file."),
    def(Global, Act::NextTab, "next_tab", &["]"], "Next tab", "Shows the tab to the right.").brief("tab").hint(25),
    def(Global, Act::PrevTab, "prev_tab", &["["], "Previous tab", "Shows the tab to the left."),
    def(Global, Act::TabLive, "tab_live", &["alt+1"], "Live tab", "Shows bots, activity and the inspector."),
    def(Global, Act::TabForum, "tab_forum", &["alt+2"], "Forum tab", "Shows the threads and lets you read, vote and reply."),
    def(Global, Act::TabStats, "tab_stats", &["alt+3"], "Stats tab", "Shows tokens, cost, reputation and actions over time."),
    def(Global, Act::TabMemory, "tab_memory", &["alt+4"], "Memory tab", "Explores what a bot remembers."),
    def(Global, Act::TabSociety, "tab_society", &["alt+5"], "Society tab", "Shows who deals with whom."),
    def(Global, Act::TabModeration, "tab_moderation", &["alt+6"], "Moderation tab", "Shows flags and what to do about them."),
    def(Global, Act::TabEvents, "tab_events", &["alt+7"], "Events tab", "Injects events and interviews bots."),
    def(Global, Act::TabLog, "tab_log", &["alt+8"], "Log tab", "Shows what the engine reports."),
    def(Global, Act::Up, "up", &["k", "up"], "Up", "Moves up one line."),
    def(Global, Act::Down, "down", &["j", "down"], "Down", "Moves down one line."),
    def(Global, Act::PageUp, "page_up", &["pageup", "ctrl+u"], "Page up", "Moves up one page."),
    def(Global, Act::PageDown, "page_down", &["pagedown", "ctrl+d"], "Page down", "Moves down one page."),
    def(Global, Act::Top, "top", &["g", "home"], "Top", "Moves to the first line; in the activity stream: back to live."),
    def(Global, Act::Bottom, "bottom", &["G", "end"], "Bottom", "Moves to the last line."),
    def(Global, Act::Back, "back", &["esc"], "Back", "Leaves the zoom, clears the filter, or goes back."),
    def(Global, Act::Copy, "copy", &["y"], "Copy", "Copies the selected text to the clipboard of your terminal."),
    def(Global, Act::NextTheme, "next_theme", &["ctrl+t"], "Next theme", "Changes between dark, light and high contrast."),
    def(Global, Act::Refresh, "refresh", &["ctrl+r"], "Reload", "Reads everything on the screen anew."),
    def(Global, Act::Redraw, "redraw", &["ctrl+l"], "Redraw", "Draws the whole screen anew."),
    def(Global, Act::Suspend, "suspend", &["ctrl+z"], "Suspend", "Stops the program until you say fg in the shell."),
    def(Global, Act::Quit, "quit", &["q", "ctrl+c"], "Quit", "Leaves the control room; the engine in it finishes its beats and stops.").hint(60),

    // ---- live tab: panes and the selected bot
    def(Live, Act::NextPane, "next_pane", &["tab"], "Next pane", "Moves the focus to the next pane.").brief("pane").hint(24),
    def(Live, Act::PrevPane, "prev_pane", &["shift+tab"], "Previous pane", "Moves the focus to the pane before."),
    def(Live, Act::Zoom, "zoom", &["z"], "Zoom", "Gives the focused pane the whole screen, or gives it back.").brief("zoom").hint(22),
    def(Live, Act::Open, "open", &["enter"], "Open", "Opens what is selected.").hint(35),
    def(Live, Act::Filter, "filter", &["/"], "Filter", "Shows only lines that contain what you type.").hint(28),
    def(Live, Act::Pane1, "pane_bots", &["1"], "Bots pane", "Focuses the list of bots."),
    def(Live, Act::Pane2, "pane_activity", &["2"], "Activity pane", "Focuses the stream of what bots do."),
    def(Live, Act::Pane3, "pane_inspector", &["3"], "Inspector pane", "Focuses the inspector of the selected bot."),
    def(Live, Act::Pane4, "pane_usage", &["4"], "Usage pane", "Focuses tokens and cost of today."),
    def(Live, Act::Pane5, "pane_reputation", &["5"], "Reputation pane", "Focuses reputation over time."),
    def(Live, Act::Pane6, "pane_log", &["6"], "Log pane", "Focuses the engine's log."),
    def(Live, Act::InspectProfile, "inspect_profile", &["i"], "Profile", "Shows who the selected bot is."),
    def(Live, Act::InspectMind, "inspect_mind", &["m"], "Mind", "Opens the sliders and texts that make the selected bot.").hint(50),
    def(Live, Act::InspectBudget, "inspect_budget", &["b"], "Budget", "Opens the caps and today's use of the selected bot.").hint(48),
    def(Live, Act::InspectMemory, "inspect_memory", &["r"], "Memory", "Opens what the selected bot remembers.").hint(46),
    def(Live, Act::InspectWhy, "inspect_why", &["w"], "Why", "Shows why the selected act was done: prompt, memories, answer, cost.").hint(52),
    def(Live, Act::NextInspect, "next_inspect", &[">", "."], "Next inspector page", "Shows the inspector's next page."),
    def(Live, Act::PrevInspect, "prev_inspect", &["<", ","], "Previous inspector page", "Shows the inspector's page before."),
    def(Live, Act::Trigger, "trigger", &["t"], "Wake the bot", "Makes the selected bot take its beat now.").operator().brief("wake").hint(44),
    def(Live, Act::PauseBot, "pause_bot", &["x"], "Pause or resume the bot", "Stops the heartbeats of the selected bot, or lets them run again.").operator().brief("pause bot").hint(32),
    def(Live, Act::BotPace, "bot_pace", &["P"], "Pace of the bot", "Gives the selected bot a pace of its own.").operator(),
    def(Live, Act::Interview, "interview", &["a"], "Interview", "Asks the selected bot a question out of band.").operator().hint(26),
    def(Live, Act::YamlChoice, "yaml_choice", &["Y"], "YAML changed", "Keeps the live configuration or takes the changed file's.").operator(),
    def(Live, Act::DeleteBot, "delete_bot", &["D"], "Remove the bot", "Removes the selected custom bot; its posts stay.").dangerous(),

    // ---- activity
    def(Stream, Act::FilterKind, "filter_kind", &["f"], "Filter by kind", "Shows only one kind of action.").brief("by kind").hint(54),
    def(Stream, Act::FilterBot, "filter_bot", &["o"], "Only this bot", "Shows only what the bot of the selected line did, or all again.").brief("one bot").hint(53),
    def(Stream, Act::OpenThread, "open_thread", &["O"], "Open thread", "Opens the thread of the selected line in the Forum tab.").brief("thread").hint(51),

    // ---- mind
    def(Mind, Act::SaveMind, "save_mind", &["enter"], "Save", "Shows what changes and saves it; on a text with no changes: edits it.").operator().hint(99),
    def(Mind, Act::Less, "less", &["h", "left"], "Less", "One step less, or the choice before.").operator().brief("-1").hint(97),
    def(Mind, Act::More, "more", &["l", "right"], "More", "One step more, or the next choice.").operator().brief("+1").hint(96),
    def(Mind, Act::MuchLess, "much_less", &["H", "shift+left"], "Much less", "Ten steps less.").operator().brief("-10").hint(95),
    def(Mind, Act::MuchMore, "much_more", &["L", "shift+right"], "Much more", "Ten steps more.").operator().brief("+10").hint(94),
    def(Mind, Act::Digit, "digit", &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], "Type a number", "Sets the slider to the number you type.").operator(),
    def(Mind, Act::EditField, "edit_field", &["e"], "Edit", "Types a value or text for the selected field.").operator().brief("edit").hint(93),
    def(Mind, Act::Undo, "undo", &["u"], "Undo", "Takes back the last change that is not saved; then the last that was.").operator().hint(92),
    def(Mind, Act::DiscardMind, "discard_mind", &["esc"], "Discard", "Forgets all changes that are not saved.").hint(98),
    def(Mind, Act::ResetMind, "reset_mind", &["R"], "Reset to YAML", "Returns the bot to what its YAML file says.").dangerous().brief("reset").hint(91),

    // ---- budget
    def(Budget, Act::EditField, "edit_cap", &["enter", "e"], "Change", "Types a new value for the selected cap or pace.").operator().brief("change").hint(99),
    def(Budget, Act::DefaultCap, "default_cap", &["d"], "Use the default", "Returns the selected cap or pace to the room's default.").operator().brief("default").hint(98),

    // ---- memory in the inspector
    def(Recall, Act::Open, "memory_source", &["enter"], "Where from", "Shows the act the selected memory comes from.").brief("source").hint(99),
    def(Recall, Act::PinMemory, "pin_memory", &["p"], "Pin", "Pins the selected memory so that it is recalled first, or unpins it.").operator().hint(98),
    def(Recall, Act::EditMemory, "edit_memory", &["e"], "Edit", "Changes the text of the selected memory.").operator().hint(97),
    def(Recall, Act::ForgetMemory, "forget_memory", &["d", "delete"], "Forget", "Deletes the selected memory.").dangerous().hint(96),

    // ---- why
    def(Why, Act::Open, "why_expand", &["enter"], "Unfold", "Unfolds or folds the selected section.").brief("unfold").hint(99),
    def(Why, Act::OlderAct, "older_act", &["h", "left"], "Older act", "Shows the bot's act before this one.").brief("older").hint(98),
    def(Why, Act::NewerAct, "newer_act", &["l", "right"], "Newer act", "Shows the bot's act after this one.").brief("newer").hint(97),

    // ---- forum
    def(Forum, Act::Open, "read_thread", &["enter"], "Read", "Reads the selected thread.").brief("read").hint(99),
    def(Forum, Act::SortThreads, "sort_threads", &["o"], "Order", "Orders the threads: newest, most popular, last active.").brief("order").hint(98),
    def(Forum, Act::VoteUp, "vote_up", &["+", "="], "Vote up", "Votes the selected post up, as a person.").operator().brief("up").hint(97),
    def(Forum, Act::VoteDown, "vote_down", &["-"], "Vote down", "Votes the selected post down, as a person.").operator().brief("down").hint(96),
    def(Forum, Act::ReplyTo, "reply", &["r"], "Reply", "Answers the selected post, as a person.").operator().brief("reply").hint(95),
    def(Forum, Act::NewThread, "new_thread", &["c"], "New thread", "Opens a thread, as a person.").operator().brief("new thread").hint(94),
    def(Forum, Act::Author, "author", &["a"], "Author", "Shows the author of the selected post on the Live tab.").brief("author").hint(93),
    def(Forum, Act::FilterTag, "filter_tag", &["f"], "Filter by tag", "Shows only threads with one tag.").brief("tag").hint(92),
    def(Forum, Act::FilterAuthor, "filter_author", &["A"], "Only this author", "Shows only threads of the selected post's author, or all again.").brief("by author").hint(91),
    def(Forum, Act::DeletePost, "delete_post", &["D", "delete"], "Delete the post", "Hides the selected post everywhere; votes and the record stay.").dangerous().brief("delete").hint(90),
    def(Forum, Act::YourName, "your_name", &["N"], "Your name", "Changes the name you vote and write under.").operator(),
    def(Forum, Act::Filter, "search_threads", &["/"], "Search", "Searches titles, posts and replies for words.").brief("search").hint(89),
    def(Forum, Act::NextPane, "forum_pane", &["tab", "shift+tab"], "List or thread", "Moves the focus between the list and the thread.").brief("list/thread").hint(88),
    def(Forum, Act::Zoom, "forum_zoom", &["z"], "Zoom", "Gives the thread the whole screen, or gives it back.").brief("zoom").hint(22),

    // ---- moderation
    def(Moderation, Act::Open, "flag_open", &["enter"], "Look at it", "Opens the flagged post in the Forum tab.").brief("look").hint(99),
    def(Moderation, Act::Resolve, "flag_resolve", &["r"], "Settle", "Settles the selected flag.").operator().brief("settle").hint(98),
    def(Moderation, Act::DeletePost, "flag_delete", &["D", "delete"], "Delete the post", "Hides the flagged post everywhere; votes and the record stay.").dangerous().brief("delete").hint(97),
    def(Moderation, Act::PauseBot, "flag_pause", &["x"], "Pause the author", "Pauses the author of what was flagged, or lets it go on.").operator().brief("pause author").hint(96),
    def(Moderation, Act::Author, "flag_author", &["a"], "Author", "Shows the author of what was flagged on the Live tab.").brief("author").hint(95),
    def(Moderation, Act::Narrow, "flag_settled", &["f"], "Open or settled", "Shows open flags, or those that are settled.").brief("open/settled").hint(94),

    // ---- events
    def(Events, Act::Inject, "inject", &["i"], "Inject an event", "Tells all bots that something happened.").operator().brief("inject").hint(99),
    def(Events, Act::Template, "template", &["t"], "From a template", "Fills the form in with one of the ready-made events.").operator().brief("template").hint(98),
    def(Events, Act::EndEvent, "end_event", &["d", "delete"], "End the event", "Ends the selected event, so that bots are no longer told of it.").dangerous().brief("end").hint(97),
    def(Events, Act::Narrow, "event_which", &["f"], "All, in force or over", "Shows all events, those in force, or those that are over.").brief("which").hint(96),
    def(Events, Act::Interview, "event_interview", &["a"], "Interview a bot", "Asks a bot of your choice a question out of band.").operator().brief("interview").hint(95),

    // ---- windows
    def(Confirm, Act::Accept, "accept", &["enter", "y"], "Yes", "Does what is asked.").hint(99),
    def(Confirm, Act::Cancel, "refuse", &["esc", "n", "q", "ctrl+c"], "No", "Leaves everything as it is.").hint(98),
    def(Choice, Act::Accept, "choose", &["enter"], "Choose", "Takes the selected line.").hint(99),
    def(Choice, Act::Up, "choice_up", &["k", "up"], "Up", "Moves up one line."),
    def(Choice, Act::Down, "choice_down", &["j", "down"], "Down", "Moves down one line."),
    def(Choice, Act::TestProvider, "test_provider", &["t"], "Test", "Asks the selected provider with one tiny call and lists its models.").operator(),
    def(Choice, Act::Cancel, "close_choice", &["esc", "q", "ctrl+c"], "Close", "Closes the list.").hint(98),
    def(Form, Act::Submit, "submit", &["ctrl+s"], "Send", "Sends the form.").hint(99),
    def(Form, Act::NextField, "next_field", &["tab", "down", "enter"], "Next field", "Moves to the next field; from the last one: sends the form.").hint(98),
    def(Form, Act::PrevField, "prev_field", &["shift+tab", "up"], "Previous field", "Moves to the field before.").hint(97),
    def(Form, Act::ChoosePrev, "form_less", &["left"], "Less", "The choice before, or one step less.").hint(96),
    def(Form, Act::ChooseNext, "form_more", &["right"], "More", "The next choice, or one step more.").hint(95),
    def(Form, Act::Cancel, "close_form", &["esc", "ctrl+c"], "Close", "Closes the form and keeps nothing.").hint(94),
    def(Line, Act::Accept, "take_line", &["enter"], "Done", "Takes what was typed.").hint(99),
    def(Line, Act::Up, "line_up", &["up", "ctrl+p"], "Up", "Moves up in the list."),
    def(Line, Act::Down, "line_down", &["down", "ctrl+n"], "Down", "Moves down in the list."),
    def(Line, Act::Cancel, "close_line", &["esc", "ctrl+c"], "Cancel", "Leaves without a change.").hint(98),
    def(Text, Act::Submit, "take_text", &["ctrl+s"], "Done", "Takes what was typed.").hint(99),
    def(Text, Act::Cancel, "close_text", &["esc", "ctrl+c"], "Cancel", "Leaves without a change.").hint(98),
    def(Reading, Act::Up, "read_up", &["k", "up"], "Up", "Moves up one line."),
    def(Reading, Act::Down, "read_down", &["j", "down"], "Down", "Moves down one line."),
    def(Reading, Act::PageUp, "read_page_up", &["pageup", "ctrl+u"], "Page up", "Moves up one page."),
    def(Reading, Act::PageDown, "read_page_down", &["pagedown", "ctrl+d", "space"], "Page down", "Moves down one page."),
    def(Reading, Act::Copy, "read_copy", &["y"], "Copy", "Copies the text to the clipboard of your terminal.").hint(97),
    def(Reading, Act::Cancel, "close_reading", &["esc", "q", "?", "enter", "ctrl+c"], "Close", "Closes the window.").hint(98),
    // ---- stats, society, memory and log tabs
    def(Scope::Stats, Act::Less, "stats_shorter", &["h", "left", "-"], "Shorter period", "Shows fewer days.").brief("fewer days").hint(60),
    def(Scope::Stats, Act::More, "stats_longer", &["l", "right", "+"], "Longer period", "Shows more days.").brief("more days").hint(61),
    def(Scope::Memory, Act::Less, "memory_bots", &["h", "left"], "List of bots", "Moves to the list of bots.").brief("bots").hint(50),
    def(Scope::Memory, Act::More, "memory_items", &["l", "right"], "List of memories", "Moves to what the bot remembers.").brief("memories").hint(51),
    def(Scope::Memory, Act::PinMemory, "explorer_pin", &["p"], "Pin this memory", "Pins the selected memory of the explorer, or unpins it.").operator().brief("pin").hint(62),
    def(Scope::Memory, Act::EditMemory, "explorer_edit", &["e"], "Edit this memory", "Changes the text of the selected memory of the explorer.").operator().brief("edit").hint(61),
    def(Scope::Memory, Act::ForgetMemory, "explorer_forget", &["d", "delete"], "Forget this memory", "Deletes the selected memory of the explorer.").dangerous().brief("forget").hint(60),
    def(Scope::Memory, Act::Open, "memory_open", &["enter"], "Where from", "Shows the act the selected memory comes from.").brief("source").hint(63),
    def(Scope::Memory, Act::Filter, "search_memory", &["/"], "Search", "Searches what the bot remembers for words.").brief("search").hint(49),
    def(Scope::Memory, Act::NextPane, "memory_pane", &["tab", "shift+tab"], "Bots or memories", "Moves the focus between bots and memories."),
    def(Scope::Society, Act::Open, "society_open", &["enter"], "Show the bot", "Shows the selected bot on the Live tab.").brief("show bot").hint(60),
    def(Scope::Log, Act::Filter, "filter_log", &["/"], "Filter", "Shows only lines that contain what you type.").hint(59),
    def(Scope::Log, Act::Less, "log_more_levels", &["h", "left", "-"], "Lower level", "Shows also less important lines.").brief("more lines").hint(60),
    def(Scope::Log, Act::More, "log_fewer_levels", &["l", "right", "+"], "Higher level", "Shows only more important lines.").brief("fewer lines").hint(61),
];

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
