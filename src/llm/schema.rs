//! JSON schemas in the dialect that hosted services enforce.
//!
//! Local servers take a schema as it is. The hosted ones take a part of the language: no bounds,
//! no `oneOf`, closed objects (documented under "structured outputs"). What is left out here is
//! checked where answers are read. Pure functions.

use serde_json::{Map, Value};

/// Keywords that no hosted service enforces, or that only describe.
const LEFT_OUT: [&str; 17] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "$schema",
    "title",
    "default",
    "examples",
];

/// The string formats they know.
const FORMATS: [&str; 10] =
    ["date-time", "date", "time", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"];

/// Without bounds, with `anyOf` for `oneOf`, and every object closed.
pub(super) fn portable(schema: &Value) -> Value {
    match schema {
        Value::Object(map) => {
            let mut kept = Map::new();
            for (key, value) in map.iter().filter(|(key, value)| is_kept(key, value)) {
                let (key, value) = match key.as_str() {
                    // Their keys are names of the schema's author, their values schemas.
                    "properties" | "$defs" | "definitions" => (key.as_str(), each(value)),
                    "enum" | "const" | "required" => (key.as_str(), value.clone()),
                    "oneOf" => ("anyOf", portable(value)),
                    _ => (key.as_str(), portable(value)),
                };
                kept.insert(key.to_owned(), value);
            }
            if is_object(&kept) {
                kept.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            Value::Object(kept)
        }
        Value::Array(list) => list.iter().map(portable).collect(),
        other => other.clone(),
    }
}

fn is_kept(key: &str, value: &Value) -> bool {
    !LEFT_OUT.contains(&key)
        && (key != "format" || value.as_str().is_some_and(|name| FORMATS.contains(&name)))
}

fn is_object(schema: &Map<String, Value>) -> bool {
    schema.contains_key("properties") || schema.get("type").is_some_and(|kind| kind == "object")
}

/// A table of named schemas, each of them changed.
fn each(named: &Value) -> Value {
    match named {
        Value::Object(named) => named.iter().map(|(name, schema)| (name.clone(), portable(schema))).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_that_are_keywords_survive() {
        let schema = json!({"type": "object", "properties": {
            "title": {"type": "string", "maxLength": 3}, "format": {"type": "integer", "format": "int64"},
            "when": {"type": "string", "format": "date-time"}}});
        let expected = json!({"type": "object", "properties": {
            "title": {"type": "string"}, "format": {"type": "integer"},
            "when": {"type": "string", "format": "date-time"}}, "additionalProperties": false});
        assert_eq!(portable(&schema), expected);
    }
}
