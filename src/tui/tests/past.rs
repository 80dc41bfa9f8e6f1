//! The past: the time line, its keys, what cannot be done there, and the way back.

use std::sync::Arc;

use super::fixture::{NOW, model, now, press, serve, text};
use crate::domain::Stamp;
use crate::protocol::{Fault, Mark, MarkKind, Moment, Sought, Way};
use crate::tui::keymap::Key;
use crate::tui::msg::{Connection, Effect, Load, Msg, PastNews, Role, Walking};
use crate::tui::state::Model;
use crate::tui::update::update;

/// The moment of an act, of forty.
pub fn moment(activity: i64) -> Moment {
    let mark = |activity, kind| Mark { activity, kind };
    let marks = vec![
        mark(1, MarkKind::Person),
        mark(3, MarkKind::Person),
        mark(8, MarkKind::Failure),
        mark(24, MarkKind::Flag),
        mark(33, MarkKind::Failure),
    ];
    Moment {
        entry: activity + 1,
        activity,
        at: now().plus_seconds(-(100 - activity * 10)),
        first: 0,
        last: 40,
        stored: None,
        to_come: false,
        marks: Arc::new(marks),
    }
}

fn tell(model: &mut Model, news: PastNews) -> Vec<Effect> {
    let effects = update(model, Msg::Past(Box::new(news)));
    let (loads, rest): (Vec<_>, Vec<_>) = effects.into_iter().partition(|e| matches!(e, Effect::Load(_)));
    serve(model, loads);
    rest
}

/// A room whose past is shown at act 9.
pub fn past(width: u16, height: u16) -> Model {
    let mut model = model(width, height);
    assert_eq!(press(&mut model, &["@"]), [Effect::Walk(Walking::Open)]);
    tell(&mut model, PastNews::Opened { moment: moment(9), from_live: true, plays: None });
    model
}

#[test]
fn the_time_line_on_small_and_middle_screens() {
    let mut small = past(80, 24);
    insta::assert_snapshot!("past_80x24", text(&small));
    press(&mut small, &["space"]);
    assert!(text(&small).contains("▶ the past"), "{}", text(&small));
    for (width, height) in [(120, 36), (160, 45), (240, 70)] {
        insta::assert_snapshot!(format!("past_{width}x{height}"), text(&past(width, height)));
    }
}

#[test]
fn of_a_moment_that_is_only_stored_the_rest_is_not_made_up() {
    let mut model = past(120, 36);
    let why: Arc<str> = "an earlier version lived this: only acts, posts and votes are shown".into();
    tell(&mut model, PastNews::Moved(Moment { stored: Some(why), ..moment(3) }));
    let live = text(&model);
    assert_eq!(
        live.matches("an earlier version lived this").count(),
        4,
        "line, inspector, usage, reputation:\n{live}"
    );
    for (key, is_stored) in
        [("alt+2", true), ("alt+3", false), ("alt+4", false), ("alt+5", false), ("alt+8", true)]
    {
        press(&mut model, &[key]);
        let told = text(&model).matches("an earlier version lived this").count();
        assert_eq!(told, if is_stored { 1 } else { 2 }, "{key}:\n{}", text(&model));
    }
    press(&mut model, &["alt+1"]);
    tell(&mut model, PastNews::Moved(moment(9)));
    assert!(!text(&model).contains("an earlier version"), "{}", text(&model));
}

#[test]
fn every_key_of_it_leads_somewhere() {
    let mut model = past(120, 36);
    press(&mut model, &["j"]);
    let bot = model.selected_bot().unwrap();
    for (key, way) in [
        ("right", Way::By(1)),
        ("left", Way::By(-1)),
        ("shift+right", Way::By(10)),
        ("shift+left", Way::By(-10)),
        ("{", Way::Begin),
        ("}", Way::End),
        ("n", Way::Next(Sought::Bot(bot.clone()))),
        ("N", Way::Previous(Sought::Bot(bot))),
        ("p", Way::Next(Sought::Person)),
        ("P", Way::Previous(Sought::Person)),
        ("v", Way::Next(Sought::Flag)),
        ("V", Way::Previous(Sought::Flag)),
        ("x", Way::Next(Sought::Failure)),
        ("X", Way::Previous(Sought::Failure)),
    ] {
        assert_eq!(press(&mut model, &[key]), [Effect::Walk(Walking::Go(way))], "{key}");
        tell(&mut model, PastNews::Moved(moment(9)));
    }
    press(&mut model, &["J"]);
    super::fixture::type_text(&mut model, "700");
    assert_eq!(press(&mut model, &["enter"]), [Effect::Walk(Walking::Go(Way::To("700".into())))]);
    // What is not there is said, and it goes no further.
    tell(&mut model, PastNews::Failed(Fault::bad_value("there is no activity 700")));
    assert!(text(&model).contains("there is no activity 700"));
    press(&mut model, &["F"]);
    assert!(text(&model).contains("fork-9"), "{}", text(&model));
    assert_eq!(press(&mut model, &["enter"]), [Effect::Walk(Walking::Fork("fork-9".into()))]);
    tell(&mut model, PastNews::Forked { home: "fork-9".into(), activity: 9 });
    assert!(text(&model).contains("a society of its own from act 9 on"));
}

