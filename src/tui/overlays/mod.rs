//! Windows over the tabs: questions, lists, forms, texts. Each file has a window's data, how keys
//! change it, and how it looks. What an answer means is decided in `update`, by its [`Then`].

pub mod choice;
pub mod confirm;
pub mod form;
pub mod line;
pub mod palette;
pub mod reading;
pub mod text_edit;
pub mod toast;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::action::Scope;
use super::layout::centered;
use super::msg::Command;
use super::theme::Theme;
use super::widgets::{Window, frame};
use crate::protocol::Fault;
use crate::tui::state::Tab;

pub use choice::{Choice, Item};
pub use confirm::Confirm;
pub use form::{FieldKind, Form, FormField};
pub use line::Line;
pub use palette::Palette;
pub use reading::Reading;
pub use text_edit::TextEdit;

/// What an answered window is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// Filters the open pane as one types.
    Filter,
    /// Goes where a line of what needs a person leads.
    Need(Vec<crate::tui::state::needs::Way>),
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
    SaveChart(crate::tui::update::charts::Saved),
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

/// A window.
#[derive(Debug)]
pub enum Overlay {
    /// Something to read.
    Reading(Reading),
    /// Actions by name.
    Palette(Palette),
    /// Yes or no.
    Confirm(Confirm),
    /// One of a list.
    Choice(Choice),
    /// Several fields.
    Form(Box<Form>),
    /// One line.
    Line(Line),
    /// Several lines.
    Text(Box<TextEdit>),
}

impl Overlay {
    /// The scope of its keys.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        match self {
            Self::Reading(_) => Scope::Reading,
            Self::Palette(_) | Self::Line(_) => Scope::Line,
            Self::Confirm(_) => Scope::Confirm,
            Self::Choice(_) => Scope::Choice,
            Self::Form(_) => Scope::Form,
            Self::Text(_) => Scope::Text,
        }
    }

    /// Whether it was sent and is not answered yet.
    #[must_use]
    pub fn is_sent(&self) -> bool {
        self.sent().is_some()
    }

    /// What it sent and has no answer to.
    #[must_use]
    pub fn sent(&self) -> Option<&Command> {
        match self {
            Self::Form(form) => form.sent.as_ref(),
            Self::Text(edit) => edit.sent.as_ref(),
            _ => None,
        }
    }

    /// What it sent was refused: it goes on with a sentence.
    pub fn refused(&mut self, fault: &Fault) {
        match self {
            Self::Form(form) => form.refused(fault),
            Self::Text(edit) => {
                edit.sent = None;
                edit.error = Some(fault.detail.clone());
            }
            _ => {}
        }
    }

    /// Whether it shows that something is under way.
    #[must_use]
    pub const fn waits(&self) -> bool {
        matches!(self, Self::Reading(reading) if reading.waiting)
    }

    /// Draws it over `area`; answers what it shows.
    #[must_use]
    pub fn render(&self, area: Rect, buf: &mut Buffer, theme: &Theme, spin: usize) -> Shown {
        match self {
            Self::Reading(window) => Shown::Text(window.render(area, buf, theme, spin)),
            Self::Palette(window) => Shown::Lines(window.render(area, buf, theme)),
            Self::Confirm(window) => Shown::Question(window.render(area, buf, theme)),
            Self::Choice(window) => Shown::Lines(window.render(area, buf, theme)),
            Self::Form(window) => Shown::Fields(window.render(area, buf, theme)),
            Self::Line(window) => {
                window.render(area, buf, theme);
                Shown::Typed
            }
            Self::Text(window) => {
                window.render(area, buf, theme);
                Shown::Typed
            }
        }
    }

    /// This is on the screen now.
    pub fn drew(&mut self, shown: Shown) {
        match (self, shown) {
            (Self::Reading(window), Shown::Text(shown)) => window.shown = shown,
            (Self::Palette(window), Shown::Lines(shown)) => window.scroll.drew(shown),
            (Self::Choice(window), Shown::Lines(shown)) => window.scroll.drew(shown),
            (Self::Confirm(window), Shown::Question(seen)) => window.seen = seen,
            (Self::Form(window), Shown::Fields(shown)) => window.shown = shown,
            _ => {}
        }
    }
}

/// What a frame shows of a window.
#[derive(Clone, Debug)]
pub enum Shown {
    /// A part of its text.
    Text(reading::Shown),
    /// A part of its lines.
    Lines(Window),
    /// A question, and where its answers stand.
    Question(confirm::Seen),
    /// The fields of a form.
    Fields(form::Shown),
    /// What is typed, which neither keys nor mouse need the place of.
    Typed,
}

/// Clears a place in the middle and frames it.
fn window(buf: &mut Buffer, area: Rect, size: (u16, u16), title: &str, note: &str, theme: &Theme) -> Rect {
    let rect = centered(area, size.0, size.1);
    clear(buf, rect);
    frame(buf, rect, title, note, true, theme)
}

/// Empties a place, so that nothing below shines through, wide characters at its edges included.
fn clear(buf: &mut Buffer, rect: Rect) {
    let rect = rect.intersection(buf.area);
    for y in rect.top()..rect.bottom() {
        if rect.left() > buf.area.left() {
            let before = &mut buf[(rect.left() - 1, y)];
            if super::widgets::text::width(before.symbol()) > 1 {
                before.set_symbol(" ");
            }
        }
        for x in rect.left()..rect.right() {
            buf[(x, y)].reset();
        }
    }
}
