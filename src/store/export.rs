//! Exports: every row of a kind as JSON, JSON lines or CSV, in constant memory.
//!
//! Rows come by id, so that two exports of the same society are the same bytes.

mod shape;

use std::path::Path;

use rusqlite::Row;
use rusqlite::types::ValueRef;
use serde_json::{Map, Value};

use self::shape::{ALL, As, shape};
use super::lens::Lens;
use super::{Db, Result, StoreError, stats, thoughts};
use crate::domain::{Money, Stamp, text};
use crate::protocol::{ExportFormat, ExportKind, ExportOptions, JournalEntry};

/// Bytes gathered before they are handed on.
const PIECE: usize = 64 * 1024;

/// Exports from a database file, on a connection of its own, as it is when this begins.
///
/// # Errors
/// Database errors; what `sink` returned.
pub fn from_file(
    path: &Path,
    lens: &Lens,
    kind: ExportKind,
    options: ExportOptions,
    sink: impl FnMut(&[u8]) -> std::io::Result<()>,
) -> Result<u64> {
    let c = super::open_connection(path, true)?;
    run(&c, lens, kind, options, sink)
}

/// Writes every row of `kind` of the last `days` days (all when `None`) and answers their number.
///
/// # Errors
/// Database errors; what `sink` returned.
pub fn run(
    c: &Db,
    lens: &Lens,
    kind: ExportKind,
    options: ExportOptions,
    sink: impl FnMut(&[u8]) -> std::io::Result<()>,
) -> Result<u64> {
    let days = options.days;
    let (first, _) = stats::span(lens, days.unwrap_or(1));
    let since = first.parse().map_or(Stamp::default(), |date| Stamp::start_of_day(date, &lens.zone));
    if kind == ExportKind::Journal {
        return journal(c, options, days.map(|_| since), sink);
    }
    let shape = shape(kind);
    let condition = days.and(shape.since).unwrap_or_default();
    let mut sql = shape.sql.replace("{}", condition);
    if let (true, Some(newest)) = (options.newest_first, shape.newest) {
        sql = sql.replace("ORDER BY id", &format!("ORDER BY {newest}"));
    }
    let mut statement = c.prepare(&sql)?;
    for (index, used) in [(1, "?1"), (2, "?2")] {
        if condition.contains(used) {
            match index {
                1 => statement.raw_bind_parameter(1, since.micros())?,
                _ => statement.raw_bind_parameter(2, first.as_str())?,
            }
        }
    }
    let mut rows = statement.raw_query();
    let fixed = if options.format == ExportFormat::Csv && !options.all_columns { shape.fixed } else { ALL };
    let columns = &shape.columns[..shape.columns.len().min(fixed)];
    let mut out = Writer::new(options, columns, sink);
    out.begin()?;
    while let Some(row) = rows.next()? {
        out.row(row)?;
    }
    out.end()
}

/// Entries of the journal read at once.
const ENTRIES: u32 = 256;

/// The journal from a moment on, which is packed in ways that SQL does not know.
fn journal(
    c: &Db,
    options: ExportOptions,
    since: Option<Stamp>,
    sink: impl FnMut(&[u8]) -> std::io::Result<()>,
) -> Result<u64> {
    // All of it as it is now, although it is read in parts.
    let _as_of_one_moment = c.begin()?;
    let columns = shape(ExportKind::Journal).columns;
    let mut out = Writer::new(options, columns, sink);
    out.begin()?;
    let mut after = 0;
    loop {
        let entries = super::journal::told(c, after, ENTRIES)?;
        let Some(last) = entries.last() else { return out.end() };
        after = last.number;
        let told = entries.into_iter().filter(|entry| since.is_none_or(|since| entry.at >= since));
        for JournalEntry { number, at, through, input } in told {
            out.values(vec![number.into(), at.to_string().into(), through.into(), input])?;
        }
    }
}

/// Gathers pieces and lays rows out.
struct Writer<S> {
    format: ExportFormat,
    bom: bool,
    columns: &'static [(&'static str, As)],
    piece: Vec<u8>,
    rows: u64,
    sink: S,
}

