//! Tag `pace`: how often bots wake, and waking them now.

use std::collections::BTreeMap;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Routes, handlers};
use crate::domain::pace::{INTERVAL_MAX, INTERVAL_MIN};
use crate::port::extract::{At, Body};
use crate::port::reply::{Answer, Json};
use crate::port::state::Port;
use crate::protocol::{BeatResult, Fault, PaceView, SetPace};

pub(super) fn routes(into: Routes) -> Routes {
    into.routes(handlers!(pace, set_pace))
        .routes(handlers!(presets))
        .routes(handlers!(trigger_all))
        .routes(handlers!(trigger))
        .routes(handlers!(heartbeat))
}

/// Refuses an interval out of range.
pub(super) fn check_interval(seconds: Option<u32>) -> Result<(), Fault> {
    match seconds {
        Some(seconds) if !(INTERVAL_MIN..=INTERVAL_MAX).contains(&seconds) => Err(Fault::invalid_field(
            "interval_seconds",
            format!("must be from {INTERVAL_MIN} to {INTERVAL_MAX}, not {seconds}"),
        )),
        _ => Ok(()),
    }
}

/// The room's pace
///
/// `follows_provider` says whether nobody has chosen one yet.
#[utoipa::path(get, path = "/api/pace", tag = "pace", responses((status = 200, body = PaceView)))]
async fn pace(State(port): State<Port>) -> Answer<PaceView> {
    Ok(Json(port.engine().pace().await?))
}

/// Sets the room's pace
///
/// By the name of a preset, or by an interval of 1 to 604,800 seconds.
#[utoipa::path(put, path = "/api/pace", tag = "pace", request_body = SetPace,
    responses((status = 200, body = PaceView), (status = 400, description = "No such preset; `detail` names them")))]
async fn set_pace(State(port): State<Port>, Body(new): Body<SetPace>) -> Answer<PaceView> {
    check_interval(new.interval_seconds)?;
    if new.preset.is_none() && new.interval_seconds.is_none() {
        return Err(Fault::invalid_field("preset", "is required, or interval_seconds").into());
    }
    Ok(Json(port.engine().set_pace(new).await?))
}

/// The named paces
///
/// slow, normal, fast and turbo.
#[utoipa::path(get, path = "/api/pace/presets", tag = "pace",
    responses((status = 200, body = BTreeMap<String, PaceView>)))]
async fn presets(State(port): State<Port>) -> Answer<BTreeMap<String, PaceView>> {
    Ok(Json(port.engine().pace_presets().await?))
}

/// What was done.
#[derive(Serialize, ToSchema)]
struct Triggered {
    /// Always `ok`.
    status: String,
    /// In words.
    message: String,
}

/// Wakes every bot
///
/// Answers at once; the beats follow.
#[utoipa::path(post, path = "/api/pace/trigger", tag = "pace", responses((status = 200, body = Triggered)))]
async fn trigger_all(State(port): State<Port>) -> Answer<Triggered> {
    port.engine().trigger_all().await?;
    Ok(Json(Triggered { status: "ok".into(), message: "All heartbeats triggered".into() }))
}

/// Wakes one bot
///
/// Answers with what it did.
#[utoipa::path(post, path = "/api/pace/trigger/{bot_id}", tag = "pace",
    params(("bot_id" = String, Path, description = "Bot id")),
    responses((status = 200, body = BeatResult), (status = 409, description = "It is on a beat already")))]
async fn trigger(State(port): State<Port>, At(bot_id): At<String>) -> Answer<BeatResult> {
    Ok(Json(port.engine().trigger(&bot_id).await?))
}

/// Wakes one bot
///
/// Answers with what it did.
#[utoipa::path(post, path = "/api/heartbeat/{bot_id}", tag = "engine",
    params(("bot_id" = String, Path, description = "Bot id")),
    responses((status = 200, body = BeatResult), (status = 409, description = "It is on a beat already")))]
async fn heartbeat(State(port): State<Port>, At(bot_id): At<String>) -> Answer<BeatResult> {
    Ok(Json(port.engine().trigger(&bot_id).await?))
}
