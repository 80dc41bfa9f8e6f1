//! A society that parts from another, and where it comes from.

use serde::{Deserialize, Serialize};

use super::Society;
use super::apply::Apply;
use super::room::Room;
use super::walk::abandon;
use crate::protocol::Lineage;
use crate::store::{Db, Result, StoreError, Tx, journal, meta};

/// The note that holds where a society comes from, newest first, as JSON.
const LINEAGE: &str = "lineage";

/// A society parts from another: it has an identity of its own, and what waited for a server is given up, uncharged.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Forked {
    pub(crate) society: String,
    pub(crate) parent: Lineage,
}

impl Apply for Forked {
    type Outcome = ();

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        for id in journal::flights(tx, None)? {
            abandon(society, room, tx, id)?;
        }
        let mut line = lineage(tx)?;
        line.insert(0, self.parent.clone());
        let text = serde_json::to_string(&line).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        meta::set(tx, LINEAGE, &text)?;
        meta::set(tx, "society", &self.society)
    }
}

/// Where a society comes from, newest first; nothing for one that was begun from nothing.
///
/// # Errors
/// Database errors.
pub(crate) fn lineage(c: &Db) -> Result<Vec<Lineage>> {
    let Some(text) = meta::get(c, LINEAGE)? else { return Ok(Vec::new()) };
    serde_json::from_str(&text).map_err(|error| StoreError::Corrupt(format!("the lineage: {error}")))
}
