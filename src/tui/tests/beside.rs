//! Beside a second operator: one selection, drafts that hold what was changed here, editors that change
//! nothing by being opened.

use serde_json::json;

use super::fixture::{config, now, press, text};
use super::line::Line;
use crate::domain::PersonalityConfig;
use crate::protocol::{ConfigPatch, CostCaps, Source, WarmMemory};
use crate::tui::msg::{Command, Data, Load, Msg};
use crate::tui::state::Tab;
use crate::tui::state::mind::{Field, Shape};
use crate::tui::update::update;

fn set(patch: ConfigPatch) -> Command {
    Command::SetConfig("ada_001".into(), patch)
}

fn remove(line: &mut Line, id: &str) {
    line.society.bots.iter_mut().for_each(|bot| bot.source = Source::Custom);
    line.elsewhere(&Command::DeleteBot(id.into()));
}

#[test]
fn keys_act_on_no_other_bot_when_the_selected_one_is_removed_elsewhere() {
    for late in [false, true] {
        let mut line = Line::open(120, 36);
        if late {
            // Nothing was announced: it is found out when the list or the bot is read.
            line.society.bots.remove(0);
            line.society.minds.remove("ada_001");
            let bots = line.society.bots.clone();
            line.hear(Msg::Loaded(Load::Bots(None), Ok(Data::Bots(bots))));
        } else {
            remove(&mut line, "ada_001");
        }
        let before = line.done().len();
        line.press_and_wait(&["x", "t", "D", "enter"]);
        assert_eq!(line.done().len(), before, "{:?}", line.done());
        assert_eq!((line.model.inspector.wanted.as_deref(), line.model.selected_bot()), (None, None));
        let shown = text(&line.model);
        assert!(!shown.contains("3 Ada") && shown.contains("select a bot"), "{shown}");
        // The next key selects what is in its place, and is about nothing else.
        line.press_and_wait(&["1", "j", "x"]);
        assert_eq!(line.done().last(), Some(&Command::SetPaused("echo_001".into(), false)));
        assert_eq!(line.model.inspector.wanted.as_deref(), Some("echo_001"));
    }
}

#[test]
fn the_draft_of_a_removed_bot_is_dropped_with_a_word() {
    let mut line = Line::open(120, 36);
    line.press_and_wait(&["m", "L"]);
    remove(&mut line, "ada_001");
    let said = text(&line.model);
    assert!(said.contains("Ada has left the room; what was not saved of it is dropped"), "{said}");
    line.press(&["1", "j", "m", "L"]);
    line.arrive();
    line.press_and_wait(&["L", "shift+tab", "shift+tab", "j"]);
    remove(&mut line, "echo_001");
    line.press(&["q"]);
    assert_eq!(line.others, [crate::tui::msg::Effect::Quit], "{}", text(&line.model));
}

#[test]
fn every_tab_and_the_inspector_are_about_the_one_selected_bot() {
    let mut line = Line::open(160, 45);
    line.press_and_wait(&["j", "j", "alt+4"]);
    assert_eq!(line.model.explorer.of.as_deref(), Some("luna_001"));
    assert!(text(&line.model).contains("What Luna remembers"));
    line.press_and_wait(&["j", "alt+1"]);
    assert_eq!(line.model.inspector.wanted.as_deref(), Some("marcus_001"));
    line.press_and_wait(&["alt+5"]);
    assert_eq!(line.model.society.selected().unwrap().id, "marcus_001");
    line.press_and_wait(&["g", "enter"]);
    assert_eq!(line.model.tab, Tab::Live);
    assert_eq!(line.model.inspector.wanted, line.model.selected_bot());
    // A reason shown for a bot that a filter hides turns to that bot.
    line.press_and_wait(&["/", "s", "a", "g", "e", "enter", "2", "j", "w"]);
    assert_eq!(line.model.inspector.wanted.as_deref(), Some("rex_001"));
    assert_eq!(line.model.selected_bot().as_deref(), Some("rex_001"));
    // What a filter hides takes no keys.
    line.press_and_wait(&["1", "/", "q", "q", "q", "enter"]);
    let before = line.done().len();
    line.press_and_wait(&["x", "t"]);
    assert_eq!(line.done().len(), before);
}

