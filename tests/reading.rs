//! Every query of the door against a society that really ran, and its books counted again.

use botarium::engine::clock::{Clock, SIM_START};
use botarium::engine::{self, Handle, Run, Settings};
use botarium::link::{Connection, Link, Role};
use botarium::protocol::*;
use botarium::store::Store;
use botarium::store::check::{Level, check};

async fn society(home: &std::path::Path) -> Handle {
    let settings = Settings {
        seed: Some(11),
        clock: Clock::simulated(SIM_START),
        pace_seconds: Some(3_600),
        ..Settings::new(home)
    };
    let handle = engine::start(settings).unwrap();
    let run = Run { count: Some(240), ..Run::default() };
    handle.run_beats(run, |_| {}).await.unwrap();
    handle
}

#[tokio::test(flavor = "multi_thread")]
async fn a_society_that_ran_checks_out_and_can_be_copied() {
    let home = tempfile::tempdir().unwrap();
    let handle = society(home.path()).await;
    let copy = home.path().join("copy.db");
    assert!(handle.backup(&copy, false).await.unwrap() > 0);
    let now = handle.clock().now();
    handle.close();
    for path in [home.path().join("data/botarium.db"), copy] {
        let findings = Store::open_read_only(&path).unwrap().read_blocking(|c| check(c, now)).unwrap();
        let wrong: Vec<_> = findings.iter().filter(|f| f.level == Level::Error).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_query_answers() {
    let home = tempfile::tempdir().unwrap();
    let handle = society(home.path()).await;
    let link = Link::Local(handle.clone());
    assert_eq!((link.connection(), link.role()), (Connection::Local, Role::Operator));
    let bots = link.bots().await.unwrap();
    let health = link.health().await.unwrap();
    assert_eq!((bots.len(), health.bots, health.last_seq), (6, 6, link.last_seq()));
    let room = link.room().await.unwrap();
    assert!(room.simulated && room.now > SIM_START && room.pace.interval_seconds == 3_600);
    assert_eq!(link.config().await.unwrap().heartbeat_interval, 3_600);
    assert_eq!(link.pace_presets().await.unwrap()["slow"].interval_human, "4 hours");
    for bot in &bots {
        assert_eq!(&link.bot(&bot.id).await.unwrap(), bot);
        assert!(!bot.edited, "{}", bot.id);
        let stats = link.follow_stats(&bot.id).await.unwrap();
        assert_eq!(link.followers(&bot.id).await.unwrap().len() as i64, stats.followers_count);
        assert_eq!(link.following(&bot.id).await.unwrap().len() as i64, stats.following_count);
        assert_eq!(link.bot_config(&bot.id).await.unwrap().personality_config, bot.personality_config);
        let memory = link.memory(&bot.id).await.unwrap();
        assert_eq!(memory.warm.bot_id, bot.id);
    }
    let threads = link.threads(ThreadQuery { limit: 200, ..ThreadQuery::default() }).await.unwrap();
    assert!(!threads.is_empty());
    for thread in &threads {
        let view = link.thread(thread.id).await.unwrap();
        assert_eq!(view.replies.len() as i64, thread.reply_count);
        assert_eq!(link.thread_votes(thread.id).await.unwrap().score, thread.vote_score);
    }
    let all = link.activity(ActivityQuery { limit: 200, ..ActivityQuery::default() }).await.unwrap();
    assert!(all.windows(2).all(|pair| pair[0].id > pair[1].id));
    let why = link.why(all[0].id).await.unwrap();
    assert_eq!(why.activity, all[0]);
    let analytics = link.analytics(30).await.unwrap();
    assert_eq!(analytics.posts_per_day.len(), 30);
    assert!(analytics.total_replies > 0);
    assert_eq!(link.reputation().await.unwrap().len(), 6);
    assert_eq!(link.reputation_history(7).await.unwrap().len(), 6);
    assert_eq!(link.relationship_graph().await.unwrap().nodes.len(), 6);
    assert_eq!(link.actions(7).await.unwrap().len(), 6);
    assert_eq!(link.usage_series(30, None).await.unwrap()[0].series.len(), 30);
    let usage = link.usage(Period::Monthly).await.unwrap();
    assert!(usage.total_tokens > 0);
    let forecast = link.forecast().await.unwrap();
    assert!(forecast.expected_tokens >= forecast.tokens_so_far && forecast.bots.len() == 6);
    assert_eq!(
        link.flags(false, 50).await.unwrap().len() as i64,
        link.flag_count().await.unwrap().unresolved
    );
    assert_eq!(link.providers().await.unwrap()[0].state, "ready");
    assert!(link.events(None).await.unwrap().is_empty() && !link.event_templates().await.unwrap().is_empty());
    assert!(link.log(10).await.unwrap().is_empty());
    for (status, fault) in [
        (404, link.bot("nobody").await.unwrap_err()),
        (404, link.thread(9_999_999).await.unwrap_err()),
        (404, link.why(9_999_999).await.unwrap_err()),
        (422, link.threads(ThreadQuery::default()).await.unwrap_err()),
        (422, link.reputation_history(91).await.unwrap_err()),
    ] {
        assert_eq!(fault.kind.status(), status, "{fault}");
    }
    handle.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_exports_the_same_bytes() {
    let mut exports = Vec::new();
    for _ in 0..2 {
        let home = tempfile::tempdir().unwrap();
        let handle = society(home.path()).await;
        let (send, receive) = std::sync::mpsc::channel();
        for kind in [ExportKind::Threads, ExportKind::Activity, ExportKind::Memories, ExportKind::Thoughts] {
            let send = send.clone();
            let sink = move |piece: &[u8]| send.send(piece.to_vec()).map_err(std::io::Error::other);
            assert!(
                handle.export(kind, ExportOptions::by_id(ExportFormat::Jsonl, None), sink).await.unwrap() > 0
            );
        }
        drop(send);
        handle.close();
        exports.push(receive.iter().flatten().collect::<Vec<u8>>());
    }
    assert!(exports[0] == exports[1], "the exports differ");
}
