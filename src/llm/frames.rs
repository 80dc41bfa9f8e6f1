//! Bytes as they arrive → the JSON messages in them.
//!
//! What a server calls its answer (`content-type`) is not believed: server-sent events, one object a
//! line, one object in all, and lists of objects are told by their look. Byte order marks, every kind
//! of line end, a missing blank line and characters cut in two are taken as they come.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::loose;

/// How much of what is no message is kept, for saying so.
const JUNK_MAX: usize = 2_000;
/// Stand-ins for half characters, where no text has any: bytes that are no UTF-8 by themselves…
const BYTE: u32 = 0x10_F700;
/// …and halves of a surrogate pair.
const HALF: u32 = 0x10_F800;

/// The messages of one answer. See the module.
#[derive(Default)]
pub(super) struct Frames {
    begun: bool,
    line: Vec<u8>,
    /// The last byte was a CR: a LF belongs to it.
    after_cr: bool,
    scan: Scan,
    /// Whether the value under way stands in events.
    in_event: bool,
    /// Whether the event under way is called an error.
    is_error: bool,
    ready: VecDeque<Frame>,
    junk: Vec<u8>,
}

/// One thing that arrived.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Frame {
    /// A message.
    Message(Value),
    /// The server says that there is no more.
    Done,
    /// The beginning of something that should have been a message.
    Broken(String),
}

impl Frames {
    /// Takes bytes in.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            match byte {
                b'\n' if self.after_cr => {}
                b'\n' | b'\r' => self.end_line(),
                _ => self.line.push(byte),
            }
            self.after_cr = byte == b'\r';
        }
    }

    /// There are no more bytes.
    pub(super) fn end(&mut self) {
        if !self.line.is_empty() {
            self.end_line();
        }
        self.cut_off();
    }

    /// The next message that is complete.
    pub(super) fn next(&mut self) -> Option<Frame> {
        self.ready.pop_front()
    }

    /// What came that was no message.
    pub(super) fn junk(&self) -> String {
        String::from_utf8_lossy(&self.junk).into_owned()
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let mut line = line.as_slice();
        if !self.begun {
            line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
            self.begun = !line.trim_ascii().is_empty();
        }
        if self.scan.under_way() && !self.in_event {
            return self.feed(line);
        }
        let trimmed = line.trim_ascii();
        if let Some(data) = trimmed.strip_prefix(b"data:") {
            self.in_event = true;
            self.feed(data);
        } else if trimmed.is_empty() {
            self.cut_off(); // the end of an event
            self.is_error = false;
        } else if matches!(trimmed[0], b'{' | b'[' | b']' | b',') {
            self.cut_off();
            self.in_event = false;
            self.feed(trimmed);
        } else if let Some(name) = trimmed.strip_prefix(b"event:") {
            self.is_error = name.trim_ascii().to_ascii_lowercase().ends_with(b"error");
        } else if let Some(error) = trimmed.strip_prefix(b"error:").filter(|error| error.contains(&b'{')) {
            // A field that llama.cpp puts where the data would stand.
            self.cut_off();
            (self.in_event, self.is_error) = (true, true);
            self.feed(error);
        } else if !is_field(trimmed) {
            self.keep(trimmed);
        }
    }

    fn feed(&mut self, part: &[u8]) {
        let mut rest = part;
        loop {
            if !self.scan.under_way() {
                rest = rest.trim_ascii_start();
                if rest.starts_with(b"[DONE]") {
                    self.ready.push_back(Frame::Done);
                    return;
                }
                match rest.first() {
                    None => return,
                    Some(b',' | b'[' | b']') => {
                        rest = &rest[1..];
                        continue;
                    }
                    Some(b'{') => {}
                    Some(_) if self.is_error => {
                        let words = serde_json::from_slice(rest)
                            .unwrap_or_else(|_| String::from_utf8_lossy(rest).into_owned());
                        return self.ready.push_back(Frame::Message(json!({"error": words})));
                    }
                    Some(_) => return self.keep(rest),
                }
            }
            match self.scan.take(rest) {
                Some(used) => {
                    rest = &rest[used..];
                    let frame = match parse(&self.scan.finish()) {
                        Frame::Message(error) if self.is_error && error.get("error").is_none() => {
                            Frame::Message(json!({"error": error}))
                        }
                        frame => frame,
                    };
                    self.ready.push_back(frame);
                }
                None => return,
            }
        }
    }

    /// A value that is under way will not be completed.
    fn cut_off(&mut self) {
        if self.scan.under_way() {
            let frame = parse(&self.scan.finish());
            self.ready.push_back(frame);
        }
    }

    fn keep(&mut self, part: &[u8]) {
        let room = JUNK_MAX.saturating_sub(self.junk.len());
        self.junk.extend_from_slice(&part[..part.len().min(room)]);
        if room > 0 {
            self.junk.push(b'\n');
        }
    }
}

