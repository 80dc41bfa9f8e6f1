//! What is not saved is not lost: not by leaving, not by looking at another bot, not by being quick.

use super::fixture::{empty, model, press, serve, text};
use crate::tui::msg::{Effect, Load, Msg};
use crate::tui::state::Page;
use crate::tui::update::{start, update};

#[test]
fn leaving_asks_when_a_mind_is_not_saved() {
    let mut model = model(120, 36);
    assert_eq!(press(&mut model, &["q"]), [Effect::Quit]);
    press(&mut model, &["m", "L"]);
    assert_eq!(press(&mut model, &["q"]), []);
    let asked = text(&model);
    assert!(asked.contains("Leave without saving?") && asked.contains("80 → 90"), "{asked}");
    assert_eq!(press(&mut model, &["n"]), []);
    assert!(model.overlays.is_empty() && model.inspector.mind.is_dirty());
    assert_eq!(press(&mut model, &["ctrl+c", "enter"]), [Effect::Quit]);
}

#[test]
fn leaving_asks_where_the_society_goes_with_it() {
    let mut model = model(120, 36);
    model.passing = true;
    assert_eq!(press(&mut model, &["q"]), []);
    let asked = text(&model);
    assert!(asked.contains("End the demo?") && asked.contains("it is removed"), "{asked}");
    assert_eq!((press(&mut model, &["q"]), model.overlays.len()), (vec![], 0), "q is no yes");
    press(&mut model, &["m", "L", "ctrl+c"]);
    assert!(text(&model).contains("Leave without saving?"), "what is not saved is told first");
    assert_eq!(press(&mut model, &["esc", "esc", "q", "enter"]), [Effect::Quit]);
}

#[test]
fn changes_wait_while_another_bot_is_looked_at() {
    let mut model = model(120, 36);
    press(&mut model, &["m", "L", "shift+tab", "shift+tab", "j"]);
    assert!(text(&model).contains("the changes to Ada are kept, not saved"));
    assert!(!model.inspector.mind.is_dirty());
    assert_eq!(press(&mut model, &["q"]), []);
    assert!(text(&model).contains("These changes to the mind of Ada"));
    press(&mut model, &["esc"]);
    press(&mut model, &["k"]);
    assert!(model.inspector.mind.is_dirty());
    press(&mut model, &["tab", "tab"]);
    assert!(text(&model).contains("90 (was 80)"), "{}", text(&model));
    press(&mut model, &["esc"]);
    assert_eq!(press(&mut model, &["q"]), [Effect::Quit]);
}

#[test]
fn several_unsaved_minds_are_named() {
    let mut model = model(120, 36);
    press(&mut model, &["m", "L", "shift+tab", "shift+tab"]);
    let effects = press(&mut model, &["j"]);
    serve(&mut model, effects);
    press(&mut model, &["m", "L", "q"]);
    assert!(text(&model).contains("Changes to the minds of"), "{}", text(&model));
}

#[test]
fn keys_pressed_before_the_mind_is_read_count_once_it_is() {
    let mut model = empty(120, 36);
    let effects = start(&mut model);
    // Before there is any bot, and then before its configuration came.
    assert_eq!(press(&mut model, &["m", "L", "j"]), []);
    serve(&mut model, effects);
    let mind = &model.inspector.mind;
    assert_eq!((mind.draft.as_ref().unwrap().behavior.creativity_level, mind.scroll.selected), (90, 1));
}

#[test]
fn a_key_that_means_something_else_is_not_held_back() {
    let mut model = model(120, 36);
    press(&mut model, &["j", "m", "tab", "?"]);
    assert!(text(&model).contains("Keys that work here"));
}

#[test]
fn a_removed_bot_has_nothing_unsaved() {
    let mut model = model(120, 36);
    press(&mut model, &["m", "L", "shift+tab", "shift+tab", "j"]);
    let gone = crate::tui::msg::Command::DeleteBot("ada_001".into());
    update(&mut model, Msg::Ran(gone, Ok(crate::tui::msg::Outcome::Done)));
    assert_eq!(press(&mut model, &["q"]), [Effect::Quit]);
}

#[test]
fn a_reason_leads_to_its_post() {
    let mut model = model(120, 36);
    press(&mut model, &["2", "j", "w"]);
    serve(&mut model, vec![Effect::Load(Load::Why(8))]);
    press(&mut model, &["O"]);
    assert_eq!(model.tab, crate::tui::state::Tab::Forum);
    assert!(model.forum.reader.wanted.is_some() && model.inspector.page == Page::Why);
}
