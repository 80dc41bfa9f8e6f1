//! What a step through a call leads to, and how it goes on.

use std::sync::Arc;

use crate::protocol::{Fault, InterviewAnswer};
use crate::society::flight::{Call, Flight, Ready, Stage};
use crate::society::heartbeat::beat::Finished;
use crate::society::room::Room;
use crate::store::{Result, StoreError, Tx, journal};

/// What a step asks of the world.
pub(crate) enum Step {
    /// Nothing: the beat is over.
    Over(Finished),
    /// Nothing: the interview is over.
    Told(std::result::Result<InterviewAnswer, Fault>),
    /// A place at this provider; then the input is made again with it, or `Proceed` where it waits already.
    Place { flight: Option<i64>, provider: String },
    /// To ask a model, at the place that is held.
    Ask(Arc<Flight>),
    /// To look something up.
    Look { flight: i64, query: String },
}

impl Step {
    pub(super) fn left_a_trace(&self) -> bool {
        !matches!(self, Self::Place { flight: None, .. } | Self::Told(Err(_)))
    }
}

/// A flight that takes its number from the entry that begins it.
pub(crate) fn new_flight(tx: &Tx<'_>, ready: Ready, stage: Stage) -> Result<Flight> {
    Ok(Flight { id: journal::next(tx)?, ready: Arc::new(ready), stage, call: None, calls: Vec::new() })
}

/// Waits for the answer to a call.
pub(crate) fn ask(room: &mut Room, tx: &Tx<'_>, flight: Flight, call: Call) -> Result<Step> {
    Ok(Step::Ask(Flight { call: Some(call), ..flight }.wait(room, tx)?))
}

pub(super) fn nothing_asked() -> StoreError {
    Fault::conflict("nothing is asked there any more").into()
}
