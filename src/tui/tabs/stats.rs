//! The Stats tab's state and its share of `update` (the pattern is in [`super`]).

pub mod figures;

use std::cell::Cell;
use std::path::PathBuf;

use ratatui::layout::Rect;

use crate::domain::Money;
use crate::protocol::{
    ActionMix, Analytics, CacheCount, Event, LadderCount, Notice, ReputationHistory, Timeline, UsageSeries,
};
use crate::tui::action::Act;
use crate::tui::model::{Model, Tab, Tone};
use crate::tui::msg::{Command, Data, Effect, Load, Outcome};
use crate::tui::overlays::{Answer, Line, Overlay, Then};
use crate::tui::widgets::figure::Figure;
use crate::tui::widgets::{Scroll, plot, svg};

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
const ALL: usize = SPANS.len() - 1;
/// Longest stretch told step by step, in minutes; longer ones are told day by day.
const BY_STEPS: u32 = 4_320;
/// Steps asked for.
const STEPS: u32 = 120;
/// Days read at most.
const DAYS_MAX: u32 = 90;

/// The charts.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Chart {
    /// Tokens and cost.
    #[default]
    Usage,
    /// Reputation.
    Reputation,
}

/// What the list of bots is ordered by, the most first.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// What they cost.
    #[default]
    Cost,
    /// Tokens.
    Tokens,
    /// What they did.
    Acts,
    /// By name.
    Name,
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
    /// What the list is ordered by.
    pub by: By,
    /// Place in the list.
    pub list: Scroll,
    /// Where the curves of the charts were drawn last.
    pub drawn: [Cell<Rect>; 2],
    /// What happened step by step; `None` until read.
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
            by: By::default(),
            list: Scroll::default(),
            drawn: [const { Cell::new(Rect::ZERO) }; 2],
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
#[derive(Copy, Clone, Debug)]
pub struct Used<'a> {
    /// Whose.
    pub bot: &'a UsageSeries,
    /// Tokens of the days shown.
    pub tokens: i64,
    /// Their cost.
    pub cost: Money,
    /// What it did.
    pub mix: Option<&'a ActionMix>,
    /// How often it did something.
    pub acts: i64,
}

impl Stats {
    /// Minutes since the first act, as far as they are known.
    fn age(&self) -> Option<u32> {
        let timeline = self.timeline.as_ref()?;
        let end = timeline.to.plus_seconds(60 * i64::from(self.ago));
        u32::try_from(end.seconds_since(timeline.began?) / 60).ok()
    }

    /// Whether the stretch is told day by day.
    #[must_use]
    pub fn is_by_days(&self) -> bool {
        match SPANS[self.span].0 {
            0 => self.age().is_some_and(|age| age > BY_STEPS),
            minutes => minutes > BY_STEPS,
        }
    }

    /// What is asked of the timeline: minutes and how long ago they ended.
    fn stretch(&self) -> (u32, u32) {
        match SPANS[self.span].0 {
            minutes if minutes > BY_STEPS => (0, 0), // for the room's age
            minutes => (minutes, self.ago),
        }
    }

