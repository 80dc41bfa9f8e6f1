//! A text as it passes: what each character may do depends on those before it.

use unicode_properties::{GeneralCategory, UnicodeEmoji, UnicodeGeneralCategory};

use super::{DOTTED_CIRCLE, JOINERS_MAX, KEYCAP, MARKS_MAX, REPLACEMENT, VS16, ZWJ};

/// The text as it grows, with what is needed to judge the next character.
pub(super) struct Cleaned {
    text: String,
    pub(super) chars: usize,
    last: Option<char>,
    marks: usize,
    joiners: usize,
    /// Whether the grapheme's first character is an emoji.
    emoji: bool,
    one_line: bool,
}

impl Cleaned {
    pub(super) fn new(capacity: usize, one_line: bool) -> Self {
        let text = String::with_capacity(capacity);
        Self { text, chars: 0, last: None, marks: 0, joiners: 0, emoji: false, one_line }
    }

    fn put(&mut self, c: char) {
        self.text.push(c);
        self.chars += 1;
        self.last = Some(c);
    }

    pub(super) fn push(&mut self, c: char) {
        self.marks = 0;
        self.emoji = is_pictograph(c);
        if self.last != Some(ZWJ) {
            self.joiners = 0;
        }
        self.put(c);
    }

    pub(super) fn newline(&mut self) {
        if self.one_line { self.space() } else { self.push('\n') }
    }

    pub(super) fn space(&mut self) {
        if !self.one_line || !matches!(self.last, None | Some(' ')) {
            self.push(' ');
        }
    }

    pub(super) fn mark(&mut self, c: char) {
        if !is_skin_tone(c) && matches!(self.last, None | Some('\n')) {
            // A mark with nothing to stand on would climb onto whatever is drawn beside it.
            self.push(DOTTED_CIRCLE);
        }
        if self.marks < MARKS_MAX {
            self.marks += 1;
            self.put(c);
        }
    }

    /// Keeps a joiner between two emoji, the first with or without a skin tone.
    pub(super) fn joiner(&mut self, next: Option<char>) {
        let after = self.last.is_some_and(|last| is_pictograph(last) || is_skin_tone(last) || last == VS16);
        if self.emoji && after && next.is_some_and(is_pictograph) && self.joiners < JOINERS_MAX {
            self.joiners += 1;
            self.put(ZWJ);
        }
    }

    /// Keeps the emoji presentation selector behind an emoji or inside a keycap.
    pub(super) fn presentation(&mut self, next: Option<char>) {
        let keep = self.last.is_some_and(|last| {
            is_pictograph(last)
                || (matches!(last, '0'..='9' | '#' | '*') && next == Some(KEYCAP) && self.marks < MARKS_MAX)
        });
        if keep {
            self.put(VS16);
        }
    }

    /// Keeps a Hangul vowel or final where it joins the letter before it: alone it has no width.
    pub(super) fn jamo(&mut self, c: char) {
        let vowel = matches!(c, '\u{1160}'..='\u{11A7}' | '\u{D7B0}'..='\u{D7C6}');
        let joins = match self.last.map(u32::from) {
            Some(0x1100..=0x115F | 0xA960..=0xA97C) => vowel,
            Some(0x1160..=0x11A7 | 0xD7B0..=0xD7C6) => true,
            Some(0x11A8..=0x11FF | 0xD7CB..=0xD7FB) => !vowel,
            Some(syllable @ 0xAC00..=0xD7A3) => !vowel || (syllable - 0xAC00) % 28 == 0,
            _ => false,
        };
        if joins && c.general_category() != GeneralCategory::Unassigned {
            self.push(c)
        } else {
            self.push(REPLACEMENT)
        }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// An emoji that can begin or go on a joined one: no digit, no half of a flag, no skin tone.
fn is_pictograph(c: char) -> bool {
    !c.is_ascii() && !is_skin_tone(c) && !('\u{1F1E6}'..='\u{1F1FF}').contains(&c) && c.is_emoji_char()
}

const fn is_skin_tone(c: char) -> bool {
    matches!(c, '\u{1F3FB}'..='\u{1F3FF}')
}
