//! What the rules keep of posts, as a person would read it.

use std::sync::Arc;

use super::super::items::Items;
use super::diary::diary;
use super::reading::{Move, read};
use super::rules::extract;
use super::said;
use crate::domain::memory::OpinionNote;
use crate::domain::scene::{Acquaintance, FeedReply, FeedThread, Scene};
use crate::domain::{Action, Extraction, MemoryKind, PersonalityConfig, Sentiment, Stamp};
use crate::store::memories::Memory;

const NAMES: [&str; 3] = ["Ada", "Rex", "Luna"];

#[test]
fn a_claim_stands_alone_and_is_not_an_opening() {
    for (text, claim) in [
        (
            "Rex, I hold that forgetting is a skill, because the drawer is full.",
            "forgetting is a skill, because the drawer is full",
        ),
        (
            "No. Old quarrels end because the details go, and that settles it for me.",
            "old quarrels end because the details go",
        ),
        (
            "Great point! In my experience, small teams ship faster than large ones.",
            "small teams ship faster than large ones",
        ),
        ("Yes, and bread rises because yeast eats sugar.", "bread rises because yeast eats sugar"),
        ("Ah — Rex, a full library is no trouble to anybody.", "a full library is no trouble to anybody"),
        ("Short answer: a full library is no trouble. Next question.", "a full library is no trouble"),
        (
            "Turing's test was a party game with a judge. Is that so?",
            "Turing's test was a party game with a judge",
        ),
    ] {
        assert_eq!(read(text, &NAMES, "sleep").claim.as_deref(), Some(claim), "{text}");
    }
    for text in [
        "Whoever says that sleep is a price should be made to live with it.",
        "I do not think that sleep is a price.",
        "The best that can be said for it is that sleep is a price.",
        "So it is settled: we write down one dream each.",
        "Thank you, Rex, I read your post twice.",
        "Rex said: “bread rises because yeast eats sugar” and then left.",
        "That is fine. It was theirs. You may have it all for yourself.",
        "Who would have thought that bread rises because of sugar?",
        "The rest of this sentence was cut off because it is too…",
        "Let us all go and look at the harbour tonight.",
        "",
        "…",
    ] {
        assert_eq!(read(text, &NAMES, "sleep").claim, None, "{text}");
    }
}

#[test]
fn turns_of_phrase_tell_what_a_post_does() {
    for (text, does) in [
        ("I have changed my mind: sleep is repair.", Move::Turns),
        ("What would change my mind? Nothing so far.", Move::Says),
        ("Rex, for the record: my tone was sharper than my argument.", Move::Reconciles),
        ("You are right that the sea keeps no diary; strike that line of mine.", Move::Grants),
        ("Rex, no. Sleep is a price.", Move::Objects),
        ("No table can tell you what sleep is worth to an owl.", Move::Says),
        ("I'm not convinced that sleep is repair.", Move::Objects),
        ("Exactly. Sleep is repair.", Move::Agrees),
        ("Thanks for that, Luna.", Move::Thanks),
        ("Sleep is repair.", Move::Says),
    ] {
        assert_eq!(read(text, &NAMES, "sleep").does, does, "{text}");
    }
}

#[test]
fn promises_bets_grants_and_questions_are_taken_out() {
    let told = read(
        "I will look up tides and come back to tell you what I found. I'll say no more.",
        &NAMES,
        "sleep",
    );
    assert_eq!(told.promise.as_deref(), Some("look up tides and come back to tell you what I found"));
    assert_eq!(read("I will not look at it. I will go first.", &NAMES, "sleep").promise, None);
    let told = read(
        "I bet Rex two votes that sleep is only a habit of warm animals and that this thread admits it.",
        &NAMES,
        "sleep",
    );
    assert_eq!((told.bet.as_deref(), told.promise), (Some("sleep is only a habit of warm animals"), None));
    assert!(read("The bet is due. I said that sleep is a habit.", &NAMES, "sleep").settles);
    let told = read(
        "You are right that the sea keeps no diary. The other line stands: rivers carry their own record.",
        &NAMES,
        "sleep",
    );
    assert_eq!(told.granted.as_deref(), Some("the sea keeps no diary"));
    assert_eq!(told.claim.as_deref(), Some("rivers carry their own record"));
    let told = read("New decision: sleep is repair, because owls do it too. Luna did it.", &NAMES, "sleep");
    assert_eq!(told.claim.as_deref(), Some("sleep is repair, because owls do it too"));
    let told = read("Sleep is odd. So, why do owls sleep with one eye open?", &NAMES, "sleep");
    assert_eq!(told.asks.as_deref(), Some("why do owls sleep with one eye open?"));
    assert_eq!(read("What do you make of it?", &NAMES, "sleep").asks, None);
}

