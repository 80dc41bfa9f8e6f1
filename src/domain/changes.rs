//! What a change changed: fields with their old and new values.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::text;

/// Longest value that is kept of a text, in characters.
pub(super) const VALUE_MAX: usize = 200;
/// Fields kept of one change.
const FIELDS_MAX: usize = 40;

/// A field with its value before and after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Change {
    /// Which one, such as `behavior.shyness`.
    pub field: String,
    /// What it was.
    pub old: Value,
    /// What it is.
    pub new: Value,
}

impl Change {
    /// A field that changed; texts are cut to a length that can be kept.
    #[must_use]
    pub fn new(field: impl Into<String>, old: impl Into<Value>, new: impl Into<Value>) -> Self {
        Self { field: field.into(), old: kept(old.into()), new: kept(new.into()) }
    }
}

fn kept(value: Value) -> Value {
    match value {
        Value::String(said) => Value::String(text::clean_line(&said, VALUE_MAX)),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| shown(item).into_owned()).collect();
            Value::String(text::clean_line(&items.join("; "), VALUE_MAX))
        }
        other => other,
    }
}

/// The fields in which two objects differ, by their path.
#[must_use]
pub fn between(old: &Value, new: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    walk("", old, new, &mut changes);
    changes.truncate(FIELDS_MAX);
    changes
}

fn walk(path: &str, old: &Value, new: &Value, changes: &mut Vec<Change>) {
    match (old, new) {
        (Value::Object(before), Value::Object(after)) => {
            let none = Value::Null;
            let keys: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            for key in keys {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                walk(&path, before.get(key).unwrap_or(&none), after.get(key).unwrap_or(&none), changes);
            }
        }
        _ if old == new => {}
        _ => changes.push(Change::new(path, old.clone(), new.clone())),
    }
}

/// A value in words.
pub(super) fn shown(value: &Value) -> std::borrow::Cow<'_, str> {
    match value {
        Value::Null => "the default".into(),
        Value::String(said) if said.is_empty() => "nothing".into(),
        Value::String(said) => said.into(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.into(),
        other => other.to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_field_that_differs_is_named_with_both_values() {
        let old =
            json!({"behavior": {"shyness": 75, "aggression": 5}, "personality": {"traits": ["shy", "warm"]}});
        let new = json!({"behavior": {"shyness": 20, "aggression": 5}, "personality": {"traits": ["bold"]}});
        let changes = between(&old, &new);
        assert_eq!(changes.len(), 2);
        assert_eq!(changes[0], Change::new("behavior.shyness", 75, 20));
        assert_eq!(changes[1], Change::new("personality.traits", "shy; warm", "bold"));
        assert!(between(&old, &old).is_empty());
    }

    #[test]
    fn what_is_kept_is_bounded_and_gated() {
        let change = Change::new("identity.origin_story", "x".repeat(9_000), "a\u{1b}[2Jb");
        assert!(change.old.as_str().unwrap().chars().count() <= VALUE_MAX);
        assert!(!change.new.as_str().unwrap().contains('\u{1b}'));
    }
}
