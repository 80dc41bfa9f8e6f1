//! The time line: where one is in the past, and what stands out on it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::look::View;
use crate::protocol::MarkKind;
use crate::tui::state::Model;
use crate::tui::state::past::Walk;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pen, pen, text};

/// Cells left and right of the bar.
const MARGIN: u16 = 2;

/// Where the bar is in the time line's place.
#[must_use]
pub fn bar(area: Rect) -> Rect {
    Rect {
        x: area.x + MARGIN,
        y: area.y + 1,
        width: area.width.saturating_sub(2 * MARGIN),
        height: area.height.saturating_sub(1).min(1),
    }
}

/// Draws it.
pub fn render(model: &Model, walk: &Walk, area: Rect, buf: &mut Buffer) {
    let (theme, glyphs) = (&model.theme, model.theme.glyphs);
    let moment = &walk.moment;
    let mut pen = Pen::new(buf, area, 0);
    let (mark, style) = if walk.plays { (glyphs.play, theme.good) } else { (glyphs.pause, theme.warn) };
    pen.right(" ", theme.text);
    if let Some(stored) = &moment.stored {
        pen.right(stored, theme.warn).right("  ", theme.text);
    }
    pen.skip(1).put(mark, style).put(" the past ", theme.title_focus);
    pen.skip(1).put(&format!("act {}", moment.activity), theme.accent);
    pen.put(&format!(" of {}", moment.last), theme.dim);
    let at = moment.at.timestamp().to_zoned(model.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
    pen.put(&format!(" {} ", glyphs.dot), theme.faint).put(&at, theme.text);
    let speed = format!("{} a second", speed(walk.speed));
    pen.put(&format!(" {} ", glyphs.dot), theme.faint);
    pen.put(&speed, if walk.plays { theme.text } else { theme.faint });
    if let Some(row) = model.stream.newest_rows(1).next().filter(|row| row.seq == moment.activity) {
        pen.put(&format!(" {} ", glyphs.dot), theme.faint);
        pen.put(model.name(&row.bot_id), theme.actor(&row.bot_id));
        pen.put(&format!(" {}", row.told.sentence(&View::of(model))), theme.dim);
    }
    line(model, walk, bar(area), buf);
}

/// What a part of the screen shows of a moment that is only stored, where the stored does not tell it.
pub fn unknown(area: Rect, buf: &mut Buffer, theme: &Theme, why: &str) {
    let area = Rect { x: area.x + MARGIN, width: area.width.saturating_sub(2 * MARGIN), ..area };
    let lines = text::wrap(why, area.width, usize::from(area.height), theme.glyphs.ellipsis);
    pen::empty(buf, area, &lines.iter().map(String::as_str).collect::<Vec<_>>(), theme);
}

fn line(model: &Model, walk: &Walk, bar: Rect, buf: &mut Buffer) {
    let (theme, glyphs) = (&model.theme, model.theme.glyphs);
    let here = walk.cell_of(walk.moment.activity, bar.width);
    let mut marks: Vec<Option<MarkKind>> = vec![None; usize::from(bar.width)];
    for mark in walk.moment.marks.iter().filter(|mark| mark.activity >= walk.moment.first) {
        let cell = usize::from(walk.cell_of(mark.activity, bar.width));
        if let Some(place) = marks.get_mut(cell) {
            *place = (*place).max(Some(mark.kind));
        }
    }
    let mut pen = Pen::new(buf, bar, 0);
    for (cell, mark) in (0..).zip(marks) {
        let (sign, style) = match mark {
            _ if cell == here => (glyphs.active, theme.accent),
            Some(MarkKind::Failure) => (glyphs.failing, theme.bad),
            Some(MarkKind::Flag) => (glyphs.flag, theme.warn),
            Some(MarkKind::Person) => (glyphs.person, theme.good),
            None if cell < here => (glyphs.border_focus.horizontal_top, theme.border_focus),
            None => (glyphs.border.horizontal_top, theme.border),
        };
        pen.put(sign, style);
    }
}

/// `2 acts`, `1 act`, `0.25 acts`.
fn speed(acts: f64) -> String {
    if (acts - 1.0).abs() < f64::EPSILON { text::count(1, "act") } else { format!("{acts} acts") }
}
