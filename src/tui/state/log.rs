//! What the Log tab shows: lines of the room and of the program, by level.

use std::cmp::Ordering;

use crate::domain::text::folded;
use crate::protocol::{LogLine, ROOM_LOG};
use crate::tui::msg::{Effect, Load};
use crate::tui::widgets::Listing;
use crate::tui::widgets::listing::ListLine;

/// Lines asked for.
pub(in crate::tui) const LINES: u32 = 200;
/// The levels to choose from: what is shown is this and worse.
pub const LEVELS: [&str; 4] = ["DEBUG", "INFO", "WARN", "ERROR"];

/// Which lines are shown.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Which {
    /// All.
    #[default]
    All,
    /// What happens in the room.
    Room,
    /// What the program reports.
    Program,
}

impl Which {
    pub(in crate::tui) const fn next(self) -> Self {
        match self {
            Self::All => Self::Room,
            Self::Room => Self::Program,
            Self::Program => Self::All,
        }
    }

    /// In a few words.
    #[must_use]
    pub const fn told(self) -> &'static str {
        match self {
            Self::All => "room and program",
            Self::Room => "the room",
            Self::Program => "the program",
        }
    }

    fn takes(self, line: &LogLine) -> bool {
        match self {
            Self::All => true,
            Self::Room => line.target == ROOM_LOG,
            Self::Program => line.target != ROOM_LOG,
        }
    }
}

/// What the tab shows.
#[derive(Debug, Default)]
pub struct Log {
    /// Whether anything was read.
    pub loaded: bool,
    /// Everything read, oldest first.
    pub(in crate::tui) lines: Vec<LogLine>,
    /// What is of the level and kind that is shown.
    pub list: Listing<LogLine>,
    /// Place in [`LEVELS`].
    pub level: usize,
    /// Which lines: of the room, of the program, or all.
    pub which: Which,
    /// Whether a person moved up, so that new lines do not carry the view along.
    pub held: bool,
}

impl ListLine for LogLine {
    const COLUMNS: &'static [&'static str] = &["time", "level", "source", "message"];

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }

    fn holds(&self, words: &str) -> bool {
        folded(&self.message).contains(words) || self.target.contains(words)
    }

    fn compare(&self, other: &Self, column: usize) -> Ordering {
        match column {
            1 => rank(&other.level).cmp(&rank(&self.level)),
            2 => self.target.cmp(&other.target),
            _ => self.message.cmp(&other.message),
        }
    }
}

/// How important a level is.
fn rank(level: &str) -> usize {
    LEVELS.iter().position(|known| *known == level).unwrap_or(0)
}

impl Log {
    /// The tab came into view: what it reads.
    pub(in crate::tui) fn came(&self) -> Vec<Effect> {
        vec![Effect::Load(Load::Log(LINES))]
    }

    pub(in crate::tui) fn rebuild(&mut self) {
        let takes = |line: &&LogLine| rank(&line.level) >= self.level && self.which.takes(line);
        let lines = self.lines.iter().filter(takes).cloned().collect();
        self.list.set(lines);
        self.follow();
    }

    /// Whether lines that were read are left out.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        self.list.len() < self.lines.len()
    }

    /// Where nobody has moved up the newest line is selected.
    pub(in crate::tui) fn follow(&mut self) {
        if !self.held && self.list.is_plain() {
            self.list.scroll.selected = self.list.len().saturating_sub(1);
        }
    }
}
