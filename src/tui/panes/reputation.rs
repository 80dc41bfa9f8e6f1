//! 5 Reputation: the scores of the last days as braille lines, with a legend.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::Marker;
use ratatui::widgets::Widget;
use ratatui::widgets::canvas::{Canvas, Line};

use super::View;
use crate::protocol::ReputationHistory;
use crate::tui::model::Lower;
use crate::tui::widgets::{Pen, frame, pen, text};

/// Lines drawn at most: more cannot be told apart.
const MOST: usize = 12;

/// Draws the pane.
pub fn render(lower: &Lower, area: Rect, buf: &mut Buffer, view: &View<'_>, focused: bool) {
    let theme = view.theme;
    let inner = frame(buf, area, "5 Reputation", "7 days", focused, theme);
    draw(&lower.reputation, inner, buf, view);
}

/// Draws the lines with their legend.
pub fn draw(history: &[ReputationHistory], inner: Rect, buf: &mut Buffer, view: &View<'_>) {
    let theme = view.theme;
    let mut bots: Vec<&ReputationHistory> = history.iter().filter(|bot| !bot.series.is_empty()).collect();
    if bots.is_empty() {
        pen::empty(buf, inner, &["no votes yet"], theme);
        return;
    }
    let score = |bot: &ReputationHistory| bot.series.last().map_or(0, |day| day.score);
    bots.sort_by_key(|bot| (-score(bot), bot.bot_id.clone()));
    let legend = 12.min(inner.width / 3);
    let plot = Rect { width: inner.width.saturating_sub(legend), ..inner };
    lines(&bots[..bots.len().min(MOST)], plot, buf, view);
    let names = Rect { x: plot.right(), width: legend, ..inner };
    for (row, bot) in (0..inner.height).zip(&bots) {
        let mut pen = Pen::new(buf, names, row);
        pen.right(&text::signed(score(bot)), super::bots::reputation(score(bot), theme))
            .right(" ", theme.text);
        pen.skip(1).put(&bot.bot_name, theme.actor(&bot.bot_id));
    }
}

#[allow(clippy::cast_precision_loss)] // places on a canvas
fn lines(bots: &[&ReputationHistory], plot: Rect, buf: &mut Buffer, view: &View<'_>) {
    if plot.is_empty() {
        return;
    }
    // Days are laid out by their date, so that bots with gaps line up.
    let mut days: Vec<&str> =
        bots.iter().flat_map(|bot| bot.series.iter().map(|day| day.date.as_str())).collect();
    days.sort_unstable();
    days.dedup();
    let x = |date: &str| days.binary_search(&date).unwrap_or(0) as f64;
    let scores = bots.iter().flat_map(|bot| bot.series.iter().map(|day| day.score as f64));
    let (low, high) = scores.fold((0.0_f64, 1.0_f64), |(low, high), score| (low.min(score), high.max(score)));
    let marker = if view.theme.glyphs.ascii { Marker::Custom('*') } else { Marker::Braille };
    let width = (days.len().max(2) - 1) as f64;
    let color = |style: Style| style.fg.unwrap_or_default();
    Canvas::default()
        .marker(marker)
        .x_bounds([0.0, width])
        .y_bounds([low, high])
        .paint(|canvas| {
            for bot in bots {
                let style = color(view.theme.actor(&bot.bot_id));
                let points: Vec<(f64, f64)> =
                    bot.series.iter().map(|day| (x(&day.date), day.score as f64)).collect();
                if let [only] = points.as_slice() {
                    canvas.draw(&Line::new(0.0, only.1, width, only.1, style));
                }
                for pair in points.windows(2) {
                    canvas.draw(&Line::new(pair[0].0, pair[0].1, pair[1].0, pair[1].1, style));
                }
            }
        })
        .render(plot, buf);
}
