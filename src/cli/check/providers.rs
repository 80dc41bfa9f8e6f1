//! The providers: set up, with a key where one is needed, and answering when that is asked.

use std::collections::BTreeMap;

use super::Findings;
use crate::cli::setup;
use crate::config::{Config, ProviderConfig};
use crate::domain::secret::shown_address;
use crate::domain::{bot_file, caching};
use crate::engine::{self, Handle};
use crate::llm::{self, Pool, ProviderKind};

/// Who speaks by which provider: pairs of provider and user.
type Speakers = Vec<(String, String)>;

/// Bots read at once.
const PAGE: u32 = crate::protocol::ask::PAGE_MAX;

/// Who speaks by what in a society that lives; `None` when it cannot be read.
pub(super) async fn live(handle: &Handle) -> Option<Speakers> {
    let mut speakers = vec![(handle.room().await.ok()?.provider, "the room".to_owned())];
    let mut after = None;
    loop {
        let bots = handle.bots_page(0, PAGE, after).await.ok()?;
        after = bots.last().map(|bot| bot.id.clone());
        let full = bots.len() == PAGE as usize;
        let own = bots.into_iter().filter(|bot| bot.personality_config.model.provider != "default");
        speakers.extend(own.map(|bot| (bot.personality_config.model.provider, bot.id)));
        if !full {
            return Some(speakers);
        }
    }
}

/// Who will speak by what where no society is yet.
pub(super) fn planned(config: &Config, bots: &[(String, String)]) -> Speakers {
    let files = bots.iter().filter_map(|(_, text)| bot_file::parse(text).ok());
    let own = files.filter(|bot| bot.model.provider != "default").map(|bot| (bot.model.provider, bot.id));
    std::iter::once((config.provider.clone(), "the room".to_owned())).chain(own).collect()
}

pub(super) async fn look(config: &Config, speakers: Speakers, online: bool, findings: &mut Findings) {
    let mut users: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (provider, user) in speakers {
        users.entry(provider).or_default().push(user);
    }
    if config.memory.provider != "default" {
        users.entry(config.memory.provider.clone()).or_default().push("memory".into());
    }
    for (name, users) in &users {
        match config.provider_named(name) {
            None => findings.error(
                "providers",
                format!("{} wants provider {name}, which is not set up", users.join(", ")),
                format!(
                    "set it up under providers.{name} in botarium.yaml, or choose one of {}",
                    known(config)
                ),
            ),
            Some(provider) => one(provider, users, online, findings).await,
        }
    }
    if online {
        near(config, &users, findings).await;
    }
    for provider in config.providers.values().filter(|p| !users.contains_key(&p.name) && p.api_key.is_some())
    {
        findings.fine("providers", format!("{} has a key and is used by nobody", provider.name));
    }
}

/// Engines for models that answer on this machine and that nobody uses.
async fn near(config: &Config, users: &BTreeMap<String, Vec<String>>, findings: &mut Findings) {
    let setups = setup::providers(config).unwrap_or_default();
    for near in llm::near::look(setups.iter().map(|setup| &setup.spec)).await {
        let (Some(engine), Some(provider)) = (near.engine, near.provider) else { continue };
        if !users.contains_key(&provider) {
            let models = near.models.iter().take(NEAR_MODELS).cloned().collect::<Vec<_>>().join(", ");
            let what = format!(
                "{engine} answers at {} with {models} and is used by nobody; V in the control room tells how fast it is",
                near.address
            );
            findings.fine("providers", what);
        }
    }
}

/// Models named of an engine that is used by nobody.
const NEAR_MODELS: usize = 8;

fn known(config: &Config) -> String {
    config.providers.keys().cloned().collect::<Vec<_>>().join(", ")
}

async fn one(provider: &ProviderConfig, users: &[String], online: bool, findings: &mut Findings) {
    let name = &provider.name;
    let used = format!("used by {}", users.join(", "));
    let built = setup::provider(provider)
        .map_err(|error| error.to_string())
        .and_then(|setup| llm::build(&setup.spec).map_err(|error| error.message));
    let built = match built {
        Ok(built) => built,
        Err(why) => {
            let way_out = match &provider.api_key_env {
                Some(variable) if provider.api_key.is_none() => {
                    format!("set {variable}, or providers.{name}.api_key_file, or choose another provider")
                }
                _ => format!("mend providers.{name} in botarium.yaml"),
            };
            return findings.error("providers", format!("{name} ({used}): {why}"), way_out);
        }
    };
    if provider.kind == "scripted" {
        return findings.fine("providers", format!("{name} needs nothing ({used})"));
    }
    cache(provider, findings);
    if !online {
        let address = shown_address(&provider.base_url);
        let what = format!("{name} is set up at {address} ({used}); not asked");
        return findings.fine("providers", what);
    }
    match built.models().await {
        Ok(models) if models.is_empty() || models.iter().any(|model| has(model, &provider.model)) => {
            findings.fine("providers", format!("{name} answers and has {} ({used})", provider.model));
        }
        Ok(models) => findings.warning(
            "providers",
            format!("{name} answers, but does not list {}", provider.model),
            format!("choose one of {}", models.iter().take(8).cloned().collect::<Vec<_>>().join(", ")),
        ),
        Err(error) => findings.error(
            "providers",
            format!("{name} ({used}): {}", error.message),
            "start it, or choose another provider with --provider",
        ),
    }
    if let Some(pool) = built.pool().await {
        members(name, &pool, findings);
    }
}

/// The most members of a pool that are named.
const MEMBERS: usize = 20;

/// Who answers behind a provider that is more than one server.
fn members(name: &str, pool: &Pool, findings: &mut Findings) {
    for member in pool.members.iter().take(MEMBERS) {
        let mut parts = vec![format!("{name}: {} is there", member.name)];
        if member.concurrency > 0 {
            parts.push(format!("{} at once", member.concurrency));
        }
        if !member.models.is_empty() {
            parts.push(format!("models {}", member.models.join(" ")));
        }
        findings.fine("providers", parts.join(", "));
    }
    if pool.members.len() > MEMBERS {
        findings.fine("providers", format!("{name}: {} more are there", pool.members.len() - MEMBERS));
    }
}

/// Whether the part of a prompt that stays is long enough for the provider's cache.
fn cache(provider: &ProviderConfig, findings: &mut Findings) {
    let own = provider.kind.parse::<ProviderKind>().ok().and_then(ProviderKind::default_base_url);
    let is_own = own == Some(provider.base_url.trim_end_matches('/'));
    let Some(least) = caching::minimum(&provider.kind, is_own, &provider.model) else { return };
    let stable = engine::STABLE_TOKENS;
    if least > stable {
        let (name, model) = (&provider.name, &provider.model);
        findings.fine(
            "providers",
            format!(
                "{name}: {model} caches prompts from {least} tokens on; the part that stays the same is about {stable}, so \
                 nothing is cached, and nothing paid for it"
            ),
        );
    }
}

/// Servers list `llama3.2:latest` where people write `llama3.2`.
fn has(listed: &str, wanted: &str) -> bool {
    listed == wanted || listed.strip_suffix(":latest") == Some(wanted)
}
