use proptest::prelude::*;
use unicode_properties::GeneralCategoryGroup;

use super::*;

/// Hostile input and what a reader gets to see.
#[test]
fn hostile_texts_are_made_harmless() {
    let family = "👨\u{200D}👩\u{200D}👧";
    let table: &[(&str, &str)] = &[
        ("plain text\nsecond line", "plain text\nsecond line"),
        ("a\r\nb\rc\u{85}d\u{2028}e\u{2029}f", "a\nb\nc\nd\ne\nf"),
        ("a\tb", "a    b"),
        ("\x1b[31mred\x1b[0m", "␛red␛"),
        ("\x1b[2J\x1b[H", "␛␛"),
        ("\x1b[?1049h", "␛"),
        ("\x1b[38;5;196 qx", "␛x"),
        ("\x1b[31", "␛"),
        ("\x1b[", "␛"),
        ("\x1b", "␛"),
        ("\x1bc reset", "␛ reset"),
        ("\x1b(B text", "␛ text"),
        ("\x1b7\x1b8", "␛␛"),
        ("\x1b]0;title\x07after", "␛after"),
        ("\x1b]0;title\x1b\\after", "␛after"),
        ("\x1b]52;c;aGVsbG8=\x07", "␛"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "␛link␛"),
        ("\x1b]0;never ends", "␛0;never ends"),
        ("\x1b]0;line\nbreak\x07", "␛0;line\nbreak␇"),
        ("\x1b]0;a\x1b[31mb\x07", "␛0;a␛b␇"),
        ("\x1bPq#0;2;0\x1b\\x", "␛x"),
        ("\x1b_Gf=100;AAAA\x1b\\x", "␛x"),
        ("\x1b^private\x1b\\x", "␛x"),
        ("\x1bXstart of string\x1b\\x", "␛x"),
        ("\u{9b}31mred", "␛red"),
        ("\u{9d}0;title\u{9c}x", "␛x"),
        ("\u{90}q\u{9c}x", "␛x"),
        ("\u{9f}a\x1b\\x", "␛x"),
        ("\u{84}\u{99}", "��"),
        ("bell\x07 back\x08 null\0 del\x7f", "bell␇ back␈ null␀ del␡"),
        ("form\x0cfeed\x0b", "form␌feed␋"),
        ("user\u{202E}txt.exe", "usertxt.exe"),
        ("\u{2066}a\u{2069}\u{200E}b\u{200F}\u{61C}c", "abc"),
        ("pass\u{200B}w\u{AD}o\u{2060}r\u{FEFF}d\u{200C}", "password"),
        ("in\u{E0069}\u{E0067}visible\u{E007F}", "invisible"),
        ("\u{115F}\u{1160}\u{3164}\u{FFA0}x\u{34F}\u{180E}", "x"),
        ("blank\u{2800}braille\u{A0}space\u{3000}", "blank braille space "),
        ("\u{E000}\u{F8FF}\u{100000}", "���"),
        ("\u{FFFE}\u{FDD0}\u{10FFFF}", "���"),
        ("x\u{FE0E}\u{FE01}\u{E0100}", "x"),
        ("a\u{200D}b\u{FE0F}c", "abc"),
        ("\u{FE0F}\u{200D}", ""),
        (family, family),
        ("👩🏽\u{200D}💻 ❤\u{FE0F}", "👩🏽\u{200D}💻 ❤\u{FE0F}"),
        ("❤\u{FE0F}\u{200D}🔥", "❤\u{FE0F}\u{200D}🔥"),
        ("👍\u{200D}", "👍"),
        ("🏽\u{200D}👩", "🏽👩"),
        ("👩\u{200D}🏽\u{200D}👩", "👩🏽\u{200D}👩"),
        ("1\u{FE0F}\u{20E3} 2\u{FE0F}", "1\u{FE0F}\u{20E3} 2"),
        ("🇩🇪 flag", "🇩🇪 flag"),
        ("\u{301}alone", "◌\u{301}alone"),
        ("line\n\u{301}x", "line\n◌\u{301}x"),
        ("e\u{301}", "é"),
        ("e\u{200B}\u{301}", "é"),
        ("か\u{3099} \u{212B} \u{F900}", "が Å 豈"),
        ("z\u{301}\u{323}\u{302}", "ẓ\u{301}\u{302}"),
        ("z\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}!", "ź\u{302}\u{303}\u{304}\u{305}!"),
        ("สวัสดี नमस्ते 한국어 漢字 עברית", "สวัสดี नमस्ते 한국어 漢字 עברית"),
    ];
    for (input, expected) in table {
        assert_eq!(&clean(input, 10_000), expected, "of {input:?}");
        assert!(is_clean(expected), "{expected:?}");
    }
}

