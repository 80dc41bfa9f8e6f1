//! The remote link: the same door as in the process, over the port.

use std::time::Duration;

use botarium::engine::Subscription;
use botarium::link::{Connection, Link, Remote};
use botarium::protocol::*;
use serde_json::json;

use crate::room::{Room, lived, options, settings};

async fn attach(room: &Room) -> Link {
    Link::Remote(Remote::connect(&room.url(""), None).await.unwrap())
}

pub async fn until(link: &Link, wanted: impl Fn(&Connection) -> bool) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    while !wanted(&link.connection()) {
        assert!(tokio::time::Instant::now() < deadline, "still {:?}", link.connection());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The next activity's id.
pub async fn next_seq(events: &mut Subscription) -> i64 {
    loop {
        let event =
            tokio::time::timeout(Duration::from_secs(20), events.recv()).await.expect("in time").unwrap();
        if let Notice::HeartbeatComplete { details, .. } = &event.notice {
            assert!(details.get("raw_response").is_none());
            return event.seq;
        }
    }
}

/// Compares what both doors answer.
macro_rules! same {
    ($local:ident, $remote:ident: $($name:ident($($arg:expr),*);)*) => { $(
        assert_eq!(
            serde_json::to_value($local.$name($($arg),*).await.unwrap()).unwrap(),
            serde_json::to_value($remote.$name($($arg),*).await.unwrap()).unwrap(),
            stringify!($name)
        );
    )* };
}

#[tokio::test]
async fn both_doors_answer_alike() {
    let room = Room::after(150).await;
    let local = Link::Local(room.engine.clone());
    let remote = attach(&room).await;
    let threads = ThreadQuery { limit: 20, ..ThreadQuery::default() };
    let found =
        ThreadQuery { q: "the \"*".into(), tag: Some("x".into()), limit: 5, ..ThreadQuery::default() };
    let stream = ActivityQuery { limit: 50, ..ActivityQuery::default() };
    let gap =
        ActivityQuery { limit: 5, after_seq: Some(20), bot_id: Some("rex_001".into()), ..stream.clone() };
    let memory = MemoryQuery { limit: 5, offset: 0, category: Some(Category::Facts), q: None };
    let last = room.engine.last_seq();
    same! { local, remote:
        room(); config(); bots(); bot("ada_001"); bots_page(1, 2, None); bots_page(0, 2, Some("ada_001".into()));
        bot_posts("rex_001", 9); followers("ada_001"); following("ada_001"); follow_stats("ada_001");
        bot_config("luna_001"); threads(threads.clone()); threads(found.clone()); thread(1); thread_votes(1);
        activity(stream.clone()); activity(gap.clone()); why(last); warm_memory("ada_001", memory.clone());
        cold_memory("ada_001", 10, 0); memory("ada_001"); usage(Period::Weekly); usage_series(3, None);
        usage_series(3, Some("ada_001".into())); reputation(); reputation_history(7); analytics(30);
        relationship_graph(); actions(7); forecast(); flags(false, 50); flag_count(); events(None);
        events(Some(true)); event_templates(); pace(); pace_presets(); providers(); log(10);
    }
    for format in [ExportFormat::Json, ExportFormat::Jsonl, ExportFormat::Csv] {
        for kind in [ExportKind::Threads, ExportKind::Activity, ExportKind::Bots, ExportKind::Memories] {
            let mut rows = Vec::new();
            let mut texts = Vec::new();
            for link in [&local, &remote] {
                let text = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
                let sink = std::sync::Arc::clone(&text);
                let write = move |piece: &[u8]| {
                    sink.lock().unwrap().extend_from_slice(piece);
                    Ok(())
                };
                rows.push(link.export(kind, ExportOptions::by_id(format, Some(30)), write).await.unwrap());
                texts.push(text.lock().unwrap().clone());
            }
            assert_eq!(rows[0], rows[1], "{kind:?} {format:?}");
            assert!(texts[0] == texts[1], "{kind:?} {format:?}");
        }
    }
    assert!(remote.label().starts_with("127.0.0.1:"));
    room.close().await;
}

#[tokio::test]
async fn changes_go_through() {
    let room = Room::quiet().await;
    let link = attach(&room).await;
    let thread = CreateThread {
        author_bot_id: "human:kim".into(),
        title: "A door".into(),
        content: "Who keeps it open at night?".into(),
        tags: vec![],
    };
    let thread = link.create_thread(thread).await.unwrap();
    let reply = CreateReply {
        author_bot_id: "ada_001".into(),
        content: "I would, on most nights.".into(),
        parent_reply_id: None,
    };
    let reply = link.create_reply(thread.id, reply).await.unwrap();
    let vote = |value| CastVote { voter_bot_id: "rex_001".into(), value };
    link.vote_thread(thread.id, vote(1)).await.unwrap();
    link.vote_reply(reply.id, vote(-1)).await.unwrap();
    assert_eq!(link.reply_votes(reply.id).await.unwrap().score, -1);
    link.follow("human:kim", "rex_001").await.unwrap();
    link.unfollow("human:kim", "rex_001").await.unwrap();
    let edited = link.set_config("ada_001", json!({"behavior": {"shyness": 64}})).await.unwrap();
    assert_eq!(edited.personality_config.behavior.shyness, 64);
    let caps = SetCaps { daily_token_cap: Some(Some(900)), daily_cost_cap_usd: None };
    assert!(link.set_caps("ada_001", caps).await.unwrap().is_custom_token_cap);
    assert!(!link.clear_caps("ada_001").await.unwrap().is_custom_token_cap);
    link.reset_bot("ada_001").await.unwrap();
    assert_eq!(link.set_bot_pace("ada_001", Some(77)).await.unwrap().pace_seconds, Some(77));
    assert_eq!(link.set_bot_pace("ada_001", None).await.unwrap().pace_seconds, None);
    assert!(link.set_paused("ada_001", true).await.unwrap().is_paused);
    assert!(!link.set_paused("ada_001", false).await.unwrap().is_paused);
    let pace = SetPace { preset: Some("fast".into()), interval_seconds: None };
    assert_eq!(link.set_pace(pace).await.unwrap().interval_seconds, 900);
    assert_eq!(link.pause_engine().await.unwrap().engine, EngineState::Paused);
    assert_eq!(link.resume_engine().await.unwrap().engine, EngineState::Running);
    link.trigger("rex_001").await.unwrap();
    let question = Interview { question: "How are you?".into(), remember: false };
    assert!(!link.interview("ada_001", question).await.unwrap().answer.is_empty());
    link.delete_reply(reply.id).await.unwrap();
    link.delete_thread(thread.id).await.unwrap();
    let fault = link.thread(thread.id).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::NotFound);
    let fault = link.set_config("ada_001", json!({"behavior": {"shyness": 164}})).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Invalid);
    assert!(fault.errors[0].field.contains("shyness"), "{fault:?}");
    room.close().await;
}

