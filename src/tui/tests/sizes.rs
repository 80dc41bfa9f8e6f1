//! Every pane and window at the sizes people have.

use proptest::prelude::*;

use super::fixture::{empty, model, now, press, text, type_text};
use crate::protocol::EngineState;
use crate::tui::msg::Msg;
use crate::tui::state::{Model, Pane};
use crate::tui::update::update;

/// The sizes people have.
pub const SIZES: [(u16, u16); 4] = [(80, 24), (120, 36), (160, 45), (240, 70)];

macro_rules! snap {
    ($name:expr, $model:expr) => {
        insta::assert_snapshot!($name, text($model))
    };
}

#[test]
fn the_live_tab_at_every_size() {
    for (width, height) in [(80, 24), (120, 36), (160, 45), (200, 50), (240, 70), (40, 10)] {
        snap!(format!("live_{width}x{height}"), &model(width, height));
    }
}

#[test]
fn before_anything_is_read() {
    snap!("first_frame_80x24", &empty(80, 24));
}

#[test]
fn the_inspector_page_by_page() {
    for (page, key) in [("profile", "i"), ("mind", "m"), ("budget", "b"), ("memory", "r"), ("why", "w")] {
        for (width, height) in SIZES {
            let mut model = model(width, height);
            press(&mut model, &[key]);
            snap!(format!("{page}_{width}x{height}"), &model);
        }
    }
}

#[test]
fn what_is_said_of_the_beats_of_a_bot_is_said_whole() {
    for (width, height) in SIZES {
        let mut model = model(width, height);
        press(&mut model, &["i"]);
        let last = now().plus_seconds(-27 * 60);
        model.room.as_mut().unwrap().engine = EngineState::Paused;
        let bot = model.inspector.bot.as_mut().unwrap();
        (bot.last_beat_at, bot.next_beat_at, bot.pace_seconds) = (Some(last), Some(now()), Some(900));
        let shown = text(&model);
        for said in ["last beat 27m ago", "held while the room is paused", "own pace 15m"] {
            assert!(shown.contains(said), "{width}x{height}: `{said}` is not in\n{shown}");
        }
    }
}

#[test]
fn panes_of_their_own_when_zoomed() {
    for pane in Pane::ALL {
        let mut model = model(80, 24);
        let key = (pane.index() + 1).to_string();
        press(&mut model, &[&key, "z"]);
        snap!(format!("zoom_{}", key), &model);
    }
}

fn opened(size: (u16, u16), what: &str) -> Model {
    let mut model = model(size.0, size.1);
    match what {
        "help" => press(&mut model, &["?"]),
        "palette" => {
            press(&mut model, &[":"]);
            type_text(&mut model, "pause");
            vec![]
        }
        "diff" => press(&mut model, &["m", "L", "j", "=", "4", "0", "enter", "enter"]),
        "reset" => press(&mut model, &["m", "R"]),
        "pace" => press(&mut model, &["p"]),
        "providers" => press(&mut model, &["v"]),
        "new_bot" => press(&mut model, &["n"]),
        "export" => press(&mut model, &["E"]),
        "interview" => press(&mut model, &["a"]),
        "kind" => press(&mut model, &["2", "f"]),
        "filter" => {
            press(&mut model, &["2", "/"]);
            type_text(&mut model, "door");
            vec![]
        }
        "traits" => press(&mut model, &["m", "j", "j", "j", "j", "j", "j", "j", "j", "j", "j", "j", "e"]),
        "cap" => press(&mut model, &["b", "enter"]),
        "toast" => press(&mut model, &["D"]),
        other => panic!("{other}"),
    };
    model
}

#[test]
fn every_window_at_every_size() {
    let windows = [
        "help",
        "palette",
        "diff",
        "reset",
        "pace",
        "providers",
        "new_bot",
        "export",
        "interview",
        "kind",
        "filter",
        "traits",
        "cap",
        "toast",
    ];
    for what in windows {
        for size in SIZES {
            snap!(format!("{what}_{}x{}", size.0, size.1), &opened(size, what));
        }
    }
}

#[test]
fn ten_thousand_bots() {
    let mut model = model(120, 36);
    let many: Vec<_> = (0..10_000)
        .map(|n| {
            super::fixture::bot(
                &format!("bot_{n:05}"),
                &format!("Bot {n}"),
                0,
                crate::protocol::Status::Active,
            )
        })
        .collect();
    model.bots.set(&many);
    press(&mut model, &["1", "G"]);
    assert!(text(&model).contains("Bot 9999"));
    assert!(text(&model).contains("10000/10000"));
    press(&mut model, &["/"]);
    type_text(&mut model, "bot 77");
    assert!(text(&model).contains("1 Bots /bot 77") && text(&model).contains(" 111 "), "{}", text(&model));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn no_size_and_no_key_panics(
        sizes in prop::collection::vec((1_u16..220, 1_u16..70), 1..6),
        keys in prop::collection::vec(
            prop::sample::select(vec![
                "j", "k", "G", "g", "tab", "1", "2", "3", "4", "5", "6", "m", "b", "r", "w", "i", "z", "?", ":", "p",
                "v", "n", "E", "a", "enter", "esc", "l", "H", "7", "e", "u", "x", "space", "/", "f", "]", "[", "R",
                "pagedown", "ctrl+s", "down", "right", "left", "backspace",
            ]),
            0..25,
        ),
    ) {
        let mut model = model(sizes[0].0, sizes[0].1);
        for (at, key) in keys.iter().enumerate() {
            let size = sizes[at % sizes.len()];
            update(&mut model, Msg::Resize(size.0, size.1));
            press(&mut model, &[key]);
            let _ = text(&model);
        }
    }
}
