//! Reading statistics.

use super::Handle;
use crate::domain::Money;
use crate::domain::forecast::{self, Pattern};
use crate::domain::personality::meant_provider;
use crate::domain::status::{Bound, Limits};
use crate::engine::shared::Shared;
use crate::protocol::{
    ActionMix, Analytics, BotForecast, BotView, Fault, Forecast, Marks, Period, RelationshipGraph,
    ReputationHistory, ReputationView, Status, Timeline, UsageReport, UsageSeries,
};
use crate::society::budget;
use crate::store::lens::Lens;
use crate::store::usage::Lately;
use crate::store::{Db, Result as StoreResult, analytics, bots, stats, timeline, usage};

impl Handle {
    /// Usage of today, of the last 7 or of the last 30 days.
    ///
    /// # Errors
    /// Database errors.
    pub async fn usage(&self, period: Period) -> Result<UsageReport, Fault> {
        let lens = self.lens();
        let report = self.read(move |c| usage::report(c, &lens, period)).await?;
        Ok(UsageReport { simulated_cost: self.shared.society.simulated_cost.clone(), ..report })
    }

    /// Usage per bot and day, zero-filled.
    ///
    /// # Errors
    /// 404.
    pub async fn usage_series(&self, days: u32, bot: Option<String>) -> Result<Vec<UsageSeries>, Fault> {
        let lens = self.lens();
        self.read(move |c| stats::usage_series(c, &lens, days, bot.as_deref())).await
    }

    /// What happened in the `minutes` that ended `ago` minutes before now, in at most `points` steps; 0 minutes are
    /// all since the first act, as far as a stretch may reach.
    ///
    /// # Errors
    /// Database errors.
    pub async fn timeline(&self, minutes: u32, ago: u32, points: u32) -> Result<Timeline, Fault> {
        let lens = self.lens();
        self.read(move |c| timeline::timeline(c, &lens, minutes, ago, points)).await
    }

    /// The room's age, and what was changed or injected in the last `days`.
    ///
    /// # Errors
    /// Database errors.
    pub async fn marks(&self, days: u32) -> Result<Marks, Fault> {
        let lens = self.lens();
        self.read(move |c| timeline::marks(c, &lens, days)).await
    }

    /// Bots by reputation, highest first.
    ///
    /// # Errors
    /// Database errors.
    pub async fn reputation(&self) -> Result<Vec<ReputationView>, Fault> {
        self.read(stats::reputation).await
    }

    /// The last score of each day, per bot.
    ///
    /// # Errors
    /// Database errors.
    pub async fn reputation_history(&self, days: u32) -> Result<Vec<ReputationHistory>, Fault> {
        let lens = self.lens();
        self.read(move |c| stats::reputation_history(c, &lens, days)).await
    }

    /// Posts and votes per day and bot.
    ///
    /// # Errors
    /// Database errors.
    pub async fn analytics(&self, days: u32) -> Result<Analytics, Fault> {
        let lens = self.lens();
        self.read(move |c| analytics::analytics(c, &lens, days)).await
    }

    /// The bots and the ties between them.
    ///
    /// # Errors
    /// Database errors.
    pub async fn relationship_graph(&self) -> Result<RelationshipGraph, Fault> {
        self.read(stats::graph).await
    }

    /// The mix of actions per bot.
    ///
    /// # Errors
    /// Database errors.
    pub async fn actions(&self, days: u32) -> Result<Vec<ActionMix>, Fault> {
        let lens = self.lens();
        self.read(move |c| stats::actions(c, &lens, days)).await
    }

    /// What the day has used and will use at this pace. In a crowd, the further use of the bots of highest reputation.
    ///
    /// # Errors
    /// Database errors.
    pub async fn forecast(&self) -> Result<Forecast, Fault> {
        let (lens, shared) = (self.lens(), self.shared.clone());
        self.read(move |c| forecast_of(c, &lens, &shared)).await
    }
}

fn forecast_of(c: &Db, lens: &Lens, shared: &Shared) -> StoreResult<Forecast> {
    let (first, date) = stats::span(lens, u32::try_from(forecast::DAYS).unwrap_or(7));
    let (tokens, cost) = usage::of_room(c, &date)?;
    let mut forecast = Forecast {
        date,
        tokens_so_far: tokens,
        cost_so_far_usd: cost,
        expected_tokens: tokens,
        expected_cost_usd: cost,
        unpriced: false,
        bots: Vec::new(),
    };
    for id in stats::charted_ids(c)? {
        let bot = bots::one(c, lens, &id)?;
        let lately = usage::lately(c, lens, &id, &first, &forecast.date)?;
        let pattern = pattern(lens, &bot, &lately, shared);
        let expected = forecast::expect(&pattern);
        // What the day has used is there already; of those that left, too.
        forecast.expected_tokens += (expected.tokens - lately.booked_tokens).max(0);
        forecast.expected_cost_usd += (expected.cost - lately.booked_cost).max(Money::ZERO);
        forecast.unpriced |= lately.unpriced;
        forecast.bots.push(BotForecast {
            bot_id: id,
            bot_name: bot.name,
            tokens_so_far: lately.booked_tokens,
            cost_so_far_usd: lately.booked_cost,
            expected_tokens: expected.tokens,
            expected_cost_usd: expected.cost,
            tokens_per_beat: expected.tokens_per_beat,
            beats_left: pattern.beats_left,
        });
    }
    Ok(forecast)
}

fn pattern(lens: &Lens, bot: &BotView, lately: &Lately, shared: &Shared) -> Pattern {
    let model = &bot.personality_config.model;
    let scripted = lens.bound(meant_provider(&model.provider)) == Bound::OwnCaps;
    let mut seconds = shared.society.interval_of(&bot.id, bot.pace_seconds);
    if !scripted {
        // As beats really come, where they wait for each other.
        seconds = seconds.saturating_add(shared.pulse().late_by().unwrap_or(0));
    }
    let society = &shared.society;
    let guess =
        if scripted { (0, Money::ZERO) } else { budget::guess(&society.frame, &society.tariff(model)) };
    let waits = matches!(bot.status, Status::Paused | Status::Capped);
    let left =
        if waits { 0 } else { forecast::beats_left(lens.now, lens.end_of_day(), bot.next_beat_at, seconds) };
    Pattern {
        tokens: lately.tokens,
        cost: lately.cost,
        acts: lately.acts,
        beats: lately.beats,
        idle: lately.idle,
        guess,
        tokens_today: lately.tokens_today,
        cost_today: lately.cost_today,
        beats_left: left,
        caps: Limits::of(lately.caps, lens.room, lens.bound(meant_provider(&model.provider))).as_caps(),
    }
}
