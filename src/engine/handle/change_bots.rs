//! Changing bots: creating, configuring, capping, pacing, pausing, leaving.

use std::collections::HashSet;

use rand::RngExt;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::Handle;
use super::record::Record;
use crate::domain::personality::{Persona, PersonalityConfig, meant_provider};
use crate::domain::text::clean_line;
use crate::domain::{Money, bot_file};
use crate::engine::draw;
use crate::engine::start::to_json;
use crate::protocol::{
    BotConfigView, BotView, ConfigPatch, CostCaps, CreateBot, Fault, FieldError, Notice, SetCaps, YamlChoice,
};
use crate::store::society::{self, StoredConfig};
use crate::store::{Result, StoreError, Tx, acts, beat};

/// Shortest and longest interval of a bot's own pace.
use crate::domain::pace::{INTERVAL_MAX, INTERVAL_MIN};

impl Handle {
    /// Makes a custom bot; its id is a slug of the name and three random characters.
    ///
    /// # Errors
    /// 422 for values out of range, 409 when there are as many custom bots as allowed.
    pub async fn create_bot(&self, request: CreateBot) -> Result<BotView, Fault> {
        let config = PersonalityConfig {
            id: bot_file::slug(&request.name),
            name: request.name,
            identity: crate::domain::personality::Identity::default(),
            personality: Persona {
                traits: request.personality.traits,
                communication_style: request
                    .personality
                    .communication_style
                    .unwrap_or_else(|| Persona::default().communication_style),
                interests: request.personality.interests,
                quirks: request.personality.quirks,
            },
            behavior: request.personality.behavior,
            model: request.model.unwrap_or_default(),
            permissions: crate::domain::personality::Permissions::default(),
        };
        let config = checked(config, "personality")?;
        self.shared.check_voice("model", &config.model)?;
        self.insert(config, true).await
    }

    /// Adds a custom bot with an id of its own.
    ///
    /// # Errors
    /// 422 for values out of range, 409 when the id exists or there are as many custom bots as allowed.
    pub async fn add_bot(&self, config: PersonalityConfig) -> Result<BotView, Fault> {
        let config = checked(config, "personality_config")?;
        self.shared.check_voice("personality_config.model", &config.model)?;
        self.insert(config, false).await
    }

    /// Adds many generated bots at once, for large societies; the limit on custom bots does not bind them.
    ///
    /// # Errors
    /// 409 when an id exists already; none is added then.
    pub async fn add_crowd(&self, bots: Vec<PersonalityConfig>) -> Result<usize, Fault> {
        let shared = self.shared.clone();
        let count = bots.len();
        self.shared
            .store
            .write(move |tx| {
                let now = shared.clock.now();
                for config in &bots {
                    if society::stored_config(tx, &config.id)?.is_some() {
                        return Err(Fault::conflict(format!(
                            "a bot with the id {} exists already: generate with another --seed",
                            config.id
                        ))
                        .into());
                    }
                    society::insert_bot(tx, &config.id, &config.name, &to_json(config)?, false, now)?;
                }
                shared.room().forget_board();
                Ok(())
            })
            .await?;
        self.replan_all().await?;
        Ok(count)
    }

    async fn insert(&self, mut config: PersonalityConfig, random_id: bool) -> Result<BotView, Fault> {
        let limit = i64::from(self.shared.settings.max_bot_count);
        let shared = self.shared.clone();
        let id = self
            .shared
            .store
            .write(move |tx| {
                if limit > 0 && society::custom_count(tx)? >= limit {
                    return Err(Fault::conflict(format!(
                        "there are {limit} custom bots already, as many as max_bot_count allows: remove one, or raise the limit"
                    ))
                    .into());
                }
                if random_id {
                    config.id = free_id(tx, &config.id, shared.seed)?;
                } else if society::stored_config(tx, &config.id)?.is_some() {
                    return Err(Fault::conflict(format!("a bot with the id {} exists already", config.id)).into());
                }
                if let Some(other) = society::named(tx, &config.name)? {
                    let why = format!("the name {} is that of {other}: choose another", config.name);
                    return Err(Fault::conflict(why).into());
                }
                let now = shared.clock.now();
                society::insert_bot(tx, &config.id, &config.name, &to_json(&config)?, false, now)?;
                let details = serde_json::json!({"change": "created"});
                Record::new(&config.id, &config.name, "config_updated", details, now).put(&shared, tx)?;
                Ok(config.id)
            })
            .await?;
        self.replan(&id).await?;
        self.bot(&id).await
    }

