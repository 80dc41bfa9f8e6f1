//! The mouse, on every pane, tab and window.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::fixture::{look, model, press, screen, serve, text};
use crate::tui::msg::{Effect, Load, Msg};
use crate::tui::state::Page;
use crate::tui::state::{Model, Pane, Tab};
use crate::tui::update::update;

fn mouse(model: &mut Model, kind: MouseEventKind, (column, row): (u16, u16)) -> Vec<Effect> {
    look(model);
    update(model, Msg::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }))
}

pub fn click(model: &mut Model, at: (u16, u16)) -> Vec<Effect> {
    let effects = mouse(model, MouseEventKind::Down(MouseButton::Left), at);
    mouse(model, MouseEventKind::Up(MouseButton::Left), at);
    effects
}

/// The first cell of a text on the screen, from row `below` on.
#[track_caller]
fn find(model: &Model, wanted: &str, below: u16) -> (u16, u16) {
    let buf = screen(model);
    for y in below..buf.area.height {
        let mut line = String::new();
        let mut columns = Vec::new();
        for x in 0..buf.area.width {
            let symbol = buf[(x, y)].symbol();
            columns.extend(std::iter::repeat_n(x, symbol.len()));
            line.push_str(symbol);
        }
        if let Some(at) = line.find(wanted) {
            return (columns[at], y);
        }
    }
    panic!("{wanted} is not on the screen:\n{}", text(model));
}

/// A tab with everything it reads.
fn on(tab: Tab, width: u16) -> Model {
    let mut model = model(width, 40);
    let effects = press(&mut model, &[&format!("alt+{}", tab.index() + 1)]);
    serve(&mut model, effects);
    model
}

#[test]
fn tabs_panes_and_pages_are_chosen() {
    let mut model = model(160, 45);
    for tab in Tab::ALL.into_iter().rev() {
        let at = find(&model, tab.title(), 1);
        let effects = click(&mut model, at);
        serve(&mut model, effects);
        assert_eq!(model.tab, tab);
    }
    for pane in [Pane::Usage, Pane::Log, Pane::Reputation, Pane::Activity] {
        let rect = model.layout().pane(pane).unwrap();
        click(&mut model, (rect.x + 2, rect.y + 1));
        assert_eq!(model.focus, pane);
    }
    for page in Page::ALL {
        let at = find(&model, page.title(), 2);
        let effects = click(&mut model, at);
        serve(&mut model, effects);
        assert_eq!((model.inspector.page, model.focus), (page, Pane::Inspector));
    }
}

#[test]
fn lines_are_selected_and_a_second_click_opens() {
    let mut model = model(160, 45);
    let at = find(&model, "Luna", 2);
    let effects = click(&mut model, at);
    assert!(effects.contains(&Effect::Load(Load::Bot("luna_001".into()))), "{effects:?}");
    click(&mut model, at);
    assert_eq!(model.focus, Pane::Inspector);
    let rect = model.layout().pane(Pane::Activity).unwrap();
    click(&mut model, (rect.x + 3, rect.y + 4));
    let chosen = model.stream.selected().unwrap().seq;
    let effects = click(&mut model, (rect.x + 3, rect.y + 4));
    assert!(effects.contains(&Effect::Load(Load::Why(chosen))), "{effects:?}");
    let rect = model.layout().pane(Pane::Usage).unwrap();
    click(&mut model, (rect.x + 3, rect.y + 2));
    assert_eq!(model.lower.used.scroll.selected, 1);
}

#[test]
fn the_pages_of_the_inspector_take_clicks() {
    let mut model = model(160, 45);
    press(&mut model, &["b"]);
    let at = find(&model, "cost cap", 2);
    click(&mut model, at);
    assert_eq!(model.inspector.budget.scroll.selected, 1);
    click(&mut model, at);
    assert!(text(&model).contains("Dollars a day"));
    press(&mut model, &["esc"]);
    let effects = press(&mut model, &["w"]);
    serve(&mut model, effects);
    let at = find(&model, "recalled memories", 2);
    click(&mut model, at);
    let before = text(&model);
    click(&mut model, at);
    assert_ne!(text(&model), before);
    let effects = press(&mut model, &["r"]);
    serve(&mut model, effects);
    let at = find(&model, "Facts", 2);
    click(&mut model, (at.0, at.1 + 1));
    assert!(model.inspector.recall.selected().is_some());
}

#[test]
fn sliders_are_dragged() {
    let mut model = model(160, 45);
    let effects = press(&mut model, &["m"]);
    serve(&mut model, effects);
    let (x, y) = find(&model, "skepticism", 2);
    mouse(&mut model, MouseEventKind::Down(MouseButton::Left), (x + 20, y));
    mouse(&mut model, MouseEventKind::Drag(MouseButton::Left), (155, y));
    mouse(&mut model, MouseEventKind::Up(MouseButton::Left), (155, y));
    assert_eq!(model.inspector.mind.draft.as_ref().unwrap().behavior.skepticism, 100);
}

