//! Detail follows the cursor: one selected bot, whatever it is chosen by.

use super::fixture::{look, model, now, press, serve, text};
use crate::tui::msg::{Command, Effect, Load, Msg};
use crate::tui::state::Page;
use crate::tui::state::{Model, Pane};
use crate::tui::update::update;

#[test]
fn wide_lines_of_the_activity_say_the_model() {
    let mut model = model(240, 70);
    let lines = |model: &Model| {
        let shown = text(model);
        shown.lines().filter(|line| line.contains("  scripted││")).count()
    };
    // Of the act whose reason is shown it is known already.
    assert_eq!(lines(&model), 1, "{}", text(&model));
    look(&mut model);
    let mut asked = update(&mut model, Msg::Tick(now()));
    asked.retain(|effect| matches!(effect, Effect::Load(Load::Models(_))));
    assert_eq!(asked.len(), 1, "in one read");
    serve(&mut model, asked);
    assert!(lines(&model) > 5, "{}", text(&model));
    // What is known, or was asked for, is not asked for again.
    look(&mut model);
    let again = update(&mut model, Msg::Tick(now()));
    assert!(!again.iter().any(|effect| matches!(effect, Effect::Load(Load::Models(_)))), "{again:?}");
    // Where there is no room for it, nobody asks.
    let mut narrow = self::model(120, 36);
    look(&mut narrow);
    let asked = update(&mut narrow, Msg::Tick(now()));
    assert!(!asked.iter().any(|effect| matches!(effect, Effect::Load(Load::Models(_)))), "{asked:?}");
}

#[test]
fn choosing_an_act_shows_whose_it_is_and_why() {
    let mut model = model(160, 45);
    press(&mut model, &["m", "2", "j"]);
    assert_eq!(model.inspector.wanted.as_deref(), Some("rex_001"));
    assert_eq!((model.inspector.page, model.inspector.why.wanted), (Page::Why, Some(8)));
    press(&mut model, &["j"]);
    assert_eq!(model.inspector.wanted.as_deref(), Some("marcus_001"));
    assert_eq!((model.focus, model.inspector.why.wanted), (Pane::Activity, Some(7)));
    // Keys act on the bot that is shown.
    let paused = Command::SetPaused("marcus_001".into(), true);
    assert_eq!(press(&mut model, &["x"]), [Effect::Run(paused)]);
}

#[test]
fn a_pinned_inspector_stays() {
    let mut model = model(160, 45);
    press(&mut model, &["b", "I", "2", "j", "j"]);
    assert_eq!(model.inspector.wanted.as_deref(), Some("ada_001"));
    assert_eq!((model.inspector.page, model.selected_bot().as_deref()), (Page::Budget, Some("ada_001")));
    assert!(text(&model).contains("the inspector stays"));
    press(&mut model, &["I", "j"]);
    assert_eq!(model.inspector.page, Page::Why);
    assert_eq!(model.selected_bot().as_deref(), Some("luna_001"));
}

#[test]
fn changes_that_are_not_saved_keep_the_inspector() {
    let mut model = model(160, 45);
    press(&mut model, &["m", "L", "2", "j"]);
    assert_eq!(model.inspector.wanted.as_deref(), Some("ada_001"));
    assert!(model.inspector.page == Page::Mind && model.inspector.mind.is_dirty());
    // Asked for, the reason is shown all the same.
    press(&mut model, &["w"]);
    assert_eq!(model.inspector.wanted.as_deref(), Some("rex_001"));
}

#[test]
fn an_act_of_a_person_changes_no_selection() {
    let mut model = model(160, 45);
    press(&mut model, &["2", "G", "k", "k"]);
    assert_eq!(model.stream.selected().unwrap().bot_id, "human:Kim");
    assert!(model.selected_bot().is_some() && model.inspector.wanted == model.selected_bot());
}

#[test]
fn a_line_of_the_usage_chooses_its_bot() {
    let mut model = model(160, 45);
    press(&mut model, &["4", "j"]);
    assert_eq!(model.selected_bot().as_deref(), Some("marcus_001"));
    // Also one that the filter hides; keys that need to see it say so.
    press(&mut model, &["1", "/", "a", "d", "a", "enter", "4", "k"]);
    assert_eq!(model.inspector.wanted.as_deref(), Some("luna_001"));
    assert_eq!(press(&mut model, &["x"]), []);
    assert!(text(&model).contains("no bot is selected"));
}
