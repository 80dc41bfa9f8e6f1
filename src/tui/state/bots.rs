//! The list of bots: one short row each, so that ten thousand fit.

mod marks;
mod row;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Figures, Order};
use crate::domain::ActivityKind;
use crate::domain::text::folded;
use crate::protocol::{BotView, Notice, Period, Status, UsageReport};
use crate::tui::action::Act;
use crate::tui::marks::Tags;
use crate::tui::widgets::Scroll;

pub use row::ListedBot;

/// Bots read at once.
pub const PAGE: usize = 200;

/// The list.
#[derive(Clone, Debug, Default)]
pub struct Bots {
    rows: Vec<ListedBot>,
    at: BTreeMap<String, usize>,
    shown: Vec<usize>,
    filter: String,
    thinking: usize,
    order: Order,
    /// What each used and posted in the period of the order.
    figures: HashMap<String, Figures>,
    /// Tags a person gave them.
    pub tags: Tags,
    /// Bots marked to be changed together.
    marked: BTreeSet<String>,
    /// The one selection: the bot that keys and the inspector are about.
    chosen: Option<String>,
    /// Where that is in the filtered list.
    pub scroll: Scroll,
    /// Whether the list was read at all.
    pub loaded: bool,
}

impl Bots {
    /// Puts in a whole list, keeping the selection on the same bot.
    pub fn set(&mut self, bots: &[BotView]) {
        let first = self.rows.is_empty();
        self.rows = bots.iter().map(ListedBot::from).collect();
        self.rebuild();
        self.begin(first);
    }

    /// Where there was nobody to select, the first one is.
    fn begin(&mut self, first: bool) {
        self.loaded = true;
        if first && self.chosen.is_none() {
            self.chosen = self.line(0).map(|row| row.id.clone());
        }
    }

    /// Puts in or replaces some.
    pub fn merge(&mut self, bots: &[BotView]) {
        let before = self.rows.len();
        for bot in bots {
            match self.at.get(&bot.id) {
                Some(at) => self.rows[*at] = bot.into(),
                None => {
                    self.at.insert(bot.id.clone(), self.rows.len());
                    self.rows.push(bot.into());
                }
            }
        }
        if self.rows.len() == before && self.order.is_plain() {
            self.thinking = self.rows.iter().filter(|row| row.thinking).count();
        } else {
            self.rebuild();
        }
        self.begin(before == 0);
    }

    /// Takes one out. Nothing is selected in its place: keys on their way were meant for it.
    pub fn remove(&mut self, id: &str) {
        self.rows.retain(|row| row.id != id);
        self.rebuild();
    }

    /// Filters anew, after tags have changed.
    pub fn refilter(&mut self) {
        self.rebuild();
    }

    /// Shows only bots whose name or id contains this; those with a tag that begins so after a `#`.
    pub fn set_filter(&mut self, filter: &str) {
        filter.clone_into(&mut self.filter);
        self.scroll.selected = 0;
        self.rebuild();
        if self.selected().is_none()
            && let Some(first) = self.line(0)
        {
            self.chosen = Some(first.id.clone());
        }
    }

    /// How the list is ordered.
    #[must_use]
    pub const fn order(&self) -> Order {
        self.order
    }

    /// Orders anew and selects who is first now; whether the figures of another period are needed.
    pub fn set_order(&mut self, order: Order) -> bool {
        let other = order.period != self.order.period;
        self.order = order;
        if other {
            self.figures.clear();
        }
        self.rebuild();
        self.scroll.selected = 0;
        self.choose_line();
        other
    }

    /// Takes in what was used in a period, if it is the one shown.
    pub fn take_figures(&mut self, period: Period, usage: &UsageReport) {
        if period != self.order.period {
            return;
        }
        // Who is first for want of figures was chosen by nobody.
        let begins = self.figures.is_empty() && self.order.column.is_of_period() && self.scroll.selected == 0;
        self.figures = usage.bots.iter().map(|bot| (bot.bot_id.clone(), Figures::from(bot))).collect();
        if self.order.column.is_of_period() {
            self.rebuild();
            if begins {
                self.scroll.selected = 0;
                self.choose_line();
            }
        }
    }

