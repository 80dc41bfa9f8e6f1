//! What the Stats tab shows: its stretch, the charts' data, what each bot used and did.

pub mod figures;

use std::cmp::Ordering;
use std::collections::HashMap;

use ratatui::layout::Rect;

use jiff::tz::TimeZone;

use crate::domain::text::folded;
use crate::domain::{Money, Stamp};
use crate::protocol::{
    ActionMix, Analytics, CacheCount, LadderCount, Marks, ReputationHistory, RoomView, Timeline, UsageSeries,
};
use crate::tui::msg::{Effect, Load};
use crate::tui::widgets::Listing;
use crate::tui::widgets::listing::ListLine;

/// The stretches to choose from: minutes, and what they are called. The last is as long as the room is old.
pub const SPANS: [(u32, &str); 9] = [
    (15, "15 min"),
    (60, "1 h"),
    (360, "6 h"),
    (1_440, "24 h"),
    (4_320, "3 days"),
    (10_080, "7 days"),
    (43_200, "30 days"),
    (129_600, "90 days"),
    (0, "all"),
];
/// Where the room's age is among them.
pub(in crate::tui) const ALL: usize = SPANS.len() - 1;
/// Longest stretch told step by step, in minutes; longer ones are told day by day.
pub(in crate::tui) const BY_STEPS: u32 = 4_320;
/// Steps asked for.
pub(in crate::tui) const STEPS: u32 = 120;
/// Days read at most.
pub(in crate::tui) const DAYS_MAX: u32 = 90;

/// The charts.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Chart {
    /// Tokens and cost.
    #[default]
    Usage,
    /// Reputation.
    Reputation,
}

/// The charts that can be saved.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// Tokens and cost over the stretch of the Stats tab.
    Usage,
    /// Reputation over it.
    Reputation,
    /// Tokens and cost over the days of the Live tab.
    LiveUsage,
    /// Reputation over them.
    LiveReputation,
    /// Who deals with whom.
    Society,
}

/// What the tab shows.
#[derive(Debug)]
pub struct Stats {
    /// The stretch shown, as a place in [`SPANS`].
    pub span: usize,
    /// How many minutes ago it ends.
    pub ago: u32,
    /// Days that cover it.
    pub days: u32,
    /// The chart that keys are about.
    pub on: Chart,
    /// Whether it has all the room.
    pub zoomed: bool,
    /// The place under the cursor.
    pub cursor: Option<usize>,
    /// What each bot used and did, the dearest first unless ordered otherwise.
    pub list: Listing<Used>,
    /// Where the curves of the charts are shown.
    pub plots: [Rect; 2],
    /// The room's age, and what was changed; `None` until read.
    pub marks: Option<Marks>,
    /// What happened step by step; `None` until read, and while the days tell it.
    pub timeline: Option<Timeline>,
    /// Tokens and cost per bot and day; `None` until read.
    pub series: Option<Vec<UsageSeries>>,
    /// Reputation of all bots.
    pub reputation: Vec<ReputationHistory>,
    /// What each bot does.
    pub actions: Vec<ActionMix>,
    /// Totals.
    pub analytics: Option<Analytics>,
    /// How answers were read, per model and rung.
    pub ladder: Vec<LadderCount>,
    /// What each model read, and how much of it came from a cache.
    pub cache: Vec<CacheCount>,
    /// How many wait for a place at a provider.
    pub waiting: u32,
    /// Set when costs were priced for show.
    pub simulated: Option<String>,
}

impl Default for Stats {
    fn default() -> Self {
        Self {
            span: ALL,
            ago: 0,
            days: 7,
            on: Chart::default(),
            zoomed: false,
            cursor: None,
            list: Listing::default(),
            plots: [Rect::ZERO; 2],
            marks: None,
            timeline: None,
            series: None,
            reputation: Vec::new(),
            actions: Vec::new(),
            analytics: None,
            ladder: Vec::new(),
            cache: Vec::new(),
            waiting: 0,
            simulated: None,
        }
    }
}

/// A line of the list of bots.
#[derive(Clone, Debug)]
pub struct Used {
    /// Whose.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Tokens of the days shown.
    pub tokens: i64,
    /// Their cost.
    pub cost: Money,
    /// What it did.
    pub mix: Option<ActionMix>,
    /// How often it did something.
    pub acts: i64,
}

impl ListLine for Used {
    const COLUMNS: &'static [&'static str] = &["cost", "tokens", "acts", "name"];

    fn is_same(&self, other: &Self) -> bool {
        self.id == other.id
    }

    fn holds(&self, words: &str) -> bool {
        folded(&self.name).contains(words)
    }

    fn begins(&self, words: &str) -> bool {
        folded(&self.name).starts_with(words)
    }

    fn compare(&self, other: &Self, column: usize) -> Ordering {
        match column {
            1 => other.tokens.cmp(&self.tokens),
            2 => other.acts.cmp(&self.acts),
            _ => self.name.cmp(&other.name),
        }
    }
}

impl Stats {
    /// Minutes since the first act, as far as they are known.
    fn age(&self) -> Option<u32> {
        let marks = self.marks.as_ref()?;
        u32::try_from(marks.to.seconds_since(marks.began?) / 60).ok()
    }

