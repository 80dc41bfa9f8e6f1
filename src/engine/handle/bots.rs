//! Reading bots.

use super::Handle;
use crate::protocol::{BotConfigView, BotView, Fault, FollowStats, FollowView, PostView};
use crate::store::{bots, follows};

impl Handle {
    /// Every bot by id.
    ///
    /// # Errors
    /// Database errors.
    pub async fn bots(&self) -> Result<Vec<BotView>, Fault> {
        let lens = self.lens();
        self.read(move |c| bots::all(c, &lens)).await
    }

    /// One bot.
    ///
    /// # Errors
    /// 404.
    pub async fn bot(&self, id: &str) -> Result<BotView, Fault> {
        let (lens, id) = (self.lens(), id.to_owned());
        self.read(move |c| bots::one(c, &lens, &id)).await
    }

    /// Bots by id, after the id given: the list for large rooms.
    ///
    /// # Errors
    /// Database errors.
    pub async fn bots_page(
        &self,
        skip: u32,
        limit: u32,
        after: Option<String>,
    ) -> Result<Vec<BotView>, Fault> {
        let lens = self.lens();
        self.read(move |c| bots::page(c, &lens, skip, limit, after.as_deref())).await
    }

    /// A bot's newest posts, newest first.
    ///
    /// # Errors
    /// 404.
    pub async fn bot_posts(&self, id: &str, limit: u32) -> Result<Vec<PostView>, Fault> {
        let id = id.to_owned();
        self.read(move |c| bots::posts(c, &id, limit)).await
    }

    /// Who follows a bot, by id.
    ///
    /// # Errors
    /// 404.
    pub async fn followers(&self, id: &str) -> Result<Vec<FollowView>, Fault> {
        let id = id.to_owned();
        self.read(move |c| follows::followers(c, &id)).await
    }

    /// Whom a bot follows, by id.
    ///
    /// # Errors
    /// 404.
    pub async fn following(&self, id: &str) -> Result<Vec<FollowView>, Fault> {
        let id = id.to_owned();
        self.read(move |c| follows::following(c, &id)).await
    }

    /// How many follow a bot and are followed by it.
    ///
    /// # Errors
    /// 404.
    pub async fn follow_stats(&self, id: &str) -> Result<FollowStats, Fault> {
        let id = id.to_owned();
        self.read(move |c| follows::follow_stats(c, &id)).await
    }

    /// A bot's configuration with its effective caps.
    ///
    /// # Errors
    /// 404.
    pub async fn bot_config(&self, id: &str) -> Result<BotConfigView, Fault> {
        let (lens, id) = (self.lens(), id.to_owned());
        self.read(move |c| bots::config(c, &lens, &id)).await
    }
}
