//! YAML as a tree that knows where everything stands in the file.
//!
//! Bot files and the configuration are read through it, so that every complaint names a line and
//! a column. It is bounded: the size of the text, the depth, and how far aliases expand. It does
//! not know what the keys mean.

mod value;

use std::collections::HashMap;
use std::fmt;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span};

pub use value::{filled, meant, show};

/// Longest text read, in bytes.
pub const TEXT_MAX: usize = 256 * 1024;
/// Deepest nesting read.
pub const DEPTH_MAX: usize = 32;
/// Most values in a text, aliases expanded.
pub const VALUES_MAX: usize = 10_000;

/// A place in a text; both count from 1.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

impl Mark {
    fn of(marker: &Marker) -> Self {
        Self { line: marker.line(), column: marker.col() + 1 }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// A value and where it begins (`None` when it comes from no text).
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where it begins.
    pub mark: Option<Mark>,
    /// What it is.
    pub value: Value,
}

/// The kinds of value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number, `.nan` and `.inf` too.
    Float(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// Keys and values, in the order of the text.
    Map(Vec<Pair>),
}

/// One key of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The key.
    pub key: String,
    /// Where the key begins.
    pub mark: Option<Mark>,
    /// Its value.
    pub node: Node,
    /// Where the same key was given before, when this is the second time.
    pub first: Option<Mark>,
}

/// Why a text is no YAML that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// Where.
    pub mark: Option<Mark>,
    /// What is wrong and what would be right.
    pub message: String,
}

impl From<&serde_json::Value> for Node {
    /// The same tree without places; numbers beyond 64 bits become floats.
    fn from(json: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        let value = match json {
            Json::Null => Value::Null,
            Json::Bool(flag) => Value::Bool(*flag),
            Json::Number(number) => {
                number.as_i64().map_or_else(|| Value::Float(number.as_f64().unwrap_or(f64::NAN)), Value::Int)
            }
            Json::String(text) => Value::Text(text.clone()),
            Json::Array(items) => Value::List(items.iter().map(Self::from).collect()),
            Json::Object(map) => Value::Map(
                map.iter()
                    .map(|(key, item)| Pair {
                        key: key.clone(),
                        mark: None,
                        node: Self::from(item),
                        first: None,
                    })
                    .collect(),
            ),
        };
        Self { mark: None, value }
    }
}

/// Bytes as text: UTF-8, a byte order mark is skipped.
///
/// # Errors
/// When the bytes are too many or no UTF-8; names the place of the first that is wrong.
pub fn decode(bytes: &[u8]) -> Result<&str, Fault> {
    too_long(bytes.len())?;
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        let message = "the file is saved as UTF-16; save it as UTF-8".into();
        return Err(Fault { mark: Some(Mark { line: 1, column: 1 }), message });
    }
    std::str::from_utf8(bytes).map(|text| text.trim_start_matches('\u{FEFF}')).map_err(|error| {
        let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let line = good.matches('\n').count() + 1;
        let column = good.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let byte = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
        let message = format!("the byte 0x{byte:02X} is not UTF-8; save the file as UTF-8");
        Fault { mark: Some(Mark { line, column }), message }
    })
}

fn too_long(bytes: usize) -> Result<(), Fault> {
    if bytes <= TEXT_MAX {
        return Ok(());
    }
    let message = format!("the file is too large; at most {TEXT_MAX} bytes are read");
    Err(Fault { mark: None, message })
}

/// Reads the one document in `text`; `None` when there is nothing in it but comments.
///
/// # Errors
/// The first thing that is no YAML, goes beyond a bound, or begins a second document.
pub fn read(text: &str) -> Result<Option<Node>, Fault> {
    too_long(text.len())?;
    let mut tree = Tree::default();
    for event in Parser::new_from_str(text.trim_start_matches('\u{FEFF}')) {
        let (event, span) = event.map_err(|error| explain(text, &error))?;
        tree.take(event, span)?;
    }
    Ok(tree.root.filter(|root| root.value != Value::Null))
}

/// The tree as it grows.
#[derive(Default)]
struct Tree {
    open: Vec<Open>,
    root: Option<Node>,
    anchors: HashMap<usize, (Node, usize)>,
    values: usize,
}

/// A list or map whose end has not come.
struct Open {
    mark: Mark,
    anchor: usize,
    before: usize,
    filling: Filling,
}

enum Filling {
    List(Vec<Node>),
    Map(Vec<Pair>, Option<(String, Mark)>),
}

