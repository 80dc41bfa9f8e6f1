//! Panes hidden, swapped, sized and kept; bookmarks and groups.

use super::fixture::{model, press, text, type_text};
use crate::tui::marks::Destination;
use crate::tui::saved::Saved;
use crate::tui::state::{Model, Pane, Tab};

/// A screen that is opened again as it was left.
fn again(before: &Model) -> Model {
    let kept = serde_json::to_string(&Saved::of(before, None)).unwrap();
    let mut after = model(before.size.0, before.size.1);
    serde_json::from_str::<Saved>(&kept).unwrap().apply(&mut after);
    after
}

#[test]
fn a_hidden_pane_comes_back_by_its_digit() {
    let mut model = model(160, 45);
    press(&mut model, &["3", "-"]);
    assert!(model.layout().pane(Pane::Inspector).is_none() && model.focus == Pane::Bots);
    assert!(text(&model).contains("Inspector is hidden; 3 shows it again"));
    press(&mut model, &["3"]);
    assert!(model.layout().pane(Pane::Inspector).is_some() && model.focus == Pane::Inspector);
    // The row below may go altogether, and one pane above stays.
    press(&mut model, &["4", "-", "5", "-", "6", "-", "1", "-", "2", "-", "-"]);
    assert_eq!(model.layout().panes, [(Pane::Inspector, model.layout().body)]);
    assert!(text(&model).contains("one pane has to stay"));
}

#[test]
fn panes_grow_as_far_as_there_is_room() {
    let mut model = model(160, 45);
    let wide = |model: &Model, pane| model.layout().pane(pane).unwrap().width;
    let (bots, middle) = (wide(&model, Pane::Bots), wide(&model, Pane::Activity));
    press(&mut model, &["1", "}", "}"]);
    assert_eq!((wide(&model, Pane::Bots), wide(&model, Pane::Activity)), (bots + 8, middle - 8));
    press(&mut model, &["{", "{", "2", "}"]);
    assert_eq!((wide(&model, Pane::Bots), wide(&model, Pane::Activity)), (bots, middle + 4));
    for _ in 0..80 {
        press(&mut model, &["1", "}"]);
    }
    assert!(text(&model).contains("it goes no further") && wide(&model, Pane::Inspector) >= 20);
    // What could not be seen was not counted: the way back is one key.
    let before = wide(&model, Pane::Bots);
    press(&mut model, &["{"]);
    assert!(wide(&model, Pane::Bots) < before);
    let tall = model.layout().pane(Pane::Log).unwrap().height;
    press(&mut model, &["6", ")"]);
    assert_eq!(model.layout().pane(Pane::Log).unwrap().height, tall + 2);
}

#[test]
fn an_arrangement_is_kept_under_a_name_and_between_runs() {
    let mut model = model(160, 45);
    press(&mut model, &["6", "-", "2", "X", "W", "j", "enter"]);
    type_text(&mut model, "night watch");
    press(&mut model, &["enter"]);
    let kept = model.layout().panes;
    assert_eq!(kept[2].0, Pane::Activity, "{kept:?}");
    press(&mut model, &["W", "g", "enter"]);
    assert_ne!(model.layout().panes, kept);
    let mut model = again(&model);
    press(&mut model, &["W", "j", "enter"]);
    assert_eq!(model.layout().panes, kept);
    press(&mut model, &["W", "G", "enter"]);
    assert!(model.layouts.is_empty() && model.layout().panes == kept);
}

#[test]
fn bots_threads_and_acts_are_marked_and_led_to() {
    let mut model = model(160, 45);
    press(&mut model, &["1", "j", "B", "2", "B"]);
    assert!(model.bookmarks.has(&Destination::Bot("echo_001".into())));
    assert_eq!(model.bookmarks.iter().count(), 2);
    let mut model = again(&model);
    press(&mut model, &["1", "g", "alt+7", "'"]);
    assert!(text(&model).contains("Bookmarks"), "{}", text(&model));
    press(&mut model, &["G", "enter"]);
    assert_eq!((model.tab, model.bots.chosen()), (Tab::Live, Some("echo_001")));
    press(&mut model, &["B"]);
    assert_eq!(model.bookmarks.iter().count(), 1);
}

#[test]
fn a_tag_makes_a_group_that_is_shown_and_marked() {
    let mut model = model(160, 45);
    press(&mut model, &["1", "#"]);
    type_text(&mut model, "night, poets");
    press(&mut model, &["enter", "G", "#", "G", "enter"]);
    type_text(&mut model, "night");
    press(&mut model, &["enter"]);
    let mut model = again(&model);
    press(&mut model, &["1", "/"]);
    type_text(&mut model, "#nig");
    press(&mut model, &["enter", "A"]);
    assert_eq!((model.bots.len(), model.bots.marked().len()), (2, 2));
    press(&mut model, &["esc", "#", "j", "enter"]);
    assert_eq!((model.bots.filter(), model.bots.len()), ("#poets", 1));
}