    /// What a bot used and posted in the period shown.
    #[must_use]
    pub fn figures(&self, id: &str) -> Figures {
        self.figures.get(id).copied().unwrap_or_default()
    }

    /// The line of the first bot whose name begins with, or holds, what was typed.
    #[must_use]
    pub fn find(&self, typed: &str) -> Option<usize> {
        let typed = folded(typed);
        let name = |line: usize| self.line(line).map(|row| folded(&row.name)).unwrap_or_default();
        (0..self.len())
            .find(|line| name(*line).starts_with(&typed))
            .or_else(|| (0..self.len()).find(|line| name(*line).contains(&typed)))
    }

    /// What the list is filtered by.
    #[must_use]
    pub fn filter(&self) -> &str {
        &self.filter
    }

    fn rebuild(&mut self) {
        self.at = self.rows.iter().enumerate().map(|(at, row)| (row.id.clone(), at)).collect();
        let needle = folded(&self.filter);
        let matches = |row: &ListedBot| {
            if let Some(tag) = needle.strip_prefix('#') {
                return self.tags.has(&row.id, tag);
            }
            needle.is_empty()
                || folded(&row.name).contains(&needle)
                || row.id.contains(&needle)
                || row.status.as_str().starts_with(&needle)
        };
        let mut shown: Vec<usize> =
            self.rows.iter().enumerate().filter(|(_, row)| matches(row)).map(|(at, _)| at).collect();
        if !self.order.is_plain() {
            let mut keyed: Vec<(usize, Figures)> =
                shown.into_iter().map(|at| (at, self.figures(&self.rows[at].id))).collect();
            keyed.sort_by(|a, b| self.order.compare((&self.rows[a.0], a.1), (&self.rows[b.0], b.1)));
            shown = keyed.into_iter().map(|(at, _)| at).collect();
        } else if !shown.is_sorted_by(|a, b| self.rows[*a].id <= self.rows[*b].id) {
            shown.sort_by(|a, b| self.rows[*a].id.cmp(&self.rows[*b].id));
        }
        self.shown = shown;
        self.marked.retain(|id| self.at.contains_key(id));
        self.thinking = self.rows.iter().filter(|row| row.thinking).count();
        if self.chosen.as_ref().is_some_and(|id| !self.at.contains_key(id)) {
            self.chosen = None;
        }
        let place =
            self.chosen.as_ref().and_then(|id| self.shown.iter().position(|at| self.rows[*at].id == *id));
        let place = place.unwrap_or(self.scroll.selected);
        self.scroll.selected = place.min(self.shown.len().saturating_sub(1));
    }

    /// Bots in all.
    #[must_use]
    pub fn total(&self) -> usize {
        self.rows.len()
    }

    /// Bots that pass the filter.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether none passes the filter.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// The row at a line of the filtered list.
    #[must_use]
    pub fn line(&self, line: usize) -> Option<&ListedBot> {
        self.shown.get(line).map(|at| &self.rows[*at])
    }

