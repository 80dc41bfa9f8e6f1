//! Recordings in the asciicast format, v3 or v2: a header line, then one JSON array for each event.
//!
//! [`Cast`] writes the file from events with given times; [`CastWriter`] stands between a program
//! and its terminal and records what passes, in real time. Knows nothing of what is drawn.
//! Formats: <https://docs.asciinema.org/manual/asciicast/v3/>, <https://docs.asciinema.org/manual/asciicast/v2/>.

mod scan;
mod tee;

use std::io::{self, Write};
use std::time::Duration;

use serde_json::{Map, Value, json};

pub use tee::{CastWriter, Recorder};

/// Bytes held back at most while an escape sequence waits for its end.
const HELD_MAX: usize = 1 << 20;

/// The version of the format.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// Times since the beginning; read by every player.
    V2,
    /// Times since the event before; what asciinema writes from 3.0 on.
    #[default]
    V3,
}

/// The first line of a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// The version of the format.
    pub version: Version,
    /// Columns at the beginning.
    pub width: u16,
    /// Rows at the beginning.
    pub height: u16,
    /// Seconds since 1970 at the beginning; left out of recordings that are to be the same every time.
    pub timestamp: Option<i64>,
    /// Players shorten longer pauses to this many seconds.
    pub idle_time_limit: Option<f64>,
    /// What it shows.
    pub title: Option<String>,
    /// The kind of terminal, such as `xterm-256color`.
    pub term: String,
    /// The colours of the terminal, when they are known.
    pub theme: Option<Palette>,
}

/// The terminal's own colours, each as `#rrggbb`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Palette {
    /// Text.
    pub foreground: String,
    /// Behind the text.
    pub background: String,
    /// The 8 or 16 numbered colours.
    pub colors: Vec<String>,
}

impl Header {
    /// A header with a size and nothing else.
    #[must_use]
    pub fn new(width: u16, height: u16) -> Self {
        Self {
            version: Version::default(),
            width,
            height,
            timestamp: None,
            idle_time_limit: None,
            title: None,
            term: "xterm-256color".into(),
            theme: None,
        }
    }

    fn to_json(&self) -> Value {
        let mut line = Map::new();
        let theme = self.theme.as_ref().map(|theme| {
            let palette = theme.colors.join(":");
            json!({ "fg": theme.foreground, "bg": theme.background, "palette": palette })
        });
        match self.version {
            Version::V2 => {
                line.insert("version".into(), json!(2));
                line.insert("width".into(), json!(self.width));
                line.insert("height".into(), json!(self.height));
            }
            Version::V3 => {
                let mut term = Map::new();
                term.insert("cols".into(), json!(self.width));
                term.insert("rows".into(), json!(self.height));
                term.insert("type".into(), json!(self.term));
                term.extend(theme.clone().map(|theme| ("theme".to_owned(), theme)));
                line.insert("version".into(), json!(3));
                line.insert("term".into(), Value::Object(term));
            }
        }
        if let Some(timestamp) = self.timestamp {
            line.insert("timestamp".into(), json!(timestamp));
        }
        if let Some(limit) = self.idle_time_limit {
            line.insert("idle_time_limit".into(), json!(limit));
        }
        if let Some(title) = &self.title {
            line.insert("title".into(), json!(title));
        }
        if self.version == Version::V2 {
            line.insert("env".into(), json!({ "TERM": self.term }));
            line.extend(theme.map(|theme| ("theme".to_owned(), theme)));
        }
        Value::Object(line)
    }
}

/// A recording being written. Times never run back; the events of one time keep their order.
pub struct Cast<W: Write> {
    file: W,
    version: Version,
    now: Duration,
    held: Vec<u8>,
    events: u64,
}