    /// Whether the stretch is told day by day.
    #[must_use]
    pub fn is_by_days(&self) -> bool {
        match SPANS[self.span].0 {
            0 => self.age().is_some_and(|age| age > BY_STEPS),
            minutes => minutes > BY_STEPS,
        }
    }

    /// Whether the steps of the stretch are still to come.
    #[must_use]
    pub fn waits_for_steps(&self) -> bool {
        self.stretch().is_some() && self.timeline.is_none()
    }

    /// What is asked of the timeline: minutes, how long ago they ended, and in how many steps. Where the days tell the
    /// stretch, or the room's age is to be known first, nothing.
    pub(in crate::tui) fn stretch(&self) -> Option<(u32, u32, u32)> {
        let minutes = SPANS[self.span].0;
        let by_steps = !self.is_by_days() && (minutes > 0 || self.age().is_some());
        by_steps.then_some((minutes, self.ago, STEPS))
    }

    /// A longer or shorter stretch; a stretch longer than the room is old is all of it.
    pub(in crate::tui) fn zoom(&mut self, longer: bool) {
        let age = self.age().unwrap_or(u32::MAX);
        let shorter = |minutes: u32| SPANS[..ALL].iter().rposition(|(span, _)| *span < minutes).unwrap_or(0);
        self.span = match (longer, self.span) {
            (false, ALL) => shorter(age),
            (false, at) => at.saturating_sub(1),
            (true, at) => {
                Some(at + 1).filter(|next| SPANS.get(*next).is_some_and(|(m, _)| *m < age)).unwrap_or(ALL)
            }
        };
        self.cursor = None;
        if self.span == ALL || self.is_by_days() {
            self.ago = 0;
        }
    }

    /// Moves the stretch by half its length; whether that is possible.
    pub(in crate::tui) fn pan(&mut self, back: bool) -> bool {
        let minutes = SPANS[self.span].0;
        if minutes == 0 || minutes > BY_STEPS {
            return false;
        }
        let by = minutes.div_ceil(2);
        let before = self.ago;
        let furthest = self.age().unwrap_or(0).saturating_sub(by);
        self.ago =
            if back { (self.ago + by).min(furthest.max(self.ago)) } else { self.ago.saturating_sub(by) };
        self.cursor = None;
        before != self.ago
    }

    /// The tab came into view: what it reads, at this time of the room.
    pub(in crate::tui) fn came(
        &mut self,
        room: Option<&RoomView>,
        now: Stamp,
        zone: &TimeZone,
    ) -> Vec<Effect> {
        self.simulated = room.and_then(|room| room.simulated_cost.clone());
        self.days = self.days_of(now, zone);
        let mut effects: Vec<Effect> = self.read_timeline().into_iter().collect();
        effects.push(Effect::Load(Load::Marks(DAYS_MAX)));
        effects.extend(self.read_days());
        effects.push(Effect::Load(Load::Providers));
        effects
    }

    /// Reads what is told step by step, if that is what is shown.
    pub(in crate::tui) fn read_timeline(&mut self) -> Option<Effect> {
        let stretch = self.stretch();
        if stretch.is_none() {
            self.timeline = None;
        }
        stretch.map(|(minutes, ago, points)| Effect::Load(Load::Timeline(minutes, ago, points)))
    }

    /// Reads what is told by days.
    pub(in crate::tui) fn read_days(&self) -> [Effect; 4] {
        let days = self.days;
        [
            Load::UsageSeries(days, None),
            Load::ReputationHistory(days),
            Load::Actions(days),
            Load::Analytics(days),
        ]
        .map(Effect::Load)
    }

    /// The days that cover the stretch.
    pub(in crate::tui) fn days_of(&self, now: Stamp, zone: &TimeZone) -> u32 {
        let began = self.marks.as_ref().and_then(|marks| marks.began);
        let from = match SPANS[self.span].0 {
            0 => began,
            minutes if minutes > BY_STEPS => return minutes / 1_440,
            minutes => Some(now.plus_seconds(-60 * i64::from(minutes + self.ago))),
        };
        let Some(from) = from else { return 7 };
        let days = (now.date_in(zone) - from.date_in(zone)).get_days();
        u32::try_from(days + 1).unwrap_or(1).clamp(1, DAYS_MAX)
    }

    /// Gathers what the bots used and did, the dearest first.
    pub(in crate::tui) fn gather(&mut self) {
        let mixes: HashMap<&str, &ActionMix> =
            self.actions.iter().map(|mix| (mix.bot_id.as_str(), mix)).collect();
        let used = |bot: &UsageSeries| {
            let mix = mixes.get(bot.bot_id.as_str()).copied();
            Used {
                id: bot.bot_id.clone(),
                name: bot.bot_name.clone(),
                tokens: bot.series.iter().map(|day| day.total_tokens).sum(),
                cost: bot.series.iter().map(|day| day.cost_usd).sum(),
                mix: mix.cloned(),
                acts: mix.map_or(0, |mix| mix.actions.iter().map(|action| action.count).sum()),
            }
        };
        let mut used: Vec<Used> = self.series.iter().flatten().map(used).collect();
        used.sort_by(|a, b| (b.cost, b.tokens).cmp(&(a.cost, a.tokens)).then_with(|| a.id.cmp(&b.id)));
        self.list.set(used);
    }
}
