//! What bots remember: extraction, bounds, compression, recall.

use botarium::engine::Run;
use botarium::engine::clock::{Clock, SIM_START};
use botarium::protocol::{EditMemory, MemoryQuery};
use rusqlite::params;
use serde_json::json;

use super::model::{Aim, Call, Model, Reply};
use super::society::Society;

/// An answer to the house's first thread: what somebody else said leaves something to remember.
fn answer(n: usize) -> Reply {
    // In words: what has figures in it is told rather than held.
    let hours = ["two", "three", "four", "five", "six", "seven"][n % 6];
    Reply::act(json!({"action": "reply", "thread_id": 1, "parent_reply_id": null,
        "content": format!("The tide table is wrong by {hours} hours and nobody minds.")}))
}

/// A model that answers on each beat and leaves what `left` says.
async fn leaving(
    left: impl Fn(&Call) -> serde_json::Value + Send + Sync + 'static,
    summary: Option<&'static str>,
) -> Model {
    Model::start(move |call| match call.aim {
        Aim::Think => answer(call.nth),
        Aim::Extract => Reply::text(left(call).to_string()),
        Aim::Compress => match summary {
            Some(text) => Reply::text(text),
            None => Reply::error(400, "no"),
        },
        _ => Reply::quiet(),
    })
    .await
}

fn kinds(society: &Society, kind: u8) -> i64 {
    society.number(&format!("SELECT count(*) FROM memories WHERE bot_id = 'b01' AND kind = {kind}"))
}

