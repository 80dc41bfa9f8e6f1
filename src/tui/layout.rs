//! Where things are on the screen, as plain arithmetic: drawing and the mouse use the same answer.
//!
//! It knows sizes, which pane has the focus and whether it is zoomed; nothing else.

use ratatui::layout::{Constraint, Layout as Split, Rect};

use super::arrange::{Arrangement, Side};
use crate::tui::state::{Pane, Tab};

/// Smallest screen everything can be shown on.
pub const MIN_WIDTH: u16 = 60;
/// Smallest screen everything can be shown on.
pub const MIN_HEIGHT: u16 = 16;

/// From this width on a second inspector stands beside the first.
const VAST: u16 = 200;
/// Fewest columns a pane is of use in.
const LEAST: u16 = 24;

/// Rows of the time line.
const LINE: u16 = 2;

/// The parts of the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The first line.
    pub header: Rect,
    /// The tabs.
    pub tabs: Rect,
    /// What is between tabs and hints.
    pub body: Rect,
    /// The time line, in the past.
    pub line: Rect,
    /// The last line.
    pub hints: Rect,
    /// The panes of the Live tab that are shown; elsewhere empty.
    pub panes: Vec<(Pane, Rect)>,
    /// The second inspector of vast screens; elsewhere empty.
    pub beside: Rect,
}

impl Layout {
    /// Whether a screen of this size is too small.
    #[must_use]
    pub const fn too_small(width: u16, height: u16) -> bool {
        width < MIN_WIDTH || height < MIN_HEIGHT
    }

    /// The layout of a screen. `lower` is the pane of the lower row that was focused last: small
    /// screens show only that one.
    #[must_use]
    pub fn of(
        (width, height): (u16, u16),
        tab: Tab,
        (focus, lower): (Pane, Pane),
        arrangement: &Arrangement,
        zoomed: bool,
        past: bool,
    ) -> Self {
        let area = Rect::new(0, 0, width, height);
        let [header, tabs, body, line, hints] = Split::vertical([
            Constraint::Length(1),
            Constraint::Length(1),
            Constraint::Fill(1),
            Constraint::Length(if past { LINE } else { 0 }),
            Constraint::Length(1),
        ])
        .areas(area);
        let mut panes = match (tab, zoomed) {
            (Tab::Live, true) => vec![(focus, body)],
            (Tab::Live, false) => live(body, focus, lower, arrangement),
            _ => Vec::new(),
        };
        let beside = match panes.iter_mut().find(|(pane, _)| *pane == Pane::Inspector) {
            Some((_, rect)) if body.width >= VAST && rect.width >= 2 * LEAST => {
                let [one, two] = Split::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(*rect);
                *rect = one;
                two
            }
            _ => Rect::ZERO,
        };
        Self { header, tabs, body, line, hints, panes, beside }
    }

    /// Where a pane is, if it is shown.
    #[must_use]
    pub fn pane(&self, pane: Pane) -> Option<Rect> {
        self.panes.iter().find(|(shown, _)| *shown == pane).map(|(_, rect)| *rect)
    }

    /// The pane at a cell.
    #[must_use]
    pub fn pane_at(&self, x: u16, y: u16) -> Option<Pane> {
        self.panes.iter().find(|(_, rect)| rect.contains((x, y).into())).map(|(pane, _)| *pane)
    }
}

fn live(body: Rect, focus: Pane, lower: Pane, arrangement: &Arrangement) -> Vec<(Pane, Rect)> {
    match body.width {
        WIDE.. => wide(body, arrangement),
        112.. => medium(body, lower, arrangement),
        _ => narrow(body, focus, lower, arrangement),
    }
}

/// From this width on every pane has a place.
const WIDE: u16 = 120;

/// Three columns over three panes.
fn wide(body: Rect, arrangement: &Arrangement) -> Vec<(Pane, Rect)> {
    let below: Vec<Pane> = arrangement.shown_below().collect();
    let (top, bottom) = rows(body, below.is_empty(), (body.height / 4).clamp(7, 14), arrangement);
    // What stands at the right is the inspector by itself, and two of them where the screen is vast.
    let right = if body.width < VAST { (body.width * 2 / 5).clamp(46, 78) } else { body.width * 9 / 20 };
    let own = ((body.width / 5).clamp(27, 38), right);
    let mut panes = columns(top, own, arrangement);
    let widths: Vec<Constraint> = below.iter().map(|_| Constraint::Fill(1)).collect();
    panes.extend(below.into_iter().zip(Split::horizontal(widths).split(bottom).iter().copied()));
    panes
}

/// The upper row and the lower one, which is not there where nothing stands in it.
fn rows(body: Rect, empty: bool, own: u16, arrangement: &Arrangement) -> (Rect, Rect) {
    let most = body.height.saturating_sub(5);
    let lower = if empty { 0 } else { arrangement.sized(Side::Lower, own, 3, most) };
    let [top, bottom] = Split::vertical([Constraint::Fill(1), Constraint::Length(lower)]).areas(body);
    (top, bottom)
}

