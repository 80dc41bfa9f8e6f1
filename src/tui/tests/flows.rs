//! What a person does, key by key, and what is asked of the engine.

use std::sync::Arc;

use serde_json::json;

use super::fixture::{act, bots, config, give, look, model, now, press, screen, serve, text, type_text};
use crate::domain::Stamp;
use crate::protocol::*;
use crate::tui::msg::{Command, Data, Effect, Load, Msg, Outcome};
use crate::tui::state::Tone;
use crate::tui::state::mind::Applied;
use crate::tui::update::{is_quiet, update};

fn beat(seq: i64, bot: &str, action: &str) -> Msg {
    Msg::Event(Arc::new(Event {
        seq,
        timestamp: now().plus_seconds(seq),
        notice: Notice::HeartbeatComplete {
            bot_id: bot.into(),
            bot_name: bot.into(),
            action: action.into(),
            details: json!({"reputation_score": 13, "content": format!("words {seq}"), "thread_id": 3}),
            tokens_used: 100,
            cost_usd: crate::domain::Money::from_nanos(1_000),
            cost_simulated: false,
        },
    }))
}

#[test]
fn a_slider_is_moved_shown_saved_and_applied() {
    let mut model = model(160, 45);
    press(&mut model, &["m", "L"]);
    assert!(text(&model).contains("90 (was 80)") && text(&model).contains("1 change not saved"));
    assert!(press(&mut model, &["enter"]).is_empty());
    assert!(text(&model).contains("80 → 90"));
    let effects = press(&mut model, &["enter"]);
    let patch = json!({"behavior": {"creativity_level": 90}});
    assert_eq!(effects, [Effect::Run(Command::SetConfig("ada_001".into(), patch.clone()))]);
    let saved = BotConfigView {
        bot_id: "ada_001".into(),
        bot_name: "Ada".into(),
        personality_config: config("ada_001", "Ada", 90),
        cost_caps: super::fixture::caps(),
        yaml_config: Some(config("ada_001", "Ada", 70)),
    };
    update(
        &mut model,
        Msg::Ran(Command::SetConfig("ada_001".into(), patch), Ok(Outcome::Config(Box::new(saved)))),
    );
    assert!(text(&model).contains("takes effect on the next beat"));
    update(&mut model, beat(20, "ada_001", "reply"));
    assert_eq!(model.inspector.mind.applied, Applied::Since(now().plus_seconds(20)));
    assert!(text(&model).contains("applied by the beat at"));
    // Undo of what was saved asks the engine for the way back.
    let back =
        Effect::Run(Command::SetConfig("ada_001".into(), json!({"behavior": {"creativity_level": 80}})));
    assert_eq!(press(&mut model, &["u"]), [back]);
}

#[test]
fn digits_choose_panes_and_a_number_is_typed_where_it_is_asked_for() {
    let mut model = model(160, 45);
    press(&mut model, &["m", "1"]);
    assert_eq!(model.focus, crate::tui::state::Pane::Bots);
    assert!(!model.inspector.mind.is_dirty());
    press(&mut model, &["m", "=", "4", "5", "enter"]);
    assert!(text(&model).contains("45 (was 80)"));
    press(&mut model, &["=", "4", "5", "7", "enter"]);
    assert!(text(&model).contains("a number from 0 to 100") && !model.overlays.is_empty());
    press(&mut model, &["esc", "u"]);
    assert!(!model.inspector.mind.is_dirty());
}

#[test]
fn reset_says_what_is_lost_and_asks() {
    let mut model = model(120, 36);
    assert!(press(&mut model, &["m", "R"]).is_empty());
    assert!(text(&model).contains("80 → 70"));
    assert!(press(&mut model, &["esc"]).is_empty() && model.overlays.is_empty());
    assert_eq!(press(&mut model, &["R", "y"]), [Effect::Run(Command::ResetBot("ada_001".into()))]);
}

