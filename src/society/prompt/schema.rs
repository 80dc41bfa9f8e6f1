//! The JSON schemas of what a model answers.

use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::schema_for;
use serde_json::{Value, json};

use super::rules::{self, ORDER};
use crate::domain::guidance::{Tendency, quiet_tendency, thread_tendency};
use crate::domain::personality::Engagement;
use crate::domain::scene::FeedThread;
use crate::domain::{Action, ActionKind, Actor, Scene};
use crate::society::frame::Frame;

/// Longest texts a model is asked for, in characters: well within what is accepted.
const TITLE: usize = 100;
const CONTENT: usize = 1_200;
const REASON: usize = 160;
const TAG: usize = 24;
const TAGS: usize = 3;

/// The JSON schema of an answer that holds one of the acts that are allowed: an object with `act`, and `memory` where
/// that is asked for beside it, every property required and none added.
///
/// Hosted services count it as a part of the prompt and keep what they made of it: for them it is the
/// same on every beat, in the form that the strict ones accept. A server at hand makes a grammar of it:
/// it gets the bounds of this moment. One that refuses them is asked in a looser form from then on.
#[must_use]
pub(crate) fn schema(scene: &Scene, frame: &Frame, at_hand: bool) -> Arc<Value> {
    let memory = rules::asks_for_memory(frame).then(|| memory(scene, at_hand));
    if at_hand { bounds(scene, memory) } else { stable(&scene.allowed, memory) }
}

/// The schema of what is noted beside an act; of nobody but those who are seen, for a server at hand.
fn memory(scene: &Scene, at_hand: bool) -> Value {
    let noted = if at_hand {
        let authors = scene.feed.iter().flat_map(|thread| {
            let replies = thread.replies.iter().map(|reply| &*reply.author);
            std::iter::once(&*thread.author).chain(replies)
        });
        let others: BTreeSet<&str> = authors.filter(|author| **author != *scene.me.id).collect();
        if others.is_empty() {
            return json!({"type": "null"});
        }
        // How a bot stands with people is not kept, and the name in a person's id is a text from outside.
        extraction_bounds(
            &others.into_iter().filter_map(|author| Actor::of(author).bot()).collect::<Vec<_>>(),
        )
    } else {
        extraction_schema()
    };
    json!({"anyOf": [*noted, {"type": "null"}]})
}

/// Without anything that changes from beat to beat.
pub(super) fn stable(allowed: &[ActionKind], memory: Option<Value>) -> Arc<Value> {
    let kinds = ORDER.into_iter().filter(|kind| allowed.contains(kind));
    Arc::new(one_of(kinds.filter_map(|kind| variant(kind).map(strict)).collect(), memory))
}

/// With the bounds of this moment: the ids that are seen, the values of a vote, the longest texts. What
/// the bot tends to comes first.
pub(super) fn bounds(scene: &Scene, memory: Option<Value>) -> Arc<Value> {
    let me = &*scene.me.id;
    let foreign: Vec<i64> = scene.feed.iter().filter(|t| *t.author != *me).map(|t| t.id).collect();
    // A bot answers no reply of its own and votes on no post of its own.
    let others_in = |thread: &FeedThread| -> Vec<i64> {
        thread.replies.iter().filter(|reply| *reply.author != *me).map(|reply| reply.id).collect()
    };
    let others: Vec<i64> = scene.feed.iter().flat_map(others_in).collect();
    let members = |followed: bool| -> Vec<&str> {
        scene.roster.iter().filter(|other| other.followed == followed).map(|other| &*other.id).collect()
    };
    let text = |most: usize| json!({"type": "string", "minLength": 1, "maxLength": most});
    let reason = || json!({"type": "string", "maxLength": REASON});
    let mut variants = Vec::with_capacity(ORDER.len());
    for kind in by_tendency(scene) {
        let properties = match kind {
            // An answer names a reply of the thread it is in.
            ActionKind::Reply => {
                variants.extend(scene.feed.iter().map(|thread| {
                    let parents = others_in(thread).into_iter().map(Value::from).chain([Value::Null]);
                    let properties = json!({
                        "thread_id": {"const": thread.id},
                        "parent_reply_id": {"enum": parents.collect::<Vec<_>>()},
                        "content": text(CONTENT),
                    });
                    tagged(kind, &properties)
                }));
                continue;
            }
            // A vote is on a thread or on a reply.
            ActionKind::Vote => {
                let on = [(foreign.as_slice(), true), (others.as_slice(), false)];
                variants.extend(on.into_iter().filter(|(ids, _)| !ids.is_empty()).map(|(ids, is_thread)| {
                    let (one, none) = (json!({"enum": ids}), json!({"type": "null"}));
                    let (thread, reply) = if is_thread { (one, none) } else { (none, one) };
                    let properties = json!({
                        "thread_id": thread, "reply_id": reply, "value": {"enum": [1, -1]}, "reason": reason(),
                    });
                    tagged(kind, &properties)
                }));
                continue;
            }
            ActionKind::DoNothing => json!({"reason": reason()}),
            ActionKind::WebSearch => json!({"query": text(REASON), "reason": reason()}),
            ActionKind::Follow | ActionKind::Unfollow => {
                let members = members(kind == ActionKind::Unfollow);
                if members.is_empty() {
                    continue;
                }
                json!({"bot_id": {"enum": members}})
            }
            ActionKind::CreateThread => json!({
                "title": text(TITLE), "content": text(CONTENT),
                "tags": {"type": "array", "items": text(TAG), "maxItems": TAGS},
            }),
        };
        variants.push(tagged(kind, &properties));
    }
    Arc::new(one_of(variants, memory))
}

