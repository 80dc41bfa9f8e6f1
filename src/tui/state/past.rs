//! A walk in the past: where one is, whether it goes on by itself, and what was asked of it meanwhile.

use crate::protocol::{Moment, Way};
use crate::tui::msg::Walking;

/// Acts a second, at first.
pub const SPEED: f64 = 2.0;
/// The slowest and the fastest, in acts a second.
const SPEEDS: (f64, f64) = (0.25, 1_024.0);
/// Seconds between two frames of what moves.
const FRAME: f64 = 0.12;

/// A walk.
#[derive(Clone, Debug)]
pub struct Walk {
    /// Where one is.
    pub moment: Moment,
    /// Whether it goes on by itself.
    pub plays: bool,
    /// Acts a second while it does.
    pub speed: f64,
    /// Whether there is a room that goes on meanwhile, to return to.
    pub from_live: bool,
    /// Whether a way is being gone.
    under_way: bool,
    /// Where to go then.
    next: Option<Way>,
    /// Acts that are due and were not gone yet.
    due: f64,
}

impl Walk {
    /// A walk that begins.
    #[must_use]
    pub fn begin(moment: Moment, from_live: bool, plays: Option<f64>) -> Self {
        let speed = plays.unwrap_or(SPEED).clamp(SPEEDS.0, SPEEDS.1);
        Self { moment, plays: plays.is_some(), speed, from_live, under_way: false, next: None, due: 0.0 }
    }

    /// Asks for a way; it is gone at once, or after the one that is under way. Steps add up.
    pub fn ask(&mut self, way: Way) -> Option<Way> {
        if !self.under_way {
            self.under_way = true;
            return Some(way);
        }
        self.next = Some(match (self.next.take(), way) {
            (Some(Way::By(before)), Way::By(acts)) => Way::By(before + acts),
            (_, way) => way,
        });
        None
    }

    /// A way was gone; answers what to do now: to go on to what was asked for meanwhile, or to bring the rest.
    pub fn arrived(&mut self) -> Option<Walking> {
        let next = self.next.take().map(Walking::Go);
        let next = next.or_else(|| self.moment.to_come.then_some(Walking::Complete));
        self.under_way = next.is_some();
        next
    }

    /// A way could not be gone; answers the one to go now.
    pub fn failed(&mut self) -> Option<Walking> {
        self.under_way = self.next.is_some();
        self.next.take().map(Walking::Go)
    }

    /// A frame has passed; answers the way to go where acts are due.
    pub fn frame(&mut self) -> Option<Way> {
        if !self.plays || self.under_way {
            return None;
        }
        self.due += self.speed * FRAME;
        if self.due < 1.0 {
            return None;
        }
        #[allow(clippy::cast_possible_truncation)] // a few hundred at most
        let acts = self.due as i64;
        self.due = self.due.fract();
        self.ask(Way::By(acts))
    }

    /// Lets it go on by itself, or stops it.
    pub fn play(&mut self, plays: bool) {
        (self.plays, self.due) = (plays, if plays { 1.0 } else { 0.0 });
    }

    /// Makes it twice as fast, or half.
    pub fn hasten(&mut self, faster: bool) {
        let speed = if faster { self.speed * 2.0 } else { self.speed / 2.0 };
        self.speed = speed.clamp(SPEEDS.0, SPEEDS.1);
    }

    /// Whether the end is reached.
    #[must_use]
    pub const fn is_at_end(&self) -> bool {
        self.moment.activity >= self.moment.last
    }

    /// The activity at a cell of a bar of so many cells.
    #[must_use]
    pub fn at_cell(&self, cell: u16, cells: u16) -> i64 {
        let (first, last) = (self.moment.first, self.moment.last);
        let span = i64::from(cells.saturating_sub(1)).max(1);
        first + (last - first) * i64::from(cell) / span
    }

    /// The cell of an activity on a bar of so many cells.
    #[must_use]
    pub fn cell_of(&self, activity: i64, cells: u16) -> u16 {
        let (first, last) = (self.moment.first, self.moment.last);
        let span = i64::from(cells.saturating_sub(1));
        let cell = (activity.clamp(first, last) - first) * span / (last - first).max(1);
        u16::try_from(cell).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::Stamp;

    fn walk(activity: i64) -> Walk {
        let marks = Arc::new(Vec::new());
        let moment = Moment {
            entry: 1,
            activity,
            at: Stamp::default(),
            first: 1,
            last: 101,
            stored: None,
            to_come: false,
            marks,
        };
        Walk::begin(moment, false, None)
    }

    #[test]
    fn steps_pressed_on_the_way_are_gone_in_one() {
        let mut walk = walk(50);
        assert_eq!(walk.ask(Way::By(1)), Some(Way::By(1)));
        assert_eq!((walk.ask(Way::By(-1)), walk.ask(Way::By(-1))), (None, None));
        assert_eq!(walk.arrived(), Some(Walking::Go(Way::By(-2))));
        assert_eq!(walk.ask(Way::End), None);
        assert_eq!((walk.arrived(), walk.arrived()), (Some(Walking::Go(Way::End)), None));
    }

    #[test]
    fn the_rest_of_a_moment_is_brought_unless_one_has_gone_on() {
        let mut walk = walk(50);
        walk.moment.to_come = true;
        assert_eq!(walk.arrived(), Some(Walking::Complete));
        assert_eq!(walk.ask(Way::By(1)), None, "after the rest is there");
        assert_eq!(walk.arrived(), Some(Walking::Go(Way::By(1))), "it is not waited for");
        assert_eq!(walk.failed(), None);
        walk.moment.to_come = false;
        assert_eq!(walk.arrived(), None);
    }

    #[test]
    fn what_plays_goes_as_fast_as_it_is_told() {
        let mut walk = walk(1);
        assert_eq!(walk.frame(), None);
        walk.play(true);
        let mut acts = 0;
        for _ in 0..100 {
            if let Some(Way::By(by)) = walk.frame() {
                acts += by;
                assert_eq!(walk.arrived(), None);
            }
        }
        assert!((24..=26).contains(&acts), "{acts}"); // twelve seconds, two a second
        (0..20).for_each(|_| walk.hasten(true));
        assert!((walk.speed - 1_024.0).abs() < 1e-9);
    }

    #[test]
    fn cells_and_activities_belong_together() {
        let walk = walk(51);
        assert_eq!((walk.cell_of(1, 60), walk.cell_of(101, 60)), (0, 59));
        assert_eq!((walk.at_cell(0, 60), walk.at_cell(59, 60)), (1, 101));
        assert_eq!(walk.cell_of(51, 101), 50);
    }
}
