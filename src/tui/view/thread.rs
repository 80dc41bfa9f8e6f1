//! The reader of the Forum tab: the opening post and the tree of replies below it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::View;
use super::bots::reputation;
use crate::tui::state::forum::Forum;
use crate::tui::state::forum::reader::Entry;
use crate::tui::widgets::{Pen, Window, frame, pen, scroll, text};

/// Draws the reader.
pub fn render(state: &Forum, area: Rect, buf: &mut Buffer, view: &View<'_>) {
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
        return;
    };
    let note = match thread.replies.len() {
        0 => "no reply yet".to_owned(),
        1 => "1 reply".to_owned(),
        n => format!("{}/{n} replies", reader.at),
    };
    let pin = if thread.pinned { theme.glyphs.pin } else { "" };
    let inner =
        frame(buf, area, &format!("#{} {pin}{}", thread.id, thread.title), &note, state.reading, theme);
    let top = reader.settle(inner.width, inner.height);
    let seen = usize::from(inner.height).min(reader.len());
    scroll::bar(buf, area, Window { area: inner, high: 1, top, page: seen }, reader.len(), theme);
    let own = state.writer.actor();
    let mut at = reader.at_line(top);
    while let Some(entry) = reader.entries.get(at) {
        let start = reader.start(at);
        if start >= top + usize::from(inner.height) {
            break;
        }
        let selected = at == reader.at && state.reading;
        let tags: &[String] = if at == 0 { &thread.tags } else { &[] };
        post(entry, (tags, own.as_deref()), selected, (inner, start, top), buf, view);
        at += 1;
    }
}

/// Draws the lines of a post that are seen, with its tags, for a person who writes as that actor. `start` is its first line, `top` the first one seen.
fn post(
    entry: &Entry,
    about: (&[String], Option<&str>),
    selected: bool,
    (inner, start, top): (Rect, usize, usize),
    buf: &mut Buffer,
    view: &View<'_>,
) {
    let theme = view.theme;
    let base = theme.line(selected, true);
    let row = |line: usize| {
        line.checked_sub(top).and_then(|row| u16::try_from(row).ok()).filter(|r| *r < inner.height)
    };
    if let Some(row) = row(start) {
        let mut pen = gutter(entry, selected, inner, row, base, buf, view);
        heading(entry, about, &mut pen, view);
    }
    for (at, line) in entry.lines(inner.width).iter().enumerate() {
        let Some(row) = row(start + 1 + at) else { continue };
        gutter(entry, selected, inner, row, base, buf, view).put(line, theme.text);
    }
}

/// The marker and the lines that lead up to what is answered.
fn gutter<'a>(
    entry: &Entry,
    selected: bool,
    inner: Rect,
    row: u16,
    base: Style,
    buf: &'a mut Buffer,
    view: &View<'_>,
) -> Pen<'a> {
    let (theme, glyphs) = (view.theme, view.theme.glyphs);
    let mut pen = Pen::new(buf, inner, row).base(base);
    pen.put(if selected { glyphs.marker } else { " " }, theme.accent);
    for _ in 0..entry.depth {
        pen.put(glyphs.sep, theme.faint).skip(1);
    }
    pen.skip(1);
    pen
}

/// Whether a post answers the person here.
#[must_use]
pub fn is_to(entry: &Entry, own: Option<&str>) -> bool {
    own.is_some_and(|own| entry.to == own)
}

fn heading(entry: &Entry, (tags, own): (&[String], Option<&str>), pen: &mut Pen<'_>, view: &View<'_>) {
    let (theme, glyphs) = (view.theme, view.theme.glyphs);
    let age = text::ago(view.now.seconds_since(entry.at));
    pen.right(" ", theme.text).right(&age, theme.faint).right("  ", theme.text);
    pen.right(&text::signed(entry.score), reputation(entry.score, theme)).right(" ", theme.text);
    let style = theme.actor(&entry.author);
    if entry.author.starts_with("human:") {
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
