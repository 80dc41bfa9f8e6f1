//! Changes of all marked bots at once. What is lost or costs is asked first, by name.

use serde_json::json;

use crate::protocol::Status;
use crate::tui::action::Act;
use crate::tui::msg::{Command, Effect};
use crate::tui::overlays::{Choice, Confirm, Item, Line, Overlay, Then};
use crate::tui::state::{ListedBot, budget};
use crate::tui::state::{Model, Tone};

/// Names told in a question at most.
const NAMES: usize = 12;

/// What can be done to the marked, in the order of the list.
const DEEDS: [(&str, &str); 8] = [
    ("pause", "They stop their heartbeats."),
    ("let run again", "They take up their heartbeats."),
    ("wake now", "Each takes its beat now."),
    ("token cap…", "Each gets this cap of its own; empty returns them to the default."),
    ("cost cap…", "Each gets this cap of its own; empty returns them to the default."),
    ("pace…", "Each gets this pace of its own; empty returns them to the room's."),
    ("provider…", "Each speaks by this provider from its next beat on."),
    ("remove…", "Custom bots leave; their posts stay."),
];

/// The marked bots, where there are some.
fn marked(model: &Model) -> Vec<ListedBot> {
    model.bots.marked().into_iter().cloned().collect()
}

fn ids(rows: &[ListedBot]) -> Vec<String> {
    rows.iter().map(|row| row.id.clone()).collect()
}

/// `Ada, Echo, Luna and 9 more`.
fn names(rows: &[&ListedBot]) -> String {
    let told: Vec<&str> = rows.iter().take(NAMES).map(|row| row.name.as_str()).collect();
    let more = rows.len().saturating_sub(NAMES);
    if more == 0 { told.join(", ") } else { format!("{} and {more} more", told.join(", ")) }
}

fn bots(count: usize) -> String {
    if count == 1 { "1 bot".into() } else { format!("{count} bots") }
}

fn each(rows: &[ListedBot], command: impl Fn(&ListedBot) -> Command) -> Vec<Effect> {
    vec![Effect::Run(Command::Each(rows.iter().map(command).collect()))]
}

/// A key that acts on a bot, while bots are marked; `None` if none is, or it is meant for one alone.
pub fn act(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    let rows = marked(model);
    if rows.is_empty() {
        return None;
    }
    match act {
        Act::PauseBot => {
            let paused = rows.iter().any(|row| row.status != Status::Paused);
            Some(each(&rows, |row| Command::SetPaused(row.id.clone(), paused)))
        }
        Act::Trigger => Some(wake(model, &rows)),
        Act::BotPace => Some(type_line(model, budget::Limit::Pace, &rows)),
        Act::DeleteBot => Some(remove(model, &rows)),
        _ => None,
    }
}

/// Asks what is to be done to the marked.
pub fn choose(model: &mut Model) {
    let rows = marked(model);
    if rows.is_empty() {
        model.toast(Tone::Info, "no bot is marked: M marks one, A all that are shown");
        return;
    }
    let item =
        |(title, about): (&str, &str)| Item { title: title.into(), about: about.into(), ..Item::default() };
    let title = format!("What about {}?", bots(rows.len()));
    let then = Then::Crowd(ids(&rows));
    model.overlays.push(Overlay::Choice(Choice::new(title, DEEDS.map(item).into(), then)));
}

/// The rows of these bots, as far as they are still there.
fn rows_of(model: &Model, ids: &[String]) -> Vec<ListedBot> {
    ids.iter().filter_map(|id| model.bots.get(id)).cloned().collect()
}

