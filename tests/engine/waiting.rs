//! Who waits for a place at a model: what holds for them, who goes first, what is charged.

use std::time::Duration;

use botarium::domain::personality::ModelConfig;
use botarium::engine::clock::Clock;
use botarium::engine::{ProviderSetup, Run, Settings};
use botarium::llm::{ProviderKind, ProviderSpec};
use botarium::protocol::{BeatResult, CreateThread, Doing, Fault, Interview, Notice, Period, SetCaps, Work};
use serde_json::json;
use tokio::task::JoinHandle;

use super::model::{Aim, Model, Reply};
use super::patience::{PATIENCE, until};
use super::society::{PRICE, Society, bot, provider};

/// A room whose provider answers one call at a time.
fn one_at_a_time(address: &str) -> impl FnOnce(&mut Settings) + use<> {
    let spec = ProviderSpec { concurrency: 1, ..provider(ProviderKind::OpenAi, address) };
    move |s| {
        s.providers.retain(|setup| setup.spec.name != "model");
        s.providers.push(ProviderSetup { spec, price: Some(PRICE) });
    }
}

async fn begin(model: &Model, bots: usize) -> Society {
    Society::begin(&model.address(), bots, one_at_a_time(&model.address())).await
}

fn wake(society: &Society, bot: &str) -> JoinHandle<Result<BeatResult, Fault>> {
    let (handle, bot) = (society.handle.clone(), bot.to_owned());
    tokio::spawn(async move { handle.trigger(&bot).await })
}

/// Waits until so many bots wait for their place.
async fn waiting(society: &Society, count: usize) {
    let waits = |doing: &Doing| doing.what == Work::Waiting;
    until("bots that wait", async || {
        let bots = society.handle.bots().await.unwrap();
        bots.iter().filter(|bot| bot.doing.as_ref().is_some_and(waits)).count() == count
    })
    .await;
}

