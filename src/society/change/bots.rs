//! Bots: creating, configuring, capping, pacing, pausing, leaving.

use std::collections::HashSet;

use rand::RngExt;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{hasten, plan_first};
use crate::domain::activity::{Activity, Changed};
use crate::domain::changes::{self, Change};
use crate::domain::personality::{PersonalityConfig, meant_provider};
use crate::domain::{Money, bot_file};
use crate::protocol::{ConfigPatch, Fault, FieldError, YamlChoice};
use crate::society::Society;
use crate::society::apply::Apply;
use crate::society::draw;
use crate::society::open::to_json;
use crate::society::record::Record;
use crate::society::room::Room;
use crate::society::spacing;
use crate::store::roster::{self, Anew, StoredConfig};
use crate::store::{Db, Result, StoreError, Tx, activities, bot_row, names};

/// A custom bot comes in; with `random_id`, its id is a slug of the name and three characters that make it new.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AddBot {
    pub(crate) config: PersonalityConfig,
    pub(crate) random_id: bool,
}

impl Apply for AddBot {
    /// Its id.
    type Outcome = String;

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<String> {
        let limit = i64::from(society.frame.max_bot_count);
        if limit > 0 && roster::custom_count(tx)? >= limit {
            return Err(Fault::conflict(format!(
                "there are {limit} custom bots already, as many as max_bot_count allows: remove one, or raise the limit"
            ))
            .into());
        }
        let mut config = self.config.clone();
        if self.random_id {
            config.id = free_id(tx, &config.id, society.seed)?;
        }
        let before = roster::stored_config(tx, &config.id)?;
        if before.as_ref().is_some_and(|before| !before.departed) {
            return Err(Fault::conflict(format!("a bot with the id {} exists already", config.id)).into());
        }
        if let Some(other) = names::named(tx, &config.name)? {
            let why = format!("the name {} is that of {other}: choose another", config.name);
            return Err(Fault::conflict(why).into());
        }
        let now = tx.now();
        let json = to_json(&config)?;
        if before.is_some() {
            roster::come_back(tx, &config.id, Some(Anew { name: &config.name, config: &json, yaml: false }))?;
            room.forget_config(&config.id);
        } else {
            roster::insert_bot(tx, &config.id, &config.name, &json, false, now, None)?;
        }
        pin(society, room, &config);
        Record::new(&config.id, &config.name, Activity::ConfigUpdated(Changed::made("created")), now)
            .changes(tx, Vec::new)
            .put(society, tx)?;
        plan_first(society, tx, &config.id)?;
        Ok(config.id)
    }
}

/// Many generated bots come in at once; the limit on custom bots does not bind them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AddCrowd {
    pub(crate) bots: Vec<PersonalityConfig>,
}

impl Apply for AddCrowd {
    type Outcome = ();

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        let (now, before) = (tx.now(), roster::custom_count(tx)?);
        tx.expect_a_crowd()?;
        for (nth, config) in self.bots.iter().enumerate() {
            let taken = match roster::stored_config(tx, &config.id)? {
                Some(_) => Some(format!("a bot with the id {} exists already", config.id)),
                None => names::named(tx, &config.name)?
                    .map(|other| format!("the name {} is that of {other}", config.name)),
            };
            if let Some(taken) = taken {
                return Err(Fault::conflict(format!("{taken}: generate with another --seed")).into());
            }
            pin(society, room, config);
            let due = spacing::spread(now, nth, self.bots.len(), society.interval_of(&config.id, None));
            roster::insert_bot(tx, &config.id, &config.name, &to_json(config)?, false, now, Some(due))?;
            society.planned(tx, &config.id, due);
        }
        room.forget_board();
        let after = before + i64::try_from(self.bots.len()).unwrap_or(i64::MAX);
        super::room::told(society, tx, "bots", || Change::new("bots", before, after))
    }
}

/// A custom bot leaves; its posts stay.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeleteBot {
    pub(crate) bot: String,
}

impl Apply for DeleteBot {
    type Outcome = ();

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        let bot = self.bot.as_str();
        let stored = present(tx, bot)?;
        if stored.source != "custom" {
            return Err(Fault::conflict(format!(
                "{bot} comes from a file: pause it, or take its file out of bots/"
            ))
            .into());
        }
        let now = tx.now();
        let name = bot_row::one(tx, bot)?.name;
        roster::depart(tx, bot, now)?;
        Record::new(bot, &name, Activity::ConfigUpdated(Changed::made("removed")), now)
            .changes(tx, Vec::new)
            .put(society, tx)?;
        room.forget_config(bot);
        society.unplanned(tx, bot);
        Ok(())
    }
}

