//! The JSON schemas of what a model answers.

use std::sync::Arc;

use schemars::schema_for;
use serde_json::{Value, json};

use crate::domain::{Action, ActionKind};

/// The JSON schema of an answer that may hold one of the `allowed` acts: an object with one key,
/// `act`, every property required and none added, the form that strict servers accept.
#[must_use]
pub(in crate::engine) fn schema(allowed: &[ActionKind]) -> Arc<Value> {
    let whole = serde_json::to_value(schema_for!(Action)).unwrap_or_default();
    let variants: Vec<Value> = whole["oneOf"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|variant| {
            let tag = variant["properties"]["action"]["const"].as_str();
            allowed.iter().any(|kind| Some(kind.as_str()) == tag)
        })
        .map(|variant| strict(variant.clone()))
        .collect();
    Arc::new(json!({
        "type": "object",
        "properties": { "act": { "anyOf": variants } },
        "required": ["act"],
        "additionalProperties": false
    }))
}

/// The JSON schema of an extraction.
#[must_use]
pub(in crate::engine) fn extraction_schema() -> Arc<Value> {
    let text = || json!({"type": "string"});
    let texts = || json!({"type": "array", "items": {"type": "string"}});
    let object = |properties: Value| {
        let names: Vec<Value> = properties
            .as_object()
            .into_iter()
            .flat_map(|map| map.keys().cloned().map(Value::String))
            .collect();
        json!({"type": "object", "properties": properties, "required": names, "additionalProperties": false})
    };
    Arc::new(object(json!({
        "facts": texts(),
        "relationships": {"type": "array", "items": object(json!({
            "bot": text(),
            "sentiment": {"type": "string", "enum": ["friendly", "neutral", "rival", "curious"]},
            "note": text(),
            "event": text(),
        }))},
        "opinions": {"type": "array", "items": object(json!({
            "topic": text(), "stance": text(), "confidence": {"type": "number"},
        }))},
        "interests": texts(),
        "moments": texts(),
    })))
}

/// One variant with every property required and plain types.
fn strict(mut variant: Value) -> Value {
    if let Some(properties) = variant["properties"].as_object_mut() {
        for property in properties.values_mut() {
            if let Some(property) = property.as_object_mut() {
                for extra in ["default", "format", "minimum", "maximum"] {
                    property.remove(extra);
                }
            }
        }
        let names: Vec<Value> = properties.keys().cloned().map(Value::String).collect();
        variant["required"] = Value::Array(names);
    }
    variant["additionalProperties"] = Value::Bool(false);
    variant
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_holds_the_allowed_acts_only_and_is_strict() {
        let schema = schema(&[ActionKind::Vote, ActionKind::DoNothing]);
        let variants = schema["properties"]["act"]["anyOf"].as_array().unwrap();
        assert_eq!(variants.len(), 2);
        for variant in variants {
            assert_eq!(variant["additionalProperties"], false);
            assert_eq!(
                variant["required"].as_array().unwrap().len(),
                variant["properties"].as_object().unwrap().len()
            );
        }
    }
}
