//! The gate for outside text: what bots, models, searches, files and the port bring in.
//!
//! Nothing that passed it can act on a terminal, hide from the reader or reorder what is read:
//! escape sequences and controls become visible symbols, bidi overrides and invisible characters
//! go, private and unassigned code points become `�`, heaps of combining marks are bounded, letters and
//! their accents are composed (NFC), and the length is capped between graphemes. Passing twice changes
//! nothing more.
//!
//! It knows no markup and no language: what is left is plain text.

mod cleaned;
mod escape;
mod script;
mod sentences;
mod unified;

use std::borrow::Cow;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

use self::cleaned::Cleaned;
pub use self::script::{
    behind_name, composed, first_words, folded, is_unspaced, names, spaced, steady_part, tag_key,
    usual_signs, word_count,
};
pub use self::sentences::sentences;
pub use self::unified::unified;

/// Most combining marks kept on one character.
pub const MARKS_MAX: usize = 5;
/// Most code points kept in one grapheme; the longest in honest use (emoji families) have ten.
pub const GRAPHEME_MAX: usize = 32;
/// Most joiners kept in one emoji.
const JOINERS_MAX: usize = 4;

const ZWJ: char = '\u{200D}';
const VS16: char = '\u{FE0F}';
const KEYCAP: char = '\u{20E3}';
const DOTTED_CIRCLE: char = '\u{25CC}';
const REPLACEMENT: char = '\u{FFFD}';

/// Cleans a text of several lines, cut to `max_chars` characters (the `…` counts as one).
///
/// `\n` stays, CR LF and lone CR become `\n`, a tab becomes four spaces.
#[must_use]
pub fn clean(text: &str, max_chars: usize) -> String {
    if is_plain(text, max_chars) {
        return text.to_owned();
    }
    pass(text, max_chars, false)
}

/// Cleans a text to one line: white space folds to single spaces, ends are trimmed.
#[must_use]
pub fn clean_line(text: &str, max_chars: usize) -> String {
    if is_plain_line(text, max_chars) {
        return text.to_owned();
    }
    pass(text, max_chars, true)
}

/// Cleans bytes that should be UTF-8; what is not becomes `�`.
#[must_use]
pub fn clean_bytes(bytes: &[u8], max_chars: usize) -> String {
    clean(&String::from_utf8_lossy(bytes), max_chars)
}

