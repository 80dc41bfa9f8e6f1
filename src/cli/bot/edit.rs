//! `botarium bot edit ID`: with flags, or in an editor.

use std::io::{IsTerminal as _, Write as _};
use std::process::Command;
use std::str::FromStr as _;

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::{Map, Value, json};

use crate::cli::exit::{BotFiles, Exit, Usage};
use crate::cli::out::Out;
use crate::cli::setup;
use crate::domain::pace::Preset;
use crate::domain::{PersonalityConfig, bot_file};
use crate::link::Link;
use crate::protocol::SetCaps;

/// Change a bot's configuration, caps or pace
#[derive(Debug, Args)]
#[command(after_help = "\
Without flags the bot opens as a bot file in $VISUAL or $EDITOR.

Examples:
  botarium bot edit ada_001 -k behavior.shyness=35 -k model.provider=ollama
  botarium bot edit ada_001 --token-cap 20000 --cost-cap default --bot-pace fast")]
pub struct EditArgs {
    /// The bot's id
    id: String,
    /// Set one key, such as behavior.shyness=35 or personality.traits='[bold, kind]'
    #[arg(long = "key", short = 'k', value_name = "KEY=VALUE")]
    keys: Vec<String>,
    /// Tokens it may use in a day; `default` returns to the room's cap
    #[arg(long, value_name = "NUMBER")]
    token_cap: Option<OrDefault<i64>>,
    /// Dollars it may cost in a day; `default` returns to the room's cap
    #[arg(long, value_name = "DOLLARS")]
    cost_cap: Option<OrDefault<f64>>,
    /// Its own pace: slow, normal, fast, turbo, seconds, or `default` for the room's
    #[arg(long = "bot-pace", value_name = "PACE")]
    own_pace: Option<String>,
}

/// A value, or the return to the default.
#[derive(Copy, Clone, Debug, PartialEq)]
struct OrDefault<T>(Option<T>);

impl<T: std::str::FromStr> std::str::FromStr for OrDefault<T>
where
    T::Err: std::fmt::Display,
{
    type Err = String;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "default" => Ok(Self(None)),
            word => word.parse().map(|value| Self(Some(value))).map_err(|e| format!("{e}, or `default`")),
        }
    }
}

pub async fn run(link: &Link, args: &EditArgs, out: &Out) -> anyhow::Result<Exit> {
    let flags = !args.keys.is_empty()
        || args.token_cap.is_some()
        || args.cost_cap.is_some()
        || args.own_pace.is_some();
    let before = link.bot_config(&args.id).await?.personality_config;
    let patch = if flags { patch_of(&args.keys)? } else { edited(&before)? };
    if patch.as_object().is_some_and(|sections| !sections.is_empty()) {
        let after = link.set_config(&args.id, patch).await?.personality_config;
        for change in changes(&before, &after)? {
            out.line(&change)?;
        }
    } else if !flags {
        out.line("nothing changed")?;
    }
    if args.token_cap.is_some() || args.cost_cap.is_some() {
        let caps = SetCaps {
            daily_token_cap: args.token_cap.map(|cap| cap.0),
            daily_cost_cap_usd: args.cost_cap.map(|cap| cap.0),
        };
        let caps = link.set_caps(&args.id, caps).await?;
        out.line(&format!("caps: {} tokens, {} a day", caps.daily_token_cap, caps.daily_cost_cap_usd))?;
    }
    if let Some(word) = &args.own_pace {
        let bot = link.set_bot_pace(&args.id, pace(word)?).await?;
        let pace = bot.pace_seconds.map_or_else(|| "the room's".into(), crate::domain::pace::human_interval);
        out.line(&format!("pace: {pace}"))?;
    }
    Ok(Exit::Ok)
}

fn pace(word: &str) -> Result<Option<u32>, Usage> {
    if word == "default" {
        return Ok(None);
    }
    let preset = Preset::parse(word).and_then(Preset::seconds);
    let seconds = preset.or_else(|| u32::from_str(word).ok());
    seconds.map(Some).ok_or_else(|| {
        Usage(format!(
            "--bot-pace {word}: must be slow, normal, fast, turbo, a number of seconds, or default"
        ))
    })
}

/// `section.key=value` pairs as a patch; values are read as YAML.
fn patch_of(pairs: &[String]) -> Result<Value, Usage> {
    let mut patch = Map::new();
    for pair in pairs {
        let wrong = || Usage(format!("{pair}: write it as SECTION.KEY=VALUE, such as behavior.shyness=35"));
        let (path, text) = pair.split_once('=').ok_or_else(wrong)?;
        let (section, key) = path.trim().split_once('.').ok_or_else(wrong)?;
        let value: Value = serde_yaml::from_str(text).map_err(|_| wrong())?;
        let section = patch.entry(section).or_insert_with(|| json!({}));
        if let Value::Object(keys) = section {
            keys.insert(key.to_owned(), value);
        }
    }
    Ok(Value::Object(patch))
}

