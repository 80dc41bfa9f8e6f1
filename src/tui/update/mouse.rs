//! The mouse: click to focus and select, wheel to scroll, drag sliders.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;

use super::act::perform;
use super::go::{choose_used, focus, follow_act, may, show_tab, turn_page};
use super::{answer, live};
use crate::tui::action::Act;
use crate::tui::msg::{Effect, Role};
use crate::tui::overlays::Overlay;
use crate::tui::state::{Model, Pane, Tab};
use crate::tui::state::{Page, budget, mind};
use crate::tui::update::tabs;
use crate::tui::view::{bots, header, inspector};
use crate::tui::widgets::meter;

/// The mouse did something.
pub fn on_mouse(model: &mut Model, event: MouseEvent) -> Vec<Effect> {
    let (x, y) = (event.column, event.row);
    match event.kind {
        MouseEventKind::ScrollUp => wheel(model, x, y, Act::Up),
        MouseEventKind::ScrollDown => wheel(model, x, y, Act::Down),
        MouseEventKind::Down(MouseButton::Left) => {
            model.drag = Some((x, y));
            click(model, x, y)
        }
        MouseEventKind::Drag(MouseButton::Left) => drag(model, x),
        MouseEventKind::Up(_) => {
            model.drag = None;
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn wheel(model: &mut Model, x: u16, y: u16, act: Act) -> Vec<Effect> {
    let mut effects = Vec::new();
    let on_chart = |model: &Model| model.stats.plots.iter().any(|plot| plot.contains((x, y).into()));
    if model.overlays.is_empty() && model.tab == Tab::Stats && on_chart(model) {
        let zoom = if act == Act::Up { Act::ZoomIn } else { Act::ZoomOut };
        return tabs::act(model, zoom).unwrap_or_default();
    }
    if model.overlays.is_empty() && model.tab == Tab::Live {
        let Some(pane) = model.layout().pane_at(x, y) else { return effects };
        let before = model.focus;
        // The wheel scrolls what is under it and leaves the focus where it is.
        model.focus = pane;
        for _ in 0..3 {
            effects.extend(live::act(model, act).unwrap_or_default());
        }
        model.focus = before;
    } else {
        let before = model.overlays.is_empty().then(|| tabs::point(model, x, y)).flatten();
        for _ in 0..3 {
            effects.extend(perform(model, act));
        }
        if let Some(side) = before {
            tabs::focus_side(model, side);
        }
    }
    effects
}

fn click(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    if !model.overlays.is_empty() {
        return click_window(model, x, y);
    }
    let layout = model.layout();
    if layout.tabs.contains((x, y).into()) {
        return match header::tab_at(x) {
            Some(tab) => show_tab(model, tab),
            None => Vec::new(),
        };
    }
    let bar = crate::tui::view::past::bar(layout.line);
    if let Some(walk) = model.walk.as_ref().filter(|_| bar.contains((x, y).into())) {
        let activity = walk.at_cell(x - bar.x, bar.width);
        return super::past::go(model, crate::protocol::Way::To(activity.to_string()));
    }
    if model.tab != Tab::Live {
        return if layout.body.contains((x, y).into()) { tabs::click(model, x, y) } else { Vec::new() };
    }
    if layout.beside.contains((x, y).into()) {
        focus(model, Pane::Inspector);
        return turn_page(model, model.inspector.page.beside());
    }
    let Some(pane) = layout.pane_at(x, y) else { return Vec::new() };
    let rect = layout.pane(pane).unwrap_or_default();
    let had_focus = model.focus == pane;
    focus(model, pane);
    // The layout may have changed with the focus; what was clicked is what was shown.
    let inside = y > rect.y && y + 1 < rect.bottom();
    match pane {
        Pane::Inspector => return click_inspector(model, rect, (x, y), had_focus),
        Pane::Usage | Pane::Log if y == rect.y && had_focus => return perform(model, Act::OrderNext),
        _ if !inside => {}
        Pane::Bots => {
            if let Some(column) = bots::column_at(rect, x, y) {
                return live::put_in_order(model, model.bots.order().chosen(column));
            }
            let before = model.selected_bot();
            // A second click opens, as in every list.
            if model.bots.click(y) && had_focus && before == model.selected_bot() {
                return perform(model, Act::Open);
            }
        }
        Pane::Activity => {
            if let Some(line) = model.stream.line_at(y) {
                let again = model.stream.is_frozen() && model.stream.scroll.selected == line;
                model.stream.scroll.selected = line;
                model.stream.freeze();
                return if again { perform(model, Act::Open) } else { follow_act(model) };
            }
        }
        Pane::Usage => {
            if model.lower.used.click(y) {
                choose_used(model);
            }
        }
        Pane::Log => {
            model.lower.log.click(y);
        }
        Pane::Reputation => {}
    }
    Vec::new()
}

fn click_inspector(model: &mut Model, rect: Rect, (x, y): (u16, u16), had_focus: bool) -> Vec<Effect> {
    if y == rect.y {
        return match inspector::page_at(model, rect, x, had_focus) {
            Some(page) => turn_page(model, page),
            None => Vec::new(),
        };
    }
    if y + 1 >= rect.bottom() {
        return Vec::new();
    }
    let inspector = &mut model.inspector;
    let (list, len) = match inspector.page {
        Page::Mind if model.role == Role::Operator => {
            if let Some(at) = inspector.mind.scroll.line_at(y, mind::Field::ALL.len()) {
                inspector.mind.scroll.selected = at;
                return slide(model, rect, x);
            }
            return Vec::new();
        }
        Page::Profile | Page::Mind => return Vec::new(),
        Page::Budget => (&mut inspector.budget.scroll, budget::Limit::ALL.len()),
        Page::Memory => {
            let before = inspector.recall.scroll.selected;
            let hit = inspector.recall.click(y);
            if hit && before == inspector.recall.scroll.selected {
                return perform(model, Act::Open);
            }
            return Vec::new();
        }
        Page::Why => {
            let len = inspector.why.lines().len();
            (&mut inspector.why.scroll, len)
        }
    };
    let before = list.selected;
    let hit = list.click(y, len);
    let open = if inspector.page == Page::Budget { Act::EditField } else { Act::Open };
    if hit && before == list.selected && may(model, open) {
        return perform(model, open);
    }
    Vec::new()
}

fn drag(model: &mut Model, x: u16) -> Vec<Effect> {
    let Some((from_x, from_y)) = model.drag else { return Vec::new() };
    if model.tab != Tab::Live || model.inspector.page != Page::Mind || !model.overlays.is_empty() {
        return Vec::new();
    }
    match model.layout().pane(Pane::Inspector) {
        Some(rect) if rect.contains((from_x, from_y).into()) => slide(model, rect, x),
        _ => Vec::new(),
    }
}

fn slide(model: &mut Model, rect: Rect, x: u16) -> Vec<Effect> {
    let field = model.inspector.mind.field();
    let Some((start, cells)) = inspector::slider_cells(rect) else { return Vec::new() };
    let inside = x >= start && x < start + cells
        || model.drag.is_some_and(|(at, _)| at >= start && at < start + cells);
    if inside && matches!(field.shape(), mind::Shape::Slider { .. }) {
        let share = meter::share_at(x.saturating_sub(start).min(cells - 1), cells);
        model.inspector.mind.slide_to(field, share);
    }
    Vec::new()
}

fn click_window(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    match model.overlays.last_mut() {
        Some(Overlay::Choice(choice)) => {
            if let Some(at) = choice.line_at(x, y) {
                if choice.scroll.selected == at {
                    return answer::chosen(model, at);
                }
                choice.scroll.selected = at;
            }
        }
        Some(Overlay::Confirm(confirm)) => match confirm.answer_at(x, y) {
            Some(true) => return perform(model, Act::Accept),
            Some(false) => return answer::cancelled(model),
            None => {}
        },
        Some(Overlay::Palette(palette)) => {
            if let Some(at) = palette.line_at(x, y) {
                if palette.scroll.selected == at {
                    return perform(model, Act::Accept);
                }
                palette.scroll.selected = at;
            }
        }
        Some(Overlay::Form(form)) => {
            if let Some(at) = form.field_at(x, y) {
                form.at = at;
            }
        }
        _ => {}
    }
    Vec::new()
}
