//! Summaries, the eras they are summed up in, and the archive of what they stand for; homes of the earlier version.

use std::collections::BTreeSet;
use std::path::Path;

use botarium::engine::clock::{Clock, SIM_START};
use botarium::engine::{Run, Settings};
use botarium::protocol::{ArchiveQuery, EditMemory, ExportFormat, ExportKind, ExportOptions, FaultKind};
use rusqlite::{Connection, params};
use serde_json::json;

use super::model::{Aim, Call, Model, Reply};
use super::society::{self, Society};

const ERA: &str =
    "I spent these weeks at the harbour with b02, learning how the tide comes in and whom to ask about it.";

/// A model that stays quiet, and sums up with what `told` says of the request.
async fn summing_up(told: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> Model {
    Model::start(move |call| match call.aim {
        Aim::Think => Reply::act(json!({"action": "create_thread", "title": format!("Thread {}", call.nth),
            "content": format!("Number {} of what I saw at the harbour.", call.nth), "tags": ["harbour"]})),
        Aim::Extract => Reply::text(json!({"facts": []}).to_string()),
        Aim::Compress => told(call),
        _ => Reply::quiet(),
    })
    .await
}

/// Puts `count` summaries or eras into the database, a day each. The engine must not have read them yet.
fn plant(society: &Society, kind: u8, count: i64, pinned: bool) {
    let db = society.tampered();
    for n in 0..count {
        let day = SIM_START.plus_seconds((n - 60 * i64::from(kind)) * 86_400).micros();
        let text =
            format!("Number {n} of kind {kind}: on that day the zebrafish of tank {n} were counted and fed.");
        db.execute(
            "INSERT INTO memories (bot_id, kind, text, count, moments, period_start, period_end, pinned, created_at, updated_at) \
             VALUES ('b01', ?1, ?2, 25, 15, ?3, ?3, ?4, ?3, ?3)",
            params![kind, text, day, pinned],
        )
        .unwrap();
    }
}

fn held(society: &Society, kind: u8) -> i64 {
    society.number(&format!("SELECT count(*) FROM memories WHERE bot_id = 'b01' AND kind = {kind}"))
}

fn asked(q: Option<&str>) -> ArchiveQuery {
    ArchiveQuery { limit: 200, after: None, q: q.map(Into::into) }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_summary_too_many_makes_an_era_of_the_older_half() {
    let model = summing_up(|_| Reply::text(ERA)).await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    plant(&society, 5, 8, false);
    society.handle.trigger("b01").await.unwrap();
    assert_eq!((held(&society, 5), held(&society, 6)), (8, 0), "eight are not too many");
    plant(&society, 5, 1, false);
    let society = society.again(|_| {});
    society.handle.trigger("b01").await.unwrap();
    assert_eq!((held(&society, 5), held(&society, 6)), (4, 1));
    let cold = society.handle.cold_memory("b01", 50, 0).await.unwrap();
    let era = cold.last().unwrap();
    assert!(era.era && era.summary == ERA && cold[..4].iter().all(|c| !c.era), "{cold:?}");
    assert_eq!((era.facts_compressed, era.memories_compressed), (125, 75));
    let call = model.calls().into_iter().rfind(|call| call.aim == Aim::Compress).unwrap();
    assert!(call.body.to_string().contains("tank 0 were counted"), "the summaries are what is summed up");
    let archive = society.handle.archive("b01", asked(Some("zebrafish"))).await.unwrap();
    assert_eq!(archive.len(), 5);
    assert!(archive.iter().all(|one| one.summary_id == era.id && one.kind.as_str() == "cold"));
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_era_too_many_is_summed_up_with_the_oldest_by_rule_when_the_model_fails() {
    let model = summing_up(|_| Reply::error(400, "no")).await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    plant(&society, 6, 9, false);
    society.handle.trigger("b01").await.unwrap();
    assert_eq!(held(&society, 6), 5);
    let cold = society.handle.cold_memory("b01", 50, 0).await.unwrap();
    let oldest = cold.last().unwrap();
    assert!(oldest.summary.contains("125 things learned and 75 moments."), "{}", oldest.summary);
    assert!(oldest.summary.contains("tank 0 were counted") && oldest.summary.contains("tank 4 were counted"));
    assert!(cold[0].period_start > oldest.period_end);
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn how_many_are_held_is_a_setting_and_pinned_ones_stay() {
    let model = summing_up(|_| Reply::text(ERA)).await;
    let society = Society::begin(&model.address(), 1, |s| (s.summaries, s.eras) = (1, 1)).await;
    plant(&society, 5, 3, true);
    plant(&society, 5, 1, false);
    society.handle.trigger("b01").await.unwrap();
    assert_eq!((held(&society, 5), held(&society, 6)), (4, 0));
    plant(&society, 5, 1, false);
    plant(&society, 6, 1, false);
    let society = society.again(|_| {});
    society.handle.trigger("b01").await.unwrap();
    // Two summaries made an era, which was one too many beside the other.
    assert_eq!((held(&society, 5), held(&society, 6)), (3, 1));
    assert_eq!(society.number("SELECT count FROM memories WHERE kind = 6"), 75);
    assert_eq!(society.handle.archive("b01", asked(None)).await.unwrap().len(), 4);
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_in_the_archive_can_be_forgotten_and_nothing_else() {
    let model = summing_up(|_| Reply::text(ERA)).await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    plant(&society, 5, 9, false);
    society.handle.trigger("b01").await.unwrap();
    let archive = society.handle.archive("b01", asked(None)).await.unwrap();
    let id = archive[0].id;
    let edit = EditMemory { pinned: Some(true), text: None };
    let refused = society.handle.edit_memory(id, edit).await.unwrap_err();
    assert!(refused.kind == FaultKind::Conflict && refused.detail.contains("archive"), "{refused:?}");
    society.handle.forget_memory(id).await.unwrap();
    assert_eq!(society.handle.forget_memory(id).await.unwrap_err().kind, FaultKind::NotFound);
    assert_eq!(society.handle.archive("b01", asked(None)).await.unwrap().len(), 4);
    // With the era goes what it stands for.
    society.handle.forget_memory(archive[0].summary_id).await.unwrap();
    assert_eq!(society.handle.archive("b01", asked(Some("zebrafish"))).await.unwrap(), []);
    assert_eq!((held(&society, 5), held(&society, 6)), (4, 0));
    society.assert_sound();
}

/// Every text of a column, as a set.
fn texts(db: &Connection, sql: &str) -> BTreeSet<String> {
    let mut statement = db.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn number(db: &Connection, sql: &str) -> i64 {
    db.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// A home that `botarium` 0.1.0 kept for 800 beats of two bots, as its `backup` wrote it.
pub fn old_home(home: &Path) -> std::path::PathBuf {
    let packed = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/homes/0.1.0.db.zst")).unwrap();
    let path = home.join("data").join("botarium.db");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, zstd::decode_all(&packed[..]).unwrap()).unwrap();
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_of_the_earlier_version_goes_on_and_loses_nothing() {
    let (home, mut settings) = society::settings();
    settings.bots = Settings::new(home.path()).bots;
    settings.seed = Some(7);
    settings.clock = Clock::simulated(SIM_START);
    let path = old_home(home.path());
    let tables =
        ["threads", "replies", "votes", "follows", "ties", "activities", "thoughts", "bots", "usage_daily"];
    let counts = |db: &Connection| tables.map(|table| number(db, &format!("SELECT count(*) FROM {table}")));
    let remembered = "SELECT bot_id || kind || text || ifnull(key, '') || ifnull(history, '') FROM memories";
    let (before, known, made) = {
        let db = Connection::open(&path).unwrap();
        assert!(number(&db, "PRAGMA user_version") < 5);
        assert!(
            number(
                &db,
                "SELECT max(n) FROM (SELECT count(*) AS n FROM memories WHERE kind = 5 GROUP BY bot_id)"
            ) > 8
        );
        (counts(&db), texts(&db, remembered), number(&db, "SELECT count(*) FROM memories"))
    };
    let society = Society::start(home, settings);
    society.assert_sound();
    let db = society.db();
    assert_eq!(counts(&db), before);
    let eras = number(&db, "SELECT count(*) FROM memories WHERE kind = 6");
    assert_eq!(
        number(&db, "SELECT (SELECT count(*) FROM memories) + (SELECT count(*) FROM archive)"),
        made + eras
    );
    assert!(eras > 0, "no era was made");
    let kept = texts(&db, &format!("{remembered} UNION ALL SELECT bot_id || kind || text FROM archive"));
    assert!(known.is_subset(&kept), "{:?}", known.difference(&kept).next());
    // What was summed up is told by what is left, and what went to the archive is found there.
    for bot in ["ada_001", "luna_001"] {
        let cold = society.handle.cold_memory(bot, 50, 0).await.unwrap();
        let (eras, summaries): (Vec<_>, Vec<_>) = cold.iter().partition(|one| one.era);
        assert!(summaries.len() == 8 && eras.len() == 1, "{bot}: {} and {}", summaries.len(), eras.len());
        assert!(eras[0].period_end <= summaries[7].period_end && eras[0].facts_compressed > 0);
        assert!((20..=500).contains(&eras[0].summary.split_whitespace().count()), "{}", eras[0].summary);
        let archive = society.handle.archive(bot, asked(None)).await.unwrap();
        assert!(!archive.is_empty() && archive.iter().all(|one| one.summary_id == eras[0].id));
        let word =
            archive[0].text.split_whitespace().find(|word| word.chars().all(char::is_alphabetic)).unwrap();
        assert!(!society.handle.archive(bot, asked(Some(word))).await.unwrap().is_empty(), "{word}");
    }
    society.handle.run_beats(Run { count: Some(120), ..Run::default() }, |_| {}).await.unwrap();
    assert_eq!(number(&db, "SELECT count(*) FROM activities WHERE action_type = 'failed'"), 0);
    assert!(number(&db, "SELECT count(*) FROM activities") > before[5]);
    let jsonl = ExportOptions { format: ExportFormat::Jsonl, ..ExportOptions::default() };
    for kind in [ExportKind::Memories, ExportKind::Archive, ExportKind::Thoughts] {
        assert!(society.handle.export(kind, jsonl, |_| Ok(())).await.unwrap() > 0, "{kind:?}");
    }
    society.assert_sound();
}
