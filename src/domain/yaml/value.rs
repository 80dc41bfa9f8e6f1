//! Reading a value as what it should be, with a sentence for what it is not.
//!
//! The sentences begin with a verb: whoever names the key puts it in front (`model.temperature must
//! be a number from 0 to 2, not 3`). All texts pass the gate.

use super::super::similarity::nearest;
use super::super::text;
use super::{Node, Value};

/// A piece of outside text, fit to stand in a sentence.
#[must_use]
pub fn show(piece: &str) -> String {
    text::clean_line(piece, 40)
}

impl Value {
    /// What a reader would call it: `a text`, `a list`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "true or false",
            Self::Int(_) | Self::Float(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a group of keys",
        }
    }

    /// The value itself, fit to stand in a sentence.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Bool(flag) => flag.to_string(),
            Self::Int(number) => number.to_string(),
            Self::Float(number) => number.to_string(),
            Self::Text(text) => format!("the text `{}`", show(text)),
            other => other.kind().to_owned(),
        }
    }

    /// The same as JSON, not gated yet. A number that is not finite becomes null.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(flag) => (*flag).into(),
            Self::Int(number) => (*number).into(),
            Self::Float(number) => (*number).into(),
            Self::Text(text) => text.as_str().into(),
            Self::List(items) => items.iter().map(|item| item.value.to_json()).collect(),
            Self::Map(entries) => serde_json::Value::Object(
                entries.iter().map(|entry| (entry.key.clone(), entry.node.value.to_json())).collect(),
            ),
        }
    }

    /// A text as it stands there, not gated yet.
    ///
    /// # Errors
    /// For anything else.
    pub fn raw(&self) -> Result<&str, String> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Null => Err("is empty; give a text".into()),
            Self::Int(_) | Self::Float(_) | Self::Bool(_) => {
                Err(format!("must be a text, not {}; put it in quotes", self.shown()))
            }
            Self::List(_) | Self::Map(_) => Err(format!("must be a text, not {}", self.shown())),
        }
    }

    /// A text on one line, at most `max` characters.
    ///
    /// # Errors
    /// For anything else, and for a longer one.
    pub fn line(&self, max: usize) -> Result<String, String> {
        bounded(text::clean_line(self.raw()?, usize::MAX), max)
    }

    /// As [`Self::line`], but nothing (a key without a value) is the empty text.
    ///
    /// # Errors
    /// As for [`Self::line`].
    pub fn line_or_empty(&self, max: usize) -> Result<String, String> {
        if *self == Self::Null { Ok(String::new()) } else { self.line(max) }
    }

    /// A text of several lines, at most `max` characters; nothing is the empty text.
    ///
    /// # Errors
    /// For anything else, and for a longer one.
    pub fn prose(&self, max: usize) -> Result<String, String> {
        if *self == Self::Null {
            return Ok(String::new());
        }
        bounded(text::clean(self.raw()?, usize::MAX).trim().to_owned(), max)
    }

    /// `min` to `max` texts of one line and at most `each` characters, none of them empty.
    ///
    /// # Errors
    /// For anything else; names the entry that is wrong, counting from 1.
    pub fn lines(&self, min: usize, max: usize, each: usize) -> Result<Vec<String>, String> {
        let items = match self {
            Self::List(items) => items.as_slice(),
            Self::Null => &[],
            _ => return Err(format!("must be a list such as `[one, two]`, not {}", self.shown())),
        };
        if items.len() < min {
            return Err(format!("must have {min} to {max} entries"));
        }
        if items.len() > max {
            return Err(format!("has {} entries; at most {max}", items.len()));
        }
        let read = |(at, item): (usize, &Node)| {
            item.value.line(each).and_then(filled).map_err(|message| format!("entry {} {message}", at + 1))
        };
        items.iter().enumerate().map(read).collect()
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// For anything else.
    pub fn flag(&self) -> Result<bool, String> {
        match self {
            Self::Bool(flag) => Ok(*flag),
            _ => Err(format!("must be true or false, not {}", self.shown())),
        }
    }

    /// The whole number it is; one with an empty fraction counts (JSON knows no whole numbers).
    #[must_use]
    #[allow(clippy::cast_possible_truncation)] // below 2⁵³
    pub fn integer(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => Some(*number as i64),
            _ => None,
        }
    }

    /// A whole number from `min` to `max`.
    ///
    /// # Errors
    /// For anything else.
    pub fn whole(&self, min: i64, max: i64) -> Result<i64, String> {
        self.integer().filter(|number| (min..=max).contains(number)).ok_or_else(|| {
            let range =
                if max == i64::MAX { format!("of at least {min}") } else { format!("from {min} to {max}") };
            format!("must be a whole number {range}, not {}{}", self.shown(), self.unquote())
        })
    }

    /// A finite number from `min` to `max`.
    ///
    /// # Errors
    /// For anything else.
    #[allow(clippy::cast_precision_loss)] // ranges are small
    pub fn number(&self, min: f64, max: f64) -> Result<f64, String> {
        let number = match self {
            Self::Int(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            _ => None,
        };
        number.filter(|number| (min..=max).contains(number)).ok_or_else(|| {
            format!("must be a number from {min} to {max}, not {}{}", self.shown(), self.unquote())
        })
    }

    /// Which of `words` it is, by position, in any case of letters.
    ///
    /// # Errors
    /// For anything else; suggests the word that was meant.
    pub fn choice(&self, words: &[&str]) -> Result<usize, String> {
        let digits;
        let word = match self {
            Self::Text(word) => word.as_str(),
            Self::Int(number) => {
                digits = number.to_string();
                &digits
            }
            _ => "",
        };
        words.iter().position(|known| known.eq_ignore_ascii_case(word)).ok_or_else(|| {
            let (last, first) = words.split_last().unwrap_or((&"", &[]));
            let list =
                if first.is_empty() { (*last).to_owned() } else { format!("{} or {last}", first.join(", ")) };
            format!("must be {list}, not {}{}", self.shown(), meant(word, words))
        })
    }

    /// What to say when a number stands in quotes.
    #[must_use]
    pub fn unquote(&self) -> &'static str {
        match self {
            Self::Text(text) if text.trim().parse::<f64>().is_ok() => "; leave out the quotes",
            _ => "",
        }
    }
}

/// `; did you mean …?` when one of `words` is near.
#[must_use]
pub fn meant(word: &str, words: &[&str]) -> String {
    nearest(word, words.iter().copied()).map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

/// A text that must hold something.
///
/// # Errors
/// When it is empty.
pub fn filled(text: String) -> Result<String, String> {
    if text.is_empty() { Err("is empty; give a text".into()) } else { Ok(text) }
}

fn bounded(text: String, max: usize) -> Result<String, String> {
    let count = text.chars().count();
    if count <= max { Ok(text) } else { Err(format!("has {count} characters; at most {max}")) }
}
