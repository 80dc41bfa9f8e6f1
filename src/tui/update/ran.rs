//! What came of changes: done, refused, under way.

use serde_json::Value;

use super::arrive::take_providers;
use crate::domain::activity::Told;
use crate::domain::{ActivityKind, text};
use crate::protocol::{Fault, FaultKind};
use crate::tui::msg::{Command, Effect, Load, Outcome};
use crate::tui::overlays::reading::Para;
use crate::tui::overlays::{Confirm, Overlay, Then};
use crate::tui::state::{Model, Tone};
use crate::tui::update::tabs;
use crate::tui::view::View;

/// A change was made.
pub fn on_ran(model: &mut Model, command: &Command, outcome: Outcome) -> Vec<Effect> {
    model.overlays.retain(|window| window.sent() != Some(command));
    super::undo::memory(model, command);
    model.known.clear(); // what was changed is told by the stream as well, which may be late
    let mut effects = tabs::ran(model, command, &outcome);
    model.stale.eager = true; // who changed something looks for what came of it
    match (command, outcome) {
        (Command::SetConfig(id, patch), Outcome::Config(config)) => {
            took_config(model, id, (patch, true), *config);
            model.toast(Tone::Good, "saved; it takes effect on the next beat");
        }
        (Command::ResetBot(id), Outcome::Config(config)) => {
            took_config(model, id, (&Value::Null, true), *config);
            model.toast(Tone::Good, "reset to its YAML");
        }
        (Command::YamlChoice(id, choice), Outcome::Config(config)) => {
            took_config(model, id, (&Value::Null, false), *config);
            let kept = *choice == crate::protocol::YamlChoice::Keep;
            model.toast(Tone::Good, if kept { "kept what is live" } else { "took the file" });
        }
        (Command::SetCaps(id, _) | Command::ClearCaps(id), Outcome::Caps(caps)) => {
            if model.inspector.wanted.as_ref() == Some(id) {
                model.inspector.caps = Some(caps);
            }
            model.stale.usage = true;
            model.toast(Tone::Good, "caps saved");
        }
        (Command::CreateBot(_) | Command::AddBot(_), Outcome::Bot(bot)) => {
            model.toast(Tone::Good, format!("{} joined the room", bot.name));
            model.bots.merge(std::slice::from_ref(&*bot));
            model.names.insert(bot.id.clone(), bot.name.clone());
            model.bots.select(&bot.id);
            model.stale.room = true;
        }
        (Command::DeleteBot(id), _) => {
            super::go::left(model, id);
            model.toast(Tone::Good, "removed");
            model.stale.room = true;
        }
        (Command::SetPaused(..) | Command::SetBotPace(..), Outcome::Bot(bot)) => {
            model.bots.merge(std::slice::from_ref(&*bot));
            if model.inspector.wanted.as_deref() == Some(&bot.id) {
                model.inspector.bot = Some(*bot);
            }
            model.stale.room = true;
        }
        (Command::SetPace(_), Outcome::Pace(pace)) => {
            model.toast(Tone::Good, format!("every bot wakes every {}", pace.interval_human));
            if let Some(room) = &mut model.room {
                room.pace = pace;
            }
            model.stale.all_bots = true;
        }
        (Command::EditMemory(_, edit), _) => {
            model.stale.memory = true;
            let said = match edit.pinned {
                Some(true) => "pinned: it is recalled first",
                Some(false) => "no longer pinned",
                None => "remembered",
            };
            model.toast(Tone::Good, said);
        }
        (Command::ForgetMemory(id), _) => {
            model.inspector.recall.forget(*id);
            model.stale.memory = true;
            model.toast(Tone::Good, "forgotten");
        }
        (Command::Interview(bot, _), Outcome::Interview(answer)) => took_interview(model, bot, &answer),
        (Command::SetDefaultProvider { name, model: chosen, .. }, Outcome::Providers(providers)) => {
            take_providers(model, providers);
            let with = chosen.as_ref().map_or_else(String::new, |chosen| format!(" with {chosen}"));
            model.toast(Tone::Good, format!("{name} speaks for the room{with}; U takes it back"));
            model.stale.room = true;
            model.stale.all_bots = true;
        }
        (Command::TestProvider { name, model: Some(of), timed: true }, Outcome::Test(test)) => {
            super::offer::timed(model, name, of, Ok(&test));
        }
        (Command::TestProvider { name, .. }, Outcome::Test(test)) => {
            took_test(model, name, &test);
            effects.push(Effect::Load(Load::Providers));
        }
        (Command::Trigger(id), Outcome::Beat(beat)) => {
            let tone = if beat.success { Tone::Good } else { Tone::Bad };
            let said = took_beat(model, id, &beat);
            model.toast(tone, said);
        }
        (Command::TakeBack(done, back), _) => super::undo::taken(model, done, back),
        (Command::Remember(..), _) => {
            model.stale.memory = true;
            model.stale.tab = true;
        }
        // What changed the room was told one by one.
        (Command::Each(commands), _) if commands.iter().any(is_of_the_room) => model.stale.room = true,
        (Command::Each(commands), _) => {
            let count = commands.len();
            let bots = if count == 1 { "1 bot was".into() } else { format!("{count} bots were") };
            model.toast(Tone::Good, format!("{bots} asked to change"));
            model.stale.all_bots = true;
            model.stale.room = true;
        }
        (Command::TriggerAll, _) => model.toast(Tone::Good, "every bot wakes"),
        (Command::PauseEngine | Command::ResumeEngine | Command::StepEngine, Outcome::Engine(engine)) => {
            if *command == Command::StepEngine {
                model.toast(Tone::Good, "one beat taken");
            }
            if let Some(room) = &mut model.room {
                room.engine = engine;
            }
        }
        (Command::Export { path, .. }, Outcome::Exported { rows, .. }) => {
            model.toast(Tone::Good, format!("{rows} rows written to {}", path.display()));
        }
        _ => {}
    }
    effects
}