    /// Lets a custom bot go; its posts stay.
    ///
    /// # Errors
    /// 404 for an unknown bot, 409 for one that comes from a file.
    pub async fn delete_bot(&self, id: &str) -> Result<(), Fault> {
        let (shared, bot) = (self.shared.clone(), id.to_owned());
        self.shared
            .store
            .write(move |tx| {
                let stored = present(tx, &bot)?;
                if stored.source != "custom" {
                    return Err(Fault::conflict(format!(
                        "{bot} comes from a file: pause it, or take its file out of bots/"
                    ))
                    .into());
                }
                let now = shared.clock.now();
                let name = beat::bot(tx, &bot)?.name;
                society::depart(tx, &bot, now)?;
                let details = serde_json::json!({"change": "removed"});
                Record::new(&bot, &name, "config_updated", details, now).put(&shared, tx)?;
                shared.room().forget_config(&bot);
                Ok(())
            })
            .await?;
        self.shared.schedule().remove(id);
        self.shared.wake.notify_one();
        Ok(())
    }

    /// Sets the keys given of a bot's configuration; it takes effect on its next beat.
    ///
    /// # Errors
    /// 404, 422 with the fields at fault; nothing is stored then.
    pub async fn set_config(&self, id: &str, patch: ConfigPatch) -> Result<BotConfigView, Fault> {
        let (shared, bot) = (self.shared.clone(), id.to_owned());
        let moved = self
            .shared
            .store
            .write(move |tx| {
                let stored = present(tx, &bot)?;
                let config = parse(&bot, &stored.config)?;
                let merged = bot_file::merge(&config, &patch).map_err(field_faults)?;
                if merged.model != config.model {
                    shared.check_voice("model", &merged.model)?;
                }
                let changed: Vec<&str> = sections(&config, &merged);
                put_config(&shared, tx, &merged, &changed)?;
                Ok(config.model.provider != merged.model.provider)
            })
            .await?;
        if moved {
            self.hasten(id).await?;
        } else {
            self.replan(id).await?;
        }
        self.tell_status(id).await?;
        self.bot_config(id).await
    }

    /// Goes back to the YAML's configuration, caps and pace to the defaults.
    ///
    /// # Errors
    /// 404, 409 for a custom bot.
    pub async fn reset_bot(&self, id: &str) -> Result<BotConfigView, Fault> {
        let (shared, bot) = (self.shared.clone(), id.to_owned());
        self.shared
            .store
            .write(move |tx| {
                let stored = present(tx, &bot)?;
                let Some(yaml) = stored.pending.or(stored.yaml) else {
                    return Err(Fault::conflict(format!("{bot} has no file to go back to")).into());
                };
                let config = parse(&bot, &yaml)?;
                society::set_yaml(tx, &bot, Some(&yaml), None)?;
                society::set_caps(tx, &bot, None, None)?;
                society::set_pace(tx, &bot, None)?;
                put_config(&shared, tx, &config, &["reset"])
            })
            .await?;
        self.hasten(id).await?;
        self.tell_status(id).await?;
        self.bot_config(id).await
    }

    /// Settles what to do with a changed file.
    ///
    /// # Errors
    /// 404, 409 when the file has not changed.
    pub async fn yaml_choice(&self, id: &str, choice: YamlChoice) -> Result<BotConfigView, Fault> {
        let (shared, bot) = (self.shared.clone(), id.to_owned());
        self.shared
            .store
            .write(move |tx| {
                let stored = present(tx, &bot)?;
                let Some(pending) = stored.pending else {
                    return Err(Fault::conflict(format!("the file of {bot} has not changed")).into());
                };
                society::set_yaml(tx, &bot, Some(&pending), None)?;
                let config = match choice {
                    YamlChoice::Keep => parse(&bot, &stored.config)?,
                    YamlChoice::Take => parse(&bot, &pending)?,
                };
                put_config(&shared, tx, &config, &["yaml"])
            })
            .await?;
        self.hasten(id).await?;
        self.tell_status(id).await?;
        self.bot_config(id).await
    }

