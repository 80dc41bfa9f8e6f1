//! `GET /`: one small page for people without the binary. It reads the public routes alone.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use rand::TryRng;

use super::reply::Refusal;
use crate::protocol::Fault;

/// The whole page; `{{nonce}}` stands where its own script and style are let in, `{{icon}}` for the icon.
const PAGE: &str = include_str!("web/index.html");

/// What a browser shows before a page's title.
pub(super) const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http:%2F%2Fwww.w3.org%2F2000%2Fsvg' viewBox='0 0 16 16'%3E\
    %3Crect width='16' height='16' rx='3' fill='%232b6'/%3E%3Ccircle cx='5' cy='7' r='2' fill='%23fff'/%3E\
    %3Ccircle cx='11' cy='7' r='2' fill='%23fff'/%3E%3C/svg%3E";

/// The page for people
///
/// Live activity, threads and bots, read-only.
#[utoipa::path(get, path = "/", tag = "public",
    responses((status = 200, body = String, content_type = "text/html", example = "<!doctype html>…")))]
pub(super) async fn page() -> Result<Response, Refusal> {
    let nonce = rand::rngs::SysRng
        .try_next_u64()
        .map_err(|error| Fault::internal(format!("the system gives no random numbers: {error}")))?;
    let nonce = format!("{nonce:016x}");
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; \
         img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let mut response = PAGE.replace("{{nonce}}", &nonce).replace("{{icon}}", ICON).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}
