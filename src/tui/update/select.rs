//! Choosing a line of the list that has the focus by its place, as a program does it.

use crate::tui::action::Act;
use crate::tui::msg::Effect;
use crate::tui::state::Page;
use crate::tui::state::{Model, Pane, Tab};
use crate::tui::widgets::Scroll;

/// Chooses a line. It is reached by the step that a key would have taken last, so that whatever follows the
/// selection does so here too.
pub fn line(model: &mut Model, line: usize) -> Vec<Effect> {
    if model.tab == Tab::Live && model.focus == Pane::Bots {
        if let Some(id) = model.bots.line(line).map(|row| row.id.clone()) {
            model.bots.select(&id);
        }
        return Vec::new();
    }
    if model.tab == Tab::Forum && model.forum.reading {
        model.forum.reader.at = line.min(model.forum.reader.entries.len().saturating_sub(1));
        return Vec::new();
    }
    if model.tab == Tab::Memory && model.explorer.in_bots {
        if let Some(id) = model.bots.line(line).map(|row| row.id.clone()) {
            model.bots.select(&id);
        }
        return Vec::new();
    }
    let Some(scroll) = scroll(model) else { return Vec::new() };
    let act = match line.checked_sub(1) {
        None => Act::Top,
        Some(before) => {
            scroll.selected = before;
            Act::Down
        }
    };
    let moved =
        if model.tab == Tab::Live { super::live::act(model, act) } else { super::tabs::act(model, act) };
    moved.unwrap_or_default()
}

/// The selection of the list that has the focus.
fn scroll(model: &mut Model) -> Option<&mut Scroll> {
    Some(match model.tab {
        Tab::Live => match (model.focus, model.inspector.page) {
            (Pane::Bots, _) => &mut model.bots.scroll,
            (Pane::Activity, _) => &mut model.stream.scroll,
            (Pane::Usage, _) => &mut model.lower.used.scroll,
            (Pane::Log, _) => &mut model.lower.log.scroll,
            (Pane::Inspector, Page::Mind) => &mut model.inspector.mind.scroll,
            (Pane::Inspector, Page::Budget) => &mut model.inspector.budget.scroll,
            (Pane::Inspector, Page::Memory) => &mut model.inspector.recall.scroll,
            (Pane::Inspector, Page::Why) => &mut model.inspector.why.scroll,
            (Pane::Inspector, Page::Profile) | (Pane::Reputation, _) => return None,
        },
        Tab::Forum => &mut model.forum.list,
        Tab::Stats => &mut model.stats.list.scroll,
        Tab::Memory => &mut model.explorer.recall.scroll,
        Tab::Society if model.society.on_ties => &mut model.society.scroll,
        Tab::Society => &mut model.society.list.scroll,
        Tab::Moderation => &mut model.moderation.list.scroll,
        Tab::Events => &mut model.events.list.scroll,
        Tab::Log => &mut model.log.list.scroll,
    })
}
