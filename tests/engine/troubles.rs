//! Providers that fail, calls that are cut off, bots that leave.

use std::time::Duration;

use botarium::engine::ProviderSetup;
use botarium::llm::ProviderKind;
use botarium::protocol::{CreateThread, Notice, Status};
use serde_json::json;

use super::model::{Aim, Model, Reply};
use super::society::{PRICE, Society, bot, provider};

/// Rows that tell of a failure.
fn failures(society: &Society) -> Vec<String> {
    society.texts("SELECT details ->> '$.error' FROM activities WHERE action_type = 'failed' ORDER BY id")
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_listens_the_bot_fails_says_so_once_and_is_not_hammered() {
    let society = Society::begin("http://127.0.0.1:9", 1, |_| {}).await;
    for _ in 0..9 {
        let beat = society.handle.trigger("b01").await.unwrap();
        assert_eq!((beat.action.as_str(), beat.success), ("failed", false));
    }
    let told = failures(&society);
    assert_eq!(told.len(), 1, "one row per change of reason: {told:#?}");
    assert!(told[0].contains("cannot be reached"), "{told:?}");
    let shown = society.handle.bot("b01").await.unwrap();
    assert_eq!(shown.status, Status::Failing);
    let reason = shown.status_reason.unwrap();
    assert!(reason.contains("cannot be reached") && reason.contains("next try"), "{reason}");
    assert_eq!(society.number("SELECT count(*) FROM usage_daily"), 0, "nothing was charged");
    assert_eq!(society.number("SELECT count(*) FROM reservations"), 0);
    assert_eq!(society.handle.room().await.unwrap().failing, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_key_fails_the_bot_and_opens_the_breaker() {
    let model = Model::start(|_| Reply::error(401, "bad key sk-very-secret-0123456789")).await;
    let society = Society::begin(&model.address(), 2, |_| {}).await;
    let run = botarium::engine::Run { count: Some(4), ..Default::default() };
    society.handle.run_beats(run, |_| {}).await.unwrap();
    assert_eq!(model.calls().len(), 1, "the breaker is open");
    let told = failures(&society);
    assert_eq!(told.len(), 1, "one for the room: {told:#?}");
    assert!(told[0].contains("refused the key (401)"), "{told:?}");
    assert!(!format!("{told:?}").contains("very-secret"));
    let view = society.handle.providers().await.unwrap().into_iter().find(|p| p.name == "model").unwrap();
    assert_eq!(view.state, "failing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_reason_is_a_new_row_and_recovery_clears_it() {
    let model = Model::start(|call| match call.nth {
        0 => Reply::error(400, "the model is not loaded"),
        1 => Reply::error(400, "the context is too long"),
        2 => Reply::error(400, "the context is too long"),
        _ => Reply::quiet(),
    })
    .await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    for _ in 0..3 {
        society.handle.trigger("b01").await.unwrap();
    }
    assert_eq!(failures(&society).len(), 2);
    assert_eq!(society.handle.bot("b01").await.unwrap().status, Status::Failing);
    let mut heard = society.handle.subscribe();
    society.handle.trigger("b01").await.unwrap();
    assert_eq!(society.handle.bot("b01").await.unwrap().status, Status::Active);
    let mut statuses = Vec::new();
    while let Some(event) = heard.try_recv() {
        if let Notice::BotStatus { status, .. } = &event.notice {
            statuses.push(*status);
        }
    }
    assert_eq!(statuses, [Status::Active]);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_are_tried_again_within_the_beat_and_cost_nothing() {
    let model =
        Model::start(|call| if call.nth == 0 { Reply::error(429, "slow down") } else { Reply::quiet() })
            .await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    let beat = society.handle.trigger("b01").await.unwrap();
    assert_eq!(beat.action, "do_nothing");
    assert_eq!(model.calls().len(), 2);
    assert_eq!(society.number("SELECT sum(input + output) FROM usage_daily"), 120);
}

/// A server error may have cost something: each try has a reservation of its own, and the lost one is
/// charged what was sent, as far as that is known.
#[tokio::test(flavor = "multi_thread")]
async fn each_try_that_may_have_cost_something_is_charged() {
    let model =
        Model::start(
            |call| if call.nth == 0 { Reply::error(500, "out of memory") } else { Reply::quiet().held() },
        )
        .await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    let handle = society.handle.clone();
    let beat = tokio::spawn(async move { handle.trigger("b01").await.unwrap() });
    model.arrived(2).await;
    assert_eq!(society.number("SELECT count(*) FROM reservations"), 2, "the lost one and the one under way");
    let reserved = society.number("SELECT min(input + output) FROM reservations");
    model.let_go(1);
    let beat = beat.await.unwrap();
    assert_eq!(society.number("SELECT count(*) FROM reservations"), 0);
    let lost = society.number("SELECT sum(input + output) FROM usage_daily") - 120;
    assert!((1..reserved).contains(&lost), "{lost} of {reserved}");
    let why = society.handle.why(beat.activity_id.unwrap()).await.unwrap();
    assert_eq!(why.exchanges.len(), 2);
    assert!(why.exchanges[0].error.as_deref().unwrap().contains("out of memory"));
    assert!(
        why.exchanges[0]
            .error
            .as_deref()
            .unwrap()
            .contains(&format!("charged for what was sent: about {lost}"))
    );
    assert_eq!(why.activity.tokens_used, lost + 120);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_server_fails_the_bot_and_what_was_sent_is_charged_once() {
    let model = Model::start(|_| Reply::stall()).await;
    let address = model.address();
    let society = Society::begin(&address.clone(), 1, move |s| {
        s.providers.retain(|setup| setup.spec.name != "model");
        let mut spec = provider(ProviderKind::OpenAi, &address);
        spec.first_token = Duration::from_millis(50);
        spec.total = Duration::from_millis(100);
        s.providers.push(ProviderSetup { spec, price: Some(PRICE) });
    })
    .await;
    let beat = society.handle.trigger("b01").await.unwrap();
    assert_eq!(beat.action, "failed");
    assert!(model.calls().len() > 1, "it was tried again");
    assert_eq!(society.number("SELECT calls FROM usage_daily"), 1, "nothing came back");
    assert!(society.number("SELECT tokens_used FROM activities WHERE bot_id = 'b01'") > 0);
    assert_eq!(society.number("SELECT count(*) FROM reservations"), 0);
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_pinned_to_what_is_not_set_up_says_so_and_nobody_else_speaks_for_it() {
    let model = Model::start(|_| Reply::quiet()).await;
    let society = Society::begin(&model.address(), 1, |s| {
        let mut spec = provider(ProviderKind::Anthropic, "https://api.anthropic.com");
        spec.name = "anthropic".into();
        spec.api_key = None;
        s.providers.push(ProviderSetup { spec, price: None });
    })
    .await;
    for (id, name) in [("p01", "anthropic"), ("p02", "nowhere")] {
        // As a bot of a configuration that has changed since.
        society.handle.add_bot(bot(id)).await.unwrap();
        let pin = "UPDATE bots SET config = json_set(config, '$.model.provider', ?2) WHERE id = ?1";
        society.tampered().execute(pin, [id, name]).unwrap();
        let beat = society.handle.trigger(id).await.unwrap();
        assert_eq!(beat.action, "failed");
        society.handle.trigger(id).await.unwrap();
        let shown = society.handle.bot(id).await.unwrap();
        assert_eq!(shown.status, Status::Failing);
        assert!(shown.status_reason.unwrap().contains("not set up"));
    }
    assert_eq!(failures(&society).len(), 2, "one for each bot");
    assert!(model.calls().is_empty());
    assert_eq!(society.number("SELECT count(*) FROM usage_daily"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_removed_while_it_thinks_does_nothing_more_but_is_charged() {
    let model = Model::start(|_| {
        Reply::act(json!({"action": "create_thread", "title": "Late", "content": "I was about to say this.", "tags": []})).held()
    })
    .await;
    let society = Society::begin(&model.address(), 2, |_| {}).await;
    let before = society.number("SELECT count(*) FROM threads");
    let handle = society.handle.clone();
    let beat = tokio::spawn(async move { handle.trigger("b01").await });
    model.arrived(1).await;
    society.handle.delete_bot("b01").await.unwrap();
    model.let_go(1);
    let beat = beat.await.unwrap().unwrap();
    let why = society.handle.why(beat.activity_id.unwrap()).await.unwrap();
    assert_eq!(why.activity.tokens_used, 120, "what it cost is told of");
    assert_eq!(society.number("SELECT count(*) FROM threads"), before);
    assert_eq!(society.number("SELECT sum(input + output) FROM usage_daily WHERE bot_id = 'b01'"), 120);
    assert!(society.handle.trigger("b01").await.is_err());
    assert_eq!(model.calls().len(), 1);
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_do_while_a_bot_thinks_is_news_to_it_afterwards() {
    let model = Model::start(|_| Reply::quiet().held()).await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    let handle = society.handle.clone();
    let beat = tokio::spawn(async move { handle.trigger("b01").await.unwrap() });
    model.arrived(1).await;
    let thread = botarium::protocol::CreateThread {
        author_bot_id: "human:Mo".into(),
        title: "Meanwhile".into(),
        content: "Bot01, did you see this?".into(),
        tags: vec![],
    };
    society.handle.create_thread(thread).await.unwrap();
    model.let_go(1);
    beat.await.unwrap();
    // Its next beat by itself is not idle: there is something it has not seen.
    let next = tokio::spawn({
        let handle = society.handle.clone();
        async move {
            let run = botarium::engine::Run { count: Some(1), ..Default::default() };
            handle.run_beats(run, |_| {}).await.unwrap()
        }
    });
    let calls = model.arrived(2).await;
    assert!(calls[1].prompt.contains("Meanwhile"));
    model.let_go(1);
    assert_eq!(next.await.unwrap().idle, 0);
    // And then nothing is new.
    let run = botarium::engine::Run { count: Some(1), ..Default::default() };
    assert_eq!(society.handle.run_beats(run, |_| {}).await.unwrap().idle, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_that_were_cut_off_before_they_were_remembered_are_taken_up() {
    let model = Model::start(|call| match call.aim {
        Aim::Think => Reply::act(json!({"action": "reply", "thread_id": 1,
            "content": "The tide table is wrong by an hour."})),
        _ => Reply::stall(),
    })
    .await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    let handle = society.handle.clone();
    let beat = tokio::spawn(async move { handle.trigger("b01").await });
    model.arrived(2).await;
    assert_eq!(society.number("SELECT count(*) FROM activities WHERE remembered = 0"), 1);
    let reserved = society.number("SELECT sum(input + output) FROM reservations");
    beat.abort();
    let society = society.again(|_| {});
    assert_eq!(society.number("SELECT count(*) FROM activities WHERE remembered = 0"), 0);
    assert_eq!(society.number("SELECT count(*) FROM reservations"), 0);
    assert_eq!(society.number("SELECT sum(input + output) FROM usage_daily"), 120 + reserved);
    let memory = society.handle.memory("b01").await.unwrap().warm;
    assert!(memory.opinions[0].stance.contains("tide table"), "{memory:?}");
    society.assert_sound();
    // Once only.
    let society = society.again(|_| {});
    let again = society.handle.memory("b01").await.unwrap().warm;
    assert_eq!((again.opinions.len(), again.memories.len()), (1, memory.memories.len()));
}

#[tokio::test(flavor = "multi_thread")]
async fn prompts_are_kept_within_the_context_a_server_told_of_until_it_is_tested() {
    let model = Model::start(|call| match call.nth {
        0 => Reply::error(400, "request (5312 tokens) exceeds the available context size (1100 tokens)"),
        _ => Reply::quiet(),
    })
    .await;
    let society = Society::begin(&model.address(), 2, |_| {}).await;
    for n in 0..6 {
        let thread = CreateThread {
            author_bot_id: "b02".into(),
            title: format!("Tides {n}"),
            content: format!("Tide {n} came in over the quay and went out again. ").repeat(12),
            tags: Vec::new(),
        };
        society.handle.create_thread(thread).await.unwrap();
    }
    // What a beat's prompt comes to, in bytes.
    let asked = async |society: &Society| {
        society.handle.trigger("b01").await.unwrap();
        let calls = model.calls();
        let last = calls.iter().rfind(|call| call.aim == Aim::Think).unwrap();
        last.system.len() + last.prompt.len()
    };
    let told = async |society: &Society| {
        let providers = society.handle.providers().await.unwrap();
        let said = providers.into_iter().find(|provider| provider.name == "model").unwrap().message;
        said.unwrap_or_default().contains("1100")
    };
    let whole = asked(&society).await;
    let within = asked(&society).await;
    assert!(within < whole * 3 / 4, "{whole} bytes, then {within}");
    assert!(told(&society).await);
    // It is known after a restart, too.
    let society = society.again(|_| {});
    assert!(asked(&society).await < whole * 3 / 4 && told(&society).await);
    assert!(society.handle.test_provider("model", None, false).await.unwrap().ok);
    assert!(!told(&society).await);
    let again = asked(&society).await;
    assert!(again > within * 5 / 4, "{again} bytes, {within} within the context");
}
