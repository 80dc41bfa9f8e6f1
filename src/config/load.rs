//! Collecting settings from the file, the environment and the flags, and putting them in place.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::origin::{ConfigError, ConfigProblem, Origin};
use super::table::{
    self, BUILT_IN, KEYS, KeyPath, PROVIDER_KEYS, built_in_kind, is_at_home, provider_default,
};
use super::{Config, Home, HomeReason, ProviderConfig};
use crate::domain::place::are_local;
use crate::domain::similarity::nearest;
use crate::domain::yaml::{self, Mark, Node, Value, show};

/// Environment variables with the house's prefix that are no keys.
const NO_KEYS: [&str; 2] = ["BOTARIUM_HOME", "BOTARIUM_TOKEN"];
/// Flags that set a key of another name.
const FLAGS: [(&str, &str); 5] = [
    ("listen", "port.listen"),
    ("log-level", "log.level"),
    ("theme", "ui.theme"),
    ("ascii", "ui.ascii"),
    ("max-bot-count", "max_bot_count"),
];

/// What a configuration is loaded from; nothing else is asked.
#[derive(Clone, Debug, Default)]
pub struct LoadArgs {
    /// `--home`.
    pub home: Option<PathBuf>,
    /// The working directory.
    pub cwd: PathBuf,
    /// The environment.
    pub env: BTreeMap<String, String>,
    /// Flags that were given, without dashes, and their values: `("pace", "fast")`. A name that begins with [`SET`]
    /// sets the key behind it, as `--set KEY=VALUE` does.
    pub flags: Vec<(String, String)>,
}

/// What the name of a flag begins with that sets any key.
pub const SET: &str = "set ";

/// One value that somebody set.
struct Setting {
    path: String,
    given: Given,
    origin: Origin,
}

/// From a file comes a value, from the environment and flags a word.
enum Given {
    Value(Value),
    Word(String),
}

impl Config {
    /// Loads the configuration.
    ///
    /// # Errors
    /// Everything that is wrong, each with where it was set.
    pub fn load(args: LoadArgs) -> Result<Self, ConfigError> {
        let home = Home::resolve(args.home.as_deref(), &args.cwd, &args.env).map_err(|message| {
            let problem = ConfigProblem { origin: Origin::Default, key: String::new(), message };
            ConfigError { problems: vec![problem] }
        })?;
        let mut loader = Loader { env: args.env, ..Loader::default() };
        loader.file(&home);
        loader.environment();
        for (name, word) in args.flags {
            let name = name.trim_start_matches('-').to_owned();
            let key = name.strip_prefix(SET).unwrap_or(&name);
            let path = FLAGS.iter().find(|(flag, _)| *flag == key).map_or(key, |(_, path)| path);
            let (path, given) = (path.to_owned(), Given::Word(word));
            loader.settings.push(Setting { path, given, origin: Origin::Flag(name) });
        }
        loader.finish(home)
    }
}

impl Default for Config {
    /// The defaults alone, at home in the working directory: for tests and examples.
    fn default() -> Self {
        let home = Home { root: PathBuf::from("."), reason: HomeReason::Flag };
        let loaded = Loader::default().finish(home);
        loaded.expect("a test proves that the defaults are valid")
    }
}

/// A configuration on its way.
#[derive(Default)]
pub(super) struct Loader {
    pub(super) env: BTreeMap<String, String>,
    /// The file's name.
    name: String,
    settings: Vec<Setting>,
    pub(super) problems: Vec<ConfigProblem>,
}

impl Loader {
    fn in_file(&self, mark: Option<Mark>) -> Origin {
        let (line, column) = mark.map_or((0, 0), |mark| (mark.line, mark.column));
        Origin::File { name: self.name.clone(), line, column }
    }

    pub(super) fn complain(&mut self, origin: Origin, key: &str, message: impl Into<String>) {
        self.problems.push(ConfigProblem { origin, key: key.to_owned(), message: message.into() });
    }

