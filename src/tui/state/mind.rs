//! Editing a mind: the saved configuration, the draft over it, and the way back.
//!
//! Pure: sliders move, drafts differ, patches come out. Saving is the caller's work.

mod field;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::domain::{PersonalityConfig, Stamp};
use crate::tui::widgets::Scroll;

pub use field::{Field, Shape};

/// One difference between draft and saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which field.
    pub label: &'static str,
    /// As saved.
    pub from: String,
    /// As drafted.
    pub to: String,
}

/// What became of the last save.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Applied {
    /// Nothing was saved here.
    #[default]
    Nothing,
    /// Saved; the bot has not woken since.
    Waiting,
    /// The bot has woken with it.
    Since(Stamp),
}

/// A change of the draft, and what it was before.
#[derive(Clone, Debug)]
struct Step {
    field: Field,
    before: PersonalityConfig,
}

/// A save made here, and which fields it changed.
#[derive(Clone, Debug)]
struct Save {
    before: PersonalityConfig,
    after: PersonalityConfig,
    fields: Vec<Field>,
}

/// The way back from a save.
#[derive(Clone, Debug, PartialEq)]
pub struct WayBack {
    /// What the engine is sent.
    pub patch: Value,
    /// What it changes.
    pub changes: Vec<Change>,
    /// What others changed of it since: from what was saved to what is there now.
    pub since: Vec<Change>,
}

/// The page's state.
#[derive(Clone, Debug, Default)]
pub struct Mind {
    /// As the engine has it; `None` until read.
    pub saved: Option<PersonalityConfig>,
    /// As the YAML has it.
    pub yaml: Option<PersonalityConfig>,
    /// As drafted: what is saved, and what was changed here.
    pub draft: Option<PersonalityConfig>,
    /// Fields changed here that somebody else saved meanwhile, with what they were before.
    pub conflicts: BTreeMap<Field, String>,
    undo: Vec<Step>,
    saves: Vec<Save>,
    /// What is on its way to the engine, with what was saved before it.
    sent: Vec<(Value, PersonalityConfig)>,
    /// The selected field.
    pub scroll: Scroll,
    /// What became of the last save.
    pub applied: Applied,
}

impl Mind {
    /// Takes in what the engine has; what was changed here stays changed, over what is saved now. Gives
    /// the fields that were changed here and elsewhere: from what is saved now to what is drafted.
    pub fn load(&mut self, saved: PersonalityConfig, yaml: Option<PersonalityConfig>) -> Vec<Change> {
        self.yaml = yaml;
        self.rebase(saved, &[])
    }

    /// Puts what was changed here over what is saved now; `own` are fields this control room has saved.
    fn rebase(&mut self, now: PersonalityConfig, own: &[Field]) -> Vec<Change> {
        let (before, draft) = (self.saved.replace(now.clone()), self.draft.take());
        let (Some(before), Some(draft)) = (before, draft) else {
            self.draft = Some(now);
            return Vec::new();
        };
        let mut rebased = now.clone();
        let mut found = Vec::new();
        for field in Field::ALL {
            let mine = field.value(&draft);
            if mine == field.value(&before) || mine == field.value(&now) {
                continue;
            }
            field.copy(&draft, &mut rebased);
            if field.value(&before) != field.value(&now) && !own.contains(&field) {
                self.conflicts.entry(field).or_insert_with(|| field.text(&before));
                found.push(Change::of(field, &now, &draft));
            }
        }
        // The first step back of a field leads to what is saved now.
        for step in &mut self.undo {
            if step.field.value(&step.before) == step.field.value(&before) {
                step.field.copy(&now, &mut step.before);
            }
        }
        self.conflicts.retain(|field, _| field.value(&rebased) != field.value(&now));
        if rebased == now {
            self.undo.clear();
        }
        self.draft = Some(rebased);
        found
    }

    /// The selected field.
    #[must_use]
    pub fn field(&self) -> Field {
        Field::ALL[self.scroll.selected.min(Field::ALL.len() - 1)]
    }

