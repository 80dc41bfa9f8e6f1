//! Who is on a beat. A claim gives itself back whatever happens: an error, a panic, an end in the middle.

use std::sync::Arc;

use super::shared::Shared;
use crate::protocol::{Doing, Notice, Work};

/// The mark of a bot that is on a beat. One at a time.
pub(super) struct Claim {
    shared: Arc<Shared>,
    bot: String,
    /// Whether what comes next was settled.
    settled: bool,
    /// Whether anybody was told of it.
    told: bool,
}

impl Shared {
    /// Marks a bot as on a beat; `None` when it is on one already.
    pub(super) fn claim(self: &Arc<Self>, bot: &str) -> Option<Claim> {
        let doing = Doing { what: Work::Thinking, since: self.clock.now(), attempt: 1 };
        let mut live = self.live_mut();
        if live.doing.contains_key(bot) {
            return None;
        }
        live.doing.insert(bot.to_owned(), doing);
        Some(Claim { shared: Arc::clone(self), bot: bot.to_owned(), settled: false, told: false })
    }
}

impl Claim {
    /// Notes and tells what the beat is at.
    pub(super) fn is_at(&mut self, what: Work, attempt: u32) {
        let now = self.shared.clock.now();
        let doing = Doing { what, since: now, attempt };
        self.shared.live_mut().doing.insert(self.bot.clone(), doing);
        if self.shared.bus.is_heard() {
            self.told = true;
            self.shared.bus.tell(now, Notice::BotDoing { bot_id: self.bot.clone(), doing: Some(doing) });
        }
    }

    /// Ends it in order: whoever ran the beat has planned the next.
    pub(super) fn settle(mut self) {
        self.settled = true;
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.shared.live_mut().doing.remove(&self.bot);
        let now = self.shared.clock.now();
        if !self.settled && !self.shared.stop.is_cancelled() {
            tracing::error!(bot = self.bot, "a beat ended in the middle; the bot wakes again at its next");
            // Without a runtime the engine itself has ended.
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                let (shared, bot) = (Arc::clone(&self.shared), self.bot.clone());
                runtime.spawn(async move { shared.plan_again(&bot, now).await });
            }
        }
        if self.told {
            self.shared.bus.tell(now, Notice::BotDoing { bot_id: self.bot.clone(), doing: None });
        }
        self.shared.wake.notify_one();
    }
}
