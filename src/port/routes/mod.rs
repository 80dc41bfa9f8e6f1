//! The routes, one file per tag of the contract, and what stands around all of them.

mod activity;
mod bots;
mod config;
mod engine;
mod events;
mod export;
mod moderation;
mod pace;
mod providers;
mod public;
mod stats;
mod system;
mod threads;
mod tokens;
mod votes;

use axum::Router;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;

use super::state::Port;
use super::{auth, metrics, openapi, page, reply, ws};

/// Everything the port answers.
pub(super) fn router(port: &Port) -> Router {
    let (routes, _) = documented().split_for_parts();
    routes
        .merge(openapi::router(|| openapi::finish(&documented().into_openapi())))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(port.clone(), auth::gate))
        .layer(middleware::from_fn_with_state(port.clone(), metrics::measure))
        .with_state(port.clone())
}

/// The routes with their descriptions.
fn documented() -> OpenApiRouter<Port> {
    OpenApiRouter::with_openapi(openapi::base())
        .merge(system::routes())
        .merge(bots::routes())
        .merge(config::routes())
        .merge(providers::routes())
        .merge(threads::routes())
        .merge(votes::routes())
        .merge(pace::routes())
        .merge(engine::routes())
        .merge(activity::routes())
        .merge(ws::routes())
        .merge(stats::routes())
        .merge(moderation::routes())
        .merge(export::routes())
        .merge(public::routes())
        .merge(page::routes())
        .merge(metrics::routes())
        .merge(events::routes())
        .merge(tokens::routes())
}

async fn unknown(uri: Uri) -> Response {
    reply::refuse(StatusCode::NOT_FOUND, format!("there is nothing at {}: see /docs", uri.path()))
}

async fn wrong_method(method: Method, uri: Uri) -> Response {
    let detail = format!("{method} is not possible on {}: see /docs", uri.path());
    reply::refuse(StatusCode::METHOD_NOT_ALLOWED, detail)
}
