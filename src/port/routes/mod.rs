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
use axum::routing::MethodRouter;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use super::state::Port;
use super::{answers, auth, metrics, openapi, page, reply, ws};

/// Handlers of one path, each for its method. A program that serves them and is never asked for their description
/// makes none: those of all routes are megabytes of memory and of code.
pub(super) struct Handlers {
    /// The path, and what answers there.
    pub(super) served: fn() -> (String, MethodRouter<Port>),
    /// The same with the description.
    pub(super) described: fn() -> UtoipaMethodRouter<Port>,
}

/// The [`Handlers`] of functions that `utoipa::path` describes, all at one path.
macro_rules! handlers {
    ($first:ident $(, $other:ident)*) => {
        $crate::port::routes::Handlers {
            served: || {
                use utoipa_axum::PathItemExt as _;
                let methods = axum::routing::MethodRouter::new();
                utoipa_axum::paste! {
                    let path = <[<__path_ $first>] as utoipa::Path>::path();
                    let methods = <[<__path_ $first>] as utoipa::Path>::methods()
                        .iter()
                        .fold(methods, |router, method| router.on(method.to_method_filter(), $first));
                    $(
                        let methods = <[<__path_ $other>] as utoipa::Path>::methods()
                            .iter()
                            .fold(methods, |router, method| router.on(method.to_method_filter(), $other));
                    )*
                }
                (path, methods)
            },
            described: || utoipa_axum::routes!($first $(, $other)*),
        }
    };
}
pub(super) use handlers;

/// Where the routes gather.
pub(super) enum Routes {
    /// To be served.
    Served(Router<Port>),
    /// To be described.
    Described(Box<OpenApiRouter<Port>>),
}

impl Routes {
    /// Adds handlers.
    pub(super) fn routes(self, handlers: Handlers) -> Self {
        match self {
            Self::Served(router) => {
                let (path, methods) = (handlers.served)();
                Self::Served(router.route(&path, methods))
            }
            Self::Described(router) => Self::Described(Box::new(router.routes((handlers.described)()))),
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
