//! The charts: axes, cursor, stretches of time, files.

use super::fixture::{history, look, model, now, press, text};
use super::mouse::click;
use crate::domain::Money;
use crate::protocol::{Marks, ReputationDay, ReputationHistory, Timeline, TimelineMark, TimelinePoint};
use crate::tui::msg::{Command, Data, Effect, Load, Msg};
use crate::tui::state::Page;
use crate::tui::state::stats::{Chart, SPANS, STEPS, figures};
use crate::tui::state::{Model, Tab};
use crate::tui::theme::{Colors, Theme, ThemeName};
use crate::tui::update::update;

/// A room that is twenty hours old.
pub fn timeline(minutes: u32, ago: u32, points: u32) -> Timeline {
    let to = now().plus_seconds(-60 * i64::from(ago));
    let began = now().plus_seconds(-20 * 3_600);
    let seconds = if minutes == 0 { to.seconds_since(began) } else { 60 * i64::from(minutes) };
    let step_seconds = seconds / i64::from(points);
    let point = |n: i64| TimelinePoint {
        beats: 1,
        posts: n % 2,
        failed: 0,
        tokens: 900 + 40 * (n % 17),
        cost_usd: Money::from_nanos(2_000_000 + 100_000 * (n % 9)),
    };
    let mark = TimelineMark {
        activity_id: 1,
        at: to.plus_seconds(-seconds / 2),
        action_type: "config_updated".into(),
        bot_id: "ada_001".into(),
        bot_name: "Ada".into(),
        title: String::new(),
    };
    Timeline {
        from: to.plus_seconds(-step_seconds * i64::from(points)),
        to,
        step_seconds,
        began: Some(began),
        points: (0..i64::from(points)).map(point).collect(),
        marks: vec![mark],
    }
}

fn stats(width: u16, height: u16) -> Model {
    let mut model = model(width, height);
    press(&mut model, &["alt+3"]);
    model
}

#[test]
fn charts_at_every_size_and_without_colours() {
    for (width, height) in [(80, 24), (120, 36), (160, 45), (240, 70)] {
        let mut model = stats(width, height);
        press(&mut model, &["h", "H"]);
        insta::assert_snapshot!(format!("chart_{width}x{height}"), text(&model));
    }
    let mut model = stats(120, 36);
    model.theme = Theme::new(ThemeName::Dark, Colors::None, false);
    insta::assert_snapshot!("chart_no_color", text(&model));
    press(&mut model, &["tab", "z"]);
    insta::assert_snapshot!("chart_zoomed", text(&model));
}

#[test]
fn a_room_of_twenty_hours_shows_twenty_hours() {
    let model = stats(120, 36);
    let shown = text(&model);
    assert!(shown.contains("‹all› 20h"), "{shown}");
    // The ends of the axis are those of its life.
    assert!(shown.contains("18:00") && shown.contains("13:50"), "{shown}");
    assert_eq!(model.stats.days, 2);
}

#[test]
fn a_stretch_is_made_shorter_and_moved() {
    let mut model = stats(120, 36);
    let span = |model: &Model| SPANS[model.stats.span].1;
    press(&mut model, &["+"]);
    assert_eq!(span(&model), "6 h");
    let effects = update(&mut model, Msg::Key("<".parse().unwrap()));
    assert!(matches!(effects[0], Effect::Load(Load::Timeline(360, 180, _))), "{effects:?}");
    press(&mut model, &["<", "<", "<", "<", "<", "<"]);
    assert!(model.stats.ago <= 20 * 60 - 180, "{}", model.stats.ago);
    assert!(text(&model).contains("ended"), "{}", text(&model));
    press(&mut model, &["esc"]);
    assert_eq!(model.stats.ago, 0);
    press(&mut model, &["+", "+", "+", "+"]);
    assert_eq!(span(&model), "15 min");
    // Beyond its age a room has no longer stretch than all of it.
    press(&mut model, &["-", "-", "-"]);
    assert_eq!(span(&model), "all");
    press(&mut model, &["<"]);
    assert!(text(&model).contains("there is nothing further"));
}

#[test]
fn an_answer_for_another_stretch_changes_nothing() {
    let mut model = stats(120, 36);
    press(&mut model, &["+"]);
    let before = model.stats.timeline.clone();
    update(&mut model, Msg::Loaded(Load::Timeline(60, 0, 120), Ok(Data::Timeline(timeline(60, 0, 120)))));
    assert_eq!(model.stats.timeline, before);
}

