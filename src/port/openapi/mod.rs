//! The OpenAPI document and its viewer.
//!
//! The document is made from the routes' own descriptions by a test (`describe`), kept beside this
//! file and served as it stands: a program that serves the routes does not need what describes them.

#[cfg(test)]
mod describe;
#[cfg(test)]
mod examples;

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use utoipa_swagger_ui::Config;

use super::page::ICON;
use super::reply;
use super::state::Port;

/// The document, in JSON.
const DOCUMENT: &str = include_str!("document.snap.json");

/// What a page of the viewer may load.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

/// What the viewer's page lacks: its links are relative to a directory, phones need to be told the width,
/// and the icon is the room's.
const HEAD: &str = "<head>\n    <base href=\"/docs/\">\n    \
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n    \
    <link rel=\"icon\" href=\"{{icon}}\">";

/// The page without the icons that came with the viewer.
fn without_icons(page: &str) -> String {
    let is_foreign = |line: &str| line.contains("rel=\"icon\"") && !line.contains("data:image");
    page.lines().filter(|line| !is_foreign(line)).fold(String::new(), |page, line| page + line + "\n")
}

/// `/openapi.json`, `/docs`, `/redoc`.
pub(super) fn router() -> Router<Port> {
    Router::new()
        .route("/openapi.json", get(|| async { ([(header::CONTENT_TYPE, "application/json")], DOCUMENT) }))
        .route("/docs", get(|| async { docs("index.html") }))
        .route("/docs/{*file}", get(|Path(file): Path<String>| async move { docs(&file) }))
        .route("/redoc", get(|| async { Redirect::to("/docs") }))
}

/// A file of the viewer.
fn docs(file: &str) -> Response {
    let config = Arc::new(Config::from("/openapi.json").persist_authorization(false).validator_url("none"));
    let Ok(Some(found)) = utoipa_swagger_ui::serve(file, config) else {
        return reply::refuse(StatusCode::NOT_FOUND, "there is no such file: see /docs");
    };
    let bytes = if file == "index.html" {
        let page = String::from_utf8_lossy(&found.bytes);
        let own = page.replacen("<head>", &HEAD.replace("{{icon}}", ICON), 1).replacen(
            "<title>Swagger UI</title>",
            "<title>Botarium: the API</title>",
            1,
        );
        without_icons(&own).into_bytes()
    } else {
        found.bytes.into_owned()
    };
    let policy = (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(DOCS_POLICY));
    ([policy], [(header::CONTENT_TYPE, found.content_type)], bytes).into_response()
}