/// The allowed acts, what the bot tends to before what it hardly does.
fn by_tendency(scene: &Scene) -> Vec<ActionKind> {
    let behavior = &scene.me.behavior;
    let often = |tendency: Tendency| matches!(tendency, Tendency::Common | Tendency::Likely);
    let first = |kind: &ActionKind| match kind {
        ActionKind::CreateThread => often(thread_tendency(behavior.leadership_tendency)),
        ActionKind::DoNothing => often(quiet_tendency(behavior.shyness)),
        ActionKind::Vote => behavior.engagement_style == Engagement::Observer,
        _ => false,
    };
    let mut kinds: Vec<ActionKind> = ORDER.into_iter().filter(|kind| scene.allowed.contains(kind)).collect();
    kinds.sort_by_key(|kind| !first(kind));
    kinds
}

/// An act's properties with its name before them.
fn tagged(kind: ActionKind, properties: &Value) -> Value {
    let mut all = serde_json::Map::new();
    all.insert("action".to_owned(), json!({"const": kind.as_str()}));
    let mut names = vec![Value::from("action")];
    for (name, value) in properties.as_object().into_iter().flatten() {
        names.push(name.clone().into());
        all.insert(name.clone(), value.clone());
    }
    json!({"type": "object", "properties": all, "required": names, "additionalProperties": false})
}

fn one_of(variants: Vec<Value>, memory: Option<Value>) -> Value {
    let mut whole = json!({
        "type": "object",
        "properties": { "act": { "anyOf": variants } },
        "required": ["act"],
        "additionalProperties": false
    });
    if let Some(memory) = memory {
        whole["properties"]["memory"] = memory;
        whole["required"] = json!(["act", "memory"]);
    }
    whole
}

/// The schema of one act as its type has it.
fn variant(kind: ActionKind) -> Option<Value> {
    let whole = serde_json::to_value(schema_for!(Action)).unwrap_or_default();
    let is_it = |variant: &&Value| variant["properties"]["action"]["const"].as_str() == Some(kind.as_str());
    whole["oneOf"].as_array()?.iter().find(is_it).cloned()
}

/// The JSON schema of an extraction, the same for every bot.
#[must_use]
pub(super) fn extraction_schema() -> Arc<Value> {
    let plain = |_: usize| json!({"type": "string"});
    Arc::new(extraction(&plain, &json!({"type": "string"}), None))
}

/// The same schema with bounds: short texts, few of them, and the members it may speak of.
#[must_use]
pub(super) fn extraction_bounds(ids: &[&str]) -> Arc<Value> {
    let short = |most: usize| json!({"type": "string", "minLength": 1, "maxLength": most});
    // No value can be one of none, and servers refuse such a list.
    let bot = if ids.is_empty() { short(TAG) } else { json!({"enum": ids}) };
    Arc::new(extraction(&short, &bot, Some(EXTRACTED)))
}

/// Most entries of a kind in one extraction.
const EXTRACTED: usize = 2;

fn extraction(text: &dyn Fn(usize) -> Value, bot: &Value, most: Option<usize>) -> Value {
    let list = |items: Value, at_most: Option<usize>| {
        let mut list = json!({"type": "array", "items": items});
        if let Some(most) = at_most {
            list["maxItems"] = most.into();
        }
        list
    };
    let object = |properties: Value| {
        let names: Vec<Value> = properties
            .as_object()
            .into_iter()
            .flat_map(|map| map.keys().cloned().map(Value::String))
            .collect();
        json!({"type": "object", "properties": properties, "required": names, "additionalProperties": false})
    };
    let one = most.map(|_| 1);
    object(json!({
        "facts": list(text(REASON), most),
        "relationships": list(object(json!({
            "bot": bot,
            "sentiment": {"type": "string", "enum": ["friendly", "neutral", "rival", "curious"]},
            "note": text(REASON),
            "event": text(REASON),
        })), one),
        "opinions": list(object(json!({
            "topic": text(TAG), "stance": text(REASON), "confidence": {"type": "number"},
        })), one),
        "interests": list(text(TAG), most),
        "moments": list(text(REASON), one),
    }))
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
        let schema = stable(&[ActionKind::Vote, ActionKind::DoNothing], None);
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
