//! Tag `engine`: pausing, resuming and stepping the whole room.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Routes, handlers};
use crate::port::reply::{Answer, Json};
use crate::port::state::Port;
use crate::protocol::EngineState;

pub(super) fn routes(into: Routes) -> Routes {
    into.routes(handlers!(pause)).routes(handlers!(resume)).routes(handlers!(step))
}

/// How the engine is now.
#[derive(Serialize, ToSchema)]
struct EngineNow {
    /// running, paused, stopped.
    engine: EngineState,
}

/// Pauses the engine
///
/// No bot wakes until it is resumed; beats under way are finished.
#[utoipa::path(post, path = "/api/engine/pause", tag = "engine", responses((status = 200, body = EngineNow)))]
async fn pause(State(port): State<Port>) -> Answer<EngineNow> {
    Ok(Json(EngineNow { engine: port.engine().pause_engine().await? }))
}

/// Resumes the engine
///
/// Missed beats do not pile up.
#[utoipa::path(post, path = "/api/engine/resume", tag = "engine", responses((status = 200, body = EngineNow)))]
async fn resume(State(port): State<Port>) -> Answer<EngineNow> {
    Ok(Json(EngineNow { engine: port.engine().resume_engine().await? }))
}

/// Makes one beat
///
/// The next bot in line wakes once, while the engine stays paused.
#[utoipa::path(post, path = "/api/engine/step", tag = "engine",
    responses((status = 200, body = EngineNow), (status = 409, description = "The engine is running")))]
async fn step(State(port): State<Port>) -> Answer<EngineNow> {
    Ok(Json(EngineNow { engine: port.engine().step_engine().await? }))
}