#[test]
fn a_changed_file_shows_what_it_would_change_before_it_is_taken() {
    let mut model = model(120, 36);
    press(&mut model, &["j", "j", "Y"]);
    assert!(text(&model).contains("The YAML file of Luna has changed"));
    assert!(press(&mut model, &["j", "enter"]).is_empty());
    assert!(text(&model).contains("Take the YAML file of Luna?") && text(&model).contains("80 → 70"));
    let take = Command::YamlChoice("luna_001".into(), YamlChoice::Take);
    assert_eq!(press(&mut model, &["enter"]), [Effect::Run(take)]);
    let keep = Command::YamlChoice("luna_001".into(), YamlChoice::Keep);
    assert_eq!(press(&mut model, &["Y", "enter"]).last(), Some(&Effect::Run(keep)));
}

#[test]
fn a_cap_is_typed_checked_and_returned_to_the_default() {
    let mut model = model(120, 36);
    press(&mut model, &["b", "enter"]);
    type_text(&mut model, "lots");
    assert!(press(&mut model, &["enter"]).is_empty());
    assert!(text(&model).contains("a whole number of tokens"));
    press(&mut model, &["ctrl+u"]);
    type_text(&mut model, "50k");
    let set = SetCaps { daily_token_cap: Some(Some(50_000)), ..SetCaps::default() };
    assert_eq!(press(&mut model, &["enter"]), [Effect::Run(Command::SetCaps("ada_001".into(), set))]);
    let unset = SetCaps { daily_token_cap: Some(None), ..SetCaps::default() };
    assert_eq!(press(&mut model, &["d"]), [Effect::Run(Command::SetCaps("ada_001".into(), unset))]);
    let caps = model.inspector.caps.as_mut().unwrap();
    caps.is_custom_token_cap = false;
    assert!(press(&mut model, &["d"]).is_empty() && text(&model).contains("it is the default already"));
}

#[test]
fn scrolling_freezes_the_stream_and_the_top_lets_it_run() {
    let mut model = model(120, 36);
    press(&mut model, &["2", "j", "j"]);
    let selected = model.stream.selected().unwrap().seq;
    for seq in 20..23 {
        update(&mut model, beat(seq, "sage_001", "reply"));
    }
    assert_eq!(model.stream.selected().unwrap().seq, selected);
    assert!(text(&model).contains("3 new ↑") && !text(&model).contains("words 22"));
    press(&mut model, &["g"]);
    assert!(text(&model).contains("words 22") && !text(&model).contains("new ↑"));
}

#[test]
fn why_of_any_act() {
    let mut model = model(120, 36);
    press(&mut model, &["2", "j", "w"]);
    assert_eq!(model.inspector.why.wanted, Some(8));
    assert_eq!(model.inspector.wanted.as_deref(), Some("rex_001"));
}

#[test]
fn a_priced_provider_tells_the_cost_and_asks() {
    let mut model = model(120, 36);
    let choose = Command::SetDefaultProvider { name: "anthropic".into(), model: None, confirm_cost: false };
    assert_eq!(press(&mut model, &["v", "k", "k", "enter"]), [Effect::Run(choose.clone())]);
    let fault = Fault::conflict("anthropic is expected to cost $2.10 a day at this pace");
    update(&mut model, Msg::Ran(choose, Err(fault)));
    assert!(text(&model).contains("$2.10 a day"));
    look(&mut model);
    let sure = Command::SetDefaultProvider { name: "anthropic".into(), model: None, confirm_cost: true };
    assert_eq!(press(&mut model, &["enter"]), [Effect::Run(sure)]);
}

#[test]
fn an_interview_streams_into_its_window() {
    let mut model = model(120, 36);
    press(&mut model, &["a"]);
    type_text(&mut model, "Why doors?");
    let ask =
        Command::Interview("ada_001".into(), Interview { question: "Why doors?".into(), remember: false });
    assert_eq!(press(&mut model, &["ctrl+s"]), [Effect::Run(ask.clone())]);
    let delta = Notice::ThoughtDelta { bot_id: "ada_001".into(), text: "Because they".into() };
    update(&mut model, Msg::Event(Arc::new(Event { seq: 9, timestamp: Stamp::default(), notice: delta })));
    assert!(text(&model).contains("Because they") && model.animated());
    let answer = InterviewAnswer {
        answer: "Because they open.".into(),
        tokens_used: 12,
        cost_usd: crate::domain::Money::ZERO,
    };
    update(&mut model, Msg::Ran(ask, Ok(Outcome::Interview(answer))));
    assert!(text(&model).contains("Because they open.") && text(&model).contains("12 tokens"));
    // What is asked further stands first in what is recorded; what was said before comes behind it.
    press(&mut model, &["a"]);
    type_text(&mut model, "And windows?");
    let asked = press(&mut model, &["enter"]);
    let [Effect::Run(Command::Interview(_, further))] = asked.as_slice() else { panic!("{asked:?}") };
    let (first, before) = further.question.split_once('\n').unwrap();
    assert_eq!(first, "And windows?");
    assert!(before.contains("asked: Why doors?") && before.ends_with("answered: Because they open."));
}

