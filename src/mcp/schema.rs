//! What a tool takes, as JSON Schema: made from the declarations that the port's description is made from.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// Deepest nesting of one declaration in another.
const DEPTH: u32 = 16;

/// The schema of an object of type `T`: everything it names stands inside it.
pub fn of<T: ToSchema>() -> Map<String, Value> {
    let mut known = Vec::new();
    T::schemas(&mut known);
    let named: HashMap<String, Value> =
        known.into_iter().map(|(name, schema)| (name, json!(schema))).collect();
    let mut schema = settled(json!(T::schema()), &named, DEPTH);
    let Some(object) = schema.as_object_mut() else { return Map::new() };
    object.entry("type").or_insert_with(|| json!("object"));
    object.entry("properties").or_insert_with(|| json!({}));
    object.insert("additionalProperties".into(), json!(false));
    object.shift_remove("description"); // it speaks of the port; the tool has its own
    std::mem::take(object)
}

/// `schema` with arguments that need not be given as what they are when they are: `null` beside a type says no more
/// than that, and simple clients then take a number for a text.
pub fn plain(mut schema: Map<String, Value>) -> Map<String, Value> {
    let fields = schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten();
    for (_, field) in fields {
        let Some(field) = field.as_object_mut() else { continue };
        if let Some(Value::Array(types)) = field.get_mut("type") {
            types.retain(|one| one != "null");
            if let [only] = types.as_slice() {
                let only = only.clone();
                field.insert("type".into(), only);
            }
        }
        if let Some(Value::Array(branches)) = field.get_mut("oneOf") {
            branches.retain(|branch| branch["type"] != "null");
            if let [Value::Object(_)] = branches.as_slice()
                && let Some(Value::Array(mut only)) = field.shift_remove("oneOf")
                && let Some(Value::Object(only)) = only.pop()
            {
                only.into_iter().for_each(|(key, value)| {
                    field.entry(key).or_insert(value);
                });
            }
        }
    }
    schema
}

/// The schema of a part of a `T`: nothing is required.
pub fn part_of<T: ToSchema>() -> Map<String, Value> {
    let mut schema = Value::Object(of::<T>());
    relax(&mut schema);
    schema.as_object_mut().map(std::mem::take).unwrap_or_default()
}

fn relax(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            object.shift_remove("required");
            object.values_mut().for_each(relax);
        }
        Value::Array(items) => items.iter_mut().for_each(relax),
        _ => {}
    }
}

/// `schema` with what it refers to in place of the reference, and `allOf` of objects as one object.
fn settled(schema: Value, named: &HashMap<String, Value>, depth: u32) -> Value {
    let Some(depth) = depth.checked_sub(1) else { return json!({}) };
    match schema {
        Value::Object(mut object) => {
            let reference = object.shift_remove("$ref");
            let meant = reference.as_ref().and_then(Value::as_str).and_then(|at| at.rsplit('/').next());
            if let Some(Value::Object(meant)) = meant.and_then(|name| named.get(name)) {
                for (key, value) in meant {
                    object.entry(key).or_insert_with(|| value.clone());
                }
            }
            let mut whole: Map<String, Value> =
                object.into_iter().map(|(key, value)| (key, settled(value, named, depth))).collect();
            if let Some(Value::Array(parts)) = whole.shift_remove("allOf") {
                parts.into_iter().for_each(|part| join(&mut whole, part));
            }
            // What may also be null says what it is in one of its branches.
            let said = whole.get("oneOf").and_then(Value::as_array).into_iter().flatten();
            let said = said.filter_map(|branch| branch.get("description")).next().cloned();
            if let (Some(said), None) = (said, whole.get("description")) {
                whole.insert("description".into(), said);
            }
            Value::Object(whole)
        }
        Value::Array(items) => {
            Value::Array(items.into_iter().map(|item| settled(item, named, depth)).collect())
        }
        other => other,
    }
}

/// Adds the properties of `part` to `whole`.
fn join(whole: &mut Map<String, Value>, part: Value) {
    let Value::Object(part) = part else { return };
    for (key, value) in part {
        match (whole.get_mut(&key), value) {
            (Some(Value::Object(there)), Value::Object(more)) => there.extend(more),
            (Some(Value::Array(there)), Value::Array(more)) => there.extend(more),
            (Some(_), _) => {}
            (None, value) => {
                whole.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::domain::Behavior;
    use crate::protocol::Interview;

    #[derive(Deserialize, ToSchema)]
    #[allow(dead_code)]
    struct Ask {
        /// Whom.
        bot: String,
        #[serde(flatten)]
        interview: Interview,
        behavior: Option<Behavior>,
    }

    #[test]
    fn a_declaration_stands_whole() {
        let schema = Value::Object(of::<Ask>());
        let text = schema.to_string();
        assert!(!text.contains("$ref") && !text.contains("allOf"), "{text}");
        assert_eq!(schema["type"], "object");
        assert_eq!(schema["properties"]["question"]["maxLength"], 2_000);
        assert_eq!(schema["properties"]["bot"]["description"], "Whom.");
        let required: Vec<_> = schema["required"].as_array().unwrap().iter().collect();
        assert!(required.contains(&&json!("bot")) && required.contains(&&json!("question")), "{text}");
        assert!(text.contains("leadership_tendency"), "{text}");
        assert!(!Value::Object(part_of::<Ask>()).to_string().contains("required"));
        let plain = Value::Object(plain(of::<Ask>()));
        assert_eq!(plain["properties"]["behavior"]["type"], "object", "{plain}");
        assert!(!plain.to_string().contains("null"), "{plain}");
    }
}
