//! From arguments to a configuration, and from a configuration to what an engine is started with.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};

use super::exit::{BotFiles, Usage};
use super::{ClockKind, Globals};
use crate::config::{
    Config, ConfigError, ConfigProblem, LoadArgs, Origin, ProviderConfig, SET, SearchBackend,
};
use crate::domain::moment;
use crate::domain::{PriceList, Prices, bot_file};
use crate::embedded;
use crate::engine::clock::{Clock, SIM_START};
use crate::engine::{ProviderSetup, Settings};
use crate::llm::{ProviderKind, ProviderSpec, Reasoning};
use crate::logs::{self, LogGuard, LogRing, LogTo};
use crate::store::Durability;
use crate::tools::{Offline, Tool, Wikipedia};
use crate::tui::keymap::Keymap;

/// The largest bot file that is read, in bytes.
const BOT_FILE_MAX: u64 = 1024 * 1024;

/// Loads the configuration with the flags on top.
pub fn config(globals: &Globals) -> anyhow::Result<Config> {
    config_with(globals, Vec::new())
}

/// As [`config`], with flags of the command's own.
pub fn config_with(globals: &Globals, mut flags: Vec<(String, String)>) -> anyhow::Result<Config> {
    let cwd = std::env::current_dir()
        .context("the working directory cannot be read; change to another one, or name a home with --home")?;
    let mut flag = |name: &str, value: Option<String>| {
        flags.extend(value.map(|value| (name.to_owned(), value)));
    };
    flag("seed", globals.seed.map(|seed| seed.to_string()));
    flag("durability", globals.durability.clone());
    flag("pace", globals.pace.clone());
    flag("provider", globals.provider.clone());
    flag("log-level", globals.log_level.clone());
    for pair in &globals.set {
        let (key, value) = pair
            .split_once('=')
            .ok_or_else(|| Usage(format!("--set {pair} has no `=`; write it as --set KEY=VALUE")))?;
        flags.push((format!("{SET}{}", key.trim()), value.trim().to_owned()));
    }
    let env: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let config = Config::load(LoadArgs { home: globals.home.clone(), cwd, env, flags })?;
    // Which actions there are only the control room knows; it would refuse to open with such keys.
    if let Err(message) = Keymap::with(&config.ui.keys) {
        let origin = config.origin("ui.keys");
        return Err(
            ConfigError { problems: vec![ConfigProblem { origin, key: "ui.keys".into(), message }] }.into()
        );
    }
    Ok(config)
}

/// What an engine is started with. `bots` are the bot files; a door for reading needs none.
pub fn settings(
    globals: &Globals,
    config: &Config,
    bots: BotsRead,
    log: LogRing,
) -> anyhow::Result<Settings> {
    let word = |word: &String| (word != "default").then(|| word.clone());
    Ok(Settings {
        database: config.home.database(),
        bots: bots.files,
        durability: match config.durability {
            crate::config::Durability::Full => Durability::Full,
            crate::config::Durability::Normal => Durability::Normal,
        },
        clock: clock(globals, config)?,
        seed: config.seed,
        providers: providers(config)?,
        default_provider: config.provider.clone(),
        pace_seconds: config.pace,
        insists_on_provider: matches!(config.origin("provider"), Origin::Flag(_)),
        insists_on_pace: matches!(config.origin("pace"), Origin::Flag(_)),
        lacks_bots: !bots.problems.is_empty(),
        memory_provider: word(&config.memory.provider),
        memory_model: config.memory.model.clone(),
        search: search(config)?,
        prices: prices(config)?,
        log_level: config.log.level.clone(),
        log,
        ..Settings::sized(&config.home.root, config)
    })
}

/// The providers that are configured.
pub fn providers(config: &Config) -> anyhow::Result<Vec<ProviderSetup>> {
    config.providers.values().map(provider).collect()
}

