//! Bots as people see them: lists, one bot, its posts, who follows whom.

use jiff::tz::TimeZone;
use rusqlite::{OptionalExtension, params};

use super::columns::columns;
use super::lens::{Held, Lens, Today};
use super::names::{absent, require_known};
use super::{Db, Result, StoreError, books};
use crate::domain::personality::meant_provider;
use crate::domain::status::{Cap, Caps, Spending, Standing, standing};
use crate::domain::{Money, PersonalityConfig, PostKind, Stamp};
use crate::protocol::{BotConfigView, BotView, CostCaps, EngineState, PostView, Source, Status};

/// A bot's row as its view needs it.
struct Stored {
    id: String,
    name: String,
    config: String,
    source: Source,
    is_paused: bool,
    token_cap: Option<i64>,
    cost_cap: Option<Money>,
    pace_seconds: Option<u32>,
    reputation: i64,
    upvotes: i64,
    downvotes: i64,
    followers: i64,
    following: i64,
    failing: Option<String>,
    next_beat_at: Option<Stamp>,
    last_beat_at: Option<Stamp>,
    created_at: Stamp,
    yaml_config: Option<String>,
    yaml_changed: bool,
    gate: Option<String>,
    unresolved_flags: i64,
}

columns! {
    STORED, stored -> Stored {
        id, name, config,
        source => source_of,
        is_paused, token_cap, cost_cap, pace_seconds, reputation, upvotes, downvotes, followers, following, failing,
        next_beat_at, last_beat_at, created_at, yaml_config,
        yaml_changed = "yaml_pending IS NOT NULL",
        gate,
        unresolved_flags = "(SELECT count(*) FROM flags WHERE flags.bot_id = bots.id AND flags.resolved = 0)",
    }
}

fn view(c: &Db, today: &Today<'_>, bot: Stored) -> Result<BotView> {
    let lens = today.lens;
    let config = parse_config(&bot.id, &bot.config)?;
    let held = Held {
        id: bot.id,
        provider: meant_provider(&config.model.provider).to_owned(),
        own_tokens: bot.token_cap,
        own_cost: bot.cost_cap,
        gate: bot.gate,
        last_beat_at: bot.last_beat_at,
    };
    let cap = today.cap(c, &held)?;
    let id = held.id;
    let offline = lens.engine == EngineState::Stopped;
    let standing = standing(offline, bot.is_paused, bot.failing.as_deref(), cap);
    let (status, status_reason) = told(c, standing, today, &id, bot.next_beat_at)?;
    let edited = match bot.yaml_config {
        Some(yaml) if yaml != bot.config => parse_config(&id, &yaml)? != config,
        _ => false,
    };
    Ok(BotView {
        name: bot.name,
        reputation_score: bot.reputation,
        upvotes_received: bot.upvotes,
        downvotes_received: bot.downvotes,
        source: bot.source,
        is_paused: bot.is_paused,
        created_at: bot.created_at,
        follower_count: bot.followers,
        following_count: bot.following,
        status,
        status_reason,
        next_beat_at: bot.next_beat_at,
        last_beat_at: bot.last_beat_at,
        unresolved_flags: bot.unresolved_flags,
        yaml_changed: bot.yaml_changed,
        pace_seconds: bot.pace_seconds,
        edited,
        thinking: lens.doing.contains_key(&id),
        doing: lens.doing.get(&id).copied(),
        personality_config: config,
        id,
    })
}

/// The status with its reason in one sentence.
fn told(
    c: &Db,
    standing: Standing,
    today: &Today<'_>,
    bot: &str,
    next_beat_at: Option<Stamp>,
) -> Result<(Status, Option<String>)> {
    let lens = today.lens;
    Ok(match standing {
        Standing::Active => (Status::Active, None),
        Standing::Paused => (Status::Paused, Some("paused by a person".into())),
        Standing::Offline => (Status::Offline, Some("the engine is stopped".into())),
        Standing::Capped(cap) => {
            let reason = capped_reason(c, cap, bot, today.room(), lens.now, &lens.zone)?;
            (Status::Capped, Some(reason))
        }
        Standing::Failing(error) => (Status::Failing, Some(failing_reason(&error, next_beat_at, &lens.zone))),
    })
}

/// Why a cap holds a bot at a moment, of whose day the whole room used `room`.
///
/// # Errors
/// Database errors.
pub fn capped_reason(
    c: &Db,
    cap: Cap,
    bot: &str,
    room: Spending,
    at: Stamp,
    zone: &TimeZone,
) -> Result<String> {
    let today = at.date_in(zone);
    let reset = today.tomorrow().map_or(at, |next| Stamp::start_of_day(next, zone));
    let spent = books::spent(c, bot, &today.to_string())?;
    Ok(cap.holds(spent, room, &local(reset, zone)))
}