    /// Whether the draft differs from what is saved.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        self.saved != self.draft
    }

    /// What saving would change.
    #[must_use]
    pub fn changes(&self) -> Vec<Change> {
        let (Some(saved), Some(draft)) = (&self.saved, &self.draft) else { return Vec::new() };
        differences(saved, draft)
    }

    /// The draft's differences as a patch for the engine.
    #[must_use]
    pub fn patch(&self) -> Option<Value> {
        let (saved, draft) = (self.saved.as_ref()?, self.draft.as_ref()?);
        patch(saved, draft)
    }

    fn change(&mut self, field: Field, change: impl FnOnce(&mut PersonalityConfig)) {
        let Some(draft) = &mut self.draft else { return };
        let before = draft.clone();
        change(draft);
        if *draft != before {
            self.undo.push(Step { field, before });
            if self.undo.len() > 500 {
                self.undo.remove(0);
            }
        }
    }

    /// Moves the selected slider by `steps` small or large steps.
    pub fn slide(&mut self, steps: f64, large: bool) {
        let field = self.field();
        if let Shape::Slider { step, leap, .. } = field.shape() {
            let by = if large { leap } else { step } * steps;
            let Some(at) = self.draft.as_ref().and_then(|draft| field.number(draft)) else { return };
            let grid = if field == Field::MaxTokens { 1.0 } else { step };
            self.change(field, |draft| field.set_number(draft, ((at + by) / grid).round() * grid));
        }
    }

    /// Sets a slider to a share of its range, as a drag does.
    pub fn slide_to(&mut self, field: Field, share: f64) {
        if let Shape::Slider { min, max, step, .. } = field.shape() {
            let to = ((min + share * (max - min)) / step).round() * step;
            self.change(field, |draft| field.set_number(draft, to));
        }
    }

    /// Takes the next or previous of `options` for the selected field.
    pub fn choose(&mut self, by: isize, options: &[String]) {
        let field = self.field();
        let Some(now) = self.draft.as_ref().map(|draft| field.text(draft)) else { return };
        if options.is_empty() {
            return;
        }
        let at = options.iter().position(|option| *option == now).unwrap_or(0);
        let next = options[(at + options.len()).wrapping_add_signed(by) % options.len()].clone();
        self.change(field, |draft| {
            let _ = field.set_text(draft, &next); // a listed choice is always right
        });
    }

    /// Sets a field from text.
    ///
    /// # Errors
    /// A sentence saying what would be right.
    pub fn set_text(&mut self, field: Field, to: &str) -> Result<(), String> {
        let Some(mut draft) = self.draft.clone() else { return Ok(()) };
        field.set_text(&mut draft, to)?;
        self.change(field, |now| *now = draft);
        Ok(())
    }

    /// Takes back the last change of the draft; whether there was one.
    pub fn undo(&mut self) -> bool {
        let Some(draft) = &mut self.draft else { return false };
        while let Some(Step { field, before }) = self.undo.pop() {
            if field.value(&before) != field.value(draft) {
                field.copy(&before, draft);
                return true;
            }
        }
        false
    }

    /// Notes what is about to be sent, so that its answer tells what it changed; [`Value::Null`] is the
    /// YAML's configuration.
    pub fn sends(&mut self, patch: Value) {
        if let Some(saved) = &self.saved {
            self.sent.push((patch, saved.clone()));
            if self.sent.len() > SENT_MAX {
                self.sent.remove(0);
            }
        }
    }

    /// The way back from the last save: the fields it changed, to what they were before it.
    pub fn unsave(&mut self) -> Option<WayBack> {
        let now = self.saved.clone()?;
        while let Some(save) = self.saves.pop() {
            let mut then = now.clone();
            save.fields.iter().for_each(|field| field.copy(&save.before, &mut then));
            let Some(patch) = patch(&now, &then) else { continue };
            let changes = differences(&now, &then);
            let altered = |field: &&Field| field.value(&save.after) != field.value(&now);
            let since: Vec<Change> = save
                .fields
                .iter()
                .filter(altered)
                .map(|field| Change::of(*field, &save.after, &now))
                .collect();
            if !since.is_empty() {
                self.saves.push(save); // it is asked first, and the answer may be no
            }
            return Some(WayBack { patch, changes, since });
        }
        None
    }

    /// Forgets the draft.
    pub fn discard(&mut self) {
        self.draft.clone_from(&self.saved);
        self.undo.clear();
        self.conflicts.clear();
    }

    /// What the engine answered to a patch, or to another change of all of it ([`Value::Null`]). What was
    /// changed here since it was sent stays.
    pub fn stored(&mut self, patch: &Value, saved: PersonalityConfig, keep_way_back: bool) {
        let at = self.sent.iter().rposition(|(sent, _)| sent == patch);
        let before = at.map(|at| self.sent.remove(at).1).or_else(|| self.saved.clone());
        let fields = fields_of(patch);
        if let Some(before) = before.filter(|_| keep_way_back) {
            let changed = |field: &Field| field.value(&before) != field.value(&saved);
            let fields: Vec<Field> = fields.iter().copied().filter(changed).collect();
            if !fields.is_empty() {
                self.saves.push(Save { before, after: saved.clone(), fields });
            }
        }
        if patch.is_null() {
            self.saved = Some(saved);
            self.discard();
        } else {
            self.rebase(saved, &fields);
        }
        self.applied = Applied::Waiting;
    }
}

