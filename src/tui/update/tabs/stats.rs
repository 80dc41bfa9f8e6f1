//! The Stats tab's share of `update` (the pattern is in [`super`]).

use crate::protocol::{Event, Notice};
use crate::tui::action::Act;
use crate::tui::msg::{Command, Data, Effect, Load, Outcome};
use crate::tui::overlays::Answer;
use crate::tui::state::stats::Saved;
use crate::tui::state::stats::{Chart, figures};
use crate::tui::state::{Model, Tone};
use crate::tui::update::go;
use crate::tui::widgets::plot;

/// Reads what is shown.
fn read(model: &mut Model) -> Vec<Effect> {
    model.stats.came(model.room.as_ref(), model.now, &model.zone)
}

/// An action on this tab.
pub fn act(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    let places = figures::shown(model).places.len();
    let stats = &mut model.stats;
    match act {
        Act::ZoomIn | Act::ZoomOut => {
            stats.zoom(act == Act::ZoomOut);
            return Some(read(model));
        }
        Act::PanBack | Act::PanOn => {
            if stats.pan(act == Act::PanBack) {
                return Some(read(model));
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
        Act::SaveChart => {
            let which = if stats.on == Chart::Usage { Saved::Usage } else { Saved::Reputation };
            crate::tui::update::charts::save(model, which);
        }
        Act::Back if stats.cursor.is_some() => stats.cursor = None,
        Act::Back if stats.zoomed => stats.zoomed = false,
        Act::Back if stats.ago > 0 => {
            stats.ago = 0;
            return Some(read(model));
        }
        Act::Back if stats.list.back() => {}
        Act::Open => {
            let id = stats.list.selected()?.id.clone();
            return Some(go::show_bot(model, &id));
        }
        act if stats.list.act(act) => choose(model),
        _ => return None,
    }
    Some(Vec::new())
}

/// The bot of the selected line is the selected one.
fn choose(model: &mut Model) {
    if let Some(id) = model.stats.list.selected().map(|used| used.id.clone()) {
        model.bots.choose(&id);
    }
}

/// A read came back.
pub fn loaded(model: &mut Model, load: &Load, data: &Data) -> Vec<Effect> {
    let days = model.stats.days;
    match (load, data) {
        (Load::Timeline(minutes, ago, points), Data::Timeline(timeline))
            if Some((*minutes, *ago, *points)) == model.stats.stretch() =>
        {
            model.stats.timeline = Some(timeline.clone());
        }
        (Load::Marks(_), Data::Marks(marks)) => {
            let before = model.stats.stretch();
            model.stats.marks = Some(marks.clone());
            let mut effects = Vec::new();
            // The room is young enough for steps, or has become too old for them.
            if model.stats.stretch() != before {
                effects.extend(model.stats.read_timeline());
            }
            let days = model.stats.days_of(model.now, &model.zone);
            if days != model.stats.days {
                model.stats.days = days;
                effects.extend(model.stats.read_days());
            }
            return effects;
        }
        (Load::UsageSeries(of, None), Data::UsageSeries(series)) if *of == days => {
            model.stats.series = Some(series.clone());
            model.stats.gather();
        }
        (Load::ReputationHistory(of), Data::ReputationHistory(history)) if *of == days => {
            model.stats.reputation.clone_from(history);
        }
        (Load::Actions(of), Data::Actions(actions)) if *of == days => {
            model.stats.actions.clone_from(actions);
            model.stats.gather();
        }
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
    if model.stats.cursor.is_some() { Vec::new() } else { read(model) }
}

/// A window was answered.
///
/// # Errors
/// Never.
pub fn answered(model: &mut Model, what: &str, _id: i64, answer: &Answer) -> Result<Vec<Effect>, String> {
    if what == "filter" {
        model.stats.list.set_filter(answer.text());
    }
    Ok(Vec::new())
}

/// A click: on a chart it moves the cursor there, on the stretch in the title it takes a longer one, on a bot it
/// chooses it.
pub fn click(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    let body = model.layout().body;
    if crate::tui::view::stats::is_span(&model.stats, body, x, y) {
        model.stats.zoom(true);
        return read(model);
    }
    for (chart, plot) in [Chart::Usage, Chart::Reputation].into_iter().zip(model.stats.plots) {
        if plot.contains((x, y).into()) {
            model.stats.on = chart;
            let places = figures::shown(model).places.len();
            model.stats.cursor = plot::place_at(x, places, plot);
            return Vec::new();
        }
    }
    if let Some(column) = crate::tui::view::stats::column_at(&model.stats, body, x, y) {
        model.stats.list.order_by(column);
        return Vec::new();
    }
    let list = &mut model.stats.list;
    let before = list.scroll.selected;
    if list.scroll.line_under(x, y, list.len()).is_some() && list.click(y) {
        if before == list.scroll.selected {
            return act(model, Act::Open).unwrap_or_default();
        }
        choose(model);
    }
    Vec::new()
}