/// A deed was chosen.
pub fn chosen(model: &mut Model, ids: &[String], at: usize) -> Vec<Effect> {
    let rows = rows_of(model, ids);
    match at {
        0 | 1 => each(&rows, |row| Command::SetPaused(row.id.clone(), at == 0)),
        2 => wake(model, &rows),
        3 => type_line(model, budget::Limit::Tokens, &rows),
        4 => type_line(model, budget::Limit::Cost, &rows),
        5 => type_line(model, budget::Limit::Pace, &rows),
        6 => {
            let named =
                |name: &str, note: &str| Item { title: name.into(), note: note.into(), ..Item::default() };
            let mut items = vec![named("default", "the room's")];
            items.extend(model.providers.iter().map(|provider| named(&provider.name, &provider.pricing)));
            let title = format!("By which provider do {} speak?", bots(rows.len()));
            model.overlays.push(Overlay::Choice(Choice::new(
                title,
                items,
                Then::CrowdProvider(ids.to_vec()),
            )));
            Vec::new()
        }
        7 => remove(model, &rows),
        _ => Vec::new(),
    }
}

/// A provider was chosen for all.
pub fn chose_provider(model: &mut Model, ids: &[String], name: &str) -> Vec<Effect> {
    let rows = rows_of(model, ids);
    let patch = json!({"model": {"provider": name}});
    let yes = each(&rows, |row| Command::SetConfig(row.id.clone(), patch.clone()));
    let all: Vec<&ListedBot> = rows.iter().collect();
    ask(
        model,
        format!("Let {} speak by {name}?", bots(rows.len())),
        format!("{}. Its calls may cost.", names(&all)),
        yes,
    );
    Vec::new()
}

/// A cap or pace was typed for all.
///
/// # Errors
/// A sentence saying what would be right.
pub fn typed(model: &Model, line: usize, ids: &[String], typed: &str) -> Result<Vec<Effect>, String> {
    let line = budget::Limit::ALL.get(line).ok_or("no such line")?;
    let commands: Result<Vec<Command>, String> =
        rows_of(model, ids).iter().map(|row| line.command(&row.id, typed)).collect();
    Ok(vec![Effect::Run(Command::Each(commands?))])
}

fn type_line(model: &mut Model, line: budget::Limit, rows: &[ListedBot]) -> Vec<Effect> {
    let at = budget::Limit::ALL.iter().position(|known| *known == line).unwrap_or(0);
    let title = format!("{}: {}", bots(rows.len()), line.prompt());
    model.overlays.push(Overlay::Line(Line::new(title, "", Then::CrowdLine(at, ids(rows)))));
    Vec::new()
}

fn wake(model: &mut Model, rows: &[ListedBot]) -> Vec<Effect> {
    let yes = each(rows, |row| Command::Trigger(row.id.clone()));
    if super::open::is_free(model) {
        return yes;
    }
    let all: Vec<&ListedBot> = rows.iter().collect();
    let body = format!("{}: each makes at least one call to a model.", names(&all));
    ask(model, format!("Wake {} now?", bots(rows.len())), body, yes);
    Vec::new()
}

fn remove(model: &mut Model, rows: &[ListedBot]) -> Vec<Effect> {
    let (custom, files): (Vec<&ListedBot>, Vec<&ListedBot>) = rows.iter().partition(|row| row.custom);
    if custom.is_empty() {
        model.toast(Tone::Info, "the marked bots come from YAML files; pause them instead (x)");
        return Vec::new();
    }
    let mut body = format!(
        "{}. Their posts stay, under their departed names. Their minds and memories are gone.",
        names(&custom)
    );
    if !files.is_empty() {
        body += &format!(" {} of the marked stay: they come from YAML files.", files.len());
    }
    let yes = vec![Effect::Run(Command::Each(
        custom.iter().map(|row| Command::DeleteBot(row.id.clone())).collect(),
    ))];
    ask(model, format!("Remove {}?", bots(custom.len())), body, yes);
    Vec::new()
}

fn ask(model: &mut Model, title: String, body: String, yes: Vec<Effect>) {
    let confirm = Confirm { title, body, yes, danger: true, ..Confirm::default() };
    model.overlays.push(Overlay::Confirm(confirm));
}
