//! Bookmarks and tags: set, listed, led to.

use super::go::{show_bot, show_why};
use crate::tui::marks::Destination;
use crate::tui::msg::Effect;
use crate::tui::overlays::{Choice, Item, Line, Overlay, Then};
use crate::tui::state::{Model, Pane, Tab, Tone};
use crate::tui::state::{Page, Row};
use crate::tui::view::View;
use crate::tui::widgets::text;

/// What a bookmark set here would lead to, and what it is called.
fn here(model: &Model) -> Option<(Destination, String)> {
    let bot = |id: &str| (Destination::Bot(id.to_owned()), model.name(id).to_owned());
    let act = |row: &Row| {
        let said = format!("{} {}", model.name(&row.bot_id), row.told.sentence(&View::of(model)));
        (Destination::Act(row.seq), said)
    };
    match model.tab {
        Tab::Live if model.focus == Pane::Activity => model.stream.selected().map(act),
        Tab::Live if model.focus == Pane::Inspector && model.inspector.page == Page::Why => {
            model.inspector.why.view.as_ref().map(|why| act(&Row::of_activity(&why.activity)))
        }
        Tab::Live => model.bots.selected_id().map(bot),
        Tab::Forum => {
            let thread = model.forum.selected()?.thread;
            let read = model.forum.reader.view.as_ref().filter(|view| view.id == thread);
            let listed = model.forum.threads.iter().find(|listed| listed.id == thread);
            let title = read.map(|view| &view.title).or_else(|| listed.map(|listed| &listed.title));
            let title = title.or_else(|| model.titles.get(&thread)).cloned().unwrap_or_default();
            Some((Destination::Thread(thread), format!("#{thread} {title}")))
        }
        Tab::Moderation => {
            let thread = model.moderation.selected()?.thread_id?;
            let title = model.titles.get(&thread).cloned().unwrap_or_default();
            Some((Destination::Thread(thread), format!("#{thread} {title}")))
        }
        Tab::Memory | Tab::Society | Tab::Stats => model.bots.chosen().map(bot),
        Tab::Events | Tab::Log => None,
    }
}

/// Marks what is selected, or takes its mark.
pub fn turn(model: &mut Model) {
    let Some((place, title)) = here(model) else {
        model.toast(Tone::Info, "a bot, a thread or an act can be marked; none is selected");
        return;
    };
    let said = if model.bookmarks.turn(place, &title) { "marked: ' leads back" } else { "no longer marked" };
    model.toast(Tone::Good, said);
}

/// Lists the bookmarks.
pub fn list(model: &mut Model) {
    let items: Vec<Item> = model
        .bookmarks
        .iter()
        .map(|mark| Item {
            title: mark.title.clone(),
            note: match mark.to {
                Destination::Bot(_) => "bot",
                Destination::Thread(_) => "thread",
                Destination::Act(_) => "act",
            }
            .into(),
            ..Item::default()
        })
        .collect();
    if items.is_empty() {
        model.toast(Tone::Info, "nothing is marked yet: B marks the selected bot, thread or act");
        return;
    }
    model.overlays.push(Overlay::Choice(Choice::new("Bookmarks", items, Then::Bookmark)));
}

/// A bookmark was chosen.
pub fn chosen(model: &mut Model, at: usize) -> Vec<Effect> {
    match model.bookmarks.get(at).map(|mark| mark.to.clone()) {
        Some(Destination::Bot(id)) => show_bot(model, &id),
        Some(Destination::Thread(id)) => crate::tui::update::tabs::forum::open(model, id, None),
        Some(Destination::Act(id)) => show_why(model, id),
        None => Vec::new(),
    }
}

/// The bots whose tags would be changed: the marked ones, else the selected one.
fn meant(model: &Model) -> Vec<String> {
    let marked: Vec<String> = model.bots.marked().iter().map(|row| row.id.clone()).collect();
    if marked.is_empty() { model.bots.selected_id().map(str::to_owned).into_iter().collect() } else { marked }
}

/// Offers the groups that tags make, and to change tags.
pub fn tags(model: &mut Model) {
    let bots = meant(model);
    let groups: Vec<Item> = model
        .bots
        .tags
        .all()
        .into_iter()
        .map(|(tag, count)| Item {
            title: format!("#{tag}"),
            note: text::count(i64::try_from(count).unwrap_or(i64::MAX), "bot"),
            about: "Shows this group alone; A marks all of it, c changes the marked at once.".into(),
            ..Item::default()
        })
        .collect();
    match (groups.is_empty(), bots.is_empty()) {
        (true, true) => model.toast(Tone::Info, "no bot is selected"),
        (true, false) => ask(model, bots),
        (false, _) => {
            let mut items = groups;
            if !bots.is_empty() {
                items.push(Item {
                    title: format!("tags of {}…", whom(model, &bots)),
                    about: "A bot may have several; what is typed here is seen by nobody else.".into(),
                    ..Item::default()
                });
            }
            model.overlays.push(Overlay::Choice(Choice::new("Groups", items, Then::Group)));
        }
    }
}

/// `Ada`, or `3 bots`.
fn whom(model: &Model, bots: &[String]) -> String {
    match bots {
        [one] => model.name(one).to_owned(),
        several => format!("{} bots", several.len()),
    }
}

fn ask(model: &mut Model, bots: Vec<String>) {
    let title = match bots.as_slice() {
        [_] => format!("Tags of {} (night, poets)", whom(model, &bots)),
        _ => format!("Tags of {} (+night -poets)", whom(model, &bots)),
    };
    let now = match bots.as_slice() {
        [one] => model.bots.tags.of(one).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    };
    model.overlays.push(Overlay::Line(Line::new(title, &now, Then::Tags(bots))));
}

/// A group was chosen, or that tags are to be changed.
pub fn grouped(model: &mut Model, at: usize) {
    let tag = model.bots.tags.all().into_keys().nth(at).map(|tag| format!("#{tag}"));
    match tag {
        Some(tag) => model.bots.set_filter(&tag),
        None => {
            let bots = meant(model);
            ask(model, bots);
        }
    }
}

/// Tags were typed.
pub fn tagged(model: &mut Model, bots: &[String], typed: &str) {
    model.bots.tags.change(bots, typed);
    model.bots.refilter();
    let said = match bots {
        [one] => {
            let tags: Vec<String> = model.bots.tags.of(one).map(|tag| format!("#{tag}")).collect();
            if tags.is_empty() { "no tags".into() } else { tags.join(" ") }
        }
        several => format!("{} bots have new tags", several.len()),
    };
    model.toast(Tone::Good, said);
}