/// Opens the bot in an editor and answers what was changed.
fn edited(before: &PersonalityConfig) -> anyhow::Result<Value> {
    let given = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let Some(editor) = given("VISUAL").or_else(|| given("EDITOR")) else {
        return Err(Usage("no editor is set; set EDITOR, or change keys with -k KEY=VALUE".into()).into());
    };
    if !std::io::stdin().is_terminal() {
        return Err(Usage("no terminal to edit in; change keys with -k KEY=VALUE".into()).into());
    }
    let directory = tempdir()?;
    let path = directory.join(format!("{}.yaml", before.id));
    let mut file =
        std::fs::File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    file.write_all(bot_file::to_yaml(before).as_bytes())?;
    drop(file);
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or_default(); // not blank, see above
    let status = Command::new(program).args(words).arg(&path).status();
    let read =
        status.with_context(|| format!("cannot start the editor {program}; set EDITOR")).and_then(|status| {
            if !status.success() {
                bail!("the editor ended with an error; nothing was changed");
            }
            setup::read_bot(&path).map_err(|problems| {
                BotFiles(format!("nothing was changed: {}", problems.join("\n       "))).into()
            })
        });
    let _ = std::fs::remove_dir_all(&directory);
    let (_, after) = read?;
    if after.id != before.id || after.name != before.name {
        bail!("a bot's id and name stay; add a new bot with `botarium bot add FILE`");
    }
    difference(before, &after)
}

/// A directory of this process's own, readable by its owner alone.
fn tempdir() -> anyhow::Result<std::path::PathBuf> {
    let path = std::env::temp_dir().join(format!("botarium-edit-{}", std::process::id()));
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&path).with_context(|| format!("cannot make {}; set TMPDIR", path.display()))?;
    Ok(path)
}

/// The sections of `after` that differ from `before`.
fn difference(before: &PersonalityConfig, after: &PersonalityConfig) -> anyhow::Result<Value> {
    let (before, after) = (serde_json::to_value(before)?, serde_json::to_value(after)?);
    let mut patch = Map::new();
    for (section, value) in after.as_object().into_iter().flatten() {
        if value.is_object() && before.get(section) != Some(value) {
            patch.insert(section.clone(), value.clone());
        }
    }
    Ok(Value::Object(patch))
}

/// One line per key that changed.
fn changes(before: &PersonalityConfig, after: &PersonalityConfig) -> anyhow::Result<Vec<String>> {
    let (before, after) = (serde_json::to_value(before)?, serde_json::to_value(after)?);
    let mut lines = Vec::new();
    for (section, keys) in after.as_object().into_iter().flatten() {
        for (key, value) in keys.as_object().into_iter().flatten() {
            let old = &before[section][key];
            if old != value {
                lines.push(format!("{section}.{key}: {old} → {value}"));
            }
        }
    }
    if lines.is_empty() {
        lines.push("nothing changed".into());
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_become_a_patch() {
        let pairs = ["behavior.shyness=35", "behavior.aggression=1", "personality.traits=[bold, kind]"];
        let patch = patch_of(&pairs.map(String::from)).unwrap();
        assert_eq!(
            patch,
            json!({"behavior": {"shyness": 35, "aggression": 1}, "personality": {"traits": ["bold", "kind"]}})
        );
        assert!(patch_of(&["shyness=3".to_owned()]).is_err());
        assert!(patch_of(&["behavior.shyness".to_owned()]).is_err());
    }

    #[test]
    fn caps_and_paces_are_values_or_the_default() {
        assert_eq!("5".parse::<OrDefault<i64>>().unwrap(), OrDefault(Some(5)));
        assert_eq!("default".parse::<OrDefault<f64>>().unwrap(), OrDefault(None));
        assert!("x".parse::<OrDefault<i64>>().is_err());
        assert_eq!(pace("fast").unwrap(), Some(900));
        assert_eq!(pace("30").unwrap(), Some(30));
        assert_eq!(pace("default").unwrap(), None);
        assert!(pace("soon").is_err());
    }

    #[test]
    fn only_changed_sections_are_sent() {
        let before = bot_file::parse("id: x\nname: X\npersonality: {traits: [kind]}\n").unwrap();
        let mut after = before.clone();
        assert_eq!(difference(&before, &after).unwrap(), json!({}));
        after.behavior.shyness = 1;
        let patch = difference(&before, &after).unwrap();
        assert_eq!(patch.as_object().unwrap().keys().collect::<Vec<_>>(), ["behavior"]);
        assert_eq!(changes(&before, &after).unwrap(), ["behavior.shyness: 30 → 1"]);
    }
}
