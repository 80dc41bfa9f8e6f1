//! `botarium bot edit ID`: with flags, or in an editor.

use std::io::{IsTerminal as _, Write as _};
use std::process::Command;
use std::str::FromStr;

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::{Map, Value, json};

use crate::cli::exit::{BotFiles, Exit, Usage};
use crate::cli::out::Out;
use crate::cli::setup;
use crate::domain::pace::{INTERVAL_MAX, INTERVAL_MIN, Preset};
use crate::domain::text::clean_line;
use crate::domain::{Money, PersonalityConfig, bot_file};
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
    #[arg(long, value_name = "NUMBER", value_parser = token_cap, allow_negative_numbers = true)]
    token_cap: Option<OrDefault<i64>>,
    /// Dollars it may cost in a day; `default` returns to the room's cap
    #[arg(long, value_name = "DOLLARS", value_parser = cost_cap, allow_negative_numbers = true)]
    cost_cap: Option<OrDefault<f64>>,
    /// Its own pace: slow, normal, fast, turbo, seconds, or `default` for the room's
    #[arg(long = "bot-pace", value_name = "PACE", value_parser = pace)]
    own_pace: Option<OrDefault<u32>>,
}

/// A value, or the return to the default.
#[derive(Copy, Clone, Debug, PartialEq)]
struct OrDefault<T>(Option<T>);

/// Reads a value or `default`, and refuses what the room would refuse: nothing is stored before all is read.
fn or_default<T: FromStr>(
    word: &str,
    fits: impl Fn(&T) -> bool,
    allowed: &str,
) -> Result<OrDefault<T>, String> {
    match word {
        "default" => Ok(OrDefault(None)),
        word => match word.parse().ok().filter(fits) {
            Some(value) => Ok(OrDefault(Some(value))),
            None => Err(format!("must be {allowed}, or default")),
        },
    }
}

fn token_cap(word: &str) -> Result<OrDefault<i64>, String> {
    or_default(word, |cap| *cap >= 0, "a whole number, 0 or more")
}

fn cost_cap(word: &str) -> Result<OrDefault<f64>, String> {
    let fits = |cap: &f64| Money::from_dollars(*cap).is_some_and(|cost| cost >= Money::ZERO);
    or_default(word, fits, "an amount of 0 or more")
}

fn pace(word: &str) -> Result<OrDefault<u32>, String> {
    if let Some(seconds) = Preset::parse(word).and_then(Preset::seconds) {
        return Ok(OrDefault(Some(seconds)));
    }
    let allowed = format!("slow, normal, fast, turbo, {INTERVAL_MIN} to {INTERVAL_MAX} seconds");
    or_default(word, |seconds| (INTERVAL_MIN..=INTERVAL_MAX).contains(seconds), &allowed)
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
    if let Some(own) = args.own_pace {
        let bot = link.set_bot_pace(&args.id, own.0).await?;
        let pace = bot.pace_seconds.map_or_else(|| "the room's".into(), crate::domain::pace::human_interval);
        out.line(&format!("pace: {pace}"))?;
    }
    Ok(Exit::Ok)
}

/// `section.key=value` pairs as a patch; values are read as YAML.
fn patch_of(pairs: &[String]) -> Result<Value, Usage> {
    let mut patch = Map::new();
    for pair in pairs {
        let wrong = || Usage(format!("{pair}: write it as SECTION.KEY=VALUE, such as behavior.shyness=35"));
        let (path, text) = pair.split_once('=').ok_or_else(wrong)?;
        let (section, key) = path.trim().split_once('.').ok_or_else(wrong)?;
        let value = value_of(pair, text)?;
        let section = patch.entry(section).or_insert_with(|| json!({}));
        if let Value::Object(keys) = section {
            keys.insert(key.to_owned(), value);
        }
    }
    Ok(Value::Object(patch))
}

/// The value that YAML makes of a text, where it makes of it what was meant.
fn value_of(pair: &str, text: &str) -> Result<Value, Usage> {
    let quoted = "put the value in quotes that reach YAML, such as -k 'personality.quirks=[\"#1\"]'";
    let value: Value = serde_yaml::from_str(text).map_err(|error| {
        let why = clean_line(&error.to_string(), 200);
        Usage(format!("{pair}: YAML cannot read the value ({why}); {quoted}"))
    })?;
    if text.contains('#') && !value.to_string().contains('#') {
        let said = if value.is_null() { "nothing".to_owned() } else { value.to_string() };
        return Err(Usage(format!("{pair}: to YAML # begins a comment, and {said} is left; {quoted}")));
    }
    Ok(value)
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
        assert_eq!(token_cap("5").unwrap(), OrDefault(Some(5)));
        assert_eq!(cost_cap("default").unwrap(), OrDefault(None));
        assert!(token_cap("x").is_err() && token_cap("-1").is_err() && cost_cap("-0.5").is_err());
        assert!(cost_cap("nan").is_err() && cost_cap("1e40").is_err());
        assert_eq!(pace("fast").unwrap(), OrDefault(Some(900)));
        assert_eq!(pace("30").unwrap(), OrDefault(Some(30)));
        assert_eq!(pace("default").unwrap(), OrDefault(None));
        assert!(pace("soon").is_err() && pace("0").is_err() && pace("604801").is_err());
    }

    #[test]
    fn what_yaml_makes_of_a_value_is_said() {
        let wrong = |pair: &str| patch_of(&[pair.to_owned()]).unwrap_err().to_string();
        let comment = wrong("personality.communication_style=plain # and short");
        assert!(comment.contains("# begins a comment, and \"plain\" is left"), "{comment}");
        assert!(wrong("personality.communication_style=#1 fan").contains("and nothing is left"));
        let open = wrong("personality.traits=[bold, kind");
        assert!(open.contains("YAML cannot read the value (") && open.contains("quotes"), "{open}");
        let kept = patch_of(&["personality.communication_style='plain # and short'".to_owned()]).unwrap();
        assert_eq!(kept, json!({"personality": {"communication_style": "plain # and short"}}));
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