/// The panes of the upper row beside each other: the outer ones with the width they have by themselves or were given,
/// the one between them with the rest.
fn columns(top: Rect, own: (u16, u16), arrangement: &Arrangement) -> Vec<(Pane, Rect)> {
    let above: Vec<Pane> = arrangement.shown_above().collect();
    let share = |rect: Rect, side: Side, own: u16, others: u16| {
        arrangement.sized(side, own, LEAST, rect.width.saturating_sub(others * LEAST))
    };
    let fill = Constraint::Fill(1);
    let widths = match above.len() {
        3 => {
            let left = share(top, Side::Left, own.0, 2);
            let rest = Rect { width: top.width - left, ..top };
            let right = share(rest, Side::Right, own.1, 1);
            vec![Constraint::Length(left), fill, Constraint::Length(right)]
        }
        2 if above[0] == Pane::Bots => vec![Constraint::Length(share(top, Side::Left, own.0, 1)), fill],
        2 => vec![fill, Constraint::Length(share(top, Side::Right, own.1, 1))],
        _ => vec![fill],
    };
    above.into_iter().zip(Split::horizontal(widths).split(top).iter().copied()).collect()
}

/// Bots and activity over inspector, with one lower pane at the left.
fn medium(body: Rect, lower: Pane, arrangement: &Arrangement) -> Vec<(Pane, Rect)> {
    let mut panes = columns(body, (27, 46), arrangement);
    if let (Some(lower), Some((_, left))) = (arrangement.one_below(lower), panes.first_mut()) {
        let (a, d) = rows(*left, false, (body.height / 3).clamp(6, 12), arrangement);
        *left = a;
        panes.push((lower, d));
    }
    panes
}

/// Two columns: what has the focus gets the larger share.
fn narrow(body: Rect, focus: Pane, lower: Pane, arrangement: &Arrangement) -> Vec<(Pane, Rect)> {
    let above: Vec<Pane> = arrangement.shown_above().collect();
    let lower = arrangement.one_below(lower);
    let Some((first, others)) = above.split_first() else { return Vec::new() };
    let own = if others.is_empty() { body.width } else { 27 };
    let most = if others.is_empty() { body.width } else { body.width.saturating_sub(LEAST) };
    let left = arrangement.sized(Side::Left, own, LEAST, most);
    let [left, right] = Split::horizontal([Constraint::Length(left), Constraint::Fill(1)]).areas(body);
    let below = if Some(focus) == lower { body.height / 2 } else { (body.height / 3).clamp(4, 8) };
    let (a, d) = rows(left, lower.is_none(), below, arrangement);
    let mut panes = vec![(*first, a)];
    match others {
        [] => {}
        [one] => panes.push((*one, right)),
        [one, two, ..] => {
            let height = if focus == *two { body.height * 3 / 4 } else { body.height * 2 / 5 };
            let [b, c] = Split::vertical([Constraint::Fill(1), Constraint::Length(height)]).areas(right);
            panes.extend([(*one, b), (*two, c)]);
        }
    }
    panes.extend(lower.map(|lower| (lower, d)));
    panes
}

/// A window of at most `width` × `height` in the middle of `area`.
#[must_use]
pub fn centered(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 2, width, height)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn panes_stay_inside_and_never_overlap(
            width in 1_u16..400, height in 1_u16..200, focus in 0_usize..6, lower in 3_usize..6, zoomed: bool,
            past: bool, changes in prop::collection::vec((0_usize..6, 0_u8..7), 0..12)
        ) {
            let (focus, lower) = (Pane::ALL[focus], Pane::ALL[lower]);
            let mut arrangement = Arrangement::default();
            for (pane, change) in changes {
                let pane = Pane::ALL[pane];
                match change {
                    0 => drop(arrangement.hide(pane)),
                    1 => arrangement.show(pane),
                    2 => drop(arrangement.swap(pane)),
                    3 | 4 => arrangement.grow(pane, change == 3, 40),
                    _ => arrangement.grow(pane, change == 5, -40),
                }
            }
            let layout = Layout::of((width, height), Tab::Live, (focus, lower), &arrangement, zoomed, past);
            let screen = Rect::new(0, 0, width, height);
            let mut rects = vec![layout.header, layout.tabs, layout.line, layout.hints, layout.beside];
            rects.extend(layout.panes.iter().map(|(_, rect)| *rect));
            for (at, rect) in rects.iter().enumerate() {
                prop_assert_eq!(rect.intersection(screen), *rect);
                for other in &rects[..at] {
                    prop_assert!(!rect.intersects(*other) || rect.is_empty() || other.is_empty());
                }
            }
            if !Layout::too_small(width, height) && !zoomed {
                prop_assert!(!layout.panes.is_empty());
                for pane in arrangement.shown_above() {
                    prop_assert!(layout.pane(pane).is_some_and(|r| r.width >= 20 && r.height >= 3));
                }
            }
        }
    }

    #[test]
    fn the_design_sizes() {
        let all = Arrangement::default();
        let at = |w, h| Layout::of((w, h), Tab::Live, (Pane::Bots, Pane::Usage), &all, false, false);
        assert_eq!(at(160, 45).panes.len(), 6);
        assert_eq!(at(120, 36).panes.len(), 6);
        assert_eq!(at(80, 24).panes.len(), 4);
        assert!(Layout::too_small(40, 10) && !Layout::too_small(80, 24));
    }
}
