//! A value that must never be shown: keys and tokens.
//!
//! It prints as `***`, cannot be serialised, and its memory is wiped when it is dropped.
//! Where it comes from is the configuration's business; this type only keeps it quiet.

use std::fmt;

use zeroize::Zeroizing;

/// An address, or each of a list, without what may be a key in it: a name and password before the host, the values of its query.
#[must_use]
pub fn shown_address(address: &str) -> String {
    super::place::addresses(address).map(shown).collect::<Vec<_>>().join(", ")
}

/// An address of which the server alone is shown.
#[must_use]
pub fn shown_server(address: &str) -> String {
    let shown = shown(address);
    let from = shown.find("://").map_or(0, |at| at + 3);
    match shown[from..].find(['/', '?', '#']) {
        Some(at) => format!("{}/***", &shown[..from + at]),
        None => shown,
    }
}

fn shown(address: &str) -> String {
    let (before, query) =
        address.split_once('?').map_or((address, None), |(before, query)| (before, Some(query)));
    let (scheme, rest) = before.split_once("://").map_or(("", before), |(scheme, rest)| (scheme, rest));
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = match authority.rsplit_once('@') {
        Some((_, host)) => format!("***@{host}"),
        None => authority.to_owned(),
    };
    let scheme = if scheme.is_empty() { String::new() } else { format!("{scheme}://") };
    let query = query.map_or_else(String::new, |query| {
        let parts = query.split('&').map(|part| match part.split_once('=') {
            Some((name, _)) => format!("{name}=***"),
            None => "***".to_owned(),
        });
        format!("?{}", parts.collect::<Vec<_>>().join("&"))
    });
    format!("{scheme}{host}{path}{query}")
}

/// An API key, a bearer token: anything that may be used but not shown.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the value. White space around it (a key file's last line break) is not part of it.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        let value = Zeroizing::new(value.into());
        let trimmed = value.trim();
        if trimmed.len() == value.len() { Self(value) } else { Self(Zeroizing::new(trimmed.to_owned())) }
    }

    /// The value itself, for the one place that sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `text` with every occurrence of the value replaced by `***`: for messages that came from
    /// outside and may quote what was sent.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        if self.0.is_empty() { text.to_owned() } else { text.replace(self.0.as_str(), "***") }
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}

impl PartialEq for Secret {
    /// Same length, same bytes; the time taken tells nothing but the length.
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (self.0.as_bytes(), other.0.as_bytes());
        a.len() == b.len() && a.iter().zip(b).fold(0, |seen, (x, y)| seen | (x ^ y)) == 0
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_never_printed() {
        let secret = Secret::new("sk-verysecret\n");
        assert_eq!(secret.expose(), "sk-verysecret");
        assert_eq!(format!("{secret} {secret:?} {:?}", Some(&secret)), "*** *** Some(***)");
        assert_eq!(secret.redact("bad key sk-verysecret!"), "bad key ***!");
        assert_eq!(Secret::new("").redact("untouched"), "untouched");
    }

    #[test]
    fn what_may_be_a_key_in_an_address_is_left_out() {
        for (address, shown, server) in [
            ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/***"),
            ("https://kim:pw@h/x?key=sk&b", "https://***@h/x?key=***&***", "https://***@h/***"),
            ("https://h?key=sk", "https://h?key=***", "https://h/***"),
            ("hooks.example.com/T0/B0/secret", "hooks.example.com/T0/B0/secret", "hooks.example.com/***"),
            ("https://h", "https://h", "https://h"),
            ("", "", ""),
        ] {
            assert_eq!((shown_address(address), shown_server(address)), (shown.into(), server.into()));
        }
    }

    #[test]
    fn equal_means_the_same_value() {
        assert_eq!(Secret::from("a b"), Secret::new(" a b "));
        assert_ne!(Secret::from("ab"), Secret::from("ac"));
        assert_ne!(Secret::from("ab"), Secret::from("abc"));
    }
}
