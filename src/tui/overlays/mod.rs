//! Windows over the tabs: questions, lists, forms, texts. Each file has a window's data, how keys
//! change it, and how it looks. What an answer means is decided in `update`, by its [`Then`].

pub mod answer;
pub mod choice;
pub mod confirm;
pub mod form;
pub mod line;
pub mod palette;
pub mod reading;
pub mod text_edit;
pub mod toast;
mod window;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::action::Scope;
use super::msg::Command;
use super::theme::Theme;
use super::widgets::Window;
use crate::protocol::Fault;

pub use answer::{Answer, Then};
pub use choice::{Choice, Item};
pub use confirm::Confirm;
pub use form::{FieldKind, Form, FormField};
pub use line::Line;
pub use palette::Palette;
pub use reading::Reading;
pub use text_edit::TextEdit;

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
