//! Where a click lands, what a key is about, what becomes of a form, and who else is told.

use std::sync::Arc;

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use serde_json::json;

use super::fixture::{act, empty, give, look, model, now, press, room, text, type_text, warm};
use super::line::Line;
use super::society::{thread, threads};
use crate::protocol::*;
use crate::tui::msg::{Command, Connection, Data, Effect, Load, Msg, Outcome};
use crate::tui::overlays::Overlay;
use crate::tui::saved::Saved;
use crate::tui::state::recall;
use crate::tui::state::{Model, Pane, Tab};
use crate::tui::update::update;

fn click(model: &mut Model, (column, row): (u16, u16)) -> Vec<Effect> {
    look(model);
    let kind = MouseEventKind::Down(MouseButton::Left);
    update(model, Msg::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }))
}

fn say(model: &mut Model, seq: i64, notice: Notice) -> Vec<Effect> {
    update(model, Msg::Event(Arc::new(Event { seq, timestamp: now(), notice })))
}

fn loads(effects: &[Effect], wanted: impl Fn(&Load) -> bool) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Load(load) if wanted(load)))
}

#[test]
fn a_click_chooses_only_the_line_it_is_on() {
    for (width, height) in [(80, 24), (120, 36), (160, 45)] {
        for keys in [&["p"][..], &["v"], &[":"], &["n"], &["m", "R"], &["E"]] {
            let mut model = model(width, height);
            press(&mut model, keys);
            let before = format!("{:?}", model.overlays);
            // Beside the window, on every row; on its frame and its foot.
            for row in 0..height {
                for column in [0, 1, width - 1] {
                    assert_eq!(click(&mut model, (column, row)), [], "{keys:?} {column},{row}");
                }
            }
            assert_eq!(format!("{:?}", model.overlays), before, "{keys:?} {width}x{height}");
        }
    }
}

#[test]
fn what_is_not_drawn_is_not_hit() {
    // More lines than fit: the words below the list hide what would come next.
    let mut model = model(80, 24);
    press(&mut model, &["2", "f"]);
    let shown = text(&model);
    let rows: Vec<&str> = shown.lines().collect();
    let foot = rows.iter().rposition(|row| row.contains("Enter choose")).unwrap();
    let before = format!("{:?}", model.overlays);
    for row in [foot - 1, foot, foot + 1] {
        click(&mut model, (20, u16::try_from(row).unwrap()));
    }
    assert_eq!(format!("{:?}", model.overlays), before);
}

#[test]
fn a_heading_is_nothing_to_act_on() {
    let mut model = model(120, 36);
    press(&mut model, &["r", "g"]);
    for key in ["up", "pageup", "k", "g", "G", "down", "pagedown", "home"] {
        press(&mut model, &[key]);
        assert!(model.inspector.recall.selected().is_some(), "{key}\n{}", text(&model));
    }
    let rect = model.layout().pane(crate::tui::state::Pane::Inspector).unwrap();
    let chosen = model.inspector.recall.selected().cloned();
    let heading = model
        .inspector
        .recall
        .lines
        .iter()
        .position(|l| matches!(l, recall::RecallLine::Heading(..)))
        .unwrap();
    click(&mut model, (rect.x + 4, rect.y + 1 + u16::try_from(heading).unwrap()));
    assert_eq!(model.inspector.recall.selected().cloned(), chosen);
}

