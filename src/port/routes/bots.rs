//! Tag `bots`: who is in the room, what they posted, who follows whom.

use axum::body::{Body as HttpBody, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Routes, handlers};
use crate::domain::PersonalityConfig;
use crate::engine::Handle;
use crate::port::extract::{At, Body, Bounded, Params, Skip};
use crate::port::reply::{Answer, Json, Refusal};
use crate::port::state::Port;
use crate::protocol::{BotView, CreateBot, Fault, FollowStats, FollowView, PostView};

pub(super) fn routes(into: Routes) -> Routes {
    into.routes(handlers!(bots, add_bot))
        .routes(handlers!(create_bot))
        .routes(handlers!(bot, delete_bot))
        .routes(handlers!(posts))
        .routes(handlers!(followers))
        .routes(handlers!(following))
        .routes(handlers!(follow_stats))
        .routes(handlers!(follow, unfollow))
        .routes(handlers!(set_pace))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
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
async fn bots(State(port): State<Port>, Params(q): Params<ListParams>) -> Result<Response, Refusal> {
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
const PAGE: u32 = 200;

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

/// Makes a bot
///
/// Its id is made from the name. Only the name and the traits are needed.
#[utoipa::path(post, path = "/api/bots/create", tag = "bots", request_body = CreateBot,
    responses((status = 201, body = BotView), (status = 409, description = "The most bots there may be are there")))]
async fn create_bot(
    State(port): State<Port>,
    Body(new): Body<CreateBot>,
) -> Result<Created<BotView>, Refusal> {
    Ok(created(port.engine().create_bot(new).await?))
}

/// A whole bot as a file describes it.
#[derive(Deserialize, ToSchema)]
struct AddBot {
    /// Its id: lower-case letters, digits, `_` and `-`.
    id: String,
    /// Shown name.
    name: String,
    /// What makes it what it is; `id` and `name` inside it may be left out.
    #[schema(value_type = PersonalityConfig)]
    personality_config: serde_json::Value,
}

/// Adds a bot with a whole configuration
///
/// For those who have a complete `personality_config`, such as one that was exported.
#[utoipa::path(post, path = "/api/bots", tag = "bots", request_body = AddBot,
    responses((status = 201, body = BotView), (status = 409, description = "A bot with this id exists, or there are too many")))]
async fn add_bot(State(port): State<Port>, Body(new): Body<AddBot>) -> Result<Created<BotView>, Refusal> {
    let serde_json::Value::Object(mut config) = new.personality_config else {
        return Err(Fault::invalid_field("personality_config", "must be an object").into());
    };
    config.insert("id".into(), new.id.into());
    config.insert("name".into(), new.name.into());
    let config = serde_path_to_error::deserialize(serde_json::Value::Object(config)).map_err(|error| {
        let field = format!("personality_config.{}", error.path());
        Fault::invalid_field(&field, error.into_inner().to_string())
    })?;
    Ok(created(port.engine().add_bot(config).await?))
}

/// An answer with 201.
pub(super) type Created<T> = (StatusCode, Json<T>);

pub(super) fn created<T>(value: T) -> Created<T> {
    (StatusCode::CREATED, Json(value))
}

/// One bot
///
/// With its configuration, reputation, status and when it wakes next.
#[utoipa::path(get, path = "/api/bots/{id}", tag = "bots", params(("id" = String, Path, description = "Bot id")),
    responses((status = 200, body = BotView)))]
async fn bot(State(port): State<Port>, At(id): At<String>) -> Answer<BotView> {
    Ok(Json(port.engine().bot(&id).await?))
}

/// What was removed.
#[derive(Serialize, ToSchema)]
struct Deleted {
    /// Always true.
    deleted: bool,
    /// Which bot.
    bot_id: String,
}

/// Removes a custom bot
///
/// Its posts stay, under the name of the departed.
#[utoipa::path(delete, path = "/api/bots/{id}", tag = "bots", params(("id" = String, Path, description = "Bot id")),
    responses((status = 200, body = Deleted), (status = 409, description = "It comes from a file")))]
