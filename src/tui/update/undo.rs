//! Taking back what a person changed here lately.

use crate::domain::{MemoryKind, Sentiment};
use crate::protocol::{EditMemory, Fault, FaultKind, Remember, YamlChoice};
use crate::tui::msg::{Command, Effect};
use crate::tui::overlays::{Choice, Confirm, Item, Overlay, Then};
use crate::tui::state::recall::{Item as Memory, Recall, RecallLine};
use crate::tui::state::undo::Done;
use crate::tui::state::{Model, Tone};
use crate::tui::widgets::text;

/// A change was made that another undoes.
pub fn can(model: &mut Model, command: Command, back: Command) {
    let at = model.now;
    model.undo.push(Done { at, command, back });
}

/// A memory was changed or forgotten: what it said is still on the screen.
pub fn memory(model: &mut Model, command: &Command) {
    let (Command::EditMemory(id, _) | Command::ForgetMemory(id)) = command else { return };
    let here = |recall: &Recall| {
        recall.lines.iter().find_map(|line| match line {
            RecallLine::Item(item) if item.id == *id && !item.archived => Some(item.clone()),
            _ => None,
        })
    };
    let inspected = here(&model.inspector.recall).map(|item| (model.inspector.wanted.clone(), item));
    let found =
        inspected.or_else(|| here(&model.explorer.recall).map(|item| (model.explorer.of.clone(), item)));
    let Some((Some(bot), item)) = found else { return };
    let back = match command {
        Command::EditMemory(_, edit) => {
            let was = EditMemory {
                text: edit.text.as_ref().map(|_| item.text.clone()),
                pinned: edit.pinned.map(|_| item.pinned),
            };
            Command::EditMemory(*id, was)
        }
        _ => match recollection(&item) {
            Some(memory) => Command::Remember(bot, memory),
            None => return, // a summary took with it what it stood for
        },
    };
    can(model, command.clone(), back);
}

/// Whether something can be remembered again once it is forgotten: no summary, and nothing in the archive.
#[must_use]
pub fn comes_back(item: &Memory) -> bool {
    !item.archived && recollection(item).is_some()
}

/// What a bot has to be told to remember this again.
fn recollection(item: &Memory) -> Option<Remember> {
    let about = match item.kind {
        MemoryKind::Relationship => item.other.clone()?,
        MemoryKind::Opinion => item.topic.clone(),
        MemoryKind::Interest => item.text.clone(),
        MemoryKind::Fact | MemoryKind::Moment => String::new(),
        MemoryKind::Cold | MemoryKind::Era => return None,
    };
    let sentiment = (item.kind == MemoryKind::Relationship).then(|| match item.note.split(' ').next() {
        Some("friendly") => Sentiment::Friendly,
        Some("rival") => Sentiment::Rival,
        Some("curious") => Sentiment::Curious,
        _ => Sentiment::Neutral,
    });
    let percent = item.note.strip_suffix(" %").and_then(|percent| percent.parse::<f64>().ok());
    Some(Remember {
        kind: item.kind,
        text: item.text.clone(),
        about,
        source: if item.kind == MemoryKind::Fact { item.note.clone() } else { String::new() },
        sentiment,
        confidence: percent.map_or(0.0, |percent| percent / 100.0),
        pinned: item.pinned,
        activity_id: item.activity_id,
    })
}

/// Lists what can be taken back.
pub fn list(model: &mut Model) {
    if model.undo.iter().next().is_none() {
        model.toast(Tone::Info, "there is nothing to take back: what you change here is listed then");
        return;
    }
    let items = model.undo.iter().map(|done| Item {
        title: told(model, &done.command),
        note: text::ago(model.now.seconds_since(done.at)),
        about: format!("Taking it back: {}.", told(model, &done.back).trim_end_matches('.')),
        current: false,
    });
    let choice = Choice::new("Take back", items.collect(), Then::TakeBack);
    model.overlays.push(Overlay::Choice(choice));
}

/// A line of the list was chosen.
pub fn chosen(model: &mut Model, at: usize) -> Vec<Effect> {
    let Some(Done { command, back, .. }) = model.undo.get(at).cloned() else { return Vec::new() };
    let removes = matches!(back, Command::DeleteBot(_) | Command::DeleteThread(_) | Command::DeleteReply(_));
    let title = format!("{}?", capital(&told(model, &back)));
    let effect = Effect::Run(Command::TakeBack(Box::new(command), Box::new(back)));
    if !removes {
        return vec![effect];
    }
    let confirm = Confirm { title, yes: vec![effect], danger: true, ..Confirm::default() };
    model.overlays.push(Overlay::Confirm(confirm));
    Vec::new()
}

/// It was taken back.
pub fn taken(model: &mut Model, command: &Command, back: &Command) {
    model.undo.drop_done(command, back);
    let said = told(model, back);
    model.toast(Tone::Good, format!("taken back: {said}"));
    model.stale.all_bots = true;
    model.stale.config = true;
    model.stale.memory = true;
    model.stale.tab = true;
    model.stale.room = true;
}

