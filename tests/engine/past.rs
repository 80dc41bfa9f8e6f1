//! The past to walk about in: wherever one goes and however, what is shown is what applying the journal gives.

use botarium::engine::Run;
use botarium::engine::past::Past;
use botarium::engine::replay::{Replay, ReplayError};
use botarium::protocol::{ActivityQuery, CreateThread, Fault, Moment, Sought, ThreadQuery, Way};
use botarium::store::digest::TableDigest;
use serde_json::json;

use super::model::{Aim, Model, Reply};
use super::society::{Society, settings};

/// What the journal of `database` leads to after an entry.
fn truth(database: &std::path::Path, entry: i64) -> Vec<TableDigest> {
    let home = tempfile::tempdir().unwrap();
    let mut replay = Replay::begin(database, &home.path().join("truth.db")).unwrap();
    replay.run(Some(entry)).unwrap();
    let digest = replay.digest().unwrap();
    replay.close();
    digest
}

struct Walk {
    past: Past,
    database: std::path::PathBuf,
    moment: Moment,
}

impl Walk {
    fn begin(database: std::path::PathBuf) -> Self {
        let (past, moment) = Past::open(&database, &Way::End).unwrap();
        let walk = Self { past, database, moment };
        walk.is_true();
        walk
    }

    fn go(&mut self, way: Way) -> &Moment {
        self.moment = self.past.go(&way).unwrap_or_else(|fault| panic!("{way:?}: {fault}"));
        &self.moment
    }

    fn is_true(&self) {
        // Older thought records are read in the society itself, and the index of posts is made when somebody searches.
        let mut digests = [self.past.digest().unwrap(), truth(&self.database, self.moment.entry)];
        digests
            .iter_mut()
            .for_each(|digest| digest.retain(|table| !["thoughts", "posts_fts"].contains(&table.table)));
        assert_eq!(digests[0], digests[1], "after entry {}", self.moment.entry);
    }

