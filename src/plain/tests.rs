//! Conversations with a real engine on simulated time: nothing happens but what is said.

mod tasks;

use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::{Options, names, run};
use crate::engine::clock::{Clock, SIM_START};
use crate::engine::{self, Handle, Run, Settings};
use crate::link::Link;
use crate::store::Durability;
use crate::tui::action::{ACTIONS, Scope};

fn society() -> (TempDir, Handle) {
    let home = tempfile::tempdir().unwrap();
    let settings = Settings {
        clock: Clock::simulated(SIM_START),
        seed: Some(7),
        pace_seconds: Some(3_600),
        durability: Durability::Normal,
        ..Settings::new(home.path())
    };
    let handle = engine::start(settings).unwrap();
    (home, handle)
}

async fn beats(handle: &Handle, count: u64) {
    handle.run_beats(Run { count: Some(count), ..Run::default() }, |_| {}).await.unwrap();
}

/// What is answered when these lines are typed.
async fn say(handle: &Handle, lines: &[&str], ascii: bool) -> String {
    let (sender, typed) = tokio::sync::mpsc::channel(lines.len() + 1);
    for line in lines {
        sender.send((*line).to_owned()).await.unwrap();
    }
    drop(sender);
    let mut out = Vec::new();
    let options = Options { ascii, ..Options::default() };
    run(Link::Local(handle.clone()), options, typed, &mut out, &CancellationToken::new()).await.unwrap();
    String::from_utf8(out).unwrap()
}

