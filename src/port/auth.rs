//! Who may call what: addresses, hosts, origins and tokens (the contract's last chapter).
//!
//! One gate in front of every route. It decides from the request's head alone and tells the
//! routes what the caller may do. A token is never logged and never repeated in an answer.

use std::collections::HashSet;
use std::net::IpAddr;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Uri;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::PortOptions;
use super::hosts::{host_of, is_loopback_name};
use super::pages::{is_preflight, preflight, with_origin};
use super::places::{ConnectionPlace, Hold};
use super::reply::Refusal;
use super::server::Peer;
use super::state::Port;
use crate::protocol::ask::{self, Needs, Route};
use crate::protocol::{Fault, FaultKind, Role};

/// The one route that takes `?token=`.
pub(super) const LIVE: &str = "/ws/activity";
/// Longest token looked at.
const TOKEN_MAX: usize = 256;

/// The rules a port was opened with.
pub(super) struct Access {
    loopback: bool,
    public: bool,
    origins: HashSet<String>,
    hosts: HashSet<String>,
}

/// Whose wishes those of a caller without a token are, in the log and the stream.
const NO_TOKEN: &str = "the port";

/// Who called, as the routes see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Caller {
    /// The name of the token it showed.
    pub(super) name: Option<String>,
    /// What it may do.
    pub(super) role: Role,
    /// Which token it showed, if any.
    pub(super) token: Option<i64>,
}

impl Caller {
    /// Whose wishes come with its requests.
    pub(super) fn who(&self) -> String {
        self.name.clone().unwrap_or_else(|| NO_TOKEN.into())
    }
}

impl Access {
    pub(super) fn new(options: &PortOptions) -> Self {
        let lower = |list: &[String]| {
            list.iter().map(|entry| entry.trim().trim_end_matches('/').to_ascii_lowercase()).collect()
        };
        Self {
            loopback: options.listen.ip().to_canonical().is_loopback(),
            public: options.public,
            origins: lower(&options.allowed_origins),
            hosts: lower(&options.allowed_hosts),
        }
    }

    /// Refuses a `Host` that is neither a loopback name, nor allowed, nor the address reached: a
    /// foreign name that resolves to here is how a web page gets at local programs.
    fn check_host(&self, headers: &HeaderMap, uri: &Uri, peer: &Peer) -> Result<(), Fault> {
        alone(headers, &header::HOST)?;
        let header = headers.get(header::HOST).map(|value| value.to_str().unwrap_or_default());
        if header.is_none() && uri.authority().is_none() {
            return Err(Fault::bad_value("the request names no Host"));
        }
        for authority in
            [header, uri.authority().map(axum::http::uri::Authority::as_str)].into_iter().flatten()
        {
            let host = host_of(authority).to_ascii_lowercase();
            let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
            let reached = address.is_some_and(|ip| ip.to_canonical() == peer.local.ip().to_canonical());
            let allowed = self.hosts.contains(&host) || self.hosts.contains(&authority.to_ascii_lowercase());
            if !(is_loopback_name(&host) || reached || allowed) {
                return Err(Fault::new(
                    FaultKind::Forbidden,
                    "this host name is not answered to; add it to port.allowed_hosts if it is yours",
                ));
            }
        }
        Ok(())
    }

    /// The page that called, when its origin is allowed; `None` when no page did.
    fn check_origin(&self, headers: &HeaderMap) -> Result<Option<HeaderValue>, Fault> {
        alone(headers, &header::ORIGIN)?;
        let Some(origin) = headers.get(header::ORIGIN) else { return Ok(None) };
        let text = origin.to_str().unwrap_or_default().to_ascii_lowercase();
        let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")).map(host_of);
        if host.is_some_and(is_loopback_name) || self.origins.contains(&text) {
            return Ok(Some(origin.clone()));
        }
        Err(Fault::new(
            FaultKind::Forbidden,
            "pages of this origin may not call; add it to port.allowed_origins if it is yours",
        ))
    }

    fn is_public(&self, head: &Parts) -> bool {
        // The description holds nothing of the room; what it describes asks for its own token.
        let path = head.uri.path();
        let is_description = path == "/openapi.json" || path == "/docs" || path.starts_with("/docs/");
        is_description || self.public && served(head).any(|route| route.needs == Needs::Nobody)
    }
}

/// What is served at the path of a request, whatever the method.
pub(super) fn served(head: &Parts) -> impl Iterator<Item = &'static Route> {
    let path = head.extensions.get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
    ask::routes().filter(move |route| route.paths().any(|known| known == path))
}

