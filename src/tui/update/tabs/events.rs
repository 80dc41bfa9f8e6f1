//! The Events tab's share of `update` (the pattern is in [`super`]).

use crate::domain::action::TITLE_MAX;
use crate::domain::text;
use crate::protocol::{Event, EventTemplateView, EventView, InjectEvent, Notice};
use crate::tui::action::Act;
use crate::tui::msg::{Command, Data, Effect, Load, Outcome};
use crate::tui::overlays::{Answer, Choice, Confirm, Form, FormField, Item, Overlay, Then};
use crate::tui::state::budget::read_interval;
use crate::tui::state::events::{BOTS_MAX, DESCRIPTION_MAX, KINDS, SEVERITIES, Shown};
use crate::tui::state::{Model, Tab, Tone};
use crate::tui::update::open::interview;
use crate::tui::view::events::split;

/// An action on this tab.
pub fn act(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    let state = &mut model.events;
    if state.list.act(act) {
        return Some(Vec::new());
    }
    match act {
        Act::Narrow => return Some(turn(model, model.events.shown.next())),
        Act::Back if state.list.back() => {}
        Act::Back if state.shown != Shown::All => return Some(turn(model, Shown::All)),
        Act::Inject => form(model, None),
        Act::Template => templates(model),
        Act::EndEvent => end(model),
        Act::Interview => choose_bot(model),
        Act::Copy => {
            let event = state.selected()?;
            return Some(vec![Effect::Copy(format!("{}\n\n{}", event.title, event.description))]);
        }
        _ => return None,
    }
    Some(Vec::new())
}

fn turn(model: &mut Model, shown: Shown) -> Vec<Effect> {
    let state = &mut model.events;
    state.shown = shown;
    state.loaded = false;
    state.list.clear();
    vec![state.read()]
}

/// The form of an event, filled in from a template if one was chosen.
fn form(model: &mut Model, template: Option<&EventTemplateView>) {
    let place = |of: &[&str], wanted: Option<&str>, or: usize| {
        wanted.and_then(|wanted| of.iter().position(|one| *one == wanted)).unwrap_or(or)
    };
    let kind = place(&KINDS, template.map(|of| of.event_type.as_str()), 0);
    let severity = place(&SEVERITIES, template.map(|of| of.severity.as_str()), 1);
    let fields = vec![
        FormField::line("title", template.map_or("", |of| &of.title), "what happened, in a few words"),
        FormField::text(
            "description",
            template.map_or("", |of| &of.description),
            "what the bots are told",
            DESCRIPTION_MAX,
        ),
        FormField::choice("type", &KINDS, kind),
        FormField::choice("severity", &SEVERITIES, severity),
        FormField::line("ends after", "", "30m, 2h, 1d; empty: when you end it"),
    ];
    let mut form = Form::new("Inject an event", fields, Then::Tab(Tab::Events, "inject", 0));
    form.preview = "Every bot finds it in the prompt of its next beat, for as long as it is in force.".into();
    model.overlays.push(Overlay::Form(Box::new(form)));
}

fn templates(model: &mut Model) {
    if !model.events.known {
        model.events.awaited = true;
        return;
    }
    if model.events.templates.is_empty() {
        model.toast(Tone::Info, "there are no ready-made events; i writes one");
        return;
    }
    let item = |of: &EventTemplateView| Item {
        title: of.title.clone(),
        note: format!("{} · {}", of.event_type, of.severity),
        about: of.description.clone(),
        ..Item::default()
    };
    let items = model.events.templates.iter().map(item).collect();
    let then = Then::Tab(Tab::Events, "template", 0);
    model.overlays.push(Overlay::Choice(Choice::new("Which event?", items, then)));
}

fn end(model: &mut Model) {
    let Some(event) = model.events.selected() else {
        model.toast(Tone::Info, "no event is selected");
        return;
    };
    if !event.active {
        model.toast(Tone::Info, "this event is over already");
        return;
    }
    let confirm = Confirm {
        title: "End this event?".into(),
        body: format!("{}\n\nBots are no longer told of it. It cannot be started again.", event.title),
        yes: vec![Effect::Run(Command::DeactivateEvent(event.id))],
        danger: true,
        ..Confirm::default()
    };
    model.overlays.push(Overlay::Confirm(confirm));
}

