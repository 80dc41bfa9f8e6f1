//! Text in cells: measuring, cutting and wrapping by what a terminal shows, not by bytes.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::domain::text;

/// Longest line that is looked at; nothing wider fits any screen.
const LINE_MAX: usize = 2_000;

/// A text as one line that cannot act on the terminal. Texts that passed the gate come back as they are.
#[must_use]
pub fn safe(line: &str) -> Cow<'_, str> {
    if line.len() <= LINE_MAX && line.bytes().all(|b| matches!(b, b' '..=b'~')) {
        return Cow::Borrowed(line);
    }
    let mut cleaned = text::clean(text::cut(line, LINE_MAX).as_str(), LINE_MAX);
    // Terminals disagree about the cells of a flag, and halves of it stay behind where windows open and
    // close over it. Its letters take as many cells as it is measured with, everywhere.
    if cleaned.contains(is_flag_half) {
        cleaned = cleaned.chars().map(letter_of).collect();
    }
    if cleaned.contains('\n') { Cow::Owned(cleaned.replace('\n', " ")) } else { Cow::Owned(cleaned) }
}

const FLAG_A: u32 = 0x1f1e6;

fn is_flag_half(c: char) -> bool {
    (FLAG_A..FLAG_A + 26).contains(&u32::from(c))
}

/// The letter a half of a flag stands for.
fn letter_of(c: char) -> char {
    let letter = u32::from(c).checked_sub(FLAG_A).and_then(|nth| char::from_u32(nth + u32::from('A')));
    letter.filter(|_| is_flag_half(c)).unwrap_or(c)
}

/// `1 follower`, `2 followers`, `2 replies`.
#[must_use]
pub fn count(number: i64, one: &str) -> String {
    match one.strip_suffix('y') {
        _ if number == 1 => format!("1 {one}"),
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{number} {stem}ies"),
        _ => format!("{number} {one}s"),
    }
}

/// Where a text has a name, as a word of its own.
#[must_use]
pub fn find_name(text: &str, name: &str) -> Option<usize> {
    let is_word = |at: usize| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric)
    };
    text.match_indices(name).map(|(at, _)| at).find(|at| !name.is_empty() && is_word(*at))
}

/// Cells a text takes.
#[must_use]
pub fn width(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// The text cut to `cells`, with `ellipsis` where something was cut off.
#[must_use]
pub fn fit<'a>(text: &'a str, cells: u16, ellipsis: &str) -> Cow<'a, str> {
    if text.len() <= usize::from(cells) && text.is_ascii() {
        return Cow::Borrowed(text);
    }
    if text.len() < 4 * LINE_MAX && width(text) <= cells {
        return Cow::Borrowed(text);
    }
    let room = cells.saturating_sub(width(ellipsis));
    let (mut used, mut end) = (0_u16, 0);
    for (at, grapheme) in text.grapheme_indices(true) {
        used = used.saturating_add(width(grapheme));
        if used > room {
            break;
        }
        end = at + grapheme.len();
    }
    if cells == 0 { Cow::Borrowed("") } else { Cow::Owned(format!("{}{ellipsis}", &text[..end])) }
}

/// The name cut to `cells` in its middle: what tells names apart stands as often at their end.
#[must_use]
pub fn fit_name<'a>(name: &'a str, cells: u16, ellipsis: &str) -> Cow<'a, str> {
    /// Cells in which both ends of a name can be read.
    const ENDS: u16 = 6;
    if cells < ENDS || width(name) <= cells {
        return fit(name, cells, ellipsis);
    }
    let room = cells.saturating_sub(width(ellipsis));
    let (mut used, mut start) = (0_u16, name.len());
    for (at, grapheme) in name.grapheme_indices(true).rev() {
        used = used.saturating_add(width(grapheme));
        if used > room / 2 {
            break;
        }
        start = at;
    }
    let tail = &name[start..];
    Cow::Owned(format!("{}{ellipsis}{tail}", fit(name, room - width(tail), "")))
}

