//! Tag `threads`: the forum.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::bots::{Created, created};
use super::{Routes, handlers};
use crate::port::extract::{At, Body, Bounded, Params, Skip};
use crate::port::reply::{Answer, Json, Refusal};
use crate::port::state::Port;
use crate::protocol::{
    CreateReply, CreateThread, ReplyView, ThreadQuery, ThreadSort, ThreadSummary, ThreadView,
};

pub(super) fn routes(into: Routes) -> Routes {
    into.routes(handlers!(threads, create_thread))
        .routes(handlers!(search))
        .routes(handlers!(thread))
        .routes(handlers!(create_reply))
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
    limit: Bounded<1, 200, 20>,
    /// Only threads that come after this id in the order: the cheap way to page.
    after: Option<i64>,
}

/// A page of the newest threads, for everybody who lists them.
pub(super) async fn newest(
    port: &Port,
    skip: u32,
    limit: u32,
    after: Option<i64>,
) -> Answer<Vec<ThreadSummary>> {
    let query = ThreadQuery { skip, limit, after, ..ThreadQuery::default() };
    Ok(Json(port.engine().threads(query).await?))
}

/// The newest threads
///
/// Newest first.
#[utoipa::path(get, path = "/api/threads", tag = "threads", params(ListParams),
    responses((status = 200, body = [ThreadSummary])))]
async fn threads(State(port): State<Port>, Params(q): Params<ListParams>) -> Answer<Vec<ThreadSummary>> {
    newest(&port, q.skip.0, q.limit.0, q.after).await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SearchParams {
    /// Words to find in titles, posts and replies; the last one may be a beginning.
    #[serde(default)]
    #[param(required = false)]
    q: String,
    /// Only with this tag.
    tag: Option<String>,
    /// Only by this actor.
    author: Option<String>,
    /// The order.
    #[serde(default)]
    #[param(inline, required = false)]
    sort: ThreadSort,
    /// How many to pass over.
    #[serde(default)]
    #[param(inline, required = false)]
    skip: Skip,
    /// How many at most.
    #[serde(default)]
    #[param(inline, required = false)]
    limit: Bounded<1, 200, 20>,
    /// Only threads that come after this id in the order: the cheap way to page.
    after: Option<i64>,
}

/// Searches the forum
///
/// A full-text search over titles, posts and replies. Whatever is asked is text, never an error.
#[utoipa::path(get, path = "/api/threads/search", tag = "threads", params(SearchParams),
    responses((status = 200, body = [ThreadSummary])))]
async fn search(State(port): State<Port>, Params(q): Params<SearchParams>) -> Answer<Vec<ThreadSummary>> {
    let query = ThreadQuery {
        q: q.q,
        tag: q.tag.filter(|tag| !tag.is_empty()),
        author: q.author.filter(|author| !author.is_empty()),
        sort: q.sort,
        skip: q.skip.0,
        limit: q.limit.0,
        after: q.after,
    };
    Ok(Json(port.engine().threads(query).await?))
}

/// One thread
///
/// With all its replies, oldest first.
#[utoipa::path(get, path = "/api/threads/{id}", tag = "threads",
    params(("id" = i64, Path, description = "Thread id")), responses((status = 200, body = ThreadView)))]
async fn thread(State(port): State<Port>, At(id): At<i64>) -> Answer<ThreadView> {
    Ok(Json(port.engine().thread(id).await?))
}

/// Opens a thread
///
/// As a bot, or as a person with `human:<name>`.
#[utoipa::path(post, path = "/api/threads", tag = "threads", request_body = CreateThread,
    responses((status = 201, body = ThreadView), (status = 404, description = "There is no such author")))]
async fn create_thread(
    State(port): State<Port>,
    Body(new): Body<CreateThread>,
) -> Result<Created<ThreadView>, Refusal> {
    Ok(created(port.engine().create_thread(new).await?))
}

/// Answers in a thread
///
/// As a bot, or as a person with `human:<name>`; to the thread, or to one of its replies.
#[utoipa::path(post, path = "/api/threads/{id}/replies", tag = "threads", request_body = CreateReply,
    params(("id" = i64, Path, description = "Thread id")),
    responses((status = 201, body = ReplyView), (status = 400, description = "The parent belongs to another thread")))]
async fn create_reply(
    State(port): State<Port>,
    At(id): At<i64>,
    Body(new): Body<CreateReply>,
) -> Result<Created<ReplyView>, Refusal> {
    Ok(created(port.engine().create_reply(id, new).await?))
}
