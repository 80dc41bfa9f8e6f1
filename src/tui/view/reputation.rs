//! 5 Reputation: the scores of the last days as lines with axes and a legend; of a single day as bars.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::look::{self, View};
use crate::tui::state::Model;
use crate::tui::state::stats::figures;
use crate::tui::widgets::figure::Figure;
use crate::tui::widgets::{Pen, frame, meter, pen, plot, text};

/// What it is called.
pub const TITLE: &str = "5 Reputation";

/// Draws the pane.
pub fn render(model: &Model, area: Rect, buf: &mut Buffer, view: &View<'_>, focused: bool) {
    let lower = &model.lower;
    let title =
        if lower.reputed.is_empty() { TITLE.to_owned() } else { format!("{TITLE} /{}", lower.reputed) };
    let figure = figures::live_reputation(model);
    let note = match figure.places.len() {
        0 => String::new(),
        1 => "today".into(),
        days => format!("{days} days"),
    };
    let inner = frame(buf, area, &title, &note, focused, view.theme);
    if figure.curves.is_empty() && !lower.reputed.is_empty() {
        pen::empty(buf, inner, &[look::NOTHING_MATCHES], view.theme);
        return;
    }
    draw(&figure, None, inner, buf, view);
}

/// Draws the scores and gives where the curves are.
pub fn draw(figure: &Figure, cursor: Option<usize>, inner: Rect, buf: &mut Buffer, view: &View<'_>) -> Rect {
    match figure.places.len() {
        0 => {
            pen::empty(buf, inner, &["no votes in these days"], view.theme);
            Rect::ZERO
        }
        1 => {
            bars(figure, inner, buf, view);
            Rect::ZERO
        }
        _ => plot::draw(figure, cursor, inner, buf, view.theme),
    }
}

/// The scores of one day: a line through one point tells nothing.
fn bars(figure: &Figure, inner: Rect, buf: &mut Buffer, view: &View<'_>) {
    let theme = view.theme;
    let scores = || figure.curves.iter().filter_map(|curve| curve.at(None));
    let most = scores().fold(1.0_f64, |most, score| most.max(score.abs()));
    for (row, curve) in (0..inner.height).zip(&figure.curves) {
        let score = curve.at(None).unwrap_or(0.0);
        let mut pen = Pen::new(buf, inner, row);
        let style = curve.actor.as_deref().map_or(theme.text, |id| theme.actor(id));
        #[allow(clippy::cast_possible_truncation)] // a count of votes
        let votes = score.round() as i64;
        pen.skip(1).cell(&curve.name, style, 11);
        let style = super::bots::reputation(votes, theme);
        pen.cell_right(&text::signed(votes), style, 5).skip(1);
        let cells = pen.room().saturating_sub(1);
        meter::bar(&mut pen, cells, score.abs() / most, None, style, theme);
    }
}
