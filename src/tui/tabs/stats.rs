//! The Stats tab's state and its share of `update` (the pattern is in [`super`]).

use crate::protocol::{
    ActionMix, Analytics, CacheCount, Event, LadderCount, Notice, ReputationHistory, UsageSeries,
};
use crate::tui::action::Act;
use crate::tui::model::Model;
use crate::tui::msg::{Command, Data, Effect, Load, Outcome};
use crate::tui::overlays::Answer;

/// The periods to choose from, in days.
pub const PERIODS: [u32; 3] = [7, 30, 90];

/// What the tab shows.
#[derive(Debug)]
pub struct Stats {
    /// Days shown.
    pub days: u32,
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
    /// Set when costs were priced for show.
    pub simulated: Option<String>,
}

impl Default for Stats {
    fn default() -> Self {
        Self {
            days: PERIODS[0],
            series: None,
            reputation: Vec::new(),
            actions: Vec::new(),
            analytics: None,
            ladder: Vec::new(),
            cache: Vec::new(),
            simulated: None,
        }
    }
}

/// The tab came into view.
pub fn shown(model: &mut Model) -> Vec<Effect> {
    model.stats.simulated = model.room.as_ref().and_then(|room| room.simulated_cost.clone());
    let days = model.stats.days;
    [
        Load::UsageSeries(days, None),
        Load::ReputationHistory(days),
        Load::Actions(days),
        Load::Analytics(days),
        Load::Providers,
    ]
    .map(Effect::Load)
    .into()
}

/// An action on this tab.
pub fn act(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    let at = PERIODS.iter().position(|days| *days == model.stats.days).unwrap_or(0);
    let next = match act {
        Act::Less => at.saturating_sub(1),
        Act::More => (at + 1).min(PERIODS.len() - 1),
        _ => return None,
    };
    if next == at {
        return Some(Vec::new());
    }
    model.stats.days = PERIODS[next];
    Some(shown(model))
}

/// A read came back.
pub fn loaded(model: &mut Model, load: &Load, data: &Data) -> Vec<Effect> {
    let stats = &mut model.stats;
    let days = stats.days;
    match (load, data) {
        (Load::UsageSeries(of, None), Data::UsageSeries(series)) if *of == days => {
            stats.series = Some(series.clone());
        }
        (Load::ReputationHistory(of), Data::ReputationHistory(history)) if *of == days => {
            stats.reputation.clone_from(history);
        }
        (Load::Actions(of), Data::Actions(actions)) if *of == days => stats.actions.clone_from(actions),
        (Load::Analytics(of), Data::Analytics(analytics)) if *of == days => {
            stats.analytics = Some(analytics.clone());
        }
        (Load::Providers, Data::Providers(providers)) => {
            stats.ladder = providers.iter().flat_map(|provider| provider.ladder.clone()).collect();
            stats.cache = providers.iter().flat_map(|provider| provider.cache.clone()).collect();
        }
        _ => {}
    }
    Vec::new()
}

/// A change came back.
pub fn ran(_model: &mut Model, _command: &Command, _outcome: &Outcome) -> Vec<Effect> {
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
    shown(model)
}

/// A window was answered.
///
/// # Errors
/// Never: the tab opens no windows.
pub fn answered(_model: &mut Model, _what: &str, _id: i64, _answer: &Answer) -> Result<Vec<Effect>, String> {
    Ok(Vec::new())
}

/// A click: on the periods in the title it takes the next one, round and round.
pub fn click(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    let body = model.layout().body;
    if !crate::tui::panes::stats::is_periods(&model.stats, body, x, y) {
        return Vec::new();
    }
    let at = PERIODS.iter().position(|days| *days == model.stats.days).unwrap_or(0);
    model.stats.days = PERIODS[(at + 1) % PERIODS.len()];
    shown(model)
}