fn character(id: &str, name: &str) -> PersonalityConfig {
    serde_json::from_value(serde_json::json!({"id": id, "name": name})).unwrap()
}

fn acquaintance(id: &str, name: &str, sentiment: f64) -> Acquaintance {
    Acquaintance {
        id: id.into(),
        name: name.into(),
        config: Arc::new(character(id, name)),
        reputation: 0,
        followed: false,
        interactions: 10,
        sentiment,
    }
}

/// Ada reads one thread about sleep, by Rex, with a reply of Luna's.
fn scene(opening: &str, reply: &str) -> Scene {
    let me = character("ada_001", "Ada");
    let reply = FeedReply {
        id: 7,
        parent_reply_id: None,
        parent_author: None,
        author: "luna_001".into(),
        author_name: "Luna".into(),
        content: reply.into(),
        created_at: Stamp::default(),
        score: 0,
        my_vote: None,
        for_me: false,
    };
    let thread = FeedThread {
        id: 3,
        author: "rex_001".into(),
        author_name: "Rex".into(),
        title: "The night shift".into(),
        content: opening.into(),
        tags: ["question".to_owned(), "sleep".to_owned()].into(),
        created_at: Stamp::default(),
        score: 0,
        reply_count: 1,
        my_vote: None,
        for_me: false,
        replies: vec![reply],
    };
    Scene {
        now: Stamp::default(),
        me: Arc::new(me),
        beat: 1,
        beats_since_thread: 0,
        reputation: 0,
        upvotes: 0,
        downvotes: 0,
        roster: vec![acquaintance("rex_001", "Rex", 0.0), acquaintance("luna_001", "Luna", 0.6)],
        recent: Vec::new(),
        memories: Arc::default(),
        own_posts: Vec::new(),
        told: Default::default(),
        heard: Default::default(),
        events: Vec::new(),
        feed: vec![thread],
        allowed: Vec::new(),
    }
}

fn reply_to(parent_reply_id: Option<i64>, content: &str) -> Action {
    Action::Reply { thread_id: 3, parent_reply_id, content: content.into() }
}

fn opinion(text: &str, confidence: f64) -> Memory {
    Memory {
        key: "sleep".into(),
        confidence,
        ..Memory::new(MemoryKind::Opinion, text.into(), Stamp::default())
    }
}

fn left(opening: &str, content: &str, known: &Items) -> Extraction {
    extract(&scene(opening, "Sleep mends what the day tore."), &reply_to(None, content), known)
}

#[test]
fn a_quarrel_a_view_and_a_promise_are_kept_in_plain_sentences() {
    let content = "No, Rex. Owls sleep with one eye open, because danger keeps no hours. I will check the literature on owls and report.";
    let kept = left("Sleep is a price that every animal would dodge.", content, &Items::default());
    assert_eq!(
        kept.moments,
        ["I disagreed with Rex about sleep.", "I promised Rex to check the literature on owls and report.",]
    );
    assert_eq!(kept.facts, ["Rex holds that sleep is a price that every animal would dodge."]);
    let [OpinionNote { topic, stance, .. }] = &kept.opinions[..] else { panic!("{:?}", kept.opinions) };
    assert_eq!(topic, "sleep");
    assert_eq!(
        stance,
        "Against Rex I hold that owls sleep with one eye open, because danger keeps no hours."
    );
    let [note] = &kept.relationships[..] else { panic!("{:?}", kept.relationships) };
    assert_eq!(note.event, "disagreed about sleep");
    assert_eq!(note.note, "Rex and I get along without being close; lately we disagreed about sleep.");
}

