use proptest::prelude::*;

use super::super::votes::Target;
use super::super::{forum, fulltext, posts, votes};
use super::Room;
use crate::protocol::{ThreadQuery, ThreadSort};

fn query(sort: ThreadSort, limit: u32) -> ThreadQuery {
    ThreadQuery { sort, limit, ..ThreadQuery::default() }
}

fn ids(room: &Room, q: &ThreadQuery) -> Vec<i64> {
    forum::threads(room, q).unwrap().into_iter().map(|thread| thread.id).collect()
}

/// Follows `after` to the end.
fn walk(room: &Room, mut q: ThreadQuery) -> Vec<i64> {
    let mut all = Vec::new();
    loop {
        let page = ids(room, &q);
        let Some(last) = page.last() else { return all };
        q.after = Some(*last);
        all.extend(page);
    }
}

/// Thirty threads with many equal scores; thread 4 is deleted.
fn thirty() -> Room {
    let room = Room::new();
    room.bot("ada_001", "Ada");
    for id in 1..=30 {
        let author = ["ada_001", "human:kim", "system"][id as usize % 3];
        room.thread(id, author, &format!("Title {id}"), "On tides and moons", id % 5, (id * 7) % 31);
        if id % 2 == 0 {
            room.tag(id, "even");
        }
    }
    room.put("UPDATE threads SET deleted_at = 1 WHERE id = 4", []);
    room.put("DELETE FROM posts_fts WHERE rowid = 8", []);
    room.put("DELETE FROM thread_tags WHERE thread_id = 4", []);
    room
}

#[test]
fn what_bots_wrote_last_is_read_in_order_whether_it_opened_a_thread_or_answered() {
    let room = Room::new();
    let (mut expected, mut threads) = (Vec::new(), 0);
    for act in 1..=60_i64 {
        let author = if act % 11 == 0 { "human:kim" } else { "ada_001" };
        let opens = act % 7 == 1 || act > 50;
        let content = format!("said {act}");
        let (table, id) = if opens { ("threads", threads + 1) } else { ("replies", act) };
        if opens {
            threads = id;
            room.thread(id, author, "Tides", &content, 0, act);
        } else {
            room.reply(id, threads, author, &content);
        }
        room.put(&format!("UPDATE {table} SET activity_id = ?1 WHERE id = ?2"), [act, id]);
        if act % 13 == 0 {
            room.put(&format!("UPDATE {table} SET deleted_at = 1 WHERE id = ?1"), [id]);
        }
        if act % 11 != 0 && act % 13 != 0 {
            expected.insert(0, content);
        }
    }
    for limit in [0, 1, 12, 40, 1_000] {
        let last = posts::bots_posts(&room, limit).unwrap();
        assert_eq!(last, expected[..expected.len().min(limit as usize)], "{limit}");
    }
}

