//! Tag `journal`: what came from outside, in the order in which it was applied. All of it is for operators.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Routes, handlers};
use crate::port::extract::{Bounded, Params};
use crate::port::reply::{Answer, Json};
use crate::port::state::Port;
use crate::protocol::JournalEntry;

pub(super) fn routes(into: Routes) -> Routes {
    into.routes(handlers!(journal))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct JournalParams {
    /// Only entries with a number after this one.
    #[serde(default)]
    #[param(inline, required = false)]
    after: i64,
    /// How many at most.
    #[serde(default)]
    #[param(inline, required = false)]
    limit: Bounded<1, 200, 20>,
}

/// What came from outside
///
/// Oldest first: beats that were due, what models answered to the letter, what people did, how the room was opened.
/// Replaying these leads to the same society. Needs an operator token where tokens are needed.
#[utoipa::path(get, path = "/api/journal", tag = "journal", params(JournalParams),
    responses((status = 200, body = [JournalEntry])))]
async fn journal(State(port): State<Port>, Params(q): Params<JournalParams>) -> Answer<Vec<JournalEntry>> {
    Ok(Json(port.engine().journal(q.after, q.limit.0).await?))
}
