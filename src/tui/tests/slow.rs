//! Over a slow line: a key does what it was pressed for, or nothing.

use super::fixture::{look, screen, text};
use super::line::Line;
use crate::protocol::Source;
use crate::tui::msg::{Command, Effect};

/// A control room whose first bot was made by a person.
fn with_a_custom_bot(mut line: Line) -> Line {
    line.society.bots[0].source = Source::Custom;
    line
}

#[test]
fn a_key_pressed_early_answers_no_later_question() {
    for keys in [&["m", "enter", "D"][..], &["m", "e", "D"], &["m", "L", "enter", "D"], &["m", "u", "D", "R"]]
    {
        let mut line = with_a_custom_bot(Line::slow(120, 36));
        line.arrive();
        line.quick(keys);
        line.arrive();
        assert_eq!(line.done(), [], "{keys:?}\n{}", text(&line.model));
        assert!(text(&line.model).contains("Remove Ada?"), "{keys:?}\n{}", text(&line.model));
        // It is asked, and can be answered now.
        look(&mut line.model);
        line.quick(&["enter"]);
        line.arrive();
        assert_eq!(line.done(), [Command::DeleteBot("ada_001".into())], "{keys:?}");
    }
}

#[test]
fn an_early_key_is_dropped_when_focus_page_tab_or_bot_change() {
    for keys in [
        &["m", "L", "b", "m"][..],
        &["m", "L", "tab", "shift+tab"],
        &["m", "L", "]", "["],
        &["m", "L", "?", "esc"],
        &["m", "L", "shift+tab", "shift+tab", "j", "k", "m"],
    ] {
        let mut line = Line::open(120, 36);
        line.quick(keys);
        line.arrive();
        line.quick(&["m"]);
        line.arrive();
        assert!(!line.model.inspector.mind.is_dirty(), "{keys:?}\n{}", text(&line.model));
        assert!(line.model.inspector.mind.saved.is_some(), "{keys:?}");
    }
}

#[test]
fn what_an_early_key_opens_takes_none_of_the_keys_behind_it() {
    let mut line = Line::open(120, 36);
    line.quick(&["m", "L", "enter", "enter", "enter"]);
    line.arrive();
    assert_eq!(line.done(), []);
    let asked = text(&line.model);
    assert!(asked.contains("Save the mind of Ada?") && asked.contains("80 → 90"), "{asked}");
}

#[test]
fn a_question_takes_no_key_typed_before_it_was_drawn() {
    for (keys, asked) in [
        (&["D", "enter", "y"][..], "Remove Ada?"),
        (&["m", "R", "y", "enter"], "Reset Ada"),
        (&["m", "L", "q", "y"], "Leave without saving?"),
    ] {
        let mut line = with_a_custom_bot(Line::slow(120, 36));
        line.arrive();
        for key in keys {
            line.quick(&[key]);
            line.arrive();
        }
        assert_eq!((line.done(), line.others.as_slice()), (&[][..], &[][..]), "{keys:?}");
        assert!(text(&line.model).contains(asked), "{keys:?}");
        look(&mut line.model);
        line.quick(&["y"]);
        line.arrive();
        assert!(!line.done().is_empty() || line.others == [Effect::Quit], "{keys:?}");
    }
}

#[test]
fn a_question_that_does_not_fit_is_read_to_its_end_before_it_is_agreed_to() {
    let mut line = Line::open(80, 24);
    line.press_and_wait(&["m"]);
    let mind = &mut line.model.inspector.mind;
    let tale: String = (1..200).map(|n| format!("word{n} ")).collect();
    mind.set_text(crate::tui::state::mind::Field::Origin, &tale).unwrap();
    mind.set_text(crate::tui::state::mind::Field::Style, &tale).unwrap();
    line.press(&["enter"]);
    assert!(text(&line.model).contains("more ▼") && !text(&line.model).contains("word199"));
    line.press(&["enter"]);
    line.arrive();
    assert_eq!(line.done(), []);
    for _ in 0..40 {
        if text(&line.model).contains("Enter yes") {
            break;
        }
        line.press(&["j"]);
    }
    assert!(text(&line.model).contains("word199"), "{}", text(&line.model));
    line.press(&["k", "j"]);
    assert!(screen(&line.model).area.height == 24);
    line.press(&["enter"]);
    line.arrive();
    assert_eq!(line.done().len(), 1);
}

#[test]
fn a_line_catches_up_with_what_a_second_operator_does() {
    let mut line = Line::open(120, 36);
    let patch = serde_json::json!({"behavior": {"shyness": 90}});
    line.press_and_wait(&["m"]);
    line.elsewhere(&Command::SetConfig("ada_001".into(), patch));
    line.tick();
    assert_eq!(line.model.inspector.mind.saved.as_ref().unwrap().behavior.shyness, 90);
}
