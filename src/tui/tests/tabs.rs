//! The tabs beside Live: what they show, and what their keys do.

use super::fixture::{empty, model, press, serve, text};
use crate::tui::msg::{Command, Effect};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (160, 45)];

fn shows(keys: &[&str], name: &str) {
    for (width, height) in SIZES {
        let mut model = model(width, height);
        press(&mut model, keys);
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), text(&model));
    }
}

#[test]
fn stats() {
    shows(&["alt+3"], "stats");
}

#[test]
fn society() {
    shows(&["alt+5", "j"], "society");
}

#[test]
fn memory() {
    shows(&["alt+4", "l", "j"], "memory");
}

#[test]
fn memory_may_be_opened_before_anybody_is_known() {
    let mut model = empty(120, 36);
    let effects = crate::tui::update::start(&mut model);
    press(&mut model, &["alt+4"]);
    assert!(text(&model).contains("there is nobody here yet"));
    serve(&mut model, effects);
    assert!(text(&model).contains("What Ada remembers"), "{}", text(&model));
}

#[test]
fn log() {
    shows(&["alt+8"], "log");
}

#[test]
fn what_narrows_a_tab_goes_with_escape() {
    let mut model = model(120, 36);
    press(&mut model, &["alt+8", "/", "z", "z", "z", "enter"]);
    assert!(text(&model).contains("no line matches; Esc shows all"), "{}", text(&model));
    press(&mut model, &["esc"]);
    assert!(model.log.filter.is_empty() && !text(&model).contains("no line matches"));
    press(&mut model, &["alt+4", "/", "z", "enter"]);
    press(&mut model, &["esc"]);
    assert!(model.explorer.filter.is_empty());
}

#[test]
fn a_longer_period_is_read_anew() {
    let mut model = model(120, 36);
    press(&mut model, &["alt+3", "l", "l", "l"]);
    assert_eq!(model.stats.days, 90);
    assert!(text(&model).contains("‹90›"));
}

#[test]
fn a_memory_is_pinned_searched_and_traced_to_its_act() {
    let mut model = model(120, 36);
    let effects = press(&mut model, &["alt+4", "l", "j", "p"]);
    assert!(matches!(effects[..], [Effect::Run(Command::EditMemory(..))]), "{effects:?}");
    press(&mut model, &["/", "d", "o", "o", "r", "enter"]);
    assert_eq!(model.explorer.filter, "door");
}

#[test]
fn the_log_follows_until_someone_looks_back() {
    let mut model = model(120, 36);
    press(&mut model, &["alt+8"]);
    assert!(text(&model).contains("the answer held no JSON"));
    press(&mut model, &["l", "l", "l"]);
    assert!(text(&model).contains("nothing to report"));
}
