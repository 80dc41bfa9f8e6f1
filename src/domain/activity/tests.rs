use serde_json::json;

use super::*;

struct Known;

impl Names for Known {
    fn name(&self, id: &str) -> String {
        if id == "luna_001" { "Luna".into() } else { id.to_owned() }
    }

    fn title(&self, thread: i64) -> Option<String> {
        (thread == 3).then(|| "On doors".to_owned())
    }

    fn quoted(&self, title: String) -> String {
        format!("“{title}”")
    }
}

/// One row of each kind, as they stand in databases.
fn rows() -> Vec<(&'static str, Value)> {
    vec![
        ("create_thread", json!({"thread_id": 3, "title": "On doors"})),
        ("reply", json!({"reply_id": 9, "thread_id": 3, "content": "Yes", "other_bot_id": "luna_001"})),
        ("reply", json!({"reply_id": 9, "thread_id": 3, "content": "Yes"})),
        (
            "vote",
            json!({"target_type": "reply", "target_id": 7, "thread_id": 3, "value": -1, "updated": true, "other_bot_id": "luna_001", "reason": "no"}),
        ),
        (
            "vote",
            json!({"target_type": "thread", "target_id": 3, "thread_id": 3, "value": 1, "updated": false}),
        ),
        ("follow", json!({"bot_id": "luna_001", "other_bot_id": "luna_001"})),
        ("unfollow", json!({"bot_id": "luna_001", "other_bot_id": "luna_001"})),
        (
            "web_search",
            json!({"query": "tides", "reason": "", "result_count": 1, "results": [{"title": "Tide", "url": "", "extract": "Water.", "source": "offline"}]}),
        ),
        ("web_search", json!({"query": "tides", "reason": "", "error": "no network", "result_count": 0})),
        ("do_nothing", json!({"reason": "tired"})),
        ("do_nothing", json!({"reason": "paused", "paused": true})),
        ("do_nothing", json!({"reason": "spent", "cap_exceeded": true})),
        ("failed", json!({"error": "no answer"})),
        ("failed", json!({"error": "no answer", "provider": "ollama"})),
        ("human_post", json!({"post": "thread", "thread_id": 3, "title": "On doors", "content": "Why?"})),
        (
            "human_post",
            json!({"post": "reply", "reply_id": 4, "thread_id": 3, "content": "Why?", "other_bot_id": "luna_001"}),
        ),
        ("interview", json!({"question": "Why?", "answer": "So.", "remember": true})),
        ("interview", json!({"question": "Why?", "error": "no", "remember": false})),
        (
            "event_injected",
            json!({"event_id": 1, "title": "Rain", "event_type": "news", "severity": "normal"}),
        ),
        (
            "event_injected",
            json!({"event_id": 1, "title": "Rain", "event_type": "news", "severity": "normal", "by": "kim", "changes": []}),
        ),
        ("config_updated", json!({"change": "created"})),
        (
            "config_updated",
            json!({"change": "deleted", "target_type": "reply", "target_id": 4, "thread_id": 3}),
        ),
        ("config_updated", json!({"changed": ["pace"], "pace_seconds": null})),
        ("config_updated", json!({"changed": ["pace"], "pace_seconds": 30})),
        ("config_updated", json!({"changed": ["paused"], "is_paused": true})),
        (
            "config_updated",
            json!({"changed": ["behavior"], "by": "desk", "changes": [{"field": "behavior.shyness", "old": 20, "new": 90}]}),
        ),
        ("calls_lost", json!({"calls": 2, "reason": "it ended"})),
        ("provider_test", json!({"provider": "ollama", "error": null})),
    ]
}

#[test]
fn every_row_reads_back_as_it_was_written() {
    for (kind, own) in rows() {
        let activity = Activity::read(kind, &own).unwrap_or_else(|| panic!("{kind}: {own}"));
        assert_eq!(activity.kind().as_str(), kind);
        assert_eq!(Value::Object(activity.plain()).to_string(), own.to_string(), "{kind}");
        let stored = details(&activity, true, 5, "raw").to_string();
        let mut keys = json!({"success": true, "action": kind});
        keys.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        keys["reputation_score"] = 5.into();
        keys["raw_response"] = "raw".into();
        assert_eq!(stored, keys.to_string());
        assert_eq!(Activity::read_stored(kind, &stored), Some(activity));
    }
    let seen: std::collections::BTreeSet<&str> = rows().iter().map(|(kind, _)| *kind).collect();
    assert_eq!(seen.len(), ActivityKind::ALL.len(), "a kind has no row here");
}