#[test]
fn what_is_new_does_not_slide_under_the_selection() {
    let mut model = model(120, 36);
    press(&mut model, &["r", "G"]);
    let chosen = model.inspector.recall.selected().unwrap().id;
    let mut more = warm();
    for id in 100..104 {
        let mut fact = more.facts_learned[0].clone();
        (fact.id, fact.fact) = (id, format!("new {id}"));
        more.facts_learned.push(fact);
    }
    let query = MemoryQuery { limit: 200, ..MemoryQuery::default() };
    give(&mut model, Load::Warm("ada_001".into(), query), Data::Warm(Box::new(more)));
    assert_eq!(model.inspector.recall.selected().unwrap().id, chosen);
    // Providers that are read anew while one is chosen.
    press(&mut model, &["v"]);
    let mut known = super::fixture::providers();
    let mut first = known[0].clone();
    first.name = "aaa".into();
    known.insert(0, first);
    let before = match model.overlays.last() {
        Some(crate::tui::overlays::Overlay::Choice(choice)) => {
            choice.items[choice.scroll.selected].title.clone()
        }
        _ => panic!("no list"),
    };
    give(&mut model, Load::Providers, Data::Providers(known));
    let Some(crate::tui::overlays::Overlay::Choice(choice)) = model.overlays.last() else { panic!() };
    assert_eq!(choice.items[choice.scroll.selected].title, before);
}

#[test]
fn after_posting_keys_act_on_the_thread_shown() {
    let mut model = model(160, 45);
    press(&mut model, &["alt+2", "j"]);
    model.forum.writer.name = Some("Kim".into());
    press(&mut model, &["c"]);
    type_text(&mut model, "On keys");
    press(&mut model, &["ctrl+s"]);
    type_text(&mut model, "Who has one?");
    let sent = match &press(&mut model, &["ctrl+s"])[..] {
        [Effect::Run(sent)] => sent.clone(),
        other => panic!("{other:?}"),
    };
    let made = ThreadView { id: 9, title: "On keys".into(), ..thread(4) };
    update(&mut model, Msg::Ran(sent, Ok(Outcome::Thread(Box::new(made.clone())))));
    assert!(model.overlays.is_empty());
    let mut listed = threads();
    listed.insert(0, ThreadSummary { id: 9, title: "On keys".into(), ..listed[0].clone() });
    let query = ThreadQuery { limit: 50, ..ThreadQuery::default() };
    give(&mut model, Load::Threads(query), Data::Threads(listed));
    for keys in [&["D"][..], &["esc", "esc", "D"], &["esc", "tab", "D"], &["esc", "tab", "tab", "D"]] {
        press(&mut model, keys);
        let asked = text(&model);
        assert!(asked.contains("#9 On keys") && asked.contains("Delete the thread"), "{keys:?}\n{asked}");
        assert_eq!(press(&mut model, &["y"]), [Effect::Run(Command::DeleteThread(9))], "{keys:?}");
    }
}

#[test]
fn a_form_stays_until_it_is_answered_and_loses_nothing() {
    let mut model = model(120, 36);
    press(&mut model, &["n"]);
    type_text(&mut model, "Nova");
    press(&mut model, &["tab"]);
    type_text(&mut model, &"x".repeat(42));
    let effects = press(&mut model, &["ctrl+s"]);
    let [Effect::Run(sent)] = &effects[..] else { panic!("{effects:?}") };
    // What is typed meanwhile reaches nothing.
    assert_eq!(press(&mut model, &["b", "s", "space", "t", "enter", "ctrl+s", "x", "q"]), []);
    assert!(text(&model).contains("sending…"));
    let fault = Fault::invalid(vec![FieldError {
        field: "personality.personality.traits".into(),
        message: "has at most 40 characters each".into(),
    }]);
    update(&mut model, Msg::Ran(sent.clone(), Err(fault)));
    let shown = text(&model);
    assert!(shown.contains("Nova") && shown.contains("traits: has at most 40 characters each"), "{shown}");
    assert!(!shown.contains("sending…"));
    // The cursor is in the field at fault, and keys are typed into it.
    press(&mut model, &["backspace", "backspace"]);
    let effects = press(&mut model, &["ctrl+s"]);
    let [Effect::Run(again)] = &effects[..] else { panic!("{effects:?}") };
    assert_ne!(again, sent);
    let bot = super::fixture::bot("nova_1a2", "Nova", 0, Status::Active);
    update(&mut model, Msg::Ran(again.clone(), Ok(Outcome::Bot(Box::new(bot)))));
    assert!(model.overlays.is_empty() && text(&model).contains("Nova joined the room"));
}

