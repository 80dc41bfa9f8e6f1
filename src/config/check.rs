//! What can only be judged when every setting is in place: providers, and the keys they need.

use std::path::{Path, PathBuf};

use super::load::{Loader, read_bounded};
use super::origin::Origin;
use super::table::{BUILT_IN, NATS_KEYS, built_in_kind};
use super::{Config, ProviderConfig};
use crate::domain::Secret;
use crate::domain::personality::meant_provider;
use crate::domain::place::addresses;
use crate::domain::similarity::nearest;
use crate::domain::yaml::{self, show};

/// What `notify.kinds` can name.
const NOTIFIED: [&str; 8] = ["answer", "failing", "capped", "flag", "file", "stopped", "event", "run"];
/// Longest key file, in bytes.
const KEY_FILE_MAX: u64 = 16 * 1024;

impl Loader {
    /// What can only be judged when everything is in place.
    pub(super) fn check(&mut self, config: &mut Config) {
        for (key, name) in
            [("provider", &mut config.provider), ("memory.provider", &mut config.memory.provider)]
        {
            *name = meant_provider(name).to_owned();
            let known =
                config.providers.contains_key(name.as_str()) || (key != "provider" && name == "default");
            if !known {
                let names: Vec<_> = config.providers.keys().map(String::as_str).collect();
                let hint = nearest(name, names.iter().copied()).map_or_else(
                    || format!("; known are {}", names.join(", ")),
                    |near| format!("; did you mean `{near}`?"),
                );
                let message = format!("names a provider that is not set up: `{}`{hint}", show(name));
                let origin = config.set.get(key).map_or(Origin::Default, |(_, origin)| origin.clone());
                self.complain(origin, key, message);
            }
        }
        for kind in config.notify.kinds.clone() {
            if !NOTIFIED.contains(&kind.as_str()) {
                let hint = nearest(&kind, NOTIFIED.iter().copied()).map_or_else(
                    || format!("; known are {}", NOTIFIED.join(", ")),
                    |near| format!("; did you mean `{near}`?"),
                );
                let origin =
                    config.set.get("notify.kinds").map_or(Origin::Default, |(_, origin)| origin.clone());
                self.complain(
                    origin,
                    "notify.kinds",
                    format!("names no kind of word: `{}`{hint}", show(&kind)),
                );
            }
        }
        let root = config.home.root.clone();
        if let Some(path) = &mut config.prices_file {
            *path = self.absolute(&root, path);
        }
        let mut providers = std::mem::take(&mut config.providers);
        for provider in providers.values_mut() {
            self.check_provider(config, provider);
            self.find_key(config, provider);
        }
        config.providers = providers;
    }

    fn check_provider(&mut self, config: &Config, provider: &ProviderConfig) {
        let name = provider.name.as_str();
        let key = |key: &str| format!("providers.{name}.{key}");
        let origin = |path: &str| config.origin(path);
        // A missing key is complained of where the provider was mentioned first.
        let mentioned = || {
            let own = key("");
            config
                .set
                .iter()
                .find(|(path, _)| path.starts_with(&own))
                .map_or(Origin::Default, |(_, (_, o))| o.clone())
        };
        if BUILT_IN.contains(&name) {
            if built_in_kind(name) == name && provider.kind != name {
                let message = format!("is {name}; give a provider of another kind a name of its own");
                self.complain(origin(&key("kind")), &key("kind"), message);
            }
        } else if provider.kind.is_empty() {
            if !self.problems.iter().any(|problem| problem.key == key("kind")) {
                let message = "is missing; it is scripted, ollama, anthropic, openai (anything OpenAI-compatible) or nats (workers)";
                self.complain(mentioned(), &key("kind"), message);
            }
        } else if provider.kind != "scripted" {
            for (part, value) in [("base_url", &provider.base_url), ("model", &provider.model)] {
                if value.is_empty() && !self.problems.iter().any(|problem| problem.key == key(part)) {
                    let message = "is missing; a provider of your own needs an address and a model";
                    self.complain(mentioned(), &key(part), message);
                }
            }
        }
        self.check_server(config, provider);
        if provider.kind != "scripted" && provider.base_url.is_empty() && BUILT_IN.contains(&name) {
            self.complain(
                origin(&key("base_url")),
                &key("base_url"),
                "is empty; give an address or leave the key out",
            );
        }
        let (input, output) = (provider.price_input.is_some(), provider.price_output.is_some());
        if input != output || (provider.price_cached.is_some() && !input) {
            let missing = if input { "output" } else { "input" };
            let message = "is missing; a price needs input and output";
            self.complain(mentioned(), &key(&format!("price.{missing}")), message);
        }
    }

