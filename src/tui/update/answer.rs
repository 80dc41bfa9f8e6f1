//! What answers to windows mean.

use std::path::PathBuf;

use crate::domain::ActivityKind;
use crate::domain::pace::Preset;
use crate::domain::{talk, text};
use crate::protocol::CreatePersonality;
use crate::protocol::{CreateBot, EditMemory, ExportFormat, ExportKind, Interview, SetPace, YamlChoice};
use crate::tui::msg::{Command, Effect};
use crate::tui::overlays::reading::Para;
use crate::tui::overlays::{Answer, Line, Overlay, Reading, Then};
use crate::tui::state::Model;
use crate::tui::state::budget;
use crate::tui::state::mind::Field;
use crate::tui::state::stream::StreamFilter;
use crate::tui::update::tabs;

/// A window was closed without an answer.
pub fn cancelled(model: &mut Model) -> Vec<Effect> {
    match model.overlays.pop() {
        // Leaving the filter with Esc shows everything again.
        Some(Overlay::Line(line)) if line.then == Then::Filter => super::filter::apply(model, ""),
        Some(Overlay::Line(line)) if line.then == Then::Look => {
            look(model, "");
            Vec::new()
        }
        Some(Overlay::Choice(choice)) if choice.then == Then::Offer => {
            super::offer::declined(model);
            Vec::new()
        }
        Some(window) => {
            if model.forum.writer.put_by(&window) {
                model.toast(crate::tui::state::Tone::Info, "kept as a draft");
            }
            Vec::new()
        }
        None => Vec::new(),
    }
}

/// A line changed while it is typed.
pub fn typed(model: &mut Model) -> Vec<Effect> {
    match model.overlays.last() {
        Some(Overlay::Line(line)) if line.then == Then::Jump => {
            let typed = line.input.value().to_owned();
            let gone = super::jump::to(model, &typed);
            if gone.is_none()
                && let Some(Overlay::Line(line)) = model.overlays.last_mut()
            {
                line.error = Some("no line holds that".into());
            }
            gone.unwrap_or_default()
        }
        Some(Overlay::Line(line)) if line.then == Then::Look => {
            let typed = line.input.value().to_owned();
            look(model, &typed);
            Vec::new()
        }
        Some(Overlay::Line(line)) if line.is_live() => {
            let typed = line.input.value().to_owned();
            super::filter::apply(model, &typed)
        }
        _ => Vec::new(),
    }
}

/// Shows only the lines of a window that hold what is typed.
fn look(model: &mut Model, typed: &str) {
    let below = model.overlays.iter_mut().rev().find_map(|window| match window {
        Overlay::Reading(reading) => Some(reading),
        _ => None,
    });
    if let Some(reading) = below {
        typed.clone_into(&mut reading.filter);
    }
}

/// A line of a list was chosen.
pub fn chosen(model: &mut Model, at: usize) -> Vec<Effect> {
    let Some(Overlay::Choice(choice)) = model.overlays.pop() else { return Vec::new() };
    let Some(item) = choice.items.get(at) else { return Vec::new() };
    match choice.then {
        Then::StreamKind => {
            let kind = at.checked_sub(1).and_then(|at| ActivityKind::ALL.get(at)).copied();
            let filter = StreamFilter { kind, ..model.stream.filter().clone() };
            model.stream.set_filter(filter);
            return super::go::older(model);
        }
        Then::MindField(place) => {
            if let Some(field) = Field::ALL.get(place) {
                let _ = model.inspector.mind.set_text(*field, &item.title); // a listed choice is always right
            }
        }
        Then::Need(ways) => {
            return ways.get(at).map_or_else(Vec::new, |way| super::needs::chosen(model, way));
        }
        Then::Hit => return super::search::chosen(model, at),
        Then::TakeBack => return super::undo::chosen(model, at),
        Then::Layout => super::arrange::chosen(model, at),
        Then::Room => return super::rooms::chosen(model, at),
        Then::Bookmark => return super::marks::chosen(model, at),
        Then::Group => super::marks::grouped(model, at),
        Then::Moment => super::compare::chosen(model, at),
        Then::Beside => return super::compare::chose_other(model, &item.note.clone()),
        Then::Crowd(bots) => return super::crowd::chosen(model, &bots, at),
        Then::CrowdProvider(bots) => return super::crowd::chose_provider(model, &bots, &item.title),
        Then::MindModel => super::mind::chose_model(model, at, item, choice.items.len()),
        Then::Pace if item.current && at < Preset::NAMED.len() => {
            model.toast(crate::tui::state::Tone::Info, format!("{} is the pace already", item.title));
        }
        Then::Pace => match Preset::NAMED.get(at) {
            Some(preset) => {
                let pace = SetPace { preset: Some(preset.as_str().into()), interval_seconds: None };
                return vec![Effect::Run(Command::SetPace(pace))];
            }
            None => model.overlays.push(Overlay::Line(Line::new(
                "Every bot wakes every … (90, 5m, 2h, 1d)",
                "",
                Then::CustomPace,
            ))),
        },
        Then::Provider if item.current => {
            model.toast(crate::tui::state::Tone::Info, format!("{} speaks for the room already", item.title));
        }
        Then::Provider => match model.providers.get(at).map(|provider| provider.name.clone()) {
            Some(name) => {
                let chosen = Command::SetDefaultProvider { name, model: None, confirm_cost: false };
                return vec![Effect::Run(chosen)];
            }
            None => return super::offer::open(model),
        },
        Then::Offer if item.current => {
            model.toast(crate::tui::state::Tone::Info, format!("{} speaks for the room already", item.title));
        }
        Then::Offer => return super::offer::chosen(model, at),
        Then::Yaml(bot) => {
            if at == 0 {
                return vec![Effect::Run(Command::YamlChoice(bot, YamlChoice::Keep))];
            }
            super::open::take_yaml(model, bot);
        }
        Then::Tab(tab, what, id) => {
            return tabs::answered(model, tab, what, id, &Answer::Index(at)).unwrap_or_else(|why| {
                model.toast(crate::tui::state::Tone::Bad, why);
                Vec::new()
            });
        }
        _ => {}
    }
    Vec::new()
}

