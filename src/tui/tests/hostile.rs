//! Text from outside cannot act on the terminal, wherever it is shown.

use serde_json::json;

use super::fixture::{act, model, press, screen, text};
use crate::domain::Stamp;
use crate::protocol::{Event, Notice};
use crate::tui::msg::{Data, Load, Msg};
use crate::tui::update::update;

const EVIL: &str = "a\u{1b}]52;c;AAAA\u{7}b\u{1b}[31mc\u{9b}2Jd\u{1b}Pq\u{1b}\\e\u{1b}cf\u{202e}g\u{200b}h\u{90}i\u{9d}8;;x\u{9c}j\u{0}k\r\nl\u{2066}m";

fn assert_harmless(model: &crate::tui::state::Model) {
    for cell in screen(model).content() {
        for c in cell.symbol().chars() {
            let bad =
                c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}');
            assert!(!bad, "{:?} reached the screen", cell.symbol());
        }
    }
}

#[test]
fn every_field_a_bot_can_fill_is_harmless() {
    let mut model = model(160, 45);
    let mut bots = super::fixture::bots();
    for bot in &mut bots {
        bot.name = EVIL.into();
        bot.status_reason = Some(EVIL.into());
        bot.personality_config.personality.traits = vec![EVIL.into()];
        bot.personality_config.identity.origin_story = EVIL.into();
    }
    update(&mut model, Msg::Loaded(Load::Bots(None), Ok(Data::Bots(bots.clone()))));
    update(&mut model, Msg::Loaded(Load::Bot("ada_001".into()), Ok(Data::Bot(Box::new(bots[0].clone())))));
    let details = json!({"thread_id": 3, "title": EVIL, "content": EVIL, "other_bot_id": EVIL});
    for (seq, action) in (20..).zip(["create_thread", "reply", "vote", "web_search", "failed", EVIL]) {
        let row = act(seq, (EVIL, EVIL), action, details.clone());
        update(
            &mut model,
            Msg::Event(std::sync::Arc::new(Event {
                seq,
                timestamp: row.created_at,
                notice: Notice::HeartbeatComplete {
                    bot_id: row.bot_id,
                    bot_name: row.bot_name,
                    action: row.action_type,
                    details: row.details,
                    tokens_used: 1,
                    cost_usd: crate::domain::Money::ZERO,
                    cost_simulated: false,
                },
            })),
        );
    }
    let delta = Notice::ThoughtDelta { bot_id: "ada_001".into(), text: EVIL.into() };
    update(
        &mut model,
        Msg::Event(std::sync::Arc::new(Event { seq: 30, timestamp: Stamp::default(), notice: delta })),
    );
    let mut why = super::fixture::why();
    why.exchanges[0].answer = EVIL.into();
    why.sections[0].text = EVIL.into();
    why.memories[0].text = EVIL.into();
    for keys in [&["1"][..], &["i"], &["m"], &["b"], &["r"], &["w"], &["2", "j", "j"], &["x"], &["a"]] {
        press(&mut model, keys);
        if keys == ["w"] {
            model.inspector.why.load(why.clone());
        }
        assert_harmless(&model);
    }
    model.toast(crate::tui::state::Tone::Bad, EVIL);
    assert_harmless(&model);
}

#[test]
fn wide_letters_emoji_and_long_lines_stay_in_their_cells() {
    let long = "x".repeat(10_240);
    let odd = [
        "日本語の長い文章がここにあります",
        "👩‍👩‍👧‍👦 family 👍🏽 ok",
        "שלום עולם",
        "e\u{301}\u{301}\u{301} marks",
        long.as_str(),
    ];
    for width in [60, 80, 121, 160] {
        let mut model = model(width, 30);
        for (seq, said) in (20..).zip(odd) {
            let details = json!({"reply_id": 1, "thread_id": 3, "content": said});
            model.stream.push(crate::tui::state::Row::of_activity(&act(
                seq,
                ("ada_001", said),
                "reply",
                details,
            )));
        }
        press(&mut model, &["2"]);
        let buf = screen(&model);
        // Right borders are where they belong: nothing pushed them.
        let activity = model.layout().pane(crate::tui::state::Pane::Activity).unwrap();
        for y in activity.y + 1..activity.bottom() - 1 {
            let border = buf[(activity.right() - 1, y)].symbol();
            assert!(["┃", "│"].contains(&border), "{width}: {border:?} at {y}\n{}", text(&model));
        }
    }
}
