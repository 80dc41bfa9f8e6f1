//! Before and after a moment, and two bots side by side: reading, choosing, showing.

use crate::domain::Stamp;
use crate::tui::msg::{Effect, Load};
use crate::tui::overlays::reading::Para;
use crate::tui::overlays::{Choice, Item, Overlay, Reading, Then};
use crate::tui::state::Model;
use crate::tui::state::compare::{Compare, Story, Tally, lines};

/// Moments offered at most, the newest first.
const MOMENTS: usize = 60;

fn wait(model: &mut Model, bot: &str) -> Vec<Effect> {
    let said = vec![Para::Text(format!("reading what {} did…", model.name(bot)))];
    let mut window = Reading::new(TITLE, said);
    window.waiting = true;
    model.overlays.push(Overlay::Reading(window));
    model.compare.wanted = Some(bot.to_owned());
    vec![Effect::Load(Load::Story(bot.to_owned()))]
}

const TITLE: &str = "Before and after";

/// Reads what a bot did, to compare it.
pub fn begin(model: &mut Model, bot: &str) -> Vec<Effect> {
    model.compare = Compare::default();
    wait(model, bot)
}

/// Takes the window away that waits; whether it is still there: who closed it wants to see nothing.
fn waited(model: &mut Model, bot: &str) -> bool {
    let waits = matches!(model.overlays.last(), Some(Overlay::Reading(window)) if window.waiting && window.title == TITLE);
    let meant = waits && model.compare.wanted.as_deref() == Some(bot);
    if meant {
        model.overlays.pop();
        model.compare.wanted = None;
    }
    meant
}

/// What a bot did was read.
pub fn read(model: &mut Model, story: Story) {
    if !waited(model, &story.bot) {
        return;
    }
    if let Some(first) = model.compare.story.take() {
        return beside(model, &first, &story);
    }
    let at = |moment: Stamp| {
        moment.timestamp().to_zoned(model.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    };
    let mut items: Vec<Item> = story
        .moments()
        .into_iter()
        .take(MOMENTS)
        .map(|moment| Item {
            note: at(moment.at),
            title: moment.what,
            about: "What it did, said and got before this, and since.".into(),
            current: false,
        })
        .collect();
    for (title, about) in [
        ("another bot, the last 7 days…", "What both did, said and got in the last seven days."),
        ("another bot, all there is…", "What both did, said and got in the time that is known of both."),
    ] {
        items.push(Item { title: title.into(), about: about.into(), ..Item::default() });
    }
    let title = format!("Compare {} before and after what?", model.name(&story.bot));
    model.compare.story = Some(story);
    model.overlays.push(Overlay::Choice(Choice::new(title, items, Then::Moment)));
}

/// It could not be read.
pub fn failed(model: &mut Model, bot: &str) {
    waited(model, bot);
}

/// A moment was chosen, or that another bot is to stand beside.
pub fn chosen(model: &mut Model, at: usize) {
    let Some(story) = model.compare.story.clone() else { return };
    let moments = story.moments();
    if let Some(moment) = moments.get(at).filter(|_| at < MOMENTS) {
        // What came after the next change is owed to that one.
        let (before, after) = (story.tally(|time| time < moment.at), story.tally(|time| time >= moment.at));
        let title = format!("{}: {}", model.name(&story.bot), moment.what);
        show(model, title, ["before", "after"], &before, &after);
        return;
    }
    model.compare.week = at == moments.len().min(MOMENTS);
    let others = model.bots.rows().iter().filter(|row| row.id != story.bot);
    let items =
        others.map(|row| Item { title: row.name.clone(), note: row.id.clone(), ..Item::default() }).collect();
    let title = format!("Compare {} with whom?", model.name(&story.bot));
    model.overlays.push(Overlay::Choice(Choice::new(title, items, Then::Beside)));
}

/// The other bot was chosen.
pub fn chose_other(model: &mut Model, id: &str) -> Vec<Effect> {
    wait(model, id)
}

fn beside(model: &mut Model, a: &Story, b: &Story) {
    let begins = |story: &Story| story.acts.last().map(|act| act.created_at);
    let mut from = begins(a).max(begins(b)).unwrap_or_default();
    let week = model.compare.week;
    if week {
        from = from.max(model.now.plus_seconds(-7 * 86_400));
    }
    let (left, right) = (a.tally(|at| at >= from), b.tally(|at| at >= from));
    let (a, b) = (model.name(&a.bot).to_owned(), model.name(&b.bot).to_owned());
    let when = if week { ", the last 7 days" } else { "" };
    show(model, format!("{a} and {b}{when}"), [&a, &b], &left, &right);
}

fn show(model: &mut Model, title: String, sides: [&str; 2], a: &Tally, b: &Tally) {
    let mut paras = Vec::new();
    for (part, lines) in lines(a, b) {
        if !paras.is_empty() {
            paras.push(Para::Gap);
        }
        let head = [part, sides[0], sides[1], "difference"].map(str::to_owned);
        paras.push(Para::Row(head, true));
        paras.extend(lines.into_iter().map(|line| Para::Row(line, false)));
    }
    if a.beats.min(b.beats) < 20 {
        paras.push(Para::Gap);
        paras.push(Para::Text("Few beats: what differs may be chance.".into()));
    }
    model.overlays.push(Overlay::Reading(Reading::new(title, paras)));
}
