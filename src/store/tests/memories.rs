use jiff::tz::TimeZone;

use super::super::check::{Level, check};
use super::super::{archive, indexing, memories, remembered};
use super::{Room, stamp};
use crate::domain::{MemoryKind, Sentiment};
use crate::protocol::{ArchiveQuery, Category, MemoryQuery};

fn remember(room: &Room, id: i64, bot: &str, kind: MemoryKind, key: Option<&str>, text: &str) {
    room.put(
        "INSERT INTO memories (id, bot_id, kind, key, text, source, activity_id, created_at, updated_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, 'observation', ?1, ?6, ?6)",
        (id, bot, kind as i64, key, text, stamp("2026-03-08T23:30:00Z").micros() + id),
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
    let warm = remembered::warm(&room, &TimeZone::UTC, "a", &q).unwrap();
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
    let older =
        remembered::warm(&room, &TimeZone::UTC, "a", &MemoryQuery { offset: 3, ..q.clone() }).unwrap();
    assert_eq!(older.facts_learned.iter().map(|f| f.id).collect::<Vec<_>>(), [5, 6, 7]);
    // Days are the room's.
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    assert_eq!(remembered::warm(&room, &berlin, "a", &q).unwrap().memories[0].date, "2026-03-09");
}

#[test]
fn memories_can_be_searched_and_narrowed() {
    let room = room();
    let ask = |q: &str, category: Option<Category>| {
        let q = MemoryQuery { limit: 50, q: Some(q.into()), category, ..MemoryQuery::default() };
        remembered::warm(&room, &TimeZone::UTC, "a", &q)
    };
    let found = ask("tide", None).unwrap();
    assert_eq!(found.facts_learned.iter().map(|f| f.id).collect::<Vec<_>>(), [2, 4, 6, 8, 10]);
    assert!(found.memories.is_empty());
    assert_eq!(ask("yeast \"* OR", None).unwrap().memories.len(), 0);
    assert_eq!(ask("yea", Some(Category::Memories)).unwrap().memories.len(), 1);
    assert!(ask("yea", Some(Category::Facts)).unwrap().memories.is_empty());
    assert!(ask("?!", None).unwrap().facts_learned.is_empty());
    // Capitals and accents do not count, one letter alone only as a word of its own.
    assert_eq!(ask("FÁCT 9", None).unwrap().facts_learned.len(), 1);
    assert_eq!(ask("f 9", None).unwrap().facts_learned.len(), 0);
    assert_eq!(ask("bak", Some(Category::Interests)).unwrap().interests, ["baking"]);
    assert_eq!(ask("", Some(Category::Facts)).unwrap().facts_learned.len(), 10);
    assert!(remembered::warm(&room, &TimeZone::UTC, "nobody", &MemoryQuery::default()).is_err());
}

#[test]
fn cold_summaries_come_newest_first() {
    let room = room();
    let cold = remembered::cold(&room, &TimeZone::UTC, "a", 2, 0).unwrap();
    assert_eq!(cold.iter().map(|c| c.id).collect::<Vec<_>>(), [18, 17]);
    let newest = &cold[0];
    assert_eq!((newest.period_start.as_str(), newest.period_end.as_str()), ("1970-01-01", "2026-03-08"));
    assert_eq!((newest.facts_compressed, newest.memories_compressed), (25, 15));
    assert_eq!(remembered::cold(&room, &TimeZone::UTC, "a", 2, 2).unwrap()[0].id, 16);
    let both = remembered::both(&room, &TimeZone::UTC, "a").unwrap();
    assert_eq!((both.warm.facts_learned.len(), both.cold.len()), (10, 3));
}

/// Memories 1 to 3 go into summary 16, which goes with 17 into era 19.
fn archived() -> Room {
    let room = room();
    archive::keep(&room, &[1, 2, 3], 16).unwrap();
    remember(&room, 19, "a", MemoryKind::Era, None, "an era");
    archive::keep(&room, &[16, 17], 19).unwrap();
    archive::keep(&room, &[11], 17).unwrap();
    room
}

fn asked(room: &Room, bot: &str, q: &str, after: Option<i64>, limit: u32) -> Vec<i64> {
    let q = ArchiveQuery { limit, after, q: (!q.is_empty()).then(|| q.into()) };
    let found = archive::page(room, &TimeZone::UTC, bot, &q).unwrap();
    found.into_iter().map(|one| one.id).collect()
}

fn assert_sound(room: &Room) {
    let findings = check(room, stamp("2026-03-10T00:00:00Z")).unwrap();
    let wrong: Vec<_> =
        findings.iter().filter(|f| f.level > Level::Fine && f.what.contains("archive")).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn the_archive_is_paged_and_searched_and_keeps_what_it_took() {
    let room = archived();
    assert_eq!(indexing::waiting(&room).unwrap(), 6);
    assert_sound(&room);
    indexing::take_in_archive(&room).unwrap();
    assert_sound(&room);
    assert_eq!(asked(&room, "a", "", None, 50), [17, 16, 3, 2, 1]);
    assert_eq!(asked(&room, "a", "", Some(16), 2), [3, 2]);
    assert_eq!(asked(&room, "b", "tides", None, 50), [11]);
    assert_eq!(asked(&room, "a", "tides", None, 50), [2]);
    assert_eq!(asked(&room, "a", "FÁCT", None, 50), [3, 2, 1]);
    assert_eq!(asked(&room, "a", "FÁCT", Some(2), 50), [1]);
    assert_eq!(asked(&room, "a", "fact tide", None, 50), [2]);
    assert_eq!(asked(&room, "a", "fact tid", None, 50), [0; 0]);
    assert_eq!(asked(&room, "a", "f", None, 50), [0; 0]);
    assert_eq!(asked(&room, "a", "?!", None, 50), [0; 0]);
    assert_eq!(asked(&room, "a", "\" OR bot : 62 NEAR(", None, 50), [0; 0]);
    let q = ArchiveQuery { limit: 5, ..ArchiveQuery::default() };
    let all = archive::page(&room, &TimeZone::UTC, "a", &q).unwrap();
    let (summary, fact) = (&all[1], &all[4]);
    assert_eq!(
        (summary.kind, summary.text.as_str(), summary.summary_id),
        (MemoryKind::Cold, "summary 16", 19)
    );
    assert_eq!((fact.kind, fact.text.as_str(), fact.summary_id), (MemoryKind::Fact, "fact 1 on bread", 16));
    assert_eq!(
        (fact.source.as_str(), fact.activity_id, fact.date.as_str()),
        ("observation", Some(1), "2026-03-08")
    );
    assert!(archive::page(&room, &TimeZone::UTC, "nobody", &q).is_err());
    // What is archived is remembered no more; eras stand behind summaries.
    assert!(memories::memory_by_id(&room, 16).unwrap().is_none());
    let cold = remembered::cold(&room, &TimeZone::UTC, "a", 50, 0).unwrap();
    assert_eq!(cold.iter().map(|c| (c.id, c.era)).collect::<Vec<_>>(), [(18, false), (19, true)]);
}

#[test]
fn a_bot_that_left_leaves_its_archive() {
    let room = archived();
    indexing::take_in_archive(&room).unwrap();
    room.put("UPDATE bots SET departed_at = 1 WHERE id = 'a'", []);
    assert_eq!(asked(&room, "a", "tides", None, 50), [2]);
    assert_sound(&room);
}

#[test]
fn what_is_forgotten_leaves_the_archive_with_all_it_stood_for() {
    for indexed in [false, true] {
        let room = archived();
        if indexed {
            indexing::take_in_archive(&room).unwrap();
        }
        assert_eq!(archive::owner(&room, 2).unwrap().as_deref(), Some("a"));
        assert_eq!(archive::forget(&room, 2).unwrap(), 1);
        assert_eq!(archive::forget(&room, 2).unwrap(), 0);
        assert_eq!(archive::forget(&room, 16).unwrap(), 3);
        assert_eq!(asked(&room, "a", "", None, 50), [17]);
        // The era takes what is left: a summary and what that stood for.
        assert_eq!(archive::forget(&room, 19).unwrap(), 2);
        assert!(memories::delete_memory(&room, 19).unwrap());
        indexing::take_in_archive(&room).unwrap();
        assert_eq!(
            room.query_row("SELECT count(*) FROM archive_fts", [], |row| row.get::<_, i64>(0)).unwrap(),
            0
        );
        assert_sound(&room);
    }
}
