//! What has been learnt about a model's taste in parameters.
//!
//! Servers differ in what they accept. A parameter refused by name is left out or renamed, the
//! request is sent again, and if that works it is remembered for the model as long as the
//! process lives. What did not help is not remembered.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::refusal::Refusal;

/// How an answer's shape is asked for, from the firmest to none.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A JSON schema, kept to the letter.
    Exact,
    /// A JSON schema in its plainest form, without a promise to keep it.
    Loose,
    /// Some JSON object.
    Object,
    /// Whatever the prompt asks for.
    Text,
}

/// What a model is sent.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Quirks {
    pub(super) form: Form,
    pub(super) temperature: bool,
    /// The limit is called `max_completion_tokens` instead of `max_tokens`.
    pub(super) new_limit: bool,
    pub(super) stream: bool,
    pub(super) stream_options: bool,
    pub(super) cache_control: bool,
    /// How many ways of asking for an effort of reasoning have been refused.
    pub(super) effort: u8,
    /// Words for the chat template are taken.
    pub(super) template: bool,
}

/// The parameters whose refusal means that the form of the answer was refused.
const FORM_WORDS: [&str; 9] = [
    "response_format",
    "json_schema",
    "json_object",
    "output_config",
    "output_format",
    "format",
    "grammar",
    "structured_outputs",
    "guided_json",
];

/// The parameters that ask for an effort of reasoning.
const EFFORT_WORDS: [&str; 6] =
    ["reasoning_effort", "reasoning", "think", "thinking", "effort", "budget_tokens"];

impl Quirks {
    /// Changes what the server complained about; `false` when nothing here answers the complaint.
    /// `ladder` is the protocol's forms, `asked` whether the request asked for one.
    fn learn(&mut self, refusal: &Refusal, ladder: &[Form], asked: bool) -> bool {
        if asked && self.form != Form::Text && names_form(refusal) {
            let below = ladder.iter().position(|form| *form == self.form).map_or(0, |at| at + 1);
            self.form = ladder.get(below).copied().unwrap_or(Form::Text);
            return true;
        }
        if self.stream_options && refusal.names("stream_options") {
            self.stream_options = false;
            return true;
        }
        if self.stream && refusal.names("stream") {
            self.stream = false;
            return true;
        }
        if self.temperature && refusal.names("temperature") {
            self.temperature = false;
            return true;
        }
        if self.cache_control && refusal.names("cache_control") {
            self.cache_control = false;
            return true;
        }
        if self.template && refusal.names("chat_template_kwargs") {
            self.template = false;
            return true;
        }
        let effort =
            EFFORT_WORDS.iter().any(|word| refusal.names(word)) || refusal.says("does not support thinking");
        if self.effort < 2 && effort {
            self.effort += 1;
            return true;
        }
        // The limit bounds what a call can cost: it is renamed, never dropped, and not for being too large.
        let renamed = if self.new_limit { "max_completion_tokens" } else { "max_tokens" };
        if refusal.names(renamed) && is_unknown(refusal) {
            self.new_limit = !self.new_limit;
            return true;
        }
        false
    }
}

fn names_form(refusal: &Refusal) -> bool {
    FORM_WORDS.iter().any(|word| refusal.names(word))
        || (refusal.status() < 500
            && ["json schema", "structured output", "handle the requested parameters"]
                .iter()
                .any(|words| refusal.says(words)))
}

/// Whether a parameter was refused for what it is, not for its value.
fn is_unknown(refusal: &Refusal) -> bool {
    [
        "unsupported",
        "not supported",
        "not permitted",
        "unknown",
        "unrecognized",
        "unexpected",
        "instead",
        "deprecated",
    ]
    .iter()
    .any(|words| refusal.says(words))
}

/// The quirks of every model of one provider.
pub(super) struct Memory {
    ladder: &'static [Form],
    models: Mutex<HashMap<String, Quirks>>,
}

/// The tries of one call, each with what the last refusal taught.
pub(super) struct Tries<'a> {
    memory: &'a Memory,
    model: &'a str,
    asked: bool,
    start: Quirks,
    pub(super) quirks: Quirks,
    left: u8,
}

impl Memory {
    /// Nothing learnt yet. `ladder` is the protocol's forms, firmest first, without [`Form::Text`].
    pub(super) fn new(ladder: &'static [Form]) -> Self {
        Self { ladder, models: Mutex::default() }
    }

    /// Begins a call to `model`; `asked` is whether it asks for a form at all.
    pub(super) fn tries<'a>(&'a self, model: &'a str, asked: bool) -> Tries<'a> {
        let known = self.models.lock().unwrap_or_else(PoisonError::into_inner).get(model).copied();
        let start = known.unwrap_or(Quirks {
            form: self.ladder.first().copied().unwrap_or(Form::Text),
            temperature: true,
            new_limit: false,
            stream: true,
            stream_options: true,
            cache_control: true,
            effort: 0,
            template: true,
        });
        Tries { memory: self, model, asked, start, quirks: start, left: 8 }
    }
}

impl Tries<'_> {
    /// The form to ask for.
    pub(super) fn form(&self) -> Form {
        if self.asked { self.quirks.form } else { Form::Text }
    }

    /// Takes a refusal in; `true` when there is something new to try.
    pub(super) fn learn(&mut self, refusal: &Refusal) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left > 0 && self.quirks.learn(refusal, self.memory.ladder, self.asked)
    }

    /// The server accepted: what it took is remembered.
    pub(super) fn accepted(&self) {
        if self.quirks != self.start {
            tracing::info!(model = self.model, quirks = ?self.quirks, "the server refused a parameter; remembered");
            let mut models = self.memory.models.lock().unwrap_or_else(PoisonError::into_inner);
            models.insert(self.model.to_owned(), self.quirks);
        }
    }
}