#[test]
fn every_order_pages_without_gap_or_repeat() {
    let room = thirty();
    room.reply(1, 7, "ada_001", "Yes.");
    room.reply(2, 8, "ada_001", "No.");
    room.put("UPDATE replies SET deleted_at = 1 WHERE id = 2", []);
    let alive: Vec<i64> = (1..=30).filter(|id| *id != 4).collect();
    let key = |sort, id: i64| match sort {
        ThreadSort::Newest => (id, id),
        ThreadSort::Popular => (id % 5, id),
        ThreadSort::Active => ((id * 7) % 31, id),
    };
    for sort in [ThreadSort::Newest, ThreadSort::Popular, ThreadSort::Active] {
        type Narrowed = (ThreadQuery, Box<dyn Fn(i64) -> bool>);
        let narrowed: [Narrowed; 7] = [
            (query(sort, 4), Box::new(|_| true)),
            (ThreadQuery { tag: Some("even".into()), ..query(sort, 4) }, Box::new(|id| id % 2 == 0)),
            (ThreadQuery { author: Some("ada_001".into()), ..query(sort, 4) }, Box::new(|id| id % 3 == 0)),
            // It opened some, and answered in one of the others.
            (
                ThreadQuery { writer: Some("ada_001".into()), ..query(sort, 4) },
                Box::new(|id| id % 3 == 0 || id == 7),
            ),
            (
                ThreadQuery { q: "tide".into(), writer: Some("ada_001".into()), ..query(sort, 4) },
                Box::new(|id| id % 3 == 0 || id == 7),
            ),
            (ThreadQuery { q: "tide moon".into(), ..query(sort, 4) }, Box::new(|_| true)),
            (
                ThreadQuery {
                    q: "tides".into(),
                    tag: Some("even".into()),
                    author: Some("system".into()),
                    ..query(sort, 2)
                },
                Box::new(|id| id % 2 == 0 && id % 3 == 2),
            ),
        ];
        for (q, fits) in narrowed {
            let mut expected: Vec<i64> = alive.iter().copied().filter(|id| fits(*id)).collect();
            expected.sort_by_key(|id| std::cmp::Reverse(key(sort, *id)));
            assert_eq!(walk(&room, q.clone()), expected, "{q:?}");
            let skipped = ThreadQuery { skip: 3, limit: 2, ..q.clone() };
            assert_eq!(
                ids(&room, &skipped),
                expected.iter().copied().skip(3).take(2).collect::<Vec<_>>(),
                "{q:?}"
            );
        }
    }
}

#[test]
fn authors_have_names() {
    let room = thirty();
    let named: Vec<_> = forum::threads(&room, &query(ThreadSort::Newest, 3))
        .unwrap()
        .into_iter()
        .map(|t| t.author_name)
        .collect();
    assert_eq!(named, ["Ada", "System", "kim"]);
    room.put("UPDATE bots SET departed_at = 1", []);
    assert_eq!(forum::thread(&room, 30).unwrap().author_name, "Ada");
}

#[test]
fn a_thread_has_its_replies_in_order_without_the_hidden() {
    let room = thirty();
    for id in 1..=5 {
        room.reply(id, 7, if id == 2 { "human:kim" } else { "ada_001" }, &format!("reply {id}"));
    }
    room.put("UPDATE replies SET parent_reply_id = 1, upvotes = 2, downvotes = 5 WHERE id = 3", []);
    room.put("UPDATE replies SET deleted_at = 1 WHERE id = 4", []);
    let thread = forum::thread(&room, 7).unwrap();
    let replies: Vec<_> = thread.replies.iter().map(|r| (r.id, r.author_name.as_str())).collect();
    assert_eq!(replies, [(1, "Ada"), (2, "kim"), (3, "Ada"), (5, "Ada")]);
    assert_eq!((thread.replies[2].parent_reply_id, thread.replies[2].vote_score), (Some(1), -3));
    assert_eq!(forum::reply(&room, 3).unwrap(), thread.replies[2]);
    assert!(forum::reply(&room, 4).is_err());
    let votes = votes::count(&room, Target::Reply(3)).unwrap();
    assert_eq!((votes.upvotes, votes.downvotes, votes.score), (2, 5, -3));
    for missing in [forum::thread(&room, 4).err(), forum::thread(&room, 99).err()] {
        assert!(missing.unwrap().to_string().contains("does not exist"));
    }
    assert!(votes::count(&room, Target::Thread(4)).is_err());
}

#[test]
fn replies_bring_their_thread_and_word_starts_are_enough() {
    let room = thirty();
    room.reply(1, 9, "ada_001", "Das Straßenfest war über Nacht, naïvely put");
    room.reply(2, 9, "ada_001", "another Straßenfest");
    for (words, found) in [
        ("straßenf", vec![9]),
        ("UBER nacht", vec![9]),
        ("naive", vec![9]),
        ("nacht tides", vec![]),
        ("Title 12", vec![12]),
        ("title", walk(&room, query(ThreadSort::Newest, 50))),
        ("   ", walk(&room, query(ThreadSort::Newest, 50))),
        ("***", vec![]),
    ] {
        let q = ThreadQuery { q: words.into(), ..query(ThreadSort::Newest, 50) };
        assert_eq!(ids(&room, &q), found, "{words}");
    }
    assert!(
        forum::threads(&room, &ThreadQuery { after: Some(999), ..query(ThreadSort::Active, 5) }).is_err()
    );
}