#[test]
fn an_idle_screen_draws_nothing_between_ticks_and_asks_nothing_at_them() {
    let mut model = model(120, 36);
    assert!(!model.animated());
    // Two ticks without news: no read.
    update(&mut model, Msg::Tick(now().plus_seconds(1)));
    assert_eq!(update(&mut model, Msg::Tick(now().plus_seconds(2))), []);
    // What cannot be seen makes no frame.
    let moved = crossterm::event::MouseEvent {
        kind: crossterm::event::MouseEventKind::Moved,
        column: 1,
        row: 1,
        modifiers: crossterm::event::KeyModifiers::NONE,
    };
    assert!(is_quiet(&model, &Msg::Mouse(moved)));
    // The same model gives the same cells: a frame would be empty.
    assert_eq!(screen(&model), screen(&model));
}

#[test]
fn news_are_read_once_at_the_next_tick() {
    let mut model = model(160, 45);
    update(&mut model, Msg::Tick(now().plus_seconds(1)));
    for seq in 20..520 {
        assert_eq!(update(&mut model, beat(seq, "sage_001", "reply")), []);
    }
    let effects = update(&mut model, Msg::Tick(now().plus_seconds(2)));
    assert!(effects.contains(&Effect::Load(Load::Bot("sage_001".into()))));
    assert!(effects.len() <= 8, "{effects:?}");
    serve(&mut model, effects);
    assert_eq!(update(&mut model, Msg::Tick(now().plus_seconds(3))), []);
}

#[test]
fn a_gap_is_read_page_by_page_without_repeats() {
    let mut model = model(120, 36);
    let notice = Notice::Resync { from_seq: 10, to_seq: 300 };
    let effects = update(&mut model, Msg::Event(Arc::new(Event { seq: 300, timestamp: now(), notice })));
    let [Effect::Load(Load::Activity(query))] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(query.after_seq, Some(9));
    let page: Vec<_> = (10..210).map(|id| act(id, ("ada_001", "Ada"), "reply", json!({}))).collect();
    let next = give(&mut model, Load::Activity(query.clone()), Data::Activity(page.clone()));
    assert!(matches!(&next[..], [Effect::Load(Load::Activity(q))] if q.after_seq == Some(209)));
    let len = model.stream.len();
    give(&mut model, Load::Activity(query.clone()), Data::Activity(page));
    assert_eq!(model.stream.len(), len);
}

#[test]
fn a_removed_bot_leaves_the_list() {
    let mut model = model(120, 36);
    let gone = Fault::not_found("bot", "rex_001");
    update(&mut model, Msg::Loaded(Load::Bot("rex_001".into()), Err(gone)));
    assert_eq!(model.bots.total(), bots().len() - 1);
}

