//! The demonstration: its society is worth showing, its scenarios play, its recordings are the same every time.

use std::path::Path;
use std::sync::OnceLock;

use botarium::demo::cast::Version;
use botarium::demo::{scenarios, script, society};
use botarium::engine::replay::Replay;
use botarium::engine::{self, Clock, Handle, Run, Settings};
use botarium::link::Link;
use botarium::logs::LogRing;
use botarium::protocol::{
    ActivityQuery, ExportFormat, ExportKind, ExportOptions, MemoryQuery, Period, Source, Status,
};
use botarium::tui::theme::ThemeName;

/// The society, grown once; every test gets a copy.
fn grown() -> &'static Path {
    static HOME: OnceLock<tempfile::TempDir> = OnceLock::new();
    let home = HOME.get_or_init(|| {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().to_owned();
        let grow = move || {
            let log = LogRing::new(|| society::CURTAIN);
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let handle =
                runtime.block_on(society::grow(&path, society::CURTAIN, society::SEED, log)).unwrap();
            handle.close();
        };
        std::thread::spawn(grow).join().unwrap();
        home
    });
    home.path()
}

/// A copy of the society, open at the curtain.
fn stage(home: &Path) -> Handle {
    let data = home.join("data");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::copy(grown().join("data/botarium.db"), data.join("botarium.db")).unwrap();
    engine::start(settings(home)).unwrap()
}

fn settings(home: &Path) -> Settings {
    society::settings(home, Clock::simulated(society::CURTAIN), society::SEED)
}

async fn played(text: &str) -> anyhow::Result<(script::Played, Vec<u8>)> {
    let home = tempfile::tempdir().unwrap();
    let handle = stage(home.path());
    let scenario = script::parse("test.yaml", text)?;
    let stage = script::Stage {
        handle: handle.clone(),
        link: Link::Local(handle.clone()),
        seed: society::SEED,
        theme: ThemeName::Dark,
    };
    let result = script::play(&scenario, stage, Vec::new(), Version::V3).await;
    handle.close();
    result
}

#[tokio::test(flavor = "multi_thread")]
async fn the_society_has_something_to_show_everywhere() {
    let home = tempfile::tempdir().unwrap();
    let room = stage(home.path());
    let bots = room.bots().await.unwrap();
    assert_eq!(bots.len(), 8);
    assert_eq!(bots.iter().filter(|bot| bot.source == Source::Custom).count(), 2);
    assert_eq!(bots.iter().filter(|bot| bot.status == Status::Paused).count(), 1);
    assert_eq!(bots.iter().filter(|bot| bot.status == Status::Capped).count(), 1);
    let scores: Vec<_> = bots.iter().map(|bot| bot.reputation_score).collect();
    assert!(scores.iter().any(|score| *score < 0) && scores.iter().any(|score| *score > 20), "{scores:?}");
    assert!(bots.iter().filter(|bot| bot.follower_count > 0).count() >= 4);
    assert!(room.flag_count().await.unwrap().unresolved >= 2);
    let mut found = 0;
    let mut summaries = 0;
    for bot in &bots {
        let query = MemoryQuery { limit: 200, ..MemoryQuery::default() };
        let warm = room.warm_memory(&bot.id, query).await.unwrap();
        assert!(
            warm.relationships.iter().any(|tie| tie.history.len() > 2),
            "{} has dealt with nobody",
            bot.id
        );
        found += usize::from(warm.facts_learned.iter().any(|fact| fact.source == "offline"));
        summaries += room.cold_memory(&bot.id, 50, 0).await.unwrap().len();
    }
    assert!(found >= 3, "{found} bots looked something up");
    assert!(summaries >= 3, "{summaries} cold summaries");
    let usage = room.usage_series(society::DAYS.try_into().unwrap(), None).await.unwrap();
    assert_eq!(usage.len(), 8);
    for bot in &usage {
        // Vex was paused yesterday.
        let lived = bot.series.len() - usize::from(bot.bot_id == "vex_001");
        assert!(
            bot.series[..lived].iter().all(|day| day.total_tokens > 0 && day.cost_usd.nanos() > 0),
            "{bot:?}"
        );
    }
    let today = room.usage(Period::Daily).await.unwrap();
    assert!(today.total_cost_usd.nanos() > 0);
    assert!(today.simulated_cost.is_some() && room.room().await.unwrap().simulated_cost.is_some());
    let events = room.events(None).await.unwrap();
    assert_eq!(events.len(), 1);
    let echoes = room.threads(botarium::protocol::ThreadQuery {
        q: "third archive".into(),
        limit: 50,
        ..Default::default()
    });
    assert!(!echoes.await.unwrap().is_empty(), "nobody spoke of the event");
    room.close();
}

/// Everything of a kind, as one JSON value.
#[test]
fn its_journal_leads_to_it_again() {
    let home = tempfile::tempdir().unwrap();
    let database = grown().join("data/botarium.db");
    let mut replay = Replay::begin(&database, &home.path().join("again.db")).unwrap();
    replay.run(None).unwrap();
    assert_eq!(replay.differences().unwrap(), Vec::<&str>::new());
    replay.close();
}