#[test]
fn a_question_of_cost_does_not_open_over_what_one_does_by_then() {
    let mut model = model(120, 36);
    press(&mut model, &["n"]);
    let choose = Command::SetDefaultProvider { name: "anthropic".into(), model: None, confirm_cost: false };
    update(&mut model, Msg::Ran(choose, Err(Fault::conflict("expected to cost $2.10 a day"))));
    type_text(&mut model, "y");
    assert_eq!(press(&mut model, &["enter"]), []);
    assert!(text(&model).contains("$2.10 a day; v asks again"));
}

#[test]
fn stopping_works_in_every_window() {
    for keys in [&["n"][..], &["v"], &[":"], &["?"], &["m", "R"], &["b", "enter"]] {
        let mut model = model(120, 36);
        press(&mut model, keys);
        assert_eq!(press(&mut model, &["ctrl+z"]), [Effect::Suspend], "{keys:?}");
        assert!(!model.overlays.is_empty());
    }
}

#[test]
fn a_filter_opens_with_what_is_in_force() {
    for tab in ["alt+1", "alt+2", "alt+4", "alt+8"] {
        let mut model = model(120, 36);
        press(&mut model, &[tab, "/"]);
        type_text(&mut model, "a");
        press(&mut model, &["enter", "/"]);
        let Some(crate::tui::overlays::Overlay::Line(line)) = model.overlays.last() else { panic!("{tab}") };
        assert_eq!(line.input.value(), "a", "{tab}");
    }
}

#[test]
fn acts_of_people_ask_for_no_bot() {
    let mut model = model(120, 36);
    update(&mut model, Msg::Tick(now().plus_seconds(1)));
    for (seq, actor) in [(20, "human:Kim"), (21, "system")] {
        let view = act(seq, (actor, "Kim"), "human_post", json!({"other_bot_id": "human:Jo"}));
        let notice = Notice::HeartbeatComplete {
            bot_id: view.bot_id,
            bot_name: view.bot_name,
            action: "vote".into(),
            details: view.details,
            tokens_used: 0,
            cost_usd: crate::domain::Money::ZERO,
            cost_simulated: false,
        };
        say(&mut model, seq, notice);
    }
    let effects = update(&mut model, Msg::Tick(now().plus_seconds(2)));
    assert!(!loads(&effects, |load| matches!(load, Load::Bot(_))), "{effects:?}");
}

#[test]
fn changes_made_elsewhere_are_read() {
    let tick = |model: &mut Model| {
        let next = model.now.plus_seconds(1);
        update(model, Msg::Tick(next))
    };
    let changed = |what: &str| Notice::Changed { what: what.into(), bot_id: Some("ada_001".into()) };
    let mut model = model(120, 36);
    press(&mut model, &["alt+6"]);
    tick(&mut model);
    say(&mut model, 9, changed("flags"));
    let effects = tick(&mut model);
    assert!(loads(&effects, |load| matches!(load, Load::Flags(..) | Load::Room)), "{effects:?}");
    press(&mut model, &["alt+4"]);
    tick(&mut model);
    say(&mut model, 9, changed("memories"));
    let effects = tick(&mut model);
    assert!(loads(&effects, |load| matches!(load, Load::Warm(..))), "{effects:?}");
    press(&mut model, &["alt+1", "r"]);
    tick(&mut model);
    say(&mut model, 9, changed("memories"));
    let effects = tick(&mut model);
    assert!(loads(&effects, |load| matches!(load, Load::Warm(..))), "{effects:?}");
    // The room's provider was chosen by somebody else.
    let notice = Notice::ConfigUpdated {
        bot_id: "system".into(),
        bot_name: "System".into(),
        changed: vec!["provider".into()],
        details: json!({"changed": ["provider"], "provider": "ollama"}),
    };
    say(&mut model, 30, notice);
    let effects = tick(&mut model);
    assert!(loads(&effects, |load| matches!(load, Load::Providers)), "{effects:?}");
    assert!(loads(&effects, |load| matches!(load, Load::Room)), "{effects:?}");
    // An event past its end is over here as well.
    press(&mut model, &["alt+7"]);
    let mut events = super::society::events();
    events[0].active = true;
    events[0].expires_at = Some(model.now.plus_seconds(1));
    give(&mut model, Load::Events(None), Data::Events(events));
    assert!(loads(&tick(&mut model), |load| matches!(load, Load::Events(_))));
    assert!(!model.events.selected().unwrap().active);
}

