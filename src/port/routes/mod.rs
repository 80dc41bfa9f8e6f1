//! The routes, one file per tag of the contract, and what stands around all of them.

mod activity;
mod bots;
mod config;
mod engine;
mod events;
mod export;
mod journal;
mod moderation;
mod pace;
mod providers;
mod public;
mod stats;
mod system;
mod threads;
mod tokens;
mod votes;

use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::MethodRouter;
use utoipa_axum::PathItemExt as _;

use super::auth::Caller;
use super::places::Place;
use super::state::Port;
use super::{answers, auth, metrics, openapi, page, reply, ws};
use crate::engine::Handle;

type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;
/// Makes the description of the handlers of one path.
#[cfg(test)]
type Describe = fn() -> utoipa_axum::router::UtoipaMethodRouter<Port>;

/// A handler whose type is forgotten, so that what a router makes of a handler is made once and not
/// for each: of eighty it would be a megabyte of code, and a start would walk through all of it.
#[derive(Clone)]
struct Endpoint(Arc<dyn Fn(Request, Port) -> Answering + Send + Sync>);

impl Handler<(), Port> for Endpoint {
    type Future = Answering;

    fn call(self, request: Request, port: Port) -> Answering {
        (self.0)(request, port)
    }
}

/// Handlers of one path, each for its method.
#[derive(Default)]
pub(super) struct Handlers {
    path: String,
    methods: MethodRouter<Port>,
    #[cfg(test)]
    described: Option<Describe>,
}

impl Handlers {
    /// Also `handler`, at the path and for the method of its description `D`.
    pub(super) fn and<D: utoipa::Path, T>(self, handler: impl Handler<T, Port, Future = Answering>) -> Self {
        let endpoint = move |request, port| handler.clone().call(request, port);
        self.on(D::path(), D::methods(), Endpoint(Arc::new(endpoint)))
    }

    fn on(mut self, path: String, methods: Vec<utoipa::openapi::HttpMethod>, endpoint: Endpoint) -> Self {
        self.path = path;
        for method in methods {
            self.methods = self.methods.on(method.to_method_filter(), endpoint.clone());
        }
        self
    }

    /// The same, with what describes them all.
    #[cfg(test)]
    pub(super) fn described(self, by: Describe) -> Self {
        Self { described: Some(by), ..self }
    }
}

/// The [`Handlers`] of functions that `utoipa::path` describes, all at one path.
macro_rules! handlers {
    ($($handler:ident),+) => {{
        let handlers = $crate::port::routes::Handlers::default();
        utoipa_axum::paste! {
            $( let handlers = handlers.and::<[<__path_ $handler>], _>($handler); )+
        }
        #[cfg(test)]
        let handlers = handlers.described(|| utoipa_axum::routes!($($handler),+));
        handlers
    }};
}
pub(super) use handlers;

/// Where the routes gather.
#[derive(Default)]
pub(super) struct Routes {
    router: Router<Port>,
    #[cfg(test)]
    described: Vec<Describe>,
}

impl Routes {
    /// Adds handlers.
    pub(super) fn routes(mut self, handlers: Handlers) -> Self {
        self.router = self.router.route(&handlers.path, handlers.methods);
        #[cfg(test)]
        self.described.extend(handlers.described);
        self
    }
}

/// Every route that is described.
fn all() -> Routes {
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
        journal::routes,
        public::routes,
        page::routes,
        metrics::routes,
        events::routes,
        tokens::routes,
    ];
    families.into_iter().fold(Routes::default(), |into, family| family(into))
}

/// Everything the port answers.
pub(super) fn router(port: &Port) -> Router {
    all()
        .router
        .merge(openapi::router())
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn(to_its_end))
        .layer(middleware::from_fn_with_state(port.clone(), answers::share))
        .layer(middleware::from_fn_with_state(port.clone(), auth::gate))
        .layer(middleware::from_fn_with_state(port.clone(), metrics::measure))
        .with_state(port.clone())
}

/// What changes something runs to its end on a task of its own, also when its caller hangs up in the middle. The
/// caller's place stays taken until then, so that nobody has more under way than places.
async fn to_its_end(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let place = request.extensions().get::<Place>().cloned();
    let who = request.extensions().get::<Caller>().map(Caller::who).unwrap_or_default();
    let command = tokio::spawn(async move {
        let response = Handle::on_behalf(&who, next.run(request)).await;
        drop(place);
        response
    });
    command.await.unwrap_or_else(|error| {
        tracing::error!("a command ended early: {error}");
        reply::refuse(StatusCode::INTERNAL_SERVER_ERROR, "the command ended early: see the log".to_owned())
    })
}

/// The description of every route.
#[cfg(test)]
pub(super) fn described() -> utoipa::openapi::OpenApi {
    let none = utoipa_axum::router::OpenApiRouter::with_openapi(openapi::describe::base());
    let all = all().described.into_iter().fold(none, |router, described| router.routes(described()));
    all.into_openapi()
}

async fn unknown(uri: Uri) -> Response {
    reply::refuse(StatusCode::NOT_FOUND, format!("there is nothing at {}: see /docs", uri.path()))
}

async fn wrong_method(method: Method, uri: Uri) -> Response {
    let detail = format!("{method} is not possible on {}: see /docs", uri.path());
    reply::refuse(StatusCode::METHOD_NOT_ALLOWED, detail)
}