/// A line, text or form was sent. It stays open with a sentence when it is not right yet.
pub fn submitted(model: &mut Model) -> Vec<Effect> {
    let Some(window) = model.overlays.pop() else { return Vec::new() };
    // Opened and left as it was: nothing is to be done.
    let as_it_was = match &window {
        Overlay::Line(line) => matches!(line.then, Then::BudgetLine(..)) && !line.is_changed(),
        Overlay::Text(edit) => matches!(edit.then, Then::EditMemory(_)) && !edit.is_changed(),
        _ => false,
    };
    if as_it_was {
        return Vec::new();
    }
    let (then, answer) = match &window {
        Overlay::Line(line) => (line.then.clone(), Answer::Text(line.input.value().to_owned())),
        Overlay::Text(edit) => (edit.then.clone(), Answer::Text(edit.value())),
        Overlay::Form(form) => (form.then.clone(), form.answer()),
        _ => return Vec::new(),
    };
    let windows = model.overlays.len();
    match meaning(model, then, &answer) {
        Ok(effects) => {
            // A form that was sent stays until it is answered: what is typed meanwhile reaches nothing behind it,
            // and nothing is lost where it is refused.
            if let [Effect::Run(command)] = effects.as_slice()
                && model.overlays.len() == windows
            {
                let mut window = window;
                match &mut window {
                    Overlay::Form(form) => form.sent = Some(command.clone()),
                    Overlay::Text(edit) => edit.sent = Some(command.clone()),
                    _ => return effects,
                }
                model.overlays.push(window);
            }
            effects
        }
        Err(why) => {
            let mut window = window;
            match &mut window {
                Overlay::Line(line) => line.error = Some(why),
                Overlay::Text(edit) => edit.error = Some(why),
                Overlay::Form(form) => form.is_wrong(why),
                _ => {}
            }
            model.overlays.push(window);
            Vec::new()
        }
    }
}