/// It was not taken back: where somebody has changed it since, that is asked.
pub fn refused(model: &mut Model, command: &Command, back: &Command, fault: &Fault) {
    if fault.kind != FaultKind::Conflict || !model.overlays.is_empty() {
        model.toast(Tone::Bad, fault.detail.clone());
        return;
    }
    let confirm = Confirm {
        title: "Take it back all the same?".into(),
        body: format!(
            "It was changed again since you did this: {}. Taking it back: {}.",
            told(model, command),
            told(model, back)
        ),
        yes: vec![Effect::Run(back.clone())],
        danger: true,
        ..Confirm::default()
    };
    model.overlays.push(Overlay::Confirm(confirm));
}

fn capital(said: &str) -> String {
    let mut chars = said.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A change in a few words.
#[must_use]
pub fn told(model: &Model, command: &Command) -> String {
    let name = |id: &str| model.name(id).to_owned();
    let every = |seconds: Option<u32>| {
        seconds.map_or_else(|| "the room's pace".into(), crate::tui::view::header::short_interval)
    };
    match command {
        Command::SetPaused(id, true) => format!("pause {}", name(id)),
        Command::SetPaused(id, false) => format!("let {} go on", name(id)),
        Command::SetCaps(id, caps) => {
            let mut said = format!("caps of {}", name(id));
            if let Some(tokens) = caps.daily_token_cap {
                said +=
                    &tokens.map_or_else(|| " tokens to the default".into(), |cap| format!(" {cap} tokens"));
            }
            if let Some(cost) = caps.daily_cost_cap_usd {
                said += &cost.map_or_else(|| " cost to the default".into(), |cap| format!(" ${cap}"));
            }
            said
        }
        Command::ClearCaps(id) => format!("caps of {} to the default", name(id)),
        Command::SetBotPace(id, seconds) => format!("pace of {}: {}", name(id), every(*seconds)),
        Command::SetPace(pace) => {
            let to = pace.preset.clone().unwrap_or_else(|| every(pace.interval_seconds));
            format!("pace of the room: {to}")
        }
        Command::SetConfig(id, patch) => format!("{}: {}", name(id), fields(patch)),
        Command::ResetBot(id) => format!("reset {} to its file", name(id)),
        Command::YamlChoice(id, YamlChoice::Take) => format!("take the file of {}", name(id)),
        Command::YamlChoice(id, YamlChoice::Keep) => format!("keep {} as it is live", name(id)),
        Command::SetDefaultProvider { name, model: Some(model), .. } if !model.is_empty() => {
            format!("provider of the room: {name} with {model}")
        }
        Command::SetDefaultProvider { name, .. } => format!("provider of the room: {name}"),
        Command::PauseEngine => "pause the room".into(),
        Command::ResumeEngine => "let the room run".into(),
        Command::CreateBot(new) => format!("new bot {}", new.name),
        Command::AddBot(config) => format!("new bot {}", config.name),
        Command::DeleteBot(id) => format!("remove {}", name(id)),
        Command::CreateThread(new) => format!("new thread {}", new.title),
        Command::CreateReply(thread, _) => format!("reply in #{thread}"),
        Command::DeleteThread(id) => format!("delete thread #{id}"),
        Command::DeleteReply(id) => format!("delete reply {id}"),
        Command::EditMemory(id, edit) => match edit.pinned {
            Some(true) => format!("pin memory {id}"),
            Some(false) => format!("unpin memory {id}"),
            None => format!("rewrite memory {id}: {}", edit.text.as_deref().unwrap_or_default()),
        },
        Command::ForgetMemory(id) => format!("forget memory {id}"),
        Command::Remember(bot, memory) => format!("{} remembers: {}", name(bot), memory.text),
        Command::Each(all) => match all.as_slice() {
            [one] => told(model, one),
            [first, ..] => format!("{} and {} more", told(model, first), all.len() - 1),
            [] => "nothing".into(),
        },
        _ => "a change".into(),
    }
}

/// `shyness 20, traits …`
fn fields(patch: &serde_json::Value) -> String {
    let mut said = Vec::new();
    for section in patch.as_object().into_iter().flatten() {
        match section.1.as_object() {
            Some(keys) => said.extend(keys.iter().map(|(key, value)| {
                let value = match value {
                    serde_json::Value::String(text) => text.clone(),
                    serde_json::Value::Array(items) => {
                        items.iter().filter_map(|item| item.as_str()).collect::<Vec<_>>().join("; ")
                    }
                    other => other.to_string(),
                };
                format!("{} {value}", key.replace('_', " "))
            })),
            None => said.push(section.0.replace('_', " ")),
        }
    }
    crate::domain::text::clean_line(&said.join(", "), 200)
}
