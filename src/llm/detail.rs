//! The body of an error, taken apart: its words, kind and code, in whichever of many forms.

use serde_json::Value;

use super::loose;

/// The names of an error's words.
const MESSAGES: [&str; 9] = [
    "message",
    "Message",
    "detail",
    "msg",
    "error_description",
    "reason",
    "error_msg",
    "error_message",
    "status_msg",
];

/// The parts of an error body, each empty where it is not given.
#[derive(Debug, Default)]
pub(super) struct Detail {
    pub(super) message: String,
    pub(super) kind: String,
    pub(super) code: String,
    pub(super) param: String,
    /// The context's size, as a number of its own.
    pub(super) context: Option<u64>,
    /// Whether the body was a message of some API, rather than a page or a line of text.
    pub(super) is_api: bool,
    /// Whether it was a web page, as of a proxy.
    pub(super) is_page: bool,
}

/// The error that stands in a message, wherever servers put one; the message itself where the error is
/// spread over its fields.
pub(super) fn error_in(message: &Value) -> Option<&Value> {
    let choices = message.get("choices").and_then(Value::as_array).into_iter().flatten();
    ["/error", "/errors/0", "/Response/Error", "/choices/error"]
        .iter()
        .filter_map(|place| message.pointer(place))
        .chain(choices.filter_map(|choice| choice.get("error")))
        .find(|error| is_telling(error))
        .or_else(|| {
            let status = |answer: &&Value| answer.get("status_code").is_some_and(is_telling);
            message.get("base_resp").filter(status)
        })
        .or_else(|| {
            let spread = ["error_code", "error_type", "error_msg", "error_message", "errors"];
            spread.iter().any(|key| message.get(*key).is_some_and(is_telling)).then_some(message)
        })
}

/// Whether a value in the place of an error tells of one. Many servers send the field along with every
/// answer, with nothing in it.
fn is_telling(error: &Value) -> bool {
    match error {
        Value::Null | Value::Bool(false) => false,
        Value::Bool(true) => true,
        Value::Number(code) => code.as_f64() != Some(0.0),
        Value::String(words) => {
            let words = words.trim();
            !words.is_empty()
                && !["0", "ok", "success", "none", "null"].iter().any(|no| words.eq_ignore_ascii_case(no))
        }
        Value::Array(all) => all.iter().any(is_telling),
        Value::Object(fields) => fields.values().any(is_telling),
    }
}

impl Detail {
    pub(super) fn read(body: &str) -> Self {
        let body = body.trim_start_matches('\u{feff}').trim();
        let json = body.starts_with(['{', '[']).then(|| loose::whole(body)).flatten();
        match json {
            Some(value) => Self::of(&value),
            None => {
                let title = page_title(body);
                Self {
                    is_page: title.is_some(),
                    message: title.unwrap_or_else(|| body.to_owned()),
                    ..Self::default()
                }
            }
        }
    }

    /// From `{"error": {…}}`, `{"error": "…"}`, `{"message": …}`, `{"detail": …}`, `{"errors": […]}`, and lists of them.
    pub(super) fn of(value: &Value) -> Self {
        let value = value.get(0).unwrap_or(value);
        let inner = match error_in(value) {
            Some(Value::String(message)) => {
                return Self { message: message.clone(), is_api: true, ..Self::default() };
            }
            Some(object @ Value::Object(_)) => object,
            _ => value,
        };
        let text = |keys: &[&str]| match keys.iter().find_map(|key| inner.get(*key)) {
            Some(Value::String(text)) => text.clone(),
            None | Some(Value::Null) => String::new(),
            Some(other) => other.to_string(),
        };
        let (mut message, mut param) = (String::new(), text(&["param"]));
        for key in MESSAGES {
            if message.is_empty() {
                (message, param) = described(inner.get(key), param);
            }
        }
        let sizes = ["n_ctx", "context_length", "max_context_length", "max_model_len"];
        Self {
            message,
            kind: text(&["type", "error_type"]),
            code: [text(&["code", "Code", "error_code", "status_code"]), text(&["status"])]
                .into_iter()
                .find(|word| !word.is_empty())
                .unwrap_or_default(),
            param,
            context: sizes.iter().find_map(|key| inner.get(*key).and_then(Value::as_u64)),
            is_api: true,
            is_page: false,
        }
    }

