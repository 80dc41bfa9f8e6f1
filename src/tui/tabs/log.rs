//! The Log tab's state and its share of `update` (the pattern is in [`super`]).

use crate::protocol::{Event, LogLine};
use crate::tui::action::Act;
use crate::tui::model::Model;
use crate::tui::msg::{Command, Data, Effect, Load, Outcome};
use crate::tui::overlays::Answer;
use crate::tui::widgets::Scroll;

/// Lines asked for.
const LINES: u32 = 200;
/// The levels to choose from: what is shown is this and worse.
pub const LEVELS: [&str; 4] = ["DEBUG", "INFO", "WARN", "ERROR"];

/// What the tab shows.
#[derive(Debug, Default)]
pub struct Log {
    /// Whether anything was read.
    pub loaded: bool,
    /// Everything read, oldest first.
    lines: Vec<LogLine>,
    /// What passes level and filter, oldest first.
    pub shown: Vec<LogLine>,
    /// Place in [`LEVELS`].
    pub level: usize,
    /// Text that lines must hold.
    pub filter: String,
    /// The selected line.
    pub scroll: Scroll,
    /// Whether a person moved up, so that new lines do not carry the view along.
    pub held: bool,
}

impl Log {
    fn rebuild(&mut self) {
        let rank = |level: &str| LEVELS.iter().position(|known| *known == level).unwrap_or(0);
        let wanted = self.filter.to_lowercase();
        self.shown = self
            .lines
            .iter()
            .filter(|line| rank(&line.level) >= self.level)
            .filter(|line| {
                wanted.is_empty()
                    || line.message.to_lowercase().contains(&wanted)
                    || line.target.contains(&wanted)
            })
            .cloned()
            .collect();
        if !self.held {
            self.scroll.selected = self.shown.len().saturating_sub(1);
        }
    }
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
        Act::Back if !log.filter.is_empty() => log.filter.clear(),
        Act::Copy => {
            let line = log.shown.get(log.scroll.selected)?;
            return Some(vec![Effect::Copy(format!("{} {} {}", line.at, line.level, line.message))]);
        }
        _ => {
            let len = log.shown.len();
            if !log.scroll.act(act, len) {
                return None;
            }
            log.held = log.scroll.selected + 1 < len;
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
        let kept = log.shown.get(log.scroll.selected).cloned();
        log.loaded = true;
        log.lines.clone_from(lines);
        log.lines.sort_by_key(|line| line.at);
        log.rebuild();
        // Who looks back stays on the line they look at.
        if let Some(at) = kept.filter(|_| log.held).and_then(|line| log.shown.iter().position(|l| *l == line))
        {
            log.scroll.selected = at;
        }
    }
    Vec::new()
}

/// A change came back.
pub fn ran(_model: &mut Model, _command: &Command, _outcome: &Outcome) -> Vec<Effect> {
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

/// The filter was typed.
///
/// # Errors
/// Never.
pub fn answered(model: &mut Model, what: &str, _id: i64, answer: &Answer) -> Result<Vec<Effect>, String> {
    if what == "filter" {
        model.log.filter = answer.text().to_owned();
        model.log.rebuild();
    }
    Ok(Vec::new())
}

/// A click selects a line.
pub fn click(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    let body = model.layout().body;
    let len = model.log.shown.len();
    if y > body.y && body.contains((x, y).into()) {
        model.log.scroll.click(y - body.y - 1, len);
        model.log.held = model.log.scroll.selected + 1 < len;
    }
    Vec::new()
}
