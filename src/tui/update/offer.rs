//! Offering voices from a model of the room's machine: looked for when a person asks, timed, taken by one key.

use crate::protocol::{NearView, ProviderTest, RoomView, SetPace};
use crate::tui::msg::{Command, Effect, Load};
use crate::tui::overlays::{Choice, Overlay, Then};
use crate::tui::state::offer::{Timed, Voice};
use crate::tui::state::{Model, Tone};

/// What the line of a hint ends with.
const HINT: &str = "V tells how fast, Esc declines.";
/// Seconds a hint stays.
const HINT_STAYS: u8 = 60;

/// Looks while a newcomer is welcomed, where it was not offered before, once it is known who speaks for the room.
pub fn welcome(model: &mut Model, room: &RoomView) -> Vec<Effect> {
    let operates = model.role == crate::link::Role::Operator;
    model.offer.welcomes = operates && !room.simulated && !model.offer.answered;
    look_for_newcomer(model)
}

/// Looks for a newcomer whose room is spoken for by the provider inside the program.
pub fn look_for_newcomer(model: &mut Model) -> Vec<Effect> {
    let Some(provider) = model.providers.iter().find(|provider| provider.is_default) else {
        return Vec::new();
    };
    let embedded = super::open::is_embedded(provider);
    let welcomes = std::mem::take(&mut model.offer.welcomes);
    if welcomes && embedded { look(model) } else { Vec::new() }
}

fn look(model: &mut Model) -> Vec<Effect> {
    let under_way = model.offer.looking;
    model.offer.look();
    if under_way { Vec::new() } else { vec![Effect::Load(Load::Near)] }
}

/// Opens the offer, and looks.
pub fn open(model: &mut Model) -> Vec<Effect> {
    forget_hint(model);
    let effects = look(model);
    let choice = Choice::new("Voices from a model", items(model), Then::Offer);
    model.overlays.push(Overlay::Choice(choice));
    effects
}

fn items(model: &Model) -> Vec<crate::tui::overlays::Item> {
    let provider = model.providers.iter().find(|provider| provider.is_default);
    let current = provider.map(|provider| (provider.name.as_str(), provider.default_model.as_str()));
    let pace = model.room.as_ref().map(|room| room.pace.interval_seconds);
    model.offer.items(model.bots.total(), current, pace)
}

fn refresh(model: &mut Model) {
    let items = items(model);
    if let Some(choice) = opened(model) {
        choice.refill(items);
    }
}

fn opened(model: &mut Model) -> Option<&mut Choice> {
    model.overlays.iter_mut().find_map(|window| match window {
        Overlay::Choice(choice) if choice.then == Then::Offer => Some(choice),
        _ => None,
    })
}

/// It was looked. Who asked is shown it, and the first model is timed; who was only welcomed is told.
pub fn found(model: &mut Model, near: Vec<NearView>) -> Vec<Effect> {
    model.offer.found(near);
    let voices = model.offer.voices();
    if opened(model).is_some() {
        refresh(model);
        let Some(first) = voices.first() else { return Vec::new() };
        return time(model, first);
    }
    if let Some(voice) = voices.first().filter(|_| !model.offer.answered) {
        let more = if voices.len() > 1 { format!(" and {} more", voices.len() - 1) } else { String::new() };
        let said = format!(
            "{} answers on this machine, with {}{more}: bots could speak by it. {HINT}",
            voice.engine, voice.model
        );
        model.toast(Tone::Info, said);
        if let Some(toast) = model.toasts.last_mut() {
            toast.ticks = HINT_STAYS;
        }
    }
    Vec::new()
}

/// It could not be looked.
pub fn failed(model: &mut Model, why: &str) {
    model.offer.found(Vec::new());
    if opened(model).is_some() {
        refresh(model);
        model.toast(Tone::Bad, why);
    }
}

fn time(model: &mut Model, voice: &Voice) -> Vec<Effect> {
    if matches!(model.offer.timed(voice), Some(Timed::UnderWay)) {
        return Vec::new();
    }
    model.offer.note(&voice.provider, &voice.model, Timed::UnderWay);
    refresh(model);
    let (name, voice_model) = (voice.provider.clone(), voice.model.clone());
    vec![Effect::Run(Command::TestProvider { name, model: Some(voice_model), timed: true })]
}

/// Times the model of a line.
pub fn time_line(model: &mut Model, at: usize) -> Vec<Effect> {
    match model.offer.voices().get(at).filter(|_| !model.offer.looking) {
        Some(voice) => time(model, voice),
        None => Vec::new(),
    }
}

/// A model was timed, or could not be.
pub fn timed(model: &mut Model, provider: &str, name: &str, test: Result<&ProviderTest, &str>) {
    let timed = match test {
        Ok(ProviderTest { speed: Some(speed), .. }) => Timed::Done(*speed),
        Ok(test) => Timed::Failed(test.message.clone()),
        Err(why) => Timed::Failed(why.to_owned()),
    };
    model.offer.note(provider, name, timed);
    refresh(model);
}

/// A line was chosen: its model speaks for the room, at a pace that it can keep. A longer one stays as it is.
pub fn chosen(model: &mut Model, at: usize) -> Vec<Effect> {
    if model.offer.looking {
        let choice = Choice::new("Voices from a model", items(model), Then::Offer);
        model.overlays.push(Overlay::Choice(choice));
        return Vec::new();
    }
    let voices = model.offer.voices();
    let Some(voice) = voices.get(at) else { return open(model) };
    let taken = Command::SetDefaultProvider {
        name: voice.provider.clone(),
        model: Some(voice.model.clone()),
        confirm_cost: false,
    };
    let now = model.room.as_ref().map(|room| (room.pace.interval_seconds, room.pace.follows_provider));
    let fits = model.offer.speed(voice).map(|speed| speed.fitting_pace(model.bots.total()));
    let pace = fits.filter(|fits| now.is_none_or(|(now, follows)| follows || now < *fits));
    model.offer.answered = true;
    let Some(seconds) = pace else { return vec![Effect::Run(taken)] };
    let pace = Command::SetPace(SetPace { preset: None, interval_seconds: Some(seconds) });
    vec![Effect::Run(Command::Each(vec![taken, pace]))]
}

/// The window was closed without a choice.
pub fn declined(model: &mut Model) {
    if !model.offer.voices().is_empty() && !model.offer.answered {
        model.offer.answered = true;
        model.toast(Tone::Info, "the voices stay as they are, and this is not offered again; V opens it");
    }
}

/// The hint is declined by the key that leads back, where one is shown.
pub fn declines_hint(model: &mut Model) -> bool {
    let shown = forget_hint(model);
    model.offer.answered |= shown;
    shown
}

fn forget_hint(model: &mut Model) -> bool {
    let before = model.toasts.len();
    model.toasts.retain(|toast| !toast.text.ends_with(HINT));
    model.toasts.len() < before
}
