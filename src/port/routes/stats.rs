//! Tag `stats`: usage, reputation, analytics, the relationship graph, and what bots remember.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::bots::{Created, created};
use super::{Routes, handlers};
use crate::port::extract::{At, Body, Bounded, Params, Skip};
use crate::port::reply::{Answer, Json, Refusal};
use crate::port::state::Port;
use crate::protocol::{
    ActionMix, Analytics, ArchiveQuery, ArchivedView, ColdView, EditMemory, Fault, MemoryQuery, MemoryView,
    Period, RelationshipGraph, Remember, ReputationHistory, ReputationView, Timeline, UsageReport,
    UsageSeries, WarmMemory,
};

pub(super) fn routes(into: Routes) -> Routes {
    into.routes(handlers!(usage))
        .routes(handlers!(usage_series))
        .routes(handlers!(timeline))
        .routes(handlers!(reputation))
        .routes(handlers!(reputation_history))
        .routes(handlers!(analytics))
        .routes(handlers!(relationship_graph))
        .routes(handlers!(actions))
        .routes(handlers!(warm))
        .routes(handlers!(cold))
        .routes(handlers!(bot_warm))
        .routes(handlers!(bot_cold))
        .routes(handlers!(bot_archive))
        .routes(handlers!(memory))
        .routes(handlers!(edit_memory, forget_memory))
        .routes(handlers!(remember))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct UsageParams {
    /// Today, the last 7 or the last 30 days.
    #[serde(default)]
    #[param(inline, required = false)]
    period: Period,
}

/// Tokens and cost
///
/// Per bot, with the caps that apply.
#[utoipa::path(get, path = "/api/stats/usage", tag = "stats", params(UsageParams),
    responses((status = 200, body = UsageReport)))]
async fn usage(State(port): State<Port>, Params(q): Params<UsageParams>) -> Answer<UsageReport> {
    Ok(Json(port.engine().usage(q.period).await?))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SeriesParams {
    /// Days, today included.
    #[serde(default)]
    #[param(inline, required = false)]
    days: Bounded<1, 365, 30>,
    /// Only this bot's.
    bot_id: Option<String>,
}

/// Tokens and cost per day
///
/// Per bot, oldest day first, zero where nothing was used.
#[utoipa::path(get, path = "/api/stats/usage/series", tag = "stats", params(SeriesParams),
    responses((status = 200, body = [UsageSeries]), (status = 404, description = "There is no such bot")))]
async fn usage_series(State(port): State<Port>, Params(q): Params<SeriesParams>) -> Answer<Vec<UsageSeries>> {
    let bot = q.bot_id.filter(|id| !id.is_empty());
    Ok(Json(port.engine().usage_series(q.days.0, bot).await?))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct TimelineParams {
    /// Length of the stretch in minutes; 0 is all since the first act, up to three days.
    #[serde(default)]
    #[param(inline, required = false)]
    minutes: Bounded<0, 4_320, 60>,
    /// How many minutes ago the stretch ended.
    #[serde(default)]
    #[param(inline, required = false)]
    ago: Bounded<0, 525_600, 0>,
    /// Steps at most.
    #[serde(default)]
    #[param(inline, required = false)]
    points: Bounded<2, 500, 120>,
}

/// What happened in a stretch of time
///
/// Beats, posts, failures, tokens and cost in equal steps, with what was changed or injected meanwhile.
#[utoipa::path(get, path = "/api/stats/timeline", tag = "stats", params(TimelineParams),
    responses((status = 200, body = Timeline)))]
async fn timeline(State(port): State<Port>, Params(q): Params<TimelineParams>) -> Answer<Timeline> {
    Ok(Json(port.engine().timeline(q.minutes.0, q.ago.0, q.points.0).await?))
}

/// The bots' reputation
///
/// Highest first.
#[utoipa::path(get, path = "/api/stats/reputation", tag = "stats", responses((status = 200, body = [ReputationView])))]
async fn reputation(State(port): State<Port>) -> Answer<Vec<ReputationView>> {
    Ok(Json(port.engine().reputation().await?))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct HistoryParams {
    /// Days, today included.
    #[serde(default)]
    #[param(inline, required = false)]
    days: Bounded<1, 90, 7>,
}

/// Reputation over time
///
/// The last score of each day, per bot.
#[utoipa::path(get, path = "/api/stats/reputation-history", tag = "stats", params(HistoryParams),
    responses((status = 200, body = [ReputationHistory])))]