#[test]
fn the_models_of_a_server_are_listed_or_typed() {
    let mut model = model(120, 36);
    press(&mut model, &["m"]);
    let of = |name: &str| crate::tui::state::mind::Field::ALL.iter().position(|f| f.label() == name).unwrap();
    model.inspector.mind.draft.as_mut().unwrap().model.provider = "ollama".into();
    model.inspector.mind.scroll.selected = of("model");
    // Not known yet: a line to type in, and the server is asked.
    for provider in &mut model.providers {
        provider.models.clear();
    }
    let ask = Command::TestProvider { name: "ollama".into(), model: None, timed: false };
    assert_eq!(press(&mut model, &["e"]), [Effect::Run(ask.clone())]);
    let mut known = super::fixture::providers();
    known.iter_mut().for_each(|p| p.models = vec!["llama3.2".into(), "qwen3:8b".into()]);
    let test = ProviderTest {
        ok: true,
        message: "Ready.".into(),
        latency_ms: 9,
        models: known[0].models.clone(),
        tokens_used: 3,
        cost_usd: crate::domain::Money::ZERO,
        speed: None,
    };
    let effects = update(&mut model, Msg::Ran(ask, Ok(Outcome::Test(test))));
    assert_eq!(effects, [Effect::Load(Load::Providers)]);
    give(&mut model, Load::Providers, Data::Providers(known));
    assert!(text(&model).contains("Which model of ollama?") && text(&model).contains("qwen3:8b"));
    press(&mut model, &["down", "down", "enter"]);
    assert_eq!(model.inspector.mind.draft.as_ref().unwrap().model.model, "qwen3:8b");
    press(&mut model, &["e", "down", "down", "down", "enter"]);
    type_text(&mut model, "-tuned");
    press(&mut model, &["enter"]);
    assert_eq!(model.inspector.mind.draft.as_ref().unwrap().model.model, "qwen3:8b-tuned");
    press(&mut model, &["e", "up", "up", "up", "up", "enter"]);
    assert_eq!(model.inspector.mind.draft.as_ref().unwrap().model.model, "");
}

#[test]
fn a_pace_is_priced_by_who_will_answer() {
    let mut model = model(120, 36);
    press(&mut model, &["p"]);
    assert!(text(&model).contains("4 hours · about 32.4k tok a day, $0.081"), "{}", text(&model));
    press(&mut model, &["esc"]);
    // What beats cost today says nothing of a provider that is dearer.
    for provider in &mut model.providers {
        provider.is_default = provider.name == "anthropic";
        provider.price_in = provider.price_in.map(|price| price * 10.0);
        provider.price_out = provider.price_out.map(|price| price * 10.0);
    }
    press(&mut model, &["p"]);
    assert!(text(&model).contains("4 hours · about 32.4k tok a day, $0.454"), "{}", text(&model));
    press(&mut model, &["esc"]);
    for provider in &mut model.providers {
        provider.pricing = "unpriced".into();
    }
    press(&mut model, &["p"]);
    assert!(text(&model).contains("4 hours · about 32.4k tok a day, cost unknown"), "{}", text(&model));
}

#[test]
fn a_calm_screen_rests_until_the_next_minute_or_a_beat_comes_near() {
    for (width, height) in [(80, 24), (120, 36), (160, 45)] {
        let mut model = model(width, height);
        model.toasts.clear();
        assert_eq!(model.rests_until(), None, "beats are counted down");
        model.room.as_mut().unwrap().engine = EngineState::Paused;
        assert_eq!(model.rests_until(), None, "ages are told in seconds");
        let later = model.now.plus_seconds(3_600);
        update(&mut model, Msg::Tick(later));
        let until = model.rests_until().expect("nothing moves");
        assert_eq!(until.micros() % 60_000_000, 0);
        assert!((1..=60).contains(&until.seconds_since(later)));
        // Until then the first line is as it is, and then it is another.
        let header = |model: &_| text(model).lines().next().unwrap().to_owned();
        let kept = header(&model);
        update(&mut model, Msg::Tick(until.plus_micros(-1)));
        assert_eq!(header(&model), kept);
        update(&mut model, Msg::Tick(until));
        assert_ne!(header(&model), kept);
        model.toast(Tone::Good, "a word that goes");
        assert_eq!(model.rests_until(), None);
        model.toasts.clear();
        // A running room rests as well while the next beat is far off.
        model.room.as_mut().unwrap().engine = EngineState::Running;
        let beat = model.now.plus_seconds(150);
        for mut bot in super::fixture::bots() {
            bot.next_beat_at = Some(beat);
            model.bots.merge(&[bot]);
        }
        assert_eq!(model.rests_until(), Some(beat.plus_seconds(-119)), "{}", text(&model));
        update(&mut model, Msg::Tick(beat.plus_seconds(-119)));
        assert!(model.rests_until().is_none() && text(&model).contains(" 1:59"), "{}", text(&model));
    }
}
