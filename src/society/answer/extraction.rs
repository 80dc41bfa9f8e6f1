//! What an answer says is worth keeping, item by item: what cannot be read is left out alone.

use serde_json::{Map, Value};

use super::declines::only_declines;
use super::objects;
use crate::domain::memory::{OpinionNote, RelationshipNote};
use crate::domain::{Extraction, Sentiment};

/// The keys of an extraction.
const KEYS: [&str; 5] = ["facts", "relationships", "opinions", "interests", "moments"];
/// Items taken of one kind.
const ITEMS: usize = 20;

/// What stands as the memory of an act: an extraction, or facts alone; `None` where it cannot be read.
pub(super) fn noted_in(memory: &Value) -> Option<Extraction> {
    let facts = |list: &Value| Extraction {
        facts: texts(Some(list), &["fact", "text", "content", "statement", "memory"]),
        ..Extraction::default()
    };
    match memory {
        Value::Null => Some(Extraction::default()),
        Value::Object(fields) if fields.is_empty() || KEYS.iter().any(|key| fields.contains_key(*key)) => {
            Some(read(fields))
        }
        Value::Array(list) if list.is_empty() => Some(Extraction::default()),
        Value::Array(_) | Value::String(_) => Some(facts(memory)).filter(|noted| !noted.is_empty()),
        _ => None,
    }
}

/// Reads an extraction; `None` when the answer holds none. An object without any of the keys is some
/// other answer, not an empty one.
#[must_use]
pub(crate) fn extraction(answer: &str) -> Option<Extraction> {
    objects(answer).find_map(|object| {
        let inner = object.as_object()?.values().filter(|value| value.is_object());
        std::iter::once(&object).chain(inner).find_map(|object| {
            let object = object.as_object()?;
            KEYS.iter().any(|key| object.contains_key(*key)).then(|| read(object))
        })
    })
}

fn read(object: &Map<String, Value>) -> Extraction {
    Extraction {
        facts: texts(object.get("facts"), &["fact", "text", "content", "statement"]),
        relationships: relationships(object.get("relationships")),
        opinions: opinions(object.get("opinions")),
        interests: texts(object.get("interests"), &["interest", "topic", "name", "text"]),
        moments: texts(
            object.get("moments").or_else(|| object.get("moment")),
            &["moment", "text", "content", "event", "description"],
        ),
    }
}

/// The items of a list; one alone need not stand in a list.
fn items(list: Option<&Value>) -> impl Iterator<Item = &Value> {
    let items = match list {
        Some(Value::Array(items)) => items.as_slice(),
        Some(Value::Null) | None => &[],
        Some(one) => std::slice::from_ref(one),
    };
    items.iter().take(ITEMS)
}

/// Texts that say something, each by itself or under one of `keys`.
fn texts(list: Option<&Value>, keys: &[&str]) -> Vec<String> {
    items(list)
        .filter_map(|item| match item {
            Value::String(text) => Some(text.clone()),
            Value::Object(fields) => text(fields, keys),
            _ => None,
        })
        .filter(|text| says_something(text))
        .collect()
}

fn text(fields: &Map<String, Value>, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| fields.get(*key)?.as_str()).map(str::to_owned)
}

/// Words for nothing, placeholders and refusals are nothing.
fn says_something(text: &str) -> bool {
    let bare = text.trim().trim_end_matches('.').to_lowercase();
    bare.contains(char::is_alphanumeric)
        && !only_declines(text)
        && !matches!(bare.as_str(), "none" | "n/a" | "null" | "nothing" | "unknown")
}

fn relationships(list: Option<&Value>) -> Vec<RelationshipNote> {
    // `{"bea_001": "kind"}` says the same as a list.
    let by_name = list.and_then(Value::as_object).filter(|fields| !fields.contains_key("bot"));
    if let Some(fields) = by_name.filter(|fields| text(fields, &["bot_id", "name", "id"]).is_none()) {
        return fields.iter().take(ITEMS).filter_map(|(bot, value)| relationship(Some(bot), value)).collect();
    }
    items(list).filter_map(|item| relationship(None, item)).collect()
}

fn relationship(bot: Option<&str>, value: &Value) -> Option<RelationshipNote> {
    let empty = Map::new();
    let (fields, alone) = match value {
        Value::Object(fields) => (fields, None),
        Value::String(text) => (&empty, Some(text.clone())),
        _ => return None,
    };
    let bot =
        bot.map(str::to_owned).or_else(|| text(fields, &["bot", "bot_id", "id", "name", "with", "who"]))?;
    let some = |keys: &[&str]| text(fields, keys).filter(|text| says_something(text)).unwrap_or_default();
    Some(RelationshipNote {
        bot,
        sentiment: sentiment(text(fields, &["sentiment", "feeling", "attitude"]).as_deref()),
        note: alone.unwrap_or_else(|| some(&["note", "notes", "text", "description"])),
        event: some(&["event", "what_happened", "happened"]),
    })
}