    /// Whether the address is of the kind's protocol, and what only workers have is not set elsewhere.
    fn check_server(&mut self, config: &Config, provider: &ProviderConfig) {
        let key = |key: &str| format!("providers.{}.{key}", provider.name);
        let queued = provider.kind == "nats";
        let is_nats = |address: &str| address.starts_with("nats://") || address.starts_with("tls://");
        if !provider.kind.is_empty()
            && !provider.base_url.is_empty()
            && addresses(&provider.base_url).any(|address| is_nats(address) != queued)
        {
            let message = if queued {
                "must begin with nats:// or tls://, such as nats://127.0.0.1:4222"
            } else {
                "must begin with http:// or https://"
            };
            self.complain(config.origin(&key("base_url")), &key("base_url"), message);
        }
        let given = [provider.pool.is_some(), provider.user.is_some(), provider.ca_file.is_some()];
        for (name, _) in NATS_KEYS.iter().zip(given).filter(|(_, given)| *given && !queued) {
            self.complain(config.origin(&key(name)), &key(name), "belongs to providers of kind nats alone");
        }
        if provider.user.is_some() && provider.api_key_env.is_none() && provider.api_key_file.is_none() {
            let message = "needs a password: name a variable in api_key_env, or a file in api_key_file";
            self.complain(config.origin(&key("user")), &key("user"), message);
        }
    }

    /// Finds the key of a provider: the environment goes before a file.
    fn find_key(&mut self, config: &mut Config, provider: &mut ProviderConfig) {
        let path = format!("providers.{}.api_key", provider.name);
        for file in [&mut provider.api_key_file, &mut provider.ca_file].into_iter().flatten() {
            *file = self.absolute(&config.home.root, file);
        }
        let variable = provider.api_key_env.as_ref();
        if let Some((name, key)) = variable.and_then(|name| self.env.get_key_value(name))
            && !key.trim().is_empty()
        {
            provider.api_key = Some(Secret::new(bare_key(key)));
            config.set.insert(path, (String::new(), Origin::Env(name.clone())));
        } else if let Some(file) = &provider.api_key_file {
            match key_file(file) {
                Ok(key) => {
                    provider.api_key = Some(key);
                    let origin = Origin::File { name: file.display().to_string(), line: 0, column: 0 };
                    config.set.insert(path, (String::new(), origin));
                }
                Err(message) => {
                    let key = format!("providers.{}.api_key_file", provider.name);
                    self.complain(config.origin(&key), &key, message);
                }
            }
        }
    }

    /// A path as meant: `~/` is the user's home, anything else is relative to the society's.
    fn absolute(&self, root: &Path, path: &Path) -> PathBuf {
        match (path.strip_prefix("~"), self.env.get("HOME")) {
            (Ok(rest), Some(home)) => Path::new(home).join(rest),
            _ => root.join(path),
        }
    }
}

/// Reads a key from a file that only its owner may read.
///
/// # Errors
/// A sentence that follows the name of the setting.
pub fn key_file(path: &Path) -> Result<Secret, String> {
    let shown = path.display();
    let meta = std::fs::metadata(path).map_err(|error| format!("cannot be read: {shown}: {error}"))?;
    if !meta.is_file() {
        return Err(format!("is no file: {shown}"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = meta.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(format!("can be read by others (mode {mode:03o}); run  chmod 600 {shown}"));
        }
    }
    let bytes =
        read_bounded(path, KEY_FILE_MAX).map_err(|error| format!("cannot be read: {shown}: {error}"))?;
    let text = yaml::decode(&bytes).map_err(|fault| format!("holds no key: {shown}: {}", fault.message))?;
    let key = Secret::new(bare_key(text));
    if key.is_empty()
        || key.expose().contains(char::is_whitespace)
        || key.expose().len() as u64 > KEY_FILE_MAX
    {
        return Err(format!("must hold the key and nothing else: {shown}"));
    }
    Ok(key)
}

/// The key in what people keep it in: a line with comments around it, `NAME=key` as a shell or an
/// `.env` file has it, quotes, a byte order mark, the word `Bearer`.
fn bare_key(text: &str) -> &str {
    let mut lines = text
        .trim_start_matches('\u{FEFF}')
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (Some(line), None) = (lines.next(), lines.next()) else { return text };
    let line = line.strip_prefix("export ").map_or(line, str::trim);
    let named = line.split_once(['=', ':']).filter(|(name, rest)| {
        let name = name.trim_end();
        let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
            && name.contains('_')
            && name.chars().all(is_name)
            && !rest.trim_start_matches('=').trim().is_empty()
    });
    let key = named.map_or(line, |(_, key)| key.trim());
    let key = ['"', '\'', '`']
        .iter()
        .find_map(|quote| key.strip_prefix(*quote)?.strip_suffix(*quote))
        .map_or(key, str::trim);
    key.strip_prefix("Bearer ").map_or(key, str::trim)
}

#[cfg(test)]
mod tests {
    use super::bare_key;

    #[test]
    fn a_key_is_found_in_what_it_is_kept_in() {
        for kept in [
            "sk-toy",
            "sk-toy\n",
            "\u{feff}sk-toy\r\n",
            "\"sk-toy\"\n",
            "'sk-toy'",
            "OPENAI_API_KEY=sk-toy\n",
            "OPENAI_API_KEY = \"sk-toy\"\n",
            "export OPENAI_API_KEY='sk-toy'\n",
            "OPENAI_API_KEY: sk-toy",
            "# the lab's\n\nsk-toy\n",
            "Bearer sk-toy",
        ] {
            assert_eq!(bare_key(kept), "sk-toy", "{kept}");
        }
        // What is no wrapping stays: keys may end with a sign of equality, and two lines are no key.
        for key in ["QUJD_A==", "abc=def", "ABC=", "one\ntwo", "", "a:b"] {
            assert_eq!(bare_key(key), key);
        }
    }
}
