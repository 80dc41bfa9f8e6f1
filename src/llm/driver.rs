//! The one driver of every protocol: it asks, streams, retries what a server refuses by name, and
//! reads. A [`Protocol`] only describes: addresses, body, what a message means.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use reqwest::Url;
use reqwest::header::HeaderName;
use serde_json::{Map, Value};

use super::answer::{Answer, Took};
use super::frames::Frame;
use super::quirks::{Form, Memory, Tries};
use super::reasoning::Habit;
use super::wire::{Body, Failure, Http};
use super::{Completion, DeltaSink, FailureKind, Provider, ProviderError, ProviderSpec, Request};

/// What is particular to one protocol.
pub(super) trait Protocol: Send + Sync + 'static {
    /// The forms an answer can be asked for in, firmest first, without [`Form::Text`].
    const FORMS: &'static [Form];

    /// The headers that go with every request.
    ///
    /// # Errors
    /// When something is missing that no request can do without.
    fn headers(spec: &ProviderSpec) -> Result<Vec<(HeaderName, String)>, ProviderError>;

    /// Where questions go.
    fn chat(&self, http: &Http) -> Url;

    /// The question.
    fn body(&self, request: &Request, tries: &Tries<'_>) -> Value;

    /// Takes a message in, a whole answer or a part of one.
    fn take(&self, message: &Value, answer: &mut Answer) -> Took;

    /// Where the list of models is, under which key, and under which of two keys each name.
    fn list(&self, http: &Http) -> (Url, &'static str, [&'static str; 2]);
}

/// A server that speaks `P`.
pub(super) struct Driver<P> {
    protocol: P,
    model: String,
    extra: Map<String, Value>,
    http: Http,
    memory: Memory,
    habits: Mutex<HashMap<String, Habit>>,
}

impl<P: Protocol> Driver<P> {
    /// Prepares the way; nothing is connected yet.
    ///
    /// # Errors
    /// [`FailureKind::NotConfigured`] when a key is missing, or an address or key cannot be used.
    pub(super) fn new(spec: &ProviderSpec, protocol: P) -> Result<Self, ProviderError> {
        Ok(Self {
            protocol,
            model: spec.default_model().to_owned(),
            extra: spec.extra.clone(),
            http: Http::new(spec, &P::headers(spec)?)?,
            memory: Memory::new(P::FORMS),
            habits: Mutex::default(),
        })
    }

    fn body(&self, request: &Request, tries: &Tries<'_>) -> Value {
        let mut body = self.protocol.body(request, tries);
        merge(&mut body, &self.extra);
        body
    }

    fn habit(&self, model: &str) -> Habit {
        self.habits.lock().unwrap_or_else(PoisonError::into_inner).get(model).copied().unwrap_or_default()
    }

    /// Reasoning without a beginning, once seen, is expected from then on.
    fn learn_habit(&self, model: &str, habit: Habit) {
        let mut habits = self.habits.lock().unwrap_or_else(PoisonError::into_inner);
        let known = habits.entry(model.to_owned()).or_default();
        if *known != Habit::Headless && habit != Habit::Unknown {
            *known = habit;
        }
    }

    async fn read(&self, mut body: Body<'_>, answer: &mut Answer) -> Result<(), Failure> {
        let (mut foreign, mut ours) = (None, false);
        while let Some(frame) = body.frame().await.map_err(Failure::Other)? {
            let message = match frame {
                Frame::Done => {
                    if ours {
                        return Ok(());
                    }
                    continue;
                }
                Frame::Message(message) => message,
                Frame::Broken(text) => {
                    // Cut off at the end, or cut off by itself.
                    let error = if body.is_over() && ours {
                        body.ended_early()
                    } else {
                        self.http.who.not_the_protocol(&text)
                    };
                    return Err(Failure::Other(error));
                }
            };
            answer.counts.take(&message);
            if let Some(failure) = Failure::inside(&self.http.who, &message, answer.received()) {
                return Err(failure);
            }
            match self.protocol.take(&message, answer) {
                Took::Foreign => foreign = foreign.or_else(|| Some(message.to_string())),
                Took::Note => ours = true,
                Took::Token => {
                    ours = true;
                    body.first_token_seen();
                }
                Took::Last => return Ok(()),
            }
        }
        if answer.is_ended() {
            return Ok(()); // closed without the last word; why it ended says as much
        }
        Err(Failure::Other(match foreign.filter(|_| !ours) {
            Some(message) => self.http.who.not_the_protocol(&message),
            None if ours => body.ended_early(),
            None => self.http.who.not_the_protocol(&body.junk()),
        }))
    }

    /// An answer that ended because the server failed is none.
    fn judge(&self, answer: &Answer) -> Result<(), ProviderError> {
        let Some(word) = answer.failure() else { return Ok(()) };
        let message = format!(
            "{} gave up in the middle of its answer ({}): the model behind it failed",
            self.http.who.name,
            self.http.who.quote(word)
        );
        Err(ProviderError::new(FailureKind::Server, message).charged())
    }
}

#[async_trait]
impl<P: Protocol> Provider for Driver<P> {
    fn name(&self) -> &str {
        &self.http.who.name
    }

    fn default_model(&self) -> &str {
        &self.model
    }

    async fn complete(&self, request: &Request, deltas: DeltaSink) -> Result<Completion, ProviderError> {
        let mut tries = self.memory.tries(&request.model, request.schema.is_some());
        loop {
            let mut answer = Answer::new(deltas.clone(), self.habit(&request.model));
            let sent = self.http.post(self.protocol.chat(&self.http), &self.body(request, &tries)).await;
            let read = match sent {
                Ok(body) => match self.read(body, &mut answer).await {
                    Ok(()) => self.judge(&answer).map_err(Failure::Other),
                    Err(failure) => Err(failure),
                },
                Err(failure) => Err(failure),
            };
            match read {
                Ok(()) => {
                    tries.accepted();
                    let (completion, habit) = answer.finish(request);
                    self.learn_habit(&request.model, habit);
                    return Ok(completion);
                }
                Err(Failure::Status(refusal)) if answer.received() == 0 && tries.learn(&refusal) => {}
                Err(failure) => {
                    let error = failure.into_error(&self.http.who, &request.model);
                    return Err(ProviderError {
                        // A count that came before the end is not the whole.
                        usage: answer.counts.usage().filter(|_| answer.is_ended()),
                        received: answer.received(),
                        ..error
                    });
                }
            }
        }
    }

    async fn models(&self) -> Result<Vec<String>, ProviderError> {
        let (url, list, names) = self.protocol.list(&self.http);
        self.http.names(url, list, names).await
    }
}

/// Puts `extra` into `body`; where both have a group of that name, into the group.
fn merge(body: &mut Value, extra: &Map<String, Value>) {
    for (key, value) in extra {
        match (body.get_mut(key), value) {
            (Some(group @ Value::Object(_)), Value::Object(more)) => merge(group, more),
            _ => body[key.as_str()] = value.clone(),
        }
    }
}