    /// Sets or resets a bot's caps.
    ///
    /// # Errors
    /// 404, 422 for a negative cap.
    pub async fn set_caps(&self, id: &str, caps: SetCaps) -> Result<CostCaps, Fault> {
        let tokens = match caps.daily_token_cap {
            Some(Some(cap)) if cap < 0 => {
                return Err(Fault::invalid_field("daily_token_cap", "must be 0 or more"));
            }
            other => other,
        };
        let cost = match caps.daily_cost_cap_usd {
            None => None,
            Some(None) => Some(None),
            Some(Some(dollars)) => {
                Some(Some(Money::from_dollars(dollars).filter(|cost| *cost >= Money::ZERO).ok_or_else(
                    || Fault::invalid_field("daily_cost_cap_usd", "must be an amount of 0 or more"),
                )?))
            }
        };
        let (shared, bot) = (self.shared.clone(), id.to_owned());
        self.shared
            .store
            .write(move |tx| {
                let row = beat::bot(tx, &bot)?;
                society::set_caps(tx, &bot, tokens.unwrap_or(row.token_cap), cost.unwrap_or(row.cost_cap))?;
                let now = shared.clock.now();
                let details = serde_json::json!({"changed": ["cost_cap"]});
                Record::new(&bot, &row.name, "config_updated", details, now).put(&shared, tx)?;
                Ok(())
            })
            .await?;
        self.tell_status(id).await?;
        Ok(self.bot_config(id).await?.cost_caps)
    }

    /// Resets both caps to the defaults.
    ///
    /// # Errors
    /// 404.
    pub async fn clear_caps(&self, id: &str) -> Result<CostCaps, Fault> {
        self.set_caps(id, SetCaps { daily_token_cap: Some(None), daily_cost_cap_usd: Some(None) }).await
    }

    /// Sets a bot's own pace; `None` is the room's.
    ///
    /// # Errors
    /// 404, 422 for an interval out of range.
    pub async fn set_bot_pace(&self, id: &str, seconds: Option<u32>) -> Result<BotView, Fault> {
        if seconds.is_some_and(|s| !(INTERVAL_MIN..=INTERVAL_MAX).contains(&s)) {
            return Err(Fault::invalid_field(
                "interval_seconds",
                format!("must be {INTERVAL_MIN} to {INTERVAL_MAX} seconds"),
            ));
        }
        let (shared, bot) = (self.shared.clone(), id.to_owned());
        self.shared
            .store
            .write(move |tx| {
                let row = beat::bot(tx, &bot)?;
                society::set_pace(tx, &bot, seconds)?;
                let details = serde_json::json!({"changed": ["pace"], "pace_seconds": seconds});
                Record::new(&bot, &row.name, "config_updated", details, shared.clock.now())
                    .put(&shared, tx)?;
                Ok(())
            })
            .await?;
        self.hasten(id).await?;
        self.bot(id).await
    }

    /// Stops a bot or lets it go on.
    ///
    /// # Errors
    /// 404.
    pub async fn set_paused(&self, id: &str, paused: bool) -> Result<BotView, Fault> {
        let (shared, bot) = (self.shared.clone(), id.to_owned());
        self.shared
            .store
            .write(move |tx| {
                let row = beat::bot(tx, &bot)?;
                if row.is_paused != paused {
                    society::set_paused(tx, &bot, paused)?;
                    let details = serde_json::json!({"changed": ["paused"], "is_paused": paused});
                    Record::new(&bot, &row.name, "config_updated", details, shared.clock.now())
                        .put(&shared, tx)?;
                }
                Ok(())
            })
            .await?;
        self.tell_status(id).await
    }

    /// Announces how a bot is after a change that may have changed it, so that nobody has to ask.
    async fn tell_status(&self, id: &str) -> Result<BotView, Fault> {
        let view = self.bot(id).await?;
        self.shared.bus.tell(
            self.shared.clock.now(),
            Notice::BotStatus {
                bot_id: id.to_owned(),
                status: view.status,
                reason: view.status_reason.clone(),
                next_beat_at: view.next_beat_at,
            },
        );
        Ok(view)
    }
}