impl<S: FnMut(&[u8]) -> std::io::Result<()>> Writer<S> {
    fn new(options: ExportOptions, columns: &'static [(&'static str, As)], sink: S) -> Self {
        let ExportOptions { format, bom, .. } = options;
        Self { format, bom, columns, piece: Vec::with_capacity(PIECE + 16 * 1024), rows: 0, sink }
    }

    fn begin(&mut self) -> Result<()> {
        match self.format {
            ExportFormat::Json => self.piece.push(b'['),
            ExportFormat::Jsonl => {}
            ExportFormat::Csv => {
                if self.bom {
                    self.piece.extend_from_slice("\u{FEFF}".as_bytes());
                }
                self.record(&self.columns.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>())?
            }
        }
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) -> Result<()> {
        let values = self.columns.iter().enumerate().map(|(index, (_, how))| value(row, index, *how));
        let values = values.collect::<Result<Vec<_>>>()?;
        self.values(values)
    }

    fn values(&mut self, values: Vec<Value>) -> Result<()> {
        if self.format == ExportFormat::Csv {
            let cells: Vec<String> =
                values.into_iter().zip(self.columns).map(|(value, (_, how))| cell(value, *how)).collect();
            self.record(&cells)?;
        } else {
            let names = self.columns.iter().map(|(name, _)| (*name).to_owned());
            let object: Map<String, Value> = names.zip(values).collect();
            if self.format == ExportFormat::Json {
                self.piece.extend_from_slice(if self.rows == 0 { b"\n" } else { b",\n" });
            }
            let json = serde_json::to_string(&object).map_err(|error| written(error.into()))?;
            let json = if json.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
                json
            } else {
                text::inert_json(&json)
            };
            self.piece.extend_from_slice(json.as_bytes());
            if self.format == ExportFormat::Jsonl {
                self.piece.push(b'\n');
            }
        }
        self.rows += 1;
        if self.piece.len() >= PIECE { self.hand_on() } else { Ok(()) }
    }

    fn record(&mut self, cells: &[String]) -> Result<()> {
        csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(&mut self.piece)
            .write_record(cells)
            .map_err(|error| written(error.into()))
    }

    fn end(mut self) -> Result<u64> {
        if self.format == ExportFormat::Json {
            self.piece.extend_from_slice(if self.rows == 0 { b"]\n" } else { b"\n]\n" });
        }
        self.hand_on()?;
        Ok(self.rows)
    }

    fn hand_on(&mut self) -> Result<()> {
        (self.sink)(&self.piece).map_err(written)?;
        self.piece.clear();
        Ok(())
    }
}

fn written(source: std::io::Error) -> StoreError {
    StoreError::Io { action: "write", path: "the export".into(), source }
}

fn value(row: &Row<'_>, index: usize, how: As) -> Result<Value> {
    Ok(match (row.get_ref(index)?, how) {
        (_, As::Thought) => serde_json::to_value(thoughts::stored(row, index)?)
            .map_err(|error| StoreError::Corrupt(error.to_string()))?,
        (ValueRef::Null, _) => Value::Null,
        (ValueRef::Integer(number), As::Time) => Stamp::from_micros(number).to_string().into(),
        (ValueRef::Integer(number), As::Dollars) => Money::from_nanos(number).dollars().into(),
        (ValueRef::Integer(number), As::Truth) => (number != 0).into(),
        (ValueRef::Integer(number), As::Kind) => kind_word(number).into(),
        (ValueRef::Integer(number), _) => number.into(),
        (ValueRef::Real(number), _) => number.into(),
        (ValueRef::Text(text), As::Json | As::Words) => {
            serde_json::from_slice(text).unwrap_or_else(|_| String::from_utf8_lossy(text).into())
        }
        (ValueRef::Text(text), _) => String::from_utf8_lossy(text).into(),
        (ValueRef::Blob(_), _) => return Err(StoreError::Corrupt("bytes where text belongs".into())),
    })
}

fn kind_word(number: i64) -> &'static str {
    let kind = usize::try_from(number).ok().and_then(|number| crate::domain::MemoryKind::ALL.get(number));
    kind.map_or("unknown", |kind| kind.as_str())
}

/// A cell of a CSV file.
fn cell(value: Value, how: As) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => inert(text),
        Value::Array(words) if matches!(how, As::Words) => {
            inert(words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

/// Keeps a spreadsheet from reading text as a formula. They look past blanks and quotation marks, and some take
/// full-width signs for the plain ones.
fn inert(text: String) -> String {
    let is_odd = text.starts_with(['\t', '\r', '\n']);
    let text = if text::is_clean(&text) { text } else { text::clean(&text, usize::MAX) };
    let skipped =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '\u{feff}' | '\u{200b}');
    let acts = |c: char| {
        matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '−' | '﹢' | '﹣' | '﹦' | '﹫')
    };
    let first = text.trim_start_matches(skipped).chars().next();
    if is_odd || first.is_some_and(acts) { format!("'{text}") } else { text }
}