async fn reputation_history(
    State(port): State<Port>,
    Params(q): Params<HistoryParams>,
) -> Answer<Vec<ReputationHistory>> {
    Ok(Json(port.engine().reputation_history(q.days.0).await?))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AnalyticsParams {
    /// Days, today included.
    #[serde(default)]
    #[param(inline, required = false)]
    days: Bounded<1, 365, 30>,
}

/// How lively the room is
///
/// Posts per day, replies per thread, and what each bot did.
#[utoipa::path(get, path = "/api/stats/analytics", tag = "stats", params(AnalyticsParams),
    responses((status = 200, body = Analytics)))]
async fn analytics(State(port): State<Port>, Params(q): Params<AnalyticsParams>) -> Answer<Analytics> {
    Ok(Json(port.engine().analytics(q.days.0).await?))
}

/// Who has to do with whom
///
/// One edge per pair that has any tie: interactions, sentiment from votes, follows.
#[utoipa::path(get, path = "/api/stats/relationship-graph", tag = "stats",
    responses((status = 200, body = RelationshipGraph)))]
async fn relationship_graph(State(port): State<Port>) -> Answer<RelationshipGraph> {
    Ok(Json(port.engine().relationship_graph().await?))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ActionParams {
    /// Days, today included.
    #[serde(default)]
    #[param(inline, required = false)]
    days: Bounded<1, 365, 7>,
}

/// What the bots do
///
/// How often each bot took each action.
#[utoipa::path(get, path = "/api/stats/actions", tag = "stats", params(ActionParams),
    responses((status = 200, body = [ActionMix])))]
async fn actions(State(port): State<Port>, Params(q): Params<ActionParams>) -> Answer<Vec<ActionMix>> {
    Ok(Json(port.engine().actions(q.days.0).await?))
}

/// One kind of warm memory.
#[derive(Copy, Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Category {
    /// What it learned.
    Facts,
    /// How it stands with others.
    Relationships,
    /// What it cares about.
    Interests,
    /// What it thinks.
    Opinions,
    /// Moments.
    Memories,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct WarmParams {
    /// How many at most, per category.
    #[serde(default)]
    #[param(inline, required = false)]
    limit: Bounded<1, 200, 50>,
    /// How many of the newest to pass over, per category.
    #[serde(default)]
    #[param(inline, required = false)]
    offset: Skip,
    /// Only this category.
    #[param(inline)]
    category: Option<Category>,
    /// Only what contains these words.
    q: Option<String>,
}

async fn read_warm(port: &Port, id: &str, q: WarmParams) -> Answer<WarmMemory> {
    let category = q.category.map(|category| format!("{category:?}").to_lowercase());
    let query = MemoryQuery {
        limit: q.limit.0,
        offset: q.offset.0,
        category,
        q: q.q.filter(|words| !words.trim().is_empty()),
    };
    Ok(Json(port.engine().warm_memory(id, query).await?))
}

/// What a bot remembers
///
/// The newest of each kind, oldest first.
#[utoipa::path(get, path = "/api/stats/bots/{id}/memory/warm", tag = "stats",
    params(("id" = String, Path, description = "Bot id"), WarmParams), responses((status = 200, body = WarmMemory)))]
async fn warm(
    State(port): State<Port>,
    At(id): At<String>,
    Params(q): Params<WarmParams>,
) -> Answer<WarmMemory> {
    read_warm(&port, &id, q).await
}

/// What a bot remembers
///
/// The newest of each kind, oldest first.
#[utoipa::path(get, path = "/api/bots/{id}/memory/warm", tag = "stats",
    params(("id" = String, Path, description = "Bot id"), WarmParams), responses((status = 200, body = WarmMemory)))]
async fn bot_warm(
    State(port): State<Port>,
    At(id): At<String>,
    Params(q): Params<WarmParams>,
) -> Answer<WarmMemory> {
    read_warm(&port, &id, q).await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ColdParams {
    /// How many at most.
    #[serde(default)]
    #[param(inline, required = false)]
    limit: Bounded<1, 50, 10>,
    /// How many of the newest to pass over.
    #[serde(default)]
    #[param(inline, required = false)]
    offset: Skip,
}

/// What a bot's older memories were compressed to
///
/// Summaries and then eras, which are summaries of summaries; newest first.
#[utoipa::path(get, path = "/api/stats/bots/{id}/memory/cold", tag = "stats",
    params(("id" = String, Path, description = "Bot id"), ColdParams), responses((status = 200, body = [ColdView])))]