#[test]
fn a_click_on_it_goes_there() {
    let mut model = past(120, 36);
    let bar = crate::tui::view::past::bar(model.layout().line);
    let click = |column| crossterm::event::MouseEvent {
        kind: crossterm::event::MouseEventKind::Down(crossterm::event::MouseButton::Left),
        column,
        row: bar.y,
        modifiers: crossterm::event::KeyModifiers::NONE,
    };
    let effects = update(&mut model, Msg::Mouse(click(bar.right() - 1)));
    assert_eq!(effects, [Effect::Walk(Walking::Go(Way::To("40".into())))]);
}

#[test]
fn steps_are_gone_one_after_the_other_and_everything_is_read_anew() {
    let mut model = past(120, 36);
    press(&mut model, &["w"]);
    assert_eq!(press(&mut model, &["left"]), [Effect::Walk(Walking::Go(Way::By(-1)))]);
    assert_eq!(press(&mut model, &["left", "left"]), []);
    let effects = update(&mut model, Msg::Past(Box::new(PastNews::Moved(moment(8)))));
    assert!(effects.contains(&Effect::Walk(Walking::Go(Way::By(-2)))), "{effects:?}");
    for load in [Load::Room, Load::Bots(None), Load::Why(8)] {
        assert!(effects.contains(&Effect::Load(load.clone())), "{load:?}");
    }
    // The newer act is not on the screen any more, and the clock shows the moment.
    assert_eq!(model.stream.newest(), 8);
    assert_eq!(model.now, Stamp::from_micros(NOW).plus_seconds(-20));
    update(&mut model, Msg::Tick(now()));
    assert_eq!(model.now, Stamp::from_micros(NOW).plus_seconds(-20));
}

#[test]
fn it_plays_until_the_end_or_until_it_is_stopped() {
    let mut model = past(120, 36);
    assert!(!model.animated());
    press(&mut model, &["space"]);
    assert!(model.animated());
    assert_eq!(update(&mut model, Msg::Frame), [Effect::Walk(Walking::Go(Way::By(1)))]);
    assert_eq!(update(&mut model, Msg::Frame), []);
    tell(&mut model, PastNews::Moved(moment(40)));
    assert!(!model.animated() && text(&model).contains("this is the end"));
    press(&mut model, &["t", "t"]);
    assert!(text(&model).contains("8 acts a second"), "{}", text(&model));
    press(&mut model, &["T", "T", "T"]);
    assert!(text(&model).contains("1 act a second"));
}

#[test]
fn what_cannot_be_done_in_the_past_is_dimmed_with_the_reason() {
    let mut model = past(120, 36);
    assert_eq!(press(&mut model, &["s"]), []);
    assert!(text(&model).contains("this is the past, where nothing can be changed"), "{}", text(&model));
    press(&mut model, &["?"]);
    while !text(&model).contains("Wakes") && !text(&model).contains("Not in the past") {
        let before = text(&model);
        press(&mut model, &["pagedown"]);
        assert_ne!(before, text(&model));
    }
    assert!(text(&model).contains("Not in the past: nothing can be changed there"));
    press(&mut model, &["esc", ":"]);
    super::fixture::type_text(&mut model, "fork");
    assert!(text(&model).contains("Begins another society at this moment"), "{}", text(&model));
}

#[test]
fn the_same_key_leads_back_to_now() {
    let mut model = past(120, 36);
    let event = crate::protocol::Event {
        seq: 41,
        timestamp: now(),
        notice: crate::protocol::Notice::EngineState { engine: crate::protocol::EngineState::Paused },
    };
    // What happens now is not the past's.
    update(&mut model, Msg::Event(Arc::new(event)));
    assert!(model.room.as_ref().is_some_and(|room| room.engine == crate::protocol::EngineState::Running));
    assert_eq!(press(&mut model, &["@"]), [Effect::Walk(Walking::Leave)]);
    tell(&mut model, PastNews::Left(Role::Operator));
    assert!(model.walk.is_none() && model.role == Role::Operator);
    assert!(text(&model).contains("live") && !text(&model).contains("the past"));
    // A replay has no now but its end.
    tell(&mut model, PastNews::Opened { moment: moment(9), from_live: false, plays: Some(4.0) });
    assert!(model.animated());
    assert_eq!(press(&mut model, &["@"]), [Effect::Walk(Walking::Go(Way::End))]);
}

