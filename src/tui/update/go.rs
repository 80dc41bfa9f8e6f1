//! Going somewhere: to a tab, a pane, a bot, an act; and what is read there. There is one selected bot, and whatever is
//! about it follows.

use crate::domain::Actor;
use crate::link::Connection;
use crate::tui::action::{ACTIONS, Act};
use crate::tui::msg::{Effect, Load};
use crate::tui::state::recall::Recall;
use crate::tui::state::{Model, Page, Pane, Tab, Tone};

/// Whether an action may be done here; says so if not.
pub fn may(model: &mut Model, act: Act) -> bool {
    let def = ACTIONS.iter().find(|def| def.act == act);
    if def.is_some_and(|def| !def.is_for(model.role)) {
        model.toast(Tone::Bad, refusal(model));
        return false;
    }
    true
}

/// Why nothing can be changed from here.
pub const fn refusal(model: &Model) -> &'static str {
    match model.walk {
        Some(_) => "this is the past, where nothing can be changed; a fork begins another society",
        None => "this control room may only look (viewer)",
    }
}

/// Focuses a pane of the Live tab.
pub fn focus(model: &mut Model, pane: Pane) {
    model.focus = pane;
    model.arrangement.show(pane);
    if model.arrangement.is_below(pane) {
        model.lower_pane = pane;
    }
}

/// Shows another tab.
pub fn show_tab(model: &mut Model, tab: Tab) -> Vec<Effect> {
    if model.tab == tab {
        return Vec::new();
    }
    model.tab = tab;
    model.zoomed = false;
    came(model)
}

/// The open tab came into view: what it reads.
pub fn came(model: &mut Model) -> Vec<Effect> {
    match model.tab {
        Tab::Live => Vec::new(),
        Tab::Forum => model.forum.came(),
        Tab::Stats => model.stats.came(model.room.as_ref(), model.now, &model.zone),
        Tab::Memory => model.explorer.came(model.bots.chosen()),
        Tab::Society => model.society.came(),
        Tab::Moderation => model.moderation.came(),
        Tab::Events => model.events.came(),
        Tab::Log => model.log.came(),
    }
}

/// Shows a bot on the Live tab.
pub fn show_bot(model: &mut Model, id: &str) -> Vec<Effect> {
    if model.bots.get(id).is_none() {
        let person = Actor::of(id).is_person();
        let said = format!(
            "{} is {} of this room",
            model.name(id),
            if person { "a person, no bot" } else { "no bot" }
        );
        model.toast(Tone::Info, said);
        return Vec::new();
    }
    model.bots.show(id);
    let mut effects = show_tab(model, Tab::Live);
    focus(model, Pane::Bots);
    effects.extend(follow_selection(model));
    effects
}

/// Shows the reason behind an act on the Live tab.
pub fn show_why(model: &mut Model, activity_id: i64) -> Vec<Effect> {
    let mut effects = show_tab(model, Tab::Live);
    model.inspector.why.ask(activity_id);
    effects.extend(turn_page(model, Page::Why));
    focus(model, Pane::Inspector);
    effects
}

/// There is one selected bot: whatever is about it turns to it.
pub fn follow_selection(model: &mut Model) -> Vec<Effect> {
    let mut effects = inspect_selection(model);
    effects.extend(read_beside(model));
    effects.extend(remember_selection(model));
    model.society.follow(model.bots.chosen());
    effects
}

/// Turns the inspector to the selected bot.
fn inspect_selection(model: &mut Model) -> Vec<Effect> {
    // Far away it is asked for what is seen.
    let unseen = model.tab != Tab::Live && model.connection != Connection::Local;
    if unseen || model.bots.chosen() == model.inspector.wanted.as_deref() {
        return Vec::new();
    }
    match model.bots.chosen().map(str::to_owned) {
        Some(id) => turn_to(model, &id, None),
        None => {
            model.inspector.leave();
            Vec::new()
        }
    }
}

/// Turns the Memory tab to the selected bot.
fn remember_selection(model: &mut Model) -> Vec<Effect> {
    let chosen = model.bots.chosen();
    if model.tab != Tab::Memory || model.explorer.of.as_deref() == chosen {
        return Vec::new();
    }
    let explorer = &mut model.explorer;
    explorer.of = chosen.map(str::to_owned);
    explorer.recall = Recall::default();
    explorer.read()
}