    fn file(&mut self, home: &Home) {
        let names = home.configs();
        // One that cannot be listed may still be read.
        self.name = names.first().cloned().unwrap_or_else(|| "botarium.yaml".into());
        if names.len() > 1 {
            let message = format!("there are {}; which one is meant? Keep one", names.join(" and "));
            return self.complain(self.in_file(None), "", message);
        }
        let path = &home.root.join(&self.name);
        let bytes = match read_bounded(path, yaml::TEXT_MAX as u64) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => {
                let message = format!(
                    "cannot be read: {}: {error}; check its rights, or choose another home with --home",
                    path.display()
                );
                return self.complain(self.in_file(None), "", message);
            }
        };
        match yaml::decode(&bytes).and_then(yaml::read) {
            Ok(Some(root)) => self.group("", &root),
            Ok(None) => {}
            Err(fault) => self.complain(self.in_file(fault.mark), "", fault.message),
        }
    }

    /// The keys below `parent` in the file.
    fn group(&mut self, parent: &str, node: &Node) {
        let Value::Map(entries) = &node.value else {
            if node.value != Value::Null {
                let message = format!("must be a group of keys, not {}", node.value.kind());
                self.complain(self.in_file(node.mark), parent, message);
            }
            return;
        };
        for entry in entries {
            let path = if parent.is_empty() { entry.key.clone() } else { format!("{parent}.{}", entry.key) };
            if let Some(first) = entry.first {
                let message = format!("is given twice; first in line {}", first.line);
                self.complain(self.in_file(entry.mark), &show(&path), message);
            } else if parent == "providers" && !is_name(&entry.key) {
                let message = "is no name for a provider; use lower-case letters, digits, `_`, `-` and `:`";
                self.complain(self.in_file(entry.mark), &show(&path), message);
            } else if !entry.key.contains('.') && table::find(&path).is_some() {
                let given = Given::Value(entry.node.value.clone());
                self.settings.push(Setting { path, given, origin: self.in_file(entry.mark) });
            } else if !entry.key.contains('.') && table::is_group(&path) {
                self.group(&path, &entry.node);
            } else {
                let message = unknown(&path, |near| near.to_owned());
                self.complain(self.in_file(entry.mark), &show(&path), message);
            }
        }
    }

    fn environment(&mut self) {
        if let Some(host) = self.env.get("OLLAMA_HOST").filter(|host| !host.trim().is_empty()) {
            let (path, given) = ("providers.ollama.base_url".into(), Given::Word(ollama_url(host)));
            self.settings.push(Setting { path, given, origin: Origin::Env("OLLAMA_HOST".into()) });
        }
        for (name, word) in &self.env {
            let Some(rest) = name.strip_prefix("BOTARIUM_") else { continue };
            if !NO_KEYS.contains(&name.as_str()) {
                let path = rest.to_lowercase().replace("__", ".");
                let given = Given::Word(word.clone());
                self.settings.push(Setting { path, given, origin: Origin::Env(name.clone()) });
            }
        }
    }

    fn finish(mut self, home: Home) -> Result<Config, ConfigError> {
        let settings = std::mem::take(&mut self.settings);
        let mut config = Config::blank(home);
        for key in KEYS {
            let value = key.kind.value(key.default);
            if let Err(message) = key.kind.set(&mut config, &value) {
                self.complain(Origin::Default, key.name, message);
            }
        }
        self.providers(&mut config, &settings);
        for setting in settings {
            self.apply(&mut config, setting);
        }
        self.check(&mut config);
        if self.problems.is_empty() { Ok(config) } else { Err(ConfigError { problems: self.problems }) }
    }

    /// Puts every provider that is mentioned there, with the defaults of its kind.
    fn providers(&mut self, config: &mut Config, settings: &[Setting]) {
        let named = settings.iter().filter_map(|setting| match table::find(&setting.path) {
            Some(KeyPath::Provider(name, _)) => Some(name),
            _ => None,
        });
        let names: BTreeSet<&str> = BUILT_IN.into_iter().chain(named).collect();
        for name in names {
            let given = |key: &str| {
                let path = format!("providers.{name}.{key}");
                match settings.iter().rev().find(|setting| setting.path == path).map(|setting| &setting.given)
                {
                    Some(Given::Value(Value::Text(word)) | Given::Word(word)) => word.as_str(),
                    _ => "",
                }
            };
            let kind = match (built_in_kind(name), given("kind")) {
                ("", kind) => kind,
                (usual, "") => usual,
                (usual, _) if usual == name => usual,
                (_, kind) => kind,
            };
            let path = format!("providers.{name}.base_url");
            let listed =
                settings.iter().rev().find(|setting| setting.path == path).and_then(|setting| match &setting
                    .given
                {
                    Given::Value(Value::List(items)) => {
                        Some(items.iter().map(|item| written(&item.value)).collect::<Vec<_>>())
                    }
                    _ => None,
                });
            let listed = listed.map(|items| items.join(",")).unwrap_or_default();
            let local = match if listed.is_empty() { given("base_url") } else { &listed } {
                "" => is_at_home(name),
                address => are_local(address),
            };
            let mut provider = ProviderConfig { name: name.to_owned(), ..ProviderConfig::default() };
            for key in PROVIDER_KEYS {
                let default = provider_default(name, kind, local, key);
                if key.name == "kind" && default.is_empty() {
                    continue; // complained of when it is missing or wrong
                }
                if let Err(message) = key.kind.set(&mut provider, &key.kind.value(default)) {
                    self.complain(Origin::Default, key.name, message);
                }
            }
            config.providers.insert(name.to_owned(), provider);
        }
    }

    fn apply(&mut self, config: &mut Config, setting: Setting) {
        let Setting { path, given, origin } = setting;
        let value = |word: &dyn Fn(&str) -> Value| match &given {
            Given::Value(value) => value.clone(),
            Given::Word(text) => word(text),
        };
        let (shown, result) = match table::find(&path) {
            Some(KeyPath::Room(key)) => {
                let value = value(&|word| key.kind.value(word));
                let result = key.kind.set(config, &value);
                (key.kind.shown(written(&value)), result)
            }
            Some(KeyPath::Provider(name, key)) => {
                let value = value(&|word| key.kind.value(word));
                // `providers` has put every name that is mentioned there.
                let Some(provider) = config.providers.get_mut(name) else { return };
                let result = key.kind.set(provider, &value);
                (key.kind.shown(written(&value)), result)
            }
            None => {
                let message = match &origin {
                    Origin::Env(_) => unknown(&path, |near| {
                        let parent =
                            path.rsplit_once('.').map_or(String::new(), |(parent, _)| format!("{parent}."));
                        format!("BOTARIUM_{}", format!("{parent}{near}").to_uppercase().replace('.', "__"))
                    }),
                    _ => unknown(&path, |near| near.to_owned()),
                };
                return self.complain(origin, &show(&path), message);
            }
        };
        match result {
            Ok(()) => {
                config.set.insert(path, (shown, origin));
            }
            Err(message) => self.complain(origin, &path, message),
        }
    }
}

