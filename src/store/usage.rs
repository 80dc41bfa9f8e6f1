//! What was used: reports per period, the header's numbers, the raw material of forecasts.

use std::collections::BTreeMap;

use rusqlite::params;

use super::lens::{HELD, Lens, Today, held};
use super::names::Names;
use super::{Db, Result, books, stats};
use crate::domain::ActivityKind;
use crate::domain::Money;
use crate::domain::status::Caps;
use crate::protocol::{BotUsage, Period, UsageReport};

const fn length(period: Period) -> (&'static str, u32) {
    match period {
        Period::Daily => ("daily", 1),
        Period::Weekly => ("weekly", 7),
        Period::Monthly => ("monthly", 30),
    }
}

/// Usage in a period: one row per bot by id, present ones and departed ones that used something.
///
/// # Errors
/// Database errors.
pub fn report(c: &Db, lens: &Lens, period: Period) -> Result<UsageReport> {
    let (word, days) = length(period);
    let (first, last) = stats::span(lens, days);
    let today = Today::read(c, lens)?;
    let mut bots: BTreeMap<String, BotUsage> = BTreeMap::new();
    let mut statement =
        c.prepare_cached(&format!("SELECT {HELD}, name FROM bots WHERE departed_at IS NULL"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let bot = held(row)?;
        let caps = lens.caps(bot.own_tokens, bot.own_cost);
        let mut usage = empty(&bot.id, row.get("name")?, &first, caps);
        usage.cap_exceeded = today.cap(c, &bot)?.is_some();
        usage.token_cap_binds = lens.limits(bot.own_tokens, bot.own_cost, &bot.provider).bind_tokens();
        bots.insert(bot.id, usage);
    }
    let mut names = Names::default();
    let mut statement = c.prepare_cached(
        "SELECT bot_id, sum(input) AS input, sum(output) AS output, sum(cost) AS cost, min(priced) AS priced, \
         sum(cached) AS cached, sum(calls) AS calls FROM usage_daily \
         WHERE day BETWEEN ?1 AND ?2 GROUP BY bot_id",
    )?;
    let mut rows = statement.query([&first, &last])?;
    while let Some(row) = rows.next()? {
        let id: String = row.get("bot_id")?;
        if !bots.contains_key(&id) {
            let name = names.of(c, &id)?;
            bots.insert(id.clone(), empty(&id, name, &first, lens.caps(None, None)));
        }
        if let Some(usage) = bots.get_mut(&id) {
            usage.input_tokens = row.get("input")?;
            usage.output_tokens = row.get("output")?;
            usage.total_tokens = usage.input_tokens + usage.output_tokens;
            usage.estimated_cost_usd = row.get("cost")?;
            usage.unpriced = !row.get::<_, bool>("priced")?;
            usage.cached_tokens = row.get("cached")?;
            usage.calls = row.get("calls")?;
        }
    }
    let posts = ActivityKind::sql(ActivityKind::is_post);
    let mut statement = c.prepare_cached(&format!(
        "SELECT bot_id, sum(count) AS posts FROM actions_daily WHERE day BETWEEN ?1 AND ?2 \
         AND action_type IN {posts} GROUP BY bot_id",
    ))?;
    let mut rows = statement.query([&first, &last])?;
    while let Some(row) = rows.next()? {
        // Who left and used nothing in the period has no row, and people are no bots.
        if let Some(usage) = bots.get_mut(row.get_ref("bot_id")?.as_str().map_err(rusqlite::Error::from)?) {
            usage.posts = row.get("posts")?;
        }
    }
    let bots: Vec<BotUsage> = bots.into_values().collect();
    Ok(UsageReport {
        period: word.into(),
        total_tokens: bots.iter().map(|bot| bot.total_tokens).sum(),
        total_cost_usd: bots.iter().map(|bot| bot.estimated_cost_usd).sum(),
        bots,
        simulated_cost: None,
    })
}

fn empty(id: &str, name: String, date: &str, caps: Caps) -> BotUsage {
    BotUsage {
        bot_id: id.to_owned(),
        bot_name: name,
        date: date.to_owned(),
        input_tokens: 0,
        output_tokens: 0,
        total_tokens: 0,
        cached_tokens: 0,
        calls: 0,
        posts: 0,
        estimated_cost_usd: Money::ZERO,
        token_cap: caps.tokens,
        cost_cap_usd: caps.cost,
        cap_exceeded: false,
        token_cap_binds: false,
        unpriced: false,
    }
}

/// Numbers of the room that its header shows.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Present bots.
    pub bots: i64,
    /// How many are paused.
    pub paused: i64,
    /// How many have a cap used up.
    pub capped: i64,
    /// How many fail.
    pub failing: i64,
    /// Custom bots.
    pub custom: i64,
    /// Tokens today.
    pub tokens: i64,
    /// Cost today.
    pub cost: Money,
}

