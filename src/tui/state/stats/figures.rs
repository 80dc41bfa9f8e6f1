//! The charts of the tab and of the Live tab, as data.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::{Chart, Stats};
use crate::domain::Stamp;
use crate::domain::text::folded;
use crate::domain::{ActivityKind, Actor};
use crate::protocol::{Marks, ReputationHistory, Timeline, TimelineMark, UsageSeries};
use crate::tui::state::{Model, Row};
use crate::tui::widgets::figure::{Curve, Figure, Tick, Unit};
use crate::tui::widgets::plot::MOST;

/// Tokens and cost of the stretch that is shown: step by step, or day by day.
#[must_use]
pub fn usage(stats: &Stats, zone: &TimeZone) -> Figure {
    match &stats.timeline {
        Some(timeline) if !stats.is_by_days() => of_timeline(timeline, zone),
        _ => {
            let marks = stats.marks.iter().flat_map(told_of);
            of_days(stats.series.as_deref().unwrap_or_default(), marks, zone)
        }
    }
}

fn usage_of(places: Vec<Tick>, tokens: Vec<f64>, cost: Vec<f64>, marks: Vec<(usize, String)>) -> Figure {
    let curve = |name: &str, unit, values: Vec<f64>, right| Curve {
        name: name.into(),
        actor: None,
        unit,
        values: values.into_iter().map(Some).collect(),
        right,
    };
    Figure {
        title: "Tokens and cost".into(),
        places,
        curves: vec![curve("tokens", Unit::Tokens, tokens, false), curve("cost", Unit::Money, cost, true)],
        marks,
    }
}

#[allow(clippy::cast_precision_loss)] // shown with three digits
fn of_timeline(timeline: &Timeline, zone: &TimeZone) -> Figure {
    let at =
        |place: usize| timeline.from.plus_seconds(timeline.step_seconds * i64::try_from(place).unwrap_or(0));
    let clock = |at: Stamp, form: &str| at.timestamp().to_zoned(zone.clone()).strftime(form).to_string();
    // A stretch within a day needs no date, and one of minutes needs seconds.
    let seconds = timeline.to.seconds_since(timeline.from);
    let short = match seconds {
        ..600 => "%H:%M:%S",
        600..86_400 => "%H:%M",
        _ => "%m-%d %H:%M",
    };
    let places = (0..timeline.points.len())
        .map(|place| Tick { short: clock(at(place), short), full: clock(at(place), "%Y-%m-%d %H:%M:%S") })
        .collect();
    let place_of = |mark: &TimelineMark| {
        let place = mark.at.seconds_since(timeline.from) / timeline.step_seconds.max(1);
        usize::try_from(place).unwrap_or(0).min(timeline.points.len().saturating_sub(1))
    };
    let marks = timeline.marks.iter().map(|mark| (place_of(mark), told(mark))).collect();
    let tokens = timeline.points.iter().map(|point| point.tokens as f64).collect();
    let cost = timeline.points.iter().map(|point| point.cost_usd.dollars()).collect();
    usage_of(places, tokens, cost, marks)
}

/// What a mark stands for, in a few words.
fn told(mark: &TimelineMark) -> String {
    match ActivityKind::of(&mark.action_type) {
        Some(ActivityKind::EventInjected) => format!("event: {}", mark.title),
        Some(ActivityKind::CallsLost) => "calls were lost".into(),
        _ => {
            let whose = if Actor::of(&mark.bot_id).is_room() { "the room" } else { &mark.bot_name };
            let what = if mark.title.is_empty() { String::new() } else { format!(": {}", mark.title) };
            format!("{whose} was changed{what}")
        }
    }
}

#[allow(clippy::cast_precision_loss)] // shown with three digits
fn of_days(series: &[UsageSeries], marks: impl Iterator<Item = Mark>, zone: &TimeZone) -> Figure {
    let mut days: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for day in series.iter().flat_map(|bot| &bot.series) {
        let sum = days.entry(&day.date).or_default();
        sum.0 += day.total_tokens as f64;
        sum.1 += day.cost_usd.dollars();
    }
    let places: Vec<Tick> = days.keys().map(|date| day_place(date)).collect();
    let (tokens, cost) = days.values().copied().unzip();
    let marks = on_days(&places, marks, zone);
    usage_of(places, tokens, cost, marks)
}