/// Whether a command changes the room, and no bot of it.
const fn is_of_the_room(command: &Command) -> bool {
    matches!(command, Command::SetDefaultProvider { .. } | Command::SetPace(_))
}

/// What came of a beat that was asked for, and why, where it came to nothing.
fn took_beat(model: &Model, id: &str, beat: &crate::protocol::BeatResult) -> String {
    let name = model.name(id);
    if beat.is_idle() {
        return format!("beat: {name} found nothing to react to");
    }
    let told = Told::of(&beat.action, &Value::Object(beat.details.clone()));
    let why = match told.kind {
        Some(ActivityKind::DoNothing | ActivityKind::Failed) if !told.quote.is_empty() => {
            format!(": {}", text::cut(&told.quote, 120))
        }
        _ => String::new(),
    };
    format!("beat: {name} {}{why}", told.sentence(&View::of(model)))
}

/// Takes in what was saved, wherever the person is by now.
fn took_config(
    model: &mut Model,
    id: &str,
    (patch, way_back): (&Value, bool),
    config: crate::protocol::BotConfigView,
) {
    let inspector = &mut model.inspector;
    let shown = inspector.wanted.as_deref() == Some(id);
    let mind = if shown { Some(&mut inspector.mind) } else { inspector.kept.get_mut(id) };
    if let Some(mind) = mind {
        mind.stored(patch, config.personality_config, way_back);
        mind.yaml = config.yaml_config;
    }
    inspector.kept.retain(|_, mind| mind.is_dirty());
    if shown {
        inspector.caps = Some(config.cost_caps);
    }
    model.stale.bots.insert(id.to_owned());
}

fn took_interview(model: &mut Model, bot: &str, answer: &crate::protocol::InterviewAnswer) {
    let cost = model.money(answer.cost_usd);
    for overlay in model.overlays.iter_mut().rev() {
        if let Overlay::Reading(reading) = overlay
            && reading.waiting
            && reading.of_bot.as_deref() == Some(bot)
        {
            reading.waiting = false;
            let said = crate::domain::text::clean(&answer.answer, 8_000);
            reading.paras.pop(); // the live text
            reading.paras.push(Para::Text(said.clone()));
            if let Some(last) = reading.dialogue.last_mut() {
                last.1 = said;
            }
            reading.paras.push(Para::Gap);
            let spent = format!("{} tokens, {}", answer.tokens_used, cost);
            reading.paras.push(Para::Text(spent));
            return;
        }
    }
    model.toast(Tone::Info, format!("{} answered: {}", model.name(bot), answer.answer));
}

fn took_test(model: &mut Model, name: &str, test: &crate::protocol::ProviderTest) {
    let said = if test.ok {
        format!("{name} answered in {} ms: {} ({})", test.latency_ms, test.message, test.models.join(", "))
    } else {
        format!("{name}: {}", test.message)
    };
    match model.overlays.last_mut() {
        Some(Overlay::Choice(choice)) if choice.then == Then::Provider => choice.message = Some(said),
        _ => model.toast(if test.ok { Tone::Good } else { Tone::Bad }, said),
    }
}

/// A change was refused.
pub fn on_refused(model: &mut Model, command: &Command, fault: &Fault) -> Vec<Effect> {
    if let Some(window) = model.overlays.iter_mut().rev().find(|window| window.sent() == Some(command)) {
        window.refused(fault);
        return Vec::new();
    }
    match command {
        Command::TakeBack(done, back) => super::undo::refused(model, done, back, fault),
        // Who does something else by now is told, and not asked in the middle of it.
        Command::SetDefaultProvider { confirm_cost: false, .. }
            if fault.kind == FaultKind::Conflict && !model.overlays.is_empty() =>
        {
            model.toast(Tone::Bad, format!("{}; v asks again", fault.detail));
        }
        Command::TestProvider { name, model: Some(of), timed: true } => {
            super::offer::timed(model, name, of, Err(&fault.detail));
        }
        Command::SetDefaultProvider { name, model: of, confirm_cost: false }
            if fault.kind == FaultKind::Conflict =>
        {
            let confirm = Confirm {
                title: format!("Let {name} speak for the room?"),
                body: fault.detail.clone(),
                yes: vec![Effect::Run(Command::SetDefaultProvider {
                    name: name.clone(),
                    model: of.clone(),
                    confirm_cost: true,
                })],
                danger: true,
                ..Confirm::default()
            };
            model.overlays.push(Overlay::Confirm(confirm));
        }
        Command::Interview(bot, _) => {
            for overlay in &mut model.overlays {
                if let Overlay::Reading(reading) = overlay
                    && reading.of_bot.as_ref() == Some(bot)
                {
                    reading.waiting = false;
                    reading.paras.push(Para::Text(fault.detail.clone()));
                }
            }
        }
        _ => model.toast(Tone::Bad, fault.detail.clone()),
    }
    Vec::new()
}

/// An export goes on.
pub fn on_exporting(model: &mut Model, bytes: u64) -> Vec<Effect> {
    model.toasts.retain(|toast| !toast.text.starts_with("exporting"));
    #[allow(clippy::cast_precision_loss)] // shown with one digit
    let megabytes = bytes as f64 / 1e6;
    model.toast(Tone::Info, format!("exporting: {megabytes:.1} MB"));
    Vec::new()
}
