//! Tags `events` and `interviews`: what a person can bring into the room.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::bots::{Created, created};
use super::{Routes, handlers};
use crate::port::extract::{At, Body, Flag, Params};
use crate::port::reply::{Answer, Json, Refusal};
use crate::port::state::Port;
use crate::protocol::{EventTemplateView, EventView, InjectEvent, Interview, InterviewAnswer};

pub(super) fn routes(into: Routes) -> Routes {
    into.routes(handlers!(events, inject))
        .routes(handlers!(templates))
        .routes(handlers!(deactivate))
        .routes(handlers!(interview))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Only those in force, or only those that are over.
    #[param(inline, required = false, value_type = bool)]
    active: Option<Flag>,
}

/// The events
///
/// Newest first.
#[utoipa::path(get, path = "/api/events", tag = "events", params(ListParams),
    responses((status = 200, body = [EventView])))]
async fn events(State(port): State<Port>, Params(q): Params<ListParams>) -> Answer<Vec<EventView>> {
    Ok(Json(port.engine().events(q.active.map(|active| active.0)).await?))
}

/// Injects an event
///
/// Every bot reads of it on its next beat, until it ends.
#[utoipa::path(post, path = "/api/events", tag = "events", request_body = InjectEvent,
    responses((status = 201, body = EventView)))]
async fn inject(
    State(port): State<Port>,
    Body(event): Body<InjectEvent>,
) -> Result<Created<EventView>, Refusal> {
    Ok(created(port.engine().inject_event(event).await?))
}

/// Ready-made events
///
/// To begin with.
#[utoipa::path(get, path = "/api/events/templates", tag = "events",
    responses((status = 200, body = [EventTemplateView])))]
async fn templates(State(port): State<Port>) -> Answer<Vec<EventTemplateView>> {
    Ok(Json(port.engine().event_templates().await?))
}

/// Ends an event
///
/// Ending it again changes nothing.
#[utoipa::path(put, path = "/api/events/{id}/deactivate", tag = "events",
    params(("id" = i64, Path, description = "Event id")), responses((status = 200, body = EventView)))]
async fn deactivate(State(port): State<Port>, At(id): At<i64>) -> Answer<EventView> {
    Ok(Json(port.engine().deactivate_event(id).await?))
}

/// Asks a bot something
///
/// Out of band: the society does not see it. It counts against the bot's caps.
#[utoipa::path(post, path = "/api/bots/{id}/interview", tag = "interviews", request_body = Interview,
    params(("id" = String, Path, description = "Bot id")),
    responses((status = 200, body = InterviewAnswer), (status = 429, description = "The bot's cap is reached")))]
async fn interview(
    State(port): State<Port>,
    At(id): At<String>,
    Body(question): Body<Interview>,
) -> Answer<InterviewAnswer> {
    Ok(Json(port.engine().interview(&id, question).await?))
}
