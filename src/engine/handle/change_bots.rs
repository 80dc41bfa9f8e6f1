//! Changing bots: creating, configuring, capping, pacing, pausing, leaving.

use super::Handle;
use crate::domain::pace::{INTERVAL_MAX, INTERVAL_MIN};
use crate::domain::personality::{Persona, PersonalityConfig};
use crate::domain::text::clean_line;
use crate::domain::{Money, bot_file};
use crate::protocol::{
    BotConfigView, BotPace, BotView, Choice, ConfigPatch, CostCaps, CreateBot, Deleted, Fault, FieldError,
    Notice, SetCaps,
};
use crate::society::change::{self, field_faults};

/// Highest cap, in dollars.
const COST_CAP_MAX: f64 = 1e9;

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
        let count = bots.len();
        self.wish(change::AddCrowd { bots }).await?;
        Ok(count)
    }

    async fn insert(&self, config: PersonalityConfig, random_id: bool) -> Result<BotView, Fault> {
        let id = self.wish(change::AddBot { config, random_id }).await?;
        self.bot(&id).await
    }

    /// Lets a custom bot go; its posts stay.
    ///
    /// # Errors
    /// 404 for an unknown bot, 409 for one that comes from a file.
    pub async fn delete_bot(&self, id: &str) -> Result<Deleted, Fault> {
        self.wish(change::DeleteBot { bot: id.to_owned() }).await?;
        Ok(Deleted { deleted: true, bot_id: id.to_owned() })
    }

    /// Sets the keys given of a bot's configuration; it takes effect on its next beat.
    ///
    /// # Errors
    /// 404, 422 with the fields at fault; nothing is stored then.
    pub async fn set_config(&self, id: &str, patch: ConfigPatch) -> Result<BotConfigView, Fault> {
        let (bot, given) = (id.to_owned(), patch.clone());
        let (before, after) = self
            .read(move |c| {
                let config = change::parse(&bot, &change::present(c, &bot)?.config)?;
                let merged = bot_file::merge(&config, &given).map_err(field_faults)?;
                Ok((config.model, merged.model))
            })
            .await?;
        if before != after {
            self.shared.check_voice("model", &after)?;
        }
        self.wish(change::SetConfig { bot: id.to_owned(), patch }).await?;
        self.tell_status(id).await?;
        self.bot_config(id).await
    }

    /// Goes back to the YAML's configuration, caps and pace to the defaults.
    ///
    /// # Errors
    /// 404, 409 for a custom bot.
    pub async fn reset_bot(&self, id: &str) -> Result<BotConfigView, Fault> {
        self.wish(change::ResetBot { bot: id.to_owned() }).await?;
        self.tell_status(id).await?;
        self.bot_config(id).await
    }

    /// Settles what to do with a changed file.
    ///
    /// # Errors
    /// 404, 409 when the file has not changed.
    pub async fn yaml_choice(&self, id: &str, choice: impl Into<Choice>) -> Result<BotConfigView, Fault> {
        let Choice { choice } = choice.into();
        self.wish(change::ChooseFile { bot: id.to_owned(), choice }).await?;
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
            Some(Some(dollars)) => Some(Some(
                Money::from_dollars(dollars)
                    .filter(|cost| *cost >= Money::ZERO && dollars <= COST_CAP_MAX)
                    .ok_or_else(|| {
                    Fault::invalid_field("daily_cost_cap_usd", "must be from 0 to 1,000,000,000")
                })?,
            )),
        };
        self.wish(change::SetCaps { bot: id.to_owned(), tokens, cost }).await?;
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
    pub async fn set_bot_pace(&self, id: &str, pace: impl Into<BotPace>) -> Result<BotView, Fault> {
        let seconds = pace.into().interval_seconds;
        if seconds.is_some_and(|s| !(INTERVAL_MIN..=INTERVAL_MAX).contains(&s)) {
            return Err(Fault::invalid_field(
                "interval_seconds",
                format!("must be {INTERVAL_MIN} to {INTERVAL_MAX} seconds"),
            ));
        }
        self.wish(change::SetBotPace { bot: id.to_owned(), seconds }).await?;
        self.bot(id).await
    }

    /// Stops a bot or lets it go on.
    ///
    /// # Errors
    /// 404.
    pub async fn set_paused(&self, id: &str, paused: bool) -> Result<BotView, Fault> {
        self.wish(change::PauseBot { bot: id.to_owned(), paused }).await?;
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

/// Values in range and texts through the gate, or 422 naming the fields.
fn checked(mut config: PersonalityConfig, section: &str) -> Result<PersonalityConfig, Fault> {
    // What is kept is counted, by the rules of a bot's file; nothing that was taken is cut.
    let persona = &mut config.personality;
    let lines = [&mut config.name, &mut persona.communication_style].into_iter();
    for line in lines.chain(&mut persona.traits).chain(&mut persona.interests).chain(&mut persona.quirks) {
        *line = clean_line(line, usize::MAX);
    }
    config.identity.origin_story = crate::domain::text::clean(&config.identity.origin_story, usize::MAX);
    bot_file::checked_custom(&config).map_err(|problems| {
        let named = |p: bot_file::FieldProblem| FieldError {
            field: if p.field == "name" { p.field } else { format!("{section}.{}", p.field) },
            message: p.message,
        };
        Fault::invalid(problems.into_iter().map(named).collect())
    })
}
