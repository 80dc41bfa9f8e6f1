//! Whole rooms: their numbers, their bots' files, their seeds.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use botarium::engine::clock::{Clock, SIM_START};
use botarium::engine::{self, Handle, Run, Settings};
use botarium::protocol::{
    CastVote, CreateReply, CreateThread, ExportFormat, ExportKind, ExportOptions, FaultKind, ThreadQuery,
    YamlChoice,
};
use serde_json::json;
use tempfile::TempDir;

use super::society::{Society, settings};

fn six() -> (TempDir, Settings) {
    let (home, mut settings) = settings();
    settings.bots = Settings::new(home.path()).bots;
    (home, settings)
}

async fn beats(handle: &Handle, count: u64) {
    let report = handle.run_beats(Run { count: Some(count), ..Run::default() }, |_| {}).await.unwrap();
    assert_eq!(report.beats, count);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_number_is_right_after_a_thousand_beats_and_two_hundred_deeds_of_people() {
    let (home, settings) = six();
    let society = Society::start(home, settings);
    let handle = &society.handle;
    let mut threads = Vec::new();
    for round in 0..50u32 {
        beats(handle, 20).await;
        let person = format!("human:p{}", round % 3);
        let thread = CreateThread {
            author_bot_id: person.clone(),
            title: format!("Question {round}"),
            content: format!("What do you make of matter number {round}, Ada?"),
            tags: vec!["question".into()],
        };
        threads.push(handle.create_thread(thread).await.unwrap().id);
        let newest = handle.threads(ThreadQuery { limit: 20, ..ThreadQuery::default() }).await.unwrap();
        let target = newest[round as usize % newest.len()].id;
        let view = handle.thread(target).await.unwrap();
        let reply = CreateReply {
            author_bot_id: person.clone(),
            content: "I should like to hear more of that.".into(),
            parent_reply_id: view.replies.first().map(|reply| reply.id),
        };
        let reply = handle.create_reply(target, reply).await.unwrap();
        // A vote, changed, and the same again.
        for value in [1, if round % 2 == 0 { -1 } else { 1 }, if round % 2 == 0 { -1 } else { 1 }] {
            let vote = CastVote { voter_bot_id: person.clone(), value };
            if view.author_bot_id != person {
                handle.vote_thread(target, vote.clone()).await.unwrap();
            }
            if let Some(other) = view.replies.iter().find(|r| r.author_bot_id != person) {
                handle.vote_reply(other.id, vote).await.unwrap();
            }
        }
        let _ = handle.follow(person.as_str(), "luna_001").await;
        if round % 5 == 0 {
            let _ = handle.unfollow(&person, "luna_001").await;
            handle.delete_reply(reply.id).await.unwrap();
        }
        if round % 7 == 3 {
            handle.delete_thread(threads.swap_remove(0)).await.unwrap();
        }
    }
    assert_eq!(society.number("SELECT sum(beat) FROM bots"), 1_000);
    let votes = society.number("SELECT count(*) FROM votes");
    assert!(votes > 50, "{votes}");
    let recomputed = society.number(
        "SELECT count(*) FROM bots b WHERE reputation <> (SELECT ifnull(sum(value), 0) FROM votes v \
         LEFT JOIN threads t ON v.target_type = 'thread' AND t.id = v.target_id \
         LEFT JOIN replies r ON v.target_type = 'reply' AND r.id = v.target_id WHERE ifnull(t.author, r.author) = b.id)",
    );
    assert_eq!(recomputed, 0, "reputations are not what was voted");
    society.assert_sound();
}

/// Every kind of export, as bytes.
async fn exports(handle: &Handle) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for kind in [
        ExportKind::Threads,
        ExportKind::Replies,
        ExportKind::Votes,
        ExportKind::Follows,
        ExportKind::Activity,
        ExportKind::Bots,
        ExportKind::Memories,
        ExportKind::Usage,
        ExportKind::Thoughts,
    ] {
        for format in [ExportFormat::Json, ExportFormat::Jsonl, ExportFormat::Csv] {
            let bytes: Arc<Mutex<Vec<u8>>> = Arc::default();
            let sink = Arc::clone(&bytes);
            handle
                .export(kind, ExportOptions::by_id(format, None), move |part| {
                    sink.lock().unwrap().extend_from_slice(part);
                    Ok(())
                })
                .await
                .unwrap();
            let bytes = std::mem::take(&mut *bytes.lock().unwrap());
            all.insert(format!("{kind:?} {format:?}"), bytes);
        }
    }
    all
}

