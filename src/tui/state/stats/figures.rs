//! The charts of the tab, as data.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::Stats;
use crate::domain::ActivityKind;
use crate::domain::Stamp;
use crate::protocol::{ReputationHistory, Timeline, TimelineMark};
use crate::tui::widgets::figure::{Curve, Figure, Place, Unit};
use crate::tui::widgets::plot::MOST;

/// Tokens and cost of the stretch that is shown: step by step, or day by day.
#[must_use]
pub fn usage(stats: &Stats, zone: &TimeZone) -> Figure {
    match &stats.timeline {
        Some(timeline) if !stats.is_by_days() => of_timeline(timeline, zone),
        _ => of_days(stats),
    }
}

fn usage_of(places: Vec<Place>, tokens: Vec<f64>, cost: Vec<f64>, marks: Vec<(usize, String)>) -> Figure {
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
        .map(|place| Place { short: clock(at(place), short), full: clock(at(place), "%Y-%m-%d %H:%M:%S") })
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
            let whose = if mark.bot_id == "system" { "the room" } else { &mark.bot_name };
            let what = if mark.title.is_empty() { String::new() } else { format!(": {}", mark.title) };
            format!("{whose} was changed{what}")
        }
    }
}

#[allow(clippy::cast_precision_loss)] // shown with three digits
fn of_days(stats: &Stats) -> Figure {
    let mut days: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for day in stats.series.iter().flatten().flat_map(|bot| &bot.series) {
        let sum = days.entry(&day.date).or_default();
        sum.0 += day.total_tokens as f64;
        sum.1 += day.cost_usd.dollars();
    }
    let places = days.keys().map(|date| day_place(date)).collect();
    let (tokens, cost) = days.values().copied().unzip();
    usage_of(places, tokens, cost, Vec::new())
}

fn day_place(date: &str) -> Place {
    Place { short: date.get(5..).unwrap_or(date).to_owned(), full: date.to_owned() }
}

/// Reputation by day: the bots with the highest scores. A score stays until the next one.
#[must_use]
#[allow(clippy::cast_precision_loss)] // votes
pub fn reputation(history: &[ReputationHistory]) -> Figure {
    let mut bots: Vec<&ReputationHistory> = history.iter().filter(|bot| !bot.series.is_empty()).collect();
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
