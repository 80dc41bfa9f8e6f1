//! An answer while it comes together, the same for every protocol.

use serde_json::Value;
use tokio::time::Instant;

use super::counts::Counts;
use super::frames::Joiner;
use super::loose;
use super::reasoning::{self, Habit, Live};
use super::{Completion, DeltaSink, Finish, Request};

/// How deep the parts of a content may be nested.
const NESTED: usize = 6;
/// The names of a part's text.
const TEXTS: [&str; 4] = ["text", "content", "value", "output_text"];
/// The names of a part's reasoning.
const THOUGHTS: [&str; 5] = ["thinking", "reasoning", "reasoning_content", "summary", "reasoning_text"];

/// Collects an answer and passes its text on live, without reasoning; an empty text says that it flows.
pub(super) struct Answer {
    started: Instant,
    deltas: DeltaSink,
    live: Live,
    joiner: Joiner,
    text: String,
    thoughts: Joiner,
    thought: String,
    model: Option<String>,
    finish: Option<String>,
    refused: bool,
    called: bool,
    /// The tokens, as far as they have been told.
    pub(super) counts: Counts,
}

/// What a message brought.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Took {
    /// It is none of this protocol.
    Foreign,
    /// Nothing to show, such as a sign of life that is no token.
    Note,
    /// A part of the answer or of the reasoning.
    Token,
    /// The last word.
    Last,
}

impl Answer {
    pub(super) fn new(deltas: DeltaSink, habit: Habit) -> Self {
        Self {
            started: Instant::now(),
            deltas,
            live: Live::new(habit),
            joiner: Joiner::default(),
            text: String::new(),
            thoughts: Joiner::default(),
            thought: String::new(),
            model: None,
            finish: None,
            refused: false,
            called: false,
            counts: Counts::default(),
        }
    }

    /// Adds text, a part, or a list of parts; `true` when there was any, reasoning included.
    pub(super) fn content(&mut self, content: Option<&Value>) -> bool {
        content.is_some_and(|content| self.part(content, 0))
    }

    /// Adds reasoning, in any of these forms; `true` when there was any.
    pub(super) fn reasoning(&mut self, thought: Option<&Value>) -> bool {
        thought.is_some_and(|thought| self.thinking(thought, 0))
    }

    fn part(&mut self, part: &Value, depth: usize) -> bool {
        if depth > NESTED {
            return false;
        }
        match part {
            Value::String(text) => self.push(text),
            Value::Array(parts) => parts.iter().fold(false, |any, part| self.part(part, depth + 1) | any),
            Value::Object(fields) => {
                let kind = fields.get("type").and_then(Value::as_str).unwrap_or_default();
                if kind.contains("think") || kind.contains("reason") {
                    let of = |keys: &[&str]| keys.iter().find_map(|key| fields.get(*key));
                    return of(&THOUGHTS)
                        .or_else(|| of(&TEXTS))
                        .is_some_and(|it| self.thinking(it, depth + 1));
                }
                if kind.contains("tool") {
                    self.called = true;
                    return false;
                }
                if let Some(refusal) = fields.get("refusal").filter(|refusal| refusal.is_string()) {
                    return self.refusal(Some(refusal));
                }
                TEXTS.iter().find_map(|key| fields.get(*key)).is_some_and(|text| self.part(text, depth + 1))
            }
            _ => false,
        }
    }

    fn thinking(&mut self, thought: &Value, depth: usize) -> bool {
        match thought {
            Value::String(text) if !text.is_empty() => {
                self.thought.push_str(&self.thoughts.join(text));
                (self.deltas)(""); // it flows, though nothing of it is shown
                true
            }
            Value::Array(parts) if depth <= NESTED => {
                parts.iter().fold(false, |any, part| self.thinking(part, depth + 1) | any)
            }
            Value::Object(fields) if depth <= NESTED => TEXTS
                .iter()
                .chain(&THOUGHTS)
                .find_map(|key| fields.get(*key))
                .is_some_and(|text| self.thinking(text, depth + 1)),
            _ => false,
        }
    }

    /// Adds the words in which the model declines.
    pub(super) fn refusal(&mut self, words: Option<&Value>) -> bool {
        let said = self.content(words.filter(|words| words.is_string()));
        self.refused |= said;
        said
    }

    /// Notes that a tool was called, where `calls` holds any.
    pub(super) fn calls(&mut self, calls: Option<&Value>) {
        self.called |= match calls {
            Some(Value::Array(calls)) => !calls.is_empty(),
            Some(Value::Object(_)) => true,
            _ => false,
        };
    }

