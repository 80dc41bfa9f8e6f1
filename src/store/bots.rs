//! Bots as people see them: lists, one bot, its posts, who follows whom.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::beat;
use super::books;
use super::{Result, StoreError};
use crate::domain::personality::meant_provider;
use crate::domain::status::{Bound, Cap, Caps, Limits, RoomCaps, Spending, Standing, standing};
use crate::domain::text::clean_line;
use crate::domain::{Money, PersonalityConfig, Stamp};
use crate::protocol::{
    BotConfigView, BotView, CostCaps, Doing, EngineState, Fault, FaultKind, FollowStats, FollowView,
    PostView, Source, Status,
};

/// What a view of a bot depends on besides its row.
#[derive(Clone, Debug)]
pub struct Lens {
    /// The room's time.
    pub now: Stamp,
    /// The zone days are counted in.
    pub zone: TimeZone,
    /// Whether bots wake.
    pub engine: EngineState,
    /// Bots on a beat right now, and what it is at.
    pub doing: BTreeMap<String, Doing>,
    /// The room's provider.
    pub provider: String,
    /// Which caps bind the calls to a provider; all where it is not named.
    pub bound: BTreeMap<String, Bound>,
    /// Default token cap.
    pub tokens: i64,
    /// Default cost cap.
    pub cost: Money,
    /// The room's caps.
    pub room: RoomCaps,
}

impl Lens {
    /// The room's day.
    #[must_use]
    pub fn day(&self) -> String {
        self.now.date_in(&self.zone).to_string()
    }

    /// The next local midnight: when caps reset.
    #[must_use]
    pub fn end_of_day(&self) -> Stamp {
        let today = self.now.date_in(&self.zone);
        today.tomorrow().map_or(self.now, |next| Stamp::start_of_day(next, &self.zone))
    }

    /// Which caps bind a bot that names `provider`.
    #[must_use]
    pub fn bound(&self, provider: &str) -> Bound {
        let named = if provider == "default" { self.provider.as_str() } else { provider };
        self.bound.get(named).copied().unwrap_or(Bound::AllCaps)
    }

    /// The caps that bind a bot that names `provider` and has these of its own.
    #[must_use]
    pub fn limits(&self, own_tokens: Option<i64>, own_cost: Option<Money>, provider: &str) -> Limits {
        Limits::of(self.caps(own_tokens, own_cost), self.room, self.bound(provider))
    }

    /// The caps of a bot with these of its own.
    #[must_use]
    pub fn caps(&self, own_tokens: Option<i64>, own_cost: Option<Money>) -> Caps {
        Caps::effective(own_tokens, own_cost, self.tokens, self.cost)
    }
}

/// A lens with what the room's books say today.
pub struct Today<'l> {
    pub(super) lens: &'l Lens,
    /// The room's day.
    pub day: String,
    room: Spending,
}

impl<'l> Today<'l> {
    /// Reads the room's books.
    ///
    /// # Errors
    /// Database errors.
    pub fn read(c: &Connection, lens: &'l Lens) -> Result<Self> {
        let day = lens.day();
        let room = books::spent_by_room(c, &day)?;
        Ok(Self { lens, room, day })
    }

    /// The cap that holds a bot, if any.
    ///
    /// # Errors
    /// Database errors.
    pub(super) fn cap(&self, c: &Connection, bot: &Held) -> Result<Option<Cap>> {
        let lens = self.lens;
        let limits = lens.limits(bot.own_tokens, bot.own_cost, &bot.provider);
        let spent = books::spent(c, &bot.id, &self.day)?;
        // The least a call can cost: one that costs nothing goes on when a cost cap is used up to the last.
        let free = lens.bound(&bot.provider) == Bound::NotDefaultTokens;
        let least = if free { Money::ZERO } else { Money::from_nanos(1) };
        let gate = bot
            .gate
            .as_deref()
            .filter(|_| bot.last_beat_at.is_some_and(|at| at.date_in(&lens.zone).to_string() == self.day));
        Ok(limits.exceeded(spent, self.room, 0, least).or_else(|| limits.of_code(gate?)))
    }

    /// What the whole room used today.
    #[must_use]
    pub const fn room(&self) -> Spending {
        self.room
    }
}

/// What decides whether a cap holds a bot.
pub(super) struct Held {
    pub(super) id: String,
    /// The provider its configuration names.
    pub(super) provider: String,
    pub(super) own_tokens: Option<i64>,
    pub(super) own_cost: Option<Money>,
    /// Why its last beat was gated.
    pub(super) gate: Option<String>,
    pub(super) last_beat_at: Option<Stamp>,
}

