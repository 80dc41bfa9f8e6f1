//! The clock: at most once a second, what became stale and is on the screen is read anew.

use crate::domain::Stamp;
use crate::protocol::{ActivityQuery, Period};
use crate::tui::live::Page;
use crate::tui::model::{Model, Pane, Tab};
use crate::tui::msg::{Effect, Load};
use crate::tui::tabs;

/// Single bots read at a tick in a room that is too big to be read whole.
const SINGLE_READS: usize = 16;

/// Everything the Live tab shows, and the open tab.
pub fn read_everything(model: &mut Model) -> Vec<Effect> {
    let mut effects: Vec<Effect> = [
        Load::Room,
        Load::Bots(None),
        Load::Activity(ActivityQuery { limit: 200, ..ActivityQuery::default() }),
        Load::Titles,
        Load::Usage(Period::Daily),
        Load::UsageSeries(14, None),
        Load::Forecast,
        Load::ReputationHistory(7),
        Load::Providers,
        Load::Log(200),
    ]
    .into_iter()
    .map(Effect::Load)
    .collect();
    effects.extend(model.inspector.read_page());
    effects.extend(tabs::shown(model));
    effects
}

/// The clock moved on.
pub fn on_tick(model: &mut Model, now: Stamp) -> Vec<Effect> {
    if now > model.now {
        model.now = now;
    }
    for toast in &mut model.toasts {
        toast.ticks = toast.ticks.saturating_sub(1);
    }
    model.toasts.retain(|toast| toast.ticks > 0);
    tabs::events::tick(model);
    let mut loads: Vec<Load> = Vec::new();
    let mut effects = Vec::new();
    let stale = &mut model.stale;
    if std::mem::take(&mut stale.room) {
        loads.push(Load::Room);
    }
    if std::mem::take(&mut stale.providers) {
        loads.push(Load::Providers);
    }
    let small = model.bots.total() < super::arrive::PAGE;
    if std::mem::take(&mut stale.all_bots) {
        stale.bots.clear();
        loads.push(Load::Bots(None));
    } else if !stale.bots.is_empty() {
        if small && stale.bots.len() > 3 {
            stale.bots.clear();
            loads.push(Load::Bots(None));
        } else {
            for _ in 0..SINGLE_READS {
                let Some(id) = stale.bots.pop_first() else { break };
                loads.push(Load::Bot(id));
            }
            stale.bots.clear();
        }
    }
    if model.tab == Tab::Live {
        live(model, &mut loads, &mut effects);
    }
    if std::mem::take(&mut model.stale.tab) {
        effects.extend(tabs::refresh(model));
    }
    effects.extend(loads.into_iter().map(Effect::Load));
    effects
}

fn live(model: &mut Model, loads: &mut Vec<Load>, effects: &mut Vec<Effect>) {
    let layout = model.layout();
    let shown = |pane| layout.pane(pane).is_some();
    let order = model.bots.order();
    let ordered = order.column.is_of_period() || model.zoomed && model.focus == Pane::Bots;
    if (shown(Pane::Usage) || ordered) && std::mem::take(&mut model.stale.usage) {
        loads.extend([Load::Usage(Period::Daily), Load::UsageSeries(14, None)]);
        if ordered && order.period != Period::Daily {
            loads.push(Load::Usage(order.period));
        }
        if model.inspector.page == Page::Budget {
            loads.push(Load::Forecast);
        }
    }
    if shown(Pane::Reputation) && std::mem::take(&mut model.stale.reputation) {
        loads.push(Load::ReputationHistory(7));
    }
    if shown(Pane::Log) && std::mem::take(&mut model.stale.log) {
        loads.push(Load::Log(200));
    }
    if std::mem::take(&mut model.stale.config)
        && let Some(id) = model.inspector.wanted.clone()
    {
        loads.push(Load::Config(id));
    }
    let watching = matches!(model.inspector.page, Page::Memory | Page::Profile);
    if shown(Pane::Inspector) && watching && std::mem::take(&mut model.stale.memory) {
        effects.extend(model.inspector.read_page());
    }
}