/// What activities say was used, and what the books say.
fn agree(society: &Society) {
    let acts = "SELECT ifnull(sum(tokens_used), 0) FROM activities";
    let books = "SELECT ifnull(sum(input + output), 0) FROM usage_daily";
    assert_eq!(society.number(acts), society.number(books), "tokens of activities and of the books");
    let acts = "SELECT ifnull(sum(cost), 0) FROM activities";
    let books = "SELECT ifnull(sum(cost), 0) FROM usage_daily";
    assert_eq!(society.number(acts), society.number(books), "cost of activities and of the books");
    assert_eq!(society.number("SELECT ifnull(sum(cost), 0) FROM usage_room"), society.number(books));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_decided_while_a_bot_waits_holds_when_its_place_comes() {
    let model = Model::start(|_| Reply::quiet().held()).await;
    let other = Model::start(|_| Reply::quiet()).await;
    let second = ProviderSpec { name: "second".into(), ..provider(ProviderKind::OpenAi, &other.address()) };
    let society = Society::begin(&model.address(), 5, |s| {
        one_at_a_time(&model.address())(s);
        s.providers.push(ProviderSetup { spec: second, price: None });
    })
    .await;
    let first = wake(&society, "b01");
    model.arrived(1).await;
    let beats: Vec<_> = ["b02", "b03", "b04", "b05"].iter().map(|id| wake(&society, id)).collect();
    waiting(&society, 4).await;
    assert_eq!(society.number("SELECT count(*) FROM reservations"), 1, "who waits reserves nothing");
    society.handle.set_paused("b02", true).await.unwrap();
    let none = SetCaps { daily_token_cap: Some(Some(0)), daily_cost_cap_usd: None };
    society.handle.set_caps("b03", none).await.unwrap();
    society.handle.delete_bot("b04").await.unwrap();
    let patch = serde_json::from_value(json!({"model": {"provider": "second"}})).unwrap();
    society.handle.set_config("b05", patch).await.unwrap();
    model.let_go(5);
    first.await.unwrap().unwrap();
    let mut ends = Vec::new();
    for beat in beats {
        ends.push(beat.await.unwrap());
    }
    assert_eq!(ends[0].as_ref().unwrap().details["paused"], true);
    assert_eq!(ends[1].as_ref().unwrap().details["cap_exceeded"], true);
    assert!(ends[2].is_err(), "it left");
    assert_eq!(ends[3].as_ref().unwrap().action, "do_nothing");
    assert_eq!(model.calls().len(), 1, "nothing was sent for those");
    assert_eq!(other.calls().len(), 1, "the new provider was asked");
    assert_eq!(society.number("SELECT count(*) FROM reservations"), 0);
    agree(&society);
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_waited_sees_the_room_as_it_is_when_its_place_comes() {
    let model = Model::start(|_| Reply::quiet().held()).await;
    let society = begin(&model, 2).await;
    let first = wake(&society, "b01");
    model.arrived(1).await;
    let second = wake(&society, "b02");
    waiting(&society, 1).await;
    let thread = CreateThread {
        author_bot_id: "human:Mo".into(),
        title: "While you stood in line".into(),
        content: "Did anybody see the tide come in?".into(),
        tags: vec![],
    };
    society.handle.create_thread(thread).await.unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    model.let_go(2);
    first.await.unwrap().unwrap();
    let beat = second.await.unwrap().unwrap();
    assert!(model.calls()[1].prompt.contains("While you stood in line"));
    let why = society.handle.why(beat.activity_id.unwrap()).await.unwrap();
    assert!(why.exchanges[0].waited_ms >= 20, "{:?}", why.exchanges[0].waited_ms);
    assert!(society.handle.bot("b02").await.unwrap().doing.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_stop_charges_nothing_that_was_not_sent() {
    let model = Model::start(|_| Reply::stall()).await;
    let society = begin(&model, 3).await;
    let _sent = wake(&society, "b01");
    model.arrived(1).await;
    let (second, third) = (wake(&society, "b02"), wake(&society, "b03"));
    waiting(&society, 2).await;
    let reserved = society.number("SELECT sum(input + output) FROM reservations");
    society.handle.close();
    assert!(second.await.unwrap().is_err() && third.await.unwrap().is_err());
    let society = society.again(|_| {});
    assert_eq!(society.number("SELECT count(*) FROM reservations"), 0);
    assert_eq!(society.number("SELECT sum(input + output) FROM usage_daily"), reserved);
    assert_eq!(
        society.texts("SELECT bot_id FROM activities WHERE action_type = 'calls_lost'"),
        ["b01"],
        "what was lost is told of"
    );
    agree(&society);
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_bears_the_time_it_was_committed() {
    let model = Model::start(|call| match call.aim {
        Aim::Think => Reply::act(json!({"action": "create_thread", "title": "On tides",
            "content": "The tide table is wrong by an hour.", "tags": ["sea"]}))
        .held(),
        _ => Reply::text("{}"),
    })
    .await;
    let society =
        Society::begin(&model.address(), 1, |s| s.clock = Clock::system(jiff::tz::TimeZone::UTC)).await;
    let beat = wake(&society, "b01");
    model.arrived(1).await;
    let before = society.handle.clock().now();
    model.let_go(1);
    let id = beat.await.unwrap().unwrap().activity_id.unwrap();
    for sql in [
        "SELECT created_at FROM threads WHERE author = 'b01'",
        "SELECT created_at FROM activities WHERE bot_id = 'b01' AND action_type = 'create_thread'",
        "SELECT min(created_at) FROM memories WHERE bot_id = 'b01'",
    ] {
        assert!(society.number(sql) >= before.micros(), "{sql}");
    }
    assert!(society.handle.why(id).await.unwrap().activity.created_at >= before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interview_goes_before_the_beats_that_wait_and_says_how_many_are_before_it() {
    let model = Model::start(|call| match call.aim {
        Aim::Interview => Reply::text("Because of the moon.").held(),
        _ => Reply::quiet().held(),
    })
    .await;
    let society = Society::begin(&model.address(), 3, |s| {
        one_at_a_time(&model.address())(s);
        s.clock = Clock::system(jiff::tz::TimeZone::UTC);
    })
    .await;
    let mut heard = society.handle.subscribe();
    let handle = society.handle.clone();
    let run = Run { count: Some(3), ..Run::default() };
    let beats = tokio::spawn(async move { handle.run_beats(run, |_| {}).await.unwrap() });
    model.arrived(1).await;
    waiting(&society, 2).await;
    assert_eq!(society.handle.pace().await.unwrap().waiting, 2);
    let handle = society.handle.clone();
    let question = Interview { question: "Why do tides rise?".into(), remember: false };
    let answer = tokio::spawn(async move { handle.interview("b01", question).await.unwrap() });
    loop {
        let event = tokio::time::timeout(PATIENCE, heard.recv()).await.expect("it is told in time");
        if let Notice::InterviewWaits { ahead, .. } = event.unwrap().notice {
            assert_eq!(ahead, 1, "only the call under way");
            break;
        }
    }
    model.let_go(1);
    assert_eq!(model.arrived(2).await[1].aim, Aim::Interview);
    model.let_go(3);
    assert_eq!(answer.await.unwrap().answer, "Because of the moon.");
    beats.await.unwrap();
    agree(&society);
}

/// Two places at the provider: a bot's beat begins, ends and begins again while a person's question to it waits for
/// its answer. Neither gives the other up.
#[tokio::test(flavor = "multi_thread")]
async fn an_interview_goes_on_beside_the_beats_of_the_same_bot() {
    let model = Model::start(|call| match call.aim {
        Aim::Interview => Reply::text("Because of the moon.").held(),
        _ => Reply::quiet(),
    })
    .await;
    let society = Society::begin(&model.address(), 1, |s| {
        let spec = ProviderSpec { concurrency: 3, ..provider(ProviderKind::OpenAi, &model.address()) };
        s.providers.retain(|setup| setup.spec.name != "model");
        s.providers.push(ProviderSetup { spec, price: Some(PRICE) });
    })
    .await;
    let handle = society.handle.clone();
    let question = Interview { question: "Why do tides rise?".into(), remember: true };
    let asked = question.clone();
    let answer = tokio::spawn(async move { handle.interview("b01", asked).await });
    model.arrived(1).await;
    for _ in 0..2 {
        assert_eq!(society.handle.trigger("b01").await.unwrap().action, "do_nothing");
    }
    let handle = society.handle.clone();
    let second = tokio::spawn(async move { handle.interview("b01", question).await });
    let arrived = model.arrived(4).await;
    assert_eq!(arrived.iter().filter(|call| call.aim == Aim::Interview).count(), 2);
    model.let_go(4);
    for answer in [answer, second] {
        assert_eq!(answer.await.unwrap().unwrap().answer, "Because of the moon.");
    }
    assert_eq!(society.number("SELECT count(*) FROM in_flight"), 0);
    assert_eq!(society.number("SELECT count(*) FROM reservations"), 0);
    agree(&society);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_try_is_told_and_what_was_written_before_is_void() {
    let model = Model::start(|call| match call.nth {
        0 => Reply::error(500, "out of memory"),
        _ => Reply::act(json!({"action": "do_nothing", "reason": "listening"})),
    })
    .await;
    let society = begin(&model, 1).await;
    let mut heard = society.handle.subscribe();
    society.handle.trigger("b01").await.unwrap();
    let (mut tries, mut said) = (Vec::new(), String::new());
    while let Some(event) = heard.try_recv() {
        match &event.notice {
            Notice::HeartbeatStarted { attempt, .. } => tries.push(*attempt),
            Notice::ThoughtDelta { text, .. } => said.push_str(text),
            _ => {}
        }
    }
    assert_eq!(tries, [1, 2]);
    assert!(!said.contains('{') && !said.contains("action"), "what is being written, not JSON: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repair_does_not_hold_the_first_call_at_its_upper_bound() {
    let model = Model::start(|call| match call.aim {
        Aim::Think => Reply::text("no JSON at all").held(),
        _ => Reply::quiet(),
    })
    .await;
    let society = begin(&model, 2).await;
    let first = wake(&society, "b01");
    model.arrived(1).await;
    let bound = society.number("SELECT input + output FROM reservations");
    model.let_go(2);
    first.await.unwrap().unwrap();
    // Room for one upper bound and a half.
    let caps = SetCaps { daily_token_cap: Some(Some(bound * 3 / 2)), daily_cost_cap_usd: None };
    society.handle.set_caps("b02", caps).await.unwrap();
    let beat = society.handle.trigger("b02").await.unwrap();
    assert_eq!(beat.action, "do_nothing", "the repair was made: {beat:?}");
    assert_eq!(model.calls().last().unwrap().aim, Aim::Repair);
    agree(&society);
}

/// What is reserved for a call under way is not used yet: no figure counts it, and the rest of the day heeds it.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_call_under_way_reserves_is_told_as_used_nowhere() {
    let model = Model::start(|call| if call.nth > 0 { Reply::quiet().held() } else { Reply::quiet() }).await;
    let society = begin(&model, 2).await;
    society.handle.trigger("b01").await.unwrap();
    let used = society.handle.usage(Period::Daily).await.unwrap().total_tokens;
    let before = society.handle.forecast().await.unwrap();
    let second = wake(&society, "b02");
    model.arrived(2).await;
    assert_eq!(society.number("SELECT count(*) FROM reservations"), 1);
    let room = society.handle.room().await.unwrap().tokens_today;
    let usage = society.handle.usage(Period::Daily).await.unwrap().total_tokens;
    let forecast = society.handle.forecast().await.unwrap();
    assert!(used > 0);
    assert_eq!([room, usage, forecast.tokens_so_far], [used; 3], "header, usage and forecast");
    assert_eq!(forecast.cost_so_far_usd, before.cost_so_far_usd);
    assert!(forecast.expected_tokens >= before.expected_tokens, "{forecast:?}");
    model.let_go(1);
    second.await.unwrap().unwrap();
    agree(&society);
}

/// Threads with their extraction, a repair, a lost try, a refused key, an interview, a test: whatever tells of
/// tokens and dollars tells the same.
#[tokio::test(flavor = "multi_thread")]
async fn report_activities_usage_header_and_forecast_tell_the_same_sums() {
    let model = Model::start(|call| match (call.aim, call.nth % 5) {
        (Aim::Think, 0) => Reply::error(500, "out of memory"),
        (Aim::Think, 1) => Reply::text("no JSON at all"),
        (Aim::Think, _) => Reply::act(json!({"action": "reply", "thread_id": 1, "parent_reply_id": null,
            "content": format!("Tide table number {} is wrong by an hour, as everybody at the harbour knows.", call.nth)})),
        (Aim::Extract, 2) => Reply::text("nothing of use"),
        (Aim::Extract, _) => Reply::text(json!({"facts": ["The table is wrong."], "moments": ["I said so."]}).to_string()),
        _ => Reply::quiet(),
    })
    .await;
    let society = begin(&model, 3).await;
    let run = Run { count: Some(18), ..Run::default() };
    let report = society.handle.run_beats(run, |_| {}).await.unwrap();
    assert!(report.posts > 0 && model.calls().iter().any(|call| call.aim == Aim::Extract));
    let usage = society.handle.usage(Period::Daily).await.unwrap();
    assert_eq!((report.tokens, report.cost), (usage.total_tokens, usage.total_cost_usd), "the report");
    agree(&society);
    let question = Interview { question: "Why?".into(), remember: false };
    society.handle.interview("b01", question).await.unwrap();
    society.handle.test_provider("model", None, false).await.unwrap();
    let usage = society.handle.usage(Period::Daily).await.unwrap();
    let room = society.handle.room().await.unwrap();
    assert_eq!(
        (room.tokens_today, room.cost_today),
        (usage.total_tokens, usage.total_cost_usd),
        "the header"
    );
    let forecast = society.handle.forecast().await.unwrap();
    assert_eq!(
        (forecast.tokens_so_far, forecast.cost_so_far_usd),
        (usage.total_tokens, usage.total_cost_usd),
        "the forecast"
    );
    agree(&society);
    // What a bot used before it was removed was used.
    society.handle.delete_bot("b02").await.unwrap();
    let (usage, forecast) =
        (society.handle.usage(Period::Daily).await.unwrap(), society.handle.forecast().await.unwrap());
    let room = society.handle.room().await.unwrap().tokens_today;
    assert_eq!([forecast.tokens_so_far, usage.total_tokens], [room; 2]);
    assert!(forecast.expected_tokens >= room && forecast.expected_cost_usd >= usage.total_cost_usd);
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_beat_that_was_charged_and_failed_leaves_a_row() {
    let model = Model::start(|_| Reply::error(500, "out of memory").uncounted()).await;
    let society = begin(&model, 1).await;
    for _ in 0..3 {
        assert_eq!(society.handle.trigger("b01").await.unwrap().action, "failed");
    }
    assert!(society.number("SELECT sum(input + output) FROM usage_daily") > 0);
    agree(&society);
    // Also of a bot that left in the middle, and of an interview that was not answered.
    let question = Interview { question: "Why?".into(), remember: false };
    assert!(society.handle.interview("b01", question).await.is_err());
    agree(&society);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pace_that_cannot_be_kept_is_told() {
    let model = Model::start(|_| Reply::quiet().held()).await;
    let society = Society::begin(&model.address(), 3, |s| {
        one_at_a_time(&model.address())(s);
        s.clock = Clock::system(jiff::tz::TimeZone::UTC);
        s.pace_seconds = Some(1);
    })
    .await;
    let beats: Vec<_> = ["b01", "b02", "b03"].iter().map(|id| wake(&society, id)).collect();
    model.arrived(1).await;
    waiting(&society, 2).await;
    assert_eq!(society.handle.pace().await.unwrap().waiting, 2);
    // What they waited for is what counts; a lower bound of it is waited here.
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    model.let_go(3);
    for beat in beats {
        beat.await.unwrap().unwrap();
    }
    let pace = society.handle.pace().await.unwrap();
    assert!(pace.really_seconds.is_some_and(|really| really >= 2), "{pace:?}");
    assert_eq!(pace.interval_seconds, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_room_is_paused_nobody_who_waits_is_asked() {
    let model = Model::start(|_| Reply::quiet().held()).await;
    let society = Society::begin(&model.address(), 3, |s| {
        one_at_a_time(&model.address())(s);
        s.clock = Clock::system(jiff::tz::TimeZone::UTC);
        s.pace_seconds = Some(1);
    })
    .await;
    let task = society.handle.spawn();
    model.arrived(1).await;
    waiting(&society, 2).await;
    society.handle.pause_engine().await.unwrap();
    model.let_go(9);
    until("all to be at rest", async || {
        society.handle.bots().await.unwrap().iter().all(|bot| bot.doing.is_none())
    })
    .await;
    assert_eq!(model.calls().len(), 1, "nothing was sent under the pause");
    society.handle.resume_engine().await.unwrap();
    model.arrived(3).await;
    task.stop(Duration::from_secs(20)).await;
}

/// A bot pinned elsewhere is not held by those who wait here.
#[tokio::test(flavor = "multi_thread")]
async fn gated_and_idle_beats_take_no_place() {
    let model = Model::start(|_| Reply::quiet().held()).await;
    let society = begin(&model, 2).await;
    let mut pinned = bot("p01");
    pinned.model = ModelConfig { provider: "scripted".into(), ..pinned.model };
    society.handle.add_bot(pinned).await.unwrap();
    let first = wake(&society, "b01");
    model.arrived(1).await;
    society.handle.set_paused("b02", true).await.unwrap();
    assert_eq!(society.handle.trigger("b02").await.unwrap().details["paused"], true);
    assert!(society.handle.trigger("p01").await.unwrap().success);
    model.let_go(1);
    first.await.unwrap().unwrap();
}
