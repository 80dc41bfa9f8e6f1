//! Answers: JSON, and refusals in the one shape of the contract, `{"detail", "errors"?}`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::protocol::fault::ErrorBody;
use crate::protocol::{Fault, FaultKind};

pub(super) use axum::Json;

/// What a route answers.
pub(super) type Answer<T> = Result<Json<T>, Refusal>;

/// A refused or failed request.
#[derive(Debug)]
pub(super) struct Refusal(pub(super) Fault);

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Fault { kind, detail, errors } = self.0;
        let status = StatusCode::from_u16(kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if kind == FaultKind::Internal {
            tracing::error!(%detail, "a request failed");
        }
        let mut response = (status, Json(ErrorBody { detail, errors })).into_response();
        let headers = response.headers_mut();
        match kind {
            FaultKind::Unauthorized => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            FaultKind::TooMany | FaultKind::Unavailable => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            _ => {}
        }
        response
    }
}

/// A refusal with a status that has no fault of its own.
pub(super) fn refuse(status: StatusCode, detail: impl Into<String>) -> Response {
    (status, Json(ErrorBody { detail: detail.into(), errors: Vec::new() })).into_response()
}
