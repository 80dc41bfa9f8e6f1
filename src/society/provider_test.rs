//! The tiny call that proves a provider's set-up: what it is reserved, and what came of it.

use serde::{Deserialize, Serialize};

use super::Society;
use super::apply::Apply;
use super::budget::{self, Payer, Settlement, Tariff};
use super::outage;
use super::record::Record;
use super::room::Room;
use crate::domain::Activity;
use crate::domain::status::Cap;
use crate::domain::{Actor, Money, Usage};
use crate::llm::Request;
use crate::store::{Result, Tx, books};

/// A person tries a provider: the call is reserved, for the room.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TestBegun {
    pub(crate) provider: String,
    pub(crate) request: Request,
}

/// A test that may be made: its reservation and the day it is charged to.
pub(crate) struct Admitted {
    pub(crate) reservation: Option<i64>,
    pub(crate) day: String,
    pub(crate) tariff: Tariff,
}

impl Apply for TestBegun {
    type Outcome = std::result::Result<Admitted, Cap>;

    fn left_a_trace(outcome: &Self::Outcome) -> bool {
        outcome.is_ok()
    }

    fn apply(&self, society: &Society, _: &mut Room, tx: &mut Tx<'_>) -> Result<Self::Outcome> {
        let tariff = Tariff::of(&society.frame, &self.provider, &self.request.model);
        let (at, day) = (tx.now(), society.frame.day(tx.now()));
        let admitted =
            budget::reserve(tx, &Payer::room(&society.frame, &tariff), &tariff, &self.request, &day, at)?;
        if let Ok(Some(id)) = admitted {
            books::mark_sent(tx, id, true)?;
        }
        Ok(admitted.map(|reservation| Admitted { reservation, day, tariff }))
    }
}

/// What came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Tested {
    pub(crate) settlement: Settlement,
    pub(crate) error: Option<String>,
}

impl Apply for Tested {
    /// What it is charged.
    type Outcome = (Usage, Money);

    fn apply(&self, society: &Society, _: &mut Room, tx: &mut Tx<'_>) -> Result<(Usage, Money)> {
        let Self { settlement, error } = self;
        let provider = settlement.tariff.provider.as_str();
        let (used, cost) = budget::settle(tx, Actor::ROOM_ID, settlement)?;
        let at = tx.now();
        if error.is_none() {
            outage::ends(society, tx, provider, at)?;
        }
        if used.total() > 0 || cost > Money::ZERO {
            let test = Activity::ProviderTest { provider: provider.to_owned(), error: error.clone() };
            Record::of_room(test, at).used(used.total(), cost).put(society, tx)?;
        }
        Ok((used, cost))
    }
}
