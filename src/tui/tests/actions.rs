//! Every row of the table does something, somewhere a person can get to.

use std::collections::BTreeSet;

use super::fixture::{model, press, text};
use crate::tui::action::{ACTIONS, Act, Scope};
use crate::tui::keymap::Keymap;
use crate::tui::msg::{Effect, Msg};
use crate::tui::overlays::{Confirm, Overlay, TextEdit, Then};
use crate::tui::state::Model;
use crate::tui::update::update;

/// A model in which the keys of `scope` count, with something selected to act on.
fn place(scope: Scope) -> Model {
    let mut model = if scope == Scope::Past { super::past::past(120, 36) } else { model(120, 36) };
    let keys: &[&str] = match scope {
        Scope::Past => &["j"],
        Scope::Global | Scope::Live | Scope::Bots => &["1"],
        Scope::Stream => &["2"],
        Scope::Mind => &["m"],
        Scope::Budget => &["b"],
        Scope::Recall => &["r", "j"],
        Scope::Why => &["w", "j", "j"],
        Scope::Confirm => {
            let long = Confirm { body: "word ".repeat(2_000), ..Confirm::default() };
            model.overlays.push(Overlay::Confirm(long));
            &[]
        }
        Scope::Choice => &["v"],
        Scope::Form => &["alt+7", "i"],
        Scope::Line => &[":"],
        Scope::Reading => &["?"],
        Scope::Text => {
            let edit = TextEdit::new("text", "something", Then::EditMemory(1));
            model.overlays.push(Overlay::Text(Box::new(edit)));
            &[]
        }
        Scope::Stats => &["alt+3"],
        Scope::Memory => &["alt+4", "l", "j"],
        Scope::Society => &["alt+5"],
        Scope::Log => &["alt+8"],
        Scope::Forum => &["alt+2", "j", "enter", "j"],
        Scope::Moderation => &["alt+6"],
        Scope::Events => &["alt+7"],
    };
    press(&mut model, keys);
    if let Some(Overlay::Reading(reading)) = model.overlays.last_mut() {
        reading.of_bot = Some("ada_001".into()); // as in an interview
    }
    model.forum.writer.name = Some("Kim".into());
    assert!(model.scopes().contains(&scope), "{scope:?}");
    model
}

/// Everything that can be seen or is asked for, as text.
fn trace(model: &Model, effects: &[Effect]) -> String {
    format!("{model:?} {effects:?}")
}

#[test]
fn every_action_has_an_effect_by_its_key() {
    let mut idle = BTreeSet::new();
    for def in ACTIONS {
        let mut probe = place(def.scope);
        // Somewhere in the middle, so that every direction is open.
        if matches!(def.scope, Scope::Live | Scope::Global) {
            press(&mut probe, &["j", "j"]);
        }
        let key = Keymap::default().keys(def.id)[0];
        // An action may need things to be moved or changed before it means something.
        let mut moved = false;
        for ready in [
            &[][..],
            &["L"],
            &["down"],
            &["j", "j"],
            &["tab"],
            &["tab", "down"],
            &["j", "k", "l"],
            &["]"],
            &["tab"; 7],
            &["4"],
        ] {
            let mut model = place(def.scope);
            if matches!(def.scope, Scope::Live | Scope::Global) {
                press(&mut model, &["j", "j"]);
            }
            let _ = super::fixture::text(&model);
            press(&mut model, ready);
            let _ = super::fixture::text(&model); // pages are as long as they were drawn
            if !model.scopes().contains(&def.scope)
                || model.keymap.find(key, &model.scopes()).is_none_or(|d| d.id != def.id)
            {
                continue;
            }
            let before = trace(&model, &[]);
            let effects = update(&mut model, Msg::Key(key));
            if trace(&model, &effects) != before {
                moved = true;
                break;
            }
        }
        if !moved {
            idle.insert(def.id);
        }
    }
    assert!(idle.is_empty(), "these do nothing: {idle:?}");
}