/// How many bots are present.
///
/// # Errors
/// Database errors.
pub fn bot_count(c: &Db) -> Result<i64> {
    Ok(c.prepare_cached("SELECT count(*) FROM bots INDEXED BY bots_due WHERE departed_at IS NULL")?
        .query_row([], |row| row.get(0))?)
}

/// Tokens and cost of the whole room on a day: of its bots, of those that left, and of what belongs to none.
///
/// # Errors
/// Database errors.
pub fn of_room(c: &Db, day: &str) -> Result<(i64, Money)> {
    Ok(c.prepare_cached(
        "SELECT ifnull(sum(tokens), 0), ifnull(sum(cost), 0) FROM usage_room WHERE day = ?1",
    )?
    .query_row([day], |row| row.try_into())?)
}

/// Counts the room. Each number comes from an index that holds only what is counted, so a large
/// room in which all is well costs little.
///
/// # Errors
/// Database errors.
pub fn counts(c: &Db, lens: &Lens) -> Result<Counts> {
    let count = |sql: &str| -> Result<i64> { Ok(c.prepare_cached(sql)?.query_row([], |row| row.get(0))?) };
    let today = Today::read(c, lens)?;
    let (tokens, cost) = of_room(c, &today.day)?;
    Ok(Counts {
        bots: bot_count(c)?,
        paused: count("SELECT count(*) FROM bots WHERE is_paused = 1 AND departed_at IS NULL")?,
        capped: capped(c, &today)?,
        failing: count(
            "SELECT count(*) FROM bots WHERE failing IS NOT NULL AND is_paused = 0 AND departed_at IS NULL",
        )?,
        custom: count("SELECT count(*) FROM bots WHERE source = 'custom' AND departed_at IS NULL")?,
        tokens,
        cost,
    })
}

/// How many bots show as capped. Only those with caps of their own, those that were gated, and
/// those that used a provider the other caps bind can be; unless a default or the room's cap
/// leaves nothing for anybody.
fn capped(c: &Db, today: &Today<'_>) -> Result<i64> {
    let (lens, room) = (today.lens, today.room());
    let everybody = lens.tokens <= 0
        || lens.cost <= Money::ZERO
        || lens.room.tokens.is_some_and(|cap| room.bound_tokens >= cap)
        || lens.room.cost.is_some_and(|cap| room.cost >= cap);
    let some = "AND id IN (\
         SELECT id FROM bots WHERE (token_cap IS NOT NULL OR cost_cap IS NOT NULL) AND departed_at IS NULL \
         UNION SELECT id FROM bots WHERE gate IS NOT NULL AND departed_at IS NULL \
         UNION SELECT bot_id FROM usage_daily WHERE ?2 AND day = ?1 AND bound_tokens > 0 \
         UNION SELECT bot_id FROM reservations WHERE day = ?1)";
    let mut statement = c.prepare_cached(&format!(
        "SELECT {} FROM bots WHERE is_paused = 0 AND failing IS NULL AND departed_at IS NULL {}",
        HELD,
        if everybody { "AND ?1 = ?1 AND ?2 = ?2" } else { some },
    ))?;
    let used = room.bound_tokens > 0 || room.cost > Money::ZERO;
    let mut rows = statement.query(params![today.day, used])?;
    let mut capped = 0;
    while let Some(row) = rows.next()? {
        capped += i64::from(today.cap(c, &held(row)?)?.is_some());
    }
    Ok(capped)
}

