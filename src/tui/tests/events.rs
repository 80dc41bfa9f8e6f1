//! The Moderation and Events tabs: what a person settles, ends and injects, key by key.

use super::fixture::{give, model, now, press, text, type_text};
use super::society::{events, templates, thread};
use crate::protocol::*;
use crate::tui::msg::{Command, Data, Effect, Load, Msg, Outcome};
use crate::tui::state::{Model, Tab};
use crate::tui::update::update;

fn on(tab: &str, width: u16, height: u16) -> Model {
    let mut model = model(width, height);
    model.toasts.clear();
    press(&mut model, &[tab]);
    model
}

const MODERATION: &str = "alt+6";
const EVENTS: &str = "alt+7";

#[test]
fn both_tabs_at_every_size() {
    for (width, height) in [(80, 24), (120, 36), (160, 45), (240, 70)] {
        insta::assert_snapshot!(format!("moderation_{width}x{height}"), text(&on(MODERATION, width, height)));
        insta::assert_snapshot!(format!("events_{width}x{height}"), text(&on(EVENTS, width, height)));
        let mut model = on(EVENTS, width, height);
        press(&mut model, &["t"]);
        insta::assert_snapshot!(format!("event_templates_{width}x{height}"), text(&model));
        press(&mut model, &["enter"]);
        insta::assert_snapshot!(format!("event_form_{width}x{height}"), text(&model));
    }
}

#[test]
fn empty_tabs_say_what_to_do() {
    let mut model = on(MODERATION, 80, 24);
    give(&mut model, Load::Flags(false, 200), Data::Flags(vec![]));
    assert!(text(&model).contains("nothing is flagged"));
    let mut model = on(EVENTS, 80, 24);
    give(&mut model, Load::Events(None), Data::Events(vec![]));
    assert!(text(&model).contains("i injects an event, t takes a ready-made one"));
}

#[test]
fn a_flag_leads_to_its_post_and_its_author() {
    let mut model = on(MODERATION, 120, 36);
    assert!(text(&model).contains("Nothing. It is a door."));
    press(&mut model, &["enter"]);
    assert_eq!((model.tab, model.forum.reader.wanted), (Tab::Forum, Some(3)));
    assert_eq!(model.forum.selected().unwrap().reply, Some(3));
    let mut model = on(MODERATION, 120, 36);
    press(&mut model, &["a"]);
    assert_eq!((model.tab, model.selected_bot().as_deref()), (Tab::Live, Some("rex_001")));
}

#[test]
fn a_flag_is_settled_its_post_deleted_its_author_paused_after_a_question() {
    let mut model = on(MODERATION, 120, 36);
    assert!(press(&mut model, &["r"]).is_empty() && text(&model).contains("Settle this flag?"));
    assert_eq!(press(&mut model, &["enter"]), [Effect::Run(Command::ResolveFlag(2))]);
    assert!(press(&mut model, &["D"]).is_empty() && text(&model).contains("Delete this reply of Rex?"));
    assert_eq!(press(&mut model, &["enter"]), [Effect::Run(Command::DeleteReply(3))]);
    assert!(press(&mut model, &["x"]).is_empty() && text(&model).contains("Pause Rex?"));
    assert_eq!(press(&mut model, &["enter"]), [Effect::Run(Command::SetPaused("rex_001".into(), true))]);
    press(&mut model, &["j", "x"]);
    assert!(text(&model).contains("Let Echo go on?"));
}

#[test]
fn a_deleted_post_is_told() {
    let mut model = on(MODERATION, 120, 36);
    let mut gone = thread(3);
    gone.replies.retain(|reply| reply.id != 3);
    give(&mut model, Load::Thread(3), Data::Thread(Box::new(gone)));
    assert!(text(&model).contains("What was flagged is deleted."));
    model = on(MODERATION, 120, 36);
    model.moderation.thread = None;
    update(&mut model, Msg::Loaded(Load::Thread(3), Err(Fault::not_found("thread", 3))));
    assert!(text(&model).contains("What was flagged is deleted."));
}

#[test]
fn open_and_settled_flags_take_turns() {
    let mut model = on(MODERATION, 120, 36);
    let effects = update(&mut model, Msg::Key("f".parse().unwrap()));
    assert_eq!(effects, [Effect::Load(Load::Flags(true, 200))]);
    give(&mut model, Load::Flags(true, 200), Data::Flags(vec![]));
    assert!(text(&model).contains("no flag was settled yet"));
}

#[test]
fn an_event_is_injected_from_a_form() {
    let mut model = on(EVENTS, 120, 36);
    press(&mut model, &["i", "ctrl+s"]);
    assert!(text(&model).contains("title: 1 to 200 characters"));
    type_text(&mut model, "The lights are out");
    press(&mut model, &["tab", "tab", "right", "tab", "right", "right", "tab"]);
    type_text(&mut model, "soon");
    assert!(press(&mut model, &["ctrl+s"]).is_empty());
    press(&mut model, &["ctrl+u"]);
    type_text(&mut model, "2h");
    let event = InjectEvent {
        title: "The lights are out".into(),
        description: String::new(),
        event_type: "challenge".into(),
        severity: "crisis".into(),
        expires_at: Some(now().plus_seconds(7_200)),
    };
    let sent = Command::InjectEvent(event);
    assert_eq!(press(&mut model, &["ctrl+s"]), [Effect::Run(sent.clone())]);
    let effects = update(&mut model, Msg::Ran(sent, Ok(Outcome::Event(events().remove(0)))));
    assert_eq!(effects, [Effect::Load(Load::Events(None))]);
}

#[test]
fn a_template_fills_the_form_in() {
    let mut model = on(EVENTS, 120, 36);
    press(&mut model, &["t", "j", "enter"]);
    let template = templates().remove(1);
    assert!(text(&model).contains(&template.title));
    let [Effect::Run(Command::InjectEvent(event))] = &press(&mut model, &["ctrl+s"])[..] else { panic!() };
    assert_eq!(
        (&event.title, &event.event_type, &event.severity),
        (&template.title, &template.event_type, &template.severity)
    );
    assert_eq!(event.expires_at, None);
}

#[test]
fn an_event_is_ended_after_a_question_and_only_once() {
    let mut model = on(EVENTS, 120, 36);
    assert!(press(&mut model, &["d"]).is_empty());
    assert_eq!(press(&mut model, &["enter"]), [Effect::Run(Command::DeactivateEvent(2))]);
    press(&mut model, &["j", "d"]);
    assert!(text(&model).contains("this event is over already"));
}

#[test]
fn a_bot_is_chosen_and_interviewed() {
    let mut model = on(EVENTS, 120, 36);
    press(&mut model, &["a"]);
    assert!(text(&model).contains("Whom do you want to ask?"));
    press(&mut model, &["j", "enter"]);
    assert!(text(&model).contains("Interview Echo"));
}