#[test]
fn after_a_gap_and_while_polling_everything_is_read_anew() {
    let mut model = model(160, 45);
    model.connection = Connection::Polling;
    update(&mut model, Msg::Tick(now().plus_seconds(1)));
    say(&mut model, 9, Notice::Resync { from_seq: 10, to_seq: 9 });
    let effects = update(&mut model, Msg::Tick(now().plus_seconds(2)));
    for wanted in [Load::Room, Load::Bots(None), Load::Providers, Load::Usage(Period::Daily), Load::Log(200)]
    {
        assert!(effects.contains(&Effect::Load(wanted.clone())), "{wanted:?}: {effects:?}");
    }
}

#[test]
fn another_society_begins_anew() {
    let mut line = Line::open(120, 36);
    line.press_and_wait(&["j", "m", "L"]);
    let notice = Notice::Resync { from_seq: 1, to_seq: 3 };
    line.hear(Msg::Event(Arc::new(Event { seq: 3, timestamp: now(), notice })));
    let said = text(&line.model);
    assert!(said.contains("Another society, or an older copy"), "{said}");
    assert!(line.model.stream.is_empty() && line.model.bots.total() == 0);
    line.arrive();
    // The same bot is selected, where there is one, and nothing is left of the draft.
    assert_eq!(line.model.selected_bot().as_deref(), Some("echo_001"));
    assert!(!line.model.inspector.mind.is_dirty() && !line.model.stream.is_empty());
}

#[test]
fn tabs_are_kept_by_their_id_and_old_files_are_read() {
    for tab in Tab::ALL {
        let mut before = model(120, 36);
        before.tab = tab;
        let kept = serde_json::to_string(&Saved::of(&before, None)).unwrap();
        assert!(kept.contains(&format!("\"{}\"", tab.id())), "{kept}");
        for file in
            [kept.clone(), kept.replacen(&format!("\"{}\"", tab.id()), &format!("\"{}\"", tab.title()), 1)]
        {
            let mut after = super::fixture::empty(120, 36);
            serde_json::from_str::<Saved>(&file).unwrap().apply(&mut after);
            assert_eq!(after.tab, tab);
        }
    }
}

#[test]
fn what_is_wrong_with_an_arrangement_loses_nothing_else() {
    let file = r#"{"tab": "forum", "arrangement": {"places": ["cellar"]}, "layouts": 7, "bot": "ada_001"}"#;
    let mut after = super::fixture::empty(120, 36);
    serde_json::from_str::<Saved>(file).unwrap().apply(&mut after);
    assert_eq!((after.tab, after.wanted_bot.as_deref()), (Tab::Forum, Some("ada_001")));
    assert_eq!(after.arrangement, crate::tui::arrange::Arrangement::default());
}

#[test]
fn flags_of_countries_take_the_cells_they_are_measured_with() {
    use crate::tui::widgets::text::{count, safe, width};
    assert_eq!(safe("🇳🇴 Nor1"), "NO Nor1");
    assert_eq!(width(&safe("🇳🇴")), 2);
    assert_eq!((count(1, "follower"), count(0, "follower")), ("1 follower".into(), "0 followers".into()));
}