#[tokio::test]
async fn it_comes_back_without_a_gap_or_a_repeat() {
    let room = Room::after(20).await;
    let link = attach(&room).await;
    let mut events = link.subscribe();
    until(&link, |connection| *connection == Connection::Connected).await;
    let start = link.last_seq();
    room.engine.trigger("ada_001").await.unwrap();
    assert_eq!(next_seq(&mut events).await, start + 1);

    let address = room.address;
    let home = room.close().await.unwrap();
    until(&link, |connection| matches!(connection, Connection::Reconnecting { .. })).await;
    assert_eq!(link.room().await.unwrap_err().kind, FaultKind::Unavailable);
    let engine = botarium::engine::start(settings(home.path())).unwrap();
    lived(&engine, 40).await;
    let last = engine.last_seq();
    assert!(last > start + 10);
    let again = botarium::port::PortOptions { listen: address, ..options() };
    let room = Room::open(engine, None, again, Some(home)).await;
    for seq in start + 2..=last {
        assert_eq!(next_seq(&mut events).await, seq);
    }
    until(&link, |connection| *connection == Connection::Connected).await;
    room.engine.trigger("rex_001").await.unwrap();
    assert_eq!(next_seq(&mut events).await, last + 1);
    room.close().await;
}

#[tokio::test]
async fn a_viewer_may_only_look() {
    let room = Room::quiet().await;
    room.engine.new_token("desk", Role::Operator).await.unwrap();
    let (row, token) = room.engine.new_token("wall", Role::Viewer).await.unwrap();
    let link = Link::Remote(Remote::connect(&room.url(""), Some(token)).await.unwrap());
    assert_eq!(link.role(), Role::Viewer);
    link.bots().await.unwrap();
    let fault = link.set_paused("ada_001", true).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Forbidden);
    until(&link, |connection| *connection == Connection::Connected).await;
    room.engine.revoke_token(row.id).await.unwrap();
    let address = room.address;
    let home = room.close().await.unwrap();
    let engine = botarium::engine::start(settings(home.path())).unwrap();
    let again = botarium::port::PortOptions { listen: address, ..options() };
    let room = Room::open(engine, None, again, Some(home)).await;
    until(&link, |connection| matches!(connection, Connection::Closed { .. })).await;
    room.close().await;
    let nobody = Remote::connect("127.0.0.1:1", None).await.err().unwrap();
    assert!(nobody.detail.contains("botarium --serve"), "{nobody}");
}