/// Puts `count` memories of a kind into the database, `days` old. The engine must not run.
fn plant(society: &Society, kind: u8, count: usize, days: i64, pinned: bool) {
    let at = SIM_START.plus_seconds(-days * 86_400).micros();
    let db = society.tampered();
    for n in 0..count {
        let text = format!("planted {kind} {n} {days} zebrafish-{n}");
        let key = matches!(kind, 1..=3).then(|| format!("key {n}"));
        db.execute(
            "INSERT INTO memories (bot_id, kind, key, text, pinned, created_at, updated_at) VALUES ('b01', ?1, ?2, ?3, ?4, ?5, ?5)",
            params![kind, key, text, pinned, at],
        )
        .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_model_extracts_is_stored_with_its_source_and_bounded() {
    let model = leaving(
        |call| {
            json!({
                "facts": [format!("Fact {} of many", call.nth), "The same fact every time", "c", "d", "e", "f"],
                "relationships": [{"bot": "b02", "sentiment": "rival", "note": format!("note {}", call.nth), "event": format!("event {}", call.nth)},
                    {"bot": "nobody", "note": "x", "event": "y"}, {"bot": "b01", "note": "me", "event": "z"}],
                "opinions": (0..4).map(|n| json!({"topic": format!("topic {} {n}", call.nth), "stance": "yes", "confidence": 9.0})).collect::<Vec<_>>(),
                "interests": (0..4).map(|n| format!("interest {} {n}", call.nth)).collect::<Vec<_>>(),
                "moments": [],
            })
        },
        None,
    )
    .await;
    let society = Society::begin(&model.address(), 2, |_| {}).await;
    let first = society.handle.trigger("b01").await.unwrap().activity_id.unwrap();
    let memory = society.handle.memory("b01").await.unwrap().warm;
    assert_eq!(memory.facts_learned.len(), 4, "at most four of a kind from one beat");
    assert!(memory.facts_learned.iter().all(|fact| fact.activity_id == Some(first)));
    assert_eq!(memory.relationships.len(), 1, "{:?}", memory.relationships);
    assert!(
        memory.opinions.iter().all(|o| o.activity_id == Some(first) && (0.0..=1.0).contains(&o.confidence))
    );
    for _ in 0..30 {
        society.handle.trigger("b01").await.unwrap();
    }
    let memory = society.handle.memory("b01").await.unwrap().warm;
    assert_eq!(memory.relationships[0].interaction_count, 31);
    assert_eq!(memory.relationships[0].history.len(), 20, "the last twenty events");
    assert_eq!(kinds(&society, 3), 20, "interests");
    assert_eq!(kinds(&society, 2), 100, "opinions");
    assert!(kinds(&society, 0) <= 50);
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn relationships_are_bounded_and_the_oldest_go() {
    let model = leaving(
        |call| json!({"relationships": [{"bot": format!("human:p{}", call.nth), "note": "met", "event": "met"}]}),
        None,
    )
    .await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    plant(&society, 1, 149, 3, false);
    for _ in 0..3 {
        society.handle.trigger("b01").await.unwrap();
    }
    assert_eq!(kinds(&society, 1), 150);
    assert_eq!(society.number("SELECT count(*) FROM memories WHERE key LIKE 'human:p%'"), 3);
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extraction_that_fails_falls_back_to_the_rules_and_is_charged() {
    for broken in [
        "no json here",
        "{\"facts\": [\"cut off\"",
        "{\"act\": {\"action\": \"do_nothing\"}}",
        "{}",
        "I'm sorry, but I can't assist with that secret.",
        "<think>What of the secret? {\"facts\": [\"The secret is out.\"]}</think>",
        "<think>What of the secret? {\"facts\": [\"The secret is out.\"]}",
    ] {
        let model = Model::start(move |call| match call.aim {
            Aim::Extract => Reply::text(broken),
            _ => answer(call.nth),
        })
        .await;
        let society = Society::begin(&model.address(), 1, |_| {}).await;
        let beat = society.handle.trigger("b01").await.unwrap();
        let memory = society.handle.memory("b01").await.unwrap().warm;
        let held = memory.opinions.iter().find(|held| held.stance.contains("tide table"));
        assert_eq!(held.map(|held| held.activity_id), Some(beat.activity_id), "{broken}: {memory:?}");
        assert_eq!(society.number("SELECT count(*) FROM memories WHERE text LIKE '%secret%'"), 0, "{broken}");
        assert_eq!(society.number("SELECT tokens_used FROM activities WHERE bot_id = 'b01'"), 240);
        assert_eq!(society.number("SELECT count(*) FROM activities WHERE remembered = 0"), 0);
    }
}

const SUMMARY: &str =
    "Over these days I learned a good deal about harbours and tides, and I opened many threads about them.";

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_in_the_place_of_a_memory_is_none() {
    let sorry = "I'm sorry, but I can't help with that secret.";
    let model = leaving(
        move |_| json!({"facts": [sorry, "The quay has nine bollards."], "moments": [sorry], "opinions": [{"topic": "quays", "stance": sorry}]}),
        None,
    )
    .await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    society.handle.trigger("b01").await.unwrap();
    assert_eq!(society.texts("SELECT text FROM memories WHERE kind = 0"), ["The quay has nine bollards."]);
    assert_eq!(society.texts("SELECT text FROM memories WHERE text LIKE '%secret%'"), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_facts_are_compressed_by_the_model_and_pinned_ones_stay() {
    let model = leaving(|call| json!({"facts": [format!("Fresh fact {}", call.nth)]}), Some(SUMMARY)).await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    plant(&society, 0, 5, 3, true);
    plant(&society, 0, 45, 2, false);
    let beat = society.handle.trigger("b01").await.unwrap();
    assert_eq!(kinds(&society, 0), 51 - 25);
    assert_eq!(society.number("SELECT count(*) FROM memories WHERE kind = 0 AND pinned"), 5);
    let cold = society.handle.cold_memory("b01", 10, 0).await.unwrap();
    assert_eq!(cold.len(), 1);
    assert_eq!(
        (cold[0].summary.as_str(), cold[0].facts_compressed, cold[0].memories_compressed),
        (SUMMARY, 25, 0)
    );
    assert_eq!((cold[0].period_start.as_str(), cold[0].period_end.as_str()), ("2025-12-30", "2025-12-30"));
    // Think, extract, compress: all on the act's bill.
    let why = society.handle.why(beat.activity_id.unwrap()).await.unwrap();
    assert_eq!(
        why.exchanges.iter().map(|e| e.purpose.as_str()).collect::<Vec<_>>(),
        ["think", "extract", "compress"]
    );
    assert_eq!(why.activity.tokens_used, 360);
    assert_eq!(society.number("SELECT sum(input + output) FROM usage_daily"), 360);
    // It comes to mind later on.
    let next = society.handle.trigger("b01").await.unwrap();
    let why = society.handle.why(next.activity_id.unwrap()).await.unwrap();
    assert!(why.memories.iter().any(|m| m.kind == "cold" && m.text == SUMMARY && m.score.is_finite()));
    assert!(why.sections.iter().any(|s| s.name == "memories" && s.text.contains(SUMMARY)));
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compression_that_fails_is_done_by_rule_and_a_long_one_is_cut() {
    let long: &'static str = Box::leak("tide ".repeat(900).into_boxed_str());
    let by_rule = "On 30 December 2025";
    for (summary, expected) in [
        (None, by_rule),
        (Some("too short"), by_rule),
        (
            Some(
                "I'm sorry, but I can't help with summarizing the notes of others; they may be private to them.",
            ),
            by_rule,
        ),
        (
            Some(
                "<think>The others wrote of the harbour, of its tides and of the boats, so I would sum that up.</think>",
            ),
            by_rule,
        ),
        (
            Some("<think>The others wrote of the harbour, of its tides and of the boats, so I would sum"),
            by_rule,
        ),
        (Some(long), "tide tide"),
    ] {
        let model = leaving(|_| json!({"facts": ["one more fact"]}), summary).await;
        let society = Society::begin(&model.address(), 1, |_| {}).await;
        plant(&society, 0, 50, 2, false);
        plant(&society, 4, 20, 2, false);
        society.handle.trigger("b01").await.unwrap();
        let cold = society.handle.cold_memory("b01", 10, 0).await.unwrap();
        assert_eq!((cold[0].facts_compressed, cold[0].memories_compressed), (25, 15));
        assert!(cold[0].summary.contains(expected), "{}", cold[0].summary);
        assert!(!cold[0].summary.contains("others"), "{}", cold[0].summary);
        assert!(cold[0].summary.split_whitespace().count() <= 500);
        assert_eq!((kinds(&society, 0), kinds(&society, 4)), (26, 5));
        society.assert_sound();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_pins_while_it_is_being_compressed_stays() {
    let model = Model::start(|call| match call.aim {
        Aim::Think => answer(call.nth),
        Aim::Extract => Reply::text(json!({"facts": [format!("Fresh fact {}", call.nth)]}).to_string()),
        Aim::Compress => Reply::text(SUMMARY).held(),
        _ => Reply::quiet(),
    })
    .await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    plant(&society, 0, 50, 2, false);
    let handle = society.handle.clone();
    let beat = tokio::spawn(async move { handle.trigger("b01").await.unwrap() });
    model.arrived(3).await;
    let id = society.number("SELECT min(id) FROM memories");
    society.handle.edit_memory(id, EditMemory { pinned: Some(true), text: None }).await.unwrap();
    model.let_go(1);
    beat.await.unwrap();
    assert_eq!(society.number(&format!("SELECT count(*) FROM memories WHERE id = {id} AND pinned")), 1);
    assert_eq!(society.number("SELECT sum(input + output) FROM usage_daily"), 360, "the call is charged");
    // The next beat sums up what is left, without it.
    model.let_go(1);
    society.handle.trigger("b01").await.unwrap();
    assert_eq!(society.number(&format!("SELECT count(*) FROM memories WHERE id = {id}")), 1);
    assert_eq!(kinds(&society, 5), 1);
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_memory_full_of_pinned_items_does_not_make_a_summary_each_beat() {
    let model = leaving(|call| json!({"facts": [format!("Fresh fact {}", call.nth)]}), Some(SUMMARY)).await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    plant(&society, 0, 60, 2, true);
    for _ in 0..12 {
        society.handle.trigger("b01").await.unwrap();
    }
    assert_eq!(society.number("SELECT count(*) FROM memories WHERE kind = 0 AND pinned"), 60);
    assert_eq!(kinds(&society, 5), 1);
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn once_a_week_what_is_a_month_old_is_summed_up() {
    let model = leaving(|call| json!({"facts": [format!("Fresh fact {}", call.nth)]}), None).await;
    let clock = Clock::simulated(SIM_START);
    let inner = clock.clone();
    let society = Society::begin(&model.address(), 1, |s| s.clock = inner).await;
    plant(&society, 0, 10, 40, false);
    plant(&society, 4, 5, 40, false);
    plant(&society, 0, 3, 25, false);
    society.handle.trigger("b01").await.unwrap();
    let cold = society.handle.cold_memory("b01", 10, 0).await.unwrap();
    assert_eq!((cold.len(), cold[0].facts_compressed, cold[0].memories_compressed), (1, 10, 5));
    // Six days later the others are old enough, but the week is not over.
    clock.advance(SIM_START.plus_seconds(6 * 86_400));
    society.handle.trigger("b01").await.unwrap();
    assert_eq!(kinds(&society, 5), 1);
    clock.advance(SIM_START.plus_seconds(7 * 86_400 + 60));
    society.handle.trigger("b01").await.unwrap();
    assert_eq!(kinds(&society, 5), 2);
    society.assert_sound();
}

/// The embedded provider over a few hundred beats: memories pass the trigger, nothing grows without bound.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_scripted_life_stays_within_the_bounds_and_recalls_what_is_cold() {
    let (home, mut settings) = super::society::settings();
    settings.bots = botarium::engine::Settings::new(home.path()).bots;
    (settings.summaries, settings.eras) = (1, 1);
    let society = Society::start(home, settings);
    society.handle.run_beats(Run { count: Some(800), ..Run::default() }, |_| {}).await.unwrap();
    let society = society.again(|_| {});
    society.handle.run_beats(Run { count: Some(800), ..Run::default() }, |_| {}).await.unwrap();
    for (kind, most) in [(0, 50), (1, 150), (2, 100), (3, 20), (4, 30), (5, 1), (6, 1)] {
        let worst = society.number(&format!(
            "SELECT ifnull(max(n), 0) FROM (SELECT count(*) AS n FROM memories WHERE kind = {kind} GROUP BY bot_id)"
        ));
        assert!(worst <= most, "kind {kind}: {worst}");
    }
    assert!(society.number("SELECT count(*) FROM memories WHERE kind = 5") > 0, "nothing went cold");
    assert!(society.number("SELECT count(*) FROM archive WHERE kind = 6") > 0, "no era was made of eras");
    // Each summary and era stands for as much as it says, however often it was summed up in turn.
    let (facts, moments) = ("sum(kind = 0)", "sum(kind = 4)");
    let archived = format!("SELECT {facts} * 1000000 + {moments} FROM archive");
    let told = "SELECT sum(count) * 1000000 + sum(moments) FROM memories WHERE kind IN (5, 6)";
    assert_eq!(society.number(&archived), society.number(told));
    let (mut recalled, mut eras) = (0, 0);
    for id in society.texts("SELECT activity_id || '' FROM thoughts ORDER BY activity_id DESC LIMIT 120") {
        let why = society.handle.why(id.parse().unwrap()).await.unwrap();
        recalled += usize::from(why.memories.iter().any(|m| m.kind == "cold"));
        eras += usize::from(why.memories.iter().any(|m| m.kind == "era"));
    }
    assert!(recalled > 0 && eras > 0, "no cold summary or no era came to mind");
    assert_eq!(society.number("SELECT count(*) FROM activities WHERE action_type = 'failed'"), 0);
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_what_was_learned_a_moment_ago_and_nothing_that_is_gone() {
    let model = leaving(
        |call| {
            json!({
                "facts": [format!("The quay has {} bollards-{0}", call.nth)],
                "opinions": [{"topic": "the tide", "stance": format!("stance{} of mine", call.nth), "confidence": 0.5}],
            })
        },
        None,
    )
    .await;
    let society = Society::begin(&model.address(), 1, |_| {}).await;
    let ask = async |words: &str| {
        let q = MemoryQuery { limit: 200, offset: 0, category: None, q: Some(words.into()) };
        let found = society.handle.warm_memory("b01", q).await.unwrap();
        (found.facts_learned.len(), found.opinions.len())
    };
    for _ in 0..3 {
        society.handle.trigger("b01").await.unwrap();
    }
    assert_eq!(ask("bollards").await, (3, 0));
    assert_eq!(ask("tide").await, (0, 1));

    // A stance that changed is found by its new words only.
    let stance = society.texts("SELECT text FROM memories WHERE kind = 2").remove(0);
    let old = stance.split(' ').next().unwrap().to_owned();
    assert_eq!(ask(&old).await, (0, 1));
    society.handle.trigger("b01").await.unwrap();
    let stance = society.texts("SELECT text FROM memories WHERE kind = 2").remove(0);
    assert_eq!((ask(&old).await, ask(stance.split(' ').next().unwrap()).await), ((0, 0), (0, 1)));

    // What is forgotten is found no more.
    let ids = society.texts("SELECT CAST(id AS TEXT) FROM memories WHERE kind = 0 ORDER BY id");
    society.handle.trigger("b01").await.unwrap();
    let newest = society.texts("SELECT CAST(max(id) AS TEXT) FROM memories WHERE kind = 0").remove(0);
    for id in [&ids[0], &newest] {
        society.handle.forget_memory(id.parse().unwrap()).await.unwrap();
    }
    assert_eq!(ask("bollards").await, (3, 0));
    society.assert_sound();
}