#[test]
fn a_draft_takes_back_nothing_that_another_saved() {
    let mut line = Line::open(120, 36);
    line.press_and_wait(&["m", "L"]);
    line.elsewhere(&set(json!({"behavior": {"shyness": 90}})));
    line.tick();
    let changes = line.model.inspector.mind.changes();
    assert_eq!((changes.len(), changes[0].label), (1, "creativity"), "{changes:?}");
    line.press(&["enter"]);
    assert!(!text(&line.model).contains("shyness       90"), "{}", text(&line.model));
    line.press_and_wait(&["enter"]);
    assert_eq!(line.done().last(), Some(&set(json!({"behavior": {"creativity_level": 90}}))));
    assert_eq!(line.society.minds["ada_001"].behavior.shyness, 90);
    assert!(!line.model.inspector.mind.is_dirty());
}

#[test]
fn a_step_back_of_a_draft_takes_back_nothing_of_others() {
    let mut line = Line::open(120, 36);
    line.press_and_wait(&["m", "L", "j", "L"]);
    line.elsewhere(&set(json!({"behavior": {"shyness": 90, "creativity_level": 33}})));
    line.tick();
    line.press(&["u"]);
    assert_eq!(line.model.inspector.mind.changes().len(), 1);
    line.press(&["u"]);
    assert!(!line.model.inspector.mind.is_dirty(), "{:?}", line.model.inspector.mind.changes());
    assert_eq!(line.model.inspector.mind.draft.as_ref().unwrap().behavior.creativity_level, 33);
}

#[test]
fn a_conflict_is_named_with_both_values_also_in_a_question_that_is_open() {
    let mut line = Line::open(120, 36);
    line.press_and_wait(&["m", "L", "enter"]);
    line.elsewhere(&set(json!({"behavior": {"creativity_level": 20}})));
    let before = line.done().len();
    line.hear(Msg::Tick(now().plus_seconds(1)));
    line.arrive();
    line.quick(&["enter"]);
    line.arrive();
    assert_eq!(line.done().len(), before, "agreed to another question");
    let asked = text(&line.model);
    assert!(asked.contains("20 → 90") && asked.contains("Somebody else set creativity from 80"), "{asked}");
    line.press(&["esc"]);
    assert!(text(&line.model).contains("creativity was set to 20 elsewhere; you have 90"));
    // What is the same in the end is no conflict.
    line.elsewhere(&set(json!({"behavior": {"creativity_level": 90}})));
    line.tick();
    assert!(!line.model.inspector.mind.is_dirty() && line.model.inspector.mind.conflicts.is_empty());
}

#[test]
fn undo_takes_back_the_fields_of_its_save_and_asks_where_they_changed_since() {
    let mut line = Line::open(120, 36);
    line.press_and_wait(&["m", "L", "enter", "enter"]);
    line.elsewhere(&set(json!({"behavior": {"shyness": 90}})));
    line.tick();
    line.press_and_wait(&["u"]);
    assert_eq!(line.done().last(), Some(&set(json!({"behavior": {"creativity_level": 80}}))));
    assert_eq!(line.society.minds["ada_001"].behavior.shyness, 90);
    line.press_and_wait(&["L", "enter", "enter"]);
    line.elsewhere(&set(json!({"behavior": {"creativity_level": 40}})));
    line.tick();
    let before = line.done().len();
    line.press(&["u"]);
    let asked = text(&line.model);
    assert!(
        asked.contains("It was changed since: creativity, 90 → 40.") && asked.contains("40 → 80"),
        "{asked}"
    );
    assert_eq!(line.done().len(), before);
    line.press_and_wait(&["enter"]);
    assert_eq!(line.done().last(), Some(&set(json!({"behavior": {"creativity_level": 80}}))));
}

#[test]
fn what_was_saved_is_not_called_unsaved_when_the_person_has_moved_on() {
    let mut line = Line::open(120, 36);
    line.press_and_wait(&["m", "L"]);
    line.press(&["enter", "enter", "shift+tab", "shift+tab", "j"]);
    line.arrive();
    line.press(&["q"]);
    assert_eq!(line.others, [crate::tui::msg::Effect::Quit], "{}", text(&line.model));
}

