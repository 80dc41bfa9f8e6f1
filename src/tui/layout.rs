//! Where things are on the screen, as plain arithmetic: drawing and the mouse use the same answer.
//!
//! It knows sizes, which pane has the focus and whether it is zoomed; nothing else.

use ratatui::layout::{Constraint, Layout as Split, Rect};

use super::model::{Pane, Tab};

/// Smallest screen everything can be shown on.
pub const MIN_WIDTH: u16 = 60;
/// Smallest screen everything can be shown on.
pub const MIN_HEIGHT: u16 = 16;

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
        focus: Pane,
        lower: Pane,
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
        let panes = match (tab, zoomed) {
            (Tab::Live, true) => vec![(focus, body)],
            (Tab::Live, false) => live(body, focus, lower),
            _ => Vec::new(),
        };
        Self { header, tabs, body, line, hints, panes }
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

fn live(body: Rect, focus: Pane, lower: Pane) -> Vec<(Pane, Rect)> {
    match body.width {
        120.. => wide(body),
        112.. => medium(body, lower),
        _ => narrow(body, focus, lower),
    }
}

/// Three columns over three panes.
fn wide(body: Rect) -> Vec<(Pane, Rect)> {
    let lower_height = (body.height / 4).clamp(7, 14);
    let [top, bottom] = Split::vertical([Constraint::Fill(1), Constraint::Length(lower_height)]).areas(body);
    let bots = (body.width / 5).clamp(27, 38);
    let inspector = (body.width * 2 / 5).clamp(46, 78);
    let [a, b, c] =
        Split::horizontal([Constraint::Length(bots), Constraint::Fill(1), Constraint::Length(inspector)])
            .areas(top);
    let [d, e, f] =
        Split::horizontal([Constraint::Fill(1), Constraint::Fill(1), Constraint::Fill(1)]).areas(bottom);
    vec![
        (Pane::Bots, a),
        (Pane::Activity, b),
        (Pane::Inspector, c),
        (Pane::Usage, d),
        (Pane::Reputation, e),
        (Pane::Log, f),
    ]
}

/// Bots and activity over inspector, with one lower pane at the left.
fn medium(body: Rect, lower: Pane) -> Vec<(Pane, Rect)> {
    let [left, middle, right] =
        Split::horizontal([Constraint::Length(27), Constraint::Fill(1), Constraint::Length(46)]).areas(body);
    let [a, d] = Split::vertical([Constraint::Fill(1), Constraint::Length((body.height / 3).clamp(6, 12))])
        .areas(left);
    vec![(Pane::Bots, a), (Pane::Activity, middle), (Pane::Inspector, right), (lower, d)]
}

/// Two columns: what has the focus gets the larger share.
fn narrow(body: Rect, focus: Pane, lower: Pane) -> Vec<(Pane, Rect)> {
    let [left, right] = Split::horizontal([Constraint::Length(27), Constraint::Fill(1)]).areas(body);
    let lower_height = if focus == lower { body.height / 2 } else { (body.height / 3).clamp(4, 8) };
    let [a, d] = Split::vertical([Constraint::Fill(1), Constraint::Length(lower_height)]).areas(left);
    let inspector_height = if focus == Pane::Inspector { body.height * 3 / 4 } else { body.height * 2 / 5 };
    let [b, c] = Split::vertical([Constraint::Fill(1), Constraint::Length(inspector_height)]).areas(right);
    vec![(Pane::Bots, a), (Pane::Activity, b), (Pane::Inspector, c), (lower, d)]
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
            past: bool
        ) {
            let (focus, lower) = (Pane::ALL[focus], Pane::ALL[lower]);
            let layout = Layout::of((width, height), Tab::Live, focus, lower, zoomed, past);
            let screen = Rect::new(0, 0, width, height);
            let mut rects = vec![layout.header, layout.tabs, layout.line, layout.hints];
            rects.extend(layout.panes.iter().map(|(_, rect)| *rect));
            for (at, rect) in rects.iter().enumerate() {
                prop_assert_eq!(rect.intersection(screen), *rect);
                for other in &rects[..at] {
                    prop_assert!(!rect.intersects(*other) || rect.is_empty() || other.is_empty());
                }
            }
            if !Layout::too_small(width, height) {
                for pane in [Pane::Bots, Pane::Activity, Pane::Inspector] {
                    prop_assert!(zoomed || layout.pane(pane).is_some_and(|r| r.width >= 20 && r.height >= 3));
                }
            }
        }
    }

    #[test]
    fn the_design_sizes() {
        let at = |w, h| Layout::of((w, h), Tab::Live, Pane::Bots, Pane::Usage, false, false);
        assert_eq!(at(160, 45).panes.len(), 6);
        assert_eq!(at(120, 36).panes.len(), 6);
        assert_eq!(at(80, 24).panes.len(), 4);
        assert!(Layout::too_small(40, 10) && !Layout::too_small(80, 24));
    }
}
