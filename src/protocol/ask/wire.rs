//! How an ask looks on the wire: the parts of a request, read with the field at fault named, and written.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;
#[cfg(test)]
use {
    serde_json::{Map, json},
    utoipa::ToSchema,
};

use super::Param;
use crate::protocol::{Fault, FieldError};

/// What a request carries.
#[derive(Debug, Default)]
pub struct Given {
    /// The parameters of its path.
    pub path: Vec<(String, String)>,
    /// The pairs of its query.
    pub query: Vec<(String, String)>,
    /// Its body.
    pub body: Value,
}

impl Given {
    /// A parameter of the path.
    ///
    /// # Errors
    /// 404 for an id nobody has, 422.
    pub fn path<T: Param>(&self, name: &str) -> Result<T, Fault> {
        let text = self.path.iter().find(|(given, _)| given == name).map_or("", |(_, text)| text);
        T::read(text).map_err(|message| {
            // A number too large for an id is an id nobody has.
            let digits = text.strip_prefix('-').unwrap_or(text);
            let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            if is_whole { Fault::not_found(name, text) } else { Fault::invalid_field(name, message) }
        })
    }

    /// What a query says of `name`, which it may say once.
    fn said(&self, name: &str) -> Result<Option<&str>, Fault> {
        let mut said = self.query.iter().filter(|(given, _)| given == name).map(|(_, text)| text.as_str());
        match (said.next(), said.next()) {
            (_, Some(_)) => Err(Fault::invalid_field(name, format!("duplicate field `{name}`"))),
            (text, None) => Ok(text),
        }
    }

    /// A value of the query that may be left out.
    ///
    /// # Errors
    /// 422.
    pub fn optional<T: Param>(&self, name: &str) -> Result<Option<T>, Fault> {
        let read = |text| T::read(text).map_err(|message| Fault::invalid_field(name, message));
        self.said(name)?.map(read).transpose()
    }

    /// A value of the query.
    ///
    /// # Errors
    /// 422.
    pub fn query<T: Param>(&self, name: &str) -> Result<T, Fault> {
        let value = self.optional(name)?.or_else(T::missing);
        value.ok_or_else(|| Fault::invalid_field(name, "is required"))
    }

    /// A whole number of the query, from `least` to `most`; anything else is refused, never clamped.
    ///
    /// # Errors
    /// 422.
    pub fn whole(&self, name: &str, default: u32, least: u32, most: u32) -> Result<u32, Fault> {
        let Some(text) = self.said(name)? else { return Ok(default) };
        text.parse().ok().filter(|value| (least..=most).contains(value)).ok_or_else(|| {
            Fault::invalid_field(name, format!("must be a whole number from {least} to {most}, not {text:?}"))
        })
    }

    /// The body.
    ///
    /// # Errors
    /// 422 with the field at fault.
    pub fn body<T: DeserializeOwned>(&mut self) -> Result<T, Fault> {
        let mut body = self.body.take();
        let mut settled = 0;
        loop {
            let error = match serde_path_to_error::deserialize(&body) {
                Ok(read) => return Ok(read),
                Err(error) => error,
            };
            let (path, message) = (error.path().clone(), error.into_inner().to_string());
            settled += 1;
            if settled > SETTLED_MAX || !settle(&mut body, &path, &message) {
                return Err(Fault::invalid(vec![located(&path.to_string(), &message)]));
            }
        }
    }
}

/// Texts of one body that are taken for what they say.
const SETTLED_MAX: usize = 16;

/// Takes the text at a path for what it says, as other servers do: a number where one belongs, a word in any case of
/// letters. Whether that changed anything.
fn settle(body: &mut Value, path: &serde_path_to_error::Path, message: &str) -> bool {
    let at = path.iter().try_fold(body, |value, step| match step {
        Segment::Map { key } => value.get_mut(key),
        Segment::Seq { index } => value.get_mut(index),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    let Some(value) = at else { return false };
    let Some(text) = value.as_str().map(str::trim) else { return false };
    let read = if message.starts_with("unknown variant ") {
        let word = text.to_lowercase();
        (word != text).then(|| word.into())
    } else {
        match message.strip_prefix("invalid type: string ").and_then(|_| message.rsplit(' ').next()) {
            Some("f32" | "f64") => {
                text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from)
            }
            Some(kind) if whole(kind).is_some() => text.parse::<i64>().ok().map(Value::from),
            _ => None,
        }
    };
    let changed = read.is_some();
    if let Some(read) = read {
        *value = read;
    }
    changed
}

/// What a kind of whole number is called.
fn whole(kind: &str) -> Option<&'static str> {
    match kind {
        "i8" | "i16" | "i32" | "i64" | "isize" => Some("a whole number"),
        "u8" | "u16" | "u32" | "u64" | "usize" => Some("a whole number, 0 or more"),
        _ => None,
    }
}

