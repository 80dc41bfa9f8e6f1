use super::super::activities::{self, NewActivity};
use super::super::check::{Level, check};
use super::super::follows;
use super::super::posts::{self, NewReply, NewThread};
use super::super::votes::{self, Target};
use super::Room;
use crate::domain::{ActivityKind, Money, Stamp};

const NOW: Stamp = Stamp::from_micros(1_000_000_000_000);

fn activity(room: &Room, id: i64, bot: &str, kind: ActivityKind, details: &serde_json::Value) {
    let details = details.to_string();
    let new = NewActivity {
        id,
        actor: bot,
        kind,
        details: &details,
        tokens: 0,
        cost: Money::ZERO,
        at: NOW,
        day: "2026-03-10",
        to_remember: false,
    };
    activities::insert(room, &new).unwrap();
}

/// A little society made the way beats make it.
fn society() -> Room {
    let room = Room::new();
    for id in ["a", "b", "c"] {
        room.bot(id, id);
    }
    let opening = NewThread {
        author: "system",
        title: "Welcome",
        content: "What now?",
        tags: &["start".into()],
        at: NOW,
        activity_id: None,
        pinned: true,
    };
    posts::insert_thread(&room, &opening).unwrap();
    let thread =
        posts::insert_thread(&room, &NewThread { author: "a", activity_id: Some(1), ..opening }).unwrap();
    activity(&room, 1, "a", ActivityKind::CreateThread, &serde_json::json!({"thread_id": thread}));
    let mut parent = None;
    for (number, author) in ["b", "c", "a", "b", "b"].into_iter().enumerate() {
        let seq = 2 + number as i64;
        let new = NewReply {
            author,
            thread_id: if number == 4 { 1 } else { thread },
            parent_reply_id: parent.filter(|_| number != 4),
            content: "so it is",
            at: NOW,
            activity_id: seq,
        };
        let posted = posts::insert_reply(&room, &new).unwrap();
        activity(&room, seq, author, ActivityKind::Reply, &serde_json::json!({"reply_id": posted.id}));
        parent = Some(posted.id);
    }
    for (voter, target, value) in [
        ("b", Target::Thread(thread), 1),
        ("c", Target::Thread(thread), -1),
        ("c", Target::Thread(thread), 1),
        ("a", Target::Reply(1), -1),
        ("human:kim", Target::Reply(2), 1),
        ("a", Target::Thread(1), 1),
    ] {
        votes::vote(&room, voter, target, value, NOW, "2026-03-10").unwrap();
    }
    follows::follow(&room, "a", "b", NOW).unwrap();
    follows::follow(&room, "b", "a", NOW).unwrap();
    follows::follow(&room, "human:kim", "a", NOW).unwrap();
    follows::unfollow(&room, "b", "a").unwrap();
    posts::delete_reply(&room, 2, NOW).unwrap();
    posts::delete_thread(&room, 1, NOW).unwrap();
    crate::store::indexing::take_in(&room).unwrap();
    room.used("a", "2026-03-10", "ollama", 5, 1);
    room
}

fn trouble(room: &Room) -> Vec<String> {
    check(room, NOW).unwrap().into_iter().filter(|f| f.level != Level::Fine).map(|f| f.what).collect()
}

#[test]
fn what_acts_wrote_checks_out() {
    let room = society();
    assert_eq!(trouble(&room), Vec::<String>::new());
    assert!(check(&room, NOW).unwrap().len() > 12);
}

#[test]
fn every_kind_of_damage_is_found_alone() {
    for (damage, told) in [
        ("UPDATE bots SET reputation = reputation + 1 WHERE id = 'a'", "bot a has reputation"),
        (
            "UPDATE threads SET upvotes = upvotes + 1, downvotes = downvotes + 1 WHERE id = 2",
            "thread 2 has 3 up",
        ),
        ("UPDATE threads SET reply_count = 9 WHERE id = 2", "thread 2 counts 9 replies and has 3"),
        ("UPDATE bots SET threads = 7 WHERE id = 'a'", "bot a counts 7 threads"),
        ("UPDATE bots SET followers = 0 WHERE id = 'a'", "bot a counts 0 followers"),
        (
            "UPDATE ties SET interactions = interactions + 2 WHERE a = 'a' AND b = 'b'",
            "tie of a and b is off by -2",
        ),
        ("DELETE FROM ties WHERE a = 'a' AND b = 'c'", "tie of a and c"),
        ("UPDATE activities SET details = '{\"reply_id\":77}' WHERE id = 3", "activity 3 tells of reply 77"),
        ("UPDATE replies SET activity_id = 99 WHERE id = 1", "reply 1 has no activity"),
        (
            "UPDATE actions_daily SET count = 0 WHERE action_type = 'create_thread'",
            "a is off by 1 of create_thread",
        ),
        ("UPDATE usage_room SET tokens = 6", "the books differ by -1 tokens"),
        ("DELETE FROM posts_fts WHERE rowid = 4", "the index lacks a post (row 4)"),
        (
            "INSERT INTO archive_fts (rowid, bot, text) VALUES (5, '61', 'x')",
            "the index holds archived memory 5",
        ),
        (
            "INSERT INTO archive VALUES (7, 'a', 0, 'x', '', 0.5, 0, 0, NULL, NULL, NULL, NULL, 8, 0, 0); \
             INSERT INTO index_queue VALUES (2, 7, 0)",
            "archived memory 7 belongs to summary 8",
        ),
        (
            "INSERT INTO archive VALUES (7, 'a', 5, 'x', '', 0.5, 0, 0, NULL, NULL, NULL, NULL, 7, 0, 0)",
            "the index lacks archived memory 7",
        ),
        ("UPDATE bots SET config = '{}' WHERE id = 'c'", "configuration of bot c"),
        ("UPDATE activities SET remembered = 0 WHERE id = 1", "1 acts wait"),
        (
            "INSERT INTO reservations (bot_id, day, provider, model, input, output, cost, priced, created_at) \
             VALUES ('a', '2026-03-10', 'p', 'm', 1, 1, 1, 1, 0)",
            "1 reserved calls",
        ),
    ] {
        let room = society();
        room.execute_batch(damage).unwrap();
        let found = trouble(&room);
        assert!(found.iter().any(|what| what.contains(told)), "{damage}: {found:?}");
    }
}