impl Config {
    /// A configuration in which nothing is set yet.
    fn blank(home: Home) -> Self {
        Self {
            home,
            seed: None,
            timezone: String::new(),
            provider: String::new(),
            providers: BTreeMap::new(),
            pace: None,
            max_bot_count: 0,
            durability: Default::default(),
            prices_file: None,
            budget: Default::default(),
            memory: Default::default(),
            thoughts: Default::default(),
            journal: Default::default(),
            prompt: Default::default(),
            search: Default::default(),
            log: Default::default(),
            port: Default::default(),
            ui: Default::default(),
            notify: Default::default(),
            set: BTreeMap::new(),
        }
    }
}

fn is_name(name: &str) -> bool {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | ':');
    !name.is_empty() && name.len() <= 40 && name.chars().all(good) && name != "default"
}

/// What to say about a path that names no key; `write` shows the key that was meant.
fn unknown(path: &str, write: impl Fn(&str) -> String) -> String {
    let last = path.rsplit('.').next().unwrap_or(path);
    if matches!(last, "api_key" | "key" | "token" | "apikey" | "secret") {
        return "is not read: a secret does not belong here; put it in an environment variable (`api_key_env` names \
                it) or in a file readable by you alone (`api_key_file`)"
            .into();
    }
    let near = table::siblings(path);
    if let Some(near) = nearest(last, near.iter().map(String::as_str)) {
        return format!("is unknown; did you mean `{}`?", write(near));
    }
    let elsewhere = KEYS.iter().find(|key| key.name.rsplit('.').next() == Some(last));
    match elsewhere {
        Some(key) => format!("is unknown; there is `{}`", key.name),
        None if near.is_empty() => "is unknown".into(),
        None => format!("is unknown; known here are {}", near.join(", ")),
    }
}

/// `OLLAMA_HOST` as an address: scheme and port may be missing, and the address a server listens
/// on everywhere is reached on loopback.
fn ollama_url(host: &str) -> String {
    let host = host.trim().trim_end_matches('/');
    let (scheme, rest) = host.split_once("://").unwrap_or(("http", host));
    let rest = rest.replacen("0.0.0.0", "127.0.0.1", 1);
    let rest = if rest.starts_with(':') { format!("127.0.0.1{rest}") } else { rest };
    let (authority, path) =
        rest.split_once('/').map_or((rest.as_str(), String::new()), |(a, p)| (a, format!("/{p}")));
    let has_port = authority
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
    let port = match scheme {
        _ if has_port => "",
        "https" => ":443",
        _ => ":11434",
    };
    format!("{scheme}://{authority}{port}{path}")
}

/// A value as it would be written in the file.
fn written(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Text(text) => crate::domain::text::clean_line(text, 400),
        Value::List(items) => {
            format!("[{}]", items.iter().map(|item| written(&item.value)).collect::<Vec<_>>().join(", "))
        }
        Value::Map(entries) => {
            let write = |entry: &yaml::Pair| format!("{}: {}", show(&entry.key), written(&entry.node.value));
            format!("{{{}}}", entries.iter().map(write).collect::<Vec<_>>().join(", "))
        }
    }
}

pub(super) fn read_bounded(path: &Path, max: u64) -> std::io::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(max + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