/// A message of serde in words that say what would be right.
pub(super) fn in_words(message: &str) -> Cow<'_, str> {
    if let Some((given, expected)) =
        message.strip_prefix("unknown variant ").and_then(|rest| rest.split_once(", expected "))
    {
        return format!("must be {expected}, not {:?}", given.trim_matches('`')).into();
    }
    let told = ["invalid type: ", "invalid value: "].iter().find_map(|start| message.strip_prefix(start));
    let Some((given, expected)) = told.and_then(|rest| rest.rsplit_once(", expected ")) else {
        return message.into();
    };
    let expected = match expected {
        "f32" | "f64" => "a number",
        "a string" => "a text",
        "a sequence" => "a list",
        "a boolean" => "true or false",
        "a map" => "an object",
        other if other.starts_with("struct ") => "an object",
        other => whole(other).unwrap_or(other),
    };
    let given = match given {
        "sequence" => "a list",
        "map" => "an object",
        other => ["string ", "integer ", "floating point ", "boolean "]
            .iter()
            .find_map(|kind| other.strip_prefix(kind))
            .map_or(other, |value| value.trim_matches('`')),
    };
    format!("must be {expected}, not {given}").into()
}

/// A message of serde at a path, as a field and what would be right.
pub(crate) fn located(path: &str, message: &str) -> FieldError {
    let message = message.split(" at line ").next().unwrap_or(message);
    let parent = if path == "." { "" } else { path };
    let named = ["missing field `", "duplicate field `", "unknown field `"]
        .iter()
        .find_map(|start| message.strip_prefix(start)?.split('`').next());
    let (field, message) = match named {
        Some(name) if message.starts_with("missing") => (join(parent, name), "is required".to_owned()),
        Some(name) => (join(parent, name), message.to_owned()),
        None => (parent.to_owned(), in_words(message).into_owned()),
    };
    FieldError { field: if field.is_empty() { "body".into() } else { field }, message }
}

fn join(parent: &str, name: &str) -> String {
    if parent.is_empty() || parent.ends_with(name) { name.to_owned() } else { format!("{parent}.{name}") }
}