async fn exported(room: &Handle, kind: ExportKind) -> serde_json::Value {
    let (sender, pieces) = std::sync::mpsc::channel();
    let sink = move |piece: &[u8]| sender.send(piece.to_vec()).map_err(std::io::Error::other);
    room.export(kind, ExportOptions::by_id(ExportFormat::Json, None), sink).await.unwrap();
    serde_json::from_slice(&pieces.into_iter().flatten().collect::<Vec<u8>>()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_call_simulated_costs_so() {
    let home = tempfile::tempdir().unwrap();
    let room = stage(home.path());
    for kind in [ExportKind::Usage, ExportKind::Activity] {
        let rows = exported(&room, kind).await;
        let rows = rows.as_array().unwrap();
        assert!(rows.iter().any(|row| row["cost_usd"].as_f64() > Some(0.0)));
        for row in rows {
            assert_eq!(row["cost_simulated"], row["cost_usd"].as_f64() > Some(0.0), "{row}");
        }
    }
    room.close();
    // The same home without the pretence: what was for show stays marked, what comes now is not.
    let taken = engine::start(Settings { pretend_model: None, ..settings(home.path()) }).unwrap();
    assert!(taken.room().await.unwrap().simulated_cost.is_none());
    let last = taken.activity(ActivityQuery { limit: 1, ..Default::default() }).await.unwrap()[0].id;
    let database = rusqlite::Connection::open(home.path().join("data/botarium.db")).unwrap();
    taken.run_beats(Run { count: Some(8), ..Run::default() }, |_| {}).await.unwrap();
    database.execute("UPDATE activities SET cost = 5 WHERE id > ?1", [last]).unwrap();
    for row in taken.activity(ActivityQuery { limit: 50, ..Default::default() }).await.unwrap() {
        assert_eq!(row.cost_simulated, row.id <= last && row.cost_usd.nanos() > 0, "{row:?}");
    }
    for row in exported(&taken, ExportKind::Activity).await.as_array().unwrap() {
        let old = row["id"].as_i64() <= Some(last);
        assert_eq!(row["cost_simulated"], old && row["cost_usd"].as_f64() > Some(0.0), "{row}");
    }
    taken.close();
    let home = tempfile::tempdir().unwrap();
    let plain = engine::start(Settings { pretend_model: None, ..settings(home.path()) }).unwrap();
    plain.run_beats(Run { count: Some(8), ..Run::default() }, |_| {}).await.unwrap();
    let rows = exported(&plain, ExportKind::Usage).await;
    assert!(rows.as_array().unwrap().iter().all(|row| row["cost_simulated"] == false), "{rows}");
    plain.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scenario_comes_out() {
    for (name, text) in scenarios::ALL {
        let (played, _) = played(text).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        println!("{name}: {:.0} s, {} events", played.length.as_secs_f64(), played.events);
        assert!(played.length.as_secs() >= 25, "{name} is over in {:?}", played.length);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_is_the_same_every_time() {
    // The second goes over the port and back.
    for name in ["teaser", "attach"] {
        let text = scenarios::text(name).unwrap();
        let ((first, one), (second, other)) = (played(text).await.unwrap(), played(text).await.unwrap());
        assert_eq!(first.screen, second.screen, "{name}");
        assert!(one == other, "two recordings of {name} differ");
        assert!(one.starts_with(br#"{"version":3,"term":{"cols":120,"rows":36"#));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_does_something_else_makes_its_scenario_fail() {
    let text = scenarios::text("teaser").unwrap();
    let mut pressed = 0;
    for (at, line) in text.lines().enumerate() {
        let Some((begin, keys)) = line.split_once("- keys: ") else { continue };
        pressed += 1;
        let nothing = keys.split(' ').map(|_| "f12").collect::<Vec<_>>().join(" ");
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines[at] = format!("{begin}- keys: {nothing}");
        assert!(
            played(&lines.join("\n")).await.is_err(),
            "nothing in the teaser needs line {}: {line}",
            at + 1
        );
    }
    assert!(pressed >= 6, "{pressed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_does_not_come_out_is_named() {
    let missing = "steps:\n  - keys: m\n  - wait_for: no such words\n    within: 0.5\n";
    let error = played(missing).await.unwrap_err().to_string();
    assert!(error.starts_with("test.yaml:3: step 2 (wait_for): `no such words` did not come"), "{error}");
    assert!(error.contains("│ botarium"), "the screen is shown: {error}");
    let there = "steps:\n  - absent: Activity\n";
    assert!(
        played(there).await.unwrap_err().to_string().contains("step 1 (absent): `Activity` is on the screen")
    );
    let left = "steps:\n  - keys: q\n";
    assert!(played(left).await.unwrap_err().to_string().contains("left the control room"));
}
