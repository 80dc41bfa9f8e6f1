//! Changing the room: pace, provider, pausing and stepping the engine.

use std::sync::Arc;

use super::Handle;
use super::record::Record;
use crate::domain::pace::{INTERVAL_MAX, INTERVAL_MIN, Preset, human_interval};
use crate::domain::text::clean_line;
use crate::domain::{Money, Stamp};
use crate::engine::budget::{self, Settlement, Tariff};
use crate::engine::outage;
use crate::engine::runner::Run;
use crate::engine::schedule;
use crate::engine::shared::Shared;
use crate::engine::wall;
use crate::llm::guard::NoAccount;
use crate::llm::{Again, Purpose, Rank, Request};
use crate::protocol::{EngineState, Fault, Notice, PaceView, ProviderTest, ProviderView, SetPace};
use crate::store::{Result, beat, books, providers};

/// Seconds in a day.
const DAY: i64 = 86_400;

impl Handle {
    /// Sets the room's pace by preset or interval.
    ///
    /// # Errors
    /// 400 for an unknown preset, 422 for an interval out of range.
    pub async fn set_pace(&self, pace: SetPace) -> Result<PaceView, Fault> {
        let seconds = pace_seconds(&pace)?;
        let shared = self.shared.clone();
        self.shared
            .store
            .write(move |tx| {
                beat::set_meta(tx, "pace", &seconds.to_string())?;
                let at = shared.clock.now();
                let notice = Notice::PaceChanged {
                    preset: Preset::of_seconds(seconds).as_str().to_owned(),
                    interval_seconds: seconds,
                    interval_human: human_interval(seconds),
                };
                tx.after_commit(move || {
                    shared.live_mut().pace = Some(seconds);
                    shared.pulse().begin_anew();
                    shared.bus.tell(at, notice);
                });
                Ok(())
            })
            .await?;
        self.replan_all().await?;
        self.pace().await
    }

