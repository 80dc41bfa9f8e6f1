//! JSON as models and careless servers write it.
//!
//! Everything that is JSON reads as what it is. Beyond that: real line breaks in strings, commas too
//! many, single and curly quotes, quotes that nobody escaped, bare keys, Python's words, comments,
//! halves of a surrogate pair. What is cut off in the middle is no value. Pure functions.

use serde_json::{Map, Number, Value};

/// How deep a value may be nested.
const DEPTH: usize = 48;
/// How far behind a quote it is looked for what goes on with the JSON, in bytes.
const AHEAD: usize = 400;

/// Where a string stands, which tells what may follow it.
#[derive(Copy, Clone, PartialEq)]
enum Within {
    Nothing,
    Key,
    Object,
    List,
}

/// The value that `text` begins with, and its length in bytes. White space before it counts.
#[must_use]
pub fn read(text: &str) -> Option<(Value, usize)> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0, Within::Nothing)?;
    Some((value, reader.at))
}

/// The value that `text` is, with nothing but white space and comments around it.
#[must_use]
pub fn whole(text: &str) -> Option<Value> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0, Within::Nothing)?;
    reader.space();
    (reader.at == text.len()).then_some(value)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn eat(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len();
        }
        found
    }

    /// Passes over white space and comments.
    fn space(&mut self) {
        loop {
            let rest = self.rest();
            let length =
                rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n', '\u{a0}', '\u{feff}']).len();
            self.at += length;
            let rest = self.rest();
            let comment = if rest.starts_with("//") {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                match rest.find("*/") {
                    Some(end) => end + 2,
                    None => return,
                }
            } else {
                return;
            };
            self.at += comment;
        }
    }

    fn value(&mut self, depth: usize, within: Within) -> Option<Value> {
        if depth > DEPTH {
            return None;
        }
        self.space();
        match self.peek()? {
            '{' => self.object(depth),
            '[' => self.list(depth),
            '"' | '\'' | '“' | '”' => self.string(within).map(Value::String),
            c if c.is_ascii_digit() || matches!(c, '-' | '+' | '.') => self.number(),
            _ => self.word(),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        self.next()?;
        let mut map = Map::new();
        loop {
            self.commas();
            if self.eat("}") {
                return Some(Value::Object(map));
            }
            let key = match self.peek()? {
                '"' | '\'' | '“' | '”' => self.string(Within::Key)?,
                _ => self.name()?,
            };
            self.space();
            if !self.eat(":") {
                return None;
            }
            let value = self.value(depth + 1, Within::Object)?;
            map.insert(key, value);
            self.space();
            if !matches!(self.peek()?, ',' | '}') {
                return None;
            }
        }
    }

    fn list(&mut self, depth: usize) -> Option<Value> {
        self.next()?;
        let mut items = Vec::new();
        loop {
            self.commas();
            if self.eat("]") {
                return Some(Value::Array(items));
            }
            items.push(self.value(depth + 1, Within::List)?);
            self.space();
            if !matches!(self.peek()?, ',' | ']') {
                return None;
            }
        }
    }

    fn commas(&mut self) {
        self.space();
        while self.eat(",") {
            self.space();
        }
    }

    /// A bare key.
    fn name(&mut self) -> Option<String> {
        let rest = self.rest();
        let end =
            rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '$'))).unwrap_or(rest.len());
        let name = rest[..end].to_owned();
        self.at += end;
        (!name.is_empty()).then_some(name)
    }

    fn word(&mut self) -> Option<Value> {
        let word = self.name()?;
        Some(match word.as_str() {
            "true" | "True" | "TRUE" => Value::Bool(true),
            "false" | "False" | "FALSE" => Value::Bool(false),
            "null" | "None" | "NULL" | "undefined" | "NaN" | "Infinity" => Value::Null,
            _ => return None,
        })
    }

    fn number(&mut self) -> Option<Value> {
        let rest = self.rest();
        let end = rest
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E')))
            .unwrap_or(rest.len());
        let digits = rest[..end].trim_start_matches('+');
        let whole = digits.parse::<i64>().map(Number::from).ok();
        let number = whole
            .or_else(|| digits.parse::<u64>().map(Number::from).ok())
            .or_else(|| digits.parse::<f64>().ok().and_then(Number::from_f64));
        self.at += end;
        number.map(Value::Number)
    }

    fn string(&mut self, within: Within) -> Option<String> {
        let open = self.next()?;
        let mut text = String::new();
        loop {
            match self.next()? {
                '\\' => self.escape(&mut text)?,
                c if self.closes(open, c, within) => return Some(text),
                c => text.push(c),
            }
        }
    }

    /// Whether `c`, just read, ends a string that began with `open`: after the end of a string comes
    /// what goes on with the JSON. A quote before anything else is one that nobody escaped.
    fn closes(&self, open: char, c: char, within: Within) -> bool {
        let pairs = match open {
            '“' | '”' => matches!(c, '”' | '“'),
            _ => c == open,
        };
        if !pairs {
            return false;
        }
        let end = self.text.floor_char_boundary((self.at + AHEAD).min(self.text.len()));
        Reader { text: &self.text[..end], at: self.at }.goes_on(within)
    }

    /// Whether what comes goes on with the JSON after a string; so it does where the text ends.
    fn goes_on(&mut self, within: Within) -> bool {
        self.space();
        match (within, self.peek()) {
            (_, None | Some('}' | ']')) => true,
            (Within::Nothing | Within::Key, Some(next)) => matches!(next, ',' | ':'),
            (_, Some(',')) => {
                self.commas();
                match self.peek() {
                    None | Some('}' | ']') => true,
                    Some(_) if within == Within::List => self.begins_value(),
                    Some(_) => self.begins_entry(),
                }
            }
            (_, Some(_)) => false,
        }
    }

    /// Whether a key, a colon and a value come.
    fn begins_entry(&mut self) -> bool {
        match self.peek() {
            Some(open @ ('"' | '\'' | '“' | '”')) => {
                self.next();
                let close = if open == '“' { '”' } else { open };
                loop {
                    match self.next() {
                        None => return true,
                        Some('\\') => drop(self.next()),
                        Some(c) if c == close => break,
                        Some(_) => {}
                    }
                }
            }
            _ => drop(self.name()),
        }
        self.space();
        if !self.eat(":") {
            return self.peek().is_none();
        }
        self.space();
        self.begins_value()
    }

    fn begins_value(&mut self) -> bool {
        match self.peek() {
            None | Some('"' | '\'' | '“' | '”' | '{' | '[' | '-' | '+' | '.') => true,
            Some(c) if c.is_ascii_digit() => true,
            Some(_) => self.word().is_some() || self.peek().is_none(),
        }
    }

    fn escape(&mut self, text: &mut String) -> Option<()> {
        match self.next()? {
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            'b' => text.push('\u{8}'),
            'f' => text.push('\u{c}'),
            '0' => text.push('\0'),
            'u' => text.push(self.unicode()),
            other => text.push(other),
        }
        Some(())
    }

    /// After `\u`: a half without its other half is replaced.
    fn unicode(&mut self) -> char {
        let Some(first) = self.hex() else { return char::REPLACEMENT_CHARACTER };
        if (0xD800..0xDC00).contains(&first) && self.rest().starts_with("\\u") {
            let before = self.at;
            self.at += 2;
            match self.hex() {
                Some(second) if (0xDC00..0xE000).contains(&second) => {
                    let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                    return char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                }
                _ => self.at = before,
            }
        }
        char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.rest().get(..4)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let value = u32::from_str_radix(digits, 16).ok()?;
        self.at += 4;
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn what_is_meant_is_read() {
        for (text, meant) in [
            ("{\"a\": \"one\ntwo\"}", json!({"a": "one\ntwo"})),
            ("{\"a\": {\"b\": 1},}", json!({"a": {"b": 1}})),
            ("[1, 2,, 3,]", json!([1, 2, 3])),
            ("{'a': 'it's', 'b': True, 'c': None}", json!({"a": "it's", "b": true, "c": null})),
            ("{“a”: “b”}", json!({"a": "b"})),
            ("{\"a\": \"she said \"no\" to me\"}", json!({"a": "she said \"no\" to me"})),
            (
                "{\"a\": \"he said \"yes\", and left\", \"b\": 1}",
                json!({"a": "he said \"yes\", and left", "b": 1}),
            ),
            ("{\"a\": \"\"no\", \"yes\": all of it\"}", json!({"a": "\"no\", \"yes\": all of it"})),
            ("{\"a\": [\"one \"yes\", and\", \"two\"],}", json!({"a": ["one \"yes\", and", "two"]})),
            ("{a: \"x\", b: None, // c\n 'c': [\"y\",]}", json!({"a": "x", "b": null, "c": ["y"]})),
            ("{a: 1, b-c: +2.5} // done", json!({"a": 1, "b-c": 2.5})),
            ("/* the act */ {\"a\": 1 /* one */}", json!({"a": 1})),
            (r#"{"a": "\ud83e"}"#, json!({"a": "\u{fffd}"})),
            (r#"{"a": "\ud83e\uded6 \'x\'"}"#, json!({"a": "🫖 'x'"})),
            (r#"{"a": "\ud83e\n"}"#, json!({"a": "\u{fffd}\n"})),
            (r#"{"a": "\uZZZZ"}"#, json!({"a": "\u{fffd}ZZZZ"})),
            ("\u{feff}{\"a\": NaN}", json!({"a": null})),
        ] {
            assert_eq!(whole(text), Some(meant), "{text}");
        }
    }

    #[test]
    fn what_is_cut_off_or_no_json_is_nothing() {
        for text in
            ["", "{", "{\"a\"", "{\"a\": \"b", "{\"a\": 1", "[1", "hello", "{\"a\" 1}", "{\"a\": 1 \"b\": 2}"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&"[".repeat(10_000)), None);
    }

    #[test]
    fn only_the_value_is_taken() {
        assert_eq!(read("{\"a\": 1}, and so on"), Some((json!({"a": 1}), 8)));
        assert_eq!(whole("{\"a\": 1}, and so on"), None);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            "\\PC{0,12}".prop_map(Value::from),
            ".{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((".{0,6}", inner), 0..4)
                    .prop_map(|all| Value::Object(all.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn json_reads_as_itself(value in any_json()) {
            prop_assert_eq!(whole(&value.to_string()), Some(value.clone()));
            prop_assert_eq!(whole(&format!("{value:#}")), Some(value));
        }

        #[test]
        fn junk_never_panics(text in "[\\PC\\n{}\\[\\]\"'\\\\:,/*u0-9-]{0,120}") {
            let _ = read(&text);
        }
    }
}