/// Why a bot fails, and when it tries again.
#[must_use]
pub fn failing_reason(error: &str, next_beat_at: Option<Stamp>, zone: &TimeZone) -> String {
    let error = error.trim_end_matches('.');
    let next = next_beat_at.map_or_else(String::new, |at| format!("; next try at {}", local(at, zone)));
    format!("{error}{next}")
}

/// `2026-02-06 00:00 CET`.
fn local(at: Stamp, zone: &TimeZone) -> String {
    at.timestamp().to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

pub(super) fn parse_config(bot: &str, json: &str) -> Result<PersonalityConfig> {
    serde_json::from_str(json)
        .map_err(|error| StoreError::Corrupt(format!("configuration of bot {bot}: {error}")))
}

fn source_of(word: String) -> Source {
    if word == "custom" { Source::Custom } else { Source::Yaml }
}

/// Present bots by id, after the one given.
///
/// # Errors
/// Database errors, a configuration that cannot be read.
pub fn page(c: &Db, lens: &Lens, skip: u32, limit: u32, after: Option<&str>) -> Result<Vec<BotView>> {
    let today = Today::read(c, lens)?;
    let mut statement = c.prepare_cached(&format!(
        "SELECT {STORED} FROM bots WHERE departed_at IS NULL AND id > ?1 ORDER BY id LIMIT ?2 OFFSET ?3"
    ))?;
    let mut rows = statement.query(params![after.unwrap_or(""), limit, skip])?;
    let mut bots = Vec::new();
    while let Some(row) = rows.next()? {
        bots.push(view(c, &today, stored(row)?)?);
    }
    Ok(bots)
}

/// Every present bot by id.
///
/// # Errors
/// As for [`page`].
pub fn all(c: &Db, lens: &Lens) -> Result<Vec<BotView>> {
    page(c, lens, 0, u32::MAX, None)
}

/// One present bot.
///
/// # Errors
/// 404.
pub fn one(c: &Db, lens: &Lens, id: &str) -> Result<BotView> {
    let today = Today::read(c, lens)?;
    let mut statement =
        c.prepare_cached(&format!("SELECT {STORED} FROM bots WHERE id = ?1 AND departed_at IS NULL"))?;
    let mut rows = statement.query([id])?;
    match rows.next()? {
        Some(row) => view(c, &today, stored(row)?),
        None => Err(absent(c, id)?.into()),
    }
}

/// A bot's configuration with its effective caps.
///
/// # Errors
/// 404.
pub fn config(c: &Db, lens: &Lens, id: &str) -> Result<BotConfigView> {
    type Found = (String, String, Option<String>, Option<i64>, Option<i64>);
    let (name, config, yaml, tokens, cost): Found = c
        .prepare_cached(
            "SELECT name, config, coalesce(yaml_pending, yaml_config), token_cap, cost_cap FROM bots \
             WHERE id = ?1 AND departed_at IS NULL",
        )?
        .query_row([id], |row| row.try_into())
        .optional()?
        .map_or_else(|| Err(StoreError::from(absent(c, id)?)), Ok)?;
    Ok(BotConfigView {
        bot_id: id.to_owned(),
        bot_name: name,
        personality_config: parse_config(id, &config)?,
        cost_caps: cost_caps(lens.caps(tokens, cost.map(Money::from_nanos))),
        yaml_config: yaml.map(|yaml| parse_config(id, &yaml)).transpose()?,
    })
}

/// Caps as the port shows them.
#[must_use]
pub const fn cost_caps(caps: Caps) -> CostCaps {
    CostCaps {
        daily_token_cap: caps.tokens,
        daily_cost_cap_usd: caps.cost,
        is_custom_token_cap: caps.own_tokens,
        is_custom_cost_cap: caps.own_cost,
    }
}

columns! {
    POST, post -> PostView { kind, id, content, created_at, thread_id }
}

/// A bot's newest posts, newest first; a thread's content is `"title: content"`.
///
/// # Errors
/// 404 for a bot that never was; a departed one's posts are still there.
pub fn posts(c: &Db, bot: &str, limit: u32) -> Result<Vec<PostView>> {
    require_known(c, bot)?;
    let mut statement = c.prepare_cached(&format!(
        "SELECT {POST} FROM (SELECT * FROM (SELECT '{}' AS kind, id, title || ': ' || content AS content, created_at, \
         id AS thread_id FROM threads WHERE author = ?1 AND deleted_at IS NULL ORDER BY id DESC LIMIT ?2) \
         UNION ALL SELECT * FROM (SELECT '{}', id, content, created_at, thread_id FROM replies \
         WHERE author = ?1 AND deleted_at IS NULL ORDER BY id DESC LIMIT ?2)) \
         ORDER BY created_at DESC, thread_id DESC, id DESC LIMIT ?2",
        PostKind::Thread, PostKind::Reply
    ))?;
    let rows = statement.query_map(params![bot, limit], post)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}
