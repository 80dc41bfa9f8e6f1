use super::super::thoughts::{self, ThoughtRecord};
use super::super::{activities, events, flags};
use super::{Room, stamp};
use crate::domain::Stamp;
use crate::protocol::{ActivityQuery, PromptSection};

fn room() -> Room {
    let room = Room::new();
    room.bot("a", "Ada");
    for id in 1..=20 {
        let (bot, kind) = if id % 2 == 0 { ("a", "reply") } else { ("human:kim", "human_post") };
        room.act(id, bot, kind, Stamp::from_micros(id));
    }
    room
}

fn ids(room: &Room, q: &ActivityQuery) -> Vec<i64> {
    activities::page(room, q).unwrap().into_iter().map(|a| a.id).collect()
}

#[test]
fn the_stream_reads_both_ways() {
    let room = room();
    let q = ActivityQuery { limit: 3, ..ActivityQuery::default() };
    assert_eq!(ids(&room, &q), [20, 19, 18]);
    assert_eq!(ids(&room, &ActivityQuery { skip: 2, ..q.clone() }), [18, 17, 16]);
    assert_eq!(ids(&room, &ActivityQuery { after: Some(18), ..q.clone() }), [17, 16, 15]);
    assert_eq!(ids(&room, &ActivityQuery { after_seq: Some(0), ..q.clone() }), [1, 2, 3]);
    assert_eq!(ids(&room, &ActivityQuery { after_seq: Some(20), ..q.clone() }), Vec::<i64>::new());
    assert_eq!(ids(&room, &ActivityQuery { bot_id: Some("a".into()), ..q.clone() }), [20, 18, 16]);
    let people = ActivityQuery { action_type: Some("human_post".into()), ..q.clone() };
    assert_eq!(ids(&room, &people), [19, 17, 15]);
    assert_eq!(ids(&room, &ActivityQuery { after_seq: Some(3), ..people.clone() }), [5, 7, 9]);
    let neither = ActivityQuery { bot_id: Some("a".into()), ..people };
    assert!(ids(&room, &neither).is_empty());
    let first = activities::one(&room, 1).unwrap();
    assert_eq!((first.bot_name.as_str(), first.tokens_used, first.cost_usd.nanos()), ("kim", 7, 1_000));
    assert_eq!(first.details["success"], true);
}

#[test]
fn gaps_are_filled_without_loss_or_repeat() {
    let room = room();
    let (mut seen, mut q) =
        (Vec::new(), ActivityQuery { limit: 3, after_seq: Some(4), ..ActivityQuery::default() });
    loop {
        let page = ids(&room, &q);
        let Some(last) = page.last() else { break };
        q.after_seq = Some(*last);
        seen.extend(page);
    }
    assert_eq!(seen, (5..=20).collect::<Vec<_>>());
}

#[test]
fn why_reads_the_thought_record_if_there_is_one() {
    let room = room();
    let section = PromptSection {
        name: "feed".into(),
        tokens: 3,
        budget: 9,
        dropped: 0,
        text: "tides".into(),
        notes: Vec::new(),
    };
    let record = ThoughtRecord {
        provider: "scripted".into(),
        rung: "schema".into(),
        sections: vec![section.clone()].into(),
        ..ThoughtRecord::default()
    };
    thoughts::put(&room, 4, &record.pack().unwrap(), 9).unwrap();
    let why = activities::why(&room, 4).unwrap();
    assert_eq!(
        (why.provider.as_str(), why.rung.as_str(), &why.sections[0]),
        ("scripted", "schema", &section)
    );
    assert_eq!(activities::why(&room, 5).unwrap().rung, "none");
    room.put("INSERT INTO thoughts VALUES (6, x'00ff', NULL)", []);
    assert!(activities::why(&room, 6).unwrap_err().to_string().contains("botarium check"));
    assert!(activities::why(&room, 99).unwrap_err().to_string().contains("activity 99 does not exist"));
}

#[test]
fn events_end_by_themselves() {
    let room = Room::new();
    for (id, active, expires) in [(1, 1, Some(50)), (2, 1, None), (3, 0, None), (4, 1, Some(200))] {
        room.put(
            "INSERT INTO events (id, title, description, event_type, severity, active, created_at, expires_at) \
             VALUES (?1, 't', 'd', 'news', 'minor', ?2, 1, ?3)",
            (id, active, expires),
        );
    }
    let now = Stamp::from_micros(100);
    let ids = |active| events::events(&room, now, active).unwrap().iter().map(|e| e.id).collect::<Vec<_>>();
    assert_eq!(ids(None), [4, 3, 2, 1]);
    assert_eq!(ids(Some(true)), [4, 2]);
    assert_eq!(ids(Some(false)), [3, 1]);
    assert!(!events::event(&room, now, 1).unwrap().active);
    assert!(events::event(&room, now, 9).is_err());
}

#[test]
fn flags_are_listed_newest_first() {
    let room = Room::new();
    for id in 1..=6 {
        room.put(
            "INSERT INTO flags (id, bot_id, target_type, target_id, thread_id, flag_type, flagged_by, reason, resolved, \
             created_at) VALUES (?1, ?2, 'thread', '7', 7, 'repetitive', 'system', 'so', ?3, ?4)",
            (id, format!("bot{id}"), id <= 2, stamp("2026-01-01T00:00:00Z").micros()),
        );
    }
    let ids = |resolved, limit| {
        flags::flags(&room, resolved, limit).unwrap().iter().map(|f| f.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(false, 3), [6, 5, 4]);
    assert_eq!(ids(true, 9), [2, 1]);
    assert_eq!(flags::open_count(&room).unwrap(), 4);
    assert!(flags::flag(&room, 77).is_err());
}