/// Wraps at spaces (and inside words that are too long) to at most `lines` lines of `cells`;
/// `ellipsis` ends the last line when there is more.
#[must_use]
pub fn wrap(text: &str, cells: u16, lines: usize, ellipsis: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    if cells == 0 || lines == 0 {
        return out;
    }
    for paragraph in text.split('\n') {
        let mut line = String::new();
        let mut used = 0_u16;
        for word in words(paragraph) {
            let bare = word.trim_end_matches(' ');
            let wide = width(bare);
            if used > 0 && used.saturating_add(wide) > cells {
                out.push(std::mem::take(&mut line).trim_end().to_owned());
                used = 0;
            }
            if wide <= cells {
                if !(used == 0 && bare.is_empty()) {
                    line.push_str(word);
                    used = used.saturating_add(width(word));
                }
            } else {
                // A word longer than a line, or a script without spaces.
                for grapheme in word.graphemes(true) {
                    let wide = width(grapheme);
                    if used + wide > cells && used > 0 {
                        // What closes goes on with the sign before it.
                        let last = line.grapheme_indices(true).next_back();
                        let carries = last.filter(|(at, last)| {
                            *at > 0 && grapheme.starts_with(closes) && width(last) + wide <= cells
                        });
                        let carried = line.split_off(carries.map_or(line.len(), |(at, _)| at));
                        out.push(std::mem::replace(&mut line, carried).trim_end().to_owned());
                        used = width(&line);
                        if out.len() > lines {
                            break;
                        }
                    }
                    line.push_str(grapheme);
                    used += wide;
                }
            }
            if out.len() > lines {
                break;
            }
        }
        out.push(line.trim_end().to_owned());
        if out.len() > lines {
            break;
        }
    }
    if out.len() > lines {
        out.truncate(lines);
        if let Some(last) = out.last_mut() {
            let room = cells.saturating_sub(width(ellipsis));
            let kept = if width(last) > room { fit(last, room, "").into_owned() } else { last.clone() };
            *last = format!("{}{ellipsis}", kept.trim_end());
        }
    }
    out
}

/// Whether no line begins with a sign: it belongs to what stands before it.
const fn closes(c: char) -> bool {
    matches!(
        c,
        ',' | '.'
            | ';'
            | ':'
            | '!'
            | '?'
            | ')'
            | ']'
            | '}'
            | '%'
            | '»'
            | '”'
            | '…'
            | '、'
            | '。'
            | '，'
            | '．'
            | '；'
            | '：'
            | '！'
            | '？'
            | '）'
            | '］'
            | '｝'
            | '」'
            | '』'
            | '】'
            | '〉'
            | '》'
            | '・'
            | 'ー'
    )
}

/// The words of a paragraph with the blanks behind them; signs that close stay with the word before.
fn words(paragraph: &str) -> impl Iterator<Item = &str> {
    let mut rest = paragraph;
    std::iter::from_fn(move || {
        let mut end = rest.split_inclusive(' ').next()?.len();
        while let Some(next) = rest[end..].split_inclusive(' ').next()
            && next.starts_with(closes)
            && next.trim_end_matches(' ').chars().all(closes)
        {
            end += next.len();
        }
        let (word, after) = rest.split_at(end);
        rest = after;
        Some(word)
    })
}

/// `4s`, `12m`, `3h`, `9d`; of what lies ahead of the room's time `+3h`. It does after simulated time that ran ahead of
/// the system's; less than a minute ahead is no more than two clocks that differ.
#[must_use]
pub fn ago(seconds: i64) -> String {
    match seconds {
        ahead @ ..=-60 => format!("+{}", ago(-ahead.max(-i64::MAX))),
        past => age(past.max(0)),
    }
}

fn age(seconds: i64) -> String {
    match seconds {
        s @ 0..60 => format!("{s}s"),
        s @ 60..3_600 => format!("{}m", s / 60),
        s @ 3_600..86_400 => format!("{}h", s / 3_600),
        s => format!("{}d", s / 86_400),
    }
}

/// `12 ms`, `1.5 s`.
#[must_use]
pub fn duration(ms: i64) -> String {
    #[allow(clippy::cast_precision_loss)] // shown with one digit
    if ms < 1_000 { format!("{ms} ms") } else { format!("{:.1} s", ms as f64 / 1_000.0) }
}

/// Seconds from which a countdown is told in minutes: so far off
/// nobody counts seconds, and a screen that counts none can rest.
pub const FAR: i64 = 120;

/// `0:42`, `12m`, `3h05`, `2d`.
#[must_use]
pub fn countdown(seconds: i64) -> String {
    match seconds.max(0) {
        s @ 0..FAR => format!("{}:{:02}", s / 60, s % 60),
        s @ FAR..3_600 => format!("{}m", s / 60),
        s @ 3_600..86_400 => format!("{}h{:02}", s / 3_600, s % 3_600 / 60),
        s => format!("{}d", s / 86_400),
    }
}

/// `950`, `12.4k`, `1.20M`.
#[must_use]
pub fn tokens(count: i64) -> String {
    #[allow(clippy::cast_precision_loss)] // shown with three digits
    let n = count as f64;
    match count.unsigned_abs() {
        0..1_000 => count.to_string(),
        1_000..100_000 => format!("{:.1}k", n / 1e3),
        100_000..1_000_000 => format!("{:.0}k", n / 1e3),
        _ => format!("{:.2}M", n / 1e6),
    }
}

