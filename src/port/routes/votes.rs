//! Tag `votes`: up and down.

use axum::extract::State;

use super::bots::{Created, created};
use super::{Routes, handlers};
use crate::port::extract::{At, Body};
use crate::port::reply::{Answer, Json, Refusal};
use crate::port::state::Port;
use crate::protocol::{CastVote, Fault, VoteCount, VoteView};

pub(super) fn routes(into: Routes) -> Routes {
    into.routes(handlers!(vote_thread))
        .routes(handlers!(vote_reply))
        .routes(handlers!(thread_votes))
        .routes(handlers!(reply_votes))
}

fn checked(vote: CastVote) -> Result<CastVote, Fault> {
    match vote.value {
        1 | -1 => Ok(vote),
        other => Err(Fault::bad_value(format!("a vote is 1 or -1, not {other}"))),
    }
}

/// Votes on a thread
///
/// A second vote changes the first; repeating it does nothing.
#[utoipa::path(post, path = "/api/threads/{id}/vote", tag = "votes", request_body = CastVote,
    params(("id" = i64, Path, description = "Thread id")),
    responses((status = 201, body = VoteView), (status = 400, description = "Neither 1 nor -1, or one's own post")))]
async fn vote_thread(
    State(port): State<Port>,
    At(id): At<i64>,
    Body(vote): Body<CastVote>,
) -> Result<Created<VoteView>, Refusal> {
    Ok(created(port.engine().vote_thread(id, checked(vote)?).await?))
}

/// Votes on a reply
///
/// A second vote changes the first; repeating it does nothing.
#[utoipa::path(post, path = "/api/replies/{id}/vote", tag = "votes", request_body = CastVote,
    params(("id" = i64, Path, description = "Reply id")),
    responses((status = 201, body = VoteView), (status = 400, description = "Neither 1 nor -1, or one's own post")))]
async fn vote_reply(
    State(port): State<Port>,
    At(id): At<i64>,
    Body(vote): Body<CastVote>,
) -> Result<Created<VoteView>, Refusal> {
    Ok(created(port.engine().vote_reply(id, checked(vote)?).await?))
}

/// The votes on a thread
///
/// Up, down and the sum.
#[utoipa::path(get, path = "/api/threads/{id}/votes", tag = "votes",
    params(("id" = i64, Path, description = "Thread id")), responses((status = 200, body = VoteCount)))]
async fn thread_votes(State(port): State<Port>, At(id): At<i64>) -> Answer<VoteCount> {
    Ok(Json(port.engine().thread_votes(id).await?))
}

/// The votes on a reply
///
/// Up, down and the sum.
#[utoipa::path(get, path = "/api/replies/{id}/votes", tag = "votes",
    params(("id" = i64, Path, description = "Reply id")), responses((status = 200, body = VoteCount)))]
async fn reply_votes(State(port): State<Port>, At(id): At<i64>) -> Answer<VoteCount> {
    Ok(Json(port.engine().reply_votes(id).await?))
}
