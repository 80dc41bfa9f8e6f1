use jiff::tz::TimeZone;

use super::super::memories;
use super::{Room, stamp};
use crate::domain::{MemoryKind, Sentiment};
use crate::protocol::MemoryQuery;

fn remember(room: &Room, id: i64, bot: &str, kind: MemoryKind, key: Option<&str>, text: &str) {
    room.put(
        "INSERT INTO memories (id, bot_id, kind, key, text, source, activity_id, created_at, updated_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, 'observation', ?1, ?6, ?6)",
        (id, bot, kind as i64, key, text, stamp("2026-03-08T23:30:00Z").micros() + id),
    );
    room.put(
        "INSERT INTO memories_fts (rowid, text) VALUES (?1, ?2)",
        (id, format!("{} {text}", key.unwrap_or(""))),
    );
}

fn room() -> Room {
    let room = Room::new();
    room.bot("a", "Ada");
    room.bot("b", "Bo");
    for id in 1..=10 {
        remember(
            &room,
            id,
            "a",
            MemoryKind::Fact,
            None,
            &format!("fact {id} on {}", ["tides", "bread"][id as usize % 2]),
        );
    }
    remember(&room, 11, "b", MemoryKind::Fact, None, "tides are Bo's");
    remember(&room, 12, "a", MemoryKind::Relationship, Some("b"), "kind");
    room.put(
        "UPDATE memories SET sentiment = 'rival', count = 3, pinned = 1, \
         history = '[{\"date\":\"2026-03-01\",\"event\":\"met\"}]' WHERE id = 12",
        [],
    );
    remember(&room, 13, "a", MemoryKind::Interest, Some("baking"), "baking");
    remember(&room, 14, "a", MemoryKind::Opinion, Some("salt"), "too much of it");
    remember(&room, 15, "a", MemoryKind::Moment, None, "a row over yeast");
    room.put("UPDATE memories SET confidence = 0.75 WHERE id = 14", []);
    room.put("UPDATE memories SET thread_id = 8 WHERE id = 15", []);
    for id in 16..=18 {
        remember(&room, id, "a", MemoryKind::Cold, None, &format!("summary {id}"));
    }
    room.put("UPDATE memories SET period_start = 0, count = 25, moments = 15 WHERE id = 18", []);
    room
}

#[test]
fn warm_memory_holds_the_newest_of_each_kind_oldest_first() {
    let room = room();
    let q = MemoryQuery { limit: 3, ..MemoryQuery::default() };
    let warm = memories::warm(&room, &TimeZone::UTC, "a", &q).unwrap();
    let facts: Vec<_> = warm.facts_learned.iter().map(|f| (f.id, f.date.as_str())).collect();
    assert_eq!(facts, [(8, "2026-03-08"), (9, "2026-03-08"), (10, "2026-03-08")]);
    let tie = &warm.relationships[0];
    assert_eq!(
        (tie.bot.as_str(), tie.sentiment, tie.interaction_count, tie.pinned),
        ("b", Sentiment::Rival, 3, true)
    );
    assert_eq!((tie.history[0].event.as_str(), tie.activity_id), ("met", Some(12)));
    assert_eq!(
        (warm.interests.as_slice(), warm.interest_items[0].id),
        (["baking".to_owned()].as_slice(), 13)
    );
    assert_eq!((warm.opinions[0].topic.as_str(), warm.opinions[0].confidence), ("salt", 0.75));
    assert_eq!(warm.memories[0].thread_id, Some(8));
    let older = memories::warm(&room, &TimeZone::UTC, "a", &MemoryQuery { offset: 3, ..q.clone() }).unwrap();
    assert_eq!(older.facts_learned.iter().map(|f| f.id).collect::<Vec<_>>(), [5, 6, 7]);
    // Days are the room's.
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    assert_eq!(memories::warm(&room, &berlin, "a", &q).unwrap().memories[0].date, "2026-03-09");
}

#[test]
fn memories_can_be_searched_and_narrowed() {
    let room = room();
    let ask = |q: &str, category: Option<&str>| {
        let q = MemoryQuery {
            limit: 50,
            q: Some(q.into()),
            category: category.map(Into::into),
            ..MemoryQuery::default()
        };
        memories::warm(&room, &TimeZone::UTC, "a", &q)
    };
    let found = ask("tide", None).unwrap();
    assert_eq!(found.facts_learned.iter().map(|f| f.id).collect::<Vec<_>>(), [2, 4, 6, 8, 10]);
    assert!(found.memories.is_empty());
    assert_eq!(ask("yeast \"* OR", None).unwrap().memories.len(), 0);
    assert_eq!(ask("yea", Some("memories")).unwrap().memories.len(), 1);
    assert!(ask("yea", Some("facts")).unwrap().memories.is_empty());
    assert!(ask("?!", None).unwrap().facts_learned.is_empty());
    assert_eq!(ask("", Some("facts")).unwrap().facts_learned.len(), 10);
    assert!(ask("x", Some("fact")).unwrap_err().to_string().contains("facts, relationships"));
    assert!(memories::warm(&room, &TimeZone::UTC, "nobody", &MemoryQuery::default()).is_err());
}

#[test]
fn cold_summaries_come_newest_first() {
    let room = room();
    let cold = memories::cold(&room, &TimeZone::UTC, "a", 2, 0).unwrap();
    assert_eq!(cold.iter().map(|c| c.id).collect::<Vec<_>>(), [18, 17]);
    let newest = &cold[0];
    assert_eq!((newest.period_start.as_str(), newest.period_end.as_str()), ("1970-01-01", "2026-03-08"));
    assert_eq!((newest.facts_compressed, newest.memories_compressed), (25, 15));
    assert_eq!(memories::cold(&room, &TimeZone::UTC, "a", 2, 2).unwrap()[0].id, 16);
    let both = memories::both(&room, &TimeZone::UTC, "a").unwrap();
    assert_eq!((both.warm.facts_learned.len(), both.cold.len()), (10, 3));
}
