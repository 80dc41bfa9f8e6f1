//! Words in every script: one form for the same letters, and where a word ends without a blank.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;

const NFC: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfc();

/// The text in its composed form (NFC): a letter and its accent are one character where there is one.
#[must_use]
pub fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { NFC.normalize(text) }
}

/// What a tag is found by: case and a leading `#` make no difference.
#[must_use]
pub fn tag_key(tag: &str) -> String {
    composed(tag.trim().trim_start_matches('#')).to_lowercase()
}

/// Whether `c` belongs to a script that puts no blanks between words: ideographs, kana, Thai and their neighbours.
#[must_use]
pub const fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{E01}'..='\u{EDF}'       // Thai, Lao
        | '\u{1000}'..='\u{109F}'   // Burmese
        | '\u{1780}'..='\u{17D3}'   // Khmer
        | '\u{3005}'..='\u{3007}'   // marks of repetition
        | '\u{3041}'..='\u{30FF}'   // kana
        | '\u{3105}'..='\u{312F}'   // Bopomofo
        | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FF66}'..='\u{FF9F}'   // narrow kana
        | '\u{20000}'..='\u{3134F}')
}

/// How many words a text has. A script without blanks has as many as a reader counts there on average: one of two
/// characters.
#[must_use]
pub fn word_count(text: &str) -> usize {
    let of = |word: &str| {
        let alone = word.chars().filter(|c| is_unspaced(*c)).count();
        let rest = word.split(is_unspaced).filter(|part| part.contains(char::is_alphanumeric)).count();
        alone.div_ceil(2) + rest
    };
    text.split_whitespace().map(of).sum()
}

/// The beginning of a text that has at most `most` words by [`word_count`], cut between two words, or between two
/// characters of a script without blanks.
#[must_use]
pub fn first_words(text: &str, most: usize) -> &str {
    let (mut count, mut end) = (0, 0);
    // What is behind the blank before: characters without blanks between, whether a word goes on, whether there is one.
    let (mut alone, mut in_word, mut joins) = (0_usize, false, false);
    for (at, c) in text.char_indices() {
        let unspaced = is_unspaced(c);
        if c.is_whitespace() {
            (alone, in_word, joins) = (0, false, false);
            continue;
        }
        alone += usize::from(unspaced);
        let begins = if unspaced { alone % 2 == 1 } else { !in_word && c.is_alphanumeric() };
        count += usize::from(begins);
        if count > most {
            return &text[..end];
        }
        in_word = !unspaced && (in_word || begins);
        joins |= unspaced || begins;
        // A sign belongs to the word before it, or else to the one behind.
        if joins {
            end = at + c.len_utf8();
        }
    }
    text
}

/// The text as an index of words takes it in: composed, and with blanks around every character of a script
/// that has none, so that what is inside a run is found as a phrase.
#[must_use]
pub fn spaced(text: &str) -> Cow<'_, str> {
    let text = composed(text);
    if text.is_ascii() || !text.contains(is_unspaced) {
        return text;
    }
    let mut apart = String::with_capacity(text.len() * 5 / 3);
    let mut blank = true;
    for c in text.chars() {
        let alone = is_unspaced(c);
        if alone && !blank {
            apart.push(' ');
        }
        apart.push(c);
        blank = alone || c.is_whitespace();
        if alone {
            apart.push(' ');
        }
    }
    apart.truncate(apart.trim_end_matches(' ').len());
    Cow::Owned(apart)
}

/// The sign that people write for `c` as well, by their keyboard or by what their program makes of it: straight quotation
/// marks for curved ones, the hyphen for other short dashes, signs of common width for wide ones.
const fn usual_sign(c: char) -> char {
    match c {
        '‘' | '’' | '‚' | '‛' | 'ʻ' | 'ʼ' | 'ʹ' | '′' | '‵' | '`' | '´' | '＇' => '\'',
        '“' | '”' | '„' | '‟' | '″' | '‶' | '＂' => '"',
        '‐' | '‑' | '‒' | '–' | '−' | '﹣' | '－' => '-',
        '．' => '.',
        '＠' | '﹫' => '@',
        _ => c,
    }
}

/// The text with one sign for all that are written for each other ("O’Neil" and "O'Neil").
#[must_use]
pub fn usual_signs(text: &str) -> Cow<'_, str> {
    if text.is_ascii() && !text.contains('`') || text.chars().all(|c| usual_sign(c) == c) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(usual_sign).collect())
}

/// What a text is sought by: neither case nor the way in which a sign is written makes a difference.
#[must_use]
pub fn folded(text: impl AsRef<str>) -> String {
    usual_signs(text.as_ref()).to_lowercase()
}

/// What stands behind a name at the beginning of a text, in whatever case of plain letters and whatever usual signs.
#[must_use]
pub fn behind_name<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = text.chars();
    for c in name.chars() {
        rest.next().filter(|other| usual_sign(*other).eq_ignore_ascii_case(&usual_sign(c)))?;
    }
    Some(rest.as_str())
}

/// Whether a sign is written in more than one way.
fn varies(c: char) -> bool {
    matches!(c, '\'' | '"' | '-' | '.') || usual_sign(c) != c
}

