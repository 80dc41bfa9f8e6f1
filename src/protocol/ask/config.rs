//! A bot's configuration and caps.

use super::declare;
use crate::protocol::*;

macro_rules! config {
    ($then:ident) => {
        $then! {
            /// A bot's configuration
            ///
            /// The live configuration, the effective caps and, for bots from a file, what the file says.
            ReadBotConfig = bot_config {
                /// Bot id
                path id: String,
            } -> BotConfigView {
                Get "/api/bots/{id}/config" bot_config in config: 200 Viewer Fresh Soon
            }
            /// Changes a bot's configuration
            ///
            /// Keys given are set, keys left out keep their value. Nothing is stored when one value is wrong. Takes
            /// effect on the bot's next beat.
            ChangeConfig = change_config {
                /// Bot id
                path id: String,
                /// What is set.
                body patch: ConfigPatch as ConfigSections,
            } -> Configured {
                Put "/api/bots/{id}/config" set_config in config: 200 Operator Fresh Soon
            }
            /// Sets a bot's daily caps
            ///
            /// A cap left out keeps its value, `null` returns it to the default, 0 means no calls at all.
            CapBot = set_caps {
                /// Bot id
                path id: String,
                /// The caps.
                body caps: SetCaps,
            } -> CostCaps {
                Put "/api/bots/{id}/cost-cap" set_caps in config: 200 Operator Fresh Soon
            }
            /// Returns a bot's caps to the defaults
            ///
            /// Both of them.
            UncapBot = reset_caps {
                /// Bot id
                path id: String,
            } -> ClearedCaps {
                Delete "/api/bots/{id}/cost-cap" clear_caps in config: 200 Operator Fresh Soon
            }
            /// Returns a bot to its YAML
            ///
            /// Edits are dropped.
            ResetBot = reset_bot {
                /// Bot id
                path id: String,
            } -> BotConfigView {
                Post "/api/bots/{id}/reset" reset in config: 200 Operator Fresh Soon
                or 409 "A custom bot has no file"
            }
            /// Decides what to do when a bot's file has changed
            ///
            /// `keep` the live configuration, or `take` the file's.
            ChooseYaml = yaml_choice {
                /// Bot id
                path id: String,
                /// What to do.
                body choice: Choice,
            } -> BotConfigView {
                Post "/api/bots/{id}/yaml" yaml_choice in config: 200 Operator Fresh Soon
                or 409 "A custom bot has no file"
            }
        }
    };
}
pub(crate) use config;

config!(declare);
