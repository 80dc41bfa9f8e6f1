//! Reading the room as a whole.

use std::collections::BTreeMap;

use super::Handle;
use crate::domain::pace::{self, Preset, human_interval};
use crate::domain::status::{Bound, RoomCaps};
use crate::protocol::{Fault, Health, Lineage, LogLine, PaceView, PublicConfig, RoomView};
use crate::society::budget::Tariff;
use crate::society::{RoomSettings, fork};
use crate::store::flags;
use crate::store::lens::Lens;
use crate::store::usage::{self, Counts};

impl Handle {
    /// What views depend on besides the database.
    pub(in crate::engine) fn lens(&self) -> Lens {
        let settings = &self.shared.settings;
        let live = self.shared.live();
        Lens {
            now: self.shared.clock.now(),
            zone: self.shared.clock.zone().clone(),
            engine: live.engine,
            doing: live.doing.clone(),
            provider: self.shared.society.settings().provider.clone(),
            bound: self.bound(),
            tokens: settings.budget.daily_tokens,
            cost: settings.budget.daily_cost,
            room: RoomCaps {
                tokens: settings.budget.room_daily_tokens,
                cost: settings.budget.room_daily_cost,
            },
        }
    }

    /// Which caps bind the calls to each provider.
    fn bound(&self) -> BTreeMap<String, Bound> {
        let settings = &self.shared.settings;
        let specs = settings.providers.iter().map(|setup| &setup.spec);
        specs
            .map(|spec| {
                let model = self.shared.society.model_of(&spec.name, spec.default_model());
                let tariff = Tariff::of(&self.shared.society.frame, &spec.name, &model);
                (spec.name.clone(), tariff.bound(settings.budget.tokens_are_set))
            })
            .collect()
    }

    /// How the service is.
    ///
    /// # Errors
    /// Database errors.
    pub async fn health(&self) -> Result<Health, Fault> {
        let bots = self.read(usage::bot_count).await?;
        let live = self.shared.live();
        let trouble = self.trouble();
        Ok(Health {
            status: if trouble.is_none() { "healthy" } else { "failing" }.into(),
            trouble,
            service: env!("CARGO_PKG_NAME").into(),
            version: env!("CARGO_PKG_VERSION").into(),
            uptime_seconds: self.shared.started.elapsed().as_secs(),
            bots,
            viewers: live.viewers,
            last_seq: self.last_seq(),
            engine: live.engine,
            society: Some(self.shared.society.id.clone()).filter(|id| !id.is_empty()),
        })
    }

    /// What the header and the room's panels show.
    ///
    /// # Errors
    /// Database errors.
    pub async fn room(&self) -> Result<RoomView, Fault> {
        let lens = self.lens();
        let settings = &self.shared.settings;
        let pace = self.pace_now();
        type Read = (Lens, Counts, i64, Vec<Lineage>);
        let (lens, counts, unresolved_flags, lineage): Read = self
            .read(move |c| {
                let counts = usage::counts(c, &lens)?;
                Ok((lens, counts, flags::open_count(c)?, fork::lineage(c)?))
            })
            .await?;
        Ok(RoomView {
            home: settings.home.display().to_string(),
            lineage,
            now: lens.now,
            simulated: self.clock().is_simulated(),
            engine: lens.engine,
            pace,
            provider: lens.provider,
            bots: counts.bots,
            paused: counts.paused,
            capped: counts.capped,
            failing: counts.failing,
            tokens_today: counts.tokens,
            cost_today: counts.cost,
            unresolved_flags,
            last_seq: self.last_seq(),
            max_bot_count: settings.max_bot_count,
            custom_bots: counts.custom,
            timezone: lens.zone.iana_name().unwrap_or("UTC").into(),
            simulated_cost: self.shared.society.simulated_cost.clone(),
        })
    }

    /// The configuration that anybody may see.
    ///
    /// # Errors
    /// Database errors.
    pub async fn config(&self) -> Result<PublicConfig, Fault> {
        let settings = &self.shared.settings;
        let current = self.shared.society.settings();
        Ok(PublicConfig {
            llm_provider: current.provider.clone(),
            heartbeat_interval: self.pace_of(&current).interval_seconds,
            log_level: settings.log_level.clone(),
            max_bot_count: settings.max_bot_count,
        })
    }

    /// The room's pace.
    ///
    /// # Errors
    /// None; like its siblings for the callers' sake.
    pub async fn pace(&self) -> Result<PaceView, Fault> {
        Ok(self.pace_now())
    }

    /// The room's pace, at once.
    pub(in crate::engine) fn pace_now(&self) -> PaceView {
        let view = {
            let current = self.shared.society.settings();
            self.pace_of(&current)
        };
        let late = self.shared.pulse().late_by();
        PaceView {
            really_seconds: late.map(|late| view.interval_seconds.saturating_add(late)),
            waiting: self.shared.waiting(),
            ..view
        }
    }

    /// The pace as shown; without one it follows the room's provider.
    fn pace_of(&self, settings: &RoomSettings) -> PaceView {
        let default = || self.shared.society.frame.pace_with(&settings.provider);
        pace_view(settings.pace.unwrap_or_else(default), settings.pace.is_none())
    }

    /// The named paces.
    ///
    /// # Errors
    /// None; like its siblings for the callers' sake.
    pub async fn pace_presets(&self) -> Result<BTreeMap<String, PaceView>, Fault> {
        Ok(Preset::NAMED
            .into_iter()
            .filter_map(|preset| Some((preset.as_str().to_owned(), pace_view(preset.seconds()?, false))))
            .collect())
    }

    /// The newest log lines, oldest first.
    ///
    /// # Errors
    /// Database errors.
    pub async fn log(&self, limit: u32) -> Result<Vec<LogLine>, Fault> {
        Ok(self.shared.settings.log.newest(limit as usize))
    }
}

/// A pace as shown.
pub(in crate::engine) fn pace_view(seconds: u32, follows_provider: bool) -> PaceView {
    let interval_seconds = seconds.max(pace::INTERVAL_MIN);
    PaceView {
        preset: Preset::of_seconds(interval_seconds).as_str().into(),
        interval_seconds,
        interval_human: human_interval(interval_seconds),
        follows_provider,
        really_seconds: None,
        waiting: 0,
    }
}
