//! The reader of the Forum tab: the opening post and the tree of replies below it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::bots::{SCORE, reputation};
use super::look::View;
use crate::domain::Actor;
use crate::tui::state::forum::Forum;
use crate::tui::state::forum::reader::Shown;
use crate::tui::state::forum::tree::TreePost;
use crate::tui::widgets::{Pen, Sheet, Window, frame, pen, scroll, text};

/// Cells of an age.
const AGE: u16 = 4;

/// Draws the reader; answers what it shows of the thread.
pub fn render(state: &Forum, area: Rect, buf: &mut Buffer, view: &View<'_>) -> Option<Shown> {
    let theme = view.theme;
    let reader = &state.reader;
    let Some(thread) = &reader.view else {
        let inner = frame(buf, area, "Thread", "", state.reading, theme);
        let said: &[&str] = match (reader.missing, reader.wanted) {
            (true, _) => &["this thread was deleted", "Esc goes back to the list"],
            (false, Some(_)) => &["reading…"],
            (false, None) => &["Enter reads the selected thread"],
        };
        pen::empty(buf, inner, said, theme);
        return None;
    };
    let note = match thread.replies.len() {
        0 => "no reply yet".to_owned(),
        1 => "1 reply".to_owned(),
        n => format!("{}/{n} replies", reader.at),
    };
    let pin = if thread.pinned { theme.glyphs.pin } else { "" };
    let inner =
        frame(buf, area, &format!("#{} {pin}{}", thread.id, thread.title), &note, state.reading, theme);
    let shown = reader.show(inner);
    let (top, page) = (shown.top, usize::from(inner.height));
    scroll::bar(buf, area, Window { area: inner, high: 1, top, page }, shown.len(), theme);
    let own = state.writer.actor();
    for (at, entry) in reader.entries.iter().enumerate().skip(shown.at_line(top)) {
        let start = shown.start(at);
        if start >= top + page {
            break;
        }
        let selected = at == reader.at && state.reading;
        let mut sheet = Sheet::new(buf, inner, theme.line(selected, true));
        let row = |line: usize| line.checked_sub(top).and_then(|row| u16::try_from(row).ok());
        if let Some(row) = row(start) {
            let tags: &[String] = if at == 0 { &thread.tags } else { &[] };
            heading(entry, (tags, own.as_deref()), &mut gutter(entry, selected, &mut sheet, row, view), view);
        }
        for (nth, line) in entry.lines(inner.width).iter().enumerate() {
            if let Some(row) = row(start + 1 + nth) {
                gutter(entry, selected, &mut sheet, row, view).put(line, theme.text);
            }
        }
    }
    Some(shown)
}

/// The marker and the lines that lead up to what is answered.
fn gutter<'a>(
    entry: &TreePost,
    selected: bool,
    sheet: &'a mut Sheet<'_>,
    row: u16,
    view: &View<'_>,
) -> Pen<'a> {
    let (theme, glyphs) = (view.theme, view.theme.glyphs);
    let mut pen = sheet.pen(row);
    pen.put(if selected { glyphs.marker } else { " " }, theme.accent);
    for _ in 0..entry.depth {
        pen.put(glyphs.sep, theme.faint).skip(1);
    }
    pen.skip(1);
    pen
}

/// Whether a post answers the person here.
#[must_use]
pub fn is_to(entry: &TreePost, own: Option<&str>) -> bool {
    own.is_some_and(|own| entry.to == own)
}

fn heading(entry: &TreePost, (tags, own): (&[String], Option<&str>), pen: &mut Pen<'_>, view: &View<'_>) {
    let (theme, glyphs) = (view.theme, view.theme.glyphs);
    let age = text::ago(view.now.seconds_since(entry.at));
    pen.right(" ", theme.text).right_cell(&age, theme.faint, AGE).right(" ", theme.text);
    pen.right_cell(&text::signed(entry.score), reputation(entry.score, theme), SCORE).right(" ", theme.text);
    let style = theme.actor(&entry.author);
    if Actor::of(&entry.author).is_person() {
        pen.put(glyphs.person, theme.accent).skip(1);
    }
    pen.put(&text::initials(&entry.name), style).skip(1).put(&entry.name, style);
    if is_to(entry, own) {
        pen.put(&format!("  {} you", glyphs.reply), theme.accent);
    } else if let Some(name) = &entry.answers {
        pen.put(&format!("  {} {name}", glyphs.reply), theme.faint);
    }
    for tag in tags {
        pen.put(&format!("  #{tag}"), theme.faint);
    }
}
