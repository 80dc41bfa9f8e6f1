//! Hosts as requests name them.

use std::net::IpAddr;

/// The host of `host`, `host:port`, `[v6]` or `[v6]:port`.
pub(super) fn host_of(authority: &str) -> &str {
    if authority.starts_with('[') {
        return authority.find(']').map_or(authority, |end| match &authority[end + 1..] {
            "" => authority,
            rest if is_port(rest) => &authority[..=end],
            _ => "",
        });
    }
    match authority.split_once(':') {
        Some((host, port)) if is_port(&authority[host.len()..]) && !port.contains(':') => host,
        Some(_) => "",
        None => authority,
    }
}

fn is_port(text: &str) -> bool {
    text.strip_prefix(':')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// `localhost`, or an address of the loopback interface.
pub(super) fn is_loopback_name(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .unwrap_or(host)
            .parse::<IpAddr>()
            .is_ok_and(|ip| ip.to_canonical().is_loopback())
}