#[test]
fn a_text_in_pieces_is_cut_by_what_it_is_when_whole() {
    let pieces = "e\u{301}".repeat(100);
    assert_eq!(clean(&pieces, 100), "é".repeat(100));
    assert_eq!(clean_line(&pieces, 101).chars().count(), 100);
}

#[test]
fn one_line_folds_white_space_and_trims() {
    assert_eq!(clean_line("  a \t\n\r\n b\u{A0}\u{2003}c \n", 100), "a b c");
    assert_eq!(clean_line("already fine", 100), "already fine");
    assert_eq!(clean_line("a \x1b[K b", 100), "a ␛ b");
    assert_eq!(clean_line("a \u{200B} b", 100), "a b");
    assert_eq!(clean_line("\n\u{301}x", 100), "◌\u{301}x");
    assert_eq!(clean_line("one two three", 8), "one two…");
    assert_eq!(clean_line(" \n ", 10), "");
}

#[test]
fn prose_is_cut_behind_a_whole_word() {
    for (text, most, cut) in [
        ("a clock in the legs of a crab", 29, "a clock in the legs of a crab"),
        ("a clock in the legs of a crab", 20, "a clock in the legs…"),
        ("a clock in the legs of a crab", 21, "a clock in the legs…"),
        ("it came twice, and everybody", 16, "it came twice…"),
        ("a-word-that-has-no-end-at-all here", 12, "a-word-that…"),
        ("一二三四五六七八九十", 6, "一二三四五…"),
        ("one two", 0, ""),
    ] {
        assert_eq!(cut_words(text, most), cut, "{text} {most}");
    }
}

#[test]
fn cutting_respects_graphemes_and_counts_the_ellipsis() {
    assert_eq!(cut("hello", 5), "hello");
    assert_eq!(cut("hello!", 5), "hell…");
    assert_eq!(cut("hello", 1), "…");
    assert_eq!(cut("hello", 0), "");
    assert_eq!(cut("", 0), "");
    // A family is five code points: it is kept whole or not at all.
    let text = "ab👨\u{200D}👩\u{200D}👧cd";
    assert_eq!(cut(text, 5), "ab…");
    assert_eq!(cut(text, 8), "ab👨\u{200D}👩\u{200D}👧…");
    assert_eq!(cut("e\u{301}e\u{301}e\u{301}", 4), "e\u{301}…");
    assert_eq!(cut("one two three", 5), "one…");
    assert_eq!(cut("ééééé", 5), "ééééé");
}

#[test]
fn bytes_that_are_no_utf8_are_replaced() {
    assert_eq!(clean_bytes(b"ok\xff\xfe!", 10), "ok��!");
    assert_eq!(clean_bytes(b"\xed\xa0\x80", 10), "���");
    assert_eq!(clean_bytes(b"\x1b[31mred", 10), "␛red");
}

#[test]
fn heaps_are_bounded_and_huge_texts_are_cut_early() {
    let zalgo = format!("h{}i", "\u{301}".repeat(10_000));
    assert_eq!(clean(&zalgo, 100).chars().count(), 2 + MARKS_MAX);
    for heap in ["\u{1100}", "\u{600}", "👍🏽", "👨\u{200D}", "क\u{94D}", "\u{1F3FD}", "\u{E33}"] {
        let cleaned = clean(&heap.repeat(20_000), 1_000);
        let longest = cleaned.graphemes(true).map(|grapheme| grapheme.chars().count()).max();
        assert!(longest <= Some(GRAPHEME_MAX), "{heap:?}: {longest:?}");
        assert!(cleaned.chars().count() <= 1_000);
    }
    let flood = "\x1b[31m".repeat(100_000);
    assert_eq!(clean(&flood, 10).chars().count(), 10);
    let long = format!("\x1b]0;{}\x07tail", "x".repeat(100_000));
    assert!(clean(&long, 50).starts_with("␛0;xxx"));
}

#[test]
fn a_clean_text_is_told_from_one_that_is_not() {
    assert!(is_clean(""));
    assert!(is_clean("two\nlines"));
    assert!(!is_clean("tab\there"));
    assert!(!is_clean("\x1b[0m"));
    assert!(!is_clean("a\u{202E}b"));
    assert!(!is_clean("a\r\nb"));
}