#[test]
fn the_wheel_scrolls_what_is_under_it() {
    let mut model = model(160, 45);
    let rect = model.layout().pane(Pane::Activity).unwrap();
    mouse(&mut model, MouseEventKind::ScrollDown, (rect.x + 2, rect.y + 2));
    assert_eq!((model.stream.scroll.selected, model.focus), (3, Pane::Bots));
    let mut model = on(Tab::Forum, 160);
    let effects = press(&mut model, &["j"]);
    serve(&mut model, effects);
    let list = model.forum.list.selected;
    mouse(&mut model, MouseEventKind::ScrollDown, (150, 10));
    assert!(model.forum.reader.at > 0 && model.forum.list.selected == list && !model.forum.reading);
    let mut model = on(Tab::Memory, 160);
    mouse(&mut model, MouseEventKind::ScrollDown, (2, 5));
    assert_eq!(model.bots.scroll.selected, 3);
}

#[test]
fn threads_and_posts_are_chosen_and_opened() {
    for width in [80, 160] {
        let mut model = on(Tab::Forum, width);
        let at = find(&model, "What does a door", 2);
        let effects = click(&mut model, at);
        serve(&mut model, effects);
        assert_eq!(model.forum.list.selected, 1);
        let effects = click(&mut model, at);
        serve(&mut model, effects);
        assert!(model.forum.reading);
        let at = find(&model, "It is a door", 2);
        click(&mut model, at);
        assert_eq!(model.forum.selected().unwrap().author, "rex_001", "{width}");
    }
}

#[test]
fn periods_flags_events_ties_and_lines_take_clicks() {
    let mut model = on(Tab::Stats, 120);
    press(&mut model, &["+", "+"]);
    let at = find(&model, "1 h", 2);
    let effects = click(&mut model, at);
    assert!(matches!(effects[0], Effect::Load(Load::Timeline(360, 0, _))), "{effects:?}");
    let mut model = on(Tab::Society, 120);
    let list = crate::tui::view::society::list_area(model.layout().body);
    click(&mut model, (list.x + 2, list.y + 1));
    assert_eq!(model.society.list.scroll.selected, 1);
    click(&mut model, (list.x + 2, list.y + 1));
    assert_eq!(model.tab, Tab::Live);
    let mut model = on(Tab::Moderation, 120);
    let body = model.layout().body;
    let effects = click(&mut model, (body.x + 3, body.y + 3));
    serve(&mut model, effects);
    assert_eq!(model.moderation.list.scroll.selected, 1);
    click(&mut model, (body.x + 3, body.y + 3));
    assert_ne!(model.tab, Tab::Moderation);
    let mut model = on(Tab::Events, 120);
    click(&mut model, (body.x + 3, body.y + 2));
    assert_eq!(model.events.list.scroll.selected, 1);
    let mut model = on(Tab::Log, 120);
    click(&mut model, (body.x + 3, body.y + 1));
    assert_eq!(model.log.list.scroll.selected, 0);
}

#[test]
fn windows_take_clicks() {
    let mut model = model(120, 36);
    press(&mut model, &["m", "R"]);
    let at = find(&model, "Esc no", 2);
    assert_eq!(click(&mut model, at), []);
    assert!(model.overlays.is_empty());
    press(&mut model, &["R"]);
    let at = find(&model, "Enter yes", 2);
    assert_eq!(click(&mut model, at), [Effect::Run(crate::tui::msg::Command::ResetBot("ada_001".into()))]);
    press(&mut model, &[":"]);
    let at = find(&model, "Undo", 2);
    click(&mut model, at);
    assert!(!model.overlays.is_empty());
    click(&mut model, at);
    assert!(model.overlays.is_empty());
    press(&mut model, &["p"]);
    let at = find(&model, "normal", 2);
    click(&mut model, at);
    assert!(matches!(&click(&mut model, at)[..], [Effect::Run(crate::tui::msg::Command::SetPace(_))]));
    press(&mut model, &["n"]);
    let at = find(&model, "interests", 2);
    click(&mut model, at);
    super::fixture::type_text(&mut model, "tides");
    assert!(text(&model).contains("tides"));
}

#[test]
fn the_wheel_on_a_chart_shows_a_shorter_or_longer_stretch() {
    let mut model = on(Tab::Stats, 160);
    look(&mut model);
    let (plot, before) = (model.stats.plots[0], model.stats.span);
    mouse(&mut model, MouseEventKind::ScrollUp, (plot.x + 1, plot.y + 1));
    assert!(model.stats.span < before);
    mouse(&mut model, MouseEventKind::ScrollDown, (plot.x + 1, plot.y + 1));
    assert!(model.stats.span > before - 1);
}
