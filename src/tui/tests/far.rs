//! An attached control room lives from the stream: what nobody's key asked for is asked for rarely, and what is known is
//! not asked for again.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;

use super::fixture::{model, now, press, serve};
use super::line::Line;
use crate::link::Connection;
use crate::protocol::*;
use crate::tui::msg::{Command, Effect, Load, Msg, Outcome};
use crate::tui::state::Model;
use crate::tui::update::update;

/// A second with six beats in it; answers what was asked for.
fn second(model: &mut Model, nth: i64) -> Vec<Load> {
    let mut asked = Vec::new();
    let mut note = |effects: &[Effect]| {
        asked.extend(effects.iter().filter_map(|effect| match effect {
            Effect::Load(load) => Some(load.clone()),
            _ => None,
        }));
    };
    let at = now().plus_seconds(nth);
    let tell = |seq, notice| Msg::Event(Arc::new(Event { seq, timestamp: at, notice }));
    for (n, bot) in
        ["ada_001", "echo_001", "luna_001", "marcus_001", "nova_001", "rex_001"].into_iter().enumerate()
    {
        let seq = 1_000 + nth * 6 + i64::try_from(n).unwrap();
        let notice = Notice::HeartbeatComplete {
            bot_id: bot.into(),
            bot_name: bot.into(),
            action: "vote".into(),
            details: json!({"other_bot_id": "rex_001", "thread_id": 3, "target_type": "thread", "target_id": 3, "value": 1}),
            tokens_used: 100,
            cost_usd: crate::domain::Money::from_nanos(1_000),
            cost_simulated: false,
        };
        let status = Notice::BotStatus {
            bot_id: bot.into(),
            status: Status::Active,
            reason: None,
            next_beat_at: Some(at.plus_seconds(6)),
        };
        for effects in [update(model, tell(seq, notice)), update(model, tell(seq, status))] {
            note(&effects);
            serve(model, effects);
        }
    }
    let effects = update(model, Msg::Tick(at));
    note(&effects);
    serve(model, effects);
    asked
}

fn requests(asked: &[Load]) -> usize {
    asked.iter().map(|load| if matches!(load, Load::Follows(_)) { 2 } else { 1 }).sum()
}

#[test]
fn an_attached_room_asks_once_in_five_seconds_and_reads_all_it_shows_in_turn() {
    for page in ["i", "m", "b", "r", "w"] {
        let mut model = model(200, 60);
        model.connection = Connection::Connected;
        press(&mut model, &[page]);
        let mut asked = Vec::new();
        for nth in 0..120 {
            asked.extend(second(&mut model, nth));
        }
        assert!(requests(&asked) <= 120 / 5 + 3, "{page}: {} requests: {asked:?}", requests(&asked));
        let kinds: BTreeSet<String> =
            asked.iter().map(|load| format!("{load:?}").split('(').next().unwrap().to_owned()).collect();
        for kind in ["Room", "Bots", "Usage", "ReputationHistory"] {
            assert!(kinds.contains(kind), "{page}: {kind} is never read: {kinds:?}");
        }
    }
}

#[test]
fn who_changes_something_far_away_sees_at_once_what_came_of_it() {
    let mut model = model(200, 60);
    model.connection = Connection::Connected;
    (0..7).for_each(|nth| drop(second(&mut model, nth)));
    let done = Msg::Ran(Command::TriggerAll, Ok(Outcome::Done));
    let effects = update(&mut model, done);
    serve(&mut model, effects);
    assert!(second(&mut model, 8).len() > 3);
    assert!(second(&mut model, 9).len() <= 2);
}

