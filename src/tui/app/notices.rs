//! Word for a person who does not look at the screen: bell, notification, the window's title.

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::App;
use crate::config::Desktop;
use crate::tui::state::needs;

/// Word for a person who does not look at the screen, and how the terminal gives it.
#[derive(Debug)]
pub struct Notices {
    /// The sentences.
    pub texts: UnboundedReceiver<String>,
    /// Whether the bell rings.
    pub bell: bool,
    /// How a desktop notification is asked for.
    pub desktop: Desktop,
    /// Whether the window's title says how much needs a person.
    pub title: bool,
}

impl Notices {
    /// None at all.
    #[must_use]
    pub fn none() -> Self {
        let (_, texts) = unbounded_channel();
        Self { texts, bell: false, desktop: Desktop::Off, title: false }
    }
}

/// What asks a terminal for a desktop notification.
#[must_use]
pub fn desktop_notice(way: Desktop, said: &str) -> Option<Vec<u8>> {
    let said = crate::domain::text::clean_line(said, 200).replace(';', ",");
    match way {
        Desktop::Off => None,
        Desktop::Osc9 => Some(format!("\x1b]9;{said}\x07").into_bytes()),
        Desktop::Osc777 => Some(format!("\x1b]777;notify;botarium;{said}\x07").into_bytes()),
    }
}

/// What calls the terminal's window so.
#[must_use]
pub fn window_title(title: &str) -> Vec<u8> {
    format!("\x1b]2;{}\x07", crate::domain::text::clean_line(title, 100)).into_bytes()
}

impl App {
    /// Says in the window's title how much needs a person.
    pub(super) fn entitle(&mut self) -> std::io::Result<()> {
        if !self.notices.title {
            return Ok(());
        }
        let title = match needs::needs(&self.model).len() {
            0 => "botarium".to_owned(),
            1 => "botarium: 1 needs you".to_owned(),
            count => format!("botarium: {count} need you"),
        };
        if title == self.title {
            return Ok(());
        }
        self.screen.say(&window_title(&title))?;
        self.title = title;
        Ok(())
    }
}
