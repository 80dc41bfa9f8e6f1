//! An attached control room lives from the stream: what nobody's key asked for is asked for rarely.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;

use super::fixture::{model, now, press, serve};
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