fn assert_same(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) {
    for (kind, bytes) in one {
        if *bytes != other[kind] {
            let (a, b) = (String::from_utf8_lossy(bytes), String::from_utf8_lossy(&other[kind]));
            let at = a.bytes().zip(b.bytes()).position(|(a, b)| a != b).unwrap_or(0);
            let from = a.floor_char_boundary(at.saturating_sub(200));
            panic!(
                "{kind} differs at {at}:\n{}\n---\n{}",
                &a[from..a.floor_char_boundary(at + 100)],
                &b[b.floor_char_boundary(from)..b.floor_char_boundary(at + 100)]
            );
        }
    }
}

async fn lived(seed: u64, parts: &[u64]) -> BTreeMap<String, Vec<u8>> {
    let (home, mut settings) = six();
    settings.seed = Some(seed);
    settings.clock = Clock::simulated(SIM_START);
    let mut society = Society::start(home, settings);
    for (nth, count) in parts.iter().enumerate() {
        if nth > 0 {
            // A process of its own knows nothing of the time before.
            society = society.again(|s| s.clock = Clock::simulated(SIM_START));
        }
        beats(&society.handle, *count).await;
    }
    exports(&society.handle).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_gives_the_same_run_also_when_it_is_stopped_and_resumed() {
    let whole = lived(11, &[180]).await;
    assert!(whole["Memories Json"].len() > 10_000 && whole["Thoughts Jsonl"].len() > 100_000);
    assert_same(&whole, &lived(11, &[180]).await);
    assert_same(&whole, &lived(11, &[90, 90]).await);
    assert_same(&whole, &lived(11, &[1, 37, 62, 80]).await);
    let other = lived(12, &[180]).await;
    assert_ne!(whole["Replies Json"], other["Replies Json"]);
    assert_ne!(whole["Activity Json"], other["Activity Json"]);
}

/// Pauses and caps are no acts: whether they are remembered must not depend on when the engine was started.
#[tokio::test(flavor = "multi_thread")]
async fn a_resumed_run_is_the_same_where_bots_were_held_meanwhile() {
    let mut runs = Vec::new();
    for restart in [false, true] {
        let (home, mut settings) = six();
        settings.clock = Clock::simulated(SIM_START);
        let mut society = Society::start(home, settings);
        beats(&society.handle, 120).await;
        for paused in [true, false, true, false] {
            society.handle.set_paused("ada_001", paused).await.unwrap();
            beats(&society.handle, 12).await;
        }
        society.handle.set_config("rex_001", json!({"behavior": {"shyness": 70}})).await.unwrap();
        if restart {
            society = society.again(|s| s.clock = Clock::simulated(SIM_START));
        }
        beats(&society.handle, 120).await;
        runs.push(exports(&society.handle).await);
    }
    assert_same(&runs[0], &runs[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_keeps_its_seed() {
    let (home, settings) = six();
    let society = Society::start(home, settings.clone());
    let home = Arc::clone(&society.home);
    drop(society);
    let refused = engine::start(Settings { seed: Some(8), ..settings.clone() }).err().unwrap();
    assert!(refused.to_string().contains("begun with seed 7, not 8"), "{refused}");
    let society = Society::start(home, Settings { seed: None, ..settings });
    beats(&society.handle, 1).await;
}

/// The six with Ada's file changed.
fn with_ada(settings: &mut Settings, from: &str, to: &str) {
    let (_, text) = settings.bots.iter_mut().find(|(name, _)| name.contains("ada")).unwrap();
    assert!(text.contains(from), "{text}");
    *text = text.replace(from, to);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_file_waits_for_a_person_and_an_edit_survives() {
    let (home, settings) = six();
    let society = Society::start(home, settings);
    let creativity = |view: &botarium::protocol::BotView| view.personality_config.behavior.creativity_level;
    society.handle.set_config("ada_001", json!({"behavior": {"creativity_level": 33}})).await.unwrap();
    let society = society.again(|_| {});
    let ada = society.handle.bot("ada_001").await.unwrap();
    assert_eq!((creativity(&ada), ada.edited, ada.yaml_changed), (33, true, false), "the edit stays");

    let society = society.again(|s| with_ada(s, "creativity_level: 80", "creativity_level: 61"));
    let ada = society.handle.bot("ada_001").await.unwrap();
    assert_eq!((creativity(&ada), ada.yaml_changed), (33, true), "nothing is overwritten");
    let society = society.again(|_| {});
    assert!(society.handle.bot("ada_001").await.unwrap().yaml_changed, "it is asked until it is settled");

    let waiting = society.handle.bot_config("ada_001").await.unwrap().yaml_config.unwrap();
    assert_ne!(
        waiting.behavior.creativity_level, 80,
        "what the changed file says is shown before it is taken"
    );
    society.handle.yaml_choice("ada_001", YamlChoice::Keep).await.unwrap();
    let ada = society.handle.bot("ada_001").await.unwrap();
    assert_eq!((creativity(&ada), ada.edited, ada.yaml_changed), (33, true, false));
    let fault = society.handle.yaml_choice("ada_001", YamlChoice::Take).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Conflict);
    let society = society.again(|_| {});
    assert!(!society.handle.bot("ada_001").await.unwrap().yaml_changed);

    let society = society.again(|s| with_ada(s, "creativity_level: 61", "creativity_level: 62"));
    society.handle.yaml_choice("ada_001", YamlChoice::Take).await.unwrap();
    let ada = society.handle.bot("ada_001").await.unwrap();
    assert_eq!((creativity(&ada), ada.edited, ada.yaml_changed), (62, false, false));

    // Changed and changed back: there is nothing to choose.
    let society = society.again(|s| with_ada(s, "creativity_level: 62", "creativity_level: 63"));
    let society = society.again(|s| with_ada(s, "creativity_level: 63", "creativity_level: 62"));
    assert!(!society.handle.bot("ada_001").await.unwrap().yaml_changed);

    // Reset takes what the file says now, and drops caps and pace.
    let society = society.again(|s| with_ada(s, "creativity_level: 62", "creativity_level: 64"));
    society.handle.set_bot_pace("ada_001", Some(77)).await.unwrap();
    society.handle.reset_bot("ada_001").await.unwrap();
    let ada = society.handle.bot("ada_001").await.unwrap();
    assert_eq!((creativity(&ada), ada.edited, ada.yaml_changed, ada.pace_seconds), (64, false, false, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_takes_effect_on_the_next_beat() {
    let model = super::model::Model::start(|_| super::model::Reply::quiet()).await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    society.handle.trigger("b01").await.unwrap();
    let patch =
        json!({"personality": {"quirks": ["counts the gulls"]}, "permissions": {"tools": ["web_search"]}});
    society.handle.set_config("b01", patch).await.unwrap();
    society.handle.trigger("b01").await.unwrap();
    let calls = model.calls();
    assert!(!calls[0].system.contains("counts the gulls") && calls[1].system.contains("counts the gulls"));
    assert!(!calls[0].system.contains("You may not") && calls[1].system.contains("or open threads.\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_whose_file_is_gone_leaves_and_comes_back_with_it() {
    let (home, settings) = six();
    let society = Society::start(home, settings.clone());
    beats(&society.handle, 60).await;
    let fault = society.handle.delete_bot("ada_001").await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Conflict);
    let remembered = society.number("SELECT count(*) FROM memories WHERE bot_id = 'ada_001'");
    let society = society.again(|s| s.bots.retain(|(name, _)| !name.contains("ada")));
    assert_eq!(society.handle.bots().await.unwrap().len(), 5);
    assert_eq!(society.handle.bot("ada_001").await.unwrap_err().kind, FaultKind::NotFound);
    beats(&society.handle, 20).await;
    society.assert_sound();
    let society = society.again(|s| s.bots.clone_from(&settings.bots));
    let ada = society.handle.bot("ada_001").await.unwrap();
    assert!(!ada.yaml_changed && !ada.edited);
    assert_eq!(society.number("SELECT count(*) FROM memories WHERE bot_id = 'ada_001'"), remembered);
    beats(&society.handle, 20).await;
    assert!(society.handle.bot("ada_001").await.unwrap().last_beat_at > ada.last_beat_at);
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_counted_as_it_is_kept_and_never_cut() {
    let (home, settings) = six();
    let society = Society::start(home, settings);
    let thread = |content: String| CreateThread {
        author_bot_id: "human:Kim".into(),
        title: "A table".into(),
        content,
        tags: Vec::new(),
    };
    // Tabs become blanks, so that it is longer than it was sent.
    let fault = society.handle.create_thread(thread("a\t".repeat(1_990))).await.unwrap_err();
    assert_eq!(fault.errors[0].field, "content", "{fault:?}");
    let kept = society.handle.create_thread(thread("a\t".repeat(500) + "end")).await.unwrap();
    assert!(kept.content.ends_with("end"), "{}", kept.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn simulated_time_ends_at_the_end_of_the_calendar() {
    let (home, settings) = six();
    let clock = Clock::simulated("9998-12-30T00:00:00Z".parse().unwrap());
    let society = Society::start(home, Settings { clock, ..settings });
    let run = Run { count: Some(100_000), ..Run::default() };
    let report = society.handle.run_beats(run, |_| {}).await.unwrap();
    assert!((100..2_000).contains(&report.beats), "{}", report.beats);
}
