//! Actions on the inspector's Mind, and what becomes of changes that are not saved.

use super::open;
use crate::protocol::ProviderView;
use crate::tui::action::Act;
use crate::tui::msg::{Command, Effect};
use crate::tui::overlays::{Choice, Confirm, Item, Line, Overlay, TextEdit, Then};
use crate::tui::state::mind::{Change, Field, Shape};
use crate::tui::state::{Model, Tone};

/// Keys that are kept until a mind is read.
const EARLY_MAX: usize = 64;

/// An action on the page; `None` if it means nothing there.
pub fn act(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    let mind = &mut model.inspector.mind;
    if mind.draft.is_none() && waits(act) {
        // The sliders are not read yet: the key counts as soon as they are.
        let place = model.place();
        model.early.place.get_or_insert(place);
        if model.early.keys.len() < EARLY_MAX {
            model.early.keys.push(act);
        }
        return Some(Vec::new());
    }
    if mind.scroll.act(act, Field::ALL.len()) {
        return Some(Vec::new());
    }
    let field = mind.field();
    match act {
        Act::Less | Act::More | Act::MuchLess | Act::MuchMore => {
            let up = matches!(act, Act::More | Act::MuchMore);
            if field.shape() == Shape::Choice {
                let options = open::options(field, &model.providers);
                model.inspector.mind.choose(if up { 1 } else { -1 }, &options);
            } else {
                mind.slide(if up { 1.0 } else { -1.0 }, matches!(act, Act::MuchLess | Act::MuchMore));
            }
        }
        Act::SaveMind if mind.is_dirty() => open::save_mind(model),
        Act::EditField | Act::SaveMind if field == Field::Model => return Some(edit_model(model)),
        Act::EditField | Act::SaveMind => edit_field(model, field),
        Act::Undo => return Some(undo(model)),
        Act::DiscardMind if mind.is_dirty() => {
            mind.discard();
            model.toast(Tone::Info, "changes discarded");
        }
        Act::ResetMind => open::reset_mind(model),
        _ => return None,
    }
    Some(Vec::new())
}

fn edit_field(model: &mut Model, field: Field) {
    let Some(draft) = &model.inspector.mind.draft else { return };
    let value = field.text(draft);
    let at = Field::ALL.iter().position(|f| *f == field).unwrap_or(0);
    let then = Then::MindField(at);
    let name = model.inspector.wanted.as_deref().map(|id| model.name(id).to_owned()).unwrap_or_default();
    let title = format!("{name} {} {}", model.theme.glyphs.dot, field.label());
    model.overlays.push(match field.shape() {
        Shape::List => {
            let title = format!("{title} (one per line)");
            Overlay::Text(Box::new(TextEdit::new(title, &value, then)))
        }
        Shape::Text => Overlay::Text(Box::new(TextEdit::new(title, &value, then))),
        Shape::Choice => {
            let mut options = open::options(field, &model.providers);
            if !options.contains(&value) {
                options.insert(0, value.clone()); // what is no longer there is not changed by looking
            }
            let items = options
                .iter()
                .map(|option| Item { title: option.clone(), current: *option == value, ..Item::default() })
                .collect();
            Overlay::Choice(Choice::new(title, items, then))
        }
        Shape::Slider { .. } => Overlay::Line(Line::over(title, &value, then)),
        Shape::Line => Overlay::Line(Line::new(title, &value, then)),
    });
}

/// The provider that speaks for the bot as drafted.
fn provider(model: &Model) -> Option<&ProviderView> {
    let name = &model.inspector.mind.draft.as_ref()?.model.provider;
    model.providers.iter().find(|p| if name == "default" { p.is_default } else { p.name == *name })
}

/// Lists the models the provider has, where they are known; a server that costs nothing is asked
/// for them meanwhile.
fn edit_model(model: &mut Model) -> Vec<Effect> {
    if offer_models(model) {
        return Vec::new();
    }
    edit_field(model, Field::Model);
    match provider(model) {
        Some(p) if p.pricing == "free" && !super::open::is_embedded(p) => {
            vec![Effect::Run(Command::TestProvider { name: p.name.clone(), model: None, timed: false })]
        }
        _ => Vec::new(),
    }
}

/// Opens the list of models; whether there are any to list.
fn offer_models(model: &mut Model) -> bool {
    let Some(provider) = provider(model).filter(|p| !p.models.is_empty()) else { return false };
    let now = model.inspector.mind.draft.as_ref().map(|draft| draft.model.model.clone()).unwrap_or_default();
    let item = |title: &str, note: &str, current: bool| Item {
        title: title.into(),
        note: note.into(),
        current,
        ..Item::default()
    };
    let mut items = vec![item("the provider's default", &provider.default_model, now.is_empty())];
    if !now.is_empty() && !provider.models.contains(&now) {
        items.push(item(&now, "", true));
    }
    items.extend(provider.models.iter().map(|name| item(name, "", *name == now)));
    items.push(item("another…", "", false));
    let title = format!("Which model of {}?", provider.name);
    model.overlays.push(Overlay::Choice(Choice::new(title, items, Then::MindModel)));
    true
}