impl Tree {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Fault> {
        let mark = Mark::of(&span.start);
        match event {
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(fault(mark, "a second document begins here; one file holds one document"))
            }
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.map(|tag| format!("{}{}", tag.handle, tag.suffix));
                let value = scalar(&text, style, tag.as_deref()).map_err(|message| fault(mark, message))?;
                self.add(Node { mark: Some(mark), value }, 1, anchor)
            }
            Event::SequenceStart(anchor, _) => self.open(mark, anchor, Filling::List(Vec::new())),
            Event::MappingStart(anchor, _) => self.open(mark, anchor, Filling::Map(Vec::new(), None)),
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(anchor) => {
                let Some((node, size)) = self.anchors.get(&anchor) else {
                    return Err(fault(mark, "an alias that stands inside what it refers to"));
                };
                // Checked before the copy is made: a bomb must not go off first.
                bounded(self.values + size, mark)?;
                let (mut node, size) = (node.clone(), *size);
                node.mark = Some(mark);
                self.add(node, size, 0)
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, mark: Mark, anchor: usize, filling: Filling) -> Result<(), Fault> {
        if self.open.len() >= DEPTH_MAX {
            return Err(fault(mark, format!("nested deeper than {DEPTH_MAX} levels")));
        }
        if let Some(Filling::Map(_, None)) = self.open.last().map(|open| &open.filling) {
            return Err(fault(mark, "a key must be a word, not a list or a group"));
        }
        self.open.push(Open { mark, anchor, before: self.values, filling });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Fault> {
        let Some(done) = self.open.pop() else { return Ok(()) };
        let value = match done.filling {
            Filling::List(items) => Value::List(items),
            Filling::Map(entries, _) => Value::Map(entries),
        };
        let size = self.values - done.before + 1;
        let node = Node { mark: Some(done.mark), value };
        if done.anchor > 0 {
            self.anchors.insert(done.anchor, (node.clone(), size));
        }
        self.add(node, 1, 0)
    }

    /// Puts a finished value where it belongs. `size` counts the values that are new with it.
    fn add(&mut self, node: Node, size: usize, anchor: usize) -> Result<(), Fault> {
        let mark = node.mark.unwrap_or(Mark { line: 1, column: 1 });
        self.values += size;
        bounded(self.values, mark)?;
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        match self.open.last_mut().map(|open| &mut open.filling) {
            None => self.root = Some(node),
            Some(Filling::List(items)) => items.push(node),
            Some(Filling::Map(entries, waiting)) => match waiting.take() {
                None => *waiting = Some((key(&node, mark)?, mark)),
                Some((key, mark)) => {
                    let first = entries.iter().find(|entry| entry.key == key).and_then(|entry| entry.mark);
                    entries.push(Pair { key, mark: Some(mark), node, first });
                }
            },
        }
        Ok(())
    }
}

fn fault(mark: Mark, message: impl Into<String>) -> Fault {
    Fault { mark: Some(mark), message: message.into() }
}

fn bounded(values: usize, mark: Mark) -> Result<(), Fault> {
    if values <= VALUES_MAX {
        return Ok(());
    }
    Err(fault(mark, format!("more than {VALUES_MAX} values, aliases included")))
}

fn key(node: &Node, mark: Mark) -> Result<String, Fault> {
    match &node.value {
        Value::Text(text) if text == "<<" => {
            Err(fault(mark, "a merge key (`<<`) is not read here; write its keys out"))
        }
        Value::Text(text) => Ok(text.clone()),
        Value::Int(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Float(number) => Ok(number.to_string()),
        Value::Null => Err(fault(mark, "a key is missing before the colon")),
        Value::List(_) | Value::Map(_) => Err(fault(mark, "a key must be a word, not a list or a group")),
    }
}

/// The value of a scalar: its tag, its quotes, or what it looks like.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&str>) -> Result<Value, String> {
    let as_text = || Ok(Value::Text(text.to_owned()));
    match tag {
        Some("tag:yaml.org,2002:str" | "!") => return as_text(),
        None => {}
        Some(tag) => match tag.strip_prefix("tag:yaml.org,2002:") {
            Some("int" | "float" | "bool" | "null") => {}
            Some(other) => return Err(format!("the tag !!{other} has no meaning here; leave it out")),
            None => return Err(format!("the tag {tag} has no meaning here; leave it out")),
        },
    }
    if style == ScalarStyle::Plain { Ok(Value::plain(text)) } else { as_text() }
}

impl Value {
    /// The value of a word without quotes, by the core schema of YAML 1.2 (section 10.3.2).
    #[must_use]
    pub fn plain(text: &str) -> Self {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => Value::Null,
            "true" | "True" | "TRUE" => Value::Bool(true),
            "false" | "False" | "FALSE" => Value::Bool(false),
            ".nan" | ".NaN" | ".NAN" => Value::Float(f64::NAN),
            ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Value::Float(f64::INFINITY),
            "-.inf" | "-.Inf" | "-.INF" => Value::Float(f64::NEG_INFINITY),
            _ => number(text).unwrap_or_else(|| Value::Text(text.to_owned())),
        }
    }
}

fn number(text: &str) -> Option<Value> {
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            return i64::from_str_radix(digits, radix).ok().map(Value::Int);
        }
    }
    if !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
        || !text.bytes().any(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    // What is larger than any number is not one: only `.inf` means that.
    let float = || text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Float);
    text.parse().ok().map(Value::Int).or_else(float)
}

