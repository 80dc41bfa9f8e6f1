//! Moving to a line by typing a part of it, in every list.

use super::select;
use crate::domain::text::folded;
use crate::tui::msg::Effect;
use crate::tui::overlays::{Line, Overlay, Then};
use crate::tui::state::recall::{Recall, RecallLine};
use crate::tui::state::{Model, Page, Pane, Tab, Tone};

/// Opens the line where it is typed; a page without a list says so.
pub fn open(model: &mut Model) {
    let in_window = matches!(model.overlays.last(), Some(Overlay::Choice(_)));
    if in_window || find(model, "").is_some() {
        model.overlays.push(Overlay::Line(Line::new("find", "", Then::Jump)));
    } else {
        model.toast(Tone::Info, "there is no list here; Ctrl-F searches everything");
    }
}

/// Goes to the line that is typed; `None` where there is none.
pub fn to(model: &mut Model, typed: &str) -> Option<Vec<Effect>> {
    if let Some(choice) = model.overlays.iter_mut().rev().find_map(|window| match window {
        Overlay::Choice(choice) => Some(choice),
        _ => None,
    }) {
        let typed = folded(typed);
        let at = choice
            .items
            .iter()
            .position(|item| folded(&item.title).contains(&typed) || folded(&item.note).contains(&typed))?;
        choice.scroll.selected = at;
        return Some(Vec::new());
    }
    let line = find(model, typed)??;
    Some(if typed.is_empty() { Vec::new() } else { select::line(model, line) })
}

/// The line of the list with the focus that holds what is typed; `None` where there is no list.
fn find(model: &Model, typed: &str) -> Option<Option<usize>> {
    let lower = folded(typed);
    let holds = |text: &str| folded(text).contains(&lower);
    Some(match (model.tab, model.focus) {
        (Tab::Live, Pane::Bots) => model.bots.find(typed),
        (Tab::Live, Pane::Activity) => (0..model.stream.len()).find(|line| {
            model.stream.line(*line).is_some_and(|row| {
                let title = row.told.thread.and_then(|id| model.titles.get(&id)).map_or("", String::as_str);
                [&row.bot_name, &row.told.about, &row.told.quote].into_iter().any(|text| holds(text))
                    || holds(title)
            })
        }),
        (Tab::Live, Pane::Usage) => model.lower.used.find(typed),
        (Tab::Live, Pane::Log) => model.lower.log.find(typed),
        (Tab::Live, Pane::Inspector) if model.inspector.page == Page::Memory => {
            remembered(&model.inspector.recall, &lower)
        }
        (Tab::Live, _) => return None,
        (Tab::Forum, _) if model.forum.reading => {
            model.forum.reader.entries.iter().position(|post| holds(&post.name) || holds(&post.said))
        }
        (Tab::Forum, _) => {
            model.forum.threads.iter().position(|thread| holds(&thread.title) || holds(&thread.author_name))
        }
        (Tab::Stats, _) => model.stats.list.find(typed),
        (Tab::Memory, _) if model.explorer.in_bots => model.bots.find(typed),
        (Tab::Memory, _) => remembered(&model.explorer.recall, &lower),
        (Tab::Society, _) => model.society.list.find(typed),
        (Tab::Moderation, _) => model.moderation.list.find(typed),
        (Tab::Events, _) => model.events.list.find(typed),
        (Tab::Log, _) => model.log.list.find(typed),
    })
}

fn remembered(recall: &Recall, lower: &str) -> Option<usize> {
    recall.lines.iter().position(|line| matches!(line, RecallLine::Item(item) if item.holds(lower)))
}