#[test]
fn from_afar_it_is_said_where_the_past_is_seen() {
    let mut model = model(120, 36);
    update(&mut model, Msg::Link(Connection::Connected, Role::Operator));
    assert_eq!(press(&mut model, &["@"]), []);
    assert!(text(&model).contains("the past is seen where the home is"), "{}", text(&model));
}

#[test]
fn what_is_not_saved_is_not_lost_on_the_way() {
    let mut model = model(120, 36);
    press(&mut model, &["m", "j", "j", "j", "j", "j", "l"]);
    if model.inspector.unsaved().is_empty() {
        update(&mut model, Msg::Key(Key::char('l')));
    }
    assert!(!model.inspector.unsaved().is_empty());
    assert_eq!(press(&mut model, &["@"]), []);
    assert!(text(&model).contains("save or discard"), "{}", text(&model));
}

fn difference() -> crate::link::past::Difference {
    use crate::engine::compare::{
        BotDifference, DayDifference, Difference, FirstDifference, SectionDifference,
    };
    use crate::store::compare::{ActRow, BotSums, Day, Sums};
    let act = |id, bot: &str, kind: &str, details: &str| ActRow {
        id,
        bot_id: bot.into(),
        action_type: kind.into(),
        details: details.into(),
        tokens_used: 900,
        cost_usd: crate::domain::Money::ZERO,
        created_at: now(),
    };
    let sums = |posts: i64| Sums {
        activities: posts + 40,
        threads: 4,
        replies: posts,
        votes: 12,
        ..Sums::default()
    };
    let day = |day: &str, posts: [i64; 2]| DayDifference {
        day: day.into(),
        sums: posts.map(|posts| Day { day: day.into(), posts, votes: posts / 2, ..Day::default() }),
    };
    let bot = |replies| BotSums {
        id: "rex_001".into(),
        name: "Rex".into(),
        replies,
        votes: 3,
        ..BotSums::default()
    };
    Difference {
        kin: "lineage",
        parted_after: Some(9),
        changes: [vec![], vec![act(10, "rex_001", "config_updated", r#"{"changed": ["behavior"]}"#)]],
        first: Some(FirstDifference {
            acts: [
                act(14, "rex_001", "do_nothing", r#"{"reason": "nothing new"}"#),
                act(15, "rex_001", "reply", r#"{"content": "Not so fast."}"#),
            ],
            section: Some(SectionDifference {
                name: "guidance".into(),
                lines: [vec!["You give way easily.".into()], vec!["You seek a quarrel.".into()]],
            }),
        }),
        sums: [sums(30), sums(44)],
        bots: vec![BotDifference { change: 1.5, sums: [Some(bot(4)), Some(bot(18))] }],
        days: vec![day("2026-12-07", [3, 3]), day("2026-12-08", [8, 12]), day("2026-12-09", [4, 20])],
    }
}

#[test]
fn two_time_lines_are_seen_side_by_side() {
    let mut model = past(120, 36);
    press(&mut model, &["D"]);
    super::fixture::type_text(&mut model, "fork-9");
    assert_eq!(press(&mut model, &["enter"]), [Effect::Walk(Walking::Compare("fork-9".into()))]);
    let difference = Box::new(difference());
    tell(&mut model, PastNews::Compared { home: "fork-9".into(), difference });
    insta::assert_snapshot!("difference_120x36", text(&model));
    press(&mut model, &["esc"]);
    assert!(model.overlays.is_empty() && model.walk.is_some());
}

#[test]
fn where_a_fork_comes_from_stands_at_the_top() {
    let mut model = model(200, 36);
    assert!(!text(&model).contains("fork at act"));
    let parent = crate::protocol::Lineage { society: "5e".into(), activity: 40, entry: 41, at: now() };
    let room = crate::protocol::RoomView { lineage: vec![parent], ..super::fixture::room() };
    super::fixture::give(&mut model, Load::Room, crate::tui::msg::Data::Room(Box::new(room)));
    assert!(text(&model).contains("fork at act 40"), "{}", text(&model));
}
