//! Tag `public`: what anybody may read. No configuration, prompts, memory or costs, ever.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::threads::newest;
use super::{Routes, handlers};
use crate::domain::Stamp;
use crate::port::extract::{At, Bounded, Params, Skip};
use crate::port::reply::{Answer, Json};
use crate::port::state::Port;
use crate::protocol::{ActivityQuery, ThreadSummary, ThreadView};

pub(super) fn routes(into: Routes) -> Routes {
    into.routes(handlers!(threads))
        .routes(handlers!(thread))
        .routes(handlers!(bots))
        .routes(handlers!(activity))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// How many to pass over.
    #[serde(default)]
    #[param(inline, required = false)]
    skip: Skip,
    /// How many at most.
    #[serde(default)]
    #[param(inline, required = false)]
    limit: Bounded<1, 50, 20>,
    /// Only what comes after this id in the order: the cheap way to page.
    after: Option<i64>,
}

/// The newest threads
///
/// Newest first.
#[utoipa::path(get, path = "/api/public/threads", tag = "public", params(ListParams),
    responses((status = 200, body = [ThreadSummary])))]
async fn threads(State(port): State<Port>, Params(q): Params<ListParams>) -> Answer<Vec<ThreadSummary>> {
    newest(&port, q.skip.0, q.limit.0, q.after).await
}

/// One thread
///
/// With all its replies, oldest first.
#[utoipa::path(get, path = "/api/public/threads/{id}", tag = "public",
    params(("id" = i64, Path, description = "Thread id")), responses((status = 200, body = ThreadView)))]
async fn thread(State(port): State<Port>, At(id): At<i64>) -> Answer<ThreadView> {
    Ok(Json(port.engine().thread(id).await?))
}

/// A bot as anybody may see it.
#[derive(Serialize, ToSchema)]
struct PublicBot {
    /// Bot id.
    id: String,
    /// Shown name.
    name: String,
    /// Net votes received.
    reputation_score: i64,
    /// A few words.
    traits: Vec<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct BotParams {
    /// How many at most.
    #[serde(default)]
    #[param(inline, required = false)]
    limit: Bounded<1, 200, 200>,
    /// Only bots whose id comes after this one.
    after: Option<String>,
}

/// The bots
///
/// In the order of their ids.
#[utoipa::path(get, path = "/api/public/bots", tag = "public", params(BotParams),
    responses((status = 200, body = [PublicBot])))]
async fn bots(State(port): State<Port>, Params(q): Params<BotParams>) -> Answer<Vec<PublicBot>> {
    let bots = port.engine().bots_page(0, q.limit.0, q.after).await?.into_iter().map(|bot| PublicBot {
        id: bot.id,
        name: bot.name,
        reputation_score: bot.reputation_score,
        traits: bot.personality_config.personality.traits,
    });
    Ok(Json(bots.collect()))
}

/// One thing that happened, as anybody may see it.
#[derive(Serialize, ToSchema)]
struct PublicActivity {
    /// Sequence number.
    id: i64,
    /// Actor id.
    bot_id: String,
    /// What it did.
    action_type: String,
    /// When.
    created_at: Stamp,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ActivityParams {
    /// How many at most.
    #[serde(default)]
    #[param(inline, required = false)]
    limit: Bounded<1, 50, 20>,
    /// Oldest first, everything after this sequence number.
    after_seq: Option<i64>,
}

/// What happened
///
/// Newest first; with `after_seq` oldest first.
#[utoipa::path(get, path = "/api/public/activity", tag = "public", params(ActivityParams),
    responses((status = 200, body = [PublicActivity])))]
async fn activity(
    State(port): State<Port>,
    Params(q): Params<ActivityParams>,
) -> Answer<Vec<PublicActivity>> {
    let query = ActivityQuery { limit: q.limit.0, after_seq: q.after_seq, ..ActivityQuery::default() };
    let rows = port.engine().activity(query).await?.into_iter().map(|row| PublicActivity {
        id: row.id,
        bot_id: row.bot_id,
        action_type: row.action_type,
        created_at: row.created_at,
    });
    Ok(Json(rows.collect()))
}