/// A present bot's stored configuration.
fn present(tx: &Tx<'_>, id: &str) -> Result<StoredConfig> {
    acts::require_bot(tx, id)?;
    society::stored_config(tx, id)?.ok_or_else(|| Fault::not_found("bot", id).into())
}

fn parse(id: &str, json: &str) -> Result<PersonalityConfig> {
    serde_json::from_str(json)
        .map_err(|error| StoreError::Corrupt(format!("configuration of bot {id}: {error}")))
}

/// Stores a configuration, tells of it and drops what was kept of the old one.
fn put_config(
    shared: &crate::engine::shared::Shared,
    tx: &mut Tx<'_>,
    config: &PersonalityConfig,
    changed: &[&str],
) -> Result<()> {
    society::set_config(tx, &config.id, &config.name, &to_json(config)?)?;
    let now = shared.clock.now();
    let details = serde_json::json!({"changed": changed});
    Record::new(&config.id, &config.name, "config_updated", details, now).put(shared, tx)?;
    let mut live = shared.live_mut();
    if config.model.provider == "default" {
        live.pinned.remove(&config.id);
    } else {
        live.pinned.insert(config.id.clone(), meant_provider(&config.model.provider).to_owned());
    }
    drop(live);
    shared.room().forget_config(&config.id);
    Ok(())
}

/// The sections that differ.
fn sections(old: &PersonalityConfig, new: &PersonalityConfig) -> Vec<&'static str> {
    let mut changed = Vec::new();
    let mut note = |differs: bool, name: &'static str| {
        if differs {
            changed.push(name);
        }
    };
    note(old.name != new.name, "name");
    note(old.identity != new.identity, "identity");
    note(old.personality != new.personality, "personality");
    note(old.behavior != new.behavior, "behavior");
    note(old.model != new.model, "model");
    note(old.permissions != new.permissions, "permissions");
    changed
}

/// Values in range and texts through the gate, or 422 naming the fields.
fn checked(mut config: PersonalityConfig, section: &str) -> Result<PersonalityConfig, Fault> {
    let gate = |texts: &mut Vec<String>, most: usize| {
        for text in texts {
            *text = clean_line(text, most);
        }
    };
    config.name = clean_line(&config.name, 64);
    config.personality.communication_style = clean_line(&config.personality.communication_style, 400);
    config.identity.origin_story = crate::domain::text::clean(&config.identity.origin_story, 4_000);
    gate(&mut config.personality.traits, 200);
    gate(&mut config.personality.interests, 200);
    gate(&mut config.personality.quirks, 400);
    bot_file::checked_custom(&config).map_err(|problems| {
        let named = |p: bot_file::FieldProblem| FieldError {
            field: if p.field == "name" { p.field } else { format!("{section}.{}", p.field) },
            message: p.message,
        };
        Fault::invalid(problems.into_iter().map(named).collect())
    })
}

fn field_faults(problems: Vec<bot_file::FieldProblem>) -> Fault {
    Fault::invalid(problems.into_iter().map(|p| FieldError { field: p.field, message: p.message }).collect())
}

/// `slug_xyz`, with three characters that make it new.
fn free_id(tx: &Tx<'_>, slug: &str, seed: u64) -> Result<String> {
    const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let count = u64::try_from(society::custom_count(tx)?).unwrap_or(0) + beat::last_seq(tx)?.unsigned_abs();
    let mut draw = ChaCha8Rng::seed_from_u64(draw::seed(seed, slug, count, "id"));
    let mut tried = HashSet::new();
    while tried.len() < 10_000 {
        let tail: String = (0..3).map(|_| char::from(LETTERS[draw.random_range(0..LETTERS.len())])).collect();
        let id = format!("{slug}_{tail}");
        if society::stored_config(tx, &id)?.is_none() {
            return Ok(id);
        }
        tried.insert(tail);
    }
    Err(Fault::conflict(format!("no free id is left for the name {slug}: choose another name")).into())
}