/// Starts logging. The ring is what the log pane and the port read.
pub fn logs(level: &str, to: LogTo) -> anyhow::Result<(LogRing, LogGuard)> {
    let ring = LogRing::new(|| Clock::system(jiff::tz::TimeZone::UTC).now());
    let guard = logs::start(level, to, ring.clone())?;
    Ok((ring, guard))
}

/// As [`logs()`], for commands that answer on the terminal: warnings and errors, unless
/// `--log-level` asks for something else.
pub fn quiet_logs(globals: &Globals) -> anyhow::Result<(LogRing, LogGuard)> {
    logs(globals.log_level.as_deref().unwrap_or("warn"), LogTo::Stderr)
}

fn clock(globals: &Globals, config: &Config) -> anyhow::Result<Clock> {
    if globals.clock == Some(ClockKind::Sim) {
        let start = globals
            .start
            .as_deref()
            .map_or(Ok(SIM_START), |text| moment::at(text, SIM_START).map_err(Usage))?;
        return Ok(Clock::simulated(start));
    }
    if globals.start.is_some() {
        return Err(Usage("--start sets simulated time; add --clock sim".into()).into());
    }
    Ok(Clock::system(config.zone()))
}

/// A provider as the engine takes it.
pub fn provider(config: &ProviderConfig) -> anyhow::Result<ProviderSetup> {
    let kind = ProviderKind::from_str(&config.kind).map_err(|error| anyhow!(error))?;
    let given = |text: &String| (!text.is_empty()).then(|| text.clone());
    let seconds = |seconds: u32| Duration::from_secs(u64::from(seconds));
    let spec = ProviderSpec {
        base_url: given(&config.base_url),
        model: given(&config.model),
        api_key: config.api_key.clone(),
        key_variable: config.api_key_env.clone(),
        connect: seconds(config.connect_timeout_seconds),
        first_token: seconds(config.first_token_timeout_seconds),
        total: seconds(config.total_timeout_seconds),
        concurrency: config.concurrency as usize,
        reasoning: config
            .reasoning
            .as_deref()
            .and_then(|word| Reasoning::ALL.into_iter().find(|effort| effort.as_str() == word)),
        extra: config.extra.clone(),
        pool: config.pool.clone(),
        user: config.user.clone(),
        ca: config.ca_file.clone(),
        ..ProviderSpec::new(config.name.clone(), kind)
    };
    Ok(ProviderSetup { spec, price: config.price() })
}

/// What `web_search` asks. The scripted provider always asks the built-in lexicon.
fn search(config: &Config) -> anyhow::Result<Arc<dyn Tool>> {
    Ok(match config.search.backend {
        SearchBackend::Offline => Arc::new(Offline),
        SearchBackend::Auto | SearchBackend::Wikipedia => {
            let problem =
                |error: crate::tools::ToolError| wrong(config, "search.base_url", error.to_string());
            Arc::new(Wikipedia::new(&config.search.base_url).map_err(problem)?)
        }
    })
}

fn prices(config: &Config) -> anyhow::Result<PriceList> {
    let Some(path) = &config.prices_file else { return Ok(PriceList::Embedded) };
    let path = config.home.root.join(path);
    let wrong = |message: String| wrong(config, "prices_file", message);
    let text = std::fs::read_to_string(&path)
        .map_err(|error| wrong(format!("cannot be read: {}: {error}", path.display())))?;
    let prices = Prices::parse(&text).map_err(|error| wrong(format!("{}: {error}", path.display())))?;
    Ok(PriceList::Of(Arc::new(prices)))
}

/// A key whose value shows to be wrong only when it is used.
fn wrong(config: &Config, key: &str, message: String) -> ConfigError {
    ConfigError { problems: vec![ConfigProblem { origin: config.origin(key), key: key.into(), message }] }
}

/// The bot files of a society.
#[derive(Default)]
pub struct BotsRead {
    /// Name and text of those that can be used.
    pub files: Vec<(String, String)>,
    /// What is wrong with each of the others, with file and place.
    pub problems: Vec<Vec<String>>,
}

