//! The clock: at most once a second, what became stale and is on the screen is read anew.

use crate::domain::Stamp;
use crate::link::Connection;
use crate::protocol::{ActivityQuery, Period};
use crate::tui::msg::{Effect, Load};
use crate::tui::state::Page;
use crate::tui::state::bots;
use crate::tui::state::{Model, Pane, Tab};
use crate::tui::update::tabs;

/// Single bots read at a tick in a room that is too big to be read whole.
const SINGLE_READS: usize = 16;
/// Models of acts read at a tick.
const MODELS: usize = 12;
/// Ticks between two requests of an attached control room that nobody's key asked for.
const FAR: usize = 5;

/// Everything the Live tab shows, and the open tab.
pub fn read_everything(model: &mut Model) -> Vec<Effect> {
    model.known.clear();
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
    effects.extend(super::go::came(model));
    effects
}

/// The clock moved on.
pub fn on_tick(model: &mut Model, now: Stamp) -> Vec<Effect> {
    if model.walk.is_none() && now > model.now {
        model.now = now;
    }
    for toast in &mut model.toasts {
        toast.ticks = toast.ticks.saturating_sub(1);
    }
    model.toasts.retain(|toast| toast.ticks > 0);
    tabs::events::tick(model);
    let eager = std::mem::take(&mut model.stale.eager);
    if model.connection == Connection::Local || eager {
        model.stale.wait = 0;
        return Part::ALL.into_iter().flat_map(|part| read_anew(model, part)).collect();
    }
    thriftily(model)
}

/// One part after another, so that the engine far away is asked once in [`FAR`] ticks: what happens is told by the
/// stream, and shown from it.
fn thriftily(model: &mut Model) -> Vec<Effect> {
    if model.stale.wait > 0 {
        model.stale.wait -= 1;
        return Vec::new();
    }
    for _ in Part::ALL {
        let part = Part::ALL[model.stale.next % Part::ALL.len()];
        model.stale.next += 1;
        let effects = read_anew(model, part);
        if !effects.is_empty() {
            let requests: usize = effects.iter().map(requests).sum();
            model.stale.wait = FAR.saturating_mul(requests).saturating_sub(1);
            return effects;
        }
    }
    Vec::new()
}

/// How many requests an effect makes.
const fn requests(effect: &Effect) -> usize {
    match effect {
        Effect::Load(Load::Follows(_)) => 2,
        Effect::Load(Load::Models(acts)) => acts.len(),
        Effect::Load(_) => 1,
        _ => 0,
    }
}

/// What is read anew by itself.
#[derive(Copy, Clone)]
enum Part {
    Why,
    Room,
    Bots,
    Usage,
    Config,
    Page,
    Tab,
    Reputation,
    Log,
    Providers,
    Models,
}

impl Part {
    const ALL: [Self; 11] = [
        Self::Why,
        Self::Room,
        Self::Bots,
        Self::Usage,
        Self::Config,
        Self::Page,
        Self::Tab,
        Self::Reputation,
        Self::Log,
        Self::Providers,
        Self::Models,
    ];
}

/// What has to be read of a part, where it is stale and shown; it is stale no longer.
fn read_anew(model: &mut Model, part: Part) -> Vec<Effect> {
    use std::mem::take;
    let layout = model.layout();
    let live = model.tab == Tab::Live;
    let shown = |pane| live && layout.pane(pane).is_some();
    let order = model.bots.order();
    let ordered = live && (order.column.is_of_period() || model.zoomed && model.focus == Pane::Bots);
    let watching = matches!(model.inspector.page, Page::Memory | Page::Profile);
    let beside = !layout.beside.is_empty() && model.inspector.page.beside() == Page::Profile;
    let stale = &mut model.stale;
    let loads: Vec<Load> = match part {
        Part::Why => stale.why.take().map(Load::Why).into_iter().collect(),
        Part::Room if take(&mut stale.room) => vec![Load::Room],
        Part::Bots => bots(model),
        Part::Usage if (shown(Pane::Usage) || ordered) && take(&mut stale.usage) => {
            let mut loads = vec![Load::Usage(Period::Daily), Load::UsageSeries(14, None)];
            if ordered && order.period != Period::Daily {
                loads.push(Load::Usage(order.period));
            }
            if model.inspector.page == Page::Budget {
                loads.push(Load::Forecast);
            }
            loads
        }
        Part::Config if live && take(&mut stale.config) => {
            model.inspector.wanted.clone().map(Load::Config).into_iter().collect()
        }
        Part::Page if shown(Pane::Inspector) && watching && take(&mut stale.memory) => {
            return model.inspector.read_page();
        }
        Part::Page if beside && take(&mut stale.memory) => return model.inspector.read(Page::Profile),
        Part::Tab if take(&mut stale.tab) => return tabs::refresh(model),
        Part::Reputation if shown(Pane::Reputation) && take(&mut stale.reputation) => {
            vec![Load::ReputationHistory(7)]
        }
        Part::Log if shown(Pane::Log) && take(&mut stale.log) => vec![Load::Log(200)],
        Part::Providers if take(&mut stale.providers) => vec![Load::Providers],
        Part::Models if live => {
            let most = if model.connection == Connection::Local { MODELS } else { 1 };
            Some(model.stream.models.ask(most))
                .filter(|acts| !acts.is_empty())
                .map(Load::Models)
                .into_iter()
                .collect()
        }
        _ => Vec::new(),
    };
    loads.into_iter().map(Effect::Load).collect()
}

/// The bots that changed: all of a small room at once where there are several, else one by one; those that are
/// not read at this tick are at one of the next.
fn bots(model: &mut Model) -> Vec<Load> {
    let small = model.bots.total() < bots::PAGE;
    let far = model.connection != Connection::Local;
    let stale = &mut model.stale;
    let several = if far { 1 } else { 3 };
    if std::mem::take(&mut stale.all_bots) || (small && stale.bots.len() > several) {
        stale.bots.clear();
        return vec![Load::Bots(None)];
    }
    let most = if far { 1 } else { SINGLE_READS };
    std::iter::from_fn(|| stale.bots.pop_first()).take(most).map(Load::Bot).collect()
}
