//! Where a terminal escape sequence ends (ECMA-48, section 5.4 and 8.3).
//!
//! Knows the grammar only, not what any sequence does.

/// Longest payload of a string sequence (OSC, DCS, APC, PM, SOS) that is looked through, in bytes.
const STRING_MAX: usize = 4_096;

/// How many bytes of `rest` belong to the sequence that `introducer` (ESC or a C1 control) opens.
///
/// A string sequence without its end keeps its payload as text: only the introducer goes, so that
/// an unfinished sequence cannot make the rest of a post vanish.
pub(super) fn length(introducer: char, rest: &str) -> usize {
    match introducer {
        '\u{9B}' => control_sequence(rest),
        '\u{90}' | '\u{98}' | '\u{9D}' | '\u{9E}' | '\u{9F}' => string(rest),
        _ => match rest.as_bytes().first() {
            Some(b'[') => 1 + control_sequence(&rest[1..]),
            Some(b'P' | b'X' | b']' | b'^' | b'_') => 1 + string(&rest[1..]),
            Some(b' '..=b'/') => intermediate(rest.as_bytes()),
            Some(b'0'..=b'~') => 1,
            _ => 0,
        },
    }
}

/// Parameters, intermediates and the final byte of a CSI sequence, as far as they are there.
fn control_sequence(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let count = |from: usize, range: std::ops::RangeInclusive<u8>| {
        bytes[from..].iter().take_while(|byte| range.contains(byte)).count()
    };
    let mut end = count(0, 0x30..=0x3F);
    end += count(end, 0x20..=0x2F);
    end + usize::from(bytes.get(end).is_some_and(|byte| (0x40..=0x7E).contains(byte)))
}

/// `ESC ( B` and its kin: intermediates, then one final byte.
fn intermediate(bytes: &[u8]) -> usize {
    let end = bytes.iter().take_while(|byte| (0x20..=0x2F).contains(*byte)).count();
    match bytes.get(end) {
        Some(0x30..=0x7E) => end + 1,
        _ => 0,
    }
}

/// A payload up to and including its terminator (BEL, ST), or 0 when it has none.
fn string(rest: &str) -> usize {
    for (at, c) in rest.char_indices().take_while(|(at, _)| *at < STRING_MAX) {
        match c {
            '\u{07}' | '\u{9C}' => return at + c.len_utf8(),
            '\u{1B}' if rest[at + 1..].starts_with('\\') => return at + 2,
            '\u{1B}' | '\n' | '\r' | '\u{18}' | '\u{1A}' => return 0,
            _ => {}
        }
    }
    0
}
