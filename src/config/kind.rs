//! What a key of the configuration can hold, and how it is read from a file or from a word.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use crate::domain::Money;
use crate::domain::pace::{self, Preset};
use crate::domain::place::addresses;
use crate::domain::secret::{shown_address, shown_server};
use crate::domain::yaml::{Node, Value, filled, meant};

/// One key: its name, what it holds and where, its default and what it is for.
pub(super) struct Key<T: 'static> {
    pub name: &'static str,
    pub kind: Kind<T>,
    /// The default as it would be written in the file; empty means unset.
    pub default: &'static str,
    pub doc: &'static str,
}

/// The most tokens a cap may name.
const TOKENS_MAX: i64 = 1_000_000_000_000;

/// A place in the configuration.
type Slot<T, V> = fn(&mut T) -> &mut V;

/// What a key holds.
pub(super) enum Kind<T: 'static> {
    Text(Slot<T, String>),
    /// Unset is allowed.
    Word(Slot<T, Option<String>>),
    Path(Slot<T, Option<PathBuf>>),
    Url(Slot<T, String>),
    /// An address whose path is a key, as those of chat services are.
    Webhook(Slot<T, String>),
    /// One address of a server or several, http, nats or tls; kept with commas between.
    Servers(Slot<T, String>),
    /// The name of an environment variable. What was written instead may be a secret.
    Variable(Slot<T, Option<String>>),
    Flag(Slot<T, bool>),
    Count {
        min: u32,
        max: u32,
        slot: Slot<T, u32>,
    },
    Tokens(Slot<T, i64>),
    TokensOrUnset(Slot<T, Option<i64>>),
    Seed(Slot<T, Option<u64>>),
    /// Bytes, or all that there is.
    SizeOrAll(Slot<T, Option<u64>>),
    Dollars(Slot<T, Money>),
    DollarsOrUnset(Slot<T, Option<Money>>),
    Choice {
        words: &'static [&'static str],
        set: fn(&mut T, usize),
    },
    /// One of these words; unset is allowed.
    OneOf {
        words: &'static [&'static str],
        slot: Slot<T, Option<String>>,
    },
    /// Parameters for a server, of any shape.
    Group(Slot<T, serde_json::Map<String, serde_json::Value>>),
    List(Slot<T, Vec<String>>),
    Zone(Slot<T, String>),
    Pace(Slot<T, Option<u32>>),
    Listen(Slot<T, Option<SocketAddr>>),
    /// Two times of the day, in minutes after midnight; unset is allowed.
    Hours(Slot<T, Option<(u16, u16)>>),
    /// Action ids and the keys they are bound to.
    Bindings(Slot<T, BTreeMap<String, Vec<String>>>),
}

