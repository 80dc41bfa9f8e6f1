//! The Log tab's share of `update` (the pattern is in [`super`]).

use std::path::PathBuf;

use crate::protocol::{Event, LogLine};
use crate::tui::action::Act;
use crate::tui::msg::{Command, Data, Effect, Load, Outcome};
use crate::tui::overlays::{Answer, Line, Overlay, Then};
use crate::tui::state::log::{LEVELS, Which};
use crate::tui::state::{Model, Tab, Tone};

/// The tab is to show errors alone, whatever it showed before.
pub fn show_errors(model: &mut Model) {
    let log = &mut model.log;
    (log.level, log.which) = (LEVELS.len() - 1, Which::All);
    log.list.set_filter("");
    log.rebuild();
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
    if model.tab == crate::tui::state::Tab::Log {
        model.stale.tab = true;
    }
}

/// Something this tab shows is stale.
pub fn refresh(model: &mut Model) -> Vec<Effect> {
    model.log.came()
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
    if y == body.y {
        return act(model, Act::OrderNext).unwrap_or_default();
    }
    let log = &mut model.log;
    if y > body.y && body.contains((x, y).into()) {
        log.list.click(y);
        log.held = log.list.scroll.selected + 1 < log.list.len();
    }
    Vec::new()
}
