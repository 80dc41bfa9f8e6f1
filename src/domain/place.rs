//! Where a server is: on this machine, on a private network, or somewhere else.

use std::net::IpAddr;

/// The addresses in a list of them with commas between. A comma within an address stays.
pub fn addresses(list: &str) -> impl Iterator<Item = &str> {
    let begins = |rest: &str| {
        let scheme = rest.trim_start().split_once("://").map_or("", |(scheme, _)| scheme);
        !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let mut rest = Some(list);
    std::iter::from_fn(move || {
        let all = rest?;
        let end = all.match_indices(',').find(|(at, _)| begins(&all[at + 1..])).map(|(at, _)| at);
        rest = end.map(|at| &all[at + 1..]);
        Some(all[..end.unwrap_or(all.len())].trim().trim_end_matches('/'))
    })
}

/// Whether every `http` address of a list is on this machine or a private network, as far as they show by themselves.
#[must_use]
pub fn are_local(list: &str) -> bool {
    addresses(list).all(is_local)
}

/// Whether an `http` address is on this machine or a private network, as far as it shows by itself.
#[must_use]
pub fn is_local(address: &str) -> bool {
    let rest = address.find("://").map_or(address, |at| &address[at + 3..]);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(inner) => inner.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    match host.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Ok(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
        Err(_) => {
            let host = host.to_ascii_lowercase();
            host == "localhost"
                || [".localhost", ".local", ".internal", ".lan"].iter().any(|end| host.ends_with(end))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_addresses_is_taken_apart() {
        let list = |text| addresses(text).collect::<Vec<_>>();
        assert_eq!(
            list("http://a/v1/, http://b?x=1,2 ,nats://c"),
            ["http://a/v1", "http://b?x=1,2", "nats://c"]
        );
        assert_eq!(list("http://a"), ["http://a"]);
        assert_eq!(list(""), [""]);
        assert!(are_local("http://127.0.0.1:1,http://10.0.0.2"));
        assert!(!are_local("http://127.0.0.1:1,http://8.8.8.8"));
    }

    #[test]
    fn places_are_told_by_their_address() {
        for local in [
            "http://127.0.0.1:8080/v1",
            "http://localhost",
            "http://LOCALHOST:1/",
            "https://[::1]:443/v1",
            "http://192.168.0.7:11434",
            "http://10.1.2.3",
            "http://box.local:1234/v1",
            "http://host.docker.internal:11434",
            "http://me@127.0.0.1/",
            "http://[::ffff:127.0.0.1]/",
        ] {
            assert!(is_local(local), "{local}");
        }
        for far in [
            "https://api.openai.com/v1",
            "http://8.8.8.8",
            "http://127.0.0.1.example.org",
            "https://local",
            "",
        ] {
            assert!(!is_local(far), "{far}");
        }
    }
}