    /// Chooses the provider of bots that name none. One that costs must be confirmed.
    ///
    /// # Errors
    /// 404 for one that is not configured, 503 for one that is not set up, 409 with the expected daily
    /// cost when it costs and `confirm_cost` is false.
    pub async fn set_default_provider(
        &self,
        name: &str,
        confirm_cost: bool,
    ) -> Result<Vec<ProviderView>, Fault> {
        let name = crate::domain::personality::meant_provider(name);
        if !self.shared.guards.contains_key(name) {
            let known: Vec<_> = self.shared.guards.keys().map(String::as_str).collect();
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
        if !confirm_cost && let Some(warning) = self.cost_warning(name, guard.default_model()).await? {
            return Err(Fault::conflict(warning));
        }
        let (shared, chosen) = (self.shared.clone(), name.to_owned());
        self.shared
            .store
            .write(move |tx| {
                beat::set_meta(tx, "provider", &chosen)?;
                let details = serde_json::json!({"changed": ["provider"], "provider": chosen});
                Record::new("system", "System", "config_updated", details, shared.clock.now())
                    .put(&shared, tx)?;
                tx.after_commit(move || {
                    shared.live_mut().provider = chosen;
                    shared.pulse().begin_anew();
                });
                Ok(())
            })
            .await?;
        self.replan_all().await?;
        self.providers().await
    }

    /// What a day with this provider is expected to cost, when it costs anything.
    async fn cost_warning(&self, provider: &str, model: &str) -> Result<Option<String>, Fault> {
        let tariff = Tariff::of(&self.shared.settings, provider, model);
        if !tariff.priced {
            return Ok(Some(format!(
                "{provider} with {model} has no known price, so its cost cannot be foretold: confirm to use it all the same"
            )));
        }
        let (beats, bots) = self.expected_beats(provider).await?;
        let (_, call) = budget::guess(&self.shared.settings, &tariff);
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
        let bots = self.shared.store.read(beat::all_due).await?;
        let pace = self.shared.live().pace;
        let default = if provider == "scripted" {
            crate::engine::shared::SCRIPTED_PACE
        } else {
            crate::engine::shared::MODEL_PACE
        };
        let theirs: Vec<i64> = bots
            .iter()
            .filter(|bot| bot.provider == "default" || bot.provider == provider)
            .map(|bot| DAY / i64::from(bot.pace_seconds.or(pace).unwrap_or(default).max(1)))
            .collect();
        Ok((theirs.iter().sum(), i64::try_from(theirs.len()).unwrap_or(i64::MAX)))
    }

    /// One tiny call that proves the set-up, and the models the server offers. It is charged to the room.
    ///
    /// # Errors
    /// 404 for one that is not configured. A call that fails is an answer, not an error.
    pub async fn test_provider(&self, name: &str) -> Result<ProviderTest, Fault> {
        let (handle, name) = (self.clone(), name.to_owned());
        Self::whole(async move { handle.tested(&name).await }).await
    }

    async fn tested(&self, name: &str) -> Result<ProviderTest, Fault> {
        if !self.shared.guards.contains_key(name) {
            return Err(Fault::not_found("provider", clean_line(name, 40)));
        }
        let guard = match self.shared.guard(name) {
            Ok(guard) => guard,
            Err(why) => return Ok(failed_test(why)),
        };
        let models = match guard.models().await {
            Ok(models) => models.iter().take(500).map(|model| clean_line(model, 200)).collect(),
            Err(error) => return Ok(failed_test(error.message)),
        };
        // The server may hold more by now: what it told of its contexts is asked anew.
        let of = name.to_owned();
        self.shared.store.write(move |tx| providers::forget_contexts(tx, &of)).await?;
        {
            let mut live = self.shared.live_mut();
            live.models.insert(name.to_owned(), Vec::clone(&models));
            live.contexts.retain(|(provider, _), _| provider != name);
        }
        let tariff = Tariff::of(&self.shared.settings, name, guard.default_model());
        let request = Request {
            purpose: Purpose::Test,
            model: tariff.model.clone(),
            system: "You answer with one word.".into(),
            prompt: "Say: ready".into(),
            shared: 0,
            again: Again::NEVER,
            schema: None,
            temperature: 0.0,
            max_tokens: 16,
            scene: None,
            seed: 0,
        };
        let place = guard.place(Rank::Person, |_| {}).await;
        let at = self.shared.clock.now();
        let day = self.shared.clock.day(at);
        let (shared, booked) = (self.shared.clone(), (tariff.clone(), request.clone(), day.clone()));
        let admitted = self
            .shared
            .store
            .write(move |tx| {
                let (tariff, request, day) = &booked;
                let admitted = budget::admit_for_room(tx, &shared.settings, tariff, request, day, at)?;
                if let Ok(Some(id)) = admitted {
                    books::mark_sent(tx, id, true)?;
                }
                Ok(admitted)
            })
            .await?;
        let reservation = match admitted {
            Ok(reservation) => reservation,
            Err(cap) => return Ok(ProviderTest { models, ..failed_test(cap.sentence().into()) }),
        };
        let outcome = guard.complete_at(&place, &request, Arc::new(|_| {}), true, &mut NoAccount).await;
        drop(place);
        let (usage, charged, received) = match &outcome.result {
            Ok(completion) => (completion.usage, true, None),
            Err(error) => (error.usage, error.maybe_charged, Some(error.received)),
        };
        let bytes = budget::bytes(&request);
        let settlement = Settlement { reservation, day, bytes, usage, charged, received, tariff };
        let (shared, provider) = (self.shared.clone(), name.to_owned());
        let error = outcome.result.as_ref().err().map(|error| clean_line(&error.message, 500));
        let (used, cost) = self
            .shared
            .store
            .write(move |tx| {
                let (used, cost) = budget::settle(tx, budget::ROOM, &settlement)?;
                if error.is_none() {
                    outage::ends(&shared, tx, &provider, shared.clock.now())?;
                }
                if used.total() > 0 || cost > Money::ZERO {
                    let details =
                        serde_json::json!({"success": error.is_none(), "provider": provider, "error": error});
                    Record::new(budget::ROOM, "System", "provider_test", details, shared.clock.now())
                        .used(used.total(), cost)
                        .put(&shared, tx)?;
                }
                Ok((used, cost))
            })
            .await?;
        Ok(match outcome.result {
            Ok(completion) => ProviderTest {
                // Reasoning that used up the few tokens of a test proves the set-up as well.
                ok: completion.reasoned || !completion.text.trim().is_empty(),
                message: match completion.trouble(request.max_tokens, name) {
                    Some(trouble) if completion.text.trim().is_empty() => trouble,
                    _ => clean_line(&completion.text, 200),
                },
                models,
                latency_ms: i64::try_from(completion.latency.as_millis()).unwrap_or(i64::MAX),
                tokens_used: used.total(),
                cost_usd: cost,
            },
            Err(error) => ProviderTest { models, ..failed_test(error.message) },
        })
    }

    /// Bots wake no more until the engine is resumed; those on a beat finish it.
    ///
    /// # Errors
    /// Database errors.
    pub async fn pause_engine(&self) -> Result<EngineState, Fault> {
        self.set_engine(EngineState::Paused).await
    }

    /// Bots wake again.
    ///
    /// # Errors
    /// Database errors.
    pub async fn resume_engine(&self) -> Result<EngineState, Fault> {
        self.set_engine(EngineState::Running).await
    }

    async fn set_engine(&self, state: EngineState) -> Result<EngineState, Fault> {
        if self.shared.live().engine == EngineState::Stopped {
            return Err(Fault::unavailable("the engine is stopped"));
        }
        let shared = self.shared.clone();
        let paused = state == EngineState::Paused;
        self.shared
            .store
            .write(move |tx| {
                beat::set_meta(tx, "paused", if paused { "true" } else { "false" })?;
                if !paused && !shared.clock.is_simulated() {
                    wall::plan_anew(&shared, tx)?;
                }
                tx.after_commit(move || {
                    shared.live_mut().engine = state;
                    shared.bus.tell(shared.clock.now(), Notice::EngineState { engine: state });
                    shared.wake.notify_one();
                });
                Ok(())
            })
            .await?;
        Ok(state)
    }

    /// One beat of the bot that comes next, whether the engine is paused or not.
    ///
    /// # Errors
    /// Database errors.
    pub async fn step_engine(&self) -> Result<EngineState, Fault> {
        let handle = self.clone();
        Self::whole(async move { handle.run_beats(Run { count: Some(1), ..Run::default() }, |_| {}).await })
            .await?;
        Ok(self.shared.live().engine)
    }

    /// Plans the first beat of a bot that is new.
    pub(super) async fn replan(&self, id: &str) -> Result<(), Fault> {
        let (shared, bot) = (self.shared.clone(), id.to_owned());
        self.shared
            .store
            .write(move |tx| {
                let row = beat::bot(tx, &bot)?;
                let due = match row.next_beat_at {
                    Some(due) => due,
                    None => {
                        let due = schedule::spread(shared.clock.now(), 0, 1, 1);
                        beat::plan(tx, &bot, due)?;
                        due
                    }
                };
                if !shared.live().doing.contains_key(&bot) {
                    shared.schedule().plan(&bot, due);
                }
                Ok(())
            })
            .await?;
        self.shared.wake.notify_one();
        Ok(())
    }

    /// Plans a bot's next beat anew after its pace changed.
    pub(super) async fn hasten(&self, id: &str) -> Result<(), Fault> {
        let (shared, bot) = (self.shared.clone(), id.to_owned());
        self.shared
            .store
            .write(move |tx| {
                let row = beat::bot(tx, &bot)?;
                let interval = shared.interval_of(&bot, row.pace_seconds);
                let due = repaced(shared.clock.now(), &row, interval, 0, 1);
                beat::plan(tx, &bot, due)?;
                if !shared.live().doing.contains_key(&bot) {
                    shared.schedule().plan(&bot, due);
                }
                Ok(())
            })
            .await?;
        self.shared.wake.notify_one();
        Ok(())
    }

    /// Plans everybody's next beat anew after the room's pace or provider changed.
    pub(super) async fn replan_all(&self) -> Result<(), Fault> {
        let shared = self.shared.clone();
        self.shared
            .store
            .write(move |tx| {
                let now = shared.clock.now();
                let bots = beat::all_due(tx)?;
                let count = bots.len();
                for (nth, bot) in bots.iter().enumerate() {
                    let row = beat::bot(tx, &bot.id)?;
                    let due = plan_of(&shared, now, &row, nth, count);
                    beat::plan(tx, &bot.id, due)?;
                    if !shared.live().doing.contains_key(&bot.id) {
                        shared.schedule().plan(&bot.id, due);
                    }
                }
                Ok(())
            })
            .await?;
        self.shared.wake.notify_one();
        Ok(())
    }
}

fn plan_of(shared: &Shared, now: Stamp, row: &beat::BotRow, nth: usize, count: usize) -> Stamp {
    repaced(now, row, shared.interval_of(&row.id, row.pace_seconds), nth, count)
}

/// An interval after the last beat, or the first beat as it was planned; where that has passed already or lies
/// further ahead than the interval, spread over the interval.
fn repaced(now: Stamp, row: &beat::BotRow, interval: u32, nth: usize, count: usize) -> Stamp {
    let next = match row.last_beat_at {
        Some(last) => Some(last.plus_seconds(i64::from(interval))),
        None => row.next_beat_at,
    };
    next.filter(|next| *next > now && *next <= schedule::latest(now, interval))
        .unwrap_or_else(|| schedule::spread(now, nth, count, interval))
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
        (None, None) => Err(Fault::bad_value(format!("give a preset ({names}) or interval_seconds"))),
    }
}

fn failed_test(message: String) -> ProviderTest {
    ProviderTest {
        ok: false,
        message: clean_line(&message, 500),
        models: Vec::new(),
        latency_ms: 0,
        tokens_used: 0,
        cost_usd: Money::ZERO,
    }
}
