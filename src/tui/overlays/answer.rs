//! What a person answered in a window, and what the answer is for.

use crate::tui::state::{Tab, need, stats};

/// What an answered window is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// Filters the open pane as one types.
    Filter,
    /// Goes where a line of what needs a person leads.
    Need(Vec<need::Way>),
    /// Chooses what is taken back.
    TakeBack,
    /// Goes to a bookmark.
    Bookmark,
    /// Shows a group of bots.
    Group,
    /// Changes the tags of these bots.
    Tags(Vec<String>),
    /// Chooses how the panes stand.
    Layout,
    /// Keeps how the panes stand under a name.
    LayoutName,
    /// Goes to another room.
    Room,
    /// Goes to a room whose home or address is typed.
    RoomName,
    /// Goes to a moment of the past.
    GoTo,
    /// Begins another society at this moment of the past.
    Fork,
    /// Compares this time line with that of another home.
    Difference,
    /// Chooses the moment to compare before and after.
    Moment,
    /// Chooses the bot to stand beside.
    Beside,
    /// Moves in the list as one types.
    Jump,
    /// Shows only some lines of the window below as one types.
    Look,
    /// Writes the text of the window below to a file.
    SaveReading,
    /// Writes a chart and its numbers.
    SaveChart(stats::Saved),
    /// Searches everything.
    SearchAll,
    /// Goes where something found is.
    Hit,
    /// Chooses what is done to these bots.
    Crowd(Vec<String>),
    /// Sets a line of the budget (by its place) of these bots.
    CrowdLine(usize, Vec<String>),
    /// Chooses the provider of these bots.
    CrowdProvider(Vec<String>),
    /// Filters the stream by kind.
    StreamKind,
    /// Sets a field of the mind (by its place).
    MindField(usize),
    /// Sets the mind's model from a list.
    MindModel,
    /// Sets a line of the budget (by its place) of this bot.
    BudgetLine(usize, String),
    /// Sets the room's pace.
    Pace,
    /// A pace of one's own for the room.
    CustomPace,
    /// Sets the room's provider.
    Provider,
    /// Lets a model of the room's machine speak for the room.
    Offer,
    /// Makes a bot.
    NewBot,
    /// Exports.
    Export,
    /// Asks this bot.
    Interview(String),
    /// Asks it further.
    FollowUp(String),
    /// Settles a changed file of this bot.
    Yaml(String),
    /// Changes a memory's text.
    EditMemory(i64),
    /// Handled by a tab: what it is, and about which id.
    Tab(Tab, &'static str, i64),
}

/// What a person answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The place of the chosen line.
    Index(usize),
    /// What was typed.
    Text(String),
    /// The fields of a form, in order: choices and toggles by their text, numbers as text.
    Form(Vec<String>),
}

impl Answer {
    /// The text, if one was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }

    /// A field of a form.
    #[must_use]
    pub fn field(&self, at: usize) -> &str {
        match self {
            Self::Form(fields) => fields.get(at).map_or("", String::as_str),
            _ => "",
        }
    }
}