/// Patches whose answers are waited for at most.
const SENT_MAX: usize = 8;

/// The fields a patch names; all of them for [`Value::Null`].
fn fields_of(patch: &Value) -> Vec<Field> {
    let named =
        |field: &Field| patch.get(field.section()).is_some_and(|keys| keys.get(field.key()).is_some());
    Field::ALL.into_iter().filter(|field| patch.is_null() || named(field)).collect()
}

impl Change {
    fn of(field: Field, from: &PersonalityConfig, to: &PersonalityConfig) -> Self {
        Self { label: field.label(), from: field.text(from), to: field.text(to) }
    }
}

/// The fields in which two configurations differ.
#[must_use]
pub fn differences(from: &PersonalityConfig, to: &PersonalityConfig) -> Vec<Change> {
    Field::ALL
        .into_iter()
        .filter(|field| field.value(from) != field.value(to))
        .map(|field| Change::of(field, from, to))
        .collect()
}

fn patch(from: &PersonalityConfig, to: &PersonalityConfig) -> Option<Value> {
    let mut sections = Map::new();
    for field in Field::ALL.into_iter().filter(|field| field.value(from) != field.value(to)) {
        let section = sections.entry(field.section()).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(keys) = section {
            keys.insert(field.key().into(), field.value(to));
        }
    }
    (!sections.is_empty()).then_some(Value::Object(sections))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    use crate::domain::personality::{Behavior, Engagement, Identity, ModelConfig, Permissions, Persona};

    fn mind() -> Mind {
        let config = PersonalityConfig {
            id: "ada_001".into(),
            name: "Ada".into(),
            identity: Identity::default(),
            personality: Persona { traits: vec!["curious".into()], ..Persona::default() },
            behavior: Behavior { creativity_level: 80, ..Behavior::default() },
            model: ModelConfig::default(),
            permissions: Permissions::default(),
        };
        let mut mind = Mind::default();
        mind.load(config, None);
        mind
    }

    #[test]
    fn sliders_step_leap_and_stop_at_the_ends() {
        let mut mind = mind();
        mind.slide(1.0, false);
        assert_eq!(mind.draft.as_ref().unwrap().behavior.creativity_level, 81);
        mind.slide(1.0, true);
        mind.slide(1.0, true);
        assert_eq!(mind.draft.as_ref().unwrap().behavior.creativity_level, 100);
        assert_eq!(mind.changes()[0], Change { label: "creativity", from: "80".into(), to: "100".into() });
        assert_eq!(mind.patch().unwrap(), json!({"behavior": {"creativity_level": 100}}));
        mind.undo();
        mind.undo();
        assert!(mind.undo() && !mind.is_dirty() && !mind.undo());
    }

    #[test]
    fn texts_and_choices() {
        let mut mind = mind();
        mind.set_text(Field::Traits, "bold\n\nwarm").unwrap();
        assert!(mind.set_text(Field::Traits, " ").is_err());
        mind.scroll.selected = Field::ALL.iter().position(|f| *f == Field::Engagement).unwrap();
        mind.choose(1, &Engagement::ALL.map(|e| e.as_str().to_owned()));
        assert_eq!(
            mind.patch().unwrap(),
            json!({"behavior": {"engagement_style": "reactive"}, "personality": {"traits": ["bold", "warm"]}})
        );
        mind.discard();
        assert_eq!(mind.patch(), None);
    }

    #[test]
    fn what_was_saved_can_be_taken_back() {
        let mut mind = mind();
        mind.slide(-1.0, true);
        let (saved, patch) = (mind.draft.clone().unwrap(), mind.patch().unwrap());
        mind.stored(&patch, saved, true);
        assert!(!mind.is_dirty() && mind.applied == Applied::Waiting);
        let back = mind.unsave().unwrap();
        assert_eq!(back.patch, json!({"behavior": {"creativity_level": 80}}));
        assert_eq!((back.changes.len(), back.since.len()), (1, 0));
        assert!(mind.unsave().is_none());
    }
}
