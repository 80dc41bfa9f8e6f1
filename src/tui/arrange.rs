//! How a person has arranged the panes of the Live tab: which stands where, which are hidden, and how much
//! room the columns and the lower row have beside what they have by themselves.
//!
//! Arrangements have names and are kept with the rest of the screen's state. It knows panes, no sizes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::tui::state::Pane;

/// Cells a column or row grows or shrinks by at once.
pub const STEP: i16 = 4;
/// Most that is kept of it, so that a file cannot ask for the impossible.
const MOST: i16 = 400;
/// Arrangements kept under a name.
pub const NAMES_MAX: usize = 20;

/// A side of the screen that has a size of its own.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Side {
    /// The left column.
    Left,
    /// The right column.
    Right,
    /// The lower row.
    Lower,
}

/// Where the panes are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Arrangement {
    /// Which pane stands in each place: three above from the left, three below.
    places: Vec<Pane>,
    /// Panes that are not shown.
    hidden: Vec<Pane>,
    /// Columns more, or fewer, than the left column has by itself.
    left: i16,
    /// The same of the right column.
    right: i16,
    /// Rows more, or fewer, than the lower row has by itself.
    lower: i16,
}

impl Default for Arrangement {
    fn default() -> Self {
        Self { places: Pane::ALL.to_vec(), hidden: Vec::new(), left: 0, right: 0, lower: 0 }
    }
}

impl Arrangement {
    /// What was read from a file, as far as it can be true.
    #[must_use]
    pub fn checked(mut self) -> Self {
        let whole =
            self.places.len() == Pane::ALL.len() && Pane::ALL.iter().all(|pane| self.places.contains(pane));
        if !whole {
            self.places = Pane::ALL.to_vec();
        }
        if self.shown_above().next().is_none() {
            self.hidden.clear();
        }
        for size in [&mut self.left, &mut self.right, &mut self.lower] {
            *size = (*size).clamp(-MOST, MOST);
        }
        self
    }

    /// Whether a pane is hidden.
    #[must_use]
    pub fn is_hidden(&self, pane: Pane) -> bool {
        self.hidden.contains(&pane)
    }

    /// The panes of the upper row that are shown, from the left.
    pub fn shown_above(&self) -> impl Iterator<Item = Pane> {
        self.places.iter().take(3).copied().filter(|pane| !self.is_hidden(*pane))
    }

    /// The panes of the lower row that are shown, from the left.
    pub fn shown_below(&self) -> impl Iterator<Item = Pane> {
        self.places.iter().skip(3).copied().filter(|pane| !self.is_hidden(*pane))
    }

    /// Whether a pane stands in the lower row.
    #[must_use]
    pub fn is_below(&self, pane: Pane) -> bool {
        self.places.iter().skip(3).any(|below| *below == pane)
    }

    /// The pane of the lower row that is shown where there is room for one: `wanted`, if it can be.
    #[must_use]
    pub fn one_below(&self, wanted: Pane) -> Option<Pane> {
        self.shown_below().find(|pane| *pane == wanted).or_else(|| self.shown_below().next())
    }

    /// Hides a pane; whether it can be: one of the upper row stays.
    pub fn hide(&mut self, pane: Pane) -> bool {
        let last = self.shown_above().all(|above| above == pane);
        if last || self.is_hidden(pane) {
            return false;
        }
        self.hidden.push(pane);
        true
    }

    /// Shows a pane that was hidden.
    pub fn show(&mut self, pane: Pane) {
        self.hidden.retain(|hidden| *hidden != pane);
    }

    /// Exchanges a pane with the one in the next place, round and round; with which.
    pub fn swap(&mut self, pane: Pane) -> Option<Pane> {
        let shown: Vec<usize> =
            (0..self.places.len()).filter(|at| !self.is_hidden(self.places[*at])).collect();
        let at = shown.iter().position(|at| self.places[*at] == pane)?;
        let (here, next) = (shown[at], shown[(at + 1) % shown.len()]);
        let other = self.places[next];
        self.places.swap(here, next);
        (other != pane).then_some(other)
    }

    /// The side whose size a pane's is: that of the column it stands in, or of the row.
    fn side(&self, pane: Pane, wide: bool) -> (Side, i16) {
        if !wide {
            return (Side::Lower, if self.is_below(pane) { 1 } else { -1 });
        }
        match self.places.iter().position(|place| *place == pane) {
            Some(0) => (Side::Left, 1),
            Some(2) => (Side::Right, 1),
            // What stands in the middle has what the others leave.
            _ => (Side::Right, -1),
        }
    }

    /// Gives a pane more room, or less where `by` is negative: columns, or rows.
    pub fn grow(&mut self, pane: Pane, wide: bool, by: i16) {
        let (side, way) = self.side(pane, wide);
        let size = match side {
            Side::Left => &mut self.left,
            Side::Right => &mut self.right,
            Side::Lower => &mut self.lower,
        };
        *size = (*size + way * by).clamp(-MOST, MOST);
    }

    /// A size that is `own` by itself, as it was changed, between `least` and `most`. What cannot be is not
    /// kept to be undone key by key later.
    #[must_use]
    pub fn sized(&self, side: Side, own: u16, least: u16, most: u16) -> u16 {
        let by = match side {
            Side::Left => self.left,
            Side::Right => self.right,
            Side::Lower => self.lower,
        };
        own.saturating_add_signed(by).min(most).max(least.min(most))
    }
}

/// The arrangements that have a name.
pub type Named = BTreeMap<String, Arrangement>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pane_above_always_stays() {
        let mut arrangement = Arrangement::default();
        assert!(arrangement.hide(Pane::Bots) && arrangement.hide(Pane::Inspector));
        assert!(!arrangement.hide(Pane::Activity) && !arrangement.hide(Pane::Bots));
        assert!(
            arrangement.hide(Pane::Usage)
                && arrangement.hide(Pane::Reputation)
                && arrangement.hide(Pane::Log)
        );
        assert_eq!(arrangement.one_below(Pane::Log), None);
        arrangement.show(Pane::Log);
        assert_eq!(arrangement.one_below(Pane::Usage), Some(Pane::Log));
    }

    #[test]
    fn panes_change_places_round_and_round() {
        let mut arrangement = Arrangement::default();
        assert_eq!(arrangement.swap(Pane::Inspector), Some(Pane::Usage));
        assert!(arrangement.is_below(Pane::Inspector) && !arrangement.is_below(Pane::Usage));
        for _ in 0..6 {
            arrangement.swap(Pane::Inspector);
        }
        assert!(arrangement.checked().places.len() == 6);
    }

    #[test]
    fn a_file_that_says_nonsense_is_no_trouble() {
        let read: Arrangement = serde_json::from_str(
            r#"{"places":["log","log"],"hidden":["bots","activity","inspector"],"left":9999}"#,
        )
        .unwrap();
        let read = read.checked();
        assert_eq!(read.places, Pane::ALL);
        assert!(read.hidden.is_empty() && read.left == MOST);
    }
}