    /// A longer or shorter stretch; a stretch longer than the room is old is all of it.
    fn zoom(&mut self, longer: bool) {
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
    fn pan(&mut self, back: bool) -> bool {
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

    /// The bots with what they used and did, in the order chosen.
    #[must_use]
    pub fn used(&self) -> Vec<Used<'_>> {
        let mut used: Vec<Used<'_>> = self
            .series
            .iter()
            .flatten()
            .map(|bot| {
                let mix = self.actions.iter().find(|mix| mix.bot_id == bot.bot_id);
                Used {
                    bot,
                    tokens: bot.series.iter().map(|day| day.total_tokens).sum(),
                    cost: bot.series.iter().map(|day| day.cost_usd).sum(),
                    mix,
                    acts: mix.map_or(0, |mix| mix.actions.iter().map(|action| action.count).sum()),
                }
            })
            .collect();
        used.sort_by(|a, b| {
            let by = match self.by {
                By::Cost => (b.cost, b.tokens).cmp(&(a.cost, a.tokens)),
                By::Tokens => b.tokens.cmp(&a.tokens),
                By::Acts => b.acts.cmp(&a.acts),
                By::Name => std::cmp::Ordering::Equal,
            };
            by.then_with(|| a.bot.bot_id.cmp(&b.bot.bot_id))
        });
        used
    }
}

/// The chart that keys are about, as data.
#[must_use]
pub fn figure(model: &Model) -> Figure {
    match model.stats.on {
        Chart::Usage => figures::usage(&model.stats, &model.zone),
        Chart::Reputation => figures::reputation(&model.stats.reputation),
    }
}

/// The days that cover the stretch.
fn days_of(model: &Model) -> u32 {
    let stats = &model.stats;
    let began = stats.timeline.as_ref().and_then(|timeline| timeline.began);
    let from = match SPANS[stats.span].0 {
        0 => began,
        minutes if minutes > BY_STEPS => return minutes / 1_440,
        minutes => Some(model.now.plus_seconds(-60 * i64::from(minutes + stats.ago))),
    };
    let Some(from) = from else { return 7 };
    let day = |at: crate::domain::Stamp| at.date_in(&model.zone);
    let days = (day(model.now) - day(from)).get_days();
    u32::try_from(days + 1).unwrap_or(1).clamp(1, DAYS_MAX)
}

/// The tab came into view.
pub fn shown(model: &mut Model) -> Vec<Effect> {
    model.stats.simulated = model.room.as_ref().and_then(|room| room.simulated_cost.clone());
    model.stats.days = days_of(model);
    let (minutes, ago) = model.stats.stretch();
    let mut effects = vec![Effect::Load(Load::Timeline(minutes, ago, STEPS))];
    effects.extend(read_days(model.stats.days));
    effects.push(Effect::Load(Load::Providers));
    effects
}

fn read_days(days: u32) -> [Effect; 4] {
    [Load::UsageSeries(days, None), Load::ReputationHistory(days), Load::Actions(days), Load::Analytics(days)]
        .map(Effect::Load)
}

/// An action on this tab.
pub fn act(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    let places = figure(model).places.len();
    let len = model.stats.series.as_ref().map_or(0, Vec::len);
    let stats = &mut model.stats;
    match act {
        Act::ZoomIn | Act::ZoomOut => {
            stats.zoom(act == Act::ZoomOut);
            return Some(shown(model));
        }
        Act::PanBack | Act::PanOn => {
            if stats.pan(act == Act::PanBack) {
                return Some(shown(model));
            }
            model
                .toast(Tone::Info, "there is nothing further; + shows a shorter stretch, which can be moved");
        }
        Act::Less | Act::More | Act::MuchLess | Act::MuchMore if places > 0 => {
            let by = if matches!(act, Act::MuchLess | Act::MuchMore) { 10 } else { 1 };
            let last = places - 1;
            stats.cursor = Some(match (stats.cursor, matches!(act, Act::Less | Act::MuchLess)) {
                (None, _) => last,
                (Some(at), true) => at.min(last).saturating_sub(by),
                (Some(at), false) => (at + by).min(last),
            });
        }
        Act::NextPane | Act::PrevPane => {
            stats.on = if stats.on == Chart::Usage { Chart::Reputation } else { Chart::Usage };
            stats.cursor = None;
        }
        Act::Zoom => stats.zoomed = !stats.zoomed,
        Act::OrderNext => {
            stats.by = match stats.by {
                By::Cost => By::Tokens,
                By::Tokens => By::Acts,
                By::Acts => By::Name,
                By::Name => By::Cost,
            };
            stats.list.selected = 0;
        }
        Act::SaveChart => save(model),
        Act::Back if stats.cursor.is_some() => stats.cursor = None,
        Act::Back if stats.zoomed => stats.zoomed = false,
        Act::Back if stats.ago > 0 => {
            stats.ago = 0;
            return Some(shown(model));
        }
        Act::Open => {
            let id = stats.used().get(stats.list.selected).map(|used| used.bot.bot_id.clone())?;
            return Some(crate::tui::update::show_bot(model, &id));
        }
        act if stats.list.act(act, len) => {
            let id = stats.used().get(stats.list.selected).map(|used| used.bot.bot_id.clone());
            if let Some(id) = id {
                model.bots.choose(&id);
            }
        }
        _ => return None,
    }
    Some(Vec::new())
}

/// Asks where the chart is to be written.
fn save(model: &mut Model) {
    let figure = figure(model);
    if figure.is_empty() {
        model.toast(Tone::Info, "there is nothing to save yet");
        return;
    }
    let day = model.now.date_in(&model.zone);
    let name = match model.stats.on {
        Chart::Usage => format!("tokens-{day}"),
        Chart::Reputation => format!("reputation-{day}"),
    };
    let title = "Save the chart as NAME.svg and its numbers as NAME.csv";
    model.overlays.push(Overlay::Line(Line::over(title, &name, Then::Tab(Tab::Stats, "save", 0))));
}

/// A read came back.
pub fn loaded(model: &mut Model, load: &Load, data: &Data) -> Vec<Effect> {
    let days = model.stats.days;
    match (load, data) {
        (Load::Timeline(minutes, ago, _), Data::Timeline(timeline))
            if (*minutes, *ago) == model.stats.stretch() =>
        {
            model.stats.timeline = Some(timeline.clone());
            let days = days_of(model);
            if days != model.stats.days {
                model.stats.days = days;
                return read_days(days).into();
            }
        }
        (Load::UsageSeries(of, None), Data::UsageSeries(series)) if *of == days => {
            model.stats.series = Some(series.clone());
        }
        (Load::ReputationHistory(of), Data::ReputationHistory(history)) if *of == days => {
            model.stats.reputation.clone_from(history);
        }
        (Load::Actions(of), Data::Actions(actions)) if *of == days => model.stats.actions.clone_from(actions),
        (Load::Analytics(of), Data::Analytics(analytics)) if *of == days => {
            model.stats.analytics = Some(analytics.clone());
        }
        (Load::Providers, Data::Providers(providers)) => {
            let stats = &mut model.stats;
            stats.ladder = providers.iter().flat_map(|provider| provider.ladder.clone()).collect();
            stats.cache = providers.iter().flat_map(|provider| provider.cache.clone()).collect();
            stats.waiting = providers.iter().map(|provider| provider.queue.waiting).sum();
        }
        _ => {}
    }
    Vec::new()
}

/// A change came back.
pub fn ran(model: &mut Model, command: &Command, _outcome: &Outcome) -> Vec<Effect> {
    if let Command::SaveChart { path, .. } = command {
        let name = crate::files::shown(path);
        model.toast(Tone::Good, format!("saved as {name}.svg and {name}.csv"));
    }
    Vec::new()
}

/// Something happened.
pub fn event(model: &mut Model, event: &Event) {
    if matches!(event.notice, Notice::HeartbeatComplete { .. }) {
        model.stale.tab = true;
    }
}

/// Something this tab shows is stale.
pub fn refresh(model: &mut Model) -> Vec<Effect> {
    // What a person looks at under the cursor does not move away.
    if model.stats.cursor.is_some() { Vec::new() } else { shown(model) }
}

/// A window was answered.
///
/// # Errors
/// Where no name was given.
pub fn answered(model: &mut Model, what: &str, _id: i64, answer: &Answer) -> Result<Vec<Effect>, String> {
    if what != "save" {
        return Ok(Vec::new());
    }
    let name = answer.text().trim();
    let name = name.strip_suffix(".svg").or_else(|| name.strip_suffix(".csv")).unwrap_or(name);
    if name.is_empty() {
        return Err("where should it be written?".into());
    }
    let figure = figure(model);
    let (svg, csv) = (svg::draw(&figure), figure.csv());
    Ok(vec![Effect::Run(Command::SaveChart { path: PathBuf::from(name), svg, csv })])
}

/// A click: on a chart it moves the cursor there, on the stretch in the title it takes a longer one, on a bot it
/// chooses it.
pub fn click(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    let body = model.layout().body;
    if crate::tui::panes::stats::is_span(&model.stats, body, x, y) {
        model.stats.zoom(true);
        return shown(model);
    }
    for (chart, drawn) in [Chart::Usage, Chart::Reputation].into_iter().zip([0, 1]) {
        let plot = model.stats.drawn[drawn].get();
        if plot.contains((x, y).into()) {
            model.stats.on = chart;
            let places = figure(model).places.len();
            model.stats.cursor = plot::place_at(x, places, plot);
            return Vec::new();
        }
    }
    if let Some(row) = crate::tui::panes::stats::list_row(&model.stats, body, x, y) {
        let (before, len) = (model.stats.list.selected, model.stats.used().len());
        if model.stats.list.click(row, len) {
            if before == model.stats.list.selected {
                return act(model, Act::Open).unwrap_or_default();
            }
            if let Some(id) =
                model.stats.used().get(model.stats.list.selected).map(|used| used.bot.bot_id.clone())
            {
                model.bots.choose(&id);
            }
        }
    }
    Vec::new()
}
