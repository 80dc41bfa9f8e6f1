//! The Log tab's state and its share of `update` (the pattern is in [`super`]).

use std::cmp::Ordering;
use std::path::PathBuf;

use crate::protocol::{Event, LogLine, ROOM_LOG};
use crate::tui::action::Act;
use crate::tui::model::{Model, Tab, Tone};
use crate::tui::msg::{Command, Data, Effect, Load, Outcome};
use crate::tui::overlays::{Answer, Line, Overlay, Then};
use crate::tui::widgets::Listing;
use crate::tui::widgets::listing::Line as ListLine;

/// Lines asked for.
const LINES: u32 = 200;
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
    const fn next(self) -> Self {
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
    lines: Vec<LogLine>,
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
        self.message.to_lowercase().contains(words) || self.target.contains(words)
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
    fn rebuild(&mut self) {
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
    fn follow(&mut self) {
        if !self.held && self.list.is_plain() {
            self.list.scroll.selected = self.list.len().saturating_sub(1);
        }
    }
}

/// The tab is to show errors alone, whatever it showed before.
pub fn show_errors(model: &mut Model) {
    let log = &mut model.log;
    (log.level, log.which) = (LEVELS.len() - 1, Which::All);
    log.list.set_filter("");
    log.rebuild();
}

/// The tab came into view.
pub fn shown(_model: &mut Model) -> Vec<Effect> {
    vec![Effect::Load(Load::Log(LINES))]
}

/// An action on this tab.
pub fn act(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    let log = &mut model.log;
    match act {
        Act::Less => log.level = log.level.saturating_sub(1),
        Act::More => log.level = (log.level + 1).min(LEVELS.len() - 1),
        Act::Narrow => log.which = log.which.next(),
        Act::Back if log.which != Which::All => log.which = Which::All,
        Act::Back if log.list.back() => {}
        Act::Back if log.level > 0 => log.level = 0,
        Act::SaveChart => {
            let now = model.now.date_in(&model.zone);
            let line = Line::new(
                "Write the lines shown to",
                &format!("log-{now}.txt"),
                Then::Tab(Tab::Log, "save", 0),
            );
            model.overlays.push(Overlay::Line(line));
            return Some(Vec::new());
        }
        Act::Copy => {
            let line = log.list.selected()?;
            return Some(vec![Effect::Copy(format!("{} {} {}", line.at, line.level, line.message))]);
        }
        _ => {
            if !log.list.act(act) {
                return None;
            }
            log.held = log.list.scroll.selected + 1 < log.list.len();
            return Some(Vec::new());
        }
    }
    log.rebuild();
    Some(Vec::new())
}

/// A read came back.
pub fn loaded(model: &mut Model, load: &Load, data: &Data) -> Vec<Effect> {
    if let (Load::Log(_), Data::Log(lines)) = (load, data) {
        let log = &mut model.log;
        log.loaded = true;
        log.lines.clone_from(lines);
        log.lines.sort_by_key(|line| line.at);
        log.rebuild();
    }
    Vec::new()
}

/// A change came back.
pub fn ran(model: &mut Model, command: &Command, _outcome: &Outcome) -> Vec<Effect> {
    if let Command::SaveText { path, .. } = command {
        model.toast(Tone::Good, format!("written to {}", path.display()));
    }
    Vec::new()
}

/// Something happened.
pub fn event(model: &mut Model, _event: &Event) {
    if model.tab == crate::tui::model::Tab::Log {
        model.stale.tab = true;
    }
}

/// Something this tab shows is stale.
pub fn refresh(model: &mut Model) -> Vec<Effect> {
    shown(model)
}

/// The filter or the name of a file was typed.
///
/// # Errors
/// A file without a name.
pub fn answered(model: &mut Model, what: &str, _id: i64, answer: &Answer) -> Result<Vec<Effect>, String> {
    match what {
        "filter" => {
            model.log.list.set_filter(answer.text());
            model.log.follow();
            Ok(Vec::new())
        }
        "save" if answer.text().trim().is_empty() => Err("where should they be written?".into()),
        "save" => {
            let line =
                |line: &LogLine| format!("{} {} {}: {}\n", line.at, line.level, line.target, line.message);
            let text = model.log.list.iter().map(line).collect();
            let path = PathBuf::from(answer.text().trim());
            Ok(vec![Effect::Run(Command::SaveText { path, text })])
        }
        _ => Ok(Vec::new()),
    }
}

/// A click selects a line.
pub fn click(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    let body = model.layout().body;
    let log = &mut model.log;
    if y > body.y && body.contains((x, y).into()) {
        log.list.click(y - body.y - 1);
        log.held = log.list.scroll.selected + 1 < log.list.len();
    }
    Vec::new()
}
