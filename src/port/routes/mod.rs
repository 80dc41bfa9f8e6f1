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
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use super::state::Port;
use super::{answers, auth, metrics, openapi, page, reply, ws};

/// Where the routes gather. The descriptions of all of them take megabytes, so that a router is made without
/// keeping any.
pub(super) enum Routes {
    /// To be served.
    Served(Router<Port>),
    /// To be described.
    Described(Box<OpenApiRouter<Port>>),
}

impl Routes {
    /// Adds what `routes!` makes.
    pub(super) fn routes(self, (schemas, paths, methods): UtoipaMethodRouter<Port>) -> Self {
        match self {
            Self::Served(router) => {
                let paths = paths.paths.into_keys();
                Self::Served(paths.fold(router, |router, path| router.route(&path, methods.clone())))
            }
            Self::Described(router) => Self::Described(Box::new(router.routes((schemas, paths, methods)))),
        }
    }
}

/// Every route, added to `into`.
fn all(into: Routes) -> Routes {
    let families = [
        system::routes,
        bots::routes,
        config::routes,
        providers::routes,
        threads::routes,
        votes::routes,
        pace::routes,
        engine::routes,
        activity::routes,
        ws::routes,
        stats::routes,
        moderation::routes,
        export::routes,
        public::routes,
        page::routes,
        metrics::routes,
        events::routes,
        tokens::routes,
    ];
    families.into_iter().fold(into, |into, family| family(into))
}

/// The description of every route.
fn description() -> String {
    match all(Routes::Described(Box::new(OpenApiRouter::with_openapi(openapi::base())))) {
        Routes::Described(router) => openapi::finish(&router.into_openapi()),
        Routes::Served(_) => openapi::finish(&openapi::base()),
    }
}

/// Everything the port answers.
pub(super) fn router(port: &Port) -> Router {
    let routes = match all(Routes::Served(Router::new())) {
        Routes::Served(router) => router,
        Routes::Described(router) => (*router).into(),
    };
    routes
        .merge(openapi::router(description))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(port.clone(), answers::share))
        .layer(middleware::from_fn_with_state(port.clone(), auth::gate))
        .layer(middleware::from_fn_with_state(port.clone(), metrics::measure))
        .with_state(port.clone())
}

async fn unknown(uri: Uri) -> Response {
    reply::refuse(StatusCode::NOT_FOUND, format!("there is nothing at {}: see /docs", uri.path()))
}

async fn wrong_method(method: Method, uri: Uri) -> Response {
    let detail = format!("{method} is not possible on {}: see /docs", uri.path());
    reply::refuse(StatusCode::METHOD_NOT_ALLOWED, detail)
}
