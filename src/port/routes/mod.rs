//! The routes: what is declared in `protocol::ask` is answered by the engine as it stands there; beside it what is by
//! hand; and what stands around all of them.

mod bots;
mod export;
mod system;

use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::header::{CACHE_CONTROL, HeaderValue};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, get, on};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;

use super::auth::Caller;
use super::extract;
use super::places::ConnectionPlace;
use super::reply::{Json, Refusal};
use super::state::Port;
use super::{answers, auth, metrics, openapi, page, reply, ws};
use crate::engine::Handle;
use crate::protocol::ask::{self, Answers, Ask, Keeping, Method as Verb, every_ask};

/// Shorter answers are not worth compressing, in bytes.
const COMPRESSED_FROM: u16 = 1_024;

type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

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

/// Every route that is described.
fn all() -> Router<Port> {
    let mut router = Router::new()
        .route("/", get(page::page))
        .route("/metrics", get(metrics::metrics))
        .route("/ws/activity", get(ws::live))
        .route("/api/session", get(system::session))
        .route("/api/bots", get(bots::bots))
        .route("/api/export/{kind}", get(export::export));
    macro_rules! serve {
        ($($(#[$doc:meta])* $ask:ident = $name:ident $fields:tt -> $answer:tt $route:tt)*) => {
            $( router = served::<ask::$ask>(router); )*
        };
    }
    every_ask!(serve);
    router
}

/// With what is declared, at each of its paths.
fn served<A: Ask>(router: Router<Port>) -> Router<Port>
where
    Handle: Answers<A>,
{
    let endpoint = Endpoint(Arc::new(|request, port| {
        Box::pin(async move { answered::<A>(request, &port).await.unwrap_or_else(Refusal::into_response) })
    }));
    let method = match A::ROUTE.method {
        Verb::Get => MethodFilter::GET,
        Verb::Post => MethodFilter::POST,
        Verb::Put => MethodFilter::PUT,
        Verb::Delete => MethodFilter::DELETE,
    };
    A::ROUTE.paths().fold(router, |router, path| router.route(path, on(method, endpoint.clone())))
}

/// Has the engine answer what is declared.
async fn answered<A: Ask>(request: Request, port: &Port) -> Result<Response, Refusal>
where
    Handle: Answers<A>,
{
    let mut given = extract::given(request, port, A::ROUTE.body).await?;
    let answer = port.engine().answer(A::read(&mut given)?).await?;
    let status = StatusCode::from_u16(A::ROUTE.status).unwrap_or_default();
    let mut response = (status, Json(answer)).into_response();
    if A::ROUTE.keeping == Keeping::Secret {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    Ok(response)
}

/// What describes the routes by hand.
#[cfg(test)]
#[derive(utoipa::OpenApi)]
#[openapi(paths(page::page, metrics::metrics, ws::live, system::session, bots::bots, export::export))]
pub(super) struct ByHand;

/// Everything the port answers.
pub(super) fn router(port: &Port) -> Router {
    all()
        .merge(openapi::router())
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn(to_its_end))
        .layer(middleware::from_fn_with_state(port.clone(), answers::share))
        .layer(middleware::from_fn_with_state(port.clone(), auth::guarded))
        .layer(middleware::from_fn_with_state(port.clone(), metrics::measure))
        .layer(compression())
        .with_state(port.clone())
}

/// Answers that are worth it are compressed for who takes that: lists are, over a slow line, what one waits for.
fn compression() -> CompressionLayer<SizeAbove> {
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(SizeAbove::new(COMPRESSED_FROM))
}

/// What changes something runs to its end on a task of its own, also when its caller hangs up in the middle. The
/// caller's place stays taken until then, so that nobody has more under way than places.
async fn to_its_end(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let place = request.extensions().get::<ConnectionPlace>().cloned();
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

async fn unknown(uri: Uri) -> Response {
    reply::refuse(StatusCode::NOT_FOUND, format!("there is nothing at {}: see /docs", uri.path()))
}

async fn wrong_method(method: Method, uri: Uri) -> Response {
    let detail = format!("{method} is not possible on {}: see /docs", uri.path());
    reply::refuse(StatusCode::METHOD_NOT_ALLOWED, detail)
}