/// Keys of a bot's configuration are set; it takes effect on its next beat.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SetConfig {
    pub(crate) bot: String,
    pub(crate) patch: ConfigPatch,
}

impl Apply for SetConfig {
    type Outcome = ();

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        let stored = present(tx, &self.bot)?;
        let config = parse(&self.bot, &stored.config)?;
        let merged = bot_file::merge(&config, &self.patch).map_err(field_faults)?;
        put_config(society, room, tx, (&config, &merged), &sections(&config, &merged))?;
        if config.model.provider == merged.model.provider {
            plan_first(society, tx, &self.bot)
        } else {
            hasten(society, tx, &self.bot)
        }
    }
}

/// Back to the configuration of the file, caps and pace to the defaults.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ResetBot {
    pub(crate) bot: String,
}

impl Apply for ResetBot {
    type Outcome = ();

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        let bot = self.bot.as_str();
        let stored = present(tx, bot)?;
        let Some(yaml) = stored.pending.or(stored.yaml) else {
            return Err(Fault::conflict(format!("{bot} has no file to go back to")).into());
        };
        let (before, config) = (parse(bot, &stored.config)?, parse(bot, &yaml)?);
        roster::set_yaml(tx, bot, Some(&yaml), None)?;
        roster::set_caps(tx, bot, None, None)?;
        roster::set_pace(tx, bot, None)?;
        put_config(society, room, tx, (&before, &config), &["reset"])?;
        hasten(society, tx, bot)
    }
}

/// What to do with a file that changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ChooseFile {
    pub(crate) bot: String,
    pub(crate) choice: YamlChoice,
}

impl Apply for ChooseFile {
    type Outcome = ();

    fn apply(&self, society: &Society, room: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        let bot = self.bot.as_str();
        let stored = present(tx, bot)?;
        let Some(pending) = stored.pending else {
            return Err(Fault::conflict(format!("the file of {bot} has not changed")).into());
        };
        roster::set_yaml(tx, bot, Some(&pending), None)?;
        let before = parse(bot, &stored.config)?;
        let config = match self.choice {
            YamlChoice::Keep => before.clone(),
            YamlChoice::Take => parse(bot, &pending)?,
        };
        put_config(society, room, tx, (&before, &config), &["yaml"])?;
        hasten(society, tx, bot)
    }
}

/// A bot's own caps. `None` leaves one as it is, `Some(None)` takes it away.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SetCaps {
    pub(crate) bot: String,
    #[serde(default, with = "crate::domain::activity::given", skip_serializing_if = "Option::is_none")]
    pub(crate) tokens: Option<Option<i64>>,
    #[serde(default, with = "crate::domain::activity::given", skip_serializing_if = "Option::is_none")]
    pub(crate) cost: Option<Option<Money>>,
}

impl Apply for SetCaps {
    type Outcome = ();

    fn apply(&self, society: &Society, _: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        let row = bot_row::one(tx, &self.bot)?;
        let (tokens, cost) = (self.tokens.unwrap_or(row.token_cap), self.cost.unwrap_or(row.cost_cap));
        roster::set_caps(tx, &self.bot, tokens, cost)?;
        let now = tx.now();
        Record::new(&self.bot, &row.name, Activity::ConfigUpdated(Changed::of(&["cost_cap"])), now)
            .changes(tx, || {
                let mut caps = Vec::new();
                if row.token_cap != tokens {
                    caps.push(Change::new("daily_token_cap", row.token_cap, tokens));
                }
                if row.cost_cap != cost {
                    let dollars = |cap: Option<Money>| cap.map(Money::dollars);
                    caps.push(Change::new("daily_cost_cap_usd", dollars(row.cost_cap), dollars(cost)));
                }
                caps
            })
            .put(society, tx)?;
        Ok(())
    }
}

/// A bot's own pace; `None` is the room's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SetBotPace {
    pub(crate) bot: String,
    pub(crate) seconds: Option<u32>,
}

impl Apply for SetBotPace {
    type Outcome = ();

