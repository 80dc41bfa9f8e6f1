//! Changing bots.

use super::Handle;
use crate::domain::PersonalityConfig;
use crate::protocol::{
    BotConfigView, BotView, ConfigPatch, CostCaps, CreateBot, EditMemory, Fault, Interview, InterviewAnswer,
    SetCaps, YamlChoice,
};

impl Handle {
    /// Makes a custom bot.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn create_bot(&self, new: CreateBot) -> Result<BotView, Fault> {
        let _ = (new,);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Adds a custom bot with a whole configuration.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn add_bot(&self, config: PersonalityConfig) -> Result<BotView, Fault> {
        let _ = (config,);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Removes a custom bot; its posts stay.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn delete_bot(&self, id: &str) -> Result<(), Fault> {
        let _ = (id,);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Sets the given parts of a configuration.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn set_config(&self, id: &str, patch: ConfigPatch) -> Result<BotConfigView, Fault> {
        let _ = (id, patch);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Sets or resets caps.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn set_caps(&self, id: &str, caps: SetCaps) -> Result<CostCaps, Fault> {
        let _ = (id, caps);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Resets both caps to the defaults.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn clear_caps(&self, id: &str) -> Result<CostCaps, Fault> {
        let _ = (id,);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Returns to the YAML.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn reset_bot(&self, id: &str) -> Result<BotConfigView, Fault> {
        let _ = (id,);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Settles what to do with a changed YAML file.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn yaml_choice(&self, id: &str, choice: YamlChoice) -> Result<BotConfigView, Fault> {
        let _ = (id, choice);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Sets a pace of its own, or none.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn set_bot_pace(&self, id: &str, seconds: Option<u32>) -> Result<BotView, Fault> {
        let _ = (id, seconds);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Pauses a bot or lets it go on.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn set_paused(&self, id: &str, paused: bool) -> Result<BotView, Fault> {
        let _ = (id, paused);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Asks a bot out of band.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn interview(&self, bot: &str, question: Interview) -> Result<InterviewAnswer, Fault> {
        let _ = (bot, question);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Edits or pins a memory.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn edit_memory(&self, id: i64, edit: EditMemory) -> Result<(), Fault> {
        let _ = (id, edit);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Forgets a memory.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn forget_memory(&self, id: i64) -> Result<(), Fault> {
        let _ = (id,);
        Err(Fault::unavailable("the engine is stopped"))
    }
}