/// Refuses two headers of a kind: which of them counts, two programs would judge differently.
fn alone(headers: &HeaderMap, name: &HeaderName) -> Result<(), Fault> {
    match headers.get_all(name).iter().nth(1) {
        Some(_) => Err(Fault::bad_value(format!("the request has more than one {name} header"))),
        None => Ok(()),
    }
}

/// Lets a request in, or refuses it.
pub(super) async fn guarded(State(port): State<Port>, request: Request, next: Next) -> Response {
    let (mut head, body) = request.into_parts();
    let Some(peer) = head.extensions.get::<Peer>().copied() else {
        return Refusal(Fault::internal("a request without a peer")).into_response();
    };
    let access = port.access();
    let origin = match access
        .check_host(&head.headers, &head.uri, &peer)
        .and_then(|()| access.check_origin(&head.headers))
    {
        Ok(origin) => origin,
        Err(fault) => return refused(&port, &peer, fault),
    };
    let response = if is_preflight(&head) {
        preflight()
    } else {
        match admit(&port, &head, &peer).await {
            Ok(caller) => match hold(&head, &caller, &peer) {
                Ok(hold) => {
                    head.extensions.insert(caller);
                    head.extensions.insert(hold.clone());
                    hold.until_sent(next.run(Request::from_parts(head, body)).await)
                }
                Err(fault) => closing(Refusal(fault).into_response()),
            },
            Err(fault) => refused(&port, &peer, fault),
        }
    };
    with_origin(response, origin)
}

/// Finds out who calls and whether it may.
async fn admit(port: &Port, head: &Parts, peer: &Peer) -> Result<Caller, Fault> {
    let caller = identify(port, head, peer).await?;
    let reads = head.method.is_safe();
    if caller.token.is_none() && port.access().is_public(head) {
        return Ok(caller); // these routes only read, whatever the method
    }
    if caller.role == Role::Viewer
        && (!reads || served(head).any(|route| !route.changes() && route.needs == Needs::Operator))
    {
        return Err(Fault::new(FaultKind::Forbidden, "a viewer may only look: this needs an operator token"));
    }
    if !reads {
        let key = caller.token.map_or_else(|| peer.remote.ip().to_string(), |id| format!("token {id}"));
        if !port.writes().allow(&key) {
            return Err(Fault::new(FaultKind::TooMany, "too many changes in a minute: slow down"));
        }
    }
    Ok(caller)
}

/// Lets the caller have the place it came to, unless it has too many, or the place is kept for somebody else.
fn hold(head: &Parts, caller: &Caller, peer: &Peer) -> Result<Hold, Fault> {
    let Some(place) = head.extensions.get::<ConnectionPlace>() else {
        return Err(Fault::internal("a request without a place"));
    };
    let looks = head.uri.path() == "/health";
    if place.is_kept() && !looks && caller.role != Role::Operator {
        return Err(Fault::unavailable("too many connections are open: try again in a bit"));
    }
    let who = match caller.token {
        Some(token) => format!("token {token}"),
        // Where no token was ever made, this machine is the operator's own.
        None if caller.role == Role::Operator => return Ok(place.hold_freely()),
        None => peer.remote.ip().to_string(),
    };
    if looks {
        return Ok(place.hold_freely());
    }
    place.hold(who).ok_or_else(|| {
        Fault::new(
            FaultKind::TooMany,
            "too many connections are open with this token: close some of them first",
        )
    })
}

/// An answer after which the connection ends.
fn closing(mut response: Response) -> Response {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

async fn identify(port: &Port, head: &Parts, peer: &Peer) -> Result<Caller, Fault> {
    let (path, headers) = (head.uri.path(), &head.headers);
    let unauthorized = |detail: &str| Fault::new(FaultKind::Unauthorized, detail);
    let query = query_token(&head.uri);
    if query.is_some() && path != LIVE {
        return Err(unauthorized(
            "a token belongs in the header `Authorization: Bearer …`, not in the address",
        ));
    }
    // Compared by looking up its SHA-256: what a stranger can learn from the time that takes is about a
    // hash, and of 256 random bits a hash tells nothing. No text of a token is compared, so nothing
    // has to be compared in constant time.
    if let Some(token) = bearer(headers)?.or(query.as_deref()) {
        let known = if token.len() <= TOKEN_MAX { port.engine().authenticate(token).await? } else { None };
        let (id, role, name) = known.ok_or_else(|| unauthorized("this token is unknown or was revoked"))?;
        return Ok(Caller { name: Some(name), role, token: Some(id) });
    }
    if port.access().is_public(head) {
        return Ok(Caller { name: None, role: Role::Viewer, token: None });
    }
    let local = port.access().loopback && peer.remote.ip().to_canonical().is_loopback();
    if local && !is_forwarded(headers) && !port.engine().has_tokens() {
        return Ok(Caller { name: None, role: Role::Operator, token: None });
    }
    Err(unauthorized(if is_forwarded(headers) {
        "this came through a proxy and needs a token: send `Authorization: Bearer …` (make one with `botarium token \
         new`), or let the proxy hand one over, as examples/deploy/dashboard.conf does"
    } else {
        "this needs a token: send `Authorization: Bearer …` (make one with `botarium token new`)"
    }))
}

impl Caller {
    /// Whether it would still be let in, now that tokens were made or revoked.
    pub(super) async fn is_welcome(&self, port: &Port) -> Result<bool, Fault> {
        match self.token {
            Some(id) => port.engine().is_token_in_force(id).await,
            None => Ok(!port.engine().has_tokens()),
        }
    }
}

/// The token of an `Authorization` header; another scheme is refused rather than ignored.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Fault> {
    alone(headers, &header::AUTHORIZATION)?;
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() => {
            Ok(Some(token.trim()))
        }
        _ => {
            Err(Fault::new(FaultKind::Unauthorized, "the Authorization header must be `Bearer` and a token"))
        }
    }
}