#[test]
fn what_others_promise_bet_and_turn_to_is_kept_with_their_name() {
    let known = Items::default();
    let kept =
        left("I will look up owls and tell you what I found.", "Sleep is a habit of warm animals.", &known);
    assert_eq!(kept.facts, ["Rex promised to look up owls and tell us what they found."]);
    let kept = left(
        "I have changed my mind: naps are worth a whole night.",
        "Sleep is a habit of warm animals.",
        &known,
    );
    assert_eq!(
        kept.facts,
        ["Rex has changed sides on sleep and now holds that naps are worth a whole night."]
    );
    let kept =
        left("I bet two votes that naps will be law before the winter is out.", "Thanks, Rex.", &known);
    assert_eq!(kept.facts[0], "Rex bet that naps will be law before the winter is out.");
    assert_eq!(kept.moments, ["I thanked Rex over sleep."]);
    let kept = left("Why do owls sleep at noon?", "Owls hunt at night and rest when others hunt.", &known);
    assert_eq!(kept.moments, [""; 0], "an answer is kept as a view");
    assert_eq!(kept.opinions[0].stance, "I hold that owls hunt at night and rest when others hunt.");
}

#[test]
fn no_sentence_is_kept_twice_by_one_beat() {
    for content in [
        "No, Rex. Owls sleep with one eye open, because danger keeps no hours.",
        "Agreed. Owls sleep with one eye open, because danger keeps no hours.",
        "I was wrong: naps are worth a whole night.",
        "Owls hunt at night and rest when others hunt.",
    ] {
        let kept = left("Sleep is a price that every animal would dodge.", content, &Items::default());
        let [OpinionNote { stance, .. }] = &kept.opinions[..] else {
            panic!("{content}: {:?}", kept.opinions)
        };
        for moment in &kept.moments {
            let shared =
                crate::domain::similarity::terms(stance).jaccard(&crate::domain::similarity::terms(moment));
            assert!(shared < 0.5, "{moment} / {stance}");
        }
    }
}

#[test]
fn openings_courtesies_and_quotations_leave_nothing() {
    let kept = left(
        "“Sleep is a price”, they say…",
        "Yes, Rex! I read that twice, and then a third time.",
        &Items::default(),
    );
    assert_eq!((kept.facts, kept.moments, kept.opinions), (vec![], vec![], vec![]));
    // What stands before a colon may be no claim, and what stands after it none either.
    let kept = left(
        "Rex, example number one, for both columns: a shop that closed in the week it was praised.",
        "Sleep mends.",
        &Items::default(),
    );
    assert_eq!(kept.opinions, vec![]);
    let kept = left("Sleep!", "日本語の返信", &Items::default());
    assert_eq!((kept.facts, kept.moments), (vec![], vec![]));
}

#[test]
fn confidence_moves_with_what_is_said_and_by_whom() {
    let sure = |content: &str, parent, held: &str| {
        let known: Items = [opinion(held, 0.5)].into_iter().collect();
        let kept = extract(
            &scene("Sleep is a price.", "Sleep mends what the day tore."),
            &reply_to(parent, content),
            &known,
        );
        (kept.opinions[0].stance.clone(), (kept.opinions[0].confidence * 100.0).round())
    };
    let held = "I hold that sleep mends the mind at night.";
    assert_eq!(sure("Agreed. Sleep mends the mind at night.", Some(7), held).1, 60.0, "a friend agrees");
    assert_eq!(sure("Agreed. Sleep mends the mind at night.", None, held).1, 56.0, "somebody agrees");
    assert_eq!(sure("No. Sleep mends the mind at night.", None, held).1, 56.0, "an objection met");
    assert_eq!(
        sure("You are right that owls nap at noon.", None, held),
        (held.to_owned(), 38.0),
        "a point given away"
    );
    let (stance, confidence) = sure("I was wrong: naps are worth a whole night.", Some(7), held);
    assert_eq!(
        (stance.as_str(), confidence),
        ("Luna has brought me round: naps are worth a whole night.", 46.0)
    );
    let vote = Action::Vote { thread_id: None, reply_id: Some(7), value: 1, reason: String::new() };
    let known: Items =
        [opinion("I hold that sleep mends what the day tore apart.", 0.5)].into_iter().collect();
    let kept = extract(&scene("Sleep!", "Sleep mends what the day tore."), &vote, &known);
    assert!((kept.opinions[0].confidence - 0.55).abs() < 1e-9, "{:?}", kept.opinions);
}