impl<T> Kind<T> {
    /// Reads a word from the environment, a flag or the table of defaults into a value.
    pub fn value(&self, word: &str) -> Value {
        if word.is_empty() && !matches!(self, Self::Text(_)) {
            return Value::Null;
        }
        match self {
            Self::Flag(_) => match word.to_ascii_lowercase().as_str() {
                "1" | "true" | "yes" | "on" => Value::Bool(true),
                "0" | "false" | "no" | "off" => Value::Bool(false),
                _ => Value::Text(word.to_owned()),
            },
            Self::Count { .. }
            | Self::Tokens(_)
            | Self::TokensOrUnset(_)
            | Self::Dollars(_)
            | Self::DollarsOrUnset(_)
            | Self::Pace(_)
            | Self::Listen(_) => Value::plain(word),
            // As text where it is larger than a whole number of YAML.
            Self::Seed(_) if word.parse::<u64>().is_ok() => Value::Text(word.to_owned()),
            Self::Seed(_) => Value::plain(word),
            Self::List(_) => Value::List(
                word.trim_start_matches('[')
                    .trim_end_matches(']')
                    .split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty())
                    .map(|item| Node { mark: None, value: Value::Text(item.to_owned()) })
                    .collect(),
            ),
            _ => Value::Text(word.to_owned()),
        }
    }

    /// What of a value is shown: of an address nothing that may be a password or a key.
    pub fn shown(&self, written: String) -> String {
        match self {
            Self::Url(_) | Self::Servers(_) => shown_address(&written),
            Self::Webhook(_) => shown_server(&written),
            _ => written,
        }
    }

    /// Puts `value` into its place in `target`.
    ///
    /// # Errors
    /// A sentence that follows the key's name.
    pub fn set(&self, target: &mut T, value: &Value) -> Result<(), String> {
        match self {
            Self::Text(slot) => *slot(target) = value.line_or_empty(200)?,
            Self::Word(slot) => *slot(target) = unset(value, |value| value.line(200).and_then(filled))?,
            Self::Path(slot) => {
                *slot(target) = unset(value, |value| value.raw().map(PathBuf::from))?;
            }
            Self::Url(slot) | Self::Webhook(slot) => {
                *slot(target) = unset(value, |value| url(value, &WEB))?.unwrap_or_default()
            }
            Self::Servers(slot) => *slot(target) = unset(value, servers)?.unwrap_or_default(),
            Self::Variable(slot) => *slot(target) = unset(value, variable)?,
            Self::Flag(slot) => *slot(target) = value.flag()?,
            Self::Count { min, max, slot } => {
                let count = value.whole(i64::from(*min), i64::from(*max))?;
                *slot(target) = u32::try_from(count).unwrap_or(*max); // lies within min–max
            }
            Self::Tokens(slot) => *slot(target) = value.whole(0, TOKENS_MAX)?,
            Self::TokensOrUnset(slot) => {
                *slot(target) = unset(value, |value| value.whole(0, TOKENS_MAX))?;
            }
            Self::Seed(slot) => {
                *slot(target) = unset(value, seed)?;
            }
            Self::Dollars(slot) => *slot(target) = dollars(value)?,
            Self::DollarsOrUnset(slot) => *slot(target) = unset(value, dollars)?,
            Self::SizeOrAll(slot) => *slot(target) = size(value)?,
            Self::Choice { words, set } => set(target, value.choice(words)?),
            Self::OneOf { words, slot } => {
                let word = |value: &Value| value.choice(words).map(|at| words[at].to_owned());
                *slot(target) = unset(value, word)?;
            }
            Self::Group(slot) => *slot(target) = unset(value, parameters)?.unwrap_or_default(),
            Self::List(slot) => *slot(target) = value.lines(0, 200, 200)?,
            Self::Zone(slot) => *slot(target) = zone(value)?,
            Self::Pace(slot) => *slot(target) = unset(value, interval)?,
            Self::Listen(slot) => *slot(target) = unset(value, address)?,
            Self::Hours(slot) => *slot(target) = unset(value, hours)?,
            Self::Bindings(slot) => *slot(target) = bindings(value)?,
        }
        Ok(())
    }
}