#[test]
fn what_is_changed_while_a_save_is_under_way_stays_changed() {
    let mut line = Line::open(120, 36);
    line.press_and_wait(&["m", "L"]);
    line.press(&["enter", "enter", "j", "L"]);
    line.arrive();
    let changes = line.model.inspector.mind.changes();
    assert_eq!((changes.len(), changes[0].label), (1, "leadership"), "{changes:?}");
    assert!(line.model.inspector.mind.conflicts.is_empty());
}

/// Texts that an editor may be tempted to tidy up.
const ODD: [&str; 9] = [
    "a; b; c",
    " leading and trailing ",
    "",
    "society: society: a word",
    "tab\there",
    "two  blanks",
    "“quoted”, with, commas",
    "#not a comment: [x",
    "e\u{301} 名前 🙂",
];

fn odd(field: Field, said: &str) -> PersonalityConfig {
    let mut config = config("ada_001", "Ada", 80);
    let long = "x".repeat(700);
    match field {
        Field::Traits => config.personality.traits = vec![said.into(), long],
        Field::Interests => config.personality.interests = vec![said.into(), String::new(), said.into()],
        Field::Quirks => config.personality.quirks = vec![format!("{said}\n{said}"), long],
        Field::Style => config.personality.communication_style = format!("{said}\n{long}"),
        Field::Origin => config.identity.origin_story = format!("\n{said}\r\n\n{said}\n"),
        Field::Provider => config.model.provider = said.into(),
        Field::Model => config.model.model = said.into(),
        Field::Temperature => config.model.temperature = 0.123_456,
        Field::MaxTokens => config.model.max_tokens = 1_234,
        field => field.set_number(&mut config, 37.0),
    }
    config
}

#[test]
fn opening_and_saving_without_a_change_changes_nothing() {
    for (at, field) in Field::ALL.into_iter().enumerate() {
        for said in ODD {
            let mut line = Line::slow(120, 36);
            line.society.minds.insert("ada_001".into(), odd(field, said));
            line.arrive();
            line.press_and_wait(&["m"]);
            line.model.inspector.mind.scroll.selected = at;
            line.press_and_wait(&["e"]);
            let key = if matches!(field.shape(), Shape::List | Shape::Text) { "ctrl+s" } else { "enter" };
            line.press_and_wait(&[key]);
            let shown = text(&line.model);
            assert!(line.model.overlays.is_empty(), "{field:?} {said:?}\n{shown}");
            assert!(!line.model.inspector.mind.is_dirty(), "{field:?} {said:?}\n{shown}");
            assert_eq!(line.model.inspector.mind.patch(), None);
        }
    }
    // One item of a list changed changes no other.
    let mut line = Line::slow(120, 36);
    line.society.minds.insert("ada_001".into(), odd(Field::Traits, "a; b"));
    line.arrive();
    line.press_and_wait(&["m"]);
    let before = line.model.inspector.mind.draft.as_ref().unwrap().personality.traits.clone();
    let to = format!("{}\nnew", before.join("\n"));
    line.model.inspector.mind.set_text(Field::Traits, &to).unwrap();
    let after = &line.model.inspector.mind.draft.as_ref().unwrap().personality.traits;
    assert_eq!(after[..2], before[..]);
    assert_eq!(after[2], "new");
}

/// What a bot remembers, of every kind, with this text.
fn remembered(said: &str) -> WarmMemory {
    let mut warm = super::fixture::warm();
    warm.facts_learned[0].fact = said.into();
    warm.relationships[0].notes = said.into();
    warm.opinions[0].stance = said.into();
    warm.opinions[0].topic = said.into();
    let of = json!({"id": 4, "interest": said, "date": "2026-12-07", "activity_id": null, "pinned": false});
    warm.interest_items = vec![serde_json::from_value(of).unwrap()];
    let of = json!({"id": 5, "summary": said, "date": "2026-12-07", "thread_id": 3, "activity_id": null,
        "pinned": false});
    warm.memories = vec![serde_json::from_value(of).unwrap()];
    warm
}

