//! Answers: JSON, and refusals in the one shape of the contract, `{"detail", "errors"?}`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::domain::text;
use crate::protocol::fault::ErrorBody;
use crate::protocol::{Fault, FaultKind, FieldError};

pub(super) use axum::Json;

/// Longest detail of a refusal, in characters.
const DETAIL_MAX: usize = 4_000;
/// Longest name of a field, in characters.
const FIELD_MAX: usize = 200;
/// Fields named at most.
const ERRORS_MAX: usize = 100;

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
        // They quote what was asked for, and who reads them may be a terminal.
        let detail = text::clean(&detail, DETAIL_MAX);
        let errors = errors
            .into_iter()
            .take(ERRORS_MAX)
            .map(|error| FieldError {
                field: text::clean_line(&error.field, FIELD_MAX),
                message: text::clean(&error.message, DETAIL_MAX),
            })
            .collect();
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
    let detail = text::clean(&detail.into(), DETAIL_MAX);
    (status, Json(ErrorBody { detail, errors: Vec::new() })).into_response()
}