    fn push(&mut self, text: &str) -> bool {
        let text = self.joiner.join(text);
        self.text.push_str(&text);
        self.show(&text);
        !text.is_empty()
    }

    fn show(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        // Also where nothing of it is shown: it flows.
        let shown = self.live.feed(text);
        (self.deltas)(&shown);
    }

    /// Notes which model answers.
    pub(super) fn model(&mut self, name: Option<&Value>) {
        if let Some(name) = name.and_then(Value::as_str).filter(|name| !name.is_empty()) {
            self.model = Some(name.to_owned());
        }
    }

    /// Notes why it ended, a word or an object with one; `true` when that was told.
    pub(super) fn ended(&mut self, reason: Option<&Value>) -> bool {
        let word = |reason: &'_ Value| match reason {
            Value::Object(fields) => {
                ["type", "reason", "finish_reason"].iter().find_map(|key| fields.get(*key)).cloned()
            }
            other => Some(other.clone()),
        };
        let reason = reason.and_then(word);
        let reason = reason.as_ref().and_then(Value::as_str).filter(|reason| !reason.is_empty());
        if let Some(reason) = reason {
            self.finish = Some(reason.to_owned());
        }
        reason.is_some()
    }

    /// Whether it was told why the answer ended.
    pub(super) const fn is_ended(&self) -> bool {
        self.finish.is_some()
    }

    /// The word for an end that means that the server failed.
    pub(super) fn failure(&self) -> Option<&str> {
        self.finish.as_deref().filter(|word| Finish::read(word).is_none())
    }

    /// Whether any text of the answer has come.
    pub(super) const fn has_text(&self) -> bool {
        !self.text.is_empty()
    }

    /// Bytes that have come, reasoning included.
    pub(super) const fn received(&self) -> usize {
        self.text.len() + self.thought.len()
    }

    /// The finished answer, and what it shows of the model's habit.
    pub(super) fn finish(mut self, request: &Request) -> (Completion, Habit) {
        let rest = self.joiner.rest();
        self.text.push_str(&rest);
        self.show(&rest);
        self.thought.push_str(&self.thoughts.rest());
        let mut parts = reasoning::split(&self.text);
        let habit = match (parts.headless, self.text.is_empty()) {
            (true, _) => Habit::Headless,
            (false, true) => Habit::Unknown,
            (false, false) => Habit::Plain,
        };
        let mut finish = self.finish.as_deref().and_then(Finish::read).unwrap_or_default();
        if self.refused {
            finish = Finish::Refused;
        }
        if parts.answer.is_empty() && self.called && finish.is_whole() {
            finish = Finish::ToolCall;
        }
        let thought =
            parts.thought.take().or_else(|| Some(self.thought).filter(|thought| !thought.is_empty()));
        let reasoned = thought.is_some();
        if parts.answer.is_empty() && finish.is_whole() && request.schema.is_some() {
            // Some servers put the whole answer where the reasoning belongs. Only an object alone is
            // one: what stands between other words was thought about, not answered.
            parts.answer = thought.filter(|thought| is_object(thought)).unwrap_or_default().trim().to_owned();
        }
        let shown = self.live.end(&parts.answer);
        if !shown.is_empty() {
            (self.deltas)(&shown);
        }
        let completion = Completion {
            text: parts.answer,
            reasoned,
            usage: self.counts.usage(),
            model: self.model.unwrap_or_else(|| request.model.clone()),
            latency: self.started.elapsed(),
            finish,
        };
        (completion, habit)
    }
}

/// Whether `text` is one JSON object and nothing else, a code fence aside.
fn is_object(text: &str) -> bool {
    let text = text.trim().trim_start_matches("```json").trim_matches('`').trim();
    loose::whole(text).is_some_and(|value| value.is_object())
}

/// A non-empty text at `key`.
pub(super) fn text_at<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::json;

    use super::*;

    /// What keeps a call from being cut off as silent: whoever listens is told of all that comes, and shown what is
    /// meant for them.
    #[test]
    fn reasoning_that_flows_is_a_sign_of_life() {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&heard);
        let deltas: DeltaSink = Arc::new(move |text| kept.lock().unwrap().push(text.to_owned()));
        let mut answer = Answer::new(deltas, Habit::Unknown);
        answer.reasoning(Some(&json!("let me see")));
        answer.reasoning(Some(&json!([{"text": "further"}])));
        answer.content(Some(&json!("<think>and more")));
        answer.content(Some(&json!(" of it")));
        assert_eq!(*heard.lock().unwrap(), ["", "", "", ""]);
        answer.content(Some(&json!("</think>The tide turns.")));
        assert_eq!(heard.lock().unwrap().concat().trim(), "The tide turns.");
    }
}
