//! `update`: what happened in, what is to be done out. Pure; no terminal, no link, no clock.
//!
//! Keys find their action through the keymap (windows take text first); actions go to the focused
//! thing; answers and events change the model; nothing here waits for anything.

mod act;
mod answer;
mod arrange;
mod arrive;
mod beside;
pub mod charts;
pub mod compare;
mod crowd;
mod filter;
mod go;
mod inspector;
mod jump;
mod live;
mod marks;
mod mind;
mod mouse;
mod needs;
mod offer;
mod open;
mod pace;
mod past;
mod preview;
mod ran;
mod rooms;
pub mod search;
mod select;
pub mod tabs;
mod tick;
pub mod undo;

use super::action::{Act, Scope};
use super::keymap::Key;
use super::msg::{Effect, Msg};
use super::overlays::{Overlay, line};
use super::theme::ThemeName;
use crate::tui::state::{Early, Model, Tone, Whereabouts};

/// Takes in one message. Whatever it answers is to be performed; the screen is to be drawn unless
/// [`is_quiet`] says otherwise.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let (before, rested) = (beside::Before::of(model, &msg), matches!(msg, Msg::Rested));
    let mut effects = take(model, msg);
    effects.extend(go::follow_selection(model));
    if let Some(before) = before {
        effects = beside::thin(model, &before, rested, effects);
    }
    let elsewhere = |before: &Whereabouts| !model.place().follows(before);
    if model.early.place.as_ref().is_some_and(elsewhere) {
        model.early = Early::default();
    }
    effects
}

fn take(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Key(key) => on_key(model, key),
        Msg::Act(act) => act::perform(model, act),
        Msg::Select(line) => select::line(model, line),
        Msg::Mouse(event) => mouse::on_mouse(model, event),
        Msg::Paste(text) => on_paste(model, &text),
        Msg::Resize(width, height) => {
            model.size = (width, height);
            Vec::new()
        }
        Msg::Tick(now) => tick::on_tick(model, now),
        Msg::Rested => beside::rested(model),
        Msg::Frame => {
            model.frame = model.frame.wrapping_add(1);
            past::frame(model)
        }
        // What happens now is read when now is shown again.
        Msg::Event(_) if model.walk.is_some() => Vec::new(),
        Msg::Event(event) => arrive::on_event(model, &event),
        Msg::Past(news) => past::on_news(model, *news),
        Msg::Link(connection, role) => arrive::on_link(model, connection, role),
        Msg::Loaded(load, answer) => arrive::on_answer(model, load, answer),
        Msg::Ran(command, Ok(outcome)) => ran::on_ran(model, &command, outcome),
        Msg::Ran(command, Err(fault)) => ran::on_refused(model, &command, &fault),
        Msg::Edited(text) => {
            match model.overlays.last_mut() {
                Some(Overlay::Text(edit)) => edit.editor.set(&text),
                Some(Overlay::Form(form)) => {
                    if let Some(editor) = form.editor_mut() {
                        editor.set(&text);
                    }
                }
                _ => {}
            }
            Vec::new()
        }
        Msg::CanTakeBack(command, back) => {
            undo::can(model, command, back);
            Vec::new()
        }
        Msg::LookedAt(looked) => rooms::looked_at(model, looked),
        Msg::Exporting(bytes) => ran::on_exporting(model, bytes),
        Msg::LightTerminal(light) => {
            if !model.theme_chosen {
                model.set_theme(if light { ThemeName::Light } else { ThemeName::Dark });
            }
            Vec::new()
        }
    }
}

/// What to read when the control room opens.
#[must_use]
pub fn start(model: &mut Model) -> Vec<Effect> {
    tick::read_everything(model)
}

/// Whether a message changes nothing that can be seen, so that no frame is drawn for it.
#[must_use]
pub fn is_quiet(model: &Model, msg: &Msg) -> bool {
    use crate::protocol::Notice;
    match msg {
        Msg::Event(event) => match &event.notice {
            Notice::ThoughtDelta { .. } | Notice::HeartbeatStarted { .. } => {
                model.tab != crate::tui::state::Tab::Live && model.overlays.is_empty()
            }
            _ => false,
        },
        Msg::Mouse(event) => matches!(event.kind, crossterm::event::MouseEventKind::Moved),
        Msg::Rested => true,
        _ => false,
    }
}