#[track_caller]
fn holds(said: &str, words: &[&str]) {
    for word in words {
        assert!(said.contains(word), "`{word}` is not in:\n{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_the_same_every_time_and_only_appends() {
    let script = [
        "where",
        "find Echo",
        "mind",
        "1",
        "edit field",
        "80",
        "save",
        "yes",
        "forum tab",
        "1",
        "read",
        "activity pane",
        "1",
        "why",
        "stats tab",
        "memory tab",
        "society tab",
        "moderation tab",
        "events tab",
        "log tab",
        "quit",
    ];
    let mut sessions = Vec::new();
    for _ in 0..2 {
        let (_home, handle) = society();
        beats(&handle, 40).await;
        let said = say(&handle, &script, false).await;
        sessions.push(said.replace(&_home.path().display().to_string(), "HOME"));
        let creativity = handle.bot("echo_001").await.unwrap().personality_config.behavior.creativity_level;
        assert_eq!(creativity, 80, "{}", sessions[0]);
    }
    assert_eq!(sessions[0], sessions[1]);
    assert!(!sessions[0].contains('\u{1b}') && !sessions[0].contains('\r'), "{}", sessions[0]);
    holds(&sessions[0], &["Live, bots", "Echo, mind", "creativity: from", "Forum, newest first", "Left."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_action_is_reached_by_its_name() {
    let (_home, handle) = society();
    beats(&handle, 30).await;
    for def in ACTIONS.iter().filter(|def| !def.scope.is_overlay()) {
        assert!(
            matches!(names::find(def.id, &[]), names::Found::One(found, rest) if found.id == def.id && rest.is_empty())
        );
        let said = say(&handle, &[def.id, ":cancel", "no"], false).await;
        assert!(!said.contains(&format!("No action is called “{}", def.id)), "{}: {said}", def.id);
    }
    // What is called so where one is comes first, by whatever name it goes.
    let found = names::find("filter Rex", &[Scope::Log, Scope::Global]);
    assert!(matches!(found, names::Found::One(def, rest) if def.id == "filter_log" && rest == "Rex"));
    // What asks first has changed nothing; what does not was done: the room is still whole.
    assert!(handle.room().await.unwrap().bots >= 6);
    let listed = say(&handle, &["actions all"], false).await;
    for def in ACTIONS.iter().filter(|def| !def.scope.is_overlay()) {
        holds(&listed, &[def.title, &def.id.replace('_', " ")]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_asks_its_fields_and_a_mistake_loses_nothing() {
    let (_home, handle) = society();
    let long = "a trait of far more characters than any trait may have, as somebody types it";
    let script = [
        "new bot",
        "Vera",
        long,
        "",
        "chess",
        "",
        "reactive",
        "90",
        "",
        "",
        "",
        "", // a mistake in the traits
        "2",
        "patient, exact",
        ":send",
    ];
    let said = say(&handle, &script, false).await;
    holds(&said, &["name (3 to 30 characters)?", "engagement? 1. active", "Not yet: traits", "Vera"]);
    let bots = handle.bots().await.unwrap();
    let vera = bots.iter().find(|bot| bot.name == "Vera").unwrap_or_else(|| panic!("{said}"));
    let config = &vera.personality_config;
    assert_eq!(config.personality.traits, ["patient", "exact"]);
    assert_eq!(
        (config.behavior.engagement_style.as_str(), config.behavior.creativity_level),
        ("reactive", 90)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_told_as_it_comes_when_asked() {
    let (_home, handle) = society();
    let quiet = say(&handle, &["wake the bot"], false).await;
    let told = say(&handle, &["watch", "wake the bot", "watch off", "wake the bot"], false).await;
    holds(&told, &["What happens is told as it comes", "no longer told"]);
    assert!(told.lines().count() > quiet.lines().count(), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_terminal_gets_ascii_alone() {
    let (_home, handle) = society();
    beats(&handle, 40).await;
    let said = say(&handle, &["activity pane", "forum tab", "1", "read", "nonsense"], true).await;
    assert!(said.is_ascii(), "{said}");
    holds(&said, &["No action is called \"nonsense\""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_is_taken_back_and_what_was_forgotten_is_remembered_again() {
    let (_home, handle) = society();
    beats(&handle, 120).await;
    let memory = handle.memory("ada_001").await.unwrap().warm;
    let moment = memory.memories.last().expect("a hundred beats leave a moment").summary.clone();
    let word = moment.split_whitespace().max_by_key(|word| word.len()).unwrap().to_owned();
    let caps = || async { handle.bot_config("ada_001").await.unwrap().cost_caps };
    let said = say(
        &handle,
        &[
            "find Ada",
            "pause bot",
            "take back 1",
            "budget",
            "1",
            "change 5k",
            "take back 1",
            "memory tab",
            "list of memories",
            &format!("search memory {word}"),
            "1",
            "forget this memory",
            "yes",
        ],
        false,
    )
    .await;
    assert!(!handle.bot("ada_001").await.unwrap().is_paused, "{said}");
    assert!(!caps().await.is_custom_token_cap, "{said}");
    holds(&said, &["taken back: let Ada go on", "forgotten"]);
    let forgotten = |said: &str| said.lines().any(|line| line == "forgotten");
    assert!(forgotten(&said), "{said}");
    let again = say(&handle, &["find Ada", "memory", "1", "forget", "yes", "take back 1"], false).await;
    holds(&again, &["taken back: Ada remembers"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_changed_since_is_not_taken_back_without_a_yes() {
    let (_home, handle) = society();
    let first = ["find Ada", "pause bot"];
    let other = handle.acting_for("somebody else");
    let (sender, typed) = tokio::sync::mpsc::channel(8);
    let link = Link::Local(handle.clone());
    let talk = tokio::spawn(async move {
        let mut out = Vec::new();
        run(link, Options::default(), typed, &mut out, &CancellationToken::new()).await.unwrap();
        String::from_utf8(out).unwrap()
    });
    for line in first {
        sender.send(line.into()).await.unwrap();
    }
    let mut bus = handle.subscribe();
    while !handle.bot("ada_001").await.unwrap().is_paused {
        bus.recv().await.unwrap();
    }
    other.set_paused("ada_001", false).await.unwrap();
    for line in ["take back 1", "no"] {
        sender.send(line.into()).await.unwrap();
    }
    drop(sender);
    let said = talk.await.unwrap();
    holds(&said, &["Take it back all the same?", "It was changed again since"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_is_proposed_as_the_name_in_the_forum() {
    let (_home, handle) = society();
    let (sender, typed) = tokio::sync::mpsc::channel(8);
    for line in ["forum tab", "new thread", "", ":cancel", "quit"] {
        sender.send(line.to_owned()).await.unwrap();
    }
    drop(sender);
    let mut out = Vec::new();
    let options = Options { account: "kim".into(), ..Options::default() };
    run(Link::Local(handle), options, typed, &mut out, &CancellationToken::new()).await.unwrap();
    let said = String::from_utf8(out).unwrap();
    holds(&said, &["Now: “kim”", "New thread as kim"]);
}
