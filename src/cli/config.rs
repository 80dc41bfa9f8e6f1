//! `botarium config`: what is in force, and where each value came from.

use clap::Args;
use serde_json::json;

use super::exit::Exit;
use super::out::{Cell, Ink, Out};
use super::{Globals, setup};
use crate::config::{Config, EffectiveSetting, Origin, ProviderConfig, example};
use crate::store::{Store, meta, providers};

/// Show the effective configuration and where each value came from
#[derive(Debug, Args)]
#[command(after_help = "\
Precedence: defaults < botarium.yaml < environment (BOTARIUM_…, provider keys) < provider and pace as they were chosen \
in the room < flags. Secrets are never shown.

Examples:
  botarium config --changed
  botarium config --example >botarium.yaml")]
pub struct ConfigArgs {
    /// Only keys that contain this word
    filter: Option<String>,
    /// Only what was set by somebody
    #[arg(long)]
    changed: bool,
    /// Print a botarium.yaml with every key, its default and what it is for
    #[arg(long, conflicts_with_all = ["filter", "changed", "json"])]
    example: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn run(globals: &Globals, args: &ConfigArgs, out: &Out) -> anyhow::Result<Exit> {
    if args.example {
        out.print_own(example().as_bytes())?;
        return Ok(Exit::Ok);
    }
    let config = setup::config(globals)?;
    let remembered = remembered(&config);
    let wanted = |key: &str| args.filter.as_deref().is_none_or(|word| key.contains(word));
    let entries: Vec<_> = config
        .entries()
        .into_iter()
        .map(|entry| in_the_room(entry, &remembered))
        .filter(|entry| wanted(&entry.key) && (!args.changed || entry.origin != Origin::Default))
        .collect();
    if args.json {
        let entries: Vec<_> = entries
            .iter()
            .map(|entry| {
                json!({
                    "key": entry.key, "value": entry.value, "origin": entry.origin.to_string(), "doc": entry.doc,
                })
            })
            .collect();
        out.json(&json!({
            "home": config.home.root, "home_reason": config.home.reason.as_str(), "entries": entries,
        }))?;
        return Ok(Exit::Ok);
    }
    out.line(&format!("{} {}", out.paint(Ink::Dim, "home"), config.home))?;
    let rows: Vec<Vec<Cell>> = entries
        .into_iter()
        .map(|entry| {
            let value = if entry.value.is_empty() { "–".to_owned() } else { entry.value };
            let origin = Cell::left(entry.origin.to_string());
            let ink = if entry.origin == Origin::Default { Ink::Dim } else { Ink::Good };
            vec![Cell::left(entry.key), Cell::left(value), origin.ink(ink)]
        })
        .collect();
    out.table(&["KEY", "VALUE", "FROM"], &rows)?;
    Ok(Exit::Ok)
}

/// What was chosen in the room, and holds against everything but a flag: key and value.
fn remembered(config: &Config) -> Vec<(String, String)> {
    // Without a society, nothing was chosen.
    let Ok(store) = Store::open_read_only(&config.home.database()) else { return Vec::new() };
    let read = |key: &'static str| {
        let value = store.read_blocking(|c| meta::get(c, key)).ok().flatten();
        value.filter(|value| !value.is_empty()).map(|value| (key.to_owned(), value))
    };
    let known = |(key, value): &(String, String)| key != "provider" || config.providers.contains_key(value);
    let model = |provider: &ProviderConfig| {
        let chosen = store.read_blocking(|c| providers::chosen_model(c, &provider.name, &provider.model));
        Some((format!("providers.{}.model", provider.name), chosen.ok().flatten()?))
    };
    let models = config.providers.values().filter_map(model);
    ["provider", "pace"].into_iter().filter_map(read).filter(known).chain(models).collect()
}

fn in_the_room(entry: EffectiveSetting, remembered: &[(String, String)]) -> EffectiveSetting {
    match remembered.iter().find(|(key, _)| *key == entry.key) {
        Some((_, value)) if !matches!(entry.origin, Origin::Flag(_)) => {
            EffectiveSetting { value: value.clone(), origin: Origin::Room, ..entry }
        }
        _ => entry,
    }
}
