//! Why a request was refused, in the terms of the port.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A refusal or failure that a person or a client can act on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Fault {
    /// What kind it is; decides the HTTP status.
    pub kind: FaultKind,
    /// What was wrong and what would be right.
    pub detail: String,
    /// The fields at fault, for `Invalid`.
    pub errors: Vec<FieldError>,
}

/// The kinds of refusal.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// 400: a value that makes no sense here.
    BadValue,
    /// 401: no or an unknown token.
    Unauthorized,
    /// 403: not allowed with this token, from this page or on this host.
    Forbidden,
    /// 404: no such bot, thread, reply, flag, memory…
    NotFound,
    /// 409: clashes with what is there.
    Conflict,
    /// 413: too large.
    TooLarge,
    /// 422: does not fit the schema.
    Invalid,
    /// 429: too many requests, or a budget is used up.
    TooMany,
    /// 503: the engine is stopped or the provider cannot be reached.
    Unavailable,
    /// 500: our mistake, or a broken disk.
    Internal,
}

impl FaultKind {
    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::BadValue => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::Invalid => 422,
            Self::TooMany => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }

    /// The kind for an HTTP status; anything unknown is `Internal`.
    #[must_use]
    pub const fn of_status(status: u16) -> Self {
        match status {
            400 => Self::BadValue,
            401 => Self::Unauthorized,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            409 => Self::Conflict,
            413 => Self::TooLarge,
            422 => Self::Invalid,
            429 => Self::TooMany,
            503 => Self::Unavailable,
            _ => Self::Internal,
        }
    }
}

/// One field that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Dotted path, such as `behavior.shyness`.
    pub field: String,
    /// What would be right.
    pub message: String,
}

/// The body of every error answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// What was wrong and what would be right.
    pub detail: String,
    /// The fields at fault (422 only).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

impl Fault {
    /// A fault of `kind` with one sentence.
    pub fn new(kind: FaultKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new() }
    }

    /// 404 for a `thing` (bot, thread, reply, flag, …) with this id.
    pub fn not_found(thing: impl std::fmt::Display, id: impl std::fmt::Display) -> Self {
        Self::new(FaultKind::NotFound, format!("{thing} {id} does not exist"))
    }

    /// 400.
    pub fn bad_value(detail: impl Into<String>) -> Self {
        Self::new(FaultKind::BadValue, detail)
    }

    /// 409.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(FaultKind::Conflict, detail)
    }

    /// 422 with the fields at fault; `detail` sums them up.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail =
            errors.iter().map(|e| format!("{}: {}", e.field, e.message)).collect::<Vec<_>>().join("; ");
        Self { kind: FaultKind::Invalid, detail, errors }
    }

    /// 422 for one field.
    pub fn invalid_field(field: &str, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError { field: field.into(), message: message.into() }])
    }

    /// 503.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(FaultKind::Unavailable, detail)
    }

    /// 500.
    pub fn internal(detail: impl Into<String>) -> Self {
        Self::new(FaultKind::Internal, detail)
    }
}
