//! An answer while it comes together, the same for every protocol.

use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::{Completion, DeltaSink, Finish};
use crate::domain::Usage;

/// Collects an answer and passes its text on live.
pub(super) struct Answer {
    started: Instant,
    deltas: DeltaSink,
    text: String,
    pub(super) model: Option<String>,
    pub(super) finish: Option<String>,
    pub(super) usage: Option<Usage>,
}

impl Answer {
    pub(super) fn new(deltas: DeltaSink) -> Self {
        Self { started: Instant::now(), deltas, text: String::new(), model: None, finish: None, usage: None }
    }

    /// Adds text; `true` when there was any.
    pub(super) fn push(&mut self, text: Option<&str>) -> bool {
        match text {
            Some(text) if !text.is_empty() => {
                self.text.push_str(text);
                (self.deltas)(text);
                true
            }
            _ => false,
        }
    }

    /// The finished answer of a request to `model`.
    pub(super) fn finish(self, model: &str) -> Completion {
        let latency: Duration = self.started.elapsed();
        Completion {
            text: self.text,
            // A server that counted nothing has not counted.
            usage: self.usage.filter(|usage| usage.total() > 0),
            reasoned: false,
            model: self.model.filter(|name| !name.is_empty()).unwrap_or_else(|| model.to_owned()),
            latency,
            finish: self.finish.as_deref().and_then(Finish::read).unwrap_or_default(),
        }
    }
}

/// A token count; `None` where there is none.
pub(super) fn count(value: Option<&Value>) -> Option<i64> {
    value.and_then(Value::as_i64).map(|count| count.max(0))
}

/// A non-empty text at `key`.
pub(super) fn text_at<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}
