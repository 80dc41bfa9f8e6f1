//! What a form means so far.

use crate::domain::guidance;
use crate::domain::{Behavior, Engagement};
use crate::protocol::ExportKind;
use crate::tui::overlays::{Answer, FieldKind, Overlay, Then};
use crate::tui::state::Model;

/// Brings the preview of an open form up to date.
pub fn preview(model: &mut Model) {
    let Some(Overlay::Form(form)) = model.overlays.last_mut() else { return };
    let answer = form.answer();
    match &form.then {
        Then::NewBot => form.preview = preview_of(&behavior(&answer)),
        Then::Export => {
            // The file's name follows the kind and format until a person writes another.
            let names: Vec<String> = ExportKind::ALL
                .into_iter()
                .flat_map(|kind| ["json", "jsonl", "csv"].map(|format| format!("{}.{format}", kind.as_str())))
                .collect();
            let proposed = format!("{}.{}", answer.field(0), answer.field(1));
            if let Some(field) = form.fields.get_mut(3)
                && names.contains(&field.value())
                && form.at != 3
            {
                field.kind = FieldKind::Line(tui_input::Input::from(proposed));
            }
        }
        _ => {}
    }
}

/// What the sliders of a new bot say.
#[must_use]
pub fn behavior(answer: &Answer) -> Behavior {
    let level = |at: usize| answer.field(at).parse().unwrap_or(50_u8).min(100);
    let style = answer.field(5);
    Behavior {
        engagement_style: Engagement::ALL.into_iter().find(|e| e.as_str() == style).unwrap_or_default(),
        creativity_level: level(6),
        leadership_tendency: level(7),
        skepticism: level(8),
        aggression: level(9),
        shyness: level(10),
    }
}

/// What a new bot would be like, in the words its prompt will use.
fn preview_of(behavior: &Behavior) -> String {
    guidance::Trait::ALL
        .into_iter()
        .map(|of| guidance::trait_text(of, of.level(behavior)))
        .chain([guidance::engagement_text(behavior.engagement_style)])
        .collect::<Vec<_>>()
        .join(" ")
}