/// What no text may hold once it has passed.
fn is_harmless(text: &str) -> bool {
    text.chars().all(|c| {
        (c == '\n' || !c.is_control())
            && !matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200B}' | '\u{200C}'
                | '\u{200E}' | '\u{200F}' | '\u{61C}' | '\u{FEFF}' | '\u{E000}'..='\u{F8FF}'
                | '\u{E0000}'..='\u{E0FFF}' | '\u{2028}' | '\u{2029}' | '\u{FFFE}' | '\u{FFFF}')
    })
}

/// Characters that make trouble, in any order, among ordinary ones.
fn nasty() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        4 => any::<char>().prop_map(String::from),
        4 => prop::sample::select(vec![
            "\x1b", "\x1b[", "\x1b]", "\x1bP", "\u{9b}", "\x07", "\x1b\\", "\u{9c}", "m", "3", ";", "\r", "\n",
            "\t", " ", "\u{200D}", "\u{FE0F}", "\u{20E3}", "1", "#", "👍", "👩", "❤", "🇩", "\u{1F3FD}", "\u{301}",
            "\u{600}", "\u{1100}", "\u{1161}", "\u{11A8}", "가", "각", "क", "\u{94D}", "\u{E33}", "\u{202E}", "\u{200B}", "…",
            "\u{E0067}", "\u{2800}", "\u{3164}", "\u{34F}", "é", "漢", "\u{FFFD}", "e", "\u{323}", "\u{FB2C}", "\u{2126}",
            "か", "\u{3099}", "\u{F900}",
        ]).prop_map(str::to_owned),
        1 => Just("\u{600}".repeat(40)),
        1 => Just("👩🏽\u{200D}".repeat(12)),
    ];
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn cleaning_twice_is_cleaning_once(text in nasty(), max in 0usize..80) {
        let once = clean(&text, max);
        prop_assert_eq!(&clean(&once, max), &once);
        let line = clean_line(&text, max);
        prop_assert_eq!(&clean_line(&line, max), &line);
    }

    #[test]
    fn what_passed_is_harmless_and_short_enough(text in nasty(), max in 0usize..80) {
        prop_assert!(matches!(composed(&clean(&text, max)), Cow::Borrowed(_)));
        for cleaned in [clean(&text, max), clean_line(&text, max), clean(&text, usize::MAX)] {
            prop_assert!(is_harmless(&cleaned), "{:?}", cleaned);
            prop_assert!(is_clean(&cleaned), "{:?}", cleaned);
        }
        prop_assert!(clean(&text, max).chars().count() <= max);
        let line = clean_line(&text, max);
        prop_assert!(line.chars().count() <= max);
        prop_assert!(!line.contains('\n') && !line.contains("  ") && line.trim() == line);
    }

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), max in 0usize..60) {
        prop_assert!(is_harmless(&clean_bytes(&bytes, max)));
    }

    #[test]
    fn a_cut_ends_between_graphemes(text in nasty(), max in 0usize..60) {
        let cut = cut(&text, max);
        prop_assert!(cut.chars().count() <= max);
        if cut != text && max > 0 {
            let head = cut.strip_suffix('…').unwrap();
            prop_assert!(text.starts_with(head));
            prop_assert!(text.grapheme_indices(true).any(|(start, _)| start == head.len()));
        }
    }
}

/// Every code point there is, behind a letter: what is kept has a width, or stands on the letter.
#[test]
fn nothing_of_no_width_is_kept_but_marks() {
    use unicode_width::UnicodeWidthStr;
    for c in '\0'..=char::MAX {
        let cleaned = clean(&format!("q{c}"), 10);
        let kept = cleaned.strip_prefix('q').unwrap();
        let mark = kept.chars().all(|kept| kept.general_category_group() == GeneralCategoryGroup::Mark);
        assert!(kept == "\n" || mark || kept.width() > 0, "U+{:04X}", u32::from(c));
        assert!(is_harmless(&cleaned), "U+{:04X}", u32::from(c));
    }
}

#[test]
fn hangul_letters_join_or_are_replaced() {
    assert_eq!(clean("\u{1112}\u{1161}\u{11AB}", 10), "한");
    assert_eq!(clean("가\u{11A8}", 10), "각");
    assert_eq!(clean("각\u{1161}x\u{11A8}", 10), "각�x�");
}