impl BotsRead {
    /// Whether there are files, and none can be used.
    pub fn none_live(&self) -> bool {
        self.files.is_empty() && !self.problems.is_empty()
    }

    /// Those that can be used, for what nobody looks at.
    ///
    /// # Errors
    /// There are files, and none can be used.
    pub fn some_live(self) -> anyhow::Result<Self> {
        if self.none_live() {
            return Err(BotFiles(self.problems.concat().join("\n       ")).into());
        }
        Ok(self)
    }
}

/// The bot files of the society: `bots/*.yaml` by name, or the ones inside the program where there
/// is no `bots/`. One that cannot be used does not keep the others from living.
///
/// # Errors
/// Their directory cannot be read.
pub fn bots(config: &Config) -> anyhow::Result<BotsRead> {
    let directory = config.home.bots();
    let names = match names_in(&directory) {
        Ok(names) => names,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let files = embedded::bots().iter().map(|(name, text)| ((*name).into(), (*text).into()));
            return Ok(BotsRead { files: files.collect(), problems: Vec::new() });
        }
        Err(error) => {
            let message = format!("cannot read {}: {error}; check its rights", directory.display());
            return Err(BotFiles(message).into());
        }
    };
    let mut files = Vec::with_capacity(names.len());
    let mut problems = Vec::new();
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    let mut names_taken: BTreeMap<String, String> = BTreeMap::new();
    for name in names {
        let path = directory.join(&name);
        match read_bot(&path) {
            Ok((text, bot)) => {
                if let Some(other) = ids.get(&bot.id) {
                    problems.push(vec![format!(
                        "bots/{name}: id {} is also in bots/{other}; change one",
                        bot.id
                    )]);
                } else if let Some(other) = names_taken.get(&bot.name.to_lowercase()) {
                    problems.push(vec![format!(
                        "bots/{name}: name {} is also in bots/{other}; change one",
                        bot.name
                    )]);
                } else {
                    ids.insert(bot.id, name.clone());
                    names_taken.insert(bot.name.to_lowercase(), name.clone());
                    files.push((name, text));
                }
            }
            Err(found) => problems.push(found.into_iter().map(|p| format!("bots/{name}:{p}")).collect()),
        }
    }
    Ok(BotsRead { files, problems })
}

/// The YAML files of a directory, sorted by name.
fn names_in(directory: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let name = entry?.file_name();
        if let Some(name) = name.to_str()
            && !name.starts_with('.')
            && name.rsplit_once('.').is_some_and(|(_, ending)| {
                ending.eq_ignore_ascii_case("yaml") || ending.eq_ignore_ascii_case("yml")
            })
        {
            names.push(name.to_owned());
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Reads and checks one bot file. Each problem begins with its place: `12:5: key message`, or a
/// space where the whole file is meant.
pub fn read_bot(path: &Path) -> Result<(String, crate::domain::PersonalityConfig), Vec<String>> {
    let bytes = read_bounded(path).map_err(|error| vec![format!(" cannot be read: {error}")])?;
    let bot = bot_file::parse_bytes(&bytes).map_err(|found| found.iter().map(placed).collect::<Vec<_>>())?;
    let text = String::from_utf8(bytes).map_err(|error| vec![format!(" is no text: {error}")])?;
    Ok((text, bot))
}

/// A problem as editors read it: `12:5: key message`.
pub fn placed(problem: &bot_file::Problem) -> String {
    let place = match (problem.line, problem.column) {
        (Some(line), Some(column)) => format!("{line}:{column}: "),
        _ => " ".to_owned(),
    };
    let key = if problem.key.is_empty() { String::new() } else { format!("{} ", problem.key) };
    format!("{place}{key}{}", problem.message)
}

fn read_bounded(path: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read as _;
    let file = std::fs::File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(std::io::Error::new(std::io::ErrorKind::IsADirectory, "it is a directory"));
    }
    let mut bytes = Vec::new();
    file.take(BOT_FILE_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > BOT_FILE_MAX {
        return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, "it is larger than 1 MiB"));
    }
    Ok(bytes)
}
