//! What needs a person, counted, listed and led to.

use std::sync::Arc;

use serde_json::json;

use super::fixture::{bot, give, model, now, press, text};
use crate::protocol::{BotView, Event, LogLine, Notice, Status};
use crate::tui::msg::{Data, Load, Msg};
use crate::tui::overlays::Overlay;
use crate::tui::state::needs::needs;
use crate::tui::state::{Model, Tab};
use crate::tui::update::update;

fn answered(model: &mut Model, seq: i64, details: serde_json::Value) {
    let notice = Notice::HeartbeatComplete {
        bot_id: "sage_001".into(),
        bot_name: "Sage".into(),
        action: "reply".into(),
        details,
        tokens_used: 1,
        cost_usd: crate::domain::Money::ZERO,
        cost_simulated: false,
    };
    update(model, Msg::Event(Arc::new(Event { seq, timestamp: now().plus_seconds(seq), notice })));
}

#[test]
fn what_needs_a_person_is_counted_and_leads_there() {
    let mut model = model(120, 36);
    // Luna is capped and its file has changed, Rex fails, one flag is open.
    assert!(text(&model).contains("! 4 need you"), "{}", text(&model));
    press(&mut model, &["!"]);
    let shown = text(&model);
    for told in ["Rex fails", "Luna is capped", "the YAML file of Luna has changed", "1 open flag"] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    press(&mut model, &["enter"]);
    assert_eq!(model.selected_bot().as_deref(), Some("rex_001"));
    press(&mut model, &["!", "j", "j", "enter"]);
    assert!(text(&model).contains("The YAML file of Luna has changed"));
    press(&mut model, &["esc", "!", "G", "enter"]);
    assert_eq!(model.tab, Tab::Moderation);
}

#[test]
fn many_of_one_kind_are_one_line() {
    let mut model = model(120, 36);
    let capped: Vec<BotView> =
        (0..40).map(|n| bot(&format!("x{n:02}_1"), &format!("X{n:02}"), 0, Status::Capped)).collect();
    give(&mut model, Load::Bots(Some("x".into())), Data::Bots(capped));
    press(&mut model, &["!"]);
    let shown = text(&model);
    assert!(shown.contains("41 bots are capped"), "{shown}");
    press(&mut model, &["j", "enter"]);
    assert_eq!((model.bots.filter(), model.bots.len()), ("capped", 41));
}

#[test]
fn word_of_an_answer_comes_and_goes_once_it_was_read() {
    let mut model = model(120, 36);
    model.forum.writer.name = Some("Kim".into());
    let details =
        json!({"thread_id": 2, "reply_id": 9, "content": "Good evening.", "other_bot_id": "human:Kim"});
    answered(&mut model, 20, details);
    let shown = text(&model);
    assert!(shown.contains("Sage answered you; ! leads there") && shown.contains("! 5 need you"), "{shown}");
    // To somebody else, or to one whose name begins alike, it is no answer.
    answered(
        &mut model,
        21,
        json!({"thread_id": 2, "reply_id": 10, "content": "@Kimberley, yes", "other_bot_id": "human:Jo"}),
    );
    assert!(text(&model).contains("! 5 need you"));
    answered(
        &mut model,
        22,
        json!({"thread_id": 2, "reply_id": 11, "content": "As @Kim said", "other_bot_id": "ada_001"}),
    );
    assert!(text(&model).contains("! 6 need you"));
    press(&mut model, &["!"]);
    let Some(Overlay::Choice(choice)) = model.overlays.last() else { panic!() };
    assert!(choice.items[0].title == "Sage answered you" && choice.items[0].about == "As @Kim said");
    press(&mut model, &["j", "enter"]);
    assert_eq!((model.tab, model.forum.reader.wanted), (Tab::Forum, Some(2)));
    assert!(text(&model).contains("! 5 need you"));
}

#[test]
fn where_nothing_needs_anybody_nothing_is_counted() {
    let mut model = super::fixture::empty(120, 36);
    assert!(!text(&model).contains("need you"));
    press(&mut model, &["!"]);
    assert!(model.overlays.is_empty() && text(&model).contains("nothing needs you now"));
}

#[test]
fn what_the_program_reports_is_told_until_it_was_looked_at() {
    let mut model = model(120, 36);
    let line = |level: &str, target: &str, said: &str| LogLine {
        at: now().plus_seconds(-20),
        level: level.into(),
        target: target.into(),
        message: said.into(),
    };
    let log = vec![
        line("ERROR", crate::protocol::ROOM_LOG, "of the room"),
        line("ERROR", "botarium::cli", "a bot file cannot be used, the others live: bots/bad.yaml:3:1"),
        line("WARN", "botarium::cli", "a warning"),
    ];
    give(&mut model, Load::Log(200), Data::Log(log.clone()));
    press(&mut model, &["!"]);
    let shown = text(&model);
    assert!(shown.contains("the program reports 1 error"), "{shown}");
    press(&mut model, &["G", "k"]);
    assert!(text(&model).contains("bots/bad.yaml:3:1"), "{}", text(&model));
    press(&mut model, &["enter"]);
    give(&mut model, Load::Log(200), Data::Log(log));
    let shown = text(&model);
    assert_eq!(model.tab, Tab::Log);
    assert!(shown.contains("error and worse") && shown.contains("bots/bad.yaml:3:1"), "{shown}");
    press(&mut model, &["!"]);
    assert!(!text(&model).contains("the program reports"), "{}", text(&model));
}

#[test]
fn beats_that_do_not_come_are_an_alarm() {
    let mut model = model(120, 36);
    update(&mut model, Msg::Tick(now().plus_seconds(240)));
    assert!(!needs(&model).iter().any(|need| need.what.contains("overdue")));
    update(&mut model, Msg::Tick(now().plus_seconds(900)));
    press(&mut model, &["!"]);
    let shown = text(&model);
    assert!(shown.contains("nobody wakes: 3 beats overdue"), "{shown}");
    press(&mut model, &["enter"]);
    assert_eq!(model.selected_bot().as_deref(), Some("sage_001"), "whoever waits longest");
    // A room that is paused is not late.
    model.room.as_mut().unwrap().engine = crate::protocol::EngineState::Paused;
    assert!(!needs(&model).iter().any(|need| need.what.contains("overdue")));
}
