//! Tag `tokens`: access tokens for this port. All of it is for operators.

use axum::extract::State;
use axum::http::{StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Routes, handlers};
use crate::port::extract::{At, Body};
use crate::port::reply::{Answer, Json, Refusal};
use crate::port::state::Port;
use crate::protocol::{CreateToken, TokenView};

pub(super) fn routes(into: Routes) -> Routes {
    into.routes(handlers!(tokens, create)).routes(handlers!(revoke))
}

/// The tokens
///
/// Oldest first, revoked ones too; never their texts. Needs an operator token where tokens are needed.
#[utoipa::path(get, path = "/api/tokens", tag = "tokens", responses((status = 200, body = [TokenView])))]
async fn tokens(State(port): State<Port>) -> Answer<Vec<TokenView>> {
    Ok(Json(port.engine().tokens().await?))
}

/// A token that was made.
#[derive(Serialize, ToSchema)]
struct MadeToken {
    #[serde(flatten)]
    view: TokenView,
    /// Its text, which is stored nowhere and shown this once.
    token: String,
}

/// Makes a token
///
/// Its text is in this answer and nowhere else. The first one ever made must be an operator's: from then on the
/// port is closed to everybody without a token.
#[utoipa::path(post, path = "/api/tokens", tag = "tokens", request_body = CreateToken,
    responses((status = 201, body = MadeToken), (status = 409, description = "The first token must be an operator's")))]
async fn create(
    State(port): State<Port>,
    Body(new): Body<CreateToken>,
) -> Result<(StatusCode, [(header::HeaderName, &'static str); 1], Json<MadeToken>), Refusal> {
    let (view, token) = port.engine().new_token(&new.name, new.role).await?;
    let made = MadeToken { view, token: token.expose().to_owned() };
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(made)))
}

/// Revokes a token
///
/// At once: who is connected with it is sent away. Revoking it again changes nothing.
#[utoipa::path(delete, path = "/api/tokens/{id}", tag = "tokens",
    params(("id" = i64, Path, description = "Token id")), responses((status = 200, body = TokenView)))]
async fn revoke(State(port): State<Port>, At(id): At<i64>) -> Answer<TokenView> {
    Ok(Json(port.engine().revoke_token(id).await?))
}