#[test]
fn a_bot_is_shown_at_what_the_engine_says_it_is_at() {
    let mut model = model(120, 36);
    let doing = |what, seconds: i64| Some(Doing { what, since: now().plus_seconds(-seconds), attempt: 1 });
    for (what, shown) in
        [(Work::Waiting, "waits 12s"), (Work::Thinking, "thinks 12s"), (Work::Remembering, "memory 12s")]
    {
        say(&mut model, 9, Notice::BotDoing { bot_id: "ada_001".into(), doing: doing(what, 12) });
        assert!(text(&model).contains(shown) && model.animated(), "{}", text(&model));
        assert!(text(&model).contains(&format!("{} for 12s", what.as_str())), "{}", text(&model));
        assert!(!text(&model).contains("next Ada"));
    }
    // What a person does to it meanwhile neither ends that nor takes what it writes away.
    let delta = Notice::ThoughtDelta { bot_id: "ada_001".into(), text: "Because they".into() };
    say(&mut model, 9, delta);
    assert!(text(&model).contains("Because they"), "{}", text(&model));
    let bot_id: String = "ada_001".into();
    let (status, next_beat_at) = (Status::Active, Some(now().plus_seconds(54)));
    say(&mut model, 9, Notice::BotStatus { bot_id: bot_id.clone(), status, reason: None, next_beat_at });
    let interviewed = Notice::HeartbeatComplete {
        bot_id: bot_id.clone(),
        bot_name: "Ada".into(),
        action: "interview".into(),
        details: json!({"question": "Why?", "answer": "So."}),
        tokens_used: 0,
        cost_usd: crate::domain::Money::ZERO,
        cost_simulated: false,
    };
    let edited = Notice::ConfigUpdated {
        bot_id: bot_id.clone(),
        bot_name: "Ada".into(),
        changed: vec!["identity".into()],
        details: json!({}),
    };
    for (seq, notice) in [(100, interviewed), (101, edited)] {
        say(&mut model, seq, notice);
        assert!(model.animated() && text(&model).contains("Because they"), "{}", text(&model));
    }
    say(&mut model, 9, Notice::BotDoing { bot_id, doing: None });
    assert!(!model.animated() && text(&model).contains("0:54"));
    // When it wakes next the inspector tells as the list does.
    let next_beat_at = Some(now().plus_seconds(77));
    let bot_id = "ada_001".into();
    say(&mut model, 9, Notice::BotStatus { bot_id, status: Status::Active, reason: None, next_beat_at });
    let shown = text(&model);
    assert!(shown.contains("next in 1:17") && !shown.contains("0:54"), "{shown}");
}

#[test]
fn a_digit_soon_after_escape_leaves_a_window_and_chooses_a_pane() {
    for window in ["?", "p"] {
        let mut model = model(120, 36);
        press(&mut model, &["1", window]);
        assert!(!model.overlays.is_empty(), "{window}");
        press(&mut model, &["alt+2"]);
        assert!(model.overlays.is_empty(), "{window}");
        assert_eq!((model.tab, model.focus), (Tab::Live, Pane::Activity), "{window}");
        // By itself it is the digit with Alt.
        press(&mut model, &["alt+2"]);
        assert_eq!(model.tab, Tab::Forum);
    }
    // Where something is typed nothing is left by it.
    let mut model = model(120, 36);
    press(&mut model, &["n"]);
    type_text(&mut model, "Kim");
    press(&mut model, &["alt+2"]);
    assert!(matches!(model.overlays.last(), Some(Overlay::Form(_))));
}

#[test]
fn a_window_opened_before_the_room_is_known_tells_of_it_when_it_is() {
    for (key, before, after) in [("n", "New bot", "0 of 12"), ("p", "How often do bots wake?", "● turbo")] {
        let mut model = empty(120, 36);
        press(&mut model, &[key]);
        let shown = text(&model);
        assert!(shown.contains(before) && !shown.contains(after), "{shown}");
        give(&mut model, Load::Room, Data::Room(Box::new(room())));
        let shown = text(&model);
        assert!(shown.contains(before) && shown.contains(after), "{shown}");
    }
}
