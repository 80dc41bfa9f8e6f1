//! How an ask looks on the wire: the parts of a request, read with the field at fault named, and written.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
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
        serde_path_to_error::deserialize(self.body.take()).map_err(|error| {
            let path = error.path().to_string();
            Fault::invalid(vec![located(&path, &error.into_inner().to_string())])
        })
    }
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
        None => (parent.to_owned(), message.to_owned()),
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
        assert_eq!(
            Given::default().query::<String>("follower_id").unwrap_err().errors[0].message,
            "is required"
        );
    }
}
