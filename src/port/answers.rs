//! Answers that are still true are not made twice.
//!
//! What routes tell whose answers may be kept until a commit is in the database alone, so an answer holds until the next commit; many
//! viewers that ask for the same meanwhile share one query. Behind the gate: whoever may not ask is
//! refused before.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::body::Body as _;
use lru::LruCache;
use tokio::sync::OnceCell;

use super::auth;
use super::reply::Refusal;
use super::state::Port;
use crate::protocol::Fault;
use crate::protocol::ask::{Keeping, Route};

/// Answers kept.
const KEPT: NonZeroUsize = NonZeroUsize::new(16).unwrap();
/// Longer answers are not kept, in bytes.
const LARGEST: usize = 1 << 19;
/// Longest address that is kept, in bytes.
const ADDRESS_MAX: usize = 512;
/// An answer may count days back from now: it holds no longer than this.
const HOLDS: Duration = Duration::from_secs(1);

/// The newest answers.
pub(super) struct AnswerCache {
    slots: Mutex<LruCache<String, Arc<Slot>>>,
}

impl Default for AnswerCache {
    fn default() -> Self {
        Self { slots: Mutex::new(LruCache::new(KEPT)) }
    }
}

struct Slot {
    /// Commits there were when it was asked for.
    commits: u64,
    since: Instant,
    answer: OnceCell<(HeaderValue, Bytes)>,
}

impl AnswerCache {
    fn slot(&self, address: &str, commits: u64) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        match slots.get(address) {
            Some(slot) if slot.commits == commits && slot.since.elapsed() < HOLDS => Arc::clone(slot),
            _ => {
                let slot = Arc::new(Slot { commits, since: Instant::now(), answer: OnceCell::new() });
                slots.put(address.to_owned(), Arc::clone(&slot));
                slot
            }
        }
    }
}

/// Answers from what is kept, or makes the answer and keeps it.
pub(super) async fn share(State(port): State<Port>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let address = head.uri.path_and_query().map_or(head.uri.path(), |all| all.as_str());
    let keeps = |route: &Route| !route.changes() && route.keeping == Keeping::UntilCommit;
    if head.method != Method::GET || address.len() > ADDRESS_MAX || !auth::served(&head).any(keeps) {
        return next.run(Request::from_parts(head, body)).await;
    }
    let slot = port.answers().slot(address, port.engine().commits());
    let request = Request::from_parts(head, body);
    // While one makes it, others wait for it; when it fails, the next of them tries.
    match slot.answer.get_or_try_init(|| async { keep(next.run(request).await).await }).await {
        Ok((kind, body)) => ([(CONTENT_TYPE, kind.clone())], body.clone()).into_response(),
        Err(other) => *other,
    }
}

/// What is worth keeping of a response, or the response as it is.
async fn keep(response: Response) -> Result<(HeaderValue, Bytes), Box<Response>> {
    let (parts, body) = response.into_parts();
    let short = body.size_hint().upper().is_some_and(|size| size <= LARGEST as u64);
    match parts.headers.get(CONTENT_TYPE).cloned() {
        Some(kind) if short && parts.status == StatusCode::OK => match to_bytes(body, LARGEST).await {
            Ok(body) => Ok((kind, body)),
            Err(error) => Err(Box::new(Refusal(Fault::internal(error.to_string())).into_response())),
        },
        _ => Err(Box::new(Response::from_parts(parts, body))),
    }
}