/// `all`, or bytes with a unit.
fn size(value: &Value) -> Result<Option<u64>, String> {
    let wrong = || "must be all, or a size such as 500 MiB or 2 GiB".to_owned();
    let text = value.line(40).map_err(|_| wrong())?.to_ascii_lowercase();
    if text == "all" {
        return Ok(None);
    }
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor = match unit.trim() {
        "mib" | "mb" | "m" => 1 << 20,
        "gib" | "gb" | "g" => 1 << 30,
        "tib" | "tb" | "t" => 1 << 40,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(factor).filter(|bytes| *bytes > 0).map(Some).ok_or_else(wrong)
}

fn unset<V>(value: &Value, read: impl Fn(&Value) -> Result<V, String>) -> Result<Option<V>, String> {
    if *value == Value::Null { Ok(None) } else { read(value).map(Some) }
}

/// Any number of 64 bits; one that is written as text as well, for what a whole number of YAML does not hold.
fn seed(value: &Value) -> Result<u64, String> {
    if let Value::Text(text) = value
        && let Ok(seed) = text.parse()
    {
        return Ok(seed);
    }
    if matches!(value, Value::Float(number) if *number > 9e18) {
        return Err(format!(
            "must be a whole number from 0 to {}; write one above {} in quotes",
            u64::MAX,
            i64::MAX
        ));
    }
    value.whole(0, i64::MAX).map(i64::unsigned_abs)
}

fn dollars(value: &Value) -> Result<Money, String> {
    let amount = value.number(0.0, 1_000_000.0)?;
    Money::from_dollars(amount).ok_or_else(|| "must be an amount of dollars".into())
}

/// What the address of a page begins with.
const WEB: [&str; 2] = ["http://", "https://"];
/// What the address of a provider begins with; which of them its kind wants is judged later.
const SERVERS: [&str; 4] = ["http://", "https://", "nats://", "tls://"];
/// The most addresses of one provider.
const SERVERS_MAX: usize = 64;

/// The addresses of a provider: one, a list, or several with commas between.
fn servers(value: &Value) -> Result<String, String> {
    let each: Vec<Value> = match value {
        Value::List(items) => items.iter().map(|item| item.value.clone()).collect(),
        Value::Text(text) => addresses(text).map(|part| Value::Text(part.to_owned())).collect(),
        other => vec![other.clone()],
    };
    if each.is_empty() || each.len() > SERVERS_MAX {
        return Err(format!("must be one address, or a list of at most {SERVERS_MAX}"));
    }
    let mut urls: Vec<String> = Vec::new();
    for value in &each {
        let url = url(value, &SERVERS)?;
        if urls.contains(&url) {
            return Err(format!("holds {} twice", value.shown()));
        }
        urls.push(url);
    }
    Ok(urls.join(","))
}

/// An address of a server. A password in it would be shown and logged, so none is allowed.
fn url(value: &Value, schemes: &[&str]) -> Result<String, String> {
    let text = value.line(400)?;
    let rest = schemes.iter().find_map(|scheme| text.strip_prefix(scheme));
    let Some(authority) = rest.and_then(|rest| rest.split(['/', '?', '#']).next()) else {
        return Err(format!("must begin with http:// or https://, not the text `{}`", shown_server(&text)));
    };
    if authority.contains('@') {
        return Err("must not hold a user name or password; use `api_key_env` or `api_key_file`".into());
    }
    if authority.is_empty() || text.contains([' ', '`', '"']) {
        let shown = shown_server(&text);
        return Err(format!("must be an address such as http://127.0.0.1:8080/v1, not the text `{shown}`"));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn variable(value: &Value) -> Result<String, String> {
    let name = value.raw().unwrap_or_default();
    let good = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    if !name.is_empty() && name.len() <= 100 && name.chars().all(good) {
        return Ok(name.to_owned());
    }
    Err("must be the name of an environment variable such as MY_API_KEY, not the key itself".into())
}

fn zone(value: &Value) -> Result<String, String> {
    let name = value.line(100)?;
    if matches!(name.as_str(), "system" | "UTC") || super::zone::named(&name).is_some() {
        return Ok(name);
    }
    let common = ["system", "UTC", "Europe/Berlin", "Europe/London", "America/New_York", "Asia/Tokyo"];
    let hint = meant(&name, &common);
    Err(format!(
        "must be system, UTC or the name of a time zone such as Europe/Berlin, not {}{hint}",
        value.shown()
    ))
}

fn interval(value: &Value) -> Result<u32, String> {
    if let Value::Text(word) = value {
        return Preset::parse(word).and_then(Preset::seconds).ok_or_else(|| {
            let hint = meant(word, &Preset::NAMED.map(Preset::as_str));
            format!("must be slow, normal, fast, turbo or a number of seconds, not {}{hint}", value.shown())
        });
    }
    let seconds = value.whole(i64::from(pace::INTERVAL_MIN), i64::from(pace::INTERVAL_MAX))?;
    u32::try_from(seconds).map_err(|_| "is out of range".into())
}

/// `127.0.0.1:8000`, `[::1]:8000`, `localhost:8000` or a port alone (on loopback).
fn address(value: &Value) -> Result<SocketAddr, String> {
    let loopback = |port: u16| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
    let found = match value {
        Value::Int(port) => u16::try_from(*port).ok().map(loopback),
        Value::Text(text) => match text.strip_prefix("localhost:").or_else(|| text.strip_prefix(':')) {
            Some(port) => port.parse().ok().map(loopback),
            None => text.parse().ok(),
        },
        _ => None,
    };
    found.ok_or_else(|| format!("must be an address and port such as 127.0.0.1:8000, not {}", value.shown()))
}

/// Two times of the day: `22:00-07:00`.
fn hours(value: &Value) -> Result<(u16, u16), String> {
    let said = value.line(40)?;
    let time = |time: &str| {
        let (hour, minute) = time.trim().split_once(':')?;
        let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
        (hour < 24 && minute < 60).then_some(hour * 60 + minute)
    };
    let read = said.split_once('-').and_then(|(from, to)| Some((time(from)?, time(to)?)));
    read.ok_or_else(|| format!("must be two times such as 22:00-07:00, not {}", value.shown()))
}

/// What a server is sent anyway, or what bounds a call, cannot be set beside it.
const TAKEN: [&str; 9] = [
    "model",
    "messages",
    "system",
    "prompt",
    "stream",
    "stream_options",
    "max_tokens",
    "max_completion_tokens",
    "num_predict",
];

/// Parameters: a group of keys, or JSON in a word.
fn parameters(value: &Value) -> Result<serde_json::Map<String, serde_json::Value>, String> {
    let read = match value {
        Value::Text(word) => serde_json::from_str(word).ok(),
        value => json(value),
    };
    let Some(serde_json::Value::Object(group)) = read else {
        return Err(format!("must be a group of parameters such as {{top_p: 0.9}}, not {}", value.shown()));
    };
    let inner = group.values().filter_map(serde_json::Value::as_object).flatten();
    match group.iter().chain(inner).map(|(key, _)| key).find(|key| TAKEN.contains(&key.as_str())) {
        Some(taken) => Err(format!("must not hold `{taken}`, which is sent with every question anyway")),
        None => Ok(group),
    }
}

/// A value of the file as JSON; `None` for a number that JSON does not have.
fn json(value: &Value) -> Option<serde_json::Value> {
    Some(match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(flag) => (*flag).into(),
        Value::Int(number) => (*number).into(),
        Value::Float(number) => serde_json::Number::from_f64(*number)?.into(),
        Value::Text(text) => text.as_str().into(),
        Value::List(items) => items.iter().map(|item| json(&item.value)).collect::<Option<Vec<_>>>()?.into(),
        Value::Map(entries) => serde_json::Value::Object(
            entries
                .iter()
                .map(|entry| Some((entry.key.clone(), json(&entry.node.value)?)))
                .collect::<Option<_>>()?,
        ),
    })
}

fn bindings(value: &Value) -> Result<BTreeMap<String, Vec<String>>, String> {
    let entries = match value {
        Value::Null => &[][..],
        Value::Map(entries) => entries.as_slice(),
        _ => return Err(format!("must be a group of actions and keys, not {}", value.shown())),
    };
    let keys = |node: &Node| match &node.value {
        Value::Int(digit @ 0..=9) => Ok(vec![digit.to_string()]),
        Value::Text(_) => node.value.line(40).and_then(filled).map(|key| vec![key]),
        _ => node.value.lines(0, 20, 40),
    };
    entries
        .iter()
        .map(|entry| match keys(&entry.node) {
            Ok(keys) => Ok((entry.key.clone(), keys)),
            Err(message) => Err(format!("for {} {message}", crate::domain::yaml::show(&entry.key))),
        })
        .collect()
}
