//! Where values come from, how they are listed, and what is said about wrong ones.

use std::fmt;

use super::table::{BUILT_IN, KEYS, PROVIDER_KEYS, provider_default};
use super::{Config, ProviderConfig};
use crate::domain::place::are_local;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// A file, by its name, with the line.
    File {
        /// `botarium.yaml`
        name: String,
        /// From 1; 0 when the whole file is meant.
        line: usize,
        /// In characters, from 1.
        column: usize,
    },
    /// An environment variable.
    Env(String),
    /// A flag, without its dashes.
    Flag(String),
    /// The room remembers it: a person chose it there.
    Room,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { name, line: 0, .. } => f.write_str(name),
            Self::File { name, line, .. } => write!(f, "{name}:{line}"),
            Self::Env(name) => write!(f, "env {name}"),
            Self::Flag(name) => write!(f, "flag --{name}"),
            Self::Room => f.write_str("chosen in the room"),
        }
    }
}

/// One thing that is wrong in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    /// Where it was set.
    pub origin: Origin,
    /// The dotted key; empty when the whole file is meant.
    pub key: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Origin::Default => {}
            Origin::File { line, column, .. } if *line > 0 => write!(f, "{}:{column}: ", self.origin)?,
            origin => write!(f, "{origin}: ")?,
        }
        if !self.key.is_empty() {
            write!(f, "{} ", self.key)?;
        }
        f.write_str(&self.message)
    }
}

/// A configuration that cannot be used, with everything that is wrong in it, one line for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// In the order files, environment, flags.
    pub problems: Vec<ConfigProblem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.problems.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

/// One line of `botarium config`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectiveSetting {
    /// The dotted key.
    pub key: String,
    /// The value as it would be written; empty when unset. Never a secret.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
    /// What it is for.
    pub doc: &'static str,
}

impl Config {
    /// Every key with its value and where that came from, in the order of the example file.
    #[must_use]
    pub fn entries(&self) -> Vec<EffectiveSetting> {
        let mut entries = Vec::new();
        for key in KEYS {
            entries.push(self.entry(key.name.to_owned(), key.default, key.doc));
            if key.name == "provider" {
                let own = self.providers.values().filter(|own| !BUILT_IN.contains(&own.name.as_str()));
                let built_in = BUILT_IN.iter().filter_map(|name| self.providers.get(*name));
                built_in.chain(own).for_each(|provider| self.provider_entries(provider, &mut entries));
            }
        }
        entries
    }

    fn entry(&self, key: String, default: &str, doc: &'static str) -> EffectiveSetting {
        let (value, origin) = match self.set.get(&key) {
            Some((value, origin)) => (value.clone(), origin.clone()),
            None => (default.to_owned(), Origin::Default),
        };
        EffectiveSetting { key, value, origin, doc }
    }

    fn provider_entries(&self, provider: &ProviderConfig, entries: &mut Vec<EffectiveSetting>) {
        for key in PROVIDER_KEYS {
            let default =
                provider_default(&provider.name, &provider.kind, are_local(&provider.base_url), key);
            let entry = self.entry(format!("providers.{}.{}", provider.name, key.name), default, key.doc);
            if provider.kind != "scripted" || entry.origin != Origin::Default || key.name == "kind" {
                entries.push(entry);
            }
        }
        let key = format!("providers.{}.api_key", provider.name);
        match (&provider.api_key, &provider.api_key_env) {
            (Some(_), _) => {
                let origin = self.origin(&key);
                let value = format!("set ({origin})");
                entries.push(EffectiveSetting { key, value, origin, doc: "The key itself is never shown." });
            }
            (None, Some(variable)) => {
                let value = format!("not set (env {variable})");
                entries.push(EffectiveSetting {
                    key,
                    value,
                    origin: Origin::Default,
                    doc: "The key itself is never shown.",
                });
            }
            (None, None) => {}
        }
    }
}