#[test]
fn help_lists_exactly_the_keys_that_work() {
    for scope in [
        Scope::Live,
        Scope::Bots,
        Scope::Stream,
        Scope::Mind,
        Scope::Budget,
        Scope::Recall,
        Scope::Why,
        Scope::Forum,
        Scope::Events,
    ] {
        let mut model = place(scope);
        let scopes = model.scopes();
        let keys: Vec<_> = model
            .keymap
            .in_force(&scopes)
            .flat_map(|(def, keys)| keys.into_iter().map(move |k| (def.id, k)))
            .collect();
        for (id, key) in &keys {
            assert_eq!(model.keymap.find(*key, &scopes).unwrap().id, *id, "{key}");
        }
        press(&mut model, &["?"]);
        let Some(Overlay::Reading(reading)) = model.overlays.last() else { panic!() };
        let plain = reading.plain();
        let listed: BTreeSet<_> = keys.iter().map(|(id, _)| *id).collect();
        for def in ACTIONS {
            let there = plain.contains(def.about) && plain.contains(def.title);
            if listed.contains(def.id) {
                assert!(there, "{} is missing in {scope:?}", def.id);
            }
        }
    }
}

#[test]
fn a_viewer_may_look_but_not_change() {
    for def in ACTIONS.iter().filter(|def| def.operator) {
        let mut model = place(def.scope);
        model.role = crate::link::Role::Viewer;
        let key = Keymap::default().keys(def.id)[0];
        let effects = update(&mut model, Msg::Key(key));
        assert!(effects.is_empty(), "{} did {effects:?}", def.id);
        assert!(model.toasts.iter().any(|toast| toast.text.contains("viewer")), "{}", def.id);
    }
}

#[test]
fn what_a_viewer_may_not_do_is_struck_through_with_the_reason() {
    use ratatui::style::Modifier;
    let struck = |model: &Model| {
        let buf = super::fixture::screen(model);
        buf.content.iter().filter(|cell| cell.modifier.contains(Modifier::CROSSED_OUT)).count()
    };
    let mut model = model(120, 36);
    assert_eq!(struck(&model), 0, "an operator may do everything");
    model.role = crate::link::Role::Viewer;
    assert!(struck(&model) > 10, "the hints strike through what is refused");
    press(&mut model, &[":", "w", "a", "k", "e"]);
    assert!(struck(&model) > 10, "so does the palette");
    assert!(text(&model).contains("a viewer's token may only look"));
    press(&mut model, &["esc", "?"]);
    assert!(text(&model).contains("a viewer's token may only look"));
}

#[test]
fn dangerous_actions_ask_first() {
    for def in ACTIONS.iter().filter(|def| def.dangerous) {
        let mut model = place(def.scope);
        let effects = press(&mut model, &[def.keys[0]]);
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Run(_))), "{} acts at once", def.id);
    }
}

#[test]
fn every_key_that_is_listed_works_where_it_is_listed() {
    // Moving at an end, going back from nowhere and showing what is shown change nothing, rightly.
    let still = |act: Act| {
        matches!(act, Act::Up | Act::Down | Act::PageUp | Act::PageDown | Act::Top | Act::Bottom | Act::Back)
            || matches!(act, Act::Less | Act::More | Act::NextPane | Act::PrevPane)
    };
    let there = |id: &str| id.starts_with("tab_") || id.starts_with("pane_") || id == "read_thread";
    let mut idle = BTreeSet::new();
    for scope in [
        Scope::Live,
        Scope::Stream,
        Scope::Forum,
        Scope::Stats,
        Scope::Memory,
        Scope::Society,
        Scope::Moderation,
        Scope::Events,
        Scope::Log,
    ] {
        let (keymap, scopes) = (Keymap::default(), place(scope).scopes());
        for (def, keys) in keymap.in_force(&scopes).filter(|(def, _)| !still(def.act) && !there(def.id)) {
            let mut model = place(scope);
            let _ = super::fixture::text(&model);
            let before = trace(&model, &[]);
            let effects = update(&mut model, Msg::Key(keys[0]));
            if trace(&model, &effects) == before {
                idle.insert((scope, def.id));
            }
        }
    }
    assert!(idle.is_empty(), "listed, but without effect: {idle:?}");
}