    /// A bot's row.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&ListedBot> {
        self.at.get(id).map(|at| &self.rows[*at])
    }

    /// All rows.
    #[must_use]
    pub fn rows(&self) -> &[ListedBot] {
        &self.rows
    }

    /// The selected row, if the list shows it: what is not seen is not acted on.
    #[must_use]
    pub fn selected(&self) -> Option<&ListedBot> {
        self.line(self.scroll.selected).filter(|row| Some(&row.id) == self.chosen.as_ref())
    }

    /// The bot the inspector is about, also while the filter hides it.
    #[must_use]
    pub fn chosen(&self) -> Option<&str> {
        self.chosen.as_deref()
    }

    /// Moves the selection for a moving action; whether it was one.
    pub fn act(&mut self, act: Act) -> bool {
        let (before, len) = (self.scroll.selected, self.len());
        if !self.scroll.act(act, len) {
            return false;
        }
        if self.line(before).map(|row| &row.id) != self.chosen.as_ref() && matches!(act, Act::Up | Act::Down)
        {
            self.scroll.selected = before; // nothing was selected: the line where it was
        }
        self.choose_line();
        true
    }

    /// Selects the line shown at a row of the screen; whether there is one.
    pub fn click(&mut self, y: u16) -> bool {
        let len = self.len();
        let hit = self.scroll.click(y, len);
        if hit {
            self.choose_line();
        }
        hit
    }

    fn choose_line(&mut self) {
        if let Some(row) = self.line(self.scroll.selected) {
            self.chosen = Some(row.id.clone());
        }
    }

    /// The selected bot's id.
    #[must_use]
    pub fn selected_id(&self) -> Option<&str> {
        self.selected().map(|row| row.id.as_str())
    }

    /// Selects a bot; whether it is in the list.
    pub fn select(&mut self, id: &str) -> bool {
        let line = self.shown.iter().position(|at| self.rows[*at].id == id);
        if let Some(line) = line {
            self.scroll.selected = line;
            self.chosen = Some(id.to_owned());
        }
        line.is_some()
    }

    /// Makes a bot the chosen one, whether the filter shows it or not; whether it is in the room.
    pub fn choose(&mut self, id: &str) -> bool {
        let there = self.at.contains_key(id);
        if there && !self.select(id) {
            self.chosen = Some(id.to_owned());
        }
        there
    }

    /// Selects a bot, letting go of a filter that hides it; whether it is in the room.
    pub fn show(&mut self, id: &str) -> bool {
        if !self.at.contains_key(id) {
            return false;
        }
        if !self.select(id) {
            self.set_filter("");
            self.select(id);
        }
        true
    }

    /// Whether any bot is on a beat.
    #[must_use]
    pub const fn any_thinking(&self) -> bool {
        self.thinking > 0
    }

    fn think(&mut self, id: &str, thinking: bool) {
        if let Some(row) = self.at.get(id).map(|at| &mut self.rows[*at])
            && row.thinking != thinking
        {
            row.thinking = thinking;
            if thinking {
                self.thinking += 1;
            } else {
                self.thinking -= 1;
            }
        }
    }

    /// Takes in what happened; whether the list looks different now.
    pub fn event(&mut self, notice: &Notice) -> bool {
        match notice {
            Notice::HeartbeatStarted { bot_id, .. } => self.think(bot_id, true),
            Notice::HeartbeatComplete { bot_id, action, details, .. } => {
                if ActivityKind::of(action).is_none_or(ActivityKind::is_beat) {
                    self.think(bot_id, false);
                }
                let score = details.get("reputation_score").and_then(serde_json::Value::as_i64);
                if let (Some(at), Some(score)) = (self.at.get(bot_id), score) {
                    self.rows[*at].reputation = score;
                }
            }
            Notice::BotDoing { bot_id, doing } => {
                let Some(at) = self.at.get(bot_id) else { return false };
                self.rows[*at].doing = *doing;
                self.think(bot_id, doing.is_some());
            }
            Notice::BotStatus { bot_id, status, reason, next_beat_at } => {
                let Some(row) = self.at.get(bot_id).map(|at| &mut self.rows[*at]) else { return false };
                row.status = *status;
                row.reason.clone_from(reason);
                row.next_beat_at = *next_beat_at;
                // An idle beat leaves no row: its end shows here. What it is at goes on until that is told.
                let busy = row.doing.is_some();
                self.think(bot_id, busy);
            }
            Notice::FlagRaised { bot_id, .. } => {
                let Some(row) = self.at.get(bot_id).map(|at| &mut self.rows[*at]) else { return false };
                row.flags += 1;
            }
            _ => return false,
        }
        true
    }

    /// The bot that wakes next.
    #[must_use]
    pub fn next(&self) -> Option<&ListedBot> {
        self.rows
            .iter()
            .filter(|row| row.status == Status::Active && !row.thinking && row.next_beat_at.is_some())
            .min_by(|a, b| (a.next_beat_at, &a.id).cmp(&(b.next_beat_at, &b.id)))
    }
}