#[test]
fn in_a_room_too_big_to_be_read_whole_no_read_is_dropped() {
    let mut model = model(200, 60);
    let many: Vec<_> = (0..300)
        .map(|n| super::fixture::bot(&format!("b{n:03}"), &format!("B{n}"), 0, Status::Active))
        .collect();
    model.bots.merge(&many);
    model.stale = Default::default();
    model.stale.bots = many.iter().map(|bot| bot.id.clone()).collect();
    let mut read = BTreeSet::new();
    for nth in 0..30 {
        for effect in update(&mut model, Msg::Tick(now().plus_seconds(nth))) {
            if let Effect::Load(Load::Bot(id)) = effect {
                read.insert(id);
            }
        }
    }
    assert_eq!(read.len(), 300);
}

/// A control room that has read everything, of a room far away, with the focus on the activity.
fn far() -> Line {
    let mut line = Line::slow(160, 45);
    line.model.connection = Connection::Connected;
    line.arrive();
    line.press_and_wait(&["2"]);
    line
}

fn asked(line: &Line) -> Vec<String> {
    line.under_way.iter().map(|effect| format!("{effect:?}")).collect()
}

#[test]
fn far_away_it_is_asked_about_what_is_under_the_cursor_once_that_rests() {
    let mut line = far();
    line.press(&["j", "j", "j", "k", "j"]);
    assert_eq!(asked(&line), [""; 0]);
    let act = line.model.stream.selected().unwrap().clone();
    assert_eq!(line.model.inspector.wanted, Some(act.bot_id.clone()));
    line.rest();
    assert_eq!(asked(&line), [format!("Load(Why({}))", act.seq)], "the bot is known from the list");
    line.arrive();
    assert!(line.model.inspector.why.view.is_some());
    // In this process it is asked at once.
    line.model.connection = Connection::Local;
    line.press(&["j"]);
    assert!(!line.under_way.is_empty());
}

#[test]
fn what_nobody_looks_at_any_more_is_not_waited_for() {
    let mut line = far();
    line.press(&["j"]);
    line.rest();
    let late = asked(&line);
    line.press(&["j"]);
    assert!(!late.is_empty() && asked(&line).is_empty(), "{late:?}, {:?}", asked(&line));
    // Asked for by its key, the reason is asked for at once, and once.
    line.press(&["w"]);
    let now = asked(&line);
    assert_eq!(now, [format!("Load(Why({}))", line.model.inspector.why.wanted.unwrap())]);
    line.rest();
    assert_eq!(asked(&line), now);
}

#[test]
fn what_is_known_and_unchanged_is_not_asked_again() {
    let mut line = far();
    line.press_and_wait(&["j", "j", "k", "j", "k", "k"]);
    for key in ["j", "j", "k", "k"] {
        line.press(&[key]);
        line.rest();
        assert_eq!(asked(&line), [""; 0], "{key}");
        assert!(line.model.inspector.why.view.is_some() && line.model.inspector.bot.is_some());
    }
    line.press_and_wait(&["i", "1"]);
    line.press_and_wait(&["G", "g", "G"]);
    assert_eq!(line.model.inspector.wanted.as_deref(), Some("sage_001"));
    line.press(&["g"]);
    line.rest();
    assert_eq!(asked(&line), [""; 0]);
    // A beat of the bot changes what is known of it; how it is was read anew with all the others.
    line.press_and_wait(&["G"]);
    second(&mut line.model, 1);
    line.press(&["g"]);
    line.rest();
    assert!(line.model.inspector.wanted.as_deref() == Some("ada_001"));
    let mut expected = ["Bot", "Posts", "Follows"].map(|kind| format!("Load({kind}(\"ada_001\"))"));
    expected.sort();
    let mut asked = asked(&line);
    asked.sort();
    assert_eq!(asked, expected);
}

#[test]
fn what_is_not_seen_is_not_asked_far_away() {
    let mut line = far();
    line.press_and_wait(&["i", "1", "alt+5"]);
    line.press(&["j"]);
    line.rest();
    assert_eq!(asked(&line), [""; 0]);
    line.press(&["alt+1"]);
    assert!(asked(&line).iter().any(|load| load.contains("Posts")), "{:?}", asked(&line));
}