fn meaning(model: &mut Model, then: Then, answer: &Answer) -> Result<Vec<Effect>, String> {
    let run = |command| Ok(vec![Effect::Run(command)]);
    match then {
        Then::MindField(at) => {
            let field = Field::ALL.get(at).ok_or("no such field")?;
            model.inspector.mind.set_text(*field, answer.text())?;
            Ok(Vec::new())
        }
        Then::BudgetLine(at, bot) => {
            let line = budget::Limit::ALL.get(at).ok_or("no such line")?;
            run(line.command(&bot, answer.text())?)
        }
        Then::CrowdLine(at, bots) => super::crowd::typed(model, at, &bots, answer.text()),
        Then::CustomPace => {
            let seconds = budget::read_interval(answer.text())?.ok_or("an interval, such as 90, 5m or 2h")?;
            run(Command::SetPace(SetPace { preset: None, interval_seconds: Some(seconds) }))
        }
        Then::Tags(bots) => {
            super::marks::tagged(model, &bots, answer.text());
            Ok(Vec::new())
        }
        Then::RoomName => super::rooms::typed(model, answer.text()),
        Then::LayoutName => super::arrange::named(model, answer.text()).map(|()| Vec::new()),
        Then::SaveReading => {
            let path = std::path::PathBuf::from(answer.text().trim());
            if path.as_os_str().is_empty() {
                return Err("where should it be written?".into());
            }
            let text = model.overlays.iter().rev().find_map(|window| match window {
                Overlay::Reading(reading) => Some(format!("{}\n\n{}\n", reading.title, reading.plain())),
                _ => None,
            });
            text.map_or_else(|| Ok(Vec::new()), |text| run(Command::SaveText { path, text }))
        }
        Then::SaveChart(which) => super::charts::named(model, which, answer.text()),
        Then::GoTo => super::past::typed(model, answer.text()),
        Then::Fork => super::past::fork(model, answer.text()),
        Then::Difference => super::past::compare(model, answer.text()),
        Then::SearchAll => Ok(super::search::ask(model, answer.text())),
        Then::NewBot => run(Command::CreateBot(new_bot(answer)?)),
        Then::Export => run(export(answer)?),
        Then::Interview(bot) => {
            let question = text::clean(answer.field(0), 2_000);
            if question.trim().is_empty() {
                return Err("ask something".into());
            }
            let mut reading = Reading::new(format!("Interview with {}", model.name(&bot)), Vec::new());
            reading.of_bot = Some(bot.clone());
            asks(&mut reading, &question);
            model.overlays.push(Overlay::Reading(reading));
            run(Command::Interview(bot, Interview { question, remember: answer.field(1) == "yes" }))
        }
        Then::FollowUp(bot) => {
            let question = text::clean(answer.text(), 1_000);
            if question.trim().is_empty() {
                return Err("ask something".into());
            }
            let Some(Overlay::Reading(reading)) = model.overlays.last_mut() else { return Ok(Vec::new()) };
            let told = talk::with_what_was_said(&reading.dialogue, &question, Interview::QUESTION_MAX);
            asks(reading, &question);
            run(Command::Interview(bot, Interview { question: told, remember: false }))
        }
        Then::EditMemory(id) => {
            let said = text::clean(answer.text(), MEMORY_MAX * 4);
            match said.chars().count() {
                _ if said.trim().is_empty() => return Err("to remove it, use Forget".into()),
                long if long > MEMORY_MAX => {
                    return Err(format!("{long} characters; {MEMORY_MAX} are allowed"));
                }
                _ => {}
            }
            run(Command::EditMemory(id, EditMemory { text: Some(said), pinned: None }))
        }
        Then::Tab(tab, what, id) => tabs::answered(model, tab, what, id, answer),
        _ => Ok(Vec::new()),
    }
}

fn list(typed: &str) -> Vec<String> {
    typed
        .split([',', ';', '\n'])
        .map(|item| text::clean_line(item, 100))
        .filter(|item| !item.is_empty())
        .collect()
}

fn new_bot(answer: &Answer) -> Result<CreateBot, String> {
    let name = text::clean_line(answer.field(0), 60);
    if !(3..=30).contains(&name.chars().count()) {
        return Err("name: 3 to 30 characters".into());
    }
    let traits = list(answer.field(1));
    if !(1..=10).contains(&traits.len()) {
        return Err("traits: one to ten, with commas between".into());
    }
    let style = text::clean_line(answer.field(2), 200);
    Ok(CreateBot {
        name,
        personality: CreatePersonality {
            traits,
            communication_style: (!style.is_empty()).then_some(style),
            interests: list(answer.field(3)),
            quirks: list(answer.field(4)),
            behavior: super::preview::behavior(answer),
        },
        model: None,
    })
}

fn export(answer: &Answer) -> Result<Command, String> {
    let kind =
        ExportKind::ALL.into_iter().find(|kind| kind.as_str() == answer.field(0)).ok_or("choose what")?;
    let format = match answer.field(1) {
        "jsonl" => ExportFormat::Jsonl,
        "csv" => ExportFormat::Csv,
        _ => ExportFormat::Json,
    };
    let days = match answer.field(2).trim() {
        "" | "all" => None,
        days => Some(
            days.parse::<u32>()
                .ok()
                .filter(|days| *days > 0)
                .ok_or("days: a whole number, or empty for all")?,
        ),
    };
    let path = answer.field(3).trim();
    if path.is_empty() {
        return Err("where should it be written?".into());
    }
    Ok(Command::Export { kind, format, days, path: PathBuf::from(path) })
}

/// A question is put under what was said, and waits for its answer.
fn asks(reading: &mut Reading, question: &str) {
    if !reading.paras.is_empty() {
        reading.paras.push(Para::Gap);
    }
    reading.paras.extend([Para::Heading(question.to_owned()), Para::Gap, Para::Text(String::new())]);
    reading.dialogue.push((question.to_owned(), String::new()));
    reading.waiting = true;
}

/// Longest memory, in characters.
const MEMORY_MAX: usize = crate::protocol::EditMemory::TEXT_MAX;