/// Says what the parser found in words that help someone who writes YAML by hand.
fn explain(text: &str, error: &ScanError) -> Fault {
    let mark = Mark::of(error.marker());
    let line = text.lines().nth(mark.line.saturating_sub(1)).unwrap_or_default();
    let strange = |c: &char| c.is_whitespace() && !matches!(c, ' ' | '\t') || *c == '\u{feff}';
    let blank = |line: &str| line.chars().take_while(|c| c.is_whitespace()).position(|c| strange(&c));
    if let Some((before, at)) = text.lines().enumerate().find_map(|(n, line)| Some((n, blank(line)?))) {
        let message = "a non-breaking or other special space cannot indent YAML; use plain spaces";
        return fault(Mark { line: before + 1, column: at + 1 }, message);
    }
    let until = text.lines().take(mark.line).enumerate();
    if let Some((before, (at, message))) =
        until.filter_map(|(n, line)| Some((n, foreign_sign(line, strange)?))).last()
    {
        return fault(Mark { line: before + 1, column: at + 1 }, message);
    }
    let indented_by_tab = |line: &str| line.chars().take_while(|c| c.is_whitespace()).any(|c| c == '\t');
    let info = error.info();
    let last = if info.contains("tab") { usize::MAX } else { 3 };
    let tab = text
        .lines()
        .enumerate()
        .skip(mark.line.saturating_sub(2))
        .take(last)
        .find(|(_, line)| indented_by_tab(line));
    if let Some((before, line)) = tab {
        let column = line.chars().position(|c| c == '\t').unwrap_or_default() + 1;
        return fault(Mark { line: before + 1, column }, "a tab cannot indent YAML; use two spaces");
    }
    let hints: &[(&str, &str)] = &[
        ("tab", "a tab cannot indent YAML; use two spaces"),
        ("mapping values are not allowed", "a colon too many; put a text that holds `: ` in quotes"),
        ("did not find expected key", "this line is not indented like its neighbours"),
        ("expected '-' indicator", "this line is not indented like the list items above it"),
        (
            "block sequence entries are not allowed",
            "a list item cannot stand here; begin it on a line of its own",
        ),
        ("simple key expect", "a colon is missing after the key, or the line is not indented enough"),
        ("flow sequence", "a list in brackets is not closed; a comma or `]` is missing"),
        ("flow mapping", "a group in braces is not closed; a comma or `}` is missing"),
        ("illegal placement of ':'", "a colon cannot stand here; a bracket before it may not be closed"),
        ("misplaced bracket", "a bracket that nothing opened"),
        ("unexpected end of stream", "a quote is not closed"),
        ("unexpected document indicator", "a quote is not closed"),
        ("indentation in quoted scalar", "a quote is not closed"),
        ("unknown escape", "a backslash in double quotes begins an escape; use single quotes or `\\\\`"),
        ("unknown anchor", "an alias (`*name`) to an anchor (`&name`) that is not defined above it"),
        ("recursion limit", "nested too deeply"),
        (
            "trailing content after double-quoted",
            "text after the closing quote; put the whole text in quotes",
        ),
        ("unprintable", "a control character; remove it or write it as an escape in double quotes"),
        ("indentation", "this line is not indented like its neighbours"),
    ];
    let hint = hints.iter().find(|(part, _)| info.contains(part)).map(|(_, hint)| *hint);
    let message = match hint {
        Some(hint) => hint.to_owned(),
        None if line.trim_start().starts_with(['@', '`', '%', '&', '*', '!', '|', '>']) => {
            format!("a text that begins with a special character must be in quotes ({info})")
        }
        None => format!("this is not YAML: {info}"),
    };
    fault(mark, message)
}

/// Where a line has another sign than YAML's behind a list's hyphen or a key, which makes one text of all of it.
fn foreign_sign(line: &str, strange: impl Fn(&char) -> bool) -> Option<(usize, &'static str)> {
    let (mut at, mut rest) = (0, line);
    let pass = |rest: &str, most: usize, is: fn(char) -> bool| {
        rest.chars().take(most).take_while(|c| is(*c)).count() // of one byte each
    };
    loop {
        let blank = pass(rest, usize::MAX, |c| c == ' ');
        let hyphen = pass(&rest[blank..], 1, |c| c == '-');
        at += blank + hyphen;
        rest = &rest[blank + hyphen..];
        if hyphen == 0 {
            break;
        }
        if rest.chars().next().is_some_and(|c| strange(&c)) {
            return Some((at, "a non-breaking or other special space follows the hyphen; use a plain space"));
        }
    }
    let key = pass(rest, usize::MAX, |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let mut behind = rest[key..].chars();
    match (key, behind.next()?, behind.next()) {
        (1.., '：', _) => Some((at + key, "a full-width colon is no colon in YAML; use `:`")),
        (1.., ':', Some(c)) if strange(&c) => {
            Some((at + key + 1, "a non-breaking or other special space follows the colon; use a plain space"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