/// Vast screens show another page beside the inspector's: what it needs is read once for each bot and page.
fn read_beside(model: &mut Model) -> Vec<Effect> {
    if model.layout().beside.is_empty() {
        return Vec::new();
    }
    let page = model.inspector.page.beside();
    let shown = model.inspector.wanted.clone().map(|id| (id, page));
    if shown == model.inspector.beside {
        return Vec::new();
    }
    model.inspector.beside = shown;
    if page == Page::Why {
        ask_newest(model);
    }
    model.inspector.read(page)
}

/// Turns the inspector's page.
pub fn turn_page(model: &mut Model, page: Page) -> Vec<Effect> {
    model.inspector.turn_page(page);
    if page == Page::Why {
        ask_newest(model);
    }
    model.inspector.read_page()
}

/// Where no act is asked for yet, the bot's newest is, if the stream holds it.
fn ask_newest(model: &mut Model) {
    if model.inspector.why.wanted.is_none()
        && let Some(act) = model.inspector.wanted.as_deref().and_then(|bot| newest_of(model, bot))
    {
        model.inspector.why.ask(act);
    }
}

/// A bot's newest act as the stream tells it, far away, where the list of its acts costs more than the reason itself. Here
/// that list is read: what was done this moment is in it before it is told.
fn newest_of(model: &Model, bot: &str) -> Option<i64> {
    (model.connection != Connection::Local).then(|| model.stream.newest_of(bot)).flatten()
}

/// Turns the inspector to a bot; what is not saved of the one before is kept, and that is said.
fn turn_to(model: &mut Model, id: &str, act: Option<i64>) -> Vec<Effect> {
    if let Some(before) = model.inspector.wanted.clone().filter(|before| before != id)
        && model.inspector.mind.is_dirty()
    {
        let said = format!("the changes to {} are kept, not saved", model.name(&before));
        model.toast(Tone::Info, said);
    }
    let newest = || newest_of(model, id).filter(|_| model.inspector.page == Page::Why);
    let act = act.or_else(newest);
    model.inspector.turn_to(id, act)
}

/// Turns the inspector to the reason of an act, and to the chosen bot.
pub fn turn_to_act(model: &mut Model, act: i64) -> Vec<Effect> {
    let chosen = model.bots.chosen().map(str::to_owned);
    model.inspector.turn_page(Page::Why);
    match chosen.filter(|id| model.inspector.wanted.as_ref() != Some(id)) {
        Some(id) => turn_to(model, &id, Some(act)),
        None => {
            model.inspector.why.ask(act);
            model.inspector.read_page()
        }
    }
}

/// The inspector shows the selected act: whose it is, and why. Pinned it stays as it is, and so it does
/// over changes that are not saved.
pub fn follow_act(model: &mut Model) -> Vec<Effect> {
    let inspector = &model.inspector;
    if inspector.pinned || inspector.mind.is_dirty() {
        return Vec::new();
    }
    let Some((id, seq)) = model.stream.selected().map(|row| (row.bot_id.clone(), row.seq)) else {
        return Vec::new();
    };
    let shown = inspector.page == Page::Why && inspector.why.wanted == Some(seq);
    if shown || !model.bots.choose(&id) {
        return Vec::new();
    }
    turn_to_act(model, seq)
}

/// The bot of the selected line of the usage is the selected one.
pub fn choose_used(model: &mut Model) {
    if let Some(id) = model.lower.used.selected().map(|bot| bot.bot_id.clone()) {
        model.bots.choose(&id);
    }
}

/// A bot is no more: nothing is selected in its place, and what was not saved of it is dropped.
pub fn left(model: &mut Model, id: &str) {
    let inspector = &mut model.inspector;
    let shown = inspector.wanted.as_deref() == Some(id);
    let unsaved = inspector.kept.remove(id).is_some() | (shown && inspector.mind.is_dirty());
    if shown {
        inspector.leave();
    }
    if shown || model.bots.get(id).is_some() {
        let dropped = if unsaved { "; what was not saved of it is dropped" } else { "" };
        model.toast(Tone::Info, format!("{} has left the room{dropped}", model.name(id)));
    }
    model.bots.remove(id);
    model.stale.room = true;
}

/// Reads older rows when the end is near.
pub fn older(model: &mut Model) -> Vec<Effect> {
    if !model.stream.wants_more() {
        return Vec::new();
    }
    model.stream.loading = true;
    let query = crate::protocol::ActivityQuery {
        limit: 200,
        after: model.stream.oldest(),
        ..crate::protocol::ActivityQuery::default()
    };
    vec![Effect::Load(Load::Activity(query))]
}
