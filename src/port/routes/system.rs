//! The caller's own rights.

use axum::Extension;

use crate::port::auth::Caller;
use crate::port::reply::Json;
use crate::protocol::Session;

/// What the caller may do
///
/// A viewer may look and listen; an operator may do everything.
#[utoipa::path(get, path = "/api/session", tag = "system", responses((status = 200, body = Session)))]
pub(super) async fn session(Extension(caller): Extension<Caller>) -> Json<Session> {
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Json(Session { role: caller.role, token: caller.token.is_some(), version })
}
