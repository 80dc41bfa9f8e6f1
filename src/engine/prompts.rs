//! Where a prompt came out otherwise than it did: what it was and what it is, line by line.
//!
//! The journal has only the print of a prompt; its text is in the thought record of the act, while that is kept.

use serde::Serialize;

use super::replay::{Replay, ReplayError};
use crate::domain::text::unified;
use crate::protocol::Sought;
use crate::society::flight::{Flight, Stage, shown_request};
use crate::society::input::Input;
use crate::society::walk::Answered;
use crate::store::journal::{self, Entry};
use crate::store::{past, thoughts};

/// A prompt that came out otherwise.
#[derive(Clone, Debug, Serialize)]
pub struct PromptDifference {
    /// Whose.
    pub bot: String,
    /// What it asks for: think, repair, extract, compress or interview.
    pub purpose: String,
    /// The act that it led to.
    pub activity: Option<i64>,
    /// Whether the record of that act is kept, and with it what the prompt was.
    pub kept: bool,
    /// The parts that differ, each with its lines: those it had after `-`, those it has after `+`.
    pub parts: Vec<(String, Vec<String>)>,
}

impl Replay {
    /// What differs in the prompt whose answer is entry `number`, if one waits for it here.
    ///
    /// # Errors
    /// Database errors.
    pub fn prompts(&self, number: i64) -> Result<Option<PromptDifference>, ReplayError> {
        let entries: Vec<Entry<Input>> = self.source().read_blocking(|c| journal::read(c, number - 1, 1))?;
        let Some(Entry { input: Input::Answered(Answered { flight, .. }), .. }) = entries.first() else {
            return Ok(None);
        };
        let waits: Option<Flight> = self.target().read_blocking(|c| journal::flight(c, *flight))?;
        let Some((flight, call)) = waits.and_then(|flight| Some((flight.clone(), flight.call?))) else {
            return Ok(None);
        };
        let bot = flight.ready.row.id.clone();
        let (activity, record) = self.source().read_blocking(|c| {
            let activity = match &flight.stage {
                Stage::Extract { acted, .. } => Some(acted.activity_id),
                Stage::Compress { activity_id, .. } => Some(*activity_id),
                _ => {
                    let before = journal::through(c, number - 1)?.unwrap_or_default();
                    past::seek(c, &Sought::Bot(bot.clone()), before, false)?
                }
            };
            Ok((activity, activity.map(|id| thoughts::get(c, id)).transpose()?.flatten()))
        })?;
        let mut parts = Vec::new();
        if let (Some(record), Stage::Think) = (&record, &flight.stage) {
            let text = |sections: &[crate::protocol::PromptSection], name: &str| {
                sections.iter().find(|section| section.name == name).map_or("", |s| &s.text).to_owned()
            };
            let mut names: Vec<&str> = Vec::new();
            for section in record.sections.iter().chain(flight.ready.sections.iter()) {
                if !names.contains(&section.name.as_str()) {
                    names.push(&section.name);
                }
            }
            for name in names {
                let lines = unified(&text(&record.sections, name), &text(&flight.ready.sections, name));
                if !lines.is_empty() {
                    parts.push((name.to_owned(), lines));
                }
            }
        } else if let Some(record) = &record {
            let was = record.exchanges.iter().rfind(|exchange| exchange.purpose == call.purpose);
            let lines = unified(was.map_or("", |was| &was.request), &shown_request(&call.request));
            if !lines.is_empty() {
                parts.push((call.purpose.clone(), lines));
            }
        }
        Ok(Some(PromptDifference { bot, purpose: call.purpose, activity, kept: record.is_some(), parts }))
    }
}
