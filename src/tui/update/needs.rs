//! The list of what needs a person, and the ways it leads.

use super::go::{focus, show_bot, show_tab};
use super::open;
use crate::tui::msg::Effect;
use crate::tui::overlays::{Choice, Item, Overlay, Then};
use crate::tui::state::Row;
use crate::tui::state::need::Way;
use crate::tui::state::needs::{is_answer, needs};
use crate::tui::state::{Model, Pane, Tab, Tone};
use crate::tui::widgets::text;

/// Opens the list.
pub fn list(model: &mut Model) {
    let needs = needs(model);
    if needs.is_empty() {
        model.toast(Tone::Good, "nothing needs you now");
        return;
    }
    let now = model.now;
    let items = needs.iter().map(|need| Item {
        title: need.what.clone(),
        note: need.at.map_or_else(String::new, |at| text::ago(now.seconds_since(at))),
        about: need.about.clone(),
        current: false,
    });
    let choice = Choice::new(
        "What needs you",
        items.collect(),
        Then::Need(needs.iter().map(|need| need.way.clone()).collect()),
    );
    model.overlays.push(Overlay::Choice(choice));
}

/// A line of it was chosen.
pub fn chosen(model: &mut Model, way: &Way) -> Vec<Effect> {
    match way {
        Way::Here => Vec::new(),
        Way::Flags => show_tab(model, Tab::Moderation),
        Way::Errors(at) => {
            model.seen.errors_until(*at);
            crate::tui::update::tabs::log::show_errors(model);
            show_tab(model, Tab::Log)
        }
        Way::Bot(id) => show_bot(model, id),
        Way::Status(status) => {
            let effects = show_tab(model, Tab::Live);
            focus(model, Pane::Bots);
            model.bots.set_filter(status.as_str());
            effects
        }
        Way::Yaml(id) => {
            let mut effects = show_bot(model, id);
            if let Some(row) = model.bots.get(id).cloned() {
                effects.extend(open::yaml_choice(model, &row));
            }
            effects
        }
        Way::Post(thread, reply, act) => {
            model.seen.read(*act);
            crate::tui::update::tabs::forum::open(model, *thread, *reply)
        }
    }
}

/// Tells a person that they were answered.
pub fn tell(model: &mut Model, row: &Row) {
    let person = model.forum.writer.name.clone().unwrap_or_default();
    if is_answer(row, &person) {
        let said = format!("{} answered you; ! leads there", model.name(&row.bot_id));
        model.toast(Tone::Good, said);
    }
}
