//! Caps, reservations and charges.

use std::sync::Arc;
use std::sync::Mutex;

use botarium::domain::Money;
use botarium::engine::ProviderSetup;
use botarium::llm::ProviderKind;
use botarium::protocol::{DefaultProvider, FaultKind, Interview, Notice, Period, SetCaps, Status};
use rusqlite::Connection;
use serde_json::json;

use super::model::{Aim, Model, Reply};
use super::society::{Society, provider};

const SPENT: &str = "SELECT (SELECT ifnull(sum(input + output), 0) FROM usage_daily WHERE provider <> 'scripted') \
     + (SELECT ifnull(sum(input + output), 0) FROM reservations)";
const COST: &str =
    "SELECT (SELECT ifnull(sum(cost), 0) FROM usage_daily) + (SELECT ifnull(sum(cost), 0) FROM reservations)";

/// Sixteen bots think at once with room for a few; every call that arrives looks at the books.
async fn sixteen_at_once(cap: impl FnOnce(&mut botarium::engine::Settings), sql: &'static str, limit: i64) {
    let books: Arc<Mutex<Option<Connection>>> = Arc::default();
    let seen = Arc::clone(&books);
    let worst = Arc::new(Mutex::new(0i64));
    let noted = Arc::clone(&worst);
    let model = Model::start(move |call| {
        let spent: i64 = seen.lock().unwrap().as_ref().unwrap().query_row(sql, [], |row| row.get(0)).unwrap();
        let mut worst = noted.lock().unwrap();
        *worst = spent.max(*worst);
        // What the server counts lies below the bound, and not by much.
        let bytes = (call.system.len() + call.prompt.len()) as i64;
        Reply::quiet().counted(bytes / 4, 190).held()
    })
    .await;
    let society = Society::begin(&model.address(), 16, cap).await;
    *books.lock().unwrap() = Some(society.db());
    let mut beats = tokio::task::JoinSet::new();
    for round in 0..3 {
        for n in 1..=16 {
            let handle = society.handle.clone();
            beats.spawn(async move { handle.trigger(&format!("b{n:02}")).await.unwrap() });
        }
        // Those that were let in wait at the server; those that were not have ended.
        let before = model.calls().len();
        let mut capped = 0;
        while capped + model.calls().len() - before < 16 {
            tokio::select! {
                Some(done) = beats.join_next() => capped += usize::from(done.unwrap().action == "do_nothing"),
                _ = model.arrived(before + 1) => tokio::task::yield_now().await,
            }
        }
        assert!(society.number(sql) <= limit, "round {round}: {} of {limit}", society.number(sql));
        model.let_go(16);
        while let Some(done) = beats.join_next().await {
            done.unwrap();
        }
        assert!(society.number(sql) <= limit, "round {round}, settled: {} of {limit}", society.number(sql));
    }
    assert!(!model.calls().is_empty(), "some were let in");
    assert!(model.calls().len() < 48, "not all were let in");
    assert!(*worst.lock().unwrap() <= limit);
    assert_eq!(society.number("SELECT count(*) FROM reservations"), 0);
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_beats_at_once_never_overshoot_the_rooms_token_cap() {
    sixteen_at_once(|s| s.budget.room_daily_tokens = Some(60_000), SPENT, 60_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_beats_at_once_never_overshoot_the_rooms_cost_cap() {
    let cap = Money::from_nanos(60_000_000);
    sixteen_at_once(move |s| s.budget.room_daily_cost = Some(cap), COST, cap.nanos()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bots_own_cap_holds_over_many_beats() {
    let model = Model::start(|call| Reply::quiet().counted(call.prompt.len() as i64, 200)).await;
    let society = Society::begin(&model.address(), 2, |_| {}).await;
    let caps = SetCaps { daily_token_cap: Some(Some(30_000)), daily_cost_cap_usd: None };
    let shown = society.handle.set_caps("b01", caps).await.unwrap();
    assert!(shown.is_custom_token_cap && !shown.is_custom_cost_cap);
    let mut answered = 0;
    loop {
        let beat = society.handle.trigger("b01").await.unwrap();
        assert!(society.number(SPENT) <= 30_000);
        if beat.details.contains_key("cap_exceeded") {
            break;
        }
        answered += 1;
    }
    assert!(answered > 0);
    assert_eq!(model.calls().len(), answered);
    let bot = society.handle.bot("b01").await.unwrap();
    assert_eq!(bot.status, Status::Capped);
    assert!(bot.status_reason.unwrap().contains("2026-01-02"), "it says when it resets");
    // The other is not held by it.
    society.handle.trigger("b02").await.unwrap();
    assert_eq!(model.calls().len(), answered + 1);
    assert_eq!(society.handle.bot("b02").await.unwrap().status, Status::Active);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capped_bot_shows_it_at_once_says_it_once_and_goes_on_when_the_cap_is_raised() {
    let model = Model::start(|_| Reply::quiet()).await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    let set = |cap| SetCaps { daily_token_cap: Some(cap), daily_cost_cap_usd: None };
    society.handle.set_caps("b01", set(Some(0))).await.unwrap();
    assert_eq!(society.handle.bot("b01").await.unwrap().status, Status::Capped);
    assert_eq!(society.handle.room().await.unwrap().capped, 1);
    let mut heard = society.handle.subscribe();
    for _ in 0..3 {
        assert_eq!(society.handle.trigger("b01").await.unwrap().action, "do_nothing");
    }
    assert_eq!(society.number("SELECT count(*) FROM activities WHERE action_type = 'do_nothing'"), 1);
    assert!(model.calls().is_empty());
    let (mut announced, mut why) = (0, Vec::new());
    while let Some(event) = heard.try_recv() {
        match &event.notice {
            Notice::HeartbeatComplete { .. } => announced += 1,
            Notice::BotStatus { reason, .. } => why.extend(reason.clone()),
            _ => {}
        }
    }
    assert_eq!(announced, 1);
    // Each beat tells which cap holds it, and what of it was used.
    let cap = "its own cap of 0 tokens a day leaves no room for another call (0 used); it resets at ";
    assert!(why.len() == 3 && why.iter().all(|why| why.starts_with(cap)), "{why:?}");
    // Another reason is another row; the same again is none.
    society.handle.set_paused("b01", true).await.unwrap();
    for _ in 0..2 {
        society.handle.trigger("b01").await.unwrap();
    }
    assert_eq!(society.number("SELECT count(*) FROM activities WHERE action_type = 'do_nothing'"), 2);
    society.handle.set_paused("b01", false).await.unwrap();
    society.handle.set_caps("b01", set(None)).await.unwrap();
    assert_eq!(society.handle.bot("b01").await.unwrap().status, Status::Active);
    assert_eq!(society.handle.room().await.unwrap().capped, 0);
    society.handle.trigger("b01").await.unwrap();
    assert_eq!(model.calls().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn default_caps_do_not_bind_scripted_but_its_own_cap_does() {
    let (home, mut settings) = super::society::settings();
    settings.budget.daily_tokens = 1;
    settings.budget.daily_cost = Money::ZERO;
    settings.budget.room_daily_tokens = Some(1);
    let society = Society::start(home, settings);
    society.handle.add_bot(super::society::bot("b01")).await.unwrap();
    for _ in 0..5 {
        let beat = society.handle.trigger("b01").await.unwrap();
        assert!(!beat.details.contains_key("cap_exceeded"), "{beat:?}");
    }
    let used = society.number("SELECT sum(input + output) FROM usage_daily");
    let mean = used / 5;
    // Room for a handful of beats of the size seen so far.
    let caps = SetCaps { daily_token_cap: Some(Some(used + mean * 8)), daily_cost_cap_usd: None };
    society.handle.set_caps("b01", caps).await.unwrap();
    let mut more = 0;
    while !society.handle.trigger("b01").await.unwrap().details.contains_key("cap_exceeded") {
        more += 1;
        assert!(more < 50, "the cap never held");
    }
    assert!(more >= 4, "the bound is near what is used, but only {more} beats of {mean} were let in");
    assert!(society.number("SELECT sum(input + output) FROM usage_daily") <= used + mean * 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_call_is_charged_to_the_bot_and_to_its_act() {
    let model = Model::start(|call| {
        match call.aim {
            Aim::Think => Reply::text("not at all json"),
            Aim::Repair => Reply::act(json!({"action": "reply", "thread_id": 1, "parent_reply_id": null,
                "content": "The tide table is wrong by an hour and nobody minds."})),
            Aim::Extract => Reply::text(json!({"facts": ["Tide tables can be wrong."]}).to_string()),
            Aim::Interview => Reply::text("I count the tides."),
            _ => Reply::quiet(),
        }
        .counted(1_000 + call.nth as i64, 10)
    })
    .await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    let beat = society.handle.trigger("b01").await.unwrap();
    assert_eq!(beat.action, "reply", "{beat:?}");
    let aims: Vec<_> = model.calls().iter().map(|call| call.aim).collect();
    assert_eq!(aims, [Aim::Think, Aim::Repair, Aim::Extract]);
    let total = 1_000 + 1_001 + 1_002 + 30;
    assert_eq!(society.number("SELECT sum(input + output) FROM usage_daily WHERE bot_id = 'b01'"), total);
    assert_eq!(society.number("SELECT calls FROM usage_daily WHERE bot_id = 'b01'"), 3);
    let why = society.handle.why(beat.activity_id.unwrap()).await.unwrap();
    assert_eq!(why.activity.tokens_used, total);
    let purposes: Vec<_> = why.exchanges.iter().map(|e| e.purpose.as_str()).collect();
    assert_eq!(purposes, ["think", "repair", "extract"]);
    // A dollar per million in, two per million out.
    assert_eq!(why.cost_usd.nanos(), (1_000 + 1_001 + 1_002 + 2 * 30) * 1_000);
    let question = Interview { question: "What do you count?".into(), remember: false };
    let answer = society.handle.interview("b01", question).await.unwrap();
    assert_eq!(answer.tokens_used, 1_013);
    assert_eq!(
        society.number("SELECT sum(input + output) FROM usage_daily WHERE bot_id = 'b01'"),
        total + 1_013
    );
    let report = society.handle.usage(Period::Daily).await.unwrap();
    assert_eq!(report.total_tokens, total + 1_013);
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interview_is_refused_when_the_cap_is_reached() {
    let model = Model::start(|_| Reply::text("hello there")).await;
    let society = Society::begin(&model.address(), 1, |s| s.budget.daily_tokens = 100).await;
    let question = Interview { question: "Are you there?".into(), remember: false };
    let fault = society.handle.interview("b01", question).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::TooMany);
    assert!(model.calls().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_counts_nothing_is_charged_what_was_reserved() {
    let model = Model::start(|_| Reply::quiet().uncounted().held()).await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    let handle = society.handle.clone();
    let beat = tokio::spawn(async move { handle.trigger("b01").await.unwrap() });
    model.arrived(1).await;
    let reserved = society.number("SELECT input + output FROM reservations");
    let cost = society.number("SELECT cost FROM reservations");
    model.let_go(1);
    let beat = beat.await.unwrap();
    assert_eq!(society.number("SELECT input + output FROM usage_daily"), reserved);
    assert_eq!(society.number("SELECT cost FROM usage_daily"), cost);
    let why = society.handle.why(beat.activity_id.unwrap()).await.unwrap();
    assert!(!why.exchanges[0].reported);
    assert_eq!(why.activity.tokens_used, reserved);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_without_a_price_is_unpriced_never_free() {
    let model = Model::start(|_| Reply::quiet()).await;
    let address = model.distant_address();
    let society = Society::begin(&model.address(), 1, move |s| {
        let spec = provider(ProviderKind::OpenAi, &address);
        s.providers.retain(|setup| setup.spec.name != "model");
        s.providers.push(ProviderSetup { spec, price: None });
    })
    .await;
    society.handle.trigger("b01").await.unwrap();
    let report = society.handle.usage(Period::Daily).await.unwrap();
    assert!(report.bots[0].unpriced, "{report:?}");
    assert_eq!(report.bots[0].total_tokens, 120);
    let providers = society.handle.providers().await.unwrap();
    let shown = providers.iter().find(|p| p.name == "model").unwrap();
    assert_eq!(shown.pricing, "unpriced");
    assert_eq!(shown.price_in, None);
    let warning = society
        .handle
        .set_default_provider(DefaultProvider { name: "model".into(), model: None, confirm_cost: false })
        .await
        .unwrap_err();
    assert_eq!(warning.kind, FaultKind::Conflict);
    assert!(warning.detail.contains("no known price"), "{warning}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_day_will_cost_is_projected_from_what_it_cost() {
    let model = Model::start(|_| Reply::quiet().counted(1_000, 100)).await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    for _ in 0..2 {
        society.handle.trigger("b01").await.unwrap();
    }
    let forecast = society.handle.forecast().await.unwrap();
    let bot = forecast.bots.iter().find(|bot| bot.bot_id == "b01").unwrap();
    // An hour's pace from midnight on: 2 beats are done, 23 or so are to come, 1,100 tokens each.
    assert_eq!(bot.tokens_per_beat, 1_100);
    assert!((20_000..=28_000).contains(&bot.expected_tokens), "{bot:?}");
    assert_eq!(bot.tokens_so_far, 2_200);
    assert_eq!(bot.expected_cost_usd.nanos(), bot.expected_tokens / 1_100 * 1_200_000, "{bot:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_of_a_provider_is_charged_to_the_room_and_bound_by_its_caps() {
    let model = Model::start(|_| Reply::text("ready").uncounted()).await;
    let society = Society::begin(&model.address(), 1, |s| s.budget.room_daily_tokens = Some(500)).await;
    let test = society.handle.test_provider("model", None, false).await.unwrap();
    assert!(test.ok && test.tokens_used > 16, "{test:?}");
    assert_eq!(
        society.number("SELECT input + output FROM usage_daily WHERE bot_id = 'system'"),
        test.tokens_used
    );
    let again = society.handle.test_provider("model", None, false).await.unwrap();
    assert!(!again.ok && again.message.contains("token cap"), "{again:?}");
    assert_eq!(model.calls().len(), 1);
    assert_eq!(society.number("SELECT count(*) FROM reservations"), 0);
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timed_test_tells_how_fast_a_model_is_and_tries_the_one_that_is_named() {
    let model = Model::start(|call| match call.aim {
        Aim::Test => Reply::text("ready"),
        _ => Reply::text("one, two, three").counted(300, 24),
    })
    .await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    let test = society.handle.test_provider("model", Some("other".into()), true).await.unwrap();
    let speed = test.speed.expect("it was told");
    assert!(speed.beat_seconds > 0.0 && !speed.thinks && test.tokens_used == 120 + 324, "{test:?}");
    let calls = model.calls();
    assert_eq!(calls.iter().map(|call| &call.body["model"]).collect::<Vec<_>>(), ["other", "other"]);
    let again = society.handle.test_provider("model", None, true).await.unwrap();
    assert!(again.ok);
    // No cache holds the beginning of what is read.
    let read = model.calls();
    assert_eq!(
        (read[0].system.as_str(), read[2].system.as_str()),
        (calls[0].system.as_str(), calls[0].system.as_str())
    );
    assert_ne!(read[1].system[..24], read[3].system[..24]);
    let refused = society.handle.test_provider("model", Some("a\nb".into()), false).await.unwrap_err();
    assert_eq!(refused.kind, FaultKind::Invalid);
    assert_eq!(society.number("SELECT count(*) FROM reservations"), 0);
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_chosen_for_the_room_speaks_until_another_is_configured() {
    let model = Model::start(|_| Reply::quiet()).await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    let choose = |model: Option<&str>| DefaultProvider {
        name: "model".into(),
        model: model.map(str::to_owned),
        confirm_cost: true,
    };
    let asked = || model.calls().last().unwrap().body["model"].clone();
    society.handle.trigger("b01").await.unwrap();
    let configured = asked();
    let views = society.handle.set_default_provider(choose(Some("other"))).await.unwrap();
    assert_eq!(views.iter().find(|view| view.is_default).unwrap().default_model, "other");
    society.handle.trigger("b01").await.unwrap();
    assert_eq!(asked(), "other");
    // It stays where nothing is said of it, and the configured one comes back where nothing is named.
    society.handle.set_default_provider(choose(None)).await.unwrap();
    society.handle.trigger("b01").await.unwrap();
    assert_eq!(asked(), "other");
    society.handle.set_default_provider(choose(Some(""))).await.unwrap();
    society.handle.trigger("b01").await.unwrap();
    assert_eq!(asked(), configured);
    let refused = society.handle.set_default_provider(choose(Some("\u{1b}[31mred"))).await.unwrap_err();
    assert_eq!(refused.errors.first().map(|field| field.field.as_str()), Some("model"));
    society.handle.set_default_provider(choose(Some("other"))).await.unwrap();
    let society = society.again(|_| {});
    society.handle.trigger("b01").await.unwrap();
    assert_eq!(asked(), "other");
    let society = society.again(|settings| {
        for setup in settings.providers.iter_mut().filter(|setup| setup.spec.name == "model") {
            setup.spec.model = Some("newer".into());
        }
    });
    society.handle.trigger("b01").await.unwrap();
    assert_eq!(asked(), "newer");
    society.assert_sound();
}