/// What one bot did lately, for a forecast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lately {
    /// Tokens of its beats in the span.
    pub tokens: i64,
    /// Their cost.
    pub cost: Money,
    /// Beats in the span that asked a model.
    pub acts: i64,
    /// Tokens today, as they are booked.
    pub booked_tokens: i64,
    /// Cost today, as it is booked.
    pub booked_cost: Money,
    /// Tokens today, with those that are reserved.
    pub tokens_today: i64,
    /// Cost today, with what is reserved.
    pub cost_today: Money,
    /// Whether some of it went to a model without a known price.
    pub unpriced: bool,
    /// Effective caps.
    pub caps: Caps,
    /// Beats ever, without those that were forbidden.
    pub beats: i64,
    /// Of those, beats with nothing to react to.
    pub idle: i64,
}

/// What `bot` did from `first` to `today`: its beats that asked a model, without interviews.
///
/// # Errors
/// Database errors.
pub fn lately(c: &Db, lens: &Lens, bot: &str, first: &str, today: &str) -> Result<Lately> {
    let (caps, beats, idle) = c
        .prepare_cached("SELECT token_cap, cost_cap, beat - gated_beats, idle_beats FROM bots WHERE id = ?1")?
        .query_row([bot], |row| {
            let (tokens, cost, beats, idle) = row.try_into()?;
            Ok((lens.caps(tokens, cost), beats, idle))
        })?;
    let (mut acts, mut tokens, mut cost): (i64, i64, i64) = c
        .prepare_cached(
            "SELECT ifnull(sum(beats), 0), ifnull(sum(tokens), 0), ifnull(sum(cost), 0) FROM beats_daily \
             WHERE bot_id = ?1 AND day BETWEEN ?2 AND ?3",
        )?
        .query_row([bot, first, today], |row| row.try_into())?;
    let (used, paid, priced): (i64, i64, bool) = c
        .prepare_cached(
            "SELECT ifnull(sum(input + output), 0), ifnull(sum(cost), 0), ifnull(min(priced), 1) FROM usage_daily \
             WHERE bot_id = ?1 AND day BETWEEN ?2 AND ?3",
        )?
        .query_row([bot, first, today], |row| row.try_into())?;
    if acts == 0 {
        // Days of an earlier version, which did not count beats apart.
        let about = ActivityKind::sql(ActivityKind::is_about);
        acts = c
            .prepare_cached(&format!(
                "SELECT ifnull(sum(count), 0) FROM actions_daily WHERE day BETWEEN ?2 AND ?3 AND bot_id = ?1 \
                 AND action_type NOT IN {about}",
            ))?
            .query_row([bot, first, today], |row| row.get(0))?;
        (tokens, cost) = (used, paid);
    }
    let spent = books::spent(c, bot, today)?;
    let (booked_tokens, booked_cost) = c
        .prepare_cached(
            "SELECT ifnull(sum(input + output), 0), ifnull(sum(cost), 0) FROM usage_daily WHERE bot_id = ?1 AND day = ?2",
        )?
        .query_row([bot, today], |row| row.try_into())?;
    Ok(Lately {
        tokens,
        cost: Money::from_nanos(cost),
        acts,
        booked_tokens,
        booked_cost,
        tokens_today: spent.tokens,
        cost_today: spent.cost,
        unpriced: !priced,
        caps,
        beats,
        idle,
    })
}