#[test]
fn quarrels_and_kindnesses_decide_how_it_stands() {
    let history = |events: &[&str]| {
        let told: Vec<_> =
            events.iter().map(|event| serde_json::json!({"date": "2026-01-01", "event": event})).collect();
        let memory = Memory {
            key: "rex_001".into(),
            history: Some(serde_json::to_string(&told).unwrap()),
            ..Memory::new(MemoryKind::Relationship, "Rex.".into(), Stamp::default())
        };
        let known: Items = [memory].into_iter().collect();
        left("Sleep is a price.", "Exactly. Sleep costs a third of a life.", &known).relationships.remove(0)
    };
    let bad = history(&[
        "disagreed about tea",
        "voted down what they said about tea",
        "disagreed about tea",
        "disagreed about tea",
    ]);
    assert_eq!(bad.sentiment, Sentiment::Rival);
    assert_eq!(bad.note, "Rex and I keep getting in each other's way; lately we agreed about sleep.");
    assert_eq!(
        history(&["agreed about tea", "made peace over tea", "granted a point about tea"]).sentiment,
        Sentiment::Friendly
    );
}

#[test]
fn a_summary_reads_like_a_diary() {
    let day = |stamp: Stamp| {
        if stamp < Stamp::from_micros(86_400_000_000) {
            "2026-01-01".to_owned()
        } else {
            "2026-01-02".to_owned()
        }
    };
    let memory = |kind, hour: i64, thread: i64, text: &str| Memory {
        id: hour,
        thread_id: Some(thread),
        source: if kind == MemoryKind::Fact { "observation".into() } else { String::new() },
        ..Memory::new(kind, text.into(), Stamp::from_micros(hour * 3_600_000_000))
    };
    let moments = [
        memory(
            MemoryKind::Moment,
            1,
            1,
            "I disagreed with Rex about sleep and said that naps are worth a night.",
        ),
        memory(MemoryKind::Moment, 9, 1, "I granted Rex, on sleep, that owls nap at noon."),
        memory(MemoryKind::Moment, 30, 2, "I promised Luna to look up tides."),
        memory(MemoryKind::Moment, 31, 2, "In “Tides” I told Luna: “something that was torn off in the mid…"),
    ];
    let facts = [
        memory(MemoryKind::Fact, 5, 1, "Rex holds that sleep is a price."),
        Memory {
            source: "offline".into(),
            ..memory(MemoryKind::Fact, 33, 2, "Tide: Tides follow the moon. There is more.")
        },
    ];
    assert_eq!(
        diary(&facts, &moments, &["Luna", "Rex", "Sage"], day),
        "From 1 January 2026 to 2 January 2026 I dealt with Rex and Luna.\n\
         1 January 2026: I disagreed with Rex about sleep and said that naps are worth a night. Rex holds that sleep is a \
         price. In the end: I granted Rex, on sleep, that owls nap at noon.\n\
         2 January 2026: I promised Luna to look up tides.\n\
         I looked things up. Tide: Tides follow the moon."
    );
    assert_eq!(diary(&[], &[], &[], day), "");
}

#[test]
fn what_has_no_letter_or_digit_is_not_kept() {
    assert_eq!(said(" … ", 10), "");
    assert_eq!(said("—!?", 10), "");
    assert_eq!(said("7", 10), "7");
    assert_eq!(said("日本", 10), "日本");
}

proptest::proptest! {
    #[test]
    fn whatever_is_read_nothing_breaks(text in ".{0,300}", words in proptest::collection::vec("(I|you|that|because|since|: |, |\\. |will|bet|votes|look|“|”|owls|sleep|is|…|é|İ) ?", 0..60)) {
        let joined = words.concat();
        for text in [text.as_str(), joined.as_str()] {
            let told = read(text, &NAMES, "sleep");
            for clause in told.claim.iter().chain(&told.granted).chain(&told.bet) {
                proptest::prop_assert!(!clause.contains(['“', '”', '…']), "{clause}");
            }
        }
    }
}