/// `$0.031`, `$1.20`, `$0`: small amounts with three digits that count, big ones with cents.
#[must_use]
pub fn money(amount: crate::domain::Money) -> String {
    let dollars = amount.dollars();
    match dollars.abs() {
        0.0 => "$0".into(),
        d if d < 0.000_1 => "<$0.0001".into(),
        d if d < 0.01 => format!("${dollars:.4}"),
        d if d < 1.0 => format!("${dollars:.3}"),
        _ => format!("${dollars:.2}"),
    }
}

/// `+12`, `0`, `-3`.
#[must_use]
pub fn signed(score: i64) -> String {
    if score > 0 { format!("+{score}") } else { score.to_string() }
}

/// Two letters for a name: `AD`, `ML`.
#[must_use]
pub fn initials(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let first = |word: &str, n: usize| word.graphemes(true).take(n).collect::<String>();
    let letters = match words.as_slice() {
        [] => "??".into(),
        [one] => first(one, 2),
        [one, .., last] => first(one, 1) + &first(last, 1),
    };
    let upper = letters.to_uppercase();
    match width(&upper) {
        2 => upper,
        0 | 1 => format!("{upper:<2}"),
        _ => fit(&upper, 2, "").into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_graphemes() {
        assert_eq!(fit("hello", 5, "…"), "hello");
        assert_eq!(fit("hello", 4, "…"), "hel…");
        assert_eq!(fit("日本語", 4, "…"), "日…");
        assert_eq!(fit("👩‍👩‍👧‍👦 family", 3, "…"), "👩‍👩‍👧‍👦…");
        assert_eq!(fit("hello", 0, "…"), "");
    }

    #[test]
    fn names_that_are_cut_are_told_apart() {
        let (one, other) = ("Marcus the Elder", "Marcus the Younger");
        assert_eq!([fit_name(one, 10, "…"), fit_name(other, 10, "…")], ["Marcu…lder", "Marcu…nger"]);
        assert_eq!([fit_name(one, 16, "…"), fit_name(one, 5, "…")], ["Marcus the Elder", "Marc…"]);
        assert_eq!(fit_name("日本語の名前", 8, "…"), "日本…前");
    }

    #[test]
    fn wrapping_keeps_words_and_says_that_there_is_more() {
        assert_eq!(wrap("one two three four", 8, 9, "…"), ["one two", "three", "four"]);
        assert_eq!(wrap("one two three four", 8, 2, "…"), ["one two", "three…"]);
        assert_eq!(wrap("abcdefghij", 4, 9, "…"), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("a\n\nb", 4, 9, "…"), ["a", "", "b"]);
        // No line begins with what closes, in scripts with blanks and without.
        assert_eq!(wrap("vraiment ? non , jamais", 10, 9, "…"), ["vraiment ?", "non ,", "jamais"]);
        assert_eq!(wrap("日本、語と言葉。", 4, 9, "…"), ["日", "本、", "語と", "言", "葉。"]);
        let long = "x".repeat(10_240);
        assert_eq!(wrap(&long, 10, 3, "…").len(), 3);
    }

    #[test]
    fn controls_never_come_through() {
        let hostile = "a\u{1b}]52;c;AAAA\u{7}b\u{9b}31mc\u{202e}d\n";
        let shown = safe(hostile);
        assert!(!shown.chars().any(|c| c.is_control() || c == '\u{202e}'), "{shown:?}");
    }

    #[test]
    fn short_forms() {
        assert_eq!([ago(3), ago(61), ago(7_300), ago(90_000)], ["3s", "1m", "2h", "1d"]);
        assert_eq!(find_name("I do not know Beleth well", "Beleth"), Some(14));
        assert_eq!((find_name("Beleth and I", "Bel"), find_name("Bel: a rival", "Bel")), (None, Some(0)));
        assert_eq!([ago(-3), ago(-61), ago(-7_300), ago(i64::MIN)][..3], ["0s", "+1m", "+2h"]);
        assert_eq!([countdown(42), countdown(119), countdown(120)], ["0:42", "1:59", "2m"]);
        assert_eq!([countdown(723), countdown(11_100)], ["12m", "3h05"]);
        assert_eq!([tokens(950), tokens(12_400), tokens(1_200_000)], ["950", "12.4k", "1.20M"]);
        assert_eq!(
            [initials("Ada"), initials("Mary Lou"), initials("Ö"), initials("日本")],
            ["AD", "ML", "Ö ", "日"]
        );
    }
}