    fn apply(&self, society: &Society, _: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        let row = bot_row::one(tx, &self.bot)?;
        roster::set_pace(tx, &self.bot, self.seconds)?;
        let change = Changed { pace_seconds: Some(self.seconds), ..Changed::of(&["pace"]) };
        let now = tx.now();
        Record::new(&self.bot, &row.name, Activity::ConfigUpdated(change), now)
            .changes(tx, || vec![Change::new("pace_seconds", row.pace_seconds, self.seconds)])
            .put(society, tx)?;
        hasten(society, tx, &self.bot)
    }
}

/// A bot is stopped, or goes on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PauseBot {
    pub(crate) bot: String,
    pub(crate) paused: bool,
}

impl Apply for PauseBot {
    type Outcome = ();

    fn apply(&self, society: &Society, _: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        let row = bot_row::one(tx, &self.bot)?;
        if row.is_paused != self.paused {
            roster::set_paused(tx, &self.bot, self.paused)?;
            let change = Changed { is_paused: Some(self.paused), ..Changed::of(&["paused"]) };
            let now = tx.now();
            Record::new(&self.bot, &row.name, Activity::ConfigUpdated(change), now)
                .changes(tx, || vec![Change::new("paused", row.is_paused, self.paused)])
                .put(society, tx)?;
        }
        Ok(())
    }
}

/// A present bot's stored configuration.
pub(crate) fn present(c: &Db, id: &str) -> Result<StoredConfig> {
    names::require_bot(c, id)?;
    roster::stored_config(c, id)?.ok_or_else(|| Fault::not_found("bot", id).into())
}

pub(crate) fn parse(id: &str, json: &str) -> Result<PersonalityConfig> {
    serde_json::from_str(json)
        .map_err(|error| StoreError::Corrupt(format!("configuration of bot {id}: {error}")))
}

/// Stores a configuration, tells of it and drops what was kept of the old one.
fn put_config(
    society: &Society,
    room: &mut Room,
    tx: &mut Tx<'_>,
    (before, config): (&PersonalityConfig, &PersonalityConfig),
    changed: &[&str],
) -> Result<()> {
    if let Some(other) = names::named(tx, &config.name)?.filter(|other| *other != config.id)
        && before.name != config.name
    {
        let why = format!("the name {} is that of {other}: choose another", config.name);
        return Err(Fault::conflict(why).into());
    }
    roster::set_config(tx, &config.id, &config.name, &to_json(config)?)?;
    let now = tx.now();
    Record::new(&config.id, &config.name, Activity::ConfigUpdated(Changed::of(changed)), now)
        .changes(tx, || {
            let value = |of: &PersonalityConfig| serde_json::to_value(of).unwrap_or_default();
            changes::between(&value(before), &value(config))
        })
        .put(society, tx)?;
    pin(society, room, config);
    room.forget_config(&config.id);
    Ok(())
}

/// Notes which provider a bot names, if it does.
fn pin(society: &Society, room: &mut Room, config: &PersonalityConfig) {
    room.will_relearn();
    let mut live = society.settings_mut();
    if config.model.provider == "default" {
        live.pinned.remove(&config.id);
    } else {
        live.pinned.insert(config.id.clone(), meant_provider(&config.model.provider).to_owned());
    }
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

/// `slug_xyz`, with three characters that make it new.
fn free_id(tx: &Tx<'_>, slug: &str, seed: u64) -> Result<String> {
    const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let count =
        u64::try_from(roster::custom_count(tx)?).unwrap_or(0) + activities::last_seq(tx)?.unsigned_abs();
    let mut draw = ChaCha8Rng::seed_from_u64(draw::seed(seed, slug, count, "id"));
    let mut tried = HashSet::new();
    while tried.len() < 10_000 {
        let tail: String = (0..3).map(|_| char::from(LETTERS[draw.random_range(0..LETTERS.len())])).collect();
        let id = format!("{slug}_{tail}");
        if roster::stored_config(tx, &id)?.is_none() {
            return Ok(id);
        }
        tried.insert(tail);
    }
    Err(Fault::conflict(format!("no free id is left for the name {slug}: choose another name")).into())
}

/// What is wrong with which fields.
pub(crate) fn field_faults(problems: Vec<bot_file::FieldProblem>) -> Fault {
    Fault::invalid(problems.into_iter().map(|p| FieldError { field: p.field, message: p.message }).collect())
}
