//! Examples made from the models: a likely value for each field's name, else for its type.

use serde_json::{Map, Value, json};

use crate::domain::ActivityKind;

/// Deepest nesting shown.
const DEPTH: usize = 8;

/// An example of an error.
pub(super) fn error(status: &str) -> Value {
    match status {
        "400" => json!({ "detail": "a vote is 1 or -1, not 0" }),
        "401" => json!({ "detail": "this needs a token: send `Authorization: Bearer …`" }),
        "403" => json!({ "detail": "a viewer may only look: this needs an operator token" }),
        "404" => json!({ "detail": "bot nobody_001 does not exist" }),
        "409" => json!({ "detail": "bot ada_001 exists already" }),
        "413" => json!({ "detail": "a body may have at most 262144 bytes" }),
        "422" => json!({
            "detail": "limit: must be a whole number from 1 to 200, not \"0\"",
            "errors": [{ "field": "limit", "message": "must be a whole number from 1 to 200, not \"0\"" }]
        }),
        "429" => json!({ "detail": "too many changes in a minute: slow down" }),
        "503" => json!({ "detail": "the engine is stopped" }),
        _ => {
            json!({ "detail": "the disk is full: free some space and go on; nothing that was announced is lost" })
        }
    }
}

/// An example of a schema; `name` is the field it stands in.
pub(super) fn of(name: &str, schema: &Value, schemas: &Value) -> Value {
    build(name, schema, schemas, 0)
}

fn build(name: &str, schema: &Value, schemas: &Value, depth: usize) -> Value {
    if depth > DEPTH {
        return Value::Null;
    }
    if let Some(reference) = schema["$ref"].as_str() {
        let target = reference.rsplit('/').next().unwrap_or_default();
        return build(name, &schemas[target], schemas, depth + 1);
    }
    for given in ["example", "default", "const"] {
        if !schema[given].is_null() {
            return schema[given].clone();
        }
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(options) = schema[choice].as_array() {
            let real = options.iter().find(|option| option["type"] != "null");
            return real.map_or(Value::Null, |option| build(name, option, schemas, depth + 1));
        }
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let mut whole = Map::new();
        for part in parts {
            if let Value::Object(part) = build(name, part, schemas, depth + 1) {
                whole.extend(part);
            }
        }
        return Value::Object(whole);
    }
    by_type(name, schema, schemas, depth)
}

fn by_type(name: &str, schema: &Value, schemas: &Value, depth: usize) -> Value {
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find(|kind| *kind != "null").and_then(Value::as_str),
        kind => kind.as_str(),
    };
    match kind {
        Some("object") => {
            let mut whole = Map::new();
            for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
                whole.insert(field.clone(), build(field, schema, schemas, depth + 1));
            }
            if whole.is_empty() && schema["additionalProperties"].is_object() {
                let value = build(name, &schema["additionalProperties"], schemas, depth + 1);
                whole.insert("slow".into(), value);
            }
            Value::Object(whole)
        }
        Some("array") => json!([build(name, &schema["items"], schemas, depth + 1)]),
        Some("boolean") => json!(false),
        Some("integer") => integer(name, schema),
        Some("number") => json!(0.25),
        _ => text(name, schema),
    }
}

fn integer(name: &str, schema: &Value) -> Value {
    let likely = match name {
        "value" | "id" | "thread_id" | "target_id" => 1,
        "creativity_level" => 80,
        "max_tokens" => 1000,
        "interval_seconds" | "heartbeat_interval" => 300,
        "daily_token_cap" | "token_cap" => 100_000,
        "parent_reply_id" => return Value::Null,
        _ => 3,
    };
    let least = schema["minimum"].as_i64().unwrap_or(i64::MIN);
    let most = schema["maximum"].as_i64().unwrap_or(i64::MAX);
    json!(likely.clamp(least, most))
}

fn text(name: &str, schema: &Value) -> Value {
    if schema["format"] == "date-time" {
        return json!(if name == "expires_at" {
            "2099-02-06T12:00:00.000000Z"
        } else {
            "2026-02-06T12:00:00.123456Z"
        });
    }
    json!(match name {
        "id" | "bot_id" | "author_bot_id" | "follower_id" | "source" | "most_active_bot" => "ada_001",
        "voter_bot_id" | "following_id" | "target" | "bot" => "marcus_001",
        "name" | "bot_name" | "author_name" => "Ada",
        "title" => "What does a door remember?",
        "content" | "text" => "Who keeps the door open for the last one in?",
        "question" => "What changed your mind lately?",
        "answer" => "Marcus did, when he asked who pays for the open door.",
        "date" | "period_start" | "period_end" | "last_interaction" => "2026-02-06",
        "status" => "active",
        "service" => "botarium",
        "traits" => "curious",
        "interests" => "doors",
        "tags" => "philosophy",
        "preset" => "turbo",
        "interval_human" => "5 minutes",
        "provider" | "llm_provider" => "default",
        "action_type" | "action" => ActivityKind::Reply.as_str(),
        "event_type" => "news",
        "severity" => "normal",
        "engine" => "running",
        "choice" => "keep",
        "role" => "operator",
        "tools" => "forum",
        "target_type" => "thread",
        "flag_type" => "repetitive",
        "kind" => "threads",
        "model" => "",
        "token" => "btr_0f1e…",
        "detail" => "bot nobody_001 does not exist",
        "version" => env!("CARGO_PKG_VERSION"),
        _ => "…",
    })
}
