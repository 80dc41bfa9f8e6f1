//! Several fields to fill in, with a preview of what they mean.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tui_input::Input;

use super::answer::{Answer, Then};
use super::line::{draw_input, paste, type_key};
use super::text_edit::Editor;
use super::window::window;
use crate::protocol::Fault;
use crate::tui::keymap::Key;
use crate::tui::msg::Command;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pen, meter, text};

/// How a field is filled in.
#[derive(Clone, Debug)]
pub enum FieldKind {
    /// Typed.
    Line(Input),
    /// Typed, over several lines.
    Text(Box<Editor>),
    /// One of a list.
    Choice(Vec<String>, usize),
    /// A whole number in a range, moved in steps.
    Slider {
        /// Where it stands.
        at: i64,
        /// Lower end.
        min: i64,
        /// Upper end.
        max: i64,
        /// One press.
        step: i64,
    },
}

/// A field.
#[derive(Clone, Debug)]
pub struct FormField {
    /// What it is.
    pub label: &'static str,
    /// What to fill in, shown while it is empty.
    pub hint: &'static str,
    /// Its value.
    pub kind: FieldKind,
}

impl FormField {
    /// A typed field.
    #[must_use]
    pub fn line(label: &'static str, value: &str, hint: &'static str) -> Self {
        Self { label, hint, kind: FieldKind::Line(Input::from(value)) }
    }

    /// A field of several lines, with so many characters at most.
    #[must_use]
    pub fn text(label: &'static str, value: &str, hint: &'static str, limit: usize) -> Self {
        Self { label, hint, kind: FieldKind::Text(Box::new(Editor::new(value, limit))) }
    }

    /// A field with a few values.
    #[must_use]
    pub fn choice(label: &'static str, options: &[&str], at: usize) -> Self {
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        Self { label, hint: "", kind: FieldKind::Choice(options, at) }
    }

    /// Yes or no.
    #[must_use]
    pub fn toggle(label: &'static str, yes: bool) -> Self {
        Self::choice(label, &["no", "yes"], usize::from(yes))
    }

    /// A number 0–100 in steps of five.
    #[must_use]
    pub fn level(label: &'static str, at: i64) -> Self {
        Self { label, hint: "", kind: FieldKind::Slider { at, min: 0, max: 100, step: 5 } }
    }

    /// Its value as text.
    #[must_use]
    pub fn value(&self) -> String {
        match &self.kind {
            FieldKind::Line(input) => input.value().to_owned(),
            FieldKind::Text(editor) => editor.value(),
            FieldKind::Choice(options, at) => options.get(*at).cloned().unwrap_or_default(),
            FieldKind::Slider { at, .. } => at.to_string(),
        }
    }

    fn step(&mut self, by: isize) {
        match &mut self.kind {
            FieldKind::Line(_) | FieldKind::Text(_) => {}
            FieldKind::Choice(options, at) if options.is_empty() => *at = 0,
            FieldKind::Choice(options, at) => {
                *at = (*at + options.len()).wrapping_add_signed(by) % options.len()
            }
            FieldKind::Slider { at, min, max, step } => {
                *at = (*at + *step * i64::try_from(by).unwrap_or(0)).clamp(*min, *max);
            }
        }
    }
}

/// A form.
#[derive(Debug)]
pub struct Form {
    /// What it is for.
    pub title: String,
    /// At the right of the title.
    pub note: String,
    /// The fields.
    pub fields: Vec<FormField>,
    /// The selected field.
    pub at: usize,
    /// What it is for.
    pub then: Then,
    /// Why it is not right yet.
    pub error: Option<String>,
    /// What the fields mean so far.
    pub preview: String,
    /// What was sent and is not answered yet. Until then the form takes no key but the one that closes it.
    pub sent: Option<Command>,
    pub(super) shown: Shown,
}

/// Where a frame shows the fields.
#[derive(Copy, Clone, Debug, Default)]
pub struct Shown {
    area: Rect,
    /// The first one shown.
    top: usize,
    /// Rows of a text.
    text_rows: u16,
}

/// Rows a text would like to have.
const TEXT_ROWS: u16 = 6;

impl Form {
    /// A form.
    #[must_use]
    pub fn new(title: impl Into<String>, fields: Vec<FormField>, then: Then) -> Self {
        Self {
            title: title.into(),
            note: String::new(),
            fields,
            at: 0,
            then,
            error: None,
            preview: String::new(),
            sent: None,
            shown: Shown::default(),
        }
    }

