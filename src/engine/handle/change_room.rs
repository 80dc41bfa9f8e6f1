//! Changing the room: pace, provider, pausing and stepping the engine.

use super::Handle;
use crate::domain::Money;
use crate::domain::pace::{INTERVAL_MAX, INTERVAL_MIN, Preset};
use crate::domain::personality::MODEL_MAX;
use crate::domain::text::clean_line;
use crate::engine::runner::Run;
use crate::protocol::{DefaultProvider, EngineNow, EngineState, Fault, PaceView, ProviderView, SetPace};
use crate::society::budget::{self, Tariff};
use crate::society::change;
use crate::store::schedule;

/// Seconds in a day.
const DAY: i64 = 86_400;

/// The name of a model as somebody gave it; empty where the usual one is meant.
///
/// # Errors
/// 422 for what is no such name.
pub(super) fn model_name(given: &str) -> Result<&str, Fault> {
    let name = given.trim();
    if clean_line(name, MODEL_MAX) == name {
        return Ok(name);
    }
    let why = format!("must be the name of a model, in at most {MODEL_MAX} characters");
    Err(Fault::invalid_field("model", why))
}

impl Handle {
    /// Sets the room's pace by preset or interval.
    ///
    /// # Errors
    /// 400 for an unknown preset, 422 for an interval out of range.
    pub async fn set_pace(&self, pace: SetPace) -> Result<PaceView, Fault> {
        let seconds = pace_seconds(&pace)?;
        self.wish(change::SetPace { seconds }).await?;
        self.shared.pulse().begin_anew();
        self.pace().await
    }

    /// Chooses the provider of bots that name none. One that costs must be confirmed.
    ///
    /// # Errors
    /// 404 for one that is not configured, 503 for one that is not set up, 422 for what is no model's name, 409
    /// with the expected daily cost when it costs and `confirm_cost` is false.
    pub async fn set_default_provider(&self, choice: DefaultProvider) -> Result<Vec<ProviderView>, Fault> {
        let name = crate::domain::personality::meant_provider(&choice.name);
        if !self.shared.society.voices.contains_key(name) {
            let known: Vec<_> = self.shared.society.voices.keys().map(String::as_str).collect();
            return Err(Fault::new(
                crate::protocol::FaultKind::NotFound,
                format!(
                    "provider {} is not configured: choose one of {}",
                    clean_line(name, 40),
                    known.join(", ")
                ),
            ));
        }
        let guard = self.shared.guard(name).map_err(Fault::unavailable)?;
        let configured = guard.default_model();
        let model = match choice.model.as_deref().map(model_name).transpose()? {
            Some("") => configured.to_owned(),
            Some(given) => given.to_owned(),
            None => self.shared.society.model_of(name, configured),
        };
        if !choice.confirm_cost
            && let Some(warning) = self.cost_warning(name, &model).await?
        {
            return Err(Fault::conflict(warning));
        }
        // What is embedded has no other model than itself.
        let is_embedded = self.shared.society.frame.is_embedded(name);
        let chosen = choice.model.map(|_| model).filter(|_| !is_embedded);
        self.wish(change::SetProvider { name: name.to_owned(), model: chosen }).await?;
        self.shared.pulse().begin_anew();
        self.providers().await
    }

    /// What a day with this provider is expected to cost, when it costs anything.
    async fn cost_warning(&self, provider: &str, model: &str) -> Result<Option<String>, Fault> {
        let tariff = Tariff::of(&self.shared.society.frame, provider, model);
        if !tariff.priced {
            return Ok(Some(format!(
                "{provider} with {model} has no known price, so its cost cannot be foretold: confirm to use it all the same"
            )));
        }
        let (beats, bots) = self.expected_beats(provider).await?;
        let (_, call) = budget::guess(&self.shared.society.frame, &tariff);
        if call == Money::ZERO {
            return Ok(None);
        }
        let day = Money::from_nanos(call.nanos().saturating_mul(beats));
        let cap =
            Money::from_nanos(self.shared.settings.budget.daily_cost.nanos().saturating_mul(bots.max(1)));
        Ok(Some(format!(
            "{provider} with {model} costs about {} a day at this pace ({beats} beats of {bots} bots; their caps stop it at {cap}): confirm to use it",
            day.min(cap)
        )))
    }

    /// Beats a day, and bots, that would go to `provider` were it the room's.
    async fn expected_beats(&self, provider: &str) -> Result<(i64, i64), Fault> {
        let (bots, pinned) =
            self.shared.store.read(|c| Ok((schedule::all_due(c)?, schedule::pinned(c)?))).await?;
        let pace = self.shared.society.settings().pace;
        let default = self.shared.society.frame.pace_with(provider);
        let theirs: Vec<i64> = bots
            .iter()
            .filter(|bot| pinned.get(&bot.id).is_none_or(|named| named == provider))
            .map(|bot| DAY / i64::from(bot.pace_seconds.or(pace).unwrap_or(default).max(1)))
            .collect();
        Ok((theirs.iter().sum(), i64::try_from(theirs.len()).unwrap_or(i64::MAX)))
    }

    /// Bots wake no more until the engine is resumed; those on a beat finish it.
    ///
    /// # Errors
    /// Database errors.
    pub async fn pause_engine(&self) -> Result<EngineNow, Fault> {
        self.set_engine(EngineState::Paused).await
    }

    /// Bots wake again.
    ///
    /// # Errors
    /// Database errors.
    pub async fn resume_engine(&self) -> Result<EngineNow, Fault> {
        self.set_engine(EngineState::Running).await
    }

    async fn set_engine(&self, engine: EngineState) -> Result<EngineNow, Fault> {
        if self.shared.live().engine == EngineState::Stopped {
            return Err(Fault::unavailable("the engine is stopped"));
        }
        self.wish(change::BecomeAwake { awake: engine == EngineState::Running }).await?;
        Ok(EngineNow { engine })
    }

    /// One beat of the bot that comes next, whether the engine is paused or not.
    ///
    /// # Errors
    /// Database errors.
    pub async fn step_engine(&self) -> Result<EngineNow, Fault> {
        let handle = self.clone();
        self.whole(async move { handle.run_beats(Run { count: Some(1), ..Run::default() }, |_| {}).await })
            .await?;
        Ok(EngineNow { engine: self.shared.live().engine })
    }
}

fn pace_seconds(pace: &SetPace) -> Result<u32, Fault> {
    let names = Preset::NAMED.map(Preset::as_str).join(", ");
    match (&pace.preset, pace.interval_seconds) {
        (_, Some(seconds)) if !(INTERVAL_MIN..=INTERVAL_MAX).contains(&seconds) => Err(Fault::invalid_field(
            "interval_seconds",
            format!("must be {INTERVAL_MIN} to {INTERVAL_MAX} seconds"),
        )),
        (None, Some(seconds)) => Ok(seconds),
        (Some(word), seconds) => match (Preset::parse(word), seconds) {
            (Some(Preset::Custom), Some(seconds)) => Ok(seconds),
            (Some(Preset::Custom), None) => {
                Err(Fault::bad_value("preset custom needs interval_seconds as well".to_owned()))
            }
            (Some(preset), None) => Ok(preset.seconds().unwrap_or(INTERVAL_MAX)),
            (Some(_), Some(_)) => {
                Err(Fault::bad_value("give either a preset or interval_seconds, not both".to_owned()))
            }
            (None, _) => {
                Err(Fault::bad_value(format!("there is no pace {}: choose {names}", clean_line(word, 40))))
            }
        },
        (None, None) => {
            Err(Fault::invalid_field("preset", format!("is required ({names}), or interval_seconds")))
        }
    }
}
