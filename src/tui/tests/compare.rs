//! Before and after a change, and two bots side by side.

use serde_json::json;

use super::fixture::{act, model, press, text};
use super::sizes::SIZES;
use crate::protocol::Fault;
use crate::tui::keymap::Key;
use crate::tui::msg::{Effect, Load, Msg};
use crate::tui::state::Model;
use crate::tui::state::compare::Story;
use crate::tui::update::update;

/// Forty acts, quieter before the change in their middle than after it.
pub fn story(bot: &str) -> Story {
    let quiet = |id| act(id, (bot, bot), "do_nothing", json!({}));
    let reply = |id| act(id, (bot, bot), "reply", json!({"content": "Why not now?"}));
    let mut acts: Vec<_> =
        (21..41).rev().map(|id| if id % 10 == 0 { quiet(id) } else { reply(id) }).collect();
    acts.push(act(20, (bot, bot), "config_updated", json!({"changed": ["behavior.shyness"]})));
    acts.extend((0..20).rev().map(|id| if id % 2 == 0 { quiet(id) } else { reply(id) }));
    Story { bot: bot.into(), acts, others: Vec::new(), since: None }
}

#[test]
fn that_a_bolder_bot_is_bolder_is_seen_on_one_screen() {
    let mut model = model(120, 36);
    press(&mut model, &["j", "C"]);
    let shown = text(&model);
    assert!(shown.contains("Compare Echo before and after what?"), "{shown}");
    assert!(shown.contains("changed: behavior.shyness"), "{shown}");
    press(&mut model, &["enter"]);
    for (width, height) in SIZES {
        update(&mut model, Msg::Resize(width, height));
        insta::assert_snapshot!(format!("before_and_after_{width}x{height}"), text(&model));
    }
    update(&mut model, Msg::Resize(120, 36));
    let shown = text(&model);
    let line = shown.lines().find(|line| line.contains(" quiet ")).unwrap();
    assert!(line.contains("50 % (10)") && line.contains("10 % (2)") && line.contains("-40 points"), "{line}");
}

#[test]
fn two_bots_stand_side_by_side() {
    let mut model = model(80, 24);
    press(&mut model, &["C", "j", "enter"]);
    assert!(text(&model).contains("Compare Ada with whom?"));
    press(&mut model, &["j", "enter"]);
    let shown = text(&model);
    assert!(shown.contains("Ada and Luna") && shown.contains("the same"), "{shown}");
    press(&mut model, &["esc"]);
    assert!(model.overlays.is_empty());
}

fn waits(model: &mut Model) {
    let effects = update(model, Msg::Key(Key::char('C')));
    assert!(effects.contains(&Effect::Load(Load::Story("ada_001".into()))), "{effects:?}");
}

#[test]
fn who_closed_the_window_is_shown_nothing() {
    let mut model = model(120, 36);
    waits(&mut model);
    press(&mut model, &["esc"]);
    let data = crate::tui::msg::Data::Story(Box::new(story("ada_001")));
    update(&mut model, Msg::Loaded(Load::Story("ada_001".into()), Ok(data)));
    assert!(model.overlays.is_empty());
    waits(&mut model);
    let fault = Fault::unavailable("nobody answers");
    update(&mut model, Msg::Loaded(Load::Story("ada_001".into()), Err(fault)));
    assert!(model.overlays.is_empty() && text(&model).contains("nobody answers"));
}
