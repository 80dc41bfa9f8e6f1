//! What is measured of calls agrees with what the model saw and with the books.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use botarium::llm::FailureKind;
use serde_json::json;

use super::model::{Aim, Model, Reply};
use super::society::Society;

#[tokio::test(flavor = "multi_thread")]
async fn every_call_is_measured_and_its_tokens_counted_by_provider_and_model() {
    let refuses = Arc::new(AtomicBool::new(false));
    let now = Arc::clone(&refuses);
    let model = Model::start(move |call| match call.aim {
        _ if now.load(Ordering::SeqCst) => Reply::error(401, "no such key"),
        Aim::Think => Reply::act(json!({
            "action": "reply", "thread_id": 1, "content": "The tide turns at six, and nobody asked it why."
        })),
        _ => Reply::text(r#"{"moments": ["the tide was told"]}"#).counted(300, 40),
    })
    .await;
    let society = Society::begin(&model.address(), 2, |_| {}).await;
    society.handle.trigger("b01").await.unwrap();
    refuses.store(true, Ordering::SeqCst);
    society.handle.trigger("b02").await.unwrap();

    let aims: Vec<Aim> = model.calls().iter().map(|call| call.aim).collect();
    assert_eq!(aims, [Aim::Think, Aim::Extract, Aim::Think]);
    let measures = society.handle.measures().await.unwrap();
    let (_, calls) = measures.providers.iter().find(|(name, _)| name == "model").unwrap();
    assert_eq!((calls.measured.whole.count, calls.measured.first.count), (2, 2));
    assert!(calls.measured.first.seconds <= calls.measured.whole.seconds);
    let failed: Vec<_> = calls.measured.failures.iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!(failed, [&(FailureKind::Auth, 1)]);
    // The memories' call is in the books like the act's.
    let used = measures.kept.used.iter().find(|used| used.provider == "model").unwrap();
    assert_eq!((used.calls, used.input, used.output), (2, 400, 60));
    let cost = society.number("SELECT sum(cost) FROM usage_daily WHERE provider = 'model'");
    assert_eq!((used.cost.nanos(), measures.kept.reserved.len()), (cost, 0));
    let actions: i64 = measures.kept.actions.iter().map(|(_, count)| count).sum();
    assert_eq!(actions, society.number("SELECT count(*) FROM activities"));
    assert!(measures.commits > 0 && measures.is_ready);
}
