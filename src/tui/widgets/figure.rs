//! A chart as data: curves over places in time, what they are called, and how their values are told.
//! [`super::plot`] draws it on the screen, [`super::svg`] as a picture; its numbers are a table here.

use super::text;
use crate::domain::Money;

/// What the values of a curve are.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Tokens.
    Tokens,
    /// Dollars.
    Money,
    /// Net votes.
    Score,
}

impl Unit {
    /// A value as people read it.
    #[must_use]
    pub fn say(self, value: f64) -> String {
        #[allow(clippy::cast_possible_truncation)] // values of counters
        match self {
            Self::Tokens => text::tokens(value.round() as i64),
            Self::Money => text::money(Money::from_nanos((value * 1e9).round() as i64)),
            Self::Score => text::signed(value.round() as i64),
        }
    }

    /// A value as a table holds it.
    #[must_use]
    fn write(self, value: f64) -> String {
        match self {
            Self::Tokens | Self::Score => format!("{value:.0}"),
            Self::Money => format!("{value:.9}"),
        }
    }
}

/// A moment or day on the axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    /// As it stands on the axis: `14:02`, `12-09`.
    pub short: String,
    /// As it stands in a table and under the cursor: `2026-12-09 14:02`.
    pub full: String,
}

/// A curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// What it is called.
    pub name: String,
    /// The actor it is of, whose colour it has.
    pub actor: Option<String>,
    /// What its values are.
    pub unit: Unit,
    /// A value for each place, where there is one.
    pub values: Vec<Option<f64>>,
    /// Whether it is measured by the axis at the right.
    pub right: bool,
}

impl Curve {
    /// The value at a place, or the last one there is.
    #[must_use]
    pub fn at(&self, place: Option<usize>) -> Option<f64> {
        match place {
            Some(place) => self.values.get(place).copied().flatten(),
            None => self.values.iter().rev().copied().flatten().next(),
        }
    }

    /// All of it together; a score is no sum.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.values.iter().flatten().sum()
    }
}

/// A chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure {
    /// What it shows.
    pub title: String,
    /// Its places, oldest first.
    pub places: Vec<Tick>,
    /// Its curves, the most important first.
    pub curves: Vec<Curve>,
    /// Moments with a mark: the place, and what was then.
    pub marks: Vec<(usize, String)>,
}

impl Figure {
    /// Whether there is nothing to draw.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty() || self.curves.iter().all(|curve| curve.values.iter().all(Option::is_none))
    }

    /// The ends of an axis and its ticks: from zero, or from below it where values are.
    #[must_use]
    pub fn axis(&self, right: bool, most: usize) -> Vec<f64> {
        let values = || {
            self.curves
                .iter()
                .filter(move |curve| curve.right == right)
                .flat_map(|c| c.values.iter().flatten())
        };
        let (low, high) =
            values().fold((0.0_f64, 0.0_f64), |(low, high), value| (low.min(*value), high.max(*value)));
        let whole = self.curves.iter().any(|curve| curve.right == right && curve.unit != Unit::Money);
        ticks(low, high, most, whole)
    }

    /// Its numbers: a line for each place, a column for each curve.
    #[must_use]
    pub fn csv(&self) -> String {
        let head =
            std::iter::once("time".to_owned()).chain(self.curves.iter().map(|curve| curve.name.clone()));
        let line = |(at, place): (usize, &Tick)| {
            let values = self
                .curves
                .iter()
                .map(|curve| curve.at(Some(at)).map_or_else(String::new, |value| curve.unit.write(value)));
            std::iter::once(place.full.clone()).chain(values).collect()
        };
        table(std::iter::once(head.collect()).chain(self.places.iter().enumerate().map(line)))
    }
}

/// Lines of cells as a table for other programs.
#[must_use]
pub fn table(rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut lines = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let written = rows.into_iter().try_for_each(|row| lines.write_record(row));
    // Memory can always be written.
    let bytes = written.ok().and_then(|()| lines.into_inner().ok()).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Round values that span `low` to `high`, at most `most` of them; whole numbers where only those mean something.
#[must_use]
pub fn ticks(low: f64, high: f64, most: usize, whole: bool) -> Vec<f64> {
    #[allow(clippy::cast_precision_loss)] // a few
    let gaps = most.max(2) as f64 - 1.0;
    let span = if high > low { high - low } else { 1.0 };
    let magnitude = 10_f64.powf((span / gaps).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0, 20.0]
        .into_iter()
        .map(|leap| leap * magnitude)
        .find(|step| (high / step).ceil() - (low / step).floor() <= gaps)
        .unwrap_or(20.0 * magnitude);
    let step = if whole { step.max(1.0).ceil() } else { step };
    let (first, last) = ((low / step).floor(), (high / step).ceil().max((low / step).floor() + 1.0));
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // at most `most`
    let count = (last - first).round() as u32;
    (0..=count).map(|at| (first + f64::from(at)) * step).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn sample() -> Figure {
        let place = |n: i32| Tick { short: format!("12-0{n}"), full: format!("2026-12-0{n}") };
        let curve = |name: &str, unit, values: &[f64], right| Curve {
            name: name.into(),
            actor: None,
            unit,
            values: values.iter().map(|value| Some(*value)).collect(),
            right,
        };
        Figure {
            title: "Tokens & cost".into(),
            places: (1..=4).map(place).collect(),
            curves: vec![
                curve("tokens", Unit::Tokens, &[0.0, 1_200.0, 900.0, 4_100.0], false),
                curve("cost", Unit::Money, &[0.0, 0.01, 0.02, 0.034], true),
            ],
            marks: vec![(2, "Ada was changed".into())],
        }
    }

    #[test]
    fn ticks_are_round_and_hold_everything() {
        assert_eq!(ticks(0.0, 4_100.0, 6, true), [0.0, 1_000.0, 2_000.0, 3_000.0, 4_000.0, 5_000.0]);
        assert_eq!(ticks(-3.0, 12.0, 5, true), [-5.0, 0.0, 5.0, 10.0, 15.0]);
        assert_eq!(ticks(0.0, 0.0, 5, true), [0.0, 1.0]);
        assert_eq!(ticks(0.0, 2.0, 9, true), [0.0, 1.0, 2.0]);
        for (low, high, most) in [(0.0, 0.034, 4), (-7.0, 0.0, 3), (0.0, 1e9, 2), (0.0, 99.0, 7)] {
            let found = ticks(low, high, most, false);
            assert!(found.len() <= most.max(2) + 1, "{found:?}");
            assert!(found[0] <= low && found[found.len() - 1] >= high, "{found:?}");
        }
    }

    #[test]
    fn the_numbers_are_a_table() {
        let mut figure = sample();
        figure.curves[0].name = "tokens, all".into();
        figure.curves[1].values[0] = None;
        let csv = figure.csv();
        let mut lines = csv.lines();
        assert_eq!(lines.next(), Some("time,\"tokens, all\",cost"));
        assert_eq!(lines.next(), Some("2026-12-01,0,"));
        assert_eq!(lines.last(), Some("2026-12-04,4100,0.034000000"));
    }
}