/// The nearest of the four; a word for none of them is neither way.
fn sentiment(word: Option<&str>) -> Sentiment {
    let word = word.unwrap_or_default().trim().to_lowercase();
    let any = |words: &[&str]| words.iter().any(|known| word.starts_with(known));
    if any(&[
        "friend", "positive", "warm", "like", "fond", "kind", "grateful", "admir", "trust", "support", "love",
    ]) {
        Sentiment::Friendly
    } else if any(&[
        "rival", "negative", "hostile", "dislike", "annoy", "wary", "distrust", "compet", "critical",
    ]) {
        Sentiment::Rival
    } else if any(&["curious", "interest", "intrigu", "fascinat"]) {
        Sentiment::Curious
    } else {
        Sentiment::Neutral
    }
}

fn opinions(list: Option<&Value>) -> Vec<OpinionNote> {
    let read = |item: &Value| {
        let fields = item.as_object()?;
        let topic = text(fields, &["topic", "subject", "about"]).filter(|text| says_something(text))?;
        let stance = text(fields, &["stance", "opinion", "view", "text", "position"]);
        let stance = stance.filter(|text| says_something(text))?;
        Some(OpinionNote { topic, stance, confidence: confidence(fields.get("confidence")) })
    };
    items(list).filter_map(read).collect()
}

/// 0–1, also as a percentage, as text or as a word.
fn confidence(value: Option<&Value>) -> f64 {
    let number = match value {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(word)) => match word.trim().trim_end_matches('%').parse() {
            Ok(number) => Some(number),
            Err(_) => match word.trim().to_lowercase().as_str() {
                "high" | "strong" | "very high" => Some(0.9),
                "low" | "weak" => Some(0.3),
                _ => None,
            },
        },
        _ => None,
    };
    match number.filter(|number| number.is_finite()) {
        Some(number) if number > 1.0 && number <= 100.0 => number / 100.0,
        Some(number) => number.clamp(0.0, 1.0),
        None => 0.5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_bad_item_does_not_spoil_the_rest() {
        let read = extraction(
            r#"{"facts": ["Bea keeps salt.", 7, null, "…", {"fact": "The clock is slow."}],
                "relationships": [{"bot": "bea_001", "sentiment": "admiring", "note": "kind", "event": "praised me"}, {"note": "nobody"}, "x"],
                "opinions": [{"topic": "kettles", "stance": "they sing", "confidence": "80%"}, {"topic": "…", "stance": "…"}, {"topic": "salt"}],
                "interests": ["tides", "none", "n/a"], "moments": "Bea praised my kettle."}"#,
        )
        .unwrap();
        assert_eq!(read.facts, ["Bea keeps salt.", "The clock is slow."]);
        assert_eq!(read.relationships.len(), 1);
        assert_eq!(read.relationships[0].sentiment, Sentiment::Friendly);
        assert_eq!(
            read.opinions,
            [OpinionNote { topic: "kettles".into(), stance: "they sing".into(), confidence: 0.8 }]
        );
        assert_eq!(read.interests, ["tides"]);
        assert_eq!(read.moments, ["Bea praised my kettle."]);
    }

    #[test]
    fn other_shapes_of_the_same_are_read() {
        let by_name = extraction(
            r#"{"relationships": {"Bea": {"sentiment": "rival", "note": "loud"}, "Rex": "quiet"}}"#,
        )
        .unwrap();
        assert_eq!(by_name.relationships.len(), 2);
        assert_eq!(by_name.relationships[0].bot, "Bea");
        assert_eq!(by_name.relationships[1].note, "quiet");
        let one = extraction(r#"{"relationships": {"bot": "Bea", "note": "loud"}}"#).unwrap();
        assert_eq!(one.relationships[0].bot, "Bea");
        for wrapped in [
            r#"Here: ```json {"memory": {"moments": ["it rained"],},} ```"#,
            r#"{"note": 1} {"moments": ["it rained"]}"#,
            "{'moments': ['it rained']}",
        ] {
            assert_eq!(extraction(wrapped).unwrap().moments, ["it rained"], "{wrapped}");
        }
        for other in ["", "nothing", "{}", r#"{"act": {"action": "do_nothing"}}"#, r#"{"facts": ["cut"#] {
            assert_eq!(extraction(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn whatever_stands_under_the_keys_is_borne(word in "[a-z…]{0,8}", number in any::<f64>()) {
            for value in [serde_json::json!(word), serde_json::json!(number), serde_json::json!([[word], {"bot": number}]), serde_json::json!({"a": {"b": word}})] {
                for key in KEYS {
                    let _ = extraction(&serde_json::json!({key: value}).to_string());
                }
            }
        }
    }
}
