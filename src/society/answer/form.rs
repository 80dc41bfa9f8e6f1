//! The forms in which models write an act, brought to the one that was asked for: an object with `action`
//! and the parts of the act beside it.

use serde_json::{Map, Value};

use crate::domain::ActionKind;
use crate::domain::text::{folded, usual_signs};
use crate::llm::loose;

type Object = Map<String, Value>;

/// How deep an act may be wrapped.
const WRAPPED: usize = 4;
/// Keys that name the act, whatever they say.
const NAMED: [&str; 2] = ["action", "act"];
/// Keys that name it where they say one there is, or where the parts of a call stand beside.
const CALLED: [&str; 4] = ["type", "name", "tool", "function"];
/// Keys under which the parts of a call stand.
const PARTS: [&str; 5] = ["arguments", "parameters", "input", "args", "action_input"];
/// Keys under which an act stands among others.
const HOLDS: [&str; 6] = ["act", "action", "function", "function_call", "tool_call", "tool_calls"];

/// The act an object holds; what it notes beside it, at whatever depth, goes to `noted`.
pub(super) fn act_in(object: Object, noted: &mut Option<Value>) -> Option<Object> {
    unwrapped(object, noted, WRAPPED)
}

fn unwrapped(mut object: Object, noted: &mut Option<Value>, left: usize) -> Option<Object> {
    let left = left.checked_sub(1)?;
    let memory = object.remove("memory");
    *noted = noted.take().or(memory);
    if let Some(held) = HOLDS.iter().find_map(|key| object.get(*key).and_then(object_of)) {
        return unwrapped(held, noted, left);
    }
    let parts = PARTS.iter().find_map(|key| object.get(*key).and_then(object_of).map(|parts| (*key, parts)));
    let of = |keys: &[&str], any: bool| {
        let named = |key: &&str| object.get(*key).and_then(Value::as_str).filter(|name| any || is_kind(name));
        keys.iter().find_map(named).map(Value::from)
    };
    if let Some(name) = of(&NAMED, true).or_else(|| of(&CALLED, parts.is_some())) {
        if let Some((key, parts)) = parts {
            object.remove(key);
            object.extend(parts);
        }
        let memory = object.remove("memory");
        *noted = noted.take().or(memory);
        object.insert("action".to_owned(), name);
        return Some(object);
    }
    let (key, held) = object.iter().next().filter(|_| object.len() == 1)?;
    let mut held = object_of(held)?;
    if is_kind(key) {
        held.insert("action".to_owned(), key.as_str().into());
    }
    unwrapped(held, noted, left)
}

/// A value as the object it is, is the first of, or holds as text.
fn object_of(value: &Value) -> Option<Object> {
    match value {
        Value::Object(object) => Some(object.clone()),
        Value::Array(list) => list.first()?.as_object().cloned(),
        Value::String(text) if text.trim_start().starts_with('{') => match loose::whole(text)? {
            Value::Object(object) => Some(object),
            _ => None,
        },
        _ => None,
    }
}

/// The word of an act as it was meant: case, blanks and hyphens make no difference.
pub(super) fn kind_of(word: &str) -> String {
    folded(word.trim()).replace([' ', '-'], "_")
}

fn is_kind(word: &str) -> bool {
    let word = kind_of(word);
    ActionKind::ALL.iter().any(|kind| kind.as_str() == word)
}

/// Small models write `"3"` or `"#3"` where a number belongs, and 0 for none.
pub(super) fn coerce_number(value: &mut Value, key: &str) {
    let Some(found) = value.get_mut(key) else { return };
    if let Some(number) =
        found.as_str().and_then(|text| usual_signs(text.trim_start_matches('#').trim()).parse::<i64>().ok())
    {
        *found = number.into();
    }
    if let Some(number) = found.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 9e15)
        && !found.is_i64()
    {
        #[allow(clippy::cast_possible_truncation)] // whole and small, as just checked
        let whole = number as i64;
        *found = whole.into();
    }
    if key != "value" && found.as_i64() == Some(0) {
        *found = Value::Null;
    }
}
