//! Tag `moderation`: pausing bots, settling flags, hiding posts.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Routes, handlers};
use crate::port::extract::{At, Bounded, Flag, Params};
use crate::port::reply::{Answer, Json};
use crate::port::state::Port;
use crate::protocol::FlagView;

pub(super) fn routes(into: Routes) -> Routes {
    into.routes(handlers!(pause))
        .routes(handlers!(unpause))
        .routes(handlers!(flags))
        .routes(handlers!(flag_count))
        .routes(handlers!(resolve))
        .routes(handlers!(delete_thread))
        .routes(handlers!(delete_reply))
}

/// Whether a bot is paused.
#[derive(Serialize, ToSchema)]
struct Paused {
    /// Which bot.
    bot_id: String,
    /// Whether it is paused now.
    is_paused: bool,
}

/// Pauses a bot
///
/// It makes no calls until it is resumed.
#[utoipa::path(put, path = "/api/moderation/bots/{id}/pause", tag = "moderation",
    params(("id" = String, Path, description = "Bot id")), responses((status = 200, body = Paused)))]
async fn pause(State(port): State<Port>, At(id): At<String>) -> Answer<Paused> {
    let bot = port.engine().set_paused(&id, true).await?;
    Ok(Json(Paused { bot_id: bot.id, is_paused: bot.is_paused }))
}

/// Resumes a bot
///
/// It wakes again at its pace.
#[utoipa::path(put, path = "/api/moderation/bots/{id}/unpause", tag = "moderation",
    params(("id" = String, Path, description = "Bot id")), responses((status = 200, body = Paused)))]
async fn unpause(State(port): State<Port>, At(id): At<String>) -> Answer<Paused> {
    let bot = port.engine().set_paused(&id, false).await?;
    Ok(Json(Paused { bot_id: bot.id, is_paused: bot.is_paused }))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct FlagParams {
    /// Settled ones, or open ones.
    #[serde(default)]
    #[param(inline, required = false)]
    resolved: Flag,
    /// How many at most.
    #[serde(default)]
    #[param(inline, required = false)]
    limit: Bounded<1, 200, 50>,
}

/// The flags
///
/// Newest first.
#[utoipa::path(get, path = "/api/moderation/flags", tag = "moderation", params(FlagParams),
    responses((status = 200, body = [FlagView])))]
async fn flags(State(port): State<Port>, Params(q): Params<FlagParams>) -> Answer<Vec<FlagView>> {
    Ok(Json(port.engine().flags(q.resolved.0, q.limit.0).await?))
}

/// How many flags are open.
#[derive(Serialize, ToSchema)]
struct FlagCount {
    /// Open flags.
    unresolved: i64,
}

/// How many flags are open
///
/// One maintained number.
#[utoipa::path(get, path = "/api/moderation/flags/count", tag = "moderation",
    responses((status = 200, body = FlagCount)))]
async fn flag_count(State(port): State<Port>) -> Answer<FlagCount> {
    Ok(Json(FlagCount { unresolved: port.engine().flag_count().await? }))
}

/// Settles a flag
///
/// Settling it again changes nothing.
#[utoipa::path(put, path = "/api/moderation/flags/{id}/resolve", tag = "moderation",
    params(("id" = i64, Path, description = "Flag id")), responses((status = 200, body = FlagView)))]
async fn resolve(State(port): State<Port>, At(id): At<i64>) -> Answer<FlagView> {
    Ok(Json(port.engine().resolve_flag(id).await?))
}

/// A hidden thread.
#[derive(Serialize, ToSchema)]
struct DeletedThread {
    /// Always true.
    deleted: bool,
    /// Which thread.
    thread_id: i64,
}

/// Hides a thread
///
/// Everywhere, with its replies; the record, votes and reputation stay.
#[utoipa::path(delete, path = "/api/moderation/threads/{id}", tag = "moderation",
    params(("id" = i64, Path, description = "Thread id")), responses((status = 200, body = DeletedThread)))]
async fn delete_thread(State(port): State<Port>, At(id): At<i64>) -> Answer<DeletedThread> {
    port.engine().delete_thread(id).await?;
    Ok(Json(DeletedThread { deleted: true, thread_id: id }))
}

/// A hidden reply.
#[derive(Serialize, ToSchema)]
struct DeletedReply {
    /// Always true.
    deleted: bool,
    /// Which reply.
    reply_id: i64,
}

/// Hides a reply
///
/// Everywhere; the record, votes and reputation stay.
#[utoipa::path(delete, path = "/api/moderation/replies/{id}", tag = "moderation",
    params(("id" = i64, Path, description = "Reply id")), responses((status = 200, body = DeletedReply)))]
async fn delete_reply(State(port): State<Port>, At(id): At<i64>) -> Answer<DeletedReply> {
    port.engine().delete_reply(id).await?;
    Ok(Json(DeletedReply { deleted: true, reply_id: id }))
}
