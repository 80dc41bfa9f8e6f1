//! From arguments to a configuration, and from a configuration to what an engine is started with.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;

use super::Globals;
use super::exit::{BotFiles, Usage};
use crate::config::{Config, LoadArgs};
use crate::domain::bot_file;
use crate::embedded;

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
        flags.push((key.trim().to_owned(), value.trim().to_owned()));
    }
    let env: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    Ok(Config::load(LoadArgs { home: globals.home.clone(), cwd, env, flags })?)
}

/// The bot files of the society: `bots/*.yaml` by name, or the ones inside the program where there
/// is no `bots/`. Every one of them has been checked.
pub fn bots(config: &Config) -> anyhow::Result<Vec<(String, String)>> {
    let directory = config.home.bots();
    let names = match names_in(&directory) {
        Ok(names) => names,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(embedded::bots()
                .iter()
                .map(|(name, text)| ((*name).into(), (*text).into()))
                .collect());
        }
        Err(error) => {
            let message = format!("cannot read {}: {error}; check its rights", directory.display());
            return Err(BotFiles(message).into());
        }
    };
    let mut files = Vec::with_capacity(names.len());
    let mut problems = Vec::new();
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    for name in names {
        let path = directory.join(&name);
        match read_bot(&path) {
            Ok((text, bot)) => {
                if let Some(other) = ids.insert(bot.id.clone(), name.clone()) {
                    problems.push(format!("bots/{name}: id {} is also in bots/{other}; change one", bot.id));
                }
                files.push((name, text));
            }
            Err(found) => problems.extend(found.into_iter().map(|p| format!("bots/{name}:{p}"))),
        }
    }
    if problems.is_empty() { Ok(files) } else { Err(BotFiles(problems.join("\n       ")).into()) }
}

/// The YAML files of a directory, sorted by name.
fn names_in(directory: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let name = entry?.file_name();
        if let Some(name) = name.to_str()
            && !name.starts_with('.')
            && matches!(name.rsplit_once('.'), Some((_, "yaml" | "yml")))
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
fn placed(problem: &bot_file::Problem) -> String {
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
