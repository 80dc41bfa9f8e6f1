//! The list of the bots, which is streamed when it is long.

use axum::body::{Body as HttpBody, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::engine::Handle;
use crate::port::extract::{Bounded, Params, Skip};
use crate::port::reply::{Json, Refusal};
use crate::port::state::Port;
use crate::protocol::{BotView, Fault};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParams {
    /// How many to pass over.
    #[serde(default)]
    #[param(inline, required = false)]
    skip: Skip,
    /// How many at most; everybody when left out.
    #[param(inline, required = false, value_type = u32, minimum = 1, maximum = 200)]
    limit: Option<Bounded<1, 200, 200>>,
    /// Only bots whose id comes after this one: the cheap way to page.
    after: Option<String>,
}

/// The bots
///
/// In the order of their ids. Without `limit` everybody is listed, streamed when there are many.
#[utoipa::path(get, path = "/api/bots", tag = "bots", params(ListParams), responses((status = 200, body = [BotView])))]
pub(super) async fn bots(
    State(port): State<Port>,
    Params(q): Params<ListParams>,
) -> Result<Response, Refusal> {
    if let Some(limit) = q.limit {
        return Ok(Json(port.engine().bots_page(q.skip.0, limit.0, q.after).await?).into_response());
    }
    let first = port.engine().bots_page(q.skip.0, PAGE, q.after).await?;
    if first.len() < PAGE as usize {
        return Ok(Json(first).into_response());
    }
    let body = HttpBody::from_stream(everybody(port.engine().clone(), first));
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// Bots read at once while everybody is streamed.
const PAGE: u32 = crate::protocol::ask::PAGE_MAX;

/// One JSON array of all bots from `first` on, read page by page.
fn everybody(engine: Handle, first: Vec<BotView>) -> impl stream::Stream<Item = Result<Bytes, Fault>> {
    stream::try_unfold((engine, Some(first), true), |(engine, page, is_first)| async move {
        let Some(page) = page else { return Ok(None) };
        let mut text = String::new();
        for (at, bot) in page.iter().enumerate() {
            text.push(if is_first && at == 0 { '[' } else { ',' });
            text.push_str(&serde_json::to_string(bot).map_err(|error| Fault::internal(error.to_string()))?);
        }
        let next = match page.last() {
            Some(last) if page.len() == PAGE as usize => {
                Some(engine.bots_page(0, PAGE, Some(last.id.clone())).await?)
            }
            _ => None,
        };
        if next.is_none() {
            text.push(']');
        }
        Ok(Some((Bytes::from(text), (engine, next, false))))
    })
}