fn on_key(model: &mut Model, key: Key) -> Vec<Effect> {
    // Who presses keys has read the welcome, or wants to see what it covers.
    model.toasts.retain(|toast| toast.text != arrive::WELCOME);
    let scopes = model.scopes();
    // Stopping works everywhere, as in a shell; a window waits behind it.
    let stops = |act: Act| act == Act::Suspend && key.typed().is_none();
    if model.keymap.find(key, &[Scope::Global]).is_some_and(|def| stops(def.act)) {
        return vec![Effect::Suspend];
    }
    // What types into a window is text, not an action.
    if let Some(effects) = type_into_window(model, key) {
        return effects;
    }
    if let Some(digit) = behind_escape(model, key) {
        let mut effects = act::perform(model, Act::Cancel);
        effects.extend(on_key(model, digit));
        return effects;
    }
    match model.keymap.find(key, &scopes) {
        Some(def) if !def.is_for(model.role) => {
            model.toast(Tone::Bad, format!("{}: {}", def.title, go::refusal(model)));
            Vec::new()
        }
        Some(def) => act::perform(model, def.act),
        None => Vec::new(),
    }
}

/// The digit pressed soon after Escape to leave a window: many terminals, tmux among them, send the two as one, which is
/// the digit with Alt. A window that takes no text knows no such key.
fn behind_escape(model: &Model, key: Key) -> Option<Key> {
    use crossterm::event::{KeyCode, KeyModifiers};
    let window = model.overlays.last()?;
    let KeyCode::Char(digit @ '0'..='9') = key.code else { return None };
    let takes_none = matches!(window, Overlay::Reading(_) | Overlay::Choice(_) | Overlay::Confirm(_));
    let is_free = model.keymap.find(key, &[window.scope()]).is_none();
    (takes_none && is_free && key.mods == KeyModifiers::ALT).then(|| Key::char(digit))
}

/// A key that belongs to a text being typed; `None` if it is an action's.
fn type_into_window(model: &mut Model, key: Key) -> Option<Vec<Effect>> {
    let scope = model.overlays.last()?.scope();
    let is_action = model.keymap.find(key, &[scope]).is_some();
    match model.overlays.last_mut()? {
        Overlay::Line(window) if !(is_action && key.typed().is_none()) => {
            window.type_key(key);
            Some(answer::typed(model))
        }
        Overlay::Palette(window) if !(is_action && key.typed().is_none()) => {
            line::type_key(&mut window.input, key);
            window.search();
            Some(Vec::new())
        }
        window if window.is_sent() => None,
        Overlay::Text(window) if !is_action => {
            window.error = None;
            window.type_key(key);
            Some(Vec::new())
        }
        Overlay::Form(window) => {
            let moves =
                matches!(key.code, crossterm::event::KeyCode::Left | crossterm::event::KeyCode::Right);
            if is_action && !(moves && window.is_typing()) && !(window.is_writing() && writes(key)) {
                return None;
            }
            window.type_key(key);
            preview::preview(model);
            Some(Vec::new())
        }
        _ => None,
    }
}

/// Whether a key belongs to a text of several lines, which else moves between fields.
const fn writes(key: Key) -> bool {
    use crossterm::event::KeyCode;
    matches!(key.code, KeyCode::Enter | KeyCode::Up | KeyCode::Down | KeyCode::Left | KeyCode::Right)
}

fn on_paste(model: &mut Model, text: &str) -> Vec<Effect> {
    match model.overlays.last_mut() {
        Some(window) if window.is_sent() => Vec::new(),
        Some(Overlay::Line(window)) => {
            window.paste(text);
            answer::typed(model)
        }
        Some(Overlay::Palette(window)) => {
            line::paste(&mut window.input, text);
            window.search();
            Vec::new()
        }
        Some(Overlay::Text(window)) => {
            window.paste(text);
            Vec::new()
        }
        Some(Overlay::Form(window)) => {
            window.paste(text);
            preview::preview(model);
            Vec::new()
        }
        _ => Vec::new(),
    }
}