impl Held {
    /// The columns [`Held::read`] reads.
    pub(super) const COLUMNS: &str =
        "id, config ->> '$.model.provider', token_cap, cost_cap, gate, last_beat_at";

    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            provider: beat::named_provider(row.get(1)?),
            own_tokens: row.get(2)?,
            own_cost: row.get::<_, Option<i64>>(3)?.map(Money::from_nanos),
            gate: row.get(4)?,
            last_beat_at: row.get::<_, Option<i64>>(5)?.map(Stamp::from_micros),
        })
    }
}

const COLUMNS: &str = "id, name, config, source, is_paused, token_cap, cost_cap, pace_seconds, reputation, upvotes, \
     downvotes, followers, following, failing, next_beat_at, last_beat_at, created_at, yaml_config, \
     yaml_pending IS NOT NULL, gate, \
     (SELECT count(*) FROM flags WHERE flags.bot_id = bots.id AND flags.resolved = 0)";

fn view(c: &Connection, today: &Today<'_>, row: &Row<'_>) -> Result<BotView> {
    let lens = today.lens;
    let id: String = row.get(0)?;
    let config_text = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
    let config = parse_config(&id, config_text)?;
    let is_paused: bool = row.get(4)?;
    let failing: Option<String> = row.get(13)?;
    let next_beat_at: Option<Stamp> = row.get::<_, Option<i64>>(14)?.map(Stamp::from_micros);
    let last_beat_at: Option<Stamp> = row.get::<_, Option<i64>>(15)?.map(Stamp::from_micros);
    let held = Held {
        id: id.clone(),
        provider: meant_provider(&config.model.provider).to_owned(),
        own_tokens: row.get(5)?,
        own_cost: row.get::<_, Option<i64>>(6)?.map(Money::from_nanos),
        gate: row.get(19)?,
        last_beat_at,
    };
    let cap = today.cap(c, &held)?;
    let offline = lens.engine == EngineState::Stopped;
    let (status, status_reason) =
        told(standing(offline, is_paused, failing.as_deref(), cap), lens, next_beat_at);
    let yaml: Option<String> = row.get(17)?;
    let edited = match yaml {
        Some(yaml) if yaml != config_text => parse_config(&id, &yaml)? != config,
        _ => false,
    };
    Ok(BotView {
        name: row.get(1)?,
        reputation_score: row.get(8)?,
        upvotes_received: row.get(9)?,
        downvotes_received: row.get(10)?,
        source: source_of(row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?),
        is_paused,
        created_at: Stamp::from_micros(row.get(16)?),
        follower_count: row.get(11)?,
        following_count: row.get(12)?,
        status,
        status_reason,
        next_beat_at,
        last_beat_at,
        unresolved_flags: row.get(20)?,
        yaml_changed: row.get(18)?,
        pace_seconds: row.get(7)?,
        edited,
        thinking: lens.doing.contains_key(&id),
        doing: lens.doing.get(&id).copied(),
        personality_config: config,
        id,
    })
}

/// The status with its reason in one sentence.
fn told(standing: Standing, lens: &Lens, next_beat_at: Option<Stamp>) -> (Status, Option<String>) {
    match standing {
        Standing::Active => (Status::Active, None),
        Standing::Paused => (Status::Paused, Some("paused by a person".into())),
        Standing::Offline => (Status::Offline, Some("the engine is stopped".into())),
        Standing::Capped(cap) => {
            let reset = local(lens.end_of_day(), &lens.zone);
            (Status::Capped, Some(format!("{cap} leaves no room for another call; it resets at {reset}")))
        }
        Standing::Failing(error) => (Status::Failing, Some(failing_reason(&error, next_beat_at, &lens.zone))),
    }
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

fn source_of(word: &str) -> Source {
    if word == "custom" { Source::Custom } else { Source::Yaml }
}

/// Present bots by id, after the one given.
///
/// # Errors
/// Database errors, a configuration that cannot be read.
pub fn page(c: &Connection, lens: &Lens, skip: u32, limit: u32, after: Option<&str>) -> Result<Vec<BotView>> {
    let today = Today::read(c, lens)?;
    let mut statement = c.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM bots WHERE departed_at IS NULL AND id > ?1 ORDER BY id LIMIT ?2 OFFSET ?3"
    ))?;
    let mut rows = statement.query(params![after.unwrap_or(""), limit, skip])?;
    let mut bots = Vec::new();
    while let Some(row) = rows.next()? {
        bots.push(view(c, &today, row)?);
    }
    Ok(bots)
}

/// Every present bot by id.
///
/// # Errors
/// As for [`page`].
pub fn all(c: &Connection, lens: &Lens) -> Result<Vec<BotView>> {
    page(c, lens, 0, u32::MAX, None)
}

/// One present bot.
///
/// # Errors
/// 404.
pub fn one(c: &Connection, lens: &Lens, id: &str) -> Result<BotView> {
    let today = Today::read(c, lens)?;
    let mut statement =
        c.prepare_cached(&format!("SELECT {COLUMNS} FROM bots WHERE id = ?1 AND departed_at IS NULL"))?;
    let mut rows = statement.query([id])?;
    match rows.next()? {
        Some(row) => view(c, &today, row),
        None => Err(absent(c, id)?.into()),
    }
}