/// Whether a line is a comment or a field of an event other than its data.
fn is_field(line: &[u8]) -> bool {
    line.starts_with(b":")
        || [b"event".as_slice(), b"id", b"retry"].iter().any(|field| {
            line.strip_prefix(*field).is_some_and(|rest| rest.is_empty() || rest.starts_with(b":"))
        })
}

/// An object while it comes together.
#[derive(Default)]
struct Scan {
    bytes: Vec<u8>,
    depth: usize,
    quoted: bool,
    escaped: bool,
}

impl Scan {
    const fn under_way(&self) -> bool {
        self.depth > 0
    }

    /// Takes the object's bytes; answers how many, once it is complete. A line end counts as one.
    fn take(&mut self, part: &[u8]) -> Option<usize> {
        for (at, &byte) in part.iter().enumerate() {
            self.bytes.push(byte);
            if self.escaped {
                self.escaped = false;
            } else if self.quoted {
                match byte {
                    b'"' => self.quoted = false,
                    b'\\' => self.escaped = true,
                    _ => {}
                }
            } else {
                match byte {
                    b'"' => self.quoted = true,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' => self.depth -= 1,
                    _ => {}
                }
                if self.depth == 0 {
                    return Some(at + 1);
                }
            }
        }
        self.bytes.push(b'\n');
        self.escaped = false;
        None
    }

    fn finish(&mut self) -> Vec<u8> {
        std::mem::take(self).bytes
    }
}

fn parse(bytes: &[u8]) -> Frame {
    let text = decode(bytes);
    let value = serde_json::from_str(&text).ok().or_else(|| {
        let text = mark_halves(&text);
        serde_json::from_str(&text).ok().or_else(|| loose::whole(&text))
    });
    match value {
        Some(value) => Frame::Message(value),
        None => Frame::Broken(text.trim_end().to_owned()),
    }
}

/// UTF-8, with a stand-in for every byte that is none.
fn decode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().filter_map(|byte| char::from_u32(BYTE + u32::from(*byte))));
    }
    text
}

/// Replaces the escape of a half pair (`\ud83e`) by its stand-in.
fn mark_halves(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(first) = half(rest) else {
            let length = 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
            out.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        };
        let paired = first < 0xDC00 && half(&rest[6..]).is_some_and(|second| second >= 0xDC00);
        if paired {
            out.push_str(&rest[..12]);
            rest = &rest[12..];
        } else {
            out.extend(char::from_u32(HALF + (first - 0xD800)));
            rest = &rest[6..];
        }
    }
    out.push_str(rest);
    out
}

/// The surrogate that `text` begins with an escape of.
fn half(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let code = u32::from_str_radix(digits, 16).ok()?;
    (0xD800..0xE000).contains(&code).then_some(code)
}

/// Puts characters together whose halves came one after the other.
#[derive(Default)]
pub(super) struct Joiner {
    bytes: Vec<u8>,
    high: Option<u32>,
}

impl Joiner {
    /// The next piece of text, with whole characters only.
    pub(super) fn join(&mut self, piece: &str) -> String {
        let mut out = String::with_capacity(piece.len());
        for c in piece.chars() {
            let code = u32::from(c);
            if code >= HALF {
                self.drop_bytes(&mut out);
                self.half(0xD800 + (code - HALF), &mut out);
            } else if (BYTE + 0x80..BYTE + 0x100).contains(&code) {
                self.drop_half(&mut out);
                self.byte(u8::try_from(code - BYTE).unwrap_or_default(), &mut out);
            } else {
                out.push_str(&self.rest());
                out.push(c);
            }
        }
        out
    }

    /// What stays of halves that found no other.
    pub(super) fn rest(&mut self) -> String {
        let mut out = String::new();
        self.drop_bytes(&mut out);
        self.drop_half(&mut out);
        out
    }

    fn half(&mut self, code: u32, out: &mut String) {
        if code < 0xDC00 {
            self.drop_half(out);
            self.high = Some(code);
            return;
        }
        let whole = self
            .high
            .take()
            .and_then(|high| char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + (code - 0xDC00)));
        out.push(whole.unwrap_or(char::REPLACEMENT_CHARACTER));
    }

    fn byte(&mut self, byte: u8, out: &mut String) {
        self.bytes.push(byte);
        loop {
            match std::str::from_utf8(&self.bytes) {
                Ok(text) => {
                    out.push_str(text);
                    self.bytes.clear();
                    return;
                }
                Err(error) => match error.error_len() {
                    None => return, // may still be completed
                    Some(wrong) => {
                        out.push(char::REPLACEMENT_CHARACTER);
                        self.bytes.drain(..wrong);
                    }
                },
            }
        }
    }

    fn drop_bytes(&mut self, out: &mut String) {
        if !self.bytes.is_empty() {
            self.bytes.clear();
            out.push(char::REPLACEMENT_CHARACTER);
        }
    }

    fn drop_half(&mut self, out: &mut String) {
        if self.high.take().is_some() {
            out.push(char::REPLACEMENT_CHARACTER);
        }
    }
}

#[cfg(test)]
mod tests;
