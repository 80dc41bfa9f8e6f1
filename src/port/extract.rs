//! What a request carries, checked at the edge: path, query and body, each refused in the
//! contract's shape with the field at fault.

use std::fmt;

use axum::body::Bytes;
use axum::extract::{FromRequestParts, RawPathParams, Request};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::reply::Refusal;
use super::state::Port;
use crate::protocol::ask::{self, Given, located};
use crate::protocol::{Fault, FaultKind};

/// Longest body read, in bytes.
pub(super) const BODY_MAX: usize = 256 * 1024;

/// A whole number between two bounds, with a default; anything else is 422, never clamped.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Bounded<const MIN: u32, const MAX: u32, const DEFAULT: u32>(pub(super) u32);

/// How many to pass over.
pub(super) type Skip = Bounded<0, { i32::MAX as u32 }, 0>;

impl<const MIN: u32, const MAX: u32, const DEFAULT: u32> Default for Bounded<MIN, MAX, DEFAULT> {
    fn default() -> Self {
        Self(DEFAULT)
    }
}

impl<'de, const MIN: u32, const MAX: u32, const DEFAULT: u32> Deserialize<'de>
    for Bounded<MIN, MAX, DEFAULT>
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().ok().filter(|value| (MIN..=MAX).contains(value)).map(Self).ok_or_else(|| {
            serde::de::Error::custom(format_args!("must be a whole number from {MIN} to {MAX}, not {text:?}"))
        })
    }
}

impl<const MIN: u32, const MAX: u32, const DEFAULT: u32> utoipa::PartialSchema
    for Bounded<MIN, MAX, DEFAULT>
{
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Integer)
            .minimum(Some(MIN))
            .maximum(Some(MAX))
            .default(Some(serde_json::json!(DEFAULT)))
            .build()
            .into()
    }
}

impl<const MIN: u32, const MAX: u32, const DEFAULT: u32> utoipa::ToSchema for Bounded<MIN, MAX, DEFAULT> {}

impl<const MIN: u32, const MAX: u32, const DEFAULT: u32> fmt::Display for Bounded<MIN, MAX, DEFAULT> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A truth value in a query, as other servers take it: `true`, `1`, `yes` or `on`, in any case of letters.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Flag(pub(super) bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" | "t" | "y" => Ok(Self(true)),
            "false" | "0" | "no" | "off" | "f" | "n" => Ok(Self(false)),
            _ => Err(serde::de::Error::custom(format_args!("must be true or false, not {text:?}"))),
        }
    }
}

impl utoipa::PartialSchema for Flag {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Boolean)
            .default(Some(serde_json::json!(false)))
            .build()
            .into()
    }
}

impl utoipa::ToSchema for Flag {}

/// One of some words in a query, in any case of letters.
pub(super) fn word<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
    ask::word(&text).map_err(serde::de::Error::custom)
}

/// The parameter of a path, a text.
pub(super) struct At(pub(super) String);

impl FromRequestParts<Port> for At {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, port: &Port) -> Result<Self, Refusal> {
        let path = axum::extract::Path::<String>::from_request_parts(parts, port).await;
        path.map(|axum::extract::Path(text)| Self(text))
            .map_err(|error| Fault::invalid_field("path", error.body_text()).into())
    }
}

/// A query string.
pub(super) struct Params<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Port> for Params<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Port) -> Result<Self, Refusal> {
        let query = parts.uri.query().unwrap_or_default().as_bytes();
        let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query));
        serde_path_to_error::deserialize(pairs).map(Self).map_err(|error| {
            let path = error.path().to_string();
            Refusal(Fault::invalid(vec![located(&path, &error.into_inner().to_string())]))
        })
    }
}

/// All that a request carries, for what is declared.
pub(super) async fn given(request: Request, port: &Port, has_body: bool) -> Result<Given, Fault> {
    let (mut parts, body) = request.into_parts();
    let path = RawPathParams::from_request_parts(&mut parts, port)
        .await
        .map_err(|error| Fault::invalid_field("path", error.body_text()))?;
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let path = path.iter().map(owned).collect();
    let query = parts.uri.query().unwrap_or_default().as_bytes();
    let query = form_urlencoded::parse(query).into_owned().collect();
    if !has_body {
        return Ok(Given { path, query, body: Value::Null });
    }
    let bytes = read_body(Request::from_parts(parts, body), port).await?;
    let mut body: Value =
        serde_json::from_slice(&bytes).map_err(|error| Fault::invalid_field("body", error.to_string()))?;
    if !body.is_object() {
        return Err(Fault::invalid_field("body", "must be a JSON object"));
    }
    settle_numbers(&mut body);
    Ok(Given { path, query, body })
}

/// JSON knows one kind of number: `74.0` is the whole number 74.
fn settle_numbers(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            let float = number.as_f64().unwrap_or(f64::NAN);
            if float.fract() == 0.0 && float.abs() < 9e15 {
                *value = Value::from(float as i64);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(settle_numbers),
        Value::Object(values) => values.values_mut().for_each(settle_numbers),
        _ => {}
    }
}

async fn read_body(request: Request, state: &Port) -> Result<Bytes, Fault> {
    let headers = request.headers();
    if headers.get(CONTENT_ENCODING).is_some_and(|value| value != "identity") {
        return Err(Fault::invalid_field("body", "must be sent without a content encoding"));
    }
    if let Some(kind) = headers.get(CONTENT_TYPE) {
        let kind = kind.to_str().unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if essence != "application/json" && !essence.ends_with("+json") {
            return Err(Fault::invalid_field("body", "must be JSON, sent as application/json"));
        }
    }
    let too_large = || Fault::new(FaultKind::TooLarge, format!("a body may have at most {BODY_MAX} bytes"));
    let told = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if told.is_some_and(|length| length > BODY_MAX as u64) {
        return Err(too_large());
    }
    let body = Limited::new(request.into_body(), BODY_MAX).collect();
    match tokio::time::timeout(state.read_timeout(), body).await {
        Err(_) => Err(Fault::bad_value("the body did not arrive in time: send it at once")),
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(error)) => Err(Fault::bad_value(format!("the body could not be read: {error}"))),
    }
}
