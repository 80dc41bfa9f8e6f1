//! What is changed at the moment of a fork: commands as a file gives them, the same as everywhere else.

use serde::Deserialize;
use serde_json::Value;

use super::handle::Handle;
use crate::protocol::{
    CreateBot, CreateReply, CreateThread, DefaultProvider, EditMemory, Fault, InjectEvent, SetCaps, SetPace,
};

/// One command of such a file.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Intervention {
    /// Keys of a bot's configuration, as `PATCH /api/bots/{id}/config` takes them.
    SetConfig {
        /// Whose.
        bot: String,
        /// The keys.
        patch: Value,
    },
    /// A bot's caps.
    SetCaps {
        /// Whose.
        bot: String,
        /// The caps.
        #[serde(flatten)]
        caps: SetCaps,
    },
    /// A bot's own pace; none is the room's.
    SetBotPace {
        /// Whose.
        bot: String,
        /// Seconds between two beats.
        interval_seconds: Option<u32>,
    },
    /// A bot is stopped.
    PauseBot {
        /// Which.
        bot: String,
    },
    /// A bot goes on.
    ResumeBot {
        /// Which.
        bot: String,
    },
    /// A custom bot comes in.
    AddBot(CreateBot),
    /// A custom bot leaves.
    RemoveBot {
        /// Which.
        bot: String,
    },
    /// The room's pace.
    SetPace(SetPace),
    /// The provider of bots that name none. What it costs is confirmed.
    SetProvider {
        /// Its name.
        name: String,
    },
    /// An event.
    InjectEvent(InjectEvent),
    /// An event is over.
    EndEvent {
        /// Which.
        id: i64,
    },
    /// A thread by a person.
    PostThread(CreateThread),
    /// An answer by a person.
    PostReply {
        /// In which thread.
        thread_id: i64,
        /// The answer.
        #[serde(flatten)]
        reply: CreateReply,
    },
    /// A memory is pinned or rewritten.
    EditMemory {
        /// Which.
        id: i64,
        /// How.
        #[serde(flatten)]
        edit: EditMemory,
    },
    /// A memory is forgotten.
    ForgetMemory {
        /// Which.
        id: i64,
    },
}

impl Intervention {
    /// Reads a file of them: a list in YAML or JSON, each command a key with its values.
    ///
    /// # Errors
    /// Says which command is wrong, and why.
    pub fn read(text: &str) -> Result<Vec<Self>, String> {
        let list: Value = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
        let Value::Array(items) = list else {
            return Err("expected a list of commands, such as `- pause_bot: {bot: ada_001}`".into());
        };
        Self::of_list(items)
    }

    /// As [`Intervention::read`], of a list that was read already.
    ///
    /// # Errors
    /// Says which command is wrong, and why.
    pub fn of_list(items: Vec<Value>) -> Result<Vec<Self>, String> {
        let read = |(nth, item)| {
            serde_json::from_value(item).map_err(|error| format!("command {}: {error}", nth + 1))
        };
        items.into_iter().enumerate().map(read).collect()
    }

    /// Does it.
    ///
    /// # Errors
    /// As for the command of the same name.
    pub(super) async fn perform(self, on: &Handle) -> Result<(), Fault> {
        match self {
            Self::SetConfig { bot, patch } => on.set_config(&bot, patch).await.map(drop),
            Self::SetCaps { bot, caps } => on.set_caps(&bot, caps).await.map(drop),
            Self::SetBotPace { bot, interval_seconds } => {
                on.set_bot_pace(&bot, interval_seconds).await.map(drop)
            }
            Self::PauseBot { bot } => on.set_paused(&bot, true).await.map(drop),
            Self::ResumeBot { bot } => on.set_paused(&bot, false).await.map(drop),
            Self::AddBot(bot) => on.create_bot(bot).await.map(drop),
            Self::RemoveBot { bot } => on.delete_bot(&bot).await.map(drop),
            Self::SetPace(pace) => on.set_pace(pace).await.map(drop),
            Self::SetProvider { name } => on
                .set_default_provider(DefaultProvider { name, model: None, confirm_cost: true })
                .await
                .map(drop),
            Self::InjectEvent(event) => on.inject_event(event).await.map(drop),
            Self::EndEvent { id } => on.deactivate_event(id).await.map(drop),
            Self::PostThread(thread) => on.create_thread(thread).await.map(drop),
            Self::PostReply { thread_id, reply } => on.create_reply(thread_id, reply).await.map(drop),
            Self::EditMemory { id, edit } => on.edit_memory(id, edit).await.map(drop),
            Self::ForgetMemory { id } => on.forget_memory(id).await.map(drop),
        }
    }
}