/// Why `id` is no present bot: what else it is, or that it never was.
pub(super) fn absent(c: &Connection, id: &str) -> Result<Fault> {
    if id == "system" {
        let what = "system is the room itself, the author of the opening threads, and no bot";
        return Ok(Fault::new(FaultKind::NotFound, what));
    }
    if id.starts_with("human:") {
        let what = format!("{} is a person, and no bot", clean_line(id, 64));
        return Ok(Fault::new(FaultKind::NotFound, what));
    }
    let left: Option<(String, i64)> = c
        .prepare_cached("SELECT name, departed_at FROM bots WHERE id = ?1 AND departed_at IS NOT NULL")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(match left {
        Some((name, at)) => {
            let at = Stamp::from_micros(at);
            let what = format!("{name} ({id}) left the room at {at}; what it posted stays");
            Fault::new(FaultKind::NotFound, what)
        }
        None => Fault::not_found("bot", id),
    })
}

/// A bot's configuration with its effective caps.
///
/// # Errors
/// 404.
pub fn config(c: &Connection, lens: &Lens, id: &str) -> Result<BotConfigView> {
    type Found = (String, String, Option<String>, Option<i64>, Option<i64>);
    let (name, config, yaml, tokens, cost): Found = c
        .prepare_cached(
            "SELECT name, config, coalesce(yaml_pending, yaml_config), token_cap, cost_cap FROM bots \
             WHERE id = ?1 AND departed_at IS NULL",
        )?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
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

/// A bot's newest posts, newest first; a thread's content is `"title: content"`.
///
/// # Errors
/// 404 for a bot that never was; a departed one's posts are still there.
pub fn posts(c: &Connection, bot: &str, limit: u32) -> Result<Vec<PostView>> {
    require_known(c, bot)?;
    let mut statement = c.prepare_cached(
        "SELECT * FROM (SELECT 'thread', id, title || ': ' || content, created_at AS at, id AS thread FROM threads \
         WHERE author = ?1 AND deleted_at IS NULL ORDER BY id DESC LIMIT ?2) \
         UNION ALL SELECT * FROM (SELECT 'reply', id, content, created_at, thread_id FROM replies \
         WHERE author = ?1 AND deleted_at IS NULL ORDER BY id DESC LIMIT ?2) \
         ORDER BY at DESC, thread DESC, 2 DESC LIMIT ?2",
    )?;
    let rows = statement.query_map(params![bot, limit], |row| {
        Ok(PostView {
            kind: row.get(0)?,
            id: row.get(1)?,
            content: row.get(2)?,
            created_at: Stamp::from_micros(row.get(3)?),
            thread_id: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Fails with 404 when `id` is neither a present nor a departed bot.
///
/// # Errors
/// 404.
pub fn require_known(c: &Connection, id: &str) -> Result<()> {
    c.prepare_cached("SELECT 1 FROM bots WHERE id = ?1")?
        .query_row([id], |_| Ok(()))
        .optional()?
        .ok_or_else(|| Fault::not_found("bot", id).into())
}

fn follow(row: &Row<'_>) -> rusqlite::Result<FollowView> {
    Ok(FollowView {
        follower_id: row.get(0)?,
        following_id: row.get(1)?,
        created_at: Stamp::from_micros(row.get(2)?),
    })
}

/// Who follows a bot, by id.
///
/// # Errors
/// 404.
pub fn followers(c: &Connection, bot: &str) -> Result<Vec<FollowView>> {
    require_known(c, bot)?;
    let mut statement = c.prepare_cached(
        "SELECT follower, following, created_at FROM follows WHERE following = ?1 ORDER BY follower",
    )?;
    let rows = statement.query_map([bot], follow)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Whom a bot follows, by id.
///
/// # Errors
/// 404.
pub fn following(c: &Connection, bot: &str) -> Result<Vec<FollowView>> {
    require_known(c, bot)?;
    let mut statement = c.prepare_cached(
        "SELECT follower, following, created_at FROM follows WHERE follower = ?1 ORDER BY following",
    )?;
    let rows = statement.query_map([bot], follow)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// How many follow a bot and are followed by it.
///
/// # Errors
/// 404.
pub fn follow_stats(c: &Connection, bot: &str) -> Result<FollowStats> {
    c.prepare_cached("SELECT followers, following FROM bots WHERE id = ?1")?
        .query_row([bot], |row| {
            Ok(FollowStats { followers_count: row.get(0)?, following_count: row.get(1)? })
        })
        .optional()?
        .ok_or_else(|| Fault::not_found("bot", bot).into())
}