    fn refused(&self, way: Way) -> Fault {
        self.past.go(&way).unwrap_err()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_moment_is_as_it_was_whichever_way_one_comes() {
    let (home, mut settings) = settings();
    settings.bots = botarium::engine::Settings::new(home.path()).bots;
    let mut society = Society::start(home, settings);
    let run = |count| Run { count: Some(count), ..Run::default() };
    society.handle.run_beats(run(1_100), |_| {}).await.unwrap();
    society.handle.set_config("ada_001", json!({"behavior": {"shyness": 90}})).await.unwrap();
    let thread = CreateThread {
        author_bot_id: "human:Kim".into(),
        title: "Zeppelins".into(),
        content: "Who has seen one?".into(),
        tags: vec![],
    };
    let thread = society.handle.create_thread(thread).await.unwrap();
    society.handle.run_beats(run(40), |_| {}).await.unwrap();
    society.handle.delete_thread(thread.id).await.unwrap();
    society = society.again(|_| {});
    society.handle.run_beats(run(60), |_| {}).await.unwrap();

    let mut walk = Walk::begin(society.handle.database());
    let end = walk.moment.clone();
    assert_eq!((end.activity, end.last, end.first), (end.last, society.handle.last_seq(), 0));
    // What is found is what was there: at the end it was hidden.
    let query = ThreadQuery { q: "zeppelins".into(), limit: 20, ..ThreadQuery::default() };
    let found = async |walk: &Walk| walk.past.handle().unwrap().threads(query.clone()).await.unwrap().len();
    assert_eq!(found(&walk).await, 0);
    // Back, over the second opening, and on again.
    for way in [Way::By(-1), Way::By(-40), Way::By(-100), Way::By(3), Way::By(60)] {
        walk.go(way);
        walk.is_true();
    }
    let there = walk.go(Way::Previous(Sought::Person)).clone();
    walk.is_true();
    let shown = walk.past.handle().unwrap();
    assert!(shown.is_past() && found(&walk).await == 1);
    let newest = ActivityQuery { limit: 5, ..ActivityQuery::default() };
    assert_eq!(shown.activity(newest).await.unwrap()[0].id, walk.moment.activity);
    walk.go(Way::By(-1));
    assert_eq!(found(&walk).await, 0);
    // Far away, and back to where one was.
    assert_eq!(walk.go(Way::To("20".into())).activity, 20);
    walk.is_true();
    assert_eq!(walk.go(Way::To(there.at.to_string())).at, there.at);
    assert_eq!(walk.go(Way::Begin).activity, 0);
    walk.is_true();
    let next = walk.go(Way::Next(Sought::Bot("rex_001".into()))).activity;
    let act = walk.past.handle().unwrap().why(next).await.unwrap();
    assert_eq!((act.activity.bot_id.as_str(), act.exchanges.len()), ("rex_001", 1));
    assert_eq!(walk.go(Way::End).activity, end.activity);
    walk.is_true();
    // What is not there is said, and one stays where one is.
    assert!(walk.refused(Way::Next(Sought::Failure)).detail.contains("no later failure"));
    assert!(walk.refused(Way::To("999999".into())).detail.contains("no activity 999999"));
    assert!(walk.refused(Way::To("soon".into())).detail.contains("is no moment"));
    assert_eq!(walk.past.handle().unwrap().last_seq(), end.activity);
    // Nothing can be changed there, and the room goes on meanwhile.
    let refused = walk.past.handle().unwrap().pause_engine().await.unwrap_err();
    assert!(refused.detail.contains("this is the past"), "{refused:?}");
    society.handle.run_beats(run(10), |_| {}).await.unwrap();
    assert_eq!(walk.go(Way::End).activity, society.handle.last_seq());
    walk.is_true();
    society.assert_sound();
}

/// The journal of a copy of `database` in which a person said something else.
fn falsified(database: &std::path::Path, copy: &std::path::Path) {
    let c = rusqlite::Connection::open(database).unwrap();
    c.execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
    let c = rusqlite::Connection::open(copy).unwrap();
    let db = botarium::store::Db::open(copy).unwrap();
    let entries = botarium::store::journal::read::<serde_json::Value>(&db, 0, u32::MAX).unwrap();
    for entry in entries.into_iter().filter(|entry| entry.input.to_string().contains("the red boat")) {
        let text = entry.input.to_string().replace("the red boat", "the blue boat");
        let place = rusqlite::params![text.into_bytes(), entry.number];
        c.execute("UPDATE journal SET input = ?1 WHERE number = ?2", place).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_that_comes_out_otherwise_is_shown_line_by_line() {
    let model = Model::start(|_| Reply::quiet()).await;
    let society = Society::begin(&model.address(), 2, |_| {}).await;
    let said = CreateThread {
        author_bot_id: "human:Kim".into(),
        title: "At the harbour".into(),
        content: "Did anybody see the red boat?".into(),
        tags: vec![],
    };
    society.handle.create_thread(said).await.unwrap();
    society.handle.run_beats(Run { count: Some(4), ..Run::default() }, |_| {}).await.unwrap();
    let place = tempfile::tempdir().unwrap();
    let copy = place.path().join("copy.db");
    falsified(&society.database(), &copy);
    let differs = |copy: &std::path::Path, name: &str| {
        let mut replay = Replay::begin(copy, &place.path().join(name)).unwrap();
        let ReplayError::Differs { number, .. } = replay.run(None).unwrap_err() else {
            panic!("another error")
        };
        let prompt = replay.prompts(number).unwrap().unwrap();
        replay.close();
        prompt
    };
    let prompt = differs(&copy, "again.db");
    assert!(prompt.kept && prompt.purpose == "think" && prompt.activity.is_some(), "{prompt:?}");
    let lines: Vec<&String> = prompt.parts.iter().flat_map(|(_, lines)| lines).collect();
    let has = |sign: char, word: &str| lines.iter().any(|line| line.starts_with(sign) && line.contains(word));
    assert!(has('-', "the red boat") && has('+', "the blue boat"), "{prompt:?}");
    // Where the record is gone, that is said.
    rusqlite::Connection::open(&copy).unwrap().execute("DELETE FROM thoughts", []).unwrap();
    let prompt = differs(&copy, "once_more.db");
    assert!(!prompt.kept && prompt.parts.is_empty(), "{prompt:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_a_model_come_and_go_with_their_moments() {
    let model = Model::start(|call| match (call.aim, call.nth % 5) {
        (_, 3) => Reply::error(500, "out of memory"),
        (Aim::Think, 1) => Reply::text("No JSON today."),
        (Aim::Think, _) => Reply::act(json!({
            "action": "create_thread", "tags": ["tides"], "title": format!("Tide {}", call.nth),
            "content": format!("Table number {} is wrong by an hour, as the harbour knows.", call.nth),
        })),
        (Aim::Extract, _) => {
            Reply::text(json!({"facts": [format!("Table {} is wrong.", call.nth)]}).to_string())
        }
        _ => Reply::quiet(),
    })
    .await;
    let society = Society::begin(&model.address(), 3, |_| {}).await;
    society.handle.run_beats(Run { count: Some(40), ..Run::default() }, |_| {}).await.unwrap();
    let mut walk = Walk::begin(society.handle.database());
    for _ in 0..30 {
        walk.go(Way::By(-1));
    }
    walk.is_true();
    for _ in 0..12 {
        walk.go(Way::By(1));
    }
    walk.is_true();
    if walk.past.go(&Way::Next(Sought::Failure)).is_ok() {
        let at = walk.past.handle().unwrap().last_seq();
        assert_eq!(walk.past.handle().unwrap().why(at).await.unwrap().activity.action_type, "failed");
    }
    walk.go(Way::End);
    walk.is_true();
    // A fork of a moment has its whole state, and a life of its own.
    walk.go(Way::By(-10));
    let home = tempfile::tempdir().unwrap();
    let made = walk.past.fork(home.path().join("fork")).await.unwrap();
    assert_eq!(made.replayed.activities, walk.moment.activity);
    let again = walk.past.fork(home.path().join("fork")).await.unwrap_err();
    assert!(again.detail.contains("there already"), "{again:?}");
    society.assert_sound();
}