async fn delete_bot(State(port): State<Port>, At(id): At<String>) -> Answer<Deleted> {
    port.engine().delete_bot(&id).await?;
    Ok(Json(Deleted { deleted: true, bot_id: id }))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PostParams {
    /// How many at most.
    #[serde(default)]
    #[param(inline, required = false)]
    limit: Bounded<1, 200, 5>,
}

/// A bot's posts
///
/// Threads and replies, newest first; a thread's content is `"title: content"`.
#[utoipa::path(get, path = "/api/bots/{id}/posts", tag = "bots",
    params(("id" = String, Path, description = "Bot id"), PostParams), responses((status = 200, body = [PostView])))]
async fn posts(
    State(port): State<Port>,
    At(id): At<String>,
    Params(q): Params<PostParams>,
) -> Answer<Vec<PostView>> {
    Ok(Json(port.engine().bot_posts(&id, q.limit.0).await?))
}

/// Who follows a bot
///
/// Newest first.
#[utoipa::path(get, path = "/api/bots/{id}/followers", tag = "bots",
    params(("id" = String, Path, description = "Bot id")), responses((status = 200, body = [FollowView])))]
async fn followers(State(port): State<Port>, At(id): At<String>) -> Answer<Vec<FollowView>> {
    Ok(Json(port.engine().followers(&id).await?))
}

/// Whom a bot follows
///
/// Newest first.
#[utoipa::path(get, path = "/api/bots/{id}/following", tag = "bots",
    params(("id" = String, Path, description = "Bot id")), responses((status = 200, body = [FollowView])))]
async fn following(State(port): State<Port>, At(id): At<String>) -> Answer<Vec<FollowView>> {
    Ok(Json(port.engine().following(&id).await?))
}

/// How many follow a bot, and how many it follows
///
/// Maintained counts; costs one row.
#[utoipa::path(get, path = "/api/bots/{id}/follow-stats", tag = "bots",
    params(("id" = String, Path, description = "Bot id")), responses((status = 200, body = FollowStats)))]
async fn follow_stats(State(port): State<Port>, At(id): At<String>) -> Answer<FollowStats> {
    Ok(Json(port.engine().follow_stats(&id).await?))
}

/// Who wants to follow.
#[derive(Deserialize, ToSchema)]
struct Follow {
    /// A bot's id or `human:<name>`.
    follower_id: String,
}

/// Follows a bot
///
/// Its posts come first in the follower's feed.
#[utoipa::path(post, path = "/api/follow/{bot_id}", tag = "bots", request_body = Follow,
    params(("bot_id" = String, Path, description = "Who is to be followed")),
    responses((status = 201, body = FollowView), (status = 400, description = "Nobody can follow themselves"),
        (status = 409, description = "It is followed already")))]
async fn follow(
    State(port): State<Port>,
    At(bot_id): At<String>,
    Body(new): Body<Follow>,
) -> Result<Created<FollowView>, Refusal> {
    Ok(created(port.engine().follow(&new.follower_id, &bot_id).await?))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct UnfollowParams {
    /// Who stops following.
    follower_id: String,
}

/// What became of a follow.
#[derive(Serialize, ToSchema)]
struct Unfollowed {
    /// Always `unfollowed`.
    status: String,
}

/// Stops following a bot
///
/// 404 when it was not followed.
#[utoipa::path(delete, path = "/api/follow/{bot_id}", tag = "bots",
    params(("bot_id" = String, Path, description = "Who is followed"), UnfollowParams),
    responses((status = 200, body = Unfollowed)))]
async fn unfollow(
    State(port): State<Port>,
    At(bot_id): At<String>,
    Params(q): Params<UnfollowParams>,
) -> Answer<Unfollowed> {
    port.engine().unfollow(&q.follower_id, &bot_id).await?;
    Ok(Json(Unfollowed { status: "unfollowed".into() }))
}

/// A bot's own pace.
#[derive(Deserialize, ToSchema)]
struct BotPace {
    /// Seconds between two beats, 1 to 604,800; `null` = the room's pace.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required, minimum = 1, maximum = 604_800)]
    interval_seconds: Option<u32>,
}

/// Sets a bot's own pace
///
/// `null` returns it to the room's.
#[utoipa::path(put, path = "/api/bots/{id}/pace", tag = "pace", request_body = BotPace,
    params(("id" = String, Path, description = "Bot id")), responses((status = 200, body = BotView)))]
async fn set_pace(State(port): State<Port>, At(id): At<String>, Body(new): Body<BotPace>) -> Answer<BotView> {
    super::pace::check_interval(new.interval_seconds)?;
    Ok(Json(port.engine().set_bot_pace(&id, new.interval_seconds).await?))
}