impl<W: Write> Cast<W> {
    /// Begins a recording.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn new(mut file: W, header: &Header) -> io::Result<Self> {
        file.write_all(format!("{}\n", header.to_json()).as_bytes())?;
        Ok(Self { file, version: header.version, now: Duration::ZERO, held: Vec::new(), events: 0 })
    }

    /// What the program wrote. A character or escape sequence that is not complete waits for its
    /// rest, so that every event can be drawn by itself.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn output(&mut self, at: Duration, bytes: &[u8]) -> io::Result<()> {
        self.held.extend_from_slice(bytes);
        let whole = if self.held.len() > HELD_MAX { self.held.len() } else { scan::whole(&self.held) };
        if whole == 0 {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&self.held[..whole]).into_owned();
        self.held.drain(..whole);
        self.shown(at, &text)
    }

    /// What the program wrote, in whole sequences.
    fn shown(&mut self, at: Duration, text: &str) -> io::Result<()> {
        match scan::without_clipboard(text) {
            text if text.is_empty() => Ok(()),
            text => self.event(at, 'o', &text),
        }
    }

    /// What was typed.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn input(&mut self, at: Duration, text: &str) -> io::Result<()> {
        self.event(at, 'i', text)
    }

    /// The terminal has another size.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn resize(&mut self, at: Duration, width: u16, height: u16) -> io::Result<()> {
        self.event(at, 'r', &format!("{width}x{height}"))
    }

    /// A chapter begins.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn marker(&mut self, at: Duration, label: &str) -> io::Result<()> {
        self.event(at, 'm', label)
    }

    /// Events written so far.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// Writes what was held back and gives the file back, flushed.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        if !self.held.is_empty() {
            let text = String::from_utf8_lossy(&std::mem::take(&mut self.held)).into_owned();
            self.shown(self.now, &text)?;
        }
        self.file.flush()?;
        Ok(self.file)
    }

    fn event(&mut self, at: Duration, code: char, data: &str) -> io::Result<()> {
        let before = self.now;
        self.now = self.now.max(at);
        self.events += 1;
        // Whole microseconds on both sides, so that the intervals add up.
        let whole =
            |time: Duration| Duration::from_micros(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
        let told = match self.version {
            Version::V2 => self.now,
            Version::V3 => whole(self.now) - whole(before),
        };
        let (seconds, micros) = (told.as_secs(), told.subsec_micros());
        let line = format!("[{seconds}.{micros:06}, \"{code}\", {}]\n", Value::from(data));
        self.file.write_all(line.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(play: impl FnOnce(&mut Cast<Vec<u8>>)) -> Vec<String> {
        let header = Header { version: Version::V2, ..Header::new(80, 24) };
        let mut cast = Cast::new(Vec::new(), &header).unwrap();
        play(&mut cast);
        let file = cast.finish().unwrap();
        String::from_utf8(file).unwrap().lines().map(str::to_owned).collect()
    }

    const fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn the_header_says_what_players_need() {
        let header = Header {
            idle_time_limit: Some(1.5),
            title: Some("A “title”".into()),
            theme: Some(Palette {
                foreground: "#ffffff".into(),
                background: "#000000".into(),
                colors: vec!["#111111".into(), "#222222".into()],
            }),
            ..Header::new(120, 36)
        };
        let read = |header: &Header| -> Value {
            let line = Cast::new(Vec::new(), header).unwrap().finish().unwrap();
            serde_json::from_slice(&line).unwrap()
        };
        let (new, old) = (read(&header), read(&Header { version: Version::V2, ..header }));
        assert_eq!((&new["version"], &old["version"]), (&json!(3), &json!(2)));
        assert_eq!((&new["term"]["cols"], &new["term"]["rows"]), (&json!(120), &json!(36)));
        assert_eq!((&old["width"], &old["height"]), (&json!(120), &json!(36)));
        assert_eq!(
            (&new["term"]["type"], &old["env"]["TERM"]),
            (&json!("xterm-256color"), &json!("xterm-256color"))
        );
        assert_eq!(new["term"]["theme"]["palette"], "#111111:#222222");
        assert_eq!(old["theme"]["palette"], "#111111:#222222");
        for read in [new, old] {
            assert_eq!((&read["idle_time_limit"], &read["title"]), (&json!(1.5), &json!("A “title”")));
            assert!(read.get("timestamp").is_none());
        }
    }

    #[test]
    fn events_are_arrays_with_microseconds() {
        let lines = recorded(|cast| {
            cast.output(at(1_500), b"hi \x1b[1mthere\x1b[0m\r\n").unwrap();
            cast.input(at(2_000), "\u{1b}[A").unwrap();
            cast.resize(at(3_000), 100, 30).unwrap();
            cast.marker(at(61_000), "Budgets").unwrap();
        });
        assert_eq!(lines[1], r#"[1.500000, "o", "hi \u001b[1mthere\u001b[0m\r\n"]"#);
        assert_eq!(lines[2], r#"[2.000000, "i", "\u001b[A"]"#);
        assert_eq!(lines[3], r#"[3.000000, "r", "100x30"]"#);
        assert_eq!(lines[4], r#"[61.000000, "m", "Budgets"]"#);
        // In v3 a time is since the event before; the markers stay where they were.
        let mut cast = Cast::new(Vec::new(), &Header::new(80, 24)).unwrap();
        cast.input(Duration::from_nanos(1_000_900), "a").unwrap();
        cast.marker(Duration::from_nanos(3_500_100), "Budgets").unwrap();
        let file = String::from_utf8(cast.finish().unwrap()).unwrap();
        let lines: Vec<&str> = file.lines().skip(1).collect();
        assert_eq!(lines, [r#"[0.001000, "i", "a"]"#, r#"[0.002500, "m", "Budgets"]"#]);
    }

    #[test]
    fn sequences_and_characters_are_never_cut() {
        let lines = recorded(|cast| {
            cast.output(at(10), b"caf\xc3").unwrap();
            cast.output(at(20), b"\xa9 \x1b[38;5").unwrap();
            cast.output(at(30), b";42mgreen").unwrap();
        });
        assert_eq!(lines[1], r#"[0.010000, "o", "caf"]"#);
        assert_eq!(lines[2], r#"[0.020000, "o", "é "]"#);
        assert_eq!(lines[3], r#"[0.030000, "o", "\u001b[38;5;42mgreen"]"#);
    }

    #[test]
    fn what_never_ends_is_written_at_the_end() {
        let lines = recorded(|cast| cast.output(at(5), b"x\x1b]0;title").unwrap());
        assert_eq!(lines[1], r#"[0.005000, "o", "x"]"#);
        assert_eq!(lines[2], r#"[0.005000, "o", "\u001b]0;title"]"#);
    }

    #[test]
    fn what_is_copied_is_in_no_recording() {
        let lines = recorded(|cast| {
            cast.output(at(5), b"\x1b]52;c;").unwrap();
            cast.output(at(6), b"aGk=\x07").unwrap();
            cast.output(at(7), b"x\x1b]52;c;aGk=\x07").unwrap();
            cast.output(at(8), b"\x1b]52;c;aGk=").unwrap();
        });
        assert_eq!(lines[1..], [r#"[0.007000, "o", "x"]"#]);
    }

    #[test]
    fn time_never_runs_back() {
        let lines = recorded(|cast| {
            cast.output(at(500), b"a").unwrap();
            cast.output(at(400), b"b").unwrap();
        });
        assert!(lines[2].starts_with("[0.500000"));
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        let lines = recorded(|cast| cast.output(at(1), b"a\xffb").unwrap());
        assert_eq!(lines[1], "[0.001000, \"o\", \"a\u{fffd}b\"]");
    }
}
