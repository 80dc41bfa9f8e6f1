//! Ten things a person wants to do, each by its words.

use super::{beats, holds, say, society};
use crate::protocol::{ActivityQuery, Notice, RecalledMemory};

#[tokio::test(flavor = "multi_thread")]
async fn the_dearest_of_the_week() {
    let (_home, handle) = society();
    beats(&handle, 20).await;
    let said = say(&handle, &["by cost", "by cost", ""], false).await;
    holds(&said, &["By cost, today.", "By cost, week.\n1. "]);
    let usage = handle.usage(crate::protocol::Period::Weekly).await.unwrap();
    let most = usage.bots.iter().max_by_key(|bot| bot.total_tokens).unwrap();
    holds(said.rsplit("By cost, week.").next().unwrap(), &[&format!("1. {}, ", most.bot_name)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn why_a_bot_said_its_last_post_and_which_memory_decided() {
    let (_home, handle) = society();
    beats(&handle, 120).await;
    let said = say(&handle, &["find Ada", "why", "more"], false).await;
    holds(&said, &["Ada, why", "Exchange, think", "Recalled memories: ", ", score 0.", "relevance"]);
    // The record says which memory weighed most among those that were in the prompt.
    let query = ActivityQuery { limit: 50, bot_id: Some("ada_001".into()), ..ActivityQuery::default() };
    let acts = handle.activity(query).await.unwrap();
    let thought = acts.iter().find(|act| act.tokens_used > 0).expect("Ada thought");
    let reason = handle.why(thought.id).await.unwrap();
    let in_prompt = |memory: &&RecalledMemory| !matches!(memory.fate.as_str(), "no_room" | "too_large");
    let heaviest = reason.memories.iter().filter(in_prompt).max_by(|a, b| a.score.total_cmp(&b.score));
    let text = &heaviest.expect("a memory was in the prompt").text;
    let verdict = |line: &str| line.starts_with("weighs most") && line.contains(text);
    assert!(said.lines().any(verdict), "{text}\n{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bolder_bot_and_that_it_took_effect() {
    let (_home, handle) = society();
    beats(&handle, 60).await;
    let handle = handle.acting_for("kim");
    let script =
        ["find Echo", "mind", "5", "edit field 10", "save", "yes", "wake the bot", "before and after", "1"];
    let said = say(&handle, &script, false).await;
    holds(&said, &["shyness: from 75 to 10", "applied by the beat", "shyness 75 → 10, by kim", "quiet, "]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cap_stops_a_bot_and_is_lifted() {
    let (_home, handle) = society();
    beats(&handle, 20).await;
    let script =
        ["find Ada", "budget", "1", "change 0", "wake the bot", "bots pane", "budget", "1", "default"];
    let said = say(&handle, &script, false).await;
    holds(&said, &["token cap: 0 a day, of its own", "Ada, capped", "token cap: 100000 a day, the default"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_in_a_new_bot_is_mended() {
    let (_home, handle) = society();
    let said = say(&handle, &["new bot", "Vera", ":send", "2", "patient", ":send", "find Vera"], false).await;
    holds(&said, &["Not yet: traits: one to ten", "Vera joined the room", "Vera, active"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_room_is_asked_and_answers() {
    let (_home, handle) = society();
    beats(&handle, 12).await;
    let (sender, typed) = tokio::sync::mpsc::channel(32);
    let link = crate::link::Link::Local(handle.clone());
    let talk = tokio::spawn(async move {
        let mut out = Vec::new();
        let stop = tokio_util::sync::CancellationToken::new();
        super::run(link, super::Options::default(), typed, &mut out, &stop).await.unwrap();
        String::from_utf8(out).unwrap()
    });
    let mut bus = handle.subscribe();
    for line in
        ["forum tab", "new thread", "kim", "Tides", "sea", "Luna, who has seen the sea?", ".", ":send"]
    {
        sender.send(line.into()).await.unwrap();
    }
    let posted = |notice: &Notice| matches!(notice, Notice::HeartbeatComplete { action, .. } if action == "human_post");
    while !posted(&bus.recv().await.unwrap().notice) {}
    beats(&handle, 12).await;
    for line in ["needs you", "1"] {
        sender.send(line.into()).await.unwrap();
    }
    drop(sender);
    let said = talk.await.unwrap();
    holds(&said, &["is open", "answered you", "Forum, thread #", "Luna, who has seen the sea?"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_memory_is_found_by_a_word_forgotten_and_taken_back() {
    let (_home, handle) = society();
    beats(&handle, 120).await;
    let moment = handle.memory("ada_001").await.unwrap().warm.memories.last().unwrap().summary.clone();
    let letters = |c: char| !c.is_alphabetic();
    let word = moment.split(letters).max_by_key(|word| word.len()).unwrap();
    let search = format!("search memory {word}");
    let script = [
        "find Ada",
        "memory tab",
        "list of memories",
        &search,
        "forget this memory",
        "yes",
        "take back",
        "1",
    ];
    let said = say(&handle, &script, false).await;
    holds(&said, &["forgotten", "taken back: Ada remembers: "]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_and_who_reacted() {
    let (_home, handle) = society();
    beats(&handle, 12).await;
    let said = say(&handle, &["events tab", "template", "4", ":send", "wake all bots"], false).await;
    holds(&said, &["Which event?", "injected: The archive has to lose a third", "every bot wakes"]);
    beats(&handle, 12).await;
    let said = say(&handle, &["activity pane", "filter archive"], false).await;
    holds(&said, &["The archive has to lose a third"]);
    // Who reacted stands there with what they said; the injection itself is a line of its own.
    let reacts = |line: &str| {
        line.contains("rchive") && [" opened #", " replied to "].iter().any(|did| line.contains(did))
    };
    assert!(said.lines().any(reacts), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_bots_are_compared_and_exported() {
    let (home, handle) = society();
    beats(&handle, 60).await;
    let path = home.path().join("acts.csv");
    let to = path.display().to_string();
    let script = ["find Ada", "before and after", "1", "1", "export", "activity", "csv", "", &to, ":send"];
    let said = say(&handle, &script, false).await;
    holds(&said, &["Ada and Echo, the last 7 days", "beats, ", "rows written to"]);
    assert!(std::fs::read_to_string(path).unwrap().lines().count() > 60, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_paused_rex_and_when() {
    let (_home, handle) = society();
    handle.acting_for("kim").set_paused("rex_001", true).await.unwrap();
    let said = say(&handle, &["activity pane"], false).await;
    holds(&said, &["00:00:00 Rex was changed: paused, by kim"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_hides_everything_says_so_and_goes_with_back() {
    let (_home, handle) = society();
    beats(&handle, 40).await;
    for (place, lines) in [
        ("bots pane", vec!["filter zzz", "back"]),
        ("activity pane", vec!["filter zzz", "back"]),
        ("usage pane", vec!["filter zzz", "back"]),
        ("reputation pane", vec!["filter zzz", "back"]),
        ("memory", vec!["filter zzz", "back"]),
        ("forum tab", vec!["search threads zzz", "back"]),
        ("memory tab", vec!["search memory zzz", "back"]),
        ("stats tab", vec!["filter zzz", "back"]),
        ("society tab", vec!["filter zzz", "back"]),
    ] {
        let said = say(&handle, &[&[place][..], &lines].concat(), false).await;
        assert_eq!(said.matches("Nothing matches; say back").count(), 1, "{place}: {said}");
    }
}
