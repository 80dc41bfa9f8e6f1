//! What has to be read anew, because something changed it.

use std::collections::BTreeSet;

/// What has to be read anew at the next tick, because something changed it.
#[derive(Clone, Debug, Default)]
pub struct Stale {
    /// Header numbers.
    pub room: bool,
    /// These bots.
    pub bots: BTreeSet<String>,
    /// All bots.
    pub all_bots: bool,
    /// Usage and forecast.
    pub usage: bool,
    /// Reputation.
    pub reputation: bool,
    /// Log.
    pub log: bool,
    /// The configuration of the selected bot.
    pub config: bool,
    /// The memory of the selected bot.
    pub memory: bool,
    /// What the open tab shows.
    pub tab: bool,
    /// Providers.
    pub providers: bool,
    /// Why the newest act of the selected bot was done.
    pub why: Option<i64>,
    /// All of it at the next tick, however far away the engine is.
    pub eager: bool,
    /// Ticks before an engine far away is asked again.
    pub wait: usize,
    /// Which part is looked at first then.
    pub next: usize,
}

impl Stale {
    /// Everything is read anew.
    pub fn everything(&mut self) {
        for part in [
            &mut self.room,
            &mut self.all_bots,
            &mut self.usage,
            &mut self.reputation,
            &mut self.log,
            &mut self.config,
            &mut self.memory,
            &mut self.tab,
            &mut self.providers,
            &mut self.eager,
        ] {
            *part = true;
        }
    }
}