/// The longest part of a name that everybody writes the same: a text without it does not hold the name.
#[must_use]
pub fn steady_part(name: &str) -> &str {
    name.split(varies).max_by_key(|part| part.len()).unwrap_or_default()
}

/// Whether `text` holds `name` as a word of its own: between blanks or signs ("Ada's"), or where a script
/// without blanks begins or ends. Korean endings may follow a name. Signs in it may be written in any usual way.
#[must_use]
pub fn names(text: &str, name: &str) -> bool {
    if name.contains(varies) { holds(&usual_signs(text), &usual_signs(name)) } else { holds(text, name) }
}

fn holds(text: &str, name: &str) -> bool {
    let (Some(first), Some(last)) = (name.chars().next(), name.chars().next_back()) else { return false };
    let apart = |one: char, other: char| {
        !one.is_alphanumeric() || !other.is_alphanumeric() || is_unspaced(one) || is_unspaced(other)
    };
    // Most texts do not hold it at all, which is found out faster than where it stands.
    text.contains(name)
        && text.match_indices(name).any(|(at, found)| {
            let before = text[..at].chars().next_back();
            let after = text[at + found.len()..].chars().next();
            before.is_none_or(|before| apart(before, first))
                && after.is_none_or(|after| apart(last, after) || matches!(after, '\u{AC00}'..='\u{D7A3}'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_and_cut_in_every_script() {
        for (text, count) in [
            ("", 0),
            ("one two — three", 3),
            ("a well-kept jar", 3),
            ("潮が変わった。", 3),
            ("我觉得Ada说得对", 3 + 1),
            ("ผมว่า Ada", 3 + 1),
        ] {
            assert_eq!(word_count(text), count, "{text}");
        }
        assert_eq!(first_words("one two\nthree four", 3), "one two\nthree");
        assert_eq!(first_words("one two three", 3), "one two three");
        assert_eq!(first_words("我觉得说得对", 2), "我觉得说");
        assert_eq!(first_words("我觉Ada得", 2), "我觉Ada");
        assert_eq!(first_words("one", 0), "");
        assert_eq!(first_words("one — two, (three", 2), "one — two,");
        assert_eq!(first_words("one — two", 1), "one");
        assert_eq!(first_words("我 觉 得", 2), "我 觉");
        let long = "我觉得Ada说得对吗，潮水今天变了。one two three. ".repeat(40);
        for most in [1, 7, 50, 300] {
            let short = first_words(&long, most);
            assert!(long.starts_with(short) && word_count(short) <= most, "{most}: {short}");
            assert!(word_count(short) * 10 >= most * 7, "{most}: {short}");
        }
    }

    #[test]
    fn a_name_is_a_word_in_every_script() {
        for (text, name) in [
            ("what does Ada say?", "Ada"),
            ("Ada, really?", "Ada"),
            ("Ada's point stands", "Ada"),
            ("Ada’s point stands", "Ada"),
            ("l'Ada d'hier", "Ada"),
            ("我觉得李明说得对", "李明"),
            ("昨日、アダさんが言った", "アダ"),
            ("それはアダの考えだ", "アダ"),
            ("我觉得Ada说得对", "Ada"),
            ("민수는 어디에 있나", "민수"),
            ("ผมว่าสมชายพูดถูก", "สมชาย"),
            ("(Zoë)", "Zoë"),
            ("what would O’Neil say?", "O'Neil"),
            ("what would O'Neil say?", "O’Neil"),
            ("@O´Neil’s door", "O'Neil"),
            ("Jean–Luc, and Jean‑Luc", "Jean-Luc"),
            ("“Doc” Brown", "\"Doc\" Brown"),
        ] {
            assert!(names(text, name), "{name} in {text}");
        }
        for (text, name) in [
            ("the Adagio is slow", "Ada"),
            ("CanAda", "Ada"),
            ("Ada2 is another", "Ada"),
            ("김민수", "민수"),
            ("nothing here", "Ada"),
            ("anything", ""),
            ("ONeil, O Neil, O’Neilly", "O'Neil"),
        ] {
            assert!(!names(text, name), "{name} in {text}");
        }
    }

    #[test]
    fn a_text_without_the_steady_part_of_a_name_does_not_hold_it() {
        for (name, part) in [("Ada", "Ada"), ("O’Neil", "Neil"), ("Jean-Luc B.", "Luc B"), ("-.-", "")] {
            assert_eq!(steady_part(name), part);
            assert!(usual_signs(name).contains(part));
        }
        assert_eq!((folded("Don’t, Ada"), folded("DON'T, ada")), ("don't, ada".into(), "don't, ada".into()));
        assert_eq!(usual_signs("‘a’ “b” c–d ＠e — f"), "'a' \"b\" c-d @e — f");
    }

    #[test]
    fn runs_are_taken_apart_and_accents_composed() {
        assert_eq!(spaced("plain words"), "plain words");
        assert_eq!(spaced("東京タワー"), "東 京 タ ワ ー");
        assert_eq!(spaced("in 東京2020, yes"), "in 東 京 2020, yes");
        assert_eq!(spaced("Re\u{301}sume\u{301}"), "Résumé");
        assert_eq!(spaced("か\u{3099}"), "が");
    }
}