/// A line of the list of models was chosen: the first is the default, the last any other name.
pub fn chose_model(model: &mut Model, at: usize, item: &Item, lines: usize) {
    if at + 1 == lines {
        return edit_field(model, Field::Model);
    }
    let name = if at == 0 { "" } else { item.title.as_str() };
    let _ = model.inspector.mind.set_text(Field::Model, name); // any name is right
}

/// A server told its models: a line that was opened for want of them becomes the list.
pub fn learned_models(model: &mut Model) {
    let at = Field::ALL.iter().position(|field| *field == Field::Model).unwrap_or(0);
    let now = model.inspector.mind.draft.as_ref().map(|draft| draft.model.model.clone());
    let waits = matches!(model.overlays.last(), Some(Overlay::Line(line))
        if line.then == Then::MindField(at) && Some(line.input.value()) == now.as_deref());
    if waits
        && let Some(line) = model.overlays.pop()
        && !offer_models(model)
    {
        model.overlays.push(line);
    }
}

fn undo(model: &mut Model) -> Vec<Effect> {
    if model.inspector.mind.undo() {
        return Vec::new();
    }
    let Some(id) = model.inspector.wanted.clone() else { return Vec::new() };
    let Some(back) = model.inspector.mind.unsave() else {
        model.toast(Tone::Info, "nothing to undo");
        return Vec::new();
    };
    model.inspector.mind.sends(back.patch.clone());
    let run = vec![Effect::Run(Command::SetConfig(id.clone(), back.patch))];
    if back.since.is_empty() {
        return run;
    }
    let since: Vec<String> = back
        .since
        .iter()
        .map(|change| format!("{}, {} → {}", change.label, change.from, change.to))
        .collect();
    let confirm = Confirm {
        title: format!("Take back the last save of {}?", model.name(&id)),
        body: format!("It was changed since: {}.", since.join("; ")),
        changes: back.changes,
        yes: run,
        danger: true,
        ..Confirm::default()
    };
    model.overlays.push(Overlay::Confirm(confirm));
    Vec::new()
}

/// Names what was changed here and elsewhere; a question that is open is asked anew.
pub fn tell_conflicts(model: &mut Model, both: &[Change]) {
    for Change { label, from, to } in both {
        let said = format!("{label} was set to {from} elsewhere; you have {to}, not saved");
        model.toast(Tone::Info, said);
    }
    let asked = matches!(model.overlays.last(), Some(Overlay::Confirm(confirm))
        if matches!(confirm.yes.as_slice(), [Effect::Run(Command::SetConfig(id, _))]
            if Some(id) == model.inspector.wanted.as_ref()));
    if asked && !both.is_empty() {
        model.overlays.pop();
        open::save_mind(model);
    }
}

/// Whether an action needs the mind to be read.
const fn waits(act: Act) -> bool {
    use Act::{
        Bottom, Down, EditField, Less, More, MuchLess, MuchMore, PageDown, PageUp, ResetMind, SaveMind, Top,
        Undo, Up,
    };
    matches!(
        act,
        Less | More
            | MuchLess
            | MuchMore
            | EditField
            | SaveMind
            | Undo
            | ResetMind
            | Up
            | Down
            | PageUp
            | PageDown
            | Top
            | Bottom
    )
}

/// Does what was pressed before the mind was read. What one of these keys opens takes none of the others.
pub fn catch_up(model: &mut Model) -> Vec<Effect> {
    let early = std::mem::take(&mut model.early);
    let place = model.place();
    let mut effects = Vec::new();
    if early.place.is_some_and(|before| place.follows(&before)) {
        for early in early.keys {
            if model.place() != place {
                break;
            }
            effects.extend(act(model, early).unwrap_or_default());
        }
    }
    effects
}

/// Leaves by an effect, after asking when something is not saved or goes with the control room.
pub fn leave(model: &mut Model, by: Effect) -> Vec<Effect> {
    let unsaved = model.inspector.unsaved();
    let names: Vec<&str> = unsaved.iter().map(|(id, _)| model.name(id)).collect();
    let said = match names.as_slice() {
        [] if model.passing => {
            "This society was made to be looked at: it is removed, with all that was done in it.".into()
        }
        [] => return vec![by],
        [name] => format!(
            "These changes to the mind of {name} are not saved. Esc, then Enter on the page saves them."
        ),
        names => {
            format!("Changes to the minds of {} are not saved. Esc goes back to them.", names.join(", "))
        }
    };
    let changes = match unsaved.as_slice() {
        [(_, mind)] => mind.changes(),
        _ => Vec::new(),
    };
    let confirm = Confirm {
        title: if unsaved.is_empty() { "End the demo?" } else { "Leave without saving?" }.into(),
        body: said,
        changes,
        yes: vec![by],
        danger: true,
        ..Confirm::default()
    };
    model.overlays.push(Overlay::Confirm(confirm));
    Vec::new()
}