fn query_token(uri: &Uri) -> Option<String> {
    form_urlencoded::parse(uri.query()?.as_bytes())
        .find(|(key, _)| key == "token")
        .map(|(_, value)| value.into_owned())
}

/// Whether a proxy passed the request on.
fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.keys().any(|name: &HeaderName| {
        let name = name.as_str();
        name == "forwarded" || name == "x-real-ip" || name.starts_with("x-forwarded-")
    })
}

/// A refusal; who is refused too often is told to slow down.
fn refused(port: &Port, peer: &Peer, fault: Fault) -> Response {
    let guess = matches!(fault.kind, FaultKind::Unauthorized | FaultKind::Forbidden);
    if guess && !port.failures().allow(&peer.remote.ip().to_string()) {
        let fault = Fault::new(FaultKind::TooMany, "too many refused requests in a minute: slow down");
        return Refusal(fault).into_response();
    }
    Refusal(fault).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(origins: &[&str], hosts: &[&str]) -> Access {
        let list = |list: &[&str]| list.iter().map(|&s| s.to_owned()).collect();
        Access::new(&PortOptions {
            allowed_origins: list(origins),
            allowed_hosts: list(hosts),
            ..PortOptions::on("127.0.0.1:8000".parse().unwrap())
        })
    }

    fn host(access: &Access, host: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        let peer = Peer { remote: "127.0.0.1:5".parse().unwrap(), local: "127.0.0.1:8000".parse().unwrap() };
        access.check_host(&headers, &Uri::from_static("/"), &peer).is_ok()
    }

    fn origin(access: &Access, origin: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::ORIGIN, origin.parse().unwrap());
        access.check_origin(&headers).is_ok()
    }

    #[test]
    fn only_loopback_names_and_allowed_hosts_are_answered_to() {
        let open = access(&[], &["bots.example.org"]);
        for good in ["localhost", "LOCALHOST:80", "127.0.0.1:8000", "127.9.9.9", "[::1]:8000", "[::1]"] {
            assert!(host(&open, good), "{good}");
        }
        assert!(host(&open, "Bots.Example.org:443"));
        for bad in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "evil.example:8000",
            "localhost:80@evil.example",
            "[::1]evil.example",
            "[::1].evil:80",
            "10.0.0.1",
            "0.0.0.0",
            "",
        ] {
            assert!(!host(&open, bad), "{bad}");
        }
    }

    #[test]
    fn only_loopback_pages_and_allowed_origins_may_call() {
        let open = access(&["https://dash.example.org/"], &[]);
        for good in
            ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:5173", "https://dash.example.org"]
        {
            assert!(origin(&open, good), "{good}");
        }
        for bad in [
            "null",
            "https://evil.example",
            "http://dash.example.org",
            "https://dash.example.org:8443",
            "https://dash.example.org.evil.example",
            "http://localhost.evil.example",
            "file://localhost",
            "http://127.0.0.1.nip.io",
            "http://localhost:80.evil.example",
        ] {
            assert!(!origin(&open, bad), "{bad}");
        }
    }

    #[test]
    fn a_request_that_was_passed_on_is_noticed() {
        for name in ["forwarded", "x-forwarded-for", "X-Forwarded-Proto", "x-real-ip", "x-forwarded-anything"]
        {
            let mut headers = HeaderMap::new();
            headers.insert(name.parse::<HeaderName>().unwrap(), HeaderValue::from_static("1"));
            assert!(is_forwarded(&headers), "{name}");
        }
        assert!(!is_forwarded(&HeaderMap::new()));
    }
}