    /// The status an error inside a success would have had.
    pub(super) fn status(&self) -> u16 {
        if let Some(status) = self.code.parse().ok().filter(|code| (400..600).contains(code)) {
            return status;
        }
        let (kind, code, message) =
            (self.kind.to_lowercase(), self.code.to_lowercase(), self.message.to_lowercase());
        let either = |words: &[&str]| words.iter().any(|word| kind.contains(word) || code.contains(word));
        let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
        if either(&["overloaded"]) || says(&["overloaded", "loading model"]) {
            529
        } else if either(&["rate_limit", "insufficient_quota", "too_many_requests", "resource_exhausted"])
            || says(&["rate limit", "too many requests"])
        {
            429
        } else if either(&["authentication", "authfailure", "invalid_api_key", "unauthenticated"])
            || says(&[
                "invalid api key",
                "incorrect api key",
                "unauthorized",
                "secret key",
                "access token invalid",
                "login fail",
            ])
        {
            401
        } else if either(&["permission"]) {
            403
        } else if either(&["billing"]) || says(&["insufficient balance"]) {
            402
        } else if either(&["not_found"])
            || says(&["unexpected endpoint", "not found", "no route", "does not exist", "unknown endpoint"])
        {
            404
        } else if either(&[
            "invalid_request",
            "unsupported",
            "badrequest",
            "invalid_argument",
            "exceed_context",
        ]) || says(&[
            "context size",
            "context length",
            "not supported",
            "unsupported",
            "unknown parameter",
        ]) {
            400
        } else {
            500
        }
    }
}

/// The words of a message, and the parameter it is about where it says so: a text, an object with one,
/// or a list of complaints (`{"loc": ["body", "stream_options"], "msg": …}`).
fn described(message: Option<&Value>, param: String) -> (String, String) {
    match message {
        Some(Value::String(text)) => (text.clone(), param),
        Some(Value::Array(all)) => {
            let place = |item: &Value| {
                let parts = item.get("loc").and_then(Value::as_array)?;
                parts.iter().rev().find_map(Value::as_str).map(str::to_owned)
            };
            let words = |item: &Value| match item {
                Value::String(text) => text.clone(),
                item => {
                    let (text, _) = described(item.get("msg").or_else(|| item.get("message")), String::new());
                    place(item).map_or_else(|| text.clone(), |place| format!("{place}: {text}"))
                }
            };
            let joined: Vec<String> = all.iter().take(5).map(words).collect();
            let param = all.first().and_then(place).unwrap_or(param);
            (joined.join("; "), param)
        }
        Some(object @ Value::Object(_)) => {
            let inner = ["detail", "message", "msg"].iter().find_map(|key| object.get(*key));
            match inner {
                Some(inner) => described(Some(inner), param),
                None => (object.to_string(), param),
            }
        }
        Some(Value::Null) | None => (String::new(), param),
        Some(other) => (other.to_string(), param),
    }
}

/// The title of an HTML page; `None` when `body` is none.
pub(super) fn page_title(body: &str) -> Option<String> {
    let lower = body.to_ascii_lowercase();
    let start = lower.trim_start();
    if !(start.starts_with("<!doctype html") || start.starts_with("<html") || start.starts_with("<head")) {
        return None;
    }
    let title = lower.find("<title>").and_then(|at| {
        let rest = &body[at + "<title>".len()..];
        rest.to_ascii_lowercase().find("</title>").map(|end| rest[..end].trim().to_owned())
    });
    Some(title.filter(|title| !title.is_empty()).unwrap_or_else(|| "an HTML page".to_owned()))
}