fn choose_bot(model: &mut Model) {
    let now = model.selected_bot();
    let rows = model.bots.rows().iter().take(BOTS_MAX);
    let (bots, items): (Vec<String>, Vec<Item>) = rows
        .map(|row| {
            let item =
                Item { title: row.name.clone(), current: Some(&row.id) == now.as_ref(), ..Item::default() };
            (row.id.clone(), item)
        })
        .unzip();
    if bots.is_empty() {
        model.toast(Tone::Info, "there is no bot yet");
        return;
    }
    model.events.bots = bots;
    let then = Then::Tab(Tab::Events, "whom", 0);
    model.overlays.push(Overlay::Choice(Choice::new("Whom do you want to ask?", items, then)));
}

/// A read came back.
pub fn loaded(model: &mut Model, load: &Load, data: &Data) -> Vec<Effect> {
    let state = &mut model.events;
    match (load, data) {
        (Load::Events(active), Data::Events(events)) if *active == state.shown.active() => {
            state.list.set(events.clone());
            state.loaded = true;
        }
        (Load::Templates, Data::Templates(read)) => {
            state.templates.clone_from(read);
            state.known = true;
            // Who has gone elsewhere meanwhile wants them no longer.
            let awaited = std::mem::take(&mut state.awaited);
            if awaited && model.tab == Tab::Events && model.overlays.is_empty() {
                templates(model);
            }
        }
        _ => {}
    }
    Vec::new()
}

/// A change came back.
pub fn ran(model: &mut Model, command: &Command, outcome: &Outcome) -> Vec<Effect> {
    let said = match (command, outcome) {
        (Command::InjectEvent(_), Outcome::Event(event)) => {
            format!("injected: {}", text::cut(&event.title, 60))
        }
        (Command::DeactivateEvent(_), Outcome::Event(_)) => "ended".into(),
        _ => return Vec::new(),
    };
    model.toast(Tone::Good, said);
    if matches!(command, Command::InjectEvent(_)) {
        // What is new is on top, whatever was selected.
        model.events.list.clear();
    }
    vec![model.events.read()]
}

/// Something happened.
pub fn event(model: &mut Model, event: &Event) {
    let news = matches!(event.notice, Notice::EventInjected { .. } | Notice::Resync { .. });
    model.stale.tab |= news && model.tab == Tab::Events;
}

/// Events end by themselves; nobody announces that.
pub fn tick(model: &mut Model) {
    let now = model.now;
    let ended = |event: &EventView| event.active && event.expires_at.is_some_and(|end| end <= now);
    if model.tab == Tab::Events && model.events.list.iter().any(ended) {
        model.events.list.rows_mut().filter(|event| ended(event)).for_each(|event| event.active = false);
        model.stale.tab = true;
    }
}

/// Something this tab shows is stale.
pub fn refresh(model: &mut Model) -> Vec<Effect> {
    vec![model.events.read()]
}

/// A window was answered.
///
/// # Errors
/// A sentence for the person who typed it.
pub fn answered(model: &mut Model, what: &str, _id: i64, answer: &Answer) -> Result<Vec<Effect>, String> {
    match (what, answer) {
        ("filter", _) => {
            model.events.list.set_filter(answer.text());
            Ok(Vec::new())
        }
        ("inject", _) => Ok(vec![Effect::Run(Command::InjectEvent(injected(model, answer)?))]),
        ("template", Answer::Index(at)) => {
            let template = model.events.templates.get(*at).cloned();
            form(model, template.as_ref());
            Ok(Vec::new())
        }
        ("whom", Answer::Index(at)) => {
            if let Some(id) = model.events.bots.get(*at).cloned() {
                interview(model, &id);
            }
            Ok(Vec::new())
        }
        _ => Ok(Vec::new()),
    }
}

fn injected(model: &Model, answer: &Answer) -> Result<InjectEvent, String> {
    let title = text::clean_line(answer.field(0), 1_000);
    if !(1..=TITLE_MAX).contains(&title.chars().count()) {
        return Err(format!("title: 1 to {TITLE_MAX} characters"));
    }
    let description = text::clean(answer.field(1), DESCRIPTION_MAX * 2);
    if description.chars().count() > DESCRIPTION_MAX {
        return Err(format!("description: at most {DESCRIPTION_MAX} characters"));
    }
    let after = read_interval(answer.field(4))?;
    Ok(InjectEvent {
        title,
        description,
        event_type: answer.field(2).to_owned(),
        severity: answer.field(3).to_owned(),
        expires_at: after.map(|seconds| model.now.plus_seconds(i64::from(seconds))),
    })
}

/// A click.
pub fn click(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    let (list, _) = split(model.layout().body);
    if y == list.y && list.contains((x, y).into()) {
        return act(model, Act::OrderNext).unwrap_or_default();
    }
    if list.contains((x, y).into()) {
        model.events.list.click(y);
    }
    Vec::new()
}
