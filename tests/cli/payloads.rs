//! Texts that act on a terminal or deceive who reads it.

/// What no command may hand to a terminal as it came.
pub fn payloads() -> Vec<String> {
    let mut all: Vec<String> = [
        "\u{1b}]0;PWNED\u{7}",
        "\u{1b}[31mRED",
        "\u{1b}[2J",
        "\u{1b}c",
        "\u{1b}P1$r\u{1b}\\",
        "\u{1b}_x\u{1b}\\",
        "\u{1b}^x\u{1b}\\",
        "\u{1b}]52;c;aGk=\u{7}",
        "\u{1b}]8;;http://x\u{1b}\\x",
        "\u{1b}[?1049h",
        "\u{1b}[5n",
        "\u{1b}[6n",
        "\u{1b}#8",
        "\u{1b}(0",
        "\u{9b}31m",
        "\u{9d}0;x\u{9c}",
        "\u{90}x\u{9c}",
        "\u{9f}x\u{9c}",
        "\u{85}",
        "\u{84}",
        "\u{8d}",
        "a\rb",
        "a\u{8}\u{8}b",
        "\u{7}",
        "\u{0}x",
        "\u{7f}",
        "\u{b}",
        "\u{c}",
        "\u{e}\u{f}",
        "\u{5}",
        "\u{202e}dcba",
        "\u{202d}x",
        "\u{202a}x\u{202c}",
        "\u{2066}x\u{2069}",
        "\u{2067}x",
        "\u{2068}x",
        "\u{200e}x",
        "\u{200f}x",
        "\u{61c}x",
        "\u{200b}x",
        "\u{2060}x",
        "\u{feff}x",
        "\u{ad}x",
        "\u{180e}x",
        "\u{2028}x",
        "\u{2029}x",
        "\u{e0041}\u{e0042}x",
        "\u{e000}x",
        "\u{f0000}x",
        "\u{fff9}x",
        "\u{fffe}x",
    ]
    .map(str::to_owned)
    .into();
    // Every control character there is, between letters and at the end.
    all.extend(
        (0..0x20_u8).chain(0x7f..0xa0).filter(|c| *c != b'\n').map(|c| format!("x{}y", char::from(c))),
    );
    all
}

/// Whether a terminal would act on it, or a reader be deceived by it.
pub fn is_raw(text: &str) -> bool {
    text.chars().any(|c| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}'
                | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{ad}' | '\u{e0000}'..='\u{e007f}' | '\u{2028}' | '\u{2029}')
    })
}
