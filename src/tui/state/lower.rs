//! The lower row of the Live tab: usage, reputation, log.

use crate::domain::text::folded;
use crate::protocol::{BotUsage, Forecast, LogLine, ReputationHistory, UsageReport, UsageSeries};
use crate::tui::widgets::Listing;
use crate::tui::widgets::listing::ListLine;

/// The lower row of the Live tab.
#[derive(Clone, Debug, Default)]
pub struct Lower {
    /// Today's usage of the room; that of its bots is in `used`.
    pub usage: Option<UsageReport>,
    /// Today's usage per bot, the dearest first.
    pub used: Listing<BotUsage>,
    /// Usage per day, for the sparklines.
    pub series: Vec<UsageSeries>,
    /// The day's forecast.
    pub forecast: Option<Forecast>,
    /// Reputation over time.
    pub reputation: Vec<ReputationHistory>,
    /// Whose reputation is shown: of bots whose name holds these words.
    pub reputed: String,
    /// Recent log lines, newest first.
    pub log: Listing<LogLine>,
}

impl Lower {
    /// Takes in the log, oldest first. Where the newest line was selected it is so again.
    pub fn take_log(&mut self, lines: Vec<LogLine>) {
        let follows = self.log.scroll.selected == 0;
        self.log.set(lines.into_iter().rev().collect());
        if follows {
            self.log.scroll.selected = 0;
        }
    }

    /// Today's usage of a bot.
    #[must_use]
    pub fn usage_of(&self, id: &str) -> Option<&BotUsage> {
        self.used.rows().find(|bot| bot.bot_id == id)
    }
}

impl ListLine for BotUsage {
    const COLUMNS: &'static [&'static str] = &["cost", "tokens", "name"];

    fn is_same(&self, other: &Self) -> bool {
        self.bot_id == other.bot_id
    }

    fn holds(&self, words: &str) -> bool {
        folded(&self.bot_name).contains(words)
    }

    fn begins(&self, words: &str) -> bool {
        folded(&self.bot_name).starts_with(words)
    }

    fn compare(&self, other: &Self, column: usize) -> std::cmp::Ordering {
        match column {
            1 => other.total_tokens.cmp(&self.total_tokens),
            _ => self.bot_name.cmp(&other.bot_name),
        }
    }
}