/// A moment at which something was changed, and what.
type Mark = (Stamp, String);

/// What was changed, as the room tells it.
fn told_of(marks: &Marks) -> impl Iterator<Item = Mark> {
    marks.marks.iter().map(|mark| (mark.at, told(mark)))
}

/// What was changed, as far as the activity that is held goes back.
fn in_activity(model: &Model) -> impl Iterator<Item = Mark> {
    let changed = |row: &&Row| row.told.kind.is_some_and(ActivityKind::is_mark);
    model.stream.newest_rows(usize::MAX).filter(changed).map(|row| {
        let said = if row.told.is(ActivityKind::EventInjected) {
            format!("event: {}", row.told.about)
        } else {
            format!("{} was changed", model.name(&row.bot_id))
        };
        (row.at, said)
    })
}

/// Marks on the places of a chart that is told day by day.
fn on_days(places: &[Tick], marks: impl Iterator<Item = Mark>, zone: &TimeZone) -> Vec<(usize, String)> {
    let place = |at: Stamp| {
        let day = at.date_in(zone).to_string();
        places.iter().position(|place| place.full == day)
    };
    let mut marks: Vec<(usize, String)> =
        marks.filter_map(|(at, said)| place(at).map(|place| (place, said))).collect();
    marks.sort();
    marks.dedup();
    marks
}

/// The chart that keys are about, as data.
#[must_use]
pub fn shown(model: &Model) -> Figure {
    match model.stats.on {
        Chart::Usage => usage(&model.stats, &model.zone),
        Chart::Reputation => of_reputation(&model.stats, &model.zone),
    }
}

/// The chart of tokens and cost over the last days that the Live tab draws as bars.
#[must_use]
pub fn live_usage(model: &Model) -> Figure {
    of_days(&model.lower.series, in_activity(model), &model.zone)
}

/// The chart of reputation on the Live tab: of the bots whose name holds the words that it is filtered by.
#[must_use]
pub fn live_reputation(model: &Model) -> Figure {
    let words = folded(&model.lower.reputed);
    let history = model.lower.reputation.iter();
    let mut figure = reputation(history.filter(|bot| folded(&bot.bot_name).contains(&words)));
    figure.marks = on_days(&figure.places, in_activity(model), &model.zone);
    figure
}

/// The chart of reputation on the Stats tab.
#[must_use]
pub fn of_reputation(stats: &Stats, zone: &TimeZone) -> Figure {
    let mut figure = reputation(stats.reputation.iter());
    figure.marks = on_days(&figure.places, stats.marks.iter().flat_map(told_of), zone);
    figure
}

fn day_place(date: &str) -> Tick {
    Tick { short: date.get(5..).unwrap_or(date).to_owned(), full: date.to_owned() }
}

/// Reputation by day: the bots with the highest scores. A score stays until the next one.
#[allow(clippy::cast_precision_loss)] // votes
fn reputation<'a>(history: impl Iterator<Item = &'a ReputationHistory>) -> Figure {
    let mut bots: Vec<&ReputationHistory> = history.filter(|bot| !bot.series.is_empty()).collect();
    let score = |bot: &ReputationHistory| bot.series.last().map_or(0, |day| day.score);
    bots.sort_by(|a, b| score(b).cmp(&score(a)).then_with(|| a.bot_id.cmp(&b.bot_id)));
    let mut dates: Vec<&str> =
        bots.iter().flat_map(|bot| bot.series.iter().map(|day| day.date.as_str())).collect();
    dates.sort_unstable();
    dates.dedup();
    let curve = |bot: &&ReputationHistory| {
        let mut scores = bot.series.iter().peekable();
        let mut now = None;
        let values = dates.iter().map(|date| {
            while let Some(day) = scores.next_if(|day| day.date.as_str() <= *date) {
                now = Some(day.score as f64);
            }
            now
        });
        Curve {
            name: bot.bot_name.clone(),
            actor: Some(bot.bot_id.clone()),
            unit: Unit::Score,
            values: values.collect(),
            right: false,
        }
    };
    Figure {
        title: "Reputation".into(),
        places: dates.iter().map(|date| day_place(date)).collect(),
        curves: bots.iter().take(MOST).map(curve).collect(),
        marks: Vec::new(),
    }
}
