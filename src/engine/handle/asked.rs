//! Everything that can be asked, answered by the method of its name; and the answers that tell less than it.

use super::Handle;
use crate::domain::PersonalityConfig;
use crate::protocol::ask::{Answers, Ask, Param, every_ask};
use crate::protocol::*;

/// Answers each of a list by the method of its name.
macro_rules! answered {
    ($(
        $(#[doc = $doc:literal])*
        $ask:ident = $name:ident {
            $(
                $(#[doc = $about:literal])*
                $place:ident $field:ident: $kind:ty
                $(= $default:tt $(in $least:literal..=$most:literal)?)?
                $(as $shown:ty)?
            ),* $(,)?
        } -> $answer:tt $route:tt
    )*) => { $(
        impl Answers<ask::$ask> for Handle {
            async fn answer(&self, asked: ask::$ask) -> Result<<ask::$ask as Ask>::Answer, Fault> {
                asked.check()?;
                let ask::$ask { $($field),* } = asked;
                self.$name($(lent!($place $field)),*).await
            }
        }
    )* };
}

/// A field as it is handed to a method.
macro_rules! lent {
    (path $field:ident) => {
        Param::lend(&$field)
    };
    (query $field:ident) => {
        Param::lend(&$field)
    };
    ($place:ident $field:ident) => {
        $field
    };
}

every_ask!(answered);

impl Handle {
    /// As [`Handle::set_config`], with the configuration alone.
    async fn change_config(&self, id: &str, patch: ConfigPatch) -> Result<Configured, Fault> {
        let BotConfigView { bot_id, personality_config, .. } = self.set_config(id, patch).await?;
        Ok(Configured { success: true, bot_id, personality_config })
    }

    /// As [`Handle::clear_caps`].
    async fn reset_caps(&self, id: &str) -> Result<ClearedCaps, Fault> {
        let CostCaps { daily_token_cap, daily_cost_cap_usd, .. } = self.clear_caps(id).await?;
        Ok(ClearedCaps { success: true, daily_token_cap, daily_cost_cap_usd, is_custom: false })
    }

    async fn pause_bot(&self, id: &str) -> Result<Paused, Fault> {
        let bot = self.set_paused(id, true).await?;
        Ok(Paused { bot_id: bot.id, is_paused: bot.is_paused })
    }

    async fn unpause_bot(&self, id: &str) -> Result<Paused, Fault> {
        let bot = self.set_paused(id, false).await?;
        Ok(Paused { bot_id: bot.id, is_paused: bot.is_paused })
    }

    /// As [`Handle::add_bot`], of a configuration whose id and name stand beside it.
    async fn bring_bot(&self, new: AddBot) -> Result<BotView, Fault> {
        let serde_json::Value::Object(mut config) = new.personality_config else {
            return Err(Fault::invalid_field("personality_config", "must be an object"));
        };
        config.insert("id".into(), new.id.into());
        config.insert("name".into(), new.name.into());
        let config: PersonalityConfig = serde_path_to_error::deserialize(serde_json::Value::Object(config))
            .map_err(|error| {
            let field = format!("personality_config.{}", error.path());
            Fault::invalid_field(&field, error.into_inner().to_string())
        })?;
        self.add_bot(config).await
    }

    /// As [`Handle::new_token`], with the token's text.
    async fn make_token(&self, new: CreateToken) -> Result<MadeToken, Fault> {
        let (view, token) = self.new_token(&new.name, new.role).await?;
        Ok(MadeToken { view, token: token.expose().to_owned() })
    }

    async fn newest_threads(
        &self,
        skip: u32,
        limit: u32,
        after: Option<i64>,
    ) -> Result<Vec<ThreadSummary>, Fault> {
        self.threads(ThreadQuery { skip, limit, after, ..ThreadQuery::default() }).await
    }

    async fn public_threads(
        &self,
        skip: u32,
        limit: u32,
        after: Option<i64>,
    ) -> Result<Vec<ThreadSummary>, Fault> {
        self.newest_threads(skip, limit, after).await
    }

    async fn public_thread(&self, id: i64) -> Result<ThreadView, Fault> {
        self.thread(id).await
    }

    async fn public_bots(&self, limit: u32, after: Option<String>) -> Result<Vec<PublicBot>, Fault> {
        let bots = self.bots_page(0, limit, after).await?.into_iter().map(|bot| PublicBot {
            id: bot.id,
            name: bot.name,
            reputation_score: bot.reputation_score,
            traits: bot.personality_config.personality.traits,
        });
        Ok(bots.collect())
    }

    async fn public_activity(
        &self,
        limit: u32,
        after_seq: Option<i64>,
    ) -> Result<Vec<PublicActivity>, Fault> {
        let query = ActivityQuery { limit, after_seq, ..ActivityQuery::default() };
        let rows = self.activity(query).await?.into_iter().map(|row| PublicActivity {
            id: row.id,
            bot_id: row.bot_id,
            action_type: row.action_type,
            created_at: row.created_at,
        });
        Ok(rows.collect())
    }
}