#[test]
fn opening_and_saving_a_memory_without_a_change_changes_nothing() {
    let long = "x\n".repeat(2_000);
    for said in ODD.into_iter().chain([long.as_str()]) {
        for place in [&["r"][..], &["alt+4", "tab"]] {
            let mut line = Line::slow(120, 36);
            line.society.warm = Some(remembered(said));
            line.arrive();
            line.press_and_wait(place);
            let recall =
                if place == ["r"] { &line.model.inspector.recall } else { &line.model.explorer.recall };
            let lines = recall.lines.len();
            assert!(lines >= 10, "{place:?} {said:?}: {lines} lines");
            line.press_and_wait(&["g"]);
            for _ in 0..lines {
                line.press_and_wait(&["e", "ctrl+s"]);
                assert!(line.model.overlays.is_empty(), "{place:?} {said:?}\n{}", text(&line.model));
                line.press_and_wait(&["j"]);
            }
            assert_eq!(line.done(), [], "{place:?} {said:?}");
        }
    }
    // And what is too long by one is not cut.
    let mut line = Line::slow(120, 36);
    line.society.warm = Some(remembered(&"x".repeat(4_000)));
    line.arrive();
    line.press_and_wait(&["r", "g", "j", "e", "y", "ctrl+s"]);
    assert_eq!(line.done(), []);
    assert!(text(&line.model).contains("4001 characters; 4000 are allowed"), "{}", text(&line.model));
}

#[test]
fn opening_and_saving_a_cap_or_a_pace_without_a_change_changes_nothing() {
    for (tokens, nanos, pace) in [
        (0, 0, None),
        (1, 1, Some(1)),
        (50_000, 123_456_789, Some(77)),
        (999_999_999_999, 999_999_999_999_999_999, Some(604_800)),
    ] {
        for own in [false, true] {
            let mut line = Line::slow(120, 36);
            line.society.caps = CostCaps {
                daily_token_cap: tokens,
                daily_cost_cap_usd: crate::domain::Money::from_nanos(nanos),
                is_custom_token_cap: own,
                is_custom_cost_cap: own,
            };
            line.society.bots[0].pace_seconds = pace;
            line.arrive();
            line.press_and_wait(&["b", "g"]);
            for _ in 0..3 {
                line.press_and_wait(&["enter", "enter", "j"]);
                assert!(line.model.overlays.is_empty(), "{}", text(&line.model));
            }
            line.press_and_wait(&["P", "enter"]);
            line.model.room.as_mut().unwrap().pace.interval_seconds = pace.unwrap_or(30);
            line.press_and_wait(&["p", "enter"]);
            assert_eq!(line.done(), [], "{tokens} {nanos} {pace:?} {own}");
        }
    }
}

#[test]
fn an_opinion_is_edited_as_it_is_stored() {
    let mut model = super::fixture::model(120, 36);
    press(&mut model, &["r"]);
    for _ in 0..6 {
        if model.inspector.recall.selected().is_some_and(|item| item.topic == "doors") {
            break;
        }
        press(&mut model, &["j"]);
    }
    assert!(text(&model).contains("doors: They remember"), "{}", text(&model));
    assert_eq!(press(&mut model, &["e", "ctrl+s"]), []);
    assert!(model.overlays.is_empty());
    press(&mut model, &["e"]);
    assert!(!text(&model).contains("┃ doors:"), "{}", text(&model));
    let effects = press(&mut model, &["?", "ctrl+s"]);
    let [crate::tui::msg::Effect::Run(Command::EditMemory(3, edit))] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(edit.text.as_deref(), Some("They remember who closed them.?"));
}

#[test]
fn a_cap_that_was_only_looked_at_stays() {
    let mut model = super::fixture::model(120, 36);
    assert_eq!(press(&mut model, &["b", "enter", "enter", "j", "e", "enter", "j", "e", "enter"]), []);
    assert_eq!(press(&mut model, &["P", "enter"]), []);
    let current = press(&mut model, &["p", "enter"]);
    assert_eq!(current, []);
    let _ = update(&mut model, Msg::Tick(now()));
}