/// JSON with every character written as `\uXXXX` that could act on a terminal or hide from who reads it there.
/// What it says stays the same.
#[must_use]
pub fn inert_json(json: &str) -> String {
    let mut inert = String::with_capacity(json.len());
    let mut units = [0; 2];
    for c in json.chars() {
        let keeps = matches!(c, ' '..='~' | '\n') || is_common(c);
        if keeps
            || !matches!(
                c.general_category(),
                GeneralCategory::Control
                    | GeneralCategory::Format
                    | GeneralCategory::LineSeparator
                    | GeneralCategory::ParagraphSeparator
                    | GeneralCategory::PrivateUse
                    | GeneralCategory::Unassigned
            )
            || c == ZWJ
        {
            inert.push(c);
        } else {
            for unit in c.encode_utf16(&mut units) {
                inert.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    inert
}

/// Whether [`clean`] would leave `text` as it is (whatever its length).
#[must_use]
pub fn is_clean(text: &str) -> bool {
    is_plain(text, usize::MAX) || pass(text, usize::MAX, false) == text
}

/// Cuts to at most `max_chars` characters between two graphemes; `…` marks the cut and counts.
#[must_use]
pub fn cut(text: &str, max_chars: usize) -> String {
    if text.len() <= max_chars || text.chars().nth(max_chars).is_none() {
        return text.to_owned();
    }
    shorten(text, max_chars)
}

/// As [`cut`], behind the last whole word where one ends in the last third: who reads on is not given half a word.
#[must_use]
pub fn cut_words(text: &str, max_chars: usize) -> String {
    if text.len() <= max_chars || text.chars().nth(max_chars).is_none() {
        return text.to_owned();
    }
    let mut cut = shorten(text, max_chars);
    let kept = cut.len().saturating_sub('…'.len_utf8());
    // A blank behind it: the last word is whole already.
    let whole = text[kept.min(text.len())..].starts_with(char::is_whitespace);
    let end = if whole { Some(kept) } else { cut[..kept].rfind(char::is_whitespace) };
    if let Some(end) = end.filter(|end| *end >= kept / 3 * 2) {
        let words = cut[..end]
            .trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '—' | '–' | '('));
        cut.truncate(words.len());
        cut.push('…');
    }
    cut
}

/// As [`cut`], for a text that is known to be too long.
fn shorten(text: &str, max_chars: usize) -> String {
    let Some(room) = max_chars.checked_sub(1) else { return String::new() };
    let mut rest = text.chars();
    if let Some(last) = room.checked_sub(1) {
        rest.nth(last);
    }
    let at = text.len() - rest.as_str().len();
    let visible = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    if visible(text.as_bytes().get(at.wrapping_sub(1))) && visible(text.as_bytes().get(at)) {
        return format!("{}…", &text[..at]); // between two such characters there is always a boundary
    }
    let mut cursor = GraphemeCursor::new(at, text.len(), true);
    // The whole text is given, so the cursor never asks for more of it.
    let end = match cursor.is_boundary(text, 0) {
        Ok(true) => at,
        _ => cursor.prev_boundary(text, 0).ok().flatten().unwrap_or(0),
    };
    // Blank graphemes at the end go as a whole; a space that belongs to one stays with it.
    let mut head = &text[..end];
    while let Some((start, last)) = head.grapheme_indices(true).next_back() {
        if !last.trim_end().is_empty() {
            break;
        }
        head = &head[..start];
    }
    format!("{head}…")
}

/// Whether `text` has at most `max_chars` characters, each of which stays as it is wherever it stands.
fn is_plain(text: &str, max_chars: usize) -> bool {
    let mut left = max_chars;
    text.chars().all(|c| {
        let room = left > 0;
        left = left.saturating_sub(1);
        room && (matches!(c, ' '..='~' | '\n') || is_common(c))
    })
}

/// Characters of common scripts that stay as they are and join no other: they need no look into the tables.
const fn is_common(c: char) -> bool {
    matches!(c,
        '\u{A1}'..='\u{AC}'
        | '\u{AE}'..='\u{2FF}'
        | '\u{410}'..='\u{44F}'
        | '\u{2010}'..='\u{2027}'
        | '\u{2030}'..='\u{205E}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7A3}')
}

/// As [`is_plain`], for one line without spaces at its ends or side by side.
fn is_plain_line(text: &str, max_chars: usize) -> bool {
    let (mut left, mut space) = (max_chars, true);
    text.chars().all(|c| {
        let fits = left > 0 && !(space && c == ' ') && (matches!(c, ' '..='~') || is_common(c));
        left = left.saturating_sub(1);
        space = c == ' ';
        fits
    }) && (!space || text.is_empty())
}

/// The slow way, for anything that is not plain and of the right length.
fn pass(text: &str, max_chars: usize, one_line: bool) -> String {
    // Accents are composed and graphemes bounded afterwards, so more than the cap is read before giving up.
    let enough = max_chars.saturating_mul(2).saturating_add(2 * GRAPHEME_MAX);
    let (mut cleaned, more) = gather(text, enough, one_line);
    if !cleaned.is_ascii() {
        // Composing may bring another mark within the bound, or one too many: what is left only grows shorter.
        while let Cow::Owned(whole) = composed(&cleaned) {
            cleaned = gather(&whole, usize::MAX, one_line).0;
        }
        cleaned = bound_graphemes(cleaned);
    }
    if more && let Some((at, _)) = cleaned.grapheme_indices(true).next_back() {
        cleaned.truncate(at); // the last grapheme may be half of one
    }
    if one_line {
        cleaned.truncate(cleaned.trim_end_matches(' ').len());
    }
    if more { shorten(&cleaned, max_chars) } else { cut(&cleaned, max_chars) }
}

/// Judges one character after the other until there are `enough`; tells whether there were more.
fn gather(text: &str, enough: usize, one_line: bool) -> (String, bool) {
    let mut out = Cleaned::new(text.len().min(enough.saturating_mul(2)), one_line);
    let mut rest = text;
    let mut more = false;
    while let Some(c) = rest.chars().next() {
        if out.chars > enough {
            more = true;
            break;
        }
        rest = &rest[c.len_utf8()..];
        match classify(c) {
            Class::Keep => out.push(c),
            Class::Break => {
                if c == '\r' && rest.starts_with('\n') {
                    rest = &rest[1..];
                }
                out.newline();
            }
            Class::Tab => (0..4).for_each(|_| out.space()),
            Class::Space => out.space(),
            Class::Escape => {
                rest = &rest[escape::length(c, rest)..];
                out.push('␛');
            }
            Class::Control => out.push(picture(c)),
            Class::Unknown => out.push(REPLACEMENT),
            Class::Drop => {}
            Class::Mark => out.mark(c),
            Class::Joiner => out.joiner(rest.chars().next()),
            Class::Presentation => out.presentation(rest.chars().next()),
            Class::Jamo => out.jamo(c),
        }
    }
    (out.finish(), more)
}

/// What to do with a character.
enum Class {
    Keep,
    Break,
    Tab,
    Space,
    Escape,
    Control,
    Unknown,
    Drop,
    Mark,
    Joiner,
    Presentation,
    Jamo,
}

fn classify(c: char) -> Class {
    match c {
        ' ' => Class::Space,
        '!'..='~' => Class::Keep,
        '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Class::Break,
        '\t' => Class::Tab,
        '\u{1B}' | '\u{90}' | '\u{98}' | '\u{9B}' | '\u{9D}' | '\u{9E}' | '\u{9F}' => Class::Escape,
        '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' => Class::Control,
        _ if is_common(c) => Class::Keep,
        ZWJ => Class::Joiner,
        VS16 => Class::Presentation,
        '\u{2800}' => Class::Space,
        '\u{FFFC}' => Class::Unknown,
        '\u{1161}'..='\u{11FF}' | '\u{D7B0}'..='\u{D7FB}' => Class::Jamo,
        _ if is_invisible(c) => Class::Drop,
        _ if is_without_width(c) => Class::Unknown,
        // Skin tones are graphemes' extenders like marks are, and can be heaped like them.
        '\u{1F3FB}'..='\u{1F3FF}' => Class::Mark,
        _ => match c.general_category() {
            GeneralCategory::NonspacingMark
            | GeneralCategory::SpacingMark
            | GeneralCategory::EnclosingMark => Class::Mark,
            GeneralCategory::SpaceSeparator => Class::Space,
            GeneralCategory::PrivateUse | GeneralCategory::Unassigned | GeneralCategory::Surrogate => {
                Class::Unknown
            }
            GeneralCategory::Format if !is_visible_format(c) => Class::Drop,
            _ => Class::Keep,
        },
    }
}

/// Characters that show nothing and are not in the format category, or need not be looked up.
const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{1D159}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Format characters that draw something and take room: Arabic and Kaithi number signs.
const fn is_visible_format(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{604}' | '\u{6DD}' | '\u{110BD}' | '\u{110CD}')
}

/// Letters that terminals give no cell of their own and that are no marks (rare Indic signs).
const fn is_without_width(c: char) -> bool {
    matches!(
        c,
        '\u{D4E}'
            | '\u{A8FA}'
            | '\u{111C2}'
            | '\u{111C3}'
            | '\u{113D1}'
            | '\u{1193F}'
            | '\u{11941}'
            | '\u{11A84}'..='\u{11A89}' | '\u{11D46}' | '\u{11F02}'
    )
}

/// The visible symbol of a control character.
fn picture(c: char) -> char {
    match u32::from(c) {
        code @ 0..=0x1F => char::from_u32(0x2400 + code).unwrap_or(REPLACEMENT),
        0x7F => '␡',
        _ => REPLACEMENT,
    }
}

/// Shortens graphemes that are heaped higher than any honest one.
fn bound_graphemes(text: String) -> String {
    let too_long =
        |grapheme: &str| grapheme.len() > GRAPHEME_MAX && grapheme.chars().nth(GRAPHEME_MAX).is_some();
    if !text.graphemes(true).any(too_long) {
        return text;
    }
    let mut bounded = String::with_capacity(text.len());
    for grapheme in text.graphemes(true) {
        if too_long(grapheme) {
            let head: String = grapheme.chars().take(GRAPHEME_MAX - 1).collect();
            bounded.push_str(head.trim_end_matches([ZWJ, VS16]));
            bounded.push(REPLACEMENT);
        } else {
            bounded.push_str(grapheme);
        }
    }
    bounded
}

#[cfg(test)]
mod tests;
