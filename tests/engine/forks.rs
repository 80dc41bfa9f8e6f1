//! A fork that follows its parent asks a model only what was never asked.

use botarium::engine::ProviderSetup;
use botarium::engine::fork::{self, Followed, Plan};
use botarium::engine::intervention::Intervention;
use botarium::engine::replay::Replay;
use botarium::llm::ProviderKind;
use botarium::protocol::Interview;
use rusqlite::Connection;

use super::model::{Aim, Model, Reply};
use super::society::{PRICE, Society, provider};

const BOLDER: &str = "- set_config: {bot: b01, patch: {behavior: {shyness: 95}}}";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_change_does_not_touch_is_not_asked_again() {
    let model = Model::start(|_| Reply::quiet()).await;
    let society = Society::begin(&model.address(), 2, |_| {}).await;
    let wake = async |bot| society.handle.trigger(bot).await.map(drop).unwrap();
    wake("b01").await;
    wake("b02").await;
    let parts = society.number("SELECT max(number) FROM journal");
    for bot in ["b01", "b02", "b02"] {
        wake(bot).await;
    }
    let asked = model.calls().len();
    let source = society.handle.database();
    let scratch = tempfile::tempdir().unwrap();
    let follow = async |name: &str, changes: &str, voices: Vec<ProviderSetup>| -> Followed {
        let plan = Plan {
            source: source.clone(),
            home: scratch.path().join(name),
            through: Some(parts),
            changes: Intervention::read(changes).unwrap(),
            follows: Some(voices),
        };
        fork::make(plan).await.unwrap().followed.unwrap()
    };
    let voices =
        || vec![ProviderSetup { spec: provider(ProviderKind::OpenAi, &model.address()), price: Some(PRICE) }];

    let same = follow("same", "[]", voices()).await;
    assert_eq!((same.reused, same.asked, same.unanswered, same.left_out), (3, 0, 0, 0));
    assert_eq!(model.calls().len(), asked, "nobody was asked");

    let bolder = follow("bolder", BOLDER, voices()).await;
    assert_eq!((bolder.reused, bolder.asked, bolder.unanswered), (2, 1, 0), "{bolder:?}");
    assert_eq!(model.calls().len(), asked + 1);
    assert_eq!(model.calls().last().unwrap().bot(), "b01");

    let alone = follow("alone", BOLDER, Vec::new()).await;
    assert_eq!((alone.reused, alone.asked, alone.unanswered), (2, 0, 1), "{alone:?}");
    assert_eq!(model.calls().len(), asked + 1);

    // What was asked is booked, nothing waits, and it is a past like any other.
    let database = scratch.path().join("bolder/data/botarium.db");
    let db = Connection::open(&database).unwrap();
    let number = |sql: &str| -> i64 { db.query_row(sql, [], |row| row.get(0)).unwrap() };
    let tokens = society.number("SELECT sum(input + output) FROM usage_daily");
    assert!(number("SELECT sum(input + output) FROM usage_daily") >= tokens - 20);
    assert_eq!(number("SELECT count(*) FROM in_flight") + number("SELECT count(*) FROM reservations"), 0);
    assert_eq!(number("SELECT count(*) FROM activities WHERE bot_id = 'b01' AND tokens_used > 0"), 2);
    let mut again = Replay::begin(&database, &scratch.path().join("again.db")).unwrap();
    again.run(None).unwrap();
    assert_eq!(again.differences().unwrap(), [""; 0]);
    again.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interview_beside_a_beat_is_not_asked_again() {
    let model = Model::start(|call| match call.aim {
        Aim::Interview => Reply::text("I like lamps.").held(),
        _ => Reply::quiet(),
    })
    .await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    society.handle.trigger("b01").await.unwrap();
    let parts = society.number("SELECT max(number) FROM journal");
    let handle = society.handle.clone();
    let question = Interview { question: "What do you like?".into(), remember: false };
    let told = tokio::spawn(async move { handle.interview("b01", question).await });
    model.arrived(2).await;
    society.handle.trigger("b01").await.unwrap();
    model.let_go(1);
    let _ = told.await.unwrap(); // whatever became of it, it is not asked twice
    let asked = model.calls().len();
    let scratch = tempfile::tempdir().unwrap();
    let spec = provider(ProviderKind::OpenAi, &model.address());
    let plan = Plan {
        source: society.handle.database(),
        home: scratch.path().join("same"),
        through: Some(parts),
        changes: Vec::new(),
        follows: Some(vec![ProviderSetup { spec, price: Some(PRICE) }]),
    };
    let followed = fork::make(plan).await.unwrap().followed.unwrap();
    assert_eq!((followed.asked, followed.unanswered), (0, 0), "{followed:?}");
    assert_eq!(model.calls().len(), asked);
}
