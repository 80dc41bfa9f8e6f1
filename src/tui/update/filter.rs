//! The filter of the list that has the focus: `/` opens it, what is typed counts at once.

use super::go;
use crate::domain::text::folded;
use crate::tui::msg::Effect;
use crate::tui::overlays::{Answer, Line, Overlay, Then};
use crate::tui::state::Page;
use crate::tui::state::stream::StreamFilter;
use crate::tui::state::{Model, Pane, Tab, Tone};
use crate::tui::update::tabs;

/// Opens the line where the filter is typed; a page without lines to choose from says so.
pub fn open(model: &mut Model) {
    match now(model) {
        Some((title, words)) => {
            model.overlays.push(Overlay::Line(Line::new(title, &words, Then::Filter)));
        }
        None => model.toast(Tone::Info, "there are no lines to filter here; Ctrl-F searches everything"),
    }
}

/// What is filtered where the focus is, and by which words now.
fn now(model: &Model) -> Option<(&'static str, String)> {
    let lower = &model.lower;
    let (title, words) = match (model.tab, model.focus) {
        (Tab::Live, Pane::Bots) => ("bots with", model.bots.filter()),
        (Tab::Live, Pane::Activity) => ("activity with", model.stream.filter().text.as_str()),
        (Tab::Live, Pane::Usage) => ("usage of", lower.used.filter()),
        (Tab::Live, Pane::Reputation) => ("reputation of", lower.reputed.as_str()),
        (Tab::Live, Pane::Log) => ("lines with", lower.log.filter()),
        (Tab::Live, Pane::Inspector) => match model.inspector.page {
            Page::Memory => ("memories with", model.inspector.recall.filter()),
            _ => return None,
        },
        (Tab::Forum, _) => ("threads with", model.forum.query.q.as_str()),
        (Tab::Memory, _) => ("memories with", model.explorer.filter.as_str()),
        (Tab::Log, _) => ("lines with", model.log.list.filter()),
        (Tab::Events, _) => ("events with", model.events.list.filter()),
        (Tab::Moderation, _) => ("flags with", model.moderation.list.filter()),
        (Tab::Stats, _) => ("bots with", model.stats.list.filter()),
        (Tab::Society, _) => ("bots with", model.society.list.filter()),
    };
    Some((title, words.to_owned()))
}

/// Shows only lines with these words where the focus is.
pub fn apply(model: &mut Model, words: &str) -> Vec<Effect> {
    match (model.tab, model.focus) {
        (Tab::Live, Pane::Bots) => model.bots.set_filter(words),
        (Tab::Live, Pane::Activity) => {
            let text = folded(words);
            let titled = |(_, title): &(&i64, &String)| !text.is_empty() && folded(title).contains(&text);
            let threads = model.titles.iter().filter(titled).map(|(id, _)| *id).collect();
            let filter = StreamFilter { text, threads, ..model.stream.filter().clone() };
            model.stream.set_filter(filter);
            return go::older(model);
        }
        (Tab::Live, Pane::Usage) => {
            model.lower.used.set_filter(words);
            go::choose_used(model);
        }
        (Tab::Live, Pane::Reputation) => words.clone_into(&mut model.lower.reputed),
        (Tab::Live, Pane::Log) => model.lower.log.set_filter(words),
        (Tab::Live, Pane::Inspector) => model.inspector.recall.set_filter(words),
        (tab, _) => {
            let answer = Answer::Text(words.to_owned());
            return tabs::answered(model, tab, "filter", 0, &answer).unwrap_or_default();
        }
    }
    Vec::new()
}

/// Lets go of the filter of the focused pane of the Live tab; whether there was one.
pub fn let_go(model: &mut Model) -> bool {
    let filtered = now(model).is_some_and(|(_, words)| !words.is_empty());
    if filtered {
        apply(model, "");
    }
    filtered
}