#[test]
fn every_row_is_a_sentence() {
    let told: Vec<String> = rows().iter().map(|(kind, own)| Told::of(kind, own).sentence(&Known)).collect();
    assert_eq!(
        told,
        [
            "opened #3 “On doors”",
            "replied to Luna in #3 “On doors”",
            "replied in #3 “On doors”",
            "voted Luna down in #3 “On doors”",
            "voted up in #3 “On doors”",
            "now follows Luna",
            "no longer follows Luna",
            "looked up tides",
            "looked up tides",
            "stayed quiet",
            "stayed quiet",
            "stayed quiet",
            "failed to act",
            "failed to act",
            "posted in #3 “On doors”",
            "posted in #3 “On doors”",
            "was interviewed",
            "was interviewed",
            "injected Rain",
            "injected Rain, by kim",
            "was changed: created",
            "was changed: reply 4 deleted",
            "was changed: pace",
            "was changed: pace",
            "was changed: paused",
            "was changed: shyness 20 → 90, by desk",
            "lost calls that were charged",
            "tried a provider: ollama",
        ]
    );
}

#[test]
fn a_kind_of_a_later_version_is_told_by_its_word() {
    let told = Told::of("moved_house", &json!({"reason": "rent\u{1b}[2J"}));
    assert_eq!((told.kind, told.sentence(&Known).as_str()), (None, "moved house"));
    assert!(!told.quote.contains('\u{1b}'));
    let odd = Told::of("vote", &json!({"value": "many", "reason": "odd"}));
    assert_eq!((odd.kind, odd.quote.as_str()), (Some(ActivityKind::Vote), "odd"));
}

#[test]
fn deeds_read_as_lines() {
    let line = |kind, own: Value| Activity::read(kind, &own).unwrap().deed();
    let vote = json!({"value": -1, "target_type": "reply", "target_id": 7});
    assert_eq!(line("vote", vote).as_deref(), Some("voted down reply #7"));
    assert_eq!(line("do_nothing", json!({"reason": "paused", "paused": true})), None);
    let reply = json!({"thread_id": 3, "content": "yes"});
    assert_eq!(line("reply", reply).as_deref(), Some("replied in #3: “yes”"));
}

#[test]
fn what_is_told_of_a_change_follows_what_is_known() {
    let of = |own: Value| match Activity::read("config_updated", &own).unwrap() {
        Activity::ConfigUpdated(changed) => changed.in_words(),
        other => panic!("{other:?}"),
    };
    let one = |field: &str, old: Value, new: Value| json!([{"field": field, "old": old, "new": new}]);
    let paused = one("paused", json!(false), json!(true));
    assert_eq!(of(json!({"changes": paused, "by": "kim"})).as_deref(), Some("paused, by kim"));
    let cap = one("daily_token_cap", json!(null), json!(500));
    assert_eq!(of(json!({"changes": cap})).as_deref(), Some("daily token cap the default → 500"));
    // What an earlier version wrote down names no values.
    assert_eq!(of(json!({"changed": ["cost_cap"]})).as_deref(), Some("cost cap"));
    assert_eq!(
        of(json!({"change": "created", "by": "port", "changes": []})).as_deref(),
        Some("created, by port")
    );
    assert_eq!(of(json!({})), None);
}

#[test]
fn a_number_that_is_missing_is_none_and_not_nought() {
    for (kind, details) in [
        ("reply", json!({"content": "Yes."})),
        ("create_thread", json!({"title": "Tides", "content": "Why?", "tags": []})),
        ("human_post", json!({"content": "Yes."})),
    ] {
        let activity = Activity::read(kind, &details).unwrap_or_else(|| panic!("{kind} is read"));
        assert_eq!((activity.thread(), activity.reply()), (None, None), "{kind}");
    }
}