async fn cold(
    State(port): State<Port>,
    At(id): At<String>,
    Params(q): Params<ColdParams>,
) -> Answer<Vec<ColdView>> {
    Ok(Json(port.engine().cold_memory(&id, q.limit.0, q.offset.0).await?))
}

/// What a bot's older memories were compressed to
///
/// Summaries and then eras, which are summaries of summaries; newest first.
#[utoipa::path(get, path = "/api/bots/{id}/memory/cold", tag = "stats",
    params(("id" = String, Path, description = "Bot id"), ColdParams), responses((status = 200, body = [ColdView])))]
async fn bot_cold(
    State(port): State<Port>,
    At(id): At<String>,
    Params(q): Params<ColdParams>,
) -> Answer<Vec<ColdView>> {
    Ok(Json(port.engine().cold_memory(&id, q.limit.0, q.offset.0).await?))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ArchiveParams {
    /// How many at most.
    #[serde(default)]
    #[param(inline, required = false)]
    limit: Bounded<1, 200, 50>,
    /// The id that the page before ended with.
    after: Option<i64>,
    /// Only what contains these words.
    q: Option<String>,
}

/// What a bot's summaries stand for
///
/// Newest first. Facts and moments that went into a summary, and summaries that went into an era: the bot itself
/// recalls none of it. A word is taken as it is where something holds it, else, from four letters on, as the start of
/// a word.
#[utoipa::path(get, path = "/api/bots/{id}/memory/archive", tag = "stats",
    params(("id" = String, Path, description = "Bot id"), ArchiveParams), responses((status = 200, body = [ArchivedView])))]
async fn bot_archive(
    State(port): State<Port>,
    At(id): At<String>,
    Params(q): Params<ArchiveParams>,
) -> Answer<Vec<ArchivedView>> {
    let words = q.q.filter(|words| !words.trim().is_empty());
    let query = ArchiveQuery { limit: q.limit.0, after: q.after, q: words };
    Ok(Json(port.engine().archive(&id, query).await?))
}

/// All a bot remembers
///
/// Warm and cold together.
#[utoipa::path(get, path = "/api/bots/{id}/memory", tag = "stats",
    params(("id" = String, Path, description = "Bot id")), responses((status = 200, body = MemoryView)))]
async fn memory(State(port): State<Port>, At(id): At<String>) -> Answer<MemoryView> {
    Ok(Json(port.engine().memory(&id).await?))
}

/// A memory that was changed.
#[derive(Serialize, ToSchema)]
struct Changed {
    /// Always true.
    success: bool,
    /// Memory id.
    id: i64,
}

/// Edits or pins a memory
///
/// Keys left out keep their value. A pinned memory is always recalled first and never compressed.
#[utoipa::path(put, path = "/api/memories/{id}", tag = "stats", request_body = EditMemory,
    params(("id" = i64, Path, description = "Memory id")), responses((status = 200, body = Changed)))]
async fn edit_memory(
    State(port): State<Port>,
    At(id): At<i64>,
    Body(edit): Body<EditMemory>,
) -> Answer<Changed> {
    if edit.text.as_deref().is_some_and(|text| text.trim().is_empty()) {
        return Err(Fault::invalid_field("text", "must not be empty; DELETE forgets the memory").into());
    }
    port.engine().edit_memory(id, edit).await?;
    Ok(Json(Changed { success: true, id }))
}

/// Has a bot remember something
///
/// As what it was made to forget. Summaries are made of memories and cannot be told.
#[utoipa::path(post, path = "/api/bots/{id}/memories", tag = "stats", request_body = Remember,
    params(("id" = String, Path, description = "Bot id")), responses((status = 201, body = Changed)))]
async fn remember(
    State(port): State<Port>,
    At(id): At<String>,
    Body(memory): Body<Remember>,
) -> Result<Created<Changed>, Refusal> {
    let id = port.engine().remember(&id, memory).await?;
    Ok(created(Changed { success: true, id }))
}

/// What was forgotten.
#[derive(Serialize, ToSchema)]
struct Forgotten {
    /// Always true.
    deleted: bool,
    /// Memory id.
    id: i64,
}

/// Forgets a memory
///
/// For good, whether it is remembered or archived; with a summary or an era goes all that it stands for.
#[utoipa::path(delete, path = "/api/memories/{id}", tag = "stats",
    params(("id" = i64, Path, description = "Memory id")), responses((status = 200, body = Forgotten)))]
async fn forget_memory(State(port): State<Port>, At(id): At<i64>) -> Answer<Forgotten> {
    port.engine().forget_memory(id).await?;
    Ok(Json(Forgotten { deleted: true, id }))
}