#[test]
fn steps_are_asked_for_once_the_room_is_known_to_be_young() {
    let mut model = model(120, 36);
    let asked = |effects: &[Effect]| {
        let of = |effect: &Effect| match effect {
            Effect::Load(Load::Timeline(minutes, ago, points)) => Some((*minutes, *ago, *points)),
            _ => None,
        };
        effects.iter().filter_map(of).collect::<Vec<_>>()
    };
    let is_old = |model: &mut Model, days: i64| {
        let told = Marks { began: Some(now().plus_seconds(-86_400 * days)), ..timeline(0, 0, 1).into() };
        update(model, Msg::Loaded(Load::Marks(90), Ok(Data::Marks(told))))
    };
    let effects = update(&mut model, Msg::Key("alt+3".parse().unwrap()));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Load(Load::Marks(_)))), "{effects:?}");
    assert_eq!(asked(&effects), [], "its age first");
    assert_eq!(asked(&is_old(&mut model, 1)), [(0, 0, STEPS)]);
    assert!(text(&model).contains("reading…"), "{}", text(&model));
    let told = Data::Timeline(timeline(0, 0, STEPS));
    assert_eq!(asked(&update(&mut model, Msg::Loaded(Load::Timeline(0, 0, STEPS), Ok(told)))), []);
    assert_eq!(asked(&is_old(&mut model, 1)), [], "it is known");
    // An older room is told by its days.
    assert_eq!(asked(&is_old(&mut model, 4)), []);
    assert!(model.stats.timeline.is_none());
    press(&mut model, &["+"]);
    assert_eq!(
        (SPANS[model.stats.span].1, model.stats.timeline.as_ref().unwrap().points.len()),
        ("3 days", 120)
    );
}

#[test]
fn the_cursor_tells_what_is_under_it() {
    let mut model = stats(160, 45);
    press(&mut model, &["h"]);
    assert_eq!(model.stats.cursor, Some(119));
    assert!(
        text(&model).contains("2026-12-09 13:50:00") && text(&model).contains("tokens 900"),
        "{}",
        text(&model)
    );
    press(&mut model, &["L", "l", "h"]);
    assert_eq!(model.stats.cursor, Some(118));
    // While a person looks, what is under the cursor stays.
    model.stale.tab = true;
    let later = model.now.plus_seconds(1);
    let effects = update(&mut model, Msg::Tick(later));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Load(Load::Timeline(..)))), "{effects:?}");
    press(&mut model, &["esc"]);
    assert_eq!(model.stats.cursor, None);
    look(&mut model);
    let plot = model.stats.plots[0];
    click(&mut model, (plot.x, plot.y + 1));
    assert_eq!(model.stats.cursor, Some(0));
    let plot = model.stats.plots[1];
    click(&mut model, (plot.right() - 1, plot.y + 1));
    assert_eq!((model.stats.on, model.stats.cursor), (Chart::Reputation, Some(6)));
}

#[test]
fn a_chart_is_saved_with_its_numbers() {
    let mut model = stats(120, 36);
    press(&mut model, &["S"]);
    assert!(text(&model).contains("tokens-2026-12-09"));
    let effects = press(&mut model, &["enter"]);
    let [Effect::Run(Command::SaveChart { path, svg, csv })] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!(path.to_str(), Some("tokens-2026-12-09"));
    assert!(svg.starts_with("<svg ") && svg.contains("Ada was changed"));
    assert_eq!(csv.lines().count(), 121);
    assert_eq!(csv.lines().next(), Some("time,tokens,cost"));
    press(&mut model, &["tab", "S", "ctrl+u", "r", ".", "s", "v", "g"]);
    let effects = press(&mut model, &["enter"]);
    let [Effect::Run(Command::SaveChart { path, csv, .. })] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!((path.to_str(), csv.lines().next()), (Some("r"), Some("time,Ada,Marcus,Rex")));
}

#[test]
fn one_day_of_reputation_is_bars() {
    let mut model = model(160, 45);
    let day = |of: ReputationHistory| ReputationHistory {
        series: vec![ReputationDay { date: "2026-12-09".into(), score: of.series.last().unwrap().score }],
        ..of
    };
    let today = history().into_iter().map(day).collect();
    update(&mut model, Msg::Loaded(Load::ReputationHistory(7), Ok(Data::ReputationHistory(today))));
    let shown = text(&model);
    assert!(
        shown.contains("5 Reputation") && shown.contains("today") && !shown.contains("7 days"),
        "{shown}"
    );
}

#[test]
fn the_list_of_the_tab_orders_and_chooses() {
    let mut model = stats(120, 36);
    press(&mut model, &["o", "o", "o", "g"]);
    assert_eq!(model.stats.list.get(0).unwrap().id, "ada_001");
    press(&mut model, &["j", "j"]);
    assert_eq!(model.selected_bot().as_deref(), Some("luna_001"));
    press(&mut model, &["enter"]);
    assert_eq!((model.tab, model.inspector.wanted.as_deref()), (Tab::Live, Some("luna_001")));
    assert_eq!(model.inspector.page, Page::Profile);
}

#[test]
fn what_was_changed_is_marked_on_every_chart_told_by_days() {
    let mut model = model(160, 45);
    let marks = |figure: &crate::tui::widgets::figure::Figure| figure.marks.clone();
    // Ada was changed on the ninth, which both charts of the Live tab have.
    let changed = "Ada was changed".to_owned();
    for figure in [figures::live_usage(&model), figures::live_reputation(&model)] {
        assert_eq!(marks(&figure), [(figure.places.len() - 1, changed.clone())], "{}", figure.title);
    }
    press(&mut model, &["alt+3", "-", "-"]);
    let day = figures::of_reputation(&model.stats, &model.zone);
    assert!(marks(&day).iter().any(|(_, said)| said.contains("Ada was changed")), "{day:?}");
}