#[test]
fn words_are_found_in_scripts_without_blanks_and_however_accents_are_written() {
    let room = thirty();
    room.reply(1, 9, "ada_001", "我们昨天在东京塔下面讨论潮汐");
    room.reply(2, 12, "ada_001", "きのう東京タワーのしたで、がくせいが言った");
    room.reply(3, 15, "ada_001", "เมื่อวานเราคุยกันเรื่องน้ำขึ้นน้ำลง");
    room.reply(4, 18, "ada_001", "le re\u{301}sume\u{301} de l'e\u{301}te\u{301}");
    room.reply(5, 21, "ada_001", "한국어 문장입니다");
    for (words, found) in [
        ("东京", vec![9]),
        ("京塔", vec![9]),
        ("潮汐", vec![9]),
        ("汐", vec![9]),
        ("潮 东京", vec![9]),
        ("塔东", vec![]),
        ("タワー", vec![12]),
        ("か\u{3099}くせい", vec![12]),
        ("น้ำลง", vec![15]),
        ("résumé", vec![18]),
        ("re\u{301}sum", vec![18]),
        ("ete\u{301}", vec![18]),
        ("resume", vec![18]),
        ("문장", vec![21]),
    ] {
        let q = ThreadQuery { q: words.into(), ..query(ThreadSort::Newest, 50) };
        assert_eq!(ids(&room, &q), found, "{words}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_typed_is_text(words in "[ -~\u{0}-\u{1f}\"'*^:(){}+\\-äßλ中\u{301}\u{202e}🎈]{0,60}") {
        thread_local!(static ROOM: Room = thirty());
        ROOM.with(|room| {
            let q = ThreadQuery { q: words.clone(), ..query(ThreadSort::Newest, 5) };
            prop_assert!(forum::threads(room, &q).is_ok(), "{words:?}");
            Ok(())
        })?;
    }
}

#[test]
fn query_syntax_is_quoted_and_bounded() {
    let asked = |words: &str, open: fn(bool) -> bool| {
        let begun = |word: &str, last| Ok(open(last).then(|| format!("\"{word}\"*")));
        fulltext::query(words, begun).unwrap()
    };
    assert_eq!(asked("NEAR(a b) OR title:x*", |_| true).unwrap(), {
        "\"NEAR\"* AND \"a\" AND \"b\" AND \"OR\"* AND \"title\"* AND \"x\""
    });
    assert_eq!(asked("old bri", |last| last).unwrap(), "\"old\" AND \"bri\"*");
    assert_eq!(asked("tides", |_| false).unwrap(), "\"tides\"");
    assert_eq!(asked(" -- ", |_| true), None);
    assert_eq!(asked("東京abc 中", |_| true).unwrap(), "\"東 京 abc\"* AND \"中\"");
    let long = "x".repeat(5_000) + &" word".repeat(500);
    assert!(asked(&long, |_| true).unwrap().len() < 600);
}

#[test]
fn the_start_of_a_word_stands_for_the_words_that_begin_so_while_they_are_few() {
    let room = thirty();
    let index = |words: &str| {
        room.execute(
            "INSERT INTO posts_fts (rowid, title, content) VALUES (?1, '', ?2)",
            (900 + i64::try_from(words.len()).unwrap(), words),
        )
        .unwrap();
    };
    index("becausal Because, bécauses");
    let begun = |start| fulltext::beginning(&room, "posts_fts", start).unwrap();
    assert_eq!(begun("Becaus"), "(\"becausal\" OR \"because\" OR \"becauses\")");
    assert_eq!(begun("zebras"), "\"zebras\"*", "of none that is there");
    let many: Vec<String> = (0..65).map(|n| format!("becaus{n:03}")).collect();
    index(&many.join(" "));
    assert_eq!(begun("becaus"), "\"becaus\"*", "of many");
    assert_eq!(begun("because"), "(\"because\" OR \"becauses\")");
}
