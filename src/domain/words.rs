//! The words of a text, read in one pass: where each stands, its hash, and what follows it.
//!
//! The one reader for whatever knows texts again by their words: what was said ([`said`](super::said)) and the
//! scripted provider. Sets of terms, which need no places, are read by [`similarity`].

use super::similarity;

/// A word: letters, figures, and the apostrophes after them.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ends, apostrophes included.
    pub end: usize,
    /// The [`term`](similarity::term) of it in lower case, without apostrophes.
    pub hash: u64,
    /// How many letters and figures it has.
    pub letters: usize,
    /// Whether it has an apostrophe.
    pub marked: bool,
    /// Whether it stands between “ and ”.
    pub quoted: bool,
    /// What stands between it and the next one.
    pub after: Signs,
}

/// Which kinds of sign stand between two words; of those in a quotation, none.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Signs(u8);

impl Signs {
    /// A full stop, an exclamation or question mark.
    pub const STOP: Self = Self(1);
    /// The end of a line.
    pub const LINE: Self = Self(2);
    /// A colon or semicolon.
    pub const COLON: Self = Self(4);
    /// A comma, a parenthesis or a dash.
    pub const PART: Self = Self(8);
    /// The end of a quotation.
    pub const UNQUOTE: Self = Self(16);

    /// Either of two.
    #[must_use]
    #[inline]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether any of `others` is among them.
    #[must_use]
    #[inline]
    pub const fn has(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }
}

/// What a byte is: what a letter or figure is in lower case, or one of the kinds below.
const CLASS: [u8; 256] = {
    let mut class = [NOTHING; 256];
    let mut at = 0_usize;
    while at < class.len() {
        let byte = at as u8;
        class[at] = match byte {
            b'\'' => APOSTROPHE,
            b'.' | b'!' | b'?' => STOP,
            b'\n' => LINE,
            b':' | b';' => COLON,
            b',' | b'(' | b')' => PART,
            0x80.. => WIDE,
            _ if byte.is_ascii_alphanumeric() => byte.to_ascii_lowercase(),
            _ => NOTHING,
        };
        at += 1;
    }
    class
};
const NOTHING: u8 = 0;
const APOSTROPHE: u8 = 1;
const STOP: u8 = 2;
const LINE: u8 = 3;
const COLON: u8 = 4;
const PART: u8 = 5;
/// Begins a character of more than one byte.
const WIDE: u8 = 6;
/// The least class of a letter or figure.
const LETTER: u8 = b'0';

/// The words of a text; see [`words`].
#[derive(Clone, Debug)]
pub struct Words<'t> {
    text: &'t str,
    at: usize,
    quoted: bool,
}

/// The words of `text`, from the first on.
#[must_use]
pub fn words(text: &str) -> Words<'_> {
    let mut words = Words { text, at: 0, quoted: false };
    words.gap();
    words
}

impl Words<'_> {
    /// The character that begins here.
    fn wide(&self) -> char {
        self.text[self.at..].chars().next().unwrap_or('\0')
    }

    /// Goes on to the next word, and tells what is passed over.
    fn gap(&mut self) -> Signs {
        let mut signs = Signs::default();
        while let Some(byte) = self.text.as_bytes().get(self.at) {
            let sign = match CLASS[usize::from(*byte)] {
                LETTER.. => break,
                STOP => Signs::STOP,
                LINE => Signs::LINE,
                COLON => Signs::COLON,
                PART => Signs::PART,
                WIDE => {
                    let c = self.wide();
                    if c.is_alphanumeric() {
                        break;
                    }
                    self.at += c.len_utf8();
                    match c {
                        '“' => self.quoted = true,
                        '”' => {
                            self.quoted = false;
                            signs = signs.or(Signs::UNQUOTE);
                        }
                        '—' | '–' if !self.quoted => signs = signs.or(Signs::PART),
                        _ => {}
                    }
                    continue;
                }
                _ => Signs::default(),
            };
            self.at += 1;
            if !self.quoted {
                signs = signs.or(sign);
            }
        }
        signs
    }
}

impl Iterator for Words<'_> {
    type Item = Word;

    #[inline]
    fn next(&mut self) -> Option<Word> {
        let (bytes, start, quoted) = (self.text.as_bytes(), self.at, self.quoted);
        let (mut word, mut marked, mut at) = (similarity::Word::default(), false, start);
        while let Some(byte) = bytes.get(at) {
            match CLASS[usize::from(*byte)] {
                letter @ LETTER.. => {
                    word.byte(letter);
                    at += 1;
                }
                APOSTROPHE => {
                    marked = true;
                    at += 1;
                }
                WIDE => {
                    self.at = at;
                    let c = self.wide();
                    if c == '’' {
                        marked = true;
                    } else if c.is_alphanumeric() {
                        c.to_lowercase().for_each(|lower| word.char(lower));
                    } else {
                        break;
                    }
                    at += c.len_utf8();
                }
                _ => break,
            }
        }
        if at == start {
            return None;
        }
        self.at = at;
        // Mostly a space stands between two words, and nothing else.
        let lone = matches!(bytes.get(at..at + 2), Some([b' ', next]) if next.is_ascii_alphanumeric());
        let after = if lone {
            self.at += 1;
            Signs::default()
        } else {
            self.gap()
        };
        Some(Word { start, end: at, hash: word.hash, letters: word.chars, marked, quoted, after })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::similarity::term;

    fn read(text: &str) -> Vec<(&str, bool)> {
        words(text).map(|word| (&text[word.start..word.end], word.quoted)).collect()
    }

    #[test]
    fn words_have_their_places_their_quotations_and_what_follows() {
        assert_eq!(
            read("“It is,” said O’Neil; 3 dogs’ tails — “no"),
            [
                ("It", true),
                ("is", true),
                ("said", false),
                ("O’Neil", false),
                ("3", false),
                ("dogs’", false),
                ("tails", false),
                ("no", true)
            ]
        );
        let signs: Vec<Signs> =
            words("One, two. “Three, four.” five: six\n").map(|word| word.after).collect();
        assert_eq!(
            signs,
            [Signs::PART, Signs::STOP, Signs::default(), Signs::UNQUOTE, Signs::COLON, Signs::LINE]
        );
        let don_t = words("Don’t").next().unwrap();
        assert!(don_t.marked && don_t.letters == 4 && don_t.hash == term("dont"));
        assert_eq!(words("ÄRGER").next().map(|word| word.hash), Some(term("ärger")));
        assert_eq!(words("' ,.").next(), None);
    }

    proptest! {
        #[test]
        fn every_letter_is_in_one_word(text in "[a-cA-Z0-9 .,'’“”—äß海\n]{0,40}") {
            let mut letters = 0;
            let mut last = 0;
            for word in words(&text) {
                prop_assert!(word.start >= last && word.end > word.start);
                prop_assert!(!text[last..word.start].contains(char::is_alphanumeric));
                last = word.end;
                letters += text[word.start..word.end].chars().filter(|c| c.is_alphanumeric()).count();
            }
            prop_assert_eq!(letters, text.chars().filter(|c| c.is_alphanumeric()).count());
        }
    }
}