    /// What was sent is refused: the form goes on where the fault is.
    pub fn refused(&mut self, fault: &Fault) {
        self.sent = None;
        let named = |path: &str| {
            let key = path
                .rsplit('.')
                .next()
                .unwrap_or(path)
                .trim_end_matches(|c: char| c.is_ascii_digit() || c == '[' || c == ']');
            self.fields
                .iter()
                .position(|field| !key.is_empty() && (key.contains(field.label) || field.label.contains(key)))
        };
        let found = fault.errors.iter().find_map(|error| Some((named(&error.field)?, error)));
        match found {
            Some((at, error)) => {
                self.at = at;
                self.error = Some(format!("{}: {}", self.fields[at].label, error.message));
            }
            None => self.error = Some(fault.detail.clone()),
        }
    }

    /// All values.
    #[must_use]
    pub fn answer(&self) -> Answer {
        Answer::Form(self.fields.iter().map(FormField::value).collect())
    }

    /// Moves to the next field; whether there was one.
    pub fn advance(&mut self) -> bool {
        let more = self.at + 1 < self.fields.len();
        self.at = if more { self.at + 1 } else { self.at };
        more
    }

    /// Moves to the field before.
    pub fn prev(&mut self) {
        self.at = self.at.saturating_sub(1);
    }

