//! Tag `system`: health, configuration, the room at a glance, the caller's own rights, the log.

use axum::Extension;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Routes, handlers};
use crate::port::auth::Caller;
use crate::port::extract::{Bounded, Params};
use crate::port::reply::{Answer, Json};
use crate::port::state::Port;
use crate::protocol::{Health, LogLine, PublicConfig, RoomView, Session};

pub(super) fn routes(into: Routes) -> Routes {
    into.routes(handlers!(health))
        .routes(handlers!(config))
        .routes(handlers!(room))
        .routes(handlers!(session))
        .routes(handlers!(log))
}

/// Whether the service works
///
/// Also tells the version, how long it runs, how many bots and viewers there are, and the newest activity id.
#[utoipa::path(get, path = "/health", tag = "system", responses((status = 200, body = Health)))]
async fn health(State(port): State<Port>) -> Answer<Health> {
    Ok(Json(port.engine().health().await?))
}

/// The configuration anybody may see
///
/// Never a key, never an address of a provider.
#[utoipa::path(get, path = "/api/config", tag = "system", responses((status = 200, body = PublicConfig)))]
async fn config(State(port): State<Port>) -> Answer<PublicConfig> {
    Ok(Json(port.engine().config().await?))
}

/// The room at a glance
///
/// What the header of the control room shows: pace, provider, how many bots are paused, capped or failing,
/// tokens and cost of today.
#[utoipa::path(get, path = "/api/room", tag = "system", responses((status = 200, body = RoomView)))]
async fn room(State(port): State<Port>) -> Answer<RoomView> {
    Ok(Json(port.engine().room().await?))
}

/// What the caller may do
///
/// A viewer may look and listen; an operator may do everything.
#[utoipa::path(get, path = "/api/session", tag = "system", responses((status = 200, body = Session)))]
async fn session(Extension(caller): Extension<Caller>) -> Json<Session> {
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Json(Session { role: caller.role, token: caller.token.is_some(), version })
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LogParams {
    /// How many of the newest lines.
    #[serde(default)]
    #[param(inline, required = false)]
    limit: Bounded<1, 1000, 100>,
}

/// Recent log lines
///
/// Oldest first. Needs an operator token where tokens are needed.
#[utoipa::path(get, path = "/api/log", tag = "system", params(LogParams), responses((status = 200, body = [LogLine])))]
async fn log(State(port): State<Port>, Params(q): Params<LogParams>) -> Answer<Vec<LogLine>> {
    Ok(Json(port.engine().log(q.limit.0).await?))
}
