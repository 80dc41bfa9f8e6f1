//! Arranging the panes: hiding, swapping, sizing, and arrangements with a name.

use super::go::focus;
use crate::tui::action::Act;
use crate::tui::arrange::{Arrangement, NAMES_MAX, STEP};
use crate::tui::overlays::{Choice, Item, Line, Overlay, Then};
use crate::tui::state::{Model, Pane, Tone};

/// Longest name of an arrangement, in characters.
const NAME_MAX: usize = 30;

/// An action on the arrangement; whether it was one.
pub fn act(model: &mut Model, act: Act) -> bool {
    match act {
        Act::HidePane => hide(model),
        Act::SwapPane => swap(model),
        Act::Wider => grow(model, true, STEP),
        Act::Narrower => grow(model, true, -STEP),
        Act::Taller => grow(model, false, STEP / 2),
        Act::Shorter => grow(model, false, -STEP / 2),
        Act::Layouts => list(model),
        _ => return false,
    }
    true
}

fn hide(model: &mut Model) {
    let pane = model.focus;
    if !model.arrangement.hide(pane) {
        model.toast(Tone::Info, "one pane has to stay");
        return;
    }
    let next = model.arrangement.shown_above().next().unwrap_or_default();
    let digit = pane.index() + 1;
    model.toast(Tone::Info, format!("{} is hidden; {digit} shows it again", pane.title()));
    focus(model, next);
}

fn swap(model: &mut Model) {
    let pane = model.focus;
    if let Some(other) = model.arrangement.swap(pane) {
        model.toast(Tone::Info, format!("{} and {} have changed places", pane.title(), other.title()));
        focus(model, pane); // it may stand in the lower row now
    }
}

fn grow(model: &mut Model, wide: bool, by: i16) {
    let before = model.layout().panes;
    let arrangement = model.arrangement.clone();
    model.arrangement.grow(model.focus, wide, by);
    if model.layout().panes == before {
        // Nothing to see: it is not kept, so that the way back is as short as the way here.
        model.arrangement = arrangement;
        model.toast(Tone::Info, "it goes no further");
    }
}

/// The names in the order of the list.
fn names(model: &Model) -> Vec<String> {
    model.layouts.keys().cloned().collect()
}

fn list(model: &mut Model) {
    let now = &model.arrangement;
    let mut items = vec![Item {
        title: "as it comes".into(),
        about: "Three panes over three, all shown.".into(),
        current: *now == Arrangement::default(),
        ..Item::default()
    }];
    items.extend(model.layouts.iter().map(|(name, of)| {
        let hidden = Pane::ALL.into_iter().filter(|pane| of.is_hidden(*pane)).map(Pane::title);
        let hidden = hidden.collect::<Vec<_>>().join(", ");
        let about = if hidden.is_empty() { "All panes.".into() } else { format!("Without {hidden}.") };
        Item { title: name.clone(), about, current: of == now, ..Item::default() }
    }));
    items.push(Item {
        title: "keep the one shown as…".into(),
        about: "Under a name of your choice; a name that is there already takes the new one.".into(),
        ..Item::default()
    });
    if let Some((name, _)) = model.layouts.iter().find(|(_, of)| *of == now) {
        let title = format!("forget “{name}”");
        items.push(Item { title, about: "The panes stay as they are.".into(), ..Item::default() });
    }
    model.overlays.push(Overlay::Choice(Choice::new("How the panes stand", items, Then::Layout)));
}

/// A line of the list was chosen.
pub fn chosen(model: &mut Model, at: usize) {
    let names = names(model);
    let wanted = match at.checked_sub(1).map(|at| names.get(at)) {
        None => Some(Arrangement::default()),
        Some(Some(name)) => model.layouts.get(name).cloned(),
        Some(None) => None,
    };
    if let Some(wanted) = wanted {
        model.arrangement = wanted;
        if model.arrangement.is_hidden(model.focus) {
            let next = model.arrangement.shown_above().next().unwrap_or_default();
            focus(model, next);
        }
    } else if at == names.len() + 1 {
        model.overlays.push(Overlay::Line(Line::new("Keep this arrangement as", "", Then::LayoutName)));
    } else if let Some(name) = names.iter().find(|name| model.layouts.get(*name) == Some(&model.arrangement))
    {
        model.layouts.remove(name);
        model.toast(Tone::Good, format!("“{name}” is forgotten"));
    }
}

/// A name was typed.
///
/// # Errors
/// A sentence saying what would be right.
pub fn named(model: &mut Model, typed: &str) -> Result<(), String> {
    let name = crate::domain::text::clean_line(typed, NAME_MAX);
    if name.is_empty() {
        return Err("a name, such as “night watch”".into());
    }
    if !model.layouts.contains_key(&name) && model.layouts.len() >= NAMES_MAX {
        return Err(format!("{NAMES_MAX} are kept already; forget one first"));
    }
    model.toast(Tone::Good, format!("kept as “{name}”"));
    model.layouts.insert(name, model.arrangement.clone());
    Ok(())
}