/// What is sent for an ask.
#[derive(Debug, Default)]
pub struct Sent {
    path: Vec<(&'static str, String)>,
    /// The pairs of the query.
    pub query: Vec<(&'static str, String)>,
    /// The body, where there is one.
    pub body: Option<Value>,
}

impl Sent {
    pub(super) fn path(&mut self, name: &'static str, value: &impl Param) {
        self.path.push((name, value.write().unwrap_or_default()));
    }

    pub(super) fn query(&mut self, name: &'static str, value: &impl Param) {
        self.query.extend(value.write().map(|text| (name, text)));
    }

    pub(super) fn body(&mut self, value: &impl Serialize) {
        self.body = serde_json::to_value(value).ok(); // plain data always serialises
    }

    /// The parts of `path`, its parameters filled in.
    pub fn parts<'a>(&'a self, path: &'a str) -> impl Iterator<Item = Cow<'a, str>> {
        path.split('/').filter(|part| !part.is_empty()).map(|part| {
            let name = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
            let value = name.and_then(|name| self.path.iter().find(|(known, _)| *known == name));
            value.map_or(Cow::Borrowed(part), |(_, value)| Cow::Borrowed(value.as_str()))
        })
    }
}

/// What the OpenAPI document says of an ask, besides its route.
#[cfg(test)]
#[derive(Debug, Default)]
pub struct Described {
    /// Of the path and the query.
    pub parameters: Vec<Value>,
    /// The schema of the body.
    pub body: Option<Value>,
    /// The schema of the answer.
    pub answer: Value,
    /// The schemas these name.
    pub schemas: Map<String, Value>,
}

#[cfg(test)]
impl Described {
    /// A reference to the schema of a type, which is taken in with all it names.
    fn refer<T: ToSchema>(&mut self) -> Value {
        let mut schemas = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut schemas);
        for (name, schema) in schemas {
            self.schemas.entry(name).or_insert_with(|| serde_json::to_value(schema).unwrap());
        }
        json!({ "$ref": format!("#/components/schemas/{}", T::name()) })
    }

    pub(super) fn answers<T: ToSchema>(&mut self, shape: &str) {
        let one = self.refer::<T>();
        self.answer = match shape {
            "array" => json!({ "type": "array", "items": one }),
            "map" => json!({
                "type": "object", "additionalProperties": one, "propertyNames": { "type": "string" }
            }),
            _ => one,
        };
    }

    pub(super) fn body<T: ToSchema>(&mut self) {
        self.body = Some(self.refer::<T>());
    }

    pub(super) fn parameter<T: Param>(&mut self, place: &str, name: &str, required: bool, about: &[&str]) {
        self.push(place, name, required, about, T::schema());
    }

    pub(super) fn whole(&mut self, name: &str, default: u32, least: u32, most: u32, about: &[&str]) {
        let schema = json!({ "type": "integer", "default": default, "maximum": most, "minimum": least });
        self.push("query", name, false, about, schema);
    }

    fn push(&mut self, place: &str, name: &str, required: bool, about: &[&str], schema: Value) {
        let about: Vec<&str> = about.iter().map(|line| line.trim()).collect();
        self.parameters.push(json!({
            "name": name, "in": place, "description": about.join("\n"), "required": required, "schema": schema
        }));
        self.parameters.sort_by_key(|parameter| parameter["in"] != "path");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_out_of_range_is_named_and_never_clamped() {
        let limit = |text: &str| {
            let query = text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
            Given { query: query.into_iter().collect(), ..Given::default() }.whole("limit", 20, 1, 200)
        };
        assert_eq!(limit("").unwrap(), 20);
        assert_eq!(limit("limit=200").unwrap(), 200);
        for bad in
            ["limit=0", "limit=201", "limit=-1", "limit=abc", "limit=", "limit=99999999999", "limit=1.5"]
        {
            let fault = limit(bad).unwrap_err();
            assert_eq!(fault.errors[0].field, "limit", "{bad}");
            assert!(fault.errors[0].message.contains("from 1 to 200"), "{fault}");
        }
        assert!(super::super::param::within("limit", 200, 1, 200).is_ok());
        assert_eq!(super::super::param::within("limit", 0, 1, 200).unwrap_err().kind.status(), 422);
    }

    #[test]
    fn a_text_is_taken_for_the_number_or_the_word_it_says() {
        use crate::protocol::{BotPace, CastVote, CreateToken, Role, SetCaps};
        let given = |body: Value| Given { body, ..Given::default() };
        let vote =
            |value: Value| given(json!({"voter_bot_id": "human:Kim", "value": value})).body::<CastVote>();
        for value in [json!(-1), json!("-1"), json!(" -1 ")] {
            assert_eq!(vote(value).unwrap().value, -1);
        }
        let pace = given(json!({"interval_seconds": "900"})).body::<BotPace>();
        assert_eq!(pace.unwrap().interval_seconds, Some(900));
        let caps =
            given(json!({"daily_token_cap": "7", "daily_cost_cap_usd": "0.5"})).body::<SetCaps>().unwrap();
        assert_eq!((caps.daily_token_cap, caps.daily_cost_cap_usd), (Some(Some(7)), Some(Some(0.5))));
        let role = given(json!({"name": "x", "role": "Viewer"})).body::<CreateToken>();
        assert_eq!(role.unwrap().role, Role::Viewer);

        let told = |fault: Fault| format!("{}: {}", fault.errors[0].field, fault.errors[0].message);
        for (value, right) in [
            (json!("one"), "value: must be a whole number, not \"one\""),
            (json!(1.5), "value: must be a whole number, not 1.5"),
            (json!(null), "value: must be a whole number, not null"),
            (json!([1]), "value: must be a whole number, not a list"),
            (json!({}), "value: must be a whole number, not an object"),
            (json!(true), "value: must be a whole number, not true"),
        ] {
            assert_eq!(told(vote(value).unwrap_err()), right);
        }
        for (body, right) in [
            (json!({"interval_seconds": -1}), "interval_seconds: must be a whole number, 0 or more, not -1"),
            (
                json!({"interval_seconds": "-1"}),
                "interval_seconds: must be a whole number, 0 or more, not -1",
            ),
        ] {
            assert_eq!(told(given(body).body::<BotPace>().unwrap_err()), right);
        }
        let fault = given(json!({"name": "x", "role": "king"})).body::<CreateToken>().unwrap_err();
        assert!(told(fault).starts_with("role: must be "));
        let fault = given(json!({"name": 7, "role": "viewer"})).body::<CreateToken>().unwrap_err();
        assert_eq!(told(fault), "name: must be a text, not 7");
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(
            located(".", "missing field `title` at line 1 column 2"),
            FieldError { field: "title".into(), message: "is required".into() }
        );
        assert_eq!(located("personality", "missing field `traits`").field, "personality.traits");
        assert_eq!(located(".", "EOF while parsing a value at line 1 column 0").field, "body");
        let twice = vec![("days".to_owned(), "1".to_owned()), ("days".to_owned(), "2".to_owned())];
        let given = Given { query: twice, ..Given::default() };
        assert!(given.query::<i64>("days").is_err());
        let said = |text: &str| Given { query: vec![("category".into(), text.into())], ..Given::default() };
        let category = |text: &str| said(text).query::<Option<super::super::Category>>("category");
        assert_eq!(category("facts").unwrap(), Some(super::super::Category::Facts));
        assert!(category("fact").unwrap_err().detail.contains("`facts`, `relationships`"));
        assert_eq!(category("FACTS").unwrap(), category("facts").unwrap());
        assert_eq!(
            Given::default().query::<String>("follower_id").unwrap_err().errors[0].message,
            "is required"
        );
    }
}
