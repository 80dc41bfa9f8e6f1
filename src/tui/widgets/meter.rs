//! Sliders and gauges: a value between two ends as a bar.

use ratatui::style::Style;

use super::Pen;
use crate::tui::theme::Theme;

/// Draws a bar of `cells` filled to `share` (0–1), with a ghost mark where it stood before.
pub fn bar(pen: &mut Pen<'_>, cells: u16, share: f64, ghost: Option<f64>, style: Style, theme: &Theme) {
    let cells = cells.min(pen.room());
    let at = |share: f64| {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to a screen's width
        {
            (share.clamp(0.0, 1.0) * f64::from(cells)).round() as u16
        }
    };
    let full = at(share);
    let mark = ghost.map(|g| at(g).min(cells.saturating_sub(1)));
    for cell in 0..cells {
        if mark == Some(cell) {
            pen.picture(theme.glyphs.ghost, theme.warn);
        } else if cell < full {
            pen.picture(theme.glyphs.full, style);
        } else {
            pen.picture(theme.glyphs.empty, theme.faint);
        }
    }
}

/// Green, yellow from three quarters, red when full.
#[must_use]
pub fn load_style(share: f64, theme: &Theme) -> Style {
    if share >= 1.0 {
        theme.bad
    } else if share >= 0.75 {
        theme.warn
    } else {
        theme.good
    }
}

/// The value a click at `cell` of a bar of `cells` means, 0–1.
#[must_use]
pub fn share_at(cell: u16, cells: u16) -> f64 {
    if cells < 2 { 0.0 } else { (f64::from(cell) / f64::from(cells - 1)).clamp(0.0, 1.0) }
}
