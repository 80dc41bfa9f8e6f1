//! What a change changed: fields with their old and new values, and how that is told.

use serde_json::{Value, json};

use super::text;

/// Longest value that is kept of a text, in characters.
const VALUE_MAX: usize = 200;
/// Fields kept of one change.
const FIELDS_MAX: usize = 40;

/// A field with its value before and after.
#[derive(Clone, Debug, PartialEq)]
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

/// Changes as an activity's details hold them.
#[must_use]
pub fn details(changes: &[Change]) -> Value {
    changes
        .iter()
        .take(FIELDS_MAX)
        .map(|change| json!({"field": change.field, "old": change.old, "new": change.new}))
        .collect()
}

fn shown(value: &Value) -> std::borrow::Cow<'_, str> {
    match value {
        Value::Null => "the default".into(),
        Value::String(said) if said.is_empty() => "nothing".into(),
        Value::String(said) => said.into(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.into(),
        other => other.to_string().into(),
    }
}

/// What the details of a change tell: `creativity level 50 → 80, by kim`; `None` where they tell nothing.
#[must_use]
pub fn told(details: &Value) -> Option<String> {
    let word = |key: &str| details.get(key).and_then(Value::as_str).unwrap_or_default();
    let line = |value: &Value| text::clean_line(&shown(value), VALUE_MAX);
    let changes = details.get("changes").and_then(Value::as_array);
    let mut said: Vec<String> = changes
        .into_iter()
        .flatten()
        .map(|change| {
            let field = change["field"].as_str().unwrap_or_default();
            let name = field.rsplit('.').next().unwrap_or(field).replace('_', " ");
            match (field, &change["old"], &change["new"]) {
                ("paused", _, Value::Bool(true)) => "paused".into(),
                ("paused", _, Value::Bool(false)) => "goes on".into(),
                (_, Value::Null, new) if new.is_string() => format!("{name} {}", line(new)),
                (_, old, new) => format!("{name} {} → {}", line(old), line(new)),
            }
        })
        .map(|said| text::clean_line(&said, VALUE_MAX * 2))
        .collect();
    if said.is_empty() {
        said.extend(match (word("change"), details.get("changed").and_then(Value::as_array)) {
            ("", None) => None,
            ("", Some(parts)) => {
                let parts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
                (!parts.is_empty()).then(|| parts.join(", ").replace('_', " "))
            }
            ("deleted", _) => {
                let id = details.get("target_id").map_or_else(String::new, |id| format!(" {}", shown(id)));
                Some(format!("{}{id} deleted", word("target_type")))
            }
            (change, _) => Some(change.to_owned()),
        });
    }
    let said = text::clean_line(&said.join(", "), 1_000);
    match (said.is_empty(), word("by")) {
        (true, _) => None,
        (false, "") => Some(said),
        (false, by) => Some(format!("{said}, by {}", text::clean_line(by, 60))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(details: Value) -> Option<String> {
        told(&details)
    }

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
        let told = of(json!({"changed": ["behavior"], "by": "kim", "changes": details(&changes)}));
        assert_eq!(told.as_deref(), Some("shyness 75 → 20, traits shy; warm → bold, by kim"));
    }

    #[test]
    fn what_is_told_follows_what_is_known() {
        let paused = details(&[Change::new("paused", false, true)]);
        assert_eq!(of(json!({"changes": paused, "by": "kim"})).as_deref(), Some("paused, by kim"));
        let cap = details(&[Change::new("daily_token_cap", Value::Null, 500)]);
        assert_eq!(of(json!({"changes": cap})).as_deref(), Some("daily token cap the default → 500"));
        // What an earlier version wrote down names no values.
        assert_eq!(of(json!({"changed": ["cost_cap"]})).as_deref(), Some("cost cap"));
        assert_eq!(of(json!({"change": "created", "by": "port"})).as_deref(), Some("created, by port"));
        let deleted = json!({"change": "deleted", "target_type": "reply", "target_id": 4});
        assert_eq!(of(deleted).as_deref(), Some("reply 4 deleted"));
        assert_eq!(of(json!({})), None);
    }

    #[test]
    fn what_is_kept_is_bounded_and_gated() {
        let change = Change::new("identity.origin_story", "x".repeat(9_000), "a\u{1b}[2Jb");
        assert!(change.old.as_str().unwrap().chars().count() <= VALUE_MAX);
        assert!(!change.new.as_str().unwrap().contains('\u{1b}'));
    }
}