    /// Whether the selected field is typed into.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        matches!(self.fields.get(self.at), Some(FormField { kind: FieldKind::Line(_), .. }))
    }

    /// Whether the selected field is a text of several lines, in which keys write that move elsewhere.
    #[must_use]
    pub fn is_writing(&self) -> bool {
        self.editor().is_some()
    }

    /// The text that is selected.
    #[must_use]
    pub fn editor(&self) -> Option<&Editor> {
        match self.fields.get(self.at) {
            Some(FormField { kind: FieldKind::Text(editor), .. }) => Some(editor),
            _ => None,
        }
    }

    /// The text that is selected, to be changed.
    pub fn editor_mut(&mut self) -> Option<&mut Editor> {
        match self.fields.get_mut(self.at) {
            Some(FormField { kind: FieldKind::Text(editor), .. }) => Some(editor),
            _ => None,
        }
    }

    /// It is not right yet: the form stands at the field that `why` begins with.
    pub fn is_wrong(&mut self, why: String) {
        let named = why.split(':').next().unwrap_or_default();
        if let Some(at) = self.fields.iter().position(|field| field.label == named) {
            self.at = at;
        }
        self.error = Some(why);
    }

    /// The next or previous choice of the selected field.
    pub fn step(&mut self, by: isize) {
        if let Some(field) = self.fields.get_mut(self.at) {
            field.step(by);
        }
    }

    /// A key in the selected field.
    pub fn type_key(&mut self, key: Key) {
        self.error = None;
        match self.fields.get_mut(self.at).map(|field| &mut field.kind) {
            Some(FieldKind::Line(input)) => {
                type_key(input, key);
            }
            Some(FieldKind::Text(editor)) => editor.type_key(key),
            Some(FieldKind::Choice(..) | FieldKind::Slider { .. }) => match key.typed() {
                Some('h' | '-') => self.step(-1),
                Some('l' | '+' | ' ') => self.step(1),
                _ => {}
            },
            None => {}
        }
    }

    /// Puts pasted text into the selected field.
    pub fn paste(&mut self, pasted: &str) {
        match self.fields.get_mut(self.at).map(|field| &mut field.kind) {
            Some(FieldKind::Line(input)) => paste(input, pasted),
            Some(FieldKind::Text(editor)) => self.error = editor.paste(pasted).err(),
            _ => {}
        }
    }

    fn size(&self, area: Rect) -> (u16, u16) {
        let width = area.width.saturating_sub(4).min(92);
        let preview = if self.preview.is_empty() { 0 } else { 7 };
        let rows = u16::try_from(self.fields.len()).unwrap_or(u16::MAX);
        let rows = rows.saturating_add(self.texts() * (TEXT_ROWS - 1));
        (width, rows.saturating_add(preview + 5).min(area.height.saturating_sub(2)))
    }

    /// How many fields are texts.
    fn texts(&self) -> u16 {
        let texts = self.fields.iter().filter(|field| matches!(field.kind, FieldKind::Text(_)));
        u16::try_from(texts.count()).unwrap_or(0)
    }

    /// Rows of a field, with the rows that a text has.
    fn height(&self, at: usize, text: u16) -> u16 {
        match self.fields.get(at) {
            Some(FormField { kind: FieldKind::Text(_), .. }) => text,
            _ => 1,
        }
    }

    /// The field at a cell of the screen.
    #[must_use]
    pub fn field_at(&self, x: u16, y: u16) -> Option<usize> {
        let Shown { area, top, text_rows } = self.shown;
        let mut left = y.checked_sub(area.y).filter(|_| area.contains((x, y).into()))?;
        (top..self.fields.len()).find(|at| {
            let rows = self.height(*at, text_rows);
            let here = left < rows;
            left = left.saturating_sub(rows);
            here
        })
    }

    fn first(&self, rows: u16) -> usize {
        (self.at + 1).saturating_sub(usize::from(rows.max(1)))
    }

    pub(super) fn render(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> Shown {
        let inner = window(buf, area, self.size(area), &self.title, &self.note, theme);
        let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        let rows = inner.height.saturating_sub(2);
        let labels = self.fields.iter().map(|field| text::width(field.label)).max().unwrap_or(0) + 2;
        let single = u16::try_from(self.fields.len()).unwrap_or(u16::MAX).saturating_sub(self.texts());
        let text_rows = match self.texts() {
            0 => 1,
            texts => (rows.saturating_sub(single) / texts).clamp(1, TEXT_ROWS),
        };
        let whole = single.saturating_add(self.texts() * text_rows);
        let first = if whole <= rows { 0 } else { self.first(rows) };
        let mut row = 0;
        for (at, field) in self.fields.iter().enumerate().skip(first) {
            let high = self.height(at, text_rows).min(rows.saturating_sub(row));
            if high == 0 {
                break;
            }
            let selected = at == self.at;
            let mut pen = Pen::new(buf, inner, row);
            let style = if selected { theme.title_focus } else { theme.dim };
            pen.put(if selected { theme.glyphs.marker } else { " " }, theme.accent).skip(1).cell(
                field.label,
                style,
                labels,
            );
            if let FieldKind::Text(editor) = &field.kind {
                if editor.value().is_empty() && !selected {
                    pen.put(field.hint, theme.faint);
                } else {
                    let left = pen.x();
                    let place = Rect {
                        x: left,
                        y: inner.y + row,
                        width: inner.right().saturating_sub(left),
                        height: high,
                    };
                    editor.render(place, buf, selected);
                }
            } else {
                draw_field(&mut pen, field, selected, theme);
            }
            row += high;
        }
        let used = row;
        let below = Rect { y: inner.y + used, height: rows.saturating_sub(used), ..inner };
        let lines = below.height.saturating_sub(1);
        for (row, line) in (1..=lines).zip(text::wrap(&self.preview, below.width, usize::from(lines), "…"))
        {
            Pen::new(buf, below, row).put(&line, theme.quote);
        }
        let mut pen = Pen::new(buf, inner, inner.height.saturating_sub(1));
        if let Some((size, over)) = self.editor().map(Editor::size) {
            pen.right(&size, if over { theme.bad } else { theme.dim });
        }
        match &self.error {
            _ if self.sent.is_some() => pen.put("sending…", theme.accent),
            Some(error) => pen.put(error, theme.bad),
            None => pen
                .put("Ctrl-S", theme.key)
                .put(" send", theme.text)
                .skip(2)
                .put("Tab", theme.key)
                .put(" next", theme.text)
                .skip(2)
                .put("← →", theme.key)
                .put(" change", theme.text)
                .skip(2)
                .put("Esc", theme.key)
                .put(" close", theme.text),
        };
        Shown { area: Rect { height: rows, ..inner }, top: first, text_rows }
    }
}

fn draw_field(pen: &mut Pen<'_>, field: &FormField, selected: bool, theme: &Theme) {
    let glyphs = theme.glyphs;
    match &field.kind {
        FieldKind::Text(_) => {} // drawn with all its rows
        FieldKind::Line(input) if selected => {
            draw_input(pen, input, theme);
            if input.value().is_empty() {
                pen.put(field.hint, theme.faint);
            }
        }
        FieldKind::Line(input) if input.value().is_empty() => {
            pen.put(field.hint, theme.faint);
        }
        FieldKind::Line(input) => {
            pen.put(input.value(), theme.text);
        }
        FieldKind::Choice(options, at) => {
            let value = options.get(*at).map_or("", String::as_str);
            pen.put(glyphs.left, theme.accent)
                .skip(1)
                .put(value, theme.text)
                .skip(1)
                .put(glyphs.right, theme.accent);
        }
        FieldKind::Slider { at, min, max, .. } => {
            #[allow(clippy::cast_precision_loss)] // small numbers
            let share = (at - min) as f64 / (max - min).max(1) as f64;
            meter::bar(pen, 24, share, None, if selected { theme.accent } else { theme.dim }, theme);
            pen.skip(1).put(&at.to_string(), theme.text);
        }
    }
}
