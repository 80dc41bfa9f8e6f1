//! What was changed here is listed, and taken back by the command that undoes it.

use super::fixture::{look, model, press, text};
use crate::protocol::Fault;
use crate::tui::msg::{Command, Effect, Msg, Outcome};
use crate::tui::state::Model;
use crate::tui::update::update;

fn changed(model: &mut Model) -> (Command, Command) {
    let done = Command::SetPaused("ada_001".into(), true);
    let back = Command::SetPaused("ada_001".into(), false);
    update(model, Msg::CanTakeBack(done.clone(), back.clone()));
    (done, back)
}

#[test]
fn the_list_names_the_change_and_takes_it_back() {
    let mut room = model(120, 36);
    press(&mut room, &["U"]);
    assert!(text(&room).contains("nothing to take back"));
    let (done, back) = changed(&mut room);
    press(&mut room, &["U"]);
    let shown = text(&room);
    assert!(shown.contains("pause Ada") && shown.contains("let Ada go on"), "{shown}");
    let command = Command::TakeBack(Box::new(done), Box::new(back));
    assert_eq!(press(&mut room, &["enter"]), [Effect::Run(command.clone())]);
    update(&mut room, Msg::Ran(command, Ok(Outcome::Done)));
    assert!(text(&room).contains("taken back: let Ada go on"));
    assert_eq!(room.undo.iter().count(), 0);
}

#[test]
fn what_others_changed_since_is_asked_about() {
    let mut room = model(120, 36);
    let (done, back) = changed(&mut room);
    let command = Command::TakeBack(Box::new(done), Box::new(back.clone()));
    update(&mut room, Msg::Ran(command, Err(Fault::conflict("it was changed again since"))));
    let shown = text(&room);
    assert!(shown.contains("Take it back all the same?"), "{shown}");
    look(&mut room);
    assert_eq!(press(&mut room, &["enter"]), [Effect::Run(back)]);
}

#[test]
fn fifty_changes_are_kept() {
    let mut room = model(120, 36);
    for _ in 0..70 {
        changed(&mut room);
    }
    assert_eq!(room.undo.iter().count(), 50);
}
