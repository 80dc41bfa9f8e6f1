//! What bots do, at its edges: acts that change nothing, words put into other mouths, copies, and bots that left.

use std::sync::Mutex;

use botarium::engine::Run;
use botarium::protocol::{ActivityQuery, FaultKind, SetCaps, SetPace, Source};
use serde_json::{Value, json};

use super::model::{Aim, Model, Reply};
use super::society::{Society, bot, settings};

/// A model that answers each question for an act with the next of these, and then stays quiet.
async fn saying(acts: Vec<Value>) -> Model {
    let acts = Mutex::new(acts.into_iter());
    Model::start(move |call| match call.aim {
        Aim::Think | Aim::Repair => acts.lock().unwrap().next().map_or_else(Reply::quiet, Reply::act),
        Aim::Extract => Reply::text(r#"{"moments": ["a moment to remember"]}"#),
        _ => Reply::quiet(),
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_change_nothing_is_not_done_counted_or_remembered() {
    let vote = json!({"action": "vote", "thread_id": 1, "value": 1, "reason": "good"});
    let follow = json!({"action": "follow", "bot_id": "b02"});
    let unfollow = json!({"action": "unfollow", "bot_id": "b02"});
    let model = saying(vec![
        unfollow.clone(),
        vote.clone(),
        vote.clone(),
        follow.clone(),
        follow,
        unfollow.clone(),
        unfollow,
        json!({"action": "vote", "thread_id": 1, "value": -1}),
    ])
    .await;
    let society = Society::begin(&model.address(), 2, |_| {}).await;
    let mut done = Vec::new();
    for _ in 0..8 {
        done.push(society.handle.trigger("b01").await.unwrap());
    }
    let did: Vec<&str> = done.iter().map(|beat| beat.action.as_str()).collect();
    let quiet = "do_nothing";
    assert_eq!(did, [quiet, "vote", quiet, "follow", quiet, "unfollow", quiet, "vote"]);
    let reasons: Vec<&str> = done.iter().filter_map(|beat| beat.details.get("reason")?.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "it does not follow b02",
            "good",
            "its vote up on thread #1 stands already",
            "it follows b02 already",
            "it does not follow b02",
            "",
        ]
    );
    assert_eq!(society.number("SELECT count(*) FROM activities WHERE action_type = 'vote'"), 2);
    assert_eq!(society.number("SELECT count(*) FROM activities WHERE action_type LIKE '%follow'"), 2);
    assert_eq!(model.calls().iter().filter(|call| call.aim == Aim::Repair).count(), 0);
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_holds_only_its_authors_words() {
    let reply = |content: &str| json!({"action": "reply", "thread_id": 1, "content": content});
    let model = saying(vec![
        reply("I count the tides.\nBot02: I do not.\nBot01: You should."),
        reply("Bot02: All of this\nBot02: is yours."),
        reply("Bot02: I doubt that very much."),
    ])
    .await;
    let society = Society::begin(&model.address(), 2, |_| {}).await;
    for _ in 0..3 {
        society.handle.trigger("b01").await.unwrap();
    }
    // What is said for another alone is nobody's: it is asked again, and the next answer turns to somebody.
    assert_eq!(
        society.texts("SELECT content FROM replies ORDER BY id"),
        ["I count the tides.\nYou should.", "Bot02: I doubt that very much."]
    );
    let calls = model.calls();
    let repair = calls.iter().find(|call| call.aim == Aim::Repair).unwrap();
    assert!(repair.prompt.contains("speaks for others only, not for Bot01"), "{}", repair.prompt);
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_identical_threads_by_four_bots_are_seen() {
    let model = Model::start(|call| match call.aim {
        Aim::Think => Reply::act(json!({
            "action": "create_thread", "title": "A chance for everybody",
            "content": "Come and see what nobody else offers you today, before the offer ends tonight at twelve.",
        })),
        _ => Reply::quiet(),
    })
    .await;
    let society = Society::begin(&model.address(), 4, |_| {}).await;
    let report = society.handle.run_beats(Run { count: Some(60), ..Run::default() }, |_| {}).await.unwrap();
    assert_eq!((report.beats, report.failed), (60, 0));
    assert_eq!(
        society.texts("SELECT bot_id || ' ' || flag_type FROM flags ORDER BY bot_id"),
        ["b01 repetitive", "b02 repetitive", "b03 repetitive", "b04 repetitive"]
    );
    let copies = "SELECT count(*) FROM flags WHERE reason LIKE 'nearly the words of a post by Bot%'";
    assert!(society.number(copies) >= 3, "{:?}", society.texts("SELECT reason FROM flags"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_floods_raises_one_flag_at_the_default_pace() {
    let model = Model::start(|call| match call.aim {
        Aim::Think => Reply::act(json!({
            "action": "create_thread", "title": format!("Number {}", call.nth),
            "content": format!("w{0}a x{0}b y{0}c z{0}d and nothing else that was said before", call.nth),
        })),
        _ => Reply::quiet(),
    })
    .await;
    let society = Society::begin(&model.address(), 2, |settings| settings.pace_seconds = Some(30)).await;
    for _ in 0..12 {
        society.handle.trigger("b01").await.unwrap();
    }
    assert_eq!(
        society.texts("SELECT bot_id || ' ' || flag_type || ' ' || flagged_by FROM flags"),
        ["b01 frequency auto"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_is_let_run_as_fast_as_it_can_tells_nobody_off_for_it() {
    let (home, mut settings) = settings();
    settings.bots = botarium::engine::Settings::new(home.path()).bots;
    settings.clock = botarium::engine::Clock::system(jiff::tz::TimeZone::UTC);
    settings.pace_seconds = None;
    let society = Society::start(home, settings);
    society.handle.add_crowd((1..=40).map(|n| bot(&format!("b{n:02}"))).collect()).await.unwrap();
    let lives = async |society: &Society| {
        society.handle.run_beats(Run { count: Some(250), ..Run::default() }, |_| {}).await.unwrap();
    };
    lives(&society).await;
    let society = society.again(|_| {});
    // Its beats do not all come at once afterwards, but spread over the 30 seconds.
    let spread = society.number("SELECT max(next_beat_at) - min(next_beat_at) FROM bots");
    assert!((20_000_000..=30_000_000).contains(&spread), "{spread}");
    lives(&society).await;
    assert!(society.number("SELECT count(*) FROM replies") > 50);
    assert_eq!(society.texts("SELECT bot_id || ' ' || flag_type || ': ' || reason FROM flags"), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_bot_that_left_is_said_that_it_left_and_it_can_be_let_go() {
    let model = saying(Vec::new()).await;
    let society = Society::begin(&model.address(), 3, |_| {}).await;
    society.handle.follow("b01", "b02").await.unwrap();
    society.handle.delete_bot("b02").await.unwrap();
    society.handle.delete_bot("b03").await.unwrap();
    let told = society.handle.follow("b01", "b03").await.unwrap_err();
    assert_eq!(told.kind, FaultKind::NotFound);
    assert!(told.detail.starts_with("Bot03 (b03) left the room at "), "{}", told.detail);
    society.handle.unfollow("b01", "b02").await.unwrap();
    assert_eq!(society.number("SELECT count(*) FROM follows"), 0);
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_takes_the_id_of_a_custom_bot_that_was_removed() {
    let model = saying(Vec::new()).await;
    let society = Society::begin(&model.address(), 2, |_| {}).await;
    society.handle.set_paused("b01", true).await.unwrap();
    society.handle.delete_bot("b01").await.unwrap();
    let mut file = bot("b01");
    file.name = "Berta".into();
    let text = serde_json::to_string(&file).unwrap();
    let society = society.again(|settings| settings.bots = vec![("b01.yaml".into(), text)]);
    let view = society.handle.bot("b01").await.unwrap();
    assert_eq!((view.name.as_str(), view.source, view.is_paused), ("Berta", Source::Yaml, false));
    assert_eq!(society.handle.trigger("b01").await.unwrap().action, "do_nothing");
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_changed_what_is_told_with_the_old_and_the_new_value() {
    let (home, mut settings) = settings();
    settings.bots = botarium::engine::Settings::new(home.path()).bots;
    let society = Society::start(home, settings);
    let kim = society.handle.acting_for("kim");
    kim.set_config("echo_001", serde_json::json!({"behavior": {"shyness": 20}})).await.unwrap();
    kim.set_paused("rex_001", true).await.unwrap();
    let caps = SetCaps { daily_token_cap: Some(Some(500)), ..SetCaps::default() };
    botarium::engine::Handle::on_behalf("dashboard", society.handle.set_caps("ada_001", caps)).await.unwrap();
    kim.set_pace(SetPace { preset: Some("slow".into()), interval_seconds: None }).await.unwrap();
    kim.pause_engine().await.unwrap();
    kim.pause_engine().await.unwrap(); // changes nothing, and tells nothing
    let query =
        ActivityQuery { limit: 20, action_type: Some("config_updated".into()), ..ActivityQuery::default() };
    let told: Vec<String> = society
        .handle
        .activity(query)
        .await
        .unwrap()
        .iter()
        .rev()
        .map(|row| {
            format!(
                "{} {}",
                row.bot_name,
                botarium::domain::activity::Told::of(&row.action_type, &row.details).about
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "Echo shyness 75 → 20, by kim",
            "Rex paused, by kim",
            "Ada daily token cap the default → 500, by dashboard",
            "System pace seconds 3600 → 14400, by kim",
            "System engine running → paused, by kim",
        ]
    );
    society.assert_sound();
}
