//! Writing a chart: a picture, and its numbers beside it.

use std::path::PathBuf;

use crate::tui::msg::{Command, Effect};
use crate::tui::overlays::{Line, Overlay, Then};
use crate::tui::state::stats::{Saved, figures};
use crate::tui::state::{Model, Pane, Tone};
use crate::tui::widgets::svg;

/// The chart of a pane of the Live tab.
#[must_use]
pub const fn of_pane(pane: Pane) -> Option<Saved> {
    match pane {
        Pane::Usage => Some(Saved::LiveUsage),
        Pane::Reputation => Some(Saved::LiveReputation),
        _ => None,
    }
}

/// The picture and the numbers; `None` while there is nothing.
fn written(model: &Model, which: Saved) -> Option<(String, String)> {
    let chart = match which {
        Saved::Usage | Saved::Reputation => figures::shown(model),
        Saved::LiveUsage => figures::live_usage(model),
        Saved::LiveReputation => figures::live_reputation(model),
        Saved::Society => return model.society.written(),
    };
    (!chart.is_empty()).then(|| (svg::draw(&chart), chart.csv()))
}

/// Asks where a chart is to be written.
pub fn save(model: &mut Model, which: Saved) {
    if written(model, which).is_none() {
        model.toast(Tone::Info, "there is nothing to save yet");
        return;
    }
    let name = match which {
        Saved::Usage | Saved::LiveUsage => "tokens",
        Saved::Reputation | Saved::LiveReputation => "reputation",
        Saved::Society => "society",
    };
    let name = format!("{name}-{}", model.now.date_in(&model.zone));
    let title = "Save the chart as NAME.svg and its numbers as NAME.csv";
    model.overlays.push(Overlay::Line(Line::over(title, &name, Then::SaveChart(which))));
}

/// The name was typed.
///
/// # Errors
/// Where none was.
pub fn named(model: &Model, which: Saved, name: &str) -> Result<Vec<Effect>, String> {
    let name = name.trim();
    let name = name.strip_suffix(".svg").or_else(|| name.strip_suffix(".csv")).unwrap_or(name);
    if name.is_empty() {
        return Err("where should it be written?".into());
    }
    let (svg, csv) = written(model, which).ok_or("there is nothing to save any more")?;
    Ok(vec![Effect::Run(Command::SaveChart { path: PathBuf::from(name), svg, csv })])
}
