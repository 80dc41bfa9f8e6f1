//! A beat or an interview that waits for a server, as a value: all that is needed to go on when it answers.
//!
//! Each is a row while it waits, so that what is kept of it in memory can be thrown away at any moment.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Society;
use super::budget::{self, Settlement, Tariff};
use super::heartbeat::beat::Finished;
use super::heartbeat::exchange::exchange as told;
use super::memory::Batch;
use crate::domain::activity::Finding;
use crate::domain::{Action, Extraction, PersonalityConfig, Rung, Scene, Stamp};
use crate::llm::{Completion, Purpose, Request};
use crate::protocol::{Exchange, PromptSection};
use crate::store::bot_row::BotRow;
use crate::store::{Result, Tx, schedule};

/// Calls as the record shows them and as the books take them.
pub(crate) type Calls = Vec<(Exchange, Settlement)>;

/// A bot with its prompt in hand.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Ready {
    pub(crate) row: BotRow,
    pub(crate) config: Arc<PersonalityConfig>,
    pub(crate) scene: Arc<Scene>,
    pub(crate) sections: Arc<Vec<PromptSection>>,
    pub(crate) tariff: Tariff,
    pub(crate) fence: String,
    /// The beginning, in the room's time.
    pub(crate) at: Stamp,
    /// The room's day of it.
    pub(crate) day: String,
    /// The newest activity it has seen.
    pub(crate) seen: i64,
    /// Whether it is put off when the room is paused while it waits.
    pub(crate) heeds_pause: bool,
}

impl Ready {
    /// When the bot wakes next, by the pace it has now: a person may have changed it while it was thinking.
    pub(crate) fn next_beat(&self, society: &Society, tx: &Tx<'_>) -> Result<Stamp> {
        if !self.tariff.is_bound() {
            return Ok(society.next_beat(tx, &self.row, self.at));
        }
        let pace_seconds = schedule::own_pace(tx, &self.row.id)?;
        Ok(society.next_beat(tx, &BotRow { pace_seconds, ..self.row.clone() }, self.at))
    }

    /// When what comes of it happens, and on which of the room's days.
    pub(crate) fn moment(&self, society: &Society, tx: &Tx<'_>) -> (Stamp, String) {
        let at = society.moment(tx, self.at);
        (at, if at == self.at { self.day.clone() } else { society.frame.day(at) })
    }
}

/// An answer that was read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Choice {
    pub(crate) action: Action,
    pub(crate) rung: Rung,
    pub(crate) raw: String,
    /// What a look-up found, or why it failed.
    pub(crate) findings: std::result::Result<Vec<Finding>, String>,
    /// What it noted beside the act, if it said so: then nobody is asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) noted: Option<Extraction>,
}

/// An act that is done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Acted {
    pub(crate) choice: Choice,
    pub(crate) activity_id: i64,
    pub(crate) finished: Finished,
}

/// What a beat that waits is at.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Stage {
    /// A model chooses an act.
    Think,
    /// It was asked again, because of this fault in what it had said.
    Repair { fault: String, raw: String },
    /// A look-up for what was chosen.
    Find { query: String, choice: Box<Choice> },
    /// The act is done; a model extracts what is to be remembered of it.
    Extract { request: Box<Request>, acted: Box<Acted> },
    /// A model sums memories up, for so many more rounds.
    Compress { batch: Batch, rounds: usize, activity_id: i64, finished: Box<Finished> },
    /// A person asked.
    Interview { question: String, remember: bool, again: bool },
}

/// A call under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Call {
    /// think, repair, extract, compress, interview.
    pub(crate) purpose: String,
    pub(crate) request: Request,
    pub(crate) tariff: Tariff,
    /// Of the try under way.
    pub(crate) reservation: Option<i64>,
    /// Whether it goes through an open breaker: a person asks.
    pub(crate) probe: bool,
    /// Tries that failed.
    pub(crate) lost: Calls,
    /// Whether one of them was charged of which nothing came back.
    pub(crate) nothing_came: bool,
}

impl Call {
    pub(crate) fn new(request: Request, tariff: Tariff, reservation: Option<i64>) -> Self {
        Self {
            purpose: request.purpose.as_str().to_owned(),
            request,
            tariff,
            reservation,
            probe: false,
            lost: Calls::new(),
            nothing_came: false,
        }
    }

    /// The books' side of a try.
    pub(crate) fn settlement(
        &self,
        day: &str,
        reservation: Option<i64>,
        usage: Option<crate::domain::Usage>,
        charged: bool,
        received: Option<usize>,
    ) -> Settlement {
        Settlement {
            reservation,
            tariff: self.tariff.clone(),
            day: day.to_owned(),
            bytes: budget::bytes(&self.request),
            usage,
            charged,
            received,
        }
    }
}

/// What waits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Flight {
    /// The number of the journal's entry that began it.
    pub(crate) id: i64,
    pub(crate) ready: Arc<Ready>,
    pub(crate) stage: Stage,
    /// The call it waits for; `None` while it waits for a place or a look-up.
    pub(crate) call: Option<Call>,
    /// Calls that were made and are not in the books yet.
    pub(crate) calls: Calls,
}

impl Flight {
    /// Reservations that are not settled yet.
    pub(crate) fn reservations(&self) -> Vec<i64> {
        let call = self.call.iter().flat_map(|call| {
            let lost = call.lost.iter().filter_map(|(_, lost)| lost.reservation);
            call.reservation.into_iter().chain(lost)
        });
        call.chain(self.calls.iter().filter_map(|(_, made)| made.reservation)).collect()
    }
}

/// The hash that prompts are compared by: of the model, the parameters and the text, the fence masked.
pub(crate) fn print_of(request: &Request, fence: &str) -> u64 {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    hash.update(request.model.as_bytes());
    hash.update([0]);
    hash.update(request.temperature.to_le_bytes());
    hash.update(request.max_tokens.to_le_bytes());
    for text in [&request.system, &request.prompt] {
        for part in text.split(fence).filter(|part| !part.is_empty()) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
    }
    if let Some(schema) = &request.schema {
        hash.update(schema.to_string().as_bytes());
    }
    let digest = hash.finalize();
    u64::from_le_bytes(std::array::from_fn(|i| digest[i]))
}

/// The exchange of an answer, with the request as it is shown.
pub(crate) fn answered(call: &Call, completion: &Completion, settlement: &Settlement) -> Exchange {
    let mut exchange = told(call.request.purpose, completion, settlement);
    exchange.request = shown_request(&call.request);
    exchange
}

/// The think request is the sections of the record; others are shown in full.
pub(crate) fn shown_request(request: &Request) -> String {
    match request.purpose {
        Purpose::Think => String::new(),
        Purpose::Repair => request
            .prompt
            .rsplit_once(super::prompt::ANSWERED)
            .map_or(String::new(), |(_, tail)| format!("{}{tail}", super::prompt::ANSWERED.trim_start())),
        _ => request.prompt.clone(),
    }
}
