//! What is being written, picked out of the JSON it is written in, while it arrives.

use crate::llm::Purpose;

/// The fields of an act that a person wants to read.
const FIELDS: [&str; 4] = ["title", "content", "reason", "query"];
/// Longest key that is looked at.
const KEY_MAX: usize = 16;

/// Reads an answer piece by piece. An answer that is no JSON is passed on as it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Telling {
    plain: bool,
    /// Whether an object has begun: what stands before it is not the act.
    begun: bool,
    /// Whether a value comes next, and not a key.
    value: bool,
    string: Option<Text>,
    key: String,
    /// Whether something was told, so that the next field begins on a line of its own.
    told: bool,
}

/// A string that is being read.
#[derive(Clone, Debug, Default)]
struct Text {
    is_value: bool,
    shown: bool,
    escape: Option<String>,
    /// The first half of a character outside the basic plane.
    high: Option<u32>,
}

impl Telling {
    /// For an answer of this kind: acts come as JSON, what is said to a person as it is.
    pub(super) fn of(purpose: Purpose) -> Self {
        Self { plain: !matches!(purpose, Purpose::Think | Purpose::Repair), ..Self::default() }
    }

    /// What `piece` adds to the text.
    pub(super) fn take_in(&mut self, piece: &str) -> String {
        if self.plain {
            return piece.to_owned();
        }
        let mut said = String::new();
        for c in piece.chars() {
            self.step(c, &mut said);
        }
        said
    }

    fn step(&mut self, c: char, said: &mut String) {
        let Some(mut text) = self.string.take() else {
            match c {
                '{' => (self.begun, self.value) = (true, false),
                ',' => self.value = false,
                ':' => self.value = true,
                '"' if self.begun => {
                    let shown = self.value && FIELDS.contains(&self.key.as_str());
                    if shown && self.told {
                        said.push('\n');
                    }
                    if !self.value {
                        self.key.clear();
                    }
                    self.told |= shown;
                    self.string = Some(Text { is_value: self.value, shown, ..Text::default() });
                }
                _ => {}
            }
            return;
        };
        let read = match text.escape.take() {
            None if c == '"' => return, // its end
            None if c == '\\' => {
                text.escape = Some(String::new());
                None
            }
            None => Some(c),
            Some(code) => text.unescape(code, c),
        };
        if let Some(read) = read {
            if text.shown {
                said.push(read);
            } else if !text.is_value && self.key.len() < KEY_MAX {
                self.key.push(read);
            }
        }
        self.string = Some(text);
    }
}

impl Text {
    /// The character an escape stands for, once it is whole.
    fn unescape(&mut self, mut code: String, c: char) -> Option<char> {
        if code.is_empty() && c != 'u' {
            return Some(match c {
                'n' | 'r' => '\n',
                't' => ' ',
                other => other,
            });
        }
        code.push(c);
        if code.len() < 5 && code.is_ascii() {
            self.escape = Some(code);
            return None;
        }
        let unit = u32::from_str_radix(code.get(1..).unwrap_or_default(), 16).unwrap_or(0xfffd);
        match (self.high.take(), unit) {
            (_, 0xd800..=0xdbff) => {
                self.high = Some(unit);
                None
            }
            (Some(high), 0xdc00..=0xdfff) => {
                char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (unit - 0xdc00))
            }
            _ => Some(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(pieces: &[&str]) -> String {
        let mut telling = Telling::of(Purpose::Think);
        pieces.iter().map(|piece| telling.take_in(piece)).collect()
    }

    #[test]
    fn only_what_is_written_for_people_is_told() {
        let act = r#"Let me "think". {"act": {"action": "create_thread", "title": "On \"tides\"", "content": "One.\nTwo \ud83c\udf0a.", "tags": ["sea", "content"]}}"#;
        assert_eq!(told(&[act]), "On \"tides\"\nOne.\nTwo 🌊.");
        assert_eq!(told(&[r#"{"action":"vote","thread_id":3,"value":1,"reason":"well put"}"#]), "well put");
        assert_eq!(Telling::of(Purpose::Interview).take_in("I say {\"so\"}"), "I say {\"so\"}");
        assert_eq!(told(&[r#"{"content": "bad \u12"#, "zz escape\"}"]), "bad \u{fffd} escape");
    }

    proptest! {
        #[test]
        fn however_it_is_cut_the_same_is_told(text in "\\PC{0,60}", cut in 0usize..200) {
            let act = serde_json::json!({"act": {"action": "reply", "thread_id": 1, "content": text}}).to_string();
            let at = (0..=cut.min(act.len())).rev().find(|at| act.is_char_boundary(*at)).unwrap_or(0);
            let (a, b) = act.split_at(at);
            let once = told(&[&act]);
            prop_assert_eq!(&told(&[a, b]), &once);
            prop_assert_eq!(once, text.replace('\r', "\n").replace('\t', " "));
        }
    }
}
